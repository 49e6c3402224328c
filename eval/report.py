"""The report of a run: one self-contained page, and the same as Markdown."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from eval.metrics import Row, calibration
from eval.run import Case, EvalResult
from eval.tables import (
    as_markdown,
    comparison_lines,
    comparison_table,
    failure_table,
    figure,
    group_table,
    overall_table,
    plain_markdown,
    systems_table,
    transposed,
)

MEANINGS = {
    "hit@1": "the first passage found holds the evidence",
    "hit@5": "one of the first five passages does",
    "hit@10": "one of the first ten passages does",
    "mrr@10": "mean of 1 / rank of the first passage that does",
    "ndcg@10": "quality of the order of the first ten passages",
    "answer_correct": "the answer holds what it has to, in its first 120 words",
    "answer_correct_40": "the same in 40 words, for amounts, dates, people, votes and facts",
    "citation_recall": "the evidence is cited",
    "citation_precision": "share of citations that lead to the evidence or quote the answer",
    "markers": "answers whose markers and citations match one to one; must be 1",
    "verbatim": "quotes that stand word for word in the source; must be 1",
    "abstain_tpr": "unanswerable questions that were declined",
    "abstain_fpr": "answerable questions that were declined; lower is better",
    "twins": "pairs of a question and its unanswerable twin with both handled rightly",
    "trust": "+1 right, 0 declined although answerable, -1 wrong; mean",
    "always_decline": "the trust of a system that declines everything",
    "ece": "distance of confidence from the share that is right; lower is better",
    "auc_right": "chance that a right answer has more confidence than a wrong one",
    "mean_words": "length of an answer",
    "p50_ms": "half of the answers took no longer",
    "p95_ms": "95 of 100 answers took no longer",
}
INTERVALS = (
    "Each figure with the interval in which it lies with 95 % certainty, as far as the choice of "
    "questions goes (bootstrap over questions). Where both ends are the same, no question came out "
    "otherwise: with n such questions, up to 3 in n may yet do."
)
RELIABILITY = (
    "Of answers at a given confidence, so many were right and rightly cited. On the line, "
    "confidence can be taken at its word; the number of answers stands beside each point."
)
COVERAGE_RISK = (
    "If only the most confident answers were given, so many of them would be wrong. The dot is "
    "where the system stands now."
)
HITS_BY_RANK = "At which rank the first passage that holds the evidence was found."
LATENCY = "How long answers took."
FEW_ANSWERS = 200  # below it, figures of confidence say little
INK, ACCENT, PALE = "#1f2933", "#0b6e99", "#b8c4ce"
_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:60rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.7rem}h2{margin-top:2.5rem;border-bottom:1px solid #b8c4ce}
.tall{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #dde3e8;vertical-align:top}
th:first-child,td:first-child,td.text,th.text{text-align:left}
.headline{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}
.headline li{flex:1 1 10rem;border:1px solid #b8c4ce;border-radius:6px;padding:.6rem 1rem}
.headline strong{display:block;font-size:1.6rem}figure{display:inline-block;margin:1rem 1rem 0 0}
figure svg{max-width:100%;height:auto}figcaption{font-size:.85rem;max-width:26rem}
article{border-left:4px solid #b8c4ce;padding-left:1rem;margin:1.5rem 0}
blockquote{margin:.3rem 0 .3rem 1rem;color:#45525e}.why{font-weight:600;color:#8a2a0d}
@media print{body{max-width:none;margin:0}article,figure,tr{break-inside:avoid}}
"""


