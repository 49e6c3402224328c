"""PDF to printed lines in reading order: columns, tables, page furniture, scans."""

from __future__ import annotations

import ctypes
import re
import shutil
import statistics
import subprocess
import threading
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from ingest.errors import UnreadableSource
from ingest.model import Document, Line

MAX_PAGES = 2_000
MAX_CHARACTERS = 60_000  # on one page
MAX_OBJECTS = 6_000  # looked at for rules, on one page
MAX_RULES = 600  # a page with more is a drawing, not a table
MAX_SCANNED_PAGES = 200
OCR_DPI = 250
OCR_SECONDS = 90  # for one page

PDFIUM = threading.Lock()  # pdfium is not thread-safe

_STARTER = re.compile(
    r"^(?:[•·▪◦●○■□➢➤✓*]|[-–]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s|\d{1,2}\.\d)"
)
_NUMBER = re.compile(
    r"^\(?(?:[A-Z]{1,4}[ /]?)?\d{1,5}(?:[./-]\d{1,4}){0,3}\s?(?:\(?[a-z]{1,3}\d?\)?)?[.):]?$"
)
_CODE = re.compile(r"^[A-Z]{1,4}$")
_PAGE_NUMBER = re.compile(
    r"^(?:(?:page|tudalen|leathanach|p\.?)\s*)?[-–!|\[(\s]*(\d{1,4})(?:\s*(?:of|o|/|as)\s*\d{1,4})?"
    r"[-–|\])\s]*$",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"^(?:actions?|action (?:by|point|required|for)|by whom|owner|gweithredu)\s*:?$", re.IGNORECASE
)


class Word(NamedTuple):
    """A run of characters without white space; distances in points, downwards from the top."""

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool = False
    upright: bool = True


class Rule(NamedTuple):
    """A straight stroke along one axis: its place on the other axis, and where it runs."""

    at: float
    start: float
    end: float


class Cell(NamedTuple):
    x0: float
    x1: float
    y0: float
    y1: float


@dataclass
class Row:
    """Words on one base line, or, as a row of a table, its text already joined."""

    words: list[Word]
    base: float
    size: float
    page: int
    text: str = ""
    number: str | None = None
    heading: int = 0
    table: bool = False
    starts: bool = False  # begins a paragraph whatever the spacing says
    side: bool = False  # of a side column, put after the paragraph beside it
    left: float = 0.0  # edge of the column from which the indentation is counted
    region: tuple[float, float] = (0.0, 0.0)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def bold(self) -> bool:
        seen = [word.bold for word in self.words if any(map(str.isalnum, word.text))]
        return bool(seen) and all(seen)

    def joined(self) -> str:
        return self.text or " ".join(word.text for word in self.words)


