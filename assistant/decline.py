"""Whether the answer that was found may be given: confidence, and the reason for declining."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from assistant.answer_model import DeclineReason
from assistant.choose import SENTENCE_FEATURES, Sentence, asked_nouns
from assistant.cues import AMOUNT, ASKED, COUNT, DURATION, NO_COUNT, TIME_OF_DAY
from assistant.question import Ask, Query
from assistant.rank import ALL_FEATURES, MODELS, Ranked
from assistant.retrieve import Corpus, period_days, within_days
from assistant.trees import Calibration, load_calibration
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from ingest.index import StoredMeeting

CONFIDENCE_FEATURES = (
    tuple(f"p_{name}" for name in ALL_FEATURES)
    + tuple(f"s_{name}" for name in SENTENCE_FEATURES)
    + (
        "score",
        "gap_passage",
        "gap_item",
        "sentence_score",
        "sentence_gap",
        "unknown_words",
        "unknown_names",
        "missing_names",
        "asked_in_item",
        "missing_in_item",
        "rarest_missing",
        "missing_numbers",
        "in_answer",
        "names_in_answer",
        "near_in_item",
        "clause_in_item",
        "asked_noun_in_item",
        "asked_noun_missing",
        "same_item",
        "same_meeting",
        "other_cover",
        "body_gap",
        "moved_in_item",
        "vote_in_item",
        "decisions",
    )
    + tuple(f"ask_{ask}" for ask in ASKED)
)

_COVER, _BODY = ALL_FEATURES.index("cover"), ALL_FEATURES.index("body")
# Chosen by reasoning, not tuned; the trees weigh what comes of them.
FIRST = 5  # passages that are asked whether they agree
SHORT = 35  # words of a sentence that is quoted in a refusal
SAID = 4  # sentences that are taken for what the answer says
LOOKS_BACK = 400  # days; minutes tell of what happened up to about a year before
Detail = Ask | Literal["count", "time", "duration", "opponent", "refusal"]
DETAILS: dict[Detail, str] = {
    "proposer": "who proposed it",
    "seconder": "who seconded it",
    "vote": "how the votes fell",
    "cost": "the sum that is asked for",
    "apologies": "who sent apologies",
    "present": "who was present",
    "chair": "who was in the chair",
    "count": "the number that is asked for",
    "time": "the time of day",
    "duration": "for how long",
    "opponent": "who was against it",
    "refusal": "that it was refused or given up",
}
OPENING: frozenset[Ask] = frozenset(["apologies", "present", "chair"])  # told before the items
# Forms that ask for a detail itself, where `Query.asks` only says that it is spoken of.
_ASKS_WHO = re.compile(
    r"\bwho(?:se|m)?\b|\bwhich (?:\w+ ){0,2}(?:councillors?|cllrs?|members?)\b|\bproposers?\b"
    r"|\bseconders?\b|\bmovers?\b|\bnames?\b",
    re.I,
)
_ASKS_SUM = re.compile(
    r"(?<!by )\bhow much (?:(?:[\w’'-]+ ){0,3}?(?:money|cash|funding|rent|grant|compensation)\b"
    r"|(?:extra |more |in all |altogether |a year )?(?:did|do|does|was|were|is|are|will|would|has"
    r"|had|have|could|can|should|to|for|in|from|the"
    r"|it|they|each)\b)"
    r"|\bwhat (?:\w+ ){0,3}(?:price|fee|rent|salary|sum|cost|bill|precept)\b"
    r"|\b(?:cost|price)\W*$"
    r"|\bwhat (?:did|does|will|would|was|is) .{3,80}\b(?:cost|paid|pay|charged?)\b",
    re.I,
)
_ASKS_NUMBER = re.compile(
    r"\bhow many (?!(?:[\w’'-]+ )?votes?\b)|\b(?:^|what (?:was|is) the )number of\b", re.I
)
_ASKS_TIME = re.compile(r"\bwhat time\b|\bat what hour\b", re.I)
_ASKS_DURATION = re.compile(r"\bhow long (?!ago\b)", re.I)
_ASKS_COUNT = re.compile(
    r"\bhow many .{0,40}\b(?:vot|against|favour|abstain)|\bvote[ds]? (?:split|go|fall)\b|\bmargin\b"
    r"|\btally\b",
    re.I,
)
# A premise that may be false: somebody was against it, or it was refused. Nobody says so without
# one of the words below it. Of 2,308 questions of `eval/questions` none is taken for false for it
# that is answerable, of 2,702 near misses 69 are (December 2026).
_ASKS_OPPONENT = re.compile(
    r"\b(?:who|which (?:[\w’'-]+ ){0,2}(?:councillors?|cllrs?|members?))(?: [\w’'.-]+){0,6}?"
    r" (?:(?:vot(?:ed?|ing)|spoke|stood|ran|argued) against|opposed|abstained|objected to"
    r"|dissented)\b",
    re.I,
)
_AGAINST = re.compile(
    r"\bagainst\b|\boppos|\bobject|\babst|\bdissent|\bdisagree|\bin favour|\bunhappy|\brefus"
    r"|\bnot support",
    re.I,
)
_ASKS_REFUSAL = re.compile(
    r"\b(?:refus(?:ed?|ing|al)|turn(?:ed|ing)? (?:[\w’'-]+ ){0,6}?down|reject(?:ed|ing|ion)?"
    r"|vot(?:ed?|ing) (?:[\w’'-]+ ){0,6}?(?:down|against)|threw out|thrown out|oppos(?:ed?|ing)"
    r"|withdr[ae]w\w*|scrap(?:ped|ping)?|call(?:ed|ing)? off|cancel(?:led|ling|lation)?"
    r"|dropp(?:ed|ing))\b",
    re.I,
)
_REFUSED = re.compile(
    rf"{_AGAINST.pattern}|\bturned? (?:\w+ ){{0,3}}down|\breject|\bdeclin|\bnot\b|\bno\b|\bnor\b"
    r"|n['’]t\b|\bnone\b|\bnever\b|\bcannot\b|\bwithout\b|\bnil\b|\bunable\b|\bunsuccess"
    r"|\bwithdr|\bdefer|\bpostpon|\bcancel|\bcall(?:ed)? off|\babandon|\bfail|\blost\b|\bdefeat"
    r"|\bdrop|\bscrap|\bended\b|\bstop|\bdisallow|\bdismiss",
    re.I,
)
_COUNTED = re.compile(r"\b(?:for|against|in favour)\b.*\(\d{1,3}\)", re.I | re.S)
_ANY_BODY = frozenset(
    tokenize(
        """council committee parish community city county district municipal meeting annual of the
        and"""
    )
)
_A_BODY = re.compile(
    r"\b((?:[A-Z][\w’'-]+ (?:and |& |of |the )*){1,6}"
    r"(?:Council|Committee|Panel|Board|Forum|Cabinet))\b"
)


def confidence_features(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    sentences: Sequence[Sentence],
    table: np.ndarray,
) -> np.ndarray:
    """Features (len(CONFIDENCE_FEATURES),) of the answer that begins with `sentences[0]`."""
    best = sentences[0]
    candidate = ranked[best.passage]
    item_no = corpus.item_no
    own = item_no[candidate.row]
    other = [r.score for r in ranked if item_no[r.row] != own]
    idf = corpus.idf(query.tokens)
    known = set(idf)
    total = sum(idf.values()) or 1.0
    item = corpus.item_of(candidate.row)
    whole = item_text(corpus, candidate)
    item_tokens = _tokens(whole + " " + candidate.passage.heading)
    missing = known - item_tokens
    numbers = {token for token in query.tokens if any(char.isdigit() for char in token)}
    said = _tokens(" ".join(s.text for s in sentences[:SAID] if s.passage == best.passage))
    inside = [item_no[ranked[s.passage].row] == own for s in sentences]
    column = {name: table[:, place] for place, name in enumerate(SENTENCE_FEATURES)}
    nouns = asked_nouns(query)
    first = ranked[:FIRST]
    bodies = [score for _, score in query.bodies]
    values = [
        candidate.score,
        candidate.score - (ranked[1].score if len(ranked) > 1 else candidate.score),
        candidate.score - max(other, default=candidate.score),
        best.score,
        best.score - (sentences[1].score if len(sentences) > 1 else best.score),
        1 - len(known) / max(1, len(query.tokens)),
        len(query.names - known) / max(1, len(query.names)),
        len(query.names - item_tokens) / max(1, len(query.names)),
        np.mean([bool(ASKED[ask].search(whole)) for ask in query.asks]) if query.asks else 0.5,
        sum(idf[token] for token in missing) / total,
        max((idf[token] for token in missing), default=0.0),
        len(numbers - item_tokens) / max(1, len(numbers)),
        sum(idf[token] for token in known & said) / total,
        len(query.names & said) / max(1, len(query.names)),
        float(column["near_first"][inside].max()),
        float(column["clause"][inside].max()),
        len(nouns & item_tokens) / len(nouns) if nouns else 0.5,
        float(bool(nouns - item_tokens)),
        float(np.mean([item_no[r.row] == own for r in first])),
        float(
            np.mean([corpus.meeting_no[r.row] == corpus.meeting_no[candidate.row] for r in first])
        ),
        float(max((r.features[_COVER] for r in ranked if item_no[r.row] != own), default=0.0))
        - float(candidate.features[_COVER]),
        max(bodies, default=0.0) - float(candidate.features[_BODY]),
        float(any(d.proposer or d.seconder for d in item.decisions)) if item else 0.0,
        float(any(d.vote for d in item.decisions)) if item else 0.0,
        float(len(item.decisions)) if item else 0.0,
        *(float(ask in query.asks) for ask in ASKED),
    ]
    return np.concatenate([candidate.features, table[0], np.array(values, np.float32)])


def confidence(features: np.ndarray) -> float:
    """The probability that the answer is right and rightly cited."""
    return float(calibration().probabilities(features[None, :])[0])


@cache
def calibration() -> Calibration:
    return load_calibration(MODELS, "confidence")


def not_a_question(query: Query) -> bool:
    """Whether nothing in the text can be searched for."""
    return not query.tokens


# What is asked for and of whom in any item; a question of nothing else means no matter at all.
_OF_ANY_ITEM = frozenset(
    tokenize(
        """agreed decided decision resolved resolution approved cost price paid pay amount sum money
        much many number happened discussed discussion said reported report proposed proposer
        seconded seconder moved voted vote for against people person member councillor council
        committee meeting minutes item agenda matter thing outcome result reason date time place
        long anything everything told asked answer question reply concern raised it they them this
        that these those there one did do does was were is are be been have had has who what when
        where why how which whose present attended absent apologies sent"""
    )
)


def ambiguous(corpus: Corpus, query: Query) -> bool:
    """Whether a question names no matter, meeting, body or person, so that many items fit it."""
    named = (
        query.names or query.periods or query.item_numbers or query.references or query.named
    ) or any(share >= 0.5 for _, share in query.bodies)
    return len(corpus.meetings) > 1 and not named and _OF_ANY_ITEM.issuperset(query.tokens)


def outside_period(corpus: Corpus, query: Query, best: Ranked | None = None) -> bool:
    """Whether every period that is named lies wholly outside the meetings that the index has.

    Not where the best passage speaks of that year: a map of 1911, the budget of the year to come.
    """
    days = _days(corpus, query)
    years = {token for token in query.tokens if re.fullmatch(r"(?:19|20)\d\d", token)}
    if best is not None and years & _tokens(best.passage.text + " " + best.passage.heading):
        return False
    spans = period_days(query)
    if not spans or len(spans) < len(query.periods) or not len(days):
        return False
    return all(end < days.min() - LOOKS_BACK or start > days.max() for start, end in spans)


def unknown_body(corpus: Corpus, query: Query) -> str | None:
    """A body that the question names in full and that the index does not have."""
    for match in _A_BODY.finditer(query.text):
        name = match.group(1)
        words = _tokens(name) - _tokens("the council committee panel board forum cabinet of and")
        if words and not any(corpus.idf([word]) for word in words):
            return name
    return None


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer, and a sentence or two that say so."""

    reason: DeclineReason
    text: str


