"""Headings without a number: business that has none, and all of a meeting without numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.headings import (
    ALONE,
    ATTENDANCE,
    CAPTIONED,
    GROUP,
    IN_PERSON,
    LAST_BUSINESS,
    NOT_BUSINESS,
    OF_A_MEMBER,
    PERSON,
    PLAIN,
    PLAIN_WORDS,
    QUESTION_OR_MOTION,
    SMALL_WORDS,
    SUBMITTED,
    TITLE_WORD,
    Block,
    Head,
    asks_below,
    has_body,
    has_colon_and_text,
    has_heading_in_line,
    heads_report,
    in_title_case,
    is_subheading,
    names_report,
    sentence_title,
    tells_of,
    title_and_next,
)
from ingest.numbering import (
    BUSINESS,
    LONGEST_TITLE,
    RUNNING,
    VERB,
    Candidate,
    inline_title,
    is_titlelike,
)

# "Clerk's Report" below a numbered "Chairman's Report", but not among the reports of one item.
_REPORT_OF = re.compile(
    r"^(?:the )?(?:chair(?:man|person|woman)?|clerk|treasurer|secretary|mayor|warden|police|head ?"
    r"teacher|(?:county|borough|district|ward) (?:council(?:lor)?|member))(?:['’]s|s['’]?)? "
    r"reports?\W*$",
    re.I,
)
_REPORTS = re.compile(r"\breports\b", re.I)


def unnumbered_heads(
    blocks: Sequence[Block], chain: Sequence[Candidate], heads: dict[int, Head], front_end: int
) -> list[Head]:
    """Headings without a number: business that has none, or all of a meeting without numbers."""
    if chain:
        return _between_items(blocks, chain, heads, front_end)
    return _of_whole_meeting(blocks, front_end)


def _of_whole_meeting(blocks: Sequence[Block], start: int) -> list[Head]:
    """The headings of minutes without numbers."""
    found: list[Head] = []
    captions = captions_of(blocks)
    in_line = _headings_in_line(blocks, start)
    colons = _headings_with_colon(blocks, start)
    lettered = _lettered_rows(blocks, start)
    for place in range(start, len(blocks)):
        if not _may_be_unnumbered(blocks[place]) or place in lettered:
            continue
        text = blocks[place].text
        head = free_heading(blocks, place, captions) or in_line.get(place)
        if head is None and (place in colons or (not found and heads_report(blocks, place))):
            head = Head(place, None, "title", None, text.rstrip(" :"))
        if head:
            found.append(head)
    known = {head.block for head in found}
    plain = [head for head in found if not (blocks[head.block].bold or head.text)]
    if len(plain) >= PLAIN and 2 * len(plain) > len(found):
        found += [
            Head(place, None, "title", None, blocks[place].text.rstrip(" :"))
            for place in range(min(known) + 1, len(blocks) - 1)
            if place not in known and place - 1 not in known and _is_alike(blocks, place)
        ]
    return sorted(found, key=lambda head: head.block)


def _lettered_rows(blocks: Sequence[Block], start: int) -> set[int]:
    """The paragraphs "(a)", "(b)", "(c)" in a row, which are parts of one item or entries of it."""
    found: set[int] = set()
    for place in range(start, len(blocks) - 1):
        one, other = blocks[place].label, blocks[place + 1].label
        if one is None or other is None or blocks[place].bold:
            continue
        if one.family == other.family == "letter" and other.value[0] == one.value[0] + 1:
            found |= {place, place + 1}
    return found


def _may_be_unnumbered(block: Block) -> bool:
    return not (block.table or block.number or (block.label and block.label.family != "letter"))


@dataclass(frozen=True)
class _Within:
    """The item that a line stands in: its number, its title, and where its text begins."""

    number: str | None = None
    title: str = ""
    group: str = ""  # the title, where headings in bold stand below it
    after: int = 0

    @property
    def lists(self) -> bool:
        """Whether it holds questions, motions or letters."""
        return bool(QUESTION_OR_MOTION.search(self.title[:120]))

    def part(self, place: int, text: str) -> Head:
        """The heading of another matter of the item."""
        title = f"{self.title.rstrip('.')}: {text}"
        return Head(place, self.number, "title", None, title.rstrip(" :."))


def _between_items(
    blocks: Sequence[Block], chain: Sequence[Candidate], heads: dict[int, Head], front_end: int
) -> list[Head]:
    """The headings without a number among numbered items."""
    found: list[Head] = []
    first = min(heads)
    captions = captions_of(blocks)
    in_line = _has_headings_in_line(chain)
    in_capitals = sum(each.label.rest.isupper() for each in chain) > _MOST * len(chain)
    # "Item 3" heads every item, so that what has no such heading is of the item before.
    worded = all(each.label.worded for each in chain)
    bounds = [*sorted(heads), len(blocks)]
    plain = {at for one, end in pairwise(bounds) for at in _plain_subheadings(blocks, one, end)}
    titles: dict[str | None, str] = {}
    opening = [block.text for block in blocks[: min(front_end, first)]]
    item = _Within()
    raised = False  # whether what follows was raised beside the agenda
    for place in range(min(front_end, first), len(blocks)):
        text = blocks[place].text
        if place in heads:
            item = _entered(blocks, heads[place], item, titles)
            raised = False
            continue
        if place - 1 in heads and not blocks[place - 1].rest:
            continue  # the title of a number that stands alone
        if not _may_be_unnumbered(blocks[place]) or text in captions or _is_of(opening, text):
            continue
        head = _heading_with_colon(place, text) if in_line and place not in plain else None
        if head is None and place <= first:
            if _heads_before_numbers(blocks, place):
                head = Head(place, None, "title", None, text.rstrip(" :."))
        elif head is None and _RAISED.match(text):
            if not (found and found[-1].block == place - 1):  # not below its own heading
                head = Head(place, None, "title", None, sentence_title(text), text)
            raised, item = True, _Within()
        elif head is None and in_capitals and _is_in_capitals(blocks, place):
            head, item = Head(place, None, "title", None, text.rstrip(" :.")), _Within()
        elif head is None and raised and place + 1 < len(blocks) and _is_alike(blocks, place):
            head = Head(place, None, "title", None, text.rstrip(" :"))
        elif head is None:
            head = _heading_within(blocks, place, heads, item, found, worded=worded)
            if head is None and not OF_A_MEMBER.search(item.title):
                # Else what is in bold there is of the question, the motion or the reply.
                head = _subheading(blocks, place, item, is_plain=place in plain)
            if head and head.number is None and _is_alone(text):
                item = replace(item, group="")
        if head:
            found.append(head)
    return found


def _is_of(opening: Sequence[str], text: str) -> bool:
    """Whether a line of the opening, or the name of the body in it, is printed on a page again."""
    named = _BODY.fullmatch(text) and any(text.casefold() in one.casefold() for one in opening)
    return text in opening or bool(named)


_BODY = re.compile(r"(?:[^\W\d_]+ ){2,}(?:council|committee|board|panel)", re.I)


def _is_in_capitals(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line in capitals stands alone above a sentence."""
    text, above = blocks[place].text, blocks[place - 1].text
    return (
        text.isupper()
        and 2 <= len(text.split()) <= PLAIN_WORDS
        and not above.isupper()
        and not NOT_BUSINESS.match(text)
        and place + 1 < len(blocks)
        and not blocks[place + 1].text.isupper()
        and bool(VERB.search(blocks[place + 1].text))
    )


