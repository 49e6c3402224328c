"""Sentences as a language model could write them, true ones and corrupted ones, from evidence.

Made by rule from the evidence of question sets: a true one says what its passage says, mostly in
other words and another order; a corrupted one differs from a true one by the smallest change.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.claims import Source, stems
from eval.matching import fold, relevant
from eval.questions import load_questions
from eval.reader_examples import MONTHS
from ingest.dates import find_dates
from ingest.index import Index
from ingest.model import Passage
from ingest.sentences import split_sentences

FEWEST, MOST = 6, 45  # words of a sentence that is used
KINDS = (
    "number",
    "date",
    "name",
    "negation",
    "vote",
    "part",
    "outcome",
    "wrong item",
    "half cited",
    "blended",
)
SEED = 11


@dataclass(frozen=True)
class Case:
    """A sentence, the passages that it cites, and whether they say it."""

    claim: str
    sources: tuple[Source, ...]
    supported: bool
    kind: str  # of KINDS, or how a true one was worded
    origin: str  # the source file, by which cases are split


def make_cases(sets: Sequence[tuple[Path, Path]]) -> list[Case]:
    """Cases of question sets, each with an index of the minutes that it asks about."""
    dice = random.Random(SEED)
    cases: dict[tuple[str, tuple[str, ...]], Case] = {}
    for questions, index in sets:
        for case in _cases_of(questions, index, dice):
            cases.setdefault((case.claim, tuple(s.text for s in case.sources)), case)
    return list(cases.values())


def _cases_of(questions: Path, folder: Path, dice: random.Random) -> Iterator[Case]:
    index = Index.open(folder)
    meetings = {meeting.id: meeting for meeting in index.meetings()}
    passages: dict[str, list[Passage]] = {}
    for passage in index.all_passages():
        passages.setdefault(meetings[passage.meeting_id].source, []).append(passage)

    def source_of(passage: Passage) -> Source:
        item = index.item(passage.meeting_id, passage.item) if passage.item >= 0 else None
        day = meetings[passage.meeting_id].date
        return Source(passage.heading, passage.text, day, item.number if item else None)

    evidence = [e for q in load_questions(questions) for e in q.evidence]
    for found in dict.fromkeys(evidence):
        own = [p for name in found.sources for p in passages.get(name, [])]
        held = next((p for p in own if relevant(p.text, found.source, found)), None)
        if held is None:
            continue
        others = [p for p in own if p.item != held.item and len(p.text.split()) > 20]
        for sentence in _sentences(found.quote, held.text):
            near = sorted(others, key=lambda p: -_shared(sentence, p.text))
            other = near[0] if near else None
            yield from _of_sentence(
                sentence,
                source_of(held),
                source_of(other) if other else None,
                found.source,
                dice,
            )


def _sentences(quote: str, text: str) -> Iterator[str]:
    folded = fold(text)
    for start, end in split_sentences(quote):
        sentence = " ".join(quote[start:end].split())
        sentence = re.sub(r"^(?:\(?\w{1,3}[.)]|[•*–-])\s+", "", sentence).strip('“”"‘ ')
        if FEWEST <= len(sentence.split()) <= MOST and fold(sentence) in folded:
            yield sentence


def _shared(sentence: str, text: str) -> int:
    return len(set(stems(sentence)) & set(stems(text)))


def _of_sentence(
    sentence: str, source: Source, other: Source | None, origin: str, dice: random.Random
) -> Iterator[Case]:
    wordings = [("verbatim", sentence), *paraphrases(sentence, source, dice)]
    for how, text in wordings:
        yield Case(text, (source,), True, how, origin)
    for kind, corrupt in _CORRUPTIONS.items():
        _, base = dice.choice(wordings)
        changed = corrupt(base, source, dice) or corrupt(sentence, source, dice)
        if changed and fold(changed) not in fold(source.text):
            yield Case(changed, (source,), False, kind, origin)
    if other is None:
        return
    if fold(sentence) not in fold(other.text):
        yield Case(dice.choice(wordings)[1], (other,), False, "wrong item", origin)
    if joined := _joined(sentence, other):
        both = dice.choice([(source, other), (other, source)])
        yield Case(joined, both, True, "two items joined", origin)
        yield Case(joined, (dice.choice(both),), False, "half cited", origin)
    if blended := _blend(sentence, other, dice):
        cited = dice.choice([(source,), (other,), (source, other), (other, source)])
        if not any(fold(blended.rstrip(".")) in fold(one.text) for one in cited):
            yield Case(blended, cited, False, "blended", origin)


# --- true sentences in other words ---------------------------------------------------------------

_NO_AUXILIARY = r"(?<!ld )(?<!must )(?<!may )(?<!might )(?<!will )(?<!to )(?<!not )"
_SAME = [
    (r"\bCllr\.?(?= )", "Councillor"),
    (r"\bstated that\b", "said that"),
    (r"\badvised that\b", "informed the meeting that"),
    (r"\bprior to\b", "before"),
    (r"\bregarding\b", "about"),
    (r"\bcommenced\b", "started"),
    (r"\bcommence\b", "start"),
    (r"\bapproximately\b", "about"),
    (r"\brequested\b", "asked"),
    (r"\bpurchased\b", "bought"),
    (r"\bin order to\b", "to"),
    (r"\bconcerning\b", "about"),
    (r"\bsubsequently\b", "later"),
    (r"\bwould not be\b", "wouldn't be"),
    (r"\bwas not\b", "wasn't"),
    (r"\bdid not\b", "didn't"),
    (r"\bcannot\b", "can not"),
    (r"\bper cent\b", "%"),
    (r"\bassist\b", "help"),
    (r"\bconcern\b", "worry"),
    (r"\bconcerns\b", "worries"),
    (r"\bresidents\b", "local people"),
    (r"\butili[sz]ed\b", "used"),
    (r"\butili[sz]e\b", "use"),
    (r"\bsufficient\b", "enough"),
    (r"\bat present\b", "now"),
    (r"\bobtained\b", "got"),
    (r"\bobtain\b", "get"),
    (r"\bfollowing\b(?= (?:a|the))", "after"),
    (r"\bensure\b", "make sure"),
    (r"\bnumerous\b", "many"),
    (rf"{_NO_AUXILIARY}\bhave been\b", "were"),
    (r"\bhas been\b", "was"),
]
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_LEADS = (
    "The minutes record that {}",
    "It is minuted that {}",
    "According to the minutes, {}",
    "The meeting heard that {}",
)


def paraphrases(sentence: str, source: Source, dice: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence in other words: replaced words, other order, indirect speech, shortened."""
    swapped = _reworded(sentence)
    if swapped != sentence:
        yield "other words", swapped
    if turned := _turned(sentence):
        yield "other order", turned
    yield "indirect speech", dice.choice(_LEADS).format(_lower_first(swapped))
    if found := _day(source):
        yield "dated", f"On {found}, {_lower_first(_turned(swapped) or swapped)}"
    if clause := _one_clause(sentence):
        yield "one clause", clause
    short = re.sub(r"\s*\([^()]*\)", "", sentence)
    short = re.sub(r",\s+(?:which|who)\b[^,;.]*(?=[,.])", "", short)
    if short != sentence and len(short.split()) >= FEWEST:
        yield "shortened", short


