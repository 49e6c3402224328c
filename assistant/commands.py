"""What each command of `minutes` does; whatever is heavy is imported where it is needed."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import terminal
from assistant.terminal import show, show_json, tell
from assistant.wording import count, place
from ingest.errors import WrongUse
from ingest.model import as_json
from ingest.settings import load_settings

if TYPE_CHECKING:
    from assistant.answer_model import Answer
    from assistant.assistant import Assistant
    from assistant.batch import Request
    from ingest.index import Index
    from ingest.model import Meeting

DONE, SOME_FAILED, NOTHING_DONE = 0, 1, 2


def index_folder(options: argparse.Namespace) -> Path:
    """The folder of the index: the flag, else the setting."""
    return options.index or load_settings().index


def open_index(options: argparse.Namespace) -> Index:
    from ingest.index import Index

    return Index.open(index_folder(options))


def open_assistant(options: argparse.Namespace, *, writes: bool = True) -> Assistant:
    """The assistant of the settings; one that only searches needs no language model."""
    from assistant.assistant import Assistant
    from assistant.llm import load_llm

    llm = load_llm(load_settings()) if writes else None
    return Assistant(index_folder(options), llm=llm)


def _period(options: argparse.Namespace) -> dict[str, Any]:
    return {"body": options.body, "since": options.since, "until": options.until}


def ingest(options: argparse.Namespace) -> int:
    from ingest.pipeline import ingest as run

    report = run(
        options.paths,
        index_folder(options),
        collection=options.collection,
        council=options.council,
        rebuild=options.rebuild,
        include_restricted=options.include_restricted,
        embed_model=options.embed_model,
        progress=terminal.ProgressBar().ingest,
    )
    if options.json:
        show_json(asdict(report))
    else:
        terminal.show_ingest_report(report)
    if not report.failed:
        return DONE
    return SOME_FAILED if report.read + report.unchanged else NOTHING_DONE


def remove(options: argparse.Namespace) -> int:
    from assistant import conversations
    from ingest.pipeline import remove as run

    report = run(options.sources, index_folder(options))
    forgotten = conversations.forget(index_folder(options), report.removed)
    if options.json:
        show_json(asdict(report) | {"answers": forgotten})
    else:
        show(
            f"Took out {count(len(report.removed), 'source')} with "
            f"{count(report.meetings, 'meeting')} and {count(report.passages, 'passage')}"
            + (
                f", and {count(forgotten, 'kept answer')} that quoted or found them."
                if forgotten
                else "."
            )
        )
    for text in (
        *report.warnings,
        *(f"{source} is not in the index." for source in report.missing),
    ):
        tell(f"minutes: {text}")
    return SOME_FAILED if report.missing else DONE


def undo(options: argparse.Namespace) -> int:
    from ingest.runs import undo_last

    report = undo_last(index_folder(options).absolute(), terminal.ProgressBar().ingest)
    if options.json:
        show_json(asdict(report))
        return DONE
    said = [f"Took out {count(len(report.taken_out), 'source')}"] if report.taken_out else []
    said += [f"put back {count(len(report.restored), 'source')}"] if report.restored else []
    told = " and ".join(said)
    show(f"{told[0].upper()}{told[1:]}.")
    if report.taken_out:
        tell("minutes: files that still lie in their folder are read again by its next ingest.")
    return DONE


def sync(options: argparse.Namespace) -> int:
    from ingest.sync import sync as run

    report = run(
        options.url,
        index_folder(options),
        committees=options.committee or (),
        since=options.since,
        until=options.until,
        council=options.council,
        progress=terminal.ProgressBar().ingest,
    )
    if options.json:
        show_json(asdict(report))
    else:
        terminal.show_sync_report(report)
    if report.stopped:
        tell(f"minutes: {report.stopped} Run the same again to go on from there.")
    failed = report.stopped or report.failed or report.ingest.failed
    return SOME_FAILED if failed else DONE


def parse(options: argparse.Namespace) -> int:
    import tempfile

    from ingest.same import link_meetings, settle_names
    from ingest.scan import scan_paths
    from ingest.worker import read_all

    with tempfile.TemporaryDirectory(prefix="minutes-") as unpacked:
        scan = scan_paths(options.paths, Path(unpacked), each_alone=True)
        for source, reason in scan.skipped:
            tell(f"{source}: passed over, {reason}")
        faults = [(source, reason) for _, source, reason in scan.failed]
        read: list[tuple[Meeting, ...]] = [()] * len(scan.files)
        for outcome in read_all([(file.path, file.source) for file in scan.files]):
            read[outcome.place] = outcome.meetings
            if outcome.reason:
                faults.append((scan.files[outcome.place].source, outcome.reason))
        for source, reason in faults:
            tell(f"{source}: {reason}")
        if options.coverage:
            _show_coverages(
                [
                    (file.path, file.source, understood)
                    for file, understood in zip(scan.files, read, strict=True)
                    if understood
                ]
            )
        else:
            every = [meeting for held in read for meeting in held]
            for meeting in link_meetings(settle_names(every)):
                if options.json:
                    print(json.dumps(_parsed(meeting), ensure_ascii=False))
                else:
                    terminal.show_parsed(meeting)
    if not faults:
        return DONE
    return SOME_FAILED if any(read) else NOTHING_DONE


def _parsed(meeting: Meeting) -> dict[str, Any]:
    """The JSON form of a parsed meeting: paragraphs as plain text, the page with the item."""
    form: dict[str, Any] = as_json(meeting)
    keys = ("source", "also", "council", "body", "date", "status", "language", "url", "ocr")
    items = [
        {**item, "paragraphs": [paragraph["text"] for paragraph in item["paragraphs"]]}
        for item in form["items"]
    ]
    return {
        **{key: form[key] for key in keys},
        "attendance": form["attendance"],
        "items": items,
        "front": [paragraph["text"] for paragraph in form["front"]],
        "furniture": form["furniture"],
        "warnings": form["warnings"],
    }


FURNITURE_SHOWN = 50  # lines


def _show_coverages(files: Sequence[tuple[Path, str, Sequence[Meeting]]]) -> None:
    """Of each file and of all, the share of words that came through, and what is furniture."""
    from eval.measure_reading import coverage_of

    total = kept = 0
    furniture: Counter[str] = Counter()
    for path, source, meetings in files:
        found = coverage_of(path, meetings)
        if not found.words:
            show(f"{source}: not measured; it has no text layer to hold the reading against")
            continue
        total += found.words
        kept += found.kept
        furniture.update(line for meeting in meetings for line in meeting.furniture)
        missing = ", ".join(f"{word} ({n})" for word, n in found.missing.most_common(20))
        show(
            f"{source}: {found.kept / found.words:.2%} of {found.words:,} words"
            + (f"; missing: {missing}" if missing else "")
        )
    if total and len(files) > 1:
        show(f"all {len(files)} files: {kept / total:.2%} of {total:,} words")
    if furniture:
        show("furniture, the most frequent lines first:")
        for line, count in furniture.most_common(FURNITURE_SHOWN):
            show(f"{count:6d} {line[:80]}")


def ask(options: argparse.Namespace) -> int:
    if options.batch:
        return _ask_batch(options)
    if options.question is None:
        raise WrongUse('Give a question: minutes ask "Who seconded the motion?"')
    from assistant.assistant import check
    from assistant.export import format_of, save

    check(options.question)  # before anything is loaded
    if options.out:
        format_of(options.out)
    assistant = open_assistant(options)
    written = terminal.Written(quiet=options.json)
    answer = assistant.ask(
        options.question, as_of=options.as_of, show=written.show, **_period(options)
    )
    if options.out:
        save([answer], options.out)
        tell(f"minutes: the answer is in {options.out}")
    if options.json:
        show_json(answer.as_json(explain=options.explain))
    else:
        terminal.show_answer(answer, options.explain, shown=written.text)
    return DONE


def _ask_batch(options: argparse.Namespace) -> int:
    from assistant.batch import answer_all, read_requests

    if options.question is not None:
        raise WrongUse("Give a question or --batch, not both.")
    if options.out is None:
        raise WrongUse("--batch needs --out FILE for the answers.")
    requests = read_requests(options.batch)
    assistant = open_assistant(options)
    progress = terminal.ProgressBar()

    def put(request: Request) -> Answer:
        return assistant.ask(
            request.question, history=request.history, as_of=options.as_of, **_period(options)
        )

    answered = 0
    failed: list[tuple[str, str]] = []
    try:
        with options.out.open("w", encoding="utf-8") as out:
            for done, (answer, problem) in enumerate(answer_all(requests, put), start=1):
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")
                out.flush()
                answered += answer["answered"]
                if problem:
                    failed.append((answer["id"], problem))
                progress.step(done, len(requests), "questions")
    except OSError as error:
        raise WrongUse(f"Cannot write {options.out}: {error.strerror}.") from error
    summary = {
        "questions": len(requests),
        "answered": answered,
        "declined": len(requests) - answered,
        "failed": [{"id": id, "reason": reason} for id, reason in failed],
        "out": str(options.out),
    }
    if options.json:
        show_json(summary)
    else:
        show(
            f"{count(len(requests), 'question')}: {answered} answered, "
            f"{len(requests) - answered} declined; {options.out}"
        )
    for id, reason in failed:
        tell(f"minutes: question {id}: {reason}")
    return SOME_FAILED if failed else DONE


def lookup(options: argparse.Namespace) -> int:
    from assistant.lookup import lookup as run

    with closing(open_index(options)) as index:
        result = run(index, options.text)
    if options.json:
        show_json(asdict(result))
    else:
        terminal.show_lookup(result)
    return DONE


def search(options: argparse.Namespace) -> int:
    from assistant.assistant import check

    check(options.text)
    found = open_assistant(options, writes=False).search(
        options.text, options.k, **_period(options)
    )
    if options.json:
        show_json([passage.as_json() for passage in found])
    elif found:
        terminal.show_passages(found)
    else:
        show("Nothing was found.")
    return DONE


def chat(options: argparse.Namespace) -> int:
    from assistant.answer_model import Turn
    from assistant.export import save

    assistant = open_assistant(options)
    tell(
        "Ask a question; /new begins a new conversation, /save FILE writes this one as .docx, .pdf "
        "or .md, Ctrl+C stops an answer, /quit or Ctrl+D ends it."
    )
    answers: list[Answer] = []
    while True:
        try:
            question = input("> ").strip()
        except EOFError:
            return DONE
        if question == "/quit":
            return DONE
        if question == "/new":
            answers = []
            continue
        if not question:
            continue
        written = terminal.Written()
        try:
            if question.split()[0] == "/save":
                save(answers, Path(question.removeprefix("/save").strip()).expanduser())
                continue
            history = [Turn(answer.question, answer.answer) for answer in answers]
            answer = assistant.ask(question, history=history, show=written.show, **_period(options))
        except WrongUse as error:
            tell(str(error))
            continue
        except KeyboardInterrupt:
            tell("\nThe question was stopped.")
            continue
        terminal.show_answer(answer, shown=written.text)
        answers.append(answer)


def meetings(options: argparse.Namespace) -> int:
    from assistant.register import choose_meetings

    with closing(open_index(options)) as index:
        chosen = choose_meetings(index, **_period(options))
        found = [(meeting, len(index.items(meeting.id))) for meeting in chosen]
    if options.json:
        show_json([asdict(meeting) | {"items": number} for meeting, number in found])
        return DONE
    for meeting, number in found:
        terminal.show_meeting(meeting, number)
    return DONE


def items(options: argparse.Namespace) -> int:
    from assistant.register import choose_meetings

    if options.decisions or options.kind or options.out:
        return _decisions(options)
    with closing(open_index(options)) as index:
        chosen = choose_meetings(index, **_period(options))
        found = [(meeting, index.items(meeting.id)) for meeting in chosen]
    if options.json:
        keys = ("source", "council", "body", "date", "status")
        show_json(
            [
                {key: getattr(meeting, key) for key in keys} | as_json(item)
                for meeting, held in found
                for item in held
            ]
        )
        return DONE
    for meeting, held in found:
        for item in held:
            show(place(meeting.body, meeting.date, item.number, item.title, item.page))
    return DONE


def _decisions(options: argparse.Namespace) -> int:
    from assistant.register import COLUMNS, as_csv, as_excel, list_decisions, rows

    with closing(open_index(options)) as index:
        entries = list_decisions(index, **_period(options), kinds=options.kind or ())
    if options.out:
        writers = {".csv": as_csv, ".xlsx": as_excel}
        write = writers.get(options.out.suffix.lower())
        if write is None:
            raise WrongUse(f"{options.out} must end in .csv or .xlsx.")
        try:
            options.out.write_bytes(write(entries))
        except OSError as error:
            raise WrongUse(f"Cannot write {options.out}: {error.strerror}.") from error
        tell(f"minutes: {count(len(entries), 'decision')} in {options.out}")
        return DONE
    if options.json:
        names = [name.lower() for name, _ in COLUMNS]
        show_json([dict(zip(names, row, strict=True)) for row in rows(entries)])
        return DONE
    for entry in entries:
        terminal.show_decision(entry)
    return DONE


def history(options: argparse.Namespace) -> int:
    from assistant.history import Matters

    with closing(open_index(options)) as index:
        steps = Matters(index).of_text(options.text)
    if options.json:
        keys = ("source", "council", "body", "date", "status")
        show_json(
            [
                {key: getattr(step.meeting, key) for key in keys}
                | as_json(step.item)
                | {"why": step.why}
                for step in steps
            ]
        )
    else:
        terminal.show_history(steps)
    return DONE


def status(options: argparse.Namespace) -> int:
    from assistant.status import describe

    settings = load_settings()
    with closing(open_index(options)) as index:
        found = describe(index, replace(settings, index=index_folder(options)))
    if options.json:
        show_json(found)
    else:
        terminal.show_status(found, options.sources)
    return DONE


def doctor(options: argparse.Namespace) -> int:
    from assistant.doctor import examine

    checks = examine(replace(load_settings(), index=index_folder(options)))
    if options.json:
        show_json({"ok": all(c.ok for c in checks), "checks": [asdict(c) for c in checks]})
    else:
        for check in checks:
            show(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.detail}", hang=" " * 6)
    return DONE if all(check.ok for check in checks) else SOME_FAILED


def evaluate(options: argparse.Namespace) -> int:
    from eval.run import Step
    from eval.run import evaluate as run

    bar = terminal.ProgressBar()

    def progress(step: Step) -> None:
        bar.show(step.done, step.total, f"questions ({step.system})", step.rate)

    result = run(
        options.questions,
        index_folder(options),
        report=options.report,
        baseline=options.baseline,
        gates=options.gate,
        systems=options.systems,
        judge=options.judge,
        answers=options.answers,
        out=options.out,
        as_of=options.as_of,
        progress=progress,
    )
    if options.json:
        show_json(result.as_json())
    else:
        print(result.text_table())
    return result.exit_status


def eval_draft(options: argparse.Namespace) -> int:
    from eval.draft import draft
    from eval.questions import question_line, save_questions

    proposed = draft(index_folder(options), options.limit)
    if options.out:
        save_questions(proposed, options.out)
        tell(f"minutes: {count(len(proposed), 'question')} in {options.out}; edit them by hand")
    else:
        for question in proposed:
            print(question_line(question))
    return DONE


def eval_check(options: argparse.Namespace) -> int:
    from eval.check import check

    problems = check(options.questions, index_folder(options))
    if options.json:
        show_json([asdict(problem) for problem in problems])
    else:
        for problem in problems:
            look = "" if problem.sure else "perhaps "
            show(f"{problem.id}: {look}{problem.kind}: {problem.text}", hang="    ")
        unsure = sum(not problem.sure for problem in problems)
        show(
            f"{count(len(problems) - unsure, 'problem')} found"
            + (f", and {count(unsure, 'question')} to look at." if unsure else ".")
        )
    return SOME_FAILED if any(problem.sure for problem in problems) else DONE


def eval_runs(options: argparse.Namespace) -> int:
    from eval.run import kept_runs

    runs = kept_runs(index_folder(options))
    if options.json:
        show_json([asdict(run) | {"path": str(run.path)} for run in runs])
        return DONE
    for run in runs:
        show(f"{run.name}\n  {run.path}")
    if not runs:
        tell("minutes: no run has been kept with this index yet")
    return DONE


def eval_show(options: argparse.Namespace) -> int:
    from eval.report import write_report
    from eval.run import compared, load_run

    result = load_run(options.run_file)
    if options.baseline:
        result = compared(result, load_run(options.baseline))
    if options.report:
        write_report(result, options.report)
    if options.json:
        show_json(result.as_json())
    else:
        print(result.text_table())
    return DONE


def feedback(options: argparse.Namespace) -> int:
    from eval.feedback import export_feedback

    with closing(open_index(options)) as index:
        entries = export_feedback(index.folder, exempt=index.restricted)
    for entry in entries:
        print(json.dumps(entry, ensure_ascii=False))
    if not entries:
        tell("minutes: nobody has given feedback yet")
    return DONE


def serve(options: argparse.Namespace) -> int:
    from assistant.serve import PORT
    from assistant.serve import serve as run

    browser = not options.no_browser
    return run(index_folder(options), options.host, options.port or PORT, browser)