def _heads_before_numbers(blocks: Sequence[Block], place: int) -> bool:
    """Whether business is headed here before the first number."""
    return (
        (_is_alone(blocks[place].text) and has_body(blocks, place))
        or has_colon_and_text(blocks, place)
        or (is_subheading(blocks, place) and bool(VERB.search(blocks[place + 1].text)))
    )


_THEN = r"(?:completion|conclusion|end) of the (?:agenda|meeting)"
_MATTERS = r"following (?:items?|matters?|issues?) (?:was|were)"
_RAISED = re.compile(
    rf"(?:with the permission of .{{3,60}}? )?(?:the )?{_MATTERS}(?: then)? raised\b.{{0,40}}?"
    rf"\b{_THEN}\W*$|at the {_THEN}\b.{{0,90}}? {_MATTERS}\b.{{0,60}}$",
    re.I | re.S,
)


def _entered(
    blocks: Sequence[Block], head: Head, item: _Within, titles: dict[str | None, str]
) -> _Within:
    """The item that begins here; `titles` has those of the items before, for their parts."""
    in_line = head.in_line or (head.label and has_heading_in_line(head.label.rest))
    if head.kind == "sub" and in_line:
        return item  # a heading below it is of the whole item
    title, after = title_and_next(blocks, head.block)
    if (split := _colon_title(title)) and not blocks[head.block].bold:
        title = split[0]
    if head.part_of:
        title = titles.get(head.part_of, title)
    titles[head.number] = title
    return _Within(head.number, title, title if is_subheading(blocks, after) else "", after)


