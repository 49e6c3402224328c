"""Questions to offer: at the start of a conversation and after an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer_model import Answer
    from assistant.assistant import Assistant
    from ingest.index import Index, StoredItem

OFFERED = 3
TRIES = 9
LONGEST_TITLE = 80  # characters


def opening_questions(assistant: Assistant) -> tuple[str, ...]:
    """Up to three questions on recent decisions of several bodies that the minutes do answer."""
    offered: list[str] = []
    for meeting_id, place, question in _candidates(assistant.corpus.index)[:TRIES]:
        answer = assistant.ask(question)
        if any((c.meeting_id, c.place) == (meeting_id, place) for c in answer.citations):
            offered.append(question)
        if len(offered) == OFFERED:
            break
    return tuple(offered)


def _candidates(index: Index) -> list[tuple[str, int, str]]:
    """Of the newest meeting of each body, and then of the one before, its longest decision."""
    by_body: dict[str, list[tuple[str, int, str]]] = {}
    for meeting in sorted(index.meetings(), key=lambda m: m.date or "", reverse=True):
        decided = [item for item in index.items(meeting.id) if _telling(item)]
        if meeting.body and decided:
            item = max(decided, key=lambda i: sum(len(d.text) for d in i.decisions))
            title = item.title.strip(" .:")
            title = title.capitalize() if title.isupper() else title
            question = f"What did the {meeting.body} decide about “{title}”?"
            by_body.setdefault(meeting.body, []).append((meeting.id, item.place, question))
    rounds = max(map(len, by_body.values()), default=0)
    return [own[turn] for turn in range(rounds) for own in by_body.values() if turn < len(own)]


def _telling(item: StoredItem) -> bool:
    return bool(item.decisions) and 0 < len(item.title) <= LONGEST_TITLE


def follow_ups(index: Index, answer: Answer) -> tuple[str, ...]:
    """Questions that lead on from an answer and that its first source can answer."""
    if not answer.citations:
        return ()
    cited = answer.citations[0]
    try:
        decisions = index.item(cited.meeting_id, cited.place).decisions
    except KeyError:
        return ()
    shown = " ".join(citation.quote for citation in answer.citations)
    offers = (
        (any(" ".join(d.text.split()) not in shown for d in decisions), "What was decided?"),
        (
            any(name and name not in shown for d in decisions for name in (d.proposer, d.seconder)),
            "Who proposed and seconded it?",
        ),
        (any(d.vote for d in decisions), "How did the votes fall?"),
    )
    asked = answer.question.casefold()
    return tuple(text for fits, text in offers if fits and text.casefold() != asked)
