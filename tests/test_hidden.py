"""Question sets that hold no text of the minutes that they ask about."""

import json
from pathlib import Path

import pytest

from eval.hidden import QUESTIONS, main
from eval.questions import load_questions
from ingest.errors import WrongUse

MINUTES = """Minutes of the meeting of Quayside Parish Council held on Tuesday 3rd May 2011

Present: A Barr, C O’Dowd

1. Minutes

The minutes of the meeting of 5th April were approved.

2. Towpath

The Clerk had obtained a price of £420 for the lamps. It was proposed by Mr C O’Dowd that they be
bought, and agreed.
"""
ASKED = {
    "id": "w-1",
    "type": "amount",
    "question": "What were the lamps that {{C O’Dowd}} wanted to cost?",
    "answers": [["£420"], ["{{O’Dowd}}"]],
    "source": "2011/may.txt",
    "quote": "The Clerk had obtained a price of £420 for the lamps.",
}
TWIN = {
    "id": "w-1a",
    "type": "unanswerable",
    "question": "Who was to put up the lamps that {{C O’Dowd}} wanted?",
    "source": "2011/may.txt",
    "note": "twin of w-1: detail",
}


@pytest.fixture
def minutes(tmp_path: Path) -> Path:
    (tmp_path / "minutes" / "2011").mkdir(parents=True)
    (tmp_path / "minutes" / "2011" / "may.txt").write_text(MINUTES)
    return tmp_path / "minutes"


def hidden(minutes: Path, *entries: dict[str, object]) -> Path:
    plain, out = minutes.parent / "plain.jsonl", minutes.parent / "hidden.jsonl"
    plain.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    main(["hide", str(plain), str(minutes), "--out", str(out)])
    return out


def test_what_is_kept_holds_neither_quotes_nor_names(minutes: Path) -> None:
    kept = hidden(minutes, ASKED, TWIN).read_text()
    assert "Dowd" not in kept and "obtained" not in kept and "price" not in kept
    assert len(kept.splitlines()) == 2


def test_the_minutes_give_the_questions_back(minutes: Path) -> None:
    out = minutes.parent / "shown.jsonl"
    main(["show", str(hidden(minutes, ASKED, TWIN)), str(minutes), "--out", str(out)])
    asked, twin = load_questions(out)
    assert asked.question == "What were the lamps that C O’Dowd wanted to cost?"
    assert asked.answers == (("£420",), ("O’Dowd",))
    [evidence] = asked.evidence
    assert evidence.quote == "The Clerk had obtained a price of £420 for the lamps."
    assert (evidence.source, evidence.item, evidence.title) == ("2011/may.txt", "2", "Towpath")
    assert (twin.answerable, twin.twin_of) == (False, "w-1")


def test_a_question_goes_with_the_words_that_answer_it_and_its_twin_with_it(
    minutes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, out = hidden(minutes, ASKED, TWIN), minutes.parent / "shown.jsonl"
    source = minutes / "2011" / "may.txt"
    source.write_text(source.read_text().replace("£420", "£425"))
    main(["show", str(kept), str(minutes), "--out", str(out)])
    assert out.read_text() == ""
    assert "1 of 2 questions" in capsys.readouterr().err


def test_a_name_that_no_source_has_is_not_hidden_but_left_out(minutes: Path) -> None:
    wrong = {**TWIN, "question": "Who was {{D Nobody}}?"}
    assert len(hidden(minutes, ASKED, wrong).read_text().splitlines()) == 1


def test_minutes_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no folder"):
        main(["show", "x.jsonl", str(tmp_path / "none"), "--out", str(tmp_path / "o.jsonl")])


@pytest.mark.parametrize("path", sorted(QUESTIONS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_kept_sets_hold_references_alone(path: Path) -> None:
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    ids = {entry["id"] for entry in entries}
    assert len(ids) == len(entries) > 500
    for entry in entries:
        assert "{{" not in json.dumps(entry)
        if entry["type"] == "unanswerable":
            assert entry["note"].split()[2].rstrip(":") in ids
        else:
            assert entry["quote"].startswith("{") and entry["answers"]
