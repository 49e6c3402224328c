"""How exactly minutes are read: the right item, no word lost, the right date and body.

Run as `python -m eval.measure_reading [--data DIR] [--questions DIR] [--failures N]`. The gold is
the evidence of the question sets; coverage and dates are measured over the folders of minutes.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.dates import find_dates
from ingest.errors import UnreadableSource
from ingest.model import Document, Item, Line, Meeting
from ingest.structure import build_meetings
from ingest.text import decode, read_text

# Dates that were read by hand in November 2026, by file; null: the minutes do not say. 40 files of
# norfolk-parishes drawn with seed 20261130, and two of milburn whose names are wrong (their
# headings name Tuesdays, as of every meeting there).
DATES = Path(__file__).with_name("dates_gold.json")
SETS = {
    "train_limerick": "limerick",
    "train_parish": "norfolk-parishes",
    "train_uk": "",
    "dev": "limerick",
}
CLOSING = {"dev"}  # sets for closing figures alone: their failures are not shown
FOLDERS = (
    "limerick",
    "norfolk-parishes",
    "wyevalley",
    "ayton",
    "decoy-school",
    "milburn",
    "manordeilo-cy",
    "winnipeg",
    "kingston-moderngov",
    "bromley-seed",
)
READ = {".md", ".txt", ".pdf", ".docx", ".html"}


def read_document(path: Path, source: str) -> Document:
    """The document of a file, by its suffix."""
    data = path.read_bytes()
    if path.suffix.lower() == ".pdf":
        from ingest.pdf import read_pdf

        return read_pdf(data, source)
    if path.suffix.lower() == ".docx":
        from ingest.docx import read_docx

        return read_docx(data, source)
    return read_text(data, source)


@cache
def meetings_of(path: Path) -> tuple[Meeting, ...]:
    """The meetings of a file, read as `minutes ingest` reads it where that is possible."""
    if path.suffix.lower() in {".html", ".htm"} or "bromley-seed" in path.parts:
        from ingest.read import read

        return tuple(read(path, path.name))
    return tuple(build_meetings(read_document(path, path.name), path.name))


def words(text: str) -> list[str]:
    """The words of a text for comparing: letters and figures, case folded."""
    return re.findall(r"[^\W_]+", text.casefold())


def plain_number(number: str | None) -> str:
    """An item number without spaces, brackets and the words "item" and "no."."""
    return re.sub(r"item|no\.|[\s()\[\]]", "", (number or "").casefold()).rstrip(".:")


def same_number(gold: str, ours: str | None) -> bool:
    """Equal, or ours is a sub-item of the gold number, or names what the gold is a part of.

    So 5(a) stands for 5, and for the "a)" that is printed below 5.
    """
    printed = re.search(r"\(([a-z]{1,4})\)$", ours or "", re.I)
    return (
        plain_number(gold) == plain_number(ours)
        or is_part(ours, gold)
        or bool(printed and printed[1].casefold() == plain_number(gold))
    )


def is_part(number: str | None, of: str | None) -> bool:
    """Whether one number is a sub-item of another: 4(b) or 4.2 of 4."""
    one, whole = plain_number(number), plain_number(of)
    return bool(whole) and bool(re.fullmatch(re.escape(whole) + r"(?:[a-z]{1,4}|\.\d+)", one))


def title_overlap(gold: str, title: str) -> float:
    """The share of the gold title's words that stand in the title."""
    wanted = Counter(words(gold))
    if not wanted:
        return 1.0
    have = Counter(words(title))
    return sum((wanted & have).values()) / sum(wanted.values())


def titles_of(item: Item, every: Sequence[Item]) -> list[str]:
    """The title of an item, and that of the item which it is a part of."""
    before = [each for each in every[: every.index(item)] if is_part(item.number, each.number)]
    return [item.title, *(each.title for each in before[-1:])]


def holds(text: str, quote: str) -> bool:
    """Whether the text holds the quote, compared by letters and figures alone."""
    return "".join(words(quote)) in "".join(words(text))


def find_quote(meetings: Sequence[Meeting], quote: str) -> list[Item]:
    """The items that hold the quote in one paragraph, else across their paragraphs."""
    every = [item for meeting in meetings for item in meeting.items]
    exact = [item for item in every if any(holds(p.text, quote) for p in item.paragraphs)]
    if exact:
        return exact
    across = [
        item
        for item in every
        if holds(
            " ".join([item.number or "", item.title, *(p.text for p in item.paragraphs)]), quote
        )
    ]
    return across or _most_alike(every, quote)