@dataclass
class Page:
    number: int
    width: float
    height: float
    words: list[Word]
    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)
    cells: dict[Cell, list[Word]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def read_pdf(data: bytes, source: str) -> Document:
    """The printed lines of a PDF in reading order; raises UnreadableSource."""
    with PDFIUM:
        pages, warnings, ocr = _load(data)
    furniture = _take_furniture(pages)
    for page in pages:
        page.cells = _cells(page)
    columns = _laid_out_columns(pages)
    for page in pages:
        page.rows = _page_rows(page, columns)
    _set_side_column_apart(pages)
    rows = [row for page in pages for row in page.rows]
    _raise_sunken_numbers(rows)
    return Document(
        source=source,
        lines=tuple(_lines(rows)),
        furniture=tuple(furniture),
        warnings=tuple(warnings),
        wrapped=True,
        ocr=ocr,
    )


# Characters and rules from pdfium


def _load(data: bytes) -> tuple[list[Page], list[str], bool]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableSource("the PDF is locked with a password") from error
        raise UnreadableSource("not a PDF that can be opened, or cut short") from error
    try:
        count = len(document)
        if count == 0:
            raise UnreadableSource("the PDF has no pages")
        if count > MAX_PAGES:
            raise UnreadableSource(f"{count} pages, more than the {MAX_PAGES} that are read")
        pages, warnings, scanned = [], [], []
        for index in range(count):
            try:
                page = document[index]
            except pdfium.PdfiumError:
                warnings.append(f"page {index + 1} is damaged and was left out")
                continue
            loaded = _load_page(page, index + 1)
            if not loaded.words and _has_image(page):
                scanned.append(index)
            pages.append(loaded)
        if not any(page.words for page in pages) or scanned:
            warnings += _read_scans(document, pages, scanned)
        if not any(page.words for page in pages):
            raise UnreadableSource("the PDF has no text")
        return pages, warnings, bool(scanned)
    finally:
        document.close()


def _load_page(page: Any, number: int) -> Page:
    import pypdfium2.raw as raw

    left, bottom, right, top = page.get_bbox()
    turn = raw.FPDFPage_GetRotation(page)

    def place(x: float, y: float) -> tuple[float, float]:
        x, y = x - left, y - bottom
        across, up = right - left, top - bottom
        turned = ((x, up - y), (y, x), (across - x, y), (up - y, across - x))
        return turned[turn]

    width, height = right - left, top - bottom
    if turn % 2:
        width, height = height, width
    horizontal, vertical = _rules(page, place)
    text_page = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(text_page)
        if count > MAX_CHARACTERS:
            raise UnreadableSource(f"page {number} holds {count} characters, too many")
        words = list(_words(text_page.raw, max(count, 0), place, turn, (left, top)))
    finally:
        text_page.close()
    return Page(number, width, height, words, horizontal, vertical)


def _words(
    text_page: Any, count: int, place: Any, turn: int, corner: tuple[float, float]
) -> Iterable[Word]:
    """Characters joined to words; a jump in place ends a word as white space does.

    `corner` is the upper left one of an upright page. Half of the time of reading a PDF is spent
    in this loop, so it calls as little as it can.
    """
    import pypdfium2.raw as raw

    unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    kept: dict[int, str] = {}
    left, top = corner
    box = raw.FS_RECTF()
    place_of_box = ctypes.byref(box)
    x, y = ctypes.c_double(), ctypes.c_double()
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    characters: list[str] = []
    edges = (0.0, 0.0, 0.0, 0.0)
    first = high = 0
    guessed = False  # white space that pdfium guessed from the gap came before this character

    def finish() -> Word:
        angle = raw.FPDFText_GetCharAngle(text_page, first)
        quarter = round(angle / 1.5708) % 2 != turn % 2
        raw.FPDFText_GetFontInfo(text_page, first, name, 128, flags)
        raw.FPDFText_GetCharOrigin(text_page, first, x, y)
        _, base = place(x.value, y.value)
        bold = b"bold" in name.value.lower() or b"black" in name.value.lower()
        x0, x1, y0, y1 = edges
        if quarter:
            base = y1
        size = min(max((x1 - x0) if quarter else (y1 - y0), 1.0), 72.0)
        return Word("".join(characters), x0, x1, base, size, bold, not quarter)

    for index in range(count):
        code = unicode_of(text_page, index)
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                high = code
                continue
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        character = kept.get(code)
        if character is None:
            character = kept[code] = _character(code)
        if character == " ":
            if raw.FPDFText_IsGenerated(text_page, index) == 1:
                guessed = True
            elif characters:
                yield finish()
                characters = []
            continue
        if not character:
            continue
        box_of(text_page, index, place_of_box)
        if turn:
            (ax, ay), (bx, by) = place(box.left, box.top), place(box.right, box.bottom)
        else:
            ax, bx, ay, by = box.left - left, box.right - left, top - box.top, top - box.bottom
        x0, x1 = (ax, bx) if ax <= bx else (bx, ax)
        y0, y1 = (ay, by) if ay <= by else (by, ay)
        if characters:
            _, right, high_edge, low_edge = edges
            size = low_edge - high_edge
            if size < 1.0:
                size = 1.0
            along = x0 - right
            apart = y0 > low_edge - 0.2 * size or y1 < high_edge + 0.2 * size
            hyphen = "-" in (character, characters[-1])
            parted = guessed and (apart or not hyphen or not -0.1 < along / size < 0.08)
            jumped = apart and not -1 < x0 - edges[0] < 1
            if parted or jumped or along > 0.9 * size or along < -2 * size:
                yield finish()
                characters = []
        guessed = False
        if not characters:
            first, edges = index, (x0, x1, y0, y1)
        else:
            e0, e1, e2, e3 = edges
            edges = (
                x0 if x0 < e0 else e0,
                x1 if x1 > e1 else e1,
                y0 if y0 < e2 else e2,
                y1 if y1 > e3 else e3,
            )
        characters.append(character)
    if characters:
        yield finish()


def _character(code: int) -> str:
    """A character as it is kept: " " for white space, "" for what is not printed."""
    if code == 2:  # pdfium's mark for a hyphen at the end of a line
        return "-"
    if code in (0xF0B7, 0xF0A7, 0xF076, 0xF0D8, 0xF0FC):  # bullets of the symbol fonts
        return "•"
    character = chr(code)
    if code < 0x7F:
        return character if code > 32 else " "
    if 0xFB00 <= code <= 0xFB06:  # ligatures
        return unicodedata.normalize("NFKC", character)
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    return "" if category in ("Cc", "Cf", "Cn", "Cs") else character


def _rules(page: Any, place: Any) -> tuple[list[Rule], list[Rule]]:
    """The horizontal and vertical strokes of a page, pieces in one line joined.

    A stroke is often a thin filled box; a wide filled box is shading, and its edges are no rules.
    """
    import pypdfium2.raw as raw

    across: list[Rule] = []
    down: list[Rule] = []
    matrix = raw.FS_MATRIX()
    px, py = ctypes.c_float(), ctypes.c_float()
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    bounds = [ctypes.c_float() for _ in range(4)]
    for index in range(min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS)):
        item = raw.FPDFPage_GetObject(page, index)
        if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_PATH:
            continue
        count = raw.FPDFPath_CountSegments(item)
        if not 2 <= count <= 400 or not raw.FPDFPageObj_GetMatrix(item, matrix):
            continue
        raw.FPDFPath_GetDrawMode(item, filled, stroked)
        raw.FPDFPageObj_GetBounds(item, *bounds)
        x0, y0, x1, y1 = (bound.value for bound in bounds)
        if not stroked.value and (not filled.value or min(x1 - x0, y1 - y0) > 3):
            continue
        previous = None
        for step in range(count):
            segment = raw.FPDFPath_GetPathSegment(item, step)
            raw.FPDFPathSegment_GetPoint(segment, px, py)
            x, y = px.value, py.value
            point = place(
                matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f
            )
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_LINETO and previous:
                dx, dy = abs(point[0] - previous[0]), abs(point[1] - previous[1])
                if dy <= 1 and dx >= 2:
                    across.append(Rule(point[1], *sorted((point[0], previous[0]))))
                elif dx <= 1 and dy >= 2:
                    down.append(Rule(point[0], *sorted((point[1], previous[1]))))
            previous = point
        if len(across) + len(down) > 20 * MAX_RULES:
            break
    across, down = _join_rules(across), _join_rules(down)
    return (across, down) if max(len(across), len(down)) <= MAX_RULES else ([], [])


