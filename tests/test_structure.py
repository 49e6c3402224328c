"""Which words belong to which item of which meeting."""

from pathlib import Path

import pytest

from ingest.exempt import is_restricted, is_truncated, mark_restricted
from ingest.language import detect_language
from ingest.model import Document, Item, Line, Meeting, Paragraph
from ingest.structure import build_meetings
from ingest.text import read_text

HEAD = (
    "Minutes of the meeting of Quayside Parish Council held on Tuesday 3rd May 2011\n\n"
    "Present: A Barr\n\n"
)


def meetings(text: str) -> list[Meeting]:
    return build_meetings(read_text(text.encode(), "a.md"))


def outline(text: str) -> list[tuple[str | None, str]]:
    return [(item.number, item.title) for item in meetings(HEAD + text)[0].items]


def test_the_meeting_has_body_date_and_front_matter() -> None:
    (meeting,) = meetings(HEAD + "1. Minutes\n\nThey were approved.\n\n2. Planning\n\nNone.")
    assert (meeting.body, meeting.date) == ("Quayside Parish Council", "2011-05-03")
    assert len(meeting.front) == 2
    assert meeting.attendance.present == ("A Barr",)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. Minutes\n\nApproved.\n\n2. Planning\n\nNone.", [("1", "Minutes"), ("2", "Planning")]),
        (
            "**1.**\n\n**Minutes**\n\nApproved.\n\n**2.**\n\n**Planning**\n\nNone.",
            [("1", "Minutes"), ("2", "Planning")],
        ),
        (
            "Item 1: Minutes\n\nApproved.\n\nItem2. Planning\n\nNone.",
            [("1", "Minutes"), ("2", "Planning")],
        ),
        ("1.Minutes\n\nApproved.\n\n2.Planning\n\nNone.", [("1", "Minutes"), ("2", "Planning")]),
        (
            "#### 1. Minutes\n\nApproved.\n\n#### 2. Planning\n\nNone.",
            [("1", "Minutes"), ("2", "Planning")],
        ),
        (
            "71/19 Minutes\n\nApproved.\n\n72/19 Planning\n\nNone.",
            [("71/19", "Minutes"), ("72/19", "Planning")],
        ),
        (
            "18.07.4 Minutes\n\nApproved.\n\n18.07.5 Planning\n\nNone.",
            [("18.07.4", "Minutes"), ("18.07.5", "Planning")],
        ),
        (
            "FGB 22/2021 Minutes\n\nApproved.\n\nFGB 23/2021 Planning\n\nNone.",
            [("FGB 22/2021", "Minutes"), ("FGB 23/2021", "Planning")],
        ),
        (
            "2674. Minutes: Approved.\n\n2675. Planning: None.",
            [("2674", "Minutes"), ("2675", "Planning")],
        ),
        (
            "i. Minutes of the last Meeting\n\nApproved.\n\n2. Planning\n\nNone.\n\n3. "
            "Finance\n\nNone.",
            [("1", "Minutes of the last Meeting"), ("2", "Planning"), ("3", "Finance")],
        ),
        (
            "Minutes: It was agreed that they be signed.\n\nPlanning: There was no application.",
            [(None, "Minutes"), (None, "Planning")],
        ),
    ],
)
def test_numbers_are_read_as_printed(text: str, items: list[tuple[str | None, str]]) -> None:
    assert outline(text) == items


def test_a_list_in_a_reply_does_not_start_items() -> None:
    text = (
        "1. Minutes\n\nThey were approved.\n\n2. Question submitted by Councillor "
        "Barr\n\nREPLY:\n\n"
        "1. The wall was built in the spring of last year.\n\n2. The cost was met by the "
        "County.\n\n"
        "3. Nothing else is planned for it.\n\n3. Planning\n\nThere was no application."
    )
    assert [number for number, _ in outline(text)] == ["1", "2", "3"]


def test_a_year_at_the_start_of_a_line_is_no_item() -> None:
    text = (
        "1. Minutes\n\nThe Members approved the minutes of the meeting that was held in the "
        "spring of\n"
        "2015. A deputation from the harbour was then received by the Members and was heard.\n\n"
        "2. Planning\n\nThere was no application for the Members to consider at this meeting at "
        "all."
    )
    assert [number for number, _ in outline(text)] == ["1", "2"]


def test_items_taken_out_of_order_keep_their_numbers() -> None:
    text = "\n\n".join(
        f"**{n}. Business of {name}**\n\nIt was considered at length."
        for n, name in [(1, "Ash"), (4, "Beech"), (2, "Cedar"), (3, "Dogwood"), (5, "Elm")]
    )
    assert [number for number, _ in outline(text)] == ["1", "4", "2", "3", "5"]


def test_items_out_of_order_stand_beside_a_list_of_another_style() -> None:
    text = (
        "**1.**\n\n**Adoption of Minutes**\n\nThey were taken as read and signed by all.\n\n"
        "**3.**\n\n**Tourism**\n\nThe officer told the Members of these places:\n\n"
        "1. The Old Mill\n\n2. Quay Walk\n\n3. Castle Green\n\n4. Salt Pans\n\n"
        "**2.**\n\n**Footpaths**\n\nThe path at the quay will be laid in the spring."
    )
    assert outline(text) == [("1", "Adoption of Minutes"), ("3", "Tourism"), ("2", "Footpaths")]


