"""Language models are opened from settings, asked over a real wire, and fail in plain words."""

from __future__ import annotations

import gc
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from model_server import Script, serving, settings_for

from assistant.doctor import Check, examine
from assistant.llm import ModelFailed, complete, is_this_machine, load_llm, stream
from assistant.status import sends
from ingest.errors import MinutesError, WrongUse
from ingest.settings import Settings, load_settings

ASKED = [("system", "Be brief."), ("user", "Who opened the bridge?")]


def ask(script: Script, seconds: float = 10.0, **changes: object) -> str:
    with serving(script) as url:
        llm = load_llm(settings_for(url, **changes))
        assert llm is not None
        return complete(llm, ASKED, seconds)


def test_without_a_setting_there_is_no_model() -> None:
    assert load_llm(Settings()) is None


@pytest.mark.parametrize("name", ["llama3.1", "openai-like/", "nobody/model", "/model"])
def test_a_name_that_is_not_understood_is_wrong_use(name: str) -> None:
    with pytest.raises(WrongUse, match="ollama/NAME"):
        load_llm(Settings(llm=name))


def test_a_server_without_an_address_is_asked_for() -> None:
    with pytest.raises(WrongUse, match="MINUTES_LLM_URL"):
        load_llm(Settings(llm="openai-like/model"))


