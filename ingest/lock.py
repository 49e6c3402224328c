"""One writer at a time: an operating-system lock on the index folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from ingest.errors import IndexLocked


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the index for writing; raises IndexLocked, naming the holder, where another has it.

    The operating system lets the lock go when its holder dies, however it dies. Who holds it
    stands in a file of its own, because whoever tries a lock empties the lock's file.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    holder = folder / "lock-holder"
    lock = FileLock(folder / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise IndexLocked(
            f"The index {folder} is being written by {_who(holder)}. "
            "Wait until that has ended, then run this again."
        ) from None
    try:
        holder.write_text(
            f"process {os.getpid()}, started {datetime.now():%Y-%m-%d %H:%M:%S}", encoding="utf-8"
        )
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _who(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8") or "another process"
    except OSError:
        return "another process"
