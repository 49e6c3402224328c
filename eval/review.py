"""Question sets while they are written: proposals and feedback that a person edits and accepts.

A set lies in the data folder of its index as two files: NAME.draft.jsonl holds every entry with its
state, and NAME.jsonl the questions that were accepted, as `minutes eval` takes them.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.questions import TWIN, Question, parse_question, question_line
from ingest.errors import WrongUse
from ingest.settings import data_folder

FOLDER, DRAFT, FINISHED = "question-sets", ".draft.jsonl", ".jsonl"
STATE, OPEN, ACCEPTED, REJECTED = "review", "open", "accepted", "rejected"
STATES = (OPEN, ACCEPTED, REJECTED)
SEPARATOR = " | "  # between the alternatives of an answer, as they are written in a field
_NAME = re.compile(r"\w[\w -]{0,59}")

Entry = dict[str, Any]  # of a question set, perhaps without its answers yet, with its state


def set_names(index: Path) -> list[str]:
    """The sets of an index, by name."""
    folder = data_folder(index) / FOLDER
    return sorted(path.name.removesuffix(DRAFT) for path in folder.glob(f"*{DRAFT}"))


def finished_path(index: Path, name: str) -> Path:
    """Where the accepted questions lie."""
    return _path(index, name, FINISHED)


def load_entries(index: Path, name: str) -> list[Entry]:
    """All entries of a set in their order."""
    try:
        return read_entries(_path(index, name, DRAFT).read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongUse(f"There is no question set {name}.") from error


def read_entries(text: str) -> list[Entry]:
    """Entries of JSON Lines; each needs an id and a question, the rest may still be missing."""
    entries: list[Entry] = []
    seen: set[str] = set()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise WrongUse(f"Line {number} is not JSON ({error.msg}).") from error
        if not isinstance(entry, dict) or not all(
            isinstance(entry.get(key), str) and entry[key].strip() for key in ("id", "question")
        ):
            raise WrongUse(f"Line {number} is no entry of a question set.")
        if entry["id"] in seen:
            raise WrongUse(f"Line {number}: the id {entry['id']} stands there twice.")
        seen.add(entry["id"])
        state = entry.get(STATE)
        entries.append(entry | {STATE: state if state in STATES else OPEN})
    return entries


def add_entries(index: Path, name: str, new: Iterable[Mapping[str, Any]]) -> int:
    """Add entries that a set does not have yet, and make the set where there is none; how many."""
    added = 0

    def change(entries: list[Entry]) -> list[Entry]:
        nonlocal added
        known = {entry["id"] for entry in entries}
        fresh = [{STATE: OPEN, **entry} for entry in new if entry["id"] not in known]
        added = len(fresh)
        return entries + fresh

    _changed(index, name, change)
    return added


def put_entry(index: Path, name: str, entry: Entry) -> None:
    """Keep an edited entry; accepting one that is no whole question raises WrongUse."""
    if entry[STATE] == ACCEPTED:
        try:
            as_question(entry)
        except ValueError as error:
            raise WrongUse(f"It cannot be accepted yet: {error}.") from error

    def change(entries: list[Entry]) -> list[Entry]:
        return [entry if one["id"] == entry["id"] else one for one in entries]

    _changed(index, name, change)


def proposals(index: Path, number: int) -> list[Entry]:
    """Questions that `minutes eval draft` proposes, as entries."""
    from eval.draft import draft

    return [json.loads(question_line(question)) for question in draft(index, number)]


def said_by_users(index: Path) -> list[Entry]:
    """What `minutes feedback export` prints, as entries."""
    from eval.feedback import export_feedback

    return export_feedback(index)


def as_question(entry: Mapping[str, Any]) -> Question:
    """An entry as a question; ValueError says what is missing."""
    return parse_question(entry)


def questions_of(entries: Sequence[Entry], states: Sequence[str] = STATES) -> list[Question]:
    """The entries in these states that are whole questions."""
    found = []
    for entry in entries:
        if entry[STATE] in states:
            try:
                found.append(as_question(entry))
            except ValueError:
                continue
    return found


def counts(entries: Sequence[Entry]) -> dict[str, int]:
    """How many entries are in each state."""
    found = Counter(entry[STATE] for entry in entries)
    return {state: found[state] for state in STATES}


def edited(
    entry: Entry,
    *,
    kind: str,
    question: str,
    answers: str,
    evidence: Sequence[Mapping[str, str]],
    note: str,
) -> Entry:
    """The entry with what stands in the fields of a form.

    `answers`: a line for each group, its alternatives parted by a bar. What has no quote is no
    evidence.
    """
    groups = [[one.strip() for one in line.split("|")] for line in answers.split("\n")]
    also = [list(one.get("also") or ()) for one in entry.get("evidence") or ()]
    kept = [
        {**{key: value.strip() for key, value in one.items()}, **({"also": other} if other else {})}
        for one, other in zip(evidence, [*also, *[[]] * len(evidence)], strict=False)
        if one["quote"].strip()
    ]
    return entry | {
        "type": kind,
        "question": question.strip(),
        "answerable": kind != "unanswerable",
        "answers": [group for group in ([a for a in line if a] for line in groups) if group],
        "evidence": kept,
        "note": note.strip(),
    }


def answers_text(entry: Mapping[str, Any]) -> str:
    """The answers as a field shows them."""
    return "\n".join(SEPARATOR.join(map(str, group)) for group in entry.get("answers") or ())


def evidence_of(entry: Mapping[str, Any], entries: Sequence[Entry]) -> list[Mapping[str, Any]]:
    """Where to look for an entry in the minutes; for a twin, where its question is answered."""
    if own := entry.get("evidence"):
        return list(own)
    twin = TWIN.match(str(entry.get("note") or ""))
    first = next((one for one in entries if twin and one["id"] == twin[1]), {})
    return list(first.get("evidence") or ())


def finished_text(entries: Sequence[Entry]) -> str:
    """The accepted questions as JSON Lines."""
    return "".join(f"{question_line(q)}\n" for q in questions_of(entries, (ACCEPTED,)))


def _changed(index: Path, name: str, change: Callable[[list[Entry]], list[Entry]]) -> None:
    """Change a set and its finished questions; several may do so at once."""
    from filelock import FileLock

    draft = _path(index, name, DRAFT)
    draft.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(draft.with_name(".lock"), timeout=10):
        entries = change(load_entries(index, name) if draft.exists() else [])
        _write(draft, "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in entries))
        _write(_path(index, name, FINISHED), finished_text(entries))


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def _path(index: Path, name: str, suffix: str) -> Path:
    if not _NAME.fullmatch(name):
        raise WrongUse("A name of a question set has letters, digits, spaces and hyphens only.")
    return data_folder(index) / FOLDER / f"{name}{suffix}"
