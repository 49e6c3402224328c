"""An evaluation run: ask every question of a set, score the answers, compare, keep the run."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.compare import Comparison, Gate, compare, parse_gate
from eval.judge import Judged, Opinion, judge_answer, opinion_of
from eval.metrics import Row, Scored, Values, score, scored
from eval.questions import Question, read_questions
from eval.systems import OURS, SYSTEMS, Ask, ours
from ingest.errors import WrongUse

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from ingest.settings import Settings

FORMAT = 1
PACKAGES = ("minutes-assistant", "bm25s", "chromadb", "ir-measures", "llama-index-core", "numpy")
# What decides the answers, ours and those of plainer systems: modules and trained weights.
CODE = ("assistant/**/*.py", "assistant/models/*.npz", "ingest/**/*.py", "eval/systems.py")
UNEXPLAINED_MS = 10  # per question, allowed between the timings and the clock
CLOCK = "clock_seconds"  # of an answer in a run that is not finished yet


@dataclass(frozen=True)
class Step:
    """How far a run has come."""

    system: str
    done: int
    total: int
    rate: float  # questions a second


@dataclass(frozen=True)
class Case:
    """A question as the report tells of it: what was expected and what was answered."""

    id: str
    question: str
    expected: tuple[tuple[str, ...], ...]
    evidence: tuple[dict[str, Any], ...]
    answer: str
    decline_reason: str | None
    citations: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class EvalResult:
    """A run with its comparison; `as_json` is what is kept and what `--json` prints."""

    made: str  # when, ISO
    about: dict[str, Any]  # questions, index, settings, versions, times: what figures depend on
    scored: Scored
    cases: tuple[Case, ...]
    systems: dict[str, Scored] = field(default_factory=dict)
    judged: Judged | None = None  # a model's opinion, where somebody asked for it
    comparison: Comparison | None = None
    closed_gates: tuple[Gate, ...] = ()
    warnings: tuple[str, ...] = ()
    path: Path | None = None  # where the run is kept

    @property
    def metrics(self) -> Values:
        return self.scored.metrics

    @property
    def exit_status(self) -> int:
        return 1 if self.closed_gates else 0

    def as_json(self) -> dict[str, Any]:
        main = asdict(self.scored)
        return {
            "format": FORMAT,
            "made": self.made,
            **self.about,
            **{key: main[key] for key in ("metrics", "intervals", "by_type", "by_body")},
            "by_type_intervals": self.scored.type_intervals,
            "systems": {name: asdict(other)["metrics"] for name, other in self.systems.items()},
            "system_rows": {name: asdict(other)["rows"] for name, other in self.systems.items()},
            "judged": asdict(self.judged) if self.judged else None,
            "comparison": asdict(self.comparison) if self.comparison else None,
            "closed_gates": [asdict(gate) for gate in self.closed_gates],
            "warnings": self.warnings,
            "rows": main["rows"],
            "cases": [asdict(case) for case in self.cases],
        }

    def text_table(self) -> str:
        from eval.tables import text_report

        return text_report(self)


def evaluate(
    questions: Path,
    index: Path,
    *,
    report: Path | None = None,
    baseline: Path | None = None,
    gates: Sequence[str] = (),
    systems: bool = False,
    judge: bool = False,
    answers: Path | None = None,
    out: Path | None = None,
    as_of: date | None = None,
    progress: Callable[[Step], None] | None = None,
    assistant: Assistant | None = None,
) -> EvalResult:
    """Run a question set over an index, or score the answers of an earlier batch.

    `as_of` is the day from which "last year" is counted: today, unless given. `assistant`: one that
    is open already over this index. `judge`: the language model of the settings says what it thinks
    of each answer.

    The run is kept as `out`, else in the folder `runs` of the index. One that was interrupted
    goes on where it stopped, as long as questions, index and code are the same.
    """
    if gates and baseline is None:
        raise WrongUse("--gate needs a run to compare with: give --baseline RUN.json.")
    from assistant.llm import load_llm
    from ingest.settings import load_settings

    settings = load_settings()
    llm = load_llm(settings) if judge else None
    if judge and llm is None:
        raise WrongUse("--judge needs a language model: set MINUTES_LLM.")
    day = as_of or date.today()
    wanted = [parse_gate(gate) for gate in gates]
    before = load_run(baseline) if baseline else None
    asked, unfinished = read_finished(questions)
    from eval.sources import bodies, source_texts
    from ingest.index import Index

    # Open to the end: the words of a PDF or a page are read from the index when quotes are held
    # against them.
    with closing(Index.open(index)) as held:
        texts, body_of = source_texts(held), bodies(held)
        about: dict[str, Any] = {
            "system": OURS if answers is None else f"answers of {answers.name}",
            "questions": {
                "name": questions.name,
                "sha256": hashlib.sha256(questions.read_bytes()).hexdigest(),
                "count": len(asked),
            },
            "index": index_fingerprint(held),
            "settings": settings_in_use(held),
            "versions": versions(),
            "as_of": day.isoformat(),
        }
        tell = progress or (lambda step: None)
        key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
        results: dict[str, Scored] = {}
        warnings = [*unfinished]
        given: list[dict[str, Any]] = []
        for name in SYSTEMS if systems else (OURS,):
            if name == OURS and answers is not None:
                found = load_answers(answers)
            else:
                partial = index / "runs" / f"partial-{key}-{name.replace(' ', '-').lower()}.jsonl"
                opened = name == OURS and assistant is not None
                ask = ours(index, day, assistant) if opened else SYSTEMS[name](index, day)
                found, seconds = ask_all(asked, ask, partial, name, tell)
                if name == OURS:
                    about["wall_seconds"] = round(seconds, 3)
                    warnings += _clock_warning(found, seconds)
            results[name] = score(asked, found, texts, body_of)
            if name == OURS:
                given = found
    judged = None
    if llm is not None:
        of = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:16]
        partial = index / "runs" / f"partial-{key}-judge-{of}.jsonl"
        judged = Judged(settings.llm or "", judge_all(asked, given, llm, settings, partial, tell))
    main = results.pop(OURS)
    comparison = None
    if before is not None:
        comparison = compare(main.rows, before.scored.rows)
        warnings += what_differs(before.about, about)
    result = EvalResult(
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        about=about,
        scored=main,
        cases=make_cases(asked, given),
        systems=results,
        judged=judged,
        comparison=comparison,
        closed_gates=tuple(g for g in wanted if comparison and g.is_closed(comparison)),
        warnings=tuple(warnings),
        path=out or index / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{questions.stem}.json",
    )
    save_run(result)
    if report is not None:
        from eval.report import write_report

        write_report(result, report)
    return result


def read_finished(path: Path) -> tuple[list[Question], list[str]]:
    """The questions that can be asked, and a warning of those that have no answers yet.

    Such are what users objected to, as `minutes feedback export` writes it. Any other fault is
    refused with its line.
    """
    questions, faults = read_questions(path)
    for fault in faults:
        if not fault.unfinished:
            raise WrongUse(f"{path}, line {fault.line}: {fault.text}.")
    if not questions:
        raise WrongUse(f"No question of {path} has its answers yet; fill them in.")
    if not faults:
        return questions, []
    ids = ", ".join(fault.id for fault in faults)
    return questions, [f"Not asked, since answers or evidence are still to be filled in: {ids}."]


def ask_all(
    questions: Sequence[Question],
    ask: Ask,
    partial: Path,
    system: str,
    tell: Callable[[Step], None],
) -> tuple[list[dict[str, Any]], float]:
    """Answers in the order of the questions, and the seconds of the clock that they took.

    Each answer is written to `partial` as it comes; those that stand there are not asked again.
    """
    done = {answer["id"]: answer for answer in _partial_answers(partial)}
    left = [question for question in questions if question.id not in done]
    if left:
        ask(left[0])  # the first question waits for models to load; figures are for a warm system
    partial.parent.mkdir(parents=True, exist_ok=True)
    seconds = 0.0
    with partial.open("a", encoding="utf-8") as kept:
        for number, question in enumerate(left, start=1):
            started = time.perf_counter()
            answer = ask(question)
            took = time.perf_counter() - started
            seconds += took
            done[question.id] = {"id": question.id, **answer, CLOCK: took}
            kept.write(json.dumps(done[question.id], ensure_ascii=False) + "\n")
            kept.flush()
            tell(Step(system, len(done), len(questions), number / max(seconds, 1e-9)))
    partial.unlink()
    seconds = sum(answer.pop(CLOCK) for answer in done.values())
    return [done[question.id] for question in questions], seconds


def judge_all(
    questions: Sequence[Question],
    answers: Sequence[Mapping[str, Any]],
    llm: Any,
    settings: Settings,
    partial: Path,
    tell: Callable[[Step], None],
) -> tuple[Opinion, ...]:
    """A model's opinion of each answer that was given, kept as they come, as answers are."""
    by_id = {str(answer["id"]): answer for answer in answers}
    answered = [question for question in questions if by_id[question.id]["answered"]]
    known = {str(one["id"]): opinion_of(one) for one in _partial_answers(partial)}
    left = [question for question in answered if question.id not in known]
    partial.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with partial.open("a", encoding="utf-8") as kept:
        for number, question in enumerate(left, start=1):
            one = judge_answer(llm, settings.llm_seconds, question, by_id[question.id])
            known[question.id] = one
            kept.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
            kept.flush()
            rate = number / max(time.perf_counter() - started, 1e-9)
            tell(Step("a model's opinion", len(known), len(answered), rate))
    partial.unlink()
    return tuple(known[question.id] for question in answered)


