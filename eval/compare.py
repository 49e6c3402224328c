"""Two runs over the same questions: differences, their significance, and gates on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.metrics import METRICS, SEED, Row, Table
from ingest.errors import WrongUse

SHUFFLES = 1000
SIGNIFICANT = 0.05
LOWER_IS_BETTER = frozenset({"abstain_fpr", "ece", "mean_words", "p50_ms", "p95_ms"})
NOT_OURS = frozenset({"always_decline"})  # a figure of the question set, not of the answers


@dataclass(frozen=True)
class Difference:
    """One metric in both runs; None where a run has no such figure."""

    metric: str
    before: float | None
    after: float | None
    change: float | None
    p: float | None  # two-sided, by shuffling which run an answer belongs to

    @property
    def worse_by(self) -> float:
        """How much worse it got, negative where it got better."""
        change = self.change or 0.0
        return change if self.metric in LOWER_IS_BETTER else -change

    @property
    def significant(self) -> bool:
        return self.p is not None and self.p < SIGNIFICANT


@dataclass(frozen=True)
class Comparison:
    """What changed between a baseline and a run over the questions that both hold."""

    questions: int
    only_before: int
    only_after: int
    differences: tuple[Difference, ...]
    gained: tuple[str, ...]  # ids that are right now and were not before
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """The worst change of a metric that still passes, such as trust:-0.02."""

    metric: str
    allowed: float

    def is_closed(self, comparison: Comparison) -> bool:
        """Whether the metric got worse by more than is allowed, and significantly so."""
        (found,) = (d for d in comparison.differences if d.metric == self.metric)
        if found.change is None:
            return found.before is not None
        return found.significant and found.worse_by > abs(self.allowed)


def parse_gate(text: str) -> Gate:
    """A gate as written on the command line, METRIC:DELTA."""
    metric, _, delta = text.rpartition(":")
    try:
        allowed = float(delta)
    except ValueError:
        metric = ""
    if metric not in METRICS or metric in NOT_OURS:
        raise WrongUse(f"--gate {text}: write METRIC:DELTA, such as trust:-0.02.")
    if allowed and (allowed > 0) != (metric in LOWER_IS_BETTER):
        better = "lower" if metric in LOWER_IS_BETTER else "higher"
        raise WrongUse(f"--gate {text}: {metric} is better when {better}, turn the sign round.")
    return Gate(metric, allowed)


def compare(after: Sequence[Row], before: Sequence[Row]) -> Comparison:
    """Differences from `before` to `after` over the questions that stand in both."""
    old = {row.id: row for row in before}
    new = [row for row in after if row.id in old]
    if not new:
        raise WrongUse("The baseline run has none of these questions.")
    pairs = [old[row.id] for row in new]
    count = len(new)
    table = Table([*pairs, *new])
    both = np.stack([np.arange(count), np.arange(count) + count])
    figures = {name: values.tolist() for name, values in table.values(both).items()}
    swapped = np.random.default_rng(SEED).integers(0, 2, (SHUFFLES, count)) * count
    first = table.values(np.arange(count) + swapped)
    second = table.values(np.arange(count) + count - swapped)
    differences = []
    for name in METRICS:
        was, now = (None if np.isnan(value) else value for value in figures[name])
        change = None if was is None or now is None else now - was
        p = None
        if change is not None:
            larger = np.abs(second[name] - first[name]) >= abs(change) - 1e-12
            p = (int(larger.sum()) + 1) / (SHUFFLES + 1)
        differences.append(Difference(name, was, now, change, p))
    return Comparison(
        questions=count,
        only_before=len(before) - count,
        only_after=len(after) - count,
        differences=tuple(differences),
        gained=tuple(a.id for a, b in zip(new, pairs, strict=True) if a.right and not b.right),
        lost=tuple(a.id for a, b in zip(new, pairs, strict=True) if b.right and not a.right),
    )
