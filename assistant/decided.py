"""All decisions on a matter, listed and counted from what was read as decisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, get_args

import numpy as np

from assistant.answer_model import Citation
from assistant.compose import MAX_QUOTE_WORDS, cite
from assistant.rank import Ranked
from assistant.register import Entry, list_decisions
from assistant.wording import spoken_date
from ingest.model import DecisionKind
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from assistant.question import Query
    from assistant.retrieve import Corpus, Filters

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
    """An answer that lists decisions, with its citations."""

    text: str
    citations: tuple[Citation, ...]


def list_all(corpus: Corpus, query: Query, filters: Filters) -> Listed | None:
    """All decisions that a question asks for, newest first; None where it asks for something else.

    Those are meant whose title or text holds every telling word of the question.
    """
    if not _ALL.search(query.focus) or _ONE_MEETING.search(query.focus):
        return None
    bodies = [body for body, share in query.bodies if share >= MEANT][:1]
    kinds = {kind for kind in get_args(DecisionKind) if set(tokenize(kind)) & set(query.tokens)}
    spent = set(_GENERIC).union(
        *(tokenize(name) for name in (*bodies, *kinds)),
        *(tokenize(period.label) for period in query.periods),
    )
    topic = [token for token in query.tokens if token not in spent]
    starts = [period.start for period in query.periods if period.start]
    ends = [period.end for period in query.periods if period.end]
    if not (topic or bodies or starts or ends):
        return None
    found = list_decisions(
        corpus.index,
        body=bodies[0] if bodies else filters.body,
        since=_latest(min(starts, default=None), filters.since),
        until=_earliest(max(ends, default=None), filters.until),
        kinds=kinds,
        text=" ".join(topic),
    )
    quoted: list[tuple[Entry, Citation]] = []
    for entry in found:
        citation = _cited(corpus, entry, len(quoted) + 1)
        if citation is not None:
            quoted.append((entry, citation))
        if len(quoted) == SHOWN:
            break
    if not quoted:
        return None
    markers = "".join(f"[{citation.marker}]" for _, citation in quoted)
    many = "1 decision was" if len(found) == 1 else f"{len(found)} decisions were"
    more = f"; the newest {len(quoted)}" if len(found) > len(quoted) else ""
    told = [f"{many} found{more} {markers}:"]
    told += [_told(entry, citation) for entry, citation in quoted]
    return Listed(" ".join(told), tuple(citation for _, citation in quoted))


def _told(entry: Entry, citation: Citation) -> str:
    words = citation.quote.split()
    said = " ".join(words[:SHOWN_WORDS]) + (" …" if len(words) > SHOWN_WORDS else "")
    kind = entry.decision.kind
    return f"{spoken_date(entry.meeting.date)}, {kind}: {said} [{citation.marker}]"


def _cited(corpus: Corpus, entry: Entry, marker: int) -> Citation | None:
    """The citation of a decision or its first paragraph; None where no passage holds it whole."""
    text = entry.decision.text
    passages = corpus.index.passages_of(entry.meeting.id, entry.item.place)
    for words in (text.split(), text.split("\n")[0].split()):
        quote = " ".join(words[:MAX_QUOTE_WORDS])
        for passage in passages:
            if quote and quote in " ".join(passage.text.split()):
                row = corpus.row_of[passage.id]
                return cite(corpus, Ranked(row, passage, 0.0, np.zeros(0)), marker, quote)
    return None


def _latest(one: date | None, other: date | None) -> date | None:
    return max(filter(None, (one, other)), default=None)


def _earliest(one: date | None, other: date | None) -> date | None:
    return min(filter(None, (one, other)), default=None)
