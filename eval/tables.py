"""Figures as text: the table on the terminal and in Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from eval.compare import Comparison, compare
from eval.metrics import FAILURES, METRICS, Intervals, Scored, Values
from eval.run import EvalResult

NAMED = 10  # question ids listed of those gained or lost
TYPES_ABREAST = 5  # in a table of every metric by type on the terminal
SYSTEMS_ABREAST = 4  # beside the first, in a table of systems on the terminal
# The main figures of a group of questions: the metrics of which the first that is known is shown.
SHOWN_BY_GROUP = {
    "found": ("hit@5",),
    "right": ("answer_correct",),
    "cited": ("citation_recall",),
    "declined": ("abstain_fpr", "abstain_tpr"),
    "points": ("trust",),
}

Rows = Sequence[Sequence[str]]  # of a table, the first its head


def figure(metric: str, value: float | None) -> str:
    """A value as shown: shares with three decimals, words and milliseconds with one."""
    if value is None:
        return "-"
    return f"{value:.1f}" if metric in ("mean_words", "p50_ms", "p95_ms") else f"{value:.3f}"


def overall_table(scored: Scored) -> list[list[str]]:
    """Each metric with its interval."""
    rows = [["metric", "value", "95 % interval"]]
    for metric in METRICS:
        interval = scored.intervals[metric]
        shown = " to ".join(figure(metric, end) for end in interval) if interval else "-"
        rows.append([metric, figure(metric, scored.metrics[metric]), shown])
    return rows


def group_table(
    heading: str, scored: Scored, by_body: bool = False, intervals: bool = True
) -> list[list[str]]:
    """The main figures, with their intervals, by type of question or by body."""
    groups = scored.by_body if by_body else scored.by_type
    spreads = scored.body_intervals if by_body else scored.type_intervals
    counts = Counter((row.body if by_body else row.type) for row in scored.rows)
    rows = [[heading, "questions", *SHOWN_BY_GROUP]]
    for name, values in groups.items():
        figures = []
        for metrics in SHOWN_BY_GROUP.values():
            one = next((m for m in metrics if values[m] is not None), metrics[0])
            figures.append(_two_places(values[one], spreads[name][one] if intervals else None))
        rows.append([name, str(counts[name]), *figures])
    return rows


def _two_places(value: float | None, interval: tuple[float, float] | None) -> str:
    """A share and its interval, "0.58 (0.33 to 0.83)", to be broken before the bracket only."""
    if value is None:
        return "-"
    if interval is None or interval[0] == interval[1]:
        return f"{value:.2f}"
    return f"{value:.2f} ({interval[0]:.2f}\u00a0to\u00a0{interval[1]:.2f})"


def type_tables(scored: Scored) -> list[list[list[str]]]:
    """Every metric by type with its interval, as many types to a table as a terminal is wide."""
    counts = Counter(row.type for row in scored.rows)
    types = list(scored.by_type)
    tables = []
    for group in (types[at : at + TYPES_ABREAST] for at in range(0, len(types), TYPES_ABREAST)):
        rows = [["metric", *(f"{one} ({counts[one]})" for one in group)]]
        for metric in METRICS:
            if any(scored.by_type[one][metric] is not None for one in group):
                rows.append(
                    [metric]
                    + [
                        _with_interval(scored.by_type[one], scored.type_intervals[one], metric)
                        for one in group
                    ]
                )
        tables.append(rows)
    return tables


def _with_interval(values: Values, intervals: Intervals, metric: str) -> str:
    value, interval = values[metric], intervals[metric]
    if value is None or interval is None:
        return "-"
    return f"{figure(metric, value)} {figure(metric, interval[0])}..{figure(metric, interval[1])}"


def systems_table(result: EvalResult) -> list[list[str]]:
    """One line a system over the same questions; a star marks a significant distance from ours."""
    rows = [["system", *METRICS]]
    system = str(result.about["system"])
    rows.append([system, *(figure(m, result.metrics[m]) for m in METRICS)])
    for name, other in result.systems.items():
        apart = {
            d.metric for d in compare(other.rows, result.scored.rows).differences if d.significant
        }
        values = [figure(m, other.metrics[m]) + ("*" if m in apart else "") for m in METRICS]
        rows.append([name, *values])
    return rows


def comparison_table(comparison: Comparison) -> list[list[str]]:
    rows = [["metric", "before", "now", "change", "p"]]
    for one in comparison.differences:
        rows.append(
            [
                one.metric,
                figure(one.metric, one.before),
                figure(one.metric, one.after),
                "-" if one.change is None else f"{one.change:+.3f}",
                "-" if one.p is None else f"{one.p:.3f}" + ("*" if one.significant else ""),
            ]
        )
    return rows


def failure_table(scored: Scored) -> list[list[str]]:
    """How often each cause of failure occurs, and what it means."""
    counts = Counter(row.failure for row in scored.rows if row.failure)
    return [
        ["cause", "what it means", "questions"],
        *([cause, meaning, str(counts[cause])] for cause, meaning in FAILURES.items()),
    ]


def as_text(rows: Rows) -> str:
    """Columns aligned: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def as_markdown(rows: Rows) -> str:
    lines = ["| " + " | ".join(plain_markdown(cell) for cell in row) + " |" for row in rows]
    lines.insert(1, "| --- |" + " ---: |" * (len(rows[0]) - 1))
    return "\n".join(lines)


