"""XML of ModernGov's web service: numbers, what is public, entities, links, attendance."""

from __future__ import annotations

from pathlib import Path

import pytest
from moderngov_site import entry, meeting_xml

from ingest.errors import UnreadableSource
from ingest.model import Meeting
from ingest.read import read
from ingest.webservice import read_meeting_xml


def one(*entries: str, attendees: str = "", more: str = "", wrap: bool = True) -> Meeting:
    xml = meeting_xml(77, "03/03/2025", *entries, attendees=attendees, more=more)
    if wrap:
        address = "https://council.example/ieListDocuments.aspx?CId=4&amp;MId=77"
        xml = xml.partition("?>")[2]
        xml = f'<fetched address="{address}" committee="Planning Committee">{xml}</fetched>'
    (meeting,) = read_meeting_xml(xml.encode(), "a.xml")
    return meeting


def test_body_date_and_address_come_from_what_was_kept_with_the_answer() -> None:
    meeting = one(entry(9, "Trees", "<p>Noted.</p>", number="56"))
    assert (meeting.body, meeting.date) == ("Planning Committee", "2025-03-03")
    address = "https://council.example/ieListDocuments.aspx?CId=4&MId=77"
    assert meeting.url == address
    assert meeting.items[0].url == f"{address}#AI9"


def test_an_answer_that_was_saved_alone_has_a_date_and_says_that_the_body_is_unknown() -> None:
    meeting = one(entry(9, "Trees", "<p>Noted.</p>"), wrap=False)
    assert (meeting.body, meeting.date) == (None, "2025-03-03")
    assert "The page does not name the body." in meeting.warnings


def test_the_number_of_the_minutes_and_that_of_the_agenda_are_two() -> None:
    meeting = one(
        entry(1, "Trees", "<p>Noted.</p>", agenda="5", number="61"),
        entry(2, "Elms", "<p>So too.</p>", agenda="5", agenda_sub="1", number="61", sub="1",
              shown="5a."),
        entry(3, "Oaks", "<p>And so.</p>", agenda="6", number="62", sub="2"),
        entry(4, "Ash", "<p>And so on.</p>", agenda="7"),
    )  # fmt: skip
    assert [(item.number, item.agenda_number) for item in meeting.items] == [
        *(("61", "5"), ("61a", "5a"), ("62.2", "6"), ("7", "7"))
    ]


def test_number_0_is_a_heading_and_none_without_text_is_an_item() -> None:
    meeting = one(
        entry(1, "Part 1: open business", agenda="0"),
        entry(2, "Trees", "<p>Noted.</p>", number="61"),
        entry(3, "Urgent", "<p>A motion was moved.</p>", agenda="0"),
    )
    assert [(item.number, item.title) for item in meeting.items] == [
        *(("61", "Trees"), (None, "Urgent"))
    ]
    assert "Part 1: open business" in [paragraph.text for paragraph in meeting.front]


def test_entities_that_were_encoded_twice_are_read_once() -> None:
    meeting = one(
        entry(
            1, "Fish & Chips: the mayor's £5", "<p>Tea &amp;amp; cake&amp;nbsp;cost &pound;5.</p>"
        )
    )
    assert meeting.items[0].title == "Fish & Chips: the mayor's £5"
    assert meeting.items[0].paragraphs[0].text == "Tea & cake cost £5."


def test_a_body_whose_tags_were_encoded_twice_is_read_as_html() -> None:
    escaped = "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;"
    assert [p.text for p in one(entry(1, "Trees", escaped)).items[0].paragraphs] == ["One.", "Two."]


@pytest.mark.parametrize("flag", [{"isrestricted": "True"}, {"isdisplayallowed": "False"}])
def test_the_text_of_an_exempt_item_is_not_read(flag: dict[str, str]) -> None:
    text = "<p>The rent of the mill is 900.</p>"
    document = "<linkeddocuments><linkeddoc><url>https://council.example/documents/s1/M.pdf</url>"
    more = f"<agendatext>The mill</agendatext>{document}</linkeddoc></linkeddocuments>"
    meeting = one(entry(1, "Lease", text, number="7", more=more, **flag))
    item = meeting.items[0]
    assert (item.number, item.title, item.restricted) == ("7", "Lease", True)
    assert (item.paragraphs, item.agenda, item.links) == ((), (), ())
    assert "900" not in str(meeting)


