"""Proposes questions from what an index holds, for a person to reword and approve.

The wording is a template's; what is exact is the evidence. With each question goes a twin that the
minutes do not answer, made by the smallest change: a detail that is not recorded, the item taken
out, another name, another place, another date.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from eval.matching import content_words, fold, holds, tokens
from eval.questions import Evidence, Question
from eval.sources import meeting_text

if TYPE_CHECKING:
    from ingest.index import Index, StoredItem, StoredMeeting
    from ingest.model import Decision, Paragraph

LIMIT = 100
QUOTE_WORDS = 80
DECISION_WORDS = 8  # of a decision, that a right answer has to contain
LONGEST_LIST = 6  # names that an attendance question asks for
LONGEST_TITLE = 12  # words; a longer one is hardly a title
STANDING = (3, 6)  # meetings of a body, or of all, under whose same title anything may stand
SPARE = 3  # proposals to one that is wanted, since some do not pass the check
DRAFTED = "draft: reword as people ask"
_AMOUNT = re.compile(r"[£€$]\s?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?(?:million|m|k)\b)?")
_DATE = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\s+(?:[A-Z][a-z]{2,8})\s+\d{4}\b")
_VOTED = re.compile(r"\bvot(?:e|es|ed|ing)\b|\bshow of hands\b", re.I)
_LEAD = re.compile(
    r"(?:\b(?:resolved|agreed|recommended|decided)\b[\s:,-]*(?:that\b|to\b)?|\bnoted\b[\s:,-]*that\b)"
    r"(?:[\s:,]*\([^()]*\))?[\s:,“\"‘']*(?:that\b)?[\s“\"‘']*",
    re.I,
)
_MOVED = re.compile(r"\b(?:propos|second|moved\b)", re.I)
_PLACE = re.compile(
    r"\b(?:[A-Z][\w'’.]+\s){1,3}(?:Road|Street|Lane|Avenue|Square|Bridge|Park|Green|Hill|Close|Way|"
    r"Hall|School|Church|Quay|Field|Common|Estate|Terrace|Court|Gardens|Drive|Place|Wood|Mill|Farm|"
    r"Library|Station|Bay|Harbour)\b"
)


@dataclass(frozen=True)
class _Place:
    """An item with its meeting and its words; front matter where `item` is None."""

    meeting: StoredMeeting
    item: StoredItem | None
    paragraphs: tuple[Paragraph, ...]

    @property
    def words(self) -> str:
        return " ".join(paragraph.text for paragraph in self.paragraphs)

    @property
    def title(self) -> str:
        return self.item.title if self.item else ""

    @property
    def about(self) -> str:
        return f"“{self.title}”"

    @property
    def when(self) -> str:
        return _when(self.meeting.body, self.meeting.date)

    @property
    def decision(self) -> Decision | None:
        """The only decision of the item; where there are several, a question has no one answer."""
        return self.item.decisions[0] if self.item and len(self.item.decisions) == 1 else None

    def evidence(self, quote: str | None) -> tuple[Evidence, ...]:
        if not quote:
            return ()
        number = (self.item.number or "") if self.item else ""
        source, also = self.meeting.source, self.meeting.also
        return (Evidence(source, quote, number, self.title, also),)


class _Holdings:
    """What the changes of a question are held against: who, where and when, over all minutes."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.meetings = [m for m in index.meetings() if m.body and m.date]
        self.sittings = {(m.body, m.date) for m in self.meetings}
        self.of_body: dict[str | None, list[StoredMeeting]] = defaultdict(list)
        for meeting in self.meetings:
            self.of_body[meeting.body].append(meeting)
        self._texts: dict[str, str] = {}

    def text(self, meeting: StoredMeeting) -> str:
        """All words of a meeting, and who was there."""
        if meeting.id not in self._texts:
            there = meeting.attendance
            names = [*there.present, *there.apologies, *there.in_attendance]
            self._texts[meeting.id] = meeting_text(self.index, meeting.id) + "\n" + "\n".join(names)
        return self._texts[meeting.id]

    def is_standing(self, place: _Place) -> bool:
        """Whether the body has an item of this title at meeting after meeting."""
        of_body, of_all = STANDING
        title = fold(place.title)
        return self._titles[(place.meeting.body, title)] >= of_body or self._titles[title] >= of_all

    @cached_property
    def _titles(self) -> Counter[object]:
        """At how many meetings a title stands, and at how many of each body."""
        return Counter(
            key
            for meeting in self.meetings
            for title in {fold(item.title) for item in self.index.items(meeting.id)}
            for key in (title, (meeting.body, title))
        )

    @cached_property
    def proposers(self) -> dict[str | None, list[str]]:
        """Who proposed anything, by body, in the order of the meetings."""
        found: dict[str | None, dict[str, None]] = defaultdict(dict)
        for meeting in self.meetings:
            for item in self.index.items(meeting.id):
                for decision in item.decisions:
                    if decision.proposer:
                        found[meeting.body][decision.proposer] = None
        return {body: list(names) for body, names in found.items()}

    @cached_property
    def places(self) -> list[str]:
        """Streets, halls and the like in titles."""
        found: dict[str, None] = {}
        for meeting in self.meetings:
            for item in self.index.items(meeting.id):
                found.update(dict.fromkeys(_PLACE.findall(item.title)))
        return list(found)


