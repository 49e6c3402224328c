"""Train the support score of claims, cross-fitted by source.

    python -m eval.train_support --set QUESTIONS.jsonl INDEX [--set ...] \\
        --inference FOLDER --out assistant/models

Learns from sentences made of the evidence of question sets (eval/claim_cases.py) and from public
pairs of premise and hypothesis. The curve and the bar come from out-of-fold scores on the former:
the bar is the lowest at which at least 96 % of the corrupted sentences are caught by the checks and
the score together, so that the target of 95 % has room.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.claims import clauses, faults
from assistant.support import SUPPORT_FEATURES, support_features
from assistant.trees import Trees
from eval.claim_cases import Case, make_cases
from ingest.embedding import Embedder, load_embedder

FOLDS = 5
SEED = 7
CAUGHT = 0.96
PAIRS = 12_000  # of the public sets, in all; their embedding is what takes the time
PUBLIC_WEIGHT = 0.25  # of a public pair beside one of minutes
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


def public_pairs(folder: Path) -> list[tuple[str, str, bool]]:
    """A seeded share of each public set as (claim, passage, whether it is supported)."""
    pairs: list[tuple[str, str, bool]] = []
    files = sorted(folder.glob("*.jsonl.gz"))
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        random.Random(SEED).shuffle(rows)
        pairs += [
            (row["hypothesis"], " ".join(row["premise"].split()), row["label"] == "entailment")
            for row in rows[: PAIRS // len(files)]
            if len(row["premise"]) < 2000 and row["hypothesis"].strip()
        ]
    return pairs


def clause_rows(cases: Sequence[Case]) -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """Every clause of every case with every passage that it cites; (case, clause) of each row."""
    claims, passages, owners = [], [], []
    for number, case in enumerate(cases):
        parts = clauses(case.claim) if len(case.sources) > 1 else [case.claim]
        for place, part in enumerate(parts):
            for source in case.sources:
                claims.append(part)
                passages.append(f"{source.heading}\n{source.text}")
                owners.append((number, place))
    return claims, passages, owners


def pooled(scores: np.ndarray, owners: Sequence[tuple[int, int]], count: int) -> np.ndarray:
    """Of each case: the worst clause, each clause by the passage that supports it best."""
    best: dict[tuple[int, int], float] = {}
    for owner, score in zip(owners, scores, strict=True):
        best[owner] = max(best.get(owner, -np.inf), float(score))
    worst = np.full(count, np.inf)
    for (case, _), score in best.items():
        worst[case] = min(worst[case], score)
    return worst


def fold_of(case: Case) -> int:
    return int(hashlib.sha256(f"{SEED}{case.origin}".encode()).hexdigest(), 16) % FOLDS


def fit(table: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Trees:
    """Gradient-boosted trees for supported against not."""
    import lightgbm

    from assistant.trees import from_lightgbm

    data = lightgbm.Dataset(table, labels, weight=weights, feature_name=list(SUPPORT_FEATURES))
    params: dict[str, Any] = {**SETTINGS, "seed": SEED, "deterministic": True, "verbose": -1}
    params["num_threads"] = 2
    return from_lightgbm(lightgbm.train(params, data, ROUNDS).dump_model())


class Fitted:
    """Cases with their features and out-of-fold scores, and the model of all of them."""

    def __init__(self, cases: Sequence[Case], inference: Path, embedder: Embedder) -> None:
        self.cases = cases
        claims, passages, self.owners = clause_rows(cases)
        table = support_features(claims, passages, embedder)
        pairs = public_pairs(inference)
        public = support_features([c for c, _, _ in pairs], [p for _, p, _ in pairs], embedder)
        self.labels = np.array([case.supported for case in cases])
        # Of a case with several passages none is known to be the one: only single ones teach.
        single = np.array([len(cases[n].sources) == 1 for n, _ in self.owners])
        row_labels = np.array([self.labels[n] for n, _ in self.owners])
        folds = np.array([fold_of(cases[n]) for n, _ in self.owners])
        weights = np.where(row_labels, 1 / max(1, row_labels.mean()), 1 / (1 - row_labels.mean()))
        public_labels = np.array([label for _, _, label in pairs])

        def train(rows: np.ndarray) -> Trees:
            return fit(
                np.concatenate([table[rows], public]),
                np.concatenate([row_labels[rows], public_labels]),
                np.concatenate([weights[rows], np.full(len(public), PUBLIC_WEIGHT)]),
            )

        scores = np.zeros(len(table))
        for fold in range(FOLDS):
            held_out = folds == fold
            scores[held_out] = train(single & ~held_out).predict(table[held_out])
        self.scores = pooled(scores, self.owners, len(cases))
        self.trees = train(single)
        self.faulty = np.array([bool(faults(case.claim, case.sources)) for case in cases])

    def curve(self) -> tuple[np.ndarray, np.ndarray]:
        """Scores and the share of supported claims at each, isotonic (out of fold)."""
        from sklearn.isotonic import IsotonicRegression

        fitted = IsotonicRegression(y_min=0.001, y_max=0.999, out_of_bounds="clip")
        fitted.fit(self.scores, self.labels)
        places = np.unique(np.quantile(self.scores, np.linspace(0, 1, 60)))
        return places, fitted.predict(places)

    def bar(self) -> float:
        """The lowest probability at which enough of the corrupted sentences are caught."""
        probabilities = np.interp(self.scores, *self.curve())
        wrong = ~self.labels
        for bar in np.linspace(0.02, 0.98, 97):
            if (self.faulty | (probabilities < bar))[wrong].mean() >= CAUGHT:
                return float(bar)
        return 0.98


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True)
    parser.add_argument("--inference", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    from eval.measure_checker import table

    fitted = Fitted(make_cases(options.set), options.inference, load_embedder(bulk=True))
    scores, shares = fitted.curve()
    bar = fitted.bar()
    fitted.trees.save(options.out / "support-trees.npz")
    np.savez_compressed(options.out / "support.npz", scores=scores, shares=shares, bar=bar)
    print(f"bar {bar:.2f}")
    print(table(fitted, np.interp(fitted.scores, scores, shares) < bar))


if __name__ == "__main__":
    main()
