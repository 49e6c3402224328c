"""HTML to blocks of text: paragraphs, headings, list entries and table rows in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.errors import UnreadableSource
from ingest.model import Document, Line

_BLOCK = re.compile(
    r"address|article|aside|blockquote|body|caption|center|d[dlt]|details|div|fieldset|figcaption|"
    r"figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|summary|table|tbody|td|"
    r"tfoot|th|thead|tr|ul"
)
_SILENT = re.compile(
    r"script|style|noscript|template|head|svg|math|iframe|object|select|option|button|textarea"
)
_CHROME = ("nav", "header", "footer", "aside", "form")


@dataclass(frozen=True)
class WebBlock:
    """A paragraph, heading, list entry or table row of a page."""

    text: str
    tag: str
    classes: tuple[str, ...] = ()  # of the element and those around it, innermost first
    links: tuple[str, ...] = ()
    bold: bool = False


def parse_html(text: str) -> Any:
    """The root element of a page; raises UnreadableSource."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", " ", text)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableSource("not an HTML page that can be read") from error
    if root is None:
        raise UnreadableSource("an HTML page without text")
    return root


def web_blocks(element: Any, *, tables: bool = True) -> list[WebBlock]:
    """The blocks of an element in order; with `tables`, each row of a table is one block."""
    return [block for block in _Walk(tables).blocks(element) if block.text]


class _Walk:
    """Gathers inline text until a block-level tag ends the paragraph."""

    def __init__(self, tables: bool) -> None:
        self.tables = tables
        self.parts: list[str] = []
        self.links: list[str] = []
        self.bold: list[bool] = []

    def blocks(self, element: Any) -> Iterator[WebBlock]:
        yield from self._visit(element, "div", (), False)
        yield from self._flush("div", ())

    def _flush(self, tag: str, classes: tuple[str, ...]) -> Iterator[WebBlock]:
        text = " ".join("".join(self.parts).split())
        links, bold = tuple(dict.fromkeys(self.links)), bool(self.bold) and all(self.bold)
        self.parts, self.links, self.bold = [], [], []
        if text:
            yield WebBlock(text, tag, classes, links, bold)

    def _add(self, text: str | None, bold: bool) -> None:
        if text:
            self.parts.append(text)
            if re.search(r"\w", text):
                self.bold.append(bold)

    def _visit(
        self, element: Any, tag: str, classes: tuple[str, ...], bold: bool
    ) -> Iterator[WebBlock]:
        self._add(element.text, bold)
        breaks = 0
        for child in element:
            name = child.tag if isinstance(child.tag, str) else ""
            if name and not _SILENT.fullmatch(name):
                yield from self._child(child, name, tag, classes, bold)
            if name == "br":
                breaks += 1
                self.parts.append("\n")
                if breaks == 2:
                    yield from self._flush(tag, classes)
            elif name or (child.tail or "").strip():
                breaks = 0
            if (child.tail or "").strip():
                breaks = 0
            self._add(child.tail, bold)

    def _child(
        self, child: Any, name: str, tag: str, classes: tuple[str, ...], bold: bool
    ) -> Iterator[WebBlock]:
        own = tuple((child.get("class") or "").split())
        if name == "a" and child.get("href"):
            self.links.append(child.get("href").strip())
        if "mgFileSize" in own or "mgHide" in own:
            return
        if not _BLOCK.fullmatch(name):
            yield from self._visit(child, tag, classes, bold or name in ("b", "strong"))
            return
        yield from self._flush(tag, classes)
        inner = own + classes
        if name == "tr" and self.tables:
            row = [_Walk(self.tables).text_of(cell) for cell in child if cell.tag in ("td", "th")]
            links = tuple(link for cell in row for link in cell[1])
            text = " | ".join(cell[0] for cell in row if cell[0])
            filled = sum(bool(cell[0]) for cell in row)
            if text:
                yield WebBlock(text, "tr" if filled > 1 else "p", inner, links)
            return
        if name == "li":
            self.parts.append(_list_label(child))
        heading = name in ("h1", "h2", "h3", "h4", "h5", "h6", "th")
        yield from self._visit(child, name, inner, bold or heading)
        yield from self._flush(name, inner)

    def text_of(self, cell: Any) -> tuple[str, tuple[str, ...]]:
        found = list(self.blocks(cell))
        links = tuple(link for block in found for link in block.links)
        return " ".join(block.text for block in found), links


def _list_label(entry: Any) -> str:
    """The number that a browser prints before an entry of an ordered list."""
    parent = entry.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    number = _integer(parent.get("start"), 1)
    for sibling in parent:
        if sibling.tag != "li":
            continue
        number = _integer(sibling.get("value"), number)
        if sibling is entry:
            break
        number += 1
    kind = parent.get("type") or "1"
    if kind in "aA" and 1 <= number <= 26:
        letter = chr(ord("a") + number - 1)
        return f"{letter if kind == 'a' else letter.upper()}. "
    return f"{number}. "


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else otherwise


def page_address(root: Any) -> str | None:
    """The page's own address, where it states one."""
    for path, name in (
        ("//link[@rel='canonical']", "href"),
        ("//meta[@property='og:url']", "content"),
        ("//base", "href"),
    ):
        for found in root.xpath(path):
            address = (found.get(name) or "").strip()
            if re.match(r"https?://[^/\s]+", address):
                return address
    for found in root.xpath("//form/@action"):
        if re.match(r"https?://[^/\s]+/.*\.aspx", found):
            return str(found)
    return None


def read_webpage(text: str, source: str) -> Document:
    """A page of any site as lines: menus, headers and footers are furniture."""
    root = parse_html(text)
    found = root.xpath("//main | //*[@role='main'] | //article")
    main = found[0] if found else root.find("body")
    if main is None:
        raise UnreadableSource("an HTML page without text")
    furniture: list[str] = []
    for chrome in [each for each in main.iter(*_CHROME) if each is not main]:
        parent = chrome.getparent()
        if parent is None or (chrome.tag == "form" and len(chrome.text_content()) > 2000):
            continue
        furniture += [block.text for block in web_blocks(chrome)]
        tail = chrome.tail
        chrome.clear()
        chrome.tail = tail
    lines = [
        Line(
            text=block.text,
            bold=block.bold,
            heading=int(block.tag[1]) if re.fullmatch(r"h[1-6]", block.tag) else 0,
            space_before=True,
            table=block.tag == "tr",
        )
        for block in web_blocks(main)
    ]
    if not lines:
        raise UnreadableSource("an HTML page without text")
    title = root.findtext(".//title")
    return Document(
        source=source,
        lines=tuple(lines),
        furniture=tuple(furniture),
        title=" ".join(title.split()) or None if title else None,
        url=page_address(root),
    )
