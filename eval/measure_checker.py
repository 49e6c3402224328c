"""How many corrupted sentences the checks catch, and how many true ones they drop.

    python -m eval.measure_checker --set QUESTIONS.jsonl INDEX [--set ...] --inference FOLDER

Sentences are made by rule from the evidence of question sets (eval/claim_cases.py). The support
score is cross-fitted by source: no sentence is judged by a model that saw its file. The bar is the
one that goes with the installed model.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from assistant.support import calibration
from eval.claim_cases import KINDS, make_cases
from eval.train_support import Fitted
from ingest.embedding import load_embedder


def table(fitted: Fitted, weak: np.ndarray) -> str:
    """The share that the certain checks stop, and that is stopped with the score, as Markdown."""
    stopped = fitted.faulty | weak
    kinds = np.array([case.kind for case in fitted.cases])
    lines = [
        "| sentences | number | stopped by comparing alone | stopped in all |",
        "| --- | --- | --- | --- |",
    ]

    def row(name: str, chosen: np.ndarray) -> None:
        if chosen.any():
            alone, both = fitted.faulty[chosen].mean(), stopped[chosen].mean()
            lines.append(f"| {name} | {chosen.sum()} | {alone:.1%} | {both:.1%} |")

    for kind in KINDS:
        row(f"corrupted: {kind}", ~fitted.labels & (kinds == kind))
    row("**corrupted, all**", ~fitted.labels)
    for kind in sorted(set(kinds[fitted.labels])):
        row(f"true: {kind}", fitted.labels & (kinds == kind))
    row("**true, all**", fitted.labels)
    row("true, not verbatim", fitted.labels & (kinds != "verbatim"))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True)
    parser.add_argument("--inference", type=Path, required=True)
    options = parser.parse_args()
    fitted = Fitted(make_cases(options.set), options.inference, load_embedder(bulk=True))
    print(table(fitted, np.interp(fitted.scores, *fitted.curve()) < calibration().bar))


if __name__ == "__main__":
    main()
