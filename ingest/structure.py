"""A Document into meetings: which words belong to which item of which meeting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from ingest.attendance import parse_attendance
from ingest.bodies import find_body, find_council
from ingest.dates import find_dates, meeting_date
from ingest.decisions import parse_decisions
from ingest.model import Document, Item, Line, Meeting, Paragraph, Status
from ingest.numbering import (
    BUSINESS,
    VERB,
    Candidate,
    Label,
    find_chain,
    inline_title,
    is_titlelike,
    letter_value,
    look_of,
    parse_label,
    parse_number,
    roman_value,
    scanned_label,
)
from ingest.paragraphs import is_lone_label, paragraph_starts
from ingest.references import find_references
from ingest.sentences import split_sentences


@dataclass(frozen=True)
class Block:
    """A paragraph with what the layout says of it."""

    text: str
    page: int | None
    bold: bool
    heading: int
    number: str | None
    table: bool
    label: Label | None
    alone: bool = False  # the label has a line of its own

    @property
    def rest(self) -> str:
        return self.label.rest if self.label else self.text


@dataclass
class _Draft:
    """An item while its paragraphs are being gathered."""

    number: str | None
    title: str
    page: int | None
    blocks: list[Block] = field(default_factory=list)
    misread: str = ""  # the number as a scan prints it, where that cannot be right


def build_meetings(document: Document, file_name: str | None = None) -> list[Meeting]:
    """The meetings of a document, one or more; `file_name` only confirms dates."""
    blocks = _blocks(document)
    bounds = [0, *_meeting_starts(blocks), len(blocks)]
    single = len(bounds) == 2
    meetings = [
        _meeting(
            document, blocks[start:end], file_name, document.furniture if start == 0 else (), single
        )
        for start, end in pairwise(bounds)
    ]
    return meetings


def _blocks(document: Document) -> list[Block]:
    lines = document.lines
    starts = paragraph_starts(lines, document.wrapped)
    blocks: list[Block] = []
    group: list[Line] = []
    for line, start in zip(lines, starts, strict=True):
        if start and group:
            blocks.append(_block(group))
            group = []
        group.append(line)
    if group:
        blocks.append(_block(group))
    return blocks


def _block(lines: Sequence[Line]) -> Block:
    first = lines[0]
    # A hyphen at the end of a line keeps the space behind it: a quote must stand so in the source.
    text = " ".join(line.text for line in lines)
    label = parse_number(first.number, text) if first.number else parse_label(text)
    if first.number:
        text = f"{first.number} {text}".rstrip()
    # A number alone on its line often lacks the bold face of the heading beside it.
    told = lines[1:] if len(lines) > 1 and is_lone_label(first.text) else lines
    return Block(
        text=text,
        page=first.page,
        bold=all(line.bold for line in told),
        heading=first.heading,
        number=first.number,
        table=first.table,
        label=None if first.table else label,
        alone=is_lone_label(first.text),
    )


_MEETING_HEADING = re.compile(
    r"^(?:draft\s+|the\s+)?(?:(?:minutes|notes|record)\b.{0,80}?\b(?:meeting|council|committee|"
    r"agm|assembly)\b|"
    r".{0,60}\bmeeting\b.{0,80}\b(?:held|took place)\b)",
    re.I | re.S,
)
_RECORD = re.compile(
    r"\b(?:agreed|approved|adopted|signed|confirmed|proposed|seconded|read|true|correct|accepted|"
    r"circulated|"
    r"resolved|matters arising|amend\w*|next meeting|will be|to be held)\b",
    re.I,
)
_ATTENDANCE = re.compile(
    r"^\W*(?:\d{1,4}[.)]?\s*)?(?:members?\s+|councillors?\s+|those\s+|governors?\s+|also\s+|"
    r"staff\s+|officers?\s+|officials?\s+)*"
    r"(?:present|attending|attended|attendance|in attendance|in the chair|apolog(?:y|ies)|"
    r"officials|absent)\b",
    re.I,
)

_TELLS_ATTENDANCE = re.compile(
    rf"{_ATTENDANCE.pattern}|\b(?:apolog(?:y|ies)|attendance|absen(?:t|ces?))\b", re.I
)


def _meeting_starts(blocks: Sequence[Block]) -> list[int]:
    """Blocks at which another meeting's minutes begin: a heading, attendance, numbers from 1."""
    starts: list[int] = []
    for place, block in enumerate(blocks):
        if place - (starts[-1] if starts else 0) < 8 or len(block.text) > 400 or block.label:
            continue
        if not _MEETING_HEADING.match(block.text) or _RECORD.search(block.text):
            continue
        after = blocks[place + 1 : place + 12]
        near = " ".join(each.text for each in blocks[place : place + 3])[:800]
        attends = any(_ATTENDANCE.match(each.text) for each in after)
        if (
            attends
            and next(iter(find_dates(near)), None) is not None
            and not any(_ATTENDANCE.match(each.text) for each in blocks[max(0, place - 6) : place])
        ):
            starts.append(place)
    return starts


_ABOVE = r"(?:^|\b(?:council|committee|cabinet|board|panel|body|minutes|meeting))"
_DRAFT_WORD = re.compile(
    rf"{_ABOVE}\W*draft\W*$|"
    r"^\W*draft\W{1,5}(?:copy|version|not|unconfirmed|subject)\b|"
    r"\bdraft\s+(?:\w+\s+)?(?:minutes|copy|notes)\b|\(\s*draft\s*\)|"
    r"\b(?:minutes|notes)\W{1,3}draft\b|[-–—:]\s*draft\W*$|\bunconfirmed\b|"
    r"^\W*status:\W*(?:draft|unconfirmed|unapproved)\b|"
    r"\bsubject to (?:\w+ )?(?:approval|confirmation|ratification)\b|\bdrafft\b",
    re.I,
)
_CONFIRMED_WORD = re.compile(
    r"\b(?:confirmed|approved|final|signed|adopted)\s+minutes\b|"
    r"\bminutes\s*[-–(]?\s*(?:confirmed|approved|final)\b|\(\s*(?:confirmed|approved)\s*\)|"
    rf"{_ABOVE}\W*(?:confirmed|approved)\W*$|"
    r"\b(?-i:APPROVED|CONFIRMED) (?:on )?(?:\w+ )?\d{1,2}\b|"
    r"^\W*status:\W*(?:confirmed|approved|final)\b",
    re.I,
)
# A sentence of the record, which may speak of the draft minutes of another meeting.
_OF_ANOTHER = re.compile(
    r"\b(?:circulated|cop(?:y|ies) of|(?:was|were|be) \w+|proposed|seconded|resolved|felt|"
    r"discuss\w*|attended|(?:last|previous) meeting|matters arising)\b",
    re.I,
)
_HEADING_LENGTH = 400  # characters of a paragraph of the heading, at most
SHORT_MARK = 60  # characters of a header, footer or line of front matter that may say "draft"


def _meeting(
    document: Document,
    blocks: Sequence[Block],
    file_name: str | None,
    furniture: tuple[str, ...],
    single: bool,
) -> Meeting:
    front, drafts = _split_items(blocks)
    opening = [block.text for block in front] or [block.text for block in blocks[:4]]
    head = [*opening, *(text for draft in drafts[:1] for text in _attendance_head(draft))]
    title = document.title if single else None
    found = meeting_date(head, file_name=file_name if single else None, title=title)
    body = find_body(opening, title)
    warnings = [*document.warnings, *found.warnings]
    if body is None:
        warnings.append("The name of the body is not printed in the minutes.")
    items = _items(drafts)
    if not items:
        warnings.append("No items were found.")
    misread = [draft for draft in drafts if draft.misread]
    warnings += [
        f"Item {draft.number} is printed as “{draft.misread}”: a scan misread its number."
        for draft in misread
    ]
    named = [_joined(draft) for draft in drafts[:4] if _TELLS_ATTENDANCE.search(draft.title)]
    return Meeting(
        source=document.source,
        body=body,
        date=found.iso,
        council=find_council(opening),
        items=items,
        status=_status(opening, title, furniture),
        language=detect_language(" ".join(block.text for block in blocks)[:20000]),
        attendance=parse_attendance([*opening, *named], found.iso),
        front=tuple(Paragraph(block.text, block.page) for block in front),
        furniture=(*furniture, *(draft.misread for draft in misread)),
        warnings=tuple(warnings),
        url=document.url,
        ocr=document.ocr,
    )


