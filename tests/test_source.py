"""What stands behind a citation, and how it is written in a report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assistant.source import (
    DRAFT,
    SUPERSEDED,
    carried_by,
    cite,
    find_quote,
    in_words,
    odds_in_words,
    open_source,
    quote_and_cite,
    same_item,
)
from ingest.index import Index
from ingest.model import Decision, Vote
from ingest.pipeline import ingest

MINUTES = """Wickham Parish Council

DRAFT minutes of the meeting held on Monday 6 May 2024

Present: Cllr A Wick (Chair), Cllr B Lamp

1. Lantern parade

The parade was discussed at length.

It was resolved to spend £40 on lanterns.

The clerk will buy them.

2. Bus shelter

It was resolved to spend £40 on lanterns.
"""


def opened(tmp_path: Path) -> Index:
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "may.txt").write_text(MINUTES)
    ingest([tmp_path / "minutes"], tmp_path / "index")
    return Index.open(tmp_path / "index")


def test_the_quoted_words_are_found_in_their_paragraph_of_the_item(tmp_path: Path) -> None:
    index = opened(tmp_path)
    (meeting,) = index.meetings()
    source = open_source(index, meeting.id, 0, "resolved to spend £40")
    marked = [shown.text[start:end] for shown in source.paragraphs for start, end in shown.marks]
    assert marked == ["resolved to spend £40"]
    assert len(source.quoted) == 1
    assert "on lanterns." in source.paragraphs[source.quoted.start].text
    assert source.title == "Item 1: Lantern parade"


def test_a_citation_names_body_date_item_and_title(tmp_path: Path) -> None:
    index = opened(tmp_path)
    (meeting,) = index.meetings()
    source = open_source(index, meeting.id, 0)
    assert "minutes of 6 May 2024, item 1, “Lantern parade”" in cite(source)
    assert meeting.body and meeting.body in cite(source)
    assert meeting.status == "draft"
    assert source.notes == (DRAFT,)
    assert "draft minutes of" in cite(source)


def test_the_opening_of_the_minutes_can_be_opened(tmp_path: Path) -> None:
    index = opened(tmp_path)
    (meeting,) = index.meetings()
    source = open_source(index, meeting.id, -1)
    assert source.title == "Opening of the minutes"
    assert any("Lamp" in shown.text for shown in source.paragraphs)


def test_a_quote_that_runs_over_paragraphs_is_marked_in_each() -> None:
    texts = ["It was agreed", "that the  hall be\npainted.", "Nothing more."]
    marks = find_quote(texts, "agreed that the hall be painted.")
    assert [text[a:b] for text, spans in zip(texts, marks, strict=True) for a, b in spans] == [
        "agreed",
        "that the  hall be\npainted.",
    ]


def test_words_that_do_not_stand_there_are_not_marked() -> None:
    assert find_quote(["The hall was painted."], "the roof") == [()]
    assert find_quote(["The hall was painted."], "") == [()]
    assert find_quote([], "the roof") == []


WORDS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda w: not w.isspace())


@given(st.lists(WORDS, min_size=1, max_size=5), st.data())
def test_every_quote_from_the_texts_is_marked_word_for_word(
    texts: list[str], data: st.DataObject
) -> None:
    whole = " ".join(" ".join(texts).split())
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    quote = " ".join(whole[start:end].split())
    marks = find_quote(texts, quote)
    marked = [text[a:b] for text, spans in zip(texts, marks, strict=True) for a, b in spans]
    assert " ".join(" ".join(marked).split()) == quote


def test_confidence_is_told_in_words() -> None:
    assert [in_words(share) for share in (0.95, 0.8, 0.7, 0.2)] == [
        "Well supported",
        "Well supported",
        "Likely",
        "Check the source",
    ]


CONFIRMED = MINUTES.replace("DRAFT minutes", "Confirmed minutes").replace(
    "The clerk will buy them.", "The clerk will buy them in June."
)


def test_a_draft_names_the_confirmed_minutes_that_supersede_it(tmp_path: Path) -> None:
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "confirmed.txt").write_text(CONFIRMED)
    index = opened_beside(tmp_path)
    draft = next(m for m in index.meetings() if m.status == "draft")
    source = open_source(index, draft.id, 1)
    assert source.superseded_by and source.superseded_by.source == "confirmed.txt"
    assert source.notes == (SUPERSEDED.format("confirmed.txt"),)
    assert source.item and same_item(index, source.item, source.superseded_by.id) == 1
    newer = open_source(index, source.superseded_by.id, 1)
    assert newer.superseded_by is None and newer.notes == ()


def opened_beside(tmp_path: Path) -> Index:
    (tmp_path / "minutes" / "may.txt").write_text(MINUTES)
    ingest([tmp_path / "minutes"], tmp_path / "index")
    return Index.open(tmp_path / "index")


def test_the_address_of_a_pdf_leads_to_the_page(tmp_path: Path) -> None:
    index = opened(tmp_path)
    (meeting,) = index.meetings()
    source = open_source(index, meeting.id, 0, "resolved to spend £40")
    shown = tuple(replace(paragraph, page=3) for paragraph in source.paragraphs)
    for address, leads_to in (
        ("https://council.example/may.pdf", "https://council.example/may.pdf#page=3"),
        ("https://council.example/may.pdf?v=2", "https://council.example/may.pdf?v=2#page=3"),
        ("https://council.example/may.html", "https://council.example/may.html"),
        (None, None),
    ):
        there = replace(source, meeting=replace(meeting, url=address), paragraphs=shown)
        assert there.url == leads_to


def test_a_quotation_is_copied_with_its_citation(tmp_path: Path) -> None:
    index = opened(tmp_path)
    (meeting,) = index.meetings()
    source = open_source(index, meeting.id, 0, "resolved to spend £40")
    assert quote_and_cite(source) == f"“resolved to spend £40” ({cite(source)})"
    titled = replace(source, item=replace(source.item, title='Petition: "Open the pond"'))
    assert "item 1, “Petition: ‘Open the pond’”" in cite(titled)


def test_proposer_seconder_and_vote_are_told_in_words() -> None:
    decided = Decision("resolved", "That it be so.", (), "Cllr Wick", "Cllr Lamp", Vote(7, 2))
    assert carried_by(decided) == "Proposed by Cllr Wick; seconded by Cllr Lamp; 7 for, 2 against"
    assert carried_by(Decision("resolved", "So.", seconder="Cllr Lamp")) == "Seconded by Cllr Lamp"
    assert carried_by(Decision("noted", "So.")) == ""


def test_confidence_is_told_as_a_share_of_ten() -> None:
    assert odds_in_words(0.39) == "about 4 in 10 answers like this are right"
    assert "1 in 10" in odds_in_words(0.0) and "9 in 10" in odds_in_words(1.0)
