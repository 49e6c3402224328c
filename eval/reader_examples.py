"""What the reader is trained on: public sets, question sets over minutes, and the minutes alone."""

from __future__ import annotations

import calendar
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ingest.index import Index

WINDOW_WORDS = 85  # of a context that is shown in part; three in four are
WHOLE_WORDS = 170
NEGATIVES = 4  # passages beside the right one of each question when tuning
SKIP = -100  # a label that is not known for an example
# Of each index of minutes: as much as its question sets hold, so that templates do not rule.
DETAILS = 500
TITLES = 250
LONGEST_TITLE = 14  # words; a longer one is a motion in full
# The uncased vocabulary maps capitals away by itself, so lower-cased sets need no care.
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"'(\[]?[A-Z0-9])|\n+")


MONTHS = calendar.month_name[1:]
LEAST_REST = 15  # words of a passage that is worth a question
_PERSON = (
    r"(?P<value>(?:(?:Cllrs?|Councillors?|Mrs?|Ms|Miss|Dr|Ald)\.? )?"
    r"[A-Z][\w'’-]*(?:\.? [A-Z][\w'’-]+){0,2})"
)
_DETAILS: dict[str, tuple[re.Pattern[str], tuple[str, ...]]] = {
    "proposer": (
        re.compile(rf"\b[Pp]roposed by:? {_PERSON}"),
        ("Who proposed {}?", "Who moved the motion about {}?", "{}: who put it forward?"),
    ),
    "seconder": (
        re.compile(rf"\b[Ss]econded by:? {_PERSON}"),
        ("Who seconded {}?", "Who backed the proposal on {}?", "{}: who was the seconder?"),
    ),
    "sum": (
        re.compile(r"(?P<value>[£€$]\s?\d[\d,]*(?:\.\d+)?(?:\s?(?:million|m|k)\b)?)"),
        ("How much was it for {}?", "What did {} cost?", "What sum is named for {}?"),
    ),
    "vote": (
        re.compile(r"\b(?P<value>\d{1,2} (?:votes? )?(?:for|in favour)\b[^.;]{0,40})", re.I),
        ("How did the vote on {} go?", "How many voted for {}?", "By what margin was {} carried?"),
    ),
    "date": (
        re.compile(
            rf"(?P<value>\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{'|'.join(MONTHS)})(?:,? \d{{4}})?)"
        ),
        ("On what day is {} to happen?", "By when is {} due?", "Which date is given for {}?"),
    ),
    "reason": (
        re.compile(r"(?P<value>\b(?:because|due to|owing to|in order to)\b[^.;]{10,120})"),
        ("Why was it so decided on {}?", "What reason is given about {}?", "Why {}?"),
    ),
    "count": (
        re.compile(
            r"\b(?P<value>\d{1,3} (?:residents|people|members|trees|houses|units|pupils|letters|"
            r"applications|complaints|objections|signatures|spaces|homes|vehicles))\b"
        ),
        ("How many were there of {}?", "{}: how many?", "What number is given for {}?"),
    ),
}
_TOUCHES = {
    "proposer": re.compile(r"propos|moved|mover", re.I),
    "seconder": re.compile(r"second", re.I),
    "sum": re.compile(r"[£€$]|\bpounds?\b|euro|\bp\.a\b|cost|precept", re.I),
    "vote": re.compile(r"\bvot|in favour|unanim|abst|against|show of hands", re.I),
    "date": re.compile(rf"\b(?:{'|'.join(MONTHS)}|today|tomorrow|week|month|deadline)", re.I),
    "reason": re.compile(r"because|due to|owing|in order|since|\bas\b|reason|therefore", re.I),
    "count": re.compile(
        r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred)\b",
        re.I,
    ),
}


@dataclass(frozen=True)
class Amount:
    """How much is drawn of the public sets, beside all near misses."""

    answerable: float  # share of the answerable questions
    neighbours: float  # share of the questions, which are asked of a neighbouring context too
    ranking: int  # questions of each ranking set
    inference: int  # pairs of claim and premise


PART = Amount(0.45, 0.15, 700, 8_000)  # a core without an accelerator reads it in about an hour
ALL = Amount(1.0, 0.5, 10_000, 120_000)


