"""A language model's opinion is asked over HTTP, read with care, and changes no figure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from model_server import Script, serving, settings_for

from assistant.cli import main
from assistant.llm import load_llm
from eval.judge import Judged, Opinion, judge_answer, score, verdict
from eval.questions import Evidence, Question, save_questions
from eval.report import html, markdown
from eval.run import load_run
from ingest.pipeline import ingest

ROOF = "The roof is repaired in zinc."
QUESTION = Question(
    "q1", "fact", "What is the roof made of?", True, (("zinc",),), (Evidence("a.md", ROOF),)
)
ANSWER: dict[str, Any] = {
    "id": "q1",
    "answered": True,
    "answer": "It is repaired in zinc. [1]",
    "citations": [{"marker": 1, "quote": ROOF, "source": "a.md", "item": "1"}],
    "retrieved": [],
}


def opinion(faithful: str, correct: str) -> tuple[Opinion, Script]:
    """What is made of the replies of a scripted model."""

    def write(prompt: str) -> str:
        return correct if "Reference Answer" in prompt else faithful

    script = Script(write=write)
    with serving(script) as url:
        settings = settings_for(url)
        return judge_answer(load_llm(settings), 10, QUESTION, ANSWER), script


def test_the_model_sees_the_quotes_and_what_was_expected_and_its_verdicts_are_kept() -> None:
    given, script = opinion("YES", "4.5\nIt says the same.")
    assert (given.faithful, given.score, given.correct) == (True, 4.5, True)
    faithful, correct = (
        "\n".join(message["content"] for message in body["messages"]) for body in script.seen
    )
    assert ROOF in faithful and "It is repaired in zinc." in faithful
    assert "zinc" in correct and "What is the roof made of?" in correct
    assert "[1]" not in faithful + correct.split("Generated Answer")[-1]


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("YES", True),
        ("**Yes.** It does.", True),
        ("Answer: NO", False),
        ("no, although one might say yes", False),
        ("<think>Yes or no? Yes, perhaps.</think>\nNO", False),
        ("Yesterday it rained.", None),
        ("The context says nothing, so a yes would be wrong.", None),
        ("", None),
    ],
)
def test_only_a_reply_that_begins_with_yes_or_no_is_a_verdict(
    reply: str, read: bool | None
) -> None:
    assert verdict(reply) is read
    if reply:
        assert opinion(reply, "4.0\nGood.")[0].faithful is read


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("4.0\nGood.", 4.0),
        ("4.0", 4.0),
        ("4", 4.0),
        ("Score: 3/5", 3.0),
        ("**2.5** - partly", 2.5),
        ("<think>5?</think>1\nWrong.", 1.0),
        ("10", None),
        ("9", None),
        ("0.5", None),
        ("The answer deserves 4.", None),
        ("2014 was the year", None),
        ("", None),
    ],
)
def test_a_score_of_one_line_is_read_and_anything_else_is_no_verdict(
    reply: str, read: float | None
) -> None:
    assert score(reply) == read
    if reply:
        assert opinion("NO", reply)[0].score == read


def test_a_model_that_fails_gives_no_verdict_and_says_why() -> None:
    with serving(Script(status=401)) as url:
        given = judge_answer(load_llm(settings_for(url)), 5, QUESTION, ANSWER)
    assert (given.faithful, given.score) == (None, None)
    assert given.failed and "key" in given.failed


def test_agreement_counts_the_answers_that_have_a_verdict() -> None:
    judged = Judged("m", (Opinion("a", True, 5), Opinion("b", None, None), Opinion("c", False, 4)))
    assert judged.agreement({"a": True, "b": True, "c": False}) == (1, 2)
    assert [row[1:] for row in judged.table()[1:]] == [["1", "1", "1"], ["2", "0", "1"]]


def test_the_command_adds_the_opinion_beside_the_figures_and_keeps_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "a.md").write_text(
        f"Parks Committee\n\nMinutes of the meeting held on 5 March 2024\n\n1. Roof\n\n{ROOF}\n"
    )
    ingest([tmp_path / "minutes"], tmp_path / "index")
    save_questions([QUESTION], tmp_path / "q.jsonl")
    elsewhere = {**ANSWER, "citations": [{**ANSWER["citations"][0], "source": "b.md"}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(elsewhere) + "\n")
    command = ["eval", str(tmp_path / "q.jsonl"), "--index", str(tmp_path / "index")]
    command += ["--answers", str(tmp_path / "a.jsonl"), "--out"]
    assert main([*command, str(tmp_path / "plain.json")]) == 0
    assert main([*command, str(tmp_path / "x.json"), "--judge"]) == 2
    assert "set MINUTES_LLM" in capsys.readouterr().err
    with serving(Script(write=lambda prompt: "2" if "Reference" in prompt else "NO")) as url:
        monkeypatch.setenv("MINUTES_LLM", "openai-like/scripted")
        monkeypatch.setenv("MINUTES_LLM_URL", f"{url}/v1")
        assert main([*command, str(tmp_path / "judged.json"), "--judge"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "opinion of the language model openai-like/scripted" in shown
    assert "says as the figures do 0 times of 1" in shown
    plain, judged = (load_run(tmp_path / f"{name}.json") for name in ("plain", "judged"))
    assert judged.scored == plain.scored and plain.judged is None
    assert judged.judged and judged.judged.opinions[0].score == 2
    for write in (html, markdown):
        assert "no figure rests on it" in write(judged)
        assert "supported by the quotes: no; right: 2 of 5" in write(judged)
