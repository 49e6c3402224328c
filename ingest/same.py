"""One sitting in several sources: draft and final, two formats, two languages, filed twice."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, permutations

from ingest.bodies import canonical_names
from ingest.model import Meeting
from ingest.tokens import fold

SAME_WORDS = 0.8  # shared words from which two minutes of one sitting count as one text
DRAFT_WORDS = 0.5  # enough where one is the draft and the other the confirmed minutes
# Shared numbers from which two texts in two languages are one: the nine Welsh and English pairs of
# manordeilo-cy share 0.98 or more, 127 pairs of other minutes of one day 0.85 at most, those in
# two languages none. November 2026, minutes parse --json on those folders.
SAME_NUMBERS = 0.9
LEAST_NUMBERS = 20


@dataclass(frozen=True)
class Told:
    """What one source says of a meeting, as far as it tells that two are one."""

    source: str
    body: str | None
    date: str | None
    status: str | None
    language: str
    wording: str  # a digest of all words in order; empty without any
    words: Callable[[], str]  # the text, fetched only where two must be compared


def find_same(told: Sequence[Told]) -> list[set[str]]:
    """For each, the other sources of the same sitting.

    Two are the same when their wording is the same, or when their date agrees and they share most
    of their words (a good part of them where one is draft and the other confirmed), and their body
    unless one does not name it; or, in two languages, when they share nearly all their numbers.
    """
    alike: dict[str, list[int]] = {}
    dated: dict[str, list[int]] = {}
    for place, one in enumerate(told):
        if one.wording:
            alike.setdefault(one.wording, []).append(place)
        if one.date:
            dated.setdefault(one.date, []).append(place)
    also: list[set[str]] = [set() for _ in told]
    for first, second in (pair for group in alike.values() for pair in permutations(group, 2)):
        if told[first].source != told[second].source:
            also[first].add(told[second].source)
    for group in dated.values():
        counts: dict[int, Counter[str]] = {}
        for first, second in combinations(group, 2):
            one, other = told[first], told[second]
            if one.source == other.source or not _may_be_same(one, other):
                continue
            for place in (first, second):
                if place not in counts:
                    counts[place] = _counts(told[place].words())
            if _is_same(one, other, counts[first], counts[second]):
                also[first].add(other.source)
                also[second].add(one.source)
    return also


def _may_be_same(one: Told, other: Told) -> bool:
    """Whether body and language allow that two texts of one day are of one sitting."""
    if one.language != other.language or one.body is None or other.body is None:
        return True
    return fold(one.body) == fold(other.body)


def _counts(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", fold(text)))


def _is_same(one: Told, other: Told, words: Counter[str], others: Counter[str]) -> bool:
    successive = {one.status, other.status} == {"draft", "confirmed"}
    if _shared(words, others) >= (DRAFT_WORDS if successive else SAME_WORDS):
        return True
    numbers, more = _numbers(words), _numbers(others)
    return (
        one.language != other.language
        and min(numbers.total(), more.total()) >= LEAST_NUMBERS
        and _shared(numbers, more) >= SAME_NUMBERS
    )


def _shared(words: Counter[str], others: Counter[str]) -> float:
    return (words & others).total() / max(words.total(), others.total(), 1)


def _numbers(words: Counter[str]) -> Counter[str]:
    return Counter({word: count for word, count in words.items() if word.isdecimal()})


def wording_of(meeting: Meeting) -> str:
    """A digest of all words of a meeting in order; empty where it has none."""
    parts = [meeting.front, *(item.paragraphs for item in meeting.items)]
    wording = " ".join(" ".join(fold(p.text) for part in parts for p in part).split())
    return hashlib.sha256(wording.encode("utf-8", "replace")).hexdigest() if wording else ""


def link_meetings(meetings: Sequence[Meeting]) -> list[Meeting]:
    """The meetings with the other sources of the same sitting in `also`."""
    told = [
        Told(m.source, m.body, m.date, m.status, m.language, wording_of(m), partial(_text, m))
        for m in meetings
    ]
    return [
        replace(meeting, also=tuple(sorted(sources)))
        for meeting, sources in zip(meetings, find_same(told), strict=True)
    ]


def settle_names(meetings: Sequence[Meeting]) -> list[Meeting]:
    """The meetings with each body under its one name, where another is a slip of it."""
    right = canonical_names(Counter(meeting.body for meeting in meetings if meeting.body))
    return [
        replace(meeting, body=right.get(meeting.body or "", meeting.body)) for meeting in meetings
    ]


def _text(meeting: Meeting) -> str:
    parts = [meeting.front, *(item.paragraphs for item in meeting.items)]
    return "\n".join(paragraph.text for part in parts for paragraph in part)
