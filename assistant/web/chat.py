"""The page for questions: a conversation whose markers open the minutes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from assistant import conversations
from assistant.answer_model import Answer, Citation, Retrieved, Turn
from assistant.assistant import LONGEST_QUESTION, Assistant
from assistant.conversations import CONTEXT, REASONS, Conversation, KeptTurn, Said
from assistant.export import FORMATS, TITLE, as_text
from assistant.retrieve import Filters
from assistant.source import carried_by, cautions, in_words, odds_in_words, quoted_decisions
from assistant.suggest import follow_ups, opening_questions
from assistant.web import plain
from assistant.web.browser import link, remember, this_browser
from assistant.web.citation import show_source
from assistant.web.opened import (
    choose_body,
    choose_day,
    describe_holdings,
    open_assistant,
    open_matters,
)
from assistant.web.plain import Block, Part, block
from assistant.wording import count, nearest_items, place, spoken_date
from ingest.errors import MinutesError, WrongUse
from ingest.index import Index

NEAREST = 3
TURNS_SHOWN = 8  # of a conversation until more are asked for; a run of the page lays all out again
SHOWN = 20  # conversations of a list until more are asked for
LIMITS = ("body", "since", "until")
LONGEST_SEARCH = 100
PATIENCE_S = 5.0  # for others' answers, before the rest of the page is laid out
KEPT = "It is kept for those who look after the minutes. Press the thumb again to withdraw it."
_MARKER = re.compile(r"\s*\[(\d+)\]")


def show() -> None:
    """Lay the page out."""
    assistant = open_assistant()
    browser = this_browser()
    linked = _from_address(assistant)
    conversation = _current(assistant.corpus.index, browser)
    with st.sidebar:
        filters = _filters()
        held = st.container()
    st.title("Ask the minutes")
    welcome = st.container()
    asked = st.chat_input("Ask about the minutes", max_chars=LONGEST_QUESTION) or linked
    turns = _earlier(assistant.corpus.index, browser, conversation)
    places = [st.container() for _ in turns]  # kept for them: a new answer may come before
    earlier = partial(_lay_out, assistant.corpus.index, browser, turns, places)
    if asked and assistant.llm is None:  # so soon that the earlier ones, still on screen, can wait
        turns = _ask(assistant, browser, asked, turns, filters, earlier)
    elif asked:
        earlier()
        turns = _ask(assistant, browser, asked, turns, filters)
    elif turns:
        earlier(newest=turns[-1])
    else:
        with welcome:
            _welcome(assistant)
    with held:
        _conversations(assistant.corpus.index, browser, turns)
    offered = _offered(assistant, turns)
    last = turns[-1].id if turns else 0
    if offered and (chosen := plain.show(_offer(offered), f"offer_{last}")):
        _ask(assistant, browser, chosen, turns, filters)
        st.rerun()  # the questions that lead on follow the answer
    remember(browser)


def _from_address(assistant: Assistant) -> str | None:
    """The question in the address (`?q=`), once, with its limits; opens the item of `?item=`."""
    if named := st.query_params.get("item"):
        del st.query_params["item"]
        meeting_id, _, number = named.rpartition(".")
        if re.fullmatch(r"-1|\d{1,6}", number):
            show_source(meeting_id, int(number))
    question = st.query_params.get("q")
    if question is None:
        return None
    given = {name: st.query_params.get(name, "") for name in LIMITS}
    st.query_params.clear()
    _open(None)
    for name in ("since", "until"):
        try:
            st.session_state[name] = date.fromisoformat(given[name])
        except ValueError:
            st.session_state[name] = None
    known = given["body"] in assistant.corpus.bodies.names
    st.session_state["body"] = given["body"] if known else ""
    return question


def _current(index: Index, browser: str) -> str | None:
    """The id of the open conversation: the one in the address (`?c=`), else that of the session."""
    named = st.query_params.get("c")
    going_on: str | None = st.session_state.get("conversation")
    if st.session_state.get("came_from") != "ask":
        named = named or going_on  # the address is bare after another page
    if named != going_on:
        _open(named)
    if named:
        try:
            conversations.open_conversation(index.folder, browser, named)
        except KeyError:
            _open(None)
            told = "That conversation was deleted, or it is kept for another browser."
            plain.show([block("p", told, css="note")], "no_conversation")
            return None
        if st.query_params.get("c") != named:
            st.query_params["c"] = named
    return named


def _open(conversation: str | None) -> None:
    st.session_state["conversation"] = conversation
    st.session_state["turns_shown"] = TURNS_SHOWN
    if conversation:
        st.query_params["c"] = conversation
    elif "c" in st.query_params:
        del st.query_params["c"]


def _earlier(index: Index, browser: str, conversation: str | None) -> list[KeptTurn]:
    """The turns that are shown; a control above them shows more."""
    if conversation is None:
        return []
    shown = st.session_state.get("turns_shown", TURNS_SHOWN)
    turns = conversations.turns(index, browser, conversation, shown + 1)
    if len(turns) > shown:
        turns = turns[1:]
        more = {"turns_shown": shown + TURNS_SHOWN}
        st.button("Show earlier questions", on_click=st.session_state.update, kwargs=more)
    return turns


def _lay_out(
    index: Index,
    browser: str,
    turns: Sequence[KeptTurn],
    places: Sequence[DeltaGenerator],
    newest: KeptTurn | None = None,
) -> None:
    after = 0
    for turn, kept in zip(turns, places, strict=True):
        with kept:
            _turn(index, browser, turn, after, newest=turn is newest)
        after = turn.id


def _filters() -> Filters:
    st.header("Limit the search")
    body = choose_body("body")
    since = choose_day("Meetings from", "since")
    until = choose_day("Meetings to", "until")
    if since and until and since > until:
        st.warning("The first day is after the last, so no meeting fits.")
    return Filters(body, since, until)


def _conversations(index: Index, browser: str, turns: Sequence[KeptTurn]) -> None:
    """What the side bar holds of conversations: the open one, and the others to go back to."""
    current: str | None = st.session_state.get("conversation")
    if current and turns:
        st.button("New conversation", on_click=_open, args=(None,), width="stretch")
        _this_conversation(index, browser, current)
    _others(index, browser, current)


# What a control calls is kept for the life of a session, also when the control is gone: so these
# are functions of small values, where a closure would keep the answer and the whole index.


def _rename(folder: Path, browser: str, id: str) -> None:
    conversations.rename(folder, browser, id, st.session_state[f"name_{id}"])


def _delete(folder: Path, browser: str, id: str) -> None:
    conversations.delete(folder, browser, id)
    _open(None)


def _thumbed(folder: Path, browser: str, id: int) -> None:
    thumb = st.session_state[f"verdict_{id}"]
    given = None if thumb is None else Said("up" if thumb else "down")
    conversations.say(folder, browser, id, given)
    st.session_state[f"said_{id}"] = given


def _this_conversation(index: Index, browser: str, id: str) -> None:
    st.header("This conversation")
    opened = conversations.open_conversation(index.folder, browser, id)
    key = f"name_{id}"
    st.session_state.setdefault(key, opened.name)
    whose = index.folder, browser, id
    longest = conversations.LONGEST_NAME
    st.text_input("Name", key=key, max_chars=longest, on_change=_rename, args=whose)
    with st.container(horizontal=True):
        with st.popover("Download"):
            whole = partial(_whole, index, browser, id)
            for suffix, kind in FORMATS.items():
                st.download_button(
                    f"Conversation as {kind.name}",
                    partial(_written, suffix, whole, opened.name),
                    f"minutes-answers{suffix}",
                    kind.mime,
                    on_click="ignore",
                    width="stretch",
                )
        with st.popover("Delete"):
            told = "The questions and answers are deleted for good. Feedback that was sent stays."
            plain.show([block("p", told)], "deleting")
            st.button("Delete this conversation", on_click=_delete, args=whose, width="stretch")


def _whole(index: Index, browser: str, id: str) -> list[Answer]:
    every = conversations.open_conversation(index.folder, browser, id).turns
    return [turn.answer for turn in conversations.turns(index, browser, id, every)]


def _written(suffix: str, answers: Any, title: str) -> bytes:
    return FORMATS[suffix].write(answers(), title)


@st.fragment
def _others(index: Index, browser: str, current: str | None) -> None:
    """The conversations of this browser, to be searched and opened."""
    if not conversations.find(index.folder, browser):
        return
    st.header("Your conversations")
    words = st.text_input(
        "Search in them", key="conversations", max_chars=LONGEST_SEARCH, live=True
    )
    found = conversations.find(index.folder, browser, words or "", exempt=index.restricted)
    shown = st.session_state.get("conversations_shown", SHOWN)
    rows = [_conversation(one, here=one.id == current) for one in found[:shown]]
    none = [block("p", "No conversation holds all of these words.", css="note")]
    chosen = plain.show(rows or none, "conversations_found")
    if len(found) > shown:
        more = {"conversations_shown": shown + SHOWN}
        st.button("Show more", on_click=st.session_state.update, kwargs=more)
    if not current:
        kept = "They are kept on the server, for this browser alone."
        plain.show([block("p", kept, css="meta")], "kept")
    if chosen:
        _open(chosen)
        st.rerun()


def _conversation(one: Conversation, *, here: bool) -> Block:
    day = spoken_date(datetime.fromisoformat(one.changed).astimezone().date().isoformat())
    detail = f"{day}, {count(one.turns, 'question')}" + (" (open)" if here else "")
    css = "row kept here" if here else "row kept"
    return block("li", Part(one.name, css, detail, press=one.id))


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


def _offered(assistant: Assistant, turns: Sequence[KeptTurn]) -> tuple[str, ...]:
    index = assistant.corpus.index
    if not turns:
        opening: tuple[str, ...] = _opening_questions(
            str(index.folder), index.generation, assistant
        )
        return opening
    kept = st.session_state.get("follow_ups")
    if kept is None or kept[0] != turns[-1].id:
        kept = turns[-1].id, follow_ups(assistant, turns[-1].answer, open_matters())
        st.session_state["follow_ups"] = kept
    return tuple(kept[1])


@st.cache_data(show_spinner=False)
def _opening_questions(folder: str, generation: int, _assistant: Assistant) -> tuple[str, ...]:
    return opening_questions(_assistant)


def _offer(questions: tuple[str, ...]) -> list[Block]:
    return [block("li", Part(question, "row offer", press=question)) for question in questions]


def _ask(
    assistant: Assistant,
    browser: str,
    question: str,
    turns: list[KeptTurn],
    filters: Filters,
    then: Callable[[], None] = lambda: None,
) -> list[KeptTurn]:
    """Answer a question below the earlier ones; the words appear as soon as they are known.

    `then` lays out what can wait until the answer is on the screen.
    """
    after = turns[-1].id if turns else 0
    history = [Turn(turn.answer.question, turn.answer.answer) for turn in turns[-CONTEXT:]]
    limits, written = asdict(filters), list[str]()
    with st.container():  # every turn has one, and keeps its place in the runs to come
        _question(question, after=after, newest=True)
        place = st.empty()

        def show_sentence(sentence: str) -> None:
            written.append(sentence)
            with place.container():
                plain.show([block("p", " ".join(written), css="answer")], f"writing_{len(written)}")

        def pause() -> None:
            then()
            _let_others_first(assistant)

        try:
            with st.spinner("Reading the minutes …"):
                answer = assistant.ask(
                    question, history=history, show=show_sentence, cancelled=_left, **limits
                )
        except WrongUse as error:
            plain.show([block("p", str(error), css="note")], "refused")
            then()
            return turns
        turn = _answered(
            assistant.corpus.index,
            browser,
            answer,
            after,
            lambda: _keep(assistant, browser, answer, limits),
            pause,
        )
        place.empty()
    return [*turns, turn]


def _left() -> bool:
    """Ends this run, and with it the model's request, once somebody asks on or closes the page."""
    run = get_script_run_ctx()
    if run is not None:
        run.yield_check()
    return False


