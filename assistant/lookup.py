"""Look-ups while a meeting is going on: identifiers, item numbers, names, phrases; no model."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.question import item_numbers
from ingest.tokens import fold, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.index import Index, StoredItem, StoredMeeting

LONGEST = 300  # characters of a look-up that are read
SNIPPET = 160
_COMMAND = re.compile(r"\b(?:agenda item|item|minutes?|min|no|nr|number|para(?:graph)?)\b\.?", re.I)


@dataclass(frozen=True)
class LookupHit:
    """An item that was found, with the words around the first match."""

    meeting_id: str
    place: int
    number: str | None
    title: str
    page: int | None
    snippet: str
    exact: bool  # the item itself is named, by its number or a reference, or its whole meeting is


@dataclass(frozen=True)
class LookupGroup:
    """The items found in one meeting."""

    meeting: StoredMeeting
    hits: tuple[LookupHit, ...]


@dataclass(frozen=True)
class LookupResult:
    """Groups, newest meeting first, and the spelling that was searched for where it differs."""

    groups: tuple[LookupGroup, ...]
    searched_for: str | None = None


def lookup(index: Index, text: str, limit: int = 50) -> LookupResult:
    """Items that hold every word of a text, the last word perhaps unfinished, newest first.

    Items whose own number or reference is named come first. Where nothing holds every word, words
    that the index does not know are read as their nearest spelling.
    """
    text = " ".join(text[:LONGEST].split())
    words = list(dict.fromkeys(tokenize(_COMMAND.sub(" ", text)) or tokenize(text)))
    if not words:
        return LookupResult(())
    places = index.rows()
    rows = _holding(index, words)
    searched_for = None
    if not rows:
        spelled = [_spelled(index, word) for word in words]
        if spelled != words and all(spelled):
            words = [word for word in spelled if word]
            rows = _holding(index, words)
            searched_for = " ".join(words)
    numbers = {number.casefold() for number in item_numbers(text)}
    named = _items_named(index, text, numbers, words)
    called = {meeting.id for meeting in index.meetings() if set(words) <= _about(meeting)}
    whole = [place for place in dict.fromkeys(places) if place[0] in called]
    keys = list(dict.fromkeys([*named, *whole, *(places[row] for row in sorted(rows))]))
    exact = {*named, *whole}
    hits = [_hit(index, key, words, exact=key in exact) for key in keys[: 4 * limit]]
    return LookupResult(_grouped(index, hits, limit), searched_for)


def _holding(index: Index, words: Sequence[str]) -> set[int]:
    """Rows that hold every word; the last word may be the beginning of one."""
    found: set[int] | None = None
    for place, word in enumerate(words):
        rows = {int(row) for row in index.postings(word)}
        if place == len(words) - 1 and len(word) > 2:
            for longer in index.words_beginning(word)[:50]:
                rows |= {int(row) for row in index.postings(longer)}
        found = rows if found is None else found & rows
        if not found:
            return set()
    return found or set()


def _spelled(index: Index, word: str) -> str | None:
    """The word, or the nearest word that the index knows; None where none is near."""
    if len(index.postings(word)):
        return word
    if any(char.isdigit() for char in word):
        return None
    near = difflib.get_close_matches(word, index.words_beginning(word[:1]), 1, 0.75)
    return near[0] if near else None


def _items_named(
    index: Index, text: str, numbers: set[str], words: Sequence[str]
) -> list[tuple[str, int]]:
    """Items whose number or reference is named, in meetings that agree with the other words."""
    found = []
    bare = re.sub(r"\W", "", fold(text))
    for meeting_id, place, number, references in index.item_labels():
        # A bare number among the references is another minute that is cited, not the item's own.
        by_reference = not bare.isdigit() and any(
            re.sub(r"\W", "", fold(one)) == bare for one in references
        )
        label = (number or "").casefold().rstrip(".")
        if not by_reference and not (label and (label in numbers or label == text.casefold())):
            continue
        meeting = index.meeting(meeting_id)
        about = _about(meeting)
        others = [word for word in words if word not in tokenize(number or "")]
        if by_reference or all(word in about for word in others):
            found.append((meeting_id, place))
    return found


def _about(meeting: StoredMeeting) -> set[str]:
    """The words by which a meeting is called: its body, its council and its day."""
    day = date.fromisoformat(meeting.date) if meeting.date else None
    said = f"{day:%d %B %Y} {day.day} {day}" if day else ""
    return set(tokenize(f"{meeting.body or ''} {meeting.council or ''} {said}"))


def _hit(index: Index, key: tuple[str, int], words: Sequence[str], *, exact: bool) -> LookupHit:
    meeting_id, place = key
    item: StoredItem | None = index.item(meeting_id, place) if place >= 0 else None
    paragraphs = index.paragraphs(meeting_id, place)
    wanted = set(words)
    best = max(
        paragraphs,
        key=lambda paragraph: len(wanted & set(tokenize(paragraph.text))),
        default=None,
    )
    return LookupHit(
        meeting_id,
        place,
        item.number if item else None,
        item.title if item else "Opening of the minutes",
        best.page if best else item.page if item else None,
        _snippet(best.text, wanted) if best else "",
        exact,
    )


def _snippet(text: str, wanted: set[str]) -> str:
    """About 160 characters around the first word that was looked for."""
    text = " ".join(text.split())
    at = next(
        (m.start() for m in re.finditer(r"\S+", text) if wanted & set(tokenize(m.group(0)))), 0
    )
    start = max(0, at - SNIPPET // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + SNIPPET)
    end = text.find(" ", end) if end < len(text) and text.find(" ", end) > 0 else len(text)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def _grouped(index: Index, hits: Sequence[LookupHit], limit: int) -> tuple[LookupGroup, ...]:
    by_meeting: dict[str, list[LookupHit]] = {}
    for hit in hits:
        by_meeting.setdefault(hit.meeting_id, []).append(hit)
    order = sorted(
        by_meeting,
        key=lambda id: (any(hit.exact for hit in by_meeting[id]), index.meeting(id).date or ""),
        reverse=True,
    )
    groups: list[LookupGroup] = []
    left = limit
    for id in order:
        if left <= 0:
            break
        found = sorted(by_meeting[id], key=lambda hit: (not hit.exact, hit.place))[:left]
        left -= len(found)
        groups.append(LookupGroup(index.meeting(id), tuple(found)))
    return tuple(groups)
