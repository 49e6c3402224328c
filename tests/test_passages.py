from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.embedding import load_embedder
from ingest.model import Decision, Item, Meeting, Paragraph
from ingest.passages import embedded_text, heading_line, make_passages

count_pieces = load_embedder().count_pieces
SENTENCE = "The members walked along the towpath and saw that the third lamp was out again. "


def paragraph(words: int) -> Paragraph:
    return Paragraph(" ".join((SENTENCE * (words // 15 + 1)).split()[:words]) + ".", page=2)


def item(*paragraphs: Paragraph, number="7", title="Towpath lamps", **more) -> Item:
    return Item(number, title, tuple(paragraphs), page=1, **more)


def meeting(*items: Item, **more) -> Meeting:
    fields = {"source": "a.txt", "body": "Parks Panel", "date": "2014-07-02"}
    return Meeting(items=items, **(fields | more))


def passages_of(*items: Item, **more):
    return make_passages(meeting(*items, **more), "m1", count_pieces)


def test_the_heading_line_names_body_date_item_and_title():
    held = meeting()
    assert heading_line(held, item()) == "Parks Panel, 2 July 2014, item 7: Towpath lamps"
    assert heading_line(held, item(number=None)) == "Parks Panel, 2 July 2014: Towpath lamps"
    assert heading_line(held, None) == "Parks Panel, 2 July 2014"
    assert heading_line(replace(held, body=None, date=None), item()) == "item 7: Towpath lamps"


def test_short_paragraphs_of_an_item_make_one_passage_joined_by_line_ends():
    (passage,) = passages_of(item(paragraph(30), paragraph(40)))
    assert passage.text == f"{paragraph(30).text}\n{paragraph(40).text}"
    assert (passage.first_paragraph, passage.last_paragraph, passage.page) == (0, 1, 2)


def test_a_passage_never_crosses_items():
    first, second = passages_of(item(paragraph(20)), item(paragraph(20), number="8"))
    assert (first.item, second.item) == (0, 1)
    assert "item 8" in second.heading


def test_front_matter_gives_passages_of_item_minus_one():
    (passage,) = passages_of(front=(Paragraph("Present: Cllr Hart, Cllr Reed"),))
    assert (passage.item, passage.heading) == (-1, "Parks Panel, 2 July 2014")


def test_many_paragraphs_are_packed_to_whole_paragraphs_near_the_target():
    paragraphs = [paragraph(45) for _ in range(10)]
    passages = passages_of(item(*paragraphs))
    assert all(80 <= len(passage.text.split()) <= 180 for passage in passages)
    assert "\n".join(passage.text for passage in passages) == "\n".join(p.text for p in paragraphs)


def test_a_heading_paragraph_joins_what_follows_it():
    passages = passages_of(item(paragraph(120), Paragraph("Reply from officers"), paragraph(120)))
    assert [passage.text.startswith("Reply from") for passage in passages] == [False, True]


def test_a_decision_stays_with_the_motion_that_it_decides():
    outcome = Paragraph("RESOLVED that the lamps be mended before winter comes.")
    decision = Decision("resolved", outcome.text, paragraph=2)
    passages = passages_of(item(paragraph(110), paragraph(120), outcome, decisions=(decision,)))
    assert [passage.first_paragraph for passage in passages] == [0, 1]
    assert passages[1].text.endswith(outcome.text)


def test_a_long_paragraph_is_cut_between_sentences():
    long = Paragraph((SENTENCE * 40).strip())
    passages = passages_of(item(long))
    assert len(passages) > 2
    assert all(passage.text.endswith("again.") for passage in passages)
    assert " ".join(passage.text for passage in passages) == long.text


def test_a_sentence_longer_than_a_passage_is_cut_between_words():
    long = " ".join(f"lamp{number}" for number in range(1000))
    passages = passages_of(item(Paragraph(long)))
    assert " ".join(passage.text for passage in passages) == long


def test_an_item_with_only_a_title_gives_one_passage_of_the_title():
    (passage,) = passages_of(item(title="Apologies from Cllr Reed"))
    assert passage.text == "Apologies from Cllr Reed"
    assert (passage.first_paragraph, passage.last_paragraph, passage.page) == (0, -1, 1)
    assert passages_of(item(title="")) == []


def test_a_long_title_gives_way_in_the_heading_and_date_and_number_stay():
    (passage,) = passages_of(item(paragraph(40), title="Lamps along the towpath " * 30))
    assert passage.heading.startswith("Parks Panel, 2 July 2014, item 7: Lamps along")
    assert count_pieces(passage.heading) <= 40


def test_the_same_words_twice_give_two_ids():
    passages = passages_of(item(Paragraph("lamp " * 1000)), item(Paragraph("lamp " * 1000)))
    assert len({passage.id for passage in passages}) == len(passages) > 8


def test_ids_stay_the_same_from_run_to_run():
    assert passages_of(item(paragraph(300))) == passages_of(item(paragraph(300)))


@pytest.mark.parametrize("max_pieces", [64, 128, 256])
def test_a_model_that_reads_less_gets_shorter_passages(max_pieces):
    held = meeting(item(paragraph(500)))
    for passage in make_passages(held, "m1", count_pieces, max_pieces):
        assert count_pieces(embedded_text(passage)) <= max_pieces


words = st.text(max_size=12) | st.sampled_from(["1.", "(a)", "£1,234.50", "RESOLVED:", "." * 60])
texts = st.one_of(
    st.text(max_size=300),
    st.lists(words, max_size=60).map(" ".join),
    st.builds(lambda word, times: word * times, words, st.integers(0, 300)),
    st.builds(lambda char: char * 2000, st.characters()),
)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=10) | texts, texts, st.lists(texts, max_size=4), st.booleans())
def test_no_passage_is_ever_longer_than_the_model_reads(number, title, paragraphs, as_front):
    parts = tuple(map(Paragraph, paragraphs))
    held = meeting(
        Item(number, title, () if as_front else parts), front=parts if as_front else (), body=title
    )
    passages = make_passages(held, "m1", count_pieces)
    for passage in passages:
        assert passage.text.strip()
        assert len(passage.text.split()) <= 220
        assert count_pieces(embedded_text(passage)) <= 256
    covered = "".join("".join(passage.text.split()) for passage in passages)
    everything = "".join("".join(text.split()) for text in paragraphs)
    if as_front or not everything:  # an item that has nothing else is found by its title
        everything += "".join(title.split())
    assert covered == everything
    assert len({passage.id for passage in passages}) == len(passages)
