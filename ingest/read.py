"""A file into meetings: the reader is chosen by what the file holds, not by its name."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from ingest.errors import UnreadableSource
from ingest.model import Document, Meeting
from ingest.text import decode, read_text

_TEXT = frozenset((".txt", ".text", ".md", ".markdown"))
_PAGES = frozenset((".html", ".htm", ".xhtml", ".aspx"))
SUFFIXES = _TEXT | _PAGES | {".pdf", ".docx", ".xml"}
MAX_BYTES = 200 * 1024 * 1024
MAX_TEXT_BYTES = 50 * 1024 * 1024

_KNOWN = (
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as .docx or PDF"),
    (b"{\\rtf", "an RTF file; save it as .docx or PDF"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
    (b"\x89PNG", "a picture; scan it to PDF"),
    (b"\xff\xd8\xff", "a picture; scan it to PDF"),
)
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 11, 12, 13))
_HTML = re.compile(
    r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<div[\s>]|<table[\s>]", re.IGNORECASE
)
_REPORT = (
    re.compile(r"^\s*report (?:by|of|from|to)\b|^\s*report author\b", re.IGNORECASE | re.MULTILINE),
    re.compile(r"\bpurpose of (?:the |this )?report\b", re.IGNORECASE),
    re.compile(r"\b(?:is|are) (?:asked|invited|requested|recommended) to\b", re.IGNORECASE),
    re.compile(r"^\W*recommendations?(?:\(s\))?\W*$", re.IGNORECASE | re.MULTILINE),
    re.compile(r"\bbackground papers\b|\b(?:financial|legal) implications\b", re.IGNORECASE),
    re.compile(r"\b(?:contact|lead|reporting) officer\b|\bportfolio holder\b", re.IGNORECASE),
    re.compile(r"\b(?:executive summary|key points|ward\(?s?\)? affected)\b", re.IGNORECASE),
)
_RECORD = (
    re.compile(r"^\W*(?:\w+ ){0,3}(?:present|apologies|in attendance)\b", re.I | re.M),
    re.compile(r"\bminutes (?:of|from|for)\b|^\W*(?:draft )?minutes\W*$", re.I | re.M),
    re.compile(r"\b(?:it was|was|were) (?:resolved|agreed|noted|proposed|decided)\b", re.I),
    re.compile(r"\b(?:proposed|seconded) by\b|\band resolved\b", re.I),
    re.compile(r"\bmeeting (?:was )?(?:held|opened|closed|commenced|ended)\b", re.I),
    re.compile(r"\b(?:cofnodion|yn bresennol|ymddiheuriadau|comhairle|i láthair)\b", re.I),
)


def read(path: Path, source: str) -> list[Meeting]:
    """The meetings of a file, at least one; raises UnreadableSource with the reason."""
    data = _bytes_of(path)
    suffix = path.suffix.casefold()
    if b"%PDF-" in data[:1024]:
        from ingest.pdf import read_pdf

        return _meetings(read_pdf(data, source), source)
    if data.startswith(b"PK\x03\x04"):
        if suffix == ".zip":
            raise UnreadableSource("is an archive; ingest it as such")
        from ingest.docx import read_docx

        return _meetings(read_docx(data, source), source)
    if suffix in (".pdf", ".docx"):
        raise UnreadableSource(f"is named {suffix}, but is not a {suffix[1:].upper()} file")
    for opening, what in _KNOWN:
        if data.startswith(opening):
            raise UnreadableSource(f"is {what}")
    return _read_characters(data, path, source)


def _bytes_of(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            limit = MAX_BYTES // 1024**2
            raise UnreadableSource(f"is {size // 1024**2} MB large; at most {limit} MB are read")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableSource(f"cannot be opened: {error.strerror}") from error
    if not data.strip():
        raise UnreadableSource("is empty")
    return data


def _read_characters(data: bytes, path: Path, source: str) -> list[Meeting]:
    if len(data) > MAX_TEXT_BYTES:
        limit = MAX_TEXT_BYTES // 1024**2
        raise UnreadableSource(f"is {len(data) // 1024**2} MB of text; at most {limit} MB are read")
    _refuse_binary(data)
    text = decode(data)
    if not text.strip("\ufeff\x00 \t\r\n"):
        raise UnreadableSource("is empty")
    if path.suffix.casefold() in _PAGES or (_HTML.match(text.lstrip("\ufeff \t\r\n")[:300])):
        from ingest.moderngov import is_moderngov, read_moderngov
        from ingest.webpage import read_webpage

        if is_moderngov(text):
            return read_moderngov(text, source)
        return _meetings(read_webpage(text, source), source)
    from ingest.webservice import is_xml, read_meeting_xml

    if path.suffix.casefold() == ".xml" or is_xml(text):
        return read_meeting_xml(data, source)
    from ingest.moderngov import is_issue_text, read_issue_text

    if is_issue_text(text):
        return read_issue_text(text, source)
    return _meetings(read_text(data, source), source)


def _refuse_binary(data: bytes) -> None:
    """Text has no zero bytes and hardly any control characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    sample = data[:65536] + data[-65536:]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if b"\x00" in sample and sample.count(0) > len(sample) // 1000:
        raise UnreadableSource("is not text: it holds zero bytes, as programs and pictures do")
    if controls > len(sample) // 50:
        raise UnreadableSource("is not text: it holds binary data")


def _meetings(document: Document, source: str) -> list[Meeting]:
    from ingest.structure import build_meetings

    name = PurePosixPath(source).name
    if not any(line.text for line in document.lines):
        raise UnreadableSource("holds no text")
    reason = _why_not_minutes(document, name)
    if reason:
        raise UnreadableSource(f"does not look like minutes: {reason}")
    meetings = build_meetings(document, name)
    if not meetings:
        raise UnreadableSource("does not look like minutes: no meeting was found in it")
    return meetings


def _why_not_minutes(document: Document, name: str) -> str | None:
    """Why a document is no record of a meeting; None where it may be one.

    An officer report has several of a report's headings and none of the marks of a record at
    its opening. A text with no mark of a record at all is something else altogether.
    """
    lines = [line.text for line in document.lines]
    opening = "\n".join(lines[:80])
    record = sum(bool(pattern.search(opening)) for pattern in _RECORD[:2])
    if not record and sum(bool(pattern.search(opening)) for pattern in _REPORT) >= 3:
        return "it has the headings of an officer's report, and no attendance"
    if re.search(r"minutes|cofnodion|miontuairisc", name, re.IGNORECASE):
        return None
    text = "\n".join(lines)[:200_000]
    if not any(pattern.search(text) for pattern in _RECORD) and not _names_meeting(opening):
        return "it names no meeting, no attendance and no decision"
    return None


def _names_meeting(opening: str) -> bool:
    from ingest.dates import parse_date

    words = r"\b(?:meeting|council|committee|board|panel|agenda|governors|trustees|cyngor)\b"
    return bool(re.search(words, opening, re.IGNORECASE)) and parse_date(opening) is not None
