"""A Document into meetings: which words belong to which item of which meeting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ingest.attendance import parse_attendance
from ingest.bodies import find_body, find_council
from ingest.dates import find_dates, meeting_date
from ingest.decisions import parse_decisions
from ingest.exempt import is_truncated, mark_restricted
from ingest.headings import (
    ALONE,
    ATTENDANCE,
    IN_PERSON,
    NOT_BUSINESS,
    OF_A_MEMBER,
    OFFICE,
    PLAIN_WORDS,
    SENTENCE,
    SMALL_WORDS,
    SUBMITTED,
    Block,
    Draft,
    Head,
    asks_below,
    has_colon_and_text,
    heads_report,
    in_title_case,
    names_report,
    tells_of,
)
from ingest.language import detect_language
from ingest.margin import (
    align_numbers,
    fill_numbers,
    join_headings_above,
    move_numbers,
    place_numbers,
    spread_numbers,
)
from ingest.misread import with_announced, with_first, with_misread, with_submitted
from ingest.model import Document, Item, Line, Meeting, Paragraph, Status
from ingest.numbering import (
    BUSINESS,
    VERB,
    Candidate,
    find_chain,
    is_titlelike,
    look_of,
    parse_label,
    parse_number,
    scanned_label,
)
from ingest.paragraphs import is_lone_label, paragraph_starts
from ingest.parts import entries_below_headings, parts_of_unnumbered, subitems
from ingest.references import find_references
from ingest.titles import open_item
from ingest.unnumbered import (
    captions_of,
    free_heading,
    unnumbered_heads,
)


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
    label = parse_number(first.number, text) if first.number else parse_label(_SPECK.sub("", text))
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


_SPECK = re.compile(r"^[‘’'`.,](?=\d{1,2}[.)]\s+[A-Z])")  # before a number, from a scan

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
_TELLS_ATTENDANCE = re.compile(
    rf"{ATTENDANCE.pattern}|\b(?:apolog(?:y|ies)|attendance|absen(?:t|ces?))\b", re.I
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
        attends = any(ATTENDANCE.match(each.text) for each in after)
        before = blocks[starts[-1] if starts else 0 : place]
        told = any(ATTENDANCE.match(each.text) or each.label for each in before)
        if (
            attends
            and told  # else what stands before is only the letterhead
            and next(iter(find_dates(near)), None) is not None
            and not any(ATTENDANCE.match(each.text) for each in blocks[max(0, place - 6) : place])
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
    front, drafts = _split_items(blocks, document.ocr)
    opening = [block.text for block in front] or [block.text for block in blocks[:4]]
    head = [*opening, *(text for draft in drafts[:1] for text in _attendance_head(draft))]
    title = document.title if single else None
    found = meeting_date(head, file_name=file_name if single else None, title=title)
    # A name above each meeting of a file looks like the header of its pages.
    body = find_body(opening, title) or find_body(_headers(document.furniture))
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


def _headers(furniture: Sequence[str]) -> list[str]:
    return [line for line in furniture[:40] if len(line) <= SHORT_MARK]


def _status(opening: Sequence[str], title: str | None, furniture: Sequence[str]) -> Status | None:
    """What the heading, the title, or a header or footer says of the minutes themselves."""
    marks = [title or "", *_headers(furniture)]
    for text in opening[:8]:
        if ATTENDANCE.match(text):
            break
        if len(text) <= _HEADING_LENGTH and not _OF_ANOTHER.search(text):
            marks.append(text)
    if any(_DRAFT_WORD.search(mark) for mark in marks):
        return "draft"
    return "confirmed" if any(_CONFIRMED_WORD.search(mark) for mark in marks) else None


def _attendance_head(draft: Draft) -> list[str]:
    """Item 1 where it is the attendance: some minutes print the date after it."""
    return (
        [draft.title, *(block.text for block in draft.blocks[:2])]
        if ATTENDANCE.match(draft.title)
        else []
    )


def _joined(draft: Draft) -> str:
    return f"{draft.title.rstrip(':')}: " + "\n".join(block.text for block in draft.blocks)


def _split_items(blocks: Sequence[Block], scanned: bool) -> tuple[list[Block], list[Draft]]:
    """Front matter, and the items with their paragraphs."""
    drafts: list[Draft] = []
    end = _agenda_behind(blocks) or _annex_behind(blocks)
    if end is not None:  # none of whose numbers and headings is of this meeting's business
        front, drafts = _split_items(blocks[:end], scanned)
        behind = Draft(None, blocks[end].text, blocks[end].page, list(blocks[end + 1 :]))
        return front, [*drafts, behind]
    candidates = _candidates(blocks)
    chain = with_announced(find_chain(candidates), candidates, blocks)
    if _holds_list(chain):
        chain = chain[:1]
    chain = with_submitted(chain, candidates, blocks)
    counted = entries_below_headings(blocks)
    chain = [] if counted or _is_list(blocks, chain) else with_misread(chain, blocks)
    if scanned:
        chain = with_first(chain, blocks)
    numbered = {each.block: each for each in chain}
    front_end = _front_end(blocks, chain)
    heads: dict[int, Head] = {}
    for place, candidate in numbered.items():
        heads[place] = Head(place, candidate.label.number, "number", candidate.label)
    for head in subitems(blocks, chain):
        heads.setdefault(head.block, head)
    for head in unnumbered_heads(blocks, chain, heads, front_end):
        heads.setdefault(head.block, head)
    for head in [*counted, *parts_of_unnumbered(blocks, heads)]:
        heads.setdefault(head.block, head)
    blocks = list(blocks)
    join_headings_above(blocks, heads)
    place_numbers(blocks, heads)
    align_numbers(blocks, heads)
    move_numbers(blocks, heads)
    fill_numbers(blocks, heads)
    spread_numbers(blocks, heads)
    if not heads:
        return _front_and_rest(blocks, front_end)
    first = _after_agenda(blocks, heads)
    front = list(blocks[:first])
    telling = (each for each in front[front_end:] if VERB.search(each.text))
    if not chain and sum(len(each.text.split()) for each in telling) > _UNTITLED:
        front, drafts = _front_and_rest(front, front_end)
    place = first
    while place < len(blocks):
        if place in heads:
            head = heads[place]
            draft, place = open_item(blocks, place, heads)
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
    """Where an agenda of another meeting begins, behind the line that is to be signed."""
    for place in range(len(blocks) // 2, len(blocks)):
        if blocks[place].text.strip(" :") == "AGENDA" and any(
            _SIGNED.search(block.text) for block in blocks[max(0, place - 6) : place]
        ):
            return place
    return None


def _annex_behind(blocks: Sequence[Block]) -> int | None:
    """Where what was put behind minutes begins: a heading right below the line to be signed."""
    for place in range(len(blocks) - 1, len(blocks) // 2, -1):
        if not _TO_SIGN.match(blocks[place - 1].text):
            continue
        head, behind = blocks[place], blocks[place:]
        words = sum(len(block.text.split()) for block in behind)
        labels = [block.label for block in behind if block.label is not None]
        numbers = [label.value[0] for label in labels if label.family == "int"]
        own = all(label.family in ("int", "letter") for label in labels)
        own = own and not any(OF_A_MEMBER.search(block.text) for block in behind)
        headed = is_titlelike(head.text) and not (head.label or head.table)
        headed = headed and in_title_case(head.text) and not NOT_BUSINESS.match(head.text)
        behind_all = own and numbers[:1] in ([], [1])  # they do not go on with the minutes
        return place if headed and behind_all and words > _ANNEX else None
    return None


_TO_SIGN = re.compile(r"\W*(?:sign(?:ed|ature)\b|dated?\W*(?:$|[_.|]{3,}))", re.I)
_ANNEX = 40  # words, at least
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
    marked = sum(each.style[0] or each.label.worded for each in chain)
    if len(chain) < _LISTED or marked * 3 > len(chain):
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
    captions = captions_of(blocks)
    headed = [
        place
        for place in range(len(blocks))
        if (blocks[place].bold or blocks[place].heading)
        and BUSINESS.search(blocks[place].text)
        and not _MEETING_HEADING.match(blocks[place].text)
        and free_heading(blocks, place, captions)
    ]
    before = [place for place in headed if place < first]
    inside = any(first < place < last for place in headed)
    return len(before) >= _LISTED and before[-1] == first - 1 and not inside


_TOLD = 10  # paragraphs of an item, before what may be a list in it


def _holds_list(chain: Sequence[Candidate]) -> bool:
    """Whether the numbers after the first are of a list of sentences in a long first item.

    The 1 of such a list may stand where it is not read as a number.
    """
    if len(chain) < _LISTED or chain[1].block - chain[0].block < _TOLD:
        return False
    first, *others = chain
    return first.look > 0 and all(
        each.look < 0
        and not is_titlelike(each.label.rest)
        and not BUSINESS.search(" ".join(each.label.rest.split()[:3]))
        for each in others
    )


_AGENDA_LEAST = 4  # numbers in a row that come again, below which nothing is called an agenda
_AGENDA_COMMON = 0.6  # of its numbers, at least, which the minutes have too
_AGENDA_SHARE = 0.7  # of the words of its minutes, which an agenda seldom has


def _after_agenda(blocks: Sequence[Block], heads: dict[int, Head]) -> int:
    """The first head of the minutes, past an agenda that lists the same numbers before them."""
    numbers = [(place, heads[place].number) for place in sorted(heads) if heads[place].number]
    times = Counter(number for _, number in numbers)
    seen: set[str | None] = set()
    twice = []  # places in `numbers` of what was there once before
    for at, (_, number) in enumerate(numbers):
        if number in seen and times[number] == 2:
            twice.append(at)
        seen.add(number)
    # The agenda may count otherwise where it begins, or print a number twice itself.
    of_first = [at for at in twice if numbers[at][1] == numbers[0][1]]
    for at in (*of_first, *twice[:1]):
        if _lists_agenda(blocks, numbers, at):
            return numbers[at][0]
    return min(heads)


def _lists_agenda(
    blocks: Sequence[Block], numbers: Sequence[tuple[int, str | None]], at: int
) -> bool:
    """Whether the numbers before one of them are an agenda of those from it on."""
    first, start = numbers[0][0], numbers[at][0]
    before, behind = (
        sum(len(block.text.split()) for block in part)
        for part in (blocks[first:start], blocks[start:])
    )
    if before > _AGENDA_SHARE * behind:
        return False  # the same minutes stand there twice
    labels = (block.label for block in blocks[first:start])
    listed = {label.number for label in labels if label is not None}
    common = len(listed & {number for _, number in numbers[at:]})
    return common >= _AGENDA_LEAST and common > _AGENDA_COMMON * len(listed)


def _front_and_rest(blocks: Sequence[Block], front_end: int) -> tuple[list[Block], list[Draft]]:
    """Minutes without any heading: what follows the attendance is one item without a title."""
    rest = list(blocks[front_end:])
    if not rest or front_end == 0:
        return list(blocks), []
    title = blocks[front_end].text if _heads_text(blocks, front_end) else ""
    return list(blocks[:front_end]), [Draft(None, title, rest[0].page, rest[bool(title) :])]


def _candidates(blocks: Sequence[Block]) -> list[Candidate]:
    found = []
    for place, block in enumerate(blocks):
        label = block.label
        if label is None or label.family == "letter":
            label = scanned_label(block.text) or label
        if label is None or label.family == "letter" or block.table:
            continue
        if _REPLY.match(label.rest) or _VOTE.fullmatch(label.rest) or label.value == (0, 0):
            continue  # a number of the left column beside a reply, or how many voted
        above = blocks[place - 1].text if place else ""
        if block.alone and _REPLY.fullmatch(above) and not is_titlelike(label.rest):
            continue  # a number of the left column within a reply
        beside = (place - 1, place + 1)
        if _is_figure(blocks, place) and any(_is_figure(blocks, at) for at in beside):
            continue  # a column or row of a table
        bare = not label.rest and _heads_next(blocks, place)
        look = look_of(label, block.bold, block.heading > 0, bare)
        if bare and blocks[place + 1].bold:
            look += 2.0
        if block.text.startswith("("):
            look -= 1.0  # seldom so but in a list
        if place and SUBMITTED.search(blocks[place - 1].text) and IN_PERSON.match(label.rest):
            look += 3.0  # the heading stands above the number of its motion
        elif asks_below(blocks, place) and not BUSINESS.search(label.rest):
            look += 2.0
        elif label.rest[:1].islower() and label.delimiter == "." and _is_reported(blocks, place):
            look += 3.0  # of a heading that a scan garbled
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


_REPLY = re.compile(r"\W*reply\b:?", re.I)
_VOTE = re.compile(r"(?:in favou?r|for|against|abstain\w*|abstentions?)\W*", re.I)


def _is_reported(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line of a few words, and at most one more, stands above a report."""
    lines = [each.text for each in blocks[place : place + 3]]
    at = next((at for at, line in enumerate(lines) if names_report(line)), 0)
    return at > 0 and all(len(line.split()) <= PLAIN_WORDS * 2 for line in lines[:at])


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
        if place < 2 or ATTENDANCE.match(text):
            end = place + 1
            if ATTENDANCE.match(text) and len(text.split()) < 6:
                end = _skip_names(blocks, end, limit)
        elif tells_of(text):
            continue
        elif _MEETING_HEADING.match(text) and not _RECORD.search(text) and place < 8:
            end = end if _LAST_MEETING.match(text) else place + 1
    return end


