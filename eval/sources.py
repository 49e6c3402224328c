"""The words of the sources, against which quotes are held."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.index import Index, StoredMeeting

PLAIN = (".txt", ".md")


def source_texts(index: Index) -> Callable[[str], str | None]:
    """A function from a source to its text, None for one that the index does not hold.

    Text files are read again from their folder, line by line, without the structure that was
    made of them; for other formats, and files that are gone, it is what the index holds.
    """
    folders = index.folders()
    meetings: dict[str, list[StoredMeeting]] = {}
    for meeting in index.meetings():
        meetings.setdefault(meeting.source, []).append(meeting)

    @lru_cache(maxsize=64)
    def text(source: str) -> str | None:
        held = meetings.get(source, [])
        texts = []
        for one in held:
            folder = folders.get(one.collection)
            printed = printed_text(folder / source) if folder else None
            texts.append(printed or meeting_text(index, one.id))
        return "\n".join(texts) if texts else None

    return text


def printed_text(path: Path) -> str | None:
    """A text file line by line without markup and page furniture, and as it is; else None."""
    from ingest.text import decode, read_text

    if path.suffix.lower() not in PLAIN or not path.is_file():
        return None
    data = path.read_bytes()
    lines = [line.text for line in read_text(data, path.name).lines]
    return "\n".join([*lines, "", decode(data)])


def meeting_text(index: Index, meeting_id: str) -> str:
    """All that the index holds of a meeting, in order, with numbers and titles."""
    lines = [paragraph.text for paragraph in index.paragraphs(meeting_id, -1)]
    for place, item in enumerate(index.items(meeting_id)):
        lines.append(f"{item.number or ''} {item.title}".strip())
        lines += [paragraph.text for paragraph in index.paragraphs(meeting_id, place)]
    return "\n".join(lines)


def bodies(index: Index) -> Callable[[str], str | None]:
    """A function from a source to the body whose minutes it holds."""
    known = {meeting.source: meeting.body for meeting in index.meetings()}
    return known.get


def find_item(index: Index, source: str, quote: str) -> tuple[str, int] | None:
    """The meeting and the place of its item that hold the words; None where none does."""
    wanted = " ".join(quote.split())
    for meeting in index.meetings():
        if source in (meeting.source, *meeting.also):
            for place in (-1, *(item.place for item in index.items(meeting.id))):
                words = " ".join(p.text for p in index.paragraphs(meeting.id, place))
                if wanted in " ".join(words.split()):
                    return meeting.id, place
    return None
