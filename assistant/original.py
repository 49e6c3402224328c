"""The file behind a citation: where it lies, and its printed pages with the quoted words marked."""

from __future__ import annotations

import difflib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.errors import UnreadableSource

if TYPE_CHECKING:
    from ingest.index import Index, StoredMeeting

WIDTH = 1400  # pixels of a picture: twice as many as the drawer is wide
TALLEST = 4200  # pixels; a longer page is drawn narrower
RUNS_ON = 2  # pages after the first on which a quote may end
LEAST_RUN = 4  # words in a row, or the whole quote, that count as its words and not as chance
LOOSE = 3  # words that may come between two runs of a quote: a footnote sign, a broken word
YELLOW = (255, 226, 138)
EDGE = (122, 78, 0)  # of the bar in the margin, for those who do not see the yellow


class Box(NamedTuple):
    """Where a word stands, as shares of the page's width and height from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class PageWord:
    """A word of a page as it is compared: letters and digits alone, in lower case."""

    text: str
    box: Box


@dataclass(frozen=True)
class PagePicture:
    """A printed page as a JPEG, and how many words of the quote are marked on it."""

    page: int
    jpeg: bytes
    marked: int
    has_text: bool  # False for a scan: there are no words to be found on it


def find_file(index: Index, meeting: StoredMeeting) -> Path:
    """The file from which a meeting was read; raises UnreadableSource where it is gone."""
    folder = index.folders().get(meeting.collection)
    if folder is None:
        raise UnreadableSource("The index does not say from which folder this file was read.")
    path = (folder / meeting.source).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UnreadableSource("The file lies outside the folder of its collection.")
    if not path.is_file():
        raise UnreadableSource(f"The file {meeting.source} is no longer where it was read.")
    return path


def closed_pages(index: Index, meeting_id: str) -> range | None:
    """Pages that may show exempt business, which the open index leaves out; None: no page does.

    From the first exempt item to the end: how far it runs is not known to the open index.
    """
    if index.restricted:
        return None
    exempt = [item for item in index.items(meeting_id) if item.restricted]
    if not exempt:
        return None
    first = min((item.page or 1 for item in exempt), default=1)
    return range(first, 1_000_000)


def file_to_hand_out(index: Index, meeting: StoredMeeting) -> Path:
    """The original to be kept; raises UnreadableSource where exempt business is in it."""
    if closed_pages(index, meeting.id):
        raise UnreadableSource("The file is not handed out: exempt business may stand in it.")
    return find_file(index, meeting)


def draw_pages(index: Index, meeting: StoredMeeting, page: int, quote: str) -> list[PagePicture]:
    """The pages of a PDF on which a quote stands, from the page on which its paragraph begins.

    Without a quote, that page. Raises UnreadableSource, with a sentence for the reader, where the
    file is gone, has changed, is no PDF, or where the page may show exempt business.
    """
    import hashlib

    import pypdfium2 as pdfium

    from ingest.pdf import PDFIUM

    data = find_file(index, meeting).read_bytes()
    if hashlib.sha256(data).hexdigest() != index.sha256(meeting.collection, meeting.source):
        raise UnreadableSource(
            f"The file {meeting.source} has changed since it was read, so its pages may differ."
        )
    closed = closed_pages(index, meeting.id) or range(0)
    if page in closed:
        raise UnreadableSource("This page is not shown: exempt business may stand on it.")
    with PDFIUM:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise UnreadableSource("The file is no PDF that can be opened.") from error
        try:
            pages = [p for p in range(page, page + RUNS_ON + 1) if p <= len(document)]
            if not pages:
                raise UnreadableSource(f"The file has no page {page}.")
            wanted = split_words(quote)
            found = []
            for number in pages:
                words = read_words(document[number - 1])
                found.append((number, words, match_words([w.text for w in words], wanted)))
            held = [one for one in found if one[2] and one[0] not in closed] or found[:1]
            return [
                _draw(document[number - 1], number, words, marked) for number, words, marked in held
            ]
        finally:
            document.close()


def match_words(words: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """The places of the words of a page that belong to a quote, in order.

    The longest run that both share, and the runs beside it at about the same distance in both; a
    quote that goes on from or to another page has only a part of it here.
    """
    runs = difflib.SequenceMatcher(None, words, wanted, autojunk=False).get_matching_blocks()[:-1]
    if not runs:
        return []
    longest = max(range(len(runs)), key=lambda n: runs[n].size)
    if runs[longest].size < min(LEAST_RUN, len(wanted)):
        return []
    first = last = longest
    while first > 0 and _near(runs[first - 1], runs[first]):
        first -= 1
    while last + 1 < len(runs) and _near(runs[last], runs[last + 1]):
        last += 1
    return [run.a + n for run in runs[first : last + 1] for n in range(run.size)]


def _near(before: difflib.Match, after: difflib.Match) -> bool:
    here, there = after.a - before.a - before.size, after.b - before.b - before.size
    return abs(here - there) <= LOOSE


def split_words(text: str) -> list[str]:
    """Words as they are compared: letters and digits alone, in lower case."""
    return [word for piece in text.split() if (word := _bare(piece))]


def _bare(piece: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", piece).casefold())


def read_words(page: Any) -> list[PageWord]:
    """The words of a page of a pypdfium2 document in the order of the file; a scan has none."""
    import pypdfium2.raw as raw

    turn = raw.FPDFPage_GetRotation(page)
    left, bottom, right, top = page.get_bbox()
    across, up = max(right - left, 1.0), max(top - bottom, 1.0)

    def share(box: Any) -> Box:
        x0, x1 = sorted(((box.left - left) / across, (box.right - left) / across))
        y0, y1 = sorted(((top - box.top) / up, (top - box.bottom) / up))
        for _ in range(turn):  # quarter turns, clockwise
            x0, y0, x1, y1 = 1 - y1, x0, 1 - y0, x1
        return Box(x0, y0, x1, y1)

    text = page.get_textpage()
    box = raw.FS_RECTF()
    words: list[PageWord] = []
    letters: list[str] = []
    boxes: list[Box] = []

    def finish() -> None:
        if word := _bare("".join(letters)):
            words.append(PageWord(word, _around(boxes)))
        letters.clear()
        boxes.clear()

    try:
        for place in range(max(raw.FPDFText_CountChars(text), 0)):
            code = raw.FPDFText_GetUnicode(text, place)
            letter = chr(code) if not 0xD800 <= code < 0xE000 else " "
            if letter.isspace() or code == 0xFFFE:
                finish()
                continue
            raw.FPDFText_GetLooseCharBox(text, place, box)
            here = share(box)
            if boxes and here.top > boxes[-1].bottom:  # the next line, without white space between
                finish()
            letters.append(letter)
            boxes.append(here)
        finish()
    finally:
        text.close()
    return words


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def _draw(page: Any, number: int, words: Sequence[PageWord], marked: Sequence[int]) -> PagePicture:
    """The page as a picture; marked words lie under yellow, with a bar beside their lines."""
    from PIL import Image, ImageChops, ImageDraw

    width, height = page.get_size()
    scale = min(WIDTH / max(width, 1.0), TALLEST / max(height, 1.0))
    picture = page.render(scale=scale).to_pil().convert("RGB")
    if marked:
        layer = Image.new("RGB", picture.size, "white")
        pen = ImageDraw.Draw(layer)
        across, down = picture.size
        lines = _lines([words[place].box for place in marked])
        for line in lines:
            left, right = line.left * across - 3, line.right * across + 3
            pen.rectangle((left, line.top * down, right, line.bottom * down), fill=YELLOW)
        bar = max(4.0, min(line.left for line in lines) * across - 24)
        for block in _stacked(lines):
            pen.rectangle((bar, block.top * down, bar + 7, block.bottom * down), fill=EDGE)
        picture = ImageChops.multiply(picture, layer)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)  # a tenth of the time of a PNG, and no larger
    return PagePicture(number, file.getvalue(), len(marked), bool(words))


def _lines(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of words joined to one box a line."""
    lines: list[Box] = []
    for box in boxes:
        last = lines[-1] if lines else None
        middle = (box.top + box.bottom) / 2
        if last and last.top < middle < last.bottom and box.left > last.left:
            lines[-1] = _around((last, box))
        else:
            lines.append(box)
    return lines


def _stacked(lines: Sequence[Box]) -> list[Box]:
    """Boxes of lines joined where one stands right under the other."""
    blocks: list[Box] = []
    for line in lines:
        height = line.bottom - line.top
        if blocks and -height < line.top - blocks[-1].bottom < height:
            blocks[-1] = _around((blocks[-1], line))
        else:
            blocks.append(line)
    return blocks
