"""What a question asks for."""

from datetime import date

import pytest

from assistant.question import BodyNames, asks_of, item_numbers, kinds_of, references, understand

BODIES = BodyNames(
    [
        "Municipal District of Farlow-Brindle",
        "Metropolitan District of Quern",
        "Quern City Council",
        "Joint Parking Committee",
    ],
    {"Joint Parking Committee": ("JPC",), "Metropolitan District of Quern": ("Metro",)},
)
AS_OF = date(2025, 3, 10)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How much was the precept?", "amount"),
        ("how many signed the petition", "count"),
        ("Who chaired the meeting?", "attendance"),
        ("Who was elected mayor?", "person"),
        ("When will the works start?", "date"),
        ("Why was it refused?", "reason"),
        ("How did the vote go?", "vote"),
        ("What was decided about the bins?", "decision"),
        ("Where will the bench go?", "place"),
        ("lantern parade", "fact"),
    ],
)
def test_the_kind_of_answer_is_read(text: str, kind: str) -> None:
    assert kind in kinds_of(text)


def test_what_minutes_record_in_a_fixed_form_is_noticed() -> None:
    assert asks_of("Who proposed it and who seconded it?") == {"proposer", "seconder"}
    assert "vote" in asks_of("How many voted against?")
    assert asks_of("Is the second phase funded?") == frozenset()


@pytest.mark.parametrize("text", ["what did farlow-brindle agree", "Farlow Brindle roads"])
def test_a_body_is_known_by_its_telling_words(text: str) -> None:
    query = understand(text, BODIES, AS_OF)
    assert query.bodies[0][0] == "Municipal District of Farlow-Brindle"


def test_a_body_is_known_by_its_abbreviation() -> None:
    assert understand("last JPC meeting", BODIES, AS_OF).bodies[0][0] == "Joint Parking Committee"


def test_a_word_that_every_body_shares_names_none() -> None:
    alike = BodyNames(["Farlow Council", "Quern Council"], {})
    assert understand("what did the council say", alike, AS_OF).bodies == ()


def test_a_word_means_the_body_in_whose_minutes_it_mostly_stands() -> None:
    sizes = {"Housing Committee": 10, "Farlow Parish Council": 45, "Quern Parish Council": 45}
    frequency = {"hous": 60, "farlow": 50, "quern": 46}.get
    names = BodyNames(sizes, {}, sizes, lambda word: frequency(word, 100) or 100)
    assert (
        understand("who mends the Farlow bus stop?", names, AS_OF).bodies[0][0].startswith("Farl")
    )
    assert understand("how many housing grants?", names, AS_OF).bodies == ()
    assert understand("the housing committee", names, AS_OF).bodies[0] == ("Housing Committee", 1.0)


def test_a_committee_is_known_by_a_word_of_its_topic_and_the_short_form_that_all_share() -> None:
    panels = ["Culture and Sport Strategic Policy Committee", "Roads Strategic Policy Committee"]
    names = BodyNames(panels, dict.fromkeys(panels, ("SPC",)))
    assert understand("did the sport SPC agree?", names, AS_OF).bodies == ((panels[0], 1.0),)


def test_the_policing_committee_is_not_one_of_its_branches() -> None:
    whole = "Joint Policing Committee"
    branches = [f"{place} Joint Policing Sub-Committee" for place in ("Farlow", "Quern")]
    names = BodyNames([whole, *branches], {})
    asked = "what did the policing committee hear?"
    assert understand(asked, names, AS_OF).bodies == ((whole, 1.0),)
    asked = "what did the policing sub-committee hear?"
    assert {name for name, _ in understand(asked, names, AS_OF).bodies} == set(branches)


def test_a_word_before_meeting_or_members_tells_the_body_without_a_capital() -> None:
    sizes = {"Metropolitan District of Quern": 30, "Farlow Council": 70}
    names = BodyNames(sizes, {}, sizes, lambda word: 32)
    asked = "What did the {} say of Mill Lane?"
    meant = understand(asked.format("metropolitan members"), names, AS_OF).bodies
    assert meant[0][0] == "Metropolitan District of Quern"
    assert understand(asked.format("metropolitan police"), names, AS_OF).bodies == ()


def test_the_council_alone_names_no_body_and_the_full_council_the_largest() -> None:
    sizes = {"Quern Council": 80, "Farlow Committee": 20}
    names = BodyNames(sizes, {}, sizes, lambda word: 100)
    assert understand("what did the council decide?", names, AS_OF).bodies == ()
    assert (
        understand("how did the full council vote?", names, AS_OF).bodies[0][0] == "Quern Council"
    )


def test_the_last_meetings_are_those_of_the_body_up_to_the_day() -> None:
    days = [("Quern City Council", date(2025, month, 1)) for month in range(1, 6)]
    days += [("Joint Parking Committee", date(2025, 3, 5))]
    names = BodyNames(["Quern City Council", "Joint Parking Committee"], {}, days=days)
    (period,) = understand("the last two Quern meetings", names, AS_OF).periods
    assert (period.start, period.end) == (date(2025, 2, 1), date(2025, 3, 1))


def test_numbers_and_references_are_found() -> None:
    assert item_numbers("item 13 and minute no. 71/19, agenda item 5(a)") == ("13", "71/19", "5(a)")
    assert item_numbers("minutes in 2011; item BM 71/19") == ("BM 71/19",)
    assert references("the 2015/16 accounts") == ()
    assert references("report ED15073 on 23/01234/FUL") == ("ED15073", "23/01234/FUL")


def test_names_are_words_with_a_capital_but_not_the_first_word_of_a_question() -> None:
    query = understand("What did Councillor Ashdown say of Mill Lane?", BODIES, AS_OF)
    assert {"ashdown", "mill", "lane"} <= query.names
    assert "what" not in query.names
