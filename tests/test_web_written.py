"""Conversations with a language model that now and then fails, on the page and in the terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import served
from model_server import Script, passages, serving
from streamlit.testing.v1 import AppTest
from test_web_pages import blocks, opened, text

from ingest.sentences import split_sentences

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QUESTION = "What did Cabinet decide about the market place closure?"
AGAIN = "What did Cabinet decide about the market place?"


def faithful(prompt: str) -> str:
    if "Last question: " in prompt:  # a follow-up is to be completed
        return prompt.rpartition("Last question: ")[2]
    tag, _, held = passages(prompt)[0]
    start, end = split_sentences(held)[0]
    return f"{' '.join(held[start:end].split())} [{tag}]"


def inventing(prompt: str) -> str:
    if "Last question: " in prompt:
        return faithful(prompt)
    return f"{faithful(prompt)}\nThe closure costs £9,417,333. [{passages(prompt)[0][0]}]"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """What the model of the settings does; it can be changed between two questions."""
    script = Script(write=faithful)
    with serving(script) as url:
        monkeypatch.setenv("MINUTES_LLM", "openai-like/scripted")
        monkeypatch.setenv("MINUTES_LLM_URL", f"{url}/v1")
        monkeypatch.setenv("MINUTES_LLM_SECONDS", "20")
        yield script


@pytest.fixture
def app(
    root: Path, sample_index: Path, script: Script, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    import streamlit as st

    monkeypatch.setenv("MINUTES_INDEX", str(sample_index))
    st.cache_resource.clear()  # an assistant without a model may be kept there
    yield opened(root)
    st.cache_resource.clear()


def test_the_page_tells_what_was_left_out_and_goes_on_when_the_model_fails(
    app: AppTest, script: Script
) -> None:
    script.write = inventing
    app.run()
    app.chat_input[0].set_value(QUESTION).run()
    assert "left out: the figure £9,417,333 does not stand there" in text(app)
    assert not any("9,417,333" in part["text"] for part in answers(app))
    script.status = 401
    app.chat_input[0].set_value(AGAIN).run()
    assert not app.exception
    assert "refused the key" in text(app) and "These are quotations" in text(app)
    script.status = 200
    app.chat_input[0].set_value(QUESTION).run()
    assert not app.exception and len(list(answers(app))) >= 3
    assert text(app).count("These are quotations") == 1


def answers(app: AppTest) -> Iterator[dict[str, str]]:
    for one in blocks(app):
        if "answer" in (one.get("css") or ""):
            yield one["parts"][0]


def test_the_terminal_tells_it_too_and_the_conversation_goes_on(
    script: Script,
    sample_index: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from assistant.cli import main

    steps = iter(
        [
            {"write": inventing},
            {"status": 429, "headers": {"Retry-After": "60"}},
            {"status": 200, "headers": {}, "malformed": True, "write": lambda p: ["The ", "Cab"]},
            {"malformed": False, "write": lambda p: "NONE"},
            {"write": faithful},
        ]
    )

    class Typed(io.StringIO):
        def readline(self, size: int = -1) -> str:
            line = super().readline()
            for name, value in next(steps, {}).items() if line else ():
                setattr(script, name, value)
            return line

    monkeypatch.setattr(sys, "stdin", Typed(f"{QUESTION}\n" * 5))
    assert main(["chat", "--index", str(sample_index)]) == 0
    shown = capsys.readouterr().out
    assert "a sentence was left out: the figure £9,417,333 does not stand there" in shown
    notices = [line for line in shown.splitlines() if "These are quotations" in line]
    for reason, line in zip(
        ("too many requests", "cannot be read", "found no answer"), notices, strict=True
    ):
        assert reason in line
    assert "9,417,333" not in shown.replace("the figure £9,417,333 does not stand there", "")


def test_the_model_is_left_once_somebody_asks_on_or_closes_the_page(
    root: Path, sample_index: Path, script: Script, browser: Browser, tmp_path: Path
) -> None:
    script.pause_between = 0.2
    with served(root, sample_index, tmp_path / "log") as address:
        page = browser.new_page()
        page.goto(address)
        box = page.get_by_placeholder("Ask about the minutes")

        def ask_endlessly(question: str) -> None:
            script.write = lambda prompt: ["endless "] * 100
            script.gone.clear()
            asked = len(script.seen)
            box.fill(question)
            box.press("Enter")
            for _ in range(300):
                if len(script.seen) > asked:
                    break
                page.wait_for_timeout(100)
            assert not script.gone.is_set()

        ask_endlessly(QUESTION)
        script.write = faithful
        box.fill(AGAIN)
        box.press("Enter")
        assert script.gone.wait(15)
        page.get_by_role("heading", name="Sources").wait_for()
        assert page.get_by_role("heading", name=AGAIN, exact=True).count() == 1
        assert page.get_by_role("heading", name=QUESTION, exact=True).count() == 0
        ask_endlessly(QUESTION)
        page.close()
        assert script.gone.wait(15)
