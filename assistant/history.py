"""The history of a matter across meetings and bodies, from references and titles."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.source import superseded_by
from ingest.references import find_references
from ingest.tokens import fold, tokenize

if TYPE_CHECKING:
    from ingest.index import Index, StoredItem, StoredMeeting

# Words that say what kind of business it is and not what it is about.
FORMAL = frozenset(
    tokenize(
        """absence acceptance accounts adjournment adoption agenda agree aob announcements apologies
        apology applications approval approve arising attendance business chair chairman chairperson
        chairs clerk close committee communications confirm confirmation consider consideration
        correspondence council councillors date declaration declarations draft election emails
        exclusion finance finances financial general governors highways information interest
        interests introduction item items last matters mayor meeting meetings members minutes motion
        motions next note notes notice notices officers open opening other participation payments
        pecuniary planning present press previous procedural provided public question questions
        receive record relevant remarks report reports session submitted time update updates urgent
        venue vice welcome
        january february march april may june july august september october november december"""
    )
)
ALIKE = 0.5  # Dice's coefficient of two titles of one matter, weighted by the rarity of words
STANDING = 0.3  # a title like those of more of its body's meetings is a heading, not a matter
FEW = 5  # meetings; below this nothing is called standing
COMMON = 12  # items; a reference in more of them is a scheme or a form, not a matter
LONGEST = 200  # steps of a history


@dataclass(frozen=True)
class Step:
    """An item in which the matter was dealt with, and why it is taken to be the same matter."""

    meeting: StoredMeeting
    item: StoredItem
    why: str  # "title", or the reference that both name


class Matters:
    """The items of an index by the words of their titles and by their references."""

    def __init__(self, index: Index) -> None:
        self._index = index
        replaced = {m.id for m in index.meetings() if superseded_by(index, m)}
        self._items = [item for item in index.all_items() if item.meeting_id not in replaced]
        self._titles = [distinctive(item.title) for item in self._items]
        self._named: dict[str, list[int]] = defaultdict(list)
        self._worded: dict[str, list[int]] = defaultdict(list)
        for number, item in enumerate(self._items):
            for reference in {_bare(r) for r in item.references if _specific(r)}:
                self._named[reference].append(number)
            for word in self._titles[number]:
                self._worded[word].append(number)
        self._at = {(i.meeting_id, i.place): n for n, i in enumerate(self._items)}
        self._held = Counter(meeting.body for meeting in index.meetings())

    def of_text(self, text: str) -> list[Step]:
        """The history of what a text names: a reference, or words that stand in a title."""
        found: dict[int, str] = {}
        given = {text.strip(): _bare(text), **{r: _bare(r) for r in find_references(text)}}
        for shown, reference in given.items():
            found |= dict.fromkeys(self._named.get(reference, ()), shown)
        words = distinctive(text)
        if words:
            holding = [set(self._worded.get(word, ())) for word in words]
            found = dict.fromkeys(set.intersection(*holding), "title") | found
        return self._steps(self._spread(found))

    def of_item(self, meeting_id: str, place: int) -> list[Step]:
        """The history of the matter of an item, with the item itself; [] for an unknown item."""
        start = self._at.get((meeting_id, place))
        if start is None:
            return []
        alike = self._alike_to(start)
        if not self._is_standing(start, alike):
            others = {n for n in alike if not self._is_standing(n, self._alike_to(n))}
            found = dict.fromkeys((start, *others), "title")
        else:
            found = {start: "title"}
        steps = self._steps(self._spread(found))
        return steps if len(steps) > 1 else []

    def _spread(self, found: dict[int, str]) -> dict[int, str]:
        """The items found, and those that name a reference of theirs."""
        spread = dict(found)
        for number in found:
            for reference in filter(_specific, self._items[number].references):
                others = self._named[_bare(reference)]
                if len(others) <= COMMON:
                    for other in others:
                        spread.setdefault(other, reference)
        return spread

    def _steps(self, found: dict[int, str]) -> list[Step]:
        """In order of date, the undated last; of two sources of one sitting the first."""
        steps: dict[tuple[object, ...], Step] = {}
        for number, why in found.items():
            item = self._items[number]
            meeting = self._index.meeting(item.meeting_id)
            key: tuple[object, ...] = meeting.date, meeting.body, item.number, fold(item.title)
            if not meeting.date:
                key = (item.meeting_id, item.place)
            steps.setdefault(key, Step(meeting, item, why))
        ordered = sorted(
            steps.values(),
            key=lambda s: (s.meeting.date or "9", s.meeting.body or "", s.item.place),
        )
        return ordered[-LONGEST:]

    def _alike_to(self, number: int) -> list[int]:
        """The items whose titles share most of their words with an item's, and the item itself."""
        title = self._titles[number]
        near = {other for word in title for other in self._worded[word]}
        return [other for other in near if self._alike(number, other)]

    def _alike(self, number: int, other: int) -> bool:
        one, two = self._titles[number], self._titles[other]
        # One word, "Allotments", is the same matter within a body and another's elsewhere.
        if len(one & two) == 1 and self._body(number) != self._body(other):
            return False
        return 2 * self._weight(one & two) >= ALIKE * (self._weight(one) + self._weight(two))

    def _body(self, number: int) -> str | None:
        return self._index.meeting(self._items[number].meeting_id).body

    def _weight(self, words: Iterable[str]) -> float:
        return sum(math.log(1 + len(self._items) / len(self._worded[word])) for word in words)

    def _is_standing(self, number: int, alike: list[int]) -> bool:
        """Whether most meetings of a body have such a title."""
        own = self._body(number)
        ids = {self._items[other].meeting_id for other in alike}
        meetings = sum(self._index.meeting(id).body == own for id in ids)
        return meetings >= FEW and meetings > STANDING * self._held[own]


def next_step(steps: list[Step], meeting_id: str, place: int) -> Step | None:
    """What followed an item: the next step of its matter on a later day."""
    day = _day_of(steps, meeting_id, place)
    later = (s for s in steps if day and s.meeting.date and s.meeting.date > day)
    return next(later, None)


def step_before(steps: list[Step], meeting_id: str, place: int) -> Step | None:
    """What led to an item: the step of its matter on the last day before."""
    day = _day_of(steps, meeting_id, place)
    earlier = (s for s in reversed(steps) if day and s.meeting.date and s.meeting.date < day)
    return next(earlier, None)


def _day_of(steps: list[Step], meeting_id: str, place: int) -> str | None:
    at = next((s for s in steps if (s.item.meeting_id, s.item.place) == (meeting_id, place)), None)
    return at.meeting.date if at else None


def distinctive(title: str) -> frozenset[str]:
    """The words of a title that say what it is about; formal business has none."""
    words = (word for word in tokenize(title) if not word.isdigit())
    return frozenset(words) - FORMAL


def _specific(reference: str) -> bool:
    """Whether a reference names one thing everywhere: a bare number is another minute's."""
    return bool(re.search(r"\d", reference)) and bool(re.search(r"[A-Za-z/]", reference))


def _bare(reference: str) -> str:
    return re.sub(r"\W", "", fold(reference))