def _status(opening: Sequence[str], title: str | None, furniture: Sequence[str]) -> Status | None:
    """What the heading, the title, or a header or footer says of the minutes themselves."""
    marks = [title or "", *(line for line in furniture[:40] if len(line) <= SHORT_MARK)]
    for text in opening[:8]:
        if _ATTENDANCE.match(text):
            break
        if len(text) <= _HEADING_LENGTH and not _OF_ANOTHER.search(text):
            marks.append(text)
    if any(_DRAFT_WORD.search(mark) for mark in marks):
        return "draft"
    return "confirmed" if any(_CONFIRMED_WORD.search(mark) for mark in marks) else None


def _attendance_head(draft: _Draft) -> list[str]:
    """Item 1 where it is the attendance: some minutes print the date after it."""
    return (
        [draft.title, *(block.text for block in draft.blocks[:2])]
        if _ATTENDANCE.match(draft.title)
        else []
    )


def _joined(draft: _Draft) -> str:
    return f"{draft.title.rstrip(':')}: " + "\n".join(block.text for block in draft.blocks)


# --- items -----------------------------------------------------------------------------------

# What follows the last item of any kind, and is never an entry of a list of questions or letters.
_LAST = (
    r"any other (?:\w+ )?business|a\.?o\.?b\.?|other business|adjournment(?: of (?:the )?meeting)?|"
    r"date (?:of|and|,).{0,40}meeting.{0,20}|next meeting"
)
_LAST_BUSINESS = re.compile(
    rf"^(?:{_LAST}|correspondence|votes? of (?:sympathy|congratulations?|thanks))\W*$", re.I | re.S
)
_ALONE = re.compile(
    r"^(?:(?:public|open)\s+(?:forum|session|participation|question)\b.*|"
    r"(?:.{0,20}\s)?questions?(?:\s+(?:by|from|submitted|time|from the floor)\b.*)?|"
    r"questions?\s+(?:&|and)\s+answers|"
    r"(?:the following\s+)?(?:question|notice of motion|motion|deputation)s?\s+(?:submitted|"
    r"received|in the name|proposed|from|by)\b.*|"
    r"(?:adjourned |deferred )?notices?\s+of\s+(?:motions?|question)s?(?: adjourned .*)?|motions?|"
    r"(?:public |councillors[’']? )?other business|"
    r"votes? of (?:sympathy|congratulations?|thanks)|correspondence|"
    rf"suspension of standing orders|matters arising.{{0,40}}|{_LAST})\W*$",
    re.I | re.S,
)
# "Clerk's Report" below a numbered "Chairman's Report", but not among the reports of one item.
_REPORT_OF = re.compile(
    r"^(?:the )?(?:chair(?:man|person|woman)?|clerk|treasurer|secretary|mayor|warden|police|head ?"
    r"teacher|(?:county|borough|district|ward) (?:council(?:lor)?|member))(?:['’]s|s['’]?)? "
    r"reports?\W*$",
    re.I,
)
_REPORTS = re.compile(r"\breports\b", re.I)
_NOT_BUSINESS = re.compile(
    r"^\W*(?:reply|response|answer|present\b|members?|officials?|officers?|in attendance|in the "
    r"chair|attend\w*|"
    r"apolog\w*|absent|signed|sínithe|chair(?:man|person|woman)?\W*$|cathaoirleach\W*$|mayor\W*$|"
    r"clerk|"
    r"secretary\W*$|dated?|dáta|for\b|against\b|abstain\w*|abstention\w*|total|resolved|decision|"
    r"action|"
    r"proposed(?: by|:|;)|seconded|note|and resolved|minutes\b|meeting\b|held\b|page|"
    r"councillors?\b|cllrs?\b|amendment\b|"
    r"(?:also )?circulated\b|cathaoirleach\b|comhairle|méara|riarthóir|parish clerk|village hall,)",
    re.I,
)
_QUESTION_OR_MOTION = re.compile(r"\b(?:questions?|motions?|correspondence|deputations?)\b", re.I)


# "Question submitted by Councillor Barr", which is of one matter.
_OF_A_MEMBER = re.compile(
    r"\b(?:question|motion)s?\b.{0,20}\b(?:submitted|tabled|asked|received|from|by)\b", re.I
)


@dataclass(frozen=True)
class _Head:
    """Where an item begins: its number, and how many blocks its heading takes."""

    block: int
    number: str | None
    kind: Literal["number", "sub", "title"]
    label: Label | None = None
    title: str = ""
    text: str = ""  # the text that follows the title in the same paragraph
    part_of: str = ""  # the number of the item whose title this one has, before its own
    in_line: bool = False  # of a run of parts with heading and text in one line


def _split_items(blocks: Sequence[Block]) -> tuple[list[Block], list[_Draft]]:
    """Front matter, and the items with their paragraphs."""
    drafts: list[_Draft] = []
    end = _agenda_behind(blocks)
    if end is not None:  # the agenda of another meeting, none of whose items is of this one
        front, drafts = _split_items(blocks[:end])
        agenda = _Draft(None, blocks[end].text, blocks[end].page, list(blocks[end + 1 :]))
        return front, [*drafts, agenda]
    chain = find_chain(_candidates(blocks))
    if _is_list(blocks, chain):
        chain = []
    numbered = {each.block: each for each in chain}
    front_end = _front_end(blocks, chain)
    heads: dict[int, _Head] = {}
    for place, candidate in numbered.items():
        heads[place] = _Head(place, candidate.label.number, "number", candidate.label)
    for head in _subitems(blocks, chain):
        heads.setdefault(head.block, head)
    for head in _unnumbered(blocks, chain, heads, front_end):
        heads.setdefault(head.block, head)
    for head in _parts_of_unnumbered(blocks, heads):
        heads.setdefault(head.block, head)
    blocks = list(blocks)
    _join_headings_above(blocks, heads)
    _move_numbers(blocks, heads)
    _fill_numbers(heads)
    if not heads:
        return _front_and_rest(blocks, front_end)
    first = _after_agenda(blocks, heads)
    front = list(blocks[:first])
    telling = (each for each in front[front_end:] if VERB.search(each.text))
    if not chain and sum(len(each.text.split()) for each in telling) > _UNTITLED:
        drafts.append(_Draft(None, "", front[front_end].page, front[front_end:]))
        front = front[:front_end]
    place = first
    while place < len(blocks):
        if place in heads:
            head = heads[place]
            draft, place = _open_item(blocks, place, heads)
            if head.part_of:
                whole = next((d.title for d in reversed(drafts) if d.number == head.part_of), "")
                if head.title:
                    draft.title = whole or draft.title
                elif whole.casefold() not in draft.title.casefold():
                    draft.title = f"{whole}: {draft.title}"
            drafts.append(draft)
        else:
            drafts[-1].blocks.append(blocks[place])
            place += 1
    return front, drafts


