"""Which passages become candidates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.retrieve import BESIDE, FIRST, Corpus, Found, _with_beside

FAR = 2000


class Passages(Corpus):
    """Forty passages in two items, whose vectors are their row numbers."""

    def __init__(self) -> None:
        self.ids = [str(row) for row in range(40)]
        self.item_no = np.array([0] * 25 + [1] * 15, np.int32)
        self.index = self  # type: ignore[assignment]

    def vectors(self, ids: Sequence[str]) -> np.ndarray:
        return np.array([[float(id)] for id in ids], np.float32).reshape(len(ids), 1)


def candidates(rows: list[int]) -> Found:
    ranks = np.arange(1.0, len(rows) + 1)
    return Found(
        np.array(rows, np.int32), np.array(rows, float), np.zeros(40), 1 / ranks, ranks, ranks
    )


def test_what_stands_beside_the_first_in_their_items_comes_right_behind_them() -> None:
    rows = [24, 3, *range(32, 40), 0, 26, 1]  # the first ten, and three behind them
    found = _with_beside(Passages(), candidates(rows), np.ones(1, np.float32), FAR)
    beside = [22, 23, 1, 2, 4, 5, 30, 31]  # not 25 and 26, which are of another item than 24
    assert list(found.rows) == [*rows[:FIRST], *beside, 0, 26]
    assert list(found.cosine) == list(found.rows)
    known = {row: rank for rank, row in enumerate(rows, 1)}
    assert list(found.dense_rank) == [known.get(int(row), FAR) for row in found.rows]
    assert list(found.bm25_rank) == list(found.dense_rank)
    assert BESIDE == 2


def test_where_nothing_is_found_nothing_stands_beside_it() -> None:
    found = _with_beside(Passages(), candidates([]), np.ones(1, np.float32), FAR)
    assert len(found.rows) == len(found.cosine) == 0
