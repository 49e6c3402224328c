"""Train the reader: one small encoder that reads a question and a passage together.

    python -m eval.train_reader pretrain --data TRAINING --out CHECKPOINT
    python -m eval.train_reader draw --set QUESTIONS INDEX ... --out EXAMPLES.jsonl.gz
    python -m eval.train_reader tune --from CHECKPOINT --examples EXAMPLES.jsonl.gz --out CHECKPOINT
    python -m eval.train_reader export --from CHECKPOINT ... --out assistant/models/reader.onnx

A checkpoint to tune from may be an exported reader (`.onnx`): its weights of 8 bits are then where
the training begins.

`pretrain` learns from public reading-comprehension, ranking and inference sets (`TRAINING` holds
`reading/`, `ranking/` and `inference/`), `tune` from what `draw` made of question sets over
minutes. Both train on an accelerator where PyTorch sees one, are seeded, and go on from their last
checkpoint when they are called again with the same `--out`. Drawing and tuning are apart, so that
the machine with the accelerator needs neither the minutes nor their indexes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eval.reader_examples import (
    ALL,
    PART,
    SKIP,
    Example,
    detail_examples,
    exchanged_examples,
    inference_examples,
    minutes_examples,
    ranking_examples,
    reading_examples,
    rows_of,
    title_examples,
    withheld_examples,
)

SEED = 7
# Word pieces of one step, padding included.
PRETRAIN_PIECES = 16384
TUNE_PIECES = 4096
MAX_PIECES = 256
SHAPE = 32  # texts are padded to multiples of so many word pieces
WEIGHTS = "reader.safetensors"  # in the folder of a checkpoint
PROGRESS = "progress.pt"  # beside them while training is not at its end
# Of PyTorch on a processor; two runs side by side use two cores better than one run does.
THREADS = 1


@dataclass(frozen=True)
class Encoded:
    """An example as word pieces; `start` and `end` (inclusive) are pieces, 0 for no span."""

    ids: list[int]
    types: list[int]
    labels: tuple[int, int, int]
    start: int
    end: int


class Encoder:
    """Turns examples into word pieces as the reader reads them."""

    def __init__(self) -> None:
        from assistant.reader import pair_tokenizer

        self._tokenizer = pair_tokenizer(MAX_PIECES)

    def __call__(self, example: Example) -> Encoded:
        pieces = self._tokenizer.encode(example.first, example.second)
        start, end = example.start, example.end
        if start == -1:
            start = end = 0
        elif start != SKIP:
            inside = [
                i
                for i, (kind, (a, b)) in enumerate(
                    zip(pieces.type_ids, pieces.offsets, strict=True)
                )
                if kind == 1 and b > a and a < example.end and b > example.start
            ]
            start, end = (inside[0], inside[-1]) if inside else (SKIP, SKIP)
        labels = (example.relevant, example.answerable, example.supported)
        return Encoded(pieces.ids, pieces.type_ids, labels, start, end)


def padded(length: int) -> int:
    """The word pieces that a text is padded to.

    A processor compiles a step for each shape that it meets, so there are few shapes.
    """
    return -(-length // SHAPE) * SHAPE


def batches(examples: Sequence[Encoded], rng: random.Random, pieces: int) -> list[list[Encoded]]:
    """Batches of one length when padded and of at most so many pieces, in random order."""
    by_length: dict[int, list[Encoded]] = {}
    for one in examples:
        by_length.setdefault(padded(len(one.ids)), []).append(one)
    result: list[list[Encoded]] = []
    for length, alike in by_length.items():
        rng.shuffle(alike)
        size = max(1, pieces // length)
        result += [alike[i : i + size] for i in range(0, len(alike), size)]
    rng.shuffle(result)
    return result


def fit(
    examples: Sequence[Encoded],
    start_from: Path | None,
    out: Path,
    *,
    rate: float,
    epochs: int = 1,
    pieces: int,
    dropout: float = 0.0,
    seed: int = SEED,
    every: int = 200,
) -> None:
    """Train and write `out`; a run that was stopped goes on from its last checkpoint."""
    import torch

    from eval.reader_model import ReaderModel

    torch.manual_seed(seed)
    torch.set_num_threads(THREADS)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    # A processor without instructions for bfloat16 takes minutes for a step of it.
    halves = device == "cuda" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    rng = random.Random(seed)
    plan = [b for _ in range(epochs) for b in batches(examples, rng, pieces)]
    progress = out / PROGRESS
    # The fused attention is the faster one on an accelerator, and far the slower on a processor.
    attention = "sdpa" if device == "cuda" else "eager"
    started = out if progress.exists() else start_from
    model = ReaderModel.load(started, attention, dropout).to(device)
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.01)
    done = 0
    if progress.exists():
        state = torch.load(progress, weights_only=True)
        done = int(state["step"])
        optimizer.load_state_dict(state["optimizer"])
    warm = min(100, len(plan) // 10 + 1)
    began, losses = time.monotonic(), []
    for step, batch in enumerate(plan[done:], done):
        for group in optimizer.param_groups:
            group["lr"] = rate * min((step + 1) / warm, (len(plan) - step) / (len(plan) - warm + 1))
        length = padded(max(len(one.ids) for one in batch))
        ids = torch.zeros(len(batch), length, dtype=torch.long)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for i, one in enumerate(batch):
            ids[i, : len(one.ids)] = torch.tensor(one.ids)
            types[i, : len(one.ids)] = torch.tensor(one.types)
            mask[i, : len(one.ids)] = 1
        labels = torch.tensor([one.labels for one in batch])
        places = torch.tensor([(one.start, one.end) for one in batch])
        with torch.autocast(device, dtype=torch.bfloat16, enabled=halves):
            scores, spans = model(ids.to(device), types.to(device), mask.to(device))
        loss = model.loss(scores.float(), spans.float(), labels.to(device), places.to(device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
        if (step + 1) % every == 0 or step + 1 == len(plan):
            left = (time.monotonic() - began) / (step + 1 - done) * (len(plan) - step - 1)
            print(
                f"step {step + 1} of {len(plan)}, "
                f"loss {torch.stack(losses[-every:]).mean():.4f}, "
                f"{left / 60:.0f} minutes left",
                file=sys.stderr,
                flush=True,
            )
            model.save(out)
            torch.save({"step": step + 1, "optimizer": optimizer.state_dict()}, progress)
    if plan:
        progress.unlink(missing_ok=True)


def pretrain(options: argparse.Namespace) -> None:
    rng = random.Random(SEED)
    encode = Encoder()
    examples = [
        encode(example)
        for kind, source in (
            ("reading", reading_examples),
            ("ranking", ranking_examples),
            ("inference", inference_examples),
        )
        for example in source(options.data / kind, rng, PART if options.part else ALL)
    ]
    rng.shuffle(examples)
    pieces = sum(len(one.ids) for one in examples)
    print(f"{len(examples):,} examples, {pieces:,} word pieces", file=sys.stderr)
    fit(
        examples,
        None,
        options.out,
        rate=options.rate,
        epochs=options.epochs,
        pieces=PRETRAIN_PIECES,
    )


def draw(options: argparse.Namespace) -> None:
    """Examples of all questions, or of one half for the other, so that every figure is out of fold.

    What is drawn from the minutes themselves keeps to the same half of the sources.
    """
    from assistant.rank import FEATURES
    from assistant.trees import load_trees
    from eval.train_rankers import fold_of_source, half_of, load_groups, rank_first

    groups = load_groups(options.set)
    cases = [case for group in groups.values() for case in group]
    if options.ranker is None:
        rank_first(cases)
    else:
        ranker = load_trees(options.ranker)
        for case in cases:
            case.scores = ranker.predict(case.table[:, : len(FEATURES)])
    if options.half is not None:
        cases = [case for case in cases if half_of(case.fold) != options.half]

    def kept(source: str) -> bool:
        return options.half is None or half_of(fold_of_source(source)) != options.half

    rng = random.Random(options.seed)
    drawn: list[Example] = []
    for _ in range(options.rounds):
        drawn += minutes_examples(cases, rng)
        drawn += withheld_examples(cases, rng)
        drawn += exchanged_examples(cases, rng)
        for group in groups.values():
            index = group[0].corpus.index
            drawn += detail_examples(index, kept, rng)
            drawn += title_examples(index, kept, rng)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    new = options.out.with_name(options.out.name + ".new")
    with gzip.open(new, "wt", encoding="utf-8") as file:
        for example in drawn:
            file.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    new.replace(options.out)
    print(f"{len(drawn):,} examples", file=sys.stderr)


def tune(options: argparse.Namespace) -> None:
    encode = Encoder()
    examples = [encode(Example(**row)) for row in rows_of(options.examples)]
    random.Random(options.seed).shuffle(examples)
    fit(
        examples,
        options.start,
        options.out,
        rate=options.rate,
        pieces=TUNE_PIECES,
        dropout=options.dropout,
        seed=options.seed,
    )


def export(options: argparse.Namespace) -> None:
    """Write the reader as ONNX in int8, calibrated on invented passages.

    Of several checkpoints the weights are averaged (Wortsman et al. 2022, "Model soups").
    """
    import tempfile

    import torch

    from eval.reader_model import ReaderModel
    from ingest.calibration import sample_passages
    from ingest.export import quantize, quiet

    model = ReaderModel.average(options.start, "eager").eval()
    encode = Encoder()
    question = "What was decided about the towpath lamps, and what did they cost?"
    encoded = [encode(Example(question, text)) for text in sample_passages()]
    feeds = [
        {
            "ids": np.array([one.ids]),
            "types": np.array([one.types]),
            "mask": np.ones((1, len(one.ids)), np.int64),
        }
        for one in encoded
    ]
    batch = torch.export.Dim("batch", min=1, max=64)
    length = torch.export.Dim("length", min=4, max=512)
    shape = {0: batch, 1: length}
    example = tuple(torch.from_numpy(np.repeat(array, 2, 0)) for array in feeds[0].values())
    with tempfile.TemporaryDirectory() as scratch, quiet():
        plain = Path(scratch) / "float32.onnx"
        torch.onnx.export(
            model,
            example,
            str(plain),
            dynamo=True,
            input_names=["ids", "types", "mask"],
            output_names=["scores", "spans"],
            dynamic_shapes={"ids": shape, "types": shape, "mask": shape},
            external_data=False,
            verbose=False,
        )
        options.out.parent.mkdir(parents=True, exist_ok=True)
        quantize(plain, options.out, feeds, word_vectors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("pretrain")
    first.add_argument("--data", type=Path, required=True)
    first.add_argument("--out", type=Path, required=True)
    first.add_argument("--part", action="store_true", help="a part of it, where time is short")
    first.add_argument("--epochs", type=int, default=2)
    first.add_argument("--rate", type=float, default=3e-4)
    first.set_defaults(run=pretrain)
    drawing = commands.add_parser("draw")
    drawing.add_argument(
        "--set", nargs=2, action="append", required=True, metavar=("QUESTIONS", "INDEX")
    )
    drawing.add_argument("--half", type=int, choices=(0, 1), help="leave this half out")
    drawing.add_argument(
        "--ranker", type=Path, help="the first ranking, trained on other questions; else one is"
    )
    drawing.add_argument("--rounds", type=int, default=4, help="how often everything is drawn anew")
    drawing.add_argument("--seed", type=int, default=SEED)
    drawing.add_argument("--out", type=Path, required=True)
    drawing.set_defaults(run=draw)
    second = commands.add_parser("tune")
    second.add_argument("--from", dest="start", type=Path, required=True)
    second.add_argument("--examples", type=Path, required=True)
    second.add_argument("--out", type=Path, required=True)
    second.add_argument("--rate", type=float, default=1e-4)
    second.add_argument("--dropout", type=float, default=0.1)
    second.add_argument("--seed", type=int, default=SEED)
    second.set_defaults(run=tune)
    last = commands.add_parser("export")
    last.add_argument("--from", dest="start", type=Path, nargs="+", required=True)
    last.add_argument("--out", type=Path, required=True)
    last.set_defaults(run=export)
    options = parser.parse_args(arguments)
    options.run(options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
