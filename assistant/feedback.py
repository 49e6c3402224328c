"""What a user says of an answer, kept beside the index."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from assistant import __version__
from assistant.answer_model import Answer

FEEDBACK = "feedback.jsonl"  # in the index folder: one record a line
REASONS = ("wrong answer", "wrong source", "incomplete", "should not have answered", "other")


def record_feedback(
    index_dir: Path,
    answer: Answer,
    verdict: Literal["up", "down"],
    reason: str | None = None,
    comment: str = "",
    *,
    generation: int | None = None,
) -> None:
    """Add a record; several processes may do so at once."""
    record = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        "reason": reason,
        "comment": comment.strip(),
        "question": answer.question,
        "answer": answer.as_json(),
        "version": __version__,
        "generation": generation,
    }
    line = (json.dumps(record) + "\n").encode("ascii")
    # One write to a file that is open for appending cannot tear another writer's line.
    handle = os.open(index_dir / FEEDBACK, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)
