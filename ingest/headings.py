"""Paragraphs as blocks, and what tells a heading from a sentence, a name or a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.numbering import VERB, Label, inline_title, is_titlelike, parse_label
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
class Draft:
    """An item while its paragraphs are being gathered."""

    number: str | None
    title: str
    page: int | None
    blocks: list[Block] = field(default_factory=list)
    misread: str = ""  # the number as a scan prints it, where that cannot be right


ATTENDANCE = re.compile(
    r"^\W*(?:\d{1,4}[.)]?\s*)?(?:members?\s+|councillors?\s+|those\s+|governors?\s+|also\s+|"
    r"staff\s+|officers?\s+|officials?\s+)*"
    r"(?:present|attending|attended|attendance|in attendance|in the chair|apolog(?:y|ies)|"
    r"officials|absent)\b",
    re.I,
)
# What follows the last item of any kind, and is never an entry of a list of questions or letters.
LAST = (
    r"any other (?:\w+ )?business|a\.?o\.?b\.?|other business|adjournment(?: of (?:the )?meeting)?|"
    r"date (?:of|and|,).{0,40}meeting.{0,20}|next meeting"
)
LAST_BUSINESS = re.compile(
    rf"^(?:{LAST}|correspondence|votes? of (?:sympathy|congratulations?|thanks))\W*$", re.I | re.S
)
ALONE = re.compile(
    r"^(?:(?:public|open)\s+(?:forum|session|participation(?! network)|question)\b.*|"
    r"(?:.{0,20}\s)?q?uestions?(?:\s+(?:by|from|submitted|time|from the floor)\b.*)?|"
    r"questions?\s+(?:&|and)\s+answers|"
    r"(?:the following\s+)?(?:question|notice of motion|motion|deputation)s?\s+(?:submitted|"
    r"received|in the name|proposed|from|by)\b.*|"
    r"(?:adjourned |deferred )?notices?\s+of\s+(?:motions?|question)s?(?: adjourned .*)?|motions?|"
    r"(?:public |councillors[’']? )?other business|other matters(?: raised)?|"
    r"emergency motions?\b.*|(?:first|second|third|fourth|fifth) amendment\b.*|"
    r"votes? of (?:sympathy|congratulations?|thanks)|correspondence|"
    r"minutes of (?:the )?(?:last|previous) meeting|"
    rf"suspension of standing orders|matters arising.{{0,40}}|{LAST})\W*$",
    re.I | re.S,
)
NOT_BUSINESS = re.compile(
    r"^\W*(?:reply|response|answer|present\b|members?|officials?|officers?|in attendance|in the "
    r"chair|attend\w*|"
    r"apolog\w*|absent|signed|sínithe|chair(?:man|person|woman)?\W*$|cathaoirleach\W*$|mayor\W*$|"
    r"clerk|"
    r"secretary\W*$|dated?\b|dáta|for\b|against\b|abstain\w*|abstention\w*|total|resolved|decision|"
    r"action(?! (?:group|plan|area|team|day)\b)|"
    r"proposed(?: by|:|;)|seconded|note|and resolved|minutes\b|meeting\b|held\b|page|"
    r"councillors?\b|cllrs?\b|amendment\b|"
    r"(?:also )?circulated\b|cathaoirleach\b|comhairle|méara|riarthóir|parish clerk|village hall,)",
    re.I,
)
QUESTION_OR_MOTION = re.compile(r"\b(?:questions?|motions?|correspondence|deputations?)\b", re.I)
GROUP = re.compile(r"(?:adjourned )?(?:notices? of motion|q?uestions)\W*$", re.I)
# "Question submitted by Councillor Barr", which is of one matter.
OF_A_MEMBER = re.compile(
    r"\b(?:question|motion)s?\b.{0,20}\b(?:submitted|tabled|asked|received|from|by)\b", re.I
)


@dataclass(frozen=True)
class Head:
    """Where an item begins: its number, and how many blocks its heading takes."""

    block: int
    number: str | None
    kind: Literal["number", "sub", "title"]
    label: Label | None = None
    title: str = ""
    text: str = ""  # the text that follows the title in the same paragraph
    part_of: str = ""  # the number of the item whose title this one has, before its own
    in_line: bool = False  # of a run of parts with heading and text in one line


def names_report(text: str) -> bool:
    """Whether a paragraph begins with the report on a matter, right below its heading."""
    return text.startswith("Circulated,")


def heads_report(blocks: Sequence[Block], place: int) -> bool:
    """Whether a heading without any mark but the report below it stands here."""
    text = blocks[place].text
    return (
        place + 1 < len(blocks)
        and names_report(blocks[place + 1].text)
        and len(text.split()) <= SENTENCE_WORDS
        and is_titlelike(text)
        and not NOT_BUSINESS.match(text)
        and not OFFICE.search(text)
    )


OFFICE = re.compile(r"\((?:Mr|Mrs|Ms|Miss|Dr|Cllr)\b")
PERSON = re.compile(r"(?:Mr|Mrs|Ms|Miss|Dr|Cllrs?|Councillors?)\b")  # what follows is a name


def label_within(own: Label) -> Label | None:
    """The "(a)" that follows the number of an item in its heading: "3. (a) Raising of Loan"."""
    label = parse_label(own.rest) if own.rest.startswith("(") else None
    return label if label and label.family == "letter" else None


_IN_LINE = 4  # words of a sentence behind its heading; an entry of a list has no more


def has_heading_in_line(text: str) -> bool:
    """Whether a heading and a sentence are in one line: "The Common - the Clerk had written"."""
    split = inline_title(text)
    if split is None:
        return False
    return len(split[1].split()) > _IN_LINE and bool(VERB.search(split[1]))


RULED = re.compile(r"^\|\s+(?=[A-Z][^?]*$)")  # a scan's reading of a line between columns
TO_DO = re.compile(r"To [a-z]+ ")  # "To note the report.", as an agenda puts it


def has_colon_and_text(blocks: Sequence[Block], place: int) -> bool:
    """Whether a line of few words with a colon stands here, no sentence, and one below it."""
    if place + 1 >= len(blocks):
        return False
    block, below = blocks[place], blocks[place + 1]
    return (
        bool(re.fullmatch(r"[A-Z][^.;:!?£€$]*:", block.text))
        and len(block.text.split()) <= PLAIN_WORDS
        and not (block.label or block.table or below.table)
        and not tells_of(block.text)
        and not NOT_BUSINESS.match(block.text)
        and not ATTENDANCE.match(block.text)
        and not CAPTIONED.match(block.text)
        and (VERB.search(below.text) is not None or bool(_SHORT_SENTENCE.fullmatch(below.text)))
    )


_SHORT_SENTENCE = re.compile(r"(?!(?:Mr|Mrs|Ms|Miss|Dr|Cllrs?)\b)[A-Z](?:\S* ){4,20}\S+\.")


SUBMITTED = re.compile(
    r"\b(?:question|motion)s?\b.{0,20}\b(?:submitted|tabled|received)\b.{0,10}\b(?:by|from)\b", re.I
)


def title_and_next(blocks: Sequence[Block], place: int) -> tuple[str, int]:
    """The title of the item that begins here, and the block behind it."""
    if blocks[place].rest:
        return blocks[place].rest.rstrip(" :"), place + 1
    if place + 1 < len(blocks):
        return blocks[place + 1].text.rstrip(" :"), place + 2
    return "", place + 1


def is_subheading(blocks: Sequence[Block], place: int) -> bool:
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
        and not NOT_BUSINESS.match(block.text)
        and not ALONE.match(block.text)
        and has_body(blocks, place)
    )


PLAIN = 3  # headings without any mark in one item, fewer of which may be chance
PLAIN_WORDS = 9
SMALL_WORDS = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "re"]
)
TITLE_WORD = re.compile(r"[^\W\d_][\w’'-]*")


def in_title_case(text: str) -> bool:
    """Whether most words have capitals, small words aside: "Taking in Charge of Estates"."""
    words = TITLE_WORD.findall(text)
    telling = [word for word in words if word.lower() not in SMALL_WORDS]
    return bool(sum(word[0].isupper() for word in telling) >= 0.8 * len(telling))


CAPTIONED = re.compile(r"(?:table|chart|figure|graph|appendix)\s+\w{1,4}\b", re.I)
_FINITE = re.compile(r"\b(?:was|were|is|are|has|have|had|will|would)\b")


def tells_of(text: str) -> bool:
    """Whether a line has the verb of a sentence: "Apologies were received from Mr Barr"."""
    return bool(SENTENCE.match(text) or _FINITE.search(text))


def has_body(blocks: Sequence[Block], place: int) -> bool:
    """Whether one of the two paragraphs below a heading is more than a few words."""
    after = blocks[place + 1 : place + 3]
    return any(len(each.text.split()) > 7 for each in after)


# "I will move at the next meeting that ...": a motion or question in its own words; a scan reads I
# as 1 or as an exclamation mark.
IN_PERSON = re.compile(
    r"\W*(?:(?:I|We|1|i)\b\W*)?will (?:ask|move)\b|"
    r"\W*(?:I|We|1) (?:will|shall|wish|would|propose|move|ask|call|hereby)\b"
)
# "The Cathaoirleach welcomed Superintendent", of which a scan or a column took the rest.
SENTENCE = re.compile(
    r"(?:The|Mr|Mrs|Ms|Cllrs?|Councillors?|Members?)\b.{0,120}?\s(?:[a-z]{2,}ed|gave|made|said|took)\b"
)


def sentence_title(text: str) -> str:
    """A title for an item that has none: its first sentence, which stays in its text too."""
    text = text[:600].lstrip("|.[]{}_~ ")  # specks that a scan reads as characters
    start, end = (split_sentences(text) or [(0, 0)])[0]
    words = text[start:end].split()
    cut = " ".join(words[:SENTENCE_WORDS]).strip(' “”"‘’.:;*')
    return f"{cut} ..." if len(words) > SENTENCE_WORDS else cut


SENTENCE_WORDS = 30


_ASKS = re.compile(r"\W*(?:[I1l]\b\W*)?will (?:ask|move) at the next\b")
_GARBLED_WORDS = 12  # of the heading of a question, at most


def asks_below(blocks: Sequence[Block], place: int) -> bool:
    """Whether a question or motion stands below a line, which is its heading, however garbled."""
    text = blocks[place].text
    return (
        place + 1 < len(blocks)
        and bool(_ASKS.match(blocks[place + 1].text))
        and 1 < len(text.split()) <= _GARBLED_WORDS
        and not text.endswith((".", "?", ";", ","))
        and not NOT_BUSINESS.match(text)
        and not VERB.search(text)
        and not tells_of(text)
    )


def has_scraps(text: str) -> bool:
    """Whether some words are what a scan leaves of them: "ro nd Lan Wor ks"."""
    words = re.findall(r"[^\W\d_]+", text)
    scraps = [w for w in words if len(w) < 4 and w.lower() not in SMALL_WORDS]
    return len(scraps) >= 2
