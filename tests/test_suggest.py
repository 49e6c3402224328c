"""The questions that are offered at the start; the minutes are invented."""

from pathlib import Path

from assistant.assistant import Assistant
from assistant.suggest import opening_questions
from ingest.pipeline import ingest
from tests.parish import write_minutes

FORMAL = (
    "Adoption of Minutes",
    "It was proposed by Cllr Merrow, seconded by Cllr Lund, and RESOLVED: That the minutes of the "
    "last meeting, copies of which had been circulated, be adopted as a true record and signed.",
)
BENCHES = ("Benches at the Weir", "RESOLVED: That four benches be bought for the path.")


def test_business_is_offered_with_its_day_and_formalities_are_not(tmp_path: Path) -> None:
    write_minutes(tmp_path / "minutes", "march.txt", items=(FORMAL, BENCHES))
    again = (FORMAL, ("Benches at the Weir", "RESOLVED: That two benches be bought."))
    write_minutes(tmp_path / "minutes", "april.txt", day="1 April 2019", items=again)
    ingest([tmp_path / "minutes"], tmp_path / "index")
    questions = opening_questions(Assistant(tmp_path / "index"))
    assert [question.partition("decide")[2] for question in questions] == [
        f" about “Benches at the Weir” on {day} 2019?" for day in ("1 April", "4 March")
    ]
