"""Plain text and Markdown into a Document: markup cleaned away, page furniture set apart."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.model import Document, Line

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,20000}?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_ORIGINAL = re.compile(r"^\[[^\]]{1,80}\]\((https?://\S{1,1000})\)$")
_RULE = re.compile(r"^(?:-{3,}|\*{3,}|(?:\* ?){3,}|={3,}|(?:- ?){3,})$")
_NOTICE = re.compile(r"^[*_]{0,3}<small>.{0,200}</small>[*_]{0,3}$|^\(?image omitted\)?$", re.I)
_SCANNED = re.compile(r"scanned page", re.I)
_PAGE_NUMBER = re.compile(
    r"^(?:page\s*)?[-–—|~\s]*(\d{1,4})[-–—|~.\s]*(?:(?:of|/)\s*\d{1,4}\s*)?$", re.I
)
_TAG = re.compile(
    r"</?(?:h[1-6]|p|br|hr|li|ol|ul|div|span|strong|em|b|i|u|small|sup|sub|table|thead|tbody|tr|"
    r"td|th|a|font|blockquote|center|section|article)\b[^<>]{0,400}>",
    re.I,
)
_BREAKING_TAG = re.compile(r"</?(?:h[1-6]|p|br|hr|li|ol|ul|div|table|tr|blockquote)\b", re.I)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ESCAPED = re.compile(r"[\ue021-\ue07e]")
_EMPHASIS = re.compile(r"\*{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])")
_HEADING = re.compile(r"^(#{1,6})\s+")
_TABLE_RULE = re.compile(r"^\|?(?:\s*:?-{2,}:?\s*\|)+\s*:?-*:?\s*\|?$")
_LINK = re.compile(r"!?\[([^\]\[]{0,300})\]\(((?:https?:|mailto:|/|\.|#)[^()\s]{0,1000})\)")
# "1. **7.** Lease": a list of one entry, which prints its own number.
_MARKER_AND_NUMBER = re.compile(
    r"\s*\d{1,4}\.\s+(?=\*{0,2}\d{1,4}\\?[.)]\*{0,2}\s+[*_]{0,3}[A-Z“\"(])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff\ufffc]")
_WORD = re.compile(r"[^\W_]")
_FIGURES = re.compile(r"\d+")
_LONG_LINE = 200_000  # no printed line is longer: what is, is cut between words before matching


@dataclass(frozen=True)
class _Raw:
    """A line of the file, cleaned, before it is known whether it is furniture."""

    line: Line
    top: int  # place among the lines with words of its page, from the top
    bottom: int = 0  # and from the bottom


def decode(data: bytes) -> str:
    """The text of the bytes: UTF-8 or UTF-16 where they are marked or valid, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def read_text(data: bytes, source: str) -> Document:
    """The lines of a text or Markdown file; notices, links and page numbers become furniture."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    furniture: list[str] = []
    title = None
    match = _FRONT_MATTER.match(text)
    if match and re.search(r"^\w[\w ]*:", match[1], re.M):
        title = _front_matter_title(match[1])
        furniture += [line.strip() for line in match[1].split("\n") if _WORD.search(line)]
        text = text[match.end() :]
    if "<" in text and _TAG.search(text):
        text = _flatten_html(text)
    raw, notices, url, pages = _clean_lines(text)
    lines, repeated = _split_furniture(raw, pages)
    return Document(
        source=source,
        lines=tuple(lines),
        furniture=tuple(furniture + notices + repeated),
        wrapped=_is_wrapped(lines),
        ocr=any(_SCANNED.search(notice) for notice in notices),
        title=title,
        url=url,
    )


def _front_matter_title(block: str) -> str | None:
    match = re.search(r"^title:[ \t]*(.*)$", block, re.M)
    return match[1].strip().strip("\"'").replace('\\"', '"') or None if match else None


def _flatten_html(text: str) -> str:
    """Tags become line breaks or emphasis; list entries of an `ol` get their printed numbers."""
    parts: list[str] = []
    counters: list[int | None] = []
    end = 0
    for match in _TAG.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        tag = match[0].lower()
        if tag.startswith("<ol"):
            start = re.search(r"start=[\"']?(\d{1,6})", tag)
            counters.append(int(start[1]) if start else 1)
        elif tag.startswith("<ul"):
            counters.append(None)
        elif tag.startswith(("</ol", "</ul")) and counters:
            counters.pop()
        if tag.startswith("<small") or tag.startswith("</small"):
            parts.append(match[0])  # kept for the notice of a scanned page
        elif tag.startswith("<li"):
            if counters and counters[-1] is not None:
                parts.append(f"\n{counters[-1]}. ")
                counters[-1] += 1
            else:
                parts.append("\n- ")
        elif re.match(r"<h[1-6]", tag):
            parts.append(f"\n\n{'#' * int(tag[2])} ")
        elif tag.startswith(("<p", "</p", "<div", "</div", "</h")):
            parts.append("\n\n")
        elif _BREAKING_TAG.match(tag):
            parts.append("\n")
        elif tag.startswith(("<strong", "</strong", "<b>", "</b>")):
            parts.append("**")
        elif tag.startswith(("<td", "<th")):
            parts.append(" ")
    parts.append(text[end:])
    return "".join(parts)


def _clean_lines(text: str) -> tuple[list[_Raw], list[str], str | None, int]:
    """Lines with words, notices, the address of the original, and the number of pages."""
    raw: list[_Raw] = []
    notices: list[str] = []
    url = None
    page = 1
    seen_words = False
    space = False
    top = 0
    for printed in _printed_lines(_CONTROL.sub(" ", text)):
        stripped = printed.strip()
        if not stripped:
            space = True
            continue
        first = stripped[0]
        if "\f" in printed or (first in "-*=" and _RULE.match(stripped)):
            page += seen_words
            top = 0
            stripped = stripped.replace("\f", "").strip()
            if not stripped or _RULE.match(stripped):
                space = True
                continue
        original = None if seen_words else _ORIGINAL.match(stripped)
        if original:
            url = original[1]
            notices.append(html.unescape(stripped))
            continue
        if first in "*_<(iI" and _NOTICE.match(stripped):
            notices.append(re.sub(r"</?small>", "", stripped).strip("*_ "))
            continue
        if first.isdecimal() and (marker := _MARKER_AND_NUMBER.match(printed)):
            notices.append(marker[0].strip())
            printed = printed[marker.end() :]
        if "](" in stripped:
            notices += [link[2] for link in _LINK.finditer(stripped)]
        line = _clean_line(printed, page, space)
        if not _WORD.search(line.text):
            if len(line.text) > 2:
                notices.append(line.text)
            elif line.text:
                raw.append(_Raw(line, top))  # a lone bullet or quotation mark
            space = True
            continue
        raw.append(_Raw(line, top))
        seen_words = True
        space = False
        top += 1
    return _count_from_bottom(raw), notices, url, page


def _printed_lines(text: str) -> Iterable[str]:
    for line in text.split("\n"):
        while len(line) > _LONG_LINE:
            cut = line.rfind(" ", 0, _LONG_LINE) + 1 or _LONG_LINE
            yield line[:cut]
            line = line[cut:]
        yield line


def _clean_line(printed: str, page: int, space: bool) -> Line:
    indent = len(printed) - len(printed.lstrip(" \t\xa0"))
    text = printed.replace("\f", " ").strip()
    heading = _HEADING.match(text) if text.startswith("#") else None
    if heading:
        text = text[heading.end() :].rstrip("# ")
    table = text.startswith("|") and text.endswith("|") and text.count("|") >= 3
    if table:
        text = "" if _TABLE_RULE.match(text) else text.strip("|")
    bold = _is_bold(text)
    text = _LINK.sub(r"\1", text) if "](" in text else text
    # Escaped characters are hidden from the emphasis pattern, then put back.
    escaped = "\\" in text
    if escaped:
        text = _ESCAPE.sub(lambda match: chr(0xE000 + ord(match[1])), text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub("", text)
    if "<" in text:
        text = re.sub(r"</?small>", "", text)
    if escaped:
        text = _ESCAPED.sub(lambda match: chr(ord(match[0]) - 0xE000), text)
    text = html.unescape(text) if "&" in text else text
    text = re.sub(r"(?:_ ?){3,}", " ", text) if "_" in text else text
    text = " ".join(text.split())
    if printed.lstrip().startswith("* ") and not text.startswith("*"):
        text = f"* {text}"
    return Line(
        text=text,
        page=page,
        bold=bold,
        heading=len(heading[1]) if heading else 0,
        space_before=space,
        indent=float(indent),
        table=table,
    )


def _is_bold(text: str) -> bool:
    """Whether the line is bold from end to end; bold italics are quoted text, not a heading."""
    if not text.startswith(("**", "__", "_**", "*_")) or text.startswith(("***", "**_")):
        return False
    plain = "".join(text.split("**")[::2])
    return sum(map(str.isalnum, plain)) <= 0.15 * sum(map(str.isalnum, text))


def _count_from_bottom(raw: list[_Raw]) -> list[_Raw]:
    counted = []
    bottom = 0
    page = None
    for each in reversed(raw):
        if each.line.page != page:
            page, bottom = each.line.page, 0
        counted.append(_Raw(each.line, each.top, bottom))
        bottom += 1
    counted.reverse()
    return counted


def _split_furniture(raw: list[_Raw], pages: int) -> tuple[list[Line], list[str]]:
    """Page numbers, and lines that repeat at the top or bottom of pages, are furniture."""
    offsets: Counter[int] = Counter()
    edges: Counter[str] = Counter()
    numbers = [_page_number(each) for each in raw]
    for each, number in zip(raw, numbers, strict=True):
        if number is not None and each.line.page is not None:
            offsets[number - each.line.page] += 1
        if each.top < 2 or each.bottom < 2:
            edges[_shape(each.line.text)] += 1
    lines: list[Line] = []
    furniture: list[str] = []
    for each, number in zip(raw, numbers, strict=True):
        page = each.line.page or 0
        is_number = (
            pages > 1
            and number is not None
            and (offsets[number - page] >= 2 or abs(number - page) <= 1)
        )
        is_repeated = (
            pages >= 3
            and (each.top < 2 or each.bottom < 2)
            and len(each.line.text) > 3
            and edges[_shape(each.line.text)] >= max(3, pages // 2)
        )
        if is_number or (is_repeated and page > 1):
            furniture.append(each.line.text)
        else:
            lines.append(each.line)
    return lines, furniture


def _page_number(each: _Raw) -> int | None:
    if each.top > 0 and each.bottom > 0:
        return None
    match = _PAGE_NUMBER.match(each.line.text)
    return int(match[1]) if match and not each.line.text.endswith(".") else None


def _shape(text: str) -> str:
    return _FIGURES.sub("9", text.casefold())


def _is_wrapped(lines: list[Line]) -> bool:
    """Whether lines were broken by a printer: few are long, and many end in mid-sentence."""
    lengths = sorted(len(line.text) for line in lines)
    if len(lengths) < 4:
        return bool(lengths) and lengths[-1] < 130
    total = sum(lengths)
    return sum(length for length in lengths if length > 160) < 0.15 * total