def _join_rules(rules: list[Rule]) -> list[Rule]:
    joined: list[Rule] = []
    rules = sorted(rules, key=lambda rule: (round(rule.at / 2), rule.start))
    for rule in rules:
        last = joined[-1] if joined else None
        if last and abs(last.at - rule.at) <= 2 and rule.start <= last.end + 3:
            joined[-1] = Rule(last.at, last.start, max(last.end, rule.end))
        else:
            joined.append(rule)
    return sorted(rule for rule in joined if rule.end - rule.start >= 8)


def _has_image(page: Any) -> bool:
    import pypdfium2.raw as raw

    return any(
        raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, index))
        in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_PATH)
        for index in range(min(raw.FPDFPage_CountObjects(page), 50))
    )


# Scans


def _read_scans(document: Any, pages: list[Page], scanned: list[int]) -> list[str]:
    """Words of the scanned pages by Tesseract; what could not be read becomes a warning."""
    program = shutil.which("tesseract")
    whole = not any(page.words for page in pages)
    if not scanned:
        return []
    if program is None:
        if whole:
            raise UnreadableSource("a scan without a text layer; install tesseract to read it")
        return [f"page {index + 1} is a scan and was not read" for index in scanned]
    warnings = []
    if len(scanned) > MAX_SCANNED_PAGES:
        warnings.append(f"only the first {MAX_SCANNED_PAGES} scanned pages were read")
    by_number = {page.number: page for page in pages}
    for index in scanned[:MAX_SCANNED_PAGES]:
        page = by_number[index + 1]
        try:
            page.words = _recognise(document[index], program)
        except (subprocess.SubprocessError, OSError):
            warnings.append(f"page {index + 1} is a scan that could not be read")
    return warnings


