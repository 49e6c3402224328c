"""Identifiers in the text of minutes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.references import find_references


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("Report ED15073 was noted, see also CEX2417.", ("ED15073", "CEX2417")),
        ("Report No. 12/2019 of the Treasurer", ("12/2019",)),
        ("Application 23/01234/FUL and DM/2019/01570", ("23/01234/FUL", "DM/2019/01570")),
        ("2/2012/0045 was approved; 15/8007 refused", ("2/2012/0045", "15/8007")),
        ("as in minute 2683, and Minute No. 71/19", ("2683", "71/19")),
        ("on 03/05/2011 £1,234 was paid", ()),
        ("a minute 30 seconds long, the year 2014/2015", ()),
    ],
)
def test_identifiers_are_found_and_dates_are_not(text: str, references: tuple[str, ...]) -> None:
    assert find_references(text) == references


@given(st.text(max_size=400))
def test_references_are_distinct_and_stand_in_the_text(text: str) -> None:
    found = find_references(text)
    assert len(set(found)) == len(found)
    assert all(reference in text for reference in found)
