"""Conversations kept for each browser, what users say of answers, and what must not be kept."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant import conversations
from assistant.answer_model import Answer, Citation, Retrieved
from assistant.cli import main
from assistant.conversations import (
    CLOSED,
    FILE,
    GONE,
    Said,
    add,
    begin,
    delete,
    feedback,
    find,
    forget,
    how_made,
    new_browser,
    open_conversation,
    rename,
    say,
    turns,
)
from eval.check import check
from eval.feedback import export_feedback
from eval.questions import load_questions
from ingest.errors import MinutesError, WrongUse
from ingest.index import Index
from ingest.settings import data_folder

MADE = {"limits": {"body": "Cabinet"}, "versions": {"package": "1"}}
HERE, ELSEWHERE = new_browser(), new_browser()


@pytest.fixture
def index(sample_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path / "data"))
    with closing(Index.open(sample_index)) as opened:
        yield opened


def answer(index: Index, question: str = "What was agreed?") -> Answer:
    """An answer that quotes the first decision of the first meeting that has one."""
    item = next(item for item in index.all_items() if item.decisions)
    meeting, decision = index.meeting(item.meeting_id), item.decisions[0]
    passage = next(p for p in index.passages(index.passage_ids) if p.meeting_id == meeting.id)
    citation = Citation(
        1, decision.text, meeting.source, None, item.page, None, meeting.body, meeting.date,
        item.number, item.title, passage.id, meeting_id=meeting.id, place=item.place,
        references=item.references,
    )  # fmt: skip
    retrieved = Retrieved(
        passage.id, meeting.source, meeting.body, meeting.date, item.number, item.title,
        decision.text, 1.5, meeting_id=meeting.id, place=item.place,
    )  # fmt: skip
    return Answer(
        question, question, True, f"{decision.text} [1]", 0.75, (citation,),
        retrieved=(retrieved,), timings_ms={"total": 3},
    )  # fmt: skip


def kept(index: Index, *answers: Answer, exempt: bool = False) -> tuple[str, list[int]]:
    id = begin(index.folder, HERE, answers[0].question)
    return id, [add(index.folder, HERE, id, one, MADE, exempt=exempt) for one in answers]


def test_a_conversation_comes_back_as_it_was_and_to_its_browser_alone(index: Index) -> None:
    first, second = answer(index), answer(index, "And then?")
    id, numbers = kept(index, first, second)
    found = turns(index, HERE, id, 20)
    assert [turn.answer for turn in found] == [first, second]
    assert [turn.id for turn in found] == numbers and found[0].limits == {"body": "Cabinet"}
    assert [turn.answer for turn in turns(index, HERE, id, 1)] == [second]
    assert [one.id for one in find(index.folder, HERE)] == [id]
    assert find(index.folder, ELSEWHERE) == []
    for act in (
        lambda: turns(index, ELSEWHERE, id, 20),
        lambda: add(index.folder, ELSEWHERE, id, first, MADE),
        lambda: rename(index.folder, ELSEWHERE, id, "x"),
        lambda: delete(index.folder, ELSEWHERE, id),
        lambda: say(index.folder, ELSEWHERE, numbers[0], Said("up")),
        lambda: open_conversation(index.folder, ELSEWHERE, id),
    ):
        with pytest.raises(KeyError):
            act()
    data = data_folder(index.folder) / FILE
    assert HERE.encode() not in data.read_bytes()  # the secret itself is not kept
    if os.name == "posix":  # Windows has no such modes
        assert stat.S_IMODE(data.stat().st_mode) == 0o600


def test_a_conversation_is_named_found_by_its_words_and_deleted(index: Index) -> None:
    words = "Who asked about the zebra crossing " + "in Mill Lane " * 9
    other, _ = kept(index, answer(index, "Éire?"))
    id, _ = kept(index, answer(index, words))
    name = open_conversation(index.folder, HERE, id).name
    assert words.startswith(name.removesuffix(" …")) and name.endswith(" …")
    assert [one.id for one in find(index.folder, HERE, "ZEBRA mill")] == [id]
    assert [one.id for one in find(index.folder, HERE, "eire")] == [other]
    assert find(index.folder, HERE, "zebra unicorn") == []
    rename(index.folder, HERE, id, " For the  report ")
    rename(index.folder, HERE, id, "  ")
    assert [one.name for one in find(index.folder, HERE, "report")] == ["For the report"]
    delete(index.folder, HERE, id)
    assert [one.id for one in find(index.folder, HERE)] == [other]
    assert b"zebra" not in (data_folder(index.folder) / FILE).read_bytes()


def test_a_conversation_that_nobody_went_on_with_is_deleted_in_the_end(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(index, answer(index))
    monkeypatch.setattr(conversations, "KEPT_DAYS", -1)
    id, _ = kept(index, answer(index))
    assert [one.id for one in find(index.folder, HERE)] == [id]


def test_answers_are_withheld_once_their_minutes_are_gone_or_exempt_items_closed(
    index: Index,
) -> None:
    whole = answer(index)
    lost = replace(whole, citations=(replace(whole.citations[0], source="gone.txt"),))
    id, _ = kept(index, lost)
    (turn,) = turns(index, HERE, id, 20)
    assert turn.answer.answer == GONE and not turn.answer.retrieved
    exempt, numbers = kept(index, replace(whole, question="Exempt?"), exempt=True)
    (turn,) = turns(index, HERE, exempt, 20)
    assert turn.answer.answer == CLOSED and turn.answer.question == "Exempt?"
    assert find(index.folder, HERE, "exempt agreed") == []
    say(index.folder, HERE, numbers[0], Said("up"))
    assert feedback(index.folder) == [] and len(feedback(index.folder, exempt=True)) == 1


def test_what_is_removed_from_the_index_leaves_answers_and_feedback(index: Index) -> None:
    whole = answer(index)
    id, numbers = kept(index, whole, replace(whole, question="Again?"))
    say(index.folder, HERE, numbers[1], Said("down", "incomplete"))
    assert forget(index.folder, ["other.txt"]) == 0
    assert forget(index.folder, [whole.citations[0].source]) == 2
    assert {turn.answer.answer for turn in turns(index, HERE, id, 20)} == {GONE}
    assert feedback(index.folder) == []
    text = (data_folder(index.folder) / FILE).read_bytes().decode("utf-8", "ignore")
    assert whole.citations[0].quote[:40] not in text


def test_a_verdict_is_changed_and_withdrawn(index: Index) -> None:
    id, (first, second) = kept(index, answer(index), answer(index, "And then?"))
    say(index.folder, HERE, second, Said("up"))
    say(index.folder, HERE, second, Said("down", "wrong source", " Item 5. "))
    (found,) = feedback(index.folder)
    assert found.said == Said("down", "wrong source", "Item 5.")
    assert [turn.question for turn in found.history] == ["What was agreed?"]
    assert found.answer == answer(index, "And then?") and found.made == MADE
    assert turns(index, HERE, id, 20)[1].said == found.said
    delete(index.folder, HERE, id)
    assert len(feedback(index.folder)) == 1  # what was sent stays
    id, (first,) = kept(index, answer(index))
    say(index.folder, HERE, first, Said("up"))
    say(index.folder, HERE, first, None)
    assert len(feedback(index.folder)) == 1


def test_feedback_becomes_a_question_set_that_check_takes(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    whole = answer(index)
    quote = whole.citations[0].quote
    right = " ".join(quote.split()[:5])
    declined = replace(whole, answered=False, citations=(), question="Not held?")
    given = {
        "Praised?": (whole, Said("up")),
        "Blamed?": (whole, Said("down", "wrong answer", "no idea")),
        "Corrected?": (whole, Said("down", "wrong answer", right)),
        "Not held?": (declined, Said("up")),
        "Refuted?": (whole, Said("down", "should not have answered")),
    }
    for question, (one, said) in given.items():
        _, (number,) = kept(index, replace(one, question=question, standalone_question=question))
        say(index.folder, HERE, number, said)
    monkeypatch.setenv("MINUTES_INDEX", str(index.folder))
    assert main(["feedback", "export"]) == 0
    exported = tmp_path / "feedback.jsonl"
    exported.write_text(capsys.readouterr().out)
    entries = {entry["question"]: entry for entry in map(json.loads, exported.open())}
    assert entries["Praised?"]["evidence"][0]["quote"] == quote
    assert entries["Corrected?"]["answers"] == [[right]]
    assert entries["Blamed?"]["feedback"]["versions"] == MADE["versions"]
    assert [e["answerable"] for e in entries.values()] == [True, True, True, False, False]
    problems = [(p.id, p.kind) for p in check(exported, index.folder) if p.kind == "unfinished"]
    assert problems == [(entries["Blamed?"]["id"], "unfinished")]
    with pytest.raises(WrongUse, match='needs "answers"'):
        load_questions(exported)


def test_the_last_word_on_a_question_counts(index: Index) -> None:
    for said in (Said("up"), Said("down", "incomplete")):
        _, (number,) = kept(index, answer(index))
        say(index.folder, HERE, number, said)
    (entry,) = export_feedback(index.folder)
    assert entry["note"] == "feedback down: incomplete"


def test_an_answer_tells_how_it_was_made(index: Index) -> None:
    assistant = SimpleNamespace(corpus=SimpleNamespace(index=index), llm=None)
    made = how_made(assistant, body="Cabinet", since=None)  # type: ignore[arg-type]
    assert made["limits"] == {"body": "Cabinet"}
    assert made["versions"]["generation"] == index.generation
    assert len(made["versions"]["models"]) == 16


def test_without_feedback_nothing_is_exported_and_nothing_is_made(index: Index) -> None:
    assert export_feedback(index.folder) == [] and forget(index.folder, ["a"]) == 0
    assert not (data_folder(index.folder) / FILE).exists()


def test_a_place_where_nothing_can_be_kept_is_told(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MINUTES_DATA", str(tmp_path / "file"))
    with pytest.raises(MinutesError, match="cannot be kept"):
        begin(index.folder, HERE, "What?")