def refusal(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    sentences: Sequence[Sentence],
    sure: float,
    bar: float,
    *,
    filtered: bool = False,
) -> Refusal | None:
    """Why the answer that begins with the best of the sentences is not given; None: it is given.

    `ranked` are the passages that may answer; `sure` the confidence, and `bar` what it must reach;
    `filtered`: the user has limited the meetings to a body or to days.
    For the structure of the minutes alone, whatever the confidence, 666 of the 2,702 near misses of
    `eval/questions` are declined and 44 of the 2,308 other questions (`python -m eval.train_second`
    prints it, December 2026).
    """
    if not_a_question(query):
        return Refusal("not_a_question", "This is not a question that can be looked up in minutes.")
    if not filtered and ambiguous(corpus, query):
        return Refusal(
            "ambiguous",
            "The question fits many items. Name the matter, the meeting or the body that is meant. "
            + held(corpus, query),
        )
    if outside_period(corpus, query, ranked[sentences[0].passage] if sentences else None):
        labels = ", ".join(period.label for period in query.periods)
        return Refusal(
            "outside_period",
            f"The index has no minutes of {labels}. {held(corpus, replace(query, periods=()))}",
        )
    name = unknown_body(corpus, query)
    if name is not None:
        return Refusal("unknown_body", f"The index has no minutes of {name}. {held(corpus, query)}")
    if not sentences:
        return Refusal("not_found", f"The minutes do not say. {held(corpus, query)}")
    best = ranked[sentences[0].passage]
    lacking = unrecorded(corpus, query, ranked, sentences)
    other = of_another(corpus, query, best)
    if sure >= bar and not lacking and not other:
        return None
    nearest = _nearest(corpus, query, ranked, sentences)
    near = named(corpus, ranked[nearest.passage])
    says = _says(nearest.text)
    if other and not lacking:
        return Refusal(
            "not_found",
            f"The minutes of {other} do not say. The nearest is {near}{says} {held(corpus, query)}",
        )
    if lacking:
        lack = " or ".join(DETAILS[ask] for ask in lacking)
        return Refusal(
            "not_recorded", f"The minutes do not record {lack}. The nearest is {near}{says}"
        )
    if best.features[_COVER] >= 0.5:
        return Refusal(
            "not_recorded",
            f"The minutes do not clearly say. The nearest is {near}{says}",
        )
    return Refusal(
        "not_found", f"The minutes do not say. The nearest is {near}{says} {held(corpus, query)}"
    )