def draft(index_dir: Path, limit: int = LIMIT) -> list[Question]:
    """Questions about as many different items as can be, answerable ones with their twins."""
    from ingest.index import Index

    index = Index.open(index_dir)
    try:
        holdings = _Holdings(index)
        piles: dict[str, list[_Proposal]] = {name: [] for name in [*_MAKERS, "attendance"]}
        for meeting in holdings.meetings:
            for place in _places(index, meeting):
                if holdings.is_standing(place) or len(place.title.split()) > LONGEST_TITLE:
                    continue
                for name, make in _MAKERS.items():
                    if (question := make(place)) is not None:
                        piles[name].append((place, question))
            piles["attendance"] += _attendance(index, meeting)
        chosen = _spread([pile for pile in piles.values() if pile], limit // 2 * SPARE)
        chosen = _sound(index, chosen)[: limit // 2]
        twins = _twins(holdings, chosen)
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


def _sound(index: Index, proposals: list[_Proposal]) -> list[_Proposal]:
    """The proposals that pass their own check, a second one about an item after all first ones."""
    from eval.check import Checker

    checker = Checker(index)
    sound: list[tuple[int, _Proposal]] = []
    times: Counter[tuple[str, int]] = Counter()
    asked: set[str] = set()
    for place, question in proposals:
        words = fold(question.question)
        if words not in asked and not any(checker.problems(question)):
            item = (place.meeting.id, place.item.place if place.item else -1)
            sound.append((times[item], (place, question)))
            times[item] += 1
            asked.add(words)
    return [proposal for _, proposal in sorted(sound, key=lambda pair: pair[0])]


_Proposal = tuple[_Place, Question]


def _places(index: Index, meeting: StoredMeeting) -> Iterator[_Place]:
    for item in index.items(meeting.id):
        if not item.restricted and item.title:
            yield _Place(meeting, item, tuple(index.paragraphs(meeting.id, item.place)))


def _spread(piles: list[list[_Proposal]], count: int) -> list[_Proposal]:
    """About the same number from each pile, evenly over the meetings that it covers."""
    if not piles:
        return []
    share = -(-count // len(piles))
    while share < count and sum(min(share, len(pile)) for pile in piles) < count:
        if all(len(pile) <= share for pile in piles):
            break
        share += 1  # other piles make up for one that is small
    thinned = [pile[:: max(1, len(pile) // share)][:share] for pile in piles]
    return [pile[at] for at in range(share) for pile in thinned if at < len(pile)][:count]


# Questions that the minutes answer


def _decision(place: _Place) -> Question | None:
    decision = place.decision
    verb = {"noted": "noted", "recommended": "recommended"}.get(
        decision.kind if decision else "", "decided"
    )
    return _on_decision(place, "decision", f"What was {verb} about {place.about} {place.when}?")


def _named(place: _Place) -> Question | None:
    decision = place.decision
    if decision is None or not decision.proposer:
        return None
    asked = f"What did {decision.proposer} propose on {place.about} {place.when}?"
    return _on_decision(place, "decision", asked)


def _on_decision(place: _Place, kind: str, asked: str) -> Question | None:
    """A question whose answer is how that begins which was decided."""
    decision = place.decision
    quote = _quote_of(place, decision.text) if decision else None
    if decision is None or quote is None:
        return None
    *_, lead = [None, *_LEAD.finditer(quote)]
    words = (quote[lead.end() :] if lead else quote).split()
    start = " ".join(words[:DECISION_WORDS]).rstrip(".,;:”\"’'")
    if len(words) < 3 or _MOVED.search(start):
        return None
    return _question(kind, asked, ((start,),), place.evidence(quote))


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
    decision = place.decision
    if decision is None or not decision.proposer:
        return None
    quote = _sentence(place, decision.proposer)
    return _question(
        "person",
        f"Who proposed the motion on {place.about} {place.when}?",
        (_name(decision.proposer),),
        place.evidence(quote),
    )


def _vote(place: _Place) -> Question | None:
    decision = place.decision
    if decision is None or decision.vote is None or decision.vote.for_ is None:
        return None
    count = str(decision.vote.for_)
    quote = _quote_of(place, decision.text)
    if quote is None or not holds(quote, count):
        quote = _sentence(place, count)
    return _question(
        "vote",
        f"How many voted for the motion on {place.about} {place.when}?",
        ((count,),),
        place.evidence(quote),
    )


_MAKERS: dict[str, Callable[[_Place], Question | None]] = {
    "decision": _decision,
    "named": _named,
    "amount": _amount,
    "date": _date,
    "proposer": _proposer,
    "vote": _vote,
}


def _attendance(index: Index, meeting: StoredMeeting) -> Iterator[_Proposal]:
    names = meeting.attendance.apologies
    if not 0 < len(names) <= LONGEST_LIST:
        return
    front = _Place(meeting, None, tuple(index.paragraphs(meeting.id, -1)))
    for place in (front, *_places(index, meeting)):
        for paragraph in place.paragraphs:
            quote = _cut(paragraph.text)
            if all(holds(quote, name) for name in names):
                groups = tuple(map(_name, names))
                asked = f"Who sent apologies {place.when}?"
                question = _question("attendance", asked, groups, place.evidence(quote))
                if question is not None:
                    yield place, question
                return


def _name(name: str) -> tuple[str, ...]:
    """A name, or the surname alone."""
    last = name.split()[-1].strip(".,")
    return (name, last) if last.isalpha() and len(last) > 2 else (name,)


# Changes after which they do not


def _twins(holdings: _Holdings, chosen: list[_Proposal]) -> list[Question | None]:
    """Each question changed so that the minutes do not answer it, in all ways about as often."""
    twins: list[Question | None] = []
    asked: set[str] = set()
    made: Counter[str] = Counter()
    for place, question in chosen:
        changed = [one for change in _CHANGES if (one := change(holdings, place, question))]
        new = [one for one in changed if fold(one.question) not in asked]
        twin = min(new, key=lambda one: made[_way(one)], default=None)
        if twin is not None:
            asked.add(fold(twin.question))
            made[_way(twin)] += 1
        twins.append(twin)
    return twins


def _way(twin: Question) -> str:
    return twin.note.partition(",")[0]


def _not_recorded(holdings: _Holdings, place: _Place, question: Question) -> Question | None:
    decision = place.decision
    if question.type == "person" and decision and not decision.seconder:
        if "second" not in place.words.casefold():
            asked = question.question.replace("Who proposed", "Who seconded")
            return _unanswerable(asked, "a detail that is not recorded, the seconder")
    elif question.type == "decision" and not _VOTED.search(place.words):
        asked = f"How many votes against were there on {place.about} {place.when}?"
        return _unanswerable(asked, "a detail that is not recorded, the vote")
    return None


def _without_the_item(holdings: _Holdings, place: _Place, question: Question) -> Question | None:
    """The same asked of the nearest meeting of the body that has no such item."""
    wanted = content_words(place.title)
    if not wanted or place.when not in question.question:
        return None
    held = _day(place.meeting)
    others = [m for m in holdings.of_body[place.meeting.body] if m.date != place.meeting.date]
    for other in sorted(others, key=lambda m: (abs((_day(m) - held).days), m.date)):
        if not wanted & set(tokens(holdings.text(other))):
            asked = question.question.replace(place.when, _when(other.body, other.date))
            return _unanswerable(asked, "the item is taken out, that meeting has none like it")
    return None


def _another_name(holdings: _Holdings, place: _Place, question: Question) -> Question | None:
    """Another member of the body, whom the minutes of that meeting do not name."""
    decision = place.decision
    if decision is None or not decision.proposer or decision.proposer not in question.question:
        return None
    there = holdings.text(place.meeting)
    for name in holdings.proposers.get(place.meeting.body, ()):
        if not holds(there, name.split()[-1]):
            asked = question.question.replace(decision.proposer, name)
            return _unanswerable(asked, f"another name, {name} does not stand in those minutes")
    return None


def _another_place(holdings: _Holdings, place: _Place, question: Question) -> Question | None:
    """Another street or hall of these minutes."""
    named = _PLACE.search(place.title)
    if named is None or named.group() not in question.question:
        return None
    there = holdings.text(place.meeting)
    kind = named.group().split()[-1]
    for other in sorted(holdings.places, key=lambda other: other.split()[-1] != kind):
        if not holds(there, other):
            asked = question.question.replace(named.group(), other)
            return _unanswerable(asked, f"another place, {other} does not stand in those minutes")
    return None


def _another_body(holdings: _Holdings, place: _Place, question: Question) -> Question | None:
    own = content_words(place.meeting.body or "")
    for body in holdings.of_body:
        other = content_words(body or "")
        alike = own <= other or other <= own  # perhaps the same, its name misread
        if not alike and (body, place.meeting.date) not in holdings.sittings:
            asked = question.question.replace(place.when, _when(body, place.meeting.date))
            return _unanswerable(asked, "another body, which did not meet on that day")
    return None


def _another_date(holdings: _Holdings, place: _Place, question: Question) -> Question | None:
    held = _day(place.meeting)
    for years in (1, -1, 2, -2):
        other = held.replace(year=held.year + years, day=min(held.day, 28)).isoformat()
        if (place.meeting.body, other) not in holdings.sittings:
            asked = question.question.replace(place.when, _when(place.meeting.body, other))
            return _unanswerable(asked, "another date, on which the body did not meet")
    return None


_CHANGES = (
    _another_name,
    _another_place,
    _not_recorded,
    _without_the_item,
    _another_body,
    _another_date,
)


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
    quotes = " ".join(one.quote for one in evidence)
    if not all(any(holds(quotes, one) for one in group) for group in answers):
        return None
    groups = tuple(tuple(dict.fromkeys(group)) for group in answers)
    return Question("", kind, asked, True, groups, evidence, note=DRAFTED)


def _unanswerable(asked: str, change: str) -> Question:
    return Question("", "unanswerable", asked, False, note=change)


def _day(meeting: StoredMeeting) -> date:
    return date.fromisoformat(meeting.date or "")


def _when(body: str | None, iso: str | None) -> str:
    day = date.fromisoformat(iso or "")
    return f"at the {body} meeting of {day.day} {day:%B %Y}"
