"""Words that the terminal, the pages, the files and the answers say alike: days, places, counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.answer_model import Retrieved


def clean(text: str) -> str:
    """Text that can do nothing to a terminal."""
    return "".join(c if c == "\n" or c.isprintable() else " " for c in text)


def spoken_date(iso: str | None) -> str:
    """ "2 July 2014", or that the date is not known."""
    if iso is None:
        return "date unknown"
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


def place(
    body: str | None, iso: str | None, item: str | None, title: str, page: int | None = None
) -> str:
    """Where something stands in the minutes, in words."""
    parts = [body or "body unknown", spoken_date(iso)]
    if item:
        parts.append(f"item {item}")
    text = ", ".join(parts) + (f": {title}" if title else "")
    return text + (f" (page {page})" if page else "")


def nearest_items(retrieved: Iterable[Retrieved]) -> list[Retrieved]:
    """The best passage of each item, in the order given."""
    first: dict[tuple[str, int], Retrieved] = {}
    for passage in retrieved:
        first.setdefault((passage.meeting_id, passage.place), passage)
    return list(first.values())


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def left(seconds: float) -> str:
    """ "2:05", as on a clock."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
