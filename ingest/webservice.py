"""XML of ModernGov's web service: what `GetMeeting` says of one meeting."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingest.bodies import canonical_body
from ingest.dates import parse_date
from ingest.errors import UnreadableSource
from ingest.exempt import mark_restricted
from ingest.model import Attendance, Item, Meeting, Paragraph
from ingest.moderngov import ItemDraft, Page, Section, attendance_of, clean_title, make_meeting
from ingest.webpage import WebBlock, parse_html, web_blocks

# What the service says of an item's text, by the field that holds it.
_BODIES: tuple[tuple[str, Section], ...] = (
    ("agendatext", "agenda"),
    ("decisionnonemptyhtmlbody", "decision"),
    ("minutesnonemptyhtmlbody", "minutes"),
)
# Whether the council has published that text; where the field is missing, it has.
_PUBLISHED = {"decision": "isdecisionpublished", "minutes": "isminutepublished"}
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_DRAFT = re.compile(r"\bdraft\b", re.IGNORECASE)


def is_xml(text: str) -> bool:
    """Whether a text is XML that is no page."""
    opening = text.lstrip("\ufeff \t\r\n")[:2000]
    if re.search(r"<!doctype\s+html|<html[\s>]", opening, re.IGNORECASE):
        return False
    return opening.startswith("<?xml") or bool(
        re.match(
            r"<(?:\w+:)?(?:meeting|getmeetings?|committees|fetched|envelope)[\s>]", opening, re.I
        )
    )


def parse_xml(data: bytes) -> Any:
    """The root element, its names without namespaces; raises UnreadableSource.

    Nothing outside the text is looked at, and a document type, which could define entities, is
    refused.
    """
    from lxml import etree

    if re.search(rb"<!(?:DOCTYPE|ENTITY)", data.replace(b"\x00", b""), re.IGNORECASE):
        raise UnreadableSource("is XML with a document type, which is not read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableSource(f"is XML that is broken: {error}") from error
    for element in root.iter():
        if isinstance(element.tag, str) and "}" in element.tag:
            element.tag = element.tag.rpartition("}")[2]
    return root


def text_of(element: Any, name: str) -> str:
    """The text of a field, which the service encodes twice; empty where there is none."""
    found = element.find(name)
    return "" if found is None else plain("".join(found.itertext()))


def plain(text: str) -> str:
    """A text whose entities were encoded once more than XML asks for."""
    return " ".join(_decoded(_decoded(text)).split())


def is_true(element: Any, name: str, otherwise: bool = False) -> bool:
    """The value of a field that is "True" or "False"."""
    value = text_of(element, name).casefold()
    return value == "true" if value in ("true", "false") else otherwise


def find_meeting(root: Any) -> Any:
    """The element of the one meeting; None where there is none."""
    for element in (root, *root.iter("meeting")):
        if element.find("meetingid") is not None and element.find("agendaitems") is not None:
            return element
    return None


def holds_minutes(meeting: Any) -> bool:
    """Whether minutes or a decision of any item are published."""
    return any(
        _published(item, section) and text_of(item, name)
        for item in meeting.iter("agendaitem")
        for name, section in _BODIES
        if section != "agenda"
    )


def is_exempt(item: Any) -> bool:
    """Whether an item of the agenda is not for the public."""
    return is_true(item, "isrestricted") or not is_true(item, "isdisplayallowed", True)


def without_exempt(meeting: Any) -> None:
    """Take the text of exempt items, and their documents, out of the element of a meeting."""
    for item in meeting.iter("agendaitem"):
        exempt = is_exempt(item)
        for child in list(item):
            if exempt and child.tag in (*(name for name, _ in _BODIES), "linkeddocuments"):
                item.remove(child)
        for document in list(item.iter("linkeddoc")):
            if is_true(document, "isrestricted"):
                document.getparent().remove(document)


def address_of(base: str, committee: str, meeting: str) -> str:
    """The address of a meeting's page."""
    return f"{base}/ieListDocuments.aspx?CId={committee}&MId={meeting}"


def fetched_file(folder: Path, source: str) -> Path | None:
    """The file that holds a page which was fetched into a folder; None for any other source."""
    query = parse_qs(urlsplit(source).query)
    ids = query.get("CId", [""])[0], query.get("MId", [""])[0]
    path = folder / f"{ids[0]}-{ids[1]}.xml"
    return path if all(id.isdecimal() for id in ids) and path.is_file() else None


