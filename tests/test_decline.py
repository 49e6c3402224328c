"""When nothing is answered, and what is said then; why an answer is given."""

from datetime import date
from pathlib import Path

import pytest

from assistant.answer_model import Turn
from assistant.assistant import Assistant
from assistant.cues import COUNT, NO_COUNT
from assistant.decided import NOTE
from ingest.pipeline import ingest

AS_OF = date(2025, 6, 1)


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    return Assistant(sample_index)


def test_a_detail_that_the_item_does_not_record_is_named_with_the_item(
    assistant: Assistant,
) -> None:
    answer = assistant.ask(
        "Who seconded the school crossing patrols resolution in January 2025?", as_of=AS_OF
    )
    assert (answer.answered, answer.decline_reason) == (False, "not_recorded")
    assert "who seconded it" in answer.answer and "item 25/004" in answer.answer
    assert answer.citations == () and answer.retrieved


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("How many oaks on the green are to be looked at?", "the number"),
        ("What time will the surveyor look at the oaks on the green?", "the time of day"),
        ("For how long is the surveyor to look at the oaks on the green?", "for how long"),
        ("How many weeks did the well stay dry?", ""),
        ("How much water was left in the well?", ""),
        ("Which member voted against new swings for the green?", "who was against it"),
        ("Why were the new swings turned down?", "that it was refused or given up"),
        ("Who objected to the signpost?", ""),
        ("Why was the bench by the church turned down?", ""),
    ],
)
def test_a_detail_of_fixed_form_that_is_asked_for_must_be_recorded(
    tmp_path: Path, question: str, lacking: str
) -> None:
    minutes = tmp_path / "minutes"
    minutes.mkdir()
    (minutes / "may.txt").write_text(
        "Wickham Parish Council\n\nMinutes of the meeting held on 6 May 2024\n\n"
        "1. Trees\n\nA surveyor will look at the oaks on the green.\n\n"
        "2. Well\n\nThe well stayed dry for six weeks; a foot of water is left.\n\n"
        "3. Swings\n\nIt was agreed to buy new swings for the small green.\n\n"
        "4. Signpost\n\nThe signpost was approved; Cllr Amory objected to it.\n\n"
        "5. Bench\n\nThe bench by the church was not agreed to, for want of room.\n"
    )
    ingest([minutes], tmp_path / "index")
    answer = Assistant(tmp_path / "index").ask(question, as_of=AS_OF)
    assert (f"do not record {lacking}" in answer.answer) == bool(lacking)
    assert answer.answered == (not lacking)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("There were 23 families on the list.", True),
        ("All members joined the group.", True),
        ("The 12 of them paid £40 on 3 May 2024 at 7.30 p.m.", True),
        ("They paid £40 on 3 May 2024 at 7.30 p.m., see item 12 and ED15073.", False),
        ("No objections were raised.", False),
    ],
)
def test_sums_days_times_and_references_are_no_numbers_of_things(said: str, counts: bool) -> None:
    assert bool(COUNT.search(NO_COUNT.sub(" ", said))) == counts


def test_a_detail_that_is_recorded_is_given(assistant: Assistant) -> None:
    answer = assistant.ask(
        "Who seconded the supplementary estimate for the Market Place order in December 2023?",
        as_of=AS_OF,
    )
    assert answer.answered and "Sandiford" in answer.answer


def test_another_year_than_any_item_is_told_with_what_the_index_holds(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("What did Cabinet say about the Ferry Inn in 2019?", as_of=AS_OF)
    assert answer.decline_reason == "outside_period"
    assert "no minutes of 2019" in answer.answer and "Cabinet from" in answer.answer


def test_all_decisions_on_a_matter_are_counted_and_the_newest_quoted(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("List all decisions about the Market Place since 2024", as_of=AS_OF)
    assert answer.answered and NOTE in answer.warnings
    days = [citation.date or "" for citation in answer.citations]
    assert 1 < len(days) <= 5 and days == sorted(days, reverse=True) and min(days) >= "2024"
    for citation in answer.citations:
        (passage,) = assistant.corpus.index.passages([citation.passage_id])
        assert citation.quote in " ".join(passage.text.split())
    few = assistant.ask("How many decisions were there on the space elevator?", as_of=AS_OF)
    assert NOTE not in few.warnings


def test_it_is_explained_why_this_passage_and_why_this_confidence(assistant: Assistant) -> None:
    answer = assistant.ask(
        "What did the Planning Committee decide about the Ferry Inn lodges in March 2024?",
        as_of=AS_OF,
    )
    why = "\n".join(answer.explanation)
    for said in (
        "answer taken from item",
        "the passage says",
        "for it: it is of the body that is meant",
        "in 10 answers like this are right",
    ):
        assert said in why


@pytest.mark.parametrize(
    "question", ["What was agreed?", "How much did it cost?", "Who was present?"]
)
def test_a_question_that_names_no_matter_meeting_or_body_is_asked_to(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question, as_of=AS_OF)
    assert (answer.answered, answer.decline_reason) == (False, "ambiguous")
    assert "Name the matter" in answer.answer and answer.citations == ()


@pytest.mark.parametrize(
    "question",
    ["What was agreed about the ferry?", "What did the Cabinet agree?", "What was agreed in 2024?"],
)
def test_a_question_that_names_one_of_them_fits_not_all(
    assistant: Assistant, question: str
) -> None:
    assert assistant.ask(question, as_of=AS_OF).decline_reason != "ambiguous"


def test_a_body_that_is_chosen_or_a_sole_meeting_says_which_is_meant(
    assistant: Assistant, tmp_path: Path
) -> None:
    chosen = assistant.ask("What was agreed?", body="Cabinet", as_of=AS_OF)
    assert chosen.decline_reason != "ambiguous"
    minutes = tmp_path / "minutes"
    minutes.mkdir()
    (minutes / "may.txt").write_text(
        "Wickham Parish Council\n\nMinutes of the meeting held on 6 May 2024\n\n"
        "1. Trees\n\nIt was agreed that the oaks on the green be pruned.\n"
    )
    ingest([minutes], tmp_path / "index")
    sole = Assistant(tmp_path / "index").ask("What was agreed?", as_of=AS_OF)
    assert sole.decline_reason != "ambiguous"


def test_a_question_that_goes_on_from_another_means_its_matter(assistant: Assistant) -> None:
    first = assistant.ask("What was agreed about the ferry?", as_of=AS_OF)
    then = assistant.ask("Who seconded it?", history=[Turn(first.question)], as_of=AS_OF)
    assert then.decline_reason != "ambiguous"
