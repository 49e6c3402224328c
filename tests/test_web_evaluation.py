"""The page of runs and question sets shows what the command line keeps, and makes the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe import SCHEMES, violations
from conftest import served
from streamlit.testing.v1 import AppTest

from assistant.cli import main
from eval.baseline import SAMPLE_QUESTIONS
from eval.metrics import METRICS
from eval.questions import load_questions, save_questions
from eval.review import finished_path
from eval.run import load_run

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = "from assistant.web import evaluation_page\nevaluation_page.show()\n"


@pytest.fixture(scope="module")
def index(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluated") / "index"
    shutil.copytree(sample_index, folder)
    return folder


@pytest.fixture
def app(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MINUTES_INDEX", str(index))
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path / "data"))
    return AppTest.from_string(PAGE, default_timeout=120)


def text(app: AppTest) -> str:
    return "\n".join(
        " ".join(filter(None, (part.get("text"), part.get("detail"))))
        for element in app.get("bidi_component")
        for one in json.loads(element.proto.json)["blocks"]
        for part in one["parts"]
    )


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def run_of(questions: Path, index: Path, name: str, capsys: Any) -> Path:
    out = index / "runs" / f"{name}.json"
    command = ["eval", str(questions), "--index", str(index), "--out", str(out)]
    assert main([*command, "--as-of", "2026-11-25"]) == 0
    return out


def test_runs_are_listed_shown_and_compared(
    app: AppTest, index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app.run()
    assert not app.exception and "Nobody has asked a whole set" in text(app)
    chosen = [q for q in load_questions(SAMPLE_QUESTIONS) if not q.history][:6]
    save_questions(chosen[:5], tmp_path / "five.jsonl")
    save_questions(chosen, tmp_path / "six.jsonl")
    for name in ("five", "six"):
        run_of(tmp_path / f"{name}.jsonl", index, name, capsys)
    (index / "runs" / "other.json").write_text('{"format": 0}')
    app.run()
    assert not app.exception
    assert len(app.selectbox(key="run").options) == 2
    shown = text(app)
    assert "The minutes answer: right answer, right source" in shown
    assert all(metric in shown for metric in METRICS) and "By body" in shown
    kept = load_run(index / "runs" / "six.json")
    for row in kept.scored.rows:
        assert (row.id in shown) is not row.right
    app.segmented_control[0].set_value("Compare two runs").run()
    assert not app.exception
    assert "5 questions stand in both runs." in text(app)
    assert "the questions differ" in text(app)
    capsys.readouterr()
    assert main(["eval", "runs", "--index", str(index), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {Path(run["path"]).stem: run["count"] for run in listed} == {"five": 5, "six": 6}
    paths = [str(index / "runs" / f"{name}.json") for name in ("six", "five")]
    report = ["--report", str(tmp_path / "report")]
    assert main(["eval", "show", paths[0], "--baseline", paths[1], *report]) == 0
    assert "5 questions compared; only now 1" in capsys.readouterr().out
    assert "Against the baseline run" in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_proposed_questions_are_edited_accepted_checked_and_asked(
    app: AppTest, index: Path
) -> None:
    app.run()
    app.segmented_control[0].set_value("Question sets").run()
    app.number_input[0].set_value(4)
    press(app, "Propose from the minutes")
    assert not app.exception
    assert "4 questions: 4 to be read" in text(app)
    first = app.selectbox(key="entry").value
    next(area for area in app.text_area if area.label == "Question").set_value("Reworded?")
    press(app, "Accept")
    second = app.selectbox(key="entry").value
    assert second != first
    press(app, "Reject")
    assert "4 questions: 2 to be read, 1 accepted, 1 rejected" in text(app)
    (question,) = load_questions(finished_path(index, "questions"))
    assert (question.id, question.question) == (first, "Reworded?")
    next(area for area in app.text_area if "Quote" in area.label).set_value("Nobody said this.")
    press(app, "Accept")
    press(app, "Check the questions")
    assert "not verbatim" in text(app) and "No problem" not in text(app)
    press(app, "Ask the accepted")
    assert not app.exception
    assert "2 questions were asked of the minutes" in text(app)


def test_an_unfinished_entry_is_not_accepted_and_says_why(app: AppTest, index: Path) -> None:
    from eval.review import add_entries

    asked = {"type": "fact", "question": "Who came?", "answerable": True, "note": "feedback down"}
    add_entries(index, "said", [{"id": "feedback-1", **asked}])
    app.run()
    app.segmented_control[0].set_value("Question sets").run()
    press(app, "Accept")
    assert 'cannot be accepted yet: an answerable question needs "answers"' in text(app)
    assert finished_path(index, "said").read_text() == ""


def test_feedback_becomes_a_question_and_axe_finds_no_violation(
    root: Path,
    sample_index: Path,
    page: Page,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def found() -> list[tuple[str, str]]:
        every = []
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            every += violations(page, scheme)
        # That one is Streamlit's, and minor.
        return [one for one in every if "stFileUploaderDropzone" not in one[1]]

    index = tmp_path / "index"
    shutil.copytree(sample_index, index)
    chosen = [q for q in load_questions(SAMPLE_QUESTIONS) if not q.history][:6]
    for name, questions in (("five", chosen[:5]), ("six", chosen)):
        save_questions(questions, tmp_path / f"{name}.jsonl")
        run_of(tmp_path / f"{name}.jsonl", index, name, capsys)
    with served(root, index, tmp_path / "log") as address:
        page.goto(f"{address}/?q={chosen[0].question.replace(' ', '+')}")
        page.get_by_label("Thumbs down").first.click()
        page.get_by_label("What would be right?").fill("Sixty-eight lamps.")
        page.get_by_role("button", name="Send", exact=True).click()
        page.get_by_text("It is kept for those").wait_for()
        page.goto(f"{address}/evaluation")
        page.get_by_role("heading", name="By body").wait_for()
        assert found() == []
        page.get_by_role("radio", name="Compare two runs").click()
        page.get_by_text("5 questions stand in both runs.").wait_for()
        assert found() == []
        page.get_by_role("radio", name="Question sets").click()
        page.get_by_role("button", name="Take feedback over").click()
        page.get_by_text("1 question added to “questions”.").wait_for()
        page.get_by_label("Quote, word for word").wait_for()
        assert found() == []
