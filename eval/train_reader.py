"""Train the reader: one small encoder that reads a question and a passage together.

    python -m eval.train_reader pretrain --data TRAINING --out CHECKPOINT
    python -m eval.train_reader tune --from CHECKPOINT --set QUESTIONS INDEX ... --out CHECKPOINT
    python -m eval.train_reader export --from CHECKPOINT --out assistant/models/reader.onnx

`pretrain` learns from public reading-comprehension, ranking and inference sets (`TRAINING` holds
`reading/`, `ranking/` and `inference/`), `tune` from question sets over minutes. Both are seeded
and go on from their last checkpoint when they are called again with the same `--out`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SEED = 7
BATCH_PIECES = 4096  # word pieces of one step, padding included
WINDOW_WORDS = 85  # of a context that is shown in part; three in four are
WHOLE_WORDS = 170
MAX_PIECES = 256
THREADS = 1  # of PyTorch; two runs side by side use two cores better than one run does
NEGATIVES = 4  # passages beside the right one of each question when tuning
SKIP = -100  # a label that is not known for an example
# What is drawn of the public sets: all near misses, and so much of the rest that a core without
# an accelerator reads it in about an hour.
READING_SHARE = 0.45  # of the answerable questions
NEIGHBOURS = 0.15  # of the questions, which are asked of a neighbouring context too
RANKING = 700  # questions of each ranking set
INFERENCE = 8_000
# The uncased vocabulary maps capitals away by itself, so lower-cased sets need no care.
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"'(\[]?[A-Z0-9])|\n+")


@dataclass(frozen=True)
class Example:
    """A pair of texts; labels are 1, 0 or SKIP; `start` and `end` are characters of `second`.

    `end` is exclusive; both are SKIP where no span is known, and -1 where there is none.
    """

    first: str
    second: str
    relevant: int = SKIP
    answerable: int = SKIP
    supported: int = SKIP
    start: int = SKIP
    end: int = SKIP


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _window(
    context: str, question: str, answer: tuple[int, int] | None, words: int
) -> tuple[int, int]:
    """The run of sentences of about `words` words that shares most with the question.

    It holds the answer, where there is one, so that its length and place tell nothing.
    """
    edges = [0, *(match.end() for match in _SENTENCE.finditer(context)), len(context)]
    asked = set(re.findall(r"\w+", question.lower()))
    best, most = (0, len(context)), -1.0
    for i, begin in enumerate(edges[:-1]):
        end = begin
        for edge in edges[i + 1 :]:
            if end > begin and len(context[begin:edge].split()) > words:
                break
            end = edge
        if answer and not (begin <= answer[0] and answer[1] <= end):
            continue
        shared = len(asked & set(re.findall(r"\w+", context[begin:end].lower())))
        if shared > most:
            best, most = (begin, end), shared
    return best


def reading_examples(folder: Path, rng: random.Random) -> Iterator[Example]:
    """Questions with their contexts, answerable or not, and with a neighbouring context."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        rows = _rows(path)
        contexts = list(dict.fromkeys(row["context"] for row in rows))
        place = {context: i for i, context in enumerate(contexts)}
        for row in rows:
            if row["answerable"] and rng.random() > READING_SHARE:
                continue
            question, context = row["question"], row["context"]
            span: tuple[int, int] | None = None
            if row["answerable"] and row.get("answer_start") and row["answers"]:
                start = row["answer_start"][0]
                if context[start : start + len(row["answers"][0])] == row["answers"][0]:
                    span = (start, start + len(row["answers"][0]))
            words = WINDOW_WORDS if rng.random() < 0.75 else WHOLE_WORDS
            begin, end = _window(context, question, span, words)
            text = context[begin:end].strip()
            shift = begin + (len(context[begin:end]) - len(context[begin:end].lstrip()))
            if row["answerable"]:
                place_of = (span[0] - shift, span[1] - shift) if span else (SKIP, SKIP)
                yield Example(question, text, 1, 1, SKIP, *place_of)
            else:
                yield Example(question, text, SKIP, 0, SKIP, -1, -1)
            if rng.random() < NEIGHBOURS:
                # A neighbouring context is mostly of the same article.
                near = place[context] + rng.choice((-2, -1, 1, 2))
                if 0 <= near < len(contexts) and not any(
                    answer.lower() in contexts[near].lower() for answer in row["answers"] or ["\0"]
                ):
                    other = contexts[near]
                    begin, end = _window(other, question, None, words)
                    yield Example(question, other[begin:end].strip(), 0, 0, SKIP, -1, -1)


