"""A conversation as a Markdown file, with its citations in full."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.answer_model import Answer
from assistant.source import in_words
from assistant.terminal import clean, place

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
# Viewers make links, pictures and directives of these even where they are escaped.
_LIVE = re.compile(r"(?i)(\bwww|\\[:@])(?=\S)")
_JOINER = "\N{WORD JOINER}"


def escape_markdown(text: str) -> str:
    """Text that Markdown shows as it stands: no mark-up, link, picture or directive comes of it."""
    escaped = _PUNCTUATION.sub(r"\\\1", " ".join(clean(text).split()))
    # A number at the start would begin a list; its point is escaped already.
    return _LIVE.sub(rf"\1{_JOINER}", escaped)


def as_markdown(answers: Iterable[Answer]) -> str:
    """Questions and answers in the order asked, each with the quotations that it rests on."""
    lines = ["# Questions to the minutes", ""]
    for answer in answers:
        lines += [f"## {escape_markdown(answer.question)}", "", escape_markdown(answer.answer), ""]
        if answer.standalone_question != answer.question:
            lines += [f"Searched for: {escape_markdown(answer.standalone_question)}", ""]
        if answer.answered:
            lines += [f"{in_words(answer.confidence)} ({answer.confidence:.0%})", ""]
        lines += [line for warning in answer.warnings for line in (f"Note: {warning}", "")]
        for cited in answer.citations:
            where = place(cited.body, cited.date, cited.item, cited.title, cited.page)
            lines += [
                f"- \\[{cited.marker}\\] {escape_markdown(where)}; {escape_markdown(cited.source)}",
                "",
                f"  > {escape_markdown(cited.quote)}",
                "",
            ]
    return "\n".join(lines)
