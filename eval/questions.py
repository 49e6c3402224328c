"""Question sets: JSON Lines of questions with their right answers and evidence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingest.errors import WrongUse

TYPES = (
    "decision",
    "amount",
    "person",
    "date",
    "fact",
    "reason",
    "reply",
    "vote",
    "attendance",
    "list",
    "cross_meeting",
    "followup",
    "lookup",
    "unanswerable",
)
TWIN = re.compile(r"twin of ([^\s:]+):")


@dataclass(frozen=True)
class Evidence:
    """Where the minutes say it: a source, an item of it, and the words themselves."""

    source: str
    quote: str
    item: str = ""
    title: str = ""
    also: tuple[str, ...] = ()  # other sources that hold the same text

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source, *self.also)


@dataclass(frozen=True)
class Question:
    """A question and what a right answer holds: one alternative of every group."""

    id: str
    type: str
    question: str
    answerable: bool
    answers: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    history: tuple[tuple[str, str], ...] = ()  # (question, answer) of the turns before
    note: str = ""

    @property
    def twin_of(self) -> str | None:
        """The answerable question of which this is the unanswerable twin."""
        found = TWIN.match(self.note)
        return found.group(1) if found else None


@dataclass(frozen=True)
class Fault:
    """A line of a question set that is no question, or none yet."""

    line: int
    id: str  # empty where the line has none
    text: str
    unfinished: bool = False  # answers or evidence are still to be filled in


class Unfinished(ValueError):
    """An answerable question without answers or evidence, such as what a user objected to."""


def load_questions(path: Path) -> list[Question]:
    """Questions of a JSON Lines file; WrongUse names the first line that cannot be used."""
    questions, faults = read_questions(path)
    for fault in faults:
        raise WrongUse(f"{path}, line {fault.line}: {fault.text}.")
    return questions


def read_questions(path: Path) -> tuple[list[Question], list[Fault]]:
    """Questions of a JSON Lines file, and its lines that cannot be used."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WrongUse(f"Cannot read the question set {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"The question set {path} is not UTF-8 text.") from error
    questions: list[Question] = []
    faults: list[Fault] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        id = ""
        try:
            entry = json.loads(line)
            id = str(entry.get("id") or "") if isinstance(entry, Mapping) else ""
            if id and (first := lines.setdefault(id, number)) != number:
                raise ValueError(f"the id {id!r} stands in line {first} already")
            questions.append(parse_question(entry))
        except json.JSONDecodeError as error:
            faults.append(Fault(number, "", f"not JSON ({error.msg})"))
        except ValueError as error:
            faults.append(Fault(number, id, str(error), isinstance(error, Unfinished)))
    if not questions and not faults:
        raise WrongUse(f"The question set {path} holds no questions.")
    return questions, faults


def save_questions(questions: Iterable[Question], path: Path) -> None:
    """Write a question set, one question a line."""
    path.write_text("".join(f"{question_line(q)}\n" for q in questions), encoding="utf-8")


def question_line(question: Question) -> str:
    """The question as one line of JSON, in the order of the documented format."""
    history = [{"question": asked, "answer": answer} for asked, answer in question.history]
    entry = {
        "id": question.id,
        "type": question.type,
        "question": question.question,
        "history": history,
        "answerable": question.answerable,
        "answers": question.answers,
        "evidence": [
            {key: value for key, value in asdict(e).items() if key != "also" or value}
            for e in question.evidence
        ],
        "note": question.note,
    }
    return json.dumps(entry, ensure_ascii=False)


def parse_question(entry: Any) -> Question:
    """One entry of a question set as a Question; ValueError says what is wrong with it."""
    if not isinstance(entry, Mapping):
        raise ValueError("a question is a JSON object")
    answerable = entry.get("answerable")
    if not isinstance(answerable, bool):
        raise ValueError('"answerable" must be true or false')
    kind = _text(entry, "type")
    if kind not in TYPES:
        raise ValueError(f'unknown "type" {kind!r}; known are {", ".join(TYPES)}')
    question = Question(
        id=_text(entry, "id"),
        type=kind,
        question=_text(entry, "question"),
        answerable=answerable,
        answers=tuple(_group(group) for group in _list(entry, "answers")),
        evidence=tuple(_evidence(one) for one in _list(entry, "evidence")),
        history=tuple(_turn(turn) for turn in _list(entry, "history")),
        note=str(entry.get("note") or ""),
    )
    if answerable and not question.answers:
        raise Unfinished('an answerable question needs "answers"')
    if answerable and not question.evidence:
        raise Unfinished('an answerable question needs "evidence"')
    return question


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'"{key}" must be text')
    return value


def _list(entry: Mapping[str, Any], key: str) -> list[Any]:
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f'"{key}" must be a list')
    return value


def _group(group: Any) -> tuple[str, ...]:
    if not isinstance(group, list) or not group:
        raise ValueError('each group of "answers" is a list of alternatives')
    if not all(isinstance(one, str) and one.strip() for one in group):
        raise ValueError('each alternative in "answers" must be text')
    return tuple(group)


def _evidence(entry: Any) -> Evidence:
    if not isinstance(entry, Mapping):
        raise ValueError('each entry of "evidence" is an object')
    return Evidence(
        source=_text(entry, "source"),
        quote=_text(entry, "quote"),
        item=str(entry.get("item") or ""),
        title=str(entry.get("title") or ""),
        also=tuple(str(one) for one in _list(entry, "also")),
    )


def _turn(turn: Any) -> tuple[str, str]:
    if not isinstance(turn, Mapping):
        raise ValueError('each entry of "history" is an object')
    return _text(turn, "question"), str(turn.get("answer") or "")
