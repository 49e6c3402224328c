"""Item numbers as printed, and the chain of them that numbers a meeting's business.

A number at the start of a paragraph may head an item, or an entry of a list inside one. All
candidates are scored by how they look, and the best chain of them, by how the numbers follow one
another, is found by dynamic programming: a list inside an item never pays for leaving the chain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

_REST = r"\s*(?P<rest>.*)$"
_WITH_WORD = re.compile(
    r"^(?:agenda\s+)?item\s*(?:no\.?\s*|"
    r"number\s*)?(?P<n>\d{1,4})\s*(?:\(?(?P<sub>[a-z])\)?(?=[\s.:)\-–]|$))?"
    r"\s*(?P<delimiter>[.:)\-–]|$|(?=\s[A-Z“\"]))" + _REST,
    re.I | re.S,
)
_COMPOUND = re.compile(
    r"^(?P<n>\d{1,4})\s?\.?\s?\(\s?(?P<sub>[a-zA-Z]|[ivx]{1,4}|"
    r"\d{1,2})\s?\)\s?(?P<delimiter>[.:)]?)" + _REST,
    re.S,
)
_SUFFIXED = re.compile(
    r"^(?P<n>\d{1,4})(?P<sub>[a-z]|[A-H](?=[.):](?:\s|$)|\s(?:Question|Notice|Motion)\b))"
    r"(?P<delimiter>[.):]|(?=\s[A-Z]))" + _REST,
    re.S,
)
_CODE = re.compile(
    r"^(?P<n>[A-Z]{1,4}\s?\d{1,4}/\d{2,4})(?P<delimiter>[.:)]?)(?=\s|$|[A-Z][a-z])" + _REST, re.S
)
_SLASH = re.compile(
    r"^(?P<n>\d{1,4}/\d{1,4}(?:/\d{1,4})?)(?P<delimiter>[.:)]?)(?=\s+[A-Z“\"‘(]|\s*$)" + _REST, re.S
)
_DECIMAL = re.compile(
    r"^(?P<n>\d{1,3}(?:\.\d{1,3}){1,3}(?P<after>[A-C](?=\s+[A-Z]))?)(?P<delimiter>[.:)]?|\s[-–—](?=\s))"
    r"(?=\s+[A-Z“\"‘(]|\s*$|[A-Z][a-z]|\s(?:19|20)\d\d(?:/\d{1,4})?\s\w|"
    r"\s\d{1,2} [A-Z][a-z]+ [a-z])" + _REST,
    re.S,
)
_INTEGER = re.compile(
    r"^\(?(?P<n>\d{1,4})\s?(?P<delimiter>[.):]|[,;](?=\s+[A-Z])|\s[\-–](?=\s)|(?=\s+[A-Z“\"‘*])|"
    r"$)(?!\d)" + _REST,
    re.S,
)
_LETTER = re.compile(
    r"^(?P<open>\(?)(?P<n>[a-zA-Z]|[ivxIVX]{1,5})"
    r"(?P<delimiter>\)|\.(?=\s|[A-Z](?![.\s])|$)|\.\))" + _REST,  # "A.O.B." has no label
    re.S,
)
_SCANNED_INTEGER = re.compile(r"^(?P<n>[iIl|!q]|S[s5]?|[oO])\.\s+(?P<rest>[A-Z].*)$", re.S)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}

_MONEY = re.compile(
    r"^[£€$]?\s?[\d,.\s%|()\-–/£€]+(?:\s?(?:am|pm|a\.m|p\.m|cr|dr|vat)\b.*)?$", re.I
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MEASURE = re.compile(
    rf"^(?:(?:{MONTHS}|"
    r"a\.?m|p\.?m)\b|(?-i:st|nd|rd|th)\b)",
    re.I,
)
# "2. March Council Meeting" is no date.
_MONTH_TITLE = re.compile(rf"(?:{MONTHS}) [A-Z][a-z]+ [A-Z]")
_ADDRESS = re.compile(
    r"^(?:[A-Z][\w’']*\s){0,3}(?:St|Street|Road|Avenue|Close|Terrace|Crescent|Drive|Lane|Park|"
    r"Estate)\b|"
    r"^(?:members?|councillors?|million|km|hours?|years?)\b",
    re.I,
)
BUSINESS = re.compile(
    r"\b(?:apolog(?:y|ies)|minutes|matters? arising|matters raised|declarations?|planning|"
    r"correspondence|"
    r"financ\w*|accounts?|payments?|invoices|reports?|updates?|any other business|a\.?o\.?b\.?|"
    r"other business|"
    r"date (?:and|of|,)|next meeting|elections?|appointments?|public|open forum|questions?|"
    r"notices? of motion|"
    r"motions?|adjournment|highways|welcome|present|attend(?:ing|ance)|precept|budget|audit|"
    r"policies|policy|"
    r"adoption|disposal|to (?:consider|note|approve|receive|confirm|agree|discuss|adopt)|review|"
    r"election|"
    r"presentation|deputations?|closure|chair(?:man|person)?[’']?s?|cemetery|"
    r"council(?:lors)?[’']?|allotments?|village|"
    r"membership|standing orders|bye-?laws|actions?|complaints|noise|consultation|resolutions?|"
    r"agenda|urgent)\b",
    re.I,
)


@dataclass(frozen=True)
class Label:
    """A number or letter at the start of a paragraph, and what follows it."""

    number: str  # as printed, without its full stop
    family: str  # "int", "decimal", "slash", "code", "letter"
    value: tuple[int, ...]
    rest: str
    delimiter: str
    worded: bool = False  # "Item 3"
    scanned: bool = False  # guessed from a misread character


def parse_label(text: str) -> Label | None:
    """The label with which a paragraph begins, if any."""
    head = text[:400]
    match = _WITH_WORD.match(head)
    if match:
        return _label(match, text, "int", worded=True)
    for pattern, family in _FORMS:
        match = pattern.match(head)
        if match and not (family == "int" and _is_quantity(match)):
            return _label(match, text, family)
    return None


def _is_quantity(match: re.Match[str]) -> bool:
    """A date, a time, an address or a count that only looks like a number with a heading."""
    loose = match["delimiter"] in ("", ",") and match.re is not _COMPOUND
    if not loose and _MONTH_TITLE.match(match["rest"]):
        return False
    if match["rest"].endswith(":") and BUSINESS.search(match["rest"]):
        return False  # "9 Councillors' Other Business:"
    return bool(_MEASURE.match(match["rest"]) or (loose and _ADDRESS.match(match["rest"])))


_FORMS = (
    (_CODE, "code"),
    (_SLASH, "slash"),
    (_DECIMAL, "decimal"),
    (_COMPOUND, "int"),
    (_SUFFIXED, "int"),
    (_INTEGER, "int"),
    (_LETTER, "letter"),
)


def parse_number(number: str, rest: str) -> Label | None:
    """The label of a number that the layout or automatic numbering gives apart from the text."""
    label = parse_label(f"{number.strip()} {rest}".strip()) or parse_label(
        f"{number.strip().rstrip('.')}. {rest}".strip()
    )
    return label if label and rest.endswith(label.rest) else None


def _label(match: re.Match[str], text: str, family: str, worded: bool = False) -> Label | None:
    groups = match.groupdict()
    printed = groups["n"]
    rest = text[match.start("rest") :].strip()
    sub = groups.get("sub")
    if family == "int":
        value: tuple[int, ...] = (int(printed), letter_value(sub) if sub else 0)
        number = f"{printed}({sub})" if sub and not _SUFFIXED.match(text) else printed + (sub or "")
    elif family == "letter":
        value = (letter_value(printed),)
        number = printed
    else:
        value = tuple(int(part) for part in re.findall(r"\d+", printed))
        if after := groups.get("after"):
            value = (*value, letter_value(after))
        number = " ".join(printed.split())
    return Label(number, family, value, rest, (groups["delimiter"] or "").strip(), worded)


def scanned_label(text: str) -> Label | None:
    """A number that a scan may have misread: "i." for "1.", "Ss." for "5."."""
    match = _SCANNED_INTEGER.match(text[:400])
    if not match:
        return None
    value = 5 if match["n"].startswith("S") else 1
    rest = text[match.start("rest") :]
    return Label(str(value), "int", (value, 0), rest, ".", scanned=True)


def letter_value(letters: str) -> int:
    """1 for "a", 2 for "b"; a Roman numeral of several letters by its value."""
    if letters.isdigit():
        return int(letters)
    low = letters.lower()
    if len(low) > 1:
        return roman_value(low)
    return ord(low) - ord("a") + 1


def roman_value(letters: str) -> int:
    values = [_ROMAN.get(character, 0) for character in letters.lower()]
    return sum(
        -value if any(later > value for later in values[place + 1 : place + 2]) else value
        for place, value in enumerate(values)
    )


@dataclass(frozen=True)
class Candidate:
    """A label that may head an item, where it stands, and how much it looks like one."""

    block: int
    label: Label
    look: float
    style: tuple[bool, bool, str]
    alone: bool = False  # the number has a line of its own in the layout


def look_of(label: Label, bold: bool, heading: bool, bare: bool = False) -> float:
    """How much a labelled paragraph looks like the head of an item; below 0 it looks like text.

    The weights were set by hand on the training questions; `make measure-reading` measures them.
    """
    rest = label.rest.lstrip("|.[]{}_~ ")  # specks that a scan reads as characters
    words = rest.split()
    score = -1.0
    if bold:
        score += 3.0
    if heading:
        score += 2.0
    if label.worded:
        score += 2.0
    if label.scanned:
        score -= 1.0
    if is_compound(label):
        score += 1.5  # lists seldom number so
    bare_integer = label.family == "int" and label.value[-1] == 0 and not label.worded
    if label.delimiter == "" and bare_integer and words:
        score -= 1.5
    if label.delimiter in (",", ";"):
        score -= 0.7
    if not words:
        return score - (0.0 if bold or label.worded or bare else 3.0)
    if _MONEY.match(rest):
        return score - 4.0
    first = rest[0]
    if first.islower() or words[0] == "That":
        score -= 2.0
    if is_titlelike(rest):
        score += 1.5
        if rest.isupper() and len(rest) > 3:
            score += 1.0
    elif inline_title(rest):
        score += 1.5
    elif rest.endswith((";", ",")):
        score -= 1.5
    else:
        score -= 0.5
    if BUSINESS.search(" ".join(words[:7])):
        score += 1.2
    if re.match(r"[“\"‘]", first):
        score -= 1.0
    return score


_PUNCTUATED = re.compile(r"[.;,][\"'”’]?$")


def is_titlelike(text: str) -> bool:
    """A short line that begins with a capital and is no sentence."""
    words = text.split()
    if not any(character.isalpha() for character in text):
        return False
    return (
        0 < len(words) <= 40
        and (text[0].isupper() or text[0].isdigit() or text[0] in "“\"‘'(")
        and not _PUNCTUATED.search(text[-3:])
    ) or (0 < len(words) <= 7 and text[0].isupper() and text.endswith(".") and text.count(".") == 1)


_INLINE = re.compile(
    r"^(?P<title>[A-Z0-9“\"‘(][^:.;!?\n]{1,90}?)\s?(?P<mark>:[\-–]?|\s[\-–—]|"
    r"[.;])(?:(?=\s)|(?<=:)(?=[A-Z][a-z]))\s*(?P<rest>\S.*)$",
    re.S,
)
# "R.F." of "R.F.O." and of "R.F.O", and the last full stop of "R.F.O.:".
_ABBREVIATION = re.compile(r"\b(?:[A-Z]\.)+(?=[A-Z]\b)|(?<=\.[A-Z])\.(?=:)")
_ABBREVIATED = re.compile(r"\.[A-Z]")  # in all of those, and far faster
LONGEST_TITLE = 100  # characters of a title in line, and its mark
_LONGEST_INLINE = 200  # and the first of the text
VERB = re.compile(
    r"\b(?:was|were|is|are|has|have|had|will|would|be|been|agreed|proposed|stated|reported|"
    r"received|asked|noted|advised|said|informed|thanked|seconded)\b"
)


_ADJECTIVE = re.compile(r"(?<=\bre )proposed\b|(?<=\b(?:the|for) )proposed\b")


def inline_title(text: str) -> tuple[str, str] | None:
    """ "Matters Arising: The footpath ..." as its title and its text."""
    head = text[:_LONGEST_INLINE]
    if _ABBREVIATED.search(head):
        head = _ABBREVIATION.sub(lambda found: found[0].replace(".", "·"), head)
    match = _INLINE.match(head)
    if not match:
        return None
    title = text[match.start("title") : match.end("title")].strip()
    limit = {":": 12, ".": 6, ";": 3}.get(match["mark"].strip()[:1], 8)
    if len(title.split()) > limit or VERB.search(_ADJECTIVE.sub("", title)) or title == "Re":
        return None
    if match["mark"] in (".", ";") and (
        re.search(r"(?<!\.)\b[A-Z][a-z]{0,3}$", title) or not BUSINESS.search(title)
    ):
        return None
    return title, text[match.start("rest") :]


def find_chain(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that number the items of the meeting, in the order of the text."""
    best: list[Candidate] = []
    best_score = 0.0
    whole = _in_one_style(candidates)
    candidates = _without_lists(_beside(whole, candidates) if whole else candidates)
    families = {candidate.label.family for candidate in candidates} - {"letter"}
    chains = {}
    for family in sorted(families):
        chains[family] = _best_chain([each for each in candidates if each.label.family == family])
    integers = chains.get("int", (0.0, []))[1]
    for family, (score, chain) in chains.items():
        if family == "decimal" and _nested_in(chain, integers):
            continue
        if score > best_score:
            best, best_score = chain, score
    if whole and best and best[0].label.family == "int":
        best = sorted({*best, *whole}, key=lambda each: each.block)
    return _with_repeated(_with_strays(best, candidates), candidates)


