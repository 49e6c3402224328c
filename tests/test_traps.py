"""What trips a parser in real minutes, each on the real file."""

import re
from functools import cache
from pathlib import Path

import pytest

from ingest.model import Item, Meeting
from ingest.read import read
from ingest.same import link_meetings

SCANNED = "limerick/2017/02/01-*/*11th January 2017.md"
OUT_OF_ORDER = "limerick/2014/11/17-*/Minutes of Meeting - *20th October 2014.md"
FULL_COUNCIL = "limerick/2016/11/28-*/*19th September 2016.md"
BUDGET = "limerick/2015/01/26-*/*12th January 2015.md"
WORDED = "limerick/2018/03/05-*/*16th January 2018.md"
YEAR = "limerick/2015/12/21-*/Minutes of Meeting*16th November 2015.md"


@cache
def found(folder: Path, pattern: str) -> tuple[Path, ...]:
    """Files by a pattern; the spaces in their names are often no-break spaces."""
    paths = tuple(sorted(folder.glob(pattern.replace(" ", "?"))))
    assert paths, pattern
    return paths


@cache
def meetings(path: Path) -> tuple[Meeting, ...]:
    return tuple(read(path, path.name))


@pytest.fixture
def data(shared: Path) -> Path:
    return shared / "data"


def first(data: Path, pattern: str) -> Meeting:
    return meetings(found(data, pattern)[0])[0]


def texts(meeting: Meeting) -> list[str]:
    return [
        p.text for part in (meeting.front, *(i.paragraphs for i in meeting.items)) for p in part
    ]


def numbers(meeting: Meeting) -> list[str | None]:
    return [item.number for item in meeting.items]


def test_the_link_to_the_original_is_kept_apart(data: Path) -> None:
    meeting = first(data, OUT_OF_ORDER)
    assert meeting.url and meeting.url.startswith("https://")
    assert not any("http" in text for text in texts(meeting))


@pytest.mark.parametrize("pattern", [SCANNED, OUT_OF_ORDER, FULL_COUNCIL])
def test_a_page_break_leaves_no_mark_and_parts_no_sentence(data: Path, pattern: str) -> None:
    lines = texts(first(data, pattern))
    assert not any(re.search(r"^-{3}|\*\*|scanned page", text, re.I) for text in lines)
    sentences = [text for text in lines if len(text.split()) > 8]
    broken = [text for text in sentences if text[0].islower()]
    assert len(broken) <= 0.03 * len(sentences)


def test_the_notice_of_a_scanned_page_is_furniture_and_marks_the_meeting(data: Path) -> None:
    meeting = first(data, SCANNED)
    assert meeting.ocr
    assert sum("canned page" in line for line in meeting.furniture) > 1


def test_a_blank_line_after_every_printed_line_ends_no_paragraph(data: Path) -> None:
    path = found(data, FULL_COUNCIL)[0]
    printed = path.read_text("utf-8").splitlines()
    assert sum(not line.strip() for line in printed) > 0.4 * len(printed)
    lines = [text for text in texts(meetings(path)[0]) if len(text.split()) > 8]
    ended = [text for text in lines if re.search(r"[.:;?!][\"'”’)]*$", text)]
    assert len(ended) > 0.8 * len(lines)


def test_items_taken_out_of_their_order_keep_their_numbers(data: Path) -> None:
    plain = [
        number for number in numbers(first(data, OUT_OF_ORDER)) if number and "(" not in number
    ]
    middle = ["4", "5", "6", "10", "11", "7", "8", "9", "11A", "12"]
    assert plain == ["1", "2", "3", *middle, *(str(n) for n in range(13, 21))]


def test_parts_go_on_after_another_item_was_taken_between_them(data: Path) -> None:
    plain = [n for n in numbers(first(data, FULL_COUNCIL)) if n and not n.endswith("i)")][:9]
    assert plain == ["1", "2", "2(a)", "2(b)", "2(c)", "3", "2(d)", "2(e)", "2(f)"]


def test_items_numbered_with_the_word_item_are_read(data: Path) -> None:
    assert list(dict.fromkeys(numbers(first(data, WORDED)))) == [str(n) for n in range(1, 9)]


def test_a_meeting_without_numbers_has_items_with_titles(data: Path) -> None:
    meeting = first(data, BUDGET)
    assert set(numbers(meeting)) == {None}
    assert len(meeting.items) > 10 and all(item.title for item in meeting.items[1:])
    assert meeting.items[0].paragraphs[0].text.startswith("The Mayor opened the Meeting")


def test_a_year_at_the_start_of_a_line_is_no_item(data: Path) -> None:
    path = found(data, YEAR)[0]
    assert re.search(r"^\W*201[45]\. ?[A-Z]", path.read_text("utf-8"), re.M)
    assert not any(re.match(r"20\d\d$", number or "") for number in numbers(meetings(path)[0]))


def test_a_reply_stays_in_the_item_of_its_question(data: Path) -> None:
    asked: list[Item] = [
        item
        for item in first(data, OUT_OF_ORDER).items
        if re.match(r"Question submitted", item.title)
    ]
    replied = [i for i in asked if any("REPLY" in p.text.upper() for p in i.paragraphs)]
    assert asked and len(replied) == len(asked)


def test_the_folder_is_the_day_of_adoption_and_the_heading_the_day_of_the_meeting(
    data: Path,
) -> None:
    assert first(data, OUT_OF_ORDER).date == "2014-10-20"  # in the folder of 17 November


def test_one_meeting_filed_twice_word_for_word_is_linked(data: Path) -> None:
    paths = found(data, "limerick/2017/10/*/*Metropolitan*18th September 2017.md")
    assert len(paths) == 2
    linked = link_meetings(
        [meeting for path in paths for meeting in read(path, path.parent.name + path.name)]
    )
    assert all(len(meeting.also) == 1 for meeting in linked)


def test_the_day_of_posting_is_in_no_meeting_of_a_village_site(data: Path) -> None:
    for path in found(data, "norfolk-parishes/2006/0[1-3]/*.md"):
        posted = re.search(r"^date: \"?(\d{4}-\d\d-\d\d)", path.read_text("utf-8"), re.M)
        assert posted and posted[1] not in [meeting.date for meeting in meetings(path)]


def test_minute_numbers_run_on_from_meeting_to_meeting(data: Path) -> None:
    before, after = (
        [int(n) for n in numbers(first(data, f"wyevalley/{day}.pdf")) if n and n.isdecimal()]
        for day in ("20190128", "20190225")
    )
    assert before and after and max(before) < min(after)
