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


def test_numbers_and_references_are_found() -> None:
    assert item_numbers("item 13 and minute no. 71/19, agenda item 5(a)") == ("13", "71/19", "5(a)")
    assert references("report ED15073 on 23/01234/FUL") == ("ED15073", "23/01234/FUL")


def test_names_are_words_with_a_capital_but_not_the_first_word_of_a_question() -> None:
    query = understand("What did Councillor Ashdown say of Mill Lane?", BODIES, AS_OF)
    assert {"ashdown", "mill", "lane"} <= query.names
    assert "what" not in query.names