def test_minutes_that_are_not_published_are_not_read() -> None:
    meeting = one(
        entry(1, "Trees", "<p>A first draft.</p>", isminutepublished="False"),
        entry(2, "Elms", "<p>Felled.</p>"),
    )
    assert "first draft" not in str(meeting)
    assert meeting.items[1].paragraphs[0].text == "Felled."


def test_documents_are_links_and_exempt_ones_are_none() -> None:
    more = (
        "<linkeddocuments><linkeddoc><title>Report</title>"
        "<url>https://council.example/documents/s1/R.pdf</url><isrestricted>False</isrestricted>"
        "</linkeddoc><linkeddoc><title>Annex</title><url>documents/s3/B.pdf</url></linkeddoc>"
        "<linkeddoc><title>Secret</title><url>https://council.example/documents/s2/S.pdf</url>"
        "<isrestricted>True</isrestricted></linkeddoc></linkeddocuments>"
    )
    item = one(entry(1, "Trees", "<p>Noted.</p>", more=more)).items[0]
    assert item.links == (
        "https://council.example/documents/s1/R.pdf",
        "https://council.example/documents/s3/B.pdf",
    )
    assert "Report" not in " ".join(paragraph.text for paragraph in item.paragraphs)


def test_the_agenda_stays_apart_and_a_decision_is_text() -> None:
    more = (
        "<agendatext>&lt;p&gt;To consider the trees.&lt;/p&gt;</agendatext>"
        "<decisionnonemptyhtmlbody>&lt;p&gt;RESOLVED that the oak be felled.&lt;/p&gt;"
        "</decisionnonemptyhtmlbody><isdecisionpublished>True</isdecisionpublished>"
    )
    item = one(entry(1, "Trees", "<p>A debate was held.</p>", more=more)).items[0]
    assert item.agenda == ("To consider the trees.",)
    assert [paragraph.text for paragraph in item.paragraphs] == [
        "RESOLVED that the oak be felled.",
        "A debate was held.",
    ]
    assert [decision.kind for decision in item.decisions] == ["resolved"]


PEOPLE = [
    *(("Councillor Ann Lee", "Present"), ("Councillor Bob Roe", "Apologies")),
    *(("Cy Day", "In attendance"), ("Councillor Di Fox", "Expected")),
]


@pytest.mark.parametrize("as_attributes", [True, False])
def test_attendees_are_the_attendance_and_who_was_only_expected_is_not(as_attributes: bool) -> None:
    form = (
        '<attendee name="{}" attendance="{}" roledescription="Member" ward="Mill"/>'
        if as_attributes
        else "<attendee><name>{}</name><role>Member</role><attendance>{}</attendance></attendee>"
    )
    attendees = "".join(form.format(*person) for person in PEOPLE)
    found = one(entry(1, "Trees", "<p>Noted.</p>"), attendees=attendees).attendance
    assert found.present == ("Councillor Ann Lee",)
    assert found.apologies == ("Councillor Bob Roe",)
    assert found.in_attendance == ("Cy Day",)


REFUSED = {
    "entities": (
        '<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><meeting>&b;</meeting>',
        "document type",
    ),
    "a file of this machine": (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><meeting>&a;</meeting>',
        "document type",
    ),
    "broken": ("<?xml version='1.0'?><meeting><meetingid>7</meeting>", "XML that is broken"),
    "a list": (
        "<?xml version='1.0'?><committees><committee><committeeid>1</committeeid></committee>"
        "</committees>",
        "is a list",
    ),
    "other": ("<?xml version='1.0'?><feed><entry/></feed>", "not a meeting"),
    "deep": ("<?xml version='1.0'?>" + "<a>" * 5000, "XML that is broken"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_other_xml_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    text, reason = REFUSED[case]
    (tmp_path / "a.xml").write_text(text, "utf-8")
    with pytest.raises(UnreadableSource, match=reason):
        read(tmp_path / "a.xml", "a.xml")


def test_a_file_of_the_service_is_known_by_what_it_holds(tmp_path: Path) -> None:
    xml = meeting_xml(77, "03/03/2025", entry(1, "Trees", "<p>Noted.</p>"))
    (tmp_path / "GetMeeting").write_text(xml.replace("<meeting>", '<meeting xmlns="urn:x">'))
    (meeting,) = read(tmp_path / "GetMeeting", "GetMeeting")
    assert meeting.items[0].title == "Trees"
