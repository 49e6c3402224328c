"""ModernGov pages: numbers, minutes apart from agendas, decisions, links, attendance."""

from __future__ import annotations

from pathlib import Path

from ingest.model import Meeting
from ingest.moderngov import is_issue_text, is_moderngov, read_issue_text, read_moderngov

ADDRESS = "https://council.example/ieListDocuments.aspx?CId=1&MId=22"


def row(number: str, title: str, rest: str, anchor: str = "AI100") -> str:
    return (
        f'<tr><td class="mgItemNumberCell"><p class="mgAiTitleTxt"><a name="{anchor}"></a>'
        f'{number}</p></td><td><p class="mgAiTitleTxt">{title}</p>{rest}</td></tr>'
    )


def section(label: str, *paragraphs: str) -> str:
    text = "".join(f'<p class="MsoNormal">{paragraph}</p>' for paragraph in paragraphs)
    head = f'<p class="mgSubItemTitleTxt">{label}</p>' if label else ""
    return f'{head}<div class="mgWordPara"><div class="WordSection1">{text}</div></div>'


def page(
    *rows: str,
    subtitle: str = "Planning Committee - Monday, 3rd March 2025 7.00 pm",
    heading: str = "Agenda and minutes",
    head: str = "",
    before: str = "",
) -> str:
    table = f'<table class="mgItemTable" id="mgItemTable">{"".join(rows)}</table>' if rows else ""
    return (
        f"<!DOCTYPE html><html><head>{head}</head><body><nav><a href='x'>Menu</a></nav>"
        f'<div id="modgov"><div class="mgHeader"><h1 class="mgMainTitleTxt">{heading}</h1></div>'
        f'<div class="mgSubTitle"><h2 class="mgSubTitleTxt"><a href="y">{subtitle}</a></h2></div>'
        f'{before}<div class="mgContent">{table}</div></div>'
        "<footer>© 2024 London Borough of Ashby Council. All rights reserved.</footer>"
        "</body></html>"
    )


def one(html: str) -> Meeting:
    meetings = read_moderngov(html, "page.html")
    assert len(meetings) == 1
    return meetings[0]


def paragraphs(meeting: Meeting, place: int = 0) -> list[str]:
    return [paragraph.text for paragraph in meeting.items[place].paragraphs]


def test_a_meeting_page_names_body_date_and_council() -> None:
    meeting = one(page(row("13.", "Trees", section("Minutes:", "The report was noted."))))
    assert (meeting.body, meeting.date) == ("Planning Committee", "2025-03-03")
    assert meeting.council == "London Borough of Ashby"
    assert [(item.number, item.title) for item in meeting.items] == [("13", "Trees")]


def test_the_wording_of_the_agenda_stays_apart_from_the_minutes() -> None:
    rest = section("", "To consider the report.") + section("Minutes:", "It was considered.")
    meeting = one(page(row("1", "Trees", rest)))
    assert meeting.items[0].agenda == ("To consider the report.",)
    assert paragraphs(meeting) == ["It was considered."]


def test_sizes_icons_and_additional_documents_are_neither_title_nor_text() -> None:
    title = (
        '<a class="mgAiTitleLnk" href="documents/s1/Report.pdf">Trees <span class="mgFileSize">'
        '<img alt="pdf icon"/> PDF 99 KB</span></a>'
    )
    documents = (
        '<p class="mgSubItemTitleTxt">Additional documents:</p><ul class="mgBulletList"><li>'
        '<a href="documents/s2/Annex.pdf">Annex 1<span class="mgHide">, item 1</span></a></li></ul>'
    )
    meeting = one(page(row("1", title, documents + section("Minutes:", "Noted."))))
    assert meeting.items[0].title == "Trees"
    assert paragraphs(meeting) == ["Noted."]
    assert meeting.items[0].links == ("documents/s1/Report.pdf", "documents/s2/Annex.pdf")


def test_links_and_anchors_are_addresses_where_the_address_of_the_page_is_known() -> None:
    head = f'<link rel="canonical" href="{ADDRESS}">'
    title = '<a href="documents/s1/Report.pdf">Trees</a>'
    html = page(row("1", title, section("Minutes:", "Noted.")), head=head)
    item = one(html).items[0]
    assert item.url == ADDRESS + "#AI100"
    assert item.links == ("https://council.example/documents/s1/Report.pdf",)
    assert one(page(row("1", "Trees", section("Minutes:", "Noted.")))).items[0].url is None


