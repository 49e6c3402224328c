"""Follow-up questions are completed from the conversation."""

from datetime import date

import pytest

from assistant.answer_model import Turn
from assistant.conversation import resolve, standalone
from assistant.question import BodyNames

BODIES = BodyNames(["Farlow Parish Council", "Ottermere Parish Council", "Cabinet"], {})
AS_OF = date(2025, 3, 10)
BEFORE = Turn("What did Farlow do about the willow in September 2023?", "Plant another. [1]")


@pytest.mark.parametrize(
    "question", ["And who seconded it?", "why?", "How much did that cost?", "who was against?"]
)
def test_a_question_that_leans_on_the_last_one_takes_its_subject_over(question: str) -> None:
    whole = standalone(question, [BEFORE], BODIES, AS_OF)
    assert whole.startswith(question) and "willow" in whole and "September 2023" in whole
    assert "[1]" not in whole


def test_a_new_period_takes_the_place_of_the_old_one() -> None:
    whole = standalone("And what about March 2024?", [BEFORE], BODIES, AS_OF)
    assert "September 2023" not in whole and "willow" in whole


def test_a_new_body_takes_the_place_of_the_old_one() -> None:
    whole = standalone("And what about Ottermere?", [BEFORE], BODIES, AS_OF)
    assert "Farlow" not in whole and "willow" in whole


@pytest.mark.parametrize(
    "question",
    [
        "Who was appointed to the Ottermere burial board in May 2024?",
        "What is the weight of the moon?",
    ],
)
def test_a_change_of_topic_takes_nothing_over(question: str) -> None:
    assert standalone(question, [BEFORE], BODIES, AS_OF) == question


def test_without_a_conversation_the_question_stays_as_it_is() -> None:
    assert standalone("why?", [], BODIES, AS_OF) == "why?"


def test_a_chain_of_follow_ups_keeps_the_subject() -> None:
    chain = [BEFORE, Turn("And who seconded it?", "Mrs Wick. [1]")]
    assert "willow" in standalone("why?", chain, BODIES, AS_OF)


@pytest.mark.parametrize(
    "question", ["no, I meant Ottermere", "Sorry, Ottermere.", "and Ottermere?"]
)
def test_the_earlier_question_is_asked_again_of_another_body(question: str) -> None:
    resolved = resolve(question, [BEFORE], BODIES, AS_OF)
    assert resolved.text == (
        "What did Ottermere Parish Council do about the willow in September 2023?"
    )
    assert resolved.focus == BEFORE.question


@pytest.mark.parametrize("question", ["What about March?", "no, in March", "and in March?"])
def test_the_earlier_question_is_asked_again_of_another_month_of_that_year(question: str) -> None:
    whole = standalone(question, [BEFORE], BODIES, AS_OF)
    assert whole.startswith("What did Farlow do about the willow in March 2024")


def test_what_is_carried_over_stands_in_brackets_and_can_be_read() -> None:
    turn = Turn(BEFORE.question, BEFORE.answer, "item 7, Trees, Farlow Parish Council")
    assert standalone("And who seconded it?", [turn], BODIES, AS_OF) == (
        "And who seconded it? [Farlow willow September 2023; Plant another; "
        "item 7, Trees, Farlow Parish Council]"
    )


def test_a_correction_after_a_follow_up_keeps_the_question_that_it_corrects() -> None:
    chain = [BEFORE, Turn("And who seconded it?", "Mrs Wick. [1]")]
    resolved = resolve("no, I meant Ottermere", chain, BODIES, AS_OF)
    assert resolved.focus == "And who seconded it?"
    assert "Ottermere" in resolved.text and "Farlow" not in resolved.text
