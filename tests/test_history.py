"""What became of a matter, across meetings and bodies."""

from __future__ import annotations

from pathlib import Path

import pytest
from parish import write_minutes

from assistant.history import Matters, next_step
from ingest.index import Index
from ingest.pipeline import ingest

HALL = "Sedge Hall Committee"
FORMALITIES = (
    ("Apologies", "Apologies were received from Cllr Vane."),
    ("Minutes of the last meeting", "The minutes were agreed."),
)
MEETINGS = (
    ("a.txt", "4 March 2019", None, ("Skate park", "A skate park was asked for (report ED19045).")),
    ("b.txt", "1 April 2019", HALL, ("Skate Park Noise", "The noise was discussed.")),
    ("c.txt", "6 May 2019", None, ("Play equipment", "Report ED19045 was approved.")),
    ("d.txt", "3 June 2019", None, ("Hedges", "Hedges were discussed.")),
    ("e.txt", "1 July 2019", HALL, ("Hedges", "Hedges were cut.")),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("history")
    for name, day, body, item in MEETINGS:
        who = {"body": body} if body else {}
        write_minutes(folder / "minutes", name, day=day, items=[*FORMALITIES, item], **who)
    ingest([folder / "minutes"], folder / "index")
    return Index.open(folder / "index")


def told(steps: list) -> list[tuple[str, str, str]]:
    return [(step.meeting.date, step.item.title, step.why) for step in steps]


SKATE_PARK = [
    ("2019-03-04", "Skate park", "title"),
    ("2019-04-01", "Skate Park Noise", "title"),
    ("2019-05-06", "Play equipment", "ED19045"),
]


def test_a_matter_is_followed_by_title_and_reference_over_bodies(index: Index) -> None:
    assert told(Matters(index).of_text("the skate park")) == SKATE_PARK


def test_a_reference_leads_to_every_item_that_names_it(index: Index) -> None:
    steps = told(Matters(index).of_text("ED 19045"))
    assert [title for _, title, _ in steps] == ["Skate park", "Play equipment"]


def test_the_history_of_an_item_holds_the_item_and_what_came_next(index: Index) -> None:
    matters = Matters(index)
    start = next(item for item in index.all_items() if item.title == "Skate park")
    steps = matters.of_item(start.meeting_id, start.place)
    assert told(steps) == SKATE_PARK
    after = next_step(steps, start.meeting_id, start.place)
    assert after and after.item.title == "Skate Park Noise"
    last = steps[-1].item
    assert next_step(steps, last.meeting_id, last.place) is None


def test_formal_business_and_one_common_word_elsewhere_have_no_history(index: Index) -> None:
    matters = Matters(index)
    for item in index.all_items():
        if item.title in ("Apologies", "Minutes of the last meeting", "Hedges"):
            assert matters.of_item(item.meeting_id, item.place) == [], item.title
    assert matters.of_item("unknown", 3) == []
    assert matters.of_text("") == matters.of_text("the minutes") == []


def test_a_heading_of_most_meetings_is_no_matter(tmp_path: Path) -> None:
    for month in range(1, 10):
        item = ("Village green", f"The grass was cut {month} times.")
        write_minutes(
            tmp_path / "m", f"{month}.txt", day=f"{month} May 20{month + 9}", items=[item]
        )
    ingest([tmp_path / "m"], tmp_path / "index")
    index = Index.open(tmp_path / "index")
    item = index.all_items()[0]
    assert Matters(index).of_item(item.meeting_id, item.place) == []
    assert len(Matters(index).of_text("village green")) == 9
