"""Which sentences are quoted, and where a long one is cut."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer_model import Citation
from assistant.ballots import ballots
from assistant.choose import Sentence
from assistant.compose import (
    MAX_QUOTE_WORDS,
    MAX_WORDS,
    _blocks,
    _introduced,
    _of_its_days,
    _outcome_said,
    _quotes,
    _tally,
    outcome_of,
    window,
)
from assistant.question import BodyNames, Query, understand
from assistant.rank import Ranked, read_passage
from ingest.index import StoredItem
from ingest.model import Decision, Passage

from datetime import date  # isort: skip


def query(text: str) -> Query:
    return understand(text, BodyNames([], {}), date(2025, 1, 1))


def passage(text: str) -> tuple[list[Ranked], list]:  # type: ignore[type-arg]
    found = Passage("p", "m", 0, text, "Cabinet, 1 May 2024, item 3: Bridge", 0, 0)
    return [Ranked(0, found, 1.0, np.zeros(1, np.float32))], [read_passage(found)]


def quoted(text: str, order: list[tuple[int, float]], asked: str = "How much?") -> list[str]:
    ranked, readings = passage(text)
    sentences = [
        Sentence(0, number, *readings[0].spans[number], _cut(text, readings, number), score)
        for number, score in order
    ]
    blocks = _blocks(query(asked), readings, sentences, ranked)
    spans = [(readings[0].spans[b.first][0], readings[0].spans[b.last][1]) for b in blocks]
    return [text[start:end] for start, end in spans]


def quoted_of(texts: list[str], scores: list[float], asked: str) -> list[str]:
    """What is quoted of one-sentence passages of different meetings."""
    ranked = [
        Ranked(n, Passage(f"p{n}", f"m{n}", 0, text, "Cabinet", 0, 0), 1.0, np.zeros(1, np.float32))
        for n, text in enumerate(texts)
    ]
    readings = [read_passage(one.passage) for one in ranked]
    sentences = [
        Sentence(n, 0, 0, len(text), text, score)
        for n, (text, score) in enumerate(zip(texts, scores, strict=True))
    ]
    return [texts[block.passage] for block in _blocks(query(asked), readings, sentences, ranked)]


def _cut(text: str, readings: list, number: int) -> str:  # type: ignore[type-arg]
    start, end = readings[0].spans[number]
    return text[start:end]


def cited(quote: str, outcome: str | None, day: str = "2024-05-01") -> Citation:
    return Citation(
        1, quote, "a.md", None, None, None, "Cabinet", day, "3", "", "p",
        outcome=outcome, meeting_id=day,
    )  # fmt: skip


def test_the_best_sentence_is_quoted_alone_when_the_others_are_far_behind() -> None:
    text = "The bridge was inspected. The repair costs £4,000. The clerk read a letter."
    assert quoted(text, [(1, 5.0), (0, 0.0), (2, -1.0)]) == ["The repair costs £4,000."]


def test_a_sentence_that_begins_with_it_brings_the_one_before() -> None:
    text = "The old mill bridge was closed. It will cost £4,000 to repair."
    assert quoted(text, [(1, 5.0), (0, 0.0)]) == [text]


def test_it_was_agreed_points_back_at_nothing() -> None:
    text = "The old mill bridge was closed. It was agreed that lorries go round by Fernley."
    assert quoted(text, [(1, 5.0), (0, 0.0)]) == [text.split(". ")[1]]


def test_the_answering_sentence_opens_even_where_one_before_it_is_quoted_too() -> None:
    text = "The bridge was inspected by Mr Hale in May. The repair of the bridge costs £4,000."
    assert quoted(text, [(1, 5.0), (0, 4.5)]) == [
        "The repair of the bridge costs £4,000.",
        "The bridge was inspected by Mr Hale in May.",
    ]


def test_a_line_that_leads_in_comes_with_what_follows() -> None:
    text = (
        "The motion was put. After a long debate those present came to this conclusion about it:\n"
        "The bridge be closed to lorries."
    )
    (block,) = quoted(text, [(1, 5.0), (0, -3.0), (2, -3.0)], "What was decided?")
    assert "closed to lorries" in block


def test_a_resolution_in_parts_is_quoted_with_all_of_them() -> None:
    text = (
        "RESOLVED (Councillor Wick dissenting) that\n(a) the bridge be closed to lorries;\n"
        "(b) the clerk write to the owner.\nThe meeting then rose for tea."
    )
    (block,) = quoted(text, [(0, 5.0)], "What was decided?")
    assert block.endswith("the clerk write to the owner.")


def test_a_part_of_a_resolution_brings_the_others() -> None:
    text = (
        "The owner spoke.\nRESOLVED that\n(a) the bridge be closed to lorries;\n"
        "(b) the clerk write to the owner; and\n(c) the lamps be lit.\nThe meeting rose for tea."
    )
    for asked in ("What was decided about the lamps?", "Which three steps were taken?"):
        for part in (1, 3):
            (block,) = quoted(text, [(part, 5.0), (0, -3.0)], asked)
            assert block.startswith("RESOLVED that") and block.endswith("(c) the lamps be lit.")
    (block,) = quoted(text, [(3, 5.0), (0, -3.0)], "Where are the lamps?")
    assert "(a)" not in block


@pytest.mark.parametrize(
    ("behind", "comes"),
    [
        ("The Chair gave her casting vote against, and the motion was LOST.", True),
        ("The motion was therefore carried.", True),
        ("The Clerk was to write to the owner of the bridge.", False),
    ],
)
def test_a_count_of_votes_comes_with_what_it_came_to(behind: str, comes: bool) -> None:
    text = f"The bridge was talked of. There were 4 votes for and 4 against. {behind}"
    (block,) = quoted(text, [(1, 5.0), (0, -3.0)], "How close was the vote on the bridge?")
    assert block.endswith(behind) == comes


def test_the_block_with_the_best_sentence_comes_first() -> None:
    filler = "This is quite a long sentence about other things altogether."
    text = f"The toll is £2. {filler} {filler} {filler} The fine is £9."
    first, second = quoted(text, [(4, 5.0), (0, 4.5)])
    assert (first, second) == ("The fine is £9.", "The toll is £2.")


@given(
    st.lists(st.sampled_from(["fee", "the", "bridge,", "of;", "x" * 30]), min_size=1, max_size=300)
)
def test_a_window_is_never_longer_than_a_quote_may_be(words: list[str]) -> None:
    text = " ".join(words)
    start, end = window(text, 0, len(text), query("What is the fee of the bridge?").tokens)
    assert 0 <= start < end <= len(text)
    assert len(text[start:end].split()) <= MAX_QUOTE_WORDS


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12))
def test_quotes_of_a_block_keep_the_limit_and_lose_no_sentence(lengths: list[int]) -> None:
    text = " ".join("Word " + "word " * (n - 1) + "end." for n in lengths)
    ranked, readings = passage(text)
    from assistant.compose import Block

    block = Block(0, 0, len(readings[0].spans) - 1)
    runs = _quotes(block, readings, ranked)
    assert [n for first, last in runs for n in range(first, last + 1)] == list(
        range(len(readings[0].spans))
    )
    for first, last in runs:
        words = re.findall(r"\S+", text[readings[0].spans[first][0] : readings[0].spans[last][1]])
        assert first == last or len(words) <= MAX_QUOTE_WORDS


def test_a_quote_of_two_motions_has_no_single_outcome() -> None:
    lost = Decision("lost", "The motion to close on Fridays was lost by 5 votes to 3.")
    item = StoredItem("m", 0, "5", "Bridge", None, None, False, (), (lost,), None, (), (), False)
    assert outcome_of(item, lost.text) == "lost"
    assert outcome_of(item, "The motion to close on Fridays was lost") == "lost"
    both = f"{lost.text} A further motion, for Saturdays only, was put and carried by 7 votes to 1."
    assert outcome_of(item, both) is None


def test_the_course_of_a_matter_is_told_from_two_meetings() -> None:
    texts = [
        "A quotation of £4,000 for the bridge was received.",
        "The bridge is an old one of stone and brick.",
        "The bridge was mended by Mr Hale for £5,000.",
    ]
    asked = "What was the first price for the bridge, and who mended it in the end?"
    assert quoted_of(texts, [5.0, 2.0, 1.5], asked)[:2] == [texts[0], texts[1]]
    assert (
        quoted_of(texts, [5.0, 2.0, 1.5], "What was the first price for the bridge?") == texts[:1]
    )


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("How many benches were bought in March 2024?", [0, 2]),
        ("How many benches were bought on 4 March 2024?", [0, 2]),
        ("How many benches were bought in April 2024?", [0, 1, 2]),
        ("How many benches were bought in 2024?", [0, 1, 2]),
        ("How many benches were bought in March 2024, and what became of them?", [0, 1, 2]),
    ],
)
def test_of_the_month_asked_about_no_other_day_is_quoted(asked: str, kept: list[int]) -> None:
    sentences = [Sentence(n, 0, 0, 9, "Benches.", 1.0 - n) for n in range(3)]
    march, november = date(2024, 3, 4).toordinal(), date(2023, 11, 6).toordinal()
    days = [march, november, march]
    assert [one.passage for one in _of_its_days(query(asked), sentences, days)] == kept


def test_the_movers_of_another_motion_are_not_quoted() -> None:
    texts = [
        "Councillor Wick moved that the bridge be closed, and Councillor Hale seconded it.",
        "Proposed by Councillor Roe and seconded by Councillor Lee.",
    ]
    assert quoted_of(texts, [5.0, 4.9], "Who seconded the closing of the bridge?") == texts[:1]
    assert quoted_of(texts, [5.0, 4.9], "What was done about the bridge?") == texts


def test_a_lost_motion_is_named_as_one() -> None:
    assert _outcome_said(cited("That the bridge be closed.", "lost")) == "It was lost. [1]"
    assert _outcome_said(cited("The motion was lost by 5 votes to 3.", "lost")) == ""
    assert _outcome_said(cited("That the bridge be closed.", "resolved")) == ""
    later = [cited("A.", None), cited("B.", None, "2024-06-02")]
    asked = query("What did it cost?")
    assert _introduced(later, asked) == "On 2 June 2024:"
    assert _introduced(later[:1], asked) == ""


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        ("Under which minute number was the bridge dealt with?", "Item 3 of Cabinet, on 1 May"),
        ("item number, Cabinet May 2024, bridge", "Item 3 of Cabinet, on 1 May 2024:"),
        ("When did the Cabinet hear of the bridge?", "Cabinet, on 1 May 2024:"),
        ("At which meeting was the bridge dealt with?", "Cabinet, on 1 May 2024:"),
        ("When will the bridge open?", ""),
        ("When the bridge was closed, who paid?", ""),
    ],
)
def test_where_it_is_asked_when_or_under_which_number_the_answer_begins_with_that(
    asked: str, begins: str
) -> None:
    said = _introduced([cited("The bridge was inspected.", None)], query(asked))
    assert said.startswith(begins) if begins else said == ""


def test_an_item_that_is_named_alone_is_introduced_by_its_title() -> None:
    named = replace(cited("It was inspected.", None), title="Weir Bridge")
    asked = query("minute 3")
    assert _introduced([named], asked, alone=True) == (
        "Item 3 “Weir Bridge” of Cabinet, on 1 May 2024:"
    )
    assert _introduced([replace(named, title="")], asked, alone=True) == ""


def test_the_reply_comes_before_the_question_that_it_was_given_to() -> None:
    put = "I will ask at the next meeting where the stone of the bridge was taken."
    reply = "REPLY: The stone was used again in the works."
    text = f"{put} {reply} Councillor Hart thanked the officer."
    scores = [(0, 5.0), (2, 4.0), (1, 1.0)]
    assert quoted(text, scores, "Where did the stone of the bridge go?")[0].startswith(reply)
    assert quoted(text, scores, "Who asked about the stone?")[0].startswith(put)


ESTATES = (
    "These estates were taken in charge:\nBracken Row, North Road\nEden Court, Mill Lane\n"
    "Silver Brook, Corby\nThe meeting then rose for tea."
)


@pytest.mark.parametrize("bullet", ["", "• ", "e "], ids=["lines", "bullets", "a misread bullet"])
def test_a_list_is_quoted_whole_where_a_list_is_asked_for(bullet: str) -> None:
    text = ESTATES.replace("\n", f"\n{bullet}", 3)
    (block,) = quoted(text, [(2, 5.0), (1, -3.0)], "Which estates were taken in charge?")
    assert block.startswith("These estates") and block.endswith("Silver Brook, Corby")


def test_of_a_list_one_entry_is_quoted_where_one_is_asked_for() -> None:
    assert quoted(ESTATES, [(2, 5.0), (1, -3.0)], "Where is Eden Court?") == [
        "Eden Court, Mill Lane"
    ]


def test_a_long_list_is_quoted_from_its_beginning_as_far_as_there_is_room() -> None:
    text = "The grants:\n" + "\n".join(f"Club number {n} of the old town hall" for n in range(40))
    blocks = quoted(text, [(3, 5.0)], "Which clubs got grants?")
    assert blocks[0].startswith("The grants:")
    assert 80 < len(" ".join(blocks).split()) <= MAX_WORDS


def test_who_voted_against_is_told_by_name() -> None:
    text = "A vote was taken:\nFor\nCllrs Wick, Hale and Roe (3)\nAgainst\nCllrs Lee and Pym (2)"
    vote = ballots(text)[0]
    said, quotes = _tally(text, vote, query("Who voted against the bridge?"))
    assert (said, quotes) == ("Against: Lee and Pym (2)", ["Against Cllrs Lee and Pym (2)"])
    said, _ = _tally(text, vote, query("Which councillors voted on the bridge?"))
    assert said == "For: Wick, Hale and Roe (3); against: Lee and Pym (2)"
    assert _tally(text, vote, query("How did the vote go?"))[0] == "For: 3; against: 2"