def test_a_bold_list_in_an_item_is_not_the_numbering() -> None:
    text = (
        "1. Minutes\n\nThey were approved by all of them.\n\n"
        "2. Housing\n\nTwo ways were named:\n\n"
        "**1) Council Delivery**\n\nThe council builds houses.\n\n"
        "**2) Delivery by Others**\n\nAn association builds houses.\n\n"
        "3. Roads\n\nThe lane will be laid in the spring.\n\n"
        "4. Parks\n\nThe park will be closed in the winter."
    )
    assert [number for number, _ in outline(text)] == ["1", "2", "3", "4"]


def test_a_heading_of_a_department_a_section_and_a_subject_is_one_title() -> None:
    below = (
        "The engineer told the Members of the works that will be done at the quay in the spring."
    )
    text = (
        "1. Works Department\n\nRoads and Bridges\n\nNaming of Lanes - Lanes to be Public Roads\n\n"
        f"{below}\n\n2. Works Department\n\nSwing to be mended by the Clerk\n\n{below}"
    )
    assert outline(text) == [
        ("1", "Works Department Roads and Bridges Naming of Lanes - Lanes to be Public Roads"),
        ("2", "Works Department"),
    ]


def test_a_justified_line_that_fell_into_its_words_is_one_line() -> None:
    lines = [
        *("1.", "Works Department", "Design", "and", "Delivery", "of", "the", "Quay"),
        "Wall, Harbour Street and Salt Lane",
        "The Members heard of the works at the quay and of what they will cost, and had them begun",
        "before the end of the next winter, when the harbour is at its most quiet of all the year",
        "and the boats are out of the water. They thanked the engineer.",
    ]
    assert outline("\n\n".join(lines)) == [
        ("1", "Works Department Design and Delivery of the Quay Wall, Harbour Street and Salt Lane")
    ]


def test_an_item_that_is_gone_on_with_later_has_its_number_again() -> None:
    text = (
        "1. Minutes\n\nThey were approved by all of them.\n\n"
        "3. Finance\n\nThe first part of the report was heard early.\n\n"
        "2. Roads\n\nThe lane will be laid in the spring.\n\n"
        "3. Finance\n\nThe second part of the report was heard then.\n\n"
        "4. Parks\n\nThe park will be closed in the winter."
    )
    assert [number for number, _ in outline(text)] == ["1", "3", "2", "3", "4"]


def test_the_figures_of_a_table_are_no_items() -> None:
    figures = "\n\n".join(f"**{n}**" for n in (2, 5, 4, 1, 28, 0, 0))
    text = (
        "1. Minutes\n\nThey were approved by all of them.\n\n"
        f"2. Housing\n\nThe vacant houses were these:\n\n**District**\n\n{figures}\n\n"
        "**Total**\n\nThe Members noted it.\n\n3. Roads\n\nThe lane will be laid in the spring."
    )
    assert [number for number, _ in outline(text)] == ["1", "2", "3"]


def test_a_motion_in_bold_is_not_of_the_heading_above_it() -> None:
    text = (
        "**1.**\n\n**Question submitted by Councillor Barr**\n\n"
        "**I will ask at the next meeting when the wall will be built.**\n\nREPLY:\n\n"
        "(a) Materials and labour\n\nThese were bought in the spring of the last year.\n\n"
        "(b) Wall\n\nIt will be built before the end of the next winter.\n\n"
        "NOTICES OF MOTION\n\n"
        "**2.**\n\n**Notice of Motion submitted by Councillor Ash**\n\n"
        "**I will move at the next meeting that the quay be lit.**\n\nIt was agreed by all."
    )
    assert outline(text) == [
        ("1", "Question submitted by Councillor Barr"),
        (None, "NOTICES OF MOTION"),
        ("2", "Notice of Motion submitted by Councillor Ash"),
    ]


def test_a_motion_whose_number_stands_below_its_heading_has_both() -> None:
    text = (
        "1. Minutes\n\nThey were approved by all of them.\n\nNotice of Motion submitted by "
        "Councillor Ash\n\n2. I will move at the next meeting that the quay be lit.\n\n"
        "It was agreed by all.\n\n3. Roads\n\nThe lane will be laid in the spring."
    )
    [meeting] = meetings(HEAD + text)
    assert [(item.number, item.title) for item in meeting.items] == [
        ("1", "Minutes"),
        ("2", "Notice of Motion submitted by Councillor Ash"),
        ("3", "Roads"),
    ]
    assert meeting.items[1].paragraphs[0].text.startswith("I will move")


