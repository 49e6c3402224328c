"""The bar of confidence on questions that no model has seen."""

from dataclasses import replace

import pytest

from eval.metrics import Row
from eval.set_bar import at, best_bar

ROW = Row("a", "fact", None, True, True, True, None, (), 0.9, None, {})


def rows() -> list[Row]:
    """Eight right answers, two wrong ones, and two unanswerable questions, one of them sure."""
    wrong = replace(ROW, right=False)
    unanswerable = replace(ROW, answerable=False, right=False)
    return [
        *(replace(ROW, confidence=0.5 + n / 20) for n in range(8)),
        replace(wrong, confidence=0.3),
        replace(wrong, confidence=0.7),
        replace(unanswerable, confidence=0.4),
        replace(unanswerable, confidence=0.8),
    ]


def test_trust_and_shares_are_those_of_declining_below_the_bar() -> None:
    assert at(rows(), 0.0) == pytest.approx(((8 - 4) / 12, 0, 0))
    assert at(rows(), 0.45) == pytest.approx(((8 - 2 + 1) / 12, 0.5, 0.1))


def test_the_best_bar_declines_no_more_of_the_answerable_than_it_may() -> None:
    assert best_bar(rows(), most=0.1) == pytest.approx(0.45)
    assert best_bar(rows(), most=0.0) == 0.0