def _let_others_first(assistant: Assistant) -> None:
    """Put off what stands below an answer while others still wait for theirs."""
    until = time.monotonic() + PATIENCE_S
    while assistant.asking and time.monotonic() < until:
        _left()
        time.sleep(0.05)


def _keep(assistant: Assistant, browser: str, answer: Answer, limits: dict[str, Any]) -> KeptTurn:
    """Keep the answer in the open conversation, or in a new one; without a place it has no id."""
    index = assistant.corpus.index
    conversation = st.session_state.get("conversation")
    made = conversations.how_made(assistant, **limits)
    try:
        if conversation is None:
            conversation = conversations.begin(index.folder, browser, answer.question)
        id = conversations.add(
            index.folder, browser, conversation, answer, made, exempt=index.restricted
        )
    except KeyError:  # deleted in another tab meanwhile
        _open(None)
        return _keep(assistant, browser, answer, limits)
    except MinutesError as error:
        plain.show([block("p", str(error), css="note")], "not_kept")
        return KeptTurn(0, answer)
    st.session_state["conversation"] = conversation
    st.query_params["c"] = conversation
    return KeptTurn(id, answer, limits=made["limits"])


def _turn(index: Index, browser: str, turn: KeptTurn, after: int, *, newest: bool) -> None:
    _question(turn.answer.question, after=after, newest=newest)
    st.empty()  # where sentences stood while they were written: the answer keeps its place
    _answered(index, browser, turn.answer, after, lambda: turn)


