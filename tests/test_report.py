"""The report says what went wrong, draws it, and shows foreign text as text."""

import re
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pypdfium2
import pytest

from eval.compare import Gate, compare
from eval.metrics import FAILURES, METRICS, score
from eval.questions import Evidence, Question
from eval.report import MEANINGS, headlines, html, markdown, summary, write_report
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


@lru_cache
def page_of_the_result() -> str:
    return html(result())


def test_every_metric_has_its_meaning() -> None:
    assert set(MEANINGS) == set(METRICS)


def test_the_page_and_the_markdown_are_written(tmp_path: Path) -> None:
    page = write_report(result(), tmp_path / "new" / "report")
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (page.parent / "report.md").read_text("utf-8").startswith("# How well were")


def test_the_summary_counts_right_declined_and_wrong() -> None:
    text = summary(result())
    assert "Of 2 questions that the minutes answer, 1 were answered rightly" in text
    assert "0 were declined and 1 were answered wrongly" in text
    assert "Of 1 questions that the minutes do not answer, 1 were declined" in text


def test_a_failed_question_stands_with_what_was_expected_given_and_why() -> None:
    page = page_of_the_result()
    (article,) = re.findall(r"<article>.*?</article>", page, re.S)
    assert "q2" in article
    assert "“rain”" in article
    assert "not among the first ten" in article
    assert "<h3>Not retrieved: " in page


@pytest.mark.parametrize("write", [html, markdown])
def test_the_report_has_every_cause_groups_with_intervals_and_what_the_plots_show(
    write: Any,
) -> None:
    shown = " ".join(write(result()).replace("\\", "").replace("\u00a0", " ").split())
    assert all(cause in shown for cause in FAILURES)
    assert "By kind of question" in shown and "By body" in shown and "Parks" in shown
    assert re.search(r"0\.50 \(0\.00 to 1\.00\)", shown)
    assert "How long answers took" in shown
    assert "50 % of these wrong" in shown or re.search(r"\| 67 % \| 50 % \| as it stands", shown)
    assert re.search(r"At which rank the first passage", shown)


def test_headlines_are_counts_in_words_without_the_name_of_a_metric() -> None:
    boxes = headlines(result())
    assert [box.value for box in boxes] == [
        "1 of 2",
        "1 of 2",
        "1 of 2",
        "0 of 2",
        "1 of 1",
        "0.333",
    ]
    assert boxes[1].detail.startswith("50 %, 0 % to 100 %")
    assert not any(metric in box.says for box in boxes for metric in METRICS)


def test_foreign_text_never_becomes_markup() -> None:
    page = page_of_the_result()
    assert "<img" not in page
    assert "&lt;img" in page
    assert "<b>" not in page
    assert "<img" not in markdown(result()).replace("\\<", "")
    assert "](http" not in markdown(result()).replace("\\]", "")


def test_the_printed_page_keeps_its_tables_whole_and_its_headings_with_what_follows(
    chromium: str, tmp_path: Path
) -> None:
    scored = result().scored
    page = write_report(result(comparison=compare(scored.rows, scored.rows)), tmp_path)
    printed = tmp_path / "report.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command = [chromium, *flags, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with pypdfium2.PdfDocument(printed) as document:
        for sheet in document:
            words = sheet.get_textpage()
            ends = [words.get_rect(at)[2] for at in range(words.count_rects())]
            assert max(ends) <= sheet.get_width() - 38  # points: the margin
        texts = [one.get_textpage().get_text_bounded() for one in document]
    last_lines = {text.split("\n")[-1].strip() for text in texts}
    headings = set(re.findall(r"<h[23]>(.*?)</h[23]>", page.read_text("utf-8")))
    assert len(headings) > 5 and not last_lines & headings
    assert 2 <= len(texts) <= 5


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    page = re.sub(r"&lt;.*?&gt;", "", page_of_the_result())
    assert "<script" not in page
    assert "default-src 'none'" in page
    addresses = re.findall(r'(?:src|href)="([^"]*)', page)
    assert addresses  # those within the drawings
    assert all(address.startswith("#") for address in addresses)


def test_every_plot_is_a_drawing_that_parses() -> None:
    drawings = re.findall(r"<svg.*?</svg>", page_of_the_result(), re.S)
    assert len(drawings) == 4
    for drawing in drawings:
        assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_the_same_run_always_gives_the_same_page() -> None:
    assert html(result()) == page_of_the_result()


def test_a_set_that_was_declined_whole_still_gives_a_page() -> None:
    asked = [Question("q3", "unanswerable", "Who won?", False)]
    given = [{"id": "q3", "answered": False, "answer": "No."}]
    empty = result(scored=score(asked, given), cases=make_cases(asked, given))
    assert "<svg" not in html(empty)
    assert "None." in html(empty) and "None." in markdown(empty)


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
