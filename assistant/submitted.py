"""The motions and questions of one member, listed from the headings and movers that were read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.decided import Found, Listed, Scope, listing
from assistant.register import choose_meetings, sittings
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from assistant.question import Query
    from assistant.retrieve import Corpus, Filters
    from ingest.index import StoredItem

NOTE = (
    "The list is of the items whose heading or decision names this member as the one who "
    "submitted, moved or seconded; more may be told in passing."
)

_LISTS = re.compile(
    r"\b(?:list|all|every|each|show|what|which|how many|number of)\b(?:\W+[\w’'-]+){0,3}?"
    r"\W+(?P<what>motions|questions)\b",
    re.I,
)
_TITLE = r"(?i:councillor|cllr|clr|cmhlr|alderman|ald|deputy|mr|mrs|ms|miss|dr)s?\b\.?"
_GIVEN = r"(?:(?P<initial>[A-ZÀ-Ý])(?:[a-zà-ÿ’'-]+|\.)?\s?(?:[A-Z]\.\s?)*\s)?"
_SURNAME = r"(?P<surname>(?:(?:Ó|Ní|Mac|Mc|Nic|Uí|O|De|de|Van|van)\s)?[A-ZÀ-Ý][\w’'-]+)"
MEMBER = re.compile(rf"{_TITLE}\s+{_GIVEN}{_SURNAME}(?:\s\((?P<behind>[A-Z])\))?")
NAMED = re.compile(rf"(?:{_TITLE}\s+)?{_GIVEN}{_SURNAME}(?:\s\((?P<behind>[A-Z])\))?")
_SECONDED = re.compile(r"\bsecond(?:ed|er|s|ing)?\b", re.I)
# "Notice of Motion submitted by Councillors A. Barr and B. Lund (to be referred to the SPC)".
_HEADED = re.compile(
    r"\b(?P<what>motion|question)s?\b.{0,30}?\b(?:by|from|of)\s+(?P<who>[^;:]{3,}?)"
    r"(?:\s\((?![A-Z]\)).*)?$",
    re.I | re.S,
)
_GENERIC = frozenset(
    tokenize(
        """list all every each show what which how many number motions questions notice notices of
        submitted submit tabled table put forward down moved move proposed propose asked ask brought
        bring raised raise seconded second by from in the name councillor cllr cmhlr deputy alderman
        mr mrs ms miss dr member council committee meeting meetings minutes did have has been were
        was are there during between since until before after year years month total altogether"""
    )
)


@dataclass(frozen=True)
class Member:
    """Somebody who is named: the surname, folded, and the first letter of the given name."""

    surname: tuple[str, ...]
    initial: str = ""

    def may_be(self, other: Member) -> bool:
        """Whether two names may be of one person; without an initial nobody is shut out."""
        same = self.surname == other.surname
        return same and (not (self.initial and other.initial) or self.initial == other.initial)

    def is_in(self, names: str) -> bool:
        """Whether one of the names in a text may be this person's."""
        return any(self.may_be(member_of(match)) for match in NAMED.finditer(names))


def list_submitted(corpus: Corpus, query: Query, filters: Filters) -> Listed | None:
    """The motions or questions of the member whom a question names, newest first.

    None where it asks for something else, or where the minutes have none. What a member seconded is
    read from the decisions, and so is what was moved where no heading says whose motion it is.
    """
    asked, named = _LISTS.search(query.focus), MEMBER.search(query.focus)
    if asked is None or named is None:
        return None
    member = member_of(named)
    what: Literal["motion", "question"] = "motion"
    if asked["what"].casefold() == "questions":
        what = "question"
    scope = Scope.of(query, filters)
    spent = _GENERIC.union(scope.words, tokenize(named[0]))
    topic = {token for token in query.tokens if token not in spent}
    meetings = sittings(choose_meetings(corpus.index, scope.body, scope.since, scope.until))
    found = [
        one
        for meeting in reversed(meetings)
        for item in corpus.index.items(meeting.id)
        for one in (
            _decided(corpus, item, member, seconded=True)
            if _SECONDED.search(query.focus)
            else [*_headed(corpus, item, member, what)]
            or _decided(corpus, item, member, seconded=False) * (what == "motion")
        )
        if topic <= set(tokenize(f"{item.title} {one.text}"))
    ]
    return listing(corpus, found, what, NOTE, f" of {named[0]}")


def member_of(match: re.Match[str]) -> Member:
    """The member whom a match of `MEMBER` or of a name in minutes names."""
    initial = match["initial"] or match["behind"] or ""
    return Member(tuple(tokenize(match["surname"])), initial.casefold())


def _headed(corpus: Corpus, item: StoredItem, member: Member, what: str) -> Iterator[Found]:
    """The item, where its heading says that it is the motion or question of the member."""
    match = _HEADED.search(item.title)
    if match is None or match["what"].casefold() != what:
        return
    if not member.is_in(match["who"]):
        return
    paragraphs = corpus.index.paragraphs(item.meeting_id, item.place)
    if paragraphs:
        label = f"item {item.number}" if item.number else item.title
        yield Found(corpus.index.meeting(item.meeting_id), item, paragraphs[0].text, label)


def _decided(corpus: Corpus, item: StoredItem, member: Member, *, seconded: bool) -> list[Found]:
    """The decisions of an item that the member moved or seconded."""
    meeting = corpus.index.meeting(item.meeting_id)
    found = []
    for decision in item.decisions:
        name = decision.seconder if seconded else decision.proposer
        if member.is_in(name or ""):
            found.append(Found(meeting, item, decision.text, decision.kind))
    return found
