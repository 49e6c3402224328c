"""Which way of running the default model is the fastest on this machine, and still exact."""

from __future__ import annotations

import time
from pathlib import Path

from ingest.calibration import sample_passages
from ingest.embedding import (
    LEAST_COSINE,
    QUESTION_MS,
    BatchedModel,
    Measured,
    Vectors,
    cores,
    open_way,
)
from ingest.export import quantize_default

WAYS = ("torch-float32", "torch-bfloat16", "onnx-float32", "onnx-int8")
ROUNDS = 3
HOPELESS = 3.0  # times slower than the best in a first short trial: not measured further


def measure(folder: Path) -> tuple[str, str, float, tuple[Measured, ...]]:
    """The way for passages, the way for a question and its milliseconds, and all figures."""
    passages = sample_passages()
    models = {way: open_way(way, folder, cores()) for way in WAYS}
    reference = models["torch-float32"].encode(passages)
    int8 = models["onnx-int8"].encode(passages)
    if (int8 * reference).sum(axis=1).mean() < LEAST_COSINE:
        # Processors without VNNI add pairs of products in 16 bits, which 8-bit weights overflow.
        quantize_default(folder, reduce_range=True)
        models["onnx-int8"] = open_way("onnx-int8", folder, cores())
    trial = passages[:8]
    first: dict[str, float] = {}
    for way, model in models.items():
        model.encode(trial)  # the first call allocates
        first[way] = min(_seconds(model, trial) for _ in range(2))
    limit = HOPELESS * min(first.values())
    hopeful = {
        way: model
        for way, model in models.items()
        if first[way] < limit or way == "onnx-float32"  # which is exact on every machine
    }
    times: dict[str, list[float]] = {way: [] for way in hopeful}
    for _ in range(ROUNDS):
        for way, model in hopeful.items():
            times[way].append(_seconds(model, passages))
    figures = tuple(
        _figures(way, len(passages) / min(times[way]), model.encode(passages), reference)
        for way, model in hopeful.items()
    )
    exact = [way for way in figures if way.cosine_mean >= LEAST_COSINE]
    bulk = max(exact, key=lambda way: way.passages_per_second).way
    question, milliseconds = "onnx-float32", _question_ms("onnx-float32", folder)
    if milliseconds > QUESTION_MS and any(way.way == "onnx-int8" for way in exact):
        question, milliseconds = "onnx-int8", _question_ms("onnx-int8", folder)
    return bulk, question, milliseconds, figures


def _seconds(model: BatchedModel, texts: list[str]) -> float:
    begin = time.perf_counter()
    model.encode(texts)
    return time.perf_counter() - begin


def _figures(way: str, speed: float, vectors: Vectors, reference: Vectors) -> Measured:
    cosines = (vectors * reference).sum(axis=1)
    return Measured(
        way, round(speed, 1), round(float(cosines.min()), 4), round(float(cosines.mean()), 4)
    )


def _question_ms(way: str, folder: Path) -> float:
    model = open_way(way, folder, workers=1)
    question = ["Why was the tender for the towpath lamps above the estimate?"]
    model.encode(question)
    return round(1000 * min(_seconds(model, question) for _ in range(10)), 2)