def _recognise(page: Any, program: str) -> list[Word]:
    import io

    image = page.render(scale=OCR_DPI / 72, grayscale=True).to_pil()
    png = io.BytesIO()
    image.save(png, "PNG")
    table = subprocess.run(
        [program, "stdin", "stdout", "--dpi", str(OCR_DPI), "tsv"],
        input=png.getvalue(),
        capture_output=True,
        check=True,
        timeout=OCR_SECONDS,
    ).stdout.decode("utf-8", "replace")
    scale = 72 / OCR_DPI
    found: dict[tuple[str, ...], list[tuple[str, float, float, float, float]]] = defaultdict(list)
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        x, y, width, height = (float(cell) * scale for cell in cells[6:10])
        found[tuple(cells[2:5])].append((cells[11].strip(), x, y, width, height))
    words = []
    for line in found.values():
        base = statistics.median(y + height for _, _, y, _, height in line)
        size = max(height for *_, height in line)
        words += [Word(text, x, x + width, base, size) for text, x, _, width, _ in line]
    return words


# Rows of words


def _group_rows(words: Iterable[Word], page: int) -> list[Row]:
    """Words that stand on one base line, superscripts with the line that they belong to."""
    rows: list[Row] = []
    upright = sorted((word for word in words if word.upright), key=lambda word: word.base)
    for word in upright:
        best, share = None, 0.5
        base, size = word.base, word.size
        above = base - 0.7 * size
        for row in rows[-6:]:
            if row.base < above:
                continue
            top = row.base - 0.7 * row.size
            overlap = (base if base < row.base else row.base) - (above if above > top else top)
            part = overlap / (0.7 * (size if size < row.size else row.size))
            if part > share:
                best, share = row, part
        if best is None:
            rows.append(Row([word], word.base, word.size, page))
            continue
        best.words.append(word)
        if word.size > best.size * 1.15:
            best.base, best.size = word.base, word.size
    turned = [word for word in words if not word.upright]
    for word in turned:
        rows.append(Row([word], word.base, word.size, page))
    for row in rows:
        row.words.sort(key=lambda word: word.x0)
    rows.sort(key=lambda row: (row.base, row.x0))
    return rows


def _segments(row: Row, gap: float) -> list[list[Word]]:
    """The words of a row, cut where the space is wider than `gap` times the letter height."""
    parts = [[row.words[0]]]
    for before, word in pairwise(row.words):
        if word.x0 - before.x1 > gap * row.size:
            parts.append([])
        parts[-1].append(word)
    return parts


# Page furniture


def _take_furniture(pages: Sequence[Page]) -> list[str]:
    """Repeated headers, footers and page numbers, taken off the pages.

    The first copy of a repeated header stays: it often names the body.
    """
    edges: list[tuple[Page, list[Row], list[Row]]] = []
    for page in pages:
        rows = _group_rows([word for word in page.words if word.upright], page.number)
        top = [row for row in rows[:5] if row.base < 0.2 * page.height]
        bottom = [row for row in rows[:-6:-1] if row.base > 0.8 * page.height and row not in top]
        edges.append((page, top, bottom))
    counts: Counter[tuple[bool, str]] = Counter()
    offsets: Counter[int] = Counter()
    for page, top, bottom in edges:
        counts.update(
            {(True, _shape(row)) for row in top} | {(False, _shape(row)) for row in bottom}
        )
        numbers = {int(found[1]) for row in top + bottom if (found := _page_number(row))}
        offsets.update(number - page.number for number in numbers)
    usual = max(2, round(0.4 * len(pages)))
    kept: set[str] = set()
    furniture = []
    for page, top, bottom in edges:
        taken: set[Word] = set()
        for is_top, rows in ((True, top), (False, bottom)):
            for row in rows:
                shape = _shape(row)
                number = _page_number(row)
                if number:
                    bare = row.joined().strip() == number[1]
                    offset = int(number[1]) - page.number
                    if bare and offsets[offset] < 2 and not (len(pages) == 1 and offset == 0):
                        break
                elif counts[is_top, shape] < usual:
                    break
                elif is_top and shape not in kept and len(re.findall(r"[a-z]{2,}", shape)) > 1:
                    kept.add(shape)
                    continue
                furniture.append(row.joined())
                taken.update(row.words)
        page.words = [word for word in page.words if word not in taken]
    return furniture


def _shape(row: Row) -> str:
    """What repeats of a header: a short one may carry a number that changes."""
    text = row.joined().casefold()
    short = len(row.words) <= 6 or re.match(r"(?:page|tudalen) \d", text)
    return re.sub(r"\d+", "#", text) if short else text


def _page_number(row: Row) -> re.Match[str] | None:
    return _PAGE_NUMBER.match(row.joined())


