"""Files that users uploaded: a folder beside the index, a collection like any other folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from ingest.settings import data_folder

UPLOADS = "uploads"  # the folder, and the collection that is made from it
LONGEST_NAME = 120  # bytes; file systems take 255, and a number may be added
ARCHIVES = frozenset((".zip",))

_FORBIDDEN = re.compile(r'[<>:"|?*\x7f]')  # on some system or other
_DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


@dataclass(frozen=True)
class Kept:
    """What became of uploaded files, each by a name of ours."""

    saved: tuple[str, ...]
    replaced: tuple[str, ...]  # of the saved: an earlier file of that name was put aside
    skipped: tuple[tuple[str, str], ...]  # name, reason


def uploads_folder(index: Path) -> Path:
    return data_folder(index) / UPLOADS


def safe_name(name: str) -> str:
    """A plain file name for an uploaded one, which may be anything: never a path, never hidden.

    Folders of the name go before it, so that two `minutes.pdf` of two folders stay apart.
    """
    parts = []
    for part in re.split(r"[/\\]", unicodedata.normalize("NFC", name)):
        plain = "".join(c if c.isprintable() else " " for c in part)
        plain = " ".join(_FORBIDDEN.sub("_", plain).split()).lstrip(".~$ ").rstrip(". ")
        parts += [plain] if plain else []
    joined = " - ".join(parts[-3:]) or "minutes"
    if _DEVICE.match(joined):
        joined = f"_{joined}"
    stem, suffix = os.path.splitext(joined)
    if len(suffix.encode()) > 12:
        stem, suffix = joined, ""
    room = LONGEST_NAME - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + suffix


def keep_uploads(
    index: Path,
    files: Iterable[tuple[str, BufferedIOBase]],
    aside: Path,
    *,
    replace: bool = False,
) -> Kept:
    """Keep uploaded files; with `replace`, an earlier one of the same name goes into `aside`.

    A file of a kind that is not read, and one that is there already, is skipped with the reason.
    """
    from ingest.read import SUFFIXES

    folder = uploads_folder(index)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    here = {_sha256(path): path.name for path in folder.iterdir() if path.is_file()}
    saved: list[str] = []
    replaced: list[str] = []
    skipped: list[tuple[str, str]] = []
    for given, stream in files:
        name = safe_name(given)
        suffix = os.path.splitext(name)[1].lower()
        if suffix not in SUFFIXES | ARCHIVES:
            skipped.append((name, f"{suffix or 'no'} files are not read"))
            continue
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        if known := here.get(sha256):
            skipped.append((name, f"was uploaded before, as {known}"))
            continue
        stream.seek(0)
        if replace and name not in saved and (folder / name).is_file():
            aside.mkdir(parents=True, exist_ok=True)
            os.replace(folder / name, aside / name)
            replaced.append(name)
        name = _write(folder, name, stream)
        here[sha256] = name
        saved.append(name)
    return Kept(tuple(saved), tuple(replaced), tuple(skipped))


def take_back(index: Path, names: Iterable[str], aside: Path) -> None:
    """Delete uploaded files, and put back those that they replaced."""
    folder = uploads_folder(index)
    for name in names:
        (folder / name).unlink(missing_ok=True)
        if (aside / name).is_file():
            os.replace(aside / name, folder / name)


def discard_uploads(index: Path, sources: Sequence[str]) -> None:
    """Delete the files of uploaded sources, and every copy put aside, as they leave the index.

    An archive of which members leave is written anew without them.
    """
    from ingest.archive import drop_members, is_archive

    data = data_folder(index)
    for file in (*(data / UPLOADS).glob("*"), *data.glob("runs/*/aside/*")):
        if file.name in sources:
            file.unlink()
        elif is_archive(file) and any(one.startswith(f"{file.name}/") for one in sources):
            drop_members(file, file.name, sources)


def _write(folder: Path, name: str, stream: BufferedIOBase) -> str:
    """Write to a name that is not taken, if need be with a number; returns the name."""
    stem, suffix = os.path.splitext(name)
    number = 1
    while True:
        try:
            handle = os.open(
                folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
                0o600,
            )  # fmt: skip
        except FileExistsError:
            number += 1
            name = f"{stem} ({number}){suffix}"
            continue
        with os.fdopen(handle, "wb") as target:
            shutil.copyfileobj(stream, target)
        return name


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
