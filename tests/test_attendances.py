"""The meetings that one member was at, or was absent from."""

from datetime import date
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.attendances import NOTE
from ingest.pipeline import ingest

AS_OF = date(2020, 1, 1)
SITTINGS = (
    ("4 March 2019", "Cllr J Oakes (Chairman), Cllr P Lund, Cllr S Merrow", ""),
    ("1 April 2019", "Cllr J Oakes (Chairman), Cllr S Merrow", "Cllr P Lund"),
    ("6 May 2019", "Cllr J Oakes (Chairman), Cllr P Lund", "Cllr S Merrow"),
    ("2 September 2019", "Cllr S Merrow, Cllr J Oakes (Chairman)", "Cllr P Lund"),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder: Path = tmp_path_factory.mktemp("attendances")
    (folder / "minutes").mkdir()
    for number, (day, present, away) in enumerate(SITTINGS):
        apologies = f"Apologies: {away}\n\n" if away else ""
        text = (
            f"Thornby Parish Council\n\nMinutes of the meeting held on {day}\n\n"
            f"Present: {present}\n\n{apologies}1. Trees\n\nThe oak at the pond was looked at, and "
            "no work was needed.\n"
        )
        (folder / "minutes" / f"{number}.txt").write_text(text)
        if number == 1:  # the same sitting in another format
            (folder / "minutes" / f"{number}.md").write_text(text)
    ingest([folder / "minutes"], folder / "index")
    return Assistant(folder / "index")


@pytest.mark.parametrize(
    ("question", "begins", "days"),
    [
        ("Which meetings did Cllr Lund miss in 2019?",
         "Cllr Lund sent apologies for 2 of the 4 meetings", ["2019-09-02", "2019-04-01"]),
        ("How often was Cllr Merrow absent?",
         "Cllr Merrow sent apologies for 1 of the 4 meetings", ["2019-05-06"]),
        ("How many meetings did Cllr Lund attend since May 2019?",
         "Cllr Lund was at 1 of the 2 meetings", ["2019-05-06"]),
        ("List all meetings at which Cllr J Oakes was present",
         "Cllr J Oakes was at 4 of the 4 meetings",
         ["2019-09-02", "2019-05-06", "2019-04-01", "2019-03-04"]),
    ],
)  # fmt: skip
def test_the_meetings_that_a_member_was_at_or_missed_are_counted(
    assistant: Assistant, question: str, begins: str, days: list[str]
) -> None:
    answer = assistant.ask(question, as_of=AS_OF)
    assert answer.answered and answer.answer.startswith(begins) and NOTE in answer.warnings
    assert [citation.date for citation in answer.citations] == days
    surname = begins.split(" sent")[0].split(" was")[0].split()[-1]
    assert all(surname in citation.quote for citation in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "Which meetings talked of the oak?",
        "Which meetings did Cllr Quill miss?",
        "Was Cllr Lund at the meeting in April 2019?",
        "How often did Cllr Lund attend training?",
    ],
)
def test_other_questions_are_answered_as_ever(assistant: Assistant, question: str) -> None:
    assert NOTE not in assistant.ask(question, as_of=AS_OF).warnings
