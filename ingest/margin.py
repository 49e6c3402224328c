"""Numbers that stand apart from their headings, as a scan gives a left column of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.headings import (
    IN_PERSON,
    OF_A_MEMBER,
    SUBMITTED,
    Block,
    Head,
    asks_below,
    sentence_title,
)
from ingest.numbering import BUSINESS, Label


def join_headings_above(blocks: list[Block], heads: dict[int, Head]) -> None:
    """Give "14. I will move that ..." the heading above it, "Motion submitted by Cllr Barr".

    "Questions submitted by Cllr Barr" heads all of them up to the next heading.
    """
    group = ""
    for place in sorted(heads):
        above, head = heads.get(place - 1), heads[place]
        if head.kind != "number" or not head.label or not IN_PERSON.match(head.label.rest):
            group = group if head.kind == "title" and OF_A_MEMBER.search(head.title) else ""
            continue
        if above and above.kind == "title" and OF_A_MEMBER.search(above.title):
            _give_number(blocks, heads, place, place - 1)
            group = above.title if _SEVERAL.match(above.title) else ""
        elif group:
            heads[place] = replace(head, title=f"{group}: {sentence_title(head.label.rest)}")


_SEVERAL = re.compile(r"(?:questions|motions|notices of motion)\b", re.I)


def _give_number(blocks: list[Block], heads: dict[int, Head], place: int, to: int) -> None:
    """Move the number of one head to another; what stood behind the number is text."""
    head = heads.pop(place)
    heads[to] = replace(heads[to], number=head.number)
    blocks[place] = replace(blocks[place], text=head.label.rest if head.label else "")


def _lacks_number(blocks: Sequence[Block], head: Head) -> bool:
    """Whether a motion or question of a member stands here without its number."""
    return (
        head.kind == "title"
        and head.number is None
        and bool(SUBMITTED.search(head.title) or asks_below(blocks, head.block))
    )


_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*$")


def move_numbers(blocks: list[Block], heads: dict[int, Head]) -> None:
    """Give a number that a scan put into the middle of a sentence to the heading that lacks one.

    So the numbers in a left column may come out above the text that their headings stand below.
    """
    for place, after in pairwise(sorted(heads)):
        head = heads[place]
        if head.kind != "number" or not head.label or BUSINESS.search(head.label.rest[:60]):
            continue
        if not place or _ENDS.search(blocks[place - 1].text) or asks_below(blocks, place):
            continue
        if _lacks_number(blocks, heads[after]):
            _give_number(blocks, heads, place, after)


def _numbers_alone(blocks: Sequence[Block]) -> dict[int, Label]:
    """The numbers that have a line of their own and stand before no business, by their places."""
    return {
        place: block.label
        for place, block in enumerate(blocks)
        if block.label
        and block.alone
        and block.label.family == "int"
        and not BUSINESS.search(block.label.rest[:60])
    }


def align_numbers(blocks: Sequence[Block], heads: dict[int, Head]) -> None:
    """Give numbers of a margin to the motions and questions that lack one, where most agree.

    Each number stands above its heading, and so tells how far the count of all of them is ahead of
    the count of those that lack one: where several numbers tell the same, they are right.
    """
    lost = [place for place in sorted(heads) if _lacks_number(blocks, heads[place])]
    margin = {
        place: label.value[0]
        for place, label in _numbers_alone(blocks).items()
        if not label.value[-1]
    }
    ahead: dict[int, list[tuple[int, int]]] = {}
    column = 0  # numbers right above this one
    for place, number in margin.items():
        column = column + 1 if place - 1 in margin else 0
        below = sum(head < place for head in lost) + column
        if below < len(lost):
            ahead.setdefault(number - below, []).append((place, lost[below]))
    agreed = max(ahead.values(), key=len, default=[])
    if len(agreed) < _AGREE or 2 * len(agreed) <= len(margin):
        return
    for place, to in agreed:
        heads.pop(place, None)
        heads[to] = replace(heads[to], number=str(margin[place]))


_AGREE = 3  # numbers, at least


def spread_numbers(blocks: list[Block], heads: dict[int, Head]) -> None:
    """Give a column of numbers that a scan put above all of its headings to them, in order.

    A number that does not go on from the one before it was misread and goes to none.
    """
    for place in sorted(heads):
        row = _column_from(blocks, heads, place)
        if len(row) < 2 or row[0] not in heads:
            continue
        *bare, last = row
        end = next((at for at in sorted(heads) if at > last and heads[at].kind != "title"), None)
        below = [at for at in sorted(heads) if last < at < (end or len(blocks))]
        if len(below) < len(bare):
            continue
        numbers: list[str | None] = [heads[at].number for at in row]
        if not _goes_on(blocks[bare[-1]], blocks[last]):
            numbers[-1] = None
        title = blocks[last].rest
        printed = blocks[last].text[: len(blocks[last].text) - len(title)].strip()
        for at in bare:
            del heads[at]
        blocks[bare[-1]] = replace(blocks[bare[-1]], text=f"{blocks[bare[-1]].text} {printed}")
        blocks[last] = replace(blocks[last], text=title, label=None)
        for at in (last, *below):
            number = numbers.pop(0) if numbers else None
            heads[at] = Head(at, number, "title", None, blocks[at].text.rstrip(" :"))


def _column_from(blocks: Sequence[Block], heads: dict[int, Head], place: int) -> list[int]:
    """The places of numbers one below the other from here on, of which the last has a heading."""
    row = []
    while place in heads and blocks[place].alone and heads[place].kind != "title":
        row.append(place)
        if blocks[place].rest:
            return row
        place += 1
    return []


def _goes_on(block: Block, after: Block) -> bool:
    """Whether the number of one paragraph comes next after that of another."""
    one, other = block.label, after.label
    if one is None or other is None or one.family != other.family != "int":
        return False
    same, next_one = other.value[0] - one.value[0], other.value[-1] - one.value[-1]
    return (same == 0 and next_one == 1) or (same == 1 and other.value[-1] <= 1)


def place_numbers(blocks: Sequence[Block], heads: dict[int, Head]) -> None:
    """Give numbers that stand alone in a margin to the headings that lack one, in their order.

    Only where, from one numbered heading to the next, as many stand alone as are lacking.
    """
    margin = {
        place: label.value[0]
        for place, label in _numbers_alone(blocks).items()
        if len(label.rest.split()) <= 1
    }
    anchors = [
        place
        for place in sorted(heads)
        if place not in margin and (heads[place].number or "").isdigit()
    ]
    for start, end in pairwise([*anchors, len(blocks)]):
        number = int(heads[start].number or 0)
        alone = [place for place in margin if start < place < end]
        lost = [
            place
            for place in sorted(heads)
            if start < place < end and _lacks_number(blocks, heads[place])
        ]
        expected = list(range(number + 1, number + len(lost) + 1))
        if not lost or [margin[place] for place in alone] != expected:
            continue
        for place in alone:
            heads.pop(place, None)
        for place, each in zip(lost, expected, strict=True):
            heads[place] = replace(heads[place], number=str(each))


def fill_numbers(blocks: Sequence[Block], heads: dict[int, Head]) -> None:
    """Number the motions and questions of members whose numbers a scan lost between two others.

    And the one behind the last, where the scan took the beginning of its heading with its number.
    """
    lost: list[int] = []
    last: int | None = None
    member = False  # the last number is of a question or motion too
    for place in sorted(heads):
        head = heads[place]
        if _lacks_number(blocks, head):
            lost.append(place)
        elif head.number and head.number.isdigit():
            number = int(head.number)
            if last is not None and lost and len(lost) == number - last - 1:
                for at, each in enumerate(lost, last + 1):
                    heads[each] = replace(heads[each], number=str(at))
            last, lost = number, []
            member = bool(OF_A_MEMBER.search(head.label.rest if head.label else head.title))
    if last is not None and member and len(lost) == 1 and heads[lost[0]].title[:1].islower():
        heads[lost[0]] = replace(heads[lost[0]], number=str(last + 1))
