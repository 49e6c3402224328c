"""Candidate passages -> the same passages, best first: features and the trained ranker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from assistant.cues import ASKED, CUES
from assistant.question import Query
from assistant.retrieve import Corpus, Found, period_days, within_days
from assistant.trees import Trees, load_trees
from ingest.model import Passage
from ingest.sentences import split_sentences
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from assistant.reader import Reader, ReaderScores
    from assistant.understanding import Understood

MODELS = Path(__file__).parent / "models"
READ = 8  # of the best, which the reader reads together with the question
CLOSE = 80  # candidates whose text is read; the others keep their fused order behind them


class Ranked(NamedTuple):
    """A candidate with its score and the features that gave it."""

    row: int
    passage: Passage
    score: float
    features: np.ndarray


@dataclass(frozen=True)
class Reading:
    """A passage as tokens, sentence by sentence; `spans` are characters of its text.

    `scores` are the reader's, of those passages that it has read.
    """

    spans: tuple[tuple[int, int], ...]
    sentences: tuple[frozenset[str], ...]
    tokens: frozenset[str]
    words: int
    scores: ReaderScores | None = None


def read_passage(passage: Passage) -> Reading:
    spans = tuple(split_sentences(passage.text))
    sentences = tuple(frozenset(tokenize(passage.text[start:end])) for start, end in spans)
    return Reading(spans, sentences, frozenset().union(*sentences), len(passage.text.split()))


FEATURES = (
    "cosine",
    "cosine_gap",
    "dense_rr",
    "bm25",
    "bm25_rr",
    "fused",
    "bm25_next",
    "bm25_item",
    "bm25_meeting",
    "cosine_item",
    "cosine_meeting",
    "cover",
    "cover_names",
    "cover_numbers",
    "cover_near",
    "cover_item",
    "cover_meeting",
    "cover_item_names",
    "cover_heading",
    "cover_title",
    "cover_sentence",
    "cover_sentence_names",
    "cover_pair",
    "period_asked",
    "period_in",
    "period_month",
    "period_distance",
    "body_asked",
    "body",
    "item_number",
    "reference",
    "cue",
    "cue_first",
    "cue_sentence",
    "asked",
    "decides",
    "words",
    "front",
    "place_in_item",
    "passages_in_item",
    "question_words",
    "kind_decision",
    "kind_amount",
    "kind_person",
    "kind_attendance",
)

# What the reader adds for the passages that it reads, and the first ranking that chose them.
READ_FEATURES = (
    "first_score",
    "first_gap",
    "first_place",
    "relevant",
    "relevant_gap",
    "answerable",
    "answerable_gap",
    "span",
    "span_gap",
)
ALL_FEATURES = FEATURES + READ_FEATURES


def features(
    corpus: Corpus, query: Query, found: Found, passages: Sequence[Passage]
) -> tuple[np.ndarray, list[Reading]]:
    """Features (n, len(FEATURES)) of the first n candidates of `found`, and their readings.

    `passages` are the candidates' passages, in the order of `found.rows`.
    """
    rows = found.rows[: len(passages)]
    readings = [read_passage(passage) for passage in passages]
    idf = corpus.idf(query.tokens)
    total = sum(idf.values()) or 1.0
    names = {token for token in query.names if token in idf}
    name_total = sum(idf[token] for token in names) or 1.0
    numbers = {token for token in idf if any(char.isdigit() for char in token)}
    number_total = sum(idf[token] for token in numbers) or 1.0
    wide = _coverage(corpus, idf, names)
    table = np.zeros((len(rows), len(FEATURES)), np.float32)
    column = {name: i for i, name in enumerate(FEATURES)}

    def put(name: str, values: np.ndarray | list[float] | float) -> None:
        table[:, column[name]] = values

    known = set(idf)

    def share(tokens: frozenset[str], of: set[str], whole: float) -> float:
        return sum(idf[token] for token in of if token in tokens) / whole

    bm25_best = max(float(found.bm25.max(initial=0.0)), 1e-6)
    cosine = found.cosine[: len(rows)]
    put("cosine", cosine)
    put("cosine_gap", cosine - cosine.max(initial=0.0))
    put("dense_rr", 1 / found.dense_rank[: len(rows)])
    put("bm25", found.bm25[rows] / bm25_best)
    put("bm25_rr", 1 / found.bm25_rank[: len(rows)])
    put("fused", found.fused[: len(rows)] * 30)
    put("bm25_next", _neighbours(corpus, found.bm25, rows) / bm25_best)
    item_of, meeting_of = corpus.item_no[rows], corpus.meeting_no[rows]
    put("bm25_item", _best_of(found.bm25, corpus.item_no)[item_of] / bm25_best)
    put("bm25_meeting", _best_of(found.bm25, corpus.meeting_no)[meeting_of] / bm25_best)
    put("cosine_item", [float(cosine[item_of == item].max()) for item in item_of])
    put("cosine_meeting", [float(cosine[meeting_of == meeting].max()) for meeting in meeting_of])
    put("cover_near", _neighbours(corpus, wide.passage, rows) / total)
    put("cover_item", wide.item[item_of] / total)
    put("cover_meeting", wide.meeting[meeting_of] / total)
    put("cover_item_names", wide.item_names[item_of] / name_total)
    put("question_words", len(query.tokens))
    put("period_asked", float(bool(query.periods)))
    put("body_asked", float(bool(query.bodies)))
    for kind in ("decision", "amount", "person", "attendance"):
        put(f"kind_{kind}", float(kind in query.kinds))
    body_scores = dict(query.bodies)
    asked_number = {number.casefold() for number in query.item_numbers}
    asked_reference = {_bare(reference) for reference in query.references}
    pairs = list(zip(query.tokens, query.tokens[1:], strict=False))
    counts = np.bincount(corpus.item_no)
    for i, (row, passage, reading) in enumerate(zip(rows, passages, readings, strict=True)):
        meeting = corpus.meeting_of(int(row))
        item = corpus.item_of(int(row))
        heading = frozenset(tokenize(passage.heading))
        title = frozenset(tokenize(item.title)) if item else frozenset()
        by_sentence = [share(sentence, known, total) for sentence in reading.sentences] or [0.0]
        best = int(np.argmax(by_sentence))
        table[i, column["cover"]] = share(reading.tokens, known, total)
        table[i, column["cover_names"]] = share(reading.tokens | heading, names, name_total)
        table[i, column["cover_numbers"]] = share(reading.tokens, numbers, number_total)
        table[i, column["cover_heading"]] = share(heading, known, total)
        table[i, column["cover_title"]] = share(title, known, total)
        table[i, column["cover_sentence"]] = by_sentence[best]
        table[i, column["cover_sentence_names"]] = max(
            (share(sentence, names, name_total) for sentence in reading.sentences), default=0.0
        )
        table[i, column["cover_pair"]] = sum(
            any(a in sentence and b in sentence for sentence in reading.sentences) for a, b in pairs
        ) / max(1, len(pairs))
        within, month, distance = _period_features(query, int(corpus.dates[corpus.meeting_no[row]]))
        table[i, column["period_in"]] = within
        table[i, column["period_month"]] = month
        table[i, column["period_distance"]] = distance
        table[i, column["body"]] = body_scores.get(meeting.body or "", 0.0)
        if item is not None:
            table[i, column["item_number"]] = float((item.number or "").casefold() in asked_number)
            table[i, column["reference"]] = float(
                any(_bare(reference) in asked_reference for reference in item.references)
            )
        text = passage.text
        table[i, column["cue"]] = np.mean([bool(CUES[kind].search(text)) for kind in query.kinds])
        table[i, column["cue_first"]] = bool(CUES[query.kind].search(text))
        if reading.spans:
            start, end = reading.spans[best]
            around = text[max(0, start - 1) : end]
            table[i, column["cue_sentence"]] = np.mean(
                [bool(CUES[kind].search(around)) for kind in query.kinds]
            )
        if query.asks:
            table[i, column["asked"]] = np.mean(
                [bool(ASKED[ask].search(text)) for ask in query.asks]
            )
        table[i, column["decides"]] = bool(CUES["decision"].search(text))
        table[i, column["words"]] = reading.words
        table[i, column["front"]] = float(corpus.front[row])
        first = int(np.searchsorted(corpus.item_no, corpus.item_no[row]))
        table[i, column["place_in_item"]] = row - first
        table[i, column["passages_in_item"]] = counts[corpus.item_no[row]]
    return table, readings


def rank(corpus: Corpus, query: Query, found: Found) -> tuple[list[Ranked], list[Reading]]:
    """The closest candidates, ranked; with the readings of their texts in the same order."""
    from assistant.reader import reader

    passages = corpus.index.passages([corpus.ids[row] for row in found.rows[:CLOSE]])
    table, readings = features(corpus, query, found, passages)
    if not len(table):
        return [], []
    first = ranker().predict(table)
    table, readings = read_features(reader(), query, table, passages, readings, first)
    scores = final_scores(second_ranker(), table, first)
    order = best_first(query, found.rows[: len(table)], scores)
    ranked = [Ranked(int(found.rows[i]), passages[i], float(scores[i]), table[i]) for i in order]
    return ranked, [readings[i] for i in order]


def nearest(corpus: Corpus, query: Query, found: Found) -> Passage | None:
    """The passage that the first ranking puts first: a fifth of the work of `rank`, no reader."""
    passages = corpus.index.passages([corpus.ids[row] for row in found.rows[:CLOSE]])
    table, _ = features(corpus, query, found, passages)
    if not len(table):
        return None
    order = best_first(query, found.rows[: len(table)], ranker().predict(table))
    return passages[int(order[0])]


def best_first(query: Query, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The order of candidates, (n,): the items that the question names, then by score."""
    named = np.array([int(row) in query.named for row in rows], bool)
    order: np.ndarray = np.lexsort((-scores, ~named))
    return order