_JOINT = re.compile(
    r";\s+|,?\s+(?:and|but|while)\s+(?=(?:it|he|she|they|that|the|there|this|Cllr|Councillor|Mrs?|Ms)\b)"
)


def _one_clause(sentence: str) -> str | None:
    """The first or the last of the clauses that a sentence joins, whichever is longer."""
    parts = [part for part in _JOINT.split(sentence) if part]
    if len(parts) < 2 or re.search(r"\b(?:if|whether|unless|that)\b", sentence):
        return None  # what depends on another clause says something else alone
    longest = max(parts[0], parts[-1], key=len).strip(" ,.")
    if len(longest.split()) < FEWEST:
        return None
    return f"{longest[0].upper()}{longest[1:]}."


def _joined(sentence: str, other: Source) -> str | None:
    """A sentence and the next best whole one of another item, as one sentence."""
    for start, end in split_sentences(other.text):
        second = " ".join(other.text[start:end].split())
        whole = re.match(r"(?:The|It|Cllr|Councillor|Members|Mrs?|Ms)\b.*[a-z]\.$", second)
        if whole and FEWEST <= len(second.split()) <= 30 and fold(second) not in fold(sentence):
            return f"{sentence.rstrip('.;:')}, and {_lower_first(second)}"
    return None


def _reworded(text: str) -> str:
    for form, other in _SAME:
        text = re.sub(form, other, text)
    return re.sub(
        r"(?<![\w.,/€£$-])(\d{1,2})(?= (?!per|%|st|nd|rd|th)[a-z]{3,})(?![\w.,/-])",
        lambda m: _SMALL[int(m[1])] if 1 < int(m[1]) < len(_SMALL) else m[1],
        text,
    )


