"""ZIP archives: their members as files of their own, within limits and never by their names."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import UnreadableSource
from ingest.files import put
from ingest.read import MAX_BYTES, SUFFIXES

SUFFIX = ".zip"
MAX_MEMBERS = 20_000
MAX_TOTAL = 1024**3  # bytes that all members of an archive may unpack to
# Text seldom packs to less than a tenth; deflate itself cannot do more than about 1,000.
MAX_RATIO = 200
RATIO_FROM = 1024**2  # bytes from which the ratio counts
MAX_DEPTH = 3  # archives within archives
_PART = 1024**2
_PACKED = zipfile.ZIP_DEFLATED
_CHROME = re.compile(r"(?:^|/)(?:__MACOSX/|\.(?!\.)|~\$)")


@dataclass(frozen=True)
class Member:
    """One file of an archive: where it was unpacked to, or why it was not."""

    source: str  # "archive.zip/folder/member.pdf"
    path: Path | None
    reason: str | None = None
    of_other_kind: bool = False  # passed over, as such a file in a folder would be


def is_archive(path: Path) -> bool:
    return path.suffix.casefold() == SUFFIX


def unpack(archive: Path, source: str, target: Path) -> list[Member]:
    """Unpack what can be read into the folder `target`, under names of our own.

    Raises UnreadableSource where the archive itself cannot be read.
    """
    budget = _Budget(MAX_TOTAL, MAX_MEMBERS)
    return list(_members(archive, source, target, 1, budget))


def drop_members(archive: Path, source: str, gone: Collection[str]) -> None:
    """Write an archive anew without some members, which are named as `unpack` names them.

    Members that cannot be read are left out with them; an archive that holds no more is deleted.
    """
    budget = _Budget(MAX_TOTAL, MAX_MEMBERS)
    written = archive.with_name(f".{archive.name}.new")
    part = archive.with_name(f".{archive.name}.part")
    left = 0
    try:
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(written, "w", _PACKED) as new:
            for entry in old.infolist():
                name = f"{source}/{entry.filename}"
                if entry.is_dir() or name in gone:
                    continue
                try:
                    _extract(old, entry, part, budget)
                except UnreadableSource:
                    continue
                if any(one.startswith(f"{name}/") for one in gone):
                    drop_members(part, name, gone)
                    if not part.exists():
                        continue
                new.write(part, entry.filename)
                left += 1
        put(written, archive)
    finally:
        written.unlink(missing_ok=True)
        part.unlink(missing_ok=True)
    if not left:
        archive.unlink()


@dataclass
class _Budget:
    """What an archive may still unpack to, with all archives in it."""

    size: int
    members: int
    made: int = 0


def _members(
    archive: Path, source: str, target: Path, depth: int, budget: _Budget
) -> Iterator[Member]:
    try:
        opened = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableSource(f"is no ZIP archive that can be read: {error}") from error
    with opened:
        seen: set[str] = set()
        entries = [entry for entry in opened.infolist() if not entry.is_dir()]
        budget.members -= len(entries)
        if budget.members < 0:
            raise UnreadableSource(f"holds more than {MAX_MEMBERS:,} files")
        for entry in entries:
            if _CHROME.search(entry.filename):
                continue
            name = f"{source}/{entry.filename}"
            suffix = Path(entry.filename).suffix.casefold()
            nested = suffix == SUFFIX
            if not nested and suffix not in SUFFIXES:
                yield Member(name, None, f"{suffix or 'no'} files are not read", True)
                continue
            reason = _why_not(entry, seen, depth if nested else 0)
            seen.add(entry.filename)
            if reason:
                yield Member(name, None, reason)
                continue
            budget.made += 1
            path = target / f"{budget.made:06}{suffix}"
            try:
                _extract(opened, entry, path, budget)
                if nested:
                    yield from _members(path, name, target, depth + 1, budget)
                    path.unlink()
                else:
                    yield Member(name, path)
            except UnreadableSource as error:
                path.unlink(missing_ok=True)
                yield Member(name, None, str(error))


def _why_not(entry: zipfile.ZipInfo, seen: set[str], depth: int) -> str | None:
    """Why a member is not unpacked; `depth` is that of the archive, 0 if the member is none."""
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        return "its path leads out of the archive"
    if len(name) > 1000:
        return "its path is longer than 1,000 characters"
    if entry.filename in seen:
        return "the archive holds another file of that name"
    if entry.flag_bits & 1:
        return "is encrypted"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.file_size > MAX_BYTES:
        return f"is {entry.file_size // 1024**2} MB large; at most {MAX_BYTES // 1024**2} MB"
    if depth >= MAX_DEPTH:
        return f"is an archive more than {MAX_DEPTH} archives deep"
    return None


def _extract(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, budget: _Budget) -> None:
    """Write a member to a file; what it says of its own size is not believed."""
    size = 0
    try:
        with opened.open(entry) as stream, path.open("wb") as file:
            while part := stream.read(_PART):
                size += len(part)
                budget.size -= len(part)
                if budget.size < 0:
                    limit = MAX_TOTAL // 1024**3
                    raise UnreadableSource(f"the archive unpacks to more than {limit} GB")
                if size > max(RATIO_FROM, MAX_RATIO * max(entry.compress_size, 1)):
                    raise UnreadableSource(
                        f"unpacks to more than {MAX_RATIO} times its size, as a ZIP bomb does"
                    )
                file.write(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise UnreadableSource(f"is damaged in the archive: {error}") from error
