"""Heads whose numbers a scan misread: the numbers around them tell which they were."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.headings import (
    ATTENDANCE,
    GROUP,
    IN_PERSON,
    LAST_BUSINESS,
    NOT_BUSINESS,
    SUBMITTED,
    Block,
    has_body,
    has_scraps,
    in_title_case,
    tells_of,
)
from ingest.numbering import VERB, Candidate, Label, is_titlelike, misread, read_as

# "Te Corporate Services" for 7, "93. Notice of Motion" for 9, "7 Iy Adoption of Minutes" for 1.
_MARK = re.compile(
    r"[\W_]{0,2}(?P<mark>\d{1,4}[A-Za-z]?|[^\W\d_]{2}|[A-Z]\d)(?: [A-Z]?[a-z]{1,2})?[.,:;)]{0,2}\s+"
    r"(?P<rest>[A-Z].*)",
    re.S,
)
_GLUED = re.compile(r"(?P<mark>\d{1,3})[.)]?(?P<rest>[A-Z][a-z]+ .*)", re.S)
# Words of two letters with which a heading may begin.
_WORDS = frozenset(["an", "at", "by", "co", "dr", "fr", "in", "mr", "ms", "no", "of", "on", "re"])
_WORDS |= frozenset(["st", "to", "us", "we"])
_FIRST = re.compile(r"(?:adoption|approval|confirmation|minutes|apologies|welcome)\b", re.I)
_HEADING_WORDS = 14


def with_misread(chain: Sequence[Candidate], blocks: Sequence[Block]) -> list[Candidate]:
    """The chain with the heads whose numbers were misread, where only one number is lacking.

    Nothing is guessed where two lines between the neighbours may be the head.
    """
    if len(chain) < 2 or any(each.label.family != "int" for each in chain):
        return list(chain)
    known = {each.label.value[0] for each in chain}
    found = {each.block: each for each in _without_delimiter(blocks, chain, known)}
    known |= {each.label.value[0] for each in found.values()}
    for place, (one, other) in enumerate(pairwise([None, *chain, None])):
        first = one.label.value[0] + 1 if one else 1
        lacking = set(range(first, other.label.value[0] if other else first + 1)) - known
        if len(lacking) != 1:
            continue
        number = min(lacking)
        start = one.block + 1 if one else 0
        # The second item may be taken before the first.
        behind = other if one or place + 1 >= len(chain) else chain[place + 1]
        end = behind.block if behind else len(blocks)
        lines = [
            (at, label)
            for at in range(start, end)
            if at not in found and (label := _misread(blocks, at, number, last=other is None))
        ]
        if len(lines) == 1:
            at, label = lines[0]
            found[at] = Candidate(at, label, 0.0, chain[0].style)
    return sorted([*chain, *found.values()], key=lambda each: each.block)


_ANNOUNCED = re.compile(
    r"\bitem\s+(?:no\.?\s*|number\s*)?(?P<n>\d{1,3})\b"
    r"[^.]{0,80}?\b(?:taken|brought forward|considered)\b"
    r"|\b(?:take|taking|took|bring forward)\s+item\s+(?:no\.?\s*|number\s*)?(?P<m>\d{1,3})\b",
    re.I,
)


def with_announced(
    chain: Sequence[Candidate], candidates: Sequence[Candidate], blocks: Sequence[Block]
) -> list[Candidate]:
    """The chain with the items that the line above says are taken now, out of their order."""
    if not chain or any(each.label.family != "int" for each in chain):
        return list(chain)
    known = {each.label.value[0] for each in chain}
    places = {each.block for each in chain}
    found = list(chain)
    for each in candidates:
        number = each.label.value
        if each.label.family != "int" or number[-1] or each.block in places or number[0] in known:
            continue
        above = " ".join(block.text for block in blocks[max(0, each.block - 2) : each.block])
        told = {int(match["n"] or match["m"]) for match in _ANNOUNCED.finditer(above)}
        if number[0] in told:
            found.append(each)
            known.add(number[0])
    return sorted(found, key=lambda each: each.block)


def with_submitted(
    chain: Sequence[Candidate], candidates: Sequence[Candidate], blocks: Sequence[Block]
) -> list[Candidate]:
    """The chain with a motion or question right below "NOTICES OF MOTION" that goes on from it.

    A list of what was proposed in the item before may have taken its number.
    """
    found = list(chain)
    for each in candidates:
        before = [one for one in found if one.block < each.block]
        if (
            before
            and each not in found
            and each.label.family == before[-1].label.family == "int"
            and each.label.value == (before[-1].label.value[0] + 1, 0)
            and each.label.value not in {one.label.value for one in found}
            and SUBMITTED.search(each.label.rest)
            and GROUP.match(blocks[each.block - 1].text)
        ):
            found = sorted([*found, each], key=lambda one: one.block)
    return found


def with_first(chain: Sequence[Candidate], blocks: Sequence[Block]) -> list[Candidate]:
    """The sole item of scanned minutes as item 1, where the scan has a 4 for an underlined 1.

    An adjourned meeting may begin with any item.
    """
    if [each.label.value for each in chain] != [(4, 0)]:
        return list(chain)
    only = chain[0]
    if any("adjourned" in block.text.casefold() for block in blocks[: only.block]):
        return list(chain)
    return [read_as(only, 1)]


def _without_delimiter(
    blocks: Sequence[Block], chain: Sequence[Candidate], known: set[int]
) -> list[Candidate]:
    """The headings with a number that is lacking, whose full stop was lost: "3 Parks and Roads"."""
    highest = max(known)
    bare_chain = sum(not each.label.delimiter for each in chain) > len(chain) // 2
    bare = [
        Candidate(place, label, 0.0, chain[0].style)
        for place, block in enumerate(blocks)
        if (label := block.label)
        and (label.family, label.delimiter, label.worded) == ("int", "", False)
        and label.value[0] < highest
        and label.value not in {(number, 0) for number in known}
        and not block.table
        and (
            _is_heading(blocks, place, label.rest)
            or (bare_chain and is_titlelike(label.rest) and has_body(blocks, place))
        )
    ]
    times = Counter(each.label.value for each in bare)
    return [each for each in bare if times[each.label.value] == 1]


def _misread(blocks: Sequence[Block], place: int, number: int, *, last: bool) -> Label | None:
    """The label of a heading that stands here in place of the number that is lacking."""
    block = blocks[place]
    if garbled := _garbled(blocks, place, number):
        return garbled
    label = block.label
    if label and label.value == (number + 1, 0) and IN_PERSON.match(label.rest):
        return replace(label, number=str(number), value=(number, 0), scanned=True)
    match = _MARK.fullmatch(block.text) or _GLUED.fullmatch(block.text)
    if block.table or not match or not _is_heading(blocks, place, match["rest"]):
        return None
    mark, rest = match["mark"], match["rest"]
    submitted = bool(SUBMITTED.search(rest))
    is_word = mark.casefold() in _WORDS and not SUBMITTED.match(rest)
    digits = re.sub(r"\D", "", mark)
    if last:
        fits = (
            submitted and (str(number) in digits or misread(digits, str(number)))
            if digits
            else not is_word and bool(submitted or LAST_BUSINESS.match(rest))
        )
    elif match.re is _GLUED:
        fits = str(number) == digits
    elif number == 1:
        fits = bool(_FIRST.match(rest))
    elif digits:
        fits = str(number) in digits
    else:
        fits = not is_word
    if not fits:
        return None
    return Label(str(number), "int", (number, 0), rest, ".", scanned=mark != str(number))


def _garbled(blocks: Sequence[Block], place: int, number: int) -> Label | None:
    """The label of a garbled heading in small letters whose number itself can be read."""
    block = blocks[place]
    match = re.fullmatch(rf"{number}\.?\s+(?P<rest>[a-z][^.;:?£€]*)", block.text)
    if block.table or not match or not has_body(blocks, place):
        return None
    rest = match["rest"]
    if len(rest.split()) > _GARBLED_WORDS or VERB.search(rest) or not has_scraps(rest):
        return None
    return Label(str(number), "int", (number, 0), rest, ".")


_GARBLED_WORDS = 8


def _is_heading(blocks: Sequence[Block], place: int, rest: str) -> bool:
    """Whether what stands behind the mark is no sentence, no name and no sum."""
    if SUBMITTED.search(rest) or LAST_BUSINESS.match(rest):
        return len(rest.split()) <= _HEADING_WORDS
    return (
        2 <= len(rest.split()) <= _HEADING_WORDS
        and is_titlelike(rest)
        and in_title_case(rest)
        and not re.search(r"[£€$]|\d{3}", rest)
        and not tells_of(rest)
        and not NOT_BUSINESS.match(rest)
        and not ATTENDANCE.match(rest)
        and has_body(blocks, place)
    )
