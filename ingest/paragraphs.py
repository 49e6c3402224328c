"""Printed lines into paragraphs: which line goes on with the sentence of the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model import Line
from ingest.numbering import MONTHS

_TERMINAL = re.compile(r"[.!?:;][\"'”’»)\]]*$")
_SENTENCE_END = re.compile(r"[.!?][\"'”’»)\]]*$")
_BULLET = re.compile(r"^(?:[•▪●◦■□➢✓–—‣·]|[-*o](?=\s))\s*")
_LIST_LABEL = re.compile(
    r"^(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})\)|\((?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})(?:\)|(?=\s))|"
    r"(?:\d{1,3}[A-H]?|[a-z]|[ivx]{1,5})\.)(?=\s|$|[A-Z“\"])|"
    r"^\d{1,3}\s?\([a-z]\)[.:]?(?=\s+[A-Z“\"]|$)|^[A-Z]{1,4}\s?\d{1,4}/\d{2,4}[.:)]?(?=\s+[A-Z]|$)"
)
_DECIMAL_LABEL = re.compile(r"\d{1,3}(?:\.\d{1,2}){1,2}[A-C]?(?:\s[-–])?\s+[A-Z]")
_ITEM_ALONE = re.compile(r"Item\s(?:No\.?\s)?\d{1,3}[.:]?", re.I)
_WORDED_LABEL = re.compile(r"Item\s(?:No\.?\s)?\d{1,3}\s?[.:)–-]\s+[A-Z]", re.I)
# What a pattern of an end can look at, in characters: a search from further back is for nothing.
_LAST_WORD = 12
# A line that ends so goes on, whatever stands next.
_OPEN_END = re.compile(
    r"(?:[,–—&/(\-]|\b(?:of|the|and|or|in|on|at|to|for|by|with|from|a|an|that|which|Cllr\.?|"
    r"Councillors?|Mr\.?|Mrs\.?|Ms\.?|Dr\.?|No\.?|Nos\.?|Co\.|St\.|OF|THE|AND|IN|ON|AT|TO|FOR|BY))$"
)
_FUNCTION_WORD = re.compile(
    r"\b(?:of|the|and|or|in|at|to|for|by|with|from|OF|THE|AND|IN|AT|TO|FOR|BY|ON)$"
)
_FUNCTION_START = re.compile(r"(?:OF|AND|AT|FOR|TO|BY|WITH|HELD)\b(?! \()")
_LONE_CAPITALS = re.compile(r"[A-ZÀ-Ý]{4,}$")
_COLON = re.compile(r"[A-Z][^.;:]*:$")
# A heading, rather than the letters of a name.
_CAPITALS = re.compile(r"[A-ZÀ-Ý]{6,}(?: [A-ZÀ-Ý’'&]+)*:?$")
_GROUP_CAPITALS = re.compile(r"(?:ADJOURNED )?(?:QUESTIONS?|NOTICES? OF MOTION)\W*")
# What heads other matters in many minutes, whatever stands before it.
_GROUP = re.compile(
    r"Votes? of (?:[Ss]ympathy|[Cc]ongratulations?|[Tt]hanks)\W*|"
    r"(?:Questions?|Motions?|Notices? of [Mm]otion) submitted by "
    r"(?:[^:;]{4,60}:|(?:Councillors?|Cllrs?)\.? (?:\w\. ?)*[A-ZÀ-Ý][\w’'-]+)|"
    r"Deputations? from (?:the )?[A-ZÀ-Ý][^.:;]{3,80}:?|Emergency Motion [–-] [A-ZÀ-Ý][^.:;]{3,80}"
)
# "Motion submitted by Councillors S. Keary, C.", and below it the name.
_TITLED = 20  # characters: a title and an initial
_INITIAL = re.compile(r"(?:,|\band|&|Cllrs?\.?|Councillors?|Mr\.?|Mrs\.?|Ms\.?) [A-Z]\.$", re.I)
_ABBREVIATION_END = re.compile(r"\b(?:Cllrs?|Mr|Mrs|Ms|Messrs|Dr|Fr|Rev|St|No|Nos|Co|Ref|[A-Z])\.$")
_UNFINISHED = re.compile(r"\b(?:Cllrs?|Mr|Mrs|Ms|Dr|Co|St)\.$")  # a name or a place follows
# Openings of a paragraph: after a line without a full stop, that line was a heading.
_FORMULA = re.compile(
    r"(?:Proposed|Seconded|Moved) by\b|And (?:it was )?[Rr]esolved\b|Circulated,|"
    r"It was (?:\w+ly )?(?:agreed|noted|decided|proposed|resolved|stated)\b|On the proposal of\b|"
    r"(?:I|We) will (?:ask|move)\b"
)
# "3. Local Transport", and below it "The Chairman welcomed ...": a heading and its first sentence.
# Or what an agenda puts so: "To receive an update on the Greenway".
_HEADS = re.compile(
    r"\W*(?:item\s*)?\d{1,3}(?:[.:)]|\s[–-])\s+[A-Z]|To (?:receive|consider|note)\b", re.I
)
_VERB = re.compile(r"\b(?:was|were|is|are|has|have|had|gave|[a-z]{2,}ed)\b")
_OPENS_SENTENCE = re.compile(
    r"(?:The|It|This|There|He|She|They|Members?|Councillors?|Cllrs?\.?|Mr\.?|Mrs\.?|Ms\.?|Following|"
    r"In|At|On|With|A|An) "
)
_CONTINUES = re.compile(r"(?:19|20)\d\d\b")  # the year of a date that runs over the line
_DAY = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?[\"”“’]?$")
_MONTH = re.compile(rf"(?:{MONTHS})\b")
_ASKED = re.compile(r"(?:[Ii1l!|/]\W{0,2}|We )will (?:ask|move) at the next\b")
_ABBREVIATED = re.compile(
    r"\([A-Z]{2,}\) [a-z]|\([A-Z]\)[,;.]? "
)  # "(DOB) normally": not the start of a sentence
_RULED = re.compile(r"_{4,}|\.{8,}")  # to be signed or filled in
_TALLY = re.compile(r"\(\d{1,3}\)\W*$")  # "(12)" after the names of those who voted
_LABELLED = re.compile(r"^[A-Z][\w’'/&. ]{1,40}:(?:\s|$)")


def paragraph_starts(lines: Sequence[Line], wrapped: bool) -> list[bool]:
    """For each line, whether a paragraph begins with it."""
    if not wrapped:
        return [
            not (
                i
                and (_runs_over_page(lines[i - 1], line) or _is_left_open(lines[i - 1].text, line))
            )
            for i, line in enumerate(lines)
        ]
    double = _is_double_spaced(lines)
    stretched = _stretched(lines)
    lengths = [len(line.text) for line in lines]
    starts = []
    for i, line in enumerate(lines):
        if i == 0:
            starts.append(True)
            continue
        if i in stretched:
            starts.append(False)
            continue
        width = max(lengths[max(0, i - 4) : i + 4])
        titled = (i - 1 in stretched or (i > 1 and _is_number_alone(lines[i - 2].text))) and (
            not lines[i - 1].bold
        )
        starts.append(_breaks(lines[i - 1], line, width, double, titled, starts[-1]))
    return starts


_WORD = re.compile(r"(?:[^\W_][\w’'&/–-]*|[-–—&])[,.]?")
_FORM_WORD = re.compile(r"(?:of|the|and|in|on|at|to|for|by|with|from|a|an|that|which|who)$", re.I)
_STRETCHED = 4  # lines of a word each, fewer of which may be names or the heads of columns


def _stretched(lines: Sequence[Line]) -> set[int]:
    """The lines that go on from a justified one, of which each word became a line.

    Such a line has words like "of" and "the"; the names and numbers of a table have none.
    """
    found: set[int] = set()
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) and _is_word(lines[end], lines[place]):
            end += 1
            if ends_sentence(lines[end - 1].text):
                break
        run = lines[place:end]
        within = any(_FORM_WORD.match(line.text) or line.text in _DASHES for line in run)
        if len(run) >= _STRETCHED and within:
            found.update(range(place + 1, end))
            more = end < len(lines) and not ends_sentence(run[-1].text)
            if more and not (_is_apart(lines[end], lines[place]) or _is_sentence(lines[end].text)):
                found.add(end)
        place = max(end, place + 1)
    return found


def _is_sentence(text: str) -> bool:
    return bool(_FORMULA.match(text) or (_OPENS_SENTENCE.match(text) and _VERB.search(text)))


def _is_word(line: Line, first: Line) -> bool:
    return bool(_WORD.fullmatch(line.text)) and not _is_apart(line, first)


_DASHES = frozenset("-–—")


def _is_apart(line: Line, first: Line) -> bool:
    return bool(
        line.table
        or line.heading
        or line.number is not None
        or (is_label(line.text) and line.text not in _DASHES)
        or line.page != first.page
        or line.bold != first.bold
    )


def is_label(text: str) -> bool:
    """Whether the line begins as a list entry does: a bullet, "(a)", "1)", "ii."."""
    return bool(_BULLET.match(text) or _LIST_LABEL.match(text))


def is_lone_label(text: str) -> bool:
    return len(text) <= 6 and is_label(text)


def _is_number_alone(text: str) -> bool:
    """Whether the number of an item has a line of its own: "5.", "Item 5"."""
    return is_lone_label(text) or bool(_ITEM_ALONE.fullmatch(text))


def ends_sentence(text: str) -> bool:
    end = text[-_LAST_WORD:]
    return bool(_SENTENCE_END.search(end)) and not _ABBREVIATION_END.search(end)


def _is_double_spaced(lines: Sequence[Line]) -> bool:
    """Whether nearly every printed line follows a blank one, so that a blank line says nothing."""
    spaced = sum(line.space_before for line in lines)
    return spaced > 0.75 * len(lines)


def _goes_on(text: str) -> bool:
    """Whether a line begins in the middle of a sentence."""
    return text[:1].islower() or bool(_ABBREVIATED.match(text))


def _runs_over_page(before: Line, line: Line) -> bool:
    return (
        before.page != line.page
        and not before.table
        and not line.table
        and not _TERMINAL.search(before.text)
        and _goes_on(line.text)
        and not is_label(line.text)
    )


def _is_left_open(before: str, line: Line) -> bool:
    """Whether the line before ends within a list of names or an expression."""
    goes_on = before.endswith(",") or _FUNCTION_WORD.search(before)
    return bool(goes_on) and not (
        line.table or line.heading or line.number is not None or is_label(line.text)
    )


def _breaks(before: Line, line: Line, width: int, double: bool, titled: bool, began: bool) -> bool:
    if line.table or before.table or line.number is not None or line.heading or before.heading:
        return True
    labelled = is_label(line.text)
    if began and not labelled and is_lone_label(before.text):
        return False  # a label alone on its line heads what follows
    if _RULED.search(before.text):
        return True
    if _GROUP_CAPITALS.fullmatch(line.text) and not before.text.isupper():
        return True
    end = before.text[-_LAST_WORD:]
    terminal = _TERMINAL.search(end)
    if not terminal and _CONTINUES.match(line.text):
        return False
    if _MONTH.match(line.text) and _DAY.search(end):
        return False
    if _ASKED.match(line.text):
        return True
    if _TALLY.match(line.text) and before.text.count(",") >= 2:
        return False
    left_open = _OPEN_END.search(end)
    if labelled and not left_open:
        return True
    closed = terminal and ends_sentence(end)
    if closed and (
        _DECIMAL_LABEL.match(line.text)
        or _WORDED_LABEL.match(line.text)
        or _ITEM_ALONE.fullmatch(line.text)
    ):
        return True
    if _CAPITALS.match(line.text) and before.text.endswith((",", ";")):
        return not before.text.isupper()
    if (
        closed
        and not is_lone_label(before.text)
        and (
            (_CAPITALS.match(line.text) and not before.text.isupper())
            or _GROUP.fullmatch(line.text)
            or (_COLON.match(line.text) and len(line.text) < 0.6 * width)
        )
    ):
        return True  # a heading
    open_end = left_open or not terminal
    function_word = _FUNCTION_WORD.search(end)
    in_bold = function_word and not line.space_before  # of the same sentence
    if before.bold != line.bold and not (open_end and (in_bold or _goes_on(line.text))):
        return True
    if before.bold == line.bold and end.endswith(".") and _INITIAL.search(before.text[-_TITLED:]):
        return False
    if line.space_before and not double and before.page == line.page:
        unfinished = function_word or _UNFINISHED.search(end)
        within = unfinished and not labelled
        return not (open_end and (within or _goes_on(line.text)))
    if began and _GROUP.fullmatch(before.text) and _OPENS_SENTENCE.match(line.text):
        return True
    heads = titled or (began and _HEADS.match(before.text))
    if heads and _is_title_above(before.text, line.text):
        return True
    first = line.text.split(" ", 1)[0]
    filled = (len(before.text) + 1 + len(first)) / max(width, 40)
    if _goes_on(line.text) and not closed:
        return False
    if function_word or _FUNCTION_START.match(line.text):
        return False
    if double and _LONE_CAPITALS.match(before.text) and _LONE_CAPITALS.match(line.text):
        return False  # a heading stretched to one word a line
    if left_open and not before.bold:
        return filled < 0.3
    if closed:
        return filled < 0.93
    if before.text.endswith(":"):
        return filled < 0.9 or len(line.text) < 0.6 * width
    if _LABELLED.match(line.text) or _FORMULA.match(line.text):
        return True
    return filled < (0.85 if titled else 0.7)  # a title is seldom as long as its line


def _is_title_above(before: str, text: str) -> bool:
    """Whether the heading of a number stands above the first line of a sentence."""
    return bool(
        not _VERB.search(before)
        and not _FUNCTION_WORD.search(before)
        and not _OPEN_END.search(before)
        and (_OPENS_SENTENCE.match(text) or text.endswith(":"))
        and _VERB.search(text)
    )