_SEVERAL = 4  # numbers of one style, fewer of which must look much more like items than others


def _in_one_style(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates of one style that number 1 to n, each once and in any order, if there are.

    So the items of a meeting stand that were taken out of turn, between lists of another style.
    """
    integers = [
        each
        for each in candidates
        if each.label.family == "int" and not each.label.value[-1] and not each.label.scanned
    ]
    best: list[Candidate] = []
    for with_layout in (True, False):
        styles: dict[tuple[bool, ...], list[Candidate]] = {}
        for each in integers:
            bold, worded, _ = each.style
            style = (bold, worded, *([each.alone] if with_layout else []))
            styles.setdefault(style, []).append(each)
        for group in styles.values():
            if len(group) > len(best) and _is_whole(group, integers):
                best = group
    return best


def _is_whole(group: Sequence[Candidate], integers: Sequence[Candidate]) -> bool:
    """Whether candidates of one style number 1 to n, and look like it beside those of others."""
    numbers = sorted(each.label.value[0] for each in group)
    if numbers != list(range(1, len(group) + 1)) or len(group) < 2:
        return False
    own = {each.block for each in group}
    others = [
        each.look
        for each in integers
        if each.block not in own and each.label.value[0] <= len(group)
    ]
    look = sum(each.look for each in group) / len(group)
    ahead = look - sum(others) / len(others) if others else 0.0
    if ahead < (0.0 if len(group) >= _SEVERAL else 1.0) or look < _LEAST:
        return False
    # A short list in an item comes after the number of that item.
    return len(group) >= _SEVERAL or group[0] is integers[0]


def _beside(whole: Sequence[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without the plain numbers that a numbering which is whole has already.

    The entries of a list that go on from such a number go with it.
    """
    kept: list[Candidate] = []
    left: Candidate | None = None
    own = {each.block for each in whole}
    for each in candidates:
        number, part = each.label.value[0], each.label.value[-1]
        if each.block in own or each.label.family != "int" or part:
            kept.append(each)
        elif number <= len(whole) or (
            left and each.style == left.style and number == left.label.value[0] + 1
        ):
            left = each
        else:
            kept.append(each)
    return kept


_OF_WHICH_ONE_UNSEEN = 5  # numbers before a list, whose line was not read as a number


def _without_lists(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates without lists "1, 2, 3 ..." after which the numbers before them go on.

    The list repeats numbers that stood before: items 1 and 2 may be taken after item 3.
    """
    kept: list[Candidate] = []
    before: set[int] = set()
    last = 0  # number of the last integer that was kept
    place = 0
    while place < len(candidates):
        run = _run_from(candidates, place, last) if last else []
        if len(run) > last and _stands_out(candidates, run, last):
            run = run[:last]  # the numbers go on where the list ends by chance
        unseen = set(range(1, min(last, len(run)) + 1)) - before
        if len(run) > 1 and len(unseen) <= last // _OF_WHICH_ONE_UNSEEN:
            end = run[-1] + 1
            after = (each.label for each in candidates[end:] if each.label.family == "int")
            if next((label.value[0] for label in after), 0) in (last + 1, last + 2):
                others = set(range(place, end)) - set(run)
                kept += [candidates[other] for other in sorted(others)]
                place = end
                continue
        if candidates[place].label.family == "int":
            last = candidates[place].label.value[0]
            before.add(last)
        kept.append(candidates[place])
        place += 1
    return kept


def _stands_out(candidates: Sequence[Candidate], run: Sequence[int], last: int) -> bool:
    """Whether the number after `last` looks more like an item than the entries before it.

    Where that number comes again behind the run, all of the run is a list.
    """
    behind = (each.label for each in candidates[run[-1] + 1 :] if each.label.family == "int")
    if any(label.value[0] == last + 1 for label in behind):
        return False
    entries = [candidates[other].look for other in run[:last]]
    return candidates[run[last]].look > sum(entries) / len(entries) + 0.6


def _run_from(candidates: Sequence[Candidate], place: int, last: int) -> list[int]:
    """The places of the integers 1, 2, 3 ... that begin here, none between them.

    From 3 on one number at a time may be lacking, whose line was not read as an entry, unless the
    one behind the gap goes on from the item before the list.
    """
    run: list[int] = []
    before = 0
    for other in range(place, len(candidates)):
        label = candidates[other].label
        if label.family != "int":
            continue
        number, part = label.value
        lacking = number - before - 1
        bridged = lacking == 1 and len(run) >= 3 and number not in (last + 1, last + 2)
        if part or label.worded or (lacking and not bridged):
            break
        run.append(other)
        before = number
        if len(run) == 1 and other != place:
            return []
    return run


def _with_strays(chain: list[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The chain with the items taken out of their order, and those whose number was misread."""
    if not chain or chain[0].label.family != "int":
        return chain
    integers = [each for each in candidates if each.label.family == "int"]
    if chain[0].label.value == (2, 0) and len(chain) > 2:
        known = frozenset(each.label.value for each in chain)
        first = _misread_first([each for each in integers if each.block < chain[0].block], known)
        known_first = {each.block for each in first}
        integers = [each for each in integers if each.block not in known_first]
        chain = [*first, *chain]
    styles = Counter(each.style for each in chain)
    taken = {each.label.value for each in chain}
    highest = max(taken)[0]
    floor = max(_LEAST, sorted(each.look for each in chain)[len(chain) // 4] - 1.3)
    chained = frozenset(taken)
    kept = list(chain)
    bounds = [-1, *(each.block for each in chain), max(each.block for each in integers) + 1]
    for place, (start, end) in enumerate(pairwise(bounds)):
        inside = [each for each in integers if start < each.block < end]
        inner = 0 < place < len(chain)
        listed = {each.label.value[0] for each in inside if not each.label.scanned}
        lacking = {number for number in listed if (number, 0) not in chained}
        between = []
        for each in inside:
            number = each.label.value[0]
            alone = not listed & {number - 1, number + 1}
            fits = styles[each.style] * 2 >= len(chain) and len(chain) >= 2
            in_row = not alone and _fills_gap(number, listed, lacking)
            lone = alone and number < highest and number in lacking and _names_business(each)
            if not (alone or in_row or is_compound(each.label)):
                continue  # an entry of a list
            if each.look < (_LEAST if in_row else floor) and not lone:
                continue
            several = in_row and styles[each.style] > 1 and _names_business(each)
            if fits or several or is_compound(each.label) or (lone and each.look >= _SURE):
                between.append(each)
        ahead = _on_from(highest, between) if place == 0 else frozenset()
        for each in between:
            number = each.label.value[0]
            # Before the first and after the last item only a number that the chain lacks.
            limit = highest + 3 if inner else highest
            jumps = number % 10 != (highest + 1) % 10  # else a scan misread the next one
            if number in ahead or (place == len(chain) and jumps and _is_submitted(each)):
                limit = number  # an adjourned meeting leaves some out
            if each.label.value not in taken and (number <= limit or is_compound(each.label)):
                taken.add(each.label.value)
                kept.append(each)
            elif inner and len(between) == 1 and not is_compound(each.label):
                expected = chain[place - 1].label.value[0] + 1
                if chain[place].label.value[0] == expected + 1 and misread(
                    each.label.number, str(expected)
                ):
                    kept.append(read_as(each, expected))
    before = [each for each in kept if is_compound(each.label) and each.block < chain[0].block]
    if before and len(chain) < _SEVERAL and not any(_heads(each) for each in chain):
        return before  # the numbers are of what "6(d) Local Area Plan" was amended by
    return sorted(kept, key=lambda each: each.block)


def _is_submitted(each: Candidate) -> bool:
    """Whether a number heads the question or motion of a member."""
    return bool(re.search(r"\b(?:question|motion)s? submitted by\b", each.label.rest, re.I))


def _heads(each: Candidate) -> bool:
    """Whether a number stands before a heading, and not before a sentence."""
    rest = each.label.rest
    return not rest or (
        is_titlelike(rest.rstrip(":")) and not VERB.search(rest) and rest[-1] != ":"
    )


def _on_from(highest: int, before: Sequence[Candidate]) -> frozenset[int]:
    """The numbers before the first item that go on from the last: 14, 15, 16, then 1 to 13."""
    numbers = [each.label.value[0] for each in before if each.label.value[0] > highest]
    rising = all(0 <= later - one <= 1 for one, later in pairwise(numbers))
    several = len(set(numbers)) > 1 and numbers[0] == highest + 1
    return frozenset(numbers if several and rising else ())


def _misread_first(
    before: Sequence[Candidate], chained: frozenset[tuple[int, ...]]
) -> list[Candidate]:
    """The first item, where a scan reads its 1 as a number that comes later: "4. Minutes"."""
    heads = [
        each
        for each in before
        if each.look >= _LEAST
        and _names_business(each)
        and (each.label.value in chained or each.label.value[0] > max(chained)[0])
    ]
    if len(heads) != 1:
        return []
    return [read_as(heads[0], 1)]


_REPEATED = 0.34  # of the numbers, more of which an agenda repeats


def _with_repeated(chain: list[Candidate], candidates: Sequence[Candidate]) -> list[Candidate]:
    """The chain with the heads that repeat a number and its heading: the item is gone on with."""
    heads = {
        (each.label.value, each.label.rest, each.style[0]) for each in chain if each.label.rest
    }
    known = {each.block for each in chain}
    starts = {each.block for each in candidates}
    worded = all(each.label.worded for each in chain)  # "Item 7" on a line of its own is one
    again = [
        each
        for each in candidates
        if each.block not in known
        and each.block + 1 not in starts
        and each.look >= _LEAST
        and (
            (each.label.value, each.label.rest, each.style[0]) in heads
            or (worded and each.label.worded and not each.label.rest)
        )
    ]
    if not again or len(again) > _REPEATED * len(chain):
        return chain
    return sorted([*chain, *again], key=lambda each: each.block)


_LEAST = 0.4  # the look below which no number heads an item out of its order
_SURE = 1.5  # the look of a short heading of business


def _fills_gap(number: int, listed: set[int], lacking: set[int]) -> bool:
    """Whether the numbers in a row around this one are just such as the chain lacks.

    So items 10 and 11 stand that are taken after 6; a list begins with a number that is taken.
    """
    first = last = number
    while first - 1 in listed:
        first -= 1
    while last + 1 in listed:
        last += 1
    return first > 1 and lacking.issuperset(range(first, last + 1))


def _names_business(each: Candidate) -> bool:
    """Whether a plain number stands before a heading that names some business of a meeting."""
    rest = each.label.rest
    return (
        each.label.value[-1] == 0
        and bool(each.label.delimiter)
        and rest[:1].isupper()
        and bool(BUSINESS.search(" ".join(rest.split()[:7])))
    )


def is_compound(label: Label) -> bool:
    """Whether a number and a letter in brackets head a title: "6(d) Local Area Plan"."""
    rest = label.rest.removesuffix(".")
    titled = not rest or (is_titlelike(rest) and not VERB.search(rest))
    return label.number.endswith(")") and label.family == "int" and titled


def read_as(each: Candidate, number: int) -> Candidate:
    """The candidate with the number that a scan misread."""
    label = replace(each.label, number=str(number), value=(number, 0), scanned=True)
    return replace(each, label=label)


def misread(printed: str, expected: str) -> bool:
    """Whether one number may be a scan's reading of the other: as long, with a figure the same."""
    return len(printed) == len(expected) and any(
        a == b for a, b in zip(printed, expected, strict=True)
    )


def _nested_in(chain: Sequence[Candidate], integers: Sequence[Candidate]) -> bool:
    """Whether most decimals stand in the item of their first part: 5.1 in item 5."""
    if len(integers) < 2 or not chain:
        return False
    inside = 0
    for each in chain:
        owner = [i.label.value[0] for i in integers if i.block < each.block][-1:]
        inside += owner == [each.label.value[0]]
    return inside >= 0.5 * len(chain)


_MOST = 10_000  # candidates; the longest measured minutes have 1,600
_WINDOW = 60  # a longer list inside one item was not seen in 800 documents


def _best_chain(candidates: list[Candidate]) -> tuple[float, list[Candidate]]:
    if len(candidates) > _MOST:
        candidates = sorted(candidates, key=lambda each: -each.look)[:_MOST]
        candidates.sort(key=lambda each: each.block)
    totals: list[float] = []
    before: list[int] = []
    for i, candidate in enumerate(candidates):
        total, previous = candidate.look + _start(candidate), -1
        listed = _list_neighbour(candidates, i)
        for j in range(max(0, i - _WINDOW), i):
            step = _step(candidates[j], candidate, listed is not None and listed > j)
            if before[j] < 0 and candidate.label.value[0] == 1 and candidates[j].label.value[0] > 1:
                step = 0.0  # one item was taken before the first
            if totals[j] + step + candidate.look > total:
                total, previous = totals[j] + step + candidate.look, j
        totals.append(total)
        before.append(previous)
    if not totals:
        return 0.0, []
    last = max(range(len(totals)), key=totals.__getitem__)
    score = totals[last]
    chain = []
    while last >= 0:
        chain.append(candidates[last])
        last = before[last]
    chain.reverse()
    if len(chain) == 1 and (chain[0].look < 0.4 or (not chain[0].label.rest and chain[0].look < 2)):
        return 0.0, []
    return (max(score, 0.1) if len(chain) == 1 else score), chain


def _list_neighbour(candidates: Sequence[Candidate], i: int) -> int | None:
    """The nearest earlier candidate of the same look whose number comes just before."""
    value = candidates[i].label.value
    for j in range(i - 1, max(-1, i - _WINDOW), -1):
        if candidates[j].style == candidates[i].style and _follows(
            candidates[j].label.value, value
        ):
            return j
    return None


def _start(candidate: Candidate) -> float:
    first = candidate.label.value[-1 if candidate.label.family == "decimal" else 0]
    if first == 1:
        return 1.0
    return -min(1.5, 0.3 * (first - 1))


RUNNING = 100  # the longest list in the measured minutes has 60 entries


def _step(one: Candidate, other: Candidate, interrupted: bool) -> float:
    """What it gains or costs for one number to follow another; `interrupted`: a nearer one fits."""
    a, b = one.label.value, other.label.value
    changed = 0.0 if one.style == other.style else -1.0
    if _follows(a, b):
        return 2.0 + changed - (2.5 if interrupted else 0.0)
    gap = _gap(a, b)
    if gap == 0:
        if a[0] >= RUNNING:
            return changed  # minute numbers that run on from meeting to meeting number no lists
        return -1.0 + changed - (2.0 if other.look < 1 else 0.0)
    if gap > 0:
        return max(-5.0, 2.0 - 1.2 * (gap - 1)) + changed - (2.5 if interrupted else 0.0)
    strong = other.look >= 3.5
    if b[0] <= 1:
        return -8.0 if strong and one.style == other.style else -15.0
    return (-2.5 if strong else -9.0) + changed


def _follows(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    if len(a) == 2 == len(b):
        if b[0] == a[0] + 1 and b[1] in (0, 1, a[1]):
            return True
        return b[0] == a[0] and b[1] == a[1] + 1
    if len(a) != len(b):
        return False
    differing = [place for place in range(len(a)) if a[place] != b[place]]
    if len(differing) == 1:
        place = differing[0]
        return b[place] == a[place] + 1
    return False


def _gap(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """How many numbers one stands after the other, by the first part that differs."""
    for x, y in zip(a, b, strict=False):
        if x != y:
            return y - x
    return len(b) - len(a)
