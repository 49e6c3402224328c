"""PDF pages into printed lines: reading order, columns, tables, furniture, scans."""

from __future__ import annotations

import io
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import UnreadableSource
from ingest.model import Document
from ingest.pdf import read_pdf

WIDTH, HEIGHT = A4
Page = Callable[[Canvas], None]


def make_pdf(*pages: Page) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    for page in pages:
        canvas.setFont("Helvetica", 11)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def write(canvas: Canvas, x: float, down: float, text: str, *, bold: bool = False) -> None:
    canvas.setFont("Helvetica-Bold" if bold else "Helvetica", 11)
    canvas.drawString(x, HEIGHT - down, text)


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def test_a_number_in_the_left_column_is_set_apart_from_its_heading() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 60, 100, "4", bold=True)
        write(canvas, 100, 100, "Approval of Previous Minutes", bold=True)
        write(canvas, 100, 114, "The minutes were approved.")

    lines = read_pdf(make_pdf(page), "a.pdf").lines
    assert (lines[0].number, lines[0].text, lines[0].bold) == (
        "4",
        "Approval of Previous Minutes",
        True,
    )
    assert (lines[1].number, lines[1].bold) == (None, False)


def test_a_number_that_hangs_below_its_heading_goes_with_the_heading() -> None:
    def page(canvas: Canvas) -> None:
        for number, down in ((1, 100), (2, 160)):
            write(canvas, 60, down, str(number))
            write(canvas, 100, down, "Heading of this item", bold=True)
            write(canvas, 100, down + 14, "What was said about it at the meeting.")
        write(canvas, 100, 220, "Any Other Business", bold=True)
        write(canvas, 60, 234, "3")
        write(canvas, 100, 234, "There was none to speak of this time.")

    lines = read_pdf(make_pdf(page), "a.pdf").lines
    assert [(line.number, line.text) for line in lines if line.number] == [
        ("1", "Heading of this item"),
        ("2", "Heading of this item"),
        ("3", "Any Other Business"),
    ]


def test_the_action_column_comes_after_the_paragraph_beside_which_it_stands() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 100, 80, "ITEMS", bold=True)
        write(canvas, 480, 80, "Action", bold=True)
        write(canvas, 100, 100, "The lamp by the hall has failed again. The clerk is to")
        write(canvas, 480, 100, "CLK")
        write(canvas, 100, 114, "report it to the county and to ask for a new one.")
        write(canvas, 100, 128, "• The bench is to be painted.")
        write(canvas, 480, 114, "ALL")
        write(canvas, 100, 160, "The hedge was cut.")

    lines = read_pdf(make_pdf(page), "a.pdf").lines
    assert [line.text for line in lines] == [
        "ITEMS | Action",
        "The lamp by the hall has failed again. The clerk is to",
        "report it to the county and to ask for a new one.",
        "CLK",
        "ALL",
        "• The bench is to be painted.",
        "The hedge was cut.",
    ]
    assert [line.space_before for line in lines[-2:]] == [False, True]


def test_an_action_column_without_a_heading_is_found_by_its_place() -> None:
    def page(canvas: Canvas) -> None:
        for row, initials in enumerate(("AB", "CD", "EF")):
            down = 100 + 40 * row
            write(canvas, 60, down, f"Matter {row} was raised and the chair is to look into")
            write(canvas, 500, down, initials)
            write(canvas, 60, down + 14, "it before the council meets again.")

    found = texts(read_pdf(make_pdf(page), "a.pdf"))
    assert found[2::3] == ["AB", "CD", "EF"]
    assert found[1::3] == ["it before the council meets again."] * 3


def test_repeated_footers_and_page_numbers_are_furniture_and_the_first_header_stays() -> None:
    def numbered(number: int) -> Page:
        def page(canvas: Canvas) -> None:
            write(canvas, 60, 40, "Minutes of Ashby Parish Council")
            write(canvas, 60, 120, f"Paragraph {number} of the text of these minutes.")
            write(canvas, 60, 800, "Signed ........ Chair")
            write(canvas, 280, 820, f"Page {number} of 3")

        return page

    document = read_pdf(make_pdf(*(numbered(number) for number in (1, 2, 3))), "a.pdf")
    assert texts(document) == ["Minutes of Ashby Parish Council"] + [
        f"Paragraph {number} of the text of these minutes." for number in (1, 2, 3)
    ]
    assert Counter(document.furniture) == Counter(
        ["Minutes of Ashby Parish Council"] * 2
        + ["Signed ........ Chair"] * 3
        + [f"Page {number} of 3" for number in (1, 2, 3)]
    )
    assert [line.page for line in document.lines] == [1, 1, 2, 3]


def test_two_columns_of_running_text_are_read_one_after_the_other() -> None:
    def page(canvas: Canvas) -> None:
        for row in range(14):
            write(canvas, 50, 100 + 14 * row, f"left {row} runs on and on in its column")
            write(canvas, 320, 100 + 14 * row, f"right {row} runs on and on in its column")

    found = [text.split()[0] for text in texts(read_pdf(make_pdf(page), "a.pdf"))]
    assert found == ["left"] * 14 + ["right"] * 14


