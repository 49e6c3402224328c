"""The page for questions: a conversation whose markers open the minutes."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from assistant.answer_model import Answer, Citation, Retrieved, Turn
from assistant.assistant import LONGEST_QUESTION, Assistant
from assistant.export import FORMATS, TITLE
from assistant.feedback import REASONS, record_feedback
from assistant.retrieve import Filters
from assistant.source import carried_by, cautions, in_words, odds_in_words, quoted_decisions
from assistant.suggest import follow_ups, opening_questions
from assistant.terminal import nearest_items, place
from assistant.web import plain
from assistant.web.citation import show_source
from assistant.web.opened import (
    choose_body,
    choose_day,
    describe_holdings,
    open_assistant,
    open_matters,
)
from assistant.web.plain import Block, Part, block
from ingest.errors import WrongUse
from ingest.index import Index

NEAREST = 3
_MARKER = re.compile(r"\s*\[(\d+)\]")


def show() -> None:
    """Lay the page out."""
    assistant = open_assistant()
    answers: list[Answer] = st.session_state.setdefault("answers", [])
    filters = _filters()
    st.title("Ask the minutes")
    welcome = st.container()
    asked = st.chat_input("Ask about the minutes", max_chars=LONGEST_QUESTION) or _from_address()
    for number, answer in enumerate(answers):
        _turn(assistant, number, answer, newest=number == len(answers) - 1 and not asked)
    if asked:
        _ask(assistant, asked, answers, filters)
    elif not answers:
        with welcome:
            _welcome(assistant)
    offered = _offered(assistant, answers)
    if offered and (chosen := plain.show(_offer(offered), f"offer_{len(answers)}")):
        _ask(assistant, chosen, answers, filters)
        st.rerun()  # the questions that lead on follow the answer
    _conversation(answers)


def _filters() -> Filters:
    with st.sidebar:
        st.header("Limit the search")
        body = choose_body("body")
        since = choose_day("Meetings from", "since")
        until = choose_day("Meetings to", "until")
        if since and until and since > until:
            st.warning("The first day is after the last, so no meeting fits.")
    return Filters(body, since, until)


def _conversation(answers: list[Answer]) -> None:
    if not answers:
        return
    with st.sidebar:
        st.header("This conversation")
        st.button("New conversation", on_click=answers.clear, width="stretch")
        for suffix, kind in FORMATS.items():
            st.download_button(
                f"Download as {kind.name}",
                partial(kind.write, answers, TITLE),
                f"minutes-answers{suffix}",
                kind.mime,
                on_click="ignore",
                width="stretch",
            )


def _welcome(assistant: Assistant) -> None:
    holdings = describe_holdings(assistant.corpus.index)
    plain.show(
        [
            block("p", f"{holdings}.", css="lead"),
            block(
                "p",
                "Answers are quoted word for word. Every number in an answer opens the minutes at "
                "the quoted words; where the minutes do not say, so does the answer.",
                css="lead",
            ),
        ],
        "welcome",
    )


def _offered(assistant: Assistant, answers: list[Answer]) -> tuple[str, ...]:
    index = assistant.corpus.index
    if not answers:
        opening: tuple[str, ...] = _opening_questions(
            str(index.folder), index.generation, assistant
        )
        return opening
    kept = st.session_state.get("follow_ups")
    if kept is None or kept[0] is not answers[-1]:
        kept = answers[-1], follow_ups(assistant, answers[-1], open_matters())
        st.session_state["follow_ups"] = kept
    return tuple(kept[1])


@st.cache_data(show_spinner=False)
def _opening_questions(folder: str, generation: int, _assistant: Assistant) -> tuple[str, ...]:
    return opening_questions(_assistant)


def _offer(questions: tuple[str, ...]) -> list[Block]:
    return [block("li", Part(question, "row offer", press=question)) for question in questions]


def _from_address() -> str | None:
    """The question in the address (`?q=`), once; opens the item of `?item=`."""
    if named := st.query_params.get("item"):
        del st.query_params["item"]
        meeting_id, _, number = named.rpartition(".")
        if re.fullmatch(r"-1|\d{1,6}", number):
            show_source(meeting_id, int(number))
    question = st.query_params.get("q")
    if question:
        del st.query_params["q"]
    return question


def _ask(assistant: Assistant, question: str, answers: list[Answer], filters: Filters) -> None:
    """Answer a question below the earlier ones; the words appear as soon as they are known."""
    number = len(answers)
    _question(number, question, newest=True)
    history = [Turn(answer.question, answer.answer) for answer in answers]
    place, written = st.empty(), list[str]()

    def show_sentence(sentence: str) -> None:
        written.append(sentence)
        with place.container():
            plain.show([block("p", " ".join(written), css="answer")], f"writing_{len(written)}")

    try:
        with st.spinner("Reading the minutes …"):
            answer = assistant.ask(
                question,
                history=history,
                body=filters.body,
                since=filters.since,
                until=filters.until,
                show=show_sentence,
            )
    except WrongUse as error:
        plain.show([block("p", str(error), css="note")], "refused")
        return
    place.empty()
    answers.append(answer)
    _answered(assistant, number, answer)


def _turn(assistant: Assistant, number: int, answer: Answer, *, newest: bool) -> None:
    _question(number, answer.question, newest=newest)
    st.empty()  # where sentences stood while they were written: the answer keeps its place
    _answered(assistant, number, answer)


def _question(number: int, question: str, *, newest: bool) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        asked = [block("h2", question, css="question")]
        plain.show(asked, f"question_{number}", reveal=newest)


def _answered(assistant: Assistant, number: int, answer: Answer) -> None:
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        shown = _answer(assistant.corpus.index, answer)
        pressed = plain.show(shown, f"answer_{number}", live=True)
        _feedback(assistant, number, answer)
    if pressed:
        kind, at = pressed.split(":")
        if kind == "citation":
            cited = next(c for c in answer.citations if c.marker == int(at))
            show_source(cited.meeting_id, cited.place, cited.quote, cited.passage_id)
        else:
            near = nearest_items(answer.retrieved)[int(at)]
            show_source(near.meeting_id, near.place)


@st.fragment
def _feedback(assistant: Assistant, number: int, answer: Answer) -> None:
    index = assistant.corpus.index

    def record(verdict: Literal["up", "down"], reason: str | None = None, text: str = "") -> None:
        record_feedback(index.folder, answer, verdict, reason, text, generation=index.generation)

    key = f"verdict_{number}"
    thumb = st.feedback("thumbs", key=key, on_change=lambda: _thumbed(key, record))
    if thumb != 0:
        if thumb == 1:
            plain.show([block("p", "Thank you.", css="meta")], f"thanks_{number}")
        return
    with st.form(f"reason_{number}"):
        reason = st.selectbox("What is wrong with this answer?", REASONS, key=f"why_{number}")
        text = st.text_input("What would be right?", key=f"right_{number}", max_chars=1000)
        if st.form_submit_button("Send"):
            record("down", reason, text)
            plain.show([block("p", "Thank you; it is kept.", css="meta")], f"thanks_{number}")


def _thumbed(key: str, record: Callable[[Literal["up", "down"]], None]) -> None:
    if (thumb := st.session_state.get(key)) is not None:
        record("up" if thumb else "down")


def _answer(index: Index, answer: Answer) -> list[Block]:
    blocks = [
        block("p", *_with_markers(answer), css="answer" if answer.answered else "answer declined")
    ]
    if answer.standalone_question != answer.question:
        blocks.append(block("p", f"Searched for: {answer.standalone_question}", css="meta"))
    if answer.answered:
        words = Part(in_words(answer.confidence), css="tag strong")
        odds = odds_in_words(answer.confidence)
        blocks.append(block("p", words, Part(f"{odds[0].upper()}{odds[1:]}.", css="meta")))
    blocks += [block("p", f"Note: {warning}", css="note") for warning in answer.warnings]
    blocks += _decisions(index, answer)
    for change in answer.changes:
        verb = "replaced by its source" if change.replaced else "left out"
        blocks.append(block("li", f"A sentence was {verb}: {change.reason}", css="meta"))
    if answer.citations:
        blocks.append(block("h3", "Sources"))
        blocks += [_source_row(index, citation) for citation in answer.citations]
    elif answer.retrieved:
        blocks.append(block("h3", "Nearest items"))
        near = nearest_items(answer.retrieved)[:NEAREST]
        blocks += [_near_row(number, item) for number, item in enumerate(near)]
    return blocks


def _decisions(index: Index, answer: Answer) -> list[Block]:
    """What of the answer was decided, apart from what was said, and how it was carried."""
    decided = [(c, d) for c in answer.citations for d in quoted_decisions(index, c)]
    if not decided:
        return []
    blocks = [block("h3", "Decided" if len(decided) == 1 else "Decisions")]
    for citation, decision in decided:
        kind = Part(decision.kind.capitalize(), css="tag strong")
        how = carried_by(decision) or "The minutes name no proposer, seconder or vote."
        blocks.append(block("p", kind, Part(f"{how} "), _marker(citation), css="decision"))
    return blocks


def _with_markers(answer: Answer) -> list[Part]:
    """The answer's text, its markers as controls."""
    cited = {citation.marker: citation for citation in answer.citations}
    parts: list[Part] = []
    at = 0
    for found in _MARKER.finditer(answer.answer):
        citation = cited.get(int(found.group(1)))
        if citation is None:
            continue
        parts += [Part(answer.answer[at : found.start()] + " "), _marker(citation)]
        at = found.end()
    return [*parts, Part(answer.answer[at:])]


def _marker(citation: Citation) -> Part:
    label = f"Source {citation.marker}: {_where(citation)}"
    return Part(str(citation.marker), "marker", press=f"citation:{citation.marker}", label=label)


def _where(found: Citation | Retrieved) -> str:
    return place(found.body, found.date, found.item, found.title, found.page)


def _source_row(index: Index, citation: Citation) -> Block:
    tags = [*([citation.outcome] if citation.outcome else []), *cautions(index, citation)]
    title = f"{citation.marker}. {citation.title or 'Opening of the minutes'}"
    where = " · ".join([_meeting(citation), *tags])
    return block("li", Part(title, "row", where, press=f"citation:{citation.marker}"))


def _near_row(number: int, near: Retrieved) -> Block:
    title = near.title or "Opening of the minutes"
    return block("li", Part(title, "row", _meeting(near), press=f"near:{number}"))


def _meeting(found: Citation | Retrieved) -> str:
    return place(found.body, found.date, found.item, "", found.page)
