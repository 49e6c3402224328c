"""A conversation as Markdown: nothing from documents becomes mark-up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.answer_model import Answer, Citation
from assistant.export import as_markdown, escape_markdown
from assistant.terminal import clean

SAFE_TOKENS = {"text", "text_special"}


def shown(markdown: str) -> str:
    """What a Markdown viewer shows of one paragraph; fails if there is any mark-up in it."""
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(markdown)
    kinds = [token.type for token in tokens]
    assert kinds in ([], ["paragraph_open", "inline", "paragraph_close"]), kinds
    inline = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inline} <= SAFE_TOKENS, inline
    return "".join(child.content for child in inline)


@given(st.text())
def test_escaped_text_is_shown_as_it_stands(text: str) -> None:
    escaped = escape_markdown(text)
    assert shown(escaped).replace("\N{WORD JOINER}", "") == " ".join(clean(text).split())


@pytest.mark.parametrize(
    "text",
    [
        "![picture](http://192.0.2.1/x.png)",
        "[link](http://192.0.2.1/)",
        "<img src=x onerror=alert(1)>",
        "http://192.0.2.1/ www.example.org a@example.org",
        ":red[alarm] $x^2$ :material/home:",
        "# heading",
        "- list",
        "1. list",
        "&lt;b&gt;",
        "| a | b |\n| - | - |",
    ],
)
def test_mark_up_is_shown_as_text(text: str) -> None:
    escaped = escape_markdown(text)
    assert shown(escaped).replace("\N{WORD JOINER}", "") == " ".join(text.split())


@pytest.mark.parametrize("text", ["http://192.0.2.1/", "www.example.org", "a@example.org"])
def test_addresses_do_not_become_links_in_viewers_that_look_for_them(text: str) -> None:
    assert text not in shown(escape_markdown(text))


def test_a_conversation_has_its_quotes_and_places() -> None:
    citation = Citation(
        marker=1, quote="It was agreed.", source="cabinet/1.html", url=None, page=3, council=None,
        body="Cabinet", date="2024-01-24", item="7", title="Fees", passage_id="p",
    )  # fmt: skip
    answer = Answer("What?", "What of fees?", True, "It was agreed. [1]", 0.9, (citation,))
    text = as_markdown([answer]).replace("\\", "")
    for part in ("## What?", "Searched for: What of fees?", "Well supported (90%)"):
        assert part in text
    assert "[1] Cabinet, 24 January 2024, item 7: Fees (page 3)" in text.replace("\u2060", "")
    assert "> It was agreed." in text
