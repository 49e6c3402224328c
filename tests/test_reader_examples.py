"""What the reader is tuned on, drawn from questions and from minutes."""

import random
from types import SimpleNamespace

import numpy as np
import pytest

from eval.questions import Evidence, Question
from eval.reader_examples import (
    SKIP,
    detail_examples,
    exchanged_examples,
    title_examples,
    withheld_examples,
)
from ingest.index import Index

TEXT = (
    "The Clerk reported on the lamps of the towpath at Quernford, which had failed in March 2024. "
    "The lowest tender was £14,250. Members asked whether the lamps could wait until the autumn."
)


def case(question, text=TEXT, answers=(("£14,250",),)):
    passage = SimpleNamespace(heading="Cabinet, 2 May 2024, item 4: Lamps", text=text)
    gold = Question("q", "amount", question, True, answers, (Evidence("a.txt", text),))
    return SimpleNamespace(
        question=gold,
        query=SimpleNamespace(text=question),
        scores=np.ones(1),
        labels=np.ones(1),
        passages=[passage],
    )


ASKED = case("What did the lamps at Quernford cost in 2024?")
OTHER = case("Who spoke for Ellerby in 2019?", "Mrs. Gaunt spoke.", (("Gaunt",),))


@pytest.fixture(scope="module")
def index(sample_index):
    index = Index.open(sample_index)
    yield index
    index.close()


def test_a_passage_without_its_answer_does_not_answer():
    [example] = withheld_examples([ASKED], random.Random(1))
    assert "£14,250" not in example.second
    assert "had failed in March" in example.second
    assert (example.answerable, example.relevant, example.start) == (0, SKIP, -1)


def test_a_passage_that_is_all_answer_teaches_nothing():
    assert not list(withheld_examples([OTHER], random.Random(1)))


def test_a_question_about_another_name_or_year_is_not_answered():
    seen = set()
    for seed in range(20):
        [example] = [
            one
            for one in exchanged_examples([ASKED, OTHER], random.Random(seed))
            if "£" in one.second
        ]
        assert example.answerable == 0
        seen.add(example.first)
    assert seen == {
        "What did the lamps at Ellerby cost in 2024?",
        "What did the lamps at Quernford cost in 2019?",
    }


def test_the_detail_of_an_answerable_question_is_where_the_example_says(index):
    examples = list(detail_examples(index, lambda source: True, random.Random(1)))
    told = [one for one in examples if one.answerable]
    assert told and len(told) < len(examples)
    assert all(one.second[one.start : one.end].strip() for one in told)
    for one in told:
        if one.first.startswith("How much"):
            assert one.second[one.start] in "£€$"


def test_nothing_is_drawn_of_sources_that_are_held_out(index):
    assert not list(detail_examples(index, lambda source: False, random.Random(1)))
    assert not list(title_examples(index, lambda source: False, random.Random(1)))


def test_a_title_goes_with_words_of_its_own_item(index):
    examples = list(title_examples(index, lambda source: True, random.Random(1)))
    assert {one.relevant for one in examples} == {0, 1}
    assert all(one.answerable == SKIP for one in examples)
