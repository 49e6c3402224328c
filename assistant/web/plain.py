"""Text from minutes and users on the page: plain text by construction, never mark-up.

The browser is handed data, not HTML: `plain.js` sets it as text of the few elements named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import streamlit as st

from assistant.wording import clean

Tag = Literal["p", "h2", "h3", "h4", "li", "tr"]

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "minutes_plain_text",
    html='<div class="root"></div>',
    css=(_HERE / "plain.css").read_text(encoding="utf-8"),
    js=(_HERE / "plain.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Part:
    """A run of text, perhaps highlighted, or a control: pressed, copied or followed."""

    text: str
    css: str = ""
    detail: str | None = None  # further lines, smaller
    found: tuple[tuple[int, int], ...] = ()  # spans of the detail that were looked for
    mark: bool = False
    press: str | None = None  # what `show` returns once it is pressed
    label: str | None = None  # what a screen reader says of it
    copy: str | None = None  # what goes to the clipboard
    href: str | None = None  # the web address that is opened


@dataclass(frozen=True)
class Block:
    """A paragraph, heading or list entry."""

    tag: Tag
    parts: tuple[Part, ...]
    css: str = ""


def block(tag: Tag, *parts: Part | str, css: str = "") -> Block:
    """A block; strings are parts without any mark."""
    return Block(tag, tuple(Part(p) if isinstance(p, str) else p for p in parts), css)


def table(rows: Sequence[Sequence[str]], text_columns: Sequence[int] = ()) -> list[Block]:
    """A table, the first row its head; columns besides the first hold numbers, but for these.

    What stands in brackets behind a number goes below it.
    """

    def cell(text: str, at: int) -> Part:
        if at == 0 or at in text_columns:
            return Part(text, "text")
        return Part(text.replace(" (", "\n("))

    head, *body = rows
    return [
        Block(
            "tr",
            tuple(Part(name, "text" if at in text_columns else "") for at, name in enumerate(head)),
            "head",
        ),
        *(Block("tr", tuple(cell(text, at) for at, text in enumerate(row))) for row in body),
    ]


def show(
    blocks: Sequence[Block],
    key: str,
    *,
    reveal: bool = False,
    live: bool = False,
    results_for: str | None = None,
) -> str | None:
    """Show the blocks; returns what was pressed, in the run that the press causes.

    reveal: scroll the first highlighted words, or else the first block, into view.
    live: a screen reader reads out what comes in.
    results_for: the rows are what a search field finds for this text, and its keys reach them.
    """
    data = {"blocks": [_as_data(one) for one in blocks], "reveal": reveal, "live": live}
    if results_for is not None:
        data["results_for"] = clean(results_for)
    offered = {part.press for one in blocks for part in one.parts if part.press}
    pressed = _component(key=key, data=data, on_pressed_change=lambda: None).pressed
    return pressed if pressed in offered else None


def web_address(url: str | None) -> str | None:
    """An address that a browser may open: http or https with a host; else None."""
    try:
        parts = urlsplit(url or "")
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def _as_data(one: Block) -> dict[str, Any]:
    parts = []
    for part in one.parts:
        data = {name: value for name, value in asdict(part).items() if value}
        for name in ("text", "detail", "label", "copy"):
            if name in data:
                data[name] = clean(data[name])  # keeps every place: one character for one
        if (href := data.pop("href", None)) and web_address(href):
            data["href"] = href
        parts.append(data)
    return {"tag": one.tag, "css": one.css, "parts": parts}
