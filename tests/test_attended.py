"""Who was at a meeting, told from its attendance; over the sample minutes."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer_model import Answer
from assistant.assistant import FROM_ATTENDANCE, Assistant

AS_OF = date(2025, 6, 1)


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    return Assistant(sample_index)


def composed(assistant: Assistant, question: str) -> Answer:
    """The answer, of which every quote stands in its passage."""
    answer = assistant.ask(question, as_of=AS_OF)
    for citation in answer.citations:
        (passage,) = assistant.corpus.index.passages([citation.passage_id])
        assert citation.quote in " ".join(passage.text.split())
    return answer


@pytest.mark.parametrize(
    ("question", "said", "source"),
    [
        ("who was missing from the JPC in march 2025", "Tom Ashdown and Ursula Finn", "joint-park"),
        ("Who chaired Planning in June 2023?", "Peter Haslock was in the chair [1].", "planning"),
        ("How many councillors were present at planning in June 2023?", "9 were present", "plan"),
        ("Was Councillor Ashdown at the JPC in March 2025?", "Tom Ashdown sent apologies", "joint"),
        ("Did Cllr Yelland attend planning on 29 June 2023?", "Martin Yelland was pre", "planning"),
        ("Who sent apologies to Council on 6 December 2023?", "Ashdown and Trask", "council/2023"),
        ("Which members were excused from the JPC in March 2025?", "Tom Ashdown and Ur", "joint"),
    ],
)
def test_attendance_is_composed_from_what_was_read(
    assistant: Assistant, question: str, said: str, source: str
) -> None:
    answer = composed(assistant, question)
    assert answer.answered and said in answer.answer
    assert FROM_ATTENDANCE in answer.explanation
    assert all(citation.source.startswith(source) for citation in answer.citations)
    assert answer.retrieved[0].passage_id == answer.citations[0].passage_id


def test_of_whom_the_minutes_do_not_tell_it_is_not_said_that_they_were_away(
    assistant: Assistant,
) -> None:
    answer = composed(assistant, "Did Councillor Zebedee attend planning on 29 June 2023?")
    assert (answer.answered, answer.decline_reason) == (False, "not_recorded")
    assert "do not record whether Councillor Zebedee was there" in answer.answer
    # Who asked a question was there, though no list of those present names him.
    spoke = composed(assistant, "Did Councillor Nuttall attend the Council on 12 July 2023?")
    assert "do not record whether" not in spoke.answer


@pytest.mark.parametrize(
    "question",
    [
        "Which member turned up late to planning in September 2023?",
        "Why was the head absent from the board in March 2024?",
        "Who attended the site visit of the planning committee in June 2023?",
        "Who sent apologies in June?",
        "Who chaired the jury of the schools competition in June 2023?",
        "Who was in the chair of the bowls club when it came before planning on 29 June 2023?",
    ],
)
def test_what_is_not_attendance_of_one_meeting_is_answered_from_the_text(
    assistant: Assistant, question: str
) -> None:
    assert FROM_ATTENDANCE not in assistant.ask(question, as_of=AS_OF).explanation