# Ruled tables


def _cell_of(word: Word, page: Page) -> Cell | None:
    """The ruled cell that holds a word; None where no rules stand on both sides of it."""
    x, y = (word.x0 + word.x1) / 2, word.base - 0.35 * word.size
    if not word.upright:
        y = word.base - 2
    lefts = [r.at for r in page.vertical if r.at <= x and r.start - 2 <= y <= r.end + 2]
    rights = [r.at for r in page.vertical if r.at > x and r.start - 2 <= y <= r.end + 2]
    if not lefts or not rights:
        return None
    left, right = max(lefts), min(rights)
    crossing = [
        rule.at for rule in page.horizontal if rule.start <= left + 4 and rule.end >= right - 4
    ]
    above = [at for at in crossing if at <= y]
    below = [at for at in crossing if at > y]
    if not above and not below:
        return None
    return Cell(left, right, max(above, default=0.0), min(below, default=page.height))


def _cells(page: Page) -> dict[Cell, list[Word]]:
    """Words by the cell of a table they stand in; a box alone in its row is no table."""
    found: dict[Cell, list[Word]] = defaultdict(list)
    if len(page.vertical) < 3:
        return found
    for word in page.words:
        cell = _cell_of(word, page)
        if cell is not None:
            found[cell].append(word)
    beside = {
        cell
        for cell in found
        for other in found
        if (other.x0 >= cell.x1 - 1 or other.x1 <= cell.x0 + 1)
        and min(cell.y1, other.y1) - max(cell.y0, other.y0) > 3
    }
    return {cell: words for cell, words in found.items() if cell in beside}


class Columns(NamedTuple):
    """Columns of ruled tables that lay out running text, and the number columns beside them."""

    prose: set[tuple[int, int]]
    number: set[tuple[int, int]]


def _laid_out_columns(pages: Sequence[Page]) -> Columns:
    prose, number = set(), set()
    for page in pages:
        for cell, words in page.cells.items():
            rows = {round(word.base / 4) for word in words}
            if len(words) >= 80 or len(rows) >= 10:
                prose.add(_column(cell))
    for page in pages:
        for band in _bands(page.cells):
            first = min(band)
            beside = any(_among(cell, prose) for cell in band if cell.x0 >= first.x1 - 1)
            if beside and _NUMBER.match(_cell_text(page.cells[first])):
                number.add(_column(first))
    return Columns(prose, number)


def _column(cell: Cell) -> tuple[int, int]:
    return round(cell.x0 / 6), round(cell.x1 / 6)


def _among(cell: Cell, columns: set[tuple[int, int]]) -> bool:
    left, right = _column(cell)
    return any(abs(left - one) <= 1 and abs(right - two) <= 1 for one, two in columns)


def _page_rows(page: Page, columns: Columns) -> list[Row]:
    """The rows of a page in reading order, tables in their place."""
    cells = page.cells
    inside = {word for words in cells.values() for word in words}
    free = _group_rows([word for word in page.words if word not in inside], page.number)
    left = min((row.x0 for row in free), default=0.0)
    right = max((row.x1 for row in free), default=page.width)
    for row in free:
        row.left, row.region = left, (left, right)
    flow = _flow(free)
    reached = accumulate((row.base for row in flow), max)
    blocks = [(base, [row]) for base, row in zip(reached, flow, strict=True)]
    for band in _bands(cells):
        top = min(word.base for cell in band for word in cells[cell])
        blocks.append((top, _band_rows(band, cells, columns, page)))
    order: list[Row] = []
    for _, rows in sorted(blocks, key=lambda block: block[0]):
        order += rows
    return order


def _bands(cells: dict[Cell, list[Word]]) -> list[list[Cell]]:
    """Cells grouped to rows of a table; a cell within a cell goes with the outer one."""
    bands: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda cell: (cell.y0, cell.x0)):
        if bands:
            last = bands[-1]
            bottom = min(one.y1 for one in last)
            if min(one.y0 for one in last) - 3 <= cell.y0 < bottom - 3:
                last.append(cell)
                continue
        bands.append([cell])
    return bands


