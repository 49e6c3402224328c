"""Many questions in one run: a file of questions in, a file of answers out, in the same order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answer_model import Answer, Turn
from ingest.errors import WrongUse


@dataclass(frozen=True)
class Request:
    """A question of a batch, with the turns that went before it."""

    id: str
    question: str
    history: tuple[Turn, ...] = ()


def read_requests(path: Path) -> list[Request]:
    """Questions of a JSON Lines file; WrongUse names the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise WrongUse(f"Cannot read {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path} is not UTF-8 text.") from error
    requests = [
        _request(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()
    ]
    if not requests:
        raise WrongUse(f"There are no questions in {path}.")
    return requests


def _request(line: str, where: str) -> Request:
    try:
        entry = json.loads(line)
        return Request(
            str(entry["id"]),
            str(entry["question"]),
            tuple(
                Turn(turn["question"], turn.get("answer", ""))
                for turn in entry.get("history") or ()
            ),
        )
    except json.JSONDecodeError as error:
        raise WrongUse(f"{where}: not JSON ({error.msg}).") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise WrongUse(f"{where}: a question needs an id and a question.") from error


def answer_all(
    requests: list[Request], ask: Callable[[Request], Answer]
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Each answer in its JSON form, and the reason where the question could not be asked."""
    for request in requests:
        try:
            yield {"id": request.id, **ask(request).as_json()}, None
        except WrongUse as error:
            refused = Answer(
                question=request.question,
                standalone_question=request.question,
                answered=False,
                answer=str(error),
                confidence=0.0,
                decline_reason="not_a_question",
                timings_ms={"understand": 0, "retrieve": 0, "answer": 0, "total": 0},
            )
            yield {"id": request.id, **refused.as_json()}, str(error)
