"""What stands behind a citation: the item in its meeting, the quoted words found in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.amended import corrects_minutes
from assistant.answer_model import Citation
from assistant.wording import spoken_date
from ingest.index import Index, StoredItem, StoredMeeting
from ingest.model import Decision
from ingest.tokens import fold, tokenize

CUT_OFF = "The source is cut off here; see the full minutes."
DRAFT = "These minutes are a draft."
OPTICAL = "Read from a scan by character recognition; check the original."
UNDATED = "The date of the meeting is not known."
SUPERSEDED = "This draft is superseded: the confirmed minutes of the meeting are in {}."


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
    superseded_by: StoredMeeting | None = None

    @property
    def place(self) -> int:
        """The place of the item in its meeting; -1 is the opening of the minutes."""
        return self.item.place if self.item else -1

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
        """The address of the original as deep as it is known: of the item, else of the page."""
        if self.item and self.item.url:
            return self.item.url
        address = self.meeting.url
        if address and self.page and re.search(r"\.pdf(?:\?[^#]*)?$", address, re.I):
            return f"{address}#page={self.page}"
        return address

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
        newer = self.superseded_by
        conditions = (
            (self.item is not None and self.item.truncated, CUT_OFF),
            (meeting.status == "draft" and not newer, DRAFT),
            (newer is not None, SUPERSEDED.format(newer.source if newer else "")),
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
    return Source(meeting, item, tuple(shown), superseded_by(index, meeting))


def superseded_by(index: Index, meeting: StoredMeeting) -> StoredMeeting | None:
    """The confirmed minutes of the sitting of which these are a draft, where both are held."""
    if meeting.status != "draft":
        return None
    for other in index.meetings():
        if (
            other.source in meeting.also
            and other.status == "confirmed"
            and (other.date, other.body) == (meeting.date, meeting.body)
        ):
            return other
    return None


def same_item(index: Index, item: StoredItem, meeting_id: str) -> int | None:
    """The place of an item in another version of its minutes, by its title, then its number."""
    others = index.items(meeting_id)
    title = fold(item.title)
    by_title = [other.place for other in others if title and fold(other.title) == title]
    by_number = [other.place for other in others if item.number and other.number == item.number]
    return next(iter((*by_title, *by_number)), None)


def cautions(index: Index, citation: Citation) -> list[str]:
    """What is to be known of a citation at a glance: draft, superseded, cut off, scanned."""
    try:
        meeting = index.meeting(citation.meeting_id)
    except KeyError:
        return []
    status = "superseded draft" if superseded_by(index, meeting) else citation.status
    said = [status] if status else []
    return said + ["cut off"] * citation.truncated + ["scanned"] * citation.ocr


def quoted_decisions(index: Index, citation: Citation) -> list[Decision]:
    """The decisions of the cited item that the quote states, wholly or in part.

    Not those that only confirm minutes with a correction, which the answer tells of.
    """
    if corrects_minutes(citation.quote):
        return []
    try:
        decisions = index.item(citation.meeting_id, citation.place).decisions
    except KeyError:
        return []
    quote = " ".join(citation.quote.split())
    texts = [" ".join(decision.text.split()) for decision in decisions]
    return [d for d, text in zip(decisions, texts, strict=True) if text in quote or quote in text]


def carried_by(decision: Decision) -> str:
    """Proposer, seconder and vote in words, as far as the minutes give them."""
    said = []
    if decision.proposer:
        said.append(f"Proposed by {decision.proposer}")
    if decision.seconder:
        said.append(f"{'seconded' if said else 'Seconded'} by {decision.seconder}")
    if vote := decision.vote:
        figures = ((vote.for_, "for"), (vote.against, "against"), (vote.abstain, "abstaining"))
        said.append(", ".join(f"{number} {side}" for number, side in figures if number is not None))
    return "; ".join(part for part in said if part)


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


def find_words(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Where the words of a query stand in a text, in any inflection; the last may be unfinished."""
    wanted = tokenize(query)
    begun = re.sub(r"\W", "", fold(query.split()[-1])) if query.split() else ""
    return tuple(
        found.span()
        for found in re.finditer(r"[^\s\W](?:[^\s]*[^\s\W])?", text)
        if set(tokenize(found.group())) & set(wanted)
        or (len(begun) > 2 and fold(found.group()).startswith(begun))
    )


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
        inner = re.sub(
            r"[\"“]([^\"“”]*)[\"”]", r"‘\1’", item.title
        )  # quotation marks within others
        parts.append(f"“{inner}”")
    if source.page:
        parts.append(f"page {source.page}")
    return ", ".join(parts)


def quote_and_cite(source: Source) -> str:
    """The quoted words with their citation, as they are pasted into a report."""
    held = [source.paragraphs[place] for place in source.quoted]
    words = [shown.text[start:end] for shown in held for start, end in shown.marks]
    quoted = " ".join(" ".join(words).split())
    return f"“{quoted}” ({cite(source)})" if quoted else cite(source)


def in_words(confidence: float) -> str:
    """A calibrated confidence for people: how far they need to check."""
    if confidence >= 0.8:
        return "Well supported"
    return "Likely" if confidence >= 0.6 else "Check the source"


def odds_in_words(confidence: float) -> str:
    """A calibrated confidence as a share of ten answers."""
    share = min(9, max(1, round(10 * confidence)))
    return f"about {share} in 10 answers like this are right"