def _is_alone(text: str) -> bool:
    return bool(ALONE.match(text)) and len(text.split()) <= 30 and "?" not in text


def _heading_within(
    blocks: Sequence[Block],
    place: int,
    heads: dict[int, Head],
    item: _Within,
    found: Sequence[Head],
    *,
    worded: bool,
) -> Head | None:
    """A heading that tells by its words, or by what stands below it, that it is one."""
    text = blocks[place].text
    alone = _is_alone(text)
    split = _colon_title(text)
    if split and LAST_BUSINESS.match(split[0]):
        return Head(place, None, "title", None, split[0], split[1])  # "Next meeting: 4th May"
    if alone and item.lists and _is_of_a_list(item.title, text):
        return item.part(place, text)
    if item.number and place == item.after and place - 1 not in heads and SUBMITTED.search(text):
        return item.part(place, text)  # what the item is about, and whose motion it is
    if alone and (
        (not worded and _heads_items(blocks, heads, place))
        or LAST_BUSINESS.match(text)
        or not (item.lists or worded)
        or _OF_NO_MEMBER.match(text)  # but a matter of its own
    ):
        return Head(place, None, "title", None, text.rstrip(" :."))
    if alone and worded and blocks[place].bold:
        return item.part(place, text)  # "Matters Arising" below "Item 1"
    if item.group and place > item.after and _is_apart(blocks, place, found):
        return Head(place, item.number, "title", None, f"{item.group} {text}".rstrip(" :"))
    if place - 1 not in heads and asks_below(blocks, place):
        return Head(place, None, "title", None, text.rstrip(" :."))
    return None


_OF_NO_MEMBER = re.compile(r"(?:deputations?|other matters)\b", re.I)


def _subheading(
    blocks: Sequence[Block], place: int, item: _Within, *, is_plain: bool
) -> Head | None:
    """The heading of another matter of the item: in bold, in capitals, or plain among others."""
    text = blocks[place].text
    in_capitals = (
        text.isupper()
        and len(text.split()) > 1
        and not blocks[place - 1].text.isupper()
        and has_colon_and_text(blocks, place)
    )
    marked = place > item.after and _is_marked_subheading(blocks, place, item.lists)
    if marked or in_capitals:
        return item.part(place, text)
    if is_plain or (_REPORT_OF.match(text) and not _REPORTS.search(item.title)):
        if item.lists:
            return Head(place, item.number, "title", None, text.rstrip(" :"))
        return item.part(place, text)
    return None


def _is_apart(blocks: Sequence[Block], place: int, found: Sequence[Head] = ()) -> bool:
    """Whether a heading in bold stands here, and not the last head of a table's columns."""
    behind = bool(found) and found[-1].block == place - 1  # another heading
    return is_subheading(blocks, place) and (behind or not blocks[place - 1].bold)


