"""DOCX into lines: automatic numbers, tables, tracked changes, limits."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document as Word
from docx.oxml import parse_xml

from ingest.docx import read_docx
from ingest.errors import UnreadableSource
from ingest.model import Document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document: Word) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def packed(body: str, **parts: str) -> bytes:
    """A DOCX of these parts alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>"
        )
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return target.getvalue()


def listed(text: str, level: int = 0, list_id: int = 1) -> str:
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'
        f"</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
    )


NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="0">
<w:lvl w:ilvl="0"><w:start w:val="7"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="(%3)"/></w:lvl>
<w:lvl w:ilvl="3"><w:numFmt w:val="bullet"/><w:lvlText w:val="-"/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">
<w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>"""


def numbered(document: Document) -> list[tuple[str | None, str]]:
    return [(line.number, line.text) for line in document.lines]


def test_automatic_numbers_are_resolved_to_what_is_printed() -> None:
    body = "".join(
        (
            listed("Apologies"),
            listed("Finance"),
            listed("Budget", 1),
            listed("First part", 2),
            listed("Second part", 2),
            listed("Grants", 1),
            listed("A remark", 3),
            listed("Planning"),
            listed("New plans", 1),
            listed("Restarted", 0, 2),
        )
    )
    assert numbered(read_docx(packed(body, numbering=NUMBERING), "a.docx")) == [
        ("7.", "Apologies"),
        ("8.", "Finance"),
        ("8.1", "Budget"),
        ("(i)", "First part"),
        ("(ii)", "Second part"),
        ("8.2", "Grants"),
        (None, "• A remark"),
        ("9.", "Planning"),
        ("9.1", "New plans"),
        ("1.", "Restarted"),
    ]


def test_numbers_of_a_style_and_its_ancestors_count_too() -> None:
    styles = (
        f'<w:styles {W}><w:style w:styleId="Item"><w:name w:val="Item"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr><w:rPr><w:b/></w:rPr></w:style>'
        '<w:style w:styleId="Sub"><w:name w:val="Sub"/><w:basedOn w:val="Item"/></w:style>'
        "</w:styles>"
    )
    body = '<w:p><w:pPr><w:pStyle w:val="Sub"/></w:pPr><w:r><w:t>Apologies</w:t></w:r></w:p>'
    document = read_docx(packed(body, numbering=NUMBERING, styles=styles), "a.docx")
    assert [(line.number, line.bold) for line in document.lines] == [("7.", True)]


def test_tracked_changes_are_read_as_accepted_and_hidden_text_as_not_printed() -> None:
    body = (
        "<w:p><w:r><w:t>The grant was </w:t></w:r>"
        "<w:del><w:r><w:delText>refused</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>approved</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t> secretly</w:t></w:r><w:r><w:t>.</w:t></w:r></w:p>"
    )
    assert numbered(read_docx(packed(body), "a.docx")) == [(None, "The grant was approved.")]


def test_headings_bold_and_the_space_between_paragraphs_are_kept() -> None:
    word = docx.Document()
    word.add_heading("Minutes", 1)
    word.add_paragraph("")
    word.add_paragraph().add_run("Present").bold = True
    word.add_paragraph("Ann Lee")
    lines = read_docx(saved(word), "a.docx").lines
    assert [(line.text, line.heading, line.space_before) for line in lines[1:]] == [
        ("Present", 0, True),
        ("Ann Lee", 0, False),
    ]
    assert (lines[0].heading, lines[1].bold, lines[2].bold) == (1, True, False)


def test_a_table_gives_rows_and_one_that_lays_out_minutes_gives_items() -> None:
    word = docx.Document()
    names = word.add_table(2, 3)
    for row, cells in zip(names.rows, (("Ann Lee", "P", ""), ("Bob", "", "A")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    minutes = word.add_table(1, 4)
    long = "The committee heard a long account of the matter. " * 10
    for cell, text in zip(minutes.rows[0].cells, ("12", "Mill", long, "Clerk"), strict=True):
        cell.text = text
    lines = read_docx(saved(word), "a.docx").lines
    assert [line.text for line in lines] == [
        *("Ann Lee | P", "Bob | | A", "Mill", long.strip(), "Clerk")
    ]
    assert [line.table for line in lines] == [True, True, False, False, True]
    assert (lines[2].number, lines[3].number) == ("12", None)


def test_headers_footers_and_typed_page_numbers_are_furniture() -> None:
    word = docx.Document()
    word.sections[0].header.paragraphs[0].text = "Ashby Parish Council"
    word.sections[0].footer.paragraphs[0].text = "Confidential"
    word.add_paragraph("The minutes were approved.")
    word.add_paragraph("Page 1 of 2")
    document = read_docx(saved(word), "a.docx")
    assert [line.text for line in document.lines] == ["The minutes were approved."]
    assert set(document.furniture) == {"Ashby Parish Council", "Confidential", "Page 1 of 2"}


def test_a_text_box_is_read_once() -> None:
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        '2006"><mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p>'
        "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r>"
        "</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p><w:r><w:t>Beside</w:t></w:r><w:r>{box}</w:r></w:p>"
    assert [line.text for line in read_docx(packed(body), "a.docx").lines] == ["Beside", "Boxed"]


def test_page_breaks_count_pages() -> None:
    word = docx.Document()
    word.add_paragraph("One")
    word.add_page_break()
    word.add_paragraph("Two")
    assert [line.page for line in read_docx(saved(word), "a.docx").lines] == [1, 2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 and nothing more", "cut short"),
        (packed("<w:p>"), "damaged"),
        (packed(""), "no text"),
    ],
)
def test_a_broken_docx_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSource, match=reason):
        read_docx(data, "a.docx")


def test_an_archive_that_is_no_docx_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("notes.txt", "Minutes")
    with pytest.raises(UnreadableSource, match="not a DOCX"):
        read_docx(target.getvalue(), "a.docx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(UnreadableSource, match="too many"):
        read_docx(packed(f"<w:p><w:r><w:t>{'a' * 80_000_000}</w:t></w:r></w:p>"), "a.docx")


def test_entities_are_never_expanded() -> None:
    bomb = '<!DOCTYPE w:document [<!ENTITY a "minutes"><!ENTITY b "&a;&a;&a;">]>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(
            "word/document.xml",
            f"{bomb}<w:document {W}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body>"
            "</w:document>",
        )
    with pytest.raises(UnreadableSource, match="document type"):
        read_docx(target.getvalue(), "a.docx")


def test_tables_nested_very_deep_do_not_crash() -> None:
    body = "<w:p><w:r><w:t>Deep</w:t></w:r></w:p>"
    for _ in range(80):
        body = f"<w:tbl><w:tr><w:tc>{body}</w:tc></w:tr></w:tbl>"
    body += "<w:p><w:r><w:t>Minutes</w:t></w:r></w:p>"
    try:
        document = read_docx(packed(body), "a.docx")
    except UnreadableSource as error:
        assert "damaged" in str(error)
    else:
        assert document.lines[-1].text == "Minutes"


def test_inserted_rows_stay_and_deleted_rows_go() -> None:
    word = docx.Document()
    table = word.add_table(2, 2)
    for row, text in zip(table.rows, ("kept", "gone"), strict=True):
        row.cells[0].text = row.cells[1].text = text
    table.rows[1]._tr.get_or_add_trPr().append(parse_xml(f"<w:del {W}/>"))
    assert [line.text for line in read_docx(saved(word), "a.docx").lines] == ["kept | kept"]


def test_real_docx_and_pdf_of_one_meeting_hold_the_same_words(shared: Path) -> None:
    from ingest.pdf import read_pdf

    folder = shared / "data" / "milburn"
    word = read_docx((folder / "Minutes_03.09.19.docx").read_bytes(), "a")
    printed = read_pdf((folder / "minutes_2019-09-03_.pdf").read_bytes(), "b")
    found = [
        re.findall(r"[a-z]{3,}", " ".join(line.text for line in document.lines).casefold())
        for document in (word, printed)
    ]
    assert len(set(found[0]) ^ set(found[1])) <= 0.02 * len(set(found[0]))


def test_real_disposition_keeps_its_tables(shared: Path) -> None:
    path = shared / "data" / "winnipeg" / "Disposition-2015-03-25.docx"
    document = read_docx(path.read_bytes(), path.name)
    rows = [line for line in document.lines if line.table and line.text.endswith("| ADOPTED")]
    assert len(rows) > 30
    assert [line.number for line in document.lines if line.heading == 3 and line.number][:7] == [
        *"1234567"
    ]
