"""The file behind a citation, and its printed pages with the quoted words marked."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant.original import YELLOW, draw_pages, file_to_hand_out, match_words, split_words
from ingest.errors import UnreadableSource
from ingest.index import Index
from ingest.pipeline import ingest

FIRST = (
    "Wickham Parish Council",
    "Minutes of the meeting held on Monday 6 May 2024",
    "Present: Cllr A Wick (Chair), Cllr B Lamp",
    "1. Lantern parade",
    "The parade was discussed at length and its cost was thought high by some.",
    "It was resolved to spend £40 on lanterns for the parade through the village.",
    "2. Bus shelter",
    "The roof of the shelter by the pond leaks and will be mended before the winter by",
)
SECOND = ("the builder who put it up in the spring of last year.", "3. Close", "It was late.")


def write_pdf(path: Path, *pages: Sequence[str]) -> Path:
    canvas = Canvas(str(path), pagesize=A4)
    for page in pages:
        down = 80
        for text in page:
            for line in textwrap.wrap(text, 90):
                canvas.drawString(72, A4[1] - down, line)
                down += 14
            down += 10
        canvas.showPage()
    canvas.save()
    return path


def opened(tmp_path: Path, *pages: Sequence[str]) -> Index:
    (tmp_path / "minutes").mkdir()
    write_pdf(tmp_path / "minutes" / "may.pdf", *pages)
    ingest([tmp_path / "minutes"], tmp_path / "index")
    return Index.open(tmp_path / "index")


def marked_rows(jpeg: bytes) -> list[float]:
    """Where on the page something is marked, as shares of its height, from the top."""
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"), int)
    yellow = (abs(pixels - np.array(YELLOW)) < 24).all(axis=2).any(axis=1)
    return [row / len(yellow) for row in np.flatnonzero(yellow)]


def test_the_quoted_words_are_marked_where_they_are_printed(tmp_path: Path) -> None:
    index = opened(tmp_path, FIRST, SECOND)
    (meeting,) = index.meetings()
    (picture,) = draw_pages(index, meeting, 1, "resolved to spend £40 on lanterns for the parade")
    assert (picture.page, picture.marked) == (1, 9)
    rows = marked_rows(picture.jpeg)
    line = 80 + 24 * 5  # of the sixth line of the page, in points from the top
    assert rows and (line - 14) / A4[1] < min(rows) < max(rows) < (line + 6) / A4[1]


def test_a_quote_that_runs_over_a_page_break_is_marked_on_both_pages(tmp_path: Path) -> None:
    index = opened(tmp_path, FIRST, SECOND)
    (meeting,) = index.meetings()
    quote = "mended before the winter by the builder who put it up in the spring of last year."
    pictures = draw_pages(index, meeting, 1, quote)
    assert [picture.page for picture in pictures] == [1, 2]
    assert sum(picture.marked for picture in pictures) == len(quote.split())


def test_a_page_without_a_quote_is_drawn_without_a_mark(tmp_path: Path) -> None:
    index = opened(tmp_path, FIRST, SECOND)
    (meeting,) = index.meetings()
    for quote in ("", "words that stand nowhere in these minutes"):
        (picture,) = draw_pages(index, meeting, 2, quote)
        assert (picture.page, picture.marked, marked_rows(picture.jpeg)) == (2, 0, [])


def test_a_file_that_is_gone_or_has_changed_is_not_shown(tmp_path: Path) -> None:
    index = opened(tmp_path, FIRST)
    (meeting,) = index.meetings()
    file = tmp_path / "minutes" / "may.pdf"
    write_pdf(file, SECOND)
    with pytest.raises(UnreadableSource, match="changed since it was read"):
        draw_pages(index, meeting, 1, "")
    file.unlink()
    with pytest.raises(UnreadableSource, match=r"may\.pdf is no longer where it was read"):
        draw_pages(index, meeting, 1, "")


def test_pages_that_may_show_exempt_business_stay_closed(tmp_path: Path) -> None:
    exempt = ("4. Exempt information", "The depot goes to Bellweather for £91,000.")
    index = opened(tmp_path, FIRST, (*SECOND, *exempt))
    (meeting,) = index.meetings()
    assert any(item.restricted for item in index.items(meeting.id))
    assert len(draw_pages(index, meeting, 1, "mended before the winter by the builder")) == 1
    with pytest.raises(UnreadableSource, match="exempt"):
        draw_pages(index, meeting, 2, "")
    with pytest.raises(UnreadableSource, match="exempt"):
        file_to_hand_out(index, meeting)


def test_the_words_of_a_quote_are_found_past_signs_and_broken_words() -> None:
    page = split_words("Agreed: that the roof* be mend ed by May. Agreed that nothing be said.")
    found = match_words(page, split_words("that the roof be mended by May."))
    assert [page[place] for place in found] == ["that", "the", "roof", "be", "by", "may"]
    assert match_words(page, split_words("that the hall was painted")) == []
    assert match_words([], ["roof"]) == match_words(["roof"], []) == []