def _band_rows(
    band: list[Cell], cells: dict[Cell, list[Word]], columns: Columns, page: Page
) -> list[Row]:
    """A row of a ruled table: laid-out minutes as lines, anything else as one table row."""
    band = sorted(band, key=lambda cell: (cell.x0, cell.y0))
    texts = {cell: _cell_text(cells[cell]) for cell in band}
    first = band[0]
    prose = [cell for cell in band if _among(cell, columns.prose)]
    number = None
    if len(band) > 1 and _NUMBER.match(texts[first]) and _among(first, columns.number):
        number = texts[first]
    headed = number is None and all(len(text.split()) <= 3 for text in texts.values())
    if number is None and (not prose or (headed and len(band) > 1)):
        return [_table_row(band, cells, texts, page)]
    body_left = prose[0].x0 if prose else first.x1 + 1
    main: list[Row] = []
    side: list[Row] = []
    for cell in band[1:] if number else band:
        rows = _group_rows(cells[cell], page.number)
        edge = min(row.x0 for row in rows)
        for row in rows:
            row.left, row.region = edge, (cell.x0, cell.x1)
        if cell in prose:
            rows = _flow(rows)
            rows[0].starts = number is not None or bool(main)
            main += rows
        elif cell.x0 < body_left:
            title = replace(rows[0], words=[word for row in rows for word in row.words])
            title.text, title.starts = texts[cell], True
            title.heading = 3 if len(title.words) <= 25 else 0
            main.append(title)
        else:
            side += _join_side(rows)
    main = _place_beside(main, side)
    if number:
        if main[0].table:
            main.insert(0, replace(main[0], text=" ", table=False))
        main[0].number = number
    return main


def _table_row(
    band: list[Cell], cells: dict[Cell, list[Word]], texts: dict[Cell, str], page: Page
) -> Row:
    """Cells joined by " | ", an empty one where the rules leave a cell without words."""
    words = sorted((word for cell in band for word in cells[cell]), key=lambda word: word.x0)
    middle = statistics.mean((max(c.y0 for c in band), min(c.y1 for c in band)))
    edges = [
        rule.at
        for rule in page.vertical
        if band[0].x0 - 1 <= rule.at < band[-1].x1 - 1 and rule.start <= middle <= rule.end
    ]
    starts = [cell.x0 for cell in band]
    blank: list[float] = []  # left edges of cells without words; shading repeats the rules
    for edge in edges:
        taken = any(cell.x0 - 8 < edge < cell.x1 - 1 for cell in band)
        if not taken and (not blank or edge > blank[-1] + 8):
            blank.append(edge)
    parts = [
        " ".join(texts[cell] for cell in band if cell.x0 == edge)
        for edge in sorted({*starts, *blank})
    ]
    row = Row(words, min(word.base for word in words), words[0].size, page.number)
    row.text = " | ".join(parts)
    row.table, row.starts = len(band) > 1, True
    row.left, row.region = words[0].x0, (band[0].x0, band[-1].x1)
    return row


def _cell_text(words: list[Word]) -> str:
    turned = sorted((w for w in words if not w.upright), key=lambda w: (round(w.x0), -w.base))
    rows = _group_rows([word for word in words if word.upright], 0)
    return " ".join([row.joined() for row in rows] + [word.text for word in turned])


# Columns without rules


def _flow(rows: list[Row]) -> list[Row]:
    """Rows with two columns of running text read one after the other, and tables marked."""
    rows = _unfold_columns(rows)
    parts = [[] if row.table else _segments(row, 1.3) for row in rows]
    for index, row in enumerate(rows):
        if len(parts[index]) < 3:
            continue
        for other in (index - 1, index + 1):
            if 0 <= other < len(rows) and len(parts[other]) >= 2:
                near = abs(rows[other].base - row.base) < 3.5 * row.size
                if near and _aligned(parts[index], parts[other]) >= 2:
                    row.table = True
    for index, row in enumerate(rows):  # shorter rows of the same table
        beside = [rows[o] for o in (index - 1, index + 1) if 0 <= o < len(rows)]
        if not row.table and len(parts[index]) == 2:
            row.table = any(
                other.table
                and not other.text
                and abs(other.base - row.base) < 2 * row.size
                and _aligned(parts[index], _segments(other, 1.3)) >= 2
                for other in beside
            )
    tables = [index for index, row in enumerate(rows) if row.table and not row.text]
    for index in tables:
        around = [parts[other] for other in (index - 1, index + 1) if other in tables]
        wider: list[list[Word]] = max(around, key=len, default=[])
        cells = [" ".join(word.text for word in part) for part in parts[index]]
        rows[index].text = " | ".join(_with_gaps(cells, parts[index], wider))
    return rows