@pytest.mark.parametrize(
    ("heading", "whole"), [("4. Matters Arising", "4"), ("Matters Arising", "")]
)
def test_lettered_parts_with_their_heading_in_line_are_items(heading: str, whole: str) -> None:
    text = (
        f"{heading}:\n\na) The Common - the Clerk had now received the new bin for it.\n\n"
        "b) It was agreed that the lamp be mended.\n\n"
        "c) Hedge, Quay Road - this was still growing over the path and would be cut."
    )
    before = "" if not whole else "3. Minutes\n\nThey were approved by all of them.\n\n"
    items = meetings(HEAD + before + text)[0].items
    numbers = [f"{whole}({letter})" if whole else letter for letter in "abc"]
    assert [item.number for item in items][-3:] == numbers
    assert [item.title for item in items][-3:] == [
        "The Common",
        "Matters Arising",
        "Hedge, Quay Road",
    ]
    assert items[-3].paragraphs[0].text.startswith("The Common - the Clerk")


@pytest.mark.parametrize(
    "line",
    [
        "Audit Commission - £141.00 - 2006 Audit Fee",
        "The Chairman thanked Mr Ash for the report.",
        "There were no matters arising",
        "Shrubs outside the Cemetery need cutting.",
    ],
)
def test_sentences_and_payments_are_no_headings(line: str) -> None:
    text = (
        "**Accounts**\n\nThese were passed for payment by all of the Members.\n\n"
        f"{line}\n\nThe next payment was passed by all of the Members at the meeting."
    )
    assert outline(text) == [(None, "Accounts")]


def test_headings_with_a_colon_head_items_in_minutes_without_numbers() -> None:
    headings = ["Co-option", "Yellow Lines, Quay Road", "Allotments", "Litter Pick/The Common"]
    below = "The Clerk told the Members what was being done and they thanked her for it."
    opened = "The Chairman opened the meeting, at which a member of the public was present."
    text = "\n\n".join([opened, *(f"{heading}:\n\n{below}" for heading in headings)])
    assert [title for _, title in outline(text)] == headings


def test_business_before_the_first_heading_is_an_item_without_a_title() -> None:
    told = "The Members were told of the wall at the quay, and it was agreed that it be mended. "
    [first, second] = meetings(f"{HEAD}{told * 5}\n\nAny Other Business\n\n{told}")[0].items
    assert (first.title, second.title) == ("", "Any Other Business")


def test_a_second_report_in_an_item_has_a_heading_of_its_own() -> None:
    text = (
        "**1.**\n\n**Disposal of Land**\n\nCirculated, report on the land at the quay, which "
        "was noted by the Members.\n\n**Disposal of the Old Well**\n\nCirculated, report on the "
        "well at the common, which was noted by the Members.\n\n**2.**\n\n**Roads**\n\nThe "
        "lane will be laid in the spring."
    )
    assert outline(text) == [
        ("1", "Disposal of Land"),
        ("1", "Disposal of Land: Disposal of the Old Well"),
        ("2", "Roads"),
    ]


def test_an_item_of_one_sentence_has_it_as_its_text() -> None:
    text = (
        "1. Apologies were received from Mr Ash, (Vice Chairman)\n\n"
        "2. Reports\n\n2.1 Quay Update - there was no further report from the county.\n\n"
        "2.2 It was agreed that the lamp be mended by the Clerk.\n\n3. Planning\n\nNone."
    )
    items = {item.number: item for item in meetings(HEAD + text)[0].items}
    assert [p.text for p in items["1"].paragraphs] == [
        "Apologies were received from Mr Ash, (Vice Chairman)"
    ]
    assert items["2.1"].title == "Quay Update"
    assert items["2.2"].title == "Reports"


def test_a_heading_with_a_colon_does_not_take_the_first_entry_of_its_list() -> None:
    text = (
        "1. Planning:\n\nOutline application for three dwellings on the old coal yard\n\nThe "
        "Members had no comment to make on this, and the Clerk was asked to say so to them.\n\n"
        "2. Roads\n\nThe lane will be laid in the spring.\n\n3. Parks\n\nNone was closed."
    )
    assert outline(text)[0] == ("1", "Planning")


def test_headings_in_capitals_or_bold_divide_an_item() -> None:
    below = "It was noted by the Members that this had been done in the spring of the year."
    text = (
        f"**1.**\n\n**Roads**\n\n{below}\n\n**Salt Lane Bridge**\n\n{below}\n\n"
        f"ADJOURNED NOTICE OF MOTION\n\n**2.**\n\n**Motion submitted by Cllr Ash**\n\n{below}"
        f"\n\n**3.**\n\n**Correspondence**\n\n{below}\n\nPLANNING ORDERS:\n\n{below}"
        f"\n\nIt was read.\n\nNext Meeting\n\n{below}"
    )
    assert outline(text) == [
        ("1", "Roads"),
        ("1", "Roads: Salt Lane Bridge"),
        (None, "ADJOURNED NOTICE OF MOTION"),
        ("2", "Motion submitted by Cllr Ash"),
        ("3", "Correspondence"),
        ("3", "Correspondence: PLANNING ORDERS"),
        (None, "Next Meeting"),
    ]