def load_answers(path: Path) -> list[dict[str, Any]]:
    """Answers that a batch wrote, one a line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise WrongUse(f"Cannot read the answers {path}: {error.strerror}.") from error
    answers = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = json.loads(line)
        except json.JSONDecodeError as error:
            raise WrongUse(f"{path}, line {number}: not JSON ({error.msg}).") from error
        if not isinstance(answer, Mapping) or "answered" not in answer:
            raise WrongUse(f"{path}, line {number}: not an answer of `minutes ask --batch`.")
        answers.append(dict(answer))
    return answers


def load_run(path: Path) -> EvalResult:
    """A run that was kept, without its comparison."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept.get("format") != FORMAT:
            raise WrongUse(f"{path} is not a run of this version of `minutes eval`.")
        rows = _rows(kept["rows"])
        return EvalResult(
            made=kept["made"],
            about={name: kept[name] for name in _ABOUT if name in kept},
            scored=scored(rows),
            cases=tuple(
                Case(
                    **{
                        **case,
                        "expected": tuple(tuple(group) for group in case["expected"]),
                        "evidence": tuple(case["evidence"]),
                        "citations": tuple(case["citations"]),
                    }
                )
                for case in kept["cases"]
            ),
            systems={name: scored(_rows(r)) for name, r in kept["system_rows"].items()},
            judged=_judged(kept.get("judged")),
            warnings=tuple(kept["warnings"]),
            path=path,
        )
    except OSError as error:
        raise WrongUse(f"Cannot read the run {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongUse(f"{path} is not a run that `minutes eval` kept.") from error


@dataclass(frozen=True)
class KeptRun:
    """A run in the list of those that were kept."""

    path: Path
    changed: float  # when the file was written, seconds since 1970
    made: str
    questions: str  # the name of the set
    system: str
    right: int
    count: int
    metrics: Values

    @property
    def name(self) -> str:
        day = f"{self.made[:10]} {self.made[11:16]}"
        return f"{day}, {self.questions}: {self.right} of {self.count} right ({self.system})"


def kept_runs(index: Path) -> list[KeptRun]:
    """The runs in the folder of an index, the newest first; other files there are passed over."""
    found = []
    for path in (index / "runs").glob("*.json"):
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept.get("format") != FORMAT:
                continue
            found.append(
                KeptRun(
                    path=path,
                    changed=path.stat().st_mtime,
                    made=kept["made"],
                    questions=kept["questions"]["name"],
                    system=kept["system"],
                    right=sum(row["right"] for row in kept["rows"]),
                    count=len(kept["rows"]),
                    metrics=kept["metrics"],
                )
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return sorted(found, key=lambda run: (run.made, run.path.name), reverse=True)


_ABOUT = ("system", "questions", "index", "settings", "versions", "as_of", "wall_seconds")


def compared(result: EvalResult, before: EvalResult) -> EvalResult:
    """A kept run held against an earlier one, with a warning of what else differs."""
    return replace(
        result,
        comparison=compare(result.scored.rows, before.scored.rows),
        warnings=(*result.warnings, *what_differs(before.about, result.about)),
    )


def save_run(result: EvalResult) -> None:
    """Keep the run at its path, all or nothing."""
    if result.path is None:
        return
    result.path.parent.mkdir(parents=True, exist_ok=True)
    temporary = result.path.with_suffix(".tmp")
    temporary.write_text(json.dumps(result.as_json(), ensure_ascii=False, indent=1), "utf-8")
    os.replace(temporary, result.path)


def index_fingerprint(index: Any) -> dict[str, Any]:
    """What tells one index from another: its model and the contents of its sources."""
    sources = index.sources()
    listing = "\n".join(f"{s.collection}\t{s.source}\t{s.sha256}" for s in sources)
    return {
        "sha256": hashlib.sha256(listing.encode()).hexdigest(),
        "sources": len(sources),
        "passages": sum(source.passages for source in sources),
        "embed_model": index.embed_model,
    }


def settings_in_use(index: Any) -> dict[str, Any]:
    """The settings under which answers are given."""
    from ingest.settings import load_settings

    settings = load_settings()
    return {
        "embed_model": index.embed_model,
        "llm": settings.llm,
        "chroma": "server" if settings.chroma_url else "embedded",
        "restricted": index.restricted,
    }


def versions() -> dict[str, str]:
    """Versions of what decides the answers, the product's own code and weights by contents."""
    root = Path(__file__).resolve().parent.parent
    code = hashlib.sha256()
    for module in sorted({path for pattern in CODE for path in root.glob(pattern)}):
        code.update(module.relative_to(root).as_posix().encode() + module.read_bytes())
    found = {"python": sys.version.split()[0], "code": code.hexdigest()[:16]}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def make_cases(
    questions: Sequence[Question], answers: Sequence[Mapping[str, Any]]
) -> tuple[Case, ...]:
    given = {answer["id"]: answer for answer in answers}
    shown = ("marker", "quote", "source", "page", "body", "date", "item", "title")
    return tuple(
        Case(
            id=question.id,
            question=question.question,
            expected=question.answers,
            evidence=tuple(
                {"source": one.source, "item": one.item, "title": one.title, "quote": one.quote}
                for one in question.evidence
            ),
            answer=str(given[question.id].get("answer") or ""),
            decline_reason=given[question.id].get("decline_reason"),
            citations=tuple(
                {key: citation.get(key) for key in shown}
                for citation in given[question.id].get("citations") or ()
            ),
        )
        for question in questions
    )


def _judged(kept: Mapping[str, Any] | None) -> Judged | None:
    if kept is None:
        return None
    return Judged(kept["model"], tuple(opinion_of(one) for one in kept["opinions"]))


def _rows(kept: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [
        Row(
            **{
                **row,
                "ranks": tuple(row["ranks"]),
                "shares": {name: tuple(share) for name, share in row["shares"].items()},
            }
        )
        for row in kept
    ]


def _partial_answers(partial: Path) -> list[dict[str, Any]]:
    """Answers of an interrupted run; a last line cut off in writing is asked again."""
    if not partial.is_file():
        return []
    answers = []
    for line in partial.read_text(encoding="utf-8").split("\n"):
        try:
            answers.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    partial.write_text(
        "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers), "utf-8"
    )
    return answers


def what_differs(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """A warning for each thing, besides the code, that differs between two runs."""
    same = {
        "the questions": ("questions", "sha256"),
        "the minutes in the index": ("index", "sha256"),
        "the embedding model": ("index", "embed_model"),
        "the language model": ("settings", "llm"),
    }
    differ = [
        what
        for what, (part, key) in same.items()
        if (before.get(part) or {}).get(key) != (now.get(part) or {}).get(key)
    ]
    return [f"The baseline run is not of the same: {', '.join(differ)} differ."] * bool(differ)


def _clock_warning(answers: Sequence[Mapping[str, Any]], seconds: float) -> list[str]:
    """A warning where the answers' own timings leave out time that the clock shows."""
    told = sum((answer.get("timings_ms") or {}).get("total") or 0 for answer in answers)
    if seconds * 1000 <= told * 1.1 + UNEXPLAINED_MS * len(answers):
        return []
    return [f"The answers tell of {told / 1000:.1f} s, the clock of {seconds:.1f} s."]
