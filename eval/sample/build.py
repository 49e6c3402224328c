"""Renders the HTML, PDF and DOCX minutes of the sample from their sources, the same bytes each time.

Run `python eval/sample/build.py`. A source `sources/BODY/NAME.pdf.md` becomes `minutes/BODY/NAME.pdf`.
It begins with `key: value` lines; then `## NUMBER. Title ^KB` starts an item (`^KB`: the report is
linked), `### ` a heading inside it, `| a | b |` a table row, `- ` a list entry, `@decision`,
`@minutes` and `@docs A; B` the blocks of a ModernGov item, and `>> NAME` puts the name beside the
paragraph above in the action column.
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

HERE = Path(__file__).parent
MADE = datetime(2025, 5, 1)
BLOCKS = {"@minutes": "Minutes:", "@decision": "Decision:", "@docs": "Additional documents:"}


@dataclass
class Block:
    """One paragraph-like thing: kind is item, head, row, entry, text or a ModernGov block name."""

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
    for chunk in re.split(r"\n\s*\n", body.strip()):
        lines = chunk.splitlines()
        while lines:
            line = lines.pop(0)
            if line.startswith("## "):
                found = re.match(r"## (?:(\S+?)\.? )?\s*(.*?)(?: \^(\d+))?$", line)
                assert found, line
                numbered = found[1] and any(c.isdigit() for c in found[1])
                title = found[2] if numbered else line[3:]
                blocks.append(Block("item", title, found[1] if numbered else "", found[3] or ""))
            elif line.startswith("### "):
                blocks.append(Block("head", line[4:]))
            elif line.startswith(">> "):
                blocks[-1].action = line[3:]
            elif line.startswith("@"):
                name, _, rest = line.partition(" ")
                blocks.append(Block(name, rest))
            elif line.startswith("|"):
                rows = [line]
                while lines and lines[0].startswith("|"):
                    rows.append(lines.pop(0))
                cells = [[c.strip() for c in row.strip("|").split("|")] for row in rows]
                blocks.append(Block("row", "", rows=cells))
            else:
                kind = "entry" if re.match(r"(- |\(?[a-z0-9]{1,4}\) )", line) else "text"
                text = [line.removeprefix("- ")]
                while lines and not re.match(r"(>> |- |@|\||\(?[a-z0-9]{1,4}\) )", lines[0]):
                    text.append(lines.pop(0).strip())
                blocks.append(Block(kind, " ".join(text)))
    return settings, blocks


def marked(text: str) -> str:
    """Escaped text with **bold** as <b> and *italic* as <i>."""
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)


def word_paragraph(block: Block) -> str:
    """A paragraph as Word saves it for ModernGov, wrapped in mid-sentence."""
    if block.kind == "row":
        rows = "".join(
            "<tr>" + "".join(f'<td><p class="MsoNormal">{marked(c)}</p></td>' for c in row) + "</tr>\n"
            for row in block.rows
        )
        return f'<table class="MsoTableGrid" border="1">\n{rows}</table>\n'
    text = marked(block.text).replace("’", "&rsquo;").replace("£", "&pound;").replace("–", "&ndash;")
    kind = "MsoListParagraph" if block.kind == "entry" else "MsoNormal"
    text = f"<b>{text}</b>" if block.kind == "head" else text
    body = textwrap.fill(text, 67, break_long_words=False, break_on_hyphens=False)
    return f'<p class="{kind}">{body}</p>\n<p class="MsoNormal">&nbsp;</p>\n'


def render_html(settings: dict[str, str], blocks: list[Block]) -> bytes:
    """A meeting page in the manner of ModernGov's ieListDocuments.aspx."""
    meeting, anchor = settings["meeting"], int(settings["anchor"])
    rows: list[str] = []
    row, word = "", ""

    def close_word() -> None:
        nonlocal row, word
        if word:
            row += f'<div class="mgWordPara"><div class="WordSection1">\n{word}</div>\n</div>\n'
        word = ""

    def pdf(name: str, size: str) -> str:
        return (
            f'{name} <span class="mgFileSize"><img height="12" src="mgimages/logo-pdf-1.gif" '
            f'width="12" alt="pdf icon" /> PDF {size} KB</span> '
        )

    for block in [*blocks, Block("item", "")]:
        if block.kind == "item":
            close_word()
            if row:
                rows.append(row + "</td>\n</tr>\n")
            anchor += 1
            title = html.escape(block.text)
            if block.size:
                path = f"documents/s{anchor + 30000}/{title}.pdf"
                title = f'<a class="mgAiTitleLnk" href="{path}">{pdf(title, block.size)}</a>'
            row = (
                '<tr>\n<td class="mgItemNumberCell"><p class="mgAiTitleTxt">'
                f'<a name="AI{anchor}" aria-disabled="true"></a>{block.number}.</p></td>\n'
                f'<td>\n<p class="mgAiTitleTxt">{title}</p>\n'
            )
        elif block.kind in BLOCKS:
            close_word()
            row += f'<p class="mgSubItemTitleTxt">{BLOCKS[block.kind]}</p>\n'
            names = [name for name in block.text.split("; ") if name]
            if names:
                links = "".join(
                    f'<li><a href="documents/s{anchor + 40000 + i}/{html.escape(name)}.pdf">'
                    f'{pdf(html.escape(name), str(97 + 13 * i))}</a></li>\n'
                    for i, name in enumerate(names)
                )
                row += f'<ul class="mgBulletList">\n{links}</ul>\n'
        else:
            word += word_paragraph(block)
    page = (HERE / "sources" / "page.html").read_text(encoding="utf-8")
    values = {**settings, "rows": "\n".join(rows), "number": meeting}
    return re.sub(r"\{\{(\w+)\}\}", lambda m: values[m[1]], page).encode()


