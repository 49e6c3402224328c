"""Question -> candidate passages: dense and BM25 together, over passages, items and meetings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from assistant.question import BodyNames, Query
from ingest.bodies import abbreviations
from ingest.index import Index, StoredItem, StoredMeeting

# How many each search gives, and how many places beside how many of the first join them. Of the
# right passages 0.98 (train_limerick), 0.96 (train_parish) and 0.96 (train_uk) are then among the
# rank.CLOSE best: `python -m eval.train_rankers` prints it (December 2026). Without those beside
# the first it is 0.96 in all three, and 0.925 instead of 0.942 are among the eight that are read.
DENSE, LEXICAL, FOCUSED = 100, 100, 40
FIRST, BESIDE = 10, 2
MINUTED_LATER = 45  # days; what is said to happen in a month is often minuted at the next meeting
RRF = 60  # Cormack, Clarke and Büttcher 2009, reciprocal rank fusion


@dataclass(frozen=True)
class Filters:
    """Hard limits set by the user; None is no limit."""

    body: str | None = None
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return any((self.body, self.since, self.until))


NO_FILTERS = Filters()


class Corpus:
    """The passages of one generation as columns, in the row order of its index."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.ids = index.passage_ids
        self.meetings: list[StoredMeeting] = index.meetings()
        number = {meeting.id: i for i, meeting in enumerate(self.meetings)}
        places = index.rows()
        items: dict[tuple[str, int], int] = {}
        self.item_no = np.fromiter(
            (items.setdefault(place, len(items)) for place in places), np.int32, len(places)
        )
        self.item_keys = list(items)
        self.meeting_no = np.fromiter(
            (number[meeting] for meeting, _ in places), np.int32, len(places)
        )
        self.front = np.fromiter((place < 0 for _, place in places), bool, len(places))
        self.dates = np.array(
            [date.fromisoformat(m.date).toordinal() if m.date else 0 for m in self.meetings],
            np.int32,
        )
        names = {m.body for m in self.meetings if m.body}
        sizes = dict.fromkeys(names, 0)
        held = np.bincount(self.meeting_no, minlength=len(self.meetings))
        for meeting, passages in zip(self.meetings, held, strict=True):
            if meeting.body:
                sizes[meeting.body] += int(passages)
        self.bodies = BodyNames(
            names,
            {name: abbreviations(name) for name in names},
            sizes,
            lambda word: len(index.postings(word)),
            [(m.body, date.fromisoformat(m.date)) for m in self.meetings if m.body and m.date],
        )
        self._items: dict[tuple[str, int], StoredItem] = {}
        self._last_idf: tuple[tuple[str, ...], dict[str, float]] = ((), {})

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def row_of(self) -> dict[str, int]:
        return {id: row for row, id in enumerate(self.ids)}

    def meeting_of(self, row: int) -> StoredMeeting:
        return self.meetings[int(self.meeting_no[row])]

    def item_of(self, row: int) -> StoredItem | None:
        """The item of a row; None for front matter."""
        key = self.item_keys[self.item_no[row]]
        if key[1] < 0:
            return None
        if key not in self._items:
            self._items[key] = self.index.item(*key)
        return self._items[key]

    def idf(self, tokens: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of tokens; a token that no passage holds has none."""
        asked, known = self._last_idf  # one question asks for the same several times
        if asked != tuple(tokens):
            known = self._idf(tokens)
            self._last_idf = (tuple(tokens), known)
        return known

    def _idf(self, tokens: Sequence[str]) -> dict[str, float]:
        counts = {token: len(self.index.postings(token)) for token in tokens}
        total = len(self)
        return {
            token: float(np.log1p((total - count + 0.5) / (count + 0.5)))
            for token, count in counts.items()
            if count
        }

    def allowed_meetings(self, filters: Filters) -> set[int]:
        """Numbers of the meetings that hard filters let through."""
        from ingest.bodies import same_body

        wanted = filters.body
        passes_body = {
            body: wanted is None
            or same_body(body, wanted)
            or (len(wanted) > 3 and wanted.casefold() in body.casefold())
            for body in self.bodies.names
        }
        result = set()
        for number, meeting in enumerate(self.meetings):
            if wanted is not None and not (meeting.body and passes_body[meeting.body]):
                continue
            if filters.since and (not meeting.date or meeting.date < filters.since.isoformat()):
                continue
            if filters.until and (not meeting.date or meeting.date > filters.until.isoformat()):
                continue
            result.add(number)
        return result


@dataclass(frozen=True)
class Found:
    """Scores of one search over all rows, and the candidate rows.

    Passages of the items that the question names come first, then the best fused score.
    """

    rows: np.ndarray  # (n,) candidates
    cosine: np.ndarray  # (n,) of each candidate
    bm25: np.ndarray  # (rows of the corpus,)
    fused: np.ndarray  # (n,)
    dense_rank: np.ndarray  # (n,) 1 is best; large where the dense search did not return it
    bm25_rank: np.ndarray  # (n,)


def search(
    corpus: Corpus,
    query: Query,
    vector: np.ndarray,
    filters: Filters = NO_FILTERS,
) -> Found:
    """The union of what both searches find, and of what they find in the meetings that are meant.

    `vector` is the question's embedding, (dim,). What the question seems to say of body and period
    adds candidates and takes none away; only `filters` do.
    """
    bm25 = corpus.index.bm25(query.tokens)
    allowed = corpus.allowed_meetings(filters) if filters else None
    inside = None
    if allowed is not None:
        mask = np.isin(corpus.meeting_no, np.fromiter(allowed, np.int32, len(allowed)))
        bm25 = np.where(mask, bm25, 0.0)
        inside = [corpus.meetings[number].id for number in sorted(allowed)]
        if not inside:
            return _fuse(corpus, vector, np.zeros(0, np.int32), {}, bm25)
    dense = _dense(corpus, vector, DENSE, inside)
    lexical = _top(bm25, LEXICAL)
    meant = meetings_meant(corpus, query)
    if allowed is not None:
        meant &= allowed
    extra: Collection[int] = ()
    if meant and len(meant) < len(corpus.meetings) / 2:
        mask = np.isin(corpus.meeting_no, np.fromiter(meant, np.int32, len(meant)))
        nearby = _dense(corpus, vector, FOCUSED, [corpus.meetings[n].id for n in sorted(meant)])
        dense = nearby | dense
        extra = _top(np.where(mask, bm25, 0.0), FOCUSED)
    named = [row for row in query.named if allowed is None or corpus.meeting_no[row] in allowed]
    rows = np.array(sorted({*dense, *lexical, *extra, *named}), np.int32)
    return _fuse(corpus, vector, rows, dense, bm25, named)


def meetings_meant(corpus: Corpus, query: Query) -> set[int]:
    """Numbers of the meetings that agree with the bodies and periods a question names."""
    if not query.periods and not query.bodies:
        return set()
    bodies = {body for body, _ in query.bodies}
    spans = period_days(query)
    result = set()
    for number, meeting in enumerate(corpus.meetings):
        if bodies and meeting.body not in bodies:
            continue
        if query.periods and not within_days(spans, int(corpus.dates[number]), MINUTED_LATER):
            month = {period.month for period in query.periods if period.start is None}
            if not meeting.date or int(meeting.date[5:7]) not in month:
                continue
        result.add(number)
    return result


def period_days(query: Query) -> list[tuple[int, int]]:
    """First and last day, as ordinals, of the periods that a question names with their year."""
    return [
        (
            period.start.toordinal() if period.start else 1,
            period.end.toordinal() if period.end else date.max.toordinal() - MINUTED_LATER,
        )
        for period in query.periods
        if period.start or period.end
    ]


def within_days(spans: Sequence[tuple[int, int]], day: int, later: int = 0) -> bool:
    """Whether a day lies in one of the spans, or at most `later` days behind it."""
    return any(start <= day <= end + later for start, end in spans)


def _dense(
    corpus: Corpus, vector: np.ndarray, k: int, meeting_ids: Collection[str] | None
) -> dict[int, float]:
    found = corpus.index.dense(vector, min(k, len(corpus)), meeting_ids)
    return {corpus.row_of[id]: score for id, score in found}


def _top(scores: np.ndarray, k: int) -> list[int]:
    best = np.argpartition(-scores, k)[:k] if k < len(scores) else np.arange(len(scores))
    return [int(row) for row in best if scores[row] > 0]


def _fuse(
    corpus: Corpus,
    vector: np.ndarray,
    rows: np.ndarray,
    dense: dict[int, float],
    bm25: np.ndarray,
    named: Sequence[int] = (),
) -> Found:
    if len(rows):
        vectors = corpus.index.vectors([corpus.ids[row] for row in rows])
        cosine = vectors @ vector
    else:
        cosine = np.zeros(0, np.float32)
    far = 10 * (DENSE + LEXICAL)
    dense_rank = _ranks(cosine, np.array([row in dense for row in rows], bool), far)
    bm25_rank = _ranks(bm25[rows], bm25[rows] > 0, far)
    fused = 1 / (RRF + dense_rank) + 1 / (RRF + bm25_rank)
    order = np.lexsort((-fused, ~np.isin(rows, np.array(named, np.int32))))
    found = Found(
        rows[order], cosine[order], bm25, fused[order], dense_rank[order], bm25_rank[order]
    )
    return _with_beside(corpus, found, vector, far)


def _with_beside(corpus: Corpus, found: Found, vector: np.ndarray, far: int) -> Found:
    """The candidates with the passages beside the first in their items right behind the first.

    What is asked may stand where none of its words are, in the passage before or behind.
    """
    place = {int(row): n for n, row in enumerate(found.rows)}
    first = found.rows[:FIRST]
    beside: list[int] = []
    for row in map(int, first):
        for other in range(max(0, row - BESIDE), min(len(corpus), row + BESIDE + 1)):
            near = corpus.item_no[other] == corpus.item_no[row] and other not in beside
            if near and place.get(other, FIRST) >= FIRST:
                beside.append(other)
    new = [row for row in beside if row not in place]
    rows = np.concatenate([found.rows, np.array(new, np.int32)])
    place |= {row: len(found.rows) + n for n, row in enumerate(new)}
    behind = [place[row] for row in beside]
    order = list(dict.fromkeys([*range(len(first)), *behind, *range(len(found.rows))]))
    vectors = corpus.index.vectors([corpus.ids[row] for row in new])
    unfound = np.full(len(new), float(far))
    return Found(
        rows[order],
        np.concatenate([found.cosine, vectors @ vector if new else found.cosine[:0]])[order],
        found.bm25,
        np.concatenate([found.fused, 2 / (RRF + unfound)])[order],
        np.concatenate([found.dense_rank, unfound])[order],
        np.concatenate([found.bm25_rank, unfound])[order],
    )


def _ranks(scores: np.ndarray, counted: np.ndarray, far: int) -> np.ndarray:
    ranks = np.full(len(scores), float(far))
    order = np.argsort(-scores, kind="stable")
    order = order[counted[order]]
    ranks[order] = np.arange(1, len(order) + 1)
    return ranks
