"""One name for a body, however the minutes print it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bodies import (
    abbreviations,
    canonical_body,
    canonical_names,
    find_body,
    find_council,
    same_body,
)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        (
            "MINUTES OF PROCEEDINGS AT MEETING OF THE MUNICIPAL DISTRICT OF NORTH HARBOUR HELD IN "
            "THE TOWN HALL ON MONDAY",
            "Municipal District of North Harbour",
        ),
        ("Minutes of the Quayside Annual Parish Council Meeting", "Quayside Parish Council"),
        ("QUAYSIDE PARISH COUNCIL", "Quayside Parish Council"),
        ("Minutes of Quayside PC", "Quayside Parish Council"),
        (
            "MEETING OF PORT CITY COUNCIL HOUSING AND LAND SPC",
            "Housing and Land Strategic Policy Committee",
        ),
        (
            "Draft minutes of a special meeting of the Planning Committee held on 3 May",
            "Planning Committee",
        ),
        (
            "Children, Education and Families PDS Committee",
            "Children, Education and Families PDS Committee",
        ),
    ],
)
def test_the_kind_of_meeting_the_place_and_capitals_fall_away(printed: str, name: str) -> None:
    assert canonical_body(printed) == name


def test_the_body_of_the_heading_wins_over_a_wrong_title() -> None:
    opening = ["Minutes of the meeting of Quayside Parish Council held on 3 May 2011"]
    assert find_body(opening, "Hillside Parish Council") == "Quayside Parish Council"
    assert find_body(["May minutes"], "Hillside Parish Council") == "Hillside Parish Council"


def test_a_space_that_was_lost_before_the_name_is_no_letter_of_it() -> None:
    assert find_body(["MINUTES OFQUAYSIDE PARISH COUNCIL MEETING"]) == "Quayside Parish Council"


def test_the_heading_below_a_long_letterhead_names_the_body() -> None:
    letterhead = ["& County Council", *["Physical Development", "Harbour House"] * 5]
    heading = "Minutes of the meeting of Quayside Environment Committee held on 3 May 2011"
    assert find_body([*letterhead, heading]) == "Quayside Environment Committee"


def test_no_body_is_named_where_none_is_printed() -> None:
    assert find_body(["Minutes of a meeting of the above Council held on 3 May 2011"]) is None
    assert find_body([]) is None


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Children, Education and Families PDS Committee", "CEF PDS"),
        ("Joint Policing Committee", "JPC"),
        ("Metropolitan District of Port City", "Metro"),
        ("Quayside Parish Council", "Quayside PC"),
    ],
)
def test_a_body_knows_its_abbreviations(name: str, short: str) -> None:
    assert short in abbreviations(name)
    assert same_body(name, short)


def test_spellings_of_one_body_are_the_same_and_neighbours_are_not() -> None:
    assert same_body("Leisure & Arts Committee", "THE LEISURE AND ARTS COMMITTEE")
    assert not same_body("Quayside Parish Council", "Hillside Parish Council")
    assert not same_body("Quayside Parish Council", "Quayside Parish Meeting")


@given(st.text(max_size=300))
def test_a_name_is_made_of_any_text(text: str) -> None:
    assert isinstance(canonical_body(text), str)
    find_body([text])


def test_a_committee_below_its_council_is_the_body_that_met() -> None:
    opening = [
        "FERNLEY COUNCIL AND QUERN BOROUGH COUNCIL",
        "JOINT PARKING COMMITTEE (JPC)",
        "Minutes of the meeting held at the Town Hall on Thursday, 20th July 2023",
    ]
    assert find_body(opening) == "Joint Parking Committee"
    assert find_council(opening) == "Fernley Council and Quern Borough Council"


def test_a_council_that_met_itself_has_no_authority_above_it() -> None:
    opening = ["FERNLEY COUNCIL", "MINUTES OF THE ANNUAL MEETING OF THE COUNCIL"]
    assert find_council(opening) is None
    assert find_body(opening) == "Fernley Council"


@pytest.mark.parametrize(
    "heading",
    [
        "CYNGOR CYMUNED LLANFAIR A BRYNGWYN",
        "Cynhaliwyd cyfarfod Cyngor Cymuned Llanfair a Bryngwyn am 7.00pm ar y 6ed Mai 2019",
        "Minutes of Llanfair and Bryngwyn Community Council",
    ],
)
def test_a_welsh_council_has_the_name_of_its_english_minutes(heading: str) -> None:
    assert find_body([heading]) == "Llanfair and Bryngwyn Community Council"
    assert canonical_body(heading) == "Llanfair and Bryngwyn Community Council"


def test_a_slip_of_a_name_is_put_right_where_the_right_one_stands_far_more_often() -> None:
    right = canonical_names(
        {
            "West Fernley Parish Council": 40,
            "Wrest Fernley Parish Council": 2,
            "Ofwest Fernley Parish Council": 3,
            "West Fernley Paris Council": 1,
            "WF Parish Council": 1,
            "Corby Residents' Association": 9,
            "Corby Resident's Association": 2,
            "Ayle Community Council": 20,
            "Ayle Ayle Community Council": 1,
        }
    )
    assert right == {
        "Wrest Fernley Parish Council": "West Fernley Parish Council",
        "Ofwest Fernley Parish Council": "West Fernley Parish Council",
        "West Fernley Paris Council": "West Fernley Parish Council",
        "WF Parish Council": "West Fernley Parish Council",
        "Corby Resident's Association": "Corby Residents' Association",
        "Ayle Ayle Community Council": "Ayle Community Council",
    }


@pytest.mark.parametrize(
    ("often", "seldom"),
    [
        ("North Ward Committee", "South Ward Committee"),
        ("Area Committee 1", "Area Committee 2"),
        ("Area A Committee", "Area B Committee"),
        ("Parish Council", "Fernley Parish Council"),
        ("Fernley Parish Council", "Fernley Parish Meeting"),
        ("Joint Policing Committee", "West Joint Policing Committee"),
        ("Housing Committee", "Housing Sub-Committee"),
    ],
)
def test_another_body_is_no_slip(often: str, seldom: str) -> None:
    assert canonical_names({often: 100, seldom: 1}) == {}
    assert canonical_names({"Milton Parish Council": 4, "Melton Parish Council": 3}) == {}


def test_the_title_decides_where_a_line_above_the_minutes_names_another_body() -> None:
    opening = [
        "Minutes of the March meeting of Millbridge Parish Council",
        "Minutes of the meeting of Quayside Parish Council held on 3rd May 2011",
    ]
    assert find_body(opening, "Quayside Parish Council Minutes") == "Quayside Parish Council"