def render_pdf(settings: dict[str, str], blocks: list[Block]) -> bytes:
    """A PDF with running header and footer; layout `left`, `action` or `plain`."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    layout, family = settings["layout"], settings.get("font", "Helvetica")
    bold = "Times-Bold" if family.startswith("Times") else "Helvetica-Bold"
    left = 40 if layout == "left" else 0
    plain = ParagraphStyle("plain", fontName=family, fontSize=10.5, leading=13.5, spaceAfter=7)
    body = ParagraphStyle("body", plain, leftIndent=left, bulletIndent=0)
    entry = ParagraphStyle("entry", plain, leftIndent=left + 18)
    head = ParagraphStyle("head", body, fontName=bold, spaceBefore=5, bulletFontName=bold)
    title = ParagraphStyle("title", plain, fontName=bold, fontSize=13, leading=17, alignment=1)
    styles = {"text": body, "entry": entry, "head": head, "item": head}
    flow: list[object] = [Paragraph(marked(t), title) for t in settings["title"].split(" / ")]
    flow.append(Spacer(1, 8))
    wide = 380 if layout == "action" else 460
    for block in blocks:
        if block.kind == "row":
            style = ParagraphStyle("cell", plain, fontSize=9.5, leading=12, spaceAfter=1)
            cells = [[Paragraph(marked(c), style) for c in row] for row in block.rows]
            grid = [] if settings.get("grid") == "none" else [("GRID", (0, 0), (-1, -1), 0.4, "grey")]
            flow += [Table(cells, style=grid, hAlign="LEFT", spaceAfter=8)]
            continue
        if block.kind == "item" and layout == "left":
            text = Paragraph(marked(block.text), head, bulletText=block.number)
        elif block.kind == "item":
            text = Paragraph(marked(f"{block.number}. {block.text}".removeprefix(". ")), head)
        else:
            bullet = "• " if block.kind == "entry" and not block.text.startswith("(") else ""
            text = Paragraph(bullet + marked(block.text), styles[block.kind])
        if layout == "action":
            row = [text, Paragraph(f"<b>{marked(block.action)}</b>", plain)]
            flow.append(Table([row], colWidths=[wide, 80], hAlign="LEFT",
                              style=[("LEFTPADDING", (0, 0), (0, 0), 0), ("TOPPADDING", (0, 0), (-1, -1), 0),
                                     ("BOTTOMPADDING", (0, 0), (-1, -1), 0)]))
        else:
            flow.append(text)

    def furnish(canvas: object, document: object) -> None:
        canvas.setFont(family, 8)  # type: ignore[attr-defined]
        canvas.drawString(68, 812, settings["header"])  # type: ignore[attr-defined]
        page = settings["footer"].replace("#", str(document.page))  # type: ignore[attr-defined]
        canvas.drawCentredString(297, 32, page)  # type: ignore[attr-defined]

    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, invariant=1, leftMargin=62, rightMargin=62, topMargin=56, bottomMargin=56,
        title=settings["header"], author="Democratic Services",
    )
    document.build(flow, onFirstPage=furnish, onLaterPages=furnish)
    return out.getvalue()


def render_docx(settings: dict[str, str], blocks: list[Block]) -> bytes:
    """A Word document whose whole item numbers are automatic, so they are not in its text."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = MADE
    document.core_properties.author = "Democratic Services"
    document.sections[0].header.paragraphs[0].text = settings["header"]
    document.sections[0].footer.paragraphs[0].text = settings["footer"].replace("#", "")
    numbering = document.part.numbering_part.element
    first = next((b.number for b in blocks if b.kind == "item" and b.number.isdigit()), "1")
    level = '<w:lvl w:ilvl="{}"><w:start w:val="{}"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    levels = level.format(0, first, "decimal", "%1.") + level.format(1, 1, "lowerLetter", "(%2)")
    numbering.insert(0, parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(
        f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for line in settings["title"].split(" / "):
        document.add_heading(line, 0 if line == settings["title"].split(" / ")[0] else 2)

    def add(text: str, style: str | None = None, level: int | None = None) -> None:
        paragraph = document.add_paragraph(style=style)
        for part in re.split(r"(\*\*.+?\*\*)", text):
            paragraph.add_run(part.strip("*")).bold = part.startswith("**")
        if level is not None:
            paragraph._p.get_or_add_pPr().append(parse_xml(
                f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>'))

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
        elif block.kind == "head":
            add(block.text, "Heading 3")
        elif block.kind == "entry" and re.match(r"\([a-h]\) ", block.text):
            add(block.text[4:], None, 1)
        else:
            add(block.text, "List Bullet" if block.kind == "entry" else None)
    raw, out = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


RENDER = {".html": render_html, ".pdf": render_pdf, ".docx": render_docx}


def main() -> None:
    """Renders every source."""
    for source in sorted((HERE / "sources").rglob("*.md")):
        target = HERE / "minutes" / source.relative_to(HERE / "sources").with_suffix("")
        target.parent.mkdir(parents=True, exist_ok=True)
        settings, blocks = parse(source.read_text(encoding="utf-8"))
        target.write_bytes(RENDER[target.suffix](settings, blocks))
        print(target.relative_to(HERE))


if __name__ == "__main__":
    main()
