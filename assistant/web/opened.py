"""The assistant that the pages share, and what stands in its place where there is no index."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from assistant.amended import amending_sentences
from assistant.assistant import Assistant
from assistant.history import Matters
from assistant.llm import load_llm
from assistant.web import plain
from assistant.web.plain import block
from assistant.wording import clean, count, spoken_date
from ingest.errors import IndexMissing, MinutesError
from ingest.index import Index
from ingest.settings import load_settings

FIRST_DAY, LAST_DAY = date(1800, 1, 1), date(2199, 12, 31)


@st.cache_resource(show_spinner="Opening the minutes …")
def _load(folder: Path) -> Assistant:
    assistant = Assistant(folder, llm=load_llm(load_settings()))
    amending_sentences(assistant.corpus)  # else the first answer that quotes would wait for it
    return assistant


def open_assistant() -> Assistant:
    """The assistant of this process; where there are no minutes, the page says what to do."""
    folder = load_settings().index.absolute()
    try:
        assistant = _load(folder)
        if len(assistant.corpus):
            return assistant
    except IndexMissing:
        pass
    except MinutesError as error:
        st.title("The minutes cannot be opened")
        plain.show([block("p", str(error), css="note")], "problem")
        st.stop()
    _explain_empty(folder)
    st.stop()


def open_matters() -> Matters:
    """The items of the open index by title and reference, made once for each generation."""
    index = open_assistant().corpus.index
    matters: Matters = _matters(str(index.folder), index.generation, index)
    return matters


@st.cache_resource(show_spinner=False, max_entries=2)
def _matters(folder: str, generation: int, _index: Index) -> Matters:
    return Matters(_index)


def _explain_empty(folder: Path) -> None:
    st.title("No minutes yet")
    plain.show(
        [
            block("p", "Nothing has been read into this index, so there is nothing to ask."),
            block(
                "p",
                "Bring minutes in: PDF, Word, web pages, text, ZIP. Upload them on the page "
                "“Bring in”, or read a folder in a terminal:",
            ),
        ],
        "empty",
    )
    st.code(clean(f'minutes ingest FOLDER --index "{folder}"'), language=None, wrap_lines=True)
    plain.show(
        [
            block("p", "Only trying it out? “make run” reads the bundled sample minutes."),
            block("p", "This page finds new minutes by itself; look again once they are read."),
        ],
        "empty_sample",
    )
    st.button("Look again")


def describe_holdings(index: Index) -> str:
    """ "36 meetings of 10 bodies, 17 May 2023 to 11 March 2025"."""
    meetings = index.meetings()
    days = sorted(meeting.date for meeting in meetings if meeting.date)
    bodies = len({meeting.body for meeting in meetings if meeting.body})
    noun = "body" if bodies == 1 else "bodies"
    period = (
        ", " + " to ".join(map(spoken_date, dict.fromkeys((days[0], days[-1])))) if days else ""
    )
    return f"{count(len(meetings), 'meeting')} of {bodies} {noun}{period}"


def choose_body(key: str) -> str | None:
    """A control that limits to one body; None is all of them."""
    names = sorted(open_assistant().corpus.bodies.names)
    return (
        st.selectbox("Body", ["", *names], format_func=lambda name: name or "All bodies", key=key)
        or None
    )


def choose_day(label: str, key: str) -> date | None:
    """A control for a day; none is chosen at first."""
    return st.date_input(label, None, FIRST_DAY, LAST_DAY, key=key, format="DD/MM/YYYY")
