"""The report says what went wrong, draws it, and shows foreign text as text."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from eval.compare import Gate, compare
from eval.metrics import METRICS, score
from eval.questions import Evidence, Question
from eval.report import MEANINGS, html, markdown, summary, write_report
from eval.run import EvalResult, make_cases
from eval.tables import text_report

HOSTILE = '<img src="http://evil.example/x.png"> [click](http://evil.example) | <b>'


def result(**changes: Any) -> EvalResult:
    asked = [
        Question(
            "q1", "amount", "How much?", True, (("£5",),), (Evidence("a.md", "It is £5", "1"),)
        ),
        Question(
            "q2", "reason", f"Why {HOSTILE}?", True, (("rain",),), (Evidence("a.md", "rain"),)
        ),
        Question("q3", "unanswerable", "Who won?", False),
    ]
    citation = {"marker": 1, "quote": "It is £5", "source": "a.md", "item": "1", "body": "Parks"}
    found = [{"source": "a.md", "text": "It is £5", "body": "Parks"}]
    given = [
        {"id": "q1", "answered": True, "answer": "It is £5 [1]", "citations": [citation]},
        {
            "id": "q2",
            "answered": True,
            "answer": HOSTILE,
            "citations": [{**citation, "quote": HOSTILE}],
        },
        {"id": "q3", "answered": False, "answer": "The minutes do not say."},
    ]
    given = [
        {"confidence": 0.7, "retrieved": found, "timings_ms": {"total": 9}, **one} for one in given
    ]
    about = {
        "system": "ours",
        "questions": {"name": f"set {HOSTILE}.jsonl", "sha256": "0", "count": 3},
        "index": {"sources": 1},
        "versions": {"python": "3.11"},
    }
    fields: dict[str, Any] = {
        "made": "2026-01-01T00:00:00+00:00",
        "about": about,
        "scored": score(asked, given, lambda source: "It is £5"),
        "cases": make_cases(asked, given),
    }
    return EvalResult(**(fields | changes))


def test_every_metric_has_its_meaning() -> None:
    assert set(MEANINGS) == set(METRICS)


def test_the_page_and_the_markdown_are_written(tmp_path: Path) -> None:
    page = write_report(result(), tmp_path / "new" / "report")
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (page.parent / "report.md").read_text("utf-8").startswith("# Evaluation")


def test_the_summary_counts_right_declined_and_wrong() -> None:
    text = summary(result())
    assert "Of 2 questions that the minutes answer, 1 were answered rightly" in text
    assert "0 were declined and 1 were answered wrongly" in text
    assert "Of 1 questions that the minutes do not answer, 1 were declined" in text


def test_a_failed_question_stands_with_what_was_expected_given_and_why() -> None:
    page = html(result())
    (article,) = re.findall(r"<article>.*?</article>", page, re.S)
    assert "q2" in article
    assert "not retrieved" in article
    assert "“rain”" in article


def test_foreign_text_never_becomes_markup() -> None:
    page = html(result())
    assert "<img" not in page
    assert "&lt;img" in page
    assert "<b>" not in page
    assert "<img" not in markdown(result()).replace("\\<", "")
    assert "](http" not in markdown(result()).replace("\\]", "")


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    page = re.sub(r"&lt;.*?&gt;", "", html(result()))
    assert "<script" not in page
    assert "default-src 'none'" in page
    addresses = re.findall(r'(?:src|href)="([^"]*)', page)
    assert addresses  # those within the drawings
    assert all(address.startswith("#") for address in addresses)


def test_every_plot_is_a_drawing_that_parses() -> None:
    drawings = re.findall(r"<svg.*?</svg>", html(result()), re.S)
    assert len(drawings) == 4
    for drawing in drawings:
        assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_the_same_run_always_gives_the_same_page() -> None:
    assert html(result()) == html(result())


def test_a_set_that_was_declined_whole_still_gives_a_page() -> None:
    asked = [Question("q3", "unanswerable", "Who won?", False)]
    given = [{"id": "q3", "answered": False, "answer": "No."}]
    empty = result(scored=score(asked, given), cases=make_cases(asked, given))
    assert "<svg" not in html(empty)
    assert "None." in html(empty)


@pytest.mark.parametrize("write", [html, markdown, text_report])
def test_other_systems_and_the_baseline_are_shown(write: Any) -> None:
    scored = result().scored
    shown = write(
        result(
            systems={"BM25 alone": scored},
            comparison=compare(scored.rows, scored.rows),
            closed_gates=(Gate("trust", -0.02),),
        )
    )
    assert "BM25 alone" in shown
    assert "GATE CLOSED: trust got significantly worse" in shown
    assert "3 questions compared" in shown


def test_the_terminal_shows_every_metric_with_its_interval() -> None:
    shown = text_report(result())
    assert all(re.search(rf"^{re.escape(metric)} ", shown, re.M) for metric in METRICS)
    assert re.search(r"^trust +0\.333 +-1\.000 to 1\.000$", shown, re.M)
