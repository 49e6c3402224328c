"""Ingests that run beside the page: each a process of its own, its state in a folder on disk."""

from __future__ import annotations

import _thread
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ingest.changes import Brought, Change, brought_in, changes, tables
from ingest.errors import IndexLocked, IndexMissing, MinutesError, WrongUse
from ingest.files import put, read
from ingest.index import current_generation
from ingest.settings import data_folder
from ingest.uploads import UPLOADS, keep_uploads, take_back, uploads_folder

if TYPE_CHECKING:
    from ingest.pipeline import Progress, UndoReport

RUNS, ASIDE, STOP = "runs", "aside", "stop"
KEPT = 50  # finished runs, newest first; of older ones nothing is known any more
STOP_S = 0.2  # between two looks for the file that ends a run
RETRY_S = 1.0  # between two looks at an index that another process writes
STARTING_S = 30  # after which a run that never took its lock counts as dead
WRITE_S = 0.2  # between two writes of the state
NICE = 10  # the page goes first

Status = Literal["starting", "waiting", "running", "done", "failed", "stopped", "died"]


@dataclass(frozen=True)
class Request:
    """What a run is to do: bring in uploaded files or a folder, or undo another run."""

    index: str
    kind: Literal["upload", "folder", "undo"]
    path: str = ""  # of the folder
    collection: str | None = None
    council: str | None = None
    include_restricted: bool = False
    saved: tuple[str, ...] = ()  # uploaded files
    skipped: tuple[tuple[str, str], ...] = ()
    undoes: str = ""  # the id of the run


@dataclass(frozen=True)
class ReadFile:
    """A file that was read, or why it could not be."""

    source: str
    reason: str | None


@dataclass(frozen=True)
class Run:
    """How far a run is, or how it ended."""

    id: str
    request: Request
    started: str
    status: Status = "starting"
    message: str = ""
    pid: int = 0
    stage: str = ""
    done: int = 0
    total: int = 0
    rate: float = 0.0
    eta_s: float | None = None
    files: tuple[ReadFile, ...] = ()  # in the order read
    before: int = 0  # the generation that it began from
    changes: tuple[Change, ...] = ()
    brought: Brought | None = None
    unchanged: int = 0
    removed: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    undone: str = ""  # the id of the run that undid this one

    @property
    def ended(self) -> bool:
        return self.status in ("done", "failed", "stopped", "died")

    @property
    def can_be_undone(self) -> bool:
        return self.request.kind != "undo" and bool(self.changes) and not self.undone


def start_upload(
    index: Path,
    files: Sequence[tuple[str, BufferedIOBase]],
    *,
    council: str | None = None,
    replace_same_name: bool = False,
    include_restricted: bool = False,
) -> Run:
    """Keep uploaded files and begin to read them; raises WrongUse where none can be read."""
    folder = _new_folder(index)
    kept = keep_uploads(index, files, folder / ASIDE, replace=replace_same_name)
    request = Request(
        str(index.absolute()), "upload", str(uploads_folder(index)), UPLOADS, council,
        include_restricted, kept.saved, kept.skipped,
    )  # fmt: skip
    if not kept.saved:
        run = Run(folder.name, request, _now(), "done", "", skipped=kept.skipped)
        _write(folder, run)
        return run
    return _start(folder, request)


def start_folder(
    index: Path,
    path: Path,
    *,
    collection: str | None = None,
    council: str | None = None,
    include_restricted: bool = False,
) -> Run:
    """Begin to read a folder of this machine; raises WrongUse where there is none."""
    if not path.exists():
        raise WrongUse(f"There is no folder {path} on the server.")
    request = Request(
        str(index.absolute()), "folder", str(path.absolute()), collection, council,
        include_restricted,
    )  # fmt: skip
    return _start(_new_folder(index), request)


def start_undo(index: Path, run: Run) -> Run:
    """Begin to take out what a run brought in, and to put back what it replaced."""
    request = replace(run.request, kind="undo", undoes=run.id, skipped=())
    return _start(_new_folder(index), request)


def stop(index: Path, run: Run) -> None:
    """End a run; the index stays as it was, and uploaded files are deleted again."""
    folder = _folder(index, run.id)
    if run.pid and not run.ended and _is_alive(folder):
        if os.name == "nt":  # whose signal would end it at once, before it has cleared up
            (folder / STOP).touch()
        else:
            os.kill(run.pid, signal.SIGTERM)


def try_again(index: Path, run: Run) -> Run:
    """Begin a run anew that died."""
    return _start(_folder(index, run.id), run.request)


