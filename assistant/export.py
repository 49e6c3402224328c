"""Answers as a file to keep or send: Markdown, Word or PDF, with their citations in full."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from assistant.answer_model import Answer, Citation
from assistant.source import in_words
from assistant.wording import clean, nearest_items, place, spoken_date
from ingest.errors import WrongUse

TITLE = "Questions to the minutes"
NEAREST = 3  # items named where the minutes do not say

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Viewers make links, pictures and directives of these even where they are escaped.
_LIVE = re.compile(r"(?i)(\bwww|\\[:@])(?=\S)")
_JOINER = "\N{WORD JOINER}"

Kind = Literal["question", "answer", "detail", "note", "heading", "citation", "quote"]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the exported text and what it is."""

    kind: Kind
    text: str


def full_citation(cited: Citation) -> str:
    """Where a quotation stands, as a clerk would write it, with file, address and references."""
    council = cited.council if cited.council != cited.body else None
    parts = [part for part in (council, cited.body or "body unknown") if part]
    minutes = "draft minutes" if cited.status == "draft" else "minutes"
    day = f"of {spoken_date(cited.date)}" if cited.date else "of unknown date"
    parts.append(f"{minutes} {day}")
    if cited.item:
        parts.append(f"item {cited.item}")
    if cited.title:
        parts.append(f"“{cited.title}”")
    if cited.page:
        parts.append(f"page {cited.page}")
    more = [f"file {cited.source}"]
    if cited.url and cited.url != cited.source:
        more.append(cited.url)
    if cited.references:
        more.append("references " + ", ".join(cited.references))
    marks = [cited.outcome or "", "cut off" * cited.truncated, "read from a scan" * cited.ocr]
    more += [mark for mark in marks if mark]
    return ", ".join(parts) + "; " + "; ".join(more)


def paragraphs(answers: Iterable[Answer]) -> list[Paragraph]:
    """Questions and answers in the order asked, each with the quotations that it rests on."""
    made: list[Paragraph] = []
    for answer in answers:
        made += [Paragraph("question", answer.question), Paragraph("answer", answer.answer)]
        if answer.answered:
            sure = f"{in_words(answer.confidence)} ({answer.confidence:.0%})"
            made.append(Paragraph("detail", sure))
        if answer.standalone_question != answer.question:
            made.append(Paragraph("detail", f"Searched for: {answer.standalone_question}"))
        made += [Paragraph("note", f"Note: {warning}") for warning in answer.warnings]
        if answer.citations:
            made.append(Paragraph("heading", "Sources"))
        for cited in answer.citations:
            made.append(Paragraph("citation", f"[{cited.marker}] {full_citation(cited)}"))
            made.append(Paragraph("quote", f"“{cited.quote}”"))
        if not answer.answered and answer.retrieved:
            made.append(Paragraph("heading", "Nearest items"))
            for near in nearest_items(answer.retrieved)[:NEAREST]:
                where = place(near.body, near.date, near.item, near.title, near.page)
                made.append(Paragraph("citation", f"{where}; file {near.source}"))
    return [Paragraph(one.kind, " ".join(clean(one.text).split())) for one in made]


def as_text(answers: Iterable[Answer]) -> str:
    """The answers as plain text, to be pasted into a letter."""
    return "\n\n".join(one.text for one in paragraphs(answers))


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it stands: no mark-up, link, picture or directive comes of it."""
    escaped = _PUNCTUATION.sub(r"\\\1", " ".join(clean(text).split()))
    # A number at the start would begin a list; its point is escaped already.
    return _LIVE.sub(rf"\1{_JOINER}", escaped)


def as_markdown(answers: Iterable[Answer], title: str = TITLE) -> str:
    """The answers as Markdown, in which whatever they say is plain text."""
    begin = {"question": "## ", "heading": "### ", "citation": "- ", "quote": "  > "}
    lines = [f"# {escape_markdown(title)}", ""]
    for one in paragraphs(answers):
        lines += [begin.get(one.kind, "") + escape_markdown(one.text), ""]
    return "\n".join(lines)


def as_word(answers: Iterable[Answer], title: str = TITLE) -> bytes:
    """The answers as a Word document, in its own styles."""
    from docx import Document
    from docx.shared import Pt

    document: Any = Document()
    document.core_properties.title = clean(title)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(clean(title), 0)
    for one in paragraphs(answers):
        if one.kind in ("question", "heading"):
            added = document.add_heading(one.text, 1 if one.kind == "question" else 2)
        else:
            style = {"citation": "List Bullet", "quote": "Quote"}.get(one.kind)
            added = document.add_paragraph(one.text, style)
        if one.kind in ("detail", "note"):
            added.runs[0].font.size = Pt(9)
        if one.kind == "note":
            added.runs[0].bold = True
        if one.kind in ("question", "heading", "citation"):
            added.paragraph_format.keep_with_next = True
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_pdf(answers: Iterable[Answer], title: str = TITLE) -> bytes:
    """The answers as a PDF on A4, in a font that has the letters of European languages."""
    from xml.sax.saxutils import escape

    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph as Block
    from reportlab.platypus import SimpleDocTemplate

    plain, bold, italic = _fonts()
    text = ParagraphStyle(
        "text", fontName=plain, fontSize=10, leading=14.5, spaceAfter=6, splitLongWords=1
    )

    def styled(**values: Any) -> ParagraphStyle:
        return ParagraphStyle("", parent=text, **values)

    head = styled(fontName=bold, fontSize=17, leading=22, spaceAfter=10)
    styles = {
        "question": styled(
            fontName=bold, fontSize=12.5, leading=17, spaceBefore=14, keepWithNext=1
        ),
        "heading": styled(fontName=bold, spaceBefore=6, keepWithNext=1),
        "detail": styled(fontSize=8.5, leading=12, textColor="#444444"),
        "note": styled(fontName=bold, fontSize=8.5, leading=12),
        "citation": styled(fontSize=9, leading=13, keepWithNext=1),
        "quote": styled(fontName=italic, fontSize=9, leading=13, leftIndent=14, spaceAfter=9),
    }
    stream = BytesIO()
    document = SimpleDocTemplate(
        stream, pagesize=A4, title=clean(title), author="", leftMargin=22 * mm,
        rightMargin=22 * mm, topMargin=20 * mm, bottomMargin=20 * mm,
    )  # fmt: skip

    def number(canvas: Any, _: Any) -> None:
        canvas.setFont(plain, 8)
        canvas.drawRightString(A4[0] - 22 * mm, 12 * mm, str(canvas.getPageNumber()))

    flow = [Block(escape(clean(title)), head)]
    flow += [Block(escape(one.text), styles.get(one.kind, text)) for one in paragraphs(answers)]
    document.build(flow, onFirstPage=number, onLaterPages=number)
    return stream.getvalue()


@cache
def _fonts() -> tuple[str, str, str]:
    """DejaVu Sans, which comes with matplotlib, made known to reportlab: plain, bold, italic."""
    import matplotlib
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    names = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique")
    for name in names:
        pdfmetrics.registerFont(TTFont(name, folder / f"{name}.ttf"))
    return names


@dataclass(frozen=True)
class Format:
    """A kind of file that answers are written to."""

    name: str
    mime: str
    write: Callable[[Sequence[Answer], str], bytes]


FORMATS = {
    ".docx": Format(
        "Word",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        as_word,
    ),
    ".pdf": Format("PDF", "application/pdf", as_pdf),
    ".md": Format("Markdown", "text/markdown", lambda a, t: as_markdown(a, t).encode("utf-8")),
}


def format_of(path: Path) -> Format:
    """The kind of file that a name ends in; raises WrongUse."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise WrongUse(
            f"{path} cannot be written: its name must end in {', '.join(FORMATS)}."
        ) from None


def save(answers: Sequence[Answer], path: Path, title: str = TITLE) -> None:
    """Write answers to a file of the kind that its name ends in; raises WrongUse."""
    written = format_of(path).write(answers, title)
    try:
        path.write_bytes(written)
    except OSError as error:
        raise WrongUse(f"Cannot write {path}: {error.strerror}.") from error
