"""What stands behind a citation: the item in its meeting, the quoted words found in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.terminal import spoken_date
from ingest.index import Index, StoredItem, StoredMeeting

CUT_OFF = "The source is cut off here; see the full minutes."
DRAFT = "These minutes are a draft."
OPTICAL = "Read from a scan by character recognition; check the original."
UNDATED = "The date of the meeting is not known."


@dataclass(frozen=True)
class ShownParagraph:
    """A paragraph with the spans of characters that are quoted."""

    text: str
    page: int | None
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Source:
    """An item, or the opening of the minutes, as it is opened from a citation."""

    meeting: StoredMeeting
    item: StoredItem | None
    paragraphs: tuple[ShownParagraph, ...]

    @property
    def quoted(self) -> range:
        """The places of the paragraphs that hold quoted words; all where nothing is quoted."""
        held = [place for place, shown in enumerate(self.paragraphs) if shown.marks]
        return range(held[0], held[-1] + 1) if held else range(len(self.paragraphs))

    @property
    def page(self) -> int | None:
        """The page on which the quoted words begin, else that of the item."""
        for place in self.quoted:
            if (page := self.paragraphs[place].page) is not None:
                return page
        return self.item.page if self.item else None

    @property
    def url(self) -> str | None:
        return (self.item.url if self.item else None) or self.meeting.url

    @property
    def title(self) -> str:
        """ "Item 13: Provision of services", or that it is the opening of the minutes."""
        if self.item is None:
            return "Opening of the minutes"
        title = self.item.title or "Item without a title"
        return f"Item {self.item.number}: {title}" if self.item.number else title

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before relying on it."""
        meeting = self.meeting
        conditions = (
            (self.item is not None and self.item.truncated, CUT_OFF),
            (meeting.status == "draft", DRAFT),
            (meeting.ocr, OPTICAL),
            (meeting.date is None, UNDATED),
        )
        return tuple(text for holds, text in conditions if holds)


def open_source(
    index: Index, meeting_id: str, place: int, quote: str = "", passage_id: str = ""
) -> Source:
    """The item of a citation with its paragraphs; raises KeyError if the index has it no more."""
    meeting = index.meeting(meeting_id)
    item = index.item(meeting_id, place) if place >= 0 else None
    paragraphs = index.paragraphs(meeting_id, place)
    first, last = 0, len(paragraphs) - 1
    if passage_id:
        try:
            (passage,) = index.passages([passage_id])
            first, last = passage.first_paragraph, passage.last_paragraph
        except KeyError:  # the passage was cut anew by a later ingest
            pass
    texts = [paragraph.text for paragraph in paragraphs]
    marks = find_quote(texts[first : last + 1], quote)
    if not any(marks):
        first, marks = 0, find_quote(texts, quote)
    spans = dict(enumerate(marks, start=first))
    shown = (
        ShownParagraph(paragraph.text, paragraph.page, spans.get(number, ()))
        for number, paragraph in enumerate(paragraphs)
    )
    return Source(meeting, item, tuple(shown))


def find_quote(texts: Sequence[str], quote: str) -> list[tuple[tuple[int, int], ...]]:
    """Where a quote stands in consecutive texts, as spans of each; white space counts as one."""
    words = [
        (number, found.start(), found.group())
        for number, text in enumerate(texts)
        for found in re.finditer(r"\S+", text)
    ]
    wanted = " ".join(quote.split())
    begin = " ".join(word for _, _, word in words).find(wanted) if wanted else -1
    spans: list[tuple[tuple[int, int], ...]] = [()] * len(texts)
    if begin < 0:
        return spans
    position = 0
    for number, start, word in words:
        low = max(begin, position) - position
        high = min(begin + len(wanted), position + len(word)) - position
        if low < high:
            opened = spans[number][0][0] if spans[number] else start + low
            spans[number] = ((opened, start + high),)
        position += len(word) + 1
    return spans


def cite(source: Source) -> str:
    """A citation as a clerk would write it in a report."""
    meeting, item = source.meeting, source.item
    council = meeting.council if meeting.council != meeting.body else None
    parts = [part for part in (council, meeting.body) if part] or [meeting.source]
    draft = "draft minutes" if meeting.status == "draft" else "minutes"
    parts.append(f"{draft} of {spoken_date(meeting.date)}" if meeting.date else draft)
    if item and item.number:
        parts.append(f"item {item.number}")
    if item and item.title:
        parts.append(f"“{item.title}”")
    if source.page:
        parts.append(f"page {source.page}")
    return ", ".join(parts)


def in_words(confidence: float) -> str:
    """A calibrated confidence for people: how far they need to check."""
    if confidence >= 0.8:
        return "Well supported"
    return "Likely" if confidence >= 0.6 else "Check the source"