def test_names_and_initials_in_columns_are_rows_of_a_table() -> None:
    def page(canvas: Canvas) -> None:
        for row, (one, two) in enumerate((("Ann Lee", "Bob Roe"), ("Cy Day", "Di Fox"))):
            for x, text in ((100, one), (200, one[0]), (300, two), (400, two[0])):
                write(canvas, x, 100 + 14 * row, text)

    lines = read_pdf(make_pdf(page), "a.pdf").lines
    assert [line.text for line in lines] == ["Ann Lee | A | Bob Roe | B", "Cy Day | C | Di Fox | D"]
    assert all(line.table for line in lines)


def test_a_column_without_words_in_one_row_of_a_table_without_rules_is_an_empty_cell() -> None:
    def names(canvas: Canvas) -> None:
        for down, cells in ((100, ("Present", "", "Apologies")), (120, ("Ann", "Bob", "Cy"))):
            for x, text in zip((72, 230, 390), cells, strict=True):
                write(canvas, x, down, text)

    assert texts(read_pdf(make_pdf(names), "a.pdf")) == ["Present | | Apologies", "Ann | Bob | Cy"]


def ruled(canvas: Canvas, xs: list[float], downs: list[float]) -> None:
    for x in xs:
        canvas.line(x, HEIGHT - downs[0], x, HEIGHT - downs[-1])
    for down in downs:
        canvas.line(xs[0], HEIGHT - down, xs[-1], HEIGHT - down)


def test_a_ruled_table_gives_its_rows_with_empty_cells_kept() -> None:
    def page(canvas: Canvas) -> None:
        ruled(canvas, [50, 200, 300, 400], [90, 110, 130])
        for x, down, text in (
            (55, 104, "Ann Lee"),
            (205, 104, "P"),
            (305, 104, "P"),
            (55, 124, "Bob Roe"),
            (305, 124, "A"),
        ):
            write(canvas, x, down, text)

    assert texts(read_pdf(make_pdf(page), "a.pdf")) == ["Ann Lee | P | P", "Bob Roe | | A"]


def test_minutes_set_in_a_ruled_table_give_number_title_text_and_action() -> None:
    def page(canvas: Canvas) -> None:
        ruled(canvas, [50, 110, 220, 480, 550], [90, 260, 300])
        write(canvas, 55, 104, "07/1920")
        write(canvas, 115, 104, "Election of")
        write(canvas, 115, 118, "the Chair")
        for row in range(10):
            write(canvas, 225, 104 + 14 * row, f"Line {row} of a long account of it all,")
        write(canvas, 485, 104, "Clerk")
        write(canvas, 55, 274, "08/1920")
        write(canvas, 115, 274, "Finance")
        write(canvas, 225, 274, "The budget was noted.")

    lines = read_pdf(make_pdf(page), "a.pdf").lines
    assert (lines[0].number, lines[0].text, lines[0].heading > 0) == (
        "07/1920",
        "Election of the Chair",
        True,
    )
    assert [line.text for line in lines[1:11]] == [
        f"Line {row} of a long account of it all," for row in range(10)
    ]
    assert [line.text for line in lines[11:]] == ["Clerk", "Finance", "The budget was noted."]
    assert lines[12].number == "08/1920"


def test_underlines_and_shading_make_no_table() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        canvas.rect(40, HEIGHT - 300, 500, 250, stroke=0, fill=1)
        canvas.setFillGray(0)
        for row in range(4):
            write(canvas, 60, 100 + 20 * row, f"Heading {row} with a line below")
            canvas.line(60, HEIGHT - 102 - 20 * row, 220, HEIGHT - 102 - 20 * row)

    document = read_pdf(make_pdf(page), "a.pdf")
    assert not any(line.table for line in document.lines)
    assert len(document.lines) == 4


def test_a_raised_ordinal_stays_on_its_line() -> None:
    def page(canvas: Canvas) -> None:
        text = canvas.beginText(60, HEIGHT - 100)
        text.setFont("Helvetica", 11)
        text.textOut("Monday 29")
        text.setFont("Helvetica", 7)
        text.setRise(4)
        text.textOut("th")
        text.setFont("Helvetica", 11)
        text.setRise(0)
        text.textOut(" October 2018 at 7 p.m.")
        canvas.drawText(text)
        write(canvas, 60, 114, "in the hall.")

    assert texts(read_pdf(make_pdf(page), "a.pdf")) == [
        "Monday 29th October 2018 at 7 p.m.",
        "in the hall.",
    ]


def test_a_gap_before_a_line_and_its_indentation_are_kept() -> None:
    def page(canvas: Canvas) -> None:
        for down in (100, 114, 128, 160):
            write(canvas, 60, down, "Some words of a paragraph.")
        write(canvas, 90, 174, "Indented.")

    lines = read_pdf(make_pdf(page), "a.pdf").lines
    assert [line.space_before for line in lines] == [False, False, False, True, False]
    assert [line.indent for line in lines] == [0, 0, 0, 0, 30]


