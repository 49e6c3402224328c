"""Train the support score of claims, cross-fitted by source.

    python -m eval.train_support --set QUESTIONS.jsonl INDEX [--set ...] --out assistant/models

Learns from sentences made of the evidence of question sets (eval/claim_cases.py); what the public
pairs of premise and hypothesis teach comes in through the reader, which was trained on them. The
curve and the bar that are installed come from out-of-fold scores of all sentences. What is reported
is nested: the sentences of a fold are judged by a model, a curve and a bar of the other folds.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.claims import faults, said_of
from assistant.support import SUPPORT_FEATURES, parts_of, support_features
from assistant.trees import Trees
from eval.claim_cases import Case, make_cases
from ingest.embedding import Embedder, load_embedder

FOLDS = 5
SEED = 7
# The bar is the lowest at which this share of the corrupted sentences is caught, so that the target
# of 95 % has room.
CAUGHT = 0.98
ROUNDS = 250
SETTINGS = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 30,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
}


@dataclass(frozen=True)
class Row:
    """A clause of a case, or all of it, with one of the passages that it cites."""

    case: int
    part: int
    claim: str
    passage: str
    judged: bool  # as the answer is; the others only teach


def rows_of(cases: Sequence[Case]) -> list[Row]:
    """Every clause of every case with every passage that it cites, and whole sentences to learn."""
    rows: list[Row] = []
    for number, case in enumerate(cases):
        parts = parts_of(case.claim)
        texts = [(part, True) for part in parts]
        if len(parts) > 1:
            texts.append((said_of(case.claim), False))
        for place, (text, judged) in enumerate(texts):
            rows += [
                Row(number, place, text, f"{source.heading}\n{source.text}", judged)
                for source in case.sources
            ]
    return rows


def pooled(scores: np.ndarray, rows: Sequence[Row], count: int) -> np.ndarray:
    """Of each case: the worst clause, each clause by the passage that supports it best."""
    best: dict[tuple[int, int], float] = {}
    for row, score in zip(rows, scores, strict=True):
        if row.judged:
            owner = row.case, row.part
            best[owner] = max(best.get(owner, -np.inf), float(score))
    worst = np.full(count, np.inf)
    for (case, _), score in best.items():
        worst[case] = min(worst[case], score)
    return worst


def fold_of(case: Case) -> int:
    return int(hashlib.sha256(f"{SEED}{case.origin}".encode()).hexdigest(), 16) % FOLDS


def fit(table: np.ndarray, labels: np.ndarray) -> Trees:
    """Gradient-boosted trees for supported against not, both alike heavy."""
    import lightgbm

    from assistant.trees import from_lightgbm

    weights = np.where(labels, 1 / max(1e-9, labels.mean()), 1 / max(1e-9, 1 - labels.mean()))
    data = lightgbm.Dataset(table, labels, weight=weights, feature_name=list(SUPPORT_FEATURES))
    params: dict[str, Any] = {**SETTINGS, "seed": SEED, "deterministic": True, "verbose": -1}
    params["num_threads"] = 2
    return from_lightgbm(lightgbm.train(params, data, ROUNDS).dump_model())


class Fitted:
    """Cases with their features and out-of-fold scores, and the model of all of them."""

    def __init__(self, cases: Sequence[Case], embedder: Embedder) -> None:
        self.cases = cases
        self.rows = rows_of(cases)
        table = support_features(
            [row.claim for row in self.rows], [row.passage for row in self.rows], embedder
        )
        self.labels = np.array([case.supported for case in cases])
        self.folds = np.array([fold_of(case) for case in cases])
        self.faulty = np.array([bool(faults(case.claim, case.sources)) for case in cases])
        labels = np.array([self.labels[row.case] for row in self.rows])
        folds = np.array([self.folds[row.case] for row in self.rows])
        # Of a case with several passages none is known to be the one, and of a corrupted sentence
        # no clause.
        parts = [len(parts_of(case.claim)) for case in cases]
        whole = np.array([not row.judged or parts[row.case] == 1 for row in self.rows])
        alone = np.array([len(cases[row.case].sources) == 1 for row in self.rows])
        teaches = alone & (whole | labels)
        scores = np.zeros(len(table))
        for fold in range(FOLDS):
            out = folds == fold
            scores[out] = fit(table[teaches & ~out], labels[teaches & ~out]).predict(table[out])
        self.scores = pooled(scores, self.rows, len(cases))
        self.trees = fit(table[teaches], labels[teaches])

    def curve(self, chosen: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Scores and the share of supported claims at each, isotonic, of the chosen cases."""
        from sklearn.isotonic import IsotonicRegression

        scores = self.scores[chosen]
        fitted = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip")
        fitted.fit(scores, self.labels[chosen])
        places = np.unique(np.quantile(scores, np.linspace(0, 1, 60)))
        return places, fitted.predict(places)

    def bar(self, chosen: np.ndarray | slice = slice(None)) -> float:
        """The lowest probability at which enough of the corrupted among the chosen are caught."""
        probabilities = np.interp(self.scores[chosen], *self.curve(chosen))
        wrong = ~self.labels[chosen]
        for bar in np.linspace(0.02, 0.98, 97):
            if (self.faulty[chosen] | (probabilities < bar))[wrong].mean() >= CAUGHT:
                return float(bar)
        return 0.98

    def weak(self) -> np.ndarray:
        """Which cases (n,) fall below the bar, model, curve and bar being of the other folds."""
        found = np.zeros(len(self.cases), bool)
        for fold in range(FOLDS):
            inside, others = self.folds == fold, self.folds != fold
            probabilities = np.interp(self.scores[inside], *self.curve(others))
            found[inside] = probabilities < self.bar(others)
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    from eval.measure_checker import table

    fitted = Fitted(make_cases(options.set), load_embedder(bulk=True))
    scores, shares = fitted.curve()
    bar = fitted.bar()
    fitted.trees.save(options.out / "support-trees.npz")
    np.savez_compressed(options.out / "support.npz", scores=scores, shares=shares, bar=bar)
    print(f"bar {bar:.2f}")
    print(table(fitted.cases, fitted.faulty, fitted.faulty | fitted.weak()))


if __name__ == "__main__":
    main()