_AHEAD = re.compile(
    r"(?:In|On|At|Following|After|Before|During|Under|As|When|While|Since|If|Although|With|By|Given|"
    r"Subject|Due|Having|To|From|Until|Because|Owing|Upon)\b"
)


def _turned(sentence: str) -> str | None:
    """The clause before the first comma put behind the rest."""
    first, comma, rest = sentence.rstrip(".").partition(", ")
    if not comma or len(first.split()) < 3 or len(rest.split()) < 4 or ":" in sentence:
        return None
    if not _AHEAD.match(first) or re.match(r"and |or |but |\d", rest):
        return None  # a list, or a date cut in two
    return f"{rest[0].upper()}{rest[1:]}, {_lower_first(first)}."


def _lower_first(text: str) -> str:
    word = text.split()[0]
    plain = {"The", "A", "An", "It", "In", "On", "This", "That", "There", "Members", "They", "He"}
    return text[0].lower() + text[1:] if word in plain or word == "Following" else text


def _day(source: Source) -> str | None:
    printed = next(iter(find_dates(source.heading)), None)
    return source.heading[printed.start : printed.end].strip() if printed else None


# --- corrupted ones ------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w/.])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w/]|\.\d)")
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b")
_DAY = re.compile(rf"\b(\d{{1,2}})((?:st|nd|rd|th)?\s+(?:of\s+)?(?:{'|'.join(MONTHS)}))\b")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_PERSON = re.compile(
    r"\b(?:Cllrs?|Councillors?|Mrs?|Ms|Miss|Dr)\.?\s+(?:[A-Z]\.?\s*)*"
    r"(?P<name>(?!Mrs?\b|Miss\b)[A-Z][\w’'-]{2,})"
)
_AUXILIARY = re.compile(
    r"\b(was|were|is|are|would|will|had|has|have|should|could|can|did|does|do|be)\b(?!\s+not\b)"
)
_NOT = re.compile(r"\s+not\b|n't\b")
_VOTES = re.compile(
    r"\b(\d{1,2})(\s+votes?\s+(?:to|against)\s+|\s+(?:votes?\s+)?(?:for|in favour),?\s+(?:and\s+)?)"
    r"(\d{1,2})\b"
)
_SIDE = re.compile(
    r"\b(?P<n>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)\s+"
    r"(?:members?\s+|votes?\s+|councillors?\s+)?(?:voted\s+|were\s+)?"
    r"(?P<side>in favour|against|for(?= (?:the (?:motion|amendment|proposal)|and)))",
    re.I,
)


def _number(text: str, source: Source, dice: random.Random) -> str | None:
    found = [
        m for m in _NUMBER.finditer(text) if not _MONTH.match(text[m.end() :].lstrip(" stndrh"))
    ]
    if not found:
        return None
    match = dice.choice(found)
    digits = match.group()
    place = dice.choice([i for i, sign in enumerate(digits) if sign.isdigit()])
    other = dice.choice([d for d in "123456789" if d != digits[place]])
    return text[: match.start() + place] + other + text[match.start() + place + 1 :]


def _date(text: str, source: Source, dice: random.Random) -> str | None:
    changes: list[Callable[[], str]] = []
    if month := _MONTH.search(text):
        other = dice.choice([m for m in MONTHS if m != month.group()])
        changes.append(lambda: text[: month.start()] + other + text[month.end() :])
    if day := _DAY.search(text):
        number = dice.choice([n for n in range(1, 29) if n != int(day[1])])
        changes.append(lambda: f"{text[: day.start()]}{number}{day[2]}{text[day.end() :]}")
    if year := _YEAR.search(text):
        shifted = int(year.group()) + dice.choice([-2, -1, 1, 2])
        changes.append(lambda: text[: year.start()] + str(shifted) + text[year.end() :])
    return dice.choice(changes)() if changes else None


def _name(text: str, source: Source, dice: random.Random) -> str | None:
    found = list(_PERSON.finditer(text))
    if not found:
        return None
    match = dice.choice(found)
    there = sorted({m["name"] for m in _PERSON.finditer(source.text)} - {match["name"]})
    there = [name for name in there if name not in text]
    other = dice.choice(there) if there and dice.random() < 0.5 else dice.choice(_INVENTED)
    return text[: match.start("name")] + other + text[match.end("name") :]


_INVENTED = ("Oakley", "Fernsby", "Tarrant", "Quill", "Halloran", "Mossop", "Brennock", "Lyle")


def _negation(text: str, source: Source, dice: random.Random) -> str | None:
    if match := _NOT.search(text):
        return text[: match.start()] + text[match.end() :]
    found = list(_AUXILIARY.finditer(text))
    if not found:
        return None
    match = dice.choice(found)
    return f"{text[: match.end()]} not{text[match.end() :]}"


