"""Proposals and feedback become a question set by the hand of a person, entry by entry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.questions import load_questions
from eval.review import (
    ACCEPTED,
    OPEN,
    REJECTED,
    STATE,
    Entry,
    add_entries,
    answers_text,
    counts,
    edited,
    evidence_of,
    finished_path,
    load_entries,
    put_entry,
    read_entries,
    set_names,
)
from ingest.errors import WrongUse

QUOTE = {"source": "a.md", "item": "1", "title": "Bench", "quote": "It cost £120."}


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path / "data"))


def entry(id: str, **changes: Any) -> Entry:
    whole = {"type": "amount", "question": "How much?", "answerable": True}
    return {"id": id, **whole, "answers": [["£120", "120"]], "evidence": [QUOTE], **changes}


def test_accepted_questions_are_a_set_that_the_command_line_takes(tmp_path: Path) -> None:
    blamed = entry("q2", answers=[], evidence=[], feedback={"verdict": "down"})
    assert add_entries(tmp_path, "first", [entry("q1"), blamed, entry("q3")]) == 3
    one, two, three = load_entries(tmp_path, "first")
    put_entry(tmp_path, "first", one | {STATE: ACCEPTED})
    put_entry(tmp_path, "first", three | {STATE: REJECTED})
    entries = load_entries(tmp_path, "first")
    assert counts(entries) == {OPEN: 1, ACCEPTED: 1, REJECTED: 1}
    assert [q.id for q in load_questions(finished_path(tmp_path, "first"))] == ["q1"]
    assert entries[1]["feedback"] == two["feedback"]  # what others wrote stays
    put_entry(tmp_path, "first", one | {STATE: REJECTED})
    assert finished_path(tmp_path, "first").read_text() == ""
    assert set_names(tmp_path) == ["first"]


def test_what_is_no_whole_question_cannot_be_accepted(tmp_path: Path) -> None:
    add_entries(tmp_path, "first", [entry("q1", answers=[])])
    (one,) = load_entries(tmp_path, "first")
    with pytest.raises(WrongUse, match=r'cannot be accepted yet: .* needs "answers"'):
        put_entry(tmp_path, "first", one | {STATE: ACCEPTED})
    assert load_entries(tmp_path, "first")[0][STATE] == OPEN


def test_an_entry_is_edited_as_its_fields_say() -> None:
    before = entry("q1", evidence=[{**QUOTE, "also": ["b.md"]}], feedback="kept")
    fields = [{**QUOTE, "quote": " It cost £130. "}, {**QUOTE, "quote": ""}]
    after = edited(
        before,
        kind="fact",
        question=" What did it cost? ",
        answers="£130 | 130\n\n bench",
        evidence=fields,
        note="",
    )
    assert after["answers"] == [["£130", "130"], ["bench"]]
    assert after["evidence"] == [{**QUOTE, "quote": "It cost £130.", "also": ["b.md"]}]
    assert (after["question"], after["type"], after["feedback"]) == (
        "What did it cost?",
        "fact",
        "kept",
    )
    assert answers_text(after) == "£130 | 130\nbench"
    nothing = edited(before, kind="unanswerable", question="x", answers="", evidence=[], note="")
    assert nothing["answerable"] is False and nothing["answers"] == nothing["evidence"] == []


def test_what_is_there_already_is_not_added_again(tmp_path: Path) -> None:
    add_entries(tmp_path, "first", [entry("q1")])
    (one,) = load_entries(tmp_path, "first")
    put_entry(tmp_path, "first", one | {"question": "Reworded?"})
    assert add_entries(tmp_path, "first", [entry("q1"), entry("q2")]) == 1
    assert [e["question"] for e in load_entries(tmp_path, "first")] == ["Reworded?", "How much?"]


def test_a_twin_is_looked_up_where_its_question_is_answered() -> None:
    twin = entry("q2", answers=[], evidence=[], note="twin of q1: another year")
    assert evidence_of(twin, [entry("q1"), twin]) == [QUOTE]
    assert evidence_of(twin, [twin]) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{oops", "Line 1 is not JSON"),
        ('{"id": "q1"}', "Line 1 is no entry"),
        ('["q1"]', "Line 1 is no entry"),
        ('{"id": "a", "question": "b"}\n{"id": "a", "question": "c"}', "stands there twice"),
    ],
)
def test_a_file_that_is_no_question_set_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(WrongUse, match=complaint):
        read_entries(text)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "a" * 61, "a.b"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUse, match="letters, digits"):
        add_entries(tmp_path, name, [entry("q1")])
    assert not list(tmp_path.rglob("*.jsonl"))


def test_an_unknown_state_is_to_be_read() -> None:
    (one,) = read_entries(json.dumps(entry("q1") | {STATE: "praised"}))
    assert one[STATE] == OPEN
