"""The report of a run: one self-contained page, the same as Markdown, and its parts for others."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from assistant.wording import count
from eval.metrics import FAILURES, Row, Share, calibration, share
from eval.run import Case, EvalResult
from eval.tables import (
    Rows,
    as_markdown,
    comparison_lines,
    comparison_table,
    failure_table,
    figure,
    group_table,
    judge_note,
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
SPREAD = (
    "Figures come from the questions that happened to be asked. “48 % to 68 %” says: with other "
    "questions of the same kinds, the figure would lie there 95 times in 100."
)
INTERVALS = (
    "Each figure with its 95 % interval (bootstrap over questions). Where both ends are the same, "
    "no question came out otherwise: with n such questions, up to 3 in n may yet do."
)
GROUPS = (
    "Each figure with its 95 % interval. Found: the evidence is among the first five passages. "
    "Right: the answer holds what it has to. Cited: the evidence is cited. Declined: no answer was "
    "given, which is right of unanswerable questions alone. Points: +1 for a right answer with the "
    "right source or a rightly declined question, 0 for an answerable question that was declined, "
    "-1 for the rest."
)
FEW_ANSWERS = 200  # below it, figures of confidence say little
EXAMPLES = 3  # questions that stand for the set
COVERAGES = (0.25, 0.5, 0.75)  # points of the curve that the Markdown report names
INK, ACCENT, PALE = "#1f2933", "#0b6e99", "#b8c4ce"
_STYLE = """
@page{margin:16mm 14mm}
body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:62rem;margin:2rem auto;
padding:0 1rem}
h1{font-size:1.8rem;line-height:1.25}h2{margin-top:2.5rem;border-bottom:1px solid #b8c4ce}
h1,h2,h3,h4{break-after:avoid}
.tall{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem}thead{display:table-header-group}
th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #dde3e8;vertical-align:top}
th{vertical-align:bottom}tr{break-inside:avoid}
th:first-child,td:first-child,td.text,th.text{text-align:left}
.headline{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem;padding:0;
list-style:none}
.headline li{border:1px solid #b8c4ce;border-radius:6px;padding:.7rem 1rem;break-inside:avoid}
.headline strong{display:block;font-size:1.7rem;line-height:1.3}.headline small{display:block;
color:#45525e}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
figure{margin:0;break-inside:avoid}figure svg{width:100%;height:auto}
figcaption{font-size:.88rem;color:#45525e}
article{border-left:4px solid #b8c4ce;padding-left:1rem;margin:1.4rem 0}
article p{margin:.35rem 0}article h4{margin:0;font-size:1rem}
.label{color:#45525e}blockquote{margin:.3rem 0 .3rem 1rem;color:#45525e;font-size:.92rem}
@media print{body{font-size:10pt;line-height:1.4;max-width:none;margin:0;padding:0}
.tall{overflow:visible}table{font-size:7.5pt}th,td{padding:.12rem .35rem}h1{font-size:18pt}
h2{font-size:13pt;margin-top:1.4rem}h3{font-size:11pt}
.headline{grid-template-columns:repeat(3,1fr)}.headline strong{font-size:14pt}
.pictures{grid-template-columns:1fr 1fr}article{margin:.8rem 0}article h4{font-size:10pt}
blockquote,figcaption{font-size:8.5pt}}
"""


@dataclass(frozen=True)
class Headline:
    """A figure in words, for somebody who knows none of the metrics."""

    says: str
    value: str
    detail: str


@dataclass(frozen=True)
class Picture:
    """A plot with what it says, and the same as a table."""

    caption: str
    draw: Callable[[Any], None]
    table: Rows

    def svg(self) -> str:
        """The plot as an SVG element that reads without colour and is the same each time."""
        import matplotlib
        from matplotlib.figure import Figure

        fixed: Any = {"svg.hashsalt": "minutes", "font.size": 9, "svg.fonttype": "path"}
        with matplotlib.rc_context(fixed):
            drawing = Figure(figsize=(4.4, 3.2), layout="constrained")
            axes = drawing.add_subplot()
            axes.spines[["top", "right"]].set_visible(False)
            self.draw(axes)
            out = io.StringIO()
            drawing.savefig(out, format="svg", metadata={"Date": None})
        return out.getvalue()[out.getvalue().index("<svg") :]


@dataclass(frozen=True)
class Section:
    """A part of the report; how it is laid out is left to the page, the Markdown or the web app."""

    heading: str
    notes: tuple[str, ...] = ()
    table: Rows = ()
    pictures: tuple[Picture, ...] = ()
    text_columns: tuple[int, ...] = ()  # of the table, besides the first
    points: tuple[str, ...] = ()  # a list


def write_report(result: EvalResult, folder: Path) -> Path:
    """Write index.html and report.md to the folder; returns the path of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(markdown(result), encoding="utf-8")
    page = folder / "index.html"
    page.write_text(html(result), encoding="utf-8")
    return page


def html(result: EvalResult) -> str:
    """The run as one page without scripts or anything from elsewhere."""
    boxes = "".join(
        f"<li>{escape(one.says)}<strong>{escape(one.value)}</strong>"
        f"<small>{escape(one.detail)}</small></li>"
        for one in headlines(result)
    )
    parts = [
        f"<h1>{escape(title(result))}</h1>",
        *(f"<p>{escape(text)}</p>" for text in opening(result)),
        f'<ul class="headline">{boxes}</ul>',
        f"<p>{escape(SPREAD)}</p>",
        *map(_section, main_sections(result)),
        "<h2>Every question that was not handled rightly</h2>",
        *(_failed_html(result) or ["<p>None.</p>"]),
        *map(_section, appendix(result)),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title(result))}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def markdown(result: EvalResult) -> str:
    """The run for a pull request: the same sections, with tables in place of plots."""
    parts = [f"# {plain_markdown(title(result))}", *map(plain_markdown, opening(result))]
    parts.append(
        as_markdown(
            [["in short", "value", "detail"]]
            + [[one.says, one.value, one.detail] for one in headlines(result)]
        )
    )
    parts += [_section_markdown(one) for one in main_sections(result)]
    parts.append("## Not handled rightly")
    parts += [
        f"- **{plain_markdown(case.id)}** ({row.failure}): {plain_markdown(case.question)}\n"
        f"  - expected: {plain_markdown(expected(case))}\n"
        f"  - given: {plain_markdown(given(case, row))}"
        + (f"\n  - a model's opinion: {thought}" if (thought := opinion(result, case.id)) else "")
        for case, row in failed(result)
    ] or ["None."]
    parts += [_section_markdown(one) for one in appendix(result)]
    return "\n\n".join(part for part in parts if part) + "\n"


def title(result: EvalResult) -> str:
    return f"How well were the questions of {result.about['questions']['name']} answered?"


def opening(result: EvalResult) -> list[str]:
    """What was asked, in words."""
    rows = result.scored.rows
    answerable = sum(row.answerable for row in rows)
    kinds = len({row.type for row in rows if row.answerable})
    bodies = len(result.scored.by_body)
    where = f"{result.about['index']['sources']} sources"
    if bodies:
        where += f", asked about {bodies} {'bodies' if bodies > 1 else 'body'}"
    told = (
        f"{len(rows)} questions were asked of the minutes ({where}) on {result.made[:10]}: "
        f"{answerable} that the minutes answer, of {count(kinds, 'kind')}, and "
        f"{len(rows) - answerable} that they do not answer, where the right thing is to say so. "
        "Who wrote them knew the right answer and where it stands; no figure is a language "
        "model's opinion."
    )
    examples: dict[str, str] = {}
    for row, case in zip(rows, result.cases, strict=False):
        examples.setdefault(row.type, case.question)
    quoted = " ".join(f"“{question}”" for question in list(examples.values())[:EXAMPLES])
    return [told, f"Such questions are: {quoted}"] if quoted else [told]


def headlines(result: EvalResult) -> list[Headline]:
    """The run in six figures."""
    rows = result.scored.rows

    def box(
        says: str, having: Callable[[Row], bool], among: Callable[[Row], bool]
    ) -> Headline | None:
        found = share(rows, having, among)
        return Headline(says, *_in_words(found)) if found.of else None

    def answerable(row: Row) -> bool:
        return row.answerable

    boxes = [
        box("An answer is given: it is right, with the right source", _right, _answered),
        box("The minutes answer: right answer, right source", _right, answerable),
        box(
            "The minutes answer: wrong answer, or a source that does not say so",
            lambda row: row.answered and not row.right,
            answerable,
        ),
        box("The minutes answer: no answer given", lambda row: not row.answered, answerable),
        box(
            "The minutes do not answer: declined, as it should be",
            _right,
            lambda row: not row.answerable,
        ),
    ]
    points, nothing = result.metrics["trust"], result.metrics["always_decline"]
    trust = Headline(
        "Points a question: 1 for right, 0 for no answer, -1 for wrong",
        figure("trust", points),
        f"declining everything would give {figure('trust', nothing)}",
    )
    return [*(one for one in boxes if one), trust]


def _right(row: Row) -> bool:
    return row.right


def _answered(row: Row) -> bool:
    return row.answered


def _in_words(found: Share) -> tuple[str, str]:
    spread = ""
    if found.interval:
        low, high = (percent(end) for end in found.interval)
        spread = f"{low} to {high} likely" if low != high else ""
    return f"{found.count} of {found.of}", ", ".join(
        filter(None, (percent(found.value or 0.0), spread))
    )


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


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


def main_sections(result: EvalResult) -> list[Section]:
    """What everybody reads: where it went wrong, the plots, by kind and by body."""
    scored = result.scored
    sections = [
        Section(
            "Where it went wrong",
            ("Each question that was not handled rightly has one cause, the first that applies.",),
            failure_table(scored),
            text_columns=(1,),
        ),
        Section("In pictures", pictures=tuple(pictures(result))),
        Section("By kind of question", (GROUPS,), group_table("kind", scored)),
    ]
    if scored.by_body:
        table = group_table("body", scored, by_body=True)
        sections.append(Section("By body", ("Where the evidence stands.",), table))
    if result.comparison:
        sections.append(
            Section(
                "Against the baseline run",
                ("A star: the difference is more than chance makes (p < 0.05).",),
                comparison_table(result.comparison),
                points=tuple(comparison_lines(result)),
            )
        )
    return [one for one in sections if one.table or one.pictures]


def appendix(result: EvalResult) -> list[Section]:
    """What a reader looks up: every figure, the other systems, what the run rests on."""
    table = [[*row, MEANINGS.get(row[0], "meaning")] for row in overall_table(result.scored)]
    notes = (INTERVALS, *filter(None, [_confidence_note(result)]))
    sections = [Section("All figures", notes, table, text_columns=(3,))]
    if result.judged:
        opinion = Section("A model's opinion", (judge_note(result),), result.judged.table())
        sections.append(opinion)
    if result.systems:
        sections.append(
            Section(
                "Beside other systems",
                ("The same questions; a star marks a significant distance from the first.",),
                transposed(systems_table(result)),
            )
        )
    about = [["what", "value"], ["made", result.made]]
    for name, value in result.about.items():
        if isinstance(value, dict):
            about += [[f"{name} {key}", str(one)] for key, one in value.items()]
        else:
            about.append([name, str(value)])
    about += [["warning", warning] for warning in result.warnings]
    sections.append(Section("What the run rests on", table=about, text_columns=(1,)))
    return sections


def failed(result: EvalResult) -> list[tuple[Case, Row]]:
    """The questions that were not handled rightly, by cause."""
    rows = {row.id: row for row in result.scored.rows}
    found = [(case, rows[case.id]) for case in result.cases if not rows[case.id].right]
    order = list(FAILURES)
    return sorted(found, key=lambda pair: order.index(str(pair[1].failure)))


def expected(case: Case) -> str:
    """What a right answer holds, in words."""
    groups = [" or ".join(f"“{one}”" for one in group) for group in case.expected]
    return "; and ".join(groups) or "to decline: the minutes do not say"


def evidence_place(case: Case) -> str:
    """Where the minutes say it."""
    return "; ".join(
        f"{e['source']}, item {e['item'] or '(no number)'} {e['title']}".strip()
        for e in case.evidence
    )


def citation_place(citation: dict[str, Any]) -> str:
    """What an answer cites, in words."""
    parts = [citation.get("body"), citation.get("date"), citation.get("source")]
    item = f"item {citation['item']}" if citation.get("item") else None
    return ", ".join(str(part) for part in (*parts, item, citation.get("title")) if part)


def given(case: Case, row: Row) -> str:
    """The answer that was given, with its confidence."""
    if not row.answered:
        reason = f" ({case.decline_reason})" if case.decline_reason else ""
        return f"Declined{reason}: {case.answer}"
    return f"{case.answer} (confidence {row.confidence:.2f})"


def opinion(result: EvalResult, id: str) -> str:
    """What the model thinks of an answer, in words."""
    found = [one for one in (result.judged.opinions if result.judged else ()) if one.id == id]
    if not found:
        return ""
    words = {True: "yes", False: "no", None: "no verdict"}
    score = "no verdict" if found[0].score is None else f"{found[0].score:g} of 5"
    return f"supported by the quotes: {words[found[0].faithful]}; right: {score}"


def found_at(row: Row) -> str:
    """At which rank the evidence was found."""
    if not row.answerable:
        return ""
    return f"evidence at rank {row.ranks[0]}" if row.ranks else "evidence not among the first ten"


def pictures(result: EvalResult) -> list[Picture]:
    """The plots of a run, as far as its questions bear on them."""
    rows = result.scored.rows
    answered = [row for row in rows if row.answered]
    confidence = np.array([row.confidence for row in answered])
    right = np.array([row.right for row in answered], dtype=float)
    times = [row.total_ms for row in rows if row.total_ms is not None]
    plots: list[Picture] = []
    if answered:
        plots.append(_reliability(confidence, right))
        plots.append(_coverage_risk(len(rows), confidence, right))
    if any(row.answerable for row in rows):
        plots.append(_hits_by_rank(rows))
    if times:
        plots.append(_latency(times))
    return plots


def _reliability(confidence: Any, right: Any) -> Picture:
    points = calibration(confidence, right)

    def draw(axes: Any) -> None:
        axes.plot([0, 1], [0, 1], color=PALE, linestyle="--")
        axes.plot([p[0] for p in points], [p[1] for p in points], "o-", color=ACCENT)
        for mean, share_right, answers in points:
            offset = {"textcoords": "offset points", "xytext": (5, -11)}
            axes.annotate(str(answers), (mean, share_right), **offset)
        axes.set(xlim=(0, 1.04), ylim=(-0.08, 1.04), xlabel="confidence", ylabel="share right")

    caption = (
        "Can confidence be taken at its word? Of answers at a given confidence, so many were right "
        "with the right source. On the dashed line it can; below it, confidence says too much. The "
        "number of answers stands beside each point."
    )
    lines = [[f"{mean:.2f}", f"{one:.2f}", str(number)] for mean, one, number in points]
    return Picture(caption, draw, [["confidence", "share right", "answers"], *lines])


def _coverage_risk(questions: int, confidence: Any, right: Any) -> Picture:
    order = np.argsort(-confidence, kind="stable")
    given_so_far = np.arange(1, len(order) + 1)
    risk = 1 - np.cumsum(right[order]) / given_so_far
    coverage = given_so_far / questions

    def draw(axes: Any) -> None:
        axes.plot(coverage, risk, color=ACCENT, drawstyle="steps-post")
        axes.plot(coverage[-1:], risk[-1:], "o", color=INK)
        near_end = bool(coverage[-1] > 0.5)
        axes.annotate(
            f"now: {percent(coverage[-1])} answered,\n{percent(risk[-1])} of these wrong",
            (coverage[-1], risk[-1]),
            textcoords="offset points",
            xytext=(0, 10) if risk[-1] < 0.7 else (0, -28),
            ha="right" if near_end else "left",
        )
        axes.set(xlim=(0, 1.04), ylim=(-0.04, 1.04), xlabel="share of questions answered")
        axes.set(ylabel="share of answers wrong")

    caption = (
        "What would more caution bring? If only the most confident answers were given, so many of "
        "them would be wrong. The dot is where the assistant stands now."
    )
    places = [int(np.searchsorted(coverage, one)) for one in COVERAGES if one < coverage[-1]]
    lines = [[percent(coverage[at]), percent(risk[at]), ""] for at in places]
    lines.append([percent(coverage[-1]), percent(risk[-1]), "as it stands now"])
    return Picture(caption, draw, [["questions answered", "of these wrong", ""], *lines])


def _hits_by_rank(rows: Sequence[Row]) -> Picture:
    firsts = Counter(row.ranks[0] if row.ranks else 11 for row in rows if row.answerable)
    places = list(range(1, 12))
    names = [*map(str, range(1, 11)), "none"]

    def draw(axes: Any) -> None:
        bars = axes.bar(places, [firsts[place] for place in places], color=[ACCENT] * 10 + [PALE])
        axes.bar_label(bars, [str(firsts[place] or "") for place in places], padding=1)
        axes.set_xticks(places, names)
        axes.set(xlabel="rank", ylabel="questions")

    caption = "At which rank the first passage that holds the evidence was found."
    lines = [[n, str(firsts[at])] for at, n in zip(places, names, strict=True) if firsts[at]]
    return Picture(caption, draw, [["rank of the evidence", "questions"], *lines])


def _latency(times: Sequence[float]) -> Picture:
    marks = {f"{at} %": float(np.percentile(times, at)) for at in (50, 95)}

    def draw(axes: Any) -> None:
        axes.hist(times, bins=min(30, max(5, len(times) // 4)), color=ACCENT)
        for (name, value), style in zip(marks.items(), (":", "--"), strict=True):
            axes.axvline(value, color=INK, linestyle=style, label=f"{name} took no longer")
        axes.legend(frameon=False)
        axes.set(xlabel="milliseconds", ylabel="answers")

    lines = [[f"{at} %", f"{np.percentile(times, at):.0f}"] for at in (50, 75, 95, 100)]
    caption = "How long answers took, on the computer that asked."
    return Picture(caption, draw, [["of the answers", "took at most (ms)"], *lines])


def _confidence_note(result: EvalResult) -> str:
    answers = sum(row.answered for row in result.scored.rows)
    if answers >= FEW_ANSWERS:
        return ""
    return (
        f"ece and auc_right rest on {answers} answers; below {FEW_ANSWERS} they say little, "
        "so pool several question sets."
    )


def _section(one: Section) -> str:
    plots = "".join(
        f"<figure>{picture.svg()}<figcaption>{escape(picture.caption)}</figcaption></figure>"
        for picture in one.pictures
    )
    points = "".join(f"<li>{escape(point)}</li>" for point in one.points)
    return "\n".join(
        [
            f"<h2>{escape(one.heading)}</h2>",
            *(f"<p>{escape(note)}</p>" for note in one.notes),
            _table(one.table, one.text_columns) if one.table else "",
            f'<div class="pictures">{plots}</div>' if plots else "",
            f"<ul>{points}</ul>" if points else "",
        ]
    )


def _section_markdown(one: Section) -> str:
    parts = [f"## {plain_markdown(one.heading)}", *map(plain_markdown, one.notes)]
    parts += [as_markdown(one.table)] if one.table else []
    for picture in one.pictures:
        parts += [plain_markdown(picture.caption), as_markdown(picture.table)]
    parts += ["\n".join(f"- {plain_markdown(point)}" for point in one.points)]
    return "\n\n".join(part for part in parts if part)


def _failed_html(result: EvalResult) -> list[str]:
    parts = []
    cause = None
    for case, row in failed(result):
        if row.failure != cause:
            cause = str(row.failure)
            parts.append(f"<h3>{escape(cause.capitalize())}: {escape(FAILURES[cause])}</h3>")
        parts.append(_case(case, row, opinion(result, case.id)))
    return parts


def _case(case: Case, row: Row, thought: str) -> str:
    lines = {
        "Expected": expected(case),
        "It stands in": ", ".join(filter(None, (evidence_place(case), found_at(row)))),
        "Given": given(case, row),
        "A model's opinion": thought,
    }
    told = "".join(
        f'<p><span class="label">{name}:</span> {escape(text)}</p>'
        for name, text in lines.items()
        if text
    )
    quotes = "".join(
        f"<blockquote>[{escape(str(c['marker']))}] {escape(str(c['quote']))}<br>"
        f"<small>{escape(citation_place(c))}</small></blockquote>"
        for c in case.citations
    )
    return (
        f"<article><h4>{escape(case.question)} "
        f'<small class="label">{escape(case.id)}</small></h4>{told}{quotes}</article>'
    )


def _table(rows: Rows, text_columns: Sequence[int] = ()) -> str:
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
