"""Which folders the page may read, and how a run is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import bringing
from ingest.changes import Brought, Change
from ingest.errors import WrongUse
from ingest.runs import Request, Run

RUN = Run("1", Request("index", "upload", saved=("a.txt", "b.txt")), "2026-11-25T10:00:00+00:00")


def test_any_folder_may_be_read_on_this_machine_and_none_from_elsewhere(tmp_path: Path) -> None:
    assert bringing.may_read(tmp_path, None, "127.0.0.1") == tmp_path.resolve()
    for host in ("0.0.0.0", "192.0.2.1", None, ""):
        with pytest.raises(WrongUse, match="MINUTES_FOLDERS"):
            bringing.may_read(tmp_path, None, host)


def test_only_what_lies_in_a_named_folder_may_be_read(
    tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    (tmp_path / "open" / "2024").mkdir(parents=True)
    link(tmp_path / "open" / "way-out", tmp_path)
    allowed = (tmp_path / "open",)
    assert bringing.may_read(tmp_path / "open" / "2024", allowed, "0.0.0.0")
    for path in ("closed", "open/../closed", "open/way-out", "open-too"):
        with pytest.raises(WrongUse):
            bringing.may_read(tmp_path / path, allowed, "127.0.0.1")


def test_progress_tells_files_rate_and_time_left() -> None:
    run = replace(RUN, status="running", stage="read", done=3, total=10, rate=0.5, eta_s=14.0)
    assert bringing.progress(run) == "3 of 10 files read, 0.5 a second, 0:14 left"


def test_the_outcome_counts_what_was_brought_in() -> None:
    changes = (Change("uploads", "a.txt", None, "x"),)
    run = replace(RUN, status="done", brought=Brought(1, 1, 3, 4), changes=changes, seconds=2.4)
    assert bringing.outcome(run) == "Read 1 file: 1 meeting, 3 items, 4 passages, in 2 s."
    assert bringing.headline(run) == "2 uploaded files"