def _most_alike(items: Sequence[Item], quote: str) -> list[Item]:
    """The item that shares at least three quarters of the quote's words, for inexact quotes."""
    wanted = Counter(words(quote))
    best, share = None, 0.75
    for item in items:
        have = Counter(words(" ".join(p.text for p in item.paragraphs)))
        found = sum((wanted & have).values()) / max(1, sum(wanted.values()))
        if found > share or (best is None and found >= share):
            best, share = item, found
    return [best] if best else []


@dataclass
class Tally:
    """Counts of one question set."""

    quotes: int = 0
    number_right: int = 0
    title_right: int = 0
    both_right: int = 0
    exact: int = 0  # both right, and not by way of a sub-item of the gold's number
    whole: int = 0
    failures: list[str] | None = None


def measure_set(name: str, data: Path, questions: Path) -> Tally:
    """The gold quotes of a set with an item number, and how many lie where they should."""
    tally = Tally(failures=[])
    assert tally.failures is not None
    for entry, evidence in _evidence(questions / f"{name}.jsonl"):
        if not evidence.get("item"):
            continue
        path = data / SETS.get(name, "") / evidence["source"]
        tally.quotes += 1
        try:
            meetings = meetings_of(path)
        except (UnreadableSource, ImportError) as error:
            tally.failures.append(f"{entry} unreadable {path.name}: {error}")
            continue
        items = find_quote(meetings, evidence["quote"])
        every = [item for meeting in meetings for item in meeting.items]
        number = [item for item in items if same_number(evidence["item"], item.number)]
        title = [
            item
            for item in items
            if any(title_overlap(evidence["title"], one) >= 0.5 for one in titles_of(item, every))
        ]
        both = [item for item in number if item in title]
        exact = [item for item in both if not is_part(item.number, evidence["item"])]
        tally.number_right += bool(number)
        tally.exact += bool(exact)
        tally.title_right += bool(title)
        tally.both_right += bool(both)
        tally.whole += any(holds(p.text, evidence["quote"]) for i in items for p in i.paragraphs)
        if not both:
            found = " / ".join(f"[{item.number}] {item.title[:50]}" for item in items[:3])
            tally.failures.append(
                f"{entry} wanted [{evidence['item']}] {evidence['title'][:50]} | found {found} | "
                f"{evidence['quote'][:50]!r} | {evidence['source']}"
            )
    return tally