def _question(question: str, *, after: int, newest: bool) -> None:
    """A question, known by the turn before it: it has none of its own until it is answered."""
    with st.chat_message("user", avatar=":material/person:"):
        asked = [block("h2", question, css="question")]
        plain.show(asked, f"question_{after}", reveal=newest)


def _answered(
    index: Index,
    browser: str,
    answer: Answer,
    after: int,
    keep: Callable[[], KeptTurn],
    pause: Callable[[], None] = lambda: None,
) -> KeptTurn:
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        try:  # it is on the screen before it is on the disk
            pressed = plain.show(_answer(index, answer), f"answer_{after}", live=True)
        finally:  # also where somebody asks on meanwhile, which ends this run
            turn = keep()
        pause()
        if answer.explanation:
            with st.expander("Why this answer" if answer.answered else "Why no answer"):
                above = odds_in_words(answer.confidence) if answer.answered else None
                lines = [line for line in answer.explanation if line != above]
                plain.show([block("li", line, css="meta") for line in lines], f"explained_{after}")
        if turn.id:
            _below(index, browser, turn)
    if pressed:
        kind, at = pressed.split(":")
        if kind == "citation":
            cited = next(c for c in answer.citations if c.marker == int(at))
            show_source(cited.meeting_id, cited.place, cited.quote, cited.passage_id)
        else:
            near = nearest_items(answer.retrieved)[int(at)]
            show_source(near.meeting_id, near.place)
    return turn


