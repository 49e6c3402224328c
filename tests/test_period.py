"""Days, months, seasons and years in questions."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.period import find_periods

AS_OF = date(2025, 3, 10)


def spans(text: str) -> list[tuple[str | None, str | None]]:
    return [
        (p.start.isoformat() if p.start else None, p.end.isoformat() if p.end else None)
        for p in find_periods(text, AS_OF)
    ]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("on 2 July 2014", "2014-07-02", "2014-07-02"),
        ("on the 2nd of July, 2014", "2014-07-02", "2014-07-02"),
        ("on July 2, 2014", "2014-07-02", "2014-07-02"),
        ("meeting of 2014-07-02", "2014-07-02", "2014-07-02"),
        ("on 02/07/2014", "2014-07-02", "2014-07-02"),
        ("the July 2014 meeting", "2014-07-01", "2014-07-31"),
        ("basc price rise jan 2022", "2022-01-01", "2022-01-31"),
        ("in autumn 2023", "2023-09-01", "2023-11-30"),
        ("winter 2009", "2009-12-01", "2010-02-28"),
        ("before Christmas 2023", None, "2023-12-24"),
        ("around Christmas 2023", "2023-11-01", "2024-01-15"),
        ("after July 2016", "2016-07-01", None),
        ("after 2 July 2016", "2016-07-03", None),
        ("between May and July 2016", "2016-05-01", "2016-07-31"),
        ("from March 2015 to June 2015", "2015-03-01", "2015-06-30"),
        ("the 2017-2019 programme", "2017-01-01", "2019-12-31"),
        ("the winter of 2005/6", "2005-12-01", "2006-02-28"),
        ("the first half of 2017", "2017-01-01", "2017-06-30"),
        ("three years ago", "2022-01-01", "2022-12-31"),
        ("in the past six months", "2024-09-11", "2025-03-10"),
        ("last summer", "2024-06-01", "2024-08-31"),
        ("last May", "2024-05-01", "2024-05-31"),
        ("since 2016", "2016-01-01", None),
        ("in early 2006", "2006-01-01", "2006-04-30"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("last month", "2025-02-01", "2025-02-28"),
        ("the 2023/24 budget", "2023-04-01", "2024-05-31"),
    ],
)
def test_a_period_is_read(text: str, start: str | None, end: str | None) -> None:
    assert spans(text) == [(start, end)]


def test_a_month_without_a_year_is_kept_as_a_month() -> None:
    (period,) = find_periods("what did the July meeting decide", AS_OF)
    assert (period.month, period.start) == (7, None)


def test_the_last_meetings_are_counted_and_not_dated() -> None:
    assert [p.meetings for p in find_periods("in the last two meetings", AS_OF)] == [2]
    assert [p.meetings for p in find_periods("the latest minutes", AS_OF)] == [1]
    assert find_periods("at the last minute", AS_OF) == ()


@pytest.mark.parametrize(
    "text", ["may we park there?", "did they march?", "item 31/2", "room 2040x"]
)
def test_words_and_numbers_that_are_no_period(text: str) -> None:
    assert spans(text) == []


def test_an_impossible_day_is_no_period() -> None:
    assert spans("on 31/02/2014") == []


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for period in find_periods(text, AS_OF):
        assert period.start is None or period.end is None or period.start <= period.end
