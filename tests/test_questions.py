"""Question sets are read, checked line by line, and written back unchanged."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.questions import (
    TYPES,
    Evidence,
    Question,
    load_questions,
    parse_question,
    question_line,
    read_questions,
    save_questions,
)
from ingest.errors import WrongUse

GOOD = {
    "id": "q1",
    "type": "amount",
    "question": "What did the bench cost?",
    "history": [{"question": "Was a bench bought?", "answer": "Yes."}],
    "answerable": True,
    "answers": [["£120", "120"]],
    "evidence": [
        {"source": "a.md", "also": ["b.md"], "item": "4", "title": "Bench", "quote": "£120"}
    ],
    "note": "",
}
words = st.text(min_size=1).filter(str.strip)


def write(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8"
    )
    return path


def test_a_question_is_read_with_its_evidence_and_history(tmp_path: Path) -> None:
    (question,) = load_questions(write(tmp_path, GOOD, ""))
    assert question.answers == (("£120", "120"),)
    assert question.evidence[0].sources == ("a.md", "b.md")
    assert question.history == (("Was a bench bought?", "Yes."),)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"type": "gossip"}, 'unknown "type"'),
        ({"answerable": "yes"}, '"answerable" must be true or false'),
        ({"question": " "}, '"question" must be text'),
        ({"answers": []}, 'needs "answers"'),
        ({"answers": [[]]}, "list of alternatives"),
        ({"answers": [[" "]]}, "must be text"),
        ({"evidence": []}, 'needs "evidence"'),
        ({"evidence": [{"source": "a.md"}]}, '"quote" must be text'),
        ({"history": "none"}, '"history" must be a list'),
    ],
)
def test_a_bad_entry_is_refused_with_its_line(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(WrongUse) as refused:
        load_questions(write(tmp_path, GOOD, {**GOOD, "id": "q2", **change}))
    assert "line 2" in str(refused.value)
    assert complaint in str(refused.value)


def test_broken_json_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="line 3: not JSON"):
        load_questions(write(tmp_path, GOOD, "", "{oops"))


def test_every_line_that_cannot_be_used_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    later = {**GOOD, "id": "q3", "answers": []}
    path = write(tmp_path, GOOD, "{oops", later, GOOD, {**GOOD, "id": "q5"})
    questions, faults = read_questions(path)
    assert [question.id for question in questions] == ["q1", "q5"]
    assert [(f.line, f.id, f.unfinished) for f in faults] == [
        (2, "", False),
        (3, "q3", True),
        (4, "q1", False),
    ]


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"line 2: the id 'q1' stands in line 1 already"):
        load_questions(write(tmp_path, GOOD, GOOD))


def test_a_missing_or_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="Cannot read"):
        load_questions(tmp_path / "none.jsonl")
    with pytest.raises(WrongUse, match="holds no questions"):
        load_questions(write(tmp_path, ""))


def test_a_twin_names_its_question_only_at_the_beginning_of_the_note() -> None:
    twin = {"id": "q2", "type": "unanswerable", "question": "Who?", "answerable": False}
    assert parse_question({**twin, "note": "twin of q1: another year"}).twin_of == "q1"
    assert parse_question({**twin, "note": "not a twin of q1: other"}).twin_of is None


questions = st.builds(
    Question,
    id=words,
    type=st.sampled_from(TYPES),
    question=words,
    answerable=st.booleans(),
    answers=st.lists(st.lists(words, min_size=1).map(tuple), min_size=1).map(tuple),
    evidence=st.lists(
        st.builds(
            Evidence,
            source=words,
            quote=words,
            item=st.text(),
            title=st.text(),
            also=st.lists(words).map(tuple),
        ),
        min_size=1,
    ).map(tuple),
    history=st.lists(st.tuples(words, st.text())).map(tuple),
    note=st.text(),
)


@settings(deadline=None)
@given(st.lists(questions, min_size=1, unique_by=lambda question: question.id))
def test_a_saved_set_always_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, saved: list[Question]
) -> None:
    path = tmp_path_factory.mktemp("set") / "questions.jsonl"
    save_questions(saved, path)
    assert load_questions(path) == saved


def test_a_question_without_also_leaves_the_key_out() -> None:
    question = parse_question({**GOOD, "evidence": [{"source": "a.md", "quote": "£120"}]})
    assert "also" not in json.loads(question_line(question))["evidence"][0]