def plain_markdown(text: str) -> str:
    """Text that Markdown shows as it is: no markup, HTML, image or link of its own."""
    return re.sub(r"([\\`*_\[\]<>|!#~&])", r"\\\1", " ".join(text.split()))


def transposed(rows: Rows) -> list[list[str]]:
    return [list(column) for column in zip(*rows, strict=True)]


def text_report(result: EvalResult) -> str:
    """All figures of a run for the terminal."""
    about = result.about
    right = sum(row.right for row in result.scored.rows)
    parts = [
        f"{about['questions']['name']}: {len(result.scored.rows)} questions, {right} right; "
        f"{about['system']}, {about['index']['sources']} sources",
        as_text(overall_table(result.scored)),
        as_text(group_table("type", result.scored, intervals=False)),
        "Every figure by type, each with its 95 % interval:",
        *map(as_text, type_tables(result.scored)),
    ]
    if right < len(result.scored.rows):
        parts.append(as_text([[row[0], row[2]] for row in failure_table(result.scored)]))
    if result.systems:
        head, main, *others = systems_table(result)
        for at in range(0, len(others), SYSTEMS_ABREAST):
            parts.append(as_text(transposed([head, main, *others[at : at + SYSTEMS_ABREAST]])))
        parts.append("* differs significantly from the first system (paired shuffling, p < 0.05)")
    if result.judged:
        parts += [as_text(result.judged.table()), judge_note(result)]
    if result.comparison:
        parts += [as_text(comparison_table(result.comparison)), *comparison_lines(result)]
    parts += [f"Warning: {warning}" for warning in result.warnings]
    if result.path:
        parts.append(f"Run kept in {result.path}")
    return "\n\n".join(parts)


def judge_note(result: EvalResult) -> str:
    """Whose opinion it is, and how far it is that of the figures."""
    assert result.judged is not None
    correct = {
        row.id: row.shares.get("answer_correct", (0.0, 1.0))[0] == 1 for row in result.scored.rows
    }
    same, both = result.judged.agreement(correct)
    failed = sum(one.failed is not None for one in result.judged.opinions)
    return (
        f"The opinion of the language model {result.judged.model} on the answers that were given; "
        f"no figure rests on it. Whether an answer is right it says as the figures do {same} times "
        f"of {both}." + (f" {failed} times it gave nothing." if failed else "")
    )


def comparison_lines(result: EvalResult) -> list[str]:
    """What was gained and lost, and which gates closed, in sentences."""
    comparison = result.comparison
    if comparison is None:
        return []
    lines = [
        f"{comparison.questions} questions compared; only now {comparison.only_after}, "
        f"only before {comparison.only_before}",
        f"Gained {_ids(comparison.gained)}",
        f"Lost {_ids(comparison.lost)}",
    ]
    lines += [
        f"GATE CLOSED: {gate.metric} got significantly worse (allowed {gate.allowed:+g})"
        for gate in result.closed_gates
    ]
    return lines


def _ids(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
    return f"{len(ids)}" + (f": {', '.join(ids[:NAMED])}{more}" if ids else "")
