"""The page for looking something up while a meeting is going on: no model, no answer made up."""

from __future__ import annotations

import streamlit as st

from assistant.lookup import LONGEST, LookupGroup, LookupHit, LookupResult, lookup
from assistant.source import find_words
from assistant.web import plain
from assistant.web.citation import show_source
from assistant.web.opened import open_assistant
from assistant.web.plain import Block, Part, block
from assistant.wording import count, spoken_date

SHOWN = 50
PAUSE = "120ms"  # without a key, until what was typed is looked up; a look-up takes less


def show() -> None:
    """Lay the page out."""
    st.title("Look up")
    _search()


@st.fragment
def _search() -> None:
    index = open_assistant().corpus.index
    text = st.text_input(
        "Item number, report number, name or phrase",
        max_chars=LONGEST,
        key="lookup",
        type="search",
        live=PAUSE,
        placeholder="For example: item 4 march, a report number, a street",
    )
    groups: tuple[LookupGroup, ...] = ()
    if text and text.strip():
        result = lookup(index, text, SHOWN)
        groups = result.groups
        blocks = _found(result, result.searched_for or text)
    else:
        blocks = [
            block("p", "Items appear as you type, newest meeting first.", css="lead"),
            block(
                "p",
                "Enter opens the first item. Arrow down goes to the list, Enter opens the item "
                "that you are on, Escape closes it.",
                css="meta",
            ),
        ]
    pressed = plain.show(blocks, "found", results_for=text or "")
    if pressed:
        meeting_id, _, number = pressed.rpartition(".")
        named = {(h.meeting_id, h.place) for group in groups for h in group.hits if h.exact}
        words = "" if (meeting_id, int(number)) in named else text or ""
        show_source(meeting_id, int(number), words=words)


def _found(result: LookupResult, words: str) -> list[Block]:
    hits = sum(len(group.hits) for group in result.groups)
    if not hits:
        return [block("p", "Nothing in the minutes holds all of these words.", css="note")]
    told = f"The first {hits} items" if hits == SHOWN else count(hits, "item")
    told += f" in {count(len(result.groups), 'meeting')}"
    blocks = [block("p", told, css="meta")]
    if result.searched_for:
        blocks.append(block("p", f"Searched for: {result.searched_for}", css="meta"))
    for group in result.groups:
        meeting = group.meeting
        heading = f"{meeting.body or 'Body unknown'}, {spoken_date(meeting.date)}"
        blocks.append(block("h2", heading + (" (draft)" if meeting.status == "draft" else "")))
        blocks += [_row(hit, words) for hit in group.hits]
    return blocks


def _row(hit: LookupHit, words: str) -> Block:
    number = f"{hit.number}  " if hit.number else ""
    page = f" (page {hit.page})" if hit.page else ""
    opens = f"{hit.meeting_id}.{hit.place}"
    found = find_words(hit.snippet, words)
    title = f"{number}{hit.title}{page}"
    return block("li", Part(title, "row", hit.snippet, found=found, press=opens))
