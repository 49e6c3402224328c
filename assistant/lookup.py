"""Look-ups while a meeting is going on: identifiers, item numbers, names, phrases; no model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from assistant.spelling import nearest_word
from ingest.bodies import abbreviations
from ingest.tokens import fold, tokenize

if TYPE_CHECKING:
    from ingest.index import Index, StoredItem, StoredMeeting

LONGEST = 300  # characters of a look-up that are read
SNIPPET = 160
BEGINNINGS = 50  # words that an unfinished word may stand for
WINDOW = 4  # words that an identifier may be written in: "FGB 22 / 2021"
Key = tuple[str, int]  # meeting and place of an item; place -1 is the opening of the minutes
_COMMAND = re.compile(
    r"\b(?:agenda items?|items?|minutes?|min|number|nr|no|para(?:graph)?|report|reference|ref"
    r"|application)\b\.?",
    re.I,
)
_NUMBERED = re.compile(r"\b(?:items?|minutes?|min|number|nr|no|para(?:graph)?)\b\.?:?\s*$", re.I)
# What may stand about an identifier without asking for anything else.
_ASKING = frozenset(
    tokenize("say said says about decide decided agree agreed happened show tell find")
)
_QUOTED = re.compile(r"[\"“]([^\"“”]+)[\"”]")


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
    """Groups, those of items that are named first, newest meeting first.

    `searched_for`: the text with its words as they were read, where that differs from what was
    typed.
    """

    groups: tuple[LookupGroup, ...]
    searched_for: str | None = None


@dataclass(frozen=True)
class Identified:
    """Items that a text names by number or reference, and the words that it holds beside."""

    keys: frozenset[Key]
    words: tuple[str, ...]
    unique: bool  # by a reference, or by a number with the meeting that is meant
    alone: bool  # nothing else is asked


class Catalogue:
    """By what the items and meetings of an index are called; made once and kept with it."""

    def __init__(self, index: Index) -> None:
        meetings = index.meetings()
        newest = sorted(meetings, key=lambda m: (m.date or "", m.id), reverse=True)
        self.age = {meeting.id: place for place, meeting in enumerate(newest)}
        rows = index.rows()
        self.item_of: dict[Key, int] = {}
        self.item_no = np.fromiter(
            (self.item_of.setdefault(key, len(self.item_of)) for key in rows), np.int32, len(rows)
        )
        self.keys = list(self.item_of)
        self.item_age = np.fromiter((self.age[id] for id, _ in self.keys), np.int64, len(self.keys))
        self.keys_of: dict[str, list[Key]] = {}
        for key in self.keys:
            self.keys_of.setdefault(key[0], []).append(key)
        self.numbers: dict[str, list[Key]] = {}
        self.references: dict[str, list[Key]] = {}
        for meeting_id, place, number, references in index.item_labels():
            if number:
                self.numbers.setdefault(bare(number), []).append((meeting_id, place))
            for reference in {bare(one) for one in references}:
                # A bare number is another minute that is cited.
                if not reference.isdigit():
                    self.references.setdefault(reference, []).append((meeting_id, place))
        self.about: dict[str, set[str]] = {}
        called = {(m.body, m.council): _names(m.body, m.council) for m in meetings}
        for meeting in meetings:
            for word in called[meeting.body, meeting.council] | _days(meeting.date):
                self.about.setdefault(word, set()).add(meeting.id)

    def meetings_called(self, words: Iterable[str]) -> set[str] | None:
        """Meetings whose body, council and day hold all words; None without words."""
        found: set[str] | None = None
        for word in words:
            held = self.about.get(word, set())
            found = set(held) if found is None else found & held
        return found


_catalogues: WeakKeyDictionary[Index, Catalogue] = WeakKeyDictionary()


def catalogue(index: Index) -> Catalogue:
    """The catalogue of an index; two threads may both make it, to the same effect."""
    found = _catalogues.get(index)
    if found is None:
        found = _catalogues[index] = Catalogue(index)
    return found


def lookup(index: Index, text: str, limit: int = 50) -> LookupResult:
    """Items that hold every word of a text, the last word perhaps unfinished, newest first.

    Items whose own number or reference is named come first. Words in quotation marks stand
    together. Where nothing holds every word, words that the index does not know are read as their
    nearest spelling.
    """
    text = " ".join(text[:LONGEST].split())
    words = list(dict.fromkeys(tokenize(_COMMAND.sub(" ", text)) or tokenize(text)))
    if not words:
        return LookupResult(())
    known = catalogue(index)
    searched_for = None
    held = _holding(index, known, words)
    called = known.meetings_called(words) or set()
    named = identify(index, text)
    if not (len(held) or called or named.keys):
        spelled, read = _respelled(index, text)
        if spelled != text:
            words, searched_for = list(dict.fromkeys(read)), spelled
            held = _holding(index, known, words)
            called = known.meetings_called(words) or set()
    exact = set(named.keys)
    exact |= {key for meeting in called for key in known.keys_of.get(meeting, ())}
    oldest_last = np.lexsort((held, known.item_age[held]))
    keys = chain(
        sorted(exact, key=lambda key: (known.age[key[0]], key[1])),
        (key for key in (known.keys[n] for n in held[oldest_last]) if key not in exact),
    )
    phrases = [fold(" ".join(phrase.split())) for phrase in _QUOTED.findall(text)]
    hits: list[LookupHit] = []
    forms = [_form(word) for word in words]
    for key in keys:
        if phrases and not _says(index, key, phrases):
            continue
        hits.append(_hit(index, key, forms, exact=key in exact))
        if len(hits) == limit:
            break
    return LookupResult(_grouped(index, hits), searched_for)


def identify(index: Index, text: str) -> Identified:
    """The items that a text names by their number or a reference, in any spelling.

    A number is one where "item", "minute" or the like stands before it, where it is more than
    digits, or where it is the whole text. Of several items of that number those are meant whose
    meeting the other words call; else those that hold the other words; else all.
    """
    known = catalogue(index)
    chunks = [(m.start(), m.end()) for m in re.finditer(r"[^\s,;:?!]+", text[:LONGEST])]
    found: set[Key] = set()
    numbered: set[Key] = set()
    used: set[int] = set()
    for length in range(min(WINDOW, len(chunks)), 0, -1):
        for first in range(len(chunks) - length + 1):
            window = range(first, first + length)
            if used & set(window):
                continue
            start, end = chunks[first][0], chunks[window[-1]][1]
            said = text[start:end].rstrip(".")
            name = bare(said)
            if not any(char.isdigit() for char in name):
                continue
            if keys := known.references.get(name):
                found.update(keys)
            elif (keys := known.numbers.get(name)) and (
                _NUMBERED.search(text[:start])
                or len(chunks) == length
                or (len(name) > 3 and re.search(r"[/.(]|[^\W\d_]", said))
            ):
                numbered.update(keys)
            else:
                continue
            used.update(window)
    rest = " ".join(text[a:b] for place, (a, b) in enumerate(chunks) if place not in used)
    words = tuple(dict.fromkeys(tokenize(_COMMAND.sub(" ", rest))))
    unique = bool(found)
    if numbered:
        about = [word for word in words if word in known.about]
        called = known.meetings_called(about)
        within = {key for key in numbered if called is None or key[0] in called}
        if len(about) < len(words):
            holding = {known.keys[number] for number in _holding(index, known, words)}
            within = within & holding or within
        unique = unique or len(within) == 1 or (called is not None and len(within) <= WINDOW)
        found |= within
    others = [word for word in words if word not in known.about and word not in _ASKING]
    return Identified(frozenset(found), words, unique, not others)


def rows_named(index: Index, identified: Identified) -> frozenset[int]:
    """The rows of the passages of items that are certainly meant."""
    if not identified.unique:
        return frozenset()
    known = catalogue(index)
    numbers = [known.item_of[key] for key in identified.keys if key in known.item_of]
    return frozenset(map(int, np.flatnonzero(np.isin(known.item_no, numbers))))


def bare(name: str) -> str:
    """An identifier without case and whatever is neither letter nor digit."""
    return "".join(char for char in fold(name) if char.isalnum())


def _names(body: str | None, council: str | None) -> set[str]:
    short = abbreviations(body) if body else ()
    return set(tokenize(" ".join((body or "", council or "", *short))))


def _days(iso: str | None) -> set[str]:
    """The ways in which a day is written, as words."""
    if iso is None:
        return set()
    day = date.fromisoformat(iso)
    figures = f"{day:%d/%m/%Y} {day.day}/{day.month}/{day.year} {day:%d.%m.%Y} {iso}"
    return set(tokenize(f"{figures} {day:%B} {day:%b} {day.year} {day.day}"))


def _holding(index: Index, known: Catalogue, words: Sequence[str]) -> np.ndarray:
    """Numbers of the items that hold every word in heading or text; the last may be unfinished."""
    found = np.arange(len(known.keys))
    for place, word in enumerate(words):
        rows = [index.postings(word)]
        if place == len(words) - 1 and len(word) > 2:
            rows += [index.postings(longer) for longer in index.words_beginning(word)[:BEGINNINGS]]
        holds = np.zeros(len(known.keys), bool)
        for some in rows:
            holds[known.item_no[some]] = True
        found = found[holds[found]]
        if not len(found):
            break
    return found


def _respelled(index: Index, text: str) -> tuple[str, list[str]]:
    """The text with each unknown word in its nearest spelling, and the words of that."""
    spelled: list[str] = []
    words: list[str] = []
    for chunk in text.split():
        tokens = tokenize(_COMMAND.sub(" ", chunk))
        near = None
        if tokens and not any(len(index.postings(token)) for token in tokens):
            near = nearest_word(index, chunk)
        spelled.append(near.word if near else chunk)
        words += [near.token] if near else tokens
    return " ".join(spelled), words


def _says(index: Index, key: Key, phrases: Sequence[str]) -> bool:
    """Whether the item says all phrases word for word."""
    item = index.item(*key) if key[1] >= 0 else None
    paragraphs = index.paragraphs(*key)
    text = " ".join(" ".join(p.text.split()) for p in paragraphs)
    text = fold(f"{item.title if item else ''} {text}")
    return all(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) for phrase in phrases)


def _form(word: str) -> re.Pattern[str]:
    """Finds a stem in a text: "librari" in "Library"."""
    begin = word[:-1] if len(word) > 3 and word[-1] in "iy" else word
    return re.compile(rf"(?<![^\W_]){re.escape(begin)}", re.I)


def _hit(index: Index, key: Key, forms: Sequence[re.Pattern[str]], *, exact: bool) -> LookupHit:
    meeting_id, place = key
    item: StoredItem | None = index.item(meeting_id, place) if place >= 0 else None
    best = max(
        index.paragraphs(meeting_id, place),
        key=lambda paragraph: sum(bool(form.search(paragraph.text)) for form in forms),
        default=None,
    )
    return LookupHit(
        meeting_id,
        place,
        item.number if item else None,
        item.title if item else "Opening of the minutes",
        best.page if best else item.page if item else None,
        _snippet(best.text, forms) if best else "",
        exact,
    )


def _snippet(text: str, forms: Sequence[re.Pattern[str]]) -> str:
    """About 160 characters around the first word that was looked for."""
    text = " ".join(text.split())
    at = min((match.start() for form in forms if (match := form.search(text))), default=0)
    start = max(0, at - SNIPPET // 3)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + SNIPPET)
    end = text.find(" ", end) if end < len(text) and text.find(" ", end) > 0 else len(text)
    return f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}"


def _grouped(index: Index, hits: Sequence[LookupHit]) -> tuple[LookupGroup, ...]:
    """Hits by meeting, in the order in which the meetings come up; named items first."""
    by_meeting: dict[str, list[LookupHit]] = {}
    for hit in hits:
        by_meeting.setdefault(hit.meeting_id, []).append(hit)
    return tuple(
        LookupGroup(
            index.meeting(id),
            tuple(sorted(found, key=lambda hit: (not hit.exact, hit.place))),
        )
        for id, found in by_meeting.items()
    )
