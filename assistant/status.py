"""What an index holds, and what leaves this machine."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.llm import address, is_this_machine
from ingest.settings import Settings

if TYPE_CHECKING:
    from ingest.index import Index


def describe(index: Index, settings: Settings) -> dict[str, Any]:
    """Counts, bodies with their periods, sources, failures and what is sent where."""
    sources = index.sources()
    meetings = index.meetings()
    days: dict[str | None, list[str | None]] = defaultdict(list)
    for meeting in meetings:
        days[meeting.body].append(meeting.date)
    bodies = []
    for body, dates in sorted(days.items(), key=lambda entry: entry[0] or ""):
        known = sorted(day for day in dates if day)
        bodies.append(
            {
                "body": body,
                "meetings": len(dates),
                "first": known[0] if known else None,
                "last": known[-1] if known else None,
            }
        )
    return {
        "index": str(index.folder),
        "generation": index.generation,
        "embed_model": index.embed_model,
        "restricted": index.restricted,
        "chroma": settings.chroma_url or "embedded",
        "llm": settings.llm,
        "sends": sends(settings),
        "meetings": len(meetings),
        "items": sum(len(index.items(meeting.id)) for meeting in meetings),
        "passages": len(index.passage_ids),
        "bodies": bodies,
        "sources": [asdict(source) for source in sources],
        "failures": [{"source": source, "reason": reason} for source, reason in index.failures()],
    }


def sends(settings: Settings) -> list[str]:
    """What goes to another program or machine; empty: nothing does."""
    sent = []
    if settings.chroma_url:
        sent.append(f"passages and the vectors of questions go to Chroma at {settings.chroma_url}")
    if settings.llm:
        url = address(settings) or "an address that is not set (MINUTES_LLM_URL)"
        where = "this machine" if is_this_machine(url) else "another machine"
        exempt = "exempt items among them" if settings.llm_restricted else "never exempt items"
        sent.append(
            f"questions, the conversation before them and the passages found, {exempt}, go to the "
            f"language model {settings.llm} at {url} ({where})"
        )
    return sent
