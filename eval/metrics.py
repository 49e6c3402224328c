"""Every figure of an evaluation, by question and overall, with 95 % intervals.

Retrieval figures come from ir-measures; here its qrels and runs are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.matching import (
    first_words,
    holds_every_group,
    markers_match,
    plain_answer,
    points_to,
    quotes_an_answer,
    relevant,
    stands_in,
)
from eval.questions import Question
from ingest.errors import WrongUse

RETRIEVAL = ("hit@1", "hit@5", "hit@10", "mrr@10", "ndcg@10")
RATIOS = (
    *RETRIEVAL,
    "answer_correct",
    "answer_correct_40",
    "citation_recall",
    "citation_precision",
    "markers",
    "verbatim",
    "abstain_tpr",
    "abstain_fpr",
    "twins",
    "trust",
    "always_decline",
    "mean_words",
)
METRICS = (
    *RATIOS[: RATIOS.index("mean_words")],
    "ece",
    "auc_right",
    "mean_words",
    "p50_ms",
    "p95_ms",
)
SHORT_TYPES = frozenset({"amount", "date", "person", "vote", "fact"})
RESAMPLES = 1000
SEED = 20140702
BINS = 10

Answer = Mapping[str, Any]  # one answer in the documented JSON form
Values = dict[str, float | None]  # None: no question of the set bears on the metric
Intervals = dict[str, tuple[float, float] | None]


@dataclass(frozen=True)
class Row:
    """What one question contributes: to each metric a share (numerator, denominator)."""

    id: str
    type: str
    body: str | None
    answerable: bool
    answered: bool
    right: bool  # correct and rightly cited, or rightly declined
    failure: str | None  # why it is not right
    ranks: tuple[int, ...]  # of the relevant passages among the first ten, from 1
    confidence: float
    total_ms: float | None
    shares: dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Scored:
    """All figures of a run over a question set."""

    rows: tuple[Row, ...]
    metrics: Values
    intervals: Intervals
    by_type: dict[str, Values] = field(default_factory=dict)
    by_body: dict[str, Values] = field(default_factory=dict)

    @cached_property
    def type_intervals(self) -> dict[str, Intervals]:
        """95 % intervals of every metric for each type of question."""
        return {
            one: bootstrap([row for row in self.rows if row.type == one]) for one in self.by_type
        }

    @cached_property
    def body_intervals(self) -> dict[str, Intervals]:
        """The same for the questions of each body."""
        return {
            one: bootstrap([row for row in self.rows if row.body == one]) for one in self.by_body
        }


@dataclass(frozen=True)
class Share:
    """So many of so many questions, with the 95 % interval of the share."""

    count: int
    of: int
    interval: tuple[float, float] | None

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None


def score(
    questions: Sequence[Question],
    answers: Sequence[Answer],
    source_text: Callable[[str], str | None] | None = None,
    body_of: Callable[[str], str | None] | None = None,
) -> Scored:
    """Score answers, matched to questions by id; without source_text, verbatim is unknown."""
    given = {str(answer.get("id")): answer for answer in answers}
    missing = [question.id for question in questions if question.id not in given]
    if missing:
        raise WrongUse(f"{len(missing)} questions have no answer, the first is {missing[0]}.")
    retrieval = _retrieval_values(questions, given)
    rows = [
        _row(question, given[question.id], retrieval.get(question.id), source_text, body_of)
        for question in questions
    ]
    rows = _with_twins(questions, rows)
    return scored(rows)


def scored(rows: Sequence[Row]) -> Scored:
    """Figures over rows that are there already, as when a run is read back."""
    types = dict.fromkeys(row.type for row in rows)
    bodies = sorted({row.body for row in rows if row.body})
    return Scored(
        rows=tuple(rows),
        metrics=summarise(rows),
        intervals=bootstrap(rows),
        by_type={one: summarise([row for row in rows if row.type == one]) for one in types},
        by_body={one: summarise([row for row in rows if row.body == one]) for one in bodies},
    )


def summarise(rows: Sequence[Row]) -> Values:
    """The metrics over some rows."""
    values = Table(rows).values(np.arange(len(rows))[None])
    return {name: _known(values[name][0]) for name in METRICS}


def bootstrap(rows: Sequence[Row], resamples: int = RESAMPLES) -> Intervals:
    """95 % percentile intervals from questions drawn with replacement, always the same draws."""
    random = np.random.default_rng(SEED)
    drawn = Table(rows).values(random.integers(0, len(rows), (resamples, len(rows))))
    intervals: Intervals = {}
    for name in METRICS:
        known = drawn[name][~np.isnan(drawn[name])]
        low_high = np.percentile(known, [2.5, 97.5]) if known.size else None
        intervals[name] = None if low_high is None else (float(low_high[0]), float(low_high[1]))
    return intervals


def share(
    rows: Sequence[Row], having: Callable[[Row], bool], among: Callable[[Row], bool]
) -> Share:
    """The share of the questions `among` that are also `having`, from the same draws."""
    of = np.array([among(row) for row in rows], dtype=float)
    count = np.array([among(row) and having(row) for row in rows], dtype=float)
    drawn = np.random.default_rng(SEED).integers(0, len(rows), (RESAMPLES, len(rows)))
    with np.errstate(invalid="ignore", divide="ignore"):
        values = count[drawn].sum(axis=1) / of[drawn].sum(axis=1)
    known = values[~np.isnan(values)]
    ends = np.percentile(known, [2.5, 97.5]) if known.size else None
    interval = None if ends is None else (float(ends[0]), float(ends[1]))
    return Share(int(count.sum()), int(of.sum()), interval)


def calibration(confidence: NDArray[Any], right: NDArray[Any]) -> list[tuple[float, float, int]]:
    """(mean confidence, share right, count) of each of ten equal bins that holds answers."""
    bins = _bins(confidence)
    return [
        (float(confidence[bins == one].mean()), float(right[bins == one].mean()), int(count))
        for one, count in enumerate(np.bincount(bins, minlength=BINS))
        if count
    ]


def _bins(confidence: NDArray[Any]) -> NDArray[Any]:
    bins: NDArray[Any] = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return bins


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


class Table:
    """The rows as arrays, so that a thousand resamples take no time."""

    def __init__(self, rows: Sequence[Row]) -> None:
        shares = [[row.shares.get(name, (0.0, 0.0)) for name in RATIOS] for row in rows]
        self.shares = np.array(shares, dtype=float).reshape(len(rows), len(RATIOS) * 2)
        answered = np.array([row.answered for row in rows], dtype=float)
        right = np.array([row.answered and row.right for row in rows], dtype=float)
        confidence = np.array([row.confidence for row in rows], dtype=float)
        self.total_ms = np.array(
            [np.nan if row.total_ms is None else row.total_ms for row in rows], dtype=float
        )
        # One column a bin: in the three, the answers given, their confidence, those right.
        bins = _bins(confidence)[:, None] == np.arange(BINS)
        self.bins = np.concatenate(
            [bins * column[:, None] for column in (answered, answered * confidence, right)], axis=1
        )
        # One column a level of confidence, from low to high: right answers, wrong ones.
        levels = confidence[:, None] == np.unique(confidence)
        self.levels = np.concatenate(
            [levels * column[:, None] for column in (right, answered - right)], axis=1
        )

    def values(self, chosen: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """The metrics over each of several choices of rows; NaN where none bears on a metric.

        `chosen`: row numbers, (choices, rows); each value is an array (choices,).
        """
        choices, total = len(chosen), len(self.shares)
        at = (chosen + np.arange(choices)[:, None] * total).ravel()
        counts = np.bincount(at, minlength=choices * total).reshape(choices, total).astype(float)
        sums = (counts @ self.shares).reshape(choices, len(RATIOS), 2)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = dict(zip(RATIOS, (sums[..., 0] / sums[..., 1]).T, strict=True))
            given, confidence, right = np.split(counts @ self.bins, 3, axis=1)
            values["ece"] = np.abs(confidence - right).sum(axis=1) / given.sum(axis=1)
            above, below = np.split(counts @ self.levels, 2, axis=1)
            wins = above * (np.cumsum(below, axis=1) - below / 2)
            values["auc_right"] = wins.sum(axis=1) / (above.sum(axis=1) * below.sum(axis=1))
        times = self.total_ms[chosen]
        known = ~np.isnan(times).all(axis=1)
        for name, percent in (("p50_ms", 50), ("p95_ms", 95)):
            values[name] = np.full(choices, np.nan)
            if known.any():
                values[name][known] = np.nanpercentile(times[known], percent, axis=1)
        return values


def _retrieval_values(
    questions: Sequence[Question], given: Mapping[str, Answer]
) -> dict[str, dict[str, float]]:
    """Figures of each answerable question by ir-measures.

    Passages that were not retrieved are not judged, so evidence that is needed and of which no
    passage was found stands in the qrels as one relevant passage that the run lacks.
    """
    import ir_measures

    measures = {
        **{f"hit@{k}": ir_measures.Success @ k for k in (1, 5, 10)},
        "mrr@10": ir_measures.RR @ 10,
        "ndcg@10": ir_measures.nDCG @ 10,
    }
    qrels, run = [], []
    for question in questions:
        if not question.answerable:
            continue
        found = _relevant_ranks(question, given[question.id])
        for rank in range(1, len(given[question.id].get("retrieved") or ()) + 1):
            run.append(ir_measures.ScoredDoc(question.id, str(rank), -float(rank)))
        for rank in sorted({rank for ranks in found for rank in ranks}):
            qrels.append(ir_measures.Qrel(question.id, str(rank), 1))
        if question.type == "cross_meeting" or not any(found):
            for place in (place for place, ranks in enumerate(found) if not ranks):
                qrels.append(ir_measures.Qrel(question.id, f"missed {place}", 1))
    names = {measure: name for name, measure in measures.items()}
    values: dict[str, dict[str, float]] = {}
    if qrels:
        for one in ir_measures.iter_calc(list(names), qrels, run):
            values.setdefault(one.query_id, {})[names[one.measure]] = float(one.value)
    return values


def _relevant_ranks(question: Question, answer: Answer) -> list[list[int]]:
    """For each piece of evidence, the ranks of its passages among all that were retrieved."""
    retrieved = answer.get("retrieved") or ()
    return [
        [
            rank
            for rank, passage in enumerate(retrieved, start=1)
            if relevant(str(passage.get("text") or ""), str(passage.get("source")), evidence)
        ]
        for evidence in question.evidence
    ]


def _row(
    question: Question,
    answer: Answer,
    retrieval: Mapping[str, float] | None,
    source_text: Callable[[str], str | None] | None,
    body_of: Callable[[str], str | None] | None,
) -> Row:
    answered = bool(answer.get("answered"))
    citations = list(answer.get("citations") or ())
    text = plain_answer(str(answer.get("answer") or ""))
    shares: dict[str, tuple[float, float]] = {
        "always_decline": (float(not question.answerable), 1.0),
        "markers": (float(markers_match(answer)), 1.0),
    }
    if answered:
        shares["mean_words"] = (float(len(text.split())), 1.0)
    if source_text is not None and citations:
        exact = [stands_in(str(c.get("quote") or ""), source_text(c["source"])) for c in citations]
        shares["verbatim"] = (float(sum(exact)), float(len(exact)))
    ranks: tuple[int, ...] = ()
    if question.answerable:
        correct = answered and holds_every_group(first_words(text, 120), question.answers)
        recall = _citation_recall(question, citations) if answered else 0.0
        right = correct and recall > 0
        trust = 1.0 if right else -1.0 if answered else 0.0
        shares |= {name: (value, 1.0) for name, value in (retrieval or {}).items()}
        shares["answer_correct"] = (float(correct), 1.0)
        if question.type in SHORT_TYPES:
            short = answered and holds_every_group(first_words(text, 40), question.answers)
            shares["answer_correct_40"] = (float(short), 1.0)
        shares["citation_recall"] = (recall, 1.0)
        if answered:
            shares["citation_precision"] = (_citation_precision(question, citations), 1.0)
        shares["abstain_fpr"] = (float(not answered), 1.0)
        found = {rank for ranks in _relevant_ranks(question, answer) for rank in ranks}
        ranks = tuple(sorted(rank for rank in found if rank <= 10))
    else:
        correct = right = not answered
        recall = 0.0
        trust = 1.0 if right else -1.0
        shares["abstain_tpr"] = (float(not answered), 1.0)
    shares["trust"] = (trust, 1.0)
    return Row(
        id=question.id,
        type=question.type,
        body=_body(question, answer, body_of),
        answerable=question.answerable,
        answered=answered,
        right=right,
        failure=None if right else _failure(question, answered, bool(ranks), correct, recall > 0),
        ranks=ranks,
        confidence=min(max(float(answer.get("confidence") or 0.0), 0.0), 1.0),
        total_ms=(answer.get("timings_ms") or {}).get("total"),
        shares=shares,
    )


def _citation_recall(question: Question, citations: Sequence[Mapping[str, Any]]) -> float:
    cited = [any(points_to(c, evidence) for c in citations) for evidence in question.evidence]
    if question.type == "cross_meeting":
        return sum(cited) / len(cited)
    return float(any(cited))


def _citation_precision(question: Question, citations: Sequence[Mapping[str, Any]]) -> float:
    if not citations:
        return 0.0
    useful = [
        any(points_to(c, evidence) for evidence in question.evidence)
        or quotes_an_answer(c, question)
        for c in citations
    ]
    return sum(useful) / len(useful)


# Why a question is not right, in the order in which answering goes, and what that means.
FAILURES = {
    "not retrieved": "no passage that was found holds the evidence",
    "retrieved but not chosen": "the evidence was found, and the answer came from elsewhere",
    "wrong sentence": "the right item is cited, and the answer lacks what it has to say",
    "right words, wrong citation": "the answer is right, and what it cites does not say so",
    "declined wrongly": "the evidence was found, and no answer was given",
    "should have declined": "the minutes do not say, and an answer was given all the same",
}


def _failure(
    question: Question, answered: bool, retrieved: bool, correct: bool, cited: bool
) -> str:
    if not question.answerable:
        return "should have declined"
    if correct:
        return "right words, wrong citation"
    if cited:
        return "wrong sentence"
    if not retrieved:
        return "not retrieved"
    return "retrieved but not chosen" if answered else "declined wrongly"


def _body(
    question: Question, answer: Answer, body_of: Callable[[str], str | None] | None
) -> str | None:
    """The body whose minutes hold the answer, as far as the index or the answer tells."""
    if not question.evidence:
        return None
    sources = question.evidence[0].sources
    if body_of is not None:
        return next((body for body in map(body_of, sources) if body), None)
    places = [*(answer.get("citations") or ()), *(answer.get("retrieved") or ())]
    return next((p.get("body") for p in places if p.get("source") in sources), None)


def _with_twins(questions: Sequence[Question], rows: Sequence[Row]) -> list[Row]:
    """Count each pair on the row of its unanswerable twin."""
    by_id = {row.id: row for row in rows}
    for question, row in zip(questions, rows, strict=True):
        first = by_id.get(question.twin_of or "")
        if first is not None and first.answerable and not question.answerable:
            both = first.shares["answer_correct"][0] == 1.0 and not row.answered
            row.shares["twins"] = (float(both), 1.0)
    return list(rows)