def _agenda_behind(blocks: Sequence[Block]) -> int | None:
    """Where an agenda begins that stands behind the minutes and their line to be signed."""
    for place in range(len(blocks) // 2, len(blocks)):
        if blocks[place].text.strip(" :") == "AGENDA" and any(
            _SIGNED.search(block.text) for block in blocks[max(0, place - 6) : place]
        ):
            return place
    return None


_SIGNED = re.compile(
    r"\b(?:sign(?:ed|ature)?|chair(?:man|person|woman)?|clerk|dated?)\b\W*(?:$|[:_.])", re.I
)
_UNTITLED = 60  # words before the first heading, more of which are business without a title
_LISTED = 3  # entries of a list, at least
_ROW_WORDS = 4  # of the heading of a row
_HOLDS_MOST = 0.5  # of a meeting, which stands behind a list of numbers without any text


def _is_list(blocks: Sequence[Block], chain: Sequence[Candidate]) -> bool:
    """Whether the numbers that were found are of one list, in minutes whose items have none.

    So the rows of a table before a long text, and the applications below "Planning" among other
    headings in bold.
    """
    if len(chain) < _LISTED or any(each.style[0] or each.label.worded for each in chain):
        return False
    first, last = chain[0].block, chain[-1].block
    rows = sum(
        b.block - a.block <= 1
        and len(a.label.rest.split()) <= _ROW_WORDS
        and not BUSINESS.search(a.label.rest)
        for a, b in pairwise(chain)
    )
    longest = max(b - a for a, b in pairwise([*(each.block for each in chain), len(blocks)]))
    if rows >= max(_LISTED, 0.6 * (len(chain) - 1)) and longest > _HOLDS_MOST * len(blocks):
        return True
    headed = [
        place
        for place in range(len(blocks))
        if (blocks[place].bold or blocks[place].heading)
        and BUSINESS.search(blocks[place].text)
        and not _MEETING_HEADING.match(blocks[place].text)
        and _free_heading(blocks, place)
    ]
    before = [place for place in headed if place < first]
    inside = any(first < place < last for place in headed)
    return len(before) >= _LISTED and before[-1] == first - 1 and not inside


_AGENDA_LEAST = 4  # numbers in a row that come again, below which nothing is called an agenda


_AGENDA_SHARE = 0.7  # of the words of its minutes, which an agenda seldom has


def _after_agenda(blocks: Sequence[Block], heads: dict[int, _Head]) -> int:
    """The first head of the minutes, past an agenda that lists the same numbers before them."""
    numbers = [(place, heads[place].number) for place in sorted(heads) if heads[place].number]
    if not numbers:
        return min(heads)
    again = [at for at, (_, number) in enumerate(numbers) if at and number == numbers[0][1]]
    if len(again) != 1 or again[0] < _AGENDA_LEAST:
        return min(heads)
    start = numbers[again[0]][0]
    before, behind = (
        sum(len(block.text.split()) for block in part)
        for part in (blocks[numbers[0][0] : start], blocks[start:])
    )
    if before > _AGENDA_SHARE * behind:
        return min(heads)  # the same minutes stand there twice
    listed = {number for _, number in numbers[: again[0]]}
    after = {number for _, number in numbers[again[0] :]}
    return numbers[again[0]][0] if len(listed & after) > 0.8 * len(listed) else min(heads)


def _front_and_rest(blocks: Sequence[Block], front_end: int) -> tuple[list[Block], list[_Draft]]:
    """Minutes without any heading: what follows the attendance is one item without a title."""
    rest = list(blocks[front_end:])
    if not rest or front_end == 0:
        return list(blocks), []
    return list(blocks[:front_end]), [_Draft(None, "", rest[0].page, rest)]


def _candidates(blocks: Sequence[Block]) -> list[Candidate]:
    found = []
    for place, block in enumerate(blocks):
        label = block.label
        if label is None or label.family == "letter":
            label = scanned_label(block.text) or label
        if label is None or label.family == "letter" or block.table:
            continue
        if any(_is_figure(blocks, at) for at in (place - 1, place + 1)) and _is_figure(
            blocks, place
        ):
            continue  # a column or row of a table
        bare = not label.rest and _heads_next(blocks, place)
        look = look_of(label, block.bold, block.heading > 0, bare)
        if bare and blocks[place + 1].bold:
            look += 2.0
        if place and _SUBMITTED.search(blocks[place - 1].text) and _IN_PERSON.match(label.rest):
            look += 3.0  # the heading stands above the number of its motion
        found.append(
            Candidate(
                place,
                label,
                look,
                (block.bold, label.worded, label.delimiter or "bare"),
                block.alone,
            )
        )
    return found


def _is_figure(blocks: Sequence[Block], place: int) -> bool:
    return 0 <= place < len(blocks) and blocks[place].text.strip().isdigit()


def _heads_next(blocks: Sequence[Block], place: int) -> bool:
    if place + 1 >= len(blocks):
        return False
    after = blocks[place + 1]
    return not after.table and (after.bold or is_titlelike(after.text))


def _front_end(blocks: Sequence[Block], chain: Sequence[Candidate]) -> int:
    """The block after the heading and the attendance."""
    limit = min(len(blocks), chain[0].block if chain else 40)
    end = 0
    for place in range(limit):
        text = blocks[place].text
        if place < 2 or _ATTENDANCE.match(text):
            end = place + 1
            if _ATTENDANCE.match(text) and len(text.split()) < 6:
                end = _skip_names(blocks, end, limit)
        elif _MEETING_HEADING.match(text) and not _RECORD.search(text) and place < 8:
            end = place + 1
    return end


def _heads_report(blocks: Sequence[Block], place: int) -> bool:
    """Whether a heading without any mark but the report below it stands here."""
    text = blocks[place].text
    return (
        place + 1 < len(blocks)
        and blocks[place + 1].text.startswith("Circulated,")
        and len(text.split()) <= _SENTENCE_WORDS
        and is_titlelike(text)
        and not _NOT_BUSINESS.match(text)
        and not _OFFICE.search(text)
    )


_OFFICE = re.compile(r"\((?:Mr|Mrs|Ms|Miss|Dr|Cllr)\b")


def _skip_names(blocks: Sequence[Block], place: int, limit: int) -> int:
    """Past the names that stand below a heading such as "Present:"."""
    if place < limit and len(_OFFICE.findall(blocks[place].text)) > 1:
        place += 1  # an apology may stand behind the names in one paragraph
    while place < limit and not re.search(
        r"\b(?:was|were|that|had|has|the meeting)\b", blocks[place].text
    ):
        if _business_title(blocks[place]) or len(blocks[place].text) > 900:
            break
        if _has_colon_and_text(blocks, place) or _heads_report(blocks, place):
            break
        place += 1
    return place


def _business_title(block: Block) -> bool:
    text = block.text
    return bool(_ALONE.match(text)) or (
        len(text.split()) <= 8
        and bool(BUSINESS.search(text))
        and not _ATTENDANCE.match(text)
        and (block.bold or block.heading > 0 or text.endswith(":"))
    )


def _subitems(blocks: Sequence[Block], chain: Sequence[Candidate]) -> list[_Head]:
    """Sub-items "(a)" and "5.1" inside a numbered item."""
    found: list[_Head] = []
    ends = [each.block for each in chain[1:]] + [len(blocks)]
    whole: Label | None = None  # of the last item with lettered parts
    last = 0  # the value of its last letter
    for candidate, end in zip(chain, ends, strict=False):
        own = candidate.label
        letters: list[tuple[int, Label, int]] = []
        bracketed: list[tuple[int, Label, int]] = []
        expected = _next_part(own)
        decimals = _decimals(blocks, candidate, end)
        first = len(found)  # of this item
        found += decimals
        taken = {head.block for head in decimals}
        for place in range(candidate.block, end):
            block = blocks[place]
            label = block.label
            if place in taken:
                continue
            if label and label.value == expected and _is_part(label) and place > candidate.block:
                found.append(_Head(place, label.number, "sub", label))
                expected = _next_part(label)
                continue
            if place == candidate.block:
                label = _label_within(own)
            if label is None or block.table:
                continue
            heads = _is_titled(blocks, place, end, label)
            if label.family == "letter":
                if heads and own.value[-1] and _goes_on(expected, label):
                    found.append(_part(str(own.value[0]), place, label))  # "(b)" after "5(a)"
                    expected = (own.value[0], label.value[0] + 1)
                else:
                    letters.append((place, label, heads))
            elif label.family == "int" and re.match(r"\(\d{1,2}\)", block.text):
                bracketed.append((place, label, heads))
        letters = _without_nested(_of_one_form(blocks, _without_lists(blocks, letters)))
        roman = [label.number.lower() for _, label, _ in letters[:2]] == ["i", "ii"]
        title = _title_and_next(blocks, candidate.block)[0]
        if whole and letters and not roman and 0 < last == letters[0][1].value[0] - 1:
            # Another item was taken between its parts (d) and (e).
            parts = _lettered(whole, letters, candidate.block, last)
        elif _OF_A_MEMBER.search(title):
            continue  # its letters are of what was asked or answered
        else:
            whole = own
            parts = _lettered(own, letters, candidate.block)
        if not _QUESTION_OR_MOTION.search(title):
            if parts:
                parts += _between(parts, letters)
            else:
                run = _in_order(letters)
                parts = _with_text(blocks, run, own.number, candidate.block, end)
                parts = parts or _with_headings_in_line(run, own.number, title)
        last = max((head.label.value[0] for head in parts if head.label), default=0)
        found += parts
        inside = [head for head in found[first:] if head.block > candidate.block]
        found += _nested(blocks, inside, end)
        numbers = [label.value[0] for _, label, _ in bracketed]
        titled = all(each[2] > 1 for each in bracketed)
        if titled and numbers in (
            list(range(1, len(numbers) + 1)),
            list(range(2, len(numbers) + 2)),
        ):
            found += _lettered(own, bracketed, candidate.block)  # "(1)" may stand in the heading
    return found


def _decimals(blocks: Sequence[Block], candidate: Candidate, end: int) -> list[_Head]:
    """The parts "5.1", "5.2" ... of item 5: in order from the first, or with a heading each.

    A part that is a sentence has the title of its item.
    """
    own = candidate.label
    if own.family != "int" or own.value[-1]:
        return []
    found: list[_Head] = []
    seen = {0}
    for place in range(candidate.block + 1, end):
        label = blocks[place].label
        if label is None or label.family != "decimal" or blocks[place].table:
            continue
        if label.value[0] != own.value[0] or len(label.value) != 2:
            continue
        titled = bool(_is_titled(blocks, place, end, label))
        if not max(seen) - 1 <= label.value[1] <= max(seen) + 2 and not titled:
            continue
        seen.add(label.value[1])
        headed = titled or _has_heading_in_line(label.rest)
        title = "" if headed else _title_and_next(blocks, candidate.block)[0]
        if len(title.split()) > _SENTENCE_WORDS:
            title = _sentence_title(title)
        found.append(_Head(place, label.number, "sub", label, title))
    return found


def _next_part(label: Label) -> tuple[int, ...]:
    """The value of the "5(a)" or "5(b)" that would go on from an item's number."""
    return (label.value[0], label.value[-1] + 1) if label.family == "int" else ()


def _goes_on(expected: tuple[int, ...], label: Label) -> bool:
    """Whether "(b)" is the part that is expected; "(ii)" after "(i)", which may be a letter too."""
    after_i = (letter_value("i") + 1, letter_value("ii"))
    return bool(expected) and (
        label.value == expected[1:] or (expected[-1], *label.value) == after_i
    )


def _is_part(label: Label) -> bool:
    """Whether the label repeats its item's number, as in "5(a) Title. Text"."""
    rest = label.rest
    return label.number.endswith(")") and not rest[:1].islower() and rest[:1] not in ",;"


def _label_within(own: Label) -> Label | None:
    """The "(a)" that follows the number of an item in its heading: "3. (a) Raising of Loan"."""
    label = parse_label(own.rest) if own.rest.startswith("(") else None
    return label if label and label.family == "letter" else None


def _lettered(
    own: Label, letters: Sequence[tuple[int, Label, int]], first: int, after: int = 0
) -> list[_Head]:
    """The run of letters a, b, c ... of an item, where most have a heading of their own.

    `after` is the value of the letter that the run goes on from.
    """
    if own.family == "int" and own.value[-1]:
        return []
    run = _in_order(letters, after)
    if sum(titled > 0 for _, _, titled in run) * 2 < len(run):
        # Entries of lists in the text of a part may hide that its successor has a heading.
        run = _in_order([each for each in letters if each[2]], after)
        run = run if len(run) > 1 and run[0][1].value[0] == after + 1 else []
    heads = {place: label for place, label, titled in [*run, *letters] if titled > 1}
    heads |= {place: label for place, label, titled in run if titled}
    heads.pop(first, None)
    return [_part(own.number, place, label) for place, label in sorted(heads.items())]


def _part(whole: str, place: int, label: Label, title: str = "", part_of: str = "") -> _Head:
    return _Head(place, f"{whole}({label.number})", "sub", label, title, part_of=part_of)


def _between(parts: Sequence[_Head], letters: Sequence[tuple[int, Label, int]]) -> list[_Head]:
    """The part (b) that stands between (a) and (c), though its heading does not look like one.

    Where other letters stand there too, they are of a list.
    """
    known = {head.block: head for head in parts}
    found: list[_Head] = []
    waiting: list[tuple[int, Label]] = []
    value = 0
    for place, label, _ in letters:
        if place not in known:
            waiting.append((place, label))
            continue
        missing = list(range(value + 1, label.value[0]))
        if missing and [other.value[0] for _, other in waiting] == missing:
            whole = (known[place].number or "").rpartition("(")[0]
            found += [_part(whole, *each) for each in waiting if not each[1].rest[:1].islower()]
        waiting, value = [], label.value[0]
    return found


_HAVE_TEXT = 0.6  # of a run of labels, each with a paragraph without one below it


def _with_text(
    blocks: Sequence[Block], run: Sequence[tuple[int, Label, int]], whole: str, at: int, end: int
) -> list[_Head]:
    """The parts of the item at a block that are sentences with own text below, and have its title.

    None where the labels are of a list, whose entries follow each other.
    """
    title, start = _title_and_next(blocks, at)
    if len(run) < 2 or run[0][0] > start + 1:
        return []
    if any(label.rest[:1].islower() for _, label, _ in run):
        return []
    places = [*(place for place, _, _ in run), end]
    own = sum(after - one > 1 and blocks[one + 1].label is None for one, after in pairwise(places))
    if own < _HAVE_TEXT * len(run):
        return []
    return [_part(whole, place, label, title, part_of=whole) for place, label, _ in run]


_IN_LINE = 4  # words of a sentence behind its heading; an entry of a list has no more


def _with_headings_in_line(
    run: Sequence[tuple[int, Label, int]], whole: str, title: str
) -> list[_Head]:
    """The parts whose heading and text are in one line: "a) The Common - the Clerk had written".

    All of a run of letters are parts where most have such a heading; others have the title of
    their item.
    """
    headed = [label for _, label, _ in run if _has_heading_in_line(label.rest)]
    if len(headed) < 2 or len(headed) * 2 < len(run):
        return []
    return [
        _Head(
            place,
            f"{whole}({label.number})" if whole else label.number,
            "sub",
            label,
            "" if inline_title(label.rest) else title,
            in_line=True,
        )
        for place, label, _ in run
    ]


def _has_heading_in_line(text: str) -> bool:
    split = inline_title(text)
    if split is None:
        return False
    return len(split[1].split()) > _IN_LINE and bool(VERB.search(split[1]))


def _nested(blocks: Sequence[Block], heads: Sequence[_Head], end: int) -> list[_Head]:
    """The parts (i), (ii) ... of an item's lettered parts, with headings or text of their own."""
    found: list[_Head] = []
    ordered = sorted(heads, key=lambda head: head.block)
    for head, until in pairwise([*ordered, _Head(end, None, "sub")]):
        whole = head.number or ""
        if not re.search(r"\([a-z]\)$", whole, re.I):
            continue
        romans = [
            (place, label, _is_titled(blocks, place, end, label))
            for place in range(head.block + 1, until.block)
            if (label := blocks[place].label) is not None
            and re.fullmatch("[ivx]+", label.number, re.I)
            and not blocks[place].table
        ]
        run = _in_order(romans)
        if len(run) > 1 and sum(titled > 0 for _, _, titled in run) * 2 > len(run):
            found += [_part(whole, at, label, part_of=whole) for at, label, titled in run if titled]
        else:
            found += _with_text(blocks, run, whole, head.block, until.block)
    return found


def _without_lists(
    blocks: Sequence[Block], letters: Sequence[tuple[int, Label, int]]
) -> list[tuple[int, Label, int]]:
    """The labels, of which one that follows an entry with a semicolon has no heading."""
    before = {
        (place + 1, label.value[0] + 1)
        for place, label, _ in letters
        if blocks[place].text.endswith((";", "; and"))
    }
    return [
        (place, label, 0 if (place, label.value[0]) in before else titled)
        for place, label, titled in letters
    ]


def _of_one_form(
    blocks: Sequence[Block], letters: Sequence[tuple[int, Label, int]]
) -> list[tuple[int, Label, int]]:
    """The labels in the form of the first, "(a)" or "a.": others are of lists in the text."""
    brackets = [
        "(" in blocks[place].text[:8].partition(label.number)[0] for place, label, _ in letters
    ]
    return [each for each, one in zip(letters, brackets, strict=True) if one == brackets[0]]


def _without_nested(letters: Sequence[tuple[int, Label, int]]) -> list[tuple[int, Label, int]]:
    """The labels without those that number the parts of a sub-item: Roman ones below letters."""
    kept = []
    names = [label.number.lower() for _, label, _ in letters]
    romans = [each for each in letters if re.fullmatch("[ivx]+", each[1].number, re.I)]
    plain = [each for each in letters if each not in romans]
    if "ii" in names and all(each[2] for each in romans) and not any(each[2] for each in plain):
        return romans  # lists "a, b, c" in the parts (i) and (ii)
    lettered = any(name in "abcdefgh" for name in names)
    for place, each in enumerate(letters):
        roman = len(names[place]) > 1 or (
            names[place] == "i" and any(name == "ii" for name in names[place + 1 : place + 3])
        )
        if not (roman and lettered):
            kept.append(each)
    return kept


def _in_order(
    letters: Sequence[tuple[int, Label, int]], after: int = 0
) -> list[tuple[int, Label, int]]:
    """The first run a, b, c ... or i, ii, iii ..., with a gap where a letter was misread."""
    run: list[tuple[int, Label, int]] = []
    reached = {after}
    for place, label, titled in letters:
        values = {letter_value(label.number), roman_value(label.number)}
        steps = [value - before for value in values for before in reached if value]
        if any(0 < step <= (1 if not run else 2) for step in steps):
            run.append((place, label, titled))
            reached = {value for value in values if value}
    return run


_RULED = re.compile(r"^\|\s+(?=[A-Z][^?]*$)")  # a scan's reading of a line between columns
_OWN_WORDS = 8  # of the text below a heading, at least
_TO_DO = re.compile(r"To [a-z]+ ")  # "To note the report.", as an agenda puts it


def _is_titled(blocks: Sequence[Block], place: int, end: int, label: Label) -> int:
    """Whether a sub-label has a heading of its own: 0 no, it is a list entry; 1 it seems; 2 yes."""
    block = blocks[place]
    after = blocks[place + 1] if place + 1 < end else None
    if not label.rest:
        return 2 if after is not None and after.bold and is_titlelike(after.text) else 0
    rest = _RULED.sub("", label.rest)
    if block.bold or (_TO_DO.match(rest) and not VERB.search(rest)):
        rest = rest.rstrip(".")
    if not rest or rest[0] in '“"‘•*' or rest[0].islower() or not is_titlelike(rest):
        return 0
    if block.bold or block.heading:
        return 2
    words = len(label.rest.split())
    if (
        after is not None
        and _nests(blocks, place, end)
        and words <= 10
        and not VERB.search(label.rest)
    ):
        return 1
    if after is None or (after.label and after.label.family == label.family):
        return 0
    own = len(after.text.split())
    if block.alone and words <= 16 and not VERB.search(label.rest) and own > _OWN_WORDS:
        return 2
    for each in blocks[place + 2 : end]:
        if label.family != "letter" or each.label is not None or own > _OWN_WORDS:
            break
        own += len(each.text.split())
    return 1 if words <= 20 and own > _OWN_WORDS else 0


def _nests(blocks: Sequence[Block], place: int, end: int) -> bool:
    """Whether a list of its own begins below a lettered heading: "(d) Grants", "(i) ..."."""
    labels = [each.label for each in blocks[place + 1 : end] if each.label is not None]
    names = [label.number.lower() for label in labels if label.family == "letter"]
    if blocks[place + 1].label is None or names[:1] != ["i"]:
        return False
    return not _is_letter(blocks[place], "h") or "ii" in names[1:3]


def _is_letter(block: Block, letter: str) -> bool:
    return block.label is not None and block.label.number.lower() == letter


def _unnumbered(
    blocks: Sequence[Block], chain: Sequence[Candidate], heads: dict[int, _Head], front_end: int
) -> list[_Head]:
    """Headings without a number: business that has none, or all of a meeting without numbers."""
    found: list[_Head] = []
    first = min(heads) if heads else len(blocks)
    inside = group = ""
    number: str | None = None
    after = 0
    start = min(front_end, first) if chain else front_end
    bounds = [*sorted(heads), len(blocks)] if chain else []
    plain = {at for one, end in pairwise(bounds) for at in _plain_subheadings(blocks, one, end)}
    # "Item 3" heads every item, so that what has no such heading is of the item before.
    worded = bool(chain) and all(each.label.worded for each in chain)
    times = Counter(block.text for block in blocks)
    colons = [] if chain else _headings_with_colon(blocks, start)
    for place in range(start, len(blocks)):
        block = blocks[place]
        if place in heads:
            label = heads[place].label
            if heads[place].kind == "sub" and label and _has_heading_in_line(label.rest):
                continue  # a heading below it is of the whole item
            number = heads[place].number
            inside, after = _title_and_next(blocks, place)
            group = inside if _is_subheading(blocks, after) else ""
            continue
        if place - 1 in heads and not blocks[place - 1].rest:
            continue  # the title of a number that stands alone
        if block.table or block.number or (block.label and block.label.family != "letter"):
            continue
        text = block.text
        if chain:
            if times[text] >= _CAPTION and not _ALONE.match(text):
                continue
            alone = _ALONE.match(text) and len(text.split()) <= 30 and "?" not in text
            if place <= first:
                if (alone and _has_body(blocks, place)) or _has_colon_and_text(blocks, place):
                    found.append(_Head(place, None, "title", None, text.rstrip(" :.")))
                continue
            listed = _QUESTION_OR_MOTION.search(inside[:120])
            above = not worded and _heads_items(blocks, heads, place)
            if alone and listed and _is_of_a_list(inside, text):
                title = f"{inside}: {text}"
                found.append(_Head(place, number, "title", None, title.rstrip(" :.")))
            elif alone and (above or _LAST_BUSINESS.match(text) or not (listed or worded)):
                found.append(_Head(place, None, "title", None, text.rstrip(" :.")))
                group = ""
            elif group and place > after and _is_subheading(blocks, place):
                found.append(_Head(place, number, "title", None, f"{group} {text}".rstrip(" :")))
            elif _OF_A_MEMBER.search(inside):
                continue  # what is in bold there is of the question, the motion or the reply
            elif (place > after and _is_marked_subheading(blocks, place, bool(listed))) or (
                text.isupper() and len(text.split()) > 1 and _has_colon_and_text(blocks, place)
            ):
                title = f"{inside}: {text}"
                found.append(_Head(place, number, "title", None, title.rstrip(" :")))
            elif place in plain or (_REPORT_OF.match(text) and not _REPORTS.search(inside)):
                title = text if listed else f"{inside}: {text}"
                found.append(_Head(place, number, "title", None, title.rstrip(" :")))
            continue
        head = _free_heading(blocks, place)
        if head is None and (place in colons or (not found and _heads_report(blocks, place))):
            head = _Head(place, None, "title", None, text.rstrip(" :"))
        if head:
            found.append(head)
    return found


def _headings_with_colon(blocks: Sequence[Block], start: int) -> list[int]:
    """Lines such as "Yellow Lines, Quay Road:" above text, in minutes that head their items so."""
    found = [place for place in range(start, len(blocks)) if _has_colon_and_text(blocks, place)]
    return found if len(found) >= _PLAIN else []


def _has_colon_and_text(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line of few words with a colon stands here, no sentence, and one below it."""
    if place + 1 >= len(blocks):
        return False
    block, below = blocks[place], blocks[place + 1]
    return (
        bool(re.fullmatch(r"[A-Z][^.;:!?£€$]*:", block.text))
        and len(block.text.split()) <= _PLAIN_WORDS
        and not (block.label or block.table or below.table)
        and not _tells_of(block.text)
        and not _NOT_BUSINESS.match(block.text)
        and not _ATTENDANCE.match(block.text)
        and not _CAPTIONED.match(block.text)
        and bool(VERB.search(below.text))
    )


def _is_of_a_list(inside: str, text: str) -> bool:
    """Whether a deputation, motion or question is headed in an item that holds several."""
    return not _OF_A_MEMBER.search(inside) and bool(
        re.match(r"(?:deputation|question|(?:notice of )?motion)s?\b.*\b(?:from|by)\b", text, re.I)
    )


_GROUP = re.compile(r"(?:adjourned )?(?:notices? of motion|questions)\W*$", re.I)
_REPLIES = re.compile(r"(?:A )?repl(?:y|ies) to the following\b", re.I)


def _heads_items(blocks: Sequence[Block], heads: dict[int, _Head], place: int) -> bool:
    """Whether a heading stands right above an item: "NOTICES OF MOTION", or whose motion it is."""
    text = blocks[place].text
    if _SUBMITTED.search(text) and _IN_PERSON.match(
        " ".join(b.text for b in blocks[place + 1 :][:1])
    ):
        return True
    if _GROUP.match(text) and (text.isupper() or place + 1 in heads):
        return True
    if place + 1 in heads:
        return text.isupper() or bool(_OF_A_MEMBER.search(text))
    if place + 2 in heads and _REPLIES.match(blocks[place + 1].text):
        return text.isupper()
    return text.isupper() and place + 1 < len(blocks) and bool(_ALONE.match(blocks[place + 1].text))


def _join_headings_above(blocks: list[Block], heads: dict[int, _Head]) -> None:
    """Give "14. I will move that ..." the heading above it, "Motion submitted by Cllr Barr"."""
    for place in sorted(heads):
        above, head = heads.get(place - 1), heads[place]
        if head.kind != "number" or not head.label or not _IN_PERSON.match(head.label.rest):
            continue
        if above and above.kind == "title" and _OF_A_MEMBER.search(above.title):
            heads[place - 1] = replace(above, number=head.number)
            blocks[place] = replace(blocks[place], text=head.label.rest)
            del heads[place]


_SUBMITTED = re.compile(
    r"\b(?:question|motion)s?\b.{0,20}\b(?:submitted|tabled|received)\b.{0,10}\b(?:by|from)\b", re.I
)
_ENDS = re.compile(r"[.!?:;][\"'”’)\]]*$")


def _move_numbers(blocks: list[Block], heads: dict[int, _Head]) -> None:
    """Give a number that a scan put into the middle of a sentence to the heading that lacks one.

    So the numbers in a left column may come out above the text that their headings stand below.
    """
    for place, after in pairwise(sorted(heads)):
        head, other = heads[place], heads[after]
        if head.kind != "number" or not head.label or BUSINESS.search(head.label.rest[:60]):
            continue
        if not place or _ENDS.search(blocks[place - 1].text):
            continue
        if other.kind == "title" and other.number is None and _SUBMITTED.search(other.title):
            heads[after] = replace(other, number=head.number)
            blocks[place] = replace(blocks[place], text=head.label.rest)
            del heads[place]


def _fill_numbers(heads: dict[int, _Head]) -> None:
    """Number the motions and questions of members whose numbers a scan lost between two others."""
    lost: list[int] = []
    last: int | None = None
    for place in sorted(heads):
        head = heads[place]
        if head.kind == "title" and head.number is None and _SUBMITTED.search(head.title):
            lost.append(place)
        elif head.number and head.number.isdigit():
            number = int(head.number)
            if last is not None and lost and len(lost) == number - last - 1:
                for at, each in enumerate(lost, last + 1):
                    heads[each] = replace(heads[each], number=str(at))
            last, lost = number, []


def _parts_of_unnumbered(blocks: Sequence[Block], heads: dict[int, _Head]) -> list[_Head]:
    """The lettered parts of items without a number; their number is the letter alone."""
    found: list[_Head] = []
    for start, end in pairwise([*sorted(heads), len(blocks)]):
        if heads[start].number is not None:
            continue
        letters = [
            (place, label, 0)
            for place in range(start + 1, end)
            if (label := blocks[place].label) is not None
            and label.family == "letter"
            and not blocks[place].table
        ]
        found += _with_headings_in_line(_in_order(letters), "", heads[start].title)
    return found


def _title_and_next(blocks: Sequence[Block], place: int) -> tuple[str, int]:
    """The title of the item that begins here, and the block behind it."""
    if blocks[place].rest:
        return blocks[place].rest.rstrip(" :"), place + 1
    if place + 1 < len(blocks):
        return blocks[place + 1].text.rstrip(" :"), place + 2
    return "", place + 1


def _is_subheading(blocks: Sequence[Block], place: int) -> bool:
    """Whether a bold heading without a label stands here, with text below it."""
    if place >= len(blocks):
        return False
    block = blocks[place]
    return (
        block.bold
        and block.label is None
        and not block.table
        and len(block.text.split()) <= 30
        and is_titlelike(block.text)
        and block.text[0] not in '“"‘(•'
        and not _NOT_BUSINESS.match(block.text)
        and not _ALONE.match(block.text)
        and _has_body(blocks, place)
    )


def _is_marked_subheading(blocks: Sequence[Block], place: int, listed: bool) -> bool:
    """Whether another matter of the same item is headed in bold here, with text of its own.

    In a list of motions or of correspondence only one with a report.
    """
    if not _is_subheading(blocks, place) or blocks[place - 1].bold:
        return False
    text, below = blocks[place].text, blocks[place + 1].text
    return below.startswith("Circulated,") or (
        not (listed and not _in_title_case(text))
        and len(text.split()) > 1
        and not _tells_of(text)
        and not _CAPTIONED.match(text)
        and bool(VERB.search(below))
    )


_PLAIN = 3  # headings without any mark in one item, fewer of which may be chance
_PLAIN_WORDS = 9
_SMALL_WORDS = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "re"]
)


def _plain_subheadings(blocks: Sequence[Block], start: int, end: int) -> list[int]:
    """Lines of an item that look like headings without bold or number: "Adoption of Accounts".

    What stands there more than once is a formula and heads nothing.
    """
    found = [place for place in range(start + 1, end - 1) if _is_plain_heading(blocks, place)]
    times = Counter(blocks[place].text for place in found)
    found = [place for place in found if times[blocks[place].text] == 1]
    return found if len(found) >= _PLAIN else []


def _is_plain_heading(blocks: Sequence[Block], place: int) -> bool:
    """A line alone of few words in title case, no sentence, no name, with a sentence below it."""
    block, after = blocks[place], blocks[place + 1]
    words = re.findall(r"[^\W\d_][\w’'-]*", block.text)
    return (
        not (block.label or block.bold or block.table or after.label or after.table)
        and 2 <= len(words) <= _PLAIN_WORDS
        and bool(re.fullmatch(r"[A-Z][^.;!?£$€\d]*:?", block.text))
        and is_titlelike(block.text)
        and _in_title_case(block.text)
        and any(word.lower() in _SMALL_WORDS or BUSINESS.search(word) for word in words)
        and not VERB.search(block.text)
        and not _NOT_BUSINESS.match(block.text)
        and not _ATTENDANCE.match(block.text)
        and len(after.text.split()) >= 10
        and bool(VERB.search(after.text) or after.text.rstrip().endswith("."))
    )


def _in_title_case(text: str) -> bool:
    """Whether most words have capitals, small words aside: "Taking in Charge of Estates"."""
    words = re.findall(r"[^\W\d_][\w’'-]*", text)
    telling = [word for word in words if word.lower() not in _SMALL_WORDS]
    return bool(sum(word[0].isupper() for word in telling) >= 0.8 * len(telling))


# What a scan makes of a line or a column of marks: a letter three times, or no vowel at all.
_SPECKS = re.compile(r"([A-Z])\1\1|^[^AEIOUYÁÉÍÓÚ]+$")


_CAPTIONED = re.compile(r"(?:table|chart|figure|graph|appendix)\s+\w{1,4}\b", re.I)
_CAPTION = 3  # times that a caption stands in minutes, at least


def _free_heading(blocks: Sequence[Block], place: int) -> _Head | None:
    """A heading in minutes without numbers: bold, in capitals, or by what it names."""
    block = blocks[place]
    text = block.text
    words = text.split()
    if _CAPTIONED.match(text) or (
        sum(other.text == text for other in blocks) >= _CAPTION and not _ALONE.match(text)
    ):
        return None  # above each of several tables
    if re.search(r":\s+\w", text) and not block.bold:
        return _inline_heading(place, text)
    if _NOT_BUSINESS.match(text) and not _ALONE.match(text):
        return None if not re.match(r"minutes\b", text, re.I) else _inline_heading(place, text)
    if len(words) <= 30 and is_titlelike(text) and text[0] not in '“"‘(*•-':
        if _ALONE.match(text):
            return _Head(place, None, "title", None, text.rstrip(" :."))
        capitals = text.isupper() and len(text) > 4 and not _SPECKS.search(text)
        marked = block.bold or block.heading > 0 or capitals
        business = len(words) <= 8 and bool(BUSINESS.search(text)) and not _tells(text)
        if (marked or business) and _has_body(blocks, place):
            return _Head(place, None, "title", None, text.rstrip(" :"))
    return _inline_heading(place, text)


_FINITE = re.compile(r"\b(?:was|were|is|are|has|have|had|will|would)\b")
_MONEY = re.compile(r"[£€$]\s?\d")


def _tells(text: str) -> bool:
    """Whether a short line is a sentence or an entry of a list of payments."""
    return bool(
        _tells_of(text) or _MONEY.search(text) or (text.endswith(".") and not _ALONE.match(text))
    )


def _tells_of(text: str) -> bool:
    """Whether a line has the verb of a sentence: "Apologies were received from Mr Barr"."""
    return bool(_SENTENCE.match(text) or _FINITE.search(text))


def _has_body(blocks: Sequence[Block], place: int) -> bool:
    after = blocks[place + 1 : place + 3]
    return any(len(each.text.split()) > 7 for each in after)


def _inline_heading(place: int, text: str) -> _Head | None:
    """ "Matters Arising: ..." in minutes without numbers."""
    split = inline_title(text)
    if (
        split
        and len(split[0].split()) <= 7
        and BUSINESS.search(split[0])
        and not _ATTENDANCE.match(text)
        and not _MONEY.match(split[1])
        and (":" in text[len(split[0]) :][:3] or VERB.search(split[1]))
    ):
        return _Head(place, None, "title", None, split[0], split[1])
    return None


# "I will move at the next meeting that ...": a motion or question in its own words; a scan reads I
# as 1 or as an exclamation mark.
_IN_PERSON = re.compile(
    r"\W*(?:(?:I|We|1|i)\b\W*)?will (?:ask|move)\b|"
    r"\W*(?:I|We|1) (?:will|shall|wish|would|propose|move|ask|call|hereby)\b"
)
_TITLE_WORDS = 70  # the longest heading in the measured minutes has 64


def _open_item(blocks: Sequence[Block], place: int, heads: dict[int, _Head]) -> tuple[_Draft, int]:
    """The item that begins here, with its title read, and the place of its next block."""
    head = heads[place]
    block = blocks[place]
    draft = _Draft(head.number, head.title, block.page)
    place += 1
    if head.kind == "title":
        if head.text:
            draft.blocks.append(replace(block, text=head.text))
        return draft, place
    label = head.label
    assert label is not None
    if label.scanned:
        draft.misread = block.text[: len(block.text) - len(label.rest)].strip()
    rest = _RULED.sub("", label.rest)
    within = _label_within(label) if head.kind == "number" else None
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
    capitals = rest.isupper()
    split = None if titled_by_bold or capitals or head.title else inline_title(rest)
    behind = rest[len(split[0]) :][:3] if split else ""
    if split and (":" in behind or not is_titlelike(rest) or head.in_line):
        draft.title = split[0]
        # "a) The Common - it has been cut" says nothing without its heading.
        whole = head.in_line or (head.kind == "sub" and _has_heading_in_line(rest))
        draft.blocks.append(replace(block, text=rest if whole else split[1]))
        return draft, place
    if head.title or (not titled_by_bold and (not is_titlelike(rest) or _tells_of(rest))):
        draft.title = head.title or _sentence_title(rest)
        draft.blocks.append(replace(block, text=rest))
        return draft, place
    words = len(rest.split())
    while titled_by_bold and place < len(blocks) and place not in heads:
        after = blocks[place]
        if not after.bold or after.label or after.table or _NOT_BUSINESS.match(after.text):
            break
        if _IN_PERSON.match(after.text):
            break
        words += len(after.text.split())
        if words > _TITLE_WORDS or after.text[0] in '“"‘•' or after.text.endswith(":"):
            break
        if after.text.endswith(".") and (place + 1 >= len(blocks) or blocks[place + 1].bold):
            break  # of several bold lines that end so, none is a heading
        rest = f"{rest} {after.text}"
        place += 1
    while capitals and place < len(blocks) and place not in heads and _in_capitals(blocks[place]):
        rest = f"{rest} {blocks[place].text}"
        place += 1
    listing = rest.endswith(":") and BUSINESS.search(rest)  # "Payments for Approval:"
    more = 0 if listing or _tells_of(rest) else _lines_of_title(blocks, place, heads)
    if more and (
        not titled_by_bold
        or blocks[place + more].text.startswith("Circulated,")
        or _TO_DO.match(blocks[place].text)
    ):
        lines = (each.text for each in blocks[place : place + more])
        rest = " ".join((rest.rstrip(" :"), *lines))
        place += more
    broken = _REST_WORDS if head.kind == "sub" and not titled_by_bold else 0
    while broken and _is_rest_of_heading(blocks, place, heads, broken):
        rest = f"{rest} {blocks[place].text}"
        broken, place = 2 * _REST_WORDS, place + 1
    draft.title = rest.rstrip(" :") if not rest.endswith("...") else rest
    return draft, place


def _in_capitals(block: Block) -> bool:
    """Whether a line goes on with a heading in capitals."""
    return (
        block.text.isupper()
        and block.label is None
        and not block.table
        and not _NOT_BUSINESS.match(block.text)
        and not _ALONE.match(block.text)
    )


_REST_WORDS = 3  # of what a column breaks off; twice as many in the lines that follow
_BROKEN_OFF = re.compile(r"[^\W\d_][\w’'-]*(?: (?:\w[\w’'-]*|&))*\.?|[-–—]")


def _is_rest_of_heading(
    blocks: Sequence[Block], place: int, heads: dict[int, _Head], most: int
) -> bool:
    """Whether at most so many words stand here that a column broke off the heading of a part."""
    if place + 1 >= len(blocks) or place in heads or place + 1 in heads:
        return False
    block = blocks[place]
    return (
        len(block.text.split()) <= most
        and bool(_BROKEN_OFF.fullmatch(block.text))
        and not (block.label or block.table or block.bold)
        and not _NOT_BUSINESS.match(block.text)
        and not _ALONE.match(block.text)
    )


# "The Cathaoirleach welcomed Superintendent", of which a scan or a column took the rest.
_SENTENCE = re.compile(
    r"(?:The|Mr|Mrs|Ms|Cllrs?|Councillors?|Members?)\b.{0,120}?\s(?:[a-z]{2,}ed|gave|made|said|took)\b"
)
_NO_VERB = re.compile(r"\b(?:to be|proposed)\b")  # "Roads to be Public", "Works on proposed Park"
_MORE_LINES = 3  # of a heading: a department, a section of it, what was taken


def _lines_of_title(blocks: Sequence[Block], place: int, heads: dict[int, _Head]) -> int:
    """How many more lines of the heading stand here: short, no sentences, with text below."""
    more = 0
    while more < _MORE_LINES and _goes_on_with_title(blocks, place + more, heads):
        more += 1
        below = blocks[place + more].text
        if len(below.split()) > 12 or _SENTENCE.match(below) or _TO_DO.match(below):
            return more
        if not all(_in_title_case(each.text) for each in blocks[place : place + more + 1]):
            return 0
    return 0


def _goes_on_with_title(blocks: Sequence[Block], place: int, heads: dict[int, _Head]) -> bool:
    """Whether a line that may be of a heading stands here, and neither the end nor an item next."""
    if place + 1 >= len(blocks) or place in heads:
        return False
    if place + 1 in heads and not heads[place + 1].part_of:
        return False
    block = blocks[place]
    bare = re.sub(r"\([^()]*\)", "", block.text)  # without "(deferred from the meeting held ...)"
    titled = _in_title_case(bare)
    words = (bare if titled else block.text).split()
    return (
        len(words) <= _SENTENCE_WORDS
        and sum(len(word) > 2 for word in words) >= 2
        and block.label is None
        and not block.table
        and is_titlelike(block.text.rstrip("."))
        and not block.text.endswith(":")
        and block.text[0] not in '“"‘(•*-'
        and not _NOT_BUSINESS.match(block.text)
        and not _ALONE.match(block.text)
        and not VERB.search(_NO_VERB.sub("", block.text) if titled else block.text)
        and not _SENTENCE.match(block.text)
    )


def _sentence_title(text: str) -> str:
    """A title for an item that has none: its first sentence, which stays in its text too."""
    words = re.split(r"(?<=[a-z0-9”\"])[.!?](?=\s)", text[:600], maxsplit=1)[0].split()
    cut = " ".join(words[:_SENTENCE_WORDS]).strip(' “”"‘’.:;*')
    return f"{cut} ..." if len(words) > _SENTENCE_WORDS else cut


_SENTENCE_WORDS = 30


def _may_be_title(block: Block) -> bool:
    text = re.sub(r"[.:]$", "", block.text)
    return not block.table and (
        block.bold
        or (is_titlelike(block.text) and len(block.text.split()) <= 40)
        or (
            is_titlelike(text)
            and len(text.split()) <= _SENTENCE_WORDS
            and (text[:3] == "To " or not VERB.search(text))
        )
    )


# --- what an item says of itself ---------------------------------------------------------------

_TRUNCATED = re.compile(
    r"\bview (?:the )?(?:full )?minutes text\b|\bfull minutes text for item\b|(?:\.\.\.|"
    r"…)\s*(?:view|read|see) (?:the )?(?:more|full|rest)\b",
    re.I,
)


def is_truncated(text: str) -> bool:
    """Whether the source says that the text is cut off here."""
    return bool(_TRUNCATED.search(text))


_EXEMPT_TITLE = re.compile(
    r"\bexempt\b.{0,40}\b(?:information|items?|reports?|minutes?|appendi\w+|business|matters?)\b|"
    r"\(\s*(?:exempt|confidential|restricted|part\s*(?:2|ii|two|b))\b|\bnot for publication\b|"
    r"^\W*part\s*(?:2|ii|two|b)\b\W*(?:$|.{0,30}\b(?:exempt|confidential|private|closed|"
    r"restricted)\b)|"
    r"^\W*(?:exempt|restricted|confidential)\b(?!\s*$.)|\b(?:confidential|restricted|private|"
    r"closed)\s+(?:items?|business|session|matters?|part|minutes?)\b|"
    r"[-–:]\s*(?:exempt|confidential|restricted)\W*$",
    re.I,
)
_EXEMPT_TEXT = re.compile(
    r"\bnot for publication\b|\bexempt information (?:as defined|under|within|by virtue|relating|"
    r"of the)\b|"
    r"\bcontains? (?:exempt|confidential) information\b|\bthis (?:item|minute|report) (?:is|was) "
    r"(?:exempt|confidential|restricted|private)\b|"
    r"\b(?:considered|discussed|held|taken) in (?:private|closed|confidential) session\b|"
    r"\bparagraphs? \d[\d, and]* of (?:part (?:1|i|one) of )?schedule 12a\b",
    re.I,
)


def is_restricted(title: str, text: str) -> bool:
    """Whether an item is marked exempt by its title or by the opening of its own text."""
    if _EXCLUSION.search(f"{title} {text[:1000]}"):
        return bool(_EXEMPT_TITLE.search(title)) and not _EXCLUSION.search(title)
    # "To consider whether any business is confidential" is not itself confidential.
    asks = re.search(r"\bconsider whether\b|\bwhether any\b", title, re.I)
    by_title = not asks and _EXEMPT_TITLE.search(title)
    return bool(by_title or _EXEMPT_TEXT.search(text[:600]))


_EXCLUSION = re.compile(
    r"\bexclu(?:de[sd]?|ding|sion)\b.{0,40}\b(?:public|press)\b|\b(?:public|"
    r"press)\b.{0,60}\bexcluded\b|"
    r"\bmembers of the public\b.{0,40}\b(?:asked|requested) to (?:leave|withdraw)\b",
    re.I | re.S,
)
_OPENS_EXCLUSION = re.compile(r"exclu|leave|withdraw", re.I)  # cheap, and in all of the above
_EXCLUDED = re.compile(
    r"\bresolved\b|\bagreed\b|\bbe excluded\b|\b(?:was|were) (?:therefore )?excluded\b|\bcarried\b",
    re.I,
)
_NOT_EXCLUDED = re.compile(
    r"\bnot (?:required|needed|necessary|applicable|excluded)\b|\bno (?:items|matters|exempt|"
    r"confidential|such|need)\b|"
    r"\b(?:none|n/a|nil)\b|\bthere (?:were|was|are) no\b|"
    # announced for later, not yet done
    r"\bat the end of the (?:meeting|agenda)\b|\b(?:once|after|following) an? (?:\w+ "
    r")?resolution\b",
    re.I,
)
_SITTING = r"(?:session|meeting|forum|business|part|proceedings|section|view)\b"
_REOPENED = re.compile(
    rf"\b(?:return\w*|back|resum\w*|mov\w+|went)\s+(?:to|into|in)\s+(?:an?\s+|the\s+)?"
    rf"(?:(?:open|public)(?:\s+{_SITTING}|\s*(?=[.;,)]|$))|part\s*(?:1|i|one)\b)|"
    r"\b(?:public|press)\b.{0,60}\b(?:re-?admitted|re-?joined|(?:invited|allowed|came|let|asked) "
    r"back|returned)\b|"
    r"\b(?:meeting|session|proceedings)\b.{0,20}\bre-?opened\b|\bopen session resumed\b",
    re.I | re.S,
)
_REOPENED_TITLE = re.compile(r"\bopen session\b|\bre-?admi\w+|^\W*part\s*(?:1|i|one)\b", re.I)
_NOT_YET = re.compile(
    r"\b(?:not|never|will|would|shall|should|to be|until|unless|before|if)\b|\bonce\b", re.I
)
_DONE_BEFORE = re.compile(r"\b(?:agreed|resolved|that)\b|[£$€;:]", re.I)
# A summary for the public is written to be published, though it stands among exempt items.
_PUBLIC_VERSION = re.compile(r"\bpublic (?:summary|version)\b", re.I)
_WORDS_BEFORE = 6  # of an opening sentence, before it says that the public is back


def mark_restricted(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items with those marked that a resolution to exclude the public puts in private."""
    marked = []
    closed = False
    for item in items:
        text = " ".join(paragraph.text for paragraph in item.paragraphs)
        if closed and (
            _REOPENED_TITLE.search(item.title) or _reopens(item.title) or _opens_in_public(text)
        ):
            closed = False
        if _PUBLIC_VERSION.search(item.title):
            private = is_restricted("", text)
        else:
            private = closed or is_restricted(item.title, text)
        marked.append(replace(item, restricted=item.restricted or private))
        if not closed:
            closed = _excludes(item.title, text)
        closed = closed and not _reopens(text)
    return tuple(marked)


def _reopens(text: str) -> bool:
    """Whether a sentence says that the public is back; not one that says when it will be."""
    if not _REOPENED.search(text):
        return False
    sentences = [text[start:end] for start, end in split_sentences(text)]
    return any(_REOPENED.search(each) and not _NOT_YET.search(each) for each in sentences)


def _opens_in_public(text: str) -> bool:
    """Whether an item begins by saying that the public is back, and with nothing before that."""
    spans = split_sentences(text[:400])
    first = text[slice(*spans[0])] if spans else ""
    match = _REOPENED.search(first)
    if match is None or _NOT_YET.search(first):
        return False
    before = first[: match.start()]
    return len(before.split()) <= _WORDS_BEFORE and not _DONE_BEFORE.search(before)


def _excludes(title: str, text: str) -> bool:
    match = _EXCLUSION.search(f"{title}. {text}") if _OPENS_EXCLUSION.search(text + title) else None
    if not match:
        return False
    near = f"{title}. {text}"[max(0, match.start() - 250) : match.end() + 350]
    return bool(_EXCLUDED.search(near)) and not _NOT_EXCLUDED.search(near)


def _items(drafts: Sequence[_Draft]) -> tuple[Item, ...]:
    items = []
    for draft in drafts:
        paragraphs = tuple(Paragraph(block.text, block.page) for block in draft.blocks)
        text = "\n".join(paragraph.text for paragraph in paragraphs)
        items.append(
            Item(
                number=draft.number,
                title=draft.title,
                paragraphs=paragraphs,
                page=draft.page,
                truncated=is_truncated(text),
                references=find_references(f"{draft.title}\n{text}"),
                decisions=parse_decisions(paragraphs),
            )
        )
    return mark_restricted(items)


_LANGUAGES = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "was",
            "that",
            "for",
            "on",
            "by",
            "were",
            "with",
            "at",
            "from",
        ]
    ),
    "cy": frozenset(
        [
            "y",
            "yr",
            "yn",
            "ac",
            "ar",
            "wedi",
            "cyngor",
            "bod",
            "gan",
            "oedd",
            "o",
            "i'r",
            "a'r",
            "am",
            "ei",
            "cofnodion",
            "hyn",
        ]
    ),
    "ga": frozenset(
        [
            "agus",
            "na",
            "an",
            "ar",
            "go",
            "leis",
            "chomhairle",
            "comhairle",
            "bhí",
            "do",
            "ag",
            "seo",
            "le",
            "don",
        ]
    ),
}


def detect_language(text: str) -> str:
    """ "en", "cy" or "ga", by the commonest little words."""
    words = re.findall(r"[^\W\d_]+(?:'r)?", text.lower())
    counts = {name: sum(word in known for word in words) for name, known in _LANGUAGES.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] > 0 else "en"
