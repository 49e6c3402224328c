"""Questions to offer: at the start of a conversation and after an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.history import distinctive, next_step, step_before
from assistant.source import quoted_decisions
from assistant.wording import spoken_date

if TYPE_CHECKING:
    from assistant.answer_model import Answer
    from assistant.assistant import Assistant
    from assistant.history import Matters
    from ingest.index import Index, StoredItem

OFFERED = 3
TRIES = 9
TRIES_AFTER = 3  # questions tried out while the reader of the page reads the answer
LONGEST_TITLE = 80  # characters


def opening_questions(assistant: Assistant) -> tuple[str, ...]:
    """Up to three questions on recent decisions of several bodies that the minutes do answer.

    A question is tried out by what it finds first (`Assistant.leads_to`), at a fifth of the work of
    an answer: of 88 such questions that led to their item 83 were answered from it, of 158 that
    follow an answer 151 (sample minutes, and minutes of eight bodies, November 2026).
    """
    offered: list[str] = []
    for meeting_id, place, question in _candidates(assistant.corpus.index)[:TRIES]:
        if assistant.leads_to(question) == (meeting_id, place):
            offered.append(question)
        if len(offered) == OFFERED:
            break
    return tuple(offered)


def _candidates(index: Index) -> list[tuple[str, int, str]]:
    """Of the newest meeting of each body, and then of the one before, its longest decision."""
    by_body: dict[str, list[tuple[str, int, str]]] = {}
    for meeting in sorted(index.meetings(), key=lambda m: m.date or "", reverse=True):
        decided = [i for i in index.items(meeting.id) if i.decisions and _has_title(i)]
        if meeting.body and meeting.date and decided:
            item = max(decided, key=lambda i: sum(len(d.text) for d in i.decisions))
            question = _on(meeting.date, _decided(meeting.body, item))
            by_body.setdefault(meeting.body, []).append((meeting.id, item.place, question))
    rounds = max(map(len, by_body.values()), default=0)
    return [own[turn] for turn in range(rounds) for own in by_body.values() if turn < len(own)]


def _decided(body: str | None, item: StoredItem) -> str:
    if not body:
        return f"What was decided about “{_title(item)}”?"
    who = body if re.match(r"(?i)the\b", body) else f"the {body}"
    return f"What did {who} decide about “{_title(item)}”?"


def _said(item: StoredItem) -> str:
    return f"What was said about “{_title(item)}”?"


def _title(item: StoredItem) -> str:
    title = item.title.strip(" .:")
    return title.capitalize() if title.isupper() else title


def _on(day: str, question: str) -> str:
    return f"{question[:-1]} on {spoken_date(day)}?"


def follow_ups(assistant: Assistant, answer: Answer, matters: Matters) -> tuple[str, ...]:
    """Up to three questions that lead on from an answer and that the minutes do answer.

    Of those that ask for more of the cited item, 49 of 50 were answered from it (sample minutes and
    minutes of eight bodies, November 2026); those on other items are tried out before.
    """
    index = assistant.corpus.index
    if not answer.citations:
        return ()
    cited = answer.citations[0]
    try:
        decisions = index.item(cited.meeting_id, cited.place).decisions
    except KeyError:
        return ()
    shown = [d for citation in answer.citations for d in quoted_decisions(index, citation)]
    untold = [decision for decision in decisions if decision not in shown]
    offers = (
        (bool(untold), "What was decided?"),
        (any(d.proposer or d.seconder for d in untold), "Who proposed and seconded it?"),
        (any(d.vote for d in untold), "How did the votes fall?"),
    )
    asked = answer.question.casefold()
    fitting = [text for fits, text in offers if fits and text.casefold() != asked]
    leading = fitting[: OFFERED - 1]
    for question, there in _elsewhere(index, answer, matters)[:TRIES_AFTER]:
        if assistant.leads_to(question, wait=False) == there:
            leading.append(question)
        if len(leading) == OFFERED:
            break
    return tuple(leading)


def _elsewhere(index: Index, answer: Answer, matters: Matters) -> list[tuple[str, tuple[str, int]]]:
    """Questions on other items of other days, with those items.

    What came next in the matter, what came before, and what else of it was found for the question.
    """
    place = answer.citations[0].meeting_id, answer.citations[0].place
    steps = matters.of_item(*place)
    chosen = [step.item for step in (next_step(steps, *place), step_before(steps, *place)) if step]
    about = distinctive(answer.question) | distinctive(answer.citations[0].title)
    near = (r for r in answer.retrieved if r.place >= 0 and distinctive(r.title) & about)
    chosen += [index.item(r.meeting_id, r.place) for r in near]
    cited = {(citation.meeting_id, citation.place) for citation in answer.citations}
    days = {citation.date for citation in answer.citations}
    found: dict[str, tuple[str, int]] = {}
    for item in chosen:
        meeting, there = index.meeting(item.meeting_id), (item.meeting_id, item.place)
        if there in cited or not meeting.date or meeting.date in days or not _has_title(item):
            continue
        asks = _decided(meeting.body, item) if item.decisions else _said(item)
        found.setdefault(_on(meeting.date, asks), there)
    return list(found.items())


def _has_title(item: StoredItem) -> bool:
    return bool(distinctive(item.title)) and len(item.title) <= LONGEST_TITLE
