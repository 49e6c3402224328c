"""The page for leafing through: bodies, their meetings, the items of a meeting."""

from __future__ import annotations

import streamlit as st

from assistant.web import plain
from assistant.web.citation import show_source
from assistant.web.opened import describe_holdings, open_assistant
from assistant.web.plain import Block, Part, block
from assistant.wording import count, spoken_date
from ingest.index import Index, StoredItem, StoredMeeting


def show() -> None:
    """Lay the page out."""
    index = open_assistant().corpus.index
    st.title("Browse")
    plain.show([block("p", f"{describe_holdings(index)}.", css="lead")], "holdings")
    bodies = sorted({meeting.body or "" for meeting in index.meetings()})
    body = st.selectbox("Body", bodies, format_func=lambda name: name or "Body unknown")
    meetings = [meeting for meeting in index.meetings() if (meeting.body or "") == body]
    meetings.sort(key=lambda meeting: meeting.date or "", reverse=True)
    by_id = {meeting.id: meeting for meeting in meetings}
    chosen = st.selectbox("Meeting", list(by_id), format_func=lambda id: _name(by_id[id]))
    pressed = plain.show(_meeting(index, by_id[chosen]), "meeting")
    if pressed:
        show_source(chosen, int(pressed))


def _name(meeting: StoredMeeting) -> str:
    marks = [mark for mark in (meeting.status, "scanned" if meeting.ocr else None) if mark]
    return spoken_date(meeting.date) + (f" ({', '.join(marks)})" if marks else "")


def _meeting(index: Index, meeting: StoredMeeting) -> list[Block]:
    items = index.items(meeting.id)
    present = meeting.attendance.present
    blocks = [
        block("h2", f"{meeting.body or 'Body unknown'}, {_name(meeting)}"),
        block("p", f"{count(len(items), 'item')} · {meeting.source}", css="file"),
        *(block("p", f"Note: {warning}", css="note") for warning in meeting.warnings),
    ]
    if present:
        blocks.append(block("p", "Present: " + ", ".join(present), css="meta"))
    if index.paragraphs(meeting.id, -1):
        blocks.append(block("li", Part("Opening of the minutes", "row", press="-1")))
    return [*blocks, *(_row(item) for item in items)]


def _row(item: StoredItem) -> Block:
    kinds = dict.fromkeys(decision.kind for decision in item.decisions)
    tags = " · ".join([*kinds, *(["cut off"] * item.truncated)])
    number = f"{item.number}  " if item.number else ""
    return block(
        "li", Part(f"{number}{item.title or 'Without a title'}", "row", tags, press=str(item.place))
    )