def within(
    understood: Understood, ranked: list[Ranked], readings: list[Reading]
) -> tuple[list[Ranked], list[Reading]]:
    """What may answer: where nothing but an item is named, the passages of that item alone."""
    if not understood.alone:
        return ranked, readings
    places = [n for n, one in enumerate(ranked) if one.row in understood.query.named]
    return [ranked[n] for n in places], [readings[n] for n in places]


def read_features(
    reader: Reader,
    query: Query,
    table: np.ndarray,
    passages: Sequence[Passage],
    readings: Sequence[Reading],
    first: np.ndarray,
) -> tuple[np.ndarray, list[Reading]]:
    """Features (n, len(ALL_FEATURES)): those given and what the reader says of the READ best.

    `first` (n,) are the scores of the first ranking. The readings come back with the reader's
    scores in those that it has read.
    """
    from assistant.reader import NEVER

    wide = np.concatenate(
        [table, np.full((len(table), len(READ_FEATURES)), NEVER, np.float32)], axis=1
    )
    order = np.argsort(-first, kind="stable")
    best = order[:READ]
    texts = [f"{passages[i].heading}\n{passages[i].text}" for i in best]
    shifts = [len(passages[i].heading) + 1 for i in best]
    spans = [
        [(start + shift, end + shift) for start, end in readings[i].spans]
        for i, shift in zip(best, shifts, strict=True)
    ]
    said = reader.read(query.text, texts, spans)
    read = np.array([(one.relevant, one.answerable, one.span) for one in said], np.float32)
    gaps = read - read.max(axis=0)
    wide[order, len(FEATURES)] = first[order]
    wide[order, len(FEATURES) + 1] = first[order] - first.max()
    wide[order, len(FEATURES) + 2] = np.arange(len(order))
    result = list(readings)
    for place, i in enumerate(best):
        wide[i, len(FEATURES) + 3 :] = np.stack([read[place], gaps[place]], axis=1).ravel()
        result[i] = replace(readings[i], scores=said[place])
    return wide, result