# An item of the minutes: those of the meeting before.
_LAST_MEETING = re.compile(r"minutes of (?:the )?(?:last|previous) meeting\b", re.I)


def _skip_names(blocks: Sequence[Block], place: int, limit: int) -> int:
    """Past the names that stand below a heading such as "Present:"."""
    if place < limit and len(OFFICE.findall(blocks[place].text)) > 1:
        place += 1  # an apology may stand behind the names in one paragraph
    while place < limit and not re.search(
        r"\b(?:was|were|that|had|has|the meeting)\b", blocks[place].text
    ):
        if _business_title(blocks[place]) or len(blocks[place].text) > 900:
            break
        if has_colon_and_text(blocks, place) or heads_report(blocks, place):
            break
        if _heads_text(blocks, place) or SENTENCE.match(blocks[place].text):
            break
        place += 1
    return place


# "Director of Services", below which a sentence may stand as well as below a heading.
_ROLE = re.compile(
    r"\b(?:directors?|managers?|engineers?|officers?|administrators?|secretar(?:y|ies)|clerks?|"
    r"executives?|head of|superintendent|inspector|mayor|chair\w*|councillors?|members?|"
    r"cathaoirleach|public|press)\b",
    re.I,
)


def _heads_text(blocks: Sequence[Block], place: int) -> bool:
    """Whether a heading without a mark stands behind the names, above the first sentence."""
    text = blocks[place].text
    words = re.findall(r"[^\W\d_][\w’'-]*", text)
    below = blocks[place + 1].text if place + 1 < len(blocks) else ""
    return (
        1 + (not blocks[place].bold) <= len(words) <= PLAIN_WORDS
        and not re.search(r"[,;:()]|\.$", text)
        and is_titlelike(text)
        and in_title_case(text)
        and (blocks[place].bold or any(word.lower() in SMALL_WORDS for word in words))
        and not _ROLE.search(text)
        and not NOT_BUSINESS.match(text)
        and len(below.split()) >= _SENTENCE
        and bool(VERB.search(below))
    )


_SENTENCE = 10  # words


def _business_title(block: Block) -> bool:
    text = block.text
    return bool(ALONE.match(text)) or (
        len(text.split()) <= (PLAIN_WORDS * 2 if block.bold and "," not in text else 8)
        and bool(BUSINESS.search(text))
        and not ATTENDANCE.match(text)
        and (block.bold or block.heading > 0 or text.endswith(":"))
    )


def _items(drafts: Sequence[Draft]) -> tuple[Item, ...]:
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
