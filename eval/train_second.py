"""Fit the second ranking to the reader in use, on questions that the reader was not tuned on.

    python -m eval.train_second --set QUESTIONS.jsonl INDEX [--set ...] --out assistant/models

`eval.train_rankers` trains the second ranking on what two readers say that were each tuned on half
of the questions, and are weaker than the one in use. Here trees are trained on what that one says
of other questions, and the mean of both is kept. The hits that are printed are out of fold.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant import rank
from assistant.reader import Reader
from assistant.retrieve import Corpus
from assistant.trees import Trees, load_trees
from eval.questions import load_questions
from eval.train_rankers import FOLDS, ROUNDS, Case, cases_of, fit_second, print_hits
from ingest.embedding import load_embedder
from ingest.errors import WrongUse
from ingest.index import Index

SECOND = "second-ranker.npz"
# With 60, 100 and 150 trees hit@1 of the mean is 0.854, 0.857 and 0.856, of the other trees alone
# 0.847 (2,308 questions of `eval/questions`, cross-fitted, December 2026).
TREES = 100


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--set", nargs=2, action="append", required=True, metavar=("QUESTIONS", "INDEX")
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the models in use")
    options = parser.parse_args(arguments)
    others = load_trees(options.out / SECOND)
    if len(others.feature) != ROUNDS["second"]:
        raise WrongUse(f"{options.out / SECOND} was fitted already: train the rankers first.")
    cases = [case for questions, index in options.set for case in answerable(questions, index)]
    first, reader = load_trees(options.out / "ranker.npz"), Reader(options.out / "reader.onnx")
    for case in cases:
        case.first = first.predict(case.table)
        case.table, case.readings = rank.read_features(
            reader, case.query, case.table, case.passages, case.readings, case.first
        )
    order_by(cases, [others] * FOLDS)
    print_hits("as it was", cases)
    order_by(cases, [mean(others, fitted([c for c in cases if c.fold != k])) for k in range(FOLDS)])
    print_hits("mean of both", cases)
    mean(others, fitted(cases)).save(options.out / SECOND)


def answerable(questions: str, index: str) -> list[Case]:
    """The cases of the answerable questions of a set for which anything is found."""
    asked = [question for question in load_questions(Path(questions)) if question.answerable]
    cases = cases_of(asked, Corpus(Index.open(Path(index))), load_embedder())
    return [case for case in cases if len(case.table)]


def fitted(cases: Sequence[Case]) -> Trees:
    return fit_second(cases, TREES)


def order_by(cases: Sequence[Case], trees: Sequence[Trees]) -> None:
    """Fill in the scores of the second ranking, of each case by the trees of its fold."""
    for case in cases:
        case.scores = rank.final_scores(trees[case.fold], case.table, case.first)


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
