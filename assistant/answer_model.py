"""What goes into and comes out of the assistant: turns, retrieved passages, citations, answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Mode = Literal["extractive", "llm"]
DeclineReason = Literal[
    "not_recorded", "not_found", "outside_period", "unknown_body", "ambiguous", "not_a_question"
]


@dataclass(frozen=True)
class Turn:
    """An earlier question of the conversation, with the answer that was given.

    `about`: the item that it cited first, in words.
    """

    question: str
    answer: str = ""
    about: str = ""


@dataclass(frozen=True)
class Retrieved:
    """A passage found for a question, with its score (higher is better, not a probability)."""

    passage_id: str
    source: str
    body: str | None
    date: str | None
    item: str | None
    title: str
    text: str
    score: float
    heading: str = ""
    meeting_id: str = ""
    place: int = -1
    page: int | None = None

    def as_json(self) -> dict[str, Any]:
        names = ("passage_id", "source", "body", "date", "item", "title", "text")
        return {name: getattr(self, name) for name in names} | {"score": round(self.score, 4)}


@dataclass(frozen=True)
class Citation:
    """A span of the answer tied to words that stand in a source."""

    marker: int
    quote: str
    source: str
    url: str | None
    page: int | None
    council: str | None
    body: str | None
    date: str | None
    item: str | None
    title: str
    passage_id: str
    status: str | None = None
    truncated: bool = False
    ocr: bool = False
    references: tuple[str, ...] = ()
    outcome: str | None = None
    meeting_id: str = ""
    place: int = -1

    def as_json(self) -> dict[str, Any]:
        fields = asdict(self)
        del fields["meeting_id"], fields["place"]
        return fields | {"references": list(self.references)}


@dataclass(frozen=True)
class Change:
    """A sentence of a language model that is not shown, why, and whether a quotation stands in."""

    sentence: str
    reason: str
    replaced: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer with its citations, or a refusal with its reason."""

    question: str
    standalone_question: str
    answered: bool
    answer: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    decline_reason: DeclineReason | None = None
    warnings: tuple[str, ...] = ()
    retrieved: tuple[Retrieved, ...] = ()
    timings_ms: dict[str, int] = field(default_factory=dict)
    mode: Mode = "extractive"
    explanation: tuple[str, ...] = ()  # what was understood, and why this passage
    changes: tuple[Change, ...] = ()  # what the check took out of a language model's answer

    def as_json(self, *, explain: bool = False) -> dict[str, Any]:
        """The JSON form of the design contract; with `explain`, the explanation as well."""
        form: dict[str, Any] = {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answered": self.answered,
            "answer": self.answer,
            "mode": self.mode,
            "confidence": round(self.confidence, 3),
            "citations": [citation.as_json() for citation in self.citations],
            "decline_reason": self.decline_reason,
            "warnings": list(self.warnings),
            "retrieved": [passage.as_json() for passage in self.retrieved],
            "timings_ms": self.timings_ms,
        }
        return form | ({"explanation": list(self.explanation)} if explain else {})
