"""Look-ups: identifiers, item numbers, names and phrases, with no model loaded."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.lookup import LookupHit, identify, lookup
from ingest.index import Index


@pytest.fixture(scope="module")
def index(sample_index: Path) -> Iterator[Index]:
    opened = Index.open(sample_index)
    yield opened
    opened.close()


def first(index: Index, text: str) -> LookupHit:
    return lookup(index, text).groups[0].hits[0]


@pytest.mark.parametrize("text", ["minute 412", "min 412", "Item 412", "412"])
def test_a_minute_number_finds_its_item_first(index: Index, text: str) -> None:
    hit = first(index, text)
    assert (hit.number, hit.exact) == ("412", True)


@pytest.mark.parametrize("text", ["PLA2322", "pla 2322", "Pla2322"])
def test_a_report_number_is_found_in_any_spelling(index: Index, text: str) -> None:
    result = lookup(index, text)
    hits = [hit for group in result.groups for hit in group.hits]
    assert hits
    for hit in hits:
        words = " ".join(p.text for p in index.paragraphs(hit.meeting_id, hit.place))
        named = index.item(hit.meeting_id, hit.place).references if hit.place >= 0 else ()
        assert "PLA2322" in words or "PLA2322" in named


def test_a_number_with_body_and_month_finds_the_item_of_that_meeting(index: Index) -> None:
    result = lookup(index, "item 23/043 cabinet october")
    assert result.groups[0].hits[0].number == "23/043"
    assert result.groups[0].meeting.date == "2023-10-11"


@pytest.mark.parametrize(
    "text",
    [
        "23/043 cabinet",
        "item 23/043 of Cabinet",
        "minute 23 / 043 cabinet october",
        "cabinet 23/043 11/10/2023",
        "item 23/043 cabinet oct 2023",
    ],
)
def test_an_item_number_is_known_in_any_spelling(index: Index, text: str) -> None:
    assert first(index, text).number == "23/043"
    assert identify(index, text).unique


def test_a_number_alone_in_a_phrase_names_no_item(index: Index) -> None:
    assert identify(index, "412 letters about parking").keys == frozenset()


def test_words_in_quotation_marks_stand_together(index: Index) -> None:
    loose = lookup(index, "place market").groups
    together = lookup(index, '"market place"').groups
    assert loose and together
    assert lookup(index, '"place market"').groups == ()
    for group in together:
        for hit in group.hits:
            words = " ".join(p.text for p in index.paragraphs(hit.meeting_id, hit.place))
            assert "market place" in " ".join(f"{hit.title} {words}".lower().split())


def test_words_of_an_item_may_stand_in_different_passages(index: Index) -> None:
    many = {
        (group.meeting.id, hit.place)
        for word in ("market", "parking")
        for group in lookup(index, f"{word} resolved", limit=500).groups
        for hit in group.hits
    }
    assert len(many) > 2


def test_groups_are_meetings_newest_first(index: Index) -> None:
    dates = [group.meeting.date or "" for group in lookup(index, "market place").groups]
    assert len(dates) > 2
    assert dates == sorted(dates, reverse=True)


def test_an_unfinished_word_is_found(index: Index) -> None:
    assert lookup(index, "market pla").groups


def test_a_misspelt_word_is_found_and_the_spelling_is_told(index: Index) -> None:
    result = lookup(index, "quernfrod market")
    assert result.groups
    assert result.searched_for == "Quernford market"


def test_what_is_not_there_finds_nothing(index: Index) -> None:
    assert lookup(index, "zzyzx qqq").groups == ()
    assert lookup(index, "   ").groups == ()


def test_the_name_of_a_body_and_a_month_list_that_meeting_first(index: Index) -> None:
    group = lookup(index, "cabinet october 2023").groups[0]
    assert (group.meeting.body, group.meeting.date) == ("Cabinet", "2023-10-11")


def test_no_more_than_the_limit_are_listed(index: Index) -> None:
    result = lookup(index, "council", limit=7)
    assert sum(len(group.hits) for group in result.groups) == 7


def test_no_model_is_loaded(sample_index: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.index import Index;"
        "from assistant.lookup import lookup;"
        f"lookup(Index.open(Path({str(sample_index)!r})), 'market place');"
        "print([m for m in ('torch','chromadb','onnxruntime','llama_index') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
