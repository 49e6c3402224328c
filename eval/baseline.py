"""The committed runs that no change may fall behind unseen; `make figures` makes them again.

`sample` asks over the bundled minutes, `real` over a few small folders of real minutes. The second
asks questions that the models were trained on: it shows whether something broke, not how good
answers are.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.metrics import scored
from eval.questions import load_questions, save_questions
from eval.run import EvalResult

HERE = Path(__file__).parent
BASELINES = HERE / "baselines"
SAMPLE_QUESTIONS, SAMPLE_MINUTES = HERE / "sample" / "questions.jsonl", HERE / "sample" / "minutes"
REAL_FOLDERS = ("bromley-seed", "kingston-moderngov", "milburn", "winnipeg", "wyevalley")
GATES = (
    "hit@1:-0.02",
    "hit@5:-0.02",
    "mrr@10:-0.02",
    "answer_correct:-0.02",
    "answer_correct_40:-0.02",
    "citation_recall:-0.02",
    "citation_precision:-0.02",
    "markers:0",
    "verbatim:0",
    "abstain_tpr:-0.02",
    "abstain_fpr:0.02",
    "twins:-0.02",
    "trust:-0.02",
)


def real_set(shared: Path, work: Path) -> tuple[Path, Path]:
    """Questions about the small folders, and a folder of their minutes; both made in `work`."""
    minutes = work / "minutes"
    for folder in REAL_FOLDERS:
        shutil.copytree(shared / "data" / folder, minutes / folder)
    chosen = [
        question
        for question in load_questions(shared / "questions" / "train_uk.jsonl")
        if all(one.source.startswith(REAL_FOLDERS) for one in question.evidence)
    ]
    save_questions(chosen, work / "real.jsonl")
    return work / "real.jsonl", minutes


def save_baseline(result: EvalResult, path: Path) -> None:
    """Keep what a comparison needs: no text of minutes, no times of one computer."""
    rows = [replace(row, body=None, total_ms=None) for row in result.scored.rows]
    about = {key: value for key, value in result.about.items() if key != "wall_seconds"}
    bare = EvalResult(made=result.made, about=about, scored=scored(rows), cases=())
    kept: dict[str, Any] = bare.as_json()
    for derived in ("by_type", "by_type_intervals", "by_body"):
        del kept[derived]
    lines = [json.dumps(row) for row in kept.pop("rows")]
    head = json.dumps(kept, indent=1).removesuffix("\n}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + ',\n "rows": [\n  ' + ",\n  ".join(lines) + "\n ]\n}\n", "utf-8")
