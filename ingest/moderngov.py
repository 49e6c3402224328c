"""Pages of ModernGov: meetings, items, issues and decisions, as HTML or as copied text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import urljoin

from ingest.attendance import parse_attendance
from ingest.bodies import canonical_body
from ingest.dates import parse_date
from ingest.decisions import OF_THIS_PROPOSAL, parse_decisions
from ingest.exempt import mark_restricted
from ingest.language import detect_language
from ingest.model import Attendance, Decision, Item, Meeting, Paragraph
from ingest.references import find_references
from ingest.webpage import WebBlock, page_address, parse_html, web_blocks

Section = Literal["agenda", "minutes", "decision", "documents"]

_LABELS: dict[str, Section] = {
    "minutes": "minutes",
    "decision": "decision",
    "decisions": "decision",
    "additional documents": "documents",
    "supporting documents": "documents",
    "purpose": "agenda",
}
_LABEL = re.compile(
    r"^(minutes|decisions?|additional documents|supporting documents|purpose)\s*:\s*", re.IGNORECASE
)
_FILE_SIZE = re.compile(
    r"\s*(?:\b(?:pdf|word|excel|zip) icon\b)?\s*"
    r"\b(?:PDF|DOCX?|XLSX?|PPTX?|ZIP|RTF)\s+[\d.,]+\s*[KMG]B\b\.?|\s*\bpdf icon\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s*(?:\.\.\.|…)?\s*\bview (?:the )?full (?:minutes|item|decision) text"
    r"(?: for item\s*\S+)?\s*$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^([A-Z]{0,4}\d[\w./-]*?)[.:)]?\s+(\S.*)$")
_ISSUE_MEETING = re.compile(
    r"^Meeting:\s*(\d{1,2}/\d{1,2}/\d{4})\s*-\s*(.+?)\s*(?:\(Item\s+([^()]+(?:\([^()]*\))?)\))?\s*$"
)
_ITEM_MEETING = re.compile(r"^Meeting of\s+(.+?)\s*\(Item\s+([^()]+(?:\([^()]*\))?)\)\s*$")
_CHROME_TEXT = re.compile(r"^view recorded vote", re.IGNORECASE)
_CANCELLED = re.compile(r"\b(?:cancelled|canceled|abandoned|postponed)\b", re.IGNORECASE)


def is_moderngov(text: str) -> bool:
    """Whether an HTML page was made by ModernGov."""
    return bool(
        re.search(r"class=[\"'][^\"']*\bmg(?:Item|MainTitle|SubTitle|AiTitle|Content|Word)", text)
    )


def is_issue_text(text: str) -> bool:
    """Whether plain text is a copied "Issue" page."""
    opening = text[:5000]
    return any(_ISSUE_MEETING.match(line.strip()) for line in opening.splitlines())


def read_moderngov(html: str, source: str) -> list[Meeting]:
    """The meetings of a ModernGov page; a cancelled one has no items and a warning."""
    page = _open_page(html, source)
    table = page.root.xpath("//table[contains(concat(' ', @class, ' '), ' mgItemTable ')]")
    blocks = web_blocks(page.content)
    if any(_ISSUE_MEETING.match(block.text) for block in blocks):
        blocks = web_blocks(page.content, tables=False)
        return _issue_meetings(blocks, page)
    if table or "listdocuments" in (page.url or "").casefold():
        return [_meeting_page(page, table)]
    for block in blocks:
        if _ITEM_MEETING.match(block.text):
            return [_item_page(page, blocks, block)]
    if any(re.match(r"(?:decision maker|decided at meeting)\s*:", b.text, re.I) for b in blocks):
        return [_decision_page(page, blocks)]
    return [_meeting_page(page, [])]


def read_issue_text(text: str, source: str) -> list[Meeting]:
    """The meetings of an "Issue" page that was saved as text."""
    blocks = [
        WebBlock(" ".join(line.split()), "p")
        for line in text.splitlines()
        if line.strip("\ufeff \t\xa0")
    ]
    return _issue_meetings(blocks, Page(source=source, root=None, content=None))


@dataclass
class Page:
    """A page while it is read: what it says of itself, and what is left over as furniture."""

    source: str
    root: Any
    content: Any
    heading: str = ""  # "Agenda, decisions and minutes"
    subtitle: str = ""  # "Body - Thursday 15 January 2026 7:30 pm"
    council: str | None = None
    url: str | None = None
    furniture: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def address(self, link: str) -> str:
        """A link as far as it is known: relative on a page of unknown address."""
        return urljoin(self.url, link) if self.url else link

    def absolute(self, link: str | None) -> str | None:
        """A link as an address; None for a relative one on a page of unknown address."""
        if not link:
            return None
        joined = self.address(link)
        return joined if re.match(r"https?://", joined) else None


def _open_page(html: str, source: str) -> Page:
    root = parse_html(html)
    found = root.xpath("//*[@id='modgov']") or root.xpath(
        "//*[contains(concat(' ', @class, ' '), ' mgContent ')]/.."
    )
    content = found[0] if found else root.find("body")
    page = Page(source, root, root if content is None else content, url=page_address(root))
    page.heading = _text_of_class(root, "mgMainTitleTxt")
    page.subtitle = _text_of_class(root, "mgSubTitleTxt")
    page.council = _council(root)
    return page


def _text_of_class(root: Any, name: str) -> str:
    found = root.xpath(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]")
    return " ".join(found[0].text_content().split()) if found else ""


def _council(root: Any) -> str | None:
    """The authority's name from the site's name, its footer or the end of the title."""
    names = root.xpath("//meta[@property='og:site_name' or @name='eGMS.publisher']/@content")
    names += root.xpath("//meta[@name='DC.publisher' or @name='DC.creator']/@content")
    for footer in root.xpath("//footer | //*[@id='footer' or @id='page-footer']"):
        text = " ".join(footer.text_content().split())
        names += re.findall(
            r"(?:©|copyright)\s*(?:\d{4}\s*(?:[-–]\s*\d{4})?)?,?\s*([^.|©]+)", text, re.I
        )
    names.append(re.split(r"\s[-|–]\s", root.findtext(".//title") or "")[-1])
    for name in names:
        name = " ".join(name.split()).strip(" .,")
        wanted = re.search(
            r"\b(?:council|borough|authority|cyngor|assembly)\b", name, re.IGNORECASE
        )
        if (
            wanted
            and len(name) < 80
            and not re.search(r"modern|agenda|minutes", name, re.IGNORECASE)
        ):
            return re.sub(r"^the\s+|(?<=\w)\s+council(?=$)", _keep_council(name), name, flags=re.I)
    return None


def _keep_council(name: str) -> Any:
    """Drops "the", and "Council" after "... Borough of ...", which names the authority already."""
    borough = re.search(r"\bborough of\b", name, re.IGNORECASE)
    return lambda match: "" if borough or match[0].casefold().startswith("the") else match[0]


# Kinds of page


def _meeting_page(page: Page, tables: Sequence[Any]) -> Meeting:
    """A page of `ieListDocuments.aspx`: the items of one meeting in a table."""
    body, when = _body_and_date(page.subtitle)
    stated = page.root.xpath("//meta[@name='DC.date']/@content")
    date = when or (parse_date(stated[0]) if stated else None)
    rows = [row for table in tables for row in table.iter("tr")]
    drafts = [draft for row in rows if (draft := _row_draft(row, page)) is not None]
    with_minutes = any(draft.sections["minutes"] or draft.sections["decision"] for draft in drafts)
    items = mark_restricted([draft.item(page, with_minutes) for draft in drafts])
    if _CANCELLED.search(page.subtitle):
        state = _CANCELLED.search(page.subtitle)
        page.warnings.append(f"The meeting was {state[0].casefold() if state else 'cancelled'}.")
    elif not items:
        page.warnings.append("The page lists no items.")
    elif not with_minutes:
        page.warnings.append("The page holds the agenda only; no minutes are published on it.")
    front = []
    for block in _outside_tables(page, tables):
        if block.text == page.subtitle or re.match(r"(?:proposed )?venue\s*:", block.text, re.I):
            front.append(Paragraph(block.text))
        else:
            page.furniture.append(block.text)
    attendance = _attendance(page, items)
    return make_meeting(page, body, date, items, front, attendance)


def _item_page(page: Page, blocks: Sequence[WebBlock], of: WebBlock) -> Meeting:
    """A page of `mgAi.aspx`: one item in full."""
    match = _ITEM_MEETING.match(of.text)
    assert match is not None
    body, date = _body_and_date(match[1])
    draft = ItemDraft(
        number=match[2].strip(" ."), title=clean_title(page.subtitle, page), url=page.url
    )
    seen = False
    for block in blocks:
        if block is of:
            seen = True
        elif not seen or _is_chrome(block, page):
            page.furniture.append(block.text)
        else:
            draft.add(block, page)
    if not any((draft.sections["minutes"], draft.sections["decision"])):
        page.warnings.append("The page holds the agenda only; no minutes are published on it.")
    items = mark_restricted([draft.item(page, True)])
    return make_meeting(page, body, date, items, [], Attendance())


def _decision_page(page: Page, blocks: Sequence[WebBlock]) -> Meeting:
    """A page of `ieDecisionDetails.aspx`: one decision with its maker and its date."""
    body = date = None
    draft = ItemDraft(number=None, title=clean_title(page.subtitle, page), url=page.url)
    front: list[Paragraph] = []
    for block in blocks:
        label, _, value = block.text.partition(":")
        label, value = label.strip().casefold(), value.strip()
        if block.text in (page.heading, page.subtitle):
            page.furniture.append(block.text)
        elif label == "decision maker":
            body = canonical_body(value)
            front.append(Paragraph(block.text))
        elif label in ("date of decision", "decided at meeting"):
            date = parse_date(value) or date
            front.append(Paragraph(block.text))
        elif len(label) < 40 and value and label not in _LABELS and draft.section == "agenda":
            front.append(Paragraph(block.text))
        else:
            draft.add(block, page)
    return make_meeting(
        page, body, date, mark_restricted([draft.item(page, True)]), front, Attendance()
    )


def _issue_meetings(blocks: Sequence[WebBlock], page: Page) -> list[Meeting]:
    """An issue: what each of several meetings minuted about one piece of business."""
    starts = [place for place, block in enumerate(blocks) if _ISSUE_MEETING.match(block.text)]
    title = ""
    for block in blocks[: starts[0]]:
        if not re.match(r"issue\b", block.text, re.IGNORECASE):
            title = title or block.text
        page.furniture.append(block.text)
    meetings = []
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=True):
        match = _ISSUE_MEETING.match(blocks[start].text)
        assert match is not None
        number = match[3].strip(" .") if match[3] else None
        draft = ItemDraft(number=number, title=clean_title(title, page), url=None)
        titled = False
        for block in blocks[start + 1 : end]:
            numbered = _NUMBERED.match(block.text)
            if not titled and numbered and (number is None or numbered[1] == number):
                draft.number, draft.title = numbered[1], clean_title(numbered[2], page)
                draft.links += [page.address(link) for link in block.links]
                titled = True
            elif not titled and block.text.strip(" .") == (number or ""):
                continue
            elif not titled and _FILE_SIZE.sub(" ", block.text).strip(" :").casefold() == (
                draft.title.casefold()
            ):
                titled = True
            else:
                draft.add(block, page)
        items = mark_restricted([draft.item(page, True)])
        front = [Paragraph(blocks[start].text)]
        date = parse_date(match[1])
        meetings.append(
            make_meeting(page, canonical_body(match[2]), date, items, front, Attendance())
        )
        page.furniture, page.warnings = [], []
    return meetings


def make_meeting(
    page: Page,
    body: str | None,
    date: str | None,
    items: Sequence[Item],
    front: Sequence[Paragraph],
    attendance: Attendance,
) -> Meeting:
    if body is None:
        page.warnings.append("The page does not name the body.")
    elif page.council and body.casefold() in ("council", "full council"):
        body = page.council  # one name for the council itself, over pages and printed minutes
    if date is None:
        page.warnings.append("The page does not say when the meeting was held.")
    text = " ".join(paragraph.text for item in items for paragraph in item.paragraphs)
    return Meeting(
        source=page.source,
        body=body,
        date=date,
        items=tuple(items),
        council=page.council,
        status="draft" if re.search(r"\bdraft\b", page.heading, re.IGNORECASE) else None,
        language=detect_language(text or page.subtitle),
        attendance=attendance,
        front=tuple(front),
        furniture=tuple(page.furniture),
        warnings=tuple(page.warnings),
        url=page.url,
    )


def _body_and_date(text: str) -> tuple[str | None, str | None]:
    """ "Body - Thursday 15 January 2026 7:30 pm" or "Body, Monday, 5th March 2018" in two."""
    date = parse_date(text)
    weekday = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    match = re.match(
        rf"^(.*?)\s*(?:[-–,]\s*)?(?:on\s+)?(?={weekday}|\d{{1,2}}\S{{0,2}}\s)", text, re.I
    )
    body = (match[1] if match else text).strip(" -–,")
    return (canonical_body(body) if body else None), date


def _is_chrome(block: WebBlock, page: Page) -> bool:
    return block.text in (page.heading, page.subtitle) or "mgActionList" in block.classes


# Items


@dataclass
class ItemDraft:
    """An item while its blocks are sorted into agenda, minutes, decision and documents."""

    number: str | None
    title: str
    url: str | None
    section: Section = "agenda"
    truncated: bool = False
    links: list[str] = field(default_factory=list)
    blocks: list[tuple[Section, str]] = field(default_factory=list)

    @property
    def sections(self) -> dict[Section, list[str]]:
        names: tuple[Section, ...] = ("agenda", "minutes", "decision", "documents")
        return {name: [text for section, text in self.blocks if section == name] for name in names}

    def add(self, block: WebBlock, page: Page) -> None:
        """Puts a block where the last label says; labels themselves are furniture."""
        text = block.text
        self.links += [page.address(link) for link in block.links if _is_file(link)]
        label = _LABEL.match(text)
        if label and ("mgSubItemTitleTxt" in block.classes or label.end() == len(text)):
            self.section = _LABELS[" ".join(label[1].casefold().split())]
            page.furniture.append(label[0].strip())
            text = text[label.end() :]
            if not text:
                return
        if block.tag == "th" or _CHROME_TEXT.match(text):
            page.furniture.append(text)
            return
        listed = "mgBulletList" in block.classes or _FILE_SIZE.search(text)
        if self.section == "documents" and not listed and block.tag != "li":
            self.section = "minutes" if self.sections["minutes"] else "agenda"
        more = _MORE.search(text)
        if more:
            self.truncated = True
            page.furniture.append(more[0].strip())
            text = text[: more.start()]
            full = next((link for link in block.links if "mgai.aspx" in link.casefold()), None)
            self.url = self.url or page.absolute(full)
        if self.section == "documents":
            page.furniture.append(text)
        elif text.strip():
            last = self.blocks[-1] if self.blocks else None
            if last and last[0] == self.section and _runs_on(last[1], text, block):
                self.blocks[-1] = (self.section, f"{last[1]} {text.strip()}")
            else:
                self.blocks.append((self.section, text.strip()))

    def item(self, page: Page, with_minutes: bool) -> Item:
        done = [(name, text) for name, text in self.blocks if name in ("minutes", "decision")]
        paragraphs = tuple(Paragraph(text) for _, text in done)
        text = "\n".join(paragraph.text for paragraph in paragraphs)
        agenda = tuple(self.sections["agenda"])
        return Item(
            number=self.number,
            title=self.title,
            paragraphs=paragraphs,
            url=self.url,
            truncated=self.truncated,
            references=find_references("\n".join((self.title, *agenda, text))),
            decisions=self._decisions(paragraphs, [name for name, _ in done]),
            agenda_number=None if with_minutes else self.number,
            agenda=agenda,
            links=tuple(dict.fromkeys(self.links)),
        )

    def _decisions(
        self, paragraphs: Sequence[Paragraph], names: Sequence[Section]
    ) -> tuple[Decision, ...]:
        """Decisions of the decision block and of the minutes; one printed twice counts once."""
        found: list[Decision] = []
        said: set[str] = set()
        for name in ("decision", "minutes"):
            places = [place for place, each in enumerate(names) if each == name]
            for decision in parse_decisions([paragraphs[place] for place in places]):
                if name == "minutes" and said and OF_THIS_PROPOSAL.match(decision.text):
                    continue  # "The proposal was carried": the decision block says which
                words = _words(decision.text)
                if name == "decision" or len(words & said) < 0.7 * len(words):
                    found.append(replace(decision, paragraph=places[decision.paragraph]))
            said = set().union(*(_words(decision.text) for decision in found))
        return tuple(found)


def _runs_on(before: str, text: str, block: WebBlock) -> bool:
    """Whether a sentence was broken over two paragraphs by the word processor."""
    return block.tag == "p" and text[:1].islower() and before[-1].isalnum() and len(before) > 40


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _is_file(link: str) -> bool:
    return bool(
        re.search(r"/documents?/|\.(?:pdf|docx?|xlsx?|pptx?)(?:$|[?#])", link, re.IGNORECASE)
    )


def clean_title(text: str, page: Page) -> str:
    """A title without file sizes and icons, which are furniture."""
    page.furniture += [match[0].strip() for match in _FILE_SIZE.finditer(text)]
    return " ".join(_FILE_SIZE.sub(" ", text).split()).strip(" :")


def _row_draft(row: Any, page: Page) -> ItemDraft | None:
    """A row of the item table: its number, title and blocks; None for a row of headings."""
    cells = [cell for cell in row if cell.tag == "td"]
    if not cells or row.xpath("ancestor::td"):
        return None
    number = None
    anchors = [name[2:] for name in row.xpath(".//a/@name | .//a/@id") if re.match(r"AI\d+$", name)]
    if "mgItemNumberCell" in (cells[0].get("class") or "") or len(cells) > 1:
        number = " ".join(cells[0].text_content().split()).rstrip(".:") or None
        cells = cells[1:]
    url = None
    if anchors and page.url:
        listed = "ielistdocuments.aspx" in page.url.casefold()
        url = urljoin(page.url, f"#AI{anchors[0]}" if listed else f"mgAi.aspx?ID={anchors[0]}")
    draft = ItemDraft(number=None if number == "0" else number, title="", url=url)
    for cell in cells:
        for block in web_blocks(cell):
            if "mgAiTitleTxt" in block.classes and not draft.title:
                draft.title = clean_title(block.text, page)
                draft.links += [page.address(link) for link in block.links]
            else:
                if block.tag in ("tr", "caption") and draft.section == "documents":
                    draft.section = "minutes"
                draft.add(block, page)
    if not draft.title and draft.blocks:
        draft.title = clean_title(draft.blocks.pop(0)[1], page)
    return draft if draft.title or draft.blocks else None


def _outside_tables(page: Page, tables: Sequence[Any]) -> list[WebBlock]:
    """Blocks of the whole page but for its item tables, in order."""
    body = page.root.find("body")
    for table in tables:
        table.drop_tree()
    return web_blocks(page.root if body is None else body)


def _attendance(page: Page, items: Sequence[Item]) -> Attendance:
    """Names from a table of attendance, else from the items on attendance and apologies."""
    rows: list[tuple[str, str]] = []
    for table in page.root.iter("table"):
        heads = [" ".join(head.text_content().split()).casefold() for head in table.iter("th")]
        if "attendance" not in heads:
            continue
        for row in table.iter("tr"):
            cells = [" ".join(cell.text_content().split()) for cell in row if cell.tag == "td"]
            if len(cells) == len(heads):
                rows.append((cells[0], cells[heads.index("attendance")]))
    found = attendance_of(rows)
    if found != Attendance():
        return found
    opening = [
        f"{item.title}: {paragraph.text}"
        if re.match(r"present|attend", item.title, re.I)
        else paragraph.text
        for item in items
        if re.search(r"\b(?:apolog|attendance|present\b)", item.title, re.IGNORECASE)
        for paragraph in item.paragraphs
    ]
    return parse_attendance(opening)


def attendance_of(rows: Iterable[tuple[str, str]]) -> Attendance:
    """Who came, from names and what is said of each: "Present", "Apologies", "In attendance".

    "Expected" says nothing: so it stands until the clerk has noted who came.
    """
    found: dict[str, list[str]] = {"present": [], "apologies": [], "in_attendance": []}
    for name, state in rows:
        state = state.casefold()
        if "apolog" in state:
            found["apologies"].append(name)
        elif state.startswith(("present", "attended")):
            found["present"].append(name)
        elif "attendance" in state:
            found["in_attendance"].append(name)
    return Attendance(*(tuple(dict.fromkeys(names)) for names in found.values()))