def read_meeting_xml(data: bytes, source: str) -> list[Meeting]:
    """The meeting in an answer to `GetMeeting`, alone or as `minutes sync` keeps it.

    Raises UnreadableSource for any other XML.
    """
    root = parse_xml(data)
    meeting = find_meeting(root)
    if meeting is None:
        if root.find(".//meetingid") is not None or root.find(".//committeeid") is not None:
            raise UnreadableSource("is a list of ModernGov's web service, not a meeting's minutes")
        raise UnreadableSource("is XML, but not a meeting from ModernGov's web service")
    without_exempt(meeting)
    kept = root if root.tag == "fetched" else {}
    page = Page(source, None, None, council=kept.get("council"), url=kept.get("address"))
    page.heading = "Draft minutes" if _DRAFT.search(text_of(meeting, "meetingstatus")) else ""
    body = kept.get("committee") or text_of(meeting, "committeetitle")
    if not body and root.find(".//committeetitle") is not None:
        body = plain("".join(root.find(".//committeetitle").itertext()))
    date = parse_date(text_of(meeting, "meetingdate"))
    entries = list(meeting.iter("agendaitem"))
    with_minutes = holds_minutes(meeting)
    items = mark_restricted([_item(entry, page, with_minutes) for entry in entries])
    front = [
        Paragraph(text)
        for name in ("meetingdate", "meetingtime", "meetinglocation")
        if (text := text_of(meeting, name))
    ]
    # A heading between items is numbered 0 and says nothing of its own.
    headings = [item for item in items if item.number is None and _is_bare(item)]
    front += [Paragraph(item.title) for item in headings if item.title]
    items = tuple(item for item in items if item not in headings)
    if re.match(r"cancel|abandon|postpone", text_of(meeting, "meetingstatus"), re.IGNORECASE):
        page.warnings.append(f"The meeting was {text_of(meeting, 'meetingstatus').casefold()}.")
    elif not items:
        page.warnings.append("The web service lists no items.")
    elif not with_minutes:
        page.warnings.append("The agenda only; no minutes are published in the web service.")
    rows = [
        (_field(person, "name"), _field(person, "attendance"))
        for person in meeting.iter("attendee")
    ]
    attendance = attendance_of(rows) if rows else Attendance()
    if rows and all(state.casefold().startswith("expected") for _, state in rows):
        page.warnings.append("The web service says who was expected, not who came.")
    name = canonical_body(body) if body else None
    return [make_meeting(page, name, date, items, front, attendance)]


def _item(entry: Any, page: Page, with_minutes: bool) -> Item:
    agenda, printed = _numbers(entry)
    number = text_of(entry, "id") or text_of(entry, "agendaitemid")
    url = f"{page.url}#AI{number}" if page.url and number.isdecimal() else None
    draft = ItemDraft(printed, clean_title(plain(text_of(entry, "agendaitemtitle")), page), url)
    for name, section in _BODIES:
        if not _published(entry, section):
            continue
        draft.section = section
        for block in _blocks(entry.find(name)):
            draft.add(block, page)
    for document in entry.iter("linkeddoc"):
        if address := text_of(document, "url"):
            draft.links.append(page.address(address))
    item = replace(draft.item(page, with_minutes), agenda_number=agenda)
    return replace(item, restricted=True, agenda=()) if is_exempt(entry) else item


def _published(entry: Any, section: Section) -> bool:
    return section not in _PUBLISHED or is_true(entry, _PUBLISHED[section], True)


def _numbers(entry: Any) -> tuple[str | None, str | None]:
    """The number on the agenda and the printed number of the minutes, where there are any.

    A number of 0 is none. Minutes that are not numbered on their own keep the agenda's numbers.
    """
    shown = text_of(entry, "fulldisplaynumberformat").strip(" .:")
    number, sub = _number(entry, "agendaitemnumber"), _number(entry, "agendaitemsubnumber")
    agenda = None if number is None else shown or _joined(number, sub)
    minutes, below = _number(entry, "minutesitemnumber"), _number(entry, "minutesitemsubnumber")
    if minutes is None:
        return agenda, agenda
    if number and below == sub and agenda and agenda.startswith(number):
        return agenda, minutes + agenda[len(number) :]  # "5a" on the agenda is "61a" here
    return agenda, _joined(minutes, below)


def _number(entry: Any, name: str) -> str | None:
    value = text_of(entry, name).strip(" .:")
    return None if value in ("", "0") else value


def _joined(number: str, sub: str | None) -> str:
    return f"{number}.{sub}" if sub and sub.isdecimal() else f"{number}{sub or ''}"


def _blocks(field: Any) -> list[WebBlock]:
    """The paragraphs of a field that holds HTML, whose entities may be encoded once more."""
    text = "" if field is None else "".join(field.itertext())
    if "<" not in text:
        text = _decoded(text)
    if not text.strip():
        return []
    blocks = web_blocks(parse_html(f"<div>{text}</div>"))
    return [replace(block, text=plain(block.text)) for block in blocks]


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _field(element: Any, name: str) -> str:
    """A value that is an attribute on some servers and an element on others."""
    return plain(element.get(name) or "") or text_of(element, name)


def _is_bare(item: Item) -> bool:
    return not (item.paragraphs or item.agenda or item.links or item.restricted)
