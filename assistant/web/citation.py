"""The drawer that a marker opens: the quoted words in their item, and the page as printed."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import streamlit as st

from assistant.history import Step
from assistant.original import PagePicture, draw_pages, file_to_hand_out
from assistant.register import whole_text
from assistant.source import (
    Source,
    carried_by,
    cite,
    find_words,
    open_source,
    quote_and_cite,
    same_item,
)
from assistant.web import plain
from assistant.web.browser import link
from assistant.web.opened import open_assistant, open_matters
from assistant.web.plain import Block, Part, block, web_address
from assistant.wording import spoken_date
from ingest.errors import UnreadableSource
from ingest.index import Index

AROUND = 2  # paragraphs shown before and after the quoted ones
STEPS = 9  # of a history
PICTURES = 8  # drawn pages that a process keeps


class _Opened(NamedTuple):
    meeting_id: str
    place: int
    quote: str = ""
    passage_id: str = ""
    words: str = ""


def show_source(
    meeting_id: str, place: int, quote: str = "", passage_id: str = "", *, words: str = ""
) -> None:
    """Show an item with the quoted words highlighted; without a quote, the whole of it.

    words: what was looked up, highlighted wherever it stands in the item.
    """
    st.session_state["drawer"] = _Opened(meeting_id, place, quote, passage_id, words)
    _drawer()


@st.dialog("Source", position="right", width="medium")
def _drawer() -> None:
    index = open_assistant().corpus.index
    opened: _Opened = st.session_state["drawer"]
    try:
        source = open_source(index, *opened[:4])
    except KeyError:
        plain.show([block("p", "These minutes are no longer in the index.")], "gone")
        return
    key = f"{opened.meeting_id}_{opened.place}"
    _go(plain.show([*_heading(index, source), _actions(source)], f"source_heading_{key}"))
    quoted = source.quoted
    first, last = max(0, quoted.start - AROUND), min(len(source.paragraphs), quoted.stop + AROUND)
    if last - first < len(source.paragraphs):
        label = f"Show all {len(source.paragraphs)} paragraphs of the item"
        if st.toggle(label, key=f"whole_{key}"):
            first, last = 0, len(source.paragraphs)
    if opened.words:
        found = (find_words(shown.text, opened.words) for shown in source.paragraphs)
        shown = zip(source.paragraphs, found, strict=True)
        source = replace(source, paragraphs=tuple(replace(p, marks=m) for p, m in shown))
    text = [*_paragraphs(source, first, last), *_decisions(source)]
    plain.show(text, f"source_text_{key}", reveal=bool(opened.quote or opened.words))
    _printed_page(index, source, opened.quote)
    _go(plain.show(_matter(source), f"source_matter_{key}"))
    _go(plain.show(_origin(index, source), f"source_origin_{key}"))
    _download(index, source)


def _go(pressed: str | None) -> None:
    """Open another item in the drawer that is open."""
    if pressed:
        meeting_id, _, place = pressed.rpartition(".")
        st.session_state["drawer"] = _Opened(meeting_id, int(place))
        st.rerun(scope="fragment")


def _heading(index: Index, source: Source) -> list[Block]:
    meeting = source.meeting
    council = meeting.council if meeting.council != meeting.body else None
    where = [meeting.body or "Body unknown", *([council] if council else [])]
    where.append(spoken_date(meeting.date))
    if source.page:
        where.append(f"page {source.page}")
    tags = [Part(meeting.status, css="tag")] if meeting.status else []
    blocks = [
        block("h3", source.title, css="title"),
        block("p", *tags, Part(" · ".join(where), css="meta")),
        *(block("p", f"Note: {note}", css="note") for note in source.notes),
    ]
    if newer := source.superseded_by:
        place = same_item(index, source.item, newer.id) if source.item else -1
        to = f"{newer.id}.{-1 if place is None else place}"
        blocks.append(block("p", Part("Open the confirmed minutes", "action", press=to)))
    return blocks


def _actions(source: Source) -> Block:
    controls = [Part("Copy citation", css="action", copy=cite(source))]
    if any(shown.marks for shown in source.paragraphs):
        controls.append(Part("Copy quotation", css="action", copy=quote_and_cite(source)))
    address = link(item=f"{source.meeting.id}.{source.place}")
    controls.append(Part("Copy link", css="action", copy=address, label="Copy link to this item"))
    if original := web_address(source.url):
        controls.append(Part("Open the original (new tab)", css="action", href=original))
    return block("p", *controls)


def _paragraphs(source: Source, first: int, last: int) -> list[Block]:
    blocks = [block("p", "…", css="context")] if first else []
    page = None
    for shown in source.paragraphs[first:last]:
        parts: list[Part] = []
        if shown.page and shown.page != page:
            parts.append(Part(f"page {shown.page}", css="page"))
            page = shown.page
        at = 0
        for start, end in shown.marks:
            parts += [Part(shown.text[at:start]), Part(shown.text[start:end], mark=True)]
            at = end
        parts.append(Part(shown.text[at:]))
        blocks.append(block("p", *parts, css="minutes" if shown.marks else "minutes context"))
    if not source.paragraphs:
        blocks.append(block("p", "The minutes have no text under this heading."))
    return [*blocks, *([block("p", "…", css="context")] if last < len(source.paragraphs) else [])]


def _decisions(source: Source) -> list[Block]:
    if not source.item or not source.item.decisions:
        return []
    blocks = [block("h3", "Decisions")]
    for decision in source.item.decisions:
        kind = Part(decision.kind.capitalize(), css="tag strong")
        blocks.append(block("p", kind, Part(decision.text), css="minutes decision"))
        if who := carried_by(decision):
            blocks.append(block("p", Part(who, css="meta")))
    return blocks


def _printed_page(index: Index, source: Source, quote: str) -> None:
    """The page of a PDF as a picture; says why where it cannot be shown."""
    meeting = source.meeting
    if not source.page or not meeting.source.lower().endswith(".pdf"):
        return
    plain.show([block("h3", "The printed page")], "printed_heading")
    try:
        with st.spinner("Drawing the page …"):
            pictures = _draw(
                str(index.folder), index.generation, index, meeting.id, source.page, quote
            )
    except UnreadableSource as error:
        plain.show([block("p", f"Note: {error}", css="note")], "printed_gone")
        return
    for picture in pictures:
        about = f"Page {picture.page} of the minutes as printed"
        if picture.marked:
            about += "; a bar in the margin stands beside the quoted words"
        elif quote and not picture.has_text:
            about += "; it is a scan, so the quoted words are not marked on it"
        elif quote:
            about += "; the quoted words were not found on the picture"
        st.image(picture.jpeg, width="stretch", alt=about)
        plain.show([block("p", f"{about}.", css="meta")], f"printed_{picture.page}")


@st.cache_data(show_spinner=False, max_entries=PICTURES)
def _draw(
    folder: str, generation: int, _index: Index, meeting_id: str, page: int, quote: str
) -> list[PagePicture]:
    return draw_pages(_index, _index.meeting(meeting_id), page, quote)


def _matter(source: Source) -> list[Block]:
    """What came before the item and after it in the same matter, as a timeline."""
    steps = open_matters().of_item(source.meeting.id, source.place)
    here = next((n for n, s in enumerate(steps) if s.item == source.item), 0)
    first = max(0, min(here - STEPS // 2, len(steps) - STEPS))
    shown = steps[first : first + STEPS]
    if not shown:
        return []
    blocks = [block("h3", "History of this matter")]
    if len(shown) < len(steps):
        told = f"{len(shown)} of {len(steps)} items; the History page finds all by the title."
        blocks.append(block("p", told, css="meta"))
    return [*blocks, *(step_row(step, here=step.item == source.item) for step in shown)]


def _origin(index: Index, source: Source) -> list[Block]:
    meeting, item = source.meeting, source.item
    lines = [block("h3", "Where this stands"), block("p", cite(source))]
    if item and item.references:
        lines.append(block("p", "References: " + ", ".join(item.references), css="meta"))
    files = ", ".join((meeting.source, *meeting.also))
    lines.append(block("p", f"File: {files}", css="file"))
    places = {held.place for held in index.items(meeting.id)}
    beside = [
        Part(label, "action", press=f"{meeting.id}.{place}")
        for label, place in (("Previous item", source.place - 1), ("Next item", source.place + 1))
        if place in places
    ]
    return [*lines, *([block("p", *beside)] if beside else [])]


def _download(index: Index, source: Source) -> None:
    try:
        file = file_to_hand_out(index, source.meeting)
    except UnreadableSource as error:
        plain.show([block("p", str(error), css="meta")], "original_gone")
        return
    st.download_button(
        "Download the original file", file.read_bytes, file.name, on_click="ignore", key="original"
    )


def step_row(step: Step, *, here: bool = False) -> Block:
    """One step: day and title, the body, what was decided, and why it is in the list."""
    meeting, item = step.meeting, step.item
    where = [meeting.body or "Body unknown", *([f"item {item.number}"] if item.number else [])]
    lines = [", ".join(where) + (f" (page {item.page})" if item.page else "")]
    lines += [f"{d.kind.capitalize()}: {whole_text(d)}" for d in item.decisions]
    if step.why != "title":
        lines.append(f"Also names {step.why}")
    title = f"{spoken_date(meeting.date)} · {item.title or 'Without a title'}"
    opens = f"{meeting.id}.{item.place}"
    if here:
        return block(
            "li", Part(f"{title} (this item)", "row here", lines[0], press=opens), css="step"
        )
    return block("li", Part(title, "row", "\n".join(lines), press=opens), css="step")
