"""Text and Markdown files as lines, with furniture apart."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.paragraphs import paragraph_starts
from ingest.structure import build_meetings
from ingest.text import decode, read_text


def lines(text: str) -> list[str]:
    return [line.text for line in read_text(text.encode(), "a.md").lines]


def paragraphs(text: str) -> list[str]:
    document = read_text(text.encode(), "a.md")
    starts = paragraph_starts(document.lines, document.wrapped)
    groups: list[list[str]] = []
    for line, start in zip(document.lines, starts, strict=True):
        if start:
            groups.append([])
        groups[-1].append(line.text)
    return [" ".join(group) for group in groups]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
        (b"\xa35 \x96 caf\xe9", "£5 – café"),
        ("café".encode("utf-16"), "café"),
    ],
)
def test_bytes_are_decoded_by_what_they_are(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize(
    ("printed", "clean"),
    [
        ("**MONDAY, 11th** **MAY**", "MONDAY, 11th MAY"),
        ("***“I will move***", "“I will move"),
        ("Newcastl**e West", "Newcastle West"),
        (r"4\. Matters Arising", "4. Matters Arising"),
        ("Fish &amp; chips&nbsp;here", "Fish & chips here"),
        ("**_Minutes_** of the _day_", "Minutes of the day"),
        ("Signed: \\_\\_\\_\\_\\_", "Signed:"),
        ("snake_case_name stays", "snake_case_name stays"),
    ],
)
def test_markup_is_cleaned_away_and_words_stay(printed: str, clean: str) -> None:
    assert lines(printed) == [clean]


def test_front_matter_and_the_link_to_the_original_are_furniture() -> None:
    post = read_text(b'---\ntitle: "May minutes"\ndate: "2011-06-01"\n---\nPresent: all', "a.md")
    assert (post.title, [line.text for line in post.lines]) == ("May minutes", ["Present: all"])
    assert 'date: "2011-06-01"' in post.furniture
    linked = read_text(b"[Original file](https://example.org/a.pdf)\n\n---\nPresent: all", "a.md")
    assert linked.url == "https://example.org/a.pdf"
    assert [line.text for line in linked.lines] == ["Present: all"]


def test_page_numbers_and_scan_notices_are_furniture_and_numbers_in_text_are_not() -> None:
    notice = "*<small>Scanned page, text may contain errors</small>*"
    text = f"{notice}\nFirst page of the minutes\n---\n2\nThe sum is\n138\nin all.\n---\n3\nEnd."
    document = read_text(text.encode(), "a.md")
    assert [line.text for line in document.lines] == [
        "First page of the minutes",
        "The sum is",
        "138",
        "in all.",
        "End.",
    ]
    assert document.furniture == ("Scanned page, text may contain errors", "2", "3")
    assert [line.page for line in document.lines] == [1, 2, 2, 2, 3]
    assert document.ocr


def test_html_lists_get_their_printed_numbers() -> None:
    text = (
        '<h1 class="x">Minutes</h1>\n<ol start="2564">\n<li>Police</li>\n'
        "<li>Forum<br />None</li>\n</ol>"
    )
    assert lines(text) == ["Minutes", "2564. Police", "2565. Forum", "None"]


def test_wrapped_lines_are_joined_although_each_is_followed_by_a_blank_one() -> None:
    wrapped = (
        "The Director outlined the works that had been carried out in the harbour and that\n\n"
        "were to be carried out in the following year, when the funding of the Department\n\n"
        "would be known.\n\nThe Members thanked the Director for the presentation and asked "
        "about the\n\n---\n2\n\nslipway and the well-\n\nknown steps beside it, which were in "
        "need of repair.\n"
    )
    assert paragraphs(wrapped) == [
        "The Director outlined the works that had been carried out in the harbour and that were "
        "to be carried out in the following year, when the funding of the Department would be "
        "known.",
        "The Members thanked the Director for the presentation and asked about the slipway and "
        "the well- known steps beside it, which were in need of repair.",  # as printed
    ]


def test_short_lines_of_a_list_are_not_joined() -> None:
    text = (
        "The following estates were taken in charge by the Council under the Planning Acts:\n\n"
        "Ash Grove\n\nRiver Glen\n\nSalmon Weir\n\nProposed by Councillor Barr;\n\n"
        "Seconded by Councillor Corr;\n"
    )
    assert paragraphs(text)[1:] == [
        "Ash Grove",
        "River Glen",
        "Salmon Weir",
        "Proposed by Councillor Barr;",
        "Seconded by Councillor Corr;",
    ]


def test_an_endless_line_is_read() -> None:
    document = read_text(b"word " * 400_000, "a.txt")
    assert sum(len(line.text.split()) for line in document.lines) == 400_000


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


MINUTES = st.lists(
    st.one_of(
        st.text(st.characters(codec="utf-8", exclude_characters="<>&\\[]*_`|#\x00"), max_size=80),
        st.sampled_from(
            [
                "---",
                "",
                "1. Minutes",
                "2. Matters Arising",
                "**3.**",
                "(a) One",
                "5(a) Two",
                "Present: A Barr",
                "REPLY:",
                "2",
                "Any Other Business",
                "71/19 Planning: none",
            ]
        ),
    ),
    max_size=25,
)


@settings(max_examples=200)
@given(MINUTES)
def test_no_word_is_lost(printed: list[str]) -> None:
    text = "\n".join(printed)
    document = read_text(text.encode(), "a.txt")
    kept: list[str] = list(words(" ".join(document.furniture)))
    for meeting in build_meetings(document):
        kept += words(" ".join(paragraph.text for paragraph in meeting.front))
        for item in meeting.items:
            kept += words(f"{item.number or ''} {item.title}")
            kept += words(" ".join(paragraph.text for paragraph in item.paragraphs))
    assert set(words(decode(text.encode()))) <= set(kept)


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    build_meetings(read_text(data, "a.txt"), "a.txt")


def test_the_address_of_a_link_is_kept_apart_from_its_words() -> None:
    document = read_text(
        b"Write to [the clerk](mailto:clerk@example.org) or see [**maps**](https://example.org/m)."
        b"\n\n![The mill](/mill.png)\n",
        "a.md",
    )
    assert [line.text for line in document.lines] == ["Write to the clerk or see maps.", "The mill"]
    assert document.furniture == (
        "mailto:clerk@example.org",
        "https://example.org/m",
        "/mill.png",
    )


def test_the_marker_of_a_list_of_one_is_no_number_beside_the_printed_one() -> None:
    document = read_text(
        b"1. **7.**     **Lease of the Barn**\n\n1. **8\\.** **Planning**\n", "a.md"
    )
    assert [line.text for line in document.lines] == ["7. Lease of the Barn", "8. Planning"]
    assert all(line.bold for line in document.lines) and document.furniture == ("1.", "1.")
    assert lines("1. 12 chairs were bought.") == ["1. 12 chairs were bought."]
    listed = '<ol start="81"><li>81. Apologies: None.</li></ol>'
    assert lines(listed) == ["81. Apologies: None."]


def test_the_heading_of_a_question_or_a_deputation_begins_and_ends_its_paragraph() -> None:
    told = "The Director said that the section would look into this and come back to all of them."
    text = f"{told}\n\nQuestions submitted by Councillor J. Barr\n\n{told}\n\n{told}\n\n"
    text += f"Deputation from Quayside Arts Committee\n\nThe Mayor welcomed them. {told}\n\n"
    text += (
        f"{told}\n\nEmergency Motion – Lamps on the Quay\n\nWith the leave of the Mayor, {told}\n\n"
    )
    found = paragraphs(text)
    assert "Emergency Motion – Lamps on the Quay" in found
    assert "Questions submitted by Councillor J. Barr" in found
    assert "Deputation from Quayside Arts Committee" in found
