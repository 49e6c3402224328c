"""The `minutes` command: its flags, and how it ends."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from assistant import __version__, commands
from assistant.commands import NOTHING_DONE, SOME_FAILED
from assistant.register import KINDS
from assistant.terminal import tell
from ingest.errors import MinutesError

INTERRUPTED = 130

EXAMPLES = """\
examples:
  minutes ingest minutes/                          read a folder of minutes
  minutes ask "Who seconded the library motion?"   an answer with its sources
  minutes lookup ED15073                           items by number, reference or phrase
  minutes serve                                    the same in the browser

exit status: 0 done; 1 done, but some input failed; 2 wrong use or nothing could be done
settings: MINUTES_INDEX, MINUTES_EMBED_MODEL, MINUTES_CHROMA_URL, MINUTES_LLM (with _URL, _KEY,
_SECONDS, _CONTEXT, _RESTRICTED), MINUTES_RESTRICTED, MINUTES_CACHE, from the environment or a .env
file
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    parser = build_parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(_joined(given))
    if options.command is None:
        parser.print_help(sys.stderr)
        return NOTHING_DONE
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except MinutesError as error:
        tell(f"minutes: {error}")
        return NOTHING_DONE
    except KeyboardInterrupt:
        tell("\nminutes: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_FAILED


def _joined(arguments: list[str]) -> list[str]:
    """`eval draft` as one word, since `eval` takes a file in that place."""
    ways = ("draft", "check", "runs", "show")
    if len(arguments) > 1 and arguments[0] == "eval" and arguments[1] in ways:
        return [f"eval {arguments[1]}", *arguments[2:]]
    return arguments


def build_parser() -> argparse.ArgumentParser:
    """All commands and flags."""
    parser = argparse.ArgumentParser(
        prog="minutes",
        description="Answers questions over council, committee and board minutes, and cites the "
        "meeting and the item for everything it says.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"minutes {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(
        name: str, run: Callable[[argparse.Namespace], int], help: str, example: str = ""
    ) -> argparse.ArgumentParser:
        added = subparsers.add_parser(
            name,
            help=help,
            description=help[0].upper() + help[1:] + ".",
            epilog=f"example:\n  {example}" if example else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(run=run)
        return added

    def index(added: argparse.ArgumentParser) -> None:
        added.add_argument(
            "--index",
            type=Path,
            metavar="DIR",
            help="folder of the index (default: MINUTES_INDEX, else ./minutes-index)",
        )

    def as_json(added: argparse.ArgumentParser) -> None:
        added.add_argument("--json", action="store_true", help="print one JSON document only")

    def filters(added: argparse.ArgumentParser) -> None:
        added.add_argument("--body", metavar="B", help="only this council, committee or board")
        added.add_argument(
            "--since", type=_date, metavar="DATE", help="only meetings from this day"
        )
        added.add_argument("--until", type=_date, metavar="DATE", help="only meetings to this day")

    c = command(
        "ingest",
        commands.ingest,
        "read minutes into the index; only what has changed is read again",
        'minutes ingest minutes/cabinet --council "Fernley Borough Council"',
    )
    c.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folder or file of minutes")
    index(c)
    c.add_argument("--council", metavar="NAME", help="the authority, where the minutes do not say")
    c.add_argument("--collection", metavar="NAME", help="default: the name of the folder")
    c.add_argument("--rebuild", action="store_true", help="read and embed everything anew")
    c.add_argument(
        "--include-restricted",
        action="store_true",
        help="keep exempt items too, for readers with MINUTES_RESTRICTED=1",
    )
    c.add_argument("--embed-model", metavar="NAME", help="a sentence-transformers name or folder")
    as_json(c)

    c = command(
        "remove",
        commands.remove,
        "take minutes out of the index at once, from every store",
        "minutes remove cabinet/2024-01-24.html",
    )
    c.add_argument("sources", nargs="+", metavar="SOURCE", help="as `minutes status` lists it")
    index(c)
    as_json(c)

    c = command("undo", commands.undo, "take back what the last ingest brought in or took out")
    index(c)
    as_json(c)

    c = command(
        "sync",
        commands.sync,
        "fetch minutes from a ModernGov site by its public web service",
        "minutes sync https://democracy.fernley.example --committee 114 --since 2024-01-01",
    )
    c.add_argument("url", metavar="URL", help="of the site, or of any of its pages")
    index(c)
    c.add_argument(
        "--committee",
        action="append",
        metavar="ID",
        help="the number after CId= in its page; may be given repeatedly (default: all)",
    )
    c.add_argument("--since", type=_date, metavar="DATE", help="only meetings from this day")
    c.add_argument("--until", type=_date, metavar="DATE", help="only meetings to this day")
    c.add_argument("--council", metavar="NAME", help="the authority, which the service leaves out")
    as_json(c)

    c = command(
        "parse",
        commands.parse,
        "print what the reader understands of minutes; nothing is stored",
        "minutes parse minutes/2024-01-24.pdf --json",
    )
    c.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    c.add_argument("--json", action="store_true", help="JSON Lines, one a meeting")
    c.add_argument("--coverage", action="store_true", help="how many of the words came through")

    c = command(
        "ask",
        commands.ask,
        "answer a question, quoting the minutes",
        'minutes ask "How much was granted to the museum?" --since 2023-05-01\n'
        '  minutes ask "Who seconded it?" --out answer.docx\n'
        "  minutes ask --batch QUESTIONS.jsonl --out ANSWERS.jsonl",
    )
    c.add_argument("question", nargs="?", metavar="QUESTION")
    c.add_argument("--batch", type=Path, metavar="FILE", help="JSON Lines with id and question")
    c.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="answers of the batch as JSON Lines, or the answer as .docx, .pdf or .md",
    )
    index(c)
    filters(c)
    c.add_argument(
        "--as-of", type=_date, metavar="DATE", help='the day from which "last year" is counted'
    )
    c.add_argument("--explain", action="store_true", help="why this passage and this confidence")
    as_json(c)

    c = command(
        "lookup",
        commands.lookup,
        "find items by number, reference, name or phrase; no model is loaded",
        'minutes lookup "item 59 january"',
    )
    c.add_argument("text", metavar="TEXT")
    index(c)
    as_json(c)

    c = command("search", commands.search, "list the passages nearest to a text, best first")
    c.add_argument("text", metavar="TEXT")
    c.add_argument("-k", type=_positive, default=10, metavar="N", help="how many (default: 10)")
    index(c)
    filters(c)
    as_json(c)

    c = command("chat", commands.chat, "hold a conversation in the terminal")
    index(c)
    filters(c)

    for name, run, what in (
        ("meetings", commands.meetings, "list the meetings in the index"),
        ("items", commands.items, "list the items of business in the index"),
    ):
        c = command(name, run, what)
        index(c)
        filters(c)
        as_json(c)
    c.add_argument("--decisions", action="store_true", help="the decisions taken under the items")
    c.add_argument(
        "--kind",
        action="append",
        choices=KINDS,
        help="only such decisions; may be given repeatedly",
    )
    c.add_argument(
        "--out", type=Path, metavar="FILE", help="the decisions as FILE.csv or FILE.xlsx"
    )

    c = command(
        "history",
        commands.history,
        "list what became of a matter, over all meetings and bodies, from references and titles",
        'minutes history "market place"',
    )
    c.add_argument("text", metavar="TEXT", help="a reference, or words of a title")
    index(c)
    as_json(c)

    c = command("status", commands.status, "what the index holds, and what is sent where")
    c.add_argument("--sources", action="store_true", help="list every source")
    index(c)
    as_json(c)

    c = command("doctor", commands.doctor, "check that everything is in order")
    index(c)
    as_json(c)

    c = command(
        "eval",
        commands.evaluate,
        "measure the answers to a question set; see also `minutes eval draft`, "
        "`eval check`, `eval runs` and `eval show`",
        "minutes eval questions.jsonl --report report --baseline run.json --gate trust:-0.02",
    )
    c.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    index(c)
    c.add_argument("--report", type=Path, metavar="DIR", help="write DIR/index.html")
    c.add_argument("--baseline", type=Path, metavar="RUN.json", help="compare with an earlier run")
    c.add_argument(
        "--gate",
        action="append",
        default=[],
        metavar="METRIC:DELTA",
        help="exit with 1 when the metric got significantly worse; may be given repeatedly",
    )
    c.add_argument("--systems", action="store_true", help="measure plainer systems beside it")
    c.add_argument(
        "--judge", action="store_true", help="what the language model of MINUTES_LLM thinks, too"
    )
    c.add_argument("--answers", type=Path, metavar="FILE", help="score the answers of a batch")
    c.add_argument(
        "--as-of", type=_date, metavar="DATE", help='the day from which "last year" is counted'
    )
    c.add_argument("--out", type=Path, metavar="RUN.json", help="where to keep the run")
    as_json(c)

    c = subparsers.add_parser(
        "eval draft", prog="minutes eval draft", description="Propose questions from an index."
    )
    c.set_defaults(run=commands.eval_draft)
    index(c)
    c.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    c.add_argument("--limit", type=_positive, default=100, metavar="N", help="default: 100")

    c = subparsers.add_parser(
        "eval check",
        prog="minutes eval check",
        description="Verify a question set against an index.",
    )
    c.set_defaults(run=commands.eval_check)
    c.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    index(c)
    as_json(c)

    c = subparsers.add_parser(
        "eval runs", prog="minutes eval runs", description="List the runs that were kept."
    )
    c.set_defaults(run=commands.eval_runs)
    index(c)
    as_json(c)

    c = subparsers.add_parser(
        "eval show",
        prog="minutes eval show",
        description="Show a run that was kept, or how it differs from an earlier one.",
    )
    c.set_defaults(run=commands.eval_show)
    c.add_argument(
        "run_file", type=Path, metavar="RUN.json", help="as `minutes eval runs` lists it"
    )
    c.add_argument("--baseline", type=Path, metavar="RUN.json", help="compare with an earlier run")
    c.add_argument("--report", type=Path, metavar="DIR", help="write DIR/index.html")
    as_json(c)

    c = command(
        "feedback", commands.feedback, "export what users said, as entries of a question set"
    )
    c.add_argument("action", choices=["export"])
    index(c)

    c = command("serve", commands.serve, "open the chat in the browser")
    index(c)
    c.add_argument("--port", type=_positive, metavar="N", help="default: 8501, or the next free")
    c.add_argument("--host", default="127.0.0.1", help="default: this machine only")
    c.add_argument("--no-browser", action="store_true", help="only print the address")
    return parser


def _date(text: str) -> date:
    from ingest.dates import parse_date

    try:
        return date.fromisoformat(text)
    except ValueError:
        if found := parse_date(text):
            return date.fromisoformat(found)
    raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2024-01-31")


def _positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
