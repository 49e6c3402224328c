"""The page for looking something up while a meeting is going on: no model, no answer made up."""

from __future__ import annotations

import streamlit as st

from assistant.lookup import LONGEST, LookupHit, LookupResult, lookup
from assistant.terminal import count, spoken_date
from assistant.web import plain
from assistant.web.citation import show_source
from assistant.web.opened import open_assistant
from assistant.web.plain import Block, Part, block

SHOWN = 50


def show() -> None:
    """Lay the page out."""
    index = open_assistant().corpus.index
    st.title("Look up")
    text = st.text_input(
        "Item number, report number, name or phrase",
        max_chars=LONGEST,
        key="lookup",
        type="search",
        live=True,
        placeholder="For example: item 4 march, a report number, a street",
    )
    if not text.strip():
        plain.show(
            [block("p", "Items appear as you type, newest meeting first.", css="lead")], "hint"
        )
        return
    result = lookup(index, text, SHOWN)
    pressed = plain.show(_found(result), "found")
    if pressed:
        meeting_id, _, number = pressed.rpartition(".")
        show_source(meeting_id, int(number))


def _found(result: LookupResult) -> list[Block]:
    hits = sum(len(group.hits) for group in result.groups)
    if not hits:
        return [block("p", "Nothing in the minutes holds all of these words.", css="note")]
    told = f"The first {hits} items" if hits == SHOWN else count(hits, "item")
    blocks = [block("p", told, css="meta")]
    if result.searched_for:
        blocks.append(block("p", f"Searched for: {result.searched_for}", css="meta"))
    for group in result.groups:
        meeting = group.meeting
        heading = f"{meeting.body or 'Body unknown'}, {spoken_date(meeting.date)}"
        blocks.append(block("h2", heading + (" (draft)" if meeting.status == "draft" else "")))
        blocks += [_row(hit) for hit in group.hits]
    return blocks


def _row(hit: LookupHit) -> Block:
    number = f"{hit.number}  " if hit.number else ""
    page = f" (page {hit.page})" if hit.page else ""
    opens = f"{hit.meeting_id}.{hit.place}"
    return block("li", Part(f"{number}{hit.title}{page}", "row", hit.snippet, press=opens))
