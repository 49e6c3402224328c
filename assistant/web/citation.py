"""The drawer that a marker opens: the quoted words in their item, and where that stands."""

from __future__ import annotations

import streamlit as st

from assistant.source import Source, cite, open_source
from assistant.terminal import spoken_date
from assistant.web import plain
from assistant.web.opened import open_assistant
from assistant.web.plain import Block, Part, block, web_address
from ingest.model import Decision

AROUND = 2  # paragraphs shown before and after the quoted ones


@st.dialog("Source", position="right", width="medium")
def show_source(meeting_id: str, place: int, quote: str = "", passage_id: str = "") -> None:
    """Show an item with the quoted words highlighted; without a quote, the whole of it."""
    index = open_assistant().corpus.index
    try:
        source = open_source(index, meeting_id, place, quote, passage_id)
    except KeyError:
        plain.show([block("p", "These minutes are no longer in the index.")], "gone")
        return
    quoted = source.quoted
    first, last = max(0, quoted.start - AROUND), min(len(source.paragraphs), quoted.stop + AROUND)
    clipped = last - first < len(source.paragraphs)
    plain.show(_heading(source), "source_heading")
    whole = clipped and st.toggle(f"Show all {len(source.paragraphs)} paragraphs of the item")
    if whole:
        first, last = 0, len(source.paragraphs)
    plain.show(
        [*_paragraphs(source, first, last), *_decisions(source), *_origin(source)],
        "source_text",
        reveal=bool(quote),
    )


def _heading(source: Source) -> list[Block]:
    meeting = source.meeting
    council = meeting.council if meeting.council != meeting.body else None
    where = [meeting.body or "Body unknown", *([council] if council else [])]
    where.append(spoken_date(meeting.date))
    if source.page:
        where.append(f"page {source.page}")
    tags = [Part(meeting.status, css="tag")] if meeting.status else []
    return [
        block("h3", source.title),
        block("p", *tags, Part(" · ".join(where), css="meta")),
        *(block("p", f"Note: {note}", css="note") for note in source.notes),
    ]


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
        blocks.append(block("p", *parts, css="" if shown.marks else "context"))
    if not source.paragraphs:
        blocks.append(block("p", "The minutes have no text under this heading."))
    return [*blocks, *([block("p", "…", css="context")] if last < len(source.paragraphs) else [])]


def _decisions(source: Source) -> list[Block]:
    if not source.item or not source.item.decisions:
        return []
    blocks = [block("h3", "Decisions")]
    for decision in source.item.decisions:
        kind = Part(decision.kind.capitalize(), css="tag strong")
        blocks.append(block("p", kind, Part(decision.text), css="decision"))
        if who := _who(decision):
            blocks.append(block("p", Part(who, css="meta")))
    return blocks


def _who(decision: Decision) -> str:
    """Proposer, seconder and vote in words, as far as the minutes give them."""
    said = []
    if decision.proposer:
        said.append(f"Proposed by {decision.proposer}")
    if decision.seconder:
        said.append(
            f"seconded by {decision.seconder}" if said else f"Seconded by {decision.seconder}"
        )
    if vote := decision.vote:
        figures = ((vote.for_, "for"), (vote.against, "against"), (vote.abstain, "abstaining"))
        said.append(", ".join(f"{number} {side}" for number, side in figures if number is not None))
    return "; ".join(part for part in said if part)


def _origin(source: Source) -> list[Block]:
    meeting, item = source.meeting, source.item
    place = item.place if item else -1
    base = (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/lookup")
    link = f"{base.removesuffix('/browse')}/?item={meeting.id}.{place}"
    controls = [
        Part("Copy citation", css="action", copy=cite(source)),
        Part("Copy link to this item", css="action", copy=link),
    ]
    if address := web_address(source.url):
        controls.append(Part("Open the original (new tab)", css="action", href=address))
    lines = [block("h3", "Where this stands"), block("p", cite(source))]
    if item and item.references:
        lines.append(block("p", "References: " + ", ".join(item.references), css="meta"))
    files = ", ".join((meeting.source, *meeting.also))
    return [*lines, block("p", f"File: {files}", css="file"), block("p", *controls)]
