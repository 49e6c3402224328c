"""One sitting in several sources: draft and final, two formats, two languages, filed twice."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ingest.model import Meeting
from ingest.tokens import fold

SAME_WORDS = 0.8  # shared words from which two minutes of one sitting count as one text
DRAFT_WORDS = 0.5  # enough where one is the draft and the other the confirmed minutes


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

    Two are the same when their wording is the same, or when body and date agree and they share
    most of their words, or a good part of them where one is draft and the other confirmed.
    """
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, one in enumerate(told):
        if one.wording:
            alike.setdefault((one.wording,), []).append(place)
        if one.body and one.date:
            alike.setdefault((fold(one.body), one.date), []).append(place)
    also: list[set[str]] = [set() for _ in told]
    for key, group in alike.items():
        if len(group) == 1:
            continue
        counts = {place: _counts(told[place].words()) for place in group} if len(key) > 1 else {}
        for first in group:
            for second in group:
                one, other = told[first], told[second]
                if one.source != other.source and (
                    len(key) == 1 or _is_same(one, other, counts[first], counts[second])
                ):
                    also[first].add(other.source)
    return also


def _counts(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", fold(text)))


def _is_same(one: Told, other: Told, words: Counter[str], others: Counter[str]) -> bool:
    shared = (words & others).total() / max(words.total(), others.total(), 1)
    successive = {one.status, other.status} == {"draft", "confirmed"}
    return shared >= (DRAFT_WORDS if successive else SAME_WORDS)


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


def _text(meeting: Meeting) -> str:
    parts = [meeting.front, *(item.paragraphs for item in meeting.items)]
    return "\n".join(paragraph.text for part in parts for paragraph in part)
