"""All decisions on a matter, listed and counted from what was read as decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar, get_args

import numpy as np

from assistant.answer_model import Citation
from assistant.compose import MAX_QUOTE_WORDS, cite
from assistant.rank import Ranked
from assistant.register import list_decisions, sittings
from assistant.wording import spoken_date
from ingest.model import DecisionKind
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from assistant.question import Query
    from assistant.retrieve import Corpus, Filters
    from ingest.index import StoredItem, StoredMeeting

T = TypeVar("T")
SHOWN = 5  # decisions that are quoted
SHOWN_WORDS = 15  # of each in the answer; the citation has more
MEANT = 0.5  # how surely a body must be meant for its decisions alone to be listed
# How sure such an answer is. No question of the train sets asks for one; of the decisions that are
# read about nine in ten are right and two in three are found (`python -m eval.measure_decisions`,
# November 2026), so the list is true and the count a lower bound.
LISTED = 0.7
NOTE = (
    "The count is of decisions that could be read from the wording; more may be told in passing. "
    "The page Decisions and `minutes items --decisions` list them all."
)

_ALL = re.compile(
    r"\b(?:list|all|every|each|what|which|how many|number of)\b(?:\W+[\w’'-]+){0,3}?"
    r"\W+(?:decisions|resolutions)\b|\bhow many motions\b",
    re.I,
)
_ONE_MEETING = re.compile(r"\b(?:this|that|the (?:same|last)) (?:meeting|item)\b", re.I)
_GENERIC = frozenset(
    tokenize(
        """list all every each what which how many number decisions resolutions motions taken made
        passed carried minutes council councils committee committees councillors members meeting
        meetings about concerning regarding record recorded give show find tell year years month
        between since until before after during there total altogether come put"""
    )
)


@dataclass(frozen=True)
class Listed:
    """An answer that lists things, with its citations and what is to be said of its count."""

    text: str
    citations: tuple[Citation, ...]
    note: str


@dataclass(frozen=True)
class Scope:
    """Which meetings a list is of, and the words of the question that say so."""

    body: str | None
    since: date | None
    until: date | None
    words: frozenset[str]

    def __bool__(self) -> bool:
        return any((self.body, self.since, self.until))

    @classmethod
    def of(cls, query: Query, filters: Filters) -> Scope:
        """What the question says of body and time, within the filters."""
        bodies = [body for body, share in query.bodies if share >= MEANT][:1]
        starts = [period.start for period in query.periods if period.start]
        ends = [period.end for period in query.periods if period.end]
        labels = (*bodies, *(period.label for period in query.periods))
        return cls(
            body=bodies[0] if bodies else filters.body,
            since=max(filter(None, (min(starts, default=None), filters.since)), default=None),
            until=min(filter(None, (max(ends, default=None), filters.until)), default=None),
            words=frozenset(token for label in labels for token in tokenize(label)),
        )


class Found(NamedTuple):
    """Something that is listed: the text to quote, where it stands, and how it is introduced."""

    meeting: StoredMeeting
    item: StoredItem
    text: str
    label: str


def list_all(corpus: Corpus, query: Query, filters: Filters) -> Listed | None:
    """All decisions that a question asks for, newest first; None where it asks for something else.

    Those are meant whose title or text holds every telling word of the question.
    """
    if not _ALL.search(query.focus) or _ONE_MEETING.search(query.focus):
        return None
    kinds = {kind for kind in get_args(DecisionKind) if set(tokenize(kind)) & set(query.tokens)}
    scope = Scope.of(query, filters)
    spent = _GENERIC.union(scope.words, *(tokenize(kind) for kind in kinds))
    topic = [token for token in query.tokens if token not in spent]
    if not (topic or scope):
        return None
    entries = list_decisions(
        corpus.index,
        body=scope.body,
        since=scope.since,
        until=scope.until,
        kinds=kinds,
        text=" ".join(topic),
    )
    meetings = {entry.meeting.id: entry.meeting for entry in entries}
    once = {meeting.id for meeting in sittings([*meetings.values()])}
    found = [
        Found(e.meeting, e.item, e.decision.text, e.decision.kind)
        for e in entries
        if e.meeting.id in once
    ]
    return listing(corpus, found, "decision", NOTE)


def listing(
    corpus: Corpus, found: Sequence[Found], thing: str, note: str, whose: str = ""
) -> Listed | None:
    """How many were found, and the first of them quoted; None where none can be quoted."""
    quoted = first_cited(found, lambda one, marker: _cited(corpus, one, marker))
    if not quoted:
        return None
    markers = "".join(f"[{citation.marker}]" for _, citation in quoted)
    count = len(found)
    many = f"1 {thing}{whose} was" if count == 1 else f"{count} {thing}s{whose} were"
    more = f"; the newest {len(quoted)}" if count > len(quoted) else ""
    told = [f"{many} found{more} {markers}:"]
    told += [_told(one, citation) for one, citation in quoted]
    return Listed(" ".join(told), tuple(citation for _, citation in quoted), note)


def first_cited(
    found: Sequence[T], cited: Callable[[T, int], Citation | None]
) -> list[tuple[T, Citation]]:
    """The first of what was found that can be cited, each with its citation."""
    quoted: list[tuple[T, Citation]] = []
    for one in found:
        citation = cited(one, len(quoted) + 1)
        if citation is not None:
            quoted.append((one, citation))
        if len(quoted) == SHOWN:
            break
    return quoted


def _told(one: Found, citation: Citation) -> str:
    words = citation.quote.split()
    said = " ".join(words[:SHOWN_WORDS]) + (" …" if len(words) > SHOWN_WORDS else "")
    return f"{spoken_date(one.meeting.date)}, {one.label}: {said} [{citation.marker}]"


def _cited(corpus: Corpus, one: Found, marker: int) -> Citation | None:
    """The citation of a text or its first paragraph; None where no passage holds it whole."""
    passages = corpus.index.passages_of(one.meeting.id, one.item.place)
    for words in (one.text.split(), one.text.split("\n")[0].split()):
        quote = " ".join(words[:MAX_QUOTE_WORDS])
        for passage in passages:
            if quote and quote in " ".join(passage.text.split()):
                row = corpus.row_of[passage.id]
                return cite(corpus, Ranked(row, passage, 0.0, np.zeros(0)), marker, quote)
    return None
