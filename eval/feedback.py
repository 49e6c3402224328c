"""What users said of answers, as entries of a question set for a person to complete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.feedback import FEEDBACK

VERDICTS = ("up", "down")


@dataclass(frozen=True)
class Feedback:
    """Entries of a question set, and the lines that could not be read."""

    entries: tuple[dict[str, Any], ...]
    unreadable: tuple[int, ...]


def export_feedback(index_dir: Path) -> Feedback:
    """Feedback as question-set entries; of several on one question the last one counts.

    What was praised has its citations as evidence. What was not has neither answers nor evidence
    yet: `load_questions` refuses such an entry until somebody has filled it in.
    """
    path = index_dir / FEEDBACK
    entries: dict[str, dict[str, Any]] = {}
    unreadable = []
    lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = _entry(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            unreadable.append(number)
            continue
        entries.pop(entry["id"], None)
        entries[entry["id"]] = entry
    return Feedback(tuple(entries.values()), tuple(unreadable))


def _entry(record: Mapping[str, Any]) -> dict[str, Any]:
    answer = record["answer"]
    if record["verdict"] not in VERDICTS:
        raise ValueError(record["verdict"])
    question = str(answer.get("standalone_question") or record["question"]).strip()
    if not question:
        raise ValueError("no question")
    praised = record["verdict"] == "up"
    answered = bool(answer["answered"])
    citations = list(answer.get("citations") or ()) if praised and answered else []
    said = [record.get("reason"), record.get("comment")]
    note = ": ".join(str(part) for part in (f"feedback {record['verdict']}", *said) if part)
    answerable = answered or not praised
    return {
        "id": "feedback-" + hashlib.sha256(question.encode()).hexdigest()[:8],
        "type": "fact" if answerable else "unanswerable",
        "question": question,
        "history": [],
        "answerable": answerable,
        "answers": [[str(citation["quote"])] for citation in citations[:1]],
        "evidence": [
            {
                "source": citation["source"],
                "item": citation.get("item") or "",
                "title": citation.get("title") or "",
                "quote": citation["quote"],
            }
            for citation in citations
        ],
        "note": note,
    }
