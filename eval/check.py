"""Verifies a question set against an index before anybody relies on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.matching import fold, holds, item_number, stands_in
from eval.questions import Evidence, Question, load_questions
from eval.sources import source_texts

if TYPE_CHECKING:
    from ingest.index import Index


@dataclass(frozen=True)
class Problem:
    """What is wrong with a question of the set."""

    id: str
    kind: str
    text: str


@dataclass(frozen=True)
class _ItemText:
    source: str
    also: tuple[str, ...]
    number: str
    title: str
    text: str

    @property
    def name(self) -> str:
        return f"item {self.number or '(no number)'} “{self.title}” of {self.source}"


def check(questions: Path, index_dir: Path) -> list[Problem]:
    """All problems of a question set, in the order of its questions."""
    from ingest.index import Index

    asked = load_questions(questions)
    index = Index.open(index_dir)
    try:
        items = list(_items(index))
        texts = source_texts(index)
        problems = [*_duplicates(asked), *_twins(asked)]
        for question in asked:
            problems += _form(question)
            for evidence in question.evidence:
                problems += _evidence(question, evidence, texts(evidence.source), items)
    finally:
        index.close()
    order = {question.id: place for place, question in enumerate(asked)}
    return sorted(problems, key=lambda problem: order[problem.id])


def _form(question: Question) -> Iterator[Problem]:
    if question.answerable == (question.type == "unanswerable"):
        yield Problem(question.id, "type", "“answerable” and the type do not agree")
    if not question.answerable and (question.answers or question.evidence):
        yield Problem(question.id, "unanswerable", "has answers or evidence all the same")
    quotes = " ".join(evidence.quote for evidence in question.evidence)
    for group in question.answers:
        if not any(holds(quotes, alternative) for alternative in group):
            wanted = " / ".join(group)
            yield Problem(question.id, "answer not in quote", f"no quote holds “{wanted}”")


def _evidence(
    question: Question, evidence: Evidence, text: str | None, items: Sequence[_ItemText]
) -> Iterator[Problem]:
    if text is None:
        yield Problem(question.id, "unknown source", f"{evidence.source} is not in the index")
        return
    if not stands_in(evidence.quote, text):
        yield Problem(question.id, "not verbatim", f"not in {evidence.source}: “{evidence.quote}”")
        return
    quote = " ".join(evidence.quote.split())
    holding = [item for item in items if quote in item.text]
    own = [item for item in holding if item.source in evidence.sources]
    named = [item for item in own if _names(evidence, item)]
    if own and not named:
        yield Problem(question.id, "wrong item", f"the quote stands in {own[0].name}")
    cited = {source for one in question.evidence for source in one.sources}
    others = [item for item in holding if not cited & {item.source, *item.also}]
    for item in others + ([item for item in own if item not in named] if named else []):
        yield Problem(question.id, "ambiguous", f"the quote also stands in {item.name}")


def _names(evidence: Evidence, item: _ItemText) -> bool:
    if evidence.item:
        return item_number(evidence.item) == item_number(item.number)
    return not evidence.title or fold(evidence.title) == fold(item.title)


def _duplicates(questions: Sequence[Question]) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], str] = {}
    for question in questions:
        key = (fold(question.question), question.history)
        if key in seen:
            yield Problem(question.id, "duplicate", f"asks the same as {seen[key]}")
        seen.setdefault(key, question.id)


def _twins(questions: Sequence[Question]) -> Iterator[Problem]:
    answerable = {question.id: question.answerable for question in questions}
    for question in questions:
        first = question.twin_of
        if first is None:
            continue
        if question.answerable or not answerable.get(first):
            fault = f"{first} is no answerable question of this set, or this one is answerable"
            yield Problem(question.id, "twin", fault)


def _items(index: Index) -> Iterator[_ItemText]:
    for meeting in index.meetings():
        places = [("", "", -1)] + [
            (item.number or "", item.title, item.place) for item in index.items(meeting.id)
        ]
        for number, title, place in places:
            words = " ".join(p.text for p in index.paragraphs(meeting.id, place))
            spaced = " ".join(words.split())
            yield _ItemText(meeting.source, meeting.also, number, title, spaced)
