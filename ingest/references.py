"""Identifiers in the text of minutes: report numbers, planning references, minute numbers."""

from __future__ import annotations

import re

_REFERENCE = re.compile(
    r"""
    (?=[A-Zmrc\d])(?:\b(?:[Mm]inutes?|[Mm]in\.)\s+(?:[Nn]o\.?|[Nn]umbers?|[Nn]os\.?)?\s*
        (?P<minute>\d{1,5}(?:[/.]\d{1,4}){0,2}[a-z]?)\b(?!\s*(?:to|past|seconds?|walk|silence)\b)
    | \b(?:[Rr]eport|[Cc]ircular|[Rr]ef(?:erence)?)\.?\s*(?:[Nn]o\.?|[Nn]umber|:|-)\s*
        (?P<report>[A-Z]{0,8}[ ]?\d{1,6}(?:[/\-.]\d{1,6}){0,3})\b
    | (?<![\w/])(?P<planning>(?:[A-Z]{1,5}/)?\d{1,4}/(?:\d{2,4}/)?\d{3,6}
        (?:/[A-Z]{1,8}(?:/[A-Z]{1,4})?)?)(?![\w/])
    | (?<![\w/])(?P<letters>(?:[A-Z]{1,5}/)?\d{2,4}/\d{3,6}/[A-Z]{1,6})(?![\w])
    | (?<![\w/])(?P<code>
        [A-Z]{2,8}\d{4,8}|[A-Z]{2,6}/\d{1,4}/\d{2,4}|[A-Z]{2,4}\d{2}/\d{2,5})(?![\w/]))
    """,
    re.VERBOSE,
)
_DATE_LIKE = re.compile(
    r"^(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/(?:19|20)\d\d|(?:19|20)\d\d/\d{2,4})$"
)


# An identifier has figures, in its line or in the one behind what leads to it.
_FIGURE = re.compile(r"\d")
_LEADS = re.compile(
    r"(?:min(?:utes?)?|report|circular|ref(?:erence)?|nos?|numbers?)[.:\s-]*$", re.I
)
_LONGEST_LEAD = 20  # characters


def find_references(text: str) -> tuple[str, ...]:
    """The identifiers in the text, each once, in the order in which they appear."""
    found: dict[str, None] = {}
    lines = (
        line if _FIGURE.search(line) or _LEADS.search(line[-_LONGEST_LEAD:]) else "."
        for line in text.split("\n")
    )
    for match in _REFERENCE.finditer("\n".join(lines)):
        kind = match.lastgroup or ""
        value = match[kind].strip()
        if kind == "planning" and _DATE_LIKE.match(value):
            continue
        if kind == "code" and re.fullmatch(r"(?:COVID|CO|PE|IP|BT|NR|SA|CF|LL|TQ)\d+", value):
            continue  # post codes and the like
        found.setdefault(value)
    return tuple(found)
