"""How things look in a terminal: answers, lists, progress; never a control code from a document."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.wording import clean, count, left, nearest_items, place, spoken_date

if TYPE_CHECKING:
    from assistant.answer_model import Answer, Citation, Retrieved
    from assistant.history import Step
    from assistant.lookup import LookupResult
    from assistant.register import Entry
    from ingest.index import StoredMeeting
    from ingest.model import Meeting
    from ingest.pipeline import IngestReport, Progress
    from ingest.sync import SyncReport

BAR = 24  # characters
SOURCES_SHOWN = 50
PLAIN_EVERY = 5.0  # seconds between two lines of progress where there is no terminal
_STAGES = {
    "list": "committees listed",
    "fetch": "meetings fetched",
    "read": "files read",
    "embed": "passages indexed",
}


def show(text: str = "", indent: str = "", hang: str = "") -> None:
    """Print text to standard output, wrapped, its control characters taken away.

    Where standard output is no terminal, lines are left whole for the next program.
    """
    lines = clean(text).split("\n")
    if sys.stdout.isatty():
        width = min(shutil.get_terminal_size().columns, 100)
        hung = indent + ("  " if text.startswith("- ") else hang)
        lines = [textwrap.fill(x, width - len(indent), subsequent_indent=hung) for x in lines]
    print("\n".join(f"{indent}{line}" if line else "" for line in lines))


def show_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def tell(text: str) -> None:
    """Print a message to standard error."""
    print(clean(text), file=sys.stderr, flush=True)


class Written:
    """Sentences of a language model as they come; in a terminal, so that other programs get one
    answer only."""

    def __init__(self, quiet: bool = False) -> None:
        self.text = ""
        self._quiet = quiet or not sys.stdout.isatty()

    def show(self, sentence: str) -> None:
        """Print one checked sentence."""
        if not self._quiet:
            show(sentence)
            self.text = f"{self.text} {sentence}".strip()


def show_answer(answer: Answer, explain: bool = False, *, shown: str = "") -> None:
    """An answer with its sources, or a refusal with the nearest items.

    `shown`: what was shown of it already, sentence by sentence.
    """
    if shown != answer.answer:
        show(f"\n{answer.answer}" if shown else answer.answer)
    for citation in answer.citations:
        _show_citation(citation)
    for warning in answer.warnings:
        show(f"\nNote: {warning}")
    for change in answer.changes:
        verb = "replaced by its source" if change.replaced else "left out"
        show(f"- a sentence was {verb}: {change.reason}", "  ")
    if not answer.answered and answer.retrieved:
        show("\nNearest items:")
        for near in nearest_items(answer.retrieved)[:3]:
            show(f"- {place(near.body, near.date, near.item, near.title)}", "  ")
    if answer.standalone_question != answer.question:
        show(f"\nSearched for: {answer.standalone_question}")
    if explain:
        show("\nWhy:")
        for line in answer.explanation:
            show(f"- {line}", "  ")


def _show_citation(citation: Citation) -> None:
    where = place(citation.body, citation.date, citation.item, citation.title, citation.page)
    about = [citation.source]
    if citation.references:
        about.append("reference " + ", ".join(citation.references))
    about += [word for word in (citation.outcome, citation.status) if word]
    show(f"\n[{citation.marker}] {where}")
    show(f'"{citation.quote}"', "    ")
    show(", ".join(about), "    ")
    if citation.url:
        show(citation.url, "    ")


def show_passages(found: Sequence[Retrieved]) -> None:
    for rank, passage in enumerate(found, start=1):
        where = place(passage.body, passage.date, passage.item, passage.title, passage.page)
        show(f"{rank}. {where}  [{passage.score:.3f}]")
        show(passage.text, "   ")
        show(passage.source, "   ")


def show_meeting(meeting: StoredMeeting, items: int) -> None:
    marks = [mark for mark in (meeting.status, "scanned" if meeting.ocr else None) if mark]
    show(
        f"{meeting.date or '?':10}  {meeting.body or 'body unknown'}: "
        f"{count(items, 'item')}, {meeting.source}" + (f" ({', '.join(marks)})" if marks else "")
    )


def show_ingest_report(report: IngestReport) -> None:
    """What an ingest did, and what it could not do."""
    files = f"Read {count(report.read, 'file')}"
    details = [f"{report.changed} changed"] if report.changed else []
    details += [f"{report.unchanged} unchanged"] if report.unchanged else []
    details += [f"{report.removed} taken out"] if report.removed else []
    show(files + (f" ({', '.join(details)})" if details else "") + f" in {report.seconds:.1f} s.")
    show(
        f"The index holds {count(report.meetings, 'meeting')}, {count(report.items, 'item')}, "
        f"{count(report.passages, 'passage')}."
    )
    for heading, entries in (("Could not be read", report.failed), ("Passed over", report.skipped)):
        if entries:
            show(f"{heading}: {count(len(entries), 'file')}")
            for source, reason in entries:
                show(f"- {source}: {reason}", "  ")
    if report.warnings:
        show(f"Notes: {len(report.warnings)}")
        for warning in report.warnings:
            show(f"- {warning}", "  ")


def show_sync_report(report: SyncReport) -> None:
    """What was fetched from a site, and what it came to in the index."""
    show(
        f"Fetched {report.fetched} of {count(report.meetings, 'meeting')} from {report.site}; "
        f"{report.changed} new or changed."
    )
    if report.without_minutes:
        show(f"Minutes not published there yet: {count(len(report.without_minutes), 'meeting')}.")
    if report.gone:
        show(f"No longer on the site: {count(report.gone, 'meeting')}, taken out.")
    if report.failed:
        show(f"Could not be fetched: {count(len(report.failed), 'page')}")
        for address, reason in report.failed:
            show(f"- {address}: {reason}", "  ")
    for warning in report.warnings:
        show(f"- {warning}", "  ")
    show_ingest_report(report.ingest)


def show_parsed(meeting: Meeting) -> None:
    """What the reader understood of a meeting: its items with their decisions."""
    show(f"{meeting.source}: {meeting.body or 'body unknown'}, {spoken_date(meeting.date)}")
    for item in meeting.items:
        marks = [mark for mark in ("restricted", "truncated") if getattr(item, mark)]
        kinds = [decision.kind for decision in item.decisions]
        about = f"{count(len(item.paragraphs), 'paragraph')}"
        about += "".join(f", {word}" for word in (*kinds, *marks))
        show(f"{item.number or '-':>8}  {item.title} ({about})", "  ")
    for warning in meeting.warnings:
        show(f"note: {warning}", "  ")


def show_lookup(result: LookupResult) -> None:
    """Items grouped by meeting, newest first."""
    if result.searched_for:
        show(f"Searched for: {result.searched_for}")
    if not result.groups:
        show("Nothing was found.")
    for group in result.groups:
        show(place(group.meeting.body, group.meeting.date, None, ""))
        for hit in group.hits:
            number = f"item {hit.number}: " if hit.number else ""
            show(f"{number}{hit.title}" + (f" (page {hit.page})" if hit.page else ""), "  ")
            show(hit.snippet, "    ")


def show_decision(entry: Entry) -> None:
    """A decision with where it was taken and how it was carried."""
    from assistant.source import carried_by

    meeting, item, decision = entry.meeting, entry.item, entry.decision
    show(place(meeting.body, meeting.date, item.number, item.title, item.page))
    show(f"{decision.kind}: {decision.text}", "  ")
    if who := carried_by(decision):
        show(who, "  ")


def show_history(steps: Sequence[Step]) -> None:
    """The items in which a matter was dealt with, oldest first, with what was decided."""
    if not steps:
        show("No item has such a title or reference.")
    for step in steps:
        meeting, item = step.meeting, step.item
        why = "" if step.why == "title" else f"  [{step.why}]"
        show(place(meeting.body, meeting.date, item.number, item.title, item.page) + why)
        for decision in item.decisions:
            show(f"{decision.kind}: {decision.text}", "  ")


def show_status(found: dict[str, Any], with_sources: bool) -> None:
    """What an index holds, in words."""
    show(f"Index {found['index']}, generation {found['generation']}")
    show(
        f"{count(len(found['sources']), 'source')}, {count(found['meetings'], 'meeting')}, "
        f"{count(found['items'], 'item')}, {count(found['passages'], 'passage')}"
    )
    show(f"Embedding model: {found['embed_model']}; Chroma: {found['chroma']}")
    show(f"Language model: {found['llm'] or 'none; answers are quotations'}")
    for line in found["sends"] or ["Nothing leaves this machine."]:
        show(line[0].upper() + line[1:])
    if found["restricted"]:
        show("Exempt items are open to this reader.")
    show("\nBodies:")
    for body in found["bodies"]:
        period = f", {spoken_date(body['first'])} to {spoken_date(body['last'])}"
        show(
            f"- {body['body'] or 'body unknown'}: {count(body['meetings'], 'meeting')}"
            + (period if body["first"] else ""),
            "  ",
        )
    if with_sources or len(found["sources"]) <= SOURCES_SHOWN:
        show("\nSources:")
        for source in found["sources"]:
            show(f"- {source['collection']}/{source['source']}", "  ")
    else:
        show("\n`minutes status --sources` lists the sources.")
    if found["failures"]:
        show("\nCould not be read:")
        for failure in found["failures"]:
            show(f"- {failure['source']}: {failure['reason']}", "  ")


class ProgressBar:
    """Progress on standard error: a bar in a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._began = time.monotonic()
        self._last = 0.0

    def ingest(self, progress: Progress) -> None:
        """Show how far an ingest is."""
        what = _STAGES[progress.stage]
        self.show(progress.done, progress.total, what, progress.rate, progress.current)

    def step(self, done: int, total: int, what: str) -> None:
        """Show how far a run is that began when this was made."""
        self.show(done, total, what, done / max(time.monotonic() - self._began, 1e-6))

    def show(self, done: int, total: int, what: str, rate: float, current: str = "") -> None:
        finished = done >= total
        now = time.monotonic()
        if not finished and now - self._last < (0.1 if self._terminal else PLAIN_EVERY):
            return
        self._last = now
        text = f"{done:,} of {total:,} {what}, {rate:.1f} a second"
        if rate and not finished:
            text += f", {left((total - done) / rate)} left"
        if not self._terminal:
            tell(text)
            return
        bar = "█" * (BAR * done // max(total, 1))
        line = f"{bar:░<{BAR}} {text}  {clean(current)}"[: shutil.get_terminal_size().columns - 1]
        print(f"\r\033[K{line}", end="\n" if finished else "", file=sys.stderr, flush=True)
