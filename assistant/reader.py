"""A small encoder that reads a question and a passage together: does it answer, and where?

Trained by `eval.train_reader`; the model card says on what. It runs in ONNX Runtime, without
PyTorch, one pair of texts at a time, so that a score does not depend on what is read beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MODEL = Path(__file__).parent / "models" / "reader.onnx"
MAX_PIECES = 300  # of both texts; a passage has at most 256 with its heading
LONGEST_ANSWER = 30  # word pieces of a span
NEVER = -20.0  # the score of a span that cannot be


class ReaderScores(NamedTuple):
    """What the reader says of one pair, as log odds; spans are scored against "no answer"."""

    relevant: float
    answerable: float
    supported: float
    span: float
    sentences: npt.NDArray[np.float32]  # (n,) the best span within each sentence


class Reader:
    """The trained encoder; safe to use from several threads."""

    def __init__(self, path: Path = MODEL) -> None:
        from ingest.embedding import cores, open_onnx

        self._session = open_onnx(path)  # of one thread: pairs run side by side
        self._tokenizer = pair_tokenizer(MAX_PIECES)
        self._pool = ThreadPoolExecutor(cores(), thread_name_prefix="reader")

    def read(
        self,
        question: str,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
    ) -> list[ReaderScores]:
        """Scores of each text for a question; `spans` are the sentences of each, in characters."""
        encodings = self._tokenizer.encode_batch([(question, text) for text in texts])
        # The longest first, so that no core waits at the end for one that began a long pair last.
        order = sorted(range(len(texts)), key=lambda i: -len(encodings[i].ids))
        running = {i: self._pool.submit(self._one, encodings[i], spans[i]) for i in order}
        return [running[i].result() for i in range(len(texts))]

    def _one(self, encoding: Encoding, sentences: Sequence[tuple[int, int]]) -> ReaderScores:
        scores, logits = self._session.run(
            None,
            {
                "ids": np.array([encoding.ids]),
                "types": np.array([encoding.type_ids]),
                "mask": np.ones((1, len(encoding.ids)), np.int64),
            },
        )
        relevant, answerable, supported = (float(value) for value in scores[0])
        found = sentence_spans(logits[0], encoding.type_ids, encoding.offsets, sentences)
        best = float(found.max(initial=NEVER))
        return ReaderScores(relevant, answerable, supported, best, found)


def sentence_spans(
    logits: npt.NDArray[np.float32],
    types: Sequence[int],
    offsets: Sequence[tuple[int, int]],
    sentences: Sequence[tuple[int, int]],
) -> npt.NDArray[np.float32]:
    """The best start plus end within each sentence, less that of no answer, (len(sentences),).

    `logits` (pieces, 2) are of start and end; the first piece stands for no answer.
    """
    nothing = logits[0, 0] + logits[0, 1]
    begins = np.array([start for start, _ in offsets])
    second = np.array(types) == 1
    # The closing separator belongs to the second text too, and has no characters.
    second &= np.array([end > start for start, end in offsets])
    result = np.full(len(sentences), NEVER, np.float32)
    for i, (start, end) in enumerate(sentences):
        places = np.flatnonzero(second & (begins >= start) & (begins < end))
        if not len(places):
            continue
        starts, ends = logits[places, 0], logits[places, 1]
        best = max(starts[j] + ends[j : j + LONGEST_ANSWER].max() for j in range(len(places)))
        result[i] = best - nothing
    return result


def pair_tokenizer(pieces: int) -> Tokenizer:
    """Word pieces of two texts with their separators; the second is cut so that both fit."""
    from tokenizers import Tokenizer

    from ingest.embedding import default_model

    tokenizer: Tokenizer = Tokenizer.from_file(str(default_model() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(pieces, strategy="longest_first")
    return tokenizer


@cache
def reader() -> Reader:
    """The reader that comes with the package, loaded once."""
    return Reader()
