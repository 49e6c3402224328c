"""What the pages show and how they react, without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from assistant import conversations
from assistant.answer_model import Answer
from assistant.assistant import Assistant
from assistant.web import chat
from assistant.web.browser import COOKIE
from assistant.web.plain import Part, _as_data, block, web_address
from ingest.index import Index
from ingest.pipeline import ingest

QUESTION = "Which resident presented the petition about the Market Place?"


@pytest.fixture
def app(root: Path, sample_index: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("MINUTES_INDEX", str(sample_index))
    return opened(root)


def opened(root: Path) -> AppTest:
    """The page in a browser of its own."""
    app = AppTest.from_file(str(root / "app.py"), default_timeout=120)
    app.session_state[COOKIE] = conversations.new_browser()  # AppTest has no cookies
    return app


def blocks(app: AppTest) -> list[dict[str, Any]]:
    """Every block of text that is on the page."""
    return [
        one
        for part in app.get("bidi_component")
        for one in json.loads(part.proto.json).get("blocks", ())
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
    assert app.expander[0].label == "Why this answer"
    assert "answer taken from item" in text(app)


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


def test_a_link_to_an_unknown_item_says_that_it_is_gone(app: AppTest) -> None:
    app.query_params["item"] = "0123456789abcdef.3"
    app.run()
    assert not app.exception
    assert "no longer in the index" in text(app)


def test_an_empty_index_shows_the_command_to_run(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_INDEX", str(tmp_path / "index"))
    app = opened(root).run()
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
    app = opened(root).run()
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


def test_a_thumb_and_a_reason_are_kept_changed_and_withdrawn(
    app: AppTest, sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path))
    app.run()
    app.chat_input[0].set_value(QUESTION).run()

    def said() -> list[conversations.Said]:
        return [one.said for one in conversations.feedback(sample_index)]

    app.get("feedback")[0].set_value(0).run()
    assert said() == [conversations.Said("down")]
    next(box for box in app.selectbox if box.label.startswith("What is wrong")).set_value(
        "wrong source"
    )
    next(field for field in app.text_input if "right" in field.label).set_value("Item 9.")
    next(button for button in app.button if button.label == "Send").click().run()
    assert not app.exception
    assert said() == [conversations.Said("down", "wrong source", "Item 9.")]
    (kept,) = conversations.feedback(sample_index)
    assert kept.answer.question == QUESTION and kept.made["versions"]["package"]
    app.get("feedback")[0].set_value(1).run()
    assert said() == [conversations.Said("up")]
    app.get("feedback")[0].set_value(None).run()
    assert not app.exception and said() == []


def test_a_conversation_goes_on_below_an_answer_that_was_called_wrong(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path))
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    app.get("feedback")[0].set_value(0).run()
    app.chat_input[0].set_value("What did the Cabinet decide about it?").run()
    assert not app.exception
    assert len(app.get("feedback")) == 2


def test_a_conversation_is_gone_on_with_and_deleted(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path))
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    name = next(field for field in app.text_input if field.label == "Name")
    assert name.value == QUESTION
    name.set_value("For the report").run()
    next(button for button in app.button if button.label == "New conversation").click().run()
    assert QUESTION not in text(app) and "36 meetings of" in text(app)
    search = next(field for field in app.text_input if field.label == "Search in them")
    search.set_value("unicorn").run()
    assert "No conversation holds all of these words." in text(app)
    search.set_value("report gaunt").run()  # the name, and the answer
    assert "For the report" in text(app)
    (id,) = [
        part["press"]
        for one in blocks(app)
        for part in one["parts"]
        if part["text"] == "For the report"
    ]
    app.query_params["c"] = id  # what a press on it leads to
    app.run()
    assert QUESTION in text(app) and "Sources" in text(app)
    next(button for button in app.button if button.label.startswith("Delete")).click().run()
    assert "For the report" not in text(app) and "36 meetings of" in text(app)


def test_the_conversation_of_another_browser_is_not_shown(
    app: AppTest, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path))
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    other = opened(root)
    other.query_params["c"] = app.query_params["c"]
    other.run()
    assert "kept for another browser" in text(other) and QUESTION not in text(other)
    assert "c" not in other.query_params


def test_a_link_asks_within_its_limits_and_ignores_what_is_none(app: AppTest) -> None:
    app.query_params["q"] = QUESTION
    app.query_params["since"] = "2024-01-01"
    app.query_params["until"] = "soon"
    app.query_params["body"] = "No Such Body"
    app.run()
    assert not app.exception
    assert app.date_input(key="since").value == date(2024, 1, 1)
    assert app.date_input(key="until").value is None
    assert QUESTION in text(app) and "q" not in app.query_params


def test_of_a_long_conversation_the_newest_turns_are_shown_and_the_rest_on_request(
    app: AppTest, sample_index: Path
) -> None:
    browser = app.session_state[COOKIE]
    answer = Assistant(sample_index).ask(QUESTION)
    asked = [f"Question {number}?" for number in range(chat.TURNS_SHOWN + 2)]
    conversation = conversations.begin(sample_index, browser, asked[0])
    for one in asked:
        kept = replace(answer, question=one)
        conversations.add(sample_index, browser, conversation, kept, {"limits": {}})

    def shown() -> list[str]:
        return [one["parts"][0]["text"] for one in blocks(app) if one["css"] == "question"]

    app.query_params["c"] = conversation
    app.run()
    assert not app.exception
    assert shown() == asked[2:]
    next(one for one in app.button if one.label == "Show earlier questions").click().run()
    assert shown() == asked


def test_a_question_is_answered_before_the_earlier_ones_are_laid_out_again(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    answer, lay_out = Assistant.ask, chat._turn

    def watched_ask(self: Assistant, question: str, **kwargs: Any) -> Answer:
        seen.append(question)
        return answer(self, question, **kwargs)

    def watched_turn(
        index: Index, browser: str, turn: conversations.KeptTurn, *a: Any, **k: Any
    ) -> None:
        seen.append(f"again: {turn.answer.question}")
        lay_out(index, browser, turn, *a, **k)

    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    monkeypatch.setattr(Assistant, "ask", watched_ask)
    monkeypatch.setattr(chat, "_turn", watched_turn)
    then = "What did the Council decide about the motion on fireworks?"
    app.chat_input[0].set_value(then).run()
    assert seen.index(then) < seen.index(f"again: {QUESTION}")
    asked = [one["parts"][0]["text"] for one in blocks(app) if one["css"] == "question"]
    assert asked == [QUESTION, then]


def test_no_control_keeps_an_answer_or_the_index_once_it_is_gone(app: AppTest) -> None:
    """Streamlit keeps what a control calls for the whole session, so it may hold small values."""
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    known = app.session_state._state._state._new_widget_state.widget_metadata.values()
    called = [each for each in known if each.callback is not None]
    assert len(called) > 2
    for each in called:
        held = [cell.cell_contents for cell in getattr(each.callback, "__closure__", None) or ()]
        held += [*(each.callback_args or ()), *(each.callback_kwargs or {}).values()]
        assert all(isinstance(value, str | int | Path | None) or callable(value) for value in held)
