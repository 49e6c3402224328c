"""The real command in a process of its own: exit statuses, JSON, messages."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

TOWN = """Minutes of the Harbour Committee held on Tuesday, 4 March 2025

Present: Councillor A. Reed (Chair), Councillor B. Stone.

1. Apologies
Apologies were received from Councillor C. Marsh.

2. Dredging of the inner basin (report HB2511)
The harbour master reported that silt had reduced the depth of the inner basin to 1.8 metres.
Proposed by Councillor Reed, seconded by Councillor Stone, it was RESOLVED that dredging be
carried out in May at a cost of £42,500.
"""


@pytest.fixture(scope="module")
def minutes(root: Path) -> Run:
    """Run the command; `cwd` and `env` as for a shell."""

    def run(
        *arguments: str | Path, cwd: Path | None = None, input: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli", *map(str, arguments)],
            cwd=cwd or root,
            input=input,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(root), **env},
        )

    return run


@pytest.fixture(scope="module")
def harbour(minutes: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of one meeting, made by the command."""
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "minutes").mkdir()
    (folder / "minutes" / "march.txt").write_text(TOWN, encoding="utf-8")
    done = minutes("ingest", folder / "minutes", "--index", folder / "index")
    assert done.returncode == 0, done.stderr
    return folder / "index"


def test_no_command_is_wrong_use_and_shows_the_help(minutes: Run) -> None:
    done = minutes()
    assert (done.returncode, done.stdout) == (2, "")
    assert "ingest" in done.stderr


def test_every_documented_command_has_help(minutes: Run) -> None:
    listed = minutes("--help").stdout
    names = (
        "ingest remove undo sync parse ask lookup search chat meetings items history status doctor"
    )
    for name in (*names.split(), "eval", "feedback", "serve"):
        assert f"\n    {name} " in listed


def test_drafting_and_checking_question_sets_are_commands_of_their_own(minutes: Run) -> None:
    assert "minutes eval draft" in minutes("eval", "draft", "--help").stdout
    assert "minutes eval check" in minutes("eval", "check", "--help").stdout


def test_version_is_printed(minutes: Run) -> None:
    from assistant import __version__

    assert minutes("--version").stdout.strip() == f"minutes {__version__}"


