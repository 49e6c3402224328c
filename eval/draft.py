"""Proposes questions from what an index holds, for a person to reword and approve.

The wording is a template's; what is exact is the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eval.matching import holds
from eval.questions import Evidence, Question

if TYPE_CHECKING:
    from ingest.index import Index, StoredItem, StoredMeeting
    from ingest.model import Decision, Paragraph

LIMIT = 100
QUOTE_WORDS = 80
DECISION_WORDS = 8  # of a decision, that a right answer has to contain
LONGEST_LIST = 6  # names that an attendance question asks for
_AMOUNT = re.compile(r"[£€$]\s?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?(?:million|m|k)\b)?")
_DATE = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\s+(?:[A-Z][a-z]{2,8})\s+\d{4}\b")
_VOTED = re.compile(r"\bvot(?:e|es|ed|ing)\b|\bshow of hands\b", re.I)
_LEAD = re.compile(
    r"^(?:it was\s+)?(?:unanimously\s+)?(?:resolved|agreed|recommended|noted|decided)\b[\s:,-]*"
    r"(?:that\b)?\s*",
    re.I,
)


@dataclass(frozen=True)
class _Place:
    """An item with its meeting and its words."""

    meeting: StoredMeeting
    item: StoredItem
    paragraphs: tuple[Paragraph, ...]

    @property
    def words(self) -> str:
        return " ".join(paragraph.text for paragraph in self.paragraphs)

    @property
    def about(self) -> str:
        return f"“{self.item.title}”"

    @property
    def when(self) -> str:
        return _when(self.meeting, self.meeting.date or "")

    def evidence(self, quote: str | None) -> tuple[Evidence, ...]:
        if not quote:
            return ()
        source, also = self.meeting.source, self.meeting.also
        return (Evidence(source, quote, self.item.number or "", self.item.title, also),)


def draft(index_dir: Path, limit: int = LIMIT) -> list[Question]:
    """Questions about as many different items as can be, answerable ones with their twins."""
    from ingest.index import Index

    index = Index.open(index_dir)
    try:
        sittings = {(m.body, m.date) for m in index.meetings()}
        makers = [_decision, _amount, _date, _proposer, _vote]
        piles = [list(_proposals(index, maker)) for maker in makers]
        piles.append([q for meeting in index.meetings() for q in _attendance(index, meeting)])
        chosen = _spread(piles, limit // 2)
        twins = [_twin(place, question, sittings) for place, question in chosen]
    finally:
        index.close()
    numbered: list[Question] = []
    for (_, question), twin in zip(chosen, twins, strict=True):
        first = f"draft-{len(numbered) + 1:03}"
        numbered.append(replace(question, id=first))
        if twin is not None:
            note = f"twin of {first}: {twin.note}"
            numbered.append(replace(twin, id=f"draft-{len(numbered) + 1:03}", note=note))
    return numbered[:limit]


_Proposal = tuple["_Place | StoredMeeting", Question]
_Maker = Callable[[_Place], "Question | None"]


def _proposals(index: Index, maker: _Maker) -> Iterator[_Proposal]:
    for meeting in index.meetings():
        if not meeting.body or not meeting.date:
            continue
        for item in index.items(meeting.id):
            if item.restricted or not item.title:
                continue
            paragraphs = tuple(index.paragraphs(meeting.id, item.place))
            place = _Place(meeting, item, paragraphs)
            question = maker(place)
            if question is not None:
                yield place, question


def _spread(piles: list[list[_Proposal]], count: int) -> list[_Proposal]:
    """About the same number from each pile, evenly over the meetings that it covers."""
    share = -(-count // len(piles))
    thinned = [pile[:: max(1, len(pile) // share)][:share] for pile in piles]
    return [pile[at] for at in range(share) for pile in thinned if at < len(pile)][:count]


def _decision(place: _Place) -> Question | None:
    decision = _only_decision(place)
    quote = _quote_of(place, decision.text) if decision else None
    if decision is None or quote is None:
        return None
    words = _LEAD.sub("", quote).split()
    if len(words) < 3:
        return None
    verb = {"noted": "noted", "recommended": "recommended"}.get(decision.kind, "decided")
    return _question(
        "decision",
        f"What was {verb} about {place.about} {place.when}?",
        ((" ".join(words[:DECISION_WORDS]).rstrip(".,;:"),),),
        place.evidence(quote),
    )


def _amount(place: _Place) -> Question | None:
    found = _AMOUNT.findall(place.words)
    if len(found) != 1:
        return None
    quote = _sentence(place, found[0])
    return _question(
        "amount",
        f"What sum was named under {place.about} {place.when}?",
        ((found[0], found[0].lstrip("£€$ ")),),
        place.evidence(quote),
    )


def _date(place: _Place) -> Question | None:
    found = _DATE.findall(place.words)
    if len(found) != 1:
        return None
    quote = _sentence(place, found[0])
    return _question(
        "date",
        f"Which date was named under {place.about} {place.when}?",
        ((found[0],),),
        place.evidence(quote),
    )


def _proposer(place: _Place) -> Question | None:
    decision = _only_decision(place)
    if decision is None or not decision.proposer:
        return None
    quote = _sentence(place, decision.proposer)
    surname = decision.proposer.split()[-1]
    return _question(
        "person",
        f"Who proposed the motion on {place.about} {place.when}?",
        ((decision.proposer, surname),),
        place.evidence(quote),
    )


def _vote(place: _Place) -> Question | None:
    decision = _only_decision(place)
    if decision is None or decision.vote is None or decision.vote.for_ is None:
        return None
    quote = _quote_of(place, decision.text) or _sentence(place, str(decision.vote.for_))
    return _question(
        "vote",
        f"How many voted for the motion on {place.about} {place.when}?",
        ((str(decision.vote.for_),),),
        place.evidence(quote),
    )


def _attendance(index: Index, meeting: StoredMeeting) -> Iterator[_Proposal]:
    names = meeting.attendance.apologies
    if not meeting.body or not meeting.date or not 0 < len(names) <= LONGEST_LIST:
        return
    places = [("", "", -1)] + [(i.number or "", i.title, i.place) for i in index.items(meeting.id)]
    for number, title, place in places:
        for paragraph in index.paragraphs(meeting.id, place):
            if all(holds(paragraph.text, name) for name in names):
                quote = _cut(paragraph.text)
                if all(holds(quote, name) for name in names):
                    asked = f"Who sent apologies {_when(meeting, meeting.date)}?"
                    groups = tuple((name, name.split()[-1]) for name in names)
                    evidence = (Evidence(meeting.source, quote, number, title, meeting.also),)
                    question = _question("attendance", asked, groups, evidence)
                    if question is not None:
                        yield meeting, question
                    return


def _twin(
    place: _Place | StoredMeeting, question: Question, sittings: set[tuple[str | None, str | None]]
) -> Question | None:
    """The question changed so that the minutes do not answer it; the note says how."""
    if isinstance(place, _Place):
        decision = _only_decision(place)
        if question.type == "person" and decision and not decision.seconder:
            asked = question.question.replace("Who proposed", "Who seconded")
            if "second" not in place.words.casefold():
                return _unanswerable(asked, "no seconder is recorded")
        if question.type == "decision" and not _VOTED.search(place.words):
            asked = f"How many votes against were there on {place.about} {place.when}?"
            return _unanswerable(asked, "no vote is recorded")
        meeting = place.meeting
    else:
        meeting = place
    held = date.fromisoformat(meeting.date or "")
    for years in (1, -1, 2, -2):
        other = held.replace(year=held.year + years, day=min(held.day, 28)).isoformat()
        if (meeting.body, other) not in sittings:
            changed = question.question.replace(
                _when(meeting, meeting.date or ""), _when(meeting, other)
            )
            return _unanswerable(changed, "the body did not meet on that day")
    return None


def _only_decision(place: _Place) -> Decision | None:
    return place.item.decisions[0] if len(place.item.decisions) == 1 else None


def _quote_of(place: _Place, words: str) -> str | None:
    """The words as they stand in one paragraph, if they do."""
    wanted = " ".join(words.split())
    if not wanted:
        return None
    found = any(wanted in " ".join(p.text.split()) for p in place.paragraphs)
    return _cut(wanted) if found else None


def _sentence(place: _Place, words: str) -> str | None:
    """The sentence that holds the words."""
    from ingest.passages import split_sentences

    for paragraph in place.paragraphs:
        for start, end in split_sentences(paragraph.text):
            quote = _cut(paragraph.text[start:end])
            if holds(quote, words):
                return quote
    return None


def _cut(text: str) -> str:
    return " ".join(text.split()[:QUOTE_WORDS])


def _question(
    kind: str,
    asked: str,
    answers: tuple[tuple[str, ...], ...],
    evidence: tuple[Evidence, ...],
) -> Question | None:
    if not evidence:
        return None
    groups = tuple(tuple(dict.fromkeys(group)) for group in answers)
    return Question("", kind, asked, True, groups, evidence, note="draft: reword as people ask")


def _unanswerable(asked: str, change: str) -> Question:
    return Question("", "unanswerable", asked, False, note=change)


def _when(meeting: StoredMeeting, iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"at the {meeting.body} meeting of {day.day} {day:%B %Y}"