def test_an_agenda_behind_the_minutes_is_no_business_of_theirs() -> None:
    text = (
        "1. Minutes\n\nThey were approved by all of them.\n\n2. Roads\n\nThe lane will be laid "
        "in the spring.\n\nChairman: Date:\n\nAGENDA\n\n1. Apologies\n\n2. Parks\n\n3. Planning"
    )
    assert outline(text) == [("1", "Minutes"), ("2", "Roads"), (None, "AGENDA")]


def test_a_list_whose_entries_go_on_from_the_items_is_one_of_an_item() -> None:
    items = [f"{n}. {name} Business" for n, name in enumerate(("Ash", "Elm", "Fir", "Yew"), 1)]
    entries = "\n\n".join(f"{n}. Letter of {n} May on the quay" for n in range(1, 8))
    text = "\n\n".join(
        [
            *(f"{item}\n\nIt was considered at length by all of them." for item in items),
            f"5. Correspondence\n\n{entries}",
            "6. Planning\n\nThere was no application for the Members to consider.",
        ]
    )
    assert [number for number, _ in outline(text)] == ["1", "2", "3", "4", "5", "6"]


BELOW = (
    "The Cathaoirleach welcomed all of them, and they spoke of the works that they had done.\n\n"
    "It was noted."
)


def test_deputations_within_an_item_of_deputations_are_headed_apart() -> None:
    text = (
        f"1. Deputations\n\n{BELOW}\n\nDeputation from the Quay Association\n\n{BELOW}\n\n"
        f"Deputation from the Harbour Players\n\n{BELOW}\n\n2. Roads\n\n{BELOW}"
    )
    assert outline(text) == [
        ("1", "Deputations"),
        ("1", "Deputations: Deputation from the Quay Association"),
        ("1", "Deputations: Deputation from the Harbour Players"),
        ("2", "Roads"),
    ]


def test_where_every_item_is_called_one_a_heading_is_of_the_item_before_it() -> None:
    text = (
        f"**Item 1**\n\n**Minutes**\n\n{BELOW}\n\n**Item 2**\n\n**Water Safety**\n\n{BELOW}\n\n"
        f"Notice of Motion\n\n{BELOW}\n\n**Item 3**\n\n**Roads**\n\n{BELOW}"
    )
    assert outline(text) == [("1", "Minutes"), ("2", "Water Safety"), ("3", "Roads")]


def test_a_heading_that_wraps_behind_an_initial_goes_on() -> None:
    text = (
        f"1. Minutes\n\n{BELOW}\n\n2. Motion submitted by Councillors S. Barr, C.\n\n"
        f"Dowd, E. Ash and K. Elm\n\n{BELOW}"
    )
    title = "Motion submitted by Councillors S. Barr, C. Dowd, E. Ash and K. Elm"
    assert outline(text)[1] == ("2", title)


def test_a_number_in_the_middle_of_a_sentence_is_of_the_heading_that_lacks_one() -> None:
    text = (
        f"1. Minutes\n\n{BELOW}\n\n2. Motion submitted by Councillor Ash\n\nREPLY: The Council "
        "has met the owners of the wall several times, for the sake of the\n\n3.\n\nQuay and its "
        "trade, and they will mend it.\n\nMotion submitted by Councillor Elm\n\nI will move that "
        f"the wall be built.\n\n{BELOW}\n\nMotion submitted by Councillor Fir\n\nI will move "
        f"that the lamp be lit.\n\n{BELOW}\n\n5. Roads\n\n{BELOW}"
    )
    assert outline(text) == [
        ("1", "Minutes"),
        ("2", "Motion submitted by Councillor Ash"),
        ("3", "Motion submitted by Councillor Elm"),
        ("4", "Motion submitted by Councillor Fir"),
        ("5", "Roads"),
    ]


def test_the_one_matter_of_a_special_meeting_is_headed_by_the_line_above_its_report() -> None:
    text = (
        "Officials in attendance:\n\nClerk (Mr. J. Elm), Engineer (Ms. R. Fir).\n\n"
        "Harbour Lights 2011\n\nCirculated, report of the Engineer on the lamps of the harbour.\n\n"
        f"{BELOW}"
    )
    [meeting] = meetings(HEAD + text)
    [item] = meeting.items
    assert item.title == "Harbour Lights 2011"
    assert item.paragraphs[0].text.startswith("Circulated, report")


def test_a_heading_in_capitals_goes_on_in_capitals() -> None:
    text = (
        f"1. MINUTES\n\n{BELOW}\n\n2. NOMINATIONS TO THE FOLLOWING: (A) THE HARBOUR\n\n"
        f"BOARD; AND (B) THE QUAY TRUST:\n\n{BELOW}\n\nQUESTIONS\n\n{BELOW}"
    )
    assert outline(text) == [
        ("1", "MINUTES"),
        ("2", "NOMINATIONS TO THE FOLLOWING: (A) THE HARBOUR BOARD; AND (B) THE QUAY TRUST"),
        (None, "QUESTIONS"),
    ]


def test_what_an_agenda_asks_for_is_of_the_heading() -> None:
    text = (
        f"1. Minutes\n\n{BELOW}\n\n2. Works Department\n\nTo receive an update on the harbour\n\n"
        f"Mr. J. Elm gave a presentation on the works, and the Members thanked him.\n\n{BELOW}"
    )
    assert outline(text)[1] == ("2", "Works Department To receive an update on the harbour")


