"""The title of an item: which lines its heading takes, and where its text begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.headings import (
    ALONE,
    IN_PERSON,
    LAST_BUSINESS,
    NOT_BUSINESS,
    PERSON,
    RULED,
    SENTENCE,
    SENTENCE_WORDS,
    TO_DO,
    Block,
    Draft,
    Head,
    asks_below,
    has_heading_in_line,
    has_scraps,
    in_title_case,
    label_within,
    names_report,
    sentence_title,
    tells_of,
)
from ingest.numbering import BUSINESS, VERB, inline_title, is_titlelike

# A heading of a question with what was asked, which a scan put into one line.
_ASKED = re.compile(
    r"(?P<title>.{3,90}?) (?P<text>[I1l!/|]\W{0,2}will (?:ask|move) at the next\b.*)", re.S
)
_COLON_AND_DASH = re.compile(r"\s?(?::\s?[-–—]|\s[-–—])$")  # "Reports:-", "Accounts –"
# "Declarations of Interest None", in one line
_NONE_BEHIND = re.compile(
    r"(?P<title>(?:[A-Z][\w’']*|of|for|and|in|from|to)(?: \w[\w’']*){1,7}) (?P<text>None|Nil)\.?"
)
# "Minutes It was agreed ...", without a mark between
_SENTENCE_BEHIND = re.compile(
    r"(?P<title>[A-Z][^\s.;:]*(?: [^\s.;:]+){,5}?) "
    r"(?P<text>(?:[Ii]t|The (?:[a-z]+|Chair\w*|Clerk|Mayor)|There|Members) "
    r"(?:was|were|is|had|has)\b.*)",
    re.S,
)
_SCRAP = 4  # words behind a mark, which are no text
_TITLE_WORDS = 70  # the longest heading in the measured minutes has 64


def open_item(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> tuple[Draft, int]:
    """The item that begins here, with its title read, and the place of its next block."""
    head = heads[place]
    block = blocks[place]
    draft = Draft(head.number, head.title, block.page)
    place += 1
    if head.kind == "title":
        if head.text:
            draft.blocks.append(replace(block, text=head.text))
        return draft, place
    label = head.label
    assert label is not None
    if label.scanned:
        draft.misread = block.text[: len(block.text) - len(label.rest)].strip()
    rest = RULED.sub("", label.rest)
    within = label_within(label) if head.kind == "number" else None
    if within and is_titlelike(within.rest) and label.family == "int" and not label.value[-1]:
        draft.number = f"{label.number}({within.number})"
        rest = within.rest
    titled_by_bold = block.bold or block.heading > 0
    if not rest:
        if place < len(blocks) and place not in heads and _may_be_title(blocks[place]):
            rest, titled_by_bold = blocks[place].text, blocks[place].bold
            place += 1
        else:
            return draft, place
    one = _in_one_paragraph(blocks, place, heads, head, rest, titled_by_bold)
    if one:
        draft.title, text = one
        if text:
            draft.blocks.append(replace(block, text=text))
        return draft, place
    rest = _COLON_AND_DASH.sub(":", rest)
    draft.title, place = _over_lines(blocks, place, heads, head, rest, titled_by_bold)
    return draft, place


def _in_one_paragraph(
    blocks: Sequence[Block],
    place: int,
    heads: dict[int, Head],
    head: Head,
    rest: str,
    titled_by_bold: bool,
) -> tuple[str, str] | None:
    """The title and the text of an item whose heading ends within its paragraph, or is none.

    `place` is that of the next block. None where the heading is all of the paragraph, and may go
    on below it.
    """
    if asked := _ASKED.fullmatch(rest):
        return asked["title"], asked["text"]
    if not head.title and asks_below(blocks, place - 1):
        return rest.rstrip(" :"), ""
    if (none := _NONE_BEHIND.fullmatch(rest)) and not head.title:
        return none["title"], none["text"]
    inline = inline_title(rest)
    told = _SENTENCE_BEHIND.fullmatch(rest) if inline is None else None
    if told and not head.title and _names_business(told["title"]):
        return told["title"], told["text"]
    split = None if titled_by_bold or rest.isupper() or head.title else inline
    if inline and titled_by_bold and rest.endswith((" –", " -")):
        # The first of its parts, which goes on behind the dash.
        of_part = rest[len(inline[0]) :].lstrip()[:1] == ":" and len(inline[1]) > 1
        split = inline if of_part else None
    if split and _is_mark_of_scan(rest, split):
        split = None
    if split and not VERB.search(split[1]) and _is_circulated(blocks[place : place + 1]):
        return rest.rstrip(" .:"), ""  # a dash within a heading, and below it the report
    if split and _is_dash_in_title(rest, split) and place < len(blocks) and place not in heads:
        return rest.rstrip(" ."), ""
    behind = rest[len(split[0]) :][:3] if split else ""
    if split and (":" in behind or not is_titlelike(rest) or head.in_line):
        # "a) The Common - it has been cut" says nothing without its heading.
        whole = head.in_line or (head.kind == "sub" and has_heading_in_line(rest))
        return split[0], rest if whole else split[1]
    if head.title or (not titled_by_bold and (not is_titlelike(rest) or tells_of(rest))):
        if _is_all_to_do(blocks, place, heads, rest) and not head.title:
            return rest.rstrip(" ."), ""
        return head.title or sentence_title(rest), rest
    return None


def _over_lines(
    blocks: Sequence[Block],
    place: int,
    heads: dict[int, Head],
    head: Head,
    rest: str,
    titled_by_bold: bool,
) -> tuple[str, int]:
    """The heading that begins with `rest`, with the lines that go on with it, and what is next."""
    words = len(rest.split())
    capitals = rest.isupper()
    while titled_by_bold and place < len(blocks) and place not in heads:
        after = blocks[place]
        if not after.bold or after.label or after.table or _is_no_title(after.text):
            break
        if IN_PERSON.match(after.text) or _SAYS_ALL.match(after.text) or LAST_BUSINESS.match(rest):
            break
        if after.text.isupper() and not rest.isupper() and rest.endswith("."):
            break
        words += len(after.text.split())
        if words > _TITLE_WORDS or after.text[0] in '“"‘•' or after.text.endswith(":"):
            break
        if (
            after.text.endswith(".")
            and not TO_DO.match(after.text)
            and (place + 1 >= len(blocks) or blocks[place + 1].bold)
        ):
            break  # of several bold lines that end so, none is a heading
        rest = f"{rest} {after.text}"
        place += 1
    for _ in range(_entries_of_title(blocks, place, heads) if titled_by_bold else 0):
        rest = f"{rest} {blocks[place].text}"
        place += 1
    while capitals and place < len(blocks) and place not in heads and _in_capitals(blocks[place]):
        rest = f"{rest} {blocks[place].text}"
        place += 1
    # "Payments for Approval:", but not "Planning:" above "Harbour Office" and a sentence.
    goes_on = rest.endswith(":") and _stands_above_sentence(blocks, place)
    listing = rest.endswith((":", ".")) and BUSINESS.search(rest) and not goes_on
    last = LAST_BUSINESS.match(rest)  # the date of the next meeting stands below it
    ended = listing or last or rest.endswith(".") or tells_of(rest) or _WHOLE.fullmatch(rest)
    more = 0 if ended else _lines_of_title(blocks, place, heads)
    if more and (
        not titled_by_bold
        or names_report(blocks[place + more].text)
        or TO_DO.match(blocks[place].text)
    ):
        lines = (each.text for each in blocks[place : place + more])
        rest = " ".join((rest.rstrip(" :"), *lines))
        place += more
    long = len(rest) >= _LINE and not titled_by_bold
    broken = _REST_WORDS if head.kind == "sub" and not titled_by_bold else 2 * long
    if long and _is_last_word(blocks, place, heads):
        rest = f"{rest} {blocks[place].text}"
        broken, place = 0, place + 1
    while broken and _is_rest_of_heading(blocks, place, heads, broken):
        rest = f"{rest} {blocks[place].text}"
        broken, place = 2 * _REST_WORDS, place + 1
    if _goes_on_with_title(blocks, place, heads) and _is_circulated(blocks[place + 1 : place + 2]):
        rest = f"{rest} {blocks[place].text}"
        place += 1
    return rest if rest.endswith("...") else rest.rstrip(" :"), place


def _entries_of_title(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> int:
    """How many entries of a heading in bold stand here: "To note", "1) Report", "2) Plan"."""
    count = 0
    for at in range(place, len(blocks)):
        block = blocks[at]
        if at in heads or not (block.bold and block.label) or block.table:
            break
        if block.label.value[0] != count + 1 or not is_titlelike(block.label.rest):
            break
        count += 1
    end = place + count
    told = end < len(blocks) and end not in heads and not blocks[end].bold
    return count if count > 1 and told else 0


# Is a whole heading, and what it announces follows.
_WHOLE = re.compile(
    r"(?:matters arising|approval of (?:the )?minutes|apologies(?: for absence)?"
    r"|declarations? of interests?)\W*",
    re.I,
)


def _stands_above_sentence(blocks: Sequence[Block], place: int) -> bool:
    """Whether the line of a heading stands here, above a sentence that is none of a list."""
    if place + 1 >= len(blocks):
        return False
    line, below = blocks[place].text, blocks[place + 1].text
    return in_title_case(line) and len(below.split()) > 12 and bool(VERB.search(below))


def _is_dash_in_title(heading: str, split: tuple[str, str]) -> bool:
    """Whether what stands behind a dash is of the heading: "- Presentation by Dr. Ann Lee."."""
    return (
        heading.endswith(".")
        and heading[len(split[0]) :].lstrip()[:1] in "-–—"
        and 1 < len(split[1].split()) <= _BEHIND_DASH
        and in_title_case(split[1])
        and not VERB.search(split[1])
        and not re.search(r"[£€$\d:]", split[1])
    )


_BEHIND_DASH = 8  # words


def _names_business(title: str) -> bool:
    return title.isupper() or (bool(BUSINESS.search(title)) and not tells_of(title))


_MEETING_OF = re.compile(r"(?:meeting of|amendments? to) (?:the )?(?-i:[A-Z])", re.I)


def _is_no_title(text: str) -> bool:
    """Whether a line never goes on with a heading: it tells of a vote, a reply, who was there."""
    return bool(NOT_BUSINESS.match(text)) and not _MEETING_OF.match(text)


def _is_mark_of_scan(heading: str, split: tuple[str, str]) -> bool:
    """Whether a scan put a colon into a heading: "Annual inan Rep: ort (ACC"."""
    return (
        ":" in heading[len(split[0]) :][:2]
        and split[1][:1].islower()
        and len(split[1].split()) <= _SCRAP
        and has_scraps(heading)
    )


def _is_all_to_do(blocks: Sequence[Block], place: int, heads: dict[int, Head], text: str) -> bool:
    """Whether a heading is what an agenda puts as a sentence: "To consider the report."."""
    return (
        bool(TO_DO.match(text))
        and not VERB.search(_NO_VERB.sub("", text))
        and not re.search(r"[a-z]{3}\.\s", text)
        and len(text.split()) <= SENTENCE_WORDS
        and place < len(blocks)
        and place not in heads
    )


def _in_capitals(block: Block) -> bool:
    """Whether a line goes on with a heading in capitals."""
    return (
        block.text.isupper()
        and block.label is None
        and not block.table
        and not NOT_BUSINESS.match(block.text)
        and not ALONE.match(block.text)
    )


_REST_WORDS = 3  # of what a column breaks off; twice as many in the lines that follow
_BROKEN_OFF = re.compile(r"[^\W\d_][\w’'-]+(?: (?:\w[\w’'-]*|&))*[.:]?|[-–—]")


_LINE = 45  # characters of a line of a heading, fewer of which seldom run over
_SAYS_ALL = re.compile(r"(?:none|nil|noted|agreed|approved|deferred|adopted|circulated)\b", re.I)


def _is_last_word(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> bool:
    """Whether a few words stand between a heading that fills its line and the head of a part."""
    return (
        place + 1 in heads
        and heads[place + 1].kind == "sub"
        and place not in heads
        and bool(re.fullmatch(r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){,2}", blocks[place].text))
        and not NOT_BUSINESS.match(blocks[place].text)
        and not _SAYS_ALL.match(blocks[place].text)
    )


def _is_rest_of_heading(
    blocks: Sequence[Block], place: int, heads: dict[int, Head], most: int
) -> bool:
    """Whether at most so many words stand here that a column broke off the heading of a part."""
    if place + 1 >= len(blocks) or place in heads or place + 1 in heads:
        return False
    block = blocks[place]
    return (
        len(block.text.split()) <= most
        and bool(_BROKEN_OFF.fullmatch(block.text))
        and not (block.label or block.table or block.bold)
        and not NOT_BUSINESS.match(block.text)
        and not ALONE.match(block.text)
    )


_NO_VERB = re.compile(r"\b(?:to be|proposed)\b")  # "Roads to be Public", "Works on proposed Park"
_PROPOSED = re.compile(r"(?:Proposed|Moved) by\b|On the proposal of\b")
_MORE_LINES = 3  # of a heading: a department, a section of it, what was taken


def _lines_of_title(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> int:
    """How many more lines of the heading stand here: short, no sentences, with text below."""
    if _is_to_do_above_report(blocks, place, heads):
        return 1
    more = 0
    while more < _MORE_LINES and _goes_on_with_title(blocks, place + more, heads):
        more += 1
        if _is_broken_off(blocks, place + more, heads):
            more += 1
        if names_report(blocks[place + more].text):
            return more
        if place + more in heads and _heads_parts(blocks, place + more - 1, heads):
            return more
        titled = all(in_title_case(each.text) for each in blocks[place : place + more])
        below = blocks[place + more].text
        if len(below.split()) > 12 or TO_DO.match(below) or _PROPOSED.match(below):
            return more
        if SENTENCE.match(below) and not blocks[place + more - 1].text.endswith("."):
            return more
        if not titled and not _is_circulated(blocks[place + more : place + _MORE_LINES + 1]):
            return 0
    return 0


def _is_to_do_above_report(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> bool:
    """Whether the line of an agenda stands above a report, however long: "To consider ..."."""
    return (
        place + 1 < len(blocks)
        and place not in heads
        and bool(TO_DO.match(blocks[place].text))
        and len(blocks[place].text.split()) <= _TITLE_WORDS
        and names_report(blocks[place + 1].text)
    )


def _is_broken_off(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> bool:
    """Whether one word stands below a line of a heading that is full: "Hamlets."."""
    return (
        place + 1 < len(blocks)
        and place not in heads
        and len(blocks[place - 1].text) >= _LINE
        and bool(re.fullmatch(r"[A-Z][\w’'-]+\.?", blocks[place].text))
        and not _SAYS_ALL.match(blocks[place].text)
    )


def _is_circulated(blocks: Sequence[Block]) -> bool:
    """Whether a report on the matter is named within these lines, where its heading ends."""
    return any(names_report(each.text) for each in blocks)


def _goes_on_with_title(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> bool:
    """Whether a line that may be of a heading stands here, and neither the end nor an item next."""
    if place + 1 >= len(blocks) or place in heads:
        return False
    block = blocks[place]
    if place + 1 in heads and not (heads[place + 1].part_of or _heads_parts(blocks, place, heads)):
        return False
    bare = re.sub(r"\([^()]*\)", "", block.text)  # without "(deferred from the meeting held ...)"
    titled = in_title_case(bare)
    words = (bare if titled else block.text).replace("/", " ").split()
    return (
        len(words) <= SENTENCE_WORDS
        and sum(len(word) > 2 for word in words) >= 2
        and block.label is None
        and not block.table
        and is_titlelike(block.text.rstrip("."))
        and not block.text.endswith(":")
        and block.text[0] not in '“"‘(•*-'
        and not _is_no_title(block.text)
        and not ALONE.match(block.text)
        and not VERB.search(_NO_VERB.sub("", block.text) if titled else block.text)
        and not SENTENCE.match(block.text)
        and not PERSON.match(block.text)
        and not re.search(r"[£€$]\s?\d|: .*\.$", block.text)
    )


def _heads_parts(blocks: Sequence[Block], place: int, heads: dict[int, Head]) -> bool:
    """Whether a second line of a heading stands above its parts: "Planning Services", "(a) ..."."""
    text = blocks[place].text
    first = heads[place + 1].label
    return (
        first is not None
        and heads[place + 1].kind == "sub"
        and first.value[-1] == 1
        and in_title_case(text)
        and not text.endswith(".")
    )


def _may_be_title(block: Block) -> bool:
    text = re.sub(r"[.:]$", "", block.text)
    return not block.table and (
        block.bold
        or (is_titlelike(block.text) and len(block.text.split()) <= 40)
        or (
            is_titlelike(text)
            and len(text.split()) <= SENTENCE_WORDS
            and (text[:3] == "To " or not VERB.search(text))
        )
    )
