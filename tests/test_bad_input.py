"""Whatever is typed or given: a clear message or an honest refusal, and the right exit status."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.cli import main
from ingest.index import Index


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    return Assistant(sample_index)


@pytest.mark.parametrize(
    "question", ["what is the of and", "🎉🎉🎉", "???", "----", "\u200b\u200b ?"]
)
def test_what_holds_no_word_is_no_question(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert (answer.answered, answer.citations) == (False, ())
    assert answer.decline_reason in ("not_a_question", "not_found", "not_recorded")


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script> market place",
        "market\x00 place\x1b[2J\r\n",
        "'; drop table passages; --",
        "(((((((((((((((((((((market",
        "Как прошло голосование о рынке?",
        "a" * 2000,
        "item " * 300,
    ],
)
def test_any_text_gets_an_answer_or_a_refusal(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.answered == bool(answer.citations)
    assert answer.answer and "\x1b" not in answer.standalone_question


@pytest.mark.parametrize("question", ["", "   \n\t", "<b></b>", "\x00\x07", "why " * 25_000])
def test_an_empty_or_endless_question_is_wrong_use(
    sample_index: Path, question: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("ask", "search"):
        assert main([command, question, "--index", str(sample_index)]) == 2
        told = capsys.readouterr()
        assert told.out == "" and told.err.startswith("minutes: The question ")


@pytest.mark.parametrize("text", ["", "🎉", "what is the", "\x00\x1b[2J", "why " * 25_000, "(("])
def test_any_look_up_is_answered(
    sample_index: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lookup", text, "--index", str(sample_index), "--json"]) == 0
    assert "groups" in json.loads(capsys.readouterr().out)


def test_a_missing_index_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("ask", "lookup", "search"):
        assert main([command, "market", "--index", str(tmp_path / "none")]) == 2
        assert "There is no index" in capsys.readouterr().err


def test_an_index_that_was_emptied_declines(sample_index: Path, tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(sample_index, folder)
    sources = [source.source for source in Index.open(folder).sources()]
    assert main(["remove", *sources, "--index", str(folder)]) == 0
    answer = Assistant(folder).ask("Who seconded the market place motion?")
    assert (answer.answered, answer.decline_reason, answer.retrieved) == (False, "not_found", ())
    assert main(["lookup", "market", "--index", str(folder)]) == 0


def test_an_index_made_with_another_model_is_refused(
    sample_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINUTES_EMBED_MODEL", "another-model")
    assert main(["ask", "Who seconded it?", "--index", str(sample_index)]) == 2
    assert "all-MiniLM-L6-v2" in capsys.readouterr().err


def test_input_that_cannot_be_read_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = ["--index", str(tmp_path / "index")]
    assert main(["ingest", str(tmp_path / "missing"), *index]) == 2
    assert "missing" in capsys.readouterr().err
    folder = tmp_path / "minutes"
    folder.mkdir()
    assert main(["ingest", str(folder), *index]) == 2
    assert capsys.readouterr().err.strip()
    (folder / "scan.pdf").write_text("this is no PDF")
    (folder / "minutes.txt").write_bytes(bytes(range(256)) * 40)
    assert main(["ingest", str(folder), *index]) == 2
    told = capsys.readouterr()
    assert "scan.pdf" in told.out + told.err and "minutes.txt" in told.out + told.err


def test_a_question_in_welsh_or_irish_is_searched_by_words(assistant: Assistant) -> None:
    for question in (
        "Beth oedd penderfyniad y cyngor am Market Place?",
        "Cad a bhí ag an gcomhairle le rá faoi Market Place?",
    ):
        answer = assistant.ask(question)
        assert any("in English only" in warning for warning in answer.warnings)
        assert any("market" in passage.text.lower() for passage in answer.retrieved[:3])
    assert not assistant.ask("What did Comhairle Road residents ask for?").warnings


@pytest.mark.parametrize(
    ("text", "number", "corrected"),
    [("minute 412", "412", {"419"}), ("item 23/043 cabinet october", "23/043", set())],
)
def test_an_identifier_is_answered_from_its_item(
    assistant: Assistant, text: str, number: str, corrected: set[str]
) -> None:
    answer = assistant.ask(text)
    assert answer.answered
    assert {citation.item for citation in answer.citations} == {number, *corrected}
    assert answer.retrieved[0].item == number


def test_a_slip_is_mended_and_told(assistant: Assistant) -> None:
    answer = assistant.ask("What was decided about the Quernfrod market?")
    assert "Quernford" in answer.standalone_question
    assert any("instead of “Quernfrod”" in warning for warning in answer.warnings)


def test_no_model_library_is_on_the_way_to_an_answer(sample_index: Path) -> None:
    code = (
        "import sys; from assistant.cli import main\n"
        "assert main([sys.argv[1], 'Who seconded the market motion?', '--index', sys.argv[2]]) == 0"
        "\nheavy = ('torch', 'sentence_transformers', 'transformers', 'llama_index', 'streamlit')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    for command in ("ask", "search", "lookup"):
        done = subprocess.run(
            [sys.executable, "-c", code, command, str(sample_index)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.splitlines()[-1] == "[]"