_MOST = 0.6  # of the items, so that a paragraph in their form is one too


def _has_headings_in_line(chain: Sequence[Candidate]) -> bool:
    """Whether most items are one paragraph with its heading: "3. Minutes: It was proposed ...".

    Numbers that run on from meeting to meeting leave out none.
    """
    if any(each.label.value[0] >= RUNNING for each in chain):
        return False
    split = sum(_colon_title(each.label.rest) is not None for each in chain)
    return len(chain) >= PLAIN and split >= _MOST * len(chain)


def _headings_in_line(blocks: Sequence[Block], start: int) -> dict[int, Head]:
    """The headings in line of minutes without numbers, where several name business of a meeting."""
    found = {
        place: head
        for place in range(start, len(blocks))
        if (head := _heading_with_colon(place, blocks[place].text))
    }
    telling = sum(bool(BUSINESS.search(head.title)) for head in found.values())
    return found if telling >= PLAIN else {}


def _colon_title(text: str) -> tuple[str, str] | None:
    """The heading with a colon and the text behind it with which a paragraph begins."""
    split = inline_title(text) if ":" in text[:LONGEST_TITLE] else None
    return split if split and text[len(split[0]) :].lstrip()[:1] == ":" else None


def _heading_with_colon(place: int, text: str) -> Head | None:
    """An item without a number where the others are so headed: "Police Report: It was said ..."."""
    split = _colon_title(text)
    if (
        split
        and 1 <= len(split[0].split()) <= _IN_LINE_WORDS
        and in_title_case(split[0])
        and VERB.search(split[1])
        and len(split[1].split()) > _IN_LINE_WORDS
        and not NOT_BUSINESS.match(text)
        and not ATTENDANCE.match(text)
    ):
        return Head(place, None, "title", None, split[0], split[1])
    return None


_IN_LINE_WORDS = 6


def _headings_with_colon(blocks: Sequence[Block], start: int) -> list[int]:
    """Lines such as "Yellow Lines, Quay Road:" above text, in minutes that head their items so."""
    found = [place for place in range(start, len(blocks)) if has_colon_and_text(blocks, place)]
    return found if len(found) >= PLAIN else []


def _is_of_a_list(inside: str, text: str) -> bool:
    """Whether a deputation, motion or question is headed in an item that holds several."""
    return not OF_A_MEMBER.search(inside) and bool(
        re.match(r"(?:deputation|question|(?:notice of )?motion)s?\b.*\b(?:from|by)\b", text, re.I)
    )


_REPLIES = re.compile(r"(?:A )?repl(?:y|ies) to the following\b", re.I)


def _heads_items(blocks: Sequence[Block], heads: dict[int, Head], place: int) -> bool:
    """Whether a heading stands right above an item: "NOTICES OF MOTION", or whose motion it is."""
    text = blocks[place].text
    below = blocks[place + 1].text if place + 1 < len(blocks) else ""
    if SUBMITTED.search(text) and IN_PERSON.match(below):
        return True
    if GROUP.match(text) and (text.isupper() or place + 1 in heads):
        return True
    if place + 1 in heads:
        return text.isupper() or bool(OF_A_MEMBER.search(text))
    if place + 2 in heads and _REPLIES.match(below):
        return text.isupper()
    return text.isupper() and bool(ALONE.match(below))


def _is_marked_subheading(blocks: Sequence[Block], place: int, listed: bool) -> bool:
    """Whether another matter of the same item is headed in bold here, with text of its own.

    In a list of motions or of correspondence only one with a report.
    """
    if not _is_apart(blocks, place):
        return False
    text, below = blocks[place].text, blocks[place + 1].text
    return names_report(below) or (
        (not listed or in_title_case(text))
        and len(text.split()) > 1
        and not tells_of(text)
        and not CAPTIONED.match(text)
        and bool(VERB.search(below))
    )