def _with_gaps(
    cells: list[str], parts: Sequence[list[Word]], wider: Sequence[list[Word]]
) -> list[str]:
    """The cells of a row with an empty one for each column that only the row beside it fills."""
    columns = [part[0].x0 for part in wider]
    places = [
        next((place for place, x in enumerate(columns) if abs(part[0].x0 - x) <= 4), -1)
        for part in parts
    ]
    if len(columns) <= len(parts) or -1 in places or sorted(set(places)) != places:
        return cells
    filled = dict(zip(places, cells, strict=True))
    return [filled.get(place, "") for place in range(places[-1] + 1)]


def _aligned(one: list[list[Word]], two: list[list[Word]]) -> int:
    return sum(any(abs(a[0].x0 - b[0].x0) <= 4 for b in two) for a in one)


def _unfold_columns(rows: list[Row]) -> list[Row]:
    """Two columns of running text, left one first; other rows as they are."""
    best: tuple[int, int, float] | None = None
    if len(rows) < 12:
        return rows
    left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
    for share in (0.5, 0.47, 0.53, 0.44, 0.56):
        gutter = left + share * (right - left)
        start = None
        for index in range(len(rows) + 1):
            clear = index < len(rows) and not any(
                word.x0 - 3 < gutter < word.x1 + 3 for word in rows[index].words
            )
            if clear and start is None:
                start = index
            elif not clear and start is not None:
                if best is None or index - start > best[1] - best[0]:
                    best = (start, index, gutter)
                start = None
    if best is None or best[1] - best[0] < 12:
        return rows
    start, stop, gutter = best
    halves: list[list[Row]] = [[], []]
    for row in rows[start:stop]:
        for side in (0, 1):
            words = [word for word in row.words if (word.x0 > gutter) == bool(side)]
            if words:
                halves[side].append(replace(row, words=words))
    for half in halves:
        if len(half) < 10 or statistics.mean(len(row.words) for row in half) < 4:
            return rows
        edge, end = min(row.x0 for row in half), max(row.x1 for row in half)
        for row in half:
            row.left, row.region = edge, (edge, end)
        half[0].starts = True
    return rows[:start] + halves[0] + halves[1] + rows[stop:]


def _set_side_column_apart(pages: Sequence[Page]) -> None:
    """Initials of an action column go after the paragraph beside which they stand."""
    edge = _side_edge(pages)
    for page in pages:
        main: list[Row] = []
        side: list[Row] = []
        for row in page.rows:
            if row.table and row.text and not _ACTION.match(_segments(row, 1.3)[-1][0].text):
                main.append(row)
                continue
            last = _segments(row, 0.6)[-1]
            heading = " ".join(word.text for word in last)
            if _ACTION.match(heading) and last[0].x0 > page.width * 0.6:
                edge = last[0].x0 - 14
                rest = row.words[: len(row.words) - len(last)]
                if rest:
                    row.text = " ".join(word.text for word in rest) + " | " + heading
                    row.table = True
                main.append(row)
                continue
            if edge is None or last[0].x0 < edge or len(last) > 5 or row.table:
                main.append(row)
                continue
            rest = row.words[: len(row.words) - len(last)]
            if rest:
                main.append(replace(row, words=rest))
            side.append(replace(row, words=last, region=(edge, page.width * 2)))
        page.rows = _place_beside(main, _join_side(side)) if side else page.rows