def final_scores(trees: Trees, table: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Scores (n,) by the second ranking of what was read; the rest keeps its order behind it."""
    scores: np.ndarray = first - first.max()
    best = np.argsort(-first, kind="stable")[:READ]
    read = trees.predict(table[best])
    behind = np.setdiff1d(np.arange(len(first)), best)
    scores[behind] += read.min() - max(0.0, float(scores[behind].max(initial=-1.0)))
    scores[best] = read
    return scores


@cache
def ranker() -> Trees:
    return load_trees(MODELS / "ranker.npz")


@cache
def second_ranker() -> Trees:
    return load_trees(MODELS / "second-ranker.npz")


class _Coverage(NamedTuple):
    passage: np.ndarray
    item: np.ndarray
    meeting: np.ndarray
    item_names: np.ndarray


def _coverage(corpus: Corpus, idf: dict[str, float], names: set[str]) -> _Coverage:
    """The weight of the question's words that each passage, item and meeting holds."""
    items, meetings = len(corpus.item_keys), len(corpus.meetings)
    wide = _Coverage(np.zeros(len(corpus)), np.zeros(items), np.zeros(meetings), np.zeros(items))
    for token, weight in idf.items():
        rows = corpus.index.postings(token)
        wide.passage[rows] += weight
        held = np.unique(corpus.item_no[rows])
        wide.item[held] += weight
        if token in names:
            wide.item_names[held] += weight
        wide.meeting[np.unique(corpus.meeting_no[rows])] += weight
    return wide


def _neighbours(corpus: Corpus, scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The better score of the passages before and behind each row, in the same item."""
    best = np.zeros(len(rows))
    for shift in (-1, 1):
        other = np.clip(rows + shift, 0, len(scores) - 1)
        same = (corpus.item_no[other] == corpus.item_no[rows]) & (other != rows)
        best = np.maximum(best, np.where(same, scores[other], 0.0))
    return best


def _best_of(scores: np.ndarray, group: np.ndarray) -> np.ndarray:
    best = np.zeros(int(group.max(initial=-1)) + 1)
    np.maximum.at(best, group, scores)
    return best


def _period_features(query: Query, day: int) -> tuple[float, float, float]:
    """Within a period that is named; in a month that is named; distance in days, on a log scale."""
    if not query.periods or not day:
        return 0.0, 0.0, -1.0
    spans = period_days(query)
    within = float(within_days(spans, day))
    months = {period.month for period in query.periods} - {None}
    gaps = [max(start - day, day - end, 0) for start, end in spans]
    near = float(np.log1p(min(gaps))) if gaps else -1.0
    return within, float(date.fromordinal(day).month in months), near


def _bare(reference: str) -> str:
    return "".join(char for char in reference.casefold() if char.isalnum())
