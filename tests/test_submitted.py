"""The motions and questions of one member, listed and counted."""

from datetime import date

import pytest
from parish import write_minutes

from assistant.assistant import Assistant
from assistant.submitted import NOTE
from ingest.pipeline import ingest

AS_OF = date(2020, 1, 1)
MOVED = "On the proposal of Cllr P Lund, seconded by Cllr S Merrow, it was agreed to buy {}."


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("submitted")
    march = [
        ("Notice of Motion submitted by Councillor A. Barr",
         "I will move at the next meeting that the slipway be lit at night.\n\nREPLY: It will be."),
        ("Notice of Motion submitted by Councillors P. Lund and A. Barr (referred by the Board)",
         "We will move at the next meeting that the ferry be free on Sundays.\n\nREPLY: No."),
        ("Question submitted by Councillor A. Barr",
         "I will ask at the next meeting who mows the green.\n\nREPLY: The Clerk."),
        ("Notice of Motion submitted by Councillor M. Barr",
         "I will move at the next meeting that the crane be sold.\n\nREPLY: It is let."),
    ]  # fmt: skip
    june = [
        ("Notice of Motion submitted by Councillor A. Barr",
         "I will move at the next meeting that the quay be swept.\n\nREPLY: It is."),
        ("Bench", MOVED.format("a bench")),
    ]  # fmt: skip
    write_minutes(folder / "minutes", "march.txt", items=march)
    write_minutes(folder / "minutes", "june.txt", day="3 June 2019", items=june)
    ingest([folder / "minutes"], folder / "index")
    return Assistant(folder / "index")


@pytest.mark.parametrize(
    ("question", "begins", "items"),
    [
        ("List all motions submitted by Councillor A. Barr", "3 motions of Councillor A. Barr were",
         [("2019-06-03", "1"), ("2019-03-04", "1"), ("2019-03-04", "2")]),
        ("How many motions did Cllr Barr put down in March 2019?", "3 motions of Cllr Barr were",
         [("2019-03-04", "1"), ("2019-03-04", "2"), ("2019-03-04", "4")]),
        ("Which motions did Cllr Barr submit about the ferry?", "1 motion of Cllr Barr was",
         [("2019-03-04", "2")]),
        ("What questions were asked by Cllr Barr?", "1 question of Cllr Barr was",
         [("2019-03-04", "3")]),
        ("What motions did Cllr Lund move?", "2 motions of Cllr Lund were",
         [("2019-06-03", "2"), ("2019-03-04", "2")]),
        ("Which motions did Cllr Merrow second?", "1 motion of Cllr Merrow was",
         [("2019-06-03", "2")]),
    ],
)  # fmt: skip
def test_the_motions_and_questions_of_a_member_are_listed(
    assistant: Assistant, question: str, begins: str, items: list[tuple[str, str]]
) -> None:
    answer = assistant.ask(question, as_of=AS_OF)
    assert answer.answered and answer.answer.startswith(begins) and NOTE in answer.warnings
    assert [(citation.date, citation.item) for citation in answer.citations] == items
    for citation in answer.citations:
        (passage,) = assistant.corpus.index.passages([citation.passage_id])
        assert citation.quote in " ".join(passage.text.split())


@pytest.mark.parametrize(
    "question",
    [
        "What did Cllr Barr ask about the green?",  # not for a list
        "Which motions were submitted about the ferry?",  # of nobody in particular
        "List all motions submitted by Cllr Quill",  # who submitted none
        "Which motions did Cllr Barr submit about the aqueduct?",  # of none that has the word
    ],
)
def test_other_questions_are_answered_as_ever(assistant: Assistant, question: str) -> None:
    assert NOTE not in assistant.ask(question, as_of=AS_OF).warnings
