"""Dates as printed, and which of them is the day of the meeting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import find_dates, meeting_date, parse_date


@pytest.mark.parametrize(
    ("printed", "iso"),
    [
        ("Monday 24th September 2018", "2018-09-24"),
        ("WEDNESDAY, 7TH MARCH, 2018", "2018-03-07"),
        ("TUESDAY JULY 3RD 2012", "2012-07-03"),
        ("7°” MAY, 2014", "2014-05-07"),
        ('on 2"? March, 2016', "2016-03-02"),
        ("21% July, 2016", "2016-07-21"),
        ("held on 06/06/12", "2012-06-06"),
        ("2018-09-24", "2018-09-24"),
        ("the 3rd day of May 2011", "2011-05-03"),
        ("Nos Lun, 3ydd Mehefin 2019", "2019-06-03"),
        ("9 Meitheamh 2016", "2016-06-09"),
    ],
)
def test_a_printed_date_is_read(printed: str, iso: str) -> None:
    assert parse_date(printed) == iso


@pytest.mark.parametrize("text", ["31st February 2014", "minute 71/19", "£12.10.2003", "", "May"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_the_meeting_is_dated_by_its_heading_not_by_the_minutes_it_adopts() -> None:
    opening = [
        "Minutes of the meeting of the Harbour Committee held on Tuesday 4th June 2013",
        "The minutes of the previous meeting of 7th May 2013 were taken as read.",
    ]
    assert meeting_date(opening).iso == "2013-06-04"


def test_a_year_that_contradicts_the_weekday_gives_way_to_the_file_name() -> None:
    found = meeting_date(
        ["Held on Wednesday 4th February 2014"], file_name="minutes 4 February 2015.md"
    )
    assert found.iso == "2015-02-04"
    assert "misprint" in found.warnings[0]


def test_a_file_name_alone_gives_no_date() -> None:
    found = meeting_date(["Minutes of the Harbour Committee"], file_name="2015-02-04.txt")
    assert found.iso is None
    assert found.warnings


def test_a_date_without_its_year_needs_the_file_name() -> None:
    heading = ["Minutes of the meeting held on Wednesday 4th February"]
    assert meeting_date(heading).iso is None
    assert meeting_date(heading, file_name="4 February 2015.md").iso == "2015-02-04"


@given(st.dates(min_value=__import__("datetime").date(1970, 1, 1)))
def test_a_date_written_out_is_always_read_back(day) -> None:
    if day.year < 2100:
        text = f"held on {day.strftime('%A')} {day.day} {day.strftime('%B')} {day.year} at 7 p.m."
        found = next(find_dates(text))
        assert (found.iso, found.weekday_agrees) == (day.isoformat(), True)


@pytest.mark.parametrize(
    ("heading", "title", "held"),
    [
        # In January the old year is printed by habit.
        ("Minutes of a meeting held on Tuesday 9th January 2017", None, "2018-01-09"),
        # The title tells the year whose 16 May is a Wednesday.
        ("Minutes of a meeting held on Wednesday 16 May 2017", "Annual Meeting 2018", "2018-05-16"),
        # The day or the weekday may be the slip: the date stays as it is printed.
        ("Minutes of a meeting held on Wednesday 1st December 2011", "December 2011", "2011-12-01"),
        ("Minutes of a meeting held on Tuesday 11th January 2006", None, "2006-01-11"),
    ],
)
def test_a_year_is_mended_only_where_something_tells_the_right_one(
    heading: str, title: str | None, held: str
) -> None:
    found = meeting_date([heading], title=title)
    assert found.iso == held
    assert found.warnings