def give_up(index: Path, run: Run) -> None:
    """Leave a run that died: its uploaded files are deleted again."""
    folder = _folder(index, run.id)
    if run.request.kind == "upload":
        take_back(index, run.request.saved, folder / ASIDE)
    told = "It ended before it was done, and was taken back."
    _write(folder, replace(run, status="stopped", message=told))


def load_runs(index: Path) -> list[Run]:
    """The runs over an index, newest first."""
    folders = sorted((data_folder(index) / RUNS).glob("2*"), reverse=True)
    found = [run for folder in folders if (run := _load(folder)) is not None]
    for run in [run for run in found if run.ended][KEPT:]:
        shutil.rmtree(_folder(index, run.id), ignore_errors=True)
        found.remove(run)
    return found


def load_run(index: Path, id: str) -> Run | None:
    return _load(_folder(index, id))


def _folder(index: Path, id: str) -> Path:
    return data_folder(index) / RUNS / Path(id).name


def _new_folder(index: Path) -> Path:
    id = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}"
    folder = data_folder(index) / RUNS / id
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _start(folder: Path, request: Request) -> Run:
    run = Run(folder.name, request, _now())
    _write(folder, run)
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    with (folder / "log").open("wb") as log:
        subprocess.Popen(
            [sys.executable, "-m", "ingest.runs", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # it outlives the page
        )
    return run


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _write(folder: Path, run: Run) -> None:
    temporary = folder / f"state.json.{os.getpid()}"
    temporary.write_text(json.dumps(asdict(run)), encoding="utf-8")
    put(temporary, folder / "state.json")


def _load(folder: Path) -> Run | None:
    try:
        values: dict[str, Any] = json.loads(read(folder / "state.json"))
        given = values["request"]
        given |= {"saved": tuple(given["saved"]), "skipped": _pairs(given["skipped"])}
        values["request"] = Request(**given)
        values["files"] = tuple(ReadFile(**one) for one in values["files"])
        values["changes"] = tuple(Change(**one) for one in values["changes"])
        values["brought"] = Brought(**values["brought"]) if values["brought"] else None
        values["skipped"] = _pairs(values["skipped"])
        values["failed"] = _pairs(values["failed"])
        values["notes"] = tuple(values["notes"])
        run = Run(**values)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # of another version, or not yet written
    if run.ended or _is_alive(folder):
        return run
    begun = datetime.fromisoformat(run.started)
    if run.status == "starting" and (datetime.now(UTC) - begun).total_seconds() < STARTING_S:
        return run
    again = json.loads(read(folder / "state.json"))
    if again["status"] in ("done", "failed", "stopped"):
        return _load(folder)  # it ended between the two looks
    return replace(run, status="died", message="It ended before it was done.")


def _pairs(values: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), str(two)) for one, two in values)


