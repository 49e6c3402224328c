"""The register of decisions: filtered, read in place, taken along as CSV or Excel."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assistant.register import KINDS, Entry, as_csv, as_excel, list_decisions, whole_text
from assistant.source import carried_by
from assistant.web import plain
from assistant.web.citation import show_source
from assistant.web.opened import choose_body, choose_day, open_assistant
from assistant.web.plain import Block, Part, block
from assistant.wording import count, place

SHOWN = 50  # decisions at a time
LONGEST = 100  # characters of words to look for
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show() -> None:
    """Lay the page out."""
    index = open_assistant().corpus.index
    st.title("Decisions")
    chosen = _filters()
    entries = list_decisions(index, **chosen)
    told = count(len(entries), "decision")
    if not entries:
        plain.show([block("p", "No decision fits these limits.", css="note")], "none")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        plain.show([block("p", f"{told}, newest first.", css="lead")], "told")
        st.download_button(
            "Download CSV", lambda: as_csv(entries), "decisions.csv", "text/csv", on_click="ignore"
        )
        st.download_button(
            "Download Excel", lambda: as_excel(entries), "decisions.xlsx", EXCEL, on_click="ignore"
        )
    _list(entries, repr(chosen))


def _filters() -> dict[str, Any]:
    left, right = st.columns(2)
    with left:
        body = choose_body("register_body")
        kinds = st.multiselect(
            "Outcome", KINDS, format_func=str.capitalize, placeholder="All outcomes", key="kinds"
        )
    with right:
        text = st.text_input(
            "Words in the decision", key="register_words", max_chars=LONGEST, live=True
        )
        days = st.columns(2)
        with days[0]:
            since = choose_day("Meetings from", "register_since")
        with days[1]:
            until = choose_day("Meetings to", "register_until")
    return {"body": body, "kinds": kinds, "text": text or "", "since": since, "until": until}


def _list(entries: list[Entry], chosen: str) -> None:
    shown = st.session_state.get("register_shown", (chosen, SHOWN))
    upto = shown[1] if shown[0] == chosen else SHOWN
    pressed = plain.show([_row(number, e) for number, e in enumerate(entries[:upto])], "register")
    if upto < len(entries):
        more = f"Show {min(SHOWN, len(entries) - upto)} more of {len(entries) - upto:,}"
        if st.button(more):
            st.session_state["register_shown"] = (chosen, upto + SHOWN)
            st.rerun()
    if pressed:
        entry = entries[int(pressed)]
        show_source(entry.item.meeting_id, entry.item.place, entry.decision.text)


def _row(number: int, entry: Entry) -> Block:
    meeting, item, decision = entry.meeting, entry.item, entry.decision
    where = place(meeting.body, meeting.date, item.number, "", item.page)
    draft = " (draft)" if meeting.status == "draft" else ""
    lines = [f"{where}{draft}", whole_text(decision), carried_by(decision)]
    title = f"{decision.kind.capitalize()}: {item.title or 'Without a title'}"
    return block(
        "li", Part(title, "row", "\n".join(line for line in lines if line), press=str(number))
    )
