"""Files read in processes of their own: one that crashes or hangs costs that file alone."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ingest.errors import UnreadableSource
from ingest.model import Meeting

if TYPE_CHECKING:
    from ingest.archive import Member

LIMIT_S = 300  # a budget meeting of 91,000 words takes seconds; scanned volumes take minutes
MEMORY = 4 * 1024**3  # bytes for one reader; the largest of the real minutes takes a tenth
_HEAD = 8  # bytes that give the length of a message


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its meetings, or the reason why there are none."""

    place: int  # of the file in the list that was given
    meetings: tuple[Meeting, ...]
    reason: str | None
    seconds: float


def read_all(
    files: Sequence[tuple[Path, str]], *, processes: int | None = None, limit_s: float = LIMIT_S
) -> Iterator[Outcome]:
    """Read (path, source) pairs, in whatever order they are done."""
    count = min(len(files), processes or min(4, os.cpu_count() or 1))
    if not count:
        return
    here = threading.local()
    workers: list[_Worker] = []

    def one(place: int) -> Outcome:
        if not hasattr(here, "worker"):
            here.worker = _Worker(limit_s)
            workers.append(here.worker)
        path, source = files[place]
        began = time.monotonic()
        meetings, reason = here.worker.ask("read", path, source)
        return Outcome(place, tuple(meetings), reason, time.monotonic() - began)

    with ThreadPoolExecutor(count) as pool:
        tasks = [pool.submit(one, place) for place in range(len(files))]
        try:
            for task in as_completed(tasks):
                yield task.result()
                tasks.remove(task)  # or every meeting read stays in memory to the end
        finally:
            for task in tasks:
                task.cancel()
            for worker in workers:
                worker.stop()


def unpack_one(archive: Path, source: str, target: Path) -> tuple[list[Member], str | None]:
    """The members of a ZIP archive, unpacked into a folder that is made; or why there are none."""
    target.mkdir()
    worker = _Worker(LIMIT_S)
    try:
        return worker.ask("unpack", archive, source, target)
    finally:
        worker.stop()


class _Worker:
    """A process that reads one file at a time; started when needed, again after a crash."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, task: str, *values: Path | str) -> tuple[list[Any], str | None]:
        """What came of a task, or why nothing did."""
        process = self._process or self._start()
        assert process.stdin and process.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limit_s, stop)
        timer.start()
        try:
            _send(process.stdin, (task, values))
            answer: tuple[list[Any], str | None] = _receive(process.stdout)
            return answer
        except (EOFError, OSError):
            self.stop()
            if late.is_set():
                return [], f"reading took longer than {self._limit_s:g} seconds"
            return [], f"the reader crashed (exit status {process.returncode})"
        finally:
            timer.cancel()
            if late.is_set():
                self.stop()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream:
                    with suppress(OSError):
                        stream.close()

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        return self._process


def _send(stream: IO[bytes], value: Any) -> None:
    data = pickle.dumps(value)
    stream.write(len(data).to_bytes(_HEAD, "big") + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    head = stream.read(_HEAD)
    if len(head) < _HEAD:
        raise EOFError
    data = stream.read(size := int.from_bytes(head, "big"))
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def _serve() -> None:
    """Read what is asked on standard input, until it ends; prints of libraries go to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory()
    while True:
        try:
            task, values = _receive(sys.stdin.buffer)
        except EOFError:
            return
        _send(answers, _try(task, values))


def _limit_memory() -> None:
    """Let this process and its children have MEMORY bytes each, where the system enforces that."""
    try:
        import resource

        set_before = [n for n in resource.getrlimit(resource.RLIMIT_AS) if n > 0]
        limit = min([MEMORY, *set_before])
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, ValueError, OSError):  # Windows has none, macOS refuses
        return


def _try(task: str, values: tuple[Any, ...]) -> tuple[list[Any], str | None]:
    try:
        if task == "unpack":
            from ingest.archive import unpack

            return list(unpack(*values)), None
        from ingest.read import read

        return list(read(*values)), None
    except UnreadableSource as error:
        return [], str(error)
    except MemoryError:
        return [], "reading needs more memory than there is"
    except RecursionError:
        return [], "is nested too deeply to be read"
    except Exception as error:  # a fault of a reader costs one file, not the run
        return [], f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    _serve()