def test_the_name_below_a_heading_and_the_date_behind_it_are_text() -> None:
    text = (
        f"1. Apologies\n\nMr Malcolm Ash\n\n{BELOW}\n\n2. Reports\n\n2.1 Hall Update - no further "
        f"report\n\n2.2 Quay Lamps\n\n{BELOW}\n\n3. Date of Next Meeting.\n\nThursday 11th June "
        f"at 8pm\n\n{BELOW}"
    )
    assert outline(text) == [
        ("1", "Apologies"),
        ("2", "Reports"),
        ("2.1", "Hall Update"),
        ("2.2", "Quay Lamps"),
        ("3", "Date of Next Meeting."),
    ]


def test_numbers_that_a_scan_put_beside_replies_head_nothing() -> None:
    text = (
        f"1. Minutes\n\n{BELOW}\n\n2. Question submitted by Councillor Ash\n\n{BELOW}\n\n3.\n\n"
        f"REPLY:\n\n{BELOW}\n\n3. Roads\n\n{BELOW}"
    )
    assert outline(text) == [
        ("1", "Minutes"),
        ("2", "Question submitted by Councillor Ash"),
        ("3", "Roads"),
    ]


def test_a_list_may_go_on_from_its_item_where_the_next_item_comes_behind_it() -> None:
    entries = [f"{n}. Letter on the consultation of {n} May" for n in range(1, 6)]
    text = "\n\n".join(
        [
            *(f"{n}. {name}:\n\n{BELOW}" for n, name in ((1, "Minutes"), (2, "Accounts"))),
            "3. Correspondence:",
            *entries,
            f"4. Planning:\n\n{BELOW}",
            f"5. Parks:\n\n{BELOW}",
        ]
    )
    assert [number for number, _ in outline(text)] == ["1", "2", "3", "4", "5"]


def test_the_date_below_the_next_meeting_is_its_text() -> None:
    text = (
        f"1. MINUTES\n\n{BELOW}\n\n2. NEXT MEETING\n\nThursday, 9th June 2011, at Quay House, "
        "Harbour Street.\n\nThe meeting closed at 11.55 a.m."
    )
    assert outline(text)[-1] == ("2", "NEXT MEETING")


def test_parts_go_on_behind_an_item_that_was_taken_between_them() -> None:
    text = (
        f"1. Minutes\n\n{BELOW}\n\n2. Support\n\n(a) Fixing of Dates\n\n{BELOW}\n\n"
        f"(b) Committee Reports\n\n{BELOW}\n\n(i) Roads Report\n\n{BELOW}\n\n(ii) Parks Report\n\n"
        f"{BELOW}\n\n5. Motion submitted by Councillor Ash\n\n{BELOW}\n\n(iv) The Homes Report was "
        f"noted.\n\n(v) The Arts Report was noted.\n\n(c) Visit to Fernley\n\n{BELOW}\n\n"
        f"3. Roads\n\n{BELOW}\n\n4. Parks\n\n{BELOW}\n\n6. Letters\n\n{BELOW}"
    )
    numbers = [number for number, _ in outline(text)]
    assert numbers == ["1", "2", "2(a)", "2(b)", "2(b)(i)", "2(b)(ii)", "5", "2(c)", "3", "4", "6"]


def test_the_letters_of_a_list_in_a_part_do_not_hide_the_part_that_comes_behind_it() -> None:
    text = (
        f"1. Minutes\n\n{BELOW}\n\n2. Reports\n\n(a) Roads Report\n\n{BELOW}\n\nThe aims of the "
        f"report were these:\n\n(b) To widen the lane and the quay\n\n(c) To light them\n\n"
        f"(b) Arts Report\n\n{BELOW}\n\n3. Roads\n\n{BELOW}"
    )
    numbers = [number for number, _ in outline(text)]
    assert numbers == ["1", "2", "2(a)", "2(b)", "3"]


def test_lettered_sub_items_with_headings_are_items_and_list_entries_are_not() -> None:
    text = (
        "**3.**\n\n**Finance**\n\n(a)\n\n**Raising of Loan**\n\nThe loan was considered by all "
        "of them.\n\n"
        "(b)\n\n**Local Tax**\n\nThe tax was considered by all of them.\n\n"
        "**4.**\n\n**Roads**\n\nThese were repaired:\n\n(a) the road to the quay;\n\n(b) the lane."
    )
    assert outline(text) == [
        ("3", "Finance"),
        ("3(a)", "Raising of Loan"),
        ("3(b)", "Local Tax"),
        ("4", "Roads"),
    ]


def test_a_heading_over_two_lines_is_one_title() -> None:
    text = (
        "**1.**\n\n**To approve the Minutes of the Strategic**\n\n**Committee meeting**\n\n"
        "Approved by all."
    )
    assert outline(text) == [("1", "To approve the Minutes of the Strategic Committee meeting")]


