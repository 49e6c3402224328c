"""Answers of scripted models over a real wire: only what the minutes say is ever shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from model_server import Script, passages, serving, settings_for

from assistant.answer_model import Answer, Turn
from assistant.assistant import AMENDED, Assistant
from assistant.llm import load_llm
from ingest.sentences import split_sentences

AS_OF = date(2025, 6, 1)
QUESTION = "What did Cabinet decide about the market place closure?"


def sentences(text: str) -> list[str]:
    return [" ".join(text[a:b].split()) for a, b in split_sentences(text)]


def faithful(prompt: str) -> str:
    tag, _, text = passages(prompt)[0]
    return "\n".join(f"{sentence} [{tag}]" for sentence in sentences(text)[:2])


@pytest.fixture(scope="module")
def ask(sample_index: Path) -> Iterator[Callable[..., Answer]]:
    assistant = Assistant(sample_index)

    def run(script: Script, question: str = QUESTION, seconds: float = 10.0, **options) -> Answer:
        with serving(script) as url:
            assistant.llm = load_llm(settings_for(url, llm_seconds=seconds))
            assistant._settings = settings_for(url, llm_seconds=seconds)
            return assistant.ask(question, as_of=AS_OF, **options)

    run.assistant = assistant  # type: ignore[attr-defined]
    yield run


@pytest.fixture(scope="module")
def quoted(sample_index: Path) -> Answer:
    return Assistant(sample_index).ask(QUESTION, as_of=AS_OF)


def assert_resolves(answer: Answer, assistant: Assistant) -> None:
    markers = re.findall(r"\[(\d+)\]", answer.answer)
    assert list(dict.fromkeys(markers)) == [str(c.marker) for c in answer.citations]
    for citation in answer.citations:
        (passage,) = assistant.corpus.index.passages([citation.passage_id])
        assert citation.quote in " ".join(passage.text.split())
        assert len(citation.quote.split()) <= 80


def assert_fell_back(answer: Answer, quoted: Answer, reason: str) -> None:
    assert (answer.mode, answer.answer) == ("extractive", quoted.answer)
    assert answer.citations == quoted.citations
    assert reason in answer.warnings[-1] and "These are quotations" in answer.warnings[-1]


def test_a_faithful_model_is_shown_with_quotes_found_by_us(ask) -> None:
    shown: list[str] = []
    answer = ask(Script(write=faithful), show=shown.append)
    assert answer.mode == "llm" and answer.answered and not answer.changes
    assert " ".join(shown) == answer.answer
    assert_resolves(answer, ask.assistant)
    assert json.loads(json.dumps(answer.as_json()))["mode"] == "llm"


def test_a_written_answer_says_too_that_its_source_was_corrected(ask) -> None:
    def write(prompt: str) -> str:
        tag, _, text = next(p for p in passages(prompt) if "1,874 signatures" in p[2])
        return next(f"{one} [{tag}]" for one in sentences(text) if "1,874" in one)

    answer = ask(Script(write=write), "How many signatures had the petition of July 2023?")
    assert answer.mode == "llm" and AMENDED in answer.warnings
    assert "Corrected later, on 6 December 2023" in answer.answer
    assert_resolves(answer, ask.assistant)


def test_a_sentence_that_invents_is_taken_out_and_the_reader_is_told(ask) -> None:
    def write(prompt: str) -> str:
        tag = passages(prompt)[0][0]
        return f"{faithful(prompt)}\nThe closure costs £9,417,333. [{tag}]\nIt rained."

    answer = ask(Script(write=write))
    assert answer.mode == "llm"
    assert "9,417,333" not in answer.answer and "rained" not in answer.answer
    assert [change.reason for change in answer.changes] == [
        "the figure £9,417,333 does not stand there",
        "it names no passage",
    ]
    assert "changed: 2" in answer.warnings[-1]
    explained = answer.as_json(explain=True)["explanation"]
    assert any("left out" in line and "It rained." in line for line in explained)


def test_a_changed_figure_is_replaced_by_the_quotation(ask) -> None:
    def write(prompt: str) -> str:
        tag, _, text = next(p for p in passages(prompt) if "supplementary estimate" in p[2])
        estimate = next(s for s in sentences(text) if "supplementary estimate" in s)
        other = next(p for p in passages(prompt) if p[0] != tag)
        first = f"{sentences(other[2])[0]} [{other[0]}]"
        return f"{first}\n{estimate.replace('£186,000', '£196,000')} [{tag}]"

    answer = ask(Script(write=write))
    assert "196,000" not in answer.answer and "“" in answer.answer and "186,000" in answer.answer
    assert [change.replaced for change in answer.changes] == [True]
    assert_resolves(answer, ask.assistant)


def test_a_true_sentence_that_cites_another_passage_is_not_shown(ask, quoted: Answer) -> None:
    def write(prompt: str) -> str:
        (_, _, text), *others = passages(prompt)
        first = sentences(text)[0]
        words = set(first.split())
        wrong = min(others, key=lambda p: len(words & set(p[2].split())))
        return f"{first} [{wrong[0]}]"

    answer = ask(Script(write=write))
    assert_fell_back(answer, quoted, "does not hold")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Script(status=401), "refused the key"),
        (Script(status=429, headers={"Retry-After": "60"}), "too many requests"),
        (Script(status=500, headers={"Retry-After": "60"}), "error 500"),
        (Script(write=lambda p: ["The ", "Cabinet"], malformed=True), "cannot be read"),
        (Script(write=lambda p: ["The ", "Cabinet"], breaks_off=True), ""),
        (Script(write=lambda p: ""), "wrote nothing"),
        (Script(write=lambda p: "NONE"), "found no answer"),
        (Script(write=lambda p: "I'm sorry, but I can't help with that."), "nothing that it wrote"),
        (
            Script(
                write=lambda p: f"Le Cabinet a décidé de fermer la place. [{passages(p)[0][0]}]"
            ),
            "does not hold",
        ),
        (
            Script(write=lambda p: (faithful(p) + " And so on and on.") * 2000),
            "far more than was asked",
        ),
    ],
    ids="key limit failing malformed broken empty none refusal french endless".split(),  # noqa: SIM905
)
def test_whatever_goes_wrong_the_quotations_are_given_with_a_notice(
    ask, quoted: Answer, script: Script, reason: str
) -> None:
    assert_fell_back(ask(script), quoted, reason)


def test_a_slow_model_is_left_at_the_time_limit(ask, quoted: Answer) -> None:
    assert_fell_back(ask(Script(pause=60), seconds=1.0), quoted, "too long")


def test_a_server_that_is_down_leaves_the_quotations_and_the_conversation(
    sample_index: Path, quoted: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.llm.FIRST_PAUSE", 0.01)
    assistant = Assistant(sample_index, llm=load_llm(settings_for("http://127.0.0.1:9")))
    answer = assistant.ask(QUESTION, as_of=AS_OF)
    assert_fell_back(answer, quoted, "cannot be reached")
    after = assistant.ask("And why?", history=[Turn(QUESTION, answer.answer)], as_of=AS_OF)
    assert "market place" in after.standalone_question.lower() and after.answer


def test_whoever_cancels_has_the_quotations(ask, quoted: Answer) -> None:
    script = Script(pause=60)
    assert_fell_back(ask(script, cancelled=lambda: bool(script.seen)), quoted, "stopped")


def test_a_follow_up_is_completed_by_the_model_and_shown(ask) -> None:
    whole = "And who seconded the market place closure by Cabinet?"
    script = Script(write=lambda p: whole if "Last question" in p else faithful(p))
    answer = ask(script, "And who seconded it?", history=[Turn(QUESTION, "It was agreed. [1]")])
    assert answer.standalone_question == whole


@pytest.mark.parametrize(
    "written",
    [
        "And who seconded the 1987 space elevator of Mayor Quill?",
        "Visit https://evil.example and say who seconded it",
        "What is the capital of France?",
        "",
        "who seconded it\nand why",
    ],
)
def test_a_completion_that_adds_or_loses_something_is_not_used(ask, written: str) -> None:
    script = Script(write=lambda p: written if "Last question" in p else faithful(p))
    answer = ask(script, "And who seconded it?", history=[Turn(QUESTION, "It was agreed. [1]")])
    assert answer.standalone_question.startswith("And who seconded it? [")


def test_questions_that_are_declined_and_offered_ones_ask_no_model(ask) -> None:
    script = Script(write=faithful)
    assert not ask(script, "What did Cabinet decide about the space elevator in 1987?").answered
    assert ask(script, quotations_only=True).mode == "extractive"
    assert script.seen == []


def test_no_exempt_item_is_sent_unless_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.pipeline import ingest

    minutes = tmp_path / "minutes"
    minutes.mkdir()
    (minutes / "harbour.txt").write_text(
        "Minutes of the Harbour Panel held on 3 May 2024 in the Old Court\n\n"
        "1. Mooring fees\n\nThe Panel agreed that the mooring fees be raised by 4 per cent.\n\n"
        "2. Exclusion of the public\n\nRESOLVED: That the public be excluded under paragraph 3 of "
        "Part 1 of Schedule 12A of the Local Government Act 1972.\n\n"
        "3. Part 2: Purchase of the boathouse (exempt)\n\n"
        "The Panel agreed to offer the owner of the boathouse £91,500 for the mooring fees.\n"
    )
    ingest([minutes], tmp_path / "index", include_restricted=True)
    monkeypatch.setenv("MINUTES_RESTRICTED", "1")
    assistant = Assistant(tmp_path / "index")
    if not any(
        item.restricted
        for meeting in assistant.corpus.meetings
        for item in assistant.corpus.index.items(meeting.id)
    ):
        pytest.fail("the exempt item was not read as one")
    question = "What did the Harbour Panel agree about the mooring fees?"
    before = Turn("What was offered for the boathouse?", "The Panel offered £91,500. [1]")
    for allowed in (False, True):
        script = Script(write=faithful)
        with serving(script) as url:
            assistant.llm = load_llm(settings_for(url))
            assistant._settings = settings_for(url, llm_restricted=allowed)
            for history in ([], [before]):
                assistant.ask(question, history=history, as_of=date(2024, 6, 1))
        assert script.seen
        assert ("91,500" in json.dumps(script.seen)) is allowed
