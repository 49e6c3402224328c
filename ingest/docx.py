"""DOCX to lines: automatic numbers as printed, tables, tracked changes as if accepted."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.errors import UnreadableSource
from ingest.model import Document, Line

MAX_ENTRIES = 5_000
MAX_PART = 64 * 1024 * 1024  # bytes of one part, unpacked
MAX_RATIO = 200  # unpacked to packed, of parts over a megabyte
MAX_DEPTH = 40  # of tables in tables

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_NUMBER_CELL = re.compile(r"^\(?(?:[A-Z]{1,4}[ /]?)?\d{1,5}(?:[./-]\d{1,4}){0,3}\s?[a-z]?[.):]?$")
_PAGE_NUMBER = re.compile(r"^(?:page|tudalen)\s+\d{1,4}(?:\s+(?:of|o)\s+\d{1,4})?$", re.IGNORECASE)
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
)
_DRAWN = ("}drawing", "}pict", "}AlternateContent", "}object")
_GONE = {f"{_W}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr")}


@dataclass(frozen=True)
class Style:
    """What a paragraph or character style says, its ancestors included."""

    name: str = ""
    bold: bool | None = None
    outline: int | None = None
    numbering: tuple[str | None, int | None] = (None, None)  # list id, level


@dataclass(frozen=True)
class Level:
    """One level of an automatic list."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False
    indent: float = 0.0


