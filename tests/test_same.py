"""One sitting in several files: what links them, and what does not."""

from pathlib import Path

from ingest.model import Item, Meeting, Paragraph
from ingest.read import read
from ingest.same import link_meetings

TEXT = (
    "It was agreed to pay the clerk £412.50 for March, to mend the lamp at the bridge before "
    "winter, and to ask three firms for the price of a new bench beside the pond."
)
SUMS = " ".join(f"£{n}.{n}" for n in range(100, 120))


def minutes(source: str, text: str, **more: str | None) -> Meeting:
    values: dict[str, str | None] = {"body": "Elmby Parish Council", "date": "2019-03-04", **more}
    item = Item("1", "Accounts", (Paragraph(text),))
    return Meeting(
        source, values["body"], values["date"], (item,), language=more.get("language") or "en"
    )


def also(*meetings: Meeting) -> list[tuple[str, ...]]:
    return [meeting.also for meeting in link_meetings(meetings)]


def test_a_copy_that_does_not_name_its_body_belongs_to_the_one_that_does() -> None:
    assert also(minutes("a", TEXT), minutes("b", f"{TEXT} Typed.", body=None)) == [("b",), ("a",)]
    assert also(minutes("a", TEXT), minutes("b", "The pond is deep.", body=None)) == [(), ()]


def test_other_days_and_other_bodies_are_other_sittings() -> None:
    other = f"{TEXT} Typed."
    assert also(minutes("a", TEXT), minutes("b", other, date="2019-04-04")) == [(), ()]
    assert also(minutes("a", TEXT), minutes("b", other, body="Oakby Parish Council")) == [(), ()]


def test_minutes_in_two_languages_are_one_sitting_by_their_numbers() -> None:
    welsh = f"Talwyd yr anfonebau canlynol gan y cyngor: {SUMS}"
    english = f"The council paid these invoices: {SUMS}"
    one, two = minutes("a", english), minutes("b", welsh, language="cy", body="Cyngor Elmby")
    assert also(one, two) == [("b",), ("a",)]
    assert also(one, minutes("b", "Talwyd £3.50.", language="cy")) == [(), ()]


def test_welsh_and_english_minutes_of_one_meeting_are_linked(shared: Path) -> None:
    folder = shared / "data/manordeilo-cy"
    names = ("19-02-06.pdf", "19-03-13.pdf", "2-19_cy.pdf", "3-19_cy.pdf")
    linked = link_meetings([m for name in names for m in read(folder / name, name)])
    assert [meeting.also for meeting in linked] == [
        (names[2],),
        (names[3],),
        (names[0],),
        (names[1],),
    ]
    assert len({(meeting.body, meeting.date) for meeting in linked}) == 2


def test_a_text_that_says_the_above_council_is_linked_to_the_pdf_that_names_it(
    shared: Path,
) -> None:
    folder = shared / "data/wyevalley"
    names = ("20190325.pdf", "20190325.txt")
    linked = link_meetings([m for name in names for m in read(folder / name, name)])
    assert [meeting.also for meeting in linked] == [(names[1],), (names[0],)]
