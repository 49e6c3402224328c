"""What users said of answers, as entries of a question set for a person to complete."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from assistant.answer_model import Answer, Retrieved
from assistant.conversations import Feedback, feedback
from eval.matching import holds
from ingest.sentences import split_sentences

LONGEST_RIGHT = 20  # words of what would be right; beyond this it is a remark
SURE = 2  # words, or one with a digit, that name something


def export_feedback(index_dir: Path, *, exempt: bool = False) -> list[dict[str, Any]]:
    """Feedback as question-set entries; of several on one question the last one counts.

    What was praised has its citations as evidence. What somebody corrected has the one passage
    found for it that holds the correction. What was blamed without either has neither answers nor
    evidence: `minutes eval check` names it as unfinished, and `minutes eval` leaves it
    out and says so.
    """
    entries: dict[str, dict[str, Any]] = {}
    for said in sorted(feedback(index_dir, exempt=exempt), key=lambda one: one.time):
        entry = _entry(said)
        entries.pop(entry["id"], None)
        entries[entry["id"]] = entry
    return list(entries.values())


def _entry(given: Feedback) -> dict[str, Any]:
    answer, said = given.answer, given.said
    praised = said.verdict == "up"
    refuted = said.reason == "should not have answered"
    answerable = answer.answered if praised else not refuted
    answers: list[list[str]] = []
    evidence: list[dict[str, Any]] = []
    if answerable and praised:
        answers = [[citation.quote] for citation in answer.citations[:1]]
        evidence = [_evidence(c, c.quote) for c in answer.citations]
    elif answerable and (found := _corrected(answer, said.comment)):
        passage, sentence = found
        answers, evidence = [[said.comment]], [_evidence(passage, sentence)]
    history = [{"question": turn.question, "answer": turn.answer} for turn in given.history]
    asked = "\n".join([*(turn.question for turn in given.history), answer.question])
    kind = "followup" if answer.standalone_question != answer.question else "fact"
    told = ": ".join(filter(None, (f"feedback {said.verdict}", said.reason, said.comment)))
    versions = given.made["versions"]
    return {
        "id": "feedback-" + hashlib.sha256(asked.encode()).hexdigest()[:8],
        "type": kind if answerable else "unanswerable",
        "question": answer.question,
        "history": history,
        "answerable": answerable,
        "answers": answers,
        "evidence": evidence,
        "note": told,
        "feedback": {
            "time": given.time,
            "verdict": said.verdict,
            "reason": said.reason,
            "comment": said.comment,
            "answer": answer.as_json(),
            "limits": given.made["limits"],
            "versions": versions,
        },
    }


def _evidence(found: Any, quote: str) -> dict[str, Any]:
    source, item, title = found.source, found.item or "", found.title
    return {"source": source, "item": item, "title": title, "quote": quote}


def _corrected(answer: Answer, right: str) -> tuple[Retrieved, str] | None:
    """The passage and the sentence that hold what would be right, if it is one and no other."""
    words = right.split()
    named = len(words) >= SURE or any(char.isdigit() for char in right)
    if not named or len(words) > LONGEST_RIGHT:
        return None
    found = [
        (passage, passage.text[start:end])
        for passage in answer.retrieved
        for start, end in split_sentences(passage.text)
        if holds(passage.text[start:end], right)
    ]
    return found[0] if len(found) == 1 else None