def write_report(result: EvalResult, folder: Path) -> Path:
    """Write index.html and report.md to the folder; returns the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(markdown(result), encoding="utf-8")
    page = folder / "index.html"
    page.write_text(html(result), encoding="utf-8")
    return page


def html(result: EvalResult) -> str:
    """The run as one page without scripts or anything from elsewhere."""
    name = escape(str(result.about["questions"]["name"]))
    plots = "".join(
        f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"
        for svg, caption in figures(result)
    )
    sections = [
        f"<h1>How well were the questions of {name} answered?</h1>",
        f"<p>{escape(summary(result))}</p>",
        _headline(result),
        "<h2>Where it went wrong</h2>",
        _table(failure_table(result.scored)),
        f"<h2>Figures</h2><p>{escape(INTERVALS)}</p>",
        _table(_with_meanings(overall_table(result.scored)), text_columns=(3,)),
        f"<p>{escape(_confidence_note(result))}</p>",
        "<h2>In pictures</h2>" + plots,
        "<h2>By type of question</h2>" + _table(group_table("type", result.scored)),
    ]
    if result.scored.by_body:
        table = group_table("body", result.scored, by_body=True)
        sections.append("<h2>By body</h2>" + _table(table))
    if result.systems:
        sections.append(
            "<h2>Beside other systems</h2><p>The same questions; a star marks a significant "
            "distance from the first.</p>" + _table(transposed(systems_table(result)))
        )
    if result.comparison:
        lines = "".join(f"<li>{escape(line)}</li>" for line in comparison_lines(result))
        sections.append(
            "<h2>Against the baseline run</h2>"
            + _table(comparison_table(result.comparison))
            + f"<ul>{lines}</ul>"
        )
    sections.append("<h2>Every question that was not handled rightly</h2>")
    sections += [_case(case, row) for case, row in failed(result)] or ["<p>None.</p>"]
    sections.append("<h2>What was measured</h2>" + _table(_about(result), text_columns=(1,)))
    body = "\n".join(sections)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evaluation: {name}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n{body}\n</body></html>\n"
    )


def markdown(result: EvalResult) -> str:
    """The run for a pull request."""
    parts = [
        f"# Evaluation: {plain_markdown(str(result.about['questions']['name']))}",
        plain_markdown(summary(result)),
        as_markdown(overall_table(result.scored)),
        plain_markdown(_confidence_note(result)),
        as_markdown(failure_table(result.scored)),
        "## By type\n\n" + as_markdown(group_table("type", result.scored)),
    ]
    if result.systems:
        table = as_markdown(transposed(systems_table(result)))
        parts.append("## Beside other systems\n\n" + table)
    if result.comparison:
        lines = "\n".join(f"- {plain_markdown(line)}" for line in comparison_lines(result))
        parts.append(
            "## Against the baseline run\n\n"
            + as_markdown(comparison_table(result.comparison))
            + "\n\n"
            + lines
        )
    parts.append("## Not handled rightly")
    parts += [
        f"- **{plain_markdown(case.id)}** ({row.failure}): {plain_markdown(case.question)}\n"
        f"  - expected: {plain_markdown(expected(case))}\n"
        f"  - given: {plain_markdown(case.answer)}"
        for case, row in failed(result)
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def summary(result: EvalResult) -> str:
    """The run in three sentences for somebody in a hurry."""
    rows = result.scored.rows
    answerable = [row for row in rows if row.answerable]
    others = [row for row in rows if not row.answerable]
    return (
        f"{len(rows)} questions were asked over {result.about['index']['sources']} sources on "
        f"{result.made[:10]}. Of {len(answerable)} questions that the minutes answer, "
        f"{sum(row.right for row in answerable)} were answered rightly with the right citation, "
        f"{sum(not row.answered for row in answerable)} were declined and "
        f"{sum(row.answered and not row.right for row in answerable)} were answered wrongly or "
        f"without the right citation. Of {len(others)} questions that the minutes do not answer, "
        f"{sum(row.right for row in others)} were declined, as they should be."
    )


def failed(result: EvalResult) -> list[tuple[Case, Row]]:
    rows = {row.id: row for row in result.scored.rows}
    return [(case, rows[case.id]) for case in result.cases if not rows[case.id].right]


def expected(case: Case) -> str:
    """What a right answer holds, in words."""
    groups = [" or ".join(f"“{one}”" for one in group) for group in case.expected]
    return "; and ".join(groups) or "to decline: the minutes do not say"


def figures(result: EvalResult) -> list[tuple[str, str]]:
    """Plots as SVG with their captions."""
    rows = result.scored.rows
    answered = [row for row in rows if row.answered]
    confidence = np.array([row.confidence for row in answered])
    right = np.array([row.right for row in answered], dtype=float)
    times = [row.total_ms for row in rows if row.total_ms is not None]
    plots: list[tuple[str, str]] = []
    if answered:
        plots.append((_plot(_reliability(confidence, right)), RELIABILITY))
        plots.append((_plot(_coverage_risk(rows, confidence, right)), COVERAGE_RISK))
    if any(row.answerable for row in rows):
        plots.append((_plot(_hits_by_rank(rows)), HITS_BY_RANK))
    if times:
        plots.append((_plot(_latency(times)), LATENCY))
    return plots


def _reliability(confidence: Any, right: Any) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        points = calibration(confidence, right)
        axes.plot([0, 1], [0, 1], color=PALE, linestyle="--")
        axes.plot([p[0] for p in points], [p[1] for p in points], "o-", color=ACCENT)
        for mean, share, count in points:
            axes.annotate(str(count), (mean, share), textcoords="offset points", xytext=(5, -11))
        axes.set(xlim=(0, 1.02), ylim=(-0.06, 1.02), xlabel="confidence", ylabel="share right")

    return draw


def _coverage_risk(rows: Sequence[Row], confidence: Any, right: Any) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        order = np.argsort(-confidence, kind="stable")
        given = np.arange(1, len(order) + 1)
        risk = 1 - np.cumsum(right[order]) / given
        coverage = given / len(rows)
        axes.plot(coverage, risk, color=ACCENT, drawstyle="steps-post")
        axes.plot(coverage[-1:], risk[-1:], "o", color=INK)
        axes.set(xlim=(0, 1.02), ylim=(-0.06, 1.02), xlabel="share of questions answered")
        axes.set(ylabel="share of answers wrong")

    return draw


def _hits_by_rank(rows: Sequence[Row]) -> Callable[[Any], None]:
    firsts = Counter(row.ranks[0] if row.ranks else 11 for row in rows if row.answerable)

    def draw(axes: Any) -> None:
        places = range(1, 12)
        colours = [ACCENT] * 10 + [PALE]
        axes.bar(list(places), [firsts[place] for place in places], color=colours)
        axes.set_xticks(list(places), [*map(str, range(1, 11)), "none"])
        axes.set(xlabel="rank", ylabel="questions")

    return draw


def _latency(times: Sequence[float]) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        axes.hist(times, bins=min(30, max(5, len(times) // 4)), color=ACCENT)
        axes.axvline(float(np.percentile(times, 95)), color=INK, linestyle="--", label="95 %")
        axes.legend(frameon=False)
        axes.set(xlabel="milliseconds", ylabel="answers")

    return draw


def _plot(draw: Callable[[Any], None]) -> str:
    """A drawing as an SVG element that reads without colour and is the same each time."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "minutes", "font.size": 9, "svg.fonttype": "path"}):
        drawing = Figure(figsize=(4.2, 3.2), layout="constrained")
        axes = drawing.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        draw(axes)
        out = io.StringIO()
        drawing.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()[out.getvalue().index("<svg") :]


