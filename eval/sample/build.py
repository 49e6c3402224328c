"""Renders the HTML, PDF and DOCX minutes of the sample, the same bytes each time.

Run `python eval/sample/build.py`: `sources/BODY/DAY.pdf.md` becomes `minutes/BODY/DAY.pdf`. A
source begins with `key: value` lines; after that a line is a paragraph. `## NUMBER. Title ^KB`
begins an item (`^KB`: its report is linked), `(a) ` a list entry, `| a | b |` a table row; `@docs`,
`@decision` and `@minutes` are blocks of a ModernGov item; `>> NAME` goes into the action column.
"""

from __future__ import annotations

import html
import io
import re
import textwrap
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MADE = datetime(2025, 5, 1)
BLOCKS = {"@minutes": "Minutes:", "@decision": "Decision:", "@docs": "Additional documents:"}


@dataclass
class Block:
    """One paragraph-like thing: kind is item, row, entry, text or a ModernGov block name."""

    kind: str
    text: str
    number: str = ""
    size: str = ""  # of the linked report, in KB
    action: str = ""
    rows: list[list[str]] = field(default_factory=list)


def parse(source: str) -> tuple[dict[str, str], list[Block]]:
    """The settings at the head of a source, and its blocks."""
    head, body = source.split("\n\n", 1)
    settings = dict(line.split(": ", 1) for line in head.splitlines())
    blocks: list[Block] = []
    for line in filter(None, body.splitlines()):
        item = re.match(r"## (?:(\S*\d\S*?)\.? )?(.*?)(?: \^(\d+))?$", line)
        if item:
            blocks.append(Block("item", item[2], item[1] or "", item[3] or ""))
        elif line.startswith(">> "):
            blocks[-1].action = line[3:]
        elif line.startswith("@"):
            name, _, rest = line.partition(" ")
            blocks.append(Block(name, rest))
        elif line.startswith("|"):
            if not blocks or blocks[-1].kind != "row":
                blocks.append(Block("row", ""))
            blocks[-1].rows.append([cell.strip() for cell in line.strip("|").split("|")])
        else:
            blocks.append(Block("entry" if re.match(r"\(\w\) ", line) else "text", line))
    return settings, blocks


def marked(text: str) -> str:
    """Escaped text with **bold** as <b> and *italic* as <i>."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)


def word_paragraph(block: Block) -> str:
    """A paragraph as Word saves it for ModernGov, wrapped in mid-sentence."""
    if block.kind == "row":
        cells = [[f'<td><p class="MsoNormal">{marked(c)}</p></td>' for c in r] for r in block.rows]
        rows = "".join("<tr>" + "".join(row) + "</tr>\n" for row in cells)
        return f'<table class="MsoTableGrid" border="1">\n{rows}</table>\n'
    text = marked(block.text).replace("£", "&pound;").replace("'", "&rsquo;")
    kind = "MsoListParagraph" if block.kind == "entry" else "MsoNormal"
    body = textwrap.fill(text, 67, break_long_words=False, break_on_hyphens=False)
    return f'<p class="{kind}">{body}</p>\n<p class="MsoNormal">&nbsp;</p>\n'


def render_html(settings: dict[str, str], blocks: list[Block]) -> bytes:
    """A meeting page in the manner of ModernGov's ieListDocuments.aspx."""
    anchor = int(settings["anchor"])
    rows: list[str] = []
    row = word = ""

    def close_word() -> None:
        nonlocal row, word
        if word:
            row += f'<div class="mgWordPara"><div class="WordSection1">\n{word}</div>\n</div>\n'
        word = ""

    def link(path: str, name: str, size: str) -> str:
        return (
            f'<a class="mgAiTitleLnk" href="documents/s{path}/{name}.pdf">{name} <span class='
            '"mgFileSize"><img height="12" src="mgimages/logo-pdf-1.gif" width="12" alt="pdf icon"'
            f" /> PDF {size} KB</span> </a>"
        )

    for block in [*blocks, Block("item", "")]:
        if block.kind == "item":
            close_word()
            if row:
                rows.append(row + "</td>\n</tr>\n")
            anchor += 1
            title = html.escape(block.text)
            title = link(f"{anchor + 30000}", title, block.size) if block.size else title
            row = (
                '<tr>\n<td class="mgItemNumberCell"><p class="mgAiTitleTxt">'
                f'<a name="AI{anchor}" aria-disabled="true"></a>{block.number}.</p></td>\n'
                f'<td>\n<p class="mgAiTitleTxt">{title}</p>\n'
            )
        elif block.kind in BLOCKS:
            close_word()
            row += f'<p class="mgSubItemTitleTxt">{BLOCKS[block.kind]}</p>\n'
            names = html.escape(block.text).split("; ") if block.text else []
            links = [
                link(str(anchor + 40000 + i), n, str(97 + 13 * i)) for i, n in enumerate(names)
            ]
            if links:
                entries = "".join(f"<li>{entry}</li>\n" for entry in links)
                row += f'<ul class="mgBulletList">\n{entries}</ul>\n'
        else:
            word += word_paragraph(block)
    page = (HERE / "sources/page.html").read_text(encoding="utf-8")
    values = {**settings, "rows": "\n".join(rows)}
    return re.sub(r"\{\{(\w+)\}\}", lambda m: values[m[1]], page).encode()