def test_with_only_the_site_known_an_anchor_leads_to_the_page_of_the_item() -> None:
    html = page(row("1", "T", ""), head='<base href="https://council.example/">')
    assert one(html).items[0].url == "https://council.example/mgAi.aspx?ID=100"


def test_a_cut_off_text_marks_the_item_and_the_notice_is_furniture() -> None:
    text = (
        'It went on &nbsp;...&nbsp; <a href="mgAi.aspx?ID=5">view the full minutes text for 3</a>'
    )
    text = text.replace("for 3", "for item 3.")
    meeting = one(page(row("3", "Trees", section("Minutes:", text))))
    assert meeting.items[0].truncated
    assert paragraphs(meeting) == ["It went on"]
    assert any("full minutes text" in line for line in meeting.furniture)


def test_a_decision_block_is_text_and_a_decision_printed_twice_counts_once() -> None:
    rest = section("Decision:", "RESOLVED that the tree be felled.") + section(
        "Minutes:", "A debate was held.", "It was RESOLVED that the tree be felled."
    )
    meeting = one(page(row("3", "Trees", rest)))
    assert paragraphs(meeting)[0] == "RESOLVED that the tree be felled."
    assert [decision.paragraph for decision in meeting.items[0].decisions] == [0]


def test_a_cancelled_meeting_has_no_items_and_says_so() -> None:
    meeting = one(page(subtitle="Planning Committee - Monday 3 March 2025 7.00 pm, CANCELLED"))
    assert (meeting.body, meeting.date, meeting.items) == ("Planning Committee", "2025-03-03", ())
    assert "The meeting was cancelled." in meeting.warnings


def test_an_agenda_without_minutes_gives_agenda_numbers_and_a_warning() -> None:
    html = page(row("4", "Trees", section("", "To consider the trees.")), heading="Agenda")
    meeting = one(html)
    assert (meeting.items[0].agenda_number, meeting.items[0].paragraphs) == ("4", ())
    assert any("agenda only" in warning for warning in meeting.warnings)


def test_draft_minutes_are_marked() -> None:
    html = page(row("4", "T", section("Minutes:", "X.")), heading="Agenda and draft minutes")
    assert one(html).status == "draft"


def test_a_table_of_attendance_gives_who_came() -> None:
    table = (
        "<table><tr><th>Attendee</th><th>Role</th><th>Attendance</th></tr>"
        "<tr><td>Cllr Ann Lee</td><td>Chair</td><td>Present</td></tr>"
        "<tr><td>Cllr Bob Roe</td><td>Member</td><td>Apologies</td></tr>"
        "<tr><td>Cy Day</td><td>Clerk</td><td>In attendance</td></tr></table>"
    )
    found = one(page(row("1", "T", section("Minutes:", "X.")), before=table)).attendance
    assert found.present == ("Cllr Ann Lee",)
    assert found.apologies == ("Cllr Bob Roe",)
    assert found.in_attendance == ("Cy Day",)


def test_items_in_private_are_marked_restricted() -> None:
    excluded = section("Minutes:", "RESOLVED that the public be excluded.")
    rows = (
        row("7", "Exclusion of the public", excluded),
        row("8", "Lease of the mill", section("Minutes:", "The rent was agreed.")),
    )
    assert [item.restricted for item in one(page(*rows)).items] == [False, True]


def test_an_item_page_gives_the_whole_item() -> None:
    html = (
        '<html><body><div id="modgov"><h1 class="mgMainTitleTxt">Agenda item</h1>'
        '<h2 class="mgSubTitleTxt">Trees in the park</h2><ul class="mgActionList"><li>'
        '<a href="ieListDocuments.aspx?CId=1&MId=2">Meeting of Planning Committee, Monday, 3rd '
        'March 2025 7.00 pm (Item 56.)</a></li></ul><div class="mgContent">'
        + section("", "To consider.")
        + section("Minutes:", "It was considered.")
        + "</div></div></body></html>"
    )
    meeting = one(html)
    assert (meeting.body, meeting.date) == ("Planning Committee", "2025-03-03")
    assert (meeting.items[0].number, meeting.items[0].title) == ("56", "Trees in the park")
    assert paragraphs(meeting) == ["It was considered."]