def test_a_turned_page_is_read_as_it_is_seen() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.rotate(90)
        canvas.drawString(100, -100, "First line of the page")
        canvas.drawString(100, -114, "Second line of the page")

    document = read_pdf(make_pdf(page), "a.pdf")
    assert texts(document) == ["First line of the page", "Second line of the page"]


def scan(words: list[str]) -> bytes:
    """A page that is a picture of text, without a text layer."""
    import pypdfium2 as pdfium
    from reportlab.lib.utils import ImageReader

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 16)
        for row, text in enumerate(words):
            canvas.drawString(60, HEIGHT - 100 - 30 * row, text)

    printed = pdfium.PdfDocument(make_pdf(page))
    picture = printed[0].render(scale=3).to_pil()
    printed.close()
    return make_pdf(lambda canvas: canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT))


def test_a_scan_is_read_by_tesseract_and_marked(tesseract: str) -> None:
    document = read_pdf(scan(["Minutes of the Parish Council", "Apologies were received"]), "a.pdf")
    assert document.ocr
    assert texts(document) == ["Minutes of the Parish Council", "Apologies were received"]


def test_a_scan_without_tesseract_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnreadableSource, match="a scan without a text layer"):
        read_pdf(scan(["Minutes"]), "a.pdf")


def test_an_encrypted_pdf_is_refused_with_the_reason() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, encrypt="secret")
    canvas.drawString(60, 700, "Minutes")
    canvas.save()
    with pytest.raises(UnreadableSource, match="password"):
        read_pdf(target.getvalue(), "a.pdf")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_pdf_is_read_or_refused_but_never_crashes(share: float) -> None:
    whole = make_pdf(*(lambda canvas: write(canvas, 60, 100, "Minutes of a meeting"),) * 5)
    try:
        document = read_pdf(whole[: int(len(whole) * share)], "a.pdf")
    except UnreadableSource as error:
        assert "PDF" in str(error)
    else:
        assert set(texts(document)) == {"Minutes of a meeting"}


def test_a_pdf_of_blank_pages_is_refused() -> None:
    with pytest.raises(UnreadableSource, match="no text"):
        read_pdf(make_pdf(lambda canvas: None), "a.pdf")


FOLDERS = ["ayton", "decoy-school", "manordeilo-cy", "milburn", "wyevalley"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_word_of_real_minutes_is_lost(shared: Path, folder: str) -> None:
    """Against pdftotext, another reader of the same text layer."""
    missing = total = 0
    for path in sorted((shared / "data" / folder).glob("*.pdf"))[::4]:
        try:
            told = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
        except FileNotFoundError:
            pytest.skip("pdftotext is not installed")
        expected = Counter(re.findall(r"\w+", told.decode()))
        document = read_pdf(path.read_bytes(), path.name)
        lines = [f"{line.number or ''} {line.text}" for line in document.lines]
        found = Counter(re.findall(r"\w+", " ".join([*lines, *document.furniture])))
        missing += (expected - found).total()
        total += expected.total()
    assert missing <= 0.005 * total


def test_real_action_column_stays_out_of_the_sentences(shared: Path) -> None:
    path = shared / "data" / "ayton" / "2012-02-07.pdf"
    document = read_pdf(path.read_bytes(), path.name)
    assert [line.text for line in document.lines if line.indent > 400] == [
        *("GD", "GD", "GD", "KC", "RB", "MC", "MC", "MC", "MC")
    ]
    assert [line.number for line in document.lines if line.number] == [
        *("1", "2", "3", "4", "5", "6", "7", "8", "9", "12")
    ]


def test_real_minutes_in_a_table_have_each_item_number_on_its_title(shared: Path) -> None:
    path = shared / "data" / "decoy-school" / "fgb-minutes-191014.pdf"
    document = read_pdf(path.read_bytes(), path.name)
    numbers = [line.number for line in document.lines if "/1920" in (line.number or "")]
    assert numbers[:18] == [f"{number:02d}/1920" for number in range(1, 19)]


def test_an_action_column_of_several_words_a_line_stays_out_of_the_sentences() -> None:
    def page(canvas: Canvas) -> None:
        write(canvas, 200, 60, "Tuesday 3 May 2011 at five in the evening in the library")
        for place in range(4):
            top = 100 + 60 * place
            write(canvas, 64, top, "The sum to be carried over was put at twelve pounds, because")
            write(canvas, 64, top + 14, "of the repairs. It was approved on the motion of Ms. Orr,")
            write(canvas, 64, top + 28, "seconded by Mr. Barr.")
            for line, text in enumerate(("AQ to send to", "the Council", "by 1 May")):
                write(canvas, 450, top + 14 * line, text)

    read = texts(read_pdf(make_pdf(page), "a.pdf"))
    assert read.count("The sum to be carried over was put at twelve pounds, because") == 4
    assert any("AQ to send to" in text and "motion" not in text for text in read)
