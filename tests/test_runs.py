"""Ingests beside the page: progress, report, undo, and what happens when one is stopped or dies."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from assistant.cli import main
from ingest.errors import WrongUse
from ingest.index import Index, current_generation
from ingest.lock import writing
from ingest.pipeline import ingest, remove
from ingest.runs import (
    STOP,
    Run,
    _wait_for_stop,
    give_up,
    load_run,
    load_runs,
    start_folder,
    start_undo,
    start_upload,
    stop,
    try_again,
    undo_last,
)  # fmt: skip
from ingest.uploads import uploads_folder

# Either ends a process at once; Windows knows the second alone, and ends it at once too.
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)

TEXT = (
    "Wickham Parish Council\n\nMinutes of the meeting held on {day} 2024\n\n1. {title}\n\n"
    "It was agreed to buy {title}.\n"
)


def minutes(day: str, title: str) -> str:
    return TEXT.format(day=day, title=title)


def upload(index: Path, *files: tuple[str, str], **more: bool) -> Run:
    return start_upload(index, [(name, BytesIO(text.encode())) for name, text in files], **more)


def wait(index: Path, run: Run, until: Callable[[Run], bool] = lambda run: run.ended) -> Run:
    for _ in range(600):
        found = load_run(index, run.id)
        assert found
        if until(found):
            return found
        time.sleep(0.1)
    pytest.fail(f"still {found}")


def held(index: Path) -> list[tuple[str, str]]:
    """Source and all text of every meeting of the index."""
    opened = Index.open(index)
    try:
        assert len(opened.vectors(opened.passage_ids)) == len(opened.passage_ids)
        return [
            (m.source, " ".join(p.text for i in opened.items(m.id)
                                for p in opened.paragraphs(m.id, i.place)))
            for m in opened.meetings()
        ]  # fmt: skip
    finally:
        opened.close()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "may.txt").write_text(minutes("6 May", "lanterns"))
    ingest([folder], tmp_path / "index")
    return tmp_path / "index"


def test_an_upload_reports_each_file_and_is_taken_out_again_whole(index: Path) -> None:
    before = held(index)
    run = wait(
        index,
        upload(
            index,
            ("../june.txt", minutes("3 June", "torches")),
            ("bad.pdf", "no PDF"),
            ("x.exe", "x"),
        ),
    )
    assert run.status == "done", run.message
    assert {(f.source, bool(f.reason)) for f in run.files} == {
        ("june.txt", False),
        ("bad.pdf", True),
    }
    assert run.brought and (run.brought.sources, run.brought.meetings) == (1, 1)
    assert run.skipped == (("x.exe", ".exe files are not read"),)
    assert [name for name, _ in run.failed] == ["bad.pdf"]
    assert len(held(index)) == 2
    undone = wait(index, start_undo(index, run))
    assert undone.status == "done", undone.message
    assert held(index) == before
    assert not list(uploads_folder(index).iterdir())
    assert not Index.open(index).failures()
    again = load_run(index, run.id)
    assert again and again.undone == undone.id and not again.can_be_undone


def test_undo_puts_back_what_an_upload_replaced(index: Path) -> None:
    wait(index, upload(index, ("june.txt", minutes("3 June", "torches"))))
    before = held(index)
    run = wait(
        index,
        upload(
            index,
            ("june.txt", minutes("3 June", "candles")),
            ("july.txt", minutes("1 July", "lamps")),
            replace_same_name=True,
        ),
    )
    assert "candles" in str(held(index)) and "torches" not in str(held(index))
    wait(index, start_undo(index, run))
    assert held(index) == before
    assert "torches" in (uploads_folder(index) / "june.txt").read_text()
    assert not (uploads_folder(index) / "july.txt").exists()


def test_undo_after_a_folder_was_read_restores_what_was_changed_and_gone(index: Path) -> None:
    folder = index.parent / "minutes"
    before = held(index)
    (folder / "may.txt").unlink()
    (folder / "june.txt").write_text(minutes("3 June", "torches"))
    run = wait(index, start_folder(index, folder))
    assert [source for source, _ in held(index)] == ["june.txt"]
    assert wait(index, start_undo(index, run)).status == "done"
    assert held(index) == before


def test_a_later_upload_keeps_the_earlier_and_outlives_its_undo(index: Path) -> None:
    first = wait(index, upload(index, ("june.txt", minutes("3 June", "torches"))))
    wait(index, upload(index, ("july.txt", minutes("1 July", "lamps"))))
    assert len(held(index)) == 3
    assert wait(index, start_undo(index, first)).status == "done"
    assert [source for source, _ in held(index)] == ["may.txt", "july.txt"]


def test_what_was_replaced_long_ago_cannot_be_undone_and_nothing_is_touched(index: Path) -> None:
    wait(index, upload(index, ("june.txt", minutes("3 June", "torches"))))
    changed = ("june.txt", minutes("3 June", "candles"))
    run = wait(index, upload(index, changed, replace_same_name=True))
    for path in index.glob("gen-*"):
        os.utime(path, (0, 0))
    remove(["may.txt"], index)  # deletes the earlier generations
    before = held(index)
    undone = wait(index, start_undo(index, run))
    assert undone.status == "failed" and "no longer kept" in undone.message
    assert held(index) == before
    assert "candles" in (uploads_folder(index) / "june.txt").read_text()


def test_minutes_that_are_removed_leave_the_uploads_and_do_not_come_back(index: Path) -> None:
    wait(index, upload(index, ("june.txt", minutes("3 June", "torches"))))
    report = remove(["june.txt"], index)
    assert not report.warnings
    wait(index, upload(index, ("july.txt", minutes("1 July", "lamps"))))
    assert [source for source, _ in held(index)] == ["may.txt", "july.txt"]


def packed(**members: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.txt", text)
    return stream.getvalue()


def test_a_member_of_an_uploaded_archive_is_removed_and_does_not_come_back(index: Path) -> None:
    june, july = minutes("3 June", "torches"), minutes("1 July", "lamps")
    inner = packed(august=minutes("5 August", "wicks"), september=minutes("2 September", "oil"))
    stream = BytesIO(packed(june=june, july=july))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("more.zip", inner)
    stream.seek(0)
    run = wait(index, start_upload(index, [("year.zip", stream)]))
    assert run.brought and run.brought.sources == 4
    remove(["year.zip/june.txt", "year.zip/more.zip/august.txt"], index)
    assert b"torches" not in b"".join(unpacked(uploads_folder(index) / "year.zip"))
    wait(index, upload(index, ("october.txt", minutes("7 October", "tallow"))))
    assert [source for source, _ in held(index)] == [
        "may.txt", "october.txt", "year.zip/july.txt", "year.zip/more.zip/september.txt"
    ]  # fmt: skip
    remove(["year.zip/july.txt", "year.zip/more.zip/september.txt"], index)
    assert [path.name for path in uploads_folder(index).iterdir()] == ["october.txt"]


def unpacked(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_the_last_ingest_is_undone_from_a_terminal_too(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = held(index)
    run = wait(
        index,
        start_upload(index, [("june.zip", BytesIO(packed(june=minutes("3 June", "torches"))))]),
    )
    assert main(["undo", "--index", str(index)]) == 0
    assert "Took out 1 source." in capsys.readouterr().out
    assert held(index) == before and not list(uploads_folder(index).iterdir())
    again = load_run(index, run.id)
    assert again and not again.can_be_undone
    (index.parent / "minutes" / "may.txt").write_text(minutes("6 May", "candles"))
    ingest([index.parent / "minutes"], index)
    undo_last(index)
    assert held(index) == before
    with pytest.raises(WrongUse, match="no longer kept"):
        undo_last(index)


def test_a_run_waits_for_another_writer_and_can_be_stopped(index: Path) -> None:
    generation = current_generation(index)
    with writing(index):
        run = upload(index, ("june.txt", minutes("3 June", "torches")))
        waiting = wait(index, run, lambda run: run.status == "waiting")
        assert "being written by process" in waiting.message
        stop(index, waiting)
        assert wait(index, run).status == "stopped"
        assert not list(uploads_folder(index).iterdir())
        second = upload(index, ("june.txt", minutes("3 June", "torches")))
        wait(index, second, lambda run: run.status == "waiting")
    assert wait(index, second).status == "done"
    assert current_generation(index) == (generation or 0) + 1


def test_the_file_that_ends_a_run_does_what_the_signal_does(tmp_path: Path) -> None:
    def stopped(*_: object) -> None:
        raise InterruptedError

    before = signal.signal(signal.SIGTERM, stopped)
    try:
        watch = threading.Thread(target=_wait_for_stop, args=(tmp_path / STOP,))
        watch.start()
        with pytest.raises(InterruptedError):
            (tmp_path / STOP).touch()
            watch.join(20)
            time.sleep(1)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_run_that_dies_is_told_and_can_be_tried_again_or_taken_back(index: Path) -> None:
    runs = []
    with writing(index):
        for name in ("june.txt", "july.txt"):
            run = upload(index, (name, minutes("3 June", name)))
            os.kill(wait(index, run, lambda run: run.status == "waiting").pid, KILL)
            runs.append(wait(index, run))
    assert [run.status for run in runs] == ["died", "died"]
    give_up(index, runs[1])
    assert not (uploads_folder(index) / "july.txt").exists()
    try_again(index, runs[0])
    assert wait(index, runs[0], lambda run: run.status == "done").brought
    assert [run.status for run in load_runs(index)] == ["stopped", "done"]


def test_a_folder_without_minutes_fails_with_the_reason(index: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = wait(index, start_folder(index, tmp_path / "empty"))
    assert run.status == "failed" and "no minutes to read" in run.message
    with pytest.raises(WrongUse, match="no folder"):
        start_folder(index, tmp_path / "none")


def test_an_upload_that_holds_exempt_items_keeps_their_text_out(index: Path) -> None:
    text = minutes("3 June", "torches") + (
        "\n2. Exclusion of the press and public\n\nResolved to exclude the public under section "
        "100A of the Local Government Act 1972.\n\n3. Settlement of a claim\n\n"
        "The claim was settled for 9,123 pounds.\n"
    )
    run = wait(index, upload(index, ("june.txt", text)))
    assert run.status == "done"
    state = (index.parent / "index-data" / "runs" / run.id / "state.json").read_text()
    assert "9,123" not in json.dumps(held(index)) + state
