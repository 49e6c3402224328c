"""Invented parish minutes for tests of the index, as text files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

ITEMS = (
    ("Apologies", "Apologies for absence were received from Cllr Amos Tillery and Cllr R Vane."),
    (
        "Village Hall Roof",
        "Three quotations for the roof of the village hall were considered.\n\n"
        "RESOLVED: That the quotation of Harrow and Sons in the sum of £4,310 be accepted.",
    ),
    (
        "Allotments",
        "The Clerk reported that plot 12 at Mill Lane was vacant and that nine people were on "
        "the waiting list. It was agreed to offer the plot to the first of them.",
    ),
)


def write_minutes(
    folder: Path,
    name: str = "march.txt",
    *,
    body: str = "Thornby Parish Council",
    day: str = "4 March 2019",
    items: Sequence[tuple[str, str]] = ITEMS,
) -> Path:
    """Write the minutes of one meeting and return the file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [body, "", f"Held in the Village Hall on {day} at 7.30 p.m.", ""]
    lines += ["Present: Cllr J Oakes (Chairman), Cllr P Lund, Cllr S Merrow", ""]
    for number, (title, text) in enumerate(items, start=1):
        lines += [f"{number}. {title}", "", text, ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_year(folder: Path, meetings: int, sentences: int = 4) -> None:
    """Write many meetings, no two passages of which are alike."""
    things = ("hedge", "drain", "lamp", "bench", "path", "gate", "bridge", "pond", "sign", "tree")
    places = ("Mill Lane", "the Green", "Church Walk", "Station Road", "the Common", "Pound Hill")
    acts = ("repaired", "inspected", "replaced", "painted", "cleared", "measured", "reported")
    for n in range(meetings):
        items = []
        for k in range(4):
            seed = n * 4 + k
            text = " ".join(
                f"The {things[(seed + s) % 10]} at {places[(seed // 3 + s) % 6]} was to be "
                f"{acts[(seed * 3 + s) % 7]} at a cost of £{100 + seed * 7 + s}."
                for s in range(sentences)
            )
            items.append((f"Works order {seed}", text))
        day = f"{1 + n % 27} {('January', 'May', 'September')[n % 3]} {2001 + n // 81}"
        write_minutes(folder, f"{n:04}.txt", day=day, items=items)