def render_pdf(settings: dict[str, str], blocks: list[Block]) -> bytes:
    """A PDF with running header and footer; layout `left`, `action` or `plain`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    layout, family = settings["layout"], settings.get("font", "Helvetica")
    bold = "Times-Bold" if family.startswith("Times") else "Helvetica-Bold"
    left = 40 if layout == "left" else 0
    plain = ParagraphStyle("plain", fontName=family, fontSize=10.5, leading=13.5, spaceAfter=7)
    body = ParagraphStyle("body", plain, leftIndent=left, bulletIndent=0)
    entry = ParagraphStyle("entry", plain, leftIndent=left + 18)
    head = ParagraphStyle("head", body, fontName=bold, spaceBefore=5, bulletFontName=bold)
    title = ParagraphStyle("title", plain, fontName=bold, fontSize=13, leading=17, alignment=1)
    flow: list[Any] = [Paragraph(marked(t), title) for t in settings["title"].split(" / ")]
    for block in blocks:
        if block.kind == "row":
            style = ParagraphStyle("cell", plain, fontSize=9.5, leading=12, spaceAfter=1)
            cells = [[Paragraph(marked(c), style) for c in row] for row in block.rows]
            grid = [] if "grid" in settings else [("GRID", (0, 0), (-1, -1), 0.4, "grey")]
            flow += [Table(cells, style=grid, hAlign="LEFT", spaceAfter=8)]
            continue
        if block.kind == "item" and layout == "left":
            text = Paragraph(marked(block.text), head, bulletText=block.number)
        elif block.kind == "item":
            text = Paragraph(marked(f"{block.number}. {block.text}".removeprefix(". ")), head)
        else:
            text = Paragraph(marked(block.text), entry if block.kind == "entry" else body)
        if layout == "action":
            row = [text, Paragraph(f"<b>{marked(block.action)}</b>", plain)]
            tight = [("LEFTPADDING", (0, 0), (0, 0), 0)]
            tight += [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("TOP", "BOTTOM")]
            flow.append(Table([row], colWidths=[380, 80], style=tight, hAlign="LEFT"))
        else:
            flow.append(text)

    def furnish(canvas: Any, document: Any) -> None:
        canvas.setFont(family, 8)
        canvas.drawString(68, 812, settings["header"])
        canvas.drawCentredString(297, 32, settings["footer"].replace("#", str(document.page)))

    out = io.BytesIO()
    margins = {f"{side}Margin": 58 for side in ("left", "right", "top", "bottom")}
    document = SimpleDocTemplate(out, pagesize=A4, invariant=1, title=settings["header"], **margins)
    document.build(flow, onFirstPage=furnish, onLaterPages=furnish)
    return out.getvalue()


def render_docx(settings: dict[str, str], blocks: list[Block]) -> bytes:
    """A Word document whose whole item numbers are automatic, so they are not in its text."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = MADE
    document.sections[0].header.paragraphs[0].text = settings["header"]
    document.sections[0].footer.paragraphs[0].text = settings["footer"].replace("#", "")
    numbering = document.part.numbering_part.element
    first = next((b.number for b in blocks if b.kind == "item" and b.number.isdigit()), "1")
    level = '<w:lvl w:ilvl="{}"><w:start w:val="{}"/><w:numFmt w:val="{}"/>'
    level += '<w:lvlText w:val="{}"/></w:lvl>'
    levels = level.format(0, first, "decimal", "%1.") + level.format(1, 1, "lowerLetter", "(%2)")

    def word(tag: str, inner: str) -> Any:
        return parse_xml(f"<w:{tag} {nsdecls('w')}{inner}</w:{tag.split()[0]}>")

    numbering.insert(0, word("abstractNum", f' w:abstractNumId="90">{levels}'))
    numbering.append(word("num", ' w:numId="90"><w:abstractNumId w:val="90"/>'))
    for place, line in enumerate(settings["title"].split(" / ")):
        document.add_heading(line, 2 if place else 0)

    def add(text: str, style: str | None = None, level: int | None = None) -> None:
        paragraph = document.add_paragraph(style=style)
        for part in re.split(r"(\*+.+?\*+)", text):
            run = paragraph.add_run(part.strip("*"))
            run.bold, run.italic = part.startswith("**"), part[:2].count("*") == 1
        if level is not None:
            ids = f'><w:ilvl w:val="{level}"/><w:numId w:val="90"/>'
            paragraph._p.get_or_add_pPr().append(word("numPr", ids))

    for block in blocks:
        if block.kind == "row":
            table = document.add_table(0, len(block.rows[0]), style="Table Grid")
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        elif block.kind == "item" and block.number.isdigit():
            add(block.text, "Heading 1", 0)
        elif block.kind == "item":
            add(f"{block.number}\t{block.text}".lstrip(), "Heading 1")
        elif block.kind == "entry":
            add(block.text[4:], None, 1)
        else:
            add(block.text)
    document.save(raw := io.BytesIO())
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out := io.BytesIO(), "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            new.writestr(entry, old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


RENDER = {".html": render_html, ".pdf": render_pdf, ".docx": render_docx}


def targets() -> list[tuple[Path, Path]]:
    """Each source with the file that is made of it."""
    found = sorted((HERE / "sources").rglob("*.md"))
    return [(s, HERE / "minutes" / s.parent.name / s.stem) for s in found]


def render(source: Path, suffix: str) -> bytes:
    """The bytes of one file."""
    return RENDER[suffix](*parse(source.read_text(encoding="utf-8")))


if __name__ == "__main__":
    for source, target in targets():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(render(source, target.suffix))
        print(target.relative_to(HERE))
