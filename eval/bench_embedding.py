"""Passages embedded a second, against the defaults of sentence-transformers."""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).parent / "sample" / "minutes"
SEED = 7
AMOUNTS = (10, 100, 250, 500, 1000)  # passages, embedded from the start of Python


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="minutes to embed")
    parser.add_argument("--passages", type=int, default=256, help="how many, drawn with a seed")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)

    from sentence_transformers import SentenceTransformer

    from ingest.embedding import cores, default_model, open_way, prepare
    from ingest.measure import WAYS

    prepared = prepare()
    texts = _texts(options.folder, options.passages)
    words = statistics.mean(len(text.split()) for text in texts)
    print(f"{len(texts)} passages of {words:.0f} words on average from {options.folder}")
    theirs = SentenceTransformer(str(default_model()), device="cpu")
    ways: dict[str, Callable[[list[str]], np.ndarray]] = {"sentence-transformers": theirs.encode}
    for way in sorted(WAYS, key=lambda way: way != prepared.bulk):
        name = f"ours ({way})" if way == prepared.bulk else way
        ways[name] = open_way(way, Path(prepared.folder), cores()).encode
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    vectors: dict[str, np.ndarray] = {}
    for encode in ways.values():
        encode(texts[:8])
    for _ in range(options.rounds):  # in turn, so that other work on the machine hits all alike
        for way, encode in ways.items():
            begin = time.perf_counter()
            vectors[way] = encode(texts)
            seconds[way].append(time.perf_counter() - begin)
    base = "sentence-transformers"
    reference = vectors[base]
    print(f"{'way':<24}{'passages/s':>11}{'ratio':>7}{'cosine min':>12}{'mean':>8}")
    for way in ways:
        ratio = statistics.median(
            one / other for one, other in zip(seconds[base], seconds[way], strict=True)
        )
        speed = len(texts) / statistics.median(seconds[way])
        cosine = (vectors[way] * reference).sum(axis=1)
        print(f"{way:<24}{speed:>11.1f}{ratio:>7.2f}{cosine.min():>12.4f}{cosine.mean():>8.4f}")
    _question()
    _starts(texts)
    return 0


def _texts(folder: Path, count: int) -> list[str]:
    """Passages of the folder's minutes as they are embedded, drawn with a seed."""
    from ingest.embedding import load_embedder
    from ingest.errors import UnreadableSource
    from ingest.passages import embedded_text, make_passages
    from ingest.read import SUFFIXES, read

    count_pieces = load_embedder().count_pieces
    files = sorted(file for file in folder.rglob("*") if file.suffix.casefold() in SUFFIXES)
    random.Random(SEED).shuffle(files)
    texts: list[str] = []
    for file in files:
        if len(texts) >= 10 * count:
            break
        try:
            meetings = read(file, file.name)
        except UnreadableSource:
            continue
        for meeting in meetings:
            texts += map(embedded_text, make_passages(meeting, file.name, count_pieces))
    if not texts:
        raise SystemExit(f"No minutes in {folder}.")
    return random.Random(SEED).sample(texts, min(count, len(texts)))


def _question() -> None:
    from ingest.embedding import load_embedder

    embedder = load_embedder()
    question = ["Why was the tender for the towpath lamps above the estimate?"]
    embedder.encode(question)
    times = []
    for _ in range(50):
        begin = time.perf_counter()
        embedder.encode(question)
        times.append(1000 * (time.perf_counter() - begin))
    times.sort()
    print(f"one question: median {times[25]:.1f} ms, 95th percentile {times[47]:.1f} ms")


_START = """
import sys, json
from pathlib import Path
from ingest.embedding import cores, load_embedder, open_way, prepare
way, texts = json.load(sys.stdin)
folder = Path(prepare().folder)
model = open_way(way, folder, cores()) if way else load_embedder(bulk=True)
model.encode(texts)
"""


def _starts(texts: Sequence[str]) -> None:
    """From the start of Python to the vectors: what importing PyTorch costs where it is faster."""
    from ingest.embedding import prepare

    ways = {"ours": None, "onnx-float32": "onnx-float32", prepare().bulk: prepare().bulk}
    amounts = sorted({min(count, len(texts)) for count in AMOUNTS})
    print(f"{'seconds from the start of Python':<34}" + "".join(f"{n:>8}" for n in amounts))
    for name, way in ways.items():
        row = []
        for amount in amounts:
            begin = time.perf_counter()
            given = json.dumps([way, list(texts[:amount])])
            subprocess.run([sys.executable, "-c", _START], input=given, text=True, check=True)
            row.append(time.perf_counter() - begin)
        print(f"{name:<34}" + "".join(f"{seconds:>8.1f}" for seconds in row))


if __name__ == "__main__":
    raise SystemExit(main())