def _is_alive(folder: Path) -> bool:
    """Whether a run holds its lock; the operating system lets go of it when the run dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "lock", timeout=0)
    try:
        with lock:
            return False
    except Timeout:
        return True
    except OSError:
        return False


def undo_last(index: Path, progress: Callable[[Progress], None] | None = None) -> UndoReport:
    """Take back what the last ingest changed, in a terminal or beside the page; raises WrongUse."""
    from ingest.pipeline import undo

    now = current_generation(index)
    if now is None:
        raise IndexMissing(f"There is no index in {index}, so nothing can be undone in it.")
    before = now - 1
    if before and not tables(index, before).is_file():
        raise WrongUse(
            "What was in the index before is no longer kept. `minutes remove` takes single files "
            "out."
        )
    changed = changes(index, before, now)
    if not changed:
        raise WrongUse("The last ingest changed nothing, so there is nothing to undo.")
    run = next((r for r in load_runs(index) if r.can_be_undone and r.before == before), None)

    def prepare(undone: Sequence[Change]) -> None:
        if run:
            _take_back_undone(index, run, undone)

    report = undo(changed, before, index, progress=progress, prepare=prepare)
    if run:
        _write(_folder(index, run.id), replace(run, undone="terminal"))
    return report


def _take_back_undone(index: Path, run: Run, undone: Sequence[Change]) -> None:
    """Delete the uploaded files of a run that is undone, and put back those that they replaced."""
    sources = [change.source for change in undone if change.collection == UPLOADS]
    names = [
        name
        for name in run.request.saved
        if any(s == name or s.startswith(f"{name}/") for s in sources)
    ]
    take_back(index, names, _folder(index, run.id) / ASIDE)


class _Stopped(BaseException):
    """Somebody asked for the end of this run; no part of the program may catch it."""


class _Carrier:
    """Carries a run out and keeps its state on disk up to date."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run
        self.index = Path(run.request.index)
        self._files: list[ReadFile] = []
        self._written = 0.0
        self._before: int | None = None

    def tell(self, **values: Any) -> None:
        self.run = replace(self.run, **values)
        _write(self.folder, self.run)
        self._written = time.monotonic()

    def progress(self, now: Any) -> None:
        if now.stage == "read":
            self._files.append(ReadFile(now.current, now.reason))
        if time.monotonic() - self._written < WRITE_S and now.done < now.total:
            return
        self.tell(
            status="running", message="", stage=now.stage, done=now.done, total=now.total,
            rate=now.rate, eta_s=now.eta_s, files=tuple(self._files),
        )  # fmt: skip

    def carry_out(self) -> None:
        began = time.monotonic()
        try:
            self._when_free()
        except _Stopped:
            self._end_stopped()
        except MinutesError as error:
            self._take_back()
            self.tell(status="failed", message=str(error))
        except Exception as error:
            traceback.print_exc()
            self._take_back()
            self.tell(status="failed", message=f"{type(error).__name__}: {error}")
        self.tell(seconds=round(time.monotonic() - began, 1), files=tuple(self._files))

    def _end_stopped(self) -> None:
        now = current_generation(self.index) or 0
        if self._before is not None and now > self._before:  # the index was switched already
            changed = tuple(changes(self.index, now - 1, now))
            told = "It was done before it could be stopped."
            self.tell(status="done", message=told, before=now - 1, changes=changed)
            return
        self._take_back()
        self.tell(status="stopped", message="It was stopped; the index is as it was.")

    def _when_free(self) -> None:
        act = self._undo if self.run.request.kind == "undo" else self._ingest
        while True:
            try:
                return act()
            except IndexLocked as error:
                if self.run.message != str(error):
                    self.tell(status="waiting", message=str(error))
                time.sleep(RETRY_S)

    def _ingest(self) -> None:
        from ingest.pipeline import ingest

        request = self.run.request
        before = self._before = current_generation(self.index) or 0
        report = ingest(
            [request.path],
            self.index,
            collection=request.collection,
            council=request.council,
            include_restricted=request.include_restricted,
            progress=self.progress,
        )
        if report.generation > before:  # what another process wrote meanwhile is not ours
            before = report.generation - 1
            changed = changes(self.index, before, report.generation)
        else:
            changed = []
        ours = {change.source for change in changed} | {file.source for file in self._files}
        self.tell(
            status="done",
            message="",
            before=before,
            changes=tuple(changed),
            brought=brought_in(self.index, report.generation, changed),
            unchanged=report.unchanged if request.kind == "folder" else 0,
            removed=report.removed,
            skipped=(*request.skipped, *report.skipped),
            failed=tuple(
                one for one in report.failed if request.kind == "folder" or one[0] in ours
            ),
            notes=report.warnings,
        )

    def _undo(self) -> None:
        from ingest.pipeline import undo

        first = load_run(self.index, self.run.request.undoes)
        if first is None:
            raise WrongUse("Nothing is known any more of the run that is to be undone.")
        report = undo(
            first.changes,
            first.before,
            self.index,
            progress=self.progress,
            prepare=lambda undone: _take_back_undone(self.index, first, undone),
        )
        _write(_folder(self.index, first.id), replace(first, undone=self.run.id))
        self.tell(
            status="done",
            message="",
            notes=tuple(f"{name} has changed since and was left." for name in report.left_alone),
            removed=len(report.taken_out),
            unchanged=len(report.restored),
        )

    def _take_back(self) -> None:
        if self.run.request.kind == "upload":
            take_back(self.index, self.run.request.saved, self.folder / ASIDE)


def _wait_for_stop(file: Path) -> None:
    """Raise in the main thread what a signal raises there, once the file is there."""
    while not file.exists():
        time.sleep(STOP_S)
    _thread.interrupt_main(signal.SIGTERM)


def main(folder: Path) -> None:
    """Carry out the run that a folder describes; the entry point of its process."""
    from filelock import FileLock

    def stopped(*_: object) -> None:
        raise _Stopped

    with FileLock(folder / "lock", timeout=10):
        run = _load(folder)
        if run is None or run.ended:
            return
        signal.signal(signal.SIGTERM, stopped)
        if os.name == "nt":
            (folder / STOP).unlink(missing_ok=True)
            threading.Thread(target=_wait_for_stop, args=(folder / STOP,), daemon=True).start()
        if hasattr(os, "nice"):
            os.nice(NICE)
        carrier = _Carrier(folder, replace(run, pid=os.getpid()))
        carrier.tell(status="running")
        carrier.carry_out()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
