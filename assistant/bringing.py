"""What is said of an ingest that runs beside the page, and which folders the page may read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from assistant.wording import count, left
from ingest.errors import WrongUse
from ingest.runs import Run

LOCAL = ("127.0.0.1", "localhost", "::1")
SHOWN = 8  # files named while a run goes on


def may_read(path: Path, folders: Sequence[Path] | None, host: str | None) -> Path:
    """The folder, if a user of the page may have it read; raises WrongUse.

    `folders`: the setting; without it any folder where the page is served to this machine alone,
    and none where it is open to others, who would see what they have no right to.
    """
    wanted = Path(os.path.realpath(path.expanduser()))
    if folders is None and host in LOCAL:
        return wanted
    for folder in folders or ():
        if wanted.is_relative_to(os.path.realpath(folder)):
            return wanted
    raise WrongUse(
        f"The page may not read {path}: folders that it may read are named in MINUTES_FOLDERS."
    )


def headline(run: Run) -> str:
    """What a run is about: "3 uploaded files", "The folder cabinet"."""
    request = run.request
    if request.kind == "folder" or (request.kind == "undo" and not request.saved):
        what = f"Folder {request.collection or Path(request.path).name}"
    else:
        what = count(len(request.saved) + len(request.skipped), "uploaded file")
        if len(request.saved) == 1:
            what = request.saved[0]
    return f"Undo: {what}" if request.kind == "undo" else what


def when(run: Run) -> str:
    day = datetime.fromisoformat(run.started).astimezone()
    return f"{day.day} {day:%B %Y, %H:%M}"


def progress(run: Run) -> str:
    """How far a run is, its rate, and the time left."""
    if run.status == "waiting":
        return f"Waiting. {run.message}"
    if not run.total:
        return "Looking at the files …"
    noun = "files read" if run.stage == "read" else "passages indexed"
    text = f"{run.done:,} of {run.total:,} {noun}"
    if run.rate:
        text += f", {run.rate:.1f} a second"
    if run.eta_s is not None and run.done < run.total:
        text += f", {left(run.eta_s)} left"
    return text


def outcome(run: Run) -> str:
    """How a run ended, in a sentence or two."""
    if run.status != "done":
        return run.message
    if run.request.kind == "undo":
        said = [f"{count(run.removed, 'file')} taken out"] if run.removed else []
        said += [f"{count(run.unchanged, 'file')} as before"] if run.unchanged else []
        return " and ".join(said) + "."
    brought = run.brought
    if brought is None or not run.changes:
        return " ".join(filter(None, (run.message, "Nothing new was read.")))
    said = [
        f"Read {count(brought.sources, 'file')}: {count(brought.meetings, 'meeting')}, "
        f"{count(brought.items, 'item')}, {count(brought.passages, 'passage')}, "
        f"in {run.seconds:.0f} s."
    ]
    if run.unchanged:
        said.append(f"{count(run.unchanged, 'file')} unchanged.")
    if run.removed:
        said.append(f"{count(run.removed, 'file')} taken out, gone from the folder.")
    return " ".join(said)
