"""The domain model: what minutes are made of, free of any library."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["draft", "confirmed"]
DecisionKind = Literal[
    "resolved", "recommended", "agreed", "noted", "deferred", "refused", "lost", "withdrawn"
]


@dataclass(frozen=True)
class Line:
    """One printed line of a document, as the layout readers hand it to the structure reader."""

    text: str
    page: int | None = None
    number: str | None = None  # automatic or left-column number, as printed: "13", "2(a)", "4."
    bold: bool = False
    heading: int = 0  # heading level where the format marks one; 0 is body text
    space_before: bool = False  # a blank line or a vertical gap stands before this line
    indent: float = 0.0  # in points or spaces, from the left edge of the text
    table: bool = False  # the line is a row of a table, its cells joined by " | "


@dataclass(frozen=True)
class Document:
    """A file as lines in reading order, before anything is known of meetings."""

    source: str
    lines: tuple[Line, ...]
    furniture: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    wrapped: bool = False  # the lines are printed lines, so a paragraph may span several
    ocr: bool = False
    title: str | None = None  # from front matter or document properties
    url: str | None = None  # where the original lies, if the file says so


@dataclass(frozen=True)
class Vote:
    """Votes counted for a motion; None where the minutes give no figure."""

    for_: int | None = None
    against: int | None = None
    abstain: int | None = None


@dataclass(frozen=True)
class Paragraph:
    """One paragraph or list entry, verbatim but for white space and page furniture."""

    text: str
    page: int | None = None


@dataclass(frozen=True)
class Decision:
    """What a meeting resolved, recommended, agreed or noted, and how."""

    kind: DecisionKind
    text: str
    parts: tuple[str, ...] = ()
    proposer: str | None = None
    seconder: str | None = None
    vote: Vote | None = None
    paragraph: int = 0  # index, within the item, of the paragraph in which it begins


@dataclass(frozen=True)
class Item:
    """One piece of business, numbered as printed or only titled."""

    number: str | None
    title: str
    paragraphs: tuple[Paragraph, ...]
    page: int | None = None
    url: str | None = None
    restricted: bool = False
    truncated: bool = False
    references: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    agenda_number: str | None = None
    agenda: tuple[str, ...] = ()  # the agenda's wording: what was to be done
    links: tuple[str, ...] = ()  # addresses of the reports linked from the item


@dataclass(frozen=True)
class Attendance:
    present: tuple[str, ...] = ()
    apologies: tuple[str, ...] = ()
    in_attendance: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meeting:
    """One sitting of a body on a date, as read from one source."""

    source: str
    body: str | None
    date: str | None  # ISO, the day on which the body met
    items: tuple[Item, ...]
    council: str | None = None
    status: Status | None = None
    language: str = "en"
    attendance: Attendance = field(default_factory=Attendance)
    front: tuple[Paragraph, ...] = ()
    furniture: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    also: tuple[str, ...] = ()  # other files of the same meeting
    url: str | None = None
    ocr: bool = False


@dataclass(frozen=True)
class Passage:
    """What is embedded and retrieved: whole paragraphs of one item, never across items.

    A paragraph longer than the embedding model reads is cut between sentences.
    """

    id: str
    meeting_id: str
    item: int  # place of the item in its meeting, from 0; -1 for front matter
    text: str
    heading: str  # "Body, 2 July 2014, item 13: Title"
    first_paragraph: int  # of the item (or of the front matter), from 0
    last_paragraph: int
    page: int | None = None


def as_json(value: Any) -> Any:
    """A model object as plain dictionaries and lists, with `for_` named `for`."""
    return _rename(asdict(value))


def _rename(value: Any) -> Any:
    if isinstance(value, dict):
        return {("for" if key == "for_" else key): _rename(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rename(item) for item in value]
    return value