def _nearest(
    corpus: Corpus, query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> Sentence:
    """The best sentence of the period that the question names, of any where it names none."""
    spans = period_days(query)
    for sentence in sentences:
        day = int(corpus.dates[corpus.meeting_no[ranked[sentence.passage].row]])
        if within_days(spans, day):
            return sentence
    return sentences[0]


def _says(sentence: str) -> str:
    """What the nearest item does say, if it is short enough for a refusal."""
    words = sentence.split()
    if not 4 <= len(words) <= SHORT:
        return "."
    return f", which says: “{' '.join(words).strip(' “”')}”"


def unrecorded(
    corpus: Corpus, query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> list[Detail]:
    """The details of fixed form that are asked for and that the item of the best sentence lacks.

    A sum, number or time must stand in the sentences that would be the answer: there is one in
    most items. That somebody was against it, or that it was refused, anywhere in the item.
    """
    candidate = ranked[sentences[0].passage]
    text = item_text(corpus, candidate)
    lacking: list[Detail] = []
    if _ASKS_WHO.search(query.focus):
        lacking += [
            ask
            for ask in ("proposer", "seconder")
            if ask in query.asks and not ASKED[ask].search(text)
        ]
    if _ASKS_COUNT.search(query.focus) and not (
        ASKED["vote"].search(text) or _COUNTED.search(text)
    ):
        lacking.append("vote")
    if _ASKS_OPPONENT.search(query.focus):
        if not _AGAINST.search(text):
            lacking.append("opponent")
    elif _ASKS_REFUSAL.search(query.focus) and not _REFUSED.search(
        f"{candidate.passage.heading}\n{text}"
    ):
        lacking.append("refusal")
    own = corpus.item_no[candidate.row]
    said = [s.text for s in sentences[:SAID] if corpus.item_no[ranked[s.passage].row] == own]
    if _ASKS_SUM.search(query.focus) and not _tells(query, AMOUNT, said):
        lacking.append("cost")
    if _ASKS_NUMBER.search(query.focus) and not _tells(
        query, COUNT, [NO_COUNT.sub(" ", one) for one in said]
    ):
        lacking.append("count")
    if _ASKS_TIME.search(query.focus) and not _tells(query, TIME_OF_DAY, said):
        lacking.append("time")
    if _ASKS_DURATION.search(query.focus) and not _tells(query, DURATION, said):
        lacking.append("duration")
    if query.asks & OPENING:
        text += "\n" + _opening(corpus, candidate)
        lacking += [ask for ask in sorted(query.asks & OPENING) if not ASKED[ask].search(text)]
    return lacking


def _tells(query: Query, form: re.Pattern[str], said: Sequence[str]) -> bool:
    """Whether something of the form stands in the sentences that the question does not say."""
    asked = set(query.tokens)
    found = (_tokens(match.group(0)) for one in said for match in form.finditer(one))
    return any(not tokens or tokens - asked for tokens in found)


def of_another(corpus: Corpus, query: Query, candidate: Ranked) -> str | None:
    """The body or time that is asked about, where an item is of another and does not name it."""
    meeting = corpus.meeting_of(candidate.row)
    tokens = _tokens(item_text(corpus, candidate) + " " + candidate.passage.heading)
    meant = [body for body, share in query.bodies if share >= 0.5]
    if meant and meeting.body not in meant:
        telling = set().union(*map(_tokens, meant)) - _ANY_BODY
        if not telling & set(query.tokens) & tokens:
            return meant[0]
    spans = period_days(query)
    day = int(corpus.dates[corpus.meeting_no[candidate.row]])
    if spans and not within_days(spans, day, LOOKS_BACK):
        years = {token for token in query.tokens if re.fullmatch(r"(?:19|20)\d\d", token)}
        if years and not years & tokens:
            return " and ".join(period.label for period in query.periods)
    return None


def _opening(corpus: Corpus, candidate: Ranked) -> str:
    """Who was there, as the opening of the meeting's minutes and its parsed attendance tell."""
    front = corpus.index.paragraphs(candidate.passage.meeting_id, -1)
    attendance = corpus.meeting_of(candidate.row).attendance
    told = [f"{label} {', '.join(names)}" for label, names in vars(attendance).items() if names]
    return "\n".join([*(paragraph.text for paragraph in front), *told])


def held(corpus: Corpus, query: Query) -> str:
    """What the index does hold, of the bodies that are meant or in all."""
    names = [body for body, share in query.bodies if share >= 0.5][:1]
    meetings = [m for m in corpus.meetings if m.date and (not names or m.body in names)]
    if not meetings:
        return f"The index has {len(corpus.meetings)} meetings."
    first, last = min(_month(m) for m in meetings), max(_month(m) for m in meetings)
    whose = f"minutes of {names[0]}" if names else f"minutes of {_bodies(corpus)}"
    told = f"The index has {whose} from {_said(first)} to {_said(last)}"
    spans = period_days(query)
    days = [date.fromisoformat(m.date).toordinal() for m in meetings if m.date]
    within = sum(within_days(spans, day) for day in days)
    if not spans or within == len(days):
        return f"{told}."
    return f"{told}, {within or 'none'} of them of {', '.join(p.label for p in query.periods)}."


def _bodies(corpus: Corpus) -> str:
    count = len(corpus.bodies.names)
    return corpus.bodies.names[0] if count == 1 else f"{count} bodies"


def _month(meeting: StoredMeeting) -> str:
    return (meeting.date or "")[:7]


def _said(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def named(corpus: Corpus, candidate: Ranked) -> str:
    meeting, item = corpus.meeting_of(candidate.row), corpus.item_of(candidate.row)
    what = "the opening of the minutes"
    if item is not None:
        title = item.title.strip(" .:")
        what = f"item {item.number}" if item.number else "the item"
        what += f", “{title}”," if title else ""
    where = meeting.body or meeting.council or meeting.source
    day = date.fromisoformat(meeting.date) if meeting.date else None
    return f"{what} of {where}" + (f", {day.day} {day:%B %Y}" if day else "")


def _days(corpus: Corpus, query: Query) -> np.ndarray:
    bodies = {body for body, share in query.bodies if share >= 0.5}
    chosen = [
        day
        for day, meeting in zip(corpus.dates, corpus.meetings, strict=True)
        if day and (not bodies or meeting.body in bodies)
    ]
    return np.array(chosen, np.int64)


def item_text(corpus: Corpus, candidate: Ranked) -> str:
    passage = candidate.passage
    paragraphs = corpus.index.paragraphs(passage.meeting_id, passage.item)
    return "\n".join(p.text for p in paragraphs)


def _tokens(text: str) -> set[str]:
    return set(tokenize(text))
