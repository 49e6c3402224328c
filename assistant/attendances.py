"""The meetings that one member was at, or sent apologies for, from the attendance that was read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.attended import ABSENT, OTHERWISE, PRESENT, told_of
from assistant.decided import Listed, Scope, first_cited
from assistant.register import choose_meetings, sittings
from assistant.submitted import MEMBER, Member, member_of
from assistant.wording import spoken_date

if TYPE_CHECKING:
    from assistant.question import Query
    from assistant.retrieve import Corpus, Filters
    from ingest.index import StoredMeeting

NOTE = (
    "The count is of the meetings whose minutes name this member in the attendance that was read; "
    "who came late or left early is not counted apart."
)

_LISTS = re.compile(
    r"\b(?:list|all|every|each|show|what|which|how many|number of)\b(?:\W+[\w’'-]+){0,4}?"
    r"\W+meetings\b|\bhow often\b|\bhow many times\b",
    re.I,
)


def list_attended(corpus: Corpus, query: Query, filters: Filters) -> Listed | None:
    """The meetings that the member whom a question names was at, or was absent from.

    None where it asks for something else, or where no such meeting can be cited.
    """
    named = MEMBER.search(query.focus)
    if named is None or not _LISTS.search(query.focus) or OTHERWISE.search(query.focus):
        return None
    absent = bool(ABSENT.search(query.focus)) or bool(_MISSED.search(query.focus))
    if not (absent or PRESENT.search(query.focus)):
        return None
    member, scope = member_of(named), Scope.of(query, filters)
    meetings = sittings(choose_meetings(corpus.index, scope.body, scope.since, scope.until))
    counted = 0  # meetings whose attendance was read and names the member
    found: list[tuple[StoredMeeting, str]] = []
    for meeting in reversed(meetings):
        told = meeting.attendance
        away = _name_in(told.apologies, member)
        there = _name_in((*told.present, *told.in_attendance), member)
        counted += bool(away or there)
        if name := away if absent else there:
            found.append((meeting, name))
    quoted = first_cited(found, lambda one, marker: told_of(corpus, *one, marker, absent=absent))
    if not quoted:
        return None
    several = len({meeting.body for (meeting, _), _ in quoted}) > 1
    days = [
        f"{spoken_date(meeting.date)}{f' ({meeting.body})' if several else ''} [{one.marker}]"
        for (meeting, _), one in quoted
    ]
    verb = "sent apologies for" if absent else "was at"
    more = f"; the newest {len(quoted)}" if len(found) > len(quoted) else ""
    markers = "".join(f"[{one.marker}]" for _, one in quoted)
    text = (
        f"{named[0]} {verb} {len(found)} of the {counted} meetings whose attendance has the name"
        f"{more} {markers}: {', '.join(days)}."
    )
    return Listed(text, tuple(one for _, one in quoted), NOTE)


_MISSED = re.compile(r"\bmiss(?:ed)?\b", re.I)


def _name_in(names: tuple[str, ...], member: Member) -> str:
    """The first of the names that may be the member's; "" where none is."""
    return next((name for name in names if member.is_in(name)), "")
