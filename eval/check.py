"""Verifies a question set against an index before anybody relies on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.matching import content_words, fold, holds, item_number, stands_in
from eval.questions import Evidence, Question, parse_question, read_questions
from eval.sources import source_texts

if TYPE_CHECKING:
    from ingest.index import Index

NAMED = 3  # other places that a problem lists
TAKEN_UP = 0.6  # of the words of a question, without which words do not tell what it is about


@dataclass(frozen=True)
class Problem:
    """What is wrong with a question of the set; by its line where it has no usable id."""

    id: str
    kind: str
    text: str
    sure: bool = True  # else somebody has to look whether it is wrong


@dataclass(frozen=True)
class _ItemText:
    source: str
    also: tuple[str, ...]
    number: str
    title: str
    heading: str  # the body, the date in words, number and title: what a question may name
    paragraphs: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        return " ".join(" ".join(self.paragraphs).split())

    @cached_property
    def words(self) -> frozenset[str]:
        return content_words(self.heading)

    @property
    def name(self) -> str:
        return f"item {self.number or '(no number)'} “{self.title}” of {self.source}"


def check(questions: Path, index_dir: Path) -> list[Problem]:
    """All problems of a question set, in the order of its lines."""
    from ingest.index import Index

    asked, faults = read_questions(questions)
    index = Index.open(index_dir)
    try:
        problems = check_questions(asked, Checker(index))
    finally:
        index.close()
    kinds = {True: "unfinished", False: "unusable"}
    unread = [Problem(f.id or f"line {f.line}", kinds[f.unfinished], f.text) for f in faults]
    return [*unread, *problems]


def check_questions(asked: Sequence[Question], checker: Checker) -> list[Problem]:
    """All problems of questions that can be read, in their order."""
    problems = [*_duplicates(asked), *_twins(asked)]
    for question in asked:
        problems += checker.problems(question)
    order = {question.id: place for place, question in enumerate(asked)}
    return sorted(problems, key=lambda problem: order[problem.id])


def check_entries(entries: Sequence[Mapping[str, Any]], checker: Checker) -> list[Problem]:
    """All problems of entries of a set that is still being written."""
    asked: list[Question] = []
    unread = []
    for entry in entries:
        try:
            asked.append(parse_question(entry))
        except ValueError as error:
            unread.append(Problem(str(entry["id"]), "unfinished", str(error)))
    return [*unread, *check_questions(asked, checker)]


class Checker:
    """What questions are held against: the words of all items and sources of an open index."""

    def __init__(self, index: Index) -> None:
        self._items = list(_items(index))
        self._texts = source_texts(index)

    @cached_property
    def _by_word(self) -> dict[str, set[int]]:
        """For each content word, the places of the items that hold it."""
        found: dict[str, set[int]] = defaultdict(set)
        for at, item in enumerate(self._items):
            for word in item.words | content_words(item.text):
                found[word].add(at)
        return found

    def problems(self, question: Question) -> Iterator[Problem]:
        """What is wrong with one question, twins and duplicates apart."""
        yield from _form(question)
        for evidence in question.evidence:
            yield from self._evidence(question, evidence)

    def _evidence(self, question: Question, evidence: Evidence) -> Iterator[Problem]:
        text = self._texts(evidence.source)
        if text is None:
            fault = f"{evidence.source} is not in the index"
            yield Problem(question.id, "unknown source", fault)
            return
        if not stands_in(evidence.quote, text):
            fault = f"not in {evidence.source}: “{evidence.quote}”"
            yield Problem(question.id, "not verbatim", fault)
            return
        quote = " ".join(evidence.quote.split())
        holding = [item for item in self._items if quote in item.text]
        own = [item for item in holding if item.source in evidence.sources]
        named = [item for item in own if _names(evidence, item)]
        if own and not named:
            yield Problem(question.id, "wrong item", f"the quote stands in {own[0].name}")
        cited = {source for one in question.evidence for source in one.sources}
        others = [item for item in holding if not cited & {item.source, *item.also}]
        others += [item for item in own if item not in named] if named else []
        if others:
            yield Problem(question.id, "ambiguous", f"the quote also stands in {_listed(others)}")
            return
        for item in named[:1] if question.type != "cross_meeting" else ():
            rivals = self._fitting_as_well(question, item, quote)
            if rivals:
                fault = f"the question's words fit {_listed(rivals)} as well; say which is meant"
                yield Problem(question.id, "two possible items", fault, sure=False)

    def _fitting_as_well(self, question: Question, own: _ItemText, quote: str) -> list[_ItemText]:
        """Items of other meetings of which a paragraph takes up the same words of the question.

        Only where the evidence takes up most of them: else the question is worded in other words,
        and words do not tell.
        """
        turns = " ".join([text for turn in question.history for text in turn])
        asked = content_words(f"{question.question} {turns}")
        holding = [p for p in own.paragraphs if quote in " ".join(p.split())] or [own.text]
        taken_up = asked & (own.words | content_words(" ".join(holding)))
        if not taken_up or len(taken_up) < TAKEN_UP * len(asked):
            return []
        alike = set.intersection(*(self._by_word[word] for word in taken_up))
        rivals = []
        for other in (self._items[at] for at in sorted(alike)):
            left = taken_up - other.words
            elsewhere = not {own.source, *own.also} & {other.source, *other.also}
            if elsewhere and any(left <= content_words(one) for one in other.paragraphs):
                rivals.append(other)
        return rivals


def _listed(items: Sequence[_ItemText]) -> str:
    more = f" and {len(items) - NAMED} more" if len(items) > NAMED else ""
    return "; ".join(item.name for item in items[:NAMED]) + more


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
    from assistant.wording import spoken_date

    for meeting in index.meetings():
        when = spoken_date(meeting.date) if meeting.date else ""
        about = f"{meeting.council or ''} {meeting.body or ''} {when}"
        places = [("", "", -1)] + [
            (item.number or "", item.title, item.place) for item in index.items(meeting.id)
        ]
        for number, title, place in places:
            paragraphs = tuple(p.text for p in index.paragraphs(meeting.id, place))
            heading = f"{about} {number} {title}"
            yield _ItemText(meeting.source, meeting.also, number, title, heading, paragraphs)
