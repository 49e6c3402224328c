"""A vote recorded by name -> its sides and counts, with the words that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_TITLED = r"(?:Councillors?|Cllrs?|Comhairleoir|Cmhlr|Cmhairleoir|Members?|Messrs|Mrs|Mr|Ms|Miss)"
_ONE = r"(?:Councillor|Cllr|Comhairleoir|Cmhlr|Cmhairleoir|Mrs|Mr|Ms|Miss|Dr)"
_COUNT = re.compile(r"\((?P<count>\d{1,3})\)")
_SIDE = re.compile(
    r"(?:^|(?<=[\n.;:)”\"]))[\s*]*"
    r"(?P<side>(?:vot(?:ing|es?)\s+)?(?:for|in favour|against)"
    rf"(?:\s+(?:the\s+\w+|{_ONE}\.?\s[^\n:()]{{2,40}}(?:\s\([A-Z]{{1,3}}\))?(?=\s*[\n:])))?"
    r"|abst(?:entions?|ained|aining|ain))"
    rf"\s*[:.–-]*\s*(?=(?:{_TITLED}\b|\())",
    re.I,
)
LONGEST_SIDE = 1200  # characters of the names of one side
APART = 160  # characters between the sides of one vote


SHORT_LIST = 12  # words of names up to which a side without a count is told by its names
_NAMES_END = re.compile(r"\n|(?<![ .(][A-Z])(?<!Cllr)(?<!Mr)(?<!Ms)(?<!Mrs)\.(?=\s|$)")
_TITLES = re.compile(rf"^[\s*]*{_TITLED}\b\.?\s*", re.I)
_NAME = re.compile(r"(?:[A-ZÀ-Ý][\w.’'-]*\s?|\([A-Z]{1,2}\)\s?){1,4}")


@dataclass(frozen=True)
class Side:
    """One side of a vote: "For", "Against", "Abstentions" or a candidate; characters of a text.

    `names` as printed, without their title; `count` as printed, None where only the names are.
    """

    label: str
    count: int | None
    start: int
    end: int
    names: str = ""


def ballots(text: str) -> list[tuple[Side, ...]]:
    """The votes that a text records, each as its sides in the order in which they stand.

    A side is a heading and names, mostly with their count in brackets. A vote of which a side is
    neither counted nor a plain list of names, or of which one side alone is printed, is left out.
    """
    votes: list[list[Side]] = []
    uncounted: list[int] = []
    for match in _SIDE.finditer(text):
        end = match.end() + LONGEST_SIDE
        following = _SIDE.search(text, match.end())
        if following:
            end = min(end, following.start())
        side = _side(text, match, min(end, len(text)))
        if side is None:
            uncounted.append(match.start())
            continue
        start, label = side.start, side.label
        same = votes and start - votes[-1][-1].end <= APART
        if same and _key(label) not in {_key(one.label) for one in votes[-1]}:
            votes[-1].append(side)
        else:
            votes.append([side])
    return [
        tuple(vote)
        for vote in votes
        if _whole({_key(one.label) for one in vote})
        and not any(vote[0].start - APART <= at <= vote[-1].end + APART for at in uncounted)
    ]


def _side(text: str, match: re.Match[str], end: int) -> Side | None:
    """The side whose heading was found, with its names before `end`; None where it is neither."""
    start, label = match.start("side"), " ".join(match["side"].split())
    counted = _COUNT.search(text, match.end(), end)
    if counted and counted.start() > match.end():
        names = _bare(text[match.end() : counted.start()])
        return Side(label, int(counted["count"]), start, counted.end(), names)
    begin = counted.end() if counted else match.end()
    stop = _NAMES_END.search(text, begin + 1, end)
    last = stop.start() if stop else end
    names = _bare(text[begin:last])
    if counted:  # "For (15): Lee, Pym ..."
        return Side(label, int(counted["count"]), start, last, names)
    if not all(_NAME.fullmatch(name) for name in split_names(names)):
        return None
    return Side(label, None, start, last, names)


def _bare(names: str) -> str:
    return _TITLES.sub("", " ".join(names.split())).strip(" .,;:*")


def split_names(names: str) -> list[str]:
    """The single names of a list: "Lee, Pym (J) and Roe"."""
    parts = re.split(r"\s*(?:[,;]|\band\b|&)\s*", names)
    return [_TITLES.sub("", part) for part in parts if part]


def nearest(votes: Sequence[tuple[Side, ...]], start: int, end: int) -> tuple[Side, ...] | None:
    """The vote that a sentence belongs to or that follows it; None where two are as near."""
    if not votes:
        return None
    gaps = [max(vote[0].start - end, start - vote[-1].end, 0) for vote in votes]
    return votes[gaps.index(min(gaps))] if gaps.count(min(gaps)) == 1 else None


def in_words(vote: Sequence[Side]) -> str:
    """ "For the motion: 12; against: 5"; the names where no count is printed, if they are few."""
    said = "; ".join(f"{_plain(side.label)}: {_told(side)}" for side in vote)
    return f"{said[0].upper()}{said[1:]}"


def names_in_words(vote: Sequence[Side]) -> str:
    """ "Against: Lee and Pym (2)", of each of the sides."""
    said = "; ".join(
        f"{_plain(side.label)}: {side.names}" + (f" ({side.count})" if side.count else "")
        for side in vote
    )
    return f"{said[0].upper()}{said[1:]}"


def _told(side: Side) -> str:
    if side.count is not None:
        return str(side.count)
    if len(side.names.split()) <= SHORT_LIST:
        return side.names
    return f"{len(split_names(side.names))}, counted from the names"


def _plain(label: str) -> str:
    first, _, rest = label.partition(" ")
    return label.lower() if label.isupper() else f"{first.lower()} {rest}".strip()


def _whole(sides: set[str]) -> bool:
    """Whether nobody's votes are missing: for and against, or several candidates."""
    plain = {side for side in sides if not side.startswith("abst")}
    against = {side for side in plain if "against" in side}
    if against:
        return len(plain) == 2 and len(against) == 1
    return len(plain) > 1 and all(" " in side for side in plain)


def _key(label: str) -> str:
    return re.sub(r"\W+", " ", label.casefold()).strip()