@dataclass(frozen=True)
class Example:
    """A pair of texts; labels are 1, 0 or SKIP; `start` and `end` are characters of `second`.

    `end` is exclusive; both are SKIP where no span is known, and -1 where there is none.
    """

    first: str
    second: str
    relevant: int = SKIP
    answerable: int = SKIP
    supported: int = SKIP
    start: int = SKIP
    end: int = SKIP


def rows_of(path: Path) -> list[dict[str, Any]]:
    """The objects of a compressed JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _window(
    context: str, question: str, answer: tuple[int, int] | None, words: int
) -> tuple[int, int]:
    """The run of sentences of about `words` words that shares most with the question.

    It holds the answer, where there is one, so that its length and place tell nothing.
    """
    edges = [0, *(match.end() for match in _SENTENCE.finditer(context)), len(context)]
    asked = set(re.findall(r"\w+", question.lower()))
    best, most = (0, len(context)), -1.0
    for i, begin in enumerate(edges[:-1]):
        end = begin
        for edge in edges[i + 1 :]:
            if end > begin and len(context[begin:edge].split()) > words:
                break
            end = edge
        if answer and not (begin <= answer[0] and answer[1] <= end):
            continue
        shared = len(asked & set(re.findall(r"\w+", context[begin:end].lower())))
        if shared > most:
            best, most = (begin, end), shared
    return best


def reading_examples(folder: Path, rng: random.Random, amount: Amount) -> Iterator[Example]:
    """Questions with their contexts, answerable or not, and with a neighbouring context."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        rows = rows_of(path)
        contexts = list(dict.fromkeys(row["context"] for row in rows))
        place = {context: i for i, context in enumerate(contexts)}
        for row in rows:
            if row["answerable"] and rng.random() > amount.answerable:
                continue
            question, context = row["question"], row["context"]
            span: tuple[int, int] | None = None
            if row["answerable"] and row.get("answer_start") and row["answers"]:
                start = row["answer_start"][0]
                if context[start : start + len(row["answers"][0])] == row["answers"][0]:
                    span = (start, start + len(row["answers"][0]))
            words = WINDOW_WORDS if rng.random() < 0.75 else WHOLE_WORDS
            begin, end = _window(context, question, span, words)
            text = context[begin:end].strip()
            shift = begin + (len(context[begin:end]) - len(context[begin:end].lstrip()))
            if row["answerable"]:
                place_of = (span[0] - shift, span[1] - shift) if span else (SKIP, SKIP)
                yield Example(question, text, 1, 1, SKIP, *place_of)
            else:
                yield Example(question, text, SKIP, 0, SKIP, -1, -1)
            if rng.random() < amount.neighbours:
                # A neighbouring context is mostly of the same article.
                near = place[context] + rng.choice((-2, -1, 1, 2))
                if 0 <= near < len(contexts) and not any(
                    answer.lower() in contexts[near].lower() for answer in row["answers"] or ["\0"]
                ):
                    other = contexts[near]
                    begin, end = _window(other, question, None, words)
                    yield Example(question, other[begin:end].strip(), 0, 0, SKIP, -1, -1)


