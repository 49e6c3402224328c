"""Questions over the sample minutes, answered or declined, with the real model and index."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answer_model import Answer, Turn
from assistant.assistant import CUT_OFF, LONGEST_QUESTION, Assistant
from ingest.errors import IndexMissing, WrongUse

AS_OF = date(2025, 6, 1)


@pytest.fixture(scope="module")
def assistant(sample_index: Path) -> Assistant:
    return Assistant(sample_index)


@pytest.fixture(scope="module")
def answers(assistant: Assistant, root: Path) -> list[tuple[dict[str, object], Answer]]:
    """Every third question of the sample set with its answer."""
    lines = (root / "eval/sample/questions.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(line) for line in lines[::3]]
    return [
        (
            question,
            assistant.ask(
                question["question"],
                history=[Turn(**turn) for turn in question.get("history", [])],
                as_of=AS_OF,
            ),
        )
        for question in asked
    ]


def test_every_quote_stands_word_for_word_in_its_passage(
    assistant: Assistant, answers: list[tuple[dict[str, object], Answer]]
) -> None:
    given_answers = [answer for _, answer in answers if answer.answered]
    assert given_answers
    for answer in given_answers:
        for citation in answer.citations:
            (passage,) = assistant.corpus.index.passages([citation.passage_id])
            assert citation.quote in " ".join(passage.text.split())
            meeting = assistant.corpus.index.meeting(citation.meeting_id)
            assert (citation.source, citation.date) == (meeting.source, meeting.date)


def test_answers_keep_to_the_form(answers: list[tuple[dict[str, object], Answer]]) -> None:
    for _, answer in answers:
        assert answer.standalone_question
        assert len(answer.retrieved) >= 10
        assert set(answer.timings_ms) == {"understand", "retrieve", "answer", "total"}
        if not answer.answered:
            assert answer.citations == () and answer.decline_reason and answer.answer
            continue
        markers = re.findall(r"\[(\d+)\]", answer.answer)
        assert list(dict.fromkeys(markers)) == [str(c.marker) for c in answer.citations]
        assert len(answer.citations) <= 6
        assert all(len(citation.quote.split()) <= 80 for citation in answer.citations)
        words = len(re.sub(r"\[\d+\]", "", answer.answer).split())
        assert words <= 120 + 80  # a long decision may stand alone
        assert re.search(r"\[\d+\]$", answer.answer)


def test_most_answerable_questions_find_their_evidence_among_the_first_five(
    answers: list[tuple[dict[str, object], Answer]],
) -> None:
    from eval.matching import relevant
    from eval.questions import parse_question

    found = []
    for question, answer in answers:
        evidence = parse_question(question).evidence
        if evidence:
            found.append(
                any(relevant(r.text, r.source, e) for r in answer.retrieved[:5] for e in evidence)
            )
    assert sum(found) / len(found) >= 0.8  # a floor; `minutes eval` measures


def test_what_no_minutes_mention_is_declined_with_what_the_index_holds(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("What did Cabinet decide about the space elevator in 1987?", as_of=AS_OF)
    assert not answer.answered
    assert answer.decline_reason == "outside_period"
    assert "2023" in answer.answer and answer.citations == ()


@pytest.mark.parametrize("text", ["🙂🙂", "???", "the of and"])
def test_what_cannot_be_searched_for_is_no_question(assistant: Assistant, text: str) -> None:
    assert assistant.ask(text).decline_reason == "not_a_question"


@pytest.mark.parametrize("text", ["", "  \n ", "a" * (LONGEST_QUESTION + 1)])
def test_an_empty_or_endless_question_is_wrong_use(assistant: Assistant, text: str) -> None:
    with pytest.raises(WrongUse):
        assistant.ask(text)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=80))
def test_any_text_is_answered_or_refused_in_words(assistant: Assistant, text: str) -> None:
    try:
        answer = assistant.ask(text)
    except WrongUse:
        return
    assert answer.answer


def test_filters_keep_everything_else_out(assistant: Assistant) -> None:
    answer = assistant.ask("market place", body="Cabinet", since=date(2024, 1, 1))
    assert answer.retrieved
    assert {r.body for r in answer.retrieved} == {"Cabinet"}
    assert all(r.date and r.date >= "2024-01-01" for r in answer.retrieved)
    nothing = assistant.ask("market place", since=date(2031, 1, 1))
    assert nothing.retrieved == () and nothing.decline_reason == "not_found"


def test_a_follow_up_is_searched_for_with_its_subject(assistant: Assistant) -> None:
    before = Turn("What did Cabinet decide about the Market Place in October 2023?")
    answer = assistant.ask("And why?", history=[before], as_of=AS_OF)
    assert "Market Place" in answer.standalone_question


def test_a_newer_generation_is_picked_up(sample_minutes: Path, tmp_path: Path) -> None:
    from ingest.pipeline import ingest, remove

    minutes, index = tmp_path / "minutes", tmp_path / "index"
    shutil.copytree(sample_minutes / "licensing", minutes)
    ingest([minutes], index)
    open_assistant = Assistant(index)
    sources = {r.source for r in open_assistant.search("licence")}
    gone = sorted(sources)[0]
    remove([gone], index)
    assert gone not in {r.source for r in open_assistant.search("licence")}


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Assistant(tmp_path)


def test_llamaindex_gets_passages_and_answers(assistant: Assistant) -> None:
    from assistant.llama import MinutesQueryEngine, MinutesRetriever

    nodes = MinutesRetriever(assistant, k=4, body="Cabinet").retrieve("market place closure")
    assert len(nodes) == 4
    assert {node.node.metadata["body"] for node in nodes} == {"Cabinet"}
    response = MinutesQueryEngine(assistant=assistant).query("What became of the market place?")
    assert str(response)
    assert response.metadata is not None and "answered" in response.metadata


def test_the_first_case_is_answered_from_its_item(shared: Path, tmp_path: Path) -> None:
    from ingest.pipeline import ingest

    ingest([shared / "data/bromley-seed"], tmp_path / "index")
    answer = Assistant(tmp_path / "index").ask(
        "Why was it not feasible for individual schools to run the hearing impairment units"
        " separately?"
    )
    assert answer.answered
    first = answer.citations[0]
    assert (first.item, first.date) == ("13", "2014-07-02")
    assert "Children, Education and Families" in (first.body or "")
    assert "ED15073" in first.references
    assert first.truncated and CUT_OFF in answer.warnings
    assert "multiple management structures" in answer.answer