def test_a_sentence_after_the_number_stays_text() -> None:
    (meeting,) = meetings(
        HEAD + "1. The minutes were agreed as a true record.\n\n2. Planning\n\nNone."
    )
    assert meeting.items[0].paragraphs[0].text == "The minutes were agreed as a true record."
    assert meeting.items[0].title == "The minutes were agreed as a true record"


def test_two_meetings_in_one_file_are_two() -> None:
    second = HEAD.replace("Parish Council", "Annual Parish Meeting").replace("3rd", "10th")
    titles = ("Minutes", "Planning", "Finance", "Roads")
    body = "".join(f"{n}. {title}\n\nNone.\n\n" for n, title in enumerate(titles, 1))
    found = meetings(HEAD + body + second + body)
    assert [meeting.date for meeting in found] == ["2011-05-03", "2011-05-10"]
    assert [len(meeting.items) for meeting in found] == [4, 4]


def test_an_unknown_date_is_none_with_a_warning() -> None:
    (meeting,) = meetings('---\ntitle: "Minutes"\ndate: "2011-06-01"\n---\n1. Minutes\n\nApproved.')
    assert meeting.date is None
    assert any("date" in warning for warning in meeting.warnings)


def test_a_draft_says_so() -> None:
    assert meetings("DRAFT MINUTES\n\n" + HEAD)[0].status == "draft"
    assert meetings(HEAD)[0].status is None


def test_a_source_that_is_cut_off_is_marked() -> None:
    assert is_truncated("The Committee ... view the full minutes text for item 13")
    assert not is_truncated("A full view of the minutes was taken.")


@pytest.mark.parametrize(
    ("title", "text", "restricted"),
    [
        ("Part 2 - Exempt items", "", True),
        ("Purchase of land (exempt)", "", True),
        ("Land at Quay", "NOT FOR PUBLICATION by virtue of paragraph 3 of Schedule 12A", True),
        ("Confidential business", "The Clerk's pay was discussed.", True),
        ("Part 2 of the Local Plan", "It was considered.", False),
        ("Exclusion of the press and public", "There were no such items.", False),
        ("Minutes", "The Clerk's remarks on tax exemption were noted.", False),
    ],
)
def test_marked_items_are_restricted(title: str, text: str, restricted: bool) -> None:
    assert is_restricted(title, text) is restricted


def test_excluding_the_public_restricts_what_follows_until_the_meeting_reopens() -> None:
    (meeting,) = meetings(
        HEAD + "1. Planning\n\nNone.\n\n2. Exclusion of the Press and Public\n\n"
        "RESOLVED that the public be excluded.\n\n3. Lease of the quay\n\nThe rent was set.\n\n"
        "4. Return to open session\n\n"
        "The public came back.\n\n5. Next meeting\n\nIn June."
    )
    assert [item.restricted for item in meeting.items] == [False, False, True, False, False]


def test_an_exclusion_announced_for_later_restricts_nothing_yet() -> None:
    (meeting,) = meetings(
        HEAD
        + "1. Payments\n\nIt was agreed to discuss the grass contract at the end of the meeting "
        "after an agreed resolution to exclude the public.\n\n2. Planning\n\nNone."
    )
    assert not any(item.restricted for item in meeting.items)


def test_languages_are_told_apart() -> None:
    assert detect_language("Cofnodion o'r cyfarfod yn y neuadd ac ar y bont") == "cy"
    assert detect_language("The minutes of the meeting were read and signed") == "en"


def limerick(shared: Path, name: str) -> Meeting:
    path = next((shared / "data" / "limerick").rglob(name))
    return build_meetings(read_text(path.read_bytes(), path.name), path.name)[0]


def test_a_number_alone_in_bold_heads_the_title_below_it(shared: Path) -> None:
    meeting = limerick(shared, "*Metropolitan District of Limerick - 19th November 2018.md")
    numbers = [item.number for item in meeting.items if item.number]
    assert numbers == [str(n) for n in range(1, 18)]
    assert meeting.items[3].title == "Question submitted by Councillor J. Leddin"


def test_pages_of_a_scan_are_read_through(shared: Path) -> None:
    meeting = limerick(shared, "*Newcastle West Area Committee Meeting - 7th May 2014.md")
    assert meeting.ocr
    assert [item.number for item in meeting.items if item.number] == ["1", "2", "3", "4", "5"]
    assert (meeting.body, meeting.date) == ("Newcastle Area Committee", "2014-05-07")


def test_the_day_of_posting_is_never_the_date(shared: Path) -> None:
    folder = shared / "data" / "norfolk-parishes"
    for path in sorted(folder.rglob("*.md"))[::9]:
        document = read_text(path.read_bytes(), path.name)
        posted = next(line for line in document.furniture if line.startswith("date:"))
        for meeting in build_meetings(document, path.name):
            assert meeting.date is None or meeting.date not in posted