def _headline(result: EvalResult) -> str:
    shown = ("answer_correct", "citation_recall", "abstain_tpr", "trust")
    entries = []
    for metric in shown:
        interval = result.scored.intervals[metric]
        spread = (
            f"{figure(metric, interval[0])} to {figure(metric, interval[1])}; " if interval else ""
        )
        entries.append(
            f"<li>{escape(MEANINGS[metric])}"
            f"<strong>{figure(metric, result.metrics[metric])}</strong>{spread}{metric}</li>"
        )
    return f'<ul class="headline">{"".join(entries)}</ul>'


def _confidence_note(result: EvalResult) -> str:
    answers = sum(row.answered for row in result.scored.rows)
    if answers >= FEW_ANSWERS:
        return ""
    return (
        f"ece and auc_right rest on {answers} answers; below {FEW_ANSWERS} they say little, "
        "so pool several question sets."
    )


def _with_meanings(rows: list[list[str]]) -> list[list[str]]:
    return [[*row, MEANINGS.get(row[0], "meaning")] for row in rows]


def _case(case: Case, row: Row) -> str:
    place = "; ".join(
        f"{e['source']}, item {e['item'] or '(no number)'} {e['title']}" for e in case.evidence
    )
    quotes = "".join(
        f"<blockquote>[{escape(str(c['marker']))}] {escape(str(c['quote']))}<br>"
        f"<small>{escape(_where(c))}</small></blockquote>"
        for c in case.citations
    )
    evidence = f"<br>Where it stands: {escape(place)}" if place else ""
    rank = f" (evidence at rank {row.ranks[0]})" if row.ranks else ""
    return (
        f"<article><h3>{escape(case.id)}: {escape(case.question)}</h3>"
        f'<p class="why">{escape(str(row.failure))}{rank}</p>'
        f"<p>Expected: {escape(expected(case))}{evidence}</p>"
        f"<p>Given, at confidence {row.confidence:.2f}: {escape(case.answer)}</p>{quotes}</article>"
    )


def _where(citation: dict[str, Any]) -> str:
    parts = [citation.get("body"), citation.get("date"), citation.get("source")]
    item = f"item {citation['item']}" if citation.get("item") else None
    return ", ".join(str(part) for part in (*parts, item, citation.get("title")) if part)


def _about(result: EvalResult) -> list[list[str]]:
    rows = [["what", "value"], ["made", result.made]]
    for name, value in result.about.items():
        if isinstance(value, dict):
            rows += [[f"{name} {key}", str(one)] for key, one in value.items()]
        else:
            rows.append([name, str(value)])
    return rows + [["warning", warning] for warning in result.warnings]


def _table(rows: Sequence[Sequence[str]], text_columns: Sequence[int] = ()) -> str:
    def cells(row: Sequence[str], tag: str) -> str:
        return "".join(
            f"<{tag}{' class=text' if at in text_columns else ''}>{escape(cell)}</{tag}>"
            for at, cell in enumerate(row)
        )

    head, *body = rows
    lines = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in body)
    return (
        f'<div class="tall"><table><thead><tr>{cells(head, "th")}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )
