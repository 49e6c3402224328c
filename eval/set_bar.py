"""Set the confidence from which answers are given, on questions that no model has seen.

    python -m eval.set_bar QUESTIONS.jsonl INDEX [--out assistant/models]

The bar that `eval.train_rankers` sets is of the cross-fitting, whose readers are weaker than the
one that is used, and that of questions which the confidence was trained on would be too low. On the
sample questions, which nothing is trained on, it is .245 (December 2026).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from assistant import decline
from assistant.assistant import Assistant
from eval.metrics import Row, score
from eval.questions import load_questions
from eval.systems import ours

AS_OF = date(2026, 1, 1)
# Of the answerable questions, a tenth less what so few questions leave open: of 91 in the sample
# set the share is known to .03.
MAX_DECLINED = 0.08


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--out", type=Path, help="folder of models in which the bar is set")
    options = parser.parse_args(arguments)
    rows = answered_at_any_confidence(options.questions, options.index)
    before = decline.calibration().bar
    bar = best_bar(rows)
    for name, value in (("before", before), ("now", bar)):
        trust, tpr, fpr = at(rows, value)
        print(f"{name} {value:.3f}: trust {trust:.3f}, abstain_tpr {tpr:.3f}, fpr {fpr:.3f}")
    if options.out is not None:
        path = options.out / "confidence.npz"
        with np.load(path, allow_pickle=False) as kept:
            stored: dict[str, Any] = {name: kept[name] for name in kept.files}
        np.savez_compressed(path, **{**stored, "bar": np.array(bar)})


def answered_at_any_confidence(questions: Path, index: Path) -> list[Row]:
    """How each question is answered where only the structure of the minutes declines."""
    asked = load_questions(questions)
    open_bar = replace(decline.calibration(), bar=0.0)
    with patch.object(decline, "calibration", lambda: open_bar):
        ask = ours(index, AS_OF, Assistant(index))
        answers = [{"id": question.id, **ask(question)} for question in asked]
    return list(score(asked, answers).rows)


def best_bar(rows: Sequence[Row], most: float = MAX_DECLINED) -> float:
    """The bar with the best trust of those that decline at most this share of the answerable.

    It lies half way between the confidence that is just declined and the one just given.
    """
    steps = sorted({row.confidence for row in rows if row.answered})
    bars = [0.0, *((a + b) / 2 for a, b in pairwise(steps))]
    allowed = [bar for bar in bars if at(rows, bar)[2] <= most]
    return max(allowed or [0.0], key=lambda bar: at(rows, bar)[0])


def at(rows: Sequence[Row], bar: float) -> tuple[float, float, float]:
    """Trust, and the shares of unanswerable and of answerable questions that are declined."""
    answerable = np.array([row.answerable for row in rows])
    given = np.array([row.answered and row.confidence >= bar for row in rows])
    right = np.array([row.right and row.answerable for row in rows])
    trust = np.where(given, np.where(right, 1.0, -1.0), ~answerable).mean()
    tpr = (~given & ~answerable).sum() / max(1, (~answerable).sum())
    fpr = (~given & answerable).sum() / max(1, answerable.sum())
    return float(trust), float(tpr), float(fpr)


if __name__ == "__main__":
    main()