def test_the_public_is_back_in_the_item_that_opens_by_saying_so() -> None:
    def item(title: str, text: str) -> Item:
        return Item(None, title, (Paragraph(text),))

    marked = mark_restricted(
        (
            item("Exclusion of the public", "RESOLVED that the press and public be excluded."),
            item("Lease of the depot", "Members considered the offers."),
            item("Public summary of exempt item", "A lease was agreed."),
            item("Date of next meeting", "The press and public were readmitted. 4 May 2026."),
            item("Votes of thanks", "The Chairman was thanked."),
        )
    )
    assert [one.restricted for one in marked] == [False, True, False, False, False]


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("DRAFT - not yet approved", "draft"),
        ("APPROVED 19 September 2024", "confirmed"),
        ("Confirmed", "confirmed"),
        ("In the Village Hall", None),
        ("UNCONFIRMED", "draft"),
        ("Minutes (approved)", "confirmed"),
        ("Draft Budgetary Plan Meeting", None),
        ("Circulated, copy of draft minutes of the meeting of 3 May 2024.", None),
        ("The draft minutes of the last meeting were approved.", None),
    ],
)
def test_the_heading_says_whether_the_minutes_are_confirmed(
    heading: str, status: str | None
) -> None:
    text = f"Fernley Parish Council\n\n{heading}\n\nMinutes of the meeting held on 3 June 2024\n\n"
    text += "Present: Cllr A Wick\n\n1. Minutes\n\nThe draft minutes were approved.\n"
    (meeting,) = build_meetings(read_text(text.encode(), "a.txt"))
    assert meeting.status == status


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
def test_parts_that_repeat_the_number_of_their_item_are_items(gap: str) -> None:
    text = (
        "3. ST JAMES'S YARD\n\n"
        "3(a) St James's Yard, Quay. The charge for two hours stood at two pounds."
        f"{gap}3(b) Misuse. It was agreed that a permit be withdrawn.\n\n"
        "4. LIGHTING\n\nAs agreed under item 3(a) the lamps\nwere mended.\n\n"
        "5. PERMITS\n\n5(a) 388 permits were in use.\n\n6. NEXT MEETING\n\nIn June."
    )
    found = outline("1. APOLOGIES\n\nNone.\n\n2. MINUTES\n\nApproved.\n\n" + text)
    assert found[2:] == [
        ("3", "ST JAMES'S YARD"),
        ("3(a)", "St James's Yard, Quay"),
        ("3(b)", "Misuse"),
        ("4", "LIGHTING"),
        ("5", "PERMITS"),
        ("5(a)", "388 permits were in use"),
        ("6", "NEXT MEETING"),
    ]


def test_a_question_asked_within_a_numbered_item_is_no_item() -> None:
    found = outline(
        "1. Report\n\nThere are 199 pupils.\n\n*Question from Mr Barr: What of the club?* It has a "
        "third member of staff.\n\n2. Budget\n\nIt was set."
    )
    assert found == [("1", "Report"), ("2", "Budget")]


EXCLUDED = Item(None, "Exclusion", (Paragraph("RESOLVED that the press and public be excluded."),))


def private(title: str, text: str) -> tuple[bool, bool]:
    """Whether an item after an exclusion, and an ordinary item after that, are restricted."""
    items = (EXCLUDED, Item(None, title, (Paragraph(text),)), Item(None, "Roads", ()))
    _, one, other = mark_restricted(items)
    return one.restricted, other.restricted


@pytest.mark.parametrize(
    "text",
    [
        "The rent was set at £5. The press and public were readmitted.",
        "The offers were heard and the meeting returned to open session.",
        "RESOLVED that the rent be £5,000; the public were then re-admitted.",
    ],
)
def test_an_item_that_ends_with_the_return_of_the_public_was_private(text: str) -> None:
    assert private("Lease of the quay", text) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "The pupil was readmitted in May.",
        "Councillor Barr rejoined the meeting.",
        "The hall was brought back into public use.",
        "The public will be readmitted for the next item.",
        "It would be reported in open session in March.",
    ],
)
def test_nothing_else_that_comes_back_ends_the_private_part(text: str) -> None:
    assert private("Lease of the quay", text) == (True, True)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Roads", "The press and public were readmitted. The road was mended."),
        ("Roads", "At 8.15 pm the meeting returned to open session."),
        ("Readmission of the public", "Noted."),
    ],
)
def test_an_item_that_begins_with_the_return_of_the_public_is_public(title: str, text: str) -> None:
    assert private(title, text) == (False, False)


def test_a_public_summary_is_public_unless_its_own_text_is_exempt() -> None:
    assert private("Lease (Public Summary of Exempt Item)", "It was let.")[0] is False
    assert private("Lease (public version)", "NOT FOR PUBLICATION: the rent is £5.")[0] is True
    marked = Item(None, "Lease (public summary)", (Paragraph("It was let."),), restricted=True)
    assert mark_restricted((marked,))[0].restricted


def test_a_footer_or_front_matter_says_whether_the_minutes_are_a_draft() -> None:
    lines = tuple(Line(text, space_before=True) for text in HEAD.strip().split("\n\n"))
    footer = Document("a.pdf", lines, furniture=("Draft minutes 03.05.11", "Page 1"))
    assert build_meetings(footer)[0].status == "draft"
    assert meetings("---\ntitle: May\nstatus: confirmed\n---\n" + HEAD)[0].status == "confirmed"


