"""Runs are compared question by question; a gate closes on a significant loss alone."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.compare import Comparison, Difference, Gate, compare, parse_gate
from eval.metrics import METRICS, Row, score
from eval.questions import Evidence, Question
from ingest.errors import WrongUse


def rows(outcomes: list[bool], ms: float = 10, first: int = 0) -> tuple[Row, ...]:
    """One row a question, right or declined."""
    evidence = (Evidence("a.md", "it cost five pounds", "1"),)
    asked = [
        Question(f"q{first + n}", "fact", f"What {n}?", True, (("five",),), evidence)
        for n in range(len(outcomes))
    ]
    citation = {"marker": 1, "quote": "it cost five pounds", "source": "a.md", "item": "1"}
    given: list[dict[str, Any]] = [
        {
            "id": question.id,
            "answered": good,
            "answer": "five [1]" if good else "No.",
            "confidence": 0.9,
            "citations": [citation] if good else [],
            "retrieved": [],
            "timings_ms": {"total": ms},
        }
        for question, good in zip(asked, outcomes, strict=True)
    ]
    return score(asked, given).rows


def difference(comparison: Comparison, metric: str) -> Difference:
    (found,) = (one for one in comparison.differences if one.metric == metric)
    return found


def test_a_run_compared_with_itself_has_no_difference() -> None:
    same = rows([True, False, True])
    comparison = compare(same, same)
    assert {d.metric for d in comparison.differences} == set(METRICS)
    assert all(d.change in (0, None) and d.p in (1, None) for d in comparison.differences)
    assert comparison.gained == comparison.lost == ()


def test_gained_and_lost_questions_are_named() -> None:
    comparison = compare(rows([True, True, False]), rows([False, True, True]))
    assert comparison.gained == ("q0",)
    assert comparison.lost == ("q2",)
    assert difference(comparison, "trust").change == 0


def test_a_large_loss_is_significant_and_a_small_one_is_not() -> None:
    large = compare(rows([False] * 12 + [True] * 8), rows([True] * 20))
    assert difference(large, "trust").change == pytest.approx(-0.6)
    assert difference(large, "trust").significant
    small = compare(rows([False] + [True] * 19), rows([True] * 20))
    assert difference(small, "trust").p == pytest.approx(1)


def test_the_significance_is_that_of_the_exact_sign_test() -> None:
    # six questions, all lost: two of the 64 ways to shuffle are as far apart
    comparison = compare(rows([False] * 6 + [True] * 4), rows([True] * 10))
    assert difference(comparison, "trust").p == pytest.approx(2 / 64, abs=0.015)


def test_only_questions_of_both_runs_are_compared() -> None:
    comparison = compare(rows([True] * 3), rows([True] * 4, first=1))
    assert (comparison.questions, comparison.only_after, comparison.only_before) == (2, 1, 2)
    with pytest.raises(WrongUse, match="none of these questions"):
        compare(rows([True]), rows([True], first=5))


@pytest.mark.parametrize(
    ("gate", "after", "closed"),
    [
        ("trust:-0.02", rows([False] * 12 + [True] * 8), True),
        ("trust:-0.9", rows([False] * 12 + [True] * 8), False),
        ("trust:-0.02", rows([False] + [True] * 19), False),
        ("abstain_fpr:0.1", rows([False] * 12 + [True] * 8), True),
        ("p95_ms:50", rows([True] * 20, ms=100), True),
        ("p95_ms:+100", rows([True] * 20, ms=100), False),
        ("citation_precision:0", rows([False] * 20), True),
        ("twins:-0.1", rows([False] * 20), False),
    ],
)
def test_a_gate_closes_on_a_significant_loss_beyond_what_is_allowed(
    gate: str, after: tuple[Row, ...], closed: bool
) -> None:
    assert parse_gate(gate).is_closed(compare(after, rows([True] * 20))) is closed


def test_a_gate_is_read_from_its_text() -> None:
    assert parse_gate("hit@5:-0.05") == Gate("hit@5", -0.05)


@pytest.mark.parametrize(
    "text",
    ["trust", "trust:", "trust:much", "glory:-0.1", "always_decline:-0.1", "trust:0.1", "ece:-1"],
)
def test_a_gate_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match="--gate"):
        parse_gate(text)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_turning_a_comparison_round_always_turns_its_signs(pairs: list[tuple[bool, bool]]) -> None:
    first, second = rows([a for a, _ in pairs]), rows([b for _, b in pairs])
    there, back = compare(second, first), compare(first, second)
    assert there.gained == back.lost
    for one, other in zip(there.differences, back.differences, strict=True):
        assert one.p == other.p
        assert one.change is None or one.change == pytest.approx(-(other.change or 0))