def _vote(text: str, source: Source, dice: random.Random) -> str | None:
    """Another count, the sides changed, or a vote called unanimous."""
    changes: list[str] = []
    match = _VOTES.search(text)
    if match and match[1] != match[3]:
        changes.append(
            f"{text[: match.start()]}{match[3]}{match[2]}{match[1]}{text[match.end() :]}"
        )
        more = int(match[1]) + 1
        changes.append(f"{text[: match.start()]}{more}{match[2]}{match[3]}{text[match.end() :]}")
    if match := _SIDE.search(text):
        side = "against" if match["side"].lower() != "against" else "in favour of"
        behind = re.sub(r"^\s+of\b" if side == "against" else r"^$", "", text[match.end("side") :])
        changes.append(text[: match.start("side")] + side + behind)
        count = match["n"]
        other = str(int(count) + 1) if count.isdigit() else "four" if count != "four" else "six"
        changes.append(text[: match.start("n")] + other + text[match.end("n") :])
    if re.search(r"unanimous", text):
        changes.append(re.sub(r"unanimous(ly)?", r"by 7 votes to 2", text, count=1))
    elif match := re.search(r"\b(?:was|were) (?=agreed|approved|carried|adopted|resolved)", text):
        changes.append(f"{text[: match.end()]}unanimously {text[match.end() :]}")
    return dice.choice(changes) if changes else None


def _part(text: str, source: Source, dice: random.Random) -> str | None:
    """Proposer and seconder change places."""
    match = re.search(
        r"(?P<a>(?:Councillor|Cllr\.?|Mrs?\.?|Ms\.?)\s+(?:[A-Z][\w.’'-]*\s?)+?)"
        r"(?P<between>,?\s+(?:and\s+)?seconded by\s+)"
        r"(?P<b>(?:Councillor|Cllr\.?|Mrs?\.?|Ms\.?)\s+(?:[A-Z][\w’'-]*\.?\s?)+)",
        text,
    )
    if not match or match["a"].split()[-1] == match["b"].split()[-1].rstrip("."):
        return None
    one, other = match["a"].strip(), match["b"].strip(" .")
    tail = match["b"][len(match["b"].rstrip(" .")) :]
    return f"{text[: match.start()]}{other}{match['between']}{one}{tail}{text[match.end() :]}"


_TURNED = [
    (r"\b(?:agreed|resolved|decided) to (?=\w)", "agreed to defer the decision to "),
    (r"\b(?:was|were) (?:agreed|approved|adopted|carried|granted|accepted)\b", "was refused"),
    (r"\bapproved\b", "rejected"),
    (r"\bdeferred\b", "approved"),
    (r"\brefused\b", "granted"),
    (r"\brejected\b", "accepted"),
    (r"\bdefeated\b", "carried"),
    (r"\bwithdrawn\b", "carried"),
    (r"\bnoted\b", "approved"),
    (r"\badopted\b", "deferred"),
]


def _outcome(text: str, source: Source, dice: random.Random) -> str | None:
    for form, other in _TURNED:
        if re.search(form, text) and not ("defer" in other and "defer" in text):
            return re.sub(form, other, text, count=1)
    return None


_CORRUPTIONS: dict[str, Callable[[str, Source, random.Random], str | None]] = {
    "number": _number,
    "date": _date,
    "name": _name,
    "negation": _negation,
    "vote": _vote,
    "part": _part,
    "outcome": _outcome,
}
_VERB = re.compile(
    r"\s(?=(?:was|were|is|are|would|will|had|has|have|should|agreed|stated|said|asked|requested|"
    r"reported|noted|confirmed|advised|proposed)\b)"
)


def _blend(sentence: str, other: Source, dice: random.Random) -> str | None:
    """The subject of one sentence with what a sentence of another item says of its own."""
    cut = _VERB.search(sentence)
    if not cut or not 3 <= len(sentence[: cut.start()].split()) <= 20:
        return None
    tails = []
    for start, end in split_sentences(other.text):
        text = " ".join(other.text[start:end].split())
        verb = _VERB.search(text)
        own = verb and set(stems(text[: verb.start()]))
        if verb and own and own & set(stems(sentence[: cut.start()])):
            continue  # of the same subject, so that it may be true
        if verb and 6 <= len(text[verb.end() :].split()) <= 30:
            tails.append(text[verb.start() + 1 :])
    return f"{sentence[: cut.start()]} {dice.choice(tails)}" if tails else None