def test_an_abbreviation_in_brackets_goes_on_with_its_sentence() -> None:
    text = (
        "1. Forms\n\nIt was agreed to write to the Department and to ask that the Date of Birth\n"
        "(DOB) be left out of every form that is sent to the people who live in the parish.\n"
    )
    (item,) = meetings(HEAD + text)[0].items
    assert [paragraph.text.endswith("in the parish.") for paragraph in item.paragraphs] == [True]


def test_a_line_to_be_signed_ends_its_paragraph() -> None:
    told = [
        "Minutes of the meeting of Quayside Parish Council held on Tuesday 3rd May 2011",
        "Present: A Barr.",
        "18.07.4 Roads",
        "The hedge was cut back by the owner of the field beside the lane, and the sign",
        "Signature ______________________________________Dated 7th March 2011",
        "18.07.5 Finance",
        "The accounts for the year were approved and signed by the Chairman of the council",
    ]
    lines = tuple(Line(text, page=1 + (place > 4)) for place, text in enumerate(told))
    (meeting,) = build_meetings(Document("a.pdf", lines, wrapped=True))
    assert [item.title for item in meeting.items] == ["Roads", "Finance"]


def test_names_go_on_below_an_and_or_a_comma_whatever_the_gap() -> None:
    told = [
        *HEAD.split("\n\n")[:2],
        "1. Apologies received from Mr B Reed, Mr Lane and",
        "Mr M Hart",
        "2. Those who came: Mr A Barr,",
        "Mr P Lee",
        "3. Planning",
    ]
    document = Document("a.md", tuple(map(Line, told)), wrapped=False)
    (meeting,) = build_meetings(document)
    assert [item.number for item in meeting.items] == ["1", "2", "3"]
    assert meeting.items[0].title == "Apologies received from Mr B Reed, Mr Lane and Mr M Hart"
    assert not any(item.paragraphs for item in meeting.items if item.number == "1")


def test_apologies_are_read_below_a_heading_that_names_them_last() -> None:
    text = "1. WELCOME AND APOLOGIES\n\nApologies received from Cllrs. Ann Hart and Bob Reed.\n"
    assert meetings(HEAD + text)[0].attendance.apologies == ("Ann Hart", "Bob Reed")


def test_a_bold_answer_or_date_is_no_part_of_its_heading() -> None:
    told = [
        ("To hear what came of the last meeting and is not listed here", "None"),
        ("Date of next meeting", "Tuesday 3 May 2022 at 7 in the evening"),
    ]
    lines = [Line(text, space_before=True) for text in HEAD.strip().split("\n\n")]
    for number, (title, answer) in enumerate(told, 4):
        lines.append(Line(title, number=f"LW 0{number}/2022", heading=3, space_before=True))
        lines.append(Line(answer, bold=True, space_before=True))
    (meeting,) = build_meetings(Document("a.pdf", tuple(lines), wrapped=True))
    assert [item.title for item in meeting.items] == [title for title, _ in told]


def test_a_number_of_three_parts_begins_a_paragraph_at_the_top_of_a_page() -> None:
    told = ["14.05.1 Minutes", "They were read by all of the members and they were then approved."]
    told += [
        "14.05.2 Finance",
        "The rent of the hall was paid by cheque and so was that of the barn.",
    ]
    lines = [Line(text, page=1) for text in [*HEAD.strip().split("\n\n"), *told[:2]]]
    lines += [Line(text, page=2) for text in told[2:]]
    (meeting,) = build_meetings(Document("a.pdf", tuple(lines), wrapped=True))
    assert [item.number for item in meeting.items] == ["14.05.1", "14.05.2"]


def test_a_name_that_looks_like_the_header_of_pages_is_the_body() -> None:
    told = ["Minutes of the meeting held on Tuesday 3rd May 2011", "Present: A Barr"]
    told += ["1. Minutes", "They were approved.", "2. Roads", "The lane will be laid."]
    lines = tuple(Line(text, space_before=True) for text in told)
    document = Document("a.pdf", lines, furniture=("QUAYSIDE PARISH COUNCIL", "Page 1"))
    assert build_meetings(document)[0].body == "Quayside Parish Council"


def test_a_heading_that_ends_does_not_go_on_in_capitals() -> None:
    found = outline(
        "**1. Minutes**\n\nThey were approved by all.\n\n**2. Nothing else was told.**\n\n"
        "**NO MATTERS WERE RAISED**\n\nThe Chairman closed the meeting at nine."
    )
    assert found[1][1] == "Nothing else was told."


def test_a_letterhead_is_no_meeting_of_its_own() -> None:
    letterhead = "\n\n".join(["Quayside City", "Harbour House", "Quay Street", "Quayside"] * 2)
    record = "They met in the harbour house and\ndiscussed the matter at some length.\n\n"
    text = (
        f"{letterhead}\n\nPhysical Development\n\n{HEAD}1. Minutes\n\n{record}2. Roads\n\n{record}"
    )
    (meeting,) = meetings(text)
    assert [item.number for item in meeting.items] == ["1", "2"]
