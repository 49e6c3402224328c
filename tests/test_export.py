"""A conversation as Markdown: nothing from documents becomes mark-up."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.answer_model import Answer, Citation, Retrieved
from assistant.export import FORMATS, as_markdown, escape_markdown, save
from assistant.wording import clean
from ingest.errors import WrongUse

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
    where = "[1] Cabinet, minutes of 24 January 2024, item 7, “Fees”, page 3; file cabinet/1.html"
    assert where in text.replace("\u2060", "")
    assert "> “It was agreed.”" in text


HOSTILE = (
    "<b>Fees</b> & ![x](http://192.0.2.1/y.png) \x1b[31m\u202e\x00 Ó Súilleabháin, Łódź, Ŵyn, Ğ"
)


def exported() -> list[Answer]:
    citation = Citation(
        marker=1, quote=f"It was agreed. {HOSTILE}", source="cabinet/1.html",
        url="https://council.example/1", page=3, council="Fernley Borough Council", body="Cabinet",
        date="2024-01-24", item="7", title="Fees", passage_id="p", status="draft",
        references=("ED15073",), outcome="resolved",
    )  # fmt: skip
    near = Retrieved("q", "board/2.txt", "Board", "2023-05-04", "2", "Rates", "text", 0.5)
    return [
        Answer(
            HOSTILE, HOSTILE, True, "It was agreed. [1]", 0.9, (citation,), warnings=("Draft.",)
        ),
        Answer("And why?", "And why?", False, "The minutes do not say.", 0.1, retrieved=(near,)),
    ]


def word_text(data: bytes) -> str:
    from docx import Document

    return "\n".join(paragraph.text for paragraph in Document(BytesIO(data)).paragraphs)


def pdf_text(data: bytes) -> str:
    from pypdfium2 import PdfDocument

    pages = [page.get_textpage().get_text_bounded() for page in PdfDocument(data)]
    return " ".join(" ".join(pages).split())


@pytest.mark.parametrize("kind", [".docx", ".pdf"])
def test_word_and_pdf_hold_question_answer_and_the_whole_citation(kind: str) -> None:
    data = FORMATS[kind].write(exported(), "Fees & charges")
    text = " ".join((word_text if kind == ".docx" else pdf_text)(data).split())
    for part in (
        "Fees & charges",
        "It was agreed. [1]",
        "[1] Fernley Borough Council, Cabinet, draft minutes of 24 January 2024, item 7, “Fees”, "
        "page 3; file cabinet/1.html; https://council.example/1; references ED15073; resolved",
        "“It was agreed. <b>Fees</b> & ![x](http://192.0.2.1/y.png)",
        "Ó Súilleabháin, Łódź, Ŵyn, Ğ",
        "Well supported (90%)",
        "Note: Draft.",
        "The minutes do not say.",
        "Nearest items",
        "Board, 4 May 2023, item 2: Rates; file board/2.txt",
    ):
        assert part in text, part


def test_a_pdf_of_a_long_answer_has_several_pages_and_no_links() -> None:
    long = replace(exported()[0], answer="Agreed. " * 2000)
    data = FORMATS[".pdf"].write([long], "Long")
    from pypdfium2 import PdfDocument

    assert len(PdfDocument(data)) > 2
    assert b"/URI" not in data


@given(st.text())
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_written_as_word_and_pdf(text: str) -> None:
    answers = [Answer(text, text, False, text, 0.0)]
    for kind in (".docx", ".pdf"):
        assert FORMATS[kind].write(answers, text)


def test_a_file_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"must end in \.docx, \.pdf, \.md"):
        save(exported(), tmp_path / "answer.odt")
