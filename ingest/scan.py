"""What stands on disk: the files of minutes below folders and in archives, and what is none."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.archive import SUFFIX, is_archive
from ingest.errors import WrongUse
from ingest.read import MAX_BYTES, SUFFIXES
from ingest.worker import unpack_one


@dataclass(frozen=True)
class File:
    """A file to ingest, by the name that the index gives it."""

    collection: str
    source: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Scan:
    """What stands on disk: readable files, and what was passed over with the reason."""

    files: tuple[File, ...]
    failed: tuple[tuple[str, str, str], ...]  # collection, source, reason
    skipped: tuple[tuple[str, str], ...]
    whole: frozenset[str]  # collections seen in full: what is missing there is taken out
    folders: dict[str, Path]
    closed: tuple[tuple[str, str], ...] = ()  # archives that could not be looked into


def scan_paths(
    paths: Sequence[Path],
    unpacked: Path,
    index: Path | None = None,
    collection: str | None = None,
    *,
    each_alone: bool = False,
) -> Scan:
    """What is to be read; raises WrongUse for a path without anything to read.

    Archives are unpacked into the folder `unpacked`, which must last as long as the scan is used;
    the folder `index` is passed over. With `each_alone`, paths make no collections of the index,
    so two may have one name.
    """
    if not paths:
        raise WrongUse("Name at least one folder or file of minutes.")
    files: dict[tuple[str, str], File] = {}
    failed: list[tuple[str, str, str]] = []
    skipped: list[tuple[str, str]] = []
    whole: set[str] = set()
    folders: dict[str, Path] = {}
    shut: list[tuple[str, str]] = []
    for path in paths:
        top = path.absolute()
        top = Path(os.path.normpath(top))
        if not top.exists():
            raise WrongUse(f"There is no file or folder {as_text(os.fspath(path))}.")
        root = top if top.is_dir() else top.parent
        name = collection or as_text(root.name) or "minutes"
        name = str(root) if each_alone else name
        if folders.setdefault(name, root) != root:
            raise WrongUse(
                f"{folders[name]} and {root} would be one collection, {name!r}: ingest them one "
                "at a time, each with its own --collection NAME."
            )
        found = 0
        closed: list[OSError] = []
        leave = index.resolve() if index else None
        below = sorted(_walk(top, leave, closed.append)) if top.is_dir() else [top]
        for error in closed:
            source = as_text(os.path.relpath(error.filename, root)).replace(os.sep, "/")
            failed.append((name, f"{source}/", f"cannot be opened: {error.strerror}"))
        entries: list[tuple[str, Path | None, str | None]] = []  # source, file, reason
        for file in below:
            source = as_text(file.relative_to(root).as_posix())
            reason = _why_not(file)
            if reason is None and is_archive(file):
                target = unpacked / f"{len(folders)}-{len(entries)}"
                members, reason = unpack_one(file, source, target)
                if reason:
                    shut.append((name, source))
                    entries.append((source, None, reason))
                for member in members:
                    if member.of_other_kind:
                        skipped.append((as_text(member.source), member.reason or ""))
                    else:
                        entries.append((as_text(member.source), member.path, member.reason))
            elif reason is None and file.suffix.lower() not in SUFFIXES:
                skipped.append((source, f"{file.suffix or 'no'} files are not read"))
            else:
                entries.append((source, file, reason))
        for source, path_of, reason in entries:
            found += 1
            known = files.get((name, source))
            if known and known.path != path_of:
                reason = "its name, written as text, is that of another file"
            if reason is None and path_of:
                try:
                    with path_of.open("rb") as stream:
                        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                    entry = File(name, source, path_of, sha256, path_of.stat().st_size)
                    files[name, source] = entry
                except OSError as error:
                    reason = f"cannot be opened: {error.strerror}"
            if reason:
                failed.append((name, source, reason))
        if not found:
            kinds = ", ".join(sorted(SUFFIXES | {SUFFIX}))
            more = f" ({len(skipped)} files of other kinds)" if skipped else ""
            raise WrongUse(f"There are no minutes to read in {path}{more}: it takes {kinds}.")
        if top.is_dir() and not closed:
            whole.add(name)  # what cannot be looked into may still be there
    return Scan(
        tuple(files.values()),
        tuple(failed),
        tuple(skipped),
        frozenset(whole),
        folders,
        tuple(shut),
    )


def _walk(top: Path, index: Path | None, closed: Callable[[OSError], None]) -> Iterator[Path]:
    """Files below a folder; links are followed, each folder is visited once, hidden ones never."""
    seen: set[tuple[int, int]] = set()
    for folder, names, files in os.walk(top, followlinks=True, onerror=closed):
        here = Path(folder)
        known = here.stat()
        if (known.st_dev, known.st_ino) in seen or here.resolve() == index:
            names.clear()
            continue
        seen.add((known.st_dev, known.st_ino))
        names[:] = sorted(name for name in names if not name.startswith("."))
        yield from (here / name for name in files if not name.startswith((".", "~$")))


def _why_not(file: Path) -> str | None:
    try:
        known = file.stat()
    except OSError as error:
        return f"cannot be opened: {error.strerror}"
    if not stat.S_ISREG(known.st_mode):
        return "not a regular file"
    if known.st_size > MAX_BYTES:  # a hash of it would take as long as its size asks for
        limit = MAX_BYTES // 1024**2
        return f"is {known.st_size // 1024**2} MB large; at most {limit} MB are read"
    return None


def as_text(path: str) -> str:
    """A path as text that every store and terminal takes: bytes that are no text as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
