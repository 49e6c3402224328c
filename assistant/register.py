"""The register of decisions: who decided what, when and how, over all minutes; CSV and Excel."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from assistant.wording import clean
from ingest.model import Decision, DecisionKind
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from ingest.index import Index, StoredItem, StoredMeeting

KINDS: tuple[DecisionKind, ...] = get_args(DecisionKind)
COLUMNS = (
    ("Date", 12),
    ("Council", 24),
    ("Body", 30),
    ("Item", 9),
    ("Title", 40),
    ("Outcome", 13),
    ("Decision", 80),
    ("Proposer", 20),
    ("Seconder", 20),
    ("For", 7),
    ("Against", 8),
    ("Abstaining", 10),
    ("Minutes", 11),
    ("Page", 6),
    ("Source", 40),
    ("Address", 40),
)
LONGEST_CELL = 32_000  # characters; Excel takes 32,767


@dataclass(frozen=True)
class Entry:
    """A decision with the item and the meeting in which it was taken."""

    meeting: StoredMeeting
    item: StoredItem
    decision: Decision


def choose_meetings(
    index: Index, body: str | None = None, since: date | None = None, until: date | None = None
) -> list[StoredMeeting]:
    """Meetings of a body and a period, oldest first, the undated at the end."""
    from ingest.bodies import same_body

    def fits(meeting: StoredMeeting) -> bool:
        name = meeting.body or ""
        if body and not (body.casefold() in name.casefold() or same_body(name, body)):
            return False
        if not (since or until):
            return True
        day = date.fromisoformat(meeting.date) if meeting.date else None
        return day is not None and (since or day) <= day <= (until or day)

    chosen = [meeting for meeting in index.meetings() if fits(meeting)]
    return sorted(chosen, key=lambda meeting: (meeting.date or "9", meeting.body or ""))


def sittings(meetings: Sequence[StoredMeeting]) -> list[StoredMeeting]:
    """The meetings in their order, each sitting once where several sources tell of it.

    Of those it is the confirmed minutes, in English, that name the body.
    """
    kept: list[StoredMeeting] = []
    for meeting in sorted(
        meetings, key=lambda one: (one.status == "draft", one.language != "en", one.body is None)
    ):
        if not any(meeting.source in other.also for other in kept):
            kept.append(meeting)
    chosen = {meeting.id for meeting in kept}
    return [meeting for meeting in meetings if meeting.id in chosen]


def list_decisions(
    index: Index,
    *,
    body: str | None = None,
    since: date | None = None,
    until: date | None = None,
    kinds: Collection[str] = (),
    text: str = "",
) -> list[Entry]:
    """Decisions, newest meeting first; `text`: only those that hold every word of it."""
    chosen = {m.id: n for n, m in enumerate(choose_meetings(index, body, since, until))}
    wanted = set(tokenize(text))
    found = [
        Entry(index.meeting(item.meeting_id), item, decision)
        for item in index.all_items()
        if item.meeting_id in chosen
        for decision in item.decisions
        if (not kinds or decision.kind in kinds)
        and (not wanted or wanted <= set(tokenize(_words(item, decision))))
    ]
    dated = [entry for entry in found if entry.meeting.date]
    undated = [entry for entry in found if not entry.meeting.date]
    dated.sort(key=lambda entry: (-chosen[entry.meeting.id], entry.item.place))
    return dated + undated


def _words(item: StoredItem, decision: Decision) -> str:
    said = (item.title, *item.references, decision.text, *decision.parts)
    return " ".join((*said, decision.proposer or "", decision.seconder or ""))


def rows(entries: Collection[Entry]) -> list[tuple[Any, ...]]:
    """One row a decision, in the order of COLUMNS; None where the minutes do not say."""
    return [
        (
            entry.meeting.date,
            entry.meeting.council,
            entry.meeting.body,
            entry.item.number,
            entry.item.title,
            entry.decision.kind,
            whole_text(entry.decision),
            entry.decision.proposer,
            entry.decision.seconder,
            *_votes(entry.decision),
            entry.meeting.status,
            entry.item.page,
            entry.meeting.source,
            entry.item.url or entry.meeting.url,
        )
        for entry in entries
    ]


def whole_text(decision: Decision) -> str:
    """The decision with those of its parts that its text does not hold already."""
    said = " ".join(decision.text.split())
    return " ".join([said, *(p for p in decision.parts if " ".join(p.split()) not in said)])


def _votes(decision: Decision) -> tuple[int | None, int | None, int | None]:
    vote = decision.vote
    return (vote.for_, vote.against, vote.abstain) if vote else (None, None, None)


def as_csv(entries: Collection[Entry]) -> bytes:
    """Comma-separated values that spreadsheets open as they stand: UTF-8 with its mark."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([name for name, _ in COLUMNS])
    for row in rows(entries):
        writer.writerow([_inert(clean(cell)) if isinstance(cell, str) else cell for cell in row])
    return file.getvalue().encode("utf-8-sig")


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.lstrip()[:1] in ("=", "+", "-", "@") else text


def as_excel(entries: Collection[Entry]) -> bytes:
    """A workbook with one sheet: the heading fixed, columns that can be filtered, real dates."""
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("Decisions")
    top = book.add_format({"valign": "top", "text_wrap": True})
    day = book.add_format({"valign": "top", "num_format": "d mmm yyyy", "align": "left"})
    bold = book.add_format({"bold": True, "bottom": 1})
    for column, (name, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, bold)
    table = rows(entries)
    for number, row in enumerate(table, start=1):
        for column, cell in enumerate(row):
            if column == 0 and cell:
                sheet.write_datetime(number, 0, date.fromisoformat(cell), day)
            elif isinstance(cell, int):
                sheet.write_number(number, column, cell, top)
            elif cell:  # text is written as text, never as a formula or a link
                shown = clean(cell)
                cut = shown if len(shown) <= LONGEST_CELL else f"{shown[:LONGEST_CELL]} … (cut off)"
                sheet.write_string(number, column, cut, top)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), len(COLUMNS) - 1)
    book.close()
    return file.getvalue()
