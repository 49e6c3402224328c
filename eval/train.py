"""Train every model of the package, from the public sets to the rankers, in one command.

    python -m eval.train [--part] [--shared DIR] [--work DIR] [--out DIR]        (make train)

`DIR/data/training` holds the public sets that the model card names, `DIR/data` the minutes and
`DIR/questions` the question sets over them. Half an hour with an accelerator, which trains the
reader in three minutes; a day on two cores without, or some hours with `--part`, which learns from
a part of the public sets. What a step made is kept in the work folder, and a step that was stopped
goes on from its last checkpoint: call it again.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from assistant.terminal import tell
from eval.hidden import QUESTIONS
from eval.train_reader import PROGRESS, WEIGHTS
from ingest.errors import WrongUse

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "assistant" / "models"
# The minutes of each question set; several folders are read as one.
MINUTES = {
    "train_limerick": ("limerick",),
    "train_parish": ("norfolk-parishes",),
    "train_uk": (
        "ayton",
        "bromley-seed",
        "decoy-school",
        "kingston-moderngov",
        "manordeilo-cy",
        "milburn",
        "winnipeg",
        "wyevalley",
    ),
}
# The sets that refine the reader and fit the rankers to it, and whose minutes they ask about.
OTHERS = {"limerick": "train_limerick", "norfolk-parishes": "train_parish", "uk": "train_uk"}
HALVES = ("0", "1")
# On them it is refined by one pass, slowly, and each half alone: the mean is what is kept.
REFINE = ("--rate", "8e-5", "--dropout", "0")
# Rounds and seed of tuning the reader, one after the other; the mean of both is what is kept.
TUNINGS = (("4", "7"), ("5", "11"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--part", action="store_true", help="learn from a part of the public sets")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--work", type=Path, default=ROOT / "training", help="what steps made")
    parser.add_argument("--out", type=Path, default=MODELS)
    options = parser.parse_args(arguments)
    if not (options.shared / "data" / "training").is_dir():
        raise WrongUse(f"There is nothing to train on in {options.shared}.")
    for command, product in plan(options.shared, options.work, options.out, part=options.part):
        if product is not None and finished(product):
            tell(f"{product} is there")
            continue
        tell(" ".join(command))
        status = subprocess.run([sys.executable, "-m", *command]).returncode
        if status != 0:
            return status
    return 0


def plan(
    shared: Path, work: Path, out: Path, *, part: bool = False
) -> list[tuple[list[str], Path | None]]:
    """Every step as a module with its arguments, and the file that tells that it is done."""
    data, sets = shared / "data", []
    together: dict[str, Path] = {}  # the folder of the minutes of each set
    steps: list[tuple[list[str], Path | None]] = []
    for name, folders in MINUTES.items():
        index = work / "index" / name
        ingest = ["assistant.cli", "ingest", "--index", str(index)]
        together[name] = minutes(data, folders, work / name)
        steps.append(([*ingest, str(together[name])], index / "current"))
        sets += ["--set", str(shared / "questions" / f"{name}.jsonl"), str(index)]
    base = work / "pretrained"
    train = ["eval.train_reader"]
    pretrain = [*train, "pretrain", "--data", str(data / "training")]
    pretrain += ["--part"] if part else []
    steps.append(([*pretrain, "--out", str(base)], base / WEIGHTS))
    readers = []
    for half in (*HALVES, None):
        reader = work / f"reader-{half or 'all'}.onnx"
        start, tuned = base, []
        for run, (rounds, seed) in enumerate(TUNINGS):
            name = f"{half or 'all'}-{run}"
            drawn = work / f"drawn-{name}.jsonl.gz"
            draw = ["draw", *sets, "--rounds", rounds, "--seed", seed, "--out", str(drawn)]
            steps.append(([*train, *draw, *(["--half", half] if half else [])], drawn))
            tune = ["tune", "--from", str(start), "--examples", str(drawn), "--seed", seed]
            start = work / f"tuned-{name}"
            steps.append(([*train, *tune, "--out", str(start)], start / WEIGHTS))
            tuned.append(str(start))
        export = ["export", "--from", *tuned, "--out", str(reader)]
        steps.append(([*train, *export], reader))
        readers.append(str(reader))
    rankers = ["eval.train_rankers", *sets, "--readers", *readers[: len(HALVES)]]
    steps.append(([*rankers, "--out", str(out)], None))
    others = []
    for name, of in OTHERS.items():
        shown = work / f"{name}.jsonl"
        told = ["eval.hidden", "show", str(QUESTIONS / f"{name}.jsonl"), str(together[of])]
        steps.append(([*told, "--out", str(shown)], None))
        others += ["--set", str(shown), str(work / "index" / of)]
    tuned, refined = [], []
    for half in HALVES:
        drawn, made = work / f"drawn-refine-{half}.jsonl.gz", work / f"refined-{half}"
        draw = ["draw", *others, "--half", half, "--rounds", "1", "--out", str(drawn)]
        steps.append(([*train, *draw, "--ranker", str(out / "ranker.npz")], drawn))
        tune = ["tune", "--from", readers[-1], "--examples", str(drawn), *REFINE]
        steps.append(([*train, *tune, "--out", str(made)], made / WEIGHTS))
        reader = work / f"reader-refined-{half}.onnx"
        steps.append(([*train, "export", "--from", str(made), "--out", str(reader)], reader))
        tuned.append(str(made))
        refined.append(str(reader))
    export = ["export", "--from", *tuned, "--out", str(out / "reader.onnx")]
    steps.append(([*train, *export], None))
    second = ["eval.train_second", *others, "--readers", *refined]
    steps.append(([*second, "--out", str(out)], None))
    steps.append((["eval.train_support", *sets, "--out", str(out)], None))
    sample, index = ROOT / "eval" / "sample", work / "index" / "sample"
    ingest = ["assistant.cli", "ingest", "--index", str(index), str(sample / "minutes")]
    steps.append((ingest, index / "current"))
    bar = ["eval.set_bar", str(sample / "questions.jsonl"), str(index)]
    steps.append(([*bar, "--out", str(out)], None))
    return steps


def finished(product: Path) -> bool:
    """Whether a step was brought to its end; training that was stopped left its progress."""
    return product.exists() and not (product.parent / PROGRESS).exists()


def minutes(data: Path, folders: Sequence[str], together: Path) -> Path:
    """The folder that an index is made of; several are copied into one."""
    if len(folders) == 1:
        return data / folders[0]
    for folder in folders:
        shutil.copytree(data / folder, together / folder, dirs_exist_ok=True)
    return together
