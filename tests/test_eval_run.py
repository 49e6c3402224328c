"""A question set is run over a real index; runs are kept, resumed and compared."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import main
from assistant.wording import spoken_date
from eval.check import check
from eval.draft import draft
from eval.matching import holds
from eval.metrics import METRICS
from eval.questions import Question, load_questions, parse_question, save_questions
from eval.run import EvalResult, Step, ask_all, evaluate, load_run
from eval.sources import source_texts
from eval.systems import PARTS, SYSTEMS, Ask, fuse, ours
from ingest.errors import WrongUse
from ingest.index import Index
from ingest.pipeline import ingest

MINUTES = """**Parks Committee**

Minutes of the meeting of the Parks Committee held on Tuesday 5 March 2024

Present: Councillors A Marsh (Chair), B Pike and C Rowe

Apologies: Councillor D Finch

1. Bandstand roof

The lead on the bandstand roof was stolen in January. Proposed by Councillor B Pike, seconded by
Councillor C Rowe and RESOLVED: That the roof be repaired in zinc at a cost of £4,250.

2. Dog bins

A resident asked for two more bins by the river gate. It was agreed to defer the matter until
14 May 2024.
"""
ZINC = "That the roof be repaired in zinc at a cost of £4,250."
SOURCE = "parks.md"
SAMPLE_QUESTIONS = Path(__file__).parent.parent / "eval" / "sample" / "questions.jsonl"
TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("council")
    (folder / "minutes").mkdir()
    (folder / "minutes" / SOURCE).write_text(MINUTES, encoding="utf-8")
    ingest([folder / "minutes"], folder / "index")
    return folder / "index"


def entry(id: str = "q1", **changes: Any) -> dict[str, Any]:
    evidence = {"source": SOURCE, "item": "1", "title": "Bandstand roof", "quote": ZINC}
    return {
        "id": id,
        "type": "amount",
        "question": "How much will the bandstand roof cost?",
        "answerable": True,
        "answers": [["£4,250"]],
        "evidence": [evidence],
    } | changes


def nowhere(id: str, note: str = "") -> dict[str, Any]:
    return {
        "id": id,
        "type": "unanswerable",
        "question": "How much will the ferry cost?",
        "answerable": False,
        "note": note,
    }


def write(path: Path, *entries: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in entries), encoding="utf-8")
    return path


def answer(id: str, answered: bool = True) -> dict[str, Any]:
    citation = {"marker": 1, "quote": ZINC, "source": SOURCE, "item": "1", "body": "Parks"}
    return {
        "id": id,
        "answered": answered,
        "answer": "The roof costs £4,250. [1]" if answered else "The minutes do not say.",
        "confidence": 0.9,
        "citations": [citation] if answered else [],
        "retrieved": [{"source": SOURCE, "text": ZINC}],
        "timings_ms": {"total": 5},
    }


def kinds(tmp_path: Path, index: Path, *entries: dict[str, Any]) -> list[tuple[str, str]]:
    found = check(write(tmp_path / "set.jsonl", *entries), index)
    return [(problem.id, problem.kind) for problem in found]


# Runs


def test_answers_of_a_batch_are_scored_against_the_sources_themselves(
    tmp_path: Path, index: Path
) -> None:
    questions = write(tmp_path / "q.jsonl", entry(), nowhere("q2", "twin of q1: other thing"))
    answers = write(tmp_path / "a.jsonl", answer("q1"), answer("q2", answered=False))
    run = evaluate(questions, index, answers=answers, out=tmp_path / "run.json")
    assert run.metrics["trust"] == run.metrics["twins"] == run.metrics["verbatim"] == 1
    assert run.exit_status == 0
    metrics = json.loads((tmp_path / "run.json").read_text("utf-8"))["metrics"]
    assert list(metrics) == list(METRICS)


def test_a_kept_run_reads_back_with_the_same_figures(tmp_path: Path, index: Path) -> None:
    questions = write(tmp_path / "q.jsonl", entry(), nowhere("q2"))
    answers = write(tmp_path / "a.jsonl", answer("q1", answered=False), answer("q2"))
    run = evaluate(questions, index, answers=answers, out=tmp_path / "run.json")
    again = load_run(tmp_path / "run.json")
    assert again.scored == run.scored
    assert again.cases == run.cases
    assert again.about == json.loads(json.dumps(run.about))


def test_a_significant_loss_against_the_baseline_gives_status_1(
    tmp_path: Path, index: Path
) -> None:
    ids = [f"q{number}" for number in range(8)]
    questions = write(tmp_path / "q.jsonl", *(entry(id) for id in ids))
    good = write(tmp_path / "good.jsonl", *(answer(id) for id in ids))
    bad = write(tmp_path / "bad.jsonl", *(answer(id, answered=False) for id in ids))
    base = tmp_path / "base.json"
    evaluate(questions, index, answers=good, out=base)
    run = evaluate(
        questions,
        index,
        answers=bad,
        out=tmp_path / "run.json",
        baseline=base,
        gates=["trust:-0.02"],
    )
    assert run.exit_status == 1
    assert "GATE CLOSED: trust" in run.text_table()
    same = evaluate(
        questions,
        index,
        answers=good,
        out=tmp_path / "run.json",
        baseline=base,
        gates=["trust:-0.02"],
    )
    assert same.exit_status == 0


def test_wrong_use_is_refused_before_anything_is_asked(tmp_path: Path, index: Path) -> None:
    questions = write(tmp_path / "q.jsonl", entry())
    with pytest.raises(WrongUse, match="--baseline"):
        evaluate(questions, index, gates=["trust:-0.02"])
    with pytest.raises(WrongUse, match="is not a run"):
        evaluate(questions, index, baseline=questions)
    with pytest.raises(WrongUse, match="Cannot read the answers"):
        evaluate(questions, index, answers=tmp_path / "none.jsonl")
    with pytest.raises(WrongUse, match="line 1: not an answer"):
        evaluate(questions, index, answers=questions)


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    questions = [parse_question(entry(f"q{number}")) for number in range(4)]
    partial = tmp_path / "partial.jsonl"
    asked: list[str] = []
    steps: list[Step] = []

    def ask(question: Question) -> dict[str, Any]:
        asked.append(question.id)
        if asked.count("q2") == 1:
            raise KeyboardInterrupt
        return {"answered": False, "answer": question.id}

    with pytest.raises(KeyboardInterrupt):
        ask_all(questions, ask, partial, "ours", steps.append)
    with partial.open("a", encoding="utf-8") as kept:
        kept.write('{"id": "q3", "answ')  # killed in mid-line
    asked[:] = ["q2"]
    answers, _ = ask_all(questions, ask, partial, "ours", steps.append)
    assert [one["id"] for one in answers] == [one["answer"] for one in answers]
    assert asked == ["q2", "q2", "q2", "q3"]  # once more to warm up
    assert [step.done for step in steps] == [1, 2, 3, 4]
    assert not partial.exists()


def without_times(run: EvalResult) -> tuple[Any, ...]:
    return (
        [replace(row, total_ms=None) for row in run.scored.rows],
        {name: value for name, value in run.metrics.items() if not name.endswith("_ms")},
        {name: value for name, value in run.scored.intervals.items() if not name.endswith("_ms")},
        run.cases,
        {name: value for name, value in run.about.items() if name != "wall_seconds"},
    )


def test_the_same_questions_over_the_same_index_always_give_the_same_results(
    tmp_path: Path, index: Path
) -> None:
    questions = write(tmp_path / "q.jsonl", entry(), nowhere("q2"), entry("q3", type="fact"))
    first, second = (
        evaluate(questions, index, out=tmp_path / f"run-{n}.json", as_of=TODAY) for n in (1, 2)
    )
    assert without_times(first) == without_times(second)
    assert not list((index / "runs").glob("partial-*"))


def test_a_run_tells_what_its_figures_depend_on(tmp_path: Path, index: Path) -> None:
    run = evaluate(write(tmp_path / "q.jsonl", entry()), index, as_of=TODAY)
    assert run.path is not None
    kept = json.loads(run.path.read_text("utf-8"))
    assert kept["as_of"] == "2026-11-25"
    assert kept["settings"] == {
        "embed_model": "all-MiniLM-L6-v2",
        "llm": None,
        "chroma": "embedded",
        "restricted": False,
    }
    assert kept["index"]["sources"] == 1
    assert kept["versions"]["python"] and len(kept["versions"]["code"]) == 16
    assert kept["made"] and kept["wall_seconds"] > 0
    assert set(kept["by_type_intervals"]["amount"]) == set(METRICS)


def test_a_baseline_of_other_minutes_is_compared_with_a_warning(
    tmp_path: Path, index: Path
) -> None:
    questions = write(tmp_path / "q.jsonl", entry())
    base = tmp_path / "base.json"
    evaluate(questions, index, out=base, as_of=TODAY)
    other = json.loads(base.read_text("utf-8"))
    other["index"]["sha256"] = "of other minutes"
    base.write_text(json.dumps(other), "utf-8")
    run = evaluate(questions, index, baseline=base, out=tmp_path / "run.json", as_of=TODAY)
    assert run.warnings == (
        "The baseline run is not of the same: the minutes in the index differ.",
    )


def test_the_command_ends_with_1_on_a_closed_gate_and_prints_one_flat_object_of_metrics(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = [f"q{number}" for number in range(8)]
    questions = write(tmp_path / "q.jsonl", *(entry(id) for id in ids))
    good = write(tmp_path / "good.jsonl", *(answer(id) for id in ids))
    bad = write(tmp_path / "bad.jsonl", *(answer(id, answered=False) for id in ids))
    command = ["eval", str(questions), "--index", str(index), "--json"]
    base = str(tmp_path / "base.json")
    assert main([*command, "--answers", str(good), "--out", base]) == 0
    capsys.readouterr()
    gate = ["--baseline", base, "--gate", "trust:-0.02", "--out", str(tmp_path / "run.json")]
    assert main([*command, "--answers", str(bad), *gate]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert all(isinstance(value, int | float | None) for value in printed["metrics"].values())
    assert printed["comparison"]["lost"] == ids
    assert main([*command, "--answers", str(good), *gate]) == 0


def test_progress_tells_the_time_that_is_left(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = write(tmp_path / "q.jsonl", *(entry(f"q{number}") for number in range(3)))
    assert main(["eval", str(questions), "--index", str(index)]) == 0
    told = capsys.readouterr().err
    assert re.search(r"1 of 3 questions \(ours\), [\d.]+ a second, \d+:\d\d left", told)
    assert "3 of 3 questions (ours)" in told


def test_ours_without_each_part_answers_otherwise_and_leaves_the_whole_as_it_is(
    sample_index: Path,
) -> None:
    asked = load_questions(SAMPLE_QUESTIONS)
    chosen = [*(question for question in asked if question.history), *asked[50:60]]
    chosen += [question for question in asked if not question.answerable][:12]

    def told(ask: Ask, question: Question) -> dict[str, Any]:
        return ask(question) | {"timings_ms": None}

    whole = ours(sample_index, TODAY)
    before = [told(whole, question) for question in chosen]
    for part in PARTS:
        less = SYSTEMS[f"ours without {part}"](sample_index, TODAY)
        pairs = zip(chosen, before, strict=True)
        assert any(told(less, question) != given for question, given in pairs), part
    assert [told(whole, question) for question in chosen[:8]] == before[:8]


@pytest.mark.parametrize("system", ["BM25 alone", "dense alone", "plain hybrid"])
def test_a_plain_system_finds_and_cites_the_passage(index: Path, system: str) -> None:
    (question,) = (parse_question(entry()),)
    given = SYSTEMS[system](index, TODAY)(question)
    assert given["answered"]
    assert ZINC in given["citations"][0]["quote"]
    assert (given["citations"][0]["source"], given["citations"][0]["item"]) == (SOURCE, "1")


def test_llamaindex_out_of_the_box_answers_with_its_first_chunk(index: Path) -> None:
    given = SYSTEMS["LlamaIndex out of the box"](index, TODAY)(parse_question(entry()))
    assert ZINC in given["citations"][0]["quote"]
    assert given["citations"][0]["source"] == SOURCE
    assert 1 <= len(given["retrieved"]) <= 2


def test_fusion_puts_first_what_both_rankings_rank_high() -> None:
    first = [("a", 9.0), ("b", 8.0), ("c", 7.0)]
    second = [("b", 0.9), ("d", 0.8), ("a", 0.7)]
    assert [name for name, _ in fuse([first, second])] == ["b", "a", "d", "c"]


def test_a_text_source_is_read_from_its_file_and_an_unknown_one_is_none(index: Path) -> None:
    texts = source_texts(Index.open(index))
    held = texts(SOURCE)
    assert held is not None
    assert "\nParks Committee\n" in f"\n{held}"
    assert texts("other.md") is None


# Checks


def test_a_sound_set_has_no_problems(tmp_path: Path, index: Path) -> None:
    assert kinds(tmp_path, index, entry(), nowhere("q2", "twin of q1: other thing")) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"answers": [["£5,000"]]}, "answer not in quote"),
        ({"evidence": [{"source": "other.md", "quote": ZINC}]}, "unknown source"),
        ({"evidence": [{"source": SOURCE, "quote": f"{ZINC} Indeed."}]}, "not verbatim"),
        ({"evidence": [{"source": SOURCE, "item": "2", "quote": ZINC}]}, "wrong item"),
        ({"type": "unanswerable"}, "type"),
    ],
)
def test_a_fault_of_a_question_is_named(
    tmp_path: Path, index: Path, changes: dict[str, Any], kind: str
) -> None:
    assert kinds(tmp_path, index, entry(**changes)) == [("q1", kind)]


def test_duplicates_and_lost_twins_are_named(tmp_path: Path, index: Path) -> None:
    question = "how much will the  bandstand roof cost?"
    found = kinds(
        tmp_path, index, entry(), entry("q2", question=question), nowhere("q3", "twin of x: y")
    )
    assert found == [("q2", "duplicate"), ("q3", "twin")]


def test_a_quote_that_stands_in_two_meetings_is_ambiguous(tmp_path: Path) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    for day, weather in ((5, "It rained."), (12, "There was snow on the hills that day.")):
        text = MINUTES.replace("5 March", f"{day} March").replace("A resident", f"{weather} A dog")
        (folder / f"parks-{day}.md").write_text(text, encoding="utf-8")
    ingest([folder], tmp_path / "index")
    evidence = {"source": "parks-5.md", "item": "1", "quote": ZINC}
    found = check(write(tmp_path / "s.jsonl", entry(evidence=[evidence])), tmp_path / "index")
    assert [problem.kind for problem in found] == ["ambiguous"]
    assert "parks-12.md" in found[0].text


def test_a_question_that_fits_an_item_of_another_meeting_is_to_be_looked_at(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    for day, cost in ((5, "£4,250"), (12, "£3,900")):
        text = MINUTES.replace("5 March", f"{day} March").replace("£4,250", cost)
        (folder / f"parks-{day}.md").write_text(text, encoding="utf-8")
    ingest([folder], tmp_path / "index")
    evidence = {"source": "parks-5.md", "item": "1", "quote": ZINC}
    vague = entry(evidence=[evidence], question="At what cost will the bandstand roof be repaired?")
    clear = entry("q2", evidence=[evidence], question=f"{vague['question'][:-1]} (5 March 2024)?")
    path = write(tmp_path / "s.jsonl", vague, clear)
    (problem,) = check(path, tmp_path / "index")
    assert (problem.id, problem.kind, problem.sure) == ("q1", "two possible items", False)
    assert "parks-12.md" in problem.text
    assert main(["eval", "check", str(path), "--index", str(tmp_path / "index")]) == 0


# Drafts


def test_drafts_are_questions_that_pass_their_own_check(tmp_path: Path, index: Path) -> None:
    proposed = draft(index)
    assert {question.type for question in proposed} >= {"amount", "date", "unanswerable"}
    save_questions(proposed, tmp_path / "draft.jsonl")
    assert load_questions(tmp_path / "draft.jsonl") == proposed
    assert check(tmp_path / "draft.jsonl", index) == []


def test_drafts_cover_every_kind_and_their_twins_every_change(sample_index: Path) -> None:
    proposed = draft(sample_index, limit=80)
    types = {question.type for question in proposed}
    assert types >= {"decision", "amount", "date", "person", "vote", "attendance", "unanswerable"}
    by_id = {question.id: question for question in proposed}
    twins = [question for question in proposed if question.twin_of]
    assert len(twins) == len(proposed) // 2
    ways: dict[str, int] = {}
    for twin in twins:
        first = by_id[twin.twin_of or ""]
        assert twin.question != first.question and not twin.answers and not twin.evidence
        way = re.sub(r"^twin of \S+: ([^,]*),.*", r"\1", twin.note)
        ways[way] = ways.get(way, 0) + 1
    assert ways.keys() == {
        "a detail that is not recorded",
        "the item is taken out",
        "another name",
        "another place",
        "another body",
        "another date",
    }


def test_what_a_twin_asks_about_does_not_stand_in_the_minutes(sample_index: Path) -> None:
    index = Index.open(sample_index)
    texts = source_texts(index)
    held = {(m.body, spoken_date(m.date)): m.source for m in index.meetings()}
    for twin in (question for question in draft(sample_index, limit=80) if question.twin_of):
        (asked,) = re.findall(r" at the (.*) meeting of (\d+ \w+ \d{4})\?$", twin.question)
        if "another date" in twin.note or "another body" in twin.note:
            assert asked not in held, twin
        elif "the item is taken out" in twin.note:
            (title,) = re.findall("“(.*)”", twin.question) or ["Apologies"]
            assert not holds(texts(held[asked]) or "", title), twin
        elif name := re.search(r"another (?:name|place), (.*) does not stand", twin.note):
            assert not holds(texts(held[asked]) or "", name[1]), twin


def test_drafts_are_always_the_same_and_never_more_than_asked_for(index: Path) -> None:
    assert draft(index) == draft(index)
    assert len(draft(index, limit=3)) <= 3


def test_a_set_that_is_not_finished_is_checked_and_measured_as_far_as_it_is(
    tmp_path: Path, index: Path
) -> None:
    blamed = entry("q2", question="Who came?", answers=[], evidence=[])
    path = write(tmp_path / "said.jsonl", entry(), blamed)
    assert kinds(tmp_path, index, entry(), blamed) == [("q2", "unfinished")]
    run = evaluate(path, index, out=tmp_path / "run.json", as_of=TODAY)
    assert [row.id for row in run.scored.rows] == ["q1"]
    assert "q2" in run.warnings[0] and run.warnings[0] in run.text_table()
    with pytest.raises(WrongUse, match="has its answers yet"):
        evaluate(write(tmp_path / "none.jsonl", blamed), index)