def _evidence(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        for evidence in entry["evidence"]:
            yield entry["id"], evidence


@dataclass(frozen=True)
class Coverage:
    """Words of the source, how many of them came out once and in order, and what is missing."""

    words: int
    kept: int
    missing: Counter[str]


def measure_coverage(data: bytes, meetings: Sequence[Meeting]) -> Coverage:
    """How many words of a text file appear in items, front matter and furniture, in order.

    Furniture is taken out of the source where it stands; the rest must follow in order.
    """
    source = words(_source_text(data))
    content = words(" ".join(_content(meetings)))
    furniture = [words(line) for meeting in meetings for line in meeting.furniture]
    kept, missing = _match(source, content, furniture)
    return Coverage(len(source), kept, missing)


WORD_LETTERS = 4  # in a word of minutes, on average and rounded down


def coverage_of(path: Path, meetings: Sequence[Meeting]) -> Coverage:
    """How many words of a file of any kind came through; raises UnreadableSource.

    Text and Markdown are held against the file itself. Of the other kinds every word that another
    extractor finds must be among ours, and the words of our lines must come out in their order.
    """
    data = path.read_bytes()
    if path.suffix.lower() in {".txt", ".text", ".md", ".markdown"}:
        return measure_coverage(data, meetings)
    furniture = [line for meeting in meetings for line in meeting.furniture]
    links = [link for meeting in meetings for item in meeting.items for link in item.links]
    agenda = [text for meeting in meetings for item in meeting.items for text in item.agenda]
    content = list(_content(meetings))
    source = words(_plain_text(data, path.suffix.lower()))
    ours = "".join(words(" ".join([*content, *furniture, *links, *agenda])))
    # Spaces come and go between letters in a PDF, so a word counts wherever its letters stand,
    # and how often they stand is told by the letters alone.
    missing = Counter(source) - Counter(words(" ".join([*content, *furniture, *agenda])))
    missing = Counter({word: count for word, count in missing.items() if word not in ours})
    letters = (Counter("".join(source)) - Counter(ours)).total() // WORD_LETTERS
    lost = max(missing.total(), letters)
    if path.suffix.lower() in {".pdf", ".docx"}:
        lines = words(" ".join(_line_text(line) for line in read_document(path, path.name).lines))
        kept, disordered = _match(lines, words(" ".join(content)), [])
        lost += len(lines) - kept
        missing += disordered
    return Coverage(len(source), max(0, len(source) - lost), missing)


def _line_text(line: Line) -> str:
    return f"{line.number or ''} {line.text}"


def _plain_text(data: bytes, suffix: str) -> str:
    """The words of a file by a plain extractor that knows nothing of layout."""
    if suffix == ".pdf":
        import pypdfium2

        document = pypdfium2.PdfDocument(data)
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    from lxml import etree, html

    if suffix == ".docx":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = etree.fromstring(archive.read("word/document.xml"))
        name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
        paragraphs = root.iter(f"{name}p")
        return "\n".join("".join(t.text or "" for t in p.iter(f"{name}t")) for p in paragraphs)
    page = html.fromstring(data)
    main = page.xpath("//*[contains(@class, 'mgItemTable')]") or [page.find("body")]
    etree.strip_elements(page, "script", "style", "noscript", with_tail=False)
    return " ".join(text for part in main if part is not None for text in part.itertext())


def _content(meetings: Sequence[Meeting]) -> Iterator[str]:
    for meeting in meetings:
        yield from (paragraph.text for paragraph in meeting.front)
        for place, item in enumerate(meeting.items):
            yield item.number or ""
            first = item.paragraphs[0].text if item.paragraphs else ""
            title = _own_title(item, meeting.items[:place])
            if not _repeats(title, first):  # the title of an item that has none is its sentence
                yield title
            yield from (paragraph.text for paragraph in item.paragraphs)


def _own_title(item: Item, before: Sequence[Item]) -> str:
    """The title without that of the item which it is a part of, which stands there only once."""
    for whole in reversed(before):
        if not (whole.title and whole.number and item.number):
            continue
        if whole.number == item.number:
            return item.title.removeprefix(f"{whole.title}: ")
        if is_part(item.number, whole.number):
            return item.title.removeprefix(whole.title).removeprefix(": ")
    return item.title


def _repeats(title: str, text: str) -> bool:
    """Whether a title is the opening of the text, and so stands in the source only once."""
    opening = words(title)
    in_line = text.startswith(title) and re.match(r"\s?[-–—:]", text[len(title) :])
    return (len(opening) >= 4 or bool(in_line)) and words(text)[: len(opening)] == opening


def _source_text(data: bytes) -> str:
    import html

    text = decode(data)
    text = re.sub(r"</?[a-zA-Z][a-zA-Z0-9]*\b[^<>]{0,400}>", " ", text)
    return re.sub(r"\*+|\\", "", html.unescape(text))


def _match(
    source: list[str], content: list[str], furniture: list[list[str]]
) -> tuple[int, Counter[str]]:
    """Walk the source: each word is the next of the content, or of a furniture line."""
    missing: Counter[str] = Counter()
    lines = Counter(tuple(line) for line in furniture if line)
    longest = max((len(line) for line in lines), default=0)
    kept = i = j = 0
    while i < len(source):
        if (
            j < len(content)
            and source[i] == content[j]
            and not _better_furniture(source, i, content, j, lines, longest)
        ):
            kept, i, j = kept + 1, i + 1, j + 1
            continue
        size = _furniture_at(source, i, lines, longest)
        if size:
            kept, i = kept + size, i + size
            continue
        # The number of the whole item before that of its part: "5(a)" where "(a)" is printed.
        near = _find(content, source[i : i + 2], j, j + 3)
        if near is not None:
            j = near
            continue
        ahead = _find(content, source[i : i + 3], j, j + 400)
        behind = _find(source, content[j : j + 3], i, i + 400)
        if behind is not None and (ahead is None or behind - i <= ahead - j):
            missing.update(source[i:behind])
            i = behind
        elif ahead is not None:
            j = ahead  # words that the source has elsewhere, or not at all
        else:
            missing[source[i]] += 1
            i += 1
    return kept, missing


def _better_furniture(
    source: list[str],
    i: int,
    content: list[str],
    j: int,
    lines: Counter[tuple[str, ...]],
    longest: int,
) -> bool:
    if source[i : i + 3] == content[j : j + 3]:
        return False
    return bool(_furniture_at(source, i, lines, longest, take=False))


def _furniture_at(
    source: list[str],
    i: int,
    lines: Counter[tuple[str, ...]],
    longest: int,
    take: bool = True,
) -> int:
    for size in range(min(longest, 60), 0, -1):
        line = tuple(source[i : i + size])
        if len(line) == size and lines.get(line):
            if take:
                lines[line] -= 1
            return size
    return 0


def _find(where: list[str], what: list[str], start: int, end: int) -> int | None:
    if not what:
        return None
    for place in range(start, min(end, len(where) - len(what) + 1)):
        if where[place : place + len(what)] == what:
            return place
    return None


def date_of_name(name: str) -> str | None:
    """The date in a file's name."""
    clean = re.sub(r"\s+", " ", name.replace("_", " ").replace("\xa0", " "))
    found = next(iter(find_dates(clean)), None)
    return found.iso if found else None


def _print_checked(data: Path, checked: dict[str, str | None]) -> None:
    wrong = []
    for name, wanted in checked.items():
        found = [meeting.date for meeting in meetings_of(data / name)]
        if wanted not in found:
            wrong.append(f"    {wanted} read as {found[0]}: {name}")
    print(f"checked by hand: date right {_share(len(checked) - len(wrong), len(checked))}")
    print("\n".join(wrong) if wrong else "    none wrong")


def measure_dates(
    data: Path, folder: str, checked: dict[str, str | None], show: Callable[[str], None]
) -> None:
    """Dates and bodies against the file names, then with the names and first lines taken away.

    `checked` holds, by path, the dates that were read by hand where a name is wrong.
    """
    dated = right = anonymous = bodies = 0
    failures = []
    for path in sorted((data / folder).rglob("*")):
        if path.suffix.lower() not in {".md", ".txt", ".pdf"}:
            continue
        wanted = checked.get(f"{folder}/{path.name}", date_of_name(path.stem))
        meetings = meetings_of(path)
        bodies += meetings[0].body is not None
        if wanted is None:
            continue
        dated += 1
        found = any(meeting.date == wanted for meeting in meetings)
        right += found
        bare = _anonymous(path)
        anonymous += any(meeting.date == wanted for meeting in bare)
        if not found:
            failures.append(f"{wanted} read as {meetings[0].date}: {path.name}")
    total = sum(1 for path in (data / folder).rglob("*") if path.suffix in {".md", ".txt", ".pdf"})
    show(
        f"{folder}: date right {_share(right, dated)}, without names and first lines "
        f"{_share(anonymous, dated)}; a body in {_share(bodies, total)}"
    )
    for failure in failures:
        show(f"    {failure}")


def _anonymous(path: Path) -> tuple[Meeting, ...]:
    if path.suffix.lower() in {".pdf", ".docx"}:
        return tuple(build_meetings(read_document(path, "001"), None))
    text = decode(path.read_bytes())
    rest = text.split("\n", 1)[1] if "\n" in text else ""
    return tuple(build_meetings(read_text(rest.encode(), "001"), None))


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.3f}" if whole else "none"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures, the failures last."""
    parser = argparse.ArgumentParser(prog="measure_reading", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--questions", type=Path, default=Path("../shared/questions"))
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--failures", type=int, default=1000, help="how many failures to list")
    parser.add_argument("--skip", nargs="*", default=[], choices=["sets", "coverage", "dates"])
    options = parser.parse_args(argv)
    if "sets" not in options.skip:
        for name in options.sets:
            tally = measure_set(name, options.data, options.questions)
            print(
                f"{name}: number right {_share(tally.number_right, tally.quotes)}, title right "
                f"{_share(tally.title_right, tally.quotes)}, both "
                f"{_share(tally.both_right, tally.quotes)} (by the very number "
                f"{_share(tally.exact, tally.quotes)}), quote whole in a paragraph "
                f"{_share(tally.whole, tally.quotes)}"
            )
            for failure in (tally.failures or [])[: 0 if name in CLOSING else options.failures]:
                print(f"    {failure}")
    if "coverage" not in options.skip:
        _print_coverage(options.data)
    if "dates" not in options.skip:
        checked = json.loads(DATES.read_text(encoding="utf-8"))
        for folder in ("limerick", "ayton", "milburn"):
            measure_dates(options.data, folder, checked, print)
        _print_checked(options.data, checked)
    return 0


def _print_coverage(data: Path) -> None:
    furniture: Counter[str] = Counter()
    for folder in FOLDERS:
        total = kept = 0
        missing: Counter[str] = Counter()
        worst = []
        for path in sorted((data / folder).rglob("*")):
            if path.suffix.lower() not in READ:
                continue
            try:
                meetings = meetings_of(path)
                found = coverage_of(path, meetings)
            except UnreadableSource as error:
                print(f"    {path.name}: {error}")
                continue
            furniture.update(line[:70] for meeting in meetings for line in meeting.furniture)
            total += found.words
            kept += found.kept
            missing.update(found.missing)
            if found.words and found.kept < 0.995 * found.words:
                worst.append((found.kept / found.words, path.name, found.missing.most_common(5)))
        print(f"{folder}: words kept once and in order {kept}/{total} = {kept / max(1, total):.5f}")
        print(f"    missing most often: {missing.most_common(15)}")
        for share, name, lost in sorted(worst)[:12]:
            print(f"    {share:.3f} {name} {lost}")
    print("furniture, most frequent first:")
    for line, count in furniture.most_common(50):
        print(f"    {count:6d} {line}")


if __name__ == "__main__":
    sys.exit(main())
