"""What the pages show and how they react, without a browser."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assistant.feedback import record_feedback
from assistant.web.plain import Part, _as_data, block, web_address
from eval.feedback import export_feedback
from ingest.pipeline import ingest

QUESTION = "Who presented the petition about the Market Place?"


@pytest.fixture
def app(root: Path, sample_index: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MINUTES_INDEX", str(sample_index))
    return AppTest.from_file(str(root / "app.py"), default_timeout=120)


def blocks(app: AppTest) -> list[dict[str, Any]]:
    """Every block of text that is on the page."""
    return [
        one for part in app.get("bidi_component") for one in json.loads(part.proto.json)["blocks"]
    ]


def text(app: AppTest) -> str:
    return "\n".join(
        " ".join(filter(None, (part.get("text"), part.get("detail"))))
        for one in blocks(app)
        for part in one["parts"]
    )


def test_the_page_tells_what_it_holds_and_offers_questions_that_are_answered(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "36 meetings of" in text(app)
    offered = [part["press"] for one in blocks(app) for part in one["parts"] if part.get("press")]
    assert offered
    app.chat_input[0].set_value(offered[0]).run()
    assert "Sources" in text(app)


def test_an_answer_has_markers_sources_and_confidence_in_words(app: AppTest) -> None:
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    assert not app.exception
    parts = [part for one in blocks(app) for part in one["parts"]]
    markers = [part for part in parts if part.get("css") == "marker"]
    assert markers and all(part["label"].startswith("Source ") for part in markers)
    rows = [part for part in parts if part.get("css") == "row"]
    assert {part["press"] for part in rows} == {part["press"] for part in markers}
    assert any(word in text(app) for word in ("Well supported", "Likely", "Check the source"))


def test_days_limit_what_is_found(app: AppTest) -> None:
    app.run()
    app.date_input(key="since").set_value(date(2024, 1, 1))
    app.date_input(key="until").set_value(date(2024, 12, 31)).run()
    app.chat_input[0].set_value(QUESTION).run()
    where = [
        part["detail"] for one in blocks(app) for part in one["parts"] if part.get("css") == "row"
    ]
    assert where and all(" 2024, " in place for place in where)


def test_days_in_the_wrong_order_are_pointed_out(app: AppTest) -> None:
    app.run()
    app.date_input(key="since").set_value(date(2024, 5, 1))
    app.date_input(key="until").set_value(date(2024, 4, 1)).run()
    assert "after the last" in app.warning[0].value


def test_a_new_conversation_begins_empty(app: AppTest) -> None:
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    next(button for button in app.button if button.label == "New conversation").click().run()
    assert QUESTION not in text(app) and "36 meetings of" in text(app)


def test_a_link_to_an_unknown_item_says_that_it_is_gone(app: AppTest) -> None:
    app.query_params["item"] = "0123456789abcdef.3"
    app.run()
    assert not app.exception
    assert "no longer in the index" in text(app)


def test_an_empty_index_shows_the_command_to_run(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_INDEX", str(tmp_path / "index"))
    app = AppTest.from_file(str(root / "app.py"), default_timeout=120).run()
    assert app.title[0].value == "No minutes yet"
    assert "minutes ingest FOLDER" in app.code[0].value
    assert str(tmp_path / "index") in app.code[0].value
    assert "make run" in text(app)


def test_new_minutes_are_found_without_a_restart(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_INDEX", str(tmp_path / "index"))
    minutes = tmp_path / "minutes"
    minutes.mkdir()
    head = "Wickham Parish Council\n\nMinutes of the meeting held on {}\n\n1. Lanterns\n\nAgreed.\n"
    app = AppTest.from_file(str(root / "app.py"), default_timeout=120).run()
    (minutes / "may.txt").write_text(head.format("6 May 2024"))
    ingest([minutes], tmp_path / "index")
    assert "1 meeting of" in text(app.run())
    (minutes / "june.txt").write_text(head.format("3 June 2024"))
    ingest([minutes], tmp_path / "index")
    assert "2 meetings of" in text(app.run())


@pytest.mark.parametrize(
    ("url", "opens"),
    [
        ("https://council.example/minutes.pdf#page=3", True),
        ("http://council.example/", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//council.example", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_can_be_opened(url: str | None, opens: bool) -> None:
    assert web_address(url) == (url if opens else None)
    (part,) = _as_data(block("p", Part("original", href=url)))["parts"]
    assert ("href" in part) == opens


def test_control_characters_do_not_reach_the_page() -> None:
    (part,) = _as_data(block("p", "a\x1b[31mb\u202ec\ud800"))["parts"]
    assert part["text"] == "a [31mb c "


def test_feedback_becomes_entries_of_a_question_set(
    app: AppTest, sample_index: Path, tmp_path: Path
) -> None:
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    (answer,) = app.session_state["answers"]
    record_feedback(tmp_path, answer, "down", "wrong answer", "It was Mrs. Snow.", generation=1)
    record_feedback(tmp_path, answer, "up")
    found = export_feedback(tmp_path)
    assert not found.unreadable
    (entry,) = found.entries  # the last word on a question counts
    assert entry["question"] == QUESTION
    assert entry["evidence"][0]["quote"] == answer.citations[0].quote


def test_a_thumb_and_a_reason_are_kept_beside_the_index(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_INDEX", str(tmp_path / "index"))
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "may.txt").write_text(
        "Wickham Parish Council\n\nMinutes of the meeting held on 6 May 2024\n\n"
        "1. Lanterns\n\nIt was agreed to buy lanterns.\n"
    )
    ingest([tmp_path / "minutes"], tmp_path / "index")
    app = AppTest.from_file(str(root / "app.py"), default_timeout=120).run()
    app.chat_input[0].set_value("What was agreed about lanterns?").run()
    app.get("feedback")[0].set_value(0).run()
    app.text_input(key="right_0").set_value("Torches.")
    next(button for button in app.button if button.label == "Send").click().run()
    assert not app.exception
    lines = (tmp_path / "index" / "feedback.jsonl").read_text().splitlines()
    verdicts = [(record["verdict"], record["comment"]) for record in map(json.loads, lines)]
    assert verdicts == [("down", ""), ("down", "Torches.")]
