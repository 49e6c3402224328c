"""No change lowers the quality of answers unseen: runs are held against the committed ones."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from eval.baseline import BASELINES, GATES, SAMPLE_QUESTIONS, real_set, save_baseline
from eval.compare import compare, parse_gate
from eval.figures import GUIDE, README, renew, table
from eval.metrics import METRICS, score
from eval.questions import load_questions
from eval.run import EvalResult, evaluate, load_run
from eval.systems import OURS, plain_hybrid
from ingest.errors import WrongUse
from ingest.pipeline import ingest

BETTER = "run `make figures` if the loss is meant, and say why in the commit"


def held_against(baseline: Path, questions: Path, index: Path, out: Path) -> EvalResult:
    day = date.fromisoformat(load_run(baseline).about["as_of"])
    return evaluate(questions, index, baseline=baseline, gates=GATES, as_of=day, out=out)


@pytest.fixture(scope="module")
def sample_run(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> EvalResult:
    out = tmp_path_factory.mktemp("run") / "run.json"
    return held_against(BASELINES / "sample.json", SAMPLE_QUESTIONS, sample_index, out)


def test_no_headline_figure_over_the_sample_minutes_got_significantly_worse(
    sample_run: EvalResult,
) -> None:
    assert sample_run.closed_gates == (), BETTER + "\n" + sample_run.text_table()
    assert sample_run.comparison is not None and sample_run.comparison.only_before == 0


def test_every_quote_of_an_answer_over_the_sample_is_verbatim_and_has_its_marker(
    sample_run: EvalResult,
) -> None:
    assert sample_run.metrics["verbatim"] == sample_run.metrics["markers"] == 1


def test_the_gates_close_on_a_plainer_system(sample_index: Path) -> None:
    asked = load_questions(SAMPLE_QUESTIONS)
    ask = plain_hybrid(sample_index, date(2026, 1, 1))
    rows = score(asked, [{"id": one.id, **ask(one)} for one in asked]).rows
    comparison = compare(rows, load_run(BASELINES / "sample.json").scored.rows)
    closed = {gate.metric for gate in map(parse_gate, GATES) if gate.is_closed(comparison)}
    assert {"hit@5", "citation_recall", "trust"} <= closed


def test_no_headline_figure_over_real_minutes_got_significantly_worse(
    shared: Path, tmp_path: Path
) -> None:
    questions, minutes = real_set(shared, tmp_path)
    ingest([minutes], tmp_path / "index")
    run = held_against(BASELINES / "real.json", questions, tmp_path / "index", tmp_path / "r.json")
    assert run.closed_gates == (), BETTER + "\n" + run.text_table()
    assert run.metrics["verbatim"] == run.metrics["markers"] == 1


def test_a_baseline_holds_figures_and_no_text(sample_run: EvalResult, tmp_path: Path) -> None:
    save_baseline(sample_run, tmp_path / "base.json")
    kept = json.loads((tmp_path / "base.json").read_text("utf-8"))
    assert kept["cases"] == [] and kept["metrics"]["p50_ms"] is None
    assert all(row["body"] is None for row in kept["rows"])
    again = load_run(tmp_path / "base.json")
    assert again.metrics["trust"] == sample_run.metrics["trust"]
    assert compare(sample_run.scored.rows, again.scored.rows).lost == ()


@pytest.mark.parametrize("name", ["sample", "real"])
def test_the_committed_baselines_hold_no_text_of_minutes(name: str) -> None:
    kept = json.loads((BASELINES / f"{name}.json").read_text("utf-8"))
    assert kept["cases"] == [] and kept["system_rows"] == {}
    assert all(row["body"] is None for row in kept["rows"])


def test_the_readme_and_the_guide_show_measured_tables_with_their_date() -> None:
    for path, names in ((README, ["limerick"]), (GUIDE, ["metrics", "sample", "limerick"])):
        page = path.read_text(encoding="utf-8")
        for name in names:
            (block,) = re.findall(
                rf"<!-- figures: {name} -->\n(.*?)<!-- end of figures -->", page, re.S
            )
            assert all(f"| {metric} |" in block.replace("\\", "") for metric in METRICS), name
            if name != "metrics":
                assert re.search(r"Measured by `make figures` on \d+ \w+ \d{4}", block), name


def test_the_guide_shows_recall_over_talk_with_its_date() -> None:
    page = GUIDE.read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- figures: qmsum -->\n(.*?)<!-- end of figures -->", page, re.S)
    assert re.search(r"Measured by `.*` on \d+ \w+ \d{4}", block)
    assert all(f"| {name} |" in block for name in (OURS, "plain hybrid", "BM25 alone"))


def test_every_headline_metric_has_its_gate() -> None:
    gated = {parse_gate(gate).metric for gate in GATES}
    beside = {"hit@10", "ndcg@10", "always_decline", "ece", "auc_right", "mean_words"}
    assert gated == set(METRICS) - beside - {"p50_ms", "p95_ms"}


def test_a_table_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- figures: x -->\nold\n<!-- end of figures -->\nb\n", "utf-8")
    for text in ("first", "second \\1"):
        renew(page, "x", text)
    assert page.read_text("utf-8") == (
        "a\n<!-- figures: x -->\n\nsecond \\1\n\n<!-- end of figures -->\nb\n"
    )
    with pytest.raises(WrongUse, match="0 places for the figures 'y'"):
        renew(page, "y", "text")


def test_the_readme_leaves_the_parts_to_the_guide(sample_run: EvalResult) -> None:
    from dataclasses import replace

    both = replace(
        sample_run,
        systems={"ours without ranker": sample_run.scored, "BM25 alone": sample_run.scored},
    )
    assert "without ranker" in table(both)
    assert "without ranker" not in table(both, parts=False)
    assert "BM25 alone" in table(both, parts=False)
