"""Words that the index does not have, read as their nearest spelling."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.spelling import nearest_word, respell
from ingest.index import Index


@pytest.fixture(scope="module")
def index(sample_index: Path) -> Iterator[Index]:
    opened = Index.open(sample_index)
    yield opened
    opened.close()


@pytest.mark.parametrize("typed", ["comittee", "committtee", "commitete", "committea"])
def test_one_slip_is_forgiven(index: Index, typed: str) -> None:
    near = nearest_word(index, typed)
    assert near is not None and near.word.casefold() == "committee"


@pytest.mark.parametrize("typed", ["zzyzx", "cat", "xx23/043", ""])
def test_what_is_near_nothing_stays(index: Index, typed: str) -> None:
    assert nearest_word(index, typed) is None


def test_only_words_that_nobody_knows_are_mended(index: Index) -> None:
    text, told = respell("Did the comittee vote on kayaks?", index, lambda word: word == "kayaks")
    assert text.casefold() == "did the committee vote on kayaks?"
    assert respell("the kayaker", index, lambda word: word == "kayak")[1] == ()
    assert len(told) == 1 and "instead of “comittee”" in told[0]
