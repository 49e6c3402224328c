"""Where a later meeting corrects, amends or rescinds what is quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from weakref import WeakKeyDictionary

import numpy as np

from assistant.answer_model import Citation
from assistant.compose import (
    MAX_CITATIONS,
    MAX_QUOTE_WORDS,
    MAX_WORDS,
    cite,
    outcome_of,
    window,
)
from assistant.rank import Ranked
from assistant.retrieve import Corpus
from assistant.wording import spoken_date
from ingest.dates import find_dates, find_months
from ingest.index import StoredMeeting
from ingest.model import Passage
from ingest.sentences import split_sentences
from ingest.tokens import tokenize

MOST = 2  # amendments that are told with an answer
# How telling the words are that an amendment without a number has to share with what is quoted, as
# inverse document frequency in that of a word of one passage, and how many: two rare ones or three
# of the middle. Chosen by reading what was found in the minutes of the train sets.
SHARED, SHARED_WORDS = 1.3, 2
MONTHS_BACK = 366  # days within which "the January minutes" lie

_MARKER = re.compile(r"\[\d+\]")
_CORRECTS = re.compile(
    r"\bsubject to (?:\w+ ){0,3}(?:amendments?|corrections?|alterations?|changes|inclusion|addition"
    r"|insertion|deletion|removal)\b"
    r"|\bshould (?:have )?(?:read|be (?:amended|corrected))\b"
    r"|\b(?:to )?be(?:ing)? (?:amended|corrected|altered)\b"
    r"|\b(?:was|were) (?:amended|corrected)\b"
    r"|\bfor [\"“'‘].{1,120}?[\"”'’],? read\b",
    re.I | re.S,
)
_OF_MINUTES = re.compile(r"\bminutes\b", re.I)
_RESCINDS = re.compile(
    r"\b(?:be|is|are|was|were|been) (?:\w+ )?"
    r"(?:rescinded|revoked|overturned|superseded|set aside)\b"
    r"|\b(?:rescind|revoke|overturn|supersede)(?:s|d|ed)? (?:part|minute|resolution|item|decision"
    r"|its (?:decision|resolution)|the (?:decision|resolution))\b",
    re.I,
)
_NUMBERS = re.compile(
    r"\b(?:items?|minutes?|min|resolutions?|decisions?|para(?:graph)?s?|no|number)\b\.?\s*"
    r"(?:(?:no|number)\b\.?\s*)?(?P<number>(?:[A-Z]{1,5}[ /-]?)?\d[\w/.-]*(?:\s?\(\w{1,3}\))*)",
    re.I,
)
_INSTEAD = re.compile(r"\bfor [\"“'‘](?P<old>.{1,120}?)[\"”'’],? read\b", re.I | re.S)
_NOT_DONE = ("lost", "withdrawn", "refused", "deferred", "recommended")
_DECIDED = ("resolved", "agreed")
# How minutes tell of what is done: a motion that somebody moved, or a call on others, is not.
_IS_DONE = re.compile(
    r"\b(?:was|were|been|hereby) (?:\w+ )?(?:rescinded|revoked|overturned)\b", re.I
)
_IS_MOVED = re.compile(r"\b(?:mov(?:e|es|ed|ing)|motion|propos\w+|asked|request\w*)\b", re.I)
_ASKS = re.compile(r"\b(?:calls? (?:up)?on|asks?|asked|urges?|requests?|requested|seeks?)\b", re.I)
_MOVERS = re.compile(
    r"\b(?:propos(?:ed|al)|seconded|moved)\b(?: (?:by|of))?"
    r"(?:\s+(?:(?:by|and|the|cllrs?|councillors?|mrs?|ms|miss|dr)\b\.?|[A-Z][\w.’'-]*)){1,6}"
)
_CORRECTING = tokenize("amendment amended corrected correction read inclusion insertion addition")
_RESCINDING = tokenize("rescinded revoked overturned superseded aside")
_GENERIC = frozenset(
    tokenize(
        """minutes meeting held council councillor cllr committee chair mr mrs ms item number
        subject following amended amendment corrected correction read inclusion insertion addition
        confirmed signed approved agreed proposed seconded record resolved true request"""
    )
)


def corrects_minutes(sentence: str) -> bool:
    """Whether a sentence corrects the minutes of a meeting, or asks for it."""
    return bool(_CORRECTS.search(sentence) and _OF_MINUTES.search(sentence))


@dataclass(frozen=True)
class Amendments:
    """Sentences that tell of what was amended later, each with its citation."""

    told: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()


def amendments(corpus: Corpus, answer: str, citations: Sequence[Citation]) -> Amendments:
    """What later meetings of the same body say against the quotes, told and cited.

    The markers go on from those of `citations`, which the answer has; where the answer would grow
    too long, only the citation has the words. Told is a sentence that corrects the minutes of the
    quoted meeting, or a resolution that rescinds, if it names the quoted item by its number, or the
    words that it replaces, or shares telling words with it; a motion to rescind that was lost is
    not told.
    """
    told: list[str] = []
    found: list[Citation] = []
    seen = {citation.passage_id for citation in citations}
    room = MAX_WORDS - len(_MARKER.sub("", answer).split())
    most = min(MOST, MAX_CITATIONS - len(citations))
    for quoted in citations:
        for amending in _later(corpus, quoted):
            if len(found) >= most or amending.passage.id in seen:
                continue
            done = _amends(corpus, quoted, amending)
            if done is None:
                continue
            seen.add(amending.passage.id)
            candidate = Ranked(amending.row, amending.passage, 0.0, np.zeros(0))
            marker = len(citations) + len(found) + 1
            citation = cite(corpus, candidate, marker, amending.quote)
            on = f", on {spoken_date(citation.date)}" if citation.date else ""
            said = f"{done} later{on}: {amending.quote}"
            said = said if len(said.split()) <= room else f"{done} later{on}"
            room -= len(said.split())
            told.append(f"{said} [{marker}]")
            found.append(citation)
    return Amendments(tuple(told), tuple(found))


@dataclass(frozen=True)
class _Amending:
    """A sentence that corrects minutes or rescinds a resolution."""

    row: int
    passage: Passage
    quote: str
    rescinds: bool


_KNOWN: WeakKeyDictionary[Corpus, dict[str, list[_Amending]]] = WeakKeyDictionary()


def _later(corpus: Corpus, quoted: Citation) -> list[_Amending]:
    """What amends or rescinds in later meetings of the quoted body, oldest first."""
    if not quoted.date or not quoted.body:
        return []
    every = amending_sentences(corpus).get(quoted.body, [])
    return [one for one in every if (corpus.meeting_of(one.row).date or "") > quoted.date]


def amending_sentences(corpus: Corpus) -> dict[str, list[_Amending]]:
    """All that amends or rescinds, by body, oldest first; looked for once in an index.

    25,000 passages take 0.1 s, which the page spends when it opens them.
    """
    known = _KNOWN.get(corpus)
    if known is None:
        known = _KNOWN[corpus] = _by_body(corpus)
    return known


def _by_body(corpus: Corpus) -> dict[str, list[_Amending]]:
    rows = np.union1d(
        np.intersect1d(_holding(corpus, _CORRECTING), corpus.index.postings(*tokenize("minutes"))),
        _holding(corpus, _RESCINDING),
    ).astype(np.int64)
    rows = rows[np.argsort(corpus.dates[corpus.meeting_no[rows]], kind="stable")]
    passages = corpus.index.passages([corpus.ids[row] for row in rows])
    found: dict[str, list[_Amending]] = {}
    for row, passage in zip(rows, passages, strict=True):
        body = corpus.meeting_of(int(row)).body
        if body is None or corpus.front[row]:
            continue
        if not (_RESCINDS.search(passage.text) or corrects_minutes(passage.text)):
            continue  # nor does a sentence of it; telling sentences apart takes far longer
        for span in split_sentences(passage.text):
            amending = _amending(corpus, int(row), passage, span)
            if amending is not None:
                found.setdefault(body, []).append(amending)
    return found


def _amending(
    corpus: Corpus, row: int, passage: Passage, span: tuple[int, int]
) -> _Amending | None:
    """A sentence if it corrects minutes or tells of a resolution that was rescinded."""
    start, end = span
    sentence = passage.text[start:end]
    rescinds = bool(_RESCINDS.search(sentence))
    if not rescinds and not corrects_minutes(sentence):
        return None
    if len(sentence.split()) > MAX_QUOTE_WORDS:
        start, end = window(passage.text, start, end, [*_CORRECTING, *_RESCINDING])
    quote = " ".join(passage.text[start:end].split())
    item = corpus.item_of(row)
    outcome = outcome_of(item, quote) if item else None
    if outcome in _NOT_DONE:
        return None
    if rescinds:
        decided = outcome in _DECIDED and not _ASKS.search(quote)
        told = _IS_DONE.search(quote) and not _IS_MOVED.search(quote)
        if not (decided or told):
            return None
    return _Amending(row, passage, quote, rescinds)


def _holding(corpus: Corpus, tokens: Sequence[str]) -> np.ndarray:
    return reduce(np.union1d, (corpus.index.postings(token) for token in tokens))


def _amends(corpus: Corpus, quoted: Citation, amending: _Amending) -> str | None:
    """What a sentence of a later meeting does to what is quoted, in words; None: nothing."""
    sentence = amending.quote
    dates = list(find_dates(sentence))
    printed = [sentence[one.start : one.end] for one in dates]
    numbers = [
        match["number"]
        for match in _NUMBERS.finditer(sentence)
        if not any(one.start <= match.start("number") < one.end for one in dates)
    ]
    days = {one.iso for one in dates}
    named = _is_named(quoted, numbers) if numbers else _alike(corpus, quoted, sentence, printed)
    if amending.rescinds:
        of_that_day = quoted.date in days or (not days and bool(numbers))
        return "Rescinded" if of_that_day and named else None
    later = corpus.meeting_of(amending.row)
    if not _of_those_minutes(corpus, quoted, later, sentence, days):
        return None
    instead = _INSTEAD.search(sentence)
    if instead and " ".join(instead["old"].split()).casefold() in quoted.quote.casefold():
        named = True
    if not named:
        return None
    return "A correction was asked for" if _ASKS.search(sentence) else "Corrected"


def _is_named(quoted: Citation, numbers: Sequence[str]) -> bool:
    return quoted.item is not None and _bare(quoted.item) in map(_bare, numbers)


def _bare(number: str) -> str:
    """An item number without spaces, brackets and a full stop behind it."""
    return re.sub(r"[\s()\[\]]", "", number.casefold()).rstrip(".,")


def _of_those_minutes(
    corpus: Corpus, quoted: Citation, later: StoredMeeting, sentence: str, days: set[str]
) -> bool:
    """Whether the minutes that are corrected are those quoted: by day, by month, else the last."""
    if days:
        return quoted.date in days
    quoted_day = date.fromisoformat(quoted.date or "")
    later_day = date.fromisoformat(later.date or "")
    if months := find_months(sentence):
        near = (later_day - quoted_day).days <= MONTHS_BACK
        return near and quoted_day.month in months
    between = [m.date for m in corpus.meetings if m.body == later.body and m.date]
    return not any(quoted_day.isoformat() < day < later_day.isoformat() for day in between)


def _alike(corpus: Corpus, quoted: Citation, sentence: str, printed: Sequence[str]) -> bool:
    """Whether a sentence shares telling words with the quote or its item's title.

    Its dates and those who moved it tell nothing.
    """
    ours = {*tokenize(quoted.quote), *tokenize(quoted.title)} - _GENERIC
    theirs = set(tokenize(_MOVERS.sub(" ", sentence)))
    theirs -= {*tokenize(" ".join(printed)), *tokenize(quoted.body or "")}
    shared = sorted(ours & theirs)
    idf = corpus.idf(shared)
    rare = float(np.log1p((len(corpus) - 0.5) / 1.5))
    return len(shared) >= SHARED_WORDS and sum(idf.values()) >= SHARED * rare