@dataclass
class Numbering:
    """The lists of a document, and how far each has counted."""

    lists: dict[str, tuple[str, dict[int, Level]]] = field(default_factory=dict)
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    overridden: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, list_id: str, depth: int) -> tuple[str | None, Level]:
        """The label printed before the next entry; None for a list that is not there."""
        if list_id not in self.lists:
            return None, Level()
        abstract, levels = self.lists[list_id]
        counts = self.counts.setdefault(abstract, {})
        for place, start in self.overridden.pop(list_id, {}).items():
            counts[place] = start - 1
        level = levels.get(depth, Level())
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [place for place in counts if place > depth]:
            del counts[deeper]

        def count(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            shown = levels.get(place, Level())
            value = counts.setdefault(place, shown.start)
            return _counted(value, "decimal" if level.legal else shown.form)

        if level.form == "bullet":
            return "•", level
        if level.form == "none":
            return "", level
        return re.sub(r"%([1-9])", count, level.text).strip(), level


@dataclass
class Reader:
    """Where the reading of a document stands."""

    styles: dict[str, Style]
    numbering: Numbering
    page: int = 1
    paged: bool = False


def read_docx(data: bytes, source: str) -> Document:
    """The lines of a DOCX as they would be printed; raises UnreadableSource."""
    parts = _open_parts(data)
    body = parts["word/document.xml"].find(f"{_W}body")
    if body is None:
        raise UnreadableSource("the DOCX has no text")
    reader = Reader(_styles(parts.get("word/styles.xml")), _numbering(parts))
    lines = list(_block_lines(body, reader, 0))
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in parts:
            lines += _note_lines(parts[name], reader)
    if not any(line.text for line in lines):
        raise UnreadableSource("the DOCX has no text")
    if not reader.paged:
        lines = [replace(line, page=None) for line in lines]
    furniture = dict.fromkeys(line.text for line in lines if _PAGE_NUMBER.match(line.text))
    lines = [line for line in lines if line.text not in furniture]
    for name in sorted(parts):
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
            aside = Reader(reader.styles, Numbering())
            for line in _block_lines(parts[name], aside, 0):
                furniture.setdefault(line.text)
    furniture.pop("", None)
    return Document(
        source=source,
        lines=tuple(lines),
        furniture=tuple(furniture),
    )


def _open_parts(data: bytes) -> dict[str, Any]:
    """The XML parts that matter, parsed without entities; raises UnreadableSource."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    parts = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise UnreadableSource(f"the DOCX has {len(entries)} parts, too many")
            for entry in entries:
                if not re.fullmatch(
                    r"word/(?:document|styles|numbering|footnotes|endnotes|header\d*|footer\d*)\.xml",
                    entry.filename,
                ):
                    continue
                packed = max(entry.compress_size, 1)
                if entry.file_size > MAX_PART or (
                    entry.file_size > 1_000_000 and entry.file_size / packed > MAX_RATIO
                ):
                    raise UnreadableSource(
                        f"{entry.filename} unpacks to {entry.file_size} bytes, too many"
                    )
                with archive.open(entry) as stream:
                    xml = stream.read(MAX_PART + 1)
                if len(xml) > MAX_PART:
                    raise UnreadableSource(f"{entry.filename} unpacks to too many bytes")
                root = etree.fromstring(xml, parser)
                if root.getroottree().docinfo.doctype:
                    raise UnreadableSource(
                        f"{entry.filename} declares a document type, which no DOCX does"
                    )
                parts[entry.filename] = root
    except _DAMAGED as error:
        raise UnreadableSource("not a DOCX that can be opened, or cut short") from error
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableSource("the XML of the DOCX is damaged") from error
    if "word/document.xml" not in parts:
        raise UnreadableSource("an archive, but not a DOCX")
    return parts


# Styles and lists


def _value(element: Any, path: str, attribute: str = "val") -> str | None:
    """An attribute of the descendant named by tags parted with "/", where there is one."""
    if element is None:
        return None
    found = element.find("/".join(f"{_W}{tag}" for tag in path.split("/")))
    return None if found is None else found.get(f"{_W}{attribute}", "")


def _integer(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else None


def _switch(element: Any, tag: str) -> bool | None:
    value = _value(element, tag)
    return None if value is None else value not in ("0", "false", "off", "none")


def _styles(root: Any) -> dict[str, Style]:
    if root is None:
        return {}
    raw = {style.get(f"{_W}styleId", ""): style for style in root.findall(f"{_W}style")}

    def resolve(name: str, seen: tuple[str, ...]) -> Style:
        element = raw.get(name)
        if element is None or name in seen:
            return Style()
        parent = resolve(_value(element, "basedOn") or "", (*seen, name))
        bold = _switch(element.find(f"{_W}rPr"), "b")
        outline = _integer(_value(element, "pPr/outlineLvl"))
        printed = _value(element, "name") or name
        if outline is None and (found := re.fullmatch(r"heading (\d)", printed, re.IGNORECASE)):
            outline = int(found[1]) - 1
        list_id = _value(element, "pPr/numPr/numId")
        level = _integer(_value(element, "pPr/numPr/ilvl"))
        return Style(
            printed,
            parent.bold if bold is None else bold,
            parent.outline if outline is None else outline,
            (
                list_id if list_id is not None else parent.numbering[0],
                level if level is not None else parent.numbering[1],
            ),
        )

    return {name: resolve(name, ()) for name in raw}


def _numbering(parts: dict[str, Any]) -> Numbering:
    root = parts.get("word/numbering.xml")
    numbering = Numbering()
    if root is None:
        return numbering
    abstract: dict[str, dict[int, Level]] = {}
    by_style: dict[str, str] = {}
    links: dict[str, str] = {}
    for element in root.findall(f"{_W}abstractNum"):
        name = element.get(f"{_W}abstractNumId", "")
        abstract[name] = {
            depth: _level(level)
            for level in element.findall(f"{_W}lvl")
            if (depth := _integer(level.get(f"{_W}ilvl"))) is not None
        }
        if style := _value(element, "styleLink"):
            by_style[style] = name
        if style := _value(element, "numStyleLink"):
            links[name] = style
    for element in root.findall(f"{_W}num"):
        list_id = element.get(f"{_W}numId", "")
        name = _value(element, "abstractNumId") or ""
        name = by_style.get(links.get(name, ""), name)
        levels = dict(abstract.get(name, {}))
        for override in element.findall(f"{_W}lvlOverride"):
            depth = _integer(override.get(f"{_W}ilvl"))
            if depth is None:
                continue
            if (level := override.find(f"{_W}lvl")) is not None:
                levels[depth] = _level(level)
            if (start := _integer(_value(override, "startOverride"))) is not None:
                numbering.overridden.setdefault(list_id, {})[depth] = start
        numbering.lists[list_id] = (name, levels)
    return numbering


def _level(element: Any) -> Level:
    start = _integer(_value(element, "start"))
    left = _integer(_value(element, "pPr/ind", "left") or _value(element, "pPr/ind", "start"))
    return Level(
        start=1 if start is None else start,
        form=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText") or "",
        legal=bool(_switch(element, "isLgl")),
        indent=(left or 0) / 20,
    )


def _counted(value: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and value > 0:
        letter = chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < value < 4000:
        roman = ""
        for worth, sign in _ROMAN:
            roman += sign * (value // worth)
            value %= worth
        return roman if form == "lowerRoman" else roman.upper()
    if form == "decimalZero":
        return f"{value:02d}"
    if form == "none":
        return ""
    return str(value)


_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


# Paragraphs and tables


def _block_lines(container: Any, reader: Reader, depth: int) -> Iterator[Line]:
    space = False
    for block in _blocks(container):
        if block.tag == f"{_W}tbl":
            if depth < MAX_DEPTH:
                yield from _table_lines(block, reader, depth)
            space = True
            continue
        lines = list(_paragraph_lines(block, reader, space, depth))
        yield from lines
        space = not lines


def _blocks(container: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, out of content controls and custom mark-up."""
    for child in container:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins"):
            yield from _blocks(child)
        elif child.tag == f"{_MC}AlternateContent" and len(child):
            yield from _blocks(child[0])


@dataclass
class _Run:
    text: str
    bold: bool


def _paragraph_lines(paragraph: Any, reader: Reader, space: bool, depth: int) -> Iterator[Line]:
    properties = paragraph.find(f"{_W}pPr")
    style = reader.styles.get(_value(properties, "pStyle") or "", Style())
    list_id = _value(properties, "numPr/numId")
    place = _integer(_value(properties, "numPr/ilvl"))
    if list_id is None:
        list_id = style.numbering[0]
    if place is None:
        place = style.numbering[1] or 0
    page = reader.page
    runs: list[_Run] = []
    boxes: list[Any] = []
    _collect(paragraph, reader, style, runs, boxes)
    printed = "".join(run.text for run in runs)
    number, level = None, Level()
    if list_id not in (None, "0") and printed.strip():
        number, level = reader.numbering.next(str(list_id), place)
    bold = all(run.bold for run in runs if re.search(r"\w", run.text))
    left = _integer(_value(properties, "ind", "left") or _value(properties, "ind", "start"))
    before = _integer(_value(properties, "spacing", "before"))
    first = True
    for text in printed.split("\n"):
        text = " ".join(text.split())
        if not text:
            continue
        if first and number == "•":
            text = f"• {text}"
        yield Line(
            text=text,
            page=page,
            number=number if first and number not in ("", "•") else None,
            bold=bold,
            heading=style.outline + 1 if style.outline is not None and style.outline < 9 else 0,
            space_before=first and (space or (before or 0) >= 120),
            indent=max(left / 20 if left is not None else level.indent, 0.0),
        )
        first = False
    for box in boxes:
        if depth < MAX_DEPTH:
            yield from _block_lines(box, reader, depth + 1)


def _collect(
    element: Any, reader: Reader, style: Style, runs: list[_Run], boxes: list[Any]
) -> None:
    """The runs of a paragraph: what was inserted stays, what was deleted or hidden goes."""
    for child in element:
        tag = child.tag
        if tag in _GONE or not isinstance(tag, str):
            continue
        if tag == f"{_MC}AlternateContent":
            if len(child):
                _collect(child[0], reader, style, runs, boxes)
        elif tag == f"{_W}txbxContent":
            boxes.append(child)
        elif tag == f"{_W}r":
            properties = child.find(f"{_W}rPr")
            if _switch(properties, "vanish"):
                continue
            bold = _switch(properties, "b")
            named = reader.styles.get(_value(properties, "rStyle") or "", Style())
            for choice in (bold, named.bold, style.bold):
                if choice is not None:
                    bold = choice
                    break
            runs.append(_Run(_run_text(child, reader), bool(bold)))
            drawn = [nested for nested in child if str(nested.tag).endswith(_DRAWN)]
            for nested in drawn:
                alternatives = nested.tag == f"{_MC}AlternateContent" and len(nested) > 0
                _collect(nested[0] if alternatives else nested, reader, style, runs, boxes)
        else:
            _collect(child, reader, style, runs, boxes)


def _run_text(run: Any, reader: Reader) -> str:
    parts = []
    for child in run:
        if child.tag == f"{_W}t":
            parts.append(child.text or "")
        elif child.tag in (f"{_W}tab", f"{_W}ptab"):
            parts.append("\t")
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
            if child.get(f"{_W}type") == "page":
                reader.page, reader.paged = reader.page + 1, True
        elif child.tag == f"{_W}noBreakHyphen":
            parts.append("-")
        elif child.tag == f"{_W}lastRenderedPageBreak":
            reader.page, reader.paged = reader.page + 1, True
        elif child.tag == f"{_W}sym":
            parts.append("•")
    return "".join(parts)


def _table_lines(table: Any, reader: Reader, depth: int) -> Iterator[Line]:
    """Rows joined by " | "; a table that lays out running text gives its paragraphs."""
    rows: list[list[list[Line]]] = []
    for row in _children(table, "tr"):
        if row.find(f"{_W}trPr/{_W}del") is None:
            cells = _children(row, "tc")
            rows.append([list(_block_lines(cell, reader, depth + 1)) for cell in cells])
    prose = {
        place
        for row in rows
        for place, cell in enumerate(row)
        if len(cell) >= 4 or sum(len(line.text.split()) for line in cell) >= 60
    }
    for row in rows:
        filled = [cell for cell in row if cell]
        if len(filled) == 1:
            yield from filled[0]
        elif filled and prose and not _is_heading_row(filled):
            yield from _laid_out(row, prose)
        elif filled:
            yield _table_row(row)


def _children(element: Any, tag: str) -> list[Any]:
    """Rows or cells, those inside content controls and insertions too."""
    found = []
    for child in element:
        if child.tag == f"{_W}{tag}":
            found.append(child)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
            found += _children(child, tag)
    return found


def _printed(cell: list[Line]) -> str:
    return " ".join(f"{line.number} {line.text}" if line.number else line.text for line in cell)


def _is_heading_row(cells: list[list[Line]]) -> bool:
    texts = [_printed(cell) for cell in cells]
    return all(len(text.split()) <= 3 and not _NUMBER_CELL.match(text) for text in texts)


def _table_row(row: list[list[Line]]) -> Line:
    first = next(cell for cell in row if cell)[0]
    text = " ".join(" | ".join(_printed(cell) for cell in row).split()).rstrip(" |")
    bold = all(line.bold for cell in row for line in cell)
    return replace(
        first, text=text, number=None, bold=bold, heading=0, space_before=False, table=True
    )


def _laid_out(row: list[list[Line]], prose: set[int]) -> Iterator[Line]:
    """A row of minutes set in a table: number, title, text, and who is to act."""
    number = None
    body = next((place for place in sorted(prose) if place < len(row) and row[place]), len(row) - 1)
    start = True
    for place, cell in enumerate(row):
        text = _printed(cell)
        if place < body and number is None and start and _NUMBER_CELL.match(text):
            number = text
            continue
        for index, line in enumerate(cell):
            if place > body and place not in prose:
                line = replace(line, table=True)
            elif place < body and index == 0 and len(text.split()) <= 25:
                line = replace(line, text=text, heading=3, number=number)
            elif start:
                line = replace(line, number=number or line.number)
            yield replace(line, space_before=line.space_before or start)
            start, number = False, None
            if line.heading == 3 and line.text == text:
                break
    if number:
        yield Line(text="", number=number)


def _note_lines(root: Any, reader: Reader) -> Iterator[Line]:
    for note in root:
        if note.get(f"{_W}type") not in (
            "separator",
            "continuationSeparator",
            "continuationNotice",
        ):
            yield from _block_lines(note, reader, 0)