def test_the_command_starts_without_heavy_imports(root: Path) -> None:
    script = (
        "import sys, assistant.cli; assistant.cli.build_parser();"
        "print([m for m in ('torch', 'numpy', 'chromadb', 'llama_index', 'transformers',"
        " 'onnxruntime', 'streamlit', 'lxml', 'pypdfium2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_missing_path_is_one_message_and_status_2(minutes: Run, tmp_path: Path) -> None:
    done = minutes("ingest", tmp_path / "nowhere", "--index", tmp_path / "index")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "nowhere" in done.stderr


def test_an_empty_folder_is_one_message_and_status_2(minutes: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = minutes("ingest", tmp_path / "empty", "--index", tmp_path / "index")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "Who came?"],
        ["lookup", "x1"],
        ["search", "basin"],
        ["status"],
        ["meetings"],
        ["items"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_missing_index_is_one_message_and_status_2(
    minutes: Run, tmp_path: Path, arguments: list[str]
) -> None:
    done = minutes(*arguments, "--index", tmp_path / "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "minutes ingest" in done.stderr


def test_a_readable_and_an_unreadable_file_give_status_1_and_the_reason(
    minutes: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "march.txt").write_text(TOWN, encoding="utf-8")
    (folder / "april.pdf").write_bytes(b"this is no PDF")
    done = minutes("ingest", folder, "--index", tmp_path / "index", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["read"] == 1
    assert [source for source, _ in report["failed"]] == ["april.pdf"]


def test_nothing_readable_gives_status_2(minutes: Run, tmp_path: Path) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "april.pdf").write_bytes(b"this is no PDF")
    done = minutes("ingest", folder, "--index", tmp_path / "index")
    assert done.returncode == 2
    assert "april.pdf" in done.stdout + done.stderr


def test_the_closing_report_counts_files_meetings_items_and_passages(
    minutes: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "march.txt").write_text(TOWN, encoding="utf-8")
    (folder / "logo.xyz").write_bytes(b"")
    done = minutes("ingest", folder, "--index", tmp_path / "index")
    assert "Read 1 file" in done.stdout
    assert "1 meeting, 2 items" in done.stdout
    assert "logo.xyz" in done.stdout
    assert "1 of 1 files read" in done.stderr


def test_an_index_made_with_another_model_is_one_message_and_status_2(
    minutes: Run, harbour: Path
) -> None:
    done = minutes(
        "ingest", harbour.parent / "minutes", "--index", harbour, "--embed-model", "other"
    )
    assert done.returncode == 2
    assert "other" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="a command line of Windows holds 32,767 characters")
def test_a_huge_question_is_one_message_and_status_2(minutes: Run, harbour: Path) -> None:
    done = minutes("ask", "why " * 25_000, "--index", harbour)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "100,000" in done.stderr


def test_a_bad_date_is_wrong_use(minutes: Run) -> None:
    done = minutes("ask", "Who came?", "--since", "the day before")
    assert done.returncode == 2
    assert "is no date" in done.stderr


def test_an_answer_as_json_is_one_document_with_the_documented_keys(
    minutes: Run, harbour: Path
) -> None:
    done = minutes("ask", "What will the dredging of the basin cost?", "--index", harbour, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert list(answer) == [
        "question", "standalone_question", "answered", "answer", "mode", "confidence",
        "citations", "decline_reason", "warnings", "retrieved", "timings_ms",
    ]  # fmt: skip
    assert answer["retrieved"][0]["source"] == "march.txt"


def test_an_answer_for_people_names_the_source_or_the_nearest_items(
    minutes: Run, harbour: Path
) -> None:
    done = minutes("ask", "What will the dredging of the basin cost?", "--index", harbour)
    assert done.returncode == 0, done.stderr
    assert "Harbour Committee, 4 March 2025, item 2" in done.stdout


def test_a_batch_answers_every_question_in_the_order_asked(
    minutes: Run, harbour: Path, tmp_path: Path
) -> None:
    questions = [
        {"id": "b", "question": "What will the dredging of the basin cost?"},
        {"id": "a", "question": "x" * 100_000},
        {
            "id": "c",
            "question": "And who seconded it?",
            "history": [{"question": "What was resolved on dredging?", "answer": "To dredge."}],
        },
    ]
    asked, out = tmp_path / "questions.jsonl", tmp_path / "answers.jsonl"
    asked.write_text("\n".join(map(json.dumps, questions)), encoding="utf-8")
    done = minutes("ask", "--batch", asked, "--out", out, "--index", harbour, "--json")
    assert done.returncode == 1, done.stderr  # one question could not be asked
    answers = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["b", "a", "c"]
    assert answers[1]["answered"] is False
    summary = json.loads(done.stdout)
    assert [failure["id"] for failure in summary["failed"]] == ["a"]


def test_an_answer_and_a_conversation_are_written_as_files(
    minutes: Run, harbour: Path, tmp_path: Path
) -> None:
    question = "What will the dredging of the basin cost?"
    done = minutes("ask", question, "--out", tmp_path / "answer.odt", "--index", harbour)
    assert done.returncode == 2 and ".docx, .pdf, .md" in done.stderr
    done = minutes("ask", question, "--out", tmp_path / "answer.docx", "--index", harbour)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "answer.docx").read_bytes().startswith(b"PK")
    said = f"{question}\n/save {tmp_path / 'talk.md'}\n/save talk.odt\n/quit\n"
    done = minutes("chat", "--index", harbour, input=said)
    assert done.returncode == 0 and "must end in" in done.stderr
    assert f"## {question[:-1]}" in (tmp_path / "talk.md").read_text(encoding="utf-8")


def test_a_batch_names_the_line_that_is_not_json(
    minutes: Run, harbour: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "questions.jsonl"
    asked.write_text('{"id": "a", "question": "Who?"}\n{broken\n', encoding="utf-8")
    done = minutes("ask", "--batch", asked, "--out", tmp_path / "out", "--index", harbour)
    assert done.returncode == 2
    assert "line 2" in done.stderr


def test_decisions_are_listed_and_written_as_a_table(
    minutes: Run, harbour: Path, tmp_path: Path
) -> None:
    listed = minutes("items", "--decisions", "--index", harbour)
    assert "resolved: " in listed.stdout and "Proposed by Councillor Reed" in listed.stdout
    (row,) = json.loads(minutes("items", "--decisions", "--index", harbour, "--json").stdout)
    assert (row["outcome"], row["seconder"], row["date"]) == (
        "resolved",
        "Councillor Stone",
        "2025-03-04",
    )
    for name in ("register.csv", "register.xlsx"):
        done = minutes("items", "--index", harbour, "--out", tmp_path / name)
        assert (done.returncode, done.stdout) == (0, "") and "1 decision in" in done.stderr
        assert (tmp_path / name).stat().st_size > 200
    wrong = minutes("items", "--index", harbour, "--out", tmp_path / "register.pdf")
    assert wrong.returncode == 2 and "must end in .csv or .xlsx" in wrong.stderr
    none = minutes("items", "--index", harbour, "--kind", "lost", "--json")
    assert json.loads(none.stdout) == []


def test_the_history_of_a_matter_is_told(minutes: Run, harbour: Path) -> None:
    told = minutes("history", "dredging", "--index", harbour).stdout
    assert "4 March 2025, item 2" in told and "resolved: " in told
    (step,) = json.loads(minutes("history", "HB2511", "--index", harbour, "--json").stdout)
    assert (step["number"], step["why"]) == ("2", "HB2511")
    assert "No item" in minutes("history", "elephants", "--index", harbour).stdout


def test_meetings_and_items_are_listed_as_json(minutes: Run, harbour: Path) -> None:
    (meeting,) = json.loads(minutes("meetings", "--index", harbour, "--json").stdout)
    assert (meeting["body"], meeting["date"]) == ("Harbour Committee", "2025-03-04")
    items = json.loads(minutes("items", "--index", harbour, "--json").stdout)
    assert [item["number"] for item in items] == ["1", "2"]


def test_meetings_outside_the_period_are_left_out(minutes: Run, harbour: Path) -> None:
    done = minutes("meetings", "--index", harbour, "--since", "2025-03-05", "--json")
    assert json.loads(done.stdout) == []
    done = minutes("meetings", "--index", harbour, "--until", "4 March 2025", "--json")
    assert len(json.loads(done.stdout)) == 1


def test_lookup_finds_a_report_number_and_loads_no_model(
    minutes: Run, harbour: Path, root: Path
) -> None:
    found = json.loads(minutes("lookup", "HB2511", "--index", harbour, "--json").stdout)
    assert found["groups"][0]["hits"][0]["number"] == "2"
    script = (
        f"import sys; from assistant.cli import main; main(['lookup', 'HB2511', '--index',"
        f" {str(harbour)!r}]); print([m for m in ('torch', 'chromadb', 'onnxruntime')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip().endswith("[]"), done.stderr


def test_status_says_what_is_held_and_that_nothing_leaves_this_machine(
    minutes: Run, harbour: Path
) -> None:
    held = json.loads(minutes("status", "--index", harbour, "--json").stdout)
    assert (held["meetings"], held["items"], held["sends"]) == (1, 2, [])
    assert "Nothing leaves this machine" in minutes("status", "--index", harbour).stdout


def test_status_says_what_a_language_model_is_sent(minutes: Run, harbour: Path) -> None:
    done = minutes("status", "--index", harbour, MINUTES_LLM="ollama/llama3.1")
    assert "language model ollama/llama3.1" in done.stdout
    assert "Nothing leaves" not in done.stdout


def test_doctor_finds_everything_in_order(minutes: Run, harbour: Path) -> None:
    done = minutes("doctor", "--index", harbour, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0, found
    assert found["ok"] is True


def test_doctor_finds_that_there_is_no_index(minutes: Run, tmp_path: Path) -> None:
    done = minutes("doctor", "--index", tmp_path / "none", "--json")
    assert done.returncode == 1
    failing = [check["name"] for check in json.loads(done.stdout)["checks"] if not check["ok"]]
    assert failing == ["index"]


def test_parse_prints_one_line_of_json_a_meeting(minutes: Run, harbour: Path) -> None:
    done = minutes("parse", harbour.parent / "minutes", "--json")
    (meeting,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["number"] for item in meeting["items"]] == ["1", "2"]
    assert meeting["attendance"]["apologies"] == ["C. Marsh"]
    dredging = meeting["items"][1]
    assert dredging["references"] == ["HB2511"]
    assert dredging["decisions"][0]["seconder"] == "Councillor Stone"
    assert all(isinstance(paragraph, str) for paragraph in dredging["paragraphs"])


def test_a_removed_source_is_gone_and_an_unknown_one_is_named(minutes: Run, tmp_path: Path) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "march.txt").write_text(TOWN, encoding="utf-8")
    (folder / "april.txt").write_text(TOWN.replace("4 March", "8 April"), encoding="utf-8")
    index = tmp_path / "index"
    assert minutes("ingest", folder, "--index", index).returncode == 0
    done = minutes("remove", "march.txt", "nowhere.txt", "--index", index)
    assert done.returncode == 1
    assert "nowhere.txt" in done.stderr
    held = json.loads(minutes("meetings", "--index", index, "--json").stdout)
    assert [meeting["source"] for meeting in held] == ["april.txt"]


def test_settings_come_from_the_env_file_and_the_environment_goes_first(
    minutes: Run, harbour: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"MINUTES_INDEX={harbour}\n", encoding="utf-8")
    assert minutes("meetings", cwd=tmp_path).returncode == 0
    assert minutes("meetings", cwd=tmp_path, MINUTES_INDEX=str(tmp_path / "no")).returncode == 2


def test_a_conversation_in_the_terminal_goes_on_until_it_is_left(
    minutes: Run, harbour: Path
) -> None:
    done = minutes("chat", "--index", harbour, input="What will dredging cost?\n\n/new\n/quit\n")
    assert done.returncode == 0, done.stderr
    assert "item 2" in done.stdout


def test_control_codes_of_documents_do_not_reach_the_terminal(minutes: Run, tmp_path: Path) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    hostile = TOWN.replace("Dredging", "\x1b[31mDredging\x07")
    (folder / "march.txt").write_text(hostile, encoding="utf-8")
    done = minutes("parse", folder)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout


def test_the_network_is_closed_in_tests() -> None:
    with pytest.raises(RuntimeError, match="network is closed"):
        socket.create_connection(("192.0.2.1", 80), timeout=5)
    with pytest.raises(RuntimeError, match="network is closed"):
        socket.getaddrinfo("minutes.example", 80)
