"""Measures anew what the README and docs/evaluation.md say, and the committed baseline runs.

    python -m eval.figures [--only PART]... [--shared DIR] [--index LIMERICK_INDEX]   (make figures)

Without the folder of real minutes only the figures over the sample minutes are renewed.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from assistant.terminal import ProgressBar, tell
from assistant.wording import spoken_date
from eval import qmsum
from eval.baseline import BASELINES, SAMPLE_MINUTES, SAMPLE_QUESTIONS, real_set, save_baseline
from eval.metrics import METRICS
from eval.report import MEANINGS, summary
from eval.run import EvalResult, Step, evaluate
from eval.systems import OURS
from eval.tables import Rows, as_markdown, figure, systems_table, transposed
from ingest.errors import WrongUse

ROOT = Path(__file__).resolve().parent.parent
README, GUIDE = ROOT / "README.md", ROOT / "docs" / "evaluation.md"
INTERVAL_OF = "95 % interval"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--index", type=Path, help="an index of the minutes of Limerick")
    parser.add_argument("--only", choices=PARTS, action="append", help="may be given repeatedly")
    options = parser.parse_args()
    parts = options.only or PARTS
    if not (options.shared / "data").is_dir():
        tell(f"No real minutes in {options.shared}: only the sample's figures can be new.")
        parts = [part for part in parts if part in WITHOUT_SHARED]
    with tempfile.TemporaryDirectory() as temporary:
        for part in parts:
            PARTS[part](options, Path(temporary))


def _metrics(options: argparse.Namespace, work: Path) -> None:
    renew(GUIDE, "metrics", as_markdown([["metric", "meaning"], *map(list, MEANINGS.items())]))


def _sample(options: argparse.Namespace, work: Path) -> None:
    sample = _measure(SAMPLE_QUESTIONS, _index(SAMPLE_MINUTES, work / "sample"), systems=True)
    save_baseline(sample, BASELINES / "sample.json")
    renew(GUIDE, "sample", _told(sample) + "\n\n" + table(sample))


def _real(options: argparse.Namespace, work: Path) -> None:
    questions, minutes = real_set(options.shared, work / "real")
    real = _measure(questions, _index(minutes, work / "real-index"))
    save_baseline(real, BASELINES / "real.json")


def _limerick(options: argparse.Namespace, work: Path) -> None:
    index = options.index or _index(options.shared / "data" / "limerick", work / "limerick")
    dev = _measure(options.shared / "questions" / "dev.jsonl", index, systems=True)
    renew(README, "limerick", _told(dev) + "\n\n" + table(dev, parts=False))
    renew(GUIDE, "limerick", _told(dev) + "\n\n" + table(dev))


def _qmsum(options: argparse.Namespace, work: Path) -> None:
    folder = options.shared / "data" / "qmsum-committee"
    renew(GUIDE, "qmsum", talk(*qmsum.run(folder, work / "qmsum", qmsum.BESIDE), date.today()))


PARTS: dict[str, Callable[[argparse.Namespace, Path], None]] = {
    "metrics": _metrics,
    "sample": _sample,
    "real": _real,
    "limerick": _limerick,
    "qmsum": _qmsum,
}
WITHOUT_SHARED = ("metrics", "sample")


def talk(transcripts: int, queries: int, rows: Rows, day: date) -> str:
    """The retrieval over talk in a sentence and a table."""
    return (
        f"{queries} queries over {transcripts} transcripts. Measured by `make figures` on "
        f"{spoken_date(day.isoformat())}; in brackets the 95 % interval, a star marks a "
        f"significant distance from ours.\n\n{as_markdown(rows)}"
    )


def table(result: EvalResult, parts: bool = True) -> str:
    """All systems side by side as Markdown; `parts`: ours without each of its parts as well."""
    head, main, *others = systems_table(result)
    shown = [row for row in others if parts or not row[0].startswith(OURS)]
    intervals = [
        " to ".join(figure(metric, end) for end in interval) if interval else "-"
        for metric, interval in ((metric, result.scored.intervals[metric]) for metric in METRICS)
    ]
    return as_markdown(transposed([head, main, [INTERVAL_OF, *intervals], *shown]))


def renew(path: Path, name: str, text: str) -> None:
    """Put the text between the marks `figures: NAME` and `end of figures` of a Markdown file."""
    marks = re.compile(rf"(<!-- figures: {name} -->\n).*?(<!-- end of figures -->)", re.S)
    page, found = marks.subn(
        lambda mark: f"{mark[1]}\n{text}\n\n{mark[2]}", path.read_text(encoding="utf-8")
    )
    if found != 1:
        raise WrongUse(f"{path} has {found} places for the figures {name!r}, not one.")
    path.write_text(page, encoding="utf-8")


def _told(result: EvalResult) -> str:
    """The run in sentences, and when and by what it was measured."""
    causes = Counter(row.failure for row in result.scored.rows if row.failure)
    failures = "; ".join(f"{cause} {number}" for cause, number in causes.most_common())
    day = spoken_date(result.made[:10])
    return (
        f"{summary(result)} Why the others are not right: {failures}. Measured by `make figures` "
        f"on {day}; a star marks a significant distance from ours."
    )


def _index(minutes: Path, folder: Path) -> Path:
    from ingest.pipeline import ingest

    ingest([minutes], folder, progress=ProgressBar().ingest)
    return folder


def _measure(questions: Path, index: Path, systems: bool = False) -> EvalResult:
    bar = ProgressBar()

    def progress(step: Step) -> None:
        bar.show(step.done, step.total, f"questions ({step.system})", step.rate)

    return evaluate(questions, index, systems=systems, as_of=date.today(), progress=progress)


if __name__ == "__main__":
    main()