def test_a_decision_page_gives_its_maker_date_and_decision() -> None:
    html = (
        '<html><body><div id="modgov"><h1 class="mgMainTitleTxt">Decision details</h1>'
        '<h2 class="mgSubTitleTxt">Lease of the mill</h2><div class="mgContent">'
        "<p>Decision Maker: Cabinet</p><p>Is Key decision?: No</p>"
        + section("Purpose:", "To let the mill.")
        + section("Decision:", "That the lease be granted.")
        + "<p>Date of decision: 05/03/2025</p></div></div></body></html>"
    )
    meeting = one(html)
    assert (meeting.body, meeting.date) == ("Cabinet", "2025-03-05")
    assert meeting.items[0].title == "Lease of the mill"
    assert paragraphs(meeting) == ["That the lease be granted."]


ISSUE = """Issue - meetings

Trees in the park

Meeting: 02/07/2014 - Planning Committee (Item 13)

13 TREES IN THE PARK pdf icon PDF 294 KB

Minutes:

Report ED15073

The report was noted and ... view the full minutes text for item 13

Meeting: 03/09/2014 - Council (Item 20)

20 TREES IN THE PARK

Minutes:

The trees were felled.
"""


def test_an_issue_saved_as_text_gives_one_meeting_for_each_that_took_it() -> None:
    assert is_issue_text(ISSUE) and not is_moderngov(ISSUE)
    first, second = read_issue_text(ISSUE, "issue.txt")
    assert (first.body, first.date) == ("Planning Committee", "2014-07-02")
    assert (second.body, second.date) == ("Council", "2014-09-03")
    item = first.items[0]
    assert (item.number, item.title, item.truncated) == ("13", "TREES IN THE PARK", True)
    assert item.references == ("ED15073",)
    assert paragraphs(first) == ["Report ED15073", "The report was noted and"]
    assert not second.items[0].truncated


def test_an_issue_page_in_html_reads_like_its_text() -> None:
    body = "".join(f"<p>{line}</p>" for line in ISSUE.splitlines() if line)
    html = f'<html><body><div id="modgov" class="mgContent">{body}</div></body></html>'
    assert [item.number for meeting in read_moderngov(html, "i") for item in meeting.items] == [
        *("13", "20")
    ]


def test_the_real_meeting_page_is_read_exactly(shared: Path) -> None:
    path = shared / "data" / "kingston-moderngov" / "Agenda_151.html"
    meeting = one(path.read_text("utf-8"))
    assert [item.number for item in meeting.items] == [str(number) for number in range(54, 66)]
    assert meeting.date == "2026-01-15"
    assert [item.number for item in meeting.items if item.truncated] == ["59", "60"]
    assert not any("KB" in item.title or "PDF" in item.title for item in meeting.items)
    assert len(meeting.items[5].links) == 5
    assert len(meeting.attendance.apologies) == 3
    assert [(item.number, len(item.decisions)) for item in meeting.items if item.decisions] == [
        *(("58", 1), ("59", 1), ("60", 1), ("63", 1), ("64", 1))
    ]


def test_the_real_cancelled_meeting_has_no_items(shared: Path) -> None:
    path = shared / "data" / "kingston-moderngov" / "Agenda_412.html"
    meeting = one(path.read_text("utf-8"))
    assert (meeting.date, meeting.items) == ("2025-12-04", ())
    assert meeting.warnings == ("The meeting was cancelled.",)


def test_the_real_issue_page_is_read_exactly(shared: Path) -> None:
    path = shared / "data" / "bromley-seed" / "issue-market-testing-education-services.txt"
    (meeting,) = read_issue_text(path.read_text("utf-8"), path.name)
    assert meeting.body is not None and "Children, Education and Families" in meeting.body
    assert meeting.date == "2014-07-02"
    (item,) = meeting.items
    assert (item.number, item.truncated, item.references) == ("13", True, ("ED15073",))
    assert item.paragraphs[-1].text.endswith("would")
