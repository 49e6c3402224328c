"""Items whose numbers or headings are printed in an unusual way; the text is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measure_reading import measure_coverage
from ingest.model import Document, Line
from ingest.structure import build_meetings
from tests.test_structure import HEAD, meetings, outline


def test_an_item_taken_after_the_last_or_before_the_first_keeps_its_number() -> None:
    plain = [f"{n}. Business {word}\n\nIt was discussed.\n\n" for n, word in enumerate("ABCDE", 1)]
    last = "".join([*plain[:1], *plain[2:], plain[1]])
    assert [number for number, _ in outline(last)] == ["1", "3", "4", "5", "2"]
    first = "".join([plain[3], *plain[:3], plain[4]])
    assert [number for number, _ in outline(first)] == ["4", "1", "2", "3", "5"]


def test_items_in_a_row_taken_out_of_their_order_keep_their_numbers() -> None:
    plain = [
        f"{n}. Question of Councillor {name}\n\nIt was asked when the lamp by the old "
        "church would be mended at last.\n\n"
        for n, name in enumerate(["Barr", "Corr", "Dunn", "Ennis", "Foy", "Gill", "Hart"], 1)
    ]
    found = outline("".join([*plain[:2], *plain[4:6], *plain[2:4], plain[6]]))
    assert [number for number, _ in found] == ["1", "2", "5", "6", "3", "4", "7"]


def test_letters_go_on_with_their_item_after_another_was_taken_between_them() -> None:
    part = "The report was laid before the members, who discussed it at some length.\n\n"
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Housing\n\n(a) Lettings of the year\n\n{part}"
        f"(b) Repairs to roofs\n\n{part}4. Question on the quay\n\n{part}"
        f"(c) Grants for insulation\n\n{part}(d) Sale of two plots\n\n{part}"
        f"3. Roads\n\n{part}5. Next meeting\n\nIn June."
    )
    numbers = [number for number, _ in found]
    assert numbers == ["1", "2", "2(a)", "2(b)", "4", "2(c)", "2(d)", "3", "5"]


def test_a_scan_that_reads_the_first_number_wrong_does_not_hide_the_first_item() -> None:
    found = outline(
        "4. Adoption of Minutes\n\nThe minutes were adopted.\n\n2. Accounts\n\nNoted.\n\n"
        "3. Planning\n\nNone.\n\n4. Correspondence\n\nRead.\n\n5. Next meeting\n\nIn June."
    )
    assert [number for number, _ in found] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("gap", [" ", "\n\n"])
def test_a_short_sentence_below_a_heading_is_no_part_of_it(gap: str) -> None:
    found = outline(
        f"1.{gap}Local Transport\n\nThe Chairman welcomed the manager of the bus.\n\n"
        f"2.{gap}Question of Councillor Barr\n\nIt was asked when the lamp would be mended.\n\n"
        f"3.{gap}Planning\n\nNone."
    )
    titles = [title for _, title in found]
    assert titles == ["Local Transport", "Question of Councillor Barr", "Planning"]


def test_a_title_may_begin_with_a_month() -> None:
    found = outline(
        "1. Minutes\n\nApproved.\n\n2. March Council Meeting\n\nIt moves to the hall.\n\n"
        "3. Planning\n\nNone."
    )
    assert found[1] == ("2", "March Council Meeting")


def test_a_number_with_a_letter_heads_an_item_wherever_it_stands() -> None:
    found = outline(
        "1. Minutes\n\nApproved.\n\nIt was agreed to take item 6(d) next.\n\n"
        "6(d) Quayside Local Area Plan\n\n"
        "The plan was shown, its maps were explained and each of them was discussed.\n\n"
        "2. Accounts\n\nNoted.\n\n"
        "3. Planning\n\nNone."
    )
    assert [number for number, _ in found] == ["1", "6(d)", "2", "3"]


@pytest.mark.parametrize("entries", [3, 7, 9])
def test_a_list_within_an_item_is_not_mistaken_for_the_items_that_follow(entries: int) -> None:
    names = ["Bollards", "Gritting", "Litter", "Lamps", "Hedges", "Seats", "Bins", "Signs", "Paths"]
    listed = "\n\n".join(f"{n}. {name} leaflet" for n, name in enumerate(names[:entries], 1))
    before = "".join(f"{n}. Business {n}\n\nIt was discussed.\n\n" for n in range(1, 7))
    found = outline(
        f"{before}7. Correspondence\n\n{listed}\n\n8. Planning\n\nNo objection was raised.\n\n"
        "9. Next meeting\n\nTo be held in June."
    )
    assert [number for number, _ in found] == [str(n) for n in range(1, 10)]
    assert found[6][1] == "Correspondence"


def test_numbered_parts_that_are_sentences_have_the_title_of_their_item() -> None:
    found = outline(
        "5. Reports\n\nReports were given.\n\n6. Accounts and payments\n\n"
        "6.1 It was agreed that the lamp be mended before the winter comes.\n\n"
        "6.2 Quotes\n\nThree quotes for the mower were laid before the members of the council.\n\n"
        "7. Planning\n\nNone."
    )
    assert found == [
        ("5", "Reports"),
        ("6", "Accounts and payments"),
        ("6.1", "Accounts and payments"),
        ("6.2", "Quotes"),
        ("7", "Planning"),
    ]


def test_letters_go_on_after_a_number_with_a_letter() -> None:
    found = outline(
        "5. Reports\n\nReports were given.\n\n6 (a) Derelict Sites\n\n"
        "The clerk gave an account of what was done about each site since the spring.\n\n"
        "(b) Taking in Charge\n\n"
        "The clerk gave an account of what was done about each estate since the spring.\n\n"
        "7. Planning\n\nNone."
    )
    assert [number for number, _ in found] == ["5", "6(a)", "6(b)", "7"]


def test_the_counts_of_a_vote_are_no_sub_items() -> None:
    found = outline(
        "**1. To elect a Chair**\n\nA vote was taken.\n\n**For A Barr**\n\nB Cole, C Dunn\n\n"
        "**(12)**\n\n**For D East**\n\nE Finch, F Grant\n\n**(5)**\n\n**2. Planning**\n\nNone."
    )
    assert [number for number, _ in found] == ["1", "2"]


def test_a_lettered_heading_with_a_list_below_it_is_an_item() -> None:
    found = outline(
        "3. Directorate of Services\n\n(a) Fixing of Dates\n\n"
        "It was agreed to meet on the last Monday of each month until the summer.\n\n"
        "(b) Receptions\n\n(i) Proposed by Councillor Barr;\n\nSeconded by Councillor Cole;\n\n"
        "(ii) Proposed by Councillor Dunn;\n\nSeconded by Councillor East;\n\n4. Planning\n\nNone."
    )
    numbers = [number for number, _ in found]
    assert numbers == ["3", "3(a)", "3(b)", "3(b)(i)", "3(b)(ii)", "4"]


def test_an_agenda_before_the_minutes_is_front_matter() -> None:
    titles = ["Apologies", "Declarations", "Minutes", "Finance", "Premises"]
    agenda = "\n\n".join(f"FGB {n}/2021 {title}" for n, title in enumerate(titles, 11))
    text = "The clerk spoke at length of what had been done since the summer, and why."
    record = "\n\n".join(f"FGB {n}/2021 {title}\n\n{text}" for n, title in enumerate(titles, 11))
    (meeting,) = meetings(f"{HEAD}Agenda\n\n{agenda}\n\n{record}")
    assert [item.title for item in meeting.items] == titles
    assert all(item.paragraphs for item in meeting.items)
    assert sum("Finance" in paragraph.text for paragraph in meeting.front) == 1


def test_a_minute_number_that_is_printed_twice_heads_two_items() -> None:
    found = outline(
        "2624. Reports: None given.\n\n2625. Vacancy for North Ward – two people had applied.\n\n"
        "2625. Correspondence: None.\n\n2626. Any Other Business: None."
    )
    assert [number for number, _ in found] == ["2624", "2625", "2625", "2626"]


MARKS = (
    "1. 2. 3. 4. 17. 2(a) (a) (b) i) a) 1) 5.1 71/19 18.07.4 3: 2677 IV. • - **6.** ## 2015. 2; 45"
)
WORDS = (
    "Minutes were approved. Councillor Barr proposed RESOLVED: the £4,120.50 of Planning and "
    "Roads REPLY: “That it” be noted; 12th May"
)
LABELS = st.sampled_from(MARKS.split())
WORDINGS = st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join)
PRINTED = st.lists(st.tuples(LABELS, WORDINGS, st.sampled_from(["\n", "\n\n", "\n\n---\n\n"])))


@given(PRINTED)
def test_no_word_is_lost_between_the_file_and_its_items(
    printed: list[tuple[str, str, str]],
) -> None:
    # Each begins in its own way: a title that opens its own text again would count once.
    text = HEAD + "".join(
        f"{label} Roads{n} {words}{end}" for n, (label, words, end) in enumerate(printed)
    )
    lost = measure_coverage(text.encode(), meetings(text)).missing
    assert not lost


@pytest.mark.parametrize("heading", ["A.O.B.", "**A.O.B.**", "Any Other Business"])
def test_other_business_after_the_letters_is_an_item_of_its_own(heading: str) -> None:
    found = outline(
        "1. Minutes\n\nApproved.\n\n2. Correspondence\n\nThe letters were read.\n\n"
        f"{heading}\n\nMembers asked for a special meeting on the lamps of the quay."
    )
    assert [(number, title.lower()[:5]) for number, title in found] == [
        ("1", "minut"),
        ("2", "corre"),
        (None, heading.strip("*").lower()[:5]),
    ]


def test_a_list_that_lacks_an_entry_ends_before_the_item_that_goes_on() -> None:
    business = ["Apologies", "Declarations", "Minutes", "Accounts", "Correspondence"]
    before = "".join(f"{n}. {title}:\n\nNone.\n\n" for n, title in enumerate(business, 1))
    letters = ["Road works", "Bus times", "A fête", "Grit", "A survey", "Fire safety", "A course"]
    letters += ["Post office", "Elections", "Lamps", "Mayor’s appeal"]
    lists = [f"{n}. {letter}\n\n" for n, letter in enumerate(letters, 1)]
    lists[8] = "A letter on elections\n\n"
    after = "6. Planning:\n\nNone.\n\n7. Village Green:\n\nThe grass was cut."
    found = outline(before + "".join(lists) + after)
    assert [number for number, _ in found] == ["1", "2", "3", "4", "5", "6", "7"]


def test_a_number_before_members_own_business_heads_it() -> None:
    found = outline(
        "7. Payments:\n\nAll were approved.\n\n8. Correspondence:\n\nA letter was read.\n\n"
        "9 Councillors Other Business:\n\nA drain was raised.\n\n10. Public Business:\n\nNone."
    )
    assert [number for number, _ in found] == ["7", "8", "9", "10"]


def test_the_rows_of_a_table_number_no_items() -> None:
    rows = "1. Local tax\n\n2. Rates\n\n3. Grants\n\n4. Goods\n\n"
    told = "The members spoke of the estimates of the coming year for some time. "
    text = "".join(f"{told * length}\n\n" for length in (1, 3, 2, 5) * 3)
    after = f"**Division A: Housing**\n\n{text * 3}"
    found = outline(f"**Budget Strategy**\n\n{text}{rows}{after}")
    assert found == [(None, "Budget Strategy"), (None, "Division A: Housing")]


def test_applications_below_one_of_several_bold_headings_are_no_items() -> None:
    told = "The members spoke of it for some time and left it there.\n\n"
    found = outline(
        f"**Declarations of interest**\n\n{told}**Correspondence**\n\n{told}"
        f"**Chairman’s report**\n\n{told}**Planning applications**\n\n"
        f"1. A porch in Mill Lane\n\n{told}2. A shed in Long Row\n\n{told}3. A wall\n\n{told}"
        f"**Public questions**\n\n{told}"
    )
    assert [title for _, title in found] == [
        "Declarations of interest",
        "Correspondence",
        "Chairman’s report",
        "Planning applications",
        "Public questions",
    ]


def test_plain_headings_of_an_item_keep_its_number() -> None:
    told = "The Clerk asked whether all were in agreement, and the members said that they were. "
    told = f"{told * 2}\n\n"
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Matters Arising\n\nAdoption of Annual Accounts\n\n{told}"
        f"Signatory for the Current Account\n\n{told}Future of the Meetings\n\n{told}3. Planning"
        "\n\nNone."
    )
    assert [number for number, _ in found] == ["1", "2", "2", "2", "2", "3"]
    assert found[2][1] == "Matters Arising: Adoption of Annual Accounts"


def test_an_officers_report_below_anothers_is_told_apart() -> None:
    found = outline(
        "1. Minutes\n\nApproved.\n\n2. Chairman's Report:\n\nA letter came.\n\n"
        "Clerk's Report:\n\nThe railings were mended.\n\n3. Planning\n\nNone."
    )
    assert found[1:3] == [("2", "Chairman's Report"), ("2", "Chairman's Report: Clerk's Report")]


def test_roman_parts_go_on_after_a_number_with_the_first() -> None:
    told = "The Council was asked to name four members of the board, and did so by consent.\n\n"
    found = outline(
        f"6. Audit Committee:\n\n{told}7. (i) West Moor Resources:\n\n{told}"
        f"(ii) Low Hill Development:\n\n{told}(iii) Paul Street Trust:\n\n{told}8. Rapid Team:"
        f"\n\n{told}"
    )
    assert [number for number, _ in found] == ["6", "7(i)", "7(ii)", "7(iii)", "8"]


def test_marks_that_a_scan_reads_as_capitals_head_nothing() -> None:
    told = "The deputation told the members of the river and of what was to be done there.\n\n"
    opened = "The chair was taken by the Mayor.\n\n"
    found = outline(
        f"{opened}DEPUTATION ON THE RIVER\n\n{told}VVVVVVVYV\n\n{told}XVY TRK\n\n{told}"
    )
    assert found[-1] == (None, "DEPUTATION ON THE RIVER")


def test_lists_in_the_text_of_a_part_do_not_hide_that_the_parts_have_headings() -> None:
    report = "Circulated, report of the Director on what was proposed for the years to come.\n\n"
    entries = "(a) The first lot\n\n(b) The second lot of land\n\n(c) The third lot\n\n"
    found = outline(
        f"2. Minutes\n\nAdopted.\n\n3. Planning\n\n(a) Area Plan for the Harbour\n\n{report}"
        f"{entries}{entries}(b) Area Plan for the Quay\n\n{report}4. Roads\n\n{report}"
    )
    assert [number for number, _ in found] == ["2", "3", "3(a)", "3(b)", "4"]


def test_lists_in_letters_do_not_hide_roman_parts_with_headings() -> None:
    report = "Details of the following Conferences were circulated to the members by letter:\n\n"
    entries = "(a) Seminar held in Fernley;\n\n(b) Summer school;\n\n"
    found = outline(
        f"8. Roads\n\nNoted.\n\n9. Conferences\n\n(i) Participation by Members\n\n{report}{entries}"
        f"(ii) Reports on Conferences\n\n{report}10. Correspondence\n\nRead."
    )
    assert [number for number, _ in found] == ["8", "9", "9(i)", "9(ii)", "10"]


PART = "The report was laid before the members, who discussed it at some length.\n\n"
LONG = (
    "The report was laid before the members, who discussed it at some length. Cllr Barr said that "
    "the village had waited long enough, and the Clerk that nothing could be done before May.\n\n"
)


def test_roman_headings_below_a_lettered_part_are_parts_of_it() -> None:
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Reports\n\n(a) Twinning\n\n(i) Project at Bruck\n\n{PART}"
        f"(ii) Twinning with Saint-Aubin\n\n{PART}(b) Audit\n\n{PART}3. Roads\n\n{PART}"
    )
    assert found[2:6] == [
        ("2(a)", "Twinning"),
        ("2(a)(i)", "Twinning: Project at Bruck"),
        ("2(a)(ii)", "Twinning with Saint-Aubin"),
        ("2(b)", "Audit"),
    ]


@pytest.mark.parametrize(("letters", "whole"), [("abc", "2"), (("i", "ii", "iii"), "2(a)")])
def test_lettered_sentences_with_text_below_are_parts_with_the_title_of_their_item(
    letters: tuple[str, ...], whole: str
) -> None:
    part = "" if whole == "2" else "(a) Sale of plots\n\n"
    own = "".join(
        f"({letter}) Circulated, a notice of the sale of plot {n} at the lower end of the "
        f"village green.\n\n{LONG}"
        for n, letter in enumerate(letters, 1)
    )
    found = outline(f"1. Minutes\n\nApproved.\n\n2. Sale of plots\n\n{part}{own}3. Roads\n\nNone.")
    parts = [each for each in found if each[0] and each[0].startswith(f"{whole}(")]
    assert parts[-3:] == [(f"{whole}({letter})", "Sale of plots") for letter in letters]


def test_the_entries_of_a_list_are_no_parts() -> None:
    entries = "".join(f"({letter}) The lamp at plot {letter} had failed.\n\n" for letter in "abcd")
    found = outline(f"1. Minutes\n\nApproved.\n\n2. Lamps\n\n{entries}{PART}3. Roads\n\nNone.")
    assert [number for number, _ in found] == ["1", "2", "3"]


def test_lettered_business_may_end_with_a_full_stop_or_follow_a_ruled_line() -> None:
    found = outline(
        "1. Minutes\n\nApproved.\n\n2. Planning\n\n(a) To note the report on the mill and the weir."
        f"\n\n{PART}(b) | Update on the weir\n\n{PART}(c) To receive the accounts of the year and "
        f"the bank.\n\n{PART}3. Roads\n\nNone."
    )
    assert found[2:5] == [
        ("2(a)", "To note the report on the mill and the weir"),
        ("2(b)", "Update on the weir"),
        ("2(c)", "To receive the accounts of the year and the bank"),
    ]


def test_a_part_between_two_others_is_one_though_its_heading_is_a_sentence() -> None:
    parts = (
        f"(a) Twinning\n\n{PART}(b) The roof of the hall was discussed at the request of the "
        f"committee.\n\n{PART}(c) Audit of the accounts\n\n{PART}"
    )
    found = outline(f"1. Minutes\n\nApproved.\n\n2. Reports\n\n{parts}3. Roads\n\nNone.")
    assert [number for number, _ in found] == ["1", "2", "2(a)", "2(b)", "2(c)", "3"]


def test_a_list_in_another_form_does_not_hide_the_parts() -> None:
    listed = "".join(f"{letter}. The hedge at plot {letter} is to stay.\n\n" for letter in "abc")
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Plans\n\n(a) Plan for the mill\n\n{PART}{listed}"
        f"(b) Plan for the weir\n\n{PART}3. Roads\n\nNone."
    )
    assert [number for number, _ in found] == ["1", "2", "2(a)", "2(b)", "3"]


def test_roman_parts_of_an_item_do_not_go_on_with_the_letters_of_the_one_before() -> None:
    letters = "".join(f"({letter}) Business {letter.upper()}\n\n{PART}" for letter in "abcdefgh")
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Reports\n\n{letters}3. Conferences\n\n(i) Conference at "
        f"Bruck\n\n{PART}(ii) Reports of members\n\n{PART}4. Roads\n\nNone."
    )
    assert [number for number, _ in found][-3:] == ["3(i)", "3(ii)", "4"]


def test_the_heading_of_a_part_goes_on_in_the_words_that_a_column_broke_off() -> None:
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Reports\n\n(a) Vacancies on the Committees and Other\n\n"
        f"Bodies\n\n{LONG}(b) Twinning\n\n{LONG}3. Roads\n\nNone."
    )
    assert found[2] == ("2(a)", "Vacancies on the Committees and Other Bodies")


BODY = "The members discussed the matter at some length\nand noted the report of the Clerk.\n\n"


@pytest.mark.parametrize(
    ("printed", "number", "title"),
    [
        ("Te Housing and Community", "3", "Housing and Community"),
        ("3 Housing and Community", "3", "Housing and Community"),
        ("3Housing and Community", "3", "Housing and Community"),
        ("33. Notice of Motion submitted by Councillor Barr", "3",
         "Notice of Motion submitted by Councillor Barr"),
    ],
)  # fmt: skip
def test_a_misread_number_is_known_by_the_numbers_around_it(
    printed: str, number: str, title: str
) -> None:
    found = outline(
        f"1. Minutes of May\n\n{BODY}2. Accounts\n\n{BODY}{printed}\n\n{BODY}4. Planning\n\n{BODY}"
    )
    assert (number, title) in found
    assert [each for each, _ in found] == ["1", "2", "3", "4"]


def test_what_a_misread_number_was_printed_as_is_told_and_not_lost() -> None:
    text = f"1. Minutes\n\n{BODY}Ze Roads and Lanes\n\n{BODY}3. Planning\n\n{BODY}"
    meeting = meetings(HEAD + text)[0]
    assert [item.number for item in meeting.items] == ["1", "2", "3"]
    assert any("“Ze”" in warning for warning in meeting.warnings)
    assert "Ze" in meeting.furniture


def test_the_first_and_the_last_number_may_be_misread_too() -> None:
    motion = "Notice of Motion submitted by Councillor"
    asked = "I will move at the next Meeting that the lamp\nby the church be mended.\n\n"
    found = outline(
        f"5 Adoption of Minutes\n\n{BODY}2. Accounts\n\n{BODY}3. {motion} Barr\n\n{asked}"
        f"94. {motion} Corr\n\n{asked}"
    )
    assert [number for number, _ in found] == ["1", "2", "3", "4"]


def test_nothing_is_guessed_where_two_lines_may_be_the_head_that_is_lacking() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}Te Roads and Lanes\n\n{BODY}Be Parks and Trees\n\n{BODY}"
        f"3. Planning\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "3"]


def test_a_garbled_heading_above_a_question_is_one() -> None:
    asked = "! will ask at the next Meeting when the bench\non the quay will be painted.\n\n"
    question = "Question submitted by Councillor"
    found = outline(
        f"1. Minutes\n\n{BODY}2. {question} Barr\n\n{asked}3. uestio bmit Barr\n\n{asked}"
        f"stion ubmit ncill Corr\n\n{asked}5. {question} Dunn\n\n{asked}"
    )
    assert found[1:] == [
        ("2", f"{question} Barr"),
        ("3", "uestio bmit Barr"),
        ("4", "stion ubmit ncill Corr"),
        ("5", f"{question} Dunn"),
    ]


def test_a_number_with_a_capital_letter_is_put_between_two_others() -> None:
    motion = "Notice of Motion submitted by Councillor"
    found = outline(
        f"1. Minutes\n\n{BODY}2. {motion} Barr\n\n{BODY}2A. {motion} Corr\n\n{BODY}"
        f"3. Planning\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "2A", "3"]


def test_a_worded_item_begins_behind_a_full_line() -> None:
    line = "The report was circulated to the members, who thanked the officers for their good work."
    found = outline(
        f"Item 1 – Minutes\n{line}\n{line}\nItem 2 – Dog Bins in the Park.\nCouncillor Barr "
        f"explained that he had asked\nfor this item to be included on the agenda of the day.\n"
        f"Item 3 – Roads\n{line}"
    )
    assert [number for number, _ in found] == ["1", "2", "3"]
    assert found[1][1].rstrip(".") == "Dog Bins in the Park"


def test_a_sum_is_no_line_of_a_heading() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Payments for Approval\n\nMay Hall Hire £11.15\n\n"
        f"Proposed by Mr Barr and agreed.\n\n3. Planning\n\n{BODY}"
    )
    assert ("2", "Payments for Approval") in found


def test_an_item_gone_on_with_has_the_parts_behind_those_that_it_had() -> None:
    found = outline(
        f"3. Environment\n\n(a) The Tidy Week\n\n{BODY}1. Minutes\n\n{BODY}2. Land\n\n{BODY}"
        f"3. Environment\n\n(b) The Moorings\n\n{BODY}(c) The Lough\n\n{BODY}4. Planning\n\n{BODY}"
    )
    numbers = [number for number, _ in found]
    assert [n for n in numbers if n != "3"] == ["3(a)", "1", "2", "3(b)", "3(c)", "4"]


def reports_of_committees() -> list[str]:
    """The parts (i) to (iv) of a part, each a sentence with text below it."""
    report = "Circulated, report of the chair of the committee on {},\ndated the 4th of May.\n\n"
    return [
        f"({number}) {report.format(matter)}{BODY}"
        for number, matter in [("i", "roads"), ("ii", "trees"), ("iii", "homes"), ("iv", "music")]
    ]


def test_the_parts_of_a_part_go_on_after_another_item_was_taken_between_them() -> None:
    parts = reports_of_committees()
    found = outline(
        f"1. Minutes\n\n{BODY}2. Services\n\n(a) The Charter\n\n{BODY}(b) Committee Reports\n\n"
        f"{parts[0]}{parts[1]}4. Housing\n\n{BODY}{parts[2]}{parts[3]}3. Planning\n\n{BODY}"
        f"5. Next meeting\n\nIn June."
    )
    assert [number for number, _ in found] == [
        "1", "2", "2(a)", "2(b)", "2(b)(i)", "2(b)(ii)", "4", "2(b)(iii)", "2(b)(iv)", "3", "5",
    ]  # fmt: skip
    assert dict(found)["2(b)(iv)"] == "Committee Reports"


def test_how_many_voted_numbers_no_item() -> None:
    found = outline(
        f"**1. Adoption of Minutes**\n\n(a) The minutes of May.\n\n**IN FAVOUR**\n\nCouncillors "
        f"Barr, Corr and Dunn\n\n**(3)**\n\n**AGAINST**\n\nCouncillors Ennis and Foy\n\n**(2)**\n\n"
        f"**ABSTAIN**\n\nCouncillor Gill (1)\n\n{BODY}**2. Roads**\n\n{BODY}"
        f"**3. Planning**\n\n{BODY}"
    )
    assert [number for number, _ in found if number] == ["1", "2", "3"]
    assert not any("ABSTAIN" in title for _, title in found)


def test_a_bracketed_number_in_a_quotation_is_not_the_only_item() -> None:
    found = outline(
        "**The Harbour Wall**\n\nIt was noted by the members that\nthe site by the quay was full."
        "\n\nThe Act says:\n\n(2) Section 12 of the Harbours Act applies\n\n"
        f"{BODY}**The Contract**\n\n{BODY}"
    )
    assert found == [(None, "The Harbour Wall"), (None, "The Contract")]


def test_a_speck_before_a_number_hides_no_item() -> None:
    found = outline(f"‘1. Deputation from the Anglers\n\n{BODY}2. Planning\n\n{BODY}")
    assert found == [("1", "Deputation from the Anglers"), ("2", "Planning")]


def test_several_items_taken_early_stand_though_they_are_printed_in_another_way() -> None:
    motion = "Notice of Motion submitted by Councillor"
    found = outline(
        f"**1. Minutes**\n\n{BODY}**2. Roads**\n\n{BODY}5. {motion} Barr\n\n{BODY}"
        f"6. {motion} Corr\n\n{BODY}**3. Planning**\n\n{BODY}4. {motion} Dunn\n\n{BODY}"
        f"7. {motion} Ennis\n\n{BODY}**8. Next meeting**\n\nIn June."
    )
    assert [number for number, _ in found] == ["1", "2", "5", "6", "3", "4", "7", "8"]


@pytest.mark.parametrize(
    "lines",
    [
        ("Harbour Directorate", "Report on the Mooring of Boats", "Bye-Laws to regulate rowing"),
        ("Services Directorate", "Amendment to the Quayside Plan"),
        ("Services Directorate", "Spring Litter Pick (SLP 2)"),
    ],
)
def test_all_lines_above_the_report_that_was_circulated_are_the_heading(
    lines: tuple[str, ...],
) -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. "
        + "\n\n".join(lines)
        + "\n\nCirculated, report of the Director dated 5th May.\n\n"
        f"{BODY}3. Planning\n\n{BODY}"
    )
    assert found[1] == ("2", " ".join(lines))


def test_the_last_word_of_a_long_heading_is_of_it() -> None:
    long = "Proposal to Invite a Delegation from the Keepers of the Northern"
    found = outline(
        f"1. Minutes\n\n{BODY}2. {long}\n\nTowpath\n\n{BODY}3. Planning\n\n(a) Choice of "
        f"Members for the Committees and for Outside\n\nBodies\n\n(i) The Committees\n\n{BODY}"
        f"(ii) The Boards of Companies\n\n{BODY}"
    )
    assert found[1] == ("2", f"{long} Towpath")
    assert ("3(a)", "Choice of Members for the Committees and for Outside Bodies") in found


def test_questions_of_one_member_under_one_heading_all_name_it() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}Questions submitted by Councillor Barr:\n\n2. “I will ask when the "
        f"lamp\nwill be mended.”\n\n{BODY}3. “I will ask when the path\nwill be laid.”\n\n{BODY}"
        f"Notice of Motion submitted by Councillor Corr:\n\n4. “I will move that the bench\nbe "
        f"painted.”\n\n{BODY}"
    )
    heading = "Questions submitted by Councillor Barr"
    assert found[1:] == [
        ("2", heading),
        ("3", f"{heading}: I will ask when the path will be laid"),
        ("4", "Notice of Motion submitted by Councillor Corr"),
    ]


def test_a_heading_behind_the_names_is_the_title_of_a_meeting_without_numbers() -> None:
    (meeting,) = meetings(
        "Minutes of the meeting of Quayside Parish Council held on 3rd May 2011\n\nPRESENT:\n\n"
        "Councillors Barr, Corr and Dunn.\n\nSchedule of Meetings\n\nThe Chairman said that the "
        "meetings of the year\nhad been moved to the hall.\n\nThey were noted by the members."
    )
    assert [item.title for item in meeting.items] == ["Schedule of Meetings"]


def test_a_worded_number_that_comes_again_heads_an_item() -> None:
    found = outline(
        f"Item 1\n\nMinutes\n\n{BODY}Item 2\n\nRoads\n\n{BODY}Item 3\n\nPlanning\n\n{BODY}"
        f"Item 2\n\nOther Business\n\n{BODY}"
    )
    assert found[-1] == ("2", "Other Business")


def test_the_last_items_may_all_be_taken_before_the_first() -> None:
    found = outline(
        f"4. Housing\n\n{BODY}5. Planning\n\n{BODY}6. Roads\n\n{BODY}1. Minutes\n\n{BODY}"
        f"2. Accounts\n\n{BODY}3. Correspondence\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["4", "5", "6", "1", "2", "3"]


@pytest.mark.parametrize("gap", [" ", "\n\n"])
def test_a_garbled_heading_is_no_part_of_what_was_asked(gap: str) -> None:
    asked = "1 will ask at the next Meeting when the bench\non the quay will be painted."
    text = f"1. Minutes\n\n{BODY}2. quest n y ncill Barr{gap}{asked}\n\n{BODY}3. Roads\n\n{BODY}"
    question = meetings(HEAD + text)[0].items[1]
    assert (question.number, question.title) == ("2", "quest n y ncill Barr")
    assert question.paragraphs[0].text.startswith("1 will ask")


def test_a_dash_within_a_heading_does_not_end_it_above_a_report() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Services Directorate — Planning (Proposal to add one house.)\n\n"
        f"Circulated, report of the Director.\n\n{BODY}3. Roads\n\n{BODY}"
    )
    assert found[1][1].startswith("Services Directorate — Planning (Proposal to add one house")


SCANNED = (
    "*<small>Scanned page, text may contain errors. See original file for clarity</small>*\n\n"
)


@pytest.mark.parametrize(("head", "number"), [("", "1"), ("The adjourned meeting went on.", "4")])
def test_the_sole_item_of_a_scan_is_the_first_unless_the_meeting_was_adjourned(
    head: str, number: str
) -> None:
    text = f"{HEAD}{SCANNED}{head}\n\n4. Deputation from the Anglers\n\n{BODY}"
    (meeting,) = meetings(text)
    assert [item.number for item in meeting.items] == [number]
    assert bool(meeting.warnings) == (number == "1")


def test_after_an_adjournment_an_item_may_come_that_is_far_behind_the_last() -> None:
    motion = "Notice of Motion submitted by Councillor"
    found = outline(
        f"1. Minutes\n\n{BODY}2. Accounts\n\n{BODY}3. Roads\n\n{BODY}15. {motion} Barr\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "3", "15"]


def test_a_bold_list_at_the_end_is_of_the_last_item() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Roads\n\n{BODY}3. Planning\n\n{BODY}4. Accounts\n\n{BODY}"
        "5. Buses\n\nThe members asked that these stops\nbe "
        "moved to the other side:\n\n**1) Quay Road beside the old park entrance**\n\n"
        f"**2) Mill Road at the junction by the station**\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "3", "4", "5"]


def test_the_second_part_may_be_taken_before_the_first() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Plans\n\n(b) The Walk along the Wall\n\n{BODY}"
        f"(a) The Renewal of the Village\n\n{BODY}3. Roads\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "2(b)", "2(a)", "3"]


def test_a_sentence_of_an_agenda_is_the_heading_and_not_the_text_too() -> None:
    (meeting,) = meetings(
        f"{HEAD}1. Minutes\n\n{BODY}2. To consider the update from the Fire Department on its\n"
        f"stations in the district of the quay.\n\n{BODY}3. Roads\n\n{BODY}"
    )
    item = meeting.items[1]
    assert item.title.startswith("To consider the update from the Fire Department on its stations")
    assert item.paragraphs[0].text.startswith("The members discussed")


def test_labels_of_a_chart_head_nothing() -> None:
    found = outline(
        "**Introduction**\n\nIt was noted by the members that the\nbudget had been prepared.\n\n"
        f"**F - Recreation**\n\n**Dec-17**\n\n**Draft Budget €'m**\n\n{BODY}"
        f"**The decisions include:**\n\n{BODY}**Conclusion**\n\n{BODY}"
    )
    assert [title for _, title in found] == ["Introduction", "Conclusion"]


CIRCULATED = "Circulated, report of the Director dated\nthe 5th of May, 2011.\n\n"


def test_an_item_taken_before_a_misread_first_one_is_kept() -> None:
    found = outline(
        f"3. Fire Services\n\n{BODY}4, Adoption of Minutes\n\n{BODY}2. Accounts\n\n{BODY}"
        f"4. Planning\n\n{BODY}5. Roads\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["3", "1", "2", "4", "5"]


def test_a_garbled_heading_in_small_letters_heads_an_item_above_a_report() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Accounts\n\n{BODY}3. ferral of th Harbour Plan\n\n{CIRCULATED}"
        f"{BODY}4. Roads\n\n{BODY}"
    )
    assert ("3", "ferral of th Harbour Plan") in found


def test_the_letters_of_a_motion_are_no_parts_of_its_item() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Roads\n\n{BODY}Notice of Motion submitted by Councillor Barr\n\n"
        "3. I will move at the next Meeting that these\nbe considered on the trail:\n\n"
        f"**(a) Signs along the trail.**\n\n**(b) Gates.**\n\n{BODY}4. Planning\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "3", "4"]


def test_entries_behind_a_colon_are_no_parts() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Planning\n\nThe report recommended the taking\nin charge of these "
        f"estates:\n\n(i) Quay View\n\n(ii) Mill Grove\n\n{BODY}3. Roads\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "3"]


def test_the_heading_of_a_part_may_end_with_a_full_stop_above_a_report() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Planning\n\n(a) The Harbour\n\n{BODY}(b) Papers and "
        f"plans of the former Brewery in Mill Street, Quayside.\n\n{CIRCULATED}{BODY}"
        f"3. Roads\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "2(a)", "2(b)", "3"]


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Services Directorate\n\nPlanning and Environment\n\n(a) The Harbour\n\n" + BODY,
         "Services Directorate Planning and Environment"),
        ("Services Directorate\n\nScheme for the Lighting of Paths in the Outlying\n\nHamlets."
         "\n\n" + CIRCULATED,
         "Services Directorate Scheme for the Lighting of Paths in the Outlying Hamlets."),
    ],
)  # fmt: skip
def test_the_second_line_of_a_heading_may_run_over_or_stand_above_parts(
    printed: str, title: str
) -> None:
    found = outline(f"1. Minutes\n\n{BODY}2. {printed}3. Roads\n\n{BODY}")
    assert found[1] == ("2", title)


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Correspondence:Trees along the road - are to be cut.", "Correspondence"),
        ("Appointment of R.F.O. It was proposed that the Clerk be appointed.",
         "Appointment of R.F.O"),
    ],
)  # fmt: skip
def test_a_heading_in_line_may_lack_a_space_or_end_with_an_abbreviation(
    printed: str, title: str
) -> None:
    found = outline(f"1. Minutes\n\n{BODY}2. {printed}\n\n3. Roads\n\n{BODY}")
    assert found[1] == ("2", title)


def test_a_decimal_may_stand_before_a_year() -> None:
    found = outline(
        f"5. Minutes\n\n{BODY}6. Accounts\n\n6.1 2010/11 accounts were accepted by the members.\n\n"
        "6.2 The audit was noted by the members.\n\n7. Roads\n\nNone."
    )
    assert [number for number, _ in found] == ["5", "6", "6.1", "6.2", "7"]


def test_the_minutes_of_the_last_meeting_are_business_and_not_the_heading() -> None:
    (meeting,) = meetings(
        f"{HEAD}Election of Chairman:\n\nMr Barr was elected as the Chairman\nof the council.\n\n"
        "Minutes of the last Meeting:\n\nMr Corr proposed that the minutes\nbe adopted, which was "
        f"agreed.\n\nPlanning:\n\n{BODY}"
    )
    titles = [item.title for item in meeting.items]
    assert titles == ["Election of Chairman", "Minutes of the last Meeting", "Planning"]


def test_a_heading_behind_lettered_parts_in_line_is_of_the_whole_item() -> None:
    found = outline(
        "1. Minutes\n\nThey were approved by the members at once.\n\n2. Matters Arising\n\n"
        "a) The Common - this was cut in May by the contractor.\n\n"
        "b) The Pond - it had been cleaned by the volunteers.\n\n"
        "**The Playing Fields**\n\nThe Clerk reported that the grass was cut.\n\n"
        "3. Planning\n\nNone."
    )
    assert ("2", "Matters Arising: The Playing Fields") in found


def test_a_line_that_ends_is_no_heading_to_go_on_with() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Planning\n\nPlanning Application: Conversion of the Barn at Mill "
        f"Lane.\n\n{BODY}3. Slab near the Kiosk now laid.\n\nCode of Conduct at Last.\n\n{BODY}"
    )
    assert found[1] == ("2", "Planning")
    assert found[2][1].rstrip(".") == "Slab near the Kiosk now laid"


def test_a_number_of_the_margin_within_a_reply_is_of_the_question_below() -> None:
    question = "Question submitted by Councillor"
    asked = "I will ask at the next Meeting when the lamp\nwill be mended.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}2. {question} Barr\n\n{asked}REPLY:\n\n3.\n\nThe lamp was of an old "
        f"kind that had not\nbeen made for years.\n\n{question} Corr\n\n{asked}"
        f"4. {question} Dunn\n\n{asked}"
    )
    assert found[1:] == [
        (str(n), f"{question} {c}") for n, c in ((2, "Barr"), (3, "Corr"), (4, "Dunn"))
    ]


def test_a_number_that_can_be_read_before_a_garbled_heading_heads_an_item() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Accounts\n\n{BODY}3 ro nd Lan Wor ks\n\n{BODY}4. Roads\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "2", "3", "4"]


def test_the_last_question_of_a_member_may_have_a_misread_number() -> None:
    question = "Question submitted by Councillor"
    found = outline(f"1. Minutes\n\n{BODY}2. {question} Barr\n\n{BODY}Te {question} Corr\n\n{BODY}")
    assert found[-1] == ("3", f"{question} Corr")


def test_the_amendments_of_a_part_are_not_the_items() -> None:
    found = outline(
        f"6(d) Quayside Local Area Plan\n\n{BODY}1. Councillor Barr proposed that the plan was to "
        f"be changed as follows:\n\n{BODY}2. The open space is to be made larger.\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["6(d)"]


def test_the_name_below_a_letter_heads_nothing() -> None:
    found = outline(
        "**Legal Advice**\n\nIt was noted by the members that this\nletter had been received.\n\n"
        f"Yours sincerely,\n\n**WILLIAM BARR**\n\n{BODY}**Conclusions**\n\n{BODY}"
    )
    assert [title for _, title in found] == ["Legal Advice", "Conclusions"]


def test_both_a_part_and_its_parts_go_on_behind_an_item_taken_early() -> None:
    parts = reports_of_committees()
    found = outline(
        f"1. Minutes\n\n{BODY}2. Services\n\n(a) The Charter\n\n{BODY}(b) Committee Reports\n\n"
        f"{parts[0]}{parts[1]}5. Housing\n\n{BODY}{parts[2]}{parts[3]}(c) The Calendar\n\n{BODY}"
        f"3. Planning\n\n{BODY}4. Roads\n\n{BODY}"
    )
    numbers = [number for number, _ in found]
    assert numbers[6:] == ["5", "2(b)(iii)", "2(b)(iv)", "2(c)", "3", "4"]


def test_numbers_alone_in_the_margin_go_to_the_headings_that_lack_them() -> None:
    motion = "Notice of Motion submitted by Councillor"
    moved = "I will move at the next Meeting that the lamp\nbe mended.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}2. {motion} Barr\n\n{moved}3.\n\n5\n\n{motion} Corr\n\n{moved}"
        f"REPLY: It is hoped that this\n\n4.\n\nPLy:\n\ncan be done in the summer.\n\n"
        f"{motion} Dunn\n\n{moved}5. {motion} Ennis\n\n{moved}"
    )
    assert found[1:] == [
        (str(n), f"{motion} {name}")
        for n, name in enumerate(["Barr", "Corr", "Dunn", "Ennis"], start=2)
    ]


def test_a_motion_goes_on_from_the_item_whose_list_took_its_number() -> None:
    told = "The Mayor told the members about it at some\nlength and asked for their views.\n\n" * 10
    listed = "".join(
        f"{n}.\n\nAsk the Office of Planning to hold the fee for\nthe {thing} as it is.\n\n"
        for n, thing in enumerate(("crane", "hall", "quay", "yard"), start=2)
    )
    found = outline(
        f"1.\n\nHarbour Directorate\n\n{told}{listed}NOTICE OF MOTION\n\n**2.**\n\nNotice of "
        "Motion submitted by Councillor Barr\n\nI will move that the fee be cut by\na half.\n\n"
    )
    assert found == [
        ("1", "Harbour Directorate"),
        (None, "NOTICE OF MOTION"),
        ("2", "Notice of Motion submitted by Councillor Barr"),
    ]


def test_entries_in_bold_below_a_heading_in_bold_are_of_it() -> None:
    found = outline(
        f"**Item 1**\n\n**To Receive**\n\n**1) Harbour Report 2019**\n\n**2) Harbour Plan 2020**"
        f"\n\n{BODY}**Item 2**\n\n**Roads**\n\n**1) Mill Lane**\n\n{BODY}**2) Quay Lane**\n\n{BODY}"
    )
    assert found[0] == ("1", "To Receive 1) Harbour Report 2019 2) Harbour Plan 2020")
    assert found[1][1] == "Roads"


def test_the_name_of_the_body_on_a_page_heads_nothing() -> None:
    found = outline(
        f"**Item 1.**\n\n**Roads**\n\n{BODY}**QUAYSIDE PARISH COUNCIL**\n\n{BODY}"
        f"**Item 2.**\n\n**Lamps**\n\n{BODY}"
    )
    assert found == [("1", "Roads"), ("2", "Lamps")]


def test_numbers_of_the_margin_go_to_the_headings_by_which_most_of_them_agree() -> None:
    motion = "Notice of Motion submitted by Councillor"
    moved = "I will move at the next Meeting that the lamp\nbe mended.\n\n"
    reply = "REPLY: It is hoped that this\n\n{}.\n\ncan be done in the summer.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}5.\n\nREPLY:\n\n{motion} Barr\n\n{moved}{motion} Corr\n\n{moved}"
        f"{reply.format(8)}{motion} Dunn\n\n{moved}9.\n\n10.\n\n3\n\n{motion} Ennis\n\n{moved}"
        f"{motion} Foyle\n\n{moved}"
    )
    assert found[1:] == [
        (number, f"{motion} {name}")
        for number, name in [
            (None, "Barr"), (None, "Corr"), ("8", "Dunn"), ("9", "Ennis"), ("10", "Foyle")
        ]
    ]  # fmt: skip


def test_numbers_one_below_the_other_are_of_the_headings_below_them() -> None:
    told = "The officer told the members of the works that were\ndone in the past year.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}6 (a)\n\nReport on Lamps\n\n{told}6 (b)\n\n6 (c)\n\n2.\n\n"
        f"Update of the Harbour Fund\n\n{told}Visit of the Harbour Office\n\n{told}"
        f"Repair of the Slipway\n\n{told}Calendar of the Committee\n\n{told}"
        f"7. Any Other Business\n\n{BODY}"
    )
    assert found[1:] == [
        ("6(a)", "Report on Lamps"),
        ("6(b)", "Update of the Harbour Fund"),
        ("6(c)", "Visit of the Harbour Office"),
        (None, "Repair of the Slipway"),  # a scan misread its number
        (None, "Calendar of the Committee"),
        ("7", "Any Other Business"),
    ]


def test_a_garbled_question_behind_the_last_has_the_next_number() -> None:
    asked = "I will ask at the next Meeting when the lamp\nwill be mended.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}2. Question submitted by Councillor Barr\n\n{asked}"
        f"uestion submitted by Councillor Corr\n\n{asked}"
    )
    assert found[-1] == ("3", "uestion submitted by Councillor Corr")


def test_a_colon_of_a_scan_does_not_end_a_garbled_heading() -> None:
    found = outline(f"1. Minutes\n\n{BODY}2. Annual inan Rep: ort (ACC\n\n{BODY}3. Roads\n\n{BODY}")
    assert found[1] == ("2", "Annual inan Rep: ort (ACC")


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("Coastal\n\nFund\n\n2011-2014\n\n–\n\nAward\n\nof\n\nGrants\n\nto\n\nVillages\n\n",
         "Coastal Fund 2011-2014 – Award of Grants to Villages"),
        ("Estimate for the Year ending 30th\n\nJune, 2012\n\n",
         "Estimate for the Year ending 30th June, 2012"),
    ],
)  # fmt: skip
def test_a_heading_runs_over_a_dash_and_within_a_date(printed: str, title: str) -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Services\n\n(a) The Harbour\n\n{BODY}(b) {printed}{CIRCULATED}"
        f"{BODY}3. Roads\n\n{BODY}"
    )
    assert dict(found)["2(b)"] == title


def test_whose_motion_it_is_right_below_the_heading_of_an_item_is_of_that_item() -> None:
    motion = "Notice of Motion submitted by Councillor Barr"
    found = outline(
        f"Item 1\n\nMinutes\n\n{BODY}Item 2\n\nMotion referred on 18th April 2017.\n\n{motion}\n\n"
        f"‘I will move at the next meeting that the\nlamp be mended.’\n\n{BODY}"
        f"Item 3\n\nPlanning\n\n{BODY}4. A.O.B.\n\n{BODY}"
    )
    assert ("2", f"Motion referred on 18th April 2017: {motion}") in found


def test_a_list_of_sentences_in_a_long_first_item_numbers_no_items() -> None:
    call = "Call on the Minister to amend the plan of the region, at once."
    found = outline(
        f"1. Development Directorate\n\n{BODY * 11}2. {call}\n\n3. {call}\n\n4. {call}\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1"]


def test_a_paragraph_headed_like_the_numbered_ones_is_an_item_without_a_number() -> None:
    said = "It was proposed by Mr Barr and seconded\nby Mrs Corr that they be signed."
    (meeting,) = meetings(
        f"{HEAD}1. Minutes: {said}\n\nPolice Report: The constable said that all was\nquiet in the "
        f"village this spring.\n\n2. Matters Arising: {said}\n\n3. Payments: {said}"
    )
    found = [(item.number, item.title) for item in meeting.items]
    assert found == [
        ("1", "Minutes"),
        (None, "Police Report"),
        ("2", "Matters Arising"),
        ("3", "Payments"),
    ]
    assert meeting.items[1].paragraphs[0].text.startswith("The constable said")


def test_in_minutes_without_numbers_such_a_paragraph_is_one_whatever_it_names() -> None:
    said = "It was proposed by Mr Barr and seconded\nby Mrs Corr that they be signed."
    found = outline(
        f"Minutes: {said}\n\nMatters Arising: {said}\n\nPayments: {said}\n\nInsurance: The Clerk "
        f"reported that the policy\nwas due again in the spring.\n\nAny Other Business: {said}"
    )
    assert (None, "Insurance") in found


def test_a_dash_may_stand_between_a_number_and_its_heading_or_behind_it() -> None:
    found = outline(
        f"14.05.1 Minutes\n\n{BODY}14.05.1A Matters Arising\n\n{BODY}"
        f"14.05.2 Accounts for payment:-\n\n{BODY}14.05.3 - Other Business\n\n{BODY}"
    )
    assert found == [
        ("14.05.1", "Minutes"),
        ("14.05.1A", "Matters Arising"),
        ("14.05.2", "Accounts for payment"),
        ("14.05.3", "Other Business"),
    ]


def test_below_several_plain_headings_others_are_told_by_less() -> None:
    found = outline(
        f"1. Minutes\n\nApproved.\n\n2. Matters Arising\n\n{BODY}The Playing Field\n\n{BODY}"
        f"Low Moor Scheme\n\n{BODY}Signatory for the Account\n\n{BODY}Mill Green Act 2005\n\n{BODY}"
        f"Future of the Barn\n\n{BODY}3. Planning\n\n{BODY}"
    )
    assert ("2", "Matters Arising: Low Moor Scheme") in found
    assert ("2", "Matters Arising: Mill Green Act 2005") in found
    alone = outline(f"1. Minutes\n\n{BODY}2. Matters Arising\n\n{BODY}Low Moor\n\n{BODY}")
    assert alone == [("1", "Minutes"), ("2", "Matters Arising")]


def test_payments_are_headed_whatever_is_paid() -> None:
    sums = "Hobbs Ltd £12.00\n\nWater £20.50\n\nHall hire £9.00\n\n"
    said = f"Matters Arising\n\n{BODY}Planning\n\n{BODY}"
    assert outline(f"{said}Payments for Approval\n\n{sums}")[-1] == (None, "Payments for Approval")
    assert outline(f"{said}Rent\n\n{sums}")[-1] == (None, "Planning")


def test_a_letter_that_is_printed_twice_heads_two_parts() -> None:
    entries = ["a) The Common", "b) The Pond", "b) Lorries in Mill Lane", "c) The Sign"]
    listed = "".join(
        f"{each} - it was said that the Clerk would see to it.\n\n" for each in entries
    )
    (meeting,) = meetings(f"{HEAD}Matters Arising\n\n{listed}Planning\n\nNone was received yet.")
    found = [(item.number, item.title) for item in meeting.items if item.number]
    assert found[1:3] == [("b", "The Pond"), ("b", "Lorries in Mill Lane")]


def test_roman_parts_with_few_words_below_are_parts_between_and_behind_others() -> None:
    told = "The highways department was told of it and will come to look at it in May.\n\n"
    titles = ["Gulls", "Ferry Steps", "Moorings", "Lamp Posts", "Quay Wall", "Old Pump"]
    titles += ["Gates", "Buoys", "Tide Tables", "Flagpole", "Hedges", "Harbour Book"]
    numbers = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]
    parts = "".join(
        f"{number}) {title}\n\n{'It was sent.' if number in ('ix', 'xii') else told}\n\n"
        for number, title in zip(numbers, titles, strict=True)
    )
    found = outline(f"3. Minutes\n\nApproved.\n\n4. Reports\n\n{parts}5. Next meeting\n\nIn June.")
    assert [number for number, _ in found] == ["3", "4", *(f"4({n})" for n in numbers), "5"]


def test_matters_arising_is_a_whole_heading() -> None:
    told = "The Clerk said that this had been dealt with and that no more was to be done.\n\n"
    found = outline(f"1. Minutes\n\nApproved.\n\n2. Matters Arising\n\nWeather Vane\n\n{told}")
    assert found == [("1", "Minutes"), ("2", "Matters Arising")]
    told = "The minutes of the meeting held in March.\n\nThey were approved by all of them.\n\n"
    assert (
        outline(f"1. Approval of Minutes\n\n{told}2. Planning\n\n{BODY}")[0][1]
        == "Approval of Minutes"
    )


@pytest.mark.parametrize(
    "agenda",
    [
        "9 10 11 12 13 14 15 16",  # it counts otherwise where it begins
        "11 12 13 13 14 15 16",  # it prints a number twice
    ],
)
def test_an_agenda_with_a_slip_is_front_matter_too(agenda: str) -> None:
    titles = ["Apologies", "Declarations", "Minutes", "Finance", "Premises", "Personnel"]
    listed = "\n\n".join(f"FGB {n}/2021 Business of the day" for n in agenda.split())
    text = "The clerk spoke at length of what had been done since the summer,\nand why it was.\n\n"
    record = "".join(f"FGB {n}/2021 {each}\n\n{text * 2}" for n, each in enumerate(titles, 11))
    (meeting,) = meetings(f"{HEAD}Agenda\n\n{listed}\n\n{record}")
    assert [item.title for item in meeting.items] == titles


def test_a_code_may_be_glued_to_its_heading() -> None:
    found = outline(f"FGB 11/2021Minutes\n\n{BODY}FGB 12/2021Finance\n\n{BODY}")
    assert found == [("FGB 11/2021", "Minutes"), ("FGB 12/2021", "Finance")]


def test_what_stands_behind_the_line_to_be_signed_is_of_no_item() -> None:
    schools = "".join(f"{n}. School on the {word} Hill\n\n" for n, word in enumerate("ABCDEFGH", 1))
    leads = "The schools involved share what they have learned and\nmeet in every term.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}2. Finance\n\n{BODY * 3}3. Next meeting\n\nIt will be in May.\n\n"
        f"Signed as a true record\n\nSharing Project\n\n{leads}{schools}"
    )
    assert found[-2:] == [("3", "Next meeting"), (None, "Sharing Project")]
    going_on = outline(
        f"1. Minutes\n\n{BODY}2. Finance\n\n{BODY}Signed: ______\n\nRoads and Lanes\n\n{BODY * 4}"
        f"3. Planning\n\n{BODY}"
    )
    assert [number for number, _ in going_on if number] == ["1", "2", "3"]


def test_a_letter_of_a_row_heads_no_item_of_its_own_whatever_it_names() -> None:
    told = "it was said that the matter\nhad been seen to by the Clerk in the meantime."
    listed = "".join(
        f"({letter}) {title} - {told}\n\n"
        for letter, title in zip("abcd", ["Pond", "Old Planning", "Signs", "Dogs"], strict=True)
    )
    found = outline(f"Matters Arising\n\n{listed}Accounts\n\n{BODY}")
    assert [number for number, _ in found] == [None, "a", "b", "c", "d", None]


def test_a_colon_tells_a_plain_heading_and_what_stands_behind_that_of_the_item_is_no_title() -> (
    None
):
    found = outline(
        f"1. Minutes\n\n{BODY}2. Matters Arising:No matters arising\n\nLamp Oil Rounds 2011/12:\n\n"
        f"{BODY}Second Ferry Bell:\n\n{BODY}Net Loft:\n\n{BODY}3. Planning\n\n{BODY}"
    )
    titles = ["Lamp Oil Rounds 2011/12", "Second Ferry Bell", "Net Loft"]
    assert found[2:5] == [("2", f"Matters Arising: {title}") for title in titles]


def test_in_minutes_without_numbers_plain_headings_tell_others() -> None:
    found = outline(
        f"Matters Arising\n\n{BODY}The Cemetery\n\n{BODY}Planning Matters\n\n{BODY}"
        f"Litter Pick\n\n{BODY}Hall Trust - declined\n\n{BODY}Other Business\n\n{BODY}"
    )
    titles = ["Matters Arising", "Planning Matters", "Litter Pick", "Other Business"]
    assert [title for _, title in found if title != "The Cemetery"] == titles


def test_a_remark_with_a_dash_heads_nothing_for_a_word_of_business() -> None:
    found = outline(
        f"Matters Arising\n\n{BODY}Wished for more allotments - too dear\n\n{BODY}"
        f"Planning Matters\n\n{BODY}"
    )
    assert [title for _, title in found] == ["Matters Arising", "Planning Matters"]


@pytest.mark.parametrize(
    ("printed", "title", "text"),
    [
        ("4. Declaration of Interest None", "Declaration of Interest", "None"),
        ("4. Appointment of R.F.O.: It was agreed.", "Appointment of R.F.O.", "It was agreed."),
        ("4. Appointment of R.F.O: It was agreed.", "Appointment of R.F.O", "It was agreed."),
        (
            "4. Consider note re proposed sale of the Slipway: It was read out.",
            "Consider note re proposed sale of the Slipway",
            "It was read out.",
        ),
        (
            "**4. News from the harbour trusts: Low Quay Trust –**",
            "News from the harbour trusts",
            "Low Quay Trust –",
        ),
        ("**4. Planning Permissions: -**", "Planning Permissions", "The members"),
    ],
)
def test_where_a_heading_ends_in_its_line(printed: str, title: str, text: str) -> None:
    (meeting,) = meetings(f"{HEAD}3. Minutes\n\n{BODY}{printed}\n\n{BODY}5. Planning\n\n{BODY}")
    item = meeting.items[1]
    assert item.title == title and item.paragraphs[0].text.startswith(text)


def test_the_next_meeting_in_one_line_is_an_item_of_its_own() -> None:
    found = outline(
        f"1. Minutes\n\n{BODY}2. Any Other Business\n\n{BODY}"
        "Date of next meeting: Wednesday 4th May 2011\n"
    )
    assert found[-1] == (None, "Date of next meeting")


def test_a_decimal_part_has_its_heading_above_short_entries_and_a_figure_behind_its_number() -> (
    None
):
    found = outline(
        f"8. Reports\n\n8.1 Clerk's Report\n\n* A new gate.\n\n* The hedge was cut.\n\n{BODY}"
        f"8.2 Nothing was heard from the ferryman.\n\nNone.\n\n8.3 2 Boat sheds and a jetty"
        f"\n\n{BODY}9. Planning\n\n{BODY}"
    )
    assert found[1:4] == [
        ("8.1", "Clerk's Report"),
        ("8.2", "Reports"),
        ("8.3", "2 Boat sheds and a jetty"),
    ]


def test_a_short_sentence_may_stand_below_a_heading_with_a_colon() -> None:
    found = outline(
        f"Matters Arising\n\n{BODY}Planning Matters\n\n{BODY}Action Group Progress:\n\n{BODY}"
        f"Regatta Steering:\n\nThis was told of above under the pond.\n\nBudget\n\n{BODY}"
    )
    assert (None, "Action Group Progress") in found and (None, "Regatta Steering") in found


def test_lists_that_each_count_from_one_below_their_heading_number_its_matters() -> None:
    matters = ["The gate had been mended by the Clerk.", "Two offers for the slipway had come in."]
    letters = ["Request for donation from the Hall. Agreed £20.", "Parking at the pond is bad."]
    listed = "\n\n".join(f"{n}. {text}" for n, text in enumerate(matters, 1))
    more = "\n\n".join(f"{n}. {text}" for n, text in enumerate([*letters, *matters], 1))
    text = f"MATTERS ARISING\n\n{listed}\n\nPAYMENTS\n\n{BODY}CORRESPONDENCE\n\n{more}\n"
    (meeting,) = meetings(HEAD + text)
    assert [(item.number, item.title) for item in meeting.items] == [
        (None, "MATTERS ARISING"),
        ("1", "MATTERS ARISING"),
        ("2", "MATTERS ARISING"),
        (None, "PAYMENTS"),
        (None, "CORRESPONDENCE"),
        *((str(n), "CORRESPONDENCE") for n in range(1, 5)),
    ]
    assert meeting.items[1].paragraphs[0].text == matters[0]
    # One list alone numbers no items of the meeting.
    one = outline(f"MATTERS ARISING\n\n{listed}\n\nPAYMENTS\n\n{BODY}CORRESPONDENCE\n\n{BODY}")
    assert ("2", "MATTERS ARISING") not in one


def test_a_deputation_behind_a_motion_and_other_matters_are_items_of_their_own() -> None:
    asked = (
        "I will move at the next Meeting that the lamp\nbeside the church be mended at last.\n\n"
    )
    found = outline(
        f"1. Minutes\n\n{BODY}2. Notice of Motion submitted by Councillor Barr\n\n{asked}{BODY}"
        f"Deputation from Quayside Arts Committee\n\n{BODY}Other Matters Raised\n\n{BODY}"
    )
    assert found[2:] == [
        (None, "Deputation from Quayside Arts Committee"),
        (None, "Other Matters Raised"),
    ]


def test_what_was_raised_at_the_end_of_the_agenda_is_of_no_item() -> None:
    asked = (
        "I will move at the next Meeting that the lamp\nbeside the church be mended at last.\n\n"
    )
    found = outline(
        f"1. Minutes\n\n{BODY}2. Notice of Motion submitted by Councillor Barr\n\n{asked}{BODY}"
        "The following items were raised at the completion of the Agenda:\n\n"
        f"{BODY}Mill Green\n\n{BODY}"
    )
    assert found[2:] == [
        (None, "The following items were raised at the completion of the Agenda"),
        (None, "Mill Green"),
    ]
    below = outline(
        f"1. Minutes\n\n{BODY}2. Roads\n\n{BODY}Other Matters Raised\n\n"
        f"At the conclusion of the Agenda the following items were raised with consent.\n\n{BODY}"
    )
    assert below[2:] == [(None, "Other Matters Raised")]


def test_a_bold_heading_below_a_worded_number_is_a_part_of_its_item() -> None:
    found = outline(
        f"Item 1: Minutes\n\n{BODY}**Matters Arising**\n\n{BODY}Item 2: Roads\n\n{BODY}"
        f"Item 3: Any other business\n\n{BODY}Date of Next Meeting: It will be in May.\n"
    )
    assert found[1] == ("1", "Minutes: Matters Arising")
    assert found[-1] == (None, "Date of Next Meeting")


def test_an_item_that_the_line_above_says_is_taken_is_one_out_of_its_order() -> None:
    told = "It was agreed that the Mayor would take Item No. 3 on the Agenda at this point.\n\n"
    found = outline(
        f"1. Minutes\n\n{BODY}{told}3. Regatta at Low Quay\n\n{BODY}2. Planning\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["1", "3", "2"]


def test_a_line_of_the_heading_that_is_printed_again_heads_nothing() -> None:
    name = "**HARBOUR AND REGATTA COMMITTEE**"
    (meeting,) = meetings(
        f"{name}\n\n{HEAD}1. Standing Orders\n\n{BODY}{name}\n\n{BODY}2. Roads\n\n{BODY}"
    )
    assert [item.title for item in meeting.items] == ["Standing Orders", "Roads"]


def test_a_part_that_begins_with_a_report_has_the_title_of_its_item() -> None:
    copy = "Circulated, copy of draft Minutes of the Meeting held in"
    found = outline(
        f"1. Adoption of Minutes\n\n(i) {copy} May 2016\n\n{BODY}(ii) {copy} June 2016\n\n{BODY}"
        f"2. Roads\n\n{BODY}"
    )
    assert found[1:3] == [("1(i)", "Adoption of Minutes"), ("1(ii)", "Adoption of Minutes")]


@pytest.mark.parametrize(
    ("rest", "title"),
    [
        ("Minutes It was agreed that they be signed.", "Minutes"),
        ("SALE OF THE OLD FERRY it was proposed that it be sold.", "SALE OF THE OLD FERRY"),
        ("Planning; Mr. A. Barr - two sheds at Low Farm, beside the hall.", "Planning"),
        (
            "Mr. Barr then spoke of the ice on the lane. He was thanked.",
            "Mr. Barr then spoke of the ice on the lane",
        ),
    ],
)
def test_a_heading_and_its_text_without_a_colon_between(rest: str, title: str) -> None:
    assert outline(f"1. Roads\n\n{BODY}2. {rest}\n\n{BODY}3. Trees\n\n{BODY}")[1] == ("2", title)


def test_two_letters_before_a_question_are_its_number_though_they_are_a_word() -> None:
    found = outline(
        f"6. Roads\n\n{BODY}To Question submitted by Councillor Barr\n\nI will ask at the next "
        f"Meeting when\nthe lamp is mended.\n\n{BODY}8. Question submitted by Councillor Corr\n\n"
        f"I will ask at the next Meeting when\nthe wall is mended.\n\n{BODY}"
    )
    assert found[1] == ("7", "Question submitted by Councillor Barr")


def test_a_question_with_the_number_of_the_next_has_its_own() -> None:
    asked = "I will ask at the next Meeting if the lamp\nbeside the church can be mended.\n\n"
    found = outline(
        f"3. Roads\n\n{BODY}4. Question submitted by Councillor Barr\n\n{asked}{BODY}"
        f"6. {asked}{BODY}6. {asked}{BODY}7. Planning\n\n{BODY}"
    )
    assert [number for number, _ in found] == ["3", "4", "5", "6", "7"]


def test_the_names_of_those_who_signed_head_nothing() -> None:
    found = outline(
        f"**The Harbour Wall**\n\n{BODY}**Barr, Corr, Dunn.**\n\n{BODY}**The Quay**\n\n{BODY}"
    )
    assert [title for _, title in found] == ["The Harbour Wall", "The Quay"]


def test_a_bold_heading_before_the_first_number_and_a_line_of_two_words_joined() -> None:
    found = outline(
        f"**Regatta Week 2018**\n\n{BODY}1. Minutes\n\n{BODY}2. Economic Development\n\n"
        f"Sailing/Rowing\n\nCirculated, report of the Director on the season.\n\n{BODY}"
    )
    assert found == [
        (None, "Regatta Week 2018"),
        ("1", "Minutes"),
        ("2", "Economic Development Sailing/Rowing"),
    ]


def test_the_letter_i_behind_h_is_no_numeral_though_its_part_counts_so() -> None:
    report = "Circulated, report of the chair of the committee on {},\ndated the 4th of May.\n\n"
    titles = [
        "Reports",
        "Grants",
        "Annual Report",
        "Markets",
        "Chair",
        "Dates",
        "Lorries",
        "Civic Hall",
    ]
    parts = "".join(
        f"({letter}) {title}\n\n{BODY}" for letter, title in zip("abcdefgh", titles, strict=True)
    )
    numerals = "".join(
        f"({n}) {report.format(w)}{BODY}" for n, w in (("i", "roads"), ("ii", "trees"))
    )
    found = outline(
        f"2. Minutes\n\n{BODY}3. Services\n\n{parts}(i) Committee Reports\n\n{numerals}"
        f"4. Roads\n\n{BODY}"
    )
    numbers = [number for number, _ in found]
    assert numbers[-4:] == ["3(i)", "3(i)(i)", "3(i)(ii)", "4"]


def test_a_presentation_behind_a_dash_is_of_the_heading_and_what_leads_to_a_list_is_not() -> None:
    told = "The chairperson opened the meeting at ten and thanked them all for coming to it."
    printed = [*HEAD.strip().split("\n\n"), "Item 1", "Minutes", told, "Item 2"]
    printed += ["Update on the Harbour – Presentation by Dr. Ann Lee.", told, "Item 3"]
    printed += ["Update on the Harbour Quay Initiative – Presentation by Dr. Bo Roe"]
    printed += [
        "Points raised by the speaker included:",
        "- The wall",
        "- The lamps",
        told,
    ]
    lines = tuple(Line(text, space_before=True) for text in printed)
    (meeting,) = build_meetings(Document("a.md", lines, wrapped=True))
    assert [(item.number, item.title) for item in meeting.items][1:] == [
        ("2", "Update on the Harbour – Presentation by Dr. Ann Lee"),
        ("3", "Update on the Harbour Quay Initiative – Presentation by Dr. Bo Roe"),
    ]


def test_a_heading_with_a_colon_goes_on_above_a_sentence() -> None:
    told = "Mr. Barr was asked by the members to tell them of what the office does in a year.\n\n"
    found = outline(
        f"2. Minutes\n\n{BODY}3.\n\nQuays and Planning:\n\nLow Harbour Office\n\n{told}"
        f"4. Payments for Approval:\n\nHobbs Ltd\n\nThe water company\n\n{BODY}"
    )
    assert found[1:] == [
        ("3", "Quays and Planning Low Harbour Office"),
        ("4", "Payments for Approval"),
    ]


def test_amendments_to_a_motion_are_told_apart_however_short_the_vote_on_each() -> None:
    found = outline(
        f"**The Harbour Wall**\n\n{BODY}First Amendment – Proposed by Councillor Barr\n\n{BODY}"
        f"Second Amendment – Proposed by Councillor Corr\n\nLost.\n\n**The Quay**\n\n{BODY}"
    )
    assert [title.partition(" –")[0] for _, title in found] == [
        "The Harbour Wall",
        "First Amendment",
        "Second Amendment",
        "The Quay",
    ]


def test_among_headings_in_capitals_one_without_a_number_is_an_item_too() -> None:
    found = outline(
        f"1. MINUTES\n\n{BODY}2. SALE OF THE OLD FERRY\n\n{BODY}3. ANY OTHER BUSINESS\n\n{BODY}"
        "STANDING ORDERS\n\nThe rules were set aside by those who were there until ten.\n\n"
        f"{BODY}"
    )
    assert found[-1] == (None, "STANDING ORDERS")
    mixed = outline(
        f"1. Minutes\n\n{BODY}2. Sale of the Old Ferry\n\n{BODY}WAY IN\n\nIt was seen.\n\n{BODY}"
    )
    assert len(mixed) == 2
