"""The parts of a numbered item: "(a)", "5.1" and "(i)", told from the entries of a list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.headings import (
    ALONE,
    IN_PERSON,
    NOT_BUSINESS,
    OF_A_MEMBER,
    QUESTION_OR_MOTION,
    RULED,
    SENTENCE_WORDS,
    TO_DO,
    Block,
    Head,
    has_heading_in_line,
    in_title_case,
    label_within,
    names_report,
    sentence_title,
    title_and_next,
)
from ingest.numbering import (
    BUSINESS,
    VERB,
    Candidate,
    Label,
    inline_title,
    is_titlelike,
    letter_value,
    roman_value,
)


def subitems(blocks: Sequence[Block], chain: Sequence[Candidate]) -> list[Head]:
    """Sub-items "(a)" and "5.1" inside a numbered item."""
    found: list[Head] = []
    ends = [each.block for each in chain[1:]] + [len(blocks)]
    whole: Label | None = None  # of the last item with lettered parts
    last = 0  # the value of its last letter
    lettered: set[str] = set()  # the numbers of items whose letters were seen
    reached: dict[str, int] = {}  # the value of the last "(iv)" of each part
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
                found.append(Head(place, label.number, "sub", label))
                expected = _next_part(label)
                continue
            if place == candidate.block:
                label = label_within(own)
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
        letters = _of_one_form(blocks, _without_lists(blocks, letters))
        resumed = _resumed(blocks, letters, reached, end)
        found += resumed
        letters = _without_nested(letters[len(resumed) :])
        if resumed:
            reached[resumed[-1].part_of] += len(resumed)
            if not letters:
                continue
        roman = [label.number.lower() for _, label, _ in letters[:2]] == ["i", "ii"]
        title = title_and_next(blocks, candidate.block)[0]
        if whole and letters and not roman and 0 < last == letters[0][1].value[0] - 1:
            # Another item was taken between its parts (d) and (e).
            parts = _lettered(whole, letters, candidate.block, last)
        elif letters and own.number in lettered and letters[0][1].value[0] > 1:
            # The item is gone on with, from its part (b) on.
            whole = own
            parts = _lettered(own, letters, candidate.block, letters[0][1].value[0] - 1)
        elif OF_A_MEMBER.search(title) or IN_PERSON.match(title):
            continue  # its letters are of what was asked or answered
        else:
            whole = own
            parts = _lettered(own, letters, candidate.block)
        if not QUESTION_OR_MOTION.search(title):
            if parts:
                parts += _between(blocks, parts, letters)
            else:
                run = _in_order(letters)
                parts = _with_text(blocks, run, own.number, candidate.block, end)
                parts = parts or _with_headings_in_line(run, own.number, title)
        last = max((head.label.value[0] for head in parts if head.label), default=0)
        found += parts
        if letters:
            lettered.add(own.number)
        inside = [head for head in found[first:] if head.block > candidate.block]
        nested = _nested(blocks, inside, end, reached)
        found += nested
        for head in [*nested, *parts]:
            if head.label and head.part_of.endswith(")"):
                reached[head.part_of] = roman_value(head.label.number)
        found[first:] = [
            replace(head, title=title) if _begins_with_report(head) else head
            for head in found[first:]
        ]
        numbers = [label.value[0] for _, label, _ in bracketed]
        titled = all(each[2] > 1 for each in bracketed)
        if titled and numbers in (
            list(range(1, len(numbers) + 1)),
            list(range(2, len(numbers) + 2)),
        ):
            found += _lettered(own, bracketed, candidate.block)  # "(1)" may stand in the heading
    return found


def _begins_with_report(head: Head) -> bool:
    """Whether a part has the report itself in place of a title: "(i) Circulated, report ..."."""
    if head.label is None or head.title or head.part_of:
        return False
    return names_report(head.label.rest)


def _decimals(blocks: Sequence[Block], candidate: Candidate, end: int) -> list[Head]:
    """The parts "5.1", "5.2" ... of item 5: in order from the first, or with a heading each.

    A part that is a sentence has the title of its item.
    """
    own = candidate.label
    if own.family != "int" or own.value[-1]:
        return []
    found: list[Head] = []
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
        in_line = has_heading_in_line(label.rest) or _says_no_more(label.rest)
        headed = titled or in_line
        title = "" if headed else title_and_next(blocks, candidate.block)[0]
        if len(title.split()) > SENTENCE_WORDS:
            title = sentence_title(title)
        found.append(Head(place, label.number, "sub", label, title, in_line=in_line))
    return found


def _says_no_more(text: str) -> bool:
    """Whether a heading of business and a few words are in one line: "Hall Update - no report"."""
    split = inline_title(text)
    if split is None or text[len(split[0]) :].lstrip()[:1] not in ":-–—":
        return False
    return bool(BUSINESS.search(split[0]))


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


def _lettered(
    own: Label, letters: Sequence[tuple[int, Label, int]], first: int, after: int = 0
) -> list[Head]:
    """The run of letters a, b, c ... of an item, where most have a heading of their own.

    `after` is the value of the letter that the run goes on from.
    """
    if own.family == "int" and own.value[-1]:
        return []
    run = _in_order(letters, after)
    headed = [each for each in letters if each[2]]
    values = [label.value[0] for _, label, _ in headed]
    if values != sorted(values) and sorted(values) == list(range(1, len(values) + 1)):
        run = headed  # (b) was taken before (a)
    if sum(titled > 0 for _, _, titled in run) * 2 < len(run):
        # Entries of lists in the text of a part may hide that its successor has a heading.
        run = _in_order([each for each in letters if each[2]], after)
        run = run if len(run) > 1 and run[0][1].value[0] == after + 1 else []
    known = {label.number for _, label, titled in run if titled}
    others = [each for each in letters if each[1].number not in known]  # else of a part's own list
    heads = {place: label for place, label, titled in [*run, *others] if titled > 1}
    heads |= {place: label for place, label, titled in run if titled}
    heads.pop(first, None)
    parts: dict[str, Head] = {}
    twice = _printed_twice(letters)
    for place, label in sorted(heads.items()):
        # A letter that comes again is of a list in the text of a later part.
        key = f"{label.number} again" if place in twice else label.number
        parts.setdefault(key, _part(own.number, place, label))
    return list(parts.values())


def _printed_twice(letters: Sequence[tuple[int, Label, int]]) -> set[int]:
    """The places of a letter that was printed for its successor too: q, q, r."""
    values = [label.value[0] for _, label, _ in letters]
    return {
        letters[at][0]
        for at in range(1, len(letters) - 1)
        if values[at - 1] == values[at] == values[at + 1] - 1
    }


def _part(whole: str, place: int, label: Label, title: str = "", part_of: str = "") -> Head:
    return Head(place, f"{whole}({label.number})", "sub", label, title, part_of=part_of)


def _between(
    blocks: Sequence[Block], parts: Sequence[Head], letters: Sequence[tuple[int, Label, int]]
) -> list[Head]:
    """The part (b) that stands between (a) and (c), though its heading does not look like one.

    Where other letters stand there too, they are of a list. Behind several parts the next is one
    that looks like a heading, however few words stand below it.
    """
    known = {head.block: head for head in parts}
    roman = any(re.fullmatch("[ivx]{2,}", label.number, re.I) for _, label, _ in letters)
    value_of = roman_value if roman else letter_value
    found: list[Head] = []
    waiting: list[tuple[int, Label]] = []
    value = 0
    for place, label, _ in letters:
        if place not in known:
            waiting.append((place, label))
            continue
        missing = list(range(value + 1, value_of(label.number)))
        if missing and [value_of(other.number) for _, other in waiting] == missing:
            whole = (known[place].number or "").rpartition("(")[0]
            found += [_part(whole, *each) for each in waiting if not each[1].rest[:1].islower()]
        waiting, value = [], value_of(label.number)
    if waiting and len(parts) >= _SEVERAL and value_of(waiting[0][1].number) == value + 1:
        place, label = waiting[0]
        below = blocks[place + 1] if place + 1 < len(blocks) else None
        plain = in_title_case(label.rest) and is_titlelike(label.rest)
        if plain and not VERB.search(label.rest) and below and not (below.label or below.table):
            whole = (parts[0].number or "").rpartition("(")[0]
            found.append(_part(whole, place, label))
    return found


_SEVERAL = 3
_HAVE_TEXT = 0.6  # of a run of labels, each with a paragraph without one below it


def _with_text(
    blocks: Sequence[Block], run: Sequence[tuple[int, Label, int]], whole: str, at: int, end: int
) -> list[Head]:
    """The parts of the item at a block that are sentences with own text below, and have its title.

    None where the labels are of a list, whose entries follow each other.
    """
    title, start = title_and_next(blocks, at)
    if len(run) < 2 or run[0][0] > start + 1:
        return []
    if any(label.rest[:1].islower() for _, label, _ in run):
        return []
    places = [*(place for place, _, _ in run), end]
    own = sum(after - one > 1 and blocks[one + 1].label is None for one, after in pairwise(places))
    if own < _HAVE_TEXT * len(run):
        return []
    return [_part(whole, place, label, title, part_of=whole) for place, label, _ in run]


def _with_headings_in_line(
    run: Sequence[tuple[int, Label, int]], whole: str, title: str
) -> list[Head]:
    """The parts whose heading and text are in one line: "a) The Common - the Clerk had written".

    All of a run of letters are parts where most have such a heading; others have the title of
    their item.
    """
    headed = [label for _, label, _ in run if has_heading_in_line(label.rest)]
    if len(headed) < 2 or len(headed) * 2 < len(run):
        return []
    return [
        Head(
            place,
            f"{whole}({label.number})" if whole else label.number,
            "sub",
            label,
            "" if inline_title(label.rest) else title,
            in_line=True,
        )
        for place, label, _ in run
    ]


def _resumed(
    blocks: Sequence[Block],
    letters: Sequence[tuple[int, Label, int]],
    reached: Mapping[str, int],
    end: int,
) -> list[Head]:
    """The parts "(v)", "(vi)" of a part left at its (iv), which another item was taken between."""
    if not letters or not reached:
        return []
    whole, last = list(reached.items())[-1]
    run: list[tuple[int, Label]] = []
    for place, label, _ in letters:
        if roman_value(label.number) != last + len(run) + 1:
            break
        run.append((place, label))
    following = letters[len(run)][0] if len(run) < len(letters) else end
    places = [*(place for place, _ in run), following]
    if last < 2 or any(after - one < 2 or blocks[one + 1].label for one, after in pairwise(places)):
        return []
    return [_part(whole, place, label, whole, part_of=whole) for place, label in run]


def _nested(
    blocks: Sequence[Block], heads: Sequence[Head], end: int, reached: Mapping[str, int]
) -> list[Head]:
    """The parts (i), (ii) ... of an item's lettered parts, with headings or text of their own.

    `reached` has the value of the last of each part, which an item gone on with goes on from.
    """
    found: list[Head] = []
    ordered = sorted(heads, key=lambda head: head.block)
    for head, until in pairwise([*ordered, Head(end, None, "sub")]):
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
        run = _in_order(romans, reached.get(whole, 0))
        one = len(run) == 1 and run[0][0] <= head.block + 2  # right below the heading of its part
        if (len(run) > 1 or one) and sum(titled > 0 for _, _, titled in run) * 2 > len(run):
            found += [_part(whole, at, label, part_of=whole) for at, label, titled in run if titled]
        else:
            found += _with_text(blocks, run, whole, head.block, until.block)
    return found


_ENTRY_WORDS = 4  # of an entry behind a colon, which may look like a heading


def _without_lists(
    blocks: Sequence[Block], letters: Sequence[tuple[int, Label, int]]
) -> list[tuple[int, Label, int]]:
    """The labels, of which one that follows an entry of a list has no heading.

    An entry ends with a semicolon, or begins a list behind a colon.
    """
    kept: list[tuple[int, Label, int]] = []
    entry = (-1, 0)  # place and value of the label that goes on with a list
    for place, label, titled in letters:
        value, text = label.value[0], blocks[place].text
        listed = (place, value) == entry
        above = blocks[place - 1].text if place else ""
        sentence = len(above.split()) > _OWN_WORDS and above.endswith((":", ":-"))
        value = 1 if label.number.lower() == "i" and sentence else value
        begins = sentence and value == 1 and len(label.rest.split()) <= _ENTRY_WORDS
        if (listed and not blocks[place].bold) or text.endswith((";", "; and")) or begins:
            entry = (place + 1, value + 1)
        kept.append((place, label, 0 if listed else titled))
    return kept


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
        roman = (
            len(names[place]) > 1
            or (names[place] == "i" and _opens_numerals(names, place))
            or (names[place] == "i" and place and "h" not in names[:place])
            or (names[place] == "v" and names[max(0, place - 1)] == "iv")
        )
        if not (roman and lettered):
            kept.append(each)
    return kept


def _opens_numerals(names: Sequence[str], place: int) -> bool:
    """Whether an "i" is followed by "ii"; not the letter after "h", whose part lists i, ii, iii."""
    is_letter = place and names[place - 1] == "h" and names[place + 1 : place + 2] == ["i"]
    return not is_letter and "ii" in names[place + 1 : place + 3]


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


_ENTRY_HEADING = 8  # words of a heading above entries of a few words
_OWN_WORDS = 8  # of the text below a heading, at least
_LONGEST = 45  # words of the heading of a part, in title case


def _is_titled(blocks: Sequence[Block], place: int, end: int, label: Label) -> int:
    """Whether a sub-label has a heading of its own: 0 no, it is a list entry; 1 it seems; 2 yes."""
    block = blocks[place]
    after = blocks[place + 1] if place + 1 < end else None
    if not label.rest:
        return 2 if after is not None and after.bold and is_titlelike(after.text) else 0
    rest = RULED.sub("", label.rest)
    circulated = after is not None and names_report(after.text)
    if block.bold or ((circulated or TO_DO.match(rest)) and not VERB.search(rest)):
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
    # "5.1 Clerk's Report" above entries of a few words; a sentence has the title of its item.
    short = label.family == "decimal" and words <= _ENTRY_HEADING and not VERB.search(rest)
    for each in blocks[place + 2 : end]:
        if not (label.family == "letter" or short) or each.label or own > _OWN_WORDS:
            break
        own += len(each.text.split())
    plain = circulated or in_title_case(rest)
    plain = plain and not VERB.search(rest) and not NOT_BUSINESS.match(rest)
    longest = _LONGEST if plain else 20
    return 1 if words <= longest and own > _OWN_WORDS else 0


def _nests(blocks: Sequence[Block], place: int, end: int) -> bool:
    """Whether a list of its own begins below a lettered heading: "(d) Grants", "(i) ..."."""
    labels = [each.label for each in blocks[place + 1 : end] if each.label is not None]
    names = [label.number.lower() for label in labels if label.family == "letter"]
    below = blocks[place + 1 : end]
    if len(below) > 1 and re.fullmatch(r"[A-Z][\w’'-]+", below[0].text):
        below = below[1:]  # the last word of the heading, on a line of its own
    if below[0].label is None or not names:
        return False
    misread = names[0] in "jl" and "ii" in names[1:3]
    if names[0] != "i" and not misread:  # another item was taken before it
        return bool(re.fullmatch("[ivx]{2,}", names[0])) and not (
            (label := blocks[place].label) and re.fullmatch("[ivx]+", label.number, re.I)
        )
    return not _is_letter(blocks[place], "h") or "ii" in names[1:3]


def _is_letter(block: Block, letter: str) -> bool:
    return block.label is not None and block.label.number.lower() == letter


def entries_below_headings(blocks: Sequence[Block]) -> list[Head]:
    """The entries of lists that each count from 1 below their heading, which is their title.

    So some minutes number the matters of each heading: "PLANNING", 1, 2, "CORRESPONDENCE", 1, 2.
    None where fewer than two headings have a list.
    """
    found: list[Head] = []
    lists = 0
    for place, block in enumerate(blocks[:-1]):
        if not _heads_list(block):
            continue
        expected = 1
        for at in range(place + 1, len(blocks)):
            label = blocks[at].label
            if label is None or label.family != "int" or label.value != (expected, 0):
                break
            found.append(Head(at, label.number, "sub", label, block.text.rstrip(" :.")))
            expected += 1
        lists += expected > 1
    return found if lists > 1 else []


def _heads_list(block: Block) -> bool:
    """Whether a line names business of a meeting and nothing else."""
    return (
        block.label is None
        and not block.table
        and bool(_BUSINESS.fullmatch(block.text))
        and (block.text.isupper() or bool(ALONE.match(block.text)))
    )


_BUSINESS = re.compile(
    r"(?:matters arising|planning(?: applications)?|correspondence|payments|"
    r"(?:any )?other business)\W*",
    re.I,
)


def parts_of_unnumbered(blocks: Sequence[Block], heads: dict[int, Head]) -> list[Head]:
    """The lettered parts of items without a number; their number is the letter alone."""
    found: list[Head] = []
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
        twice = _printed_twice(letters)
        run = sorted([*_in_order(letters), *(each for each in letters if each[0] in twice)])
        found += _with_headings_in_line(run, "", heads[start].title)
    return found