def _plain_subheadings(blocks: Sequence[Block], start: int, end: int) -> list[int]:
    """Lines of an item that look like headings without bold or number: "Adoption of Accounts".

    What stands there more than once is a formula and heads nothing. Below several such headings
    others are told by less: "Mill Green", which may be a name where it stands alone.
    """
    lines = [place for place in range(start + 1, end - 1) if _heads_sentence(blocks, place)]
    found = [place for place in lines if _tells_by_words(blocks, place)]
    times = Counter(blocks[place].text for place in found)
    found = [place for place in found if times[blocks[place].text] == 1]
    others = [place for place in lines if _is_no_entry(blocks, place)]
    if len(found) >= PLAIN:
        return sorted({*found, *(place for place in others if place > found[0])})
    told = [place for place in others if VERB.search(blocks[place + 1].text)]
    every = sorted({*found, *told})
    # A question or a motion may quote what has headings of its own.
    of_one = re.search("uestion|otion", blocks[start].text)
    return every if found and len(every) >= PLAIN and not of_one else []


def _tells_by_words(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line above a sentence is a heading by what it says, and no name."""
    text = blocks[place].text
    if len(blocks[place + 1].text.split()) < _PLAIN_BELOW:
        return False
    words = TITLE_WORD.findall(text)
    telling = any(word.lower() in SMALL_WORDS or BUSINESS.search(word) for word in words)
    # "Mill Green 2011/12:" has figures, and tells by its colon.
    form = r"[A-Z][^.;:!?£$€]*:" if text.endswith(":") else r"[A-Z][^.;!?£$€\d]*"
    return bool(re.fullmatch(form, text)) and (telling or text.endswith(":"))


_ENTRY = re.compile(r"[-–] (?:[a-z]|Mr|Mrs|Ms|Cllr)")  # "Hall Trust - declined", of a list
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def _is_alike(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line stands here that is a heading where others are: "Mill Green Act 2005"."""
    return _heads_sentence(blocks, place) and _is_no_entry(blocks, place)


def _is_no_entry(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line above a sentence is neither a name nor an entry of a list."""
    text = blocks[place].text
    return (
        bool(re.fullmatch(r"[A-Z][^.;!?£$€\d]*", _YEAR.sub("", text)))
        and blocks[place - 1].text[-1:] in '.!?:)”"'
        and not PERSON.match(text)
        and not _ENTRY.search(text)
    )


_PLAIN_LENGTH = 150  # characters; nine words are never longer
_PLAIN_BELOW = 10  # words of the sentence below a heading that is told by its words
_ALIKE_BELOW = 6  # and below one that is told by others


def _heads_sentence(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line of few words in title case stands above a sentence."""
    block, after = blocks[place], blocks[place + 1]
    if len(block.text) > _PLAIN_LENGTH or block.label or block.bold or block.table:
        return False
    return (
        not (after.label or after.table)
        and is_titlelike(block.text)
        and 2 <= len(TITLE_WORD.findall(block.text)) <= PLAIN_WORDS
        and in_title_case(block.text)
        and not VERB.search(block.text)
        and not NOT_BUSINESS.match(block.text)
        and not ATTENDANCE.match(block.text)
        and len(after.text.split()) >= _ALIKE_BELOW
        and bool(VERB.search(after.text) or after.text.rstrip().endswith("."))
    )


# What a scan makes of a line or a column of marks: a letter three times, or no vowel at all.
_SPECKS = re.compile(r"([A-Z])\1\1|^[^AEIOUYÁÉÍÓÚ]+$")
_CAPTION = 3  # times that a caption stands in minutes, at least


def captions_of(blocks: Sequence[Block]) -> frozenset[str]:
    """What stands above each of several tables, and heads no business."""
    times = Counter(block.text for block in blocks)
    return frozenset(
        text for text, count in times.items() if count >= _CAPTION and not ALONE.match(text)
    )


def free_heading(blocks: Sequence[Block], place: int, captions: frozenset[str]) -> Head | None:
    """A heading in minutes without numbers: bold, in capitals, or by what it names."""
    block = blocks[place]
    text = block.text
    words = text.split()
    if CAPTIONED.match(text) or text in captions or _is_of_chart(blocks, place):
        return None
    if (place and _SIGNS.search(blocks[place - 1].text)) or _NAMES.fullmatch(text):
        return None  # the name below a letter, or those of who signed
    if re.search(r":\s+\w", text) and not block.bold:
        return _inline_heading(place, text)
    if NOT_BUSINESS.match(text) and not ALONE.match(text):
        return None if not re.match(r"minutes\b", text, re.I) else _inline_heading(place, text)
    if len(words) <= 30 and is_titlelike(text) and text[0] not in '“"‘(*•-':
        if ALONE.match(text):
            return Head(place, None, "title", None, text.rstrip(" :."))
        capitals = text.isupper() and len(text) > 4 and not _SPECKS.search(text)
        marked = block.bold or block.heading > 0 or capitals
        business = len(words) <= 8 and bool(BUSINESS.search(text)) and not _tells(text)
        business = business and (in_title_case(text) or not _ENTRY.search(text))
        if (marked or business) and (has_body(blocks, place) or _heads_sums(blocks, place)):
            return Head(place, None, "title", None, text.rstrip(" :"))
    return _inline_heading(place, text)


_MONEY = re.compile(r"[£€$]\s?\d")
_PAYMENTS = re.compile(r"\b(?:payments?|accounts|invoices|cheques)\b", re.I)
_SUMS = 3  # in a row, at least


def _heads_sums(blocks: Sequence[Block], place: int) -> bool:
    """Whether a list of payments stands below their heading, however few words each has."""
    below = blocks[place + 1 : place + 1 + _SUMS]
    return (
        bool(_PAYMENTS.search(blocks[place].text))
        and len(below) == _SUMS
        and all(_MONEY.search(each.text) for each in below)
    )


_CODE = re.compile(r"(?:[A-Z]\d{2,}\b.*|[A-Z][a-z]{2}-\d\d|[A-Z] - .*|.*[£€$]['’]?m\b.*)", re.S)
_LEADS_IN = re.compile(r"(?:includ\w+|following|follows|below)\W*:$", re.I)
_SIGNS = re.compile(r"\byours (?:sincerely|faithfully|truly)\W*$", re.I)
_NAMES = re.compile(r"[A-Z][\w’'-]+(?:, [A-Z][\w’'-]+)+\.")
_IN_CHART = 4  # words of a label


def _is_of_chart(blocks: Sequence[Block], place: int) -> bool:
    """Whether a label of a chart or table stands here, or a sentence that leads to a list."""
    text = blocks[place].text
    before = blocks[place - 1].text if place else ""
    below = blocks[place + 1].text if place + 1 < len(blocks) else ""
    if _CODE.fullmatch(text) or _LEADS_IN.search(text):
        return True
    return bool(
        len(text.split()) <= _IN_CHART
        and not ALONE.match(text)
        and (_CODE.fullmatch(before) or _CODE.fullmatch(below))
    )


def _tells(text: str) -> bool:
    """Whether a short line is a sentence or an entry of a list of payments."""
    return bool(
        tells_of(text) or _MONEY.search(text) or (text.endswith(".") and not ALONE.match(text))
    )


def _inline_heading(place: int, text: str) -> Head | None:
    """ "Matters Arising: ..." in minutes without numbers."""
    split = inline_title(text)
    if (
        split
        and len(split[0].split()) <= 7
        and BUSINESS.search(split[0])
        and not ATTENDANCE.match(text)
        and not _MONEY.match(split[1])
        and (":" in text[len(split[0]) :][:3] or VERB.search(split[1]))
    ):
        return Head(place, None, "title", None, split[0], split[1])
    return None