@st.fragment
def _below(index: Index, browser: str, turn: KeptTurn) -> None:
    """What can be done with an answer: say how it is, copy it, take it along."""
    said = _verdict(index, browser, turn)
    if said is not None and said.verdict == "down":
        _reason(index, browser, turn.id, said)
    elif said is not None:
        plain.show([block("p", f"Thank you. {KEPT}", css="meta")], f"thanks_{turn.id}")


def _verdict(index: Index, browser: str, turn: KeptTurn) -> Said | None:
    """The thumbs, beside what can be taken along; returns what is said now."""
    said: Said | None = st.session_state.setdefault(f"said_{turn.id}", turn.said)
    whose = index.folder, browser, turn.id
    with st.container(horizontal=True, vertical_alignment="center"):
        thumb = None if said is None else int(said.verdict == "up")
        key = f"verdict_{turn.id}"
        st.feedback("thumbs", key=key, default=thumb, on_change=_thumbed, args=whose)
        _take_along(turn)
    return said


def _reason(index: Index, browser: str, id: int, said: Said) -> None:
    with st.form(f"reason_{id}"):
        chosen = REASONS.index(said.reason) if said.reason in REASONS else 0
        reason = st.selectbox("What is wrong with this answer?", REASONS, chosen, key=f"why_{id}")
        text = st.text_input(
            "What would be right?",
            said.comment,
            key=f"right_{id}",
            max_chars=conversations.LONGEST_COMMENT,
        )
        if st.form_submit_button("Send"):
            said = Said("down", reason, text)
            conversations.say(index.folder, browser, id, said)
            st.session_state[f"said_{id}"] = said
    if said.reason:
        plain.show([block("p", f"Thank you. {KEPT}", css="meta")], f"thanks_{id}")


def _take_along(turn: KeptTurn) -> None:
    """Copies, links and files of one answer, made when they are asked for."""
    with st.popover("Keep or share", key=f"keep_{turn.id}", on_change="rerun") as opened:
        if not opened.open:
            return
        answer = turn.answer
        limits = {name: value for name, value in turn.limits.items() if name in LIMITS}
        address = link(q=answer.standalone_question, **limits)
        copies = [
            Part("Copy link to this question", css="action", copy=address),
            Part("Copy answer", css="action", copy=as_text([answer])),
        ]
        plain.show([block("p", *copies)], f"copies_{turn.id}")
        for suffix, kind in FORMATS.items():
            st.download_button(
                f"Answer as {kind.name}",
                partial(kind.write, [answer], TITLE),
                f"minutes-answer{suffix}",
                kind.mime,
                key=f"answer_{turn.id}{suffix}",
                on_click="ignore",
                width="stretch",
            )


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