def ranking_examples(folder: Path, rng: random.Random) -> Iterator[Example]:
    """Questions with right and wrong texts; how many, is drawn."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        summaries = "summlink" in path.name or path.name.startswith("wice")
        rows = _rows(path)
        for row in rng.sample(rows, min(RANKING, len(rows))):
            right = rng.sample(row["positive"], min(1, len(row["positive"])))
            wrong = rng.sample(row["negative"], min(1 if summaries else 2, len(row["negative"])))
            answerable = SKIP if summaries else 1
            for text in right:
                yield Example(row["question"], _cut(text), 1, answerable)
            for text in wrong:
                yield Example(row["question"], _cut(text), 0, 0 if not summaries else SKIP)


def _cut(text: str) -> str:
    return " ".join(text.split()[:WHOLE_WORDS])


def inference_examples(folder: Path, rng: random.Random) -> Iterator[Example]:
    """Claims with premises that support them or do not; both labels alike often."""
    support: list[Example] = []
    against: list[Example] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        for row in _rows(path):
            if len(row["premise"].split()) > WHOLE_WORDS:
                continue
            holds = row["label"] == "entailment"
            (support if holds else against).append(
                Example(row["hypothesis"], row["premise"], SKIP, SKIP, int(holds))
            )
            if "refuted" in path.name:  # that set has contradictions only
                support.append(Example(row["premise"], row["premise"], SKIP, SKIP, 1))
    rng.shuffle(support)
    rng.shuffle(against)
    yield from support[: INFERENCE // 2]
    yield from against[: INFERENCE // 2]


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


def batches(examples: Sequence[Encoded], rng: random.Random) -> list[list[Encoded]]:
    """Batches of about equal lengths and BATCH_PIECES pieces, in random order."""
    order = list(range(len(examples)))
    rng.shuffle(order)
    result: list[list[Encoded]] = []
    for chunk in range(0, len(order), 2048):
        part = sorted(order[chunk : chunk + 2048], key=lambda i: len(examples[i].ids))
        batch: list[Encoded] = []
        made = []
        for i in part:
            if batch and (len(batch) + 1) * len(examples[i].ids) > BATCH_PIECES:
                made.append(batch)
                batch = []
            batch.append(examples[i])
        made.append(batch)
        rng.shuffle(made)
        result += made
    return result


def fit(
    examples: Sequence[Encoded],
    start_from: Path | None,
    out: Path,
    *,
    rate: float,
    epochs: int = 1,
    every: int = 200,
) -> None:
    """Train and write `out`; a run that was stopped goes on from its last checkpoint."""
    import torch

    from eval.reader_model import ReaderModel

    torch.manual_seed(SEED)
    torch.set_num_threads(THREADS)
    rng = random.Random(SEED)
    plan = [batch for _ in range(epochs) for batch in batches(examples, rng)]
    progress = out / "progress.pt"
    model = ReaderModel.load(out if progress.exists() else start_from)
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
        length = max(len(one.ids) for one in batch)
        ids = torch.zeros(len(batch), length, dtype=torch.long)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for i, one in enumerate(batch):
            ids[i, : len(one.ids)] = torch.tensor(one.ids)
            types[i, : len(one.ids)] = torch.tensor(one.types)
            mask[i, : len(one.ids)] = 1
        labels = torch.tensor([one.labels for one in batch])
        places = torch.tensor([(one.start, one.end) for one in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores, spans = model(ids, types, mask)
        loss = model.loss(scores.float(), spans.float(), labels, places)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
        if (step + 1) % every == 0 or step + 1 == len(plan):
            left = (time.monotonic() - began) / (step + 1 - done) * (len(plan) - step - 1)
            print(
                f"step {step + 1} of {len(plan)}, loss {np.mean(losses[-every:]):.4f}, "
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
        for example in source(options.data / kind, rng)
    ]
    rng.shuffle(examples)
    if options.examples:
        examples = examples[: options.examples]
    pieces = sum(len(one.ids) for one in examples)
    print(f"{len(examples):,} examples, {pieces:,} word pieces", file=sys.stderr)
    fit(examples, None, options.out, rate=options.rate, epochs=options.epochs)


def minutes_examples(cases: Sequence[Any], rng: random.Random) -> Iterator[Example]:
    """The questions of a set with the passage that answers and the best of those that do not.

    The span is an answer within the gold quote. A passage that holds an answer elsewhere, such as
    another file of the same meeting, teaches nothing, and neither does the relevance of what is
    close to an unanswerable question.
    """
    from eval.matching import fold, holds, relevant

    for case in cases:
        question = case.question
        wrong = 0
        for i in np.argsort(-case.scores, kind="stable")[: 3 * NEGATIVES]:
            passage = case.passages[i]
            source = case.corpus.meeting_of(int(case.rows[i])).source
            second = f"{passage.heading}\n{passage.text}"
            every = [one for group in question.answers for one in group]
            right = [e for e in question.evidence if relevant(passage.text, source, e)]
            if not question.answerable:
                if wrong < NEGATIVES:
                    wrong += 1
                    yield Example(case.query.text, second, SKIP, 0, SKIP, -1, -1)
            elif right:
                quotes = " ".join(fold(evidence.quote) for evidence in right)
                inside = [one for one in every if holds(passage.text, one) and holds(quotes, one)]
                place = _place(second, inside, right[0].quote)
                known = 1 if inside else SKIP
                yield Example(case.query.text, second, 1, known, SKIP, *place)
            elif wrong < NEGATIVES and not any(holds(passage.text, one) for one in every):
                wrong += 1
                yield Example(case.query.text, second, 0, 0, SKIP, -1, -1)


def _place(text: str, answers: Sequence[str], quote: str) -> tuple[int, int]:
    """Where the first of the answers stands nearest to the quote's beginning; SKIP where nowhere.

    White space and case are folded.
    """
    lower = text.lower()
    begin = lower.find(quote.lower()[:30])
    spans = [
        match.span()
        for answer in answers[:1]
        for match in re.finditer(
            r"\s+".join(re.escape(word) for word in answer.lower().split()), lower
        )
    ]
    if not spans:
        return SKIP, SKIP
    return min(spans, key=lambda span: (span[0] < begin, abs(span[0] - begin)))


def tune(options: argparse.Namespace) -> None:
    """Tune on all questions, or on one half for the other, so that every figure is out of fold."""
    from eval.train_rankers import half_of, load_groups, rank_first

    groups = load_groups(options.set)
    cases = [case for group in groups.values() for case in group]
    rank_first(cases)
    rng = random.Random(SEED)
    encode = Encoder()
    if options.half is not None:
        cases = [case for case in cases if half_of(case.fold) != options.half]
    examples = [encode(example) for example in minutes_examples(cases, rng)]
    print(f"{len(examples):,} examples", file=sys.stderr)
    fit(examples, options.start, options.out, rate=options.rate, epochs=options.epochs)


def export(options: argparse.Namespace) -> None:
    """Write the reader as ONNX in int8, calibrated on invented passages."""
    import tempfile

    import torch

    from eval.reader_model import ReaderModel
    from ingest.calibration import sample_passages
    from ingest.export import quantize, quiet

    model = ReaderModel.load(options.start, "eager").eval()
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
    first.add_argument("--examples", type=int, default=0, help="at most so many; 0: all")
    first.add_argument("--epochs", type=int, default=1)
    first.add_argument("--rate", type=float, default=1e-4)
    first.set_defaults(run=pretrain)
    second = commands.add_parser("tune")
    second.add_argument("--from", dest="start", type=Path, required=True)
    second.add_argument(
        "--set", nargs=2, action="append", required=True, metavar=("QUESTIONS", "INDEX")
    )
    second.add_argument("--half", type=int, choices=(0, 1), help="leave this half out")
    second.add_argument("--out", type=Path, required=True)
    second.add_argument("--epochs", type=int, default=1)
    second.add_argument("--rate", type=float, default=5e-5)
    second.set_defaults(run=tune)
    last = commands.add_parser("export")
    last.add_argument("--from", dest="start", type=Path, required=True)
    last.add_argument("--out", type=Path, required=True)
    last.set_defaults(run=export)
    options = parser.parse_args(arguments)
    options.run(options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
