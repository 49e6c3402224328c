"""What became of a matter: a timeline over all meetings and bodies."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.history import Step
from assistant.web import plain
from assistant.web.citation import show_source, step_row
from assistant.web.opened import open_matters
from assistant.web.plain import Block, block
from assistant.wording import count

LONGEST = 200


def show() -> None:
    """Lay the page out."""
    st.title("History of a matter")
    _search()


@st.fragment
def _search() -> None:
    text = st.text_input(
        "Words of a title, or a reference",
        key="history",
        max_chars=LONGEST,
        type="search",
        live=True,
        placeholder="For example: a street, a project, a planning reference",
    )
    if text and text.strip():
        steps = open_matters().of_text(text)
        blocks = timeline(steps)
    else:
        steps = []
        told = "Every item with these words in its title, and what its references lead to."
        blocks = [block("p", f"{told} Oldest first, over all bodies.", css="lead")]
    if text and text.strip() and not steps:
        blocks = [block("p", "No item has such a title or reference.", css="note")]
    pressed = plain.show(blocks, "history_steps", results_for=text or "")
    if pressed:
        meeting_id, _, number = pressed.rpartition(".")
        show_source(meeting_id, int(number))


def timeline(steps: Sequence[Step]) -> list[Block]:
    """The steps of a matter with what was decided at each."""
    bodies = len({step.meeting.body for step in steps})
    noun = "body" if bodies == 1 else "bodies"
    told = f"{count(len(steps), 'item')} of {bodies} {noun}, oldest first."
    return [block("p", told, css="meta"), *(step_row(step) for step in steps)]