def _side_edge(pages: Sequence[Page]) -> float | None:
    """Where a side column without a heading begins: short entries in line, no text across."""
    rows = [row for page in pages for row in page.rows if not row.table]
    left = min((row.x0 for row in rows), default=0.0)
    entries = []
    for row in rows:
        last = _segments(row, 1.2)[-1]
        alone = len(last) == len(row.words) and row.x0 - left < 100
        letters = all(re.search(r"[^\W\d]", word.text) for word in last)
        if not alone and len(last) <= 5 and (letters or re.match(r"[^\W\d]", last[0].text)):
            entries.append((last[0].x0, letters and len(last) <= 3))
    edge = None
    for start in sorted({x for x, _ in entries}):
        # Initials may be centred; whole words are set in line.
        beyond = [x for x, brief in entries if 0 <= x - start < (40 if brief else 2)]
        width = max((page.width for page in pages), default=0.0)
        if len(beyond) >= 3 and start > 0.7 * width:
            across = sum(word.x0 < start - 3 < word.x1 for row in rows for word in row.words)
            in_line = sum(0 <= x - start < 2 for x, _ in entries)
            if across <= max(len(rows) // 50, in_line // 3):  # a centred heading may cross it
                edge = start - 8
                break
    return edge


def _join_side(rows: list[Row]) -> list[Row]:
    """Lines of a side column that follow each other closely, as one row each."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and row.base - last.base < 1.35 * row.size and _wrapped(last, row):
            last.text = f"{last.joined()} {row.joined()}"
            last.base, last.words = row.base, row.words
        else:
            joined.append(replace(row, text=row.joined()))
    for row in joined:
        row.table = row.starts = row.side = True
    return joined


def _wrapped(above: Row, row: Row) -> bool:
    """Whether the first word of a row found no room on the row above."""
    word = row.words[0]
    return word.text[:1].islower() or above.x1 + (word.x1 - word.x0) > above.region[1] - 10


def _place_beside(main: list[Row], side: list[Row]) -> list[Row]:
    """Side rows put after the end of the paragraph on whose lines they stand."""
    after: dict[int, list[Row]] = defaultdict(list)
    for row in side:
        if not main:
            break
        index = min(
            range(len(main)),
            key=lambda place: (
                main[place].heading > 0 and len(main) > 1,
                abs(main[place].base - row.base),
                place,
            ),
        )
        while index + 1 < len(main) and not _begins(main[index + 1], main[index]):
            index += 1
        after[index].append(row)
    if not main:
        return side
    return [row for index, one in enumerate(main) for row in (one, *after[index])]


def _begins(row: Row, before: Row) -> bool:
    """Whether a row begins a paragraph, going by spacing, marks and the line before."""
    if row.starts or row.number or row.table or before.table or before.heading:
        return True
    if row.base - before.base > 1.6 * row.size or _STARTER.match(row.joined() + " "):
        return True
    if _left_number(row) or row.bold != before.bold:
        return True
    left, right = before.region
    short = before.x1 < right - 0.25 * (right - left)
    return short and before.joined()[-1] in ".:;!?"


# Lines


def _left_number(row: Row) -> tuple[str, int] | None:
    """The number in a left column and how many words it takes; None for running text."""
    if row.table or len(row.words) < 2:
        return None
    for count in (1, 2):
        if count == 2 and (len(row.words) < 3 or not _CODE.match(row.words[0].text)):
            break
        text = " ".join(word.text for word in row.words[:count])
        gap = row.words[count].x0 - row.words[count - 1].x1
        if gap > 0.7 * row.size and _NUMBER.match(text):
            return text, count
    return None


def _raise_sunken_numbers(rows: list[Row]) -> None:
    """Left-column numbers taken out of the text; one that hangs below its heading is lifted."""
    columns: Counter[int] = Counter()
    found = []
    for row in rows:
        left = _left_number(row) if row.number is None else None
        found.append(left)
        if left:
            columns[round(row.x0 / 4)] += 1
    for index, (row, left) in enumerate(zip(rows, found, strict=True)):
        if not left:
            continue
        number, count = left
        column = round(row.x0 / 4)
        row.words = row.words[count:]
        row.number = number
        above = rows[index - 1] if index else None
        if (
            above is not None
            and above.page == row.page
            and columns[column] >= 3
            and above.bold
            and not row.bold
            and not above.number
            and not above.table
            and above.base > row.base - 1.7 * row.size
            and abs(above.x0 - row.x0) < 30
            and len(above.words) <= 8
        ):
            above.number, row.number = number, None


def _lines(rows: Sequence[Row]) -> Iterable[Line]:
    """Rows as the lines of the domain model, with indentation and the space before them."""
    ratios = [
        (row.base - before.base) / row.size
        for before, row in pairwise(rows)
        if before.page == row.page and 0.8 < (row.base - before.base) / row.size < 2.5
    ]
    pitch = Counter(round(ratio, 1) for ratio in ratios).most_common(1)[0][0] if ratios else 1.2
    before: Row | None = None
    for row in rows:
        space = row.starts
        if before is not None and before.page == row.page and not space:
            space = (row.base - before.base) / row.size > 1.35 * pitch or row.base < before.base - 2
        text = " ".join(row.joined().split())
        if text or row.number:
            yield Line(
                text=text,
                page=row.page,
                number=row.number,
                bold=row.bold,
                heading=row.heading,
                space_before=space,
                indent=round(max(row.x0 - row.left, 0.0), 1),
                table=row.table,
            )
        if not row.side:
            before = row