@pytest.mark.parametrize("name", ["ollama", "openai-like", "openai", "anthropic"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("ollama", "openai", "openai_like"):
        monkeypatch.setitem(sys.modules, f"llama_index.llms.{module}", None)
    with pytest.raises(MinutesError, match=rf"pip install .*\[{name}\]"):
        load_llm(Settings(llm=f"{name}/model"))


@pytest.mark.parametrize("name", ["openai-like", "openai", "anthropic"])
def test_openai_compatible_servers_are_asked_with_the_key_and_streamed(name: str) -> None:
    script = Script(write=lambda prompt: ["The may", "or. ", "It rained."])
    model = "gpt-4o-mini" if name == "openai" else "scripted"
    assert ask(script, llm=f"{name}/{model}", llm_key="sesame") == "The mayor. It rained."
    assert script.keys == ["Bearer sesame"]
    body = script.seen[0]
    assert body["stream"] is True and body["model"] == model and body["max_tokens"] == 500
    assert [message["content"] for message in body["messages"]] == [text for _, text in ASKED]


def test_ollama_is_told_how_much_it_has_to_hold() -> None:
    script = Script(write=lambda prompt: ["The ", "mayor."])
    with serving(script) as url:
        settings = Settings(llm="ollama/llama3.1", llm_url=url, llm_context=3000)
        llm = load_llm(settings)
        assert llm is not None and complete(llm, ASKED, 10.0) == "The mayor."
    assert script.seen[0]["options"]["num_ctx"] == 3000


def test_any_llm_of_llamaindex_can_be_asked() -> None:
    from llama_index.core.llms import MockLLM

    assert "Who opened the bridge?" in complete(MockLLM(), ASKED, 10.0)


@pytest.mark.parametrize(
    ("script", "reason", "requests"),
    [
        (Script(status=401), "refused the key", 1),
        (Script(status=404), "does not know the model", 1),
        (Script(status=400), "error 400", 1),
        (Script(status=500), "error 500", 3),
        (Script(status=429), "too many requests", 3),
        (Script(status=429, headers={"Retry-After": "600"}), "too many requests", 1),
        (Script(write=lambda p: ["The ", "mayor"], malformed=True), "cannot be read", 1),
        (Script(write=lambda p: "word " * 10_000), "far more than was asked", 1),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_a_failure_says_why_and_only_what_may_pass_is_tried_again(
    script: Script, reason: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.llm.FIRST_PAUSE", 0.01)
    with pytest.raises(ModelFailed, match=reason):
        ask(script)
    assert len(script.seen) == requests


def test_a_failure_that_passes_is_not_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.llm.FIRST_PAUSE", 0.01)
    script = Script(write=lambda prompt: "The mayor.", status=503, fails_first=2)
    assert ask(script) == "The mayor."
    assert len(script.seen) == 3


def test_a_server_that_is_down_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.llm.FIRST_PAUSE", 0.01)
    llm = load_llm(settings_for("http://127.0.0.1:9"))
    assert llm is not None
    with pytest.raises(ModelFailed, match="cannot be reached"):
        complete(llm, ASKED, 10.0)


@pytest.mark.parametrize("script", [Script(pause=30), Script(lambda p: "a" * 999, pause_between=1)])
def test_a_slow_server_is_left_when_the_time_is_up(script: Script) -> None:
    began = time.monotonic()
    with pytest.raises(ModelFailed, match="too long"):
        ask(script, seconds=0.5)
    assert time.monotonic() - began < 15  # half a second, and room for a busy machine; not 30


@pytest.mark.parametrize(("name", "path"), [("openai-like/scripted", "/v1"), ("ollama/s", "")])
def test_who_stops_listening_ends_the_request(name: str, path: str) -> None:
    script = Script(write=lambda prompt: "word " * 1000, pause_between=0.02)
    gc.disable()  # the connection is closed, not left for a collector that is busy elsewhere
    try:
        with serving(script) as url:
            llm = load_llm(settings_for(url, llm=name, llm_url=url + path))
            assert llm is not None
            pieces = stream(llm, ASKED, 30.0)
            next(pieces)
            pieces.close()  # type: ignore[attr-defined]
            assert script.gone.wait(20)
    finally:
        gc.enable()


def test_a_cancelled_request_ends_at_once() -> None:
    script = Script(pause=30)
    with serving(script) as url:
        llm = load_llm(settings_for(url))
        assert llm is not None
        with pytest.raises(ModelFailed, match="stopped"):
            complete(llm, ASKED, 30.0, cancelled=lambda: bool(script.seen))


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:11434", True),
        ("http://127.0.0.1:8000/v1", True),
        ("http://[::1]:8000", True),
        ("https://models.example.org/v1", False),
        ("http://localhost.example.org", False),
        ("http://10.0.0.3:8000", False),
    ],
)
def test_another_machine_is_told_from_this_one(url: str, local: bool) -> None:
    assert is_this_machine(url) is local


def test_settings_of_the_model_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MINUTES_LLM", "openai/gpt-4o-mini")
    monkeypatch.setenv("OPENAI_API_KEY", "sesame")
    monkeypatch.setenv("MINUTES_LLM_SECONDS", "12.5")
    settings = load_settings(tmp_path / "none")
    assert (settings.llm_key, settings.llm_seconds) == ("sesame", 12.5)
    assert "sesame" not in repr(settings)
    monkeypatch.setenv("MINUTES_LLM_SECONDS", "soon")
    with pytest.raises(WrongUse, match="MINUTES_LLM_SECONDS"):
        load_settings(tmp_path / "none")


def test_doctor_says_whether_the_model_answers_and_how_fast(tmp_path: Path) -> None:
    def found(settings: Settings) -> Check:
        checks = examine(replace(settings, index=tmp_path))
        return next(check for check in checks if check.name == "language model")

    with serving(Script(write=lambda prompt: "one two three")) as url:
        check = found(settings_for(url))
        assert check.ok and "first words after" in check.detail and url in check.detail
    with serving(Script(status=401)) as url:
        check = found(settings_for(url))
        assert not check.ok and "refused the key" in check.detail
    assert not found(Settings(llm="nobody/model")).ok


def test_status_says_what_goes_where_and_nothing_goes_anywhere_unless_set() -> None:
    assert sends(Settings()) == []
    (local,) = sends(Settings(llm="ollama/llama3.1"))
    assert "http://localhost:11434 (this machine)" in local and "never exempt items" in local
    (remote,) = sends(Settings(llm="openai/gpt-4o-mini", llm_restricted=True))
    assert "https://api.openai.com/v1 (another machine)" in remote
    assert "exempt items among them" in remote
