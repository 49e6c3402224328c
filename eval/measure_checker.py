"""How many corrupted sentences the checks catch, and how many true ones they drop.

    python -m eval.measure_checker --set QUESTIONS.jsonl INDEX [--set ...] [--installed]

Sentences are made by rule from the evidence of question sets (eval/claim_cases.py). Figures are
nested and cross-fitted by source: no sentence is judged by a model, a curve or a bar that saw its
file. With `--installed` they are judged as in an answer, by the weights that come with the product:
for question sets on which those were not trained.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.claims import faults
from assistant.draft import Draft
from assistant.written import check
from eval.claim_cases import KINDS, Case, make_cases
from eval.train_support import Fitted
from ingest.embedding import Embedder, load_embedder


def judged(cases: Sequence[Case], embedder: Embedder) -> np.ndarray:
    """Which cases (n,) an answer would not show."""
    return np.array(
        [
            bool(
                check(Draft(case.claim, tuple(range(len(case.sources)))), case.sources, embedder)[0]
            )
            for case in cases
        ]
    )


def table(cases: Sequence[Case], faulty: np.ndarray, stopped: np.ndarray) -> str:
    """The share that the certain checks stop, and that is stopped with the score, as Markdown."""
    labels = np.array([case.supported for case in cases])
    kinds = np.array([case.kind for case in cases])
    lines = [
        "| sentences | number | stopped by comparing alone | stopped in all |",
        "| --- | --- | --- | --- |",
    ]

    def row(name: str, chosen: np.ndarray) -> None:
        if chosen.any():
            alone, both = faulty[chosen].mean(), stopped[chosen].mean()
            lines.append(f"| {name} | {chosen.sum()} | {alone:.1%} | {both:.1%} |")

    for kind in KINDS:
        row(f"corrupted: {kind}", ~labels & (kinds == kind))
    row("**corrupted, all**", ~labels)
    for kind in sorted(set(kinds[labels])):
        row(f"true: {kind}", labels & (kinds == kind))
    row("**true, all**", labels)
    row("true, not verbatim", labels & (kinds != "verbatim"))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True)
    parser.add_argument("--installed", action="store_true", help="judge by the installed weights")
    options = parser.parse_args()
    cases, embedder = make_cases(options.set), load_embedder(bulk=True)
    if options.installed:
        faulty = np.array([bool(faults(case.claim, case.sources)) for case in cases])
        print(table(cases, faulty, judged(cases, embedder)))
    else:
        fitted = Fitted(cases, embedder)
        print(table(cases, fitted.faulty, fitted.faulty | fitted.weak()))


if __name__ == "__main__":
    main()
