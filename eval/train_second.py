"""Fit the second ranking, the chooser and the confidence on questions new to the readers.

    python -m eval.train_second --set QUESTIONS.jsonl INDEX [--set ...] --readers A.onnx B.onnx \\
        --out assistant/models

`eval.train_rankers` trains them on what two readers say that were each tuned on half of a quarter
as many questions, and are weaker than the one in use. Here trees are trained on what better ones
say of other questions: those two whose mean is the one in use, each of the half that it was not
tuned on. Of the second ranking and of the chooser the mean of both is kept; the confidence is
trained anew, on ten times as many near misses. All figures that are printed are out of fold, and
so are the second ranking and the chooser that the confidence is trained on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from assistant import decline, rank
from assistant.reader import Reader
from assistant.retrieve import Corpus
from assistant.trees import Trees, load_trees
from eval.metrics import score
from eval.questions import load_questions
from eval.train_rankers import (
    COMMON,
    FOLDS,
    ROUNDS,
    Case,
    answer_of,
    cases_of,
    divide,
    fit_chooser,
    fit_confidence,
    fit_curve,
    fit_second,
    half_of,
    print_hits,
    report,
    save_confidence,
    sentence_labels,
)
from ingest.embedding import load_embedder
from ingest.errors import WrongUse
from ingest.index import Index

SECOND, CHOOSER = "second-ranker.npz", "chooser.npz"
# With 60, 100 and 150 trees hit@1 of the mean is 0.854, 0.857 and 0.856, of the other trees alone
# 0.847 (2,308 questions of `eval/questions`, cross-fitted, December 2026).
TREES = 100
CONFIDENCE = {
    **COMMON,
    "objective": "binary",
    "num_leaves": 12,
    "learning_rate": 0.03,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.2,
    "lambda_l2": 20.0,
}
CONFIDENCE_TREES = 400
# The share of near misses that the confidence is calibrated for, by weight: there are more of them
# in these sets than anybody asks.
NEAR_MISSES = 0.25


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--set", nargs=2, action="append", required=True, metavar=("QUESTIONS", "INDEX")
    )
    parser.add_argument("--readers", type=Path, nargs=2, required=True, metavar=("A", "B"))
    parser.add_argument("--out", type=Path, required=True, help="folder of the models in use")
    options = parser.parse_args(arguments)
    others = load_trees(options.out / SECOND)
    if len(others.feature) != ROUNDS["second"]:
        raise WrongUse(f"{options.out / SECOND} was fitted already: train the rankers first.")
    cases = [case for questions, index in options.set for case in found(questions, index)]
    first, readers = load_trees(options.out / "ranker.npz"), [Reader(p) for p in options.readers]
    for case in cases:
        case.first = first.predict(case.table)
        case.table, case.readings = rank.read_features(
            readers[half_of(case.fold)],
            case.query,
            case.table,
            case.passages,
            case.readings,
            case.first,
        )
    order_by(cases, [others] * FOLDS)
    print_hits("as it was", cases)
    order_by(cases, [mean(others, fitted([c for c in cases if c.fold != k])) for k in range(FOLDS)])
    print_hits("mean of both", cases)
    mean(others, fitted(cases)).save(options.out / SECOND)
    train_chooser(cases, options.out)
    train_confidence(cases, options.out)


def found(questions: str, index: str) -> list[Case]:
    """The cases of the questions of a set for which anything is found."""
    cases = cases_of(
        load_questions(Path(questions)), Corpus(Index.open(Path(index))), load_embedder()
    )
    return [case for case in cases if len(case.table)]


def fitted(cases: Sequence[Case]) -> Trees:
    return fit_second([case for case in cases if case.question.answerable], TREES)


def order_by(cases: Sequence[Case], trees: Sequence[Trees]) -> None:
    """Fill in the scores of the second ranking, of each case by the trees of its fold."""
    for case in cases:
        case.scores = rank.final_scores(trees[case.fold], case.table, case.first)


def train_chooser(cases: Sequence[Case], out: Path) -> None:
    """Fit the chooser of sentences, and fill in its out-of-fold scores."""
    others = load_trees(out / CHOOSER)
    for case in cases:
        divide(case)
        case.sentence_labels = sentence_labels(case, case.answering()[0])
    real = [case for case in cases if case.question.answerable]
    both = [mean(others, fit_chooser([c for c in real if c.fold != k])) for k in range(FOLDS)]
    for name, trees in (("as it was", [others] * FOLDS), ("mean of both", both)):
        for case in cases:
            case.sentence_scores = trees[case.fold].predict(case.sentence_table)
        report(name, real, [answer_of(case)[0] for case in real])
    mean(others, fit_chooser(real)).save(out / CHOOSER)


def train_confidence(cases: Sequence[Case], out: Path) -> None:
    """Train and calibrate the confidence; the bar stays, for `eval.set_bar` to set."""
    # What is declined for the structure of the minutes needs no confidence.
    asked = [case for case in cases if len(case.sentences) and not case.refused()]
    built = [answer_of(case) for case in asked]
    rows = score([c.question for c in asked], [answer for answer, _ in built], lambda _: None).rows
    table = np.array([features for _, features in built])
    right = np.array([row.right and row.answerable for row in rows])
    real = np.array([case.question.answerable for case in asked])
    wrongly = sum(case.question.answerable for case in cases) - int(real.sum())
    near = len(cases) - len(asked) - wrongly
    print(f"declined by structure: {near} near misses and {wrongly} others")
    share = NEAR_MISSES / (1 - NEAR_MISSES) * real.sum() / max(1, (~real).sum())
    weights = np.where(real, 1.0, share)
    fold_of = np.array([case.fold for case in asked])
    told = np.zeros(len(asked))
    for k in range(FOLDS):
        held = fold_of == k
        told[held] = fitted_to(table[~held], right[~held], weights[~held]).predict(table[held])
    before = decline.calibration().trees.predict(table)
    for name, values in (("as it was", before), ("trained anew", told)):
        bar = np.quantile(values[real], 0.1)
        print(
            f"confidence {name}: of {len(asked)} questions {right.sum()} answered rightly, AUC "
            f"{roc_auc_score(right, values):.3f}; where a tenth of the answerable is declined, "
            f"{(values[~real] < bar).mean():.3f} of the near misses are",
            flush=True,
        )
    with np.load(out / "confidence.npz", allow_pickle=False) as kept:
        bar = float(kept["bar"])
    trees = fitted_to(table, right, weights)
    save_confidence(out, trees, fit_curve(told, right, weights), bar)


def fitted_to(table: np.ndarray, right: np.ndarray, weights: np.ndarray) -> Trees:
    return fit_confidence(table, right, weights, CONFIDENCE, CONFIDENCE_TREES)


def mean(one: Trees, other: Trees) -> Trees:
    """The trees of both, which together predict the mean of what each predicts."""

    def both(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        width = max(a.shape[1], b.shape[1])
        return np.concatenate([np.pad(x, ((0, 0), (0, width - x.shape[1]))) for x in (a, b)])

    return Trees(
        one.names,
        both(one.feature, other.feature),
        both(one.threshold, other.threshold),
        both(one.left, other.left),
        both(one.right, other.right),
        both(one.value, other.value) / 2,
    )


if __name__ == "__main__":
    main()