def ranking_examples(folder: Path, rng: random.Random, amount: Amount) -> Iterator[Example]:
    """Questions with right and wrong texts; how many, is drawn."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        summaries = "summlink" in path.name or path.name.startswith("wice")
        rows = rows_of(path)
        for row in rng.sample(rows, min(amount.ranking, len(rows))):
            right = rng.sample(row["positive"], min(1, len(row["positive"])))
            wrong = rng.sample(row["negative"], min(1 if summaries else 2, len(row["negative"])))
            answerable = SKIP if summaries else 1
            for text in right:
                yield Example(row["question"], _cut(text), 1, answerable)
            for text in wrong:
                yield Example(row["question"], _cut(text), 0, 0 if not summaries else SKIP)


def _cut(text: str) -> str:
    return " ".join(text.split()[:WHOLE_WORDS])


def inference_examples(folder: Path, rng: random.Random, amount: Amount) -> Iterator[Example]:
    """Claims with premises that support them or do not; both labels alike often."""
    support: list[Example] = []
    against: list[Example] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        for row in rows_of(path):
            if len(row["premise"].split()) > WHOLE_WORDS:
                continue
            holds = row["label"] == "entailment"
            (support if holds else against).append(
                Example(row["hypothesis"], row["premise"], SKIP, SKIP, int(holds))
            )
            if "refuted" in path.name:  # that set has contradictions only
                support.append(Example(row["premise"], row["premise"], SKIP, SKIP, 1))
    rng.shuffle(support)
    rng.shuffle(against)
    each = min(amount.inference // 2, len(support), len(against))
    yield from support[:each]
    yield from against[:each]


def minutes_examples(cases: Sequence[Any], rng: random.Random) -> Iterator[Example]:
    """The questions of a set with the passage that answers and the best of those that do not.

    The span is an answer within the gold quote. A passage that holds an answer elsewhere, such as
    another file of the same meeting, teaches nothing, and neither does the relevance of what is
    close to an unanswerable question.
    """
    from eval.matching import fold, holds, relevant

    for case in cases:
        question = case.question
        wrong = 0
        for i in np.argsort(-case.scores, kind="stable")[: 3 * NEGATIVES]:
            passage = case.passages[i]
            source = case.corpus.meeting_of(int(case.rows[i])).source
            second = f"{passage.heading}\n{passage.text}"
            every = [one for group in question.answers for one in group]
            right = [e for e in question.evidence if relevant(passage.text, source, e)]
            if not question.answerable:
                if wrong < NEGATIVES:
                    wrong += 1
                    yield Example(case.query.text, second, SKIP, 0, SKIP, -1, -1)
            elif right:
                quotes = " ".join(fold(evidence.quote) for evidence in right)
                inside = [one for one in every if holds(passage.text, one) and holds(quotes, one)]
                place = _place(second, inside, right[0].quote)
                known = 1 if inside else SKIP
                yield Example(case.query.text, second, 1, known, SKIP, *place)
            elif wrong < NEGATIVES and not any(holds(passage.text, one) for one in every):
                wrong += 1
                yield Example(case.query.text, second, 0, 0, SKIP, -1, -1)


def _place(text: str, answers: Sequence[str], quote: str) -> tuple[int, int]:
    """Where the first of the answers stands nearest to the quote's beginning; SKIP where nowhere.

    White space and case are folded.
    """
    lower = text.lower()
    begin = lower.find(quote.lower()[:30])
    spans = [
        match.span()
        for answer in answers[:1]
        for match in re.finditer(
            r"\s+".join(re.escape(word) for word in answer.lower().split()), lower
        )
    ]
    if not spans:
        return SKIP, SKIP
    return min(spans, key=lambda span: (span[0] < begin, abs(span[0] - begin)))


def withheld_examples(cases: Sequence[Any], rng: random.Random) -> Iterator[Example]:
    """Questions with the right passage less every sentence that holds an answer.

    What is left is about the very matter and does not say what is asked.
    """
    from eval.matching import holds
    from ingest.sentences import split_sentences

    for case in cases:
        every = [one for group in case.question.answers for one in group]
        passage = _right(case)
        if passage is None or not every:
            continue
        kept = [
            passage.text[start:end]
            for start, end in split_sentences(passage.text)
            if not any(holds(passage.text[start:end], one) for one in every)
        ]
        rest = " ".join(kept)
        if len(rest.split()) >= LEAST_REST and not any(
            holds(f"{passage.heading} {rest}", one) for one in every
        ):
            yield Example(case.query.text, f"{passage.heading}\n{rest}", SKIP, 0, SKIP, -1, -1)


def exchanged_examples(cases: Sequence[Any], rng: random.Random) -> Iterator[Example]:
    """Questions that ask the right passage about another name, place, year, month or number.

    Only a word that the passage has itself is exchanged, for one of its kind out of another
    question that the passage does not have.
    """
    pools: dict[str, list[str]] = {}
    for case in cases:
        for kind, word in _marks(case.query.text):
            pools.setdefault(kind, []).append(word)
    for case in cases:
        passage = _right(case)
        if passage is None:
            continue
        second = f"{passage.heading}\n{passage.text}"
        lower = second.lower()
        shared = [(k, w) for k, w in _marks(case.query.text) if w.lower() in lower]
        if not shared:
            continue
        kind, word = rng.choice(shared)
        others = [w for w in pools[kind] if w.lower() not in lower]
        if others:
            asked = re.sub(rf"\b{re.escape(word)}\b", rng.choice(others), case.query.text)
            yield Example(asked, second, SKIP, 0, SKIP, -1, -1)


def _right(case: Any) -> Any | None:
    """The best placed passage that holds gold evidence."""
    if not case.question.answerable:
        return None
    for i in np.argsort(-case.scores, kind="stable"):
        if case.labels[i]:
            return case.passages[i]
    return None


def _marks(question: str) -> list[tuple[str, str]]:
    """(kind, word) of what a question pins its matter down with; its first word is none."""
    found = []
    for match in re.finditer(r"\b[\w'’-]+\b", question):
        word = match[0]
        if re.fullmatch(r"(?:19|20)\d\d", word):
            found.append(("year", word))
        elif re.fullmatch(r"\d+", word):
            found.append(("number", word))
        elif word in MONTHS:
            found.append(("month", word))
        elif match.start() and re.fullmatch(r"[A-Z][a-z'’-]{3,}", word):
            found.append(("name", word))
    return found


def detail_examples(
    index: Index, kept: Callable[[str], bool], rng: random.Random
) -> Iterator[Example]:
    """Details that minutes record or do not, asked of passages: movers, sums, votes, dates.

    `kept` tells whether a source may be used. Half of the questions are answerable.
    """
    places = _items(index, kept)
    wanted = {True: DETAILS // 2, False: DETAILS // 2}
    passages = [p for p in index.all_passages() if (p.meeting_id, p.item) in places]
    rng.shuffle(passages)
    for passage in passages:
        kind = rng.choice(sorted(_DETAILS))
        pattern, wordings = _DETAILS[kind]
        found = {match["value"] for match in pattern.finditer(passage.text)}
        told = len(found) == 1
        if len(found) > 1 or not wanted[told] or len(passage.text.split()) < LEAST_REST:
            continue
        if not told and _TOUCHES[kind].search(passage.text):
            continue  # it may be told in words that the pattern does not know
        title = places[passage.meeting_id, passage.item]
        if len(title.split()) > LONGEST_TITLE:
            continue
        wanted[told] -= 1
        question = rng.choice(wordings).format(_lower_first(title))
        second = f"{passage.heading}\n{passage.text}"
        if told:
            match = next(pattern.finditer(passage.text))
            shift = len(second) - len(passage.text)
            start, end = (shift + edge for edge in match.span("value"))
            yield Example(question, second, 1, 1, SKIP, start, end)
        else:
            yield Example(question, second, SKIP, 0, SKIP, -1, -1)


def title_examples(
    index: Index, kept: Callable[[str], bool], rng: random.Random
) -> Iterator[Example]:
    """Titles of items with words of their own item and of a neighbour, without heading lines."""
    places = _items(index, kept)
    often = Counter(title.lower() for title in places.values())
    by_meeting: dict[str, list[tuple[int, str]]] = {}
    for (meeting, item), title in places.items():
        if often[title.lower()] > 1:
            continue  # such as apologies: its words tell nothing of its title
        by_meeting.setdefault(meeting, []).append((item, title))
    meetings = [meeting for meeting, items in by_meeting.items() if len(items) > 2]
    rng.shuffle(meetings)
    for meeting in meetings[:TITLES]:
        (item, title), (other, _) = rng.sample(by_meeting[meeting], 2)
        own, wrong = index.passages_of(meeting, item), index.passages_of(meeting, other)
        if own and wrong and 1 < len(title.split()) <= LONGEST_TITLE:
            asked = f"What was said about {_lower_first(title)}?"
            yield Example(asked, rng.choice(own).text, 1)
            yield Example(asked, rng.choice(wrong).text, 0)


def _items(index: Index, kept: Callable[[str], bool]) -> dict[tuple[str, int], str]:
    """Titles of the items with a title whose meeting's source is kept."""
    meetings = {meeting.id for meeting in index.meetings() if kept(meeting.source)}
    return {
        (item.meeting_id, item.place): item.title
        for item in index.all_items()
        if item.title and not item.restricted and item.meeting_id in meetings
    }


def _lower_first(title: str) -> str:
    """The title as it stands within a sentence; capitals throughout become small letters."""
    title = title.lower() if title.isupper() else title
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
