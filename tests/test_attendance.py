"""Who was there."""

from ingest.attendance import parse_attendance


def test_names_stand_under_their_headings() -> None:
    attendance = parse_attendance(
        [
            "PRESENT IN THE CHAIR:",
            "Councillor Ada Quill, Mayor.",
            "MEMBERS PRESENT:",
            "Councillors Barr, Corr (J) and Ó Dálaigh.",
            "OFFICIALS IN ATTENDANCE:",
            "Director, Roads (Mr. T. Lane), Meetings Administrator (Ms. U. Nye).",
            "An apology for her inability to attend was received from Councillor Ennis.",
        ]
    )
    assert {"Barr", "Corr (J)", "Ó Dálaigh", "Ada Quill"} <= set(attendance.present)
    assert attendance.in_attendance == ("Mr. T. Lane", "Ms. U. Nye")
    assert attendance.apologies == ("Ennis",)


def test_names_on_the_line_of_their_heading() -> None:
    attendance = parse_attendance(
        ["Present: Mrs A Quill (Chair), Mr B Barr and Miss C Corr.", "Apologies: D Dunne"]
    )
    assert attendance.present == ("A Quill (Chair)", "B Barr", "C Corr")
    assert attendance.apologies == ("D Dunne",)


def test_sentences_are_not_names() -> None:
    attendance = parse_attendance(["Present:", "The Mayor said that the meeting was quorate."])
    assert attendance.present == ()


def test_columns_of_a_table_are_read_under_their_headings() -> None:
    attendance = parse_attendance(
        [
            "Present | | Apologies",
            "Mrs. Ada Quill (Chair) | Mr. Ben Barr | Miss Cora Dunne",
            "Mrs. Eve Finch",
            "(Headteacher) | Mr. Gil Hale | In attendance",
            "Dr. Ivy Jay | | Ms. Kay Lane (clerk)",
        ]
    )
    assert attendance.present == (
        "Ada Quill (Chair)",
        "Ben Barr",
        "Eve Finch (Headteacher)",
        "Gil Hale",
        "Ivy Jay",
    )
    assert attendance.apologies == ("Cora Dunne",)
    assert attendance.in_attendance == ("Kay Lane (clerk)",)


def test_a_column_of_something_else_and_a_later_table_give_no_names() -> None:
    attendance = parse_attendance(
        [
            "Members present | Portfolio",
            "Councillor Ada Quill | Deputy Leader",
            "Item | Action",
            "Street Lights | Ben Barr",
        ]
    )
    assert attendance.present == ("Ada Quill",)


def test_columns_that_the_headings_do_not_tell_apart_give_no_names() -> None:
    attendance = parse_attendance(["Present | Apologies", "Ada Quill | Ben Barr | Cora Dunne"])
    assert attendance.present == attendance.apologies == ()


def test_a_heading_beside_the_first_row_goes_on_below_it() -> None:
    attendance = parse_attendance(["Present: | Ada Quill | AQ | Ben Barr", "Cora Dunne | CDu"])
    assert attendance.present == ("Ada Quill", "Ben Barr", "Cora Dunne")


def test_sentences_say_who_came_and_who_did_not() -> None:
    attendance = parse_attendance(
        [
            "Apologies: Councillor Ada Quill sent an apology. Present: Councillors Ben Barr "
            "(Chair) and Cora Dunne. Councillor Eve Finch attended as leader of her group.",
            "Apologies were received from Councillors Gil Hale and Ivy Jay. Councillor Kay Lane "
            "left the meeting at 8.20 pm.",
            "Councillors Lou Moss and Nan Orr were present.",
        ]
    )
    assert attendance.present == ("Ben Barr (Chair)", "Cora Dunne", "Lou Moss", "Nan Orr")
    assert attendance.apologies == ("Ada Quill", "Gil Hale", "Ivy Jay")


def test_officers_named_in_the_same_paragraph_are_in_attendance() -> None:
    attendance = parse_attendance(["Present: Councillors A Barr; B Corr. Officers: Mr. Cope."])
    assert attendance.present == ("A Barr", "B Corr")
    assert attendance.in_attendance == ("Cope",)


def test_nobody_is_no_name() -> None:
    assert parse_attendance(["Apologies: None."]).apologies == ()


def test_a_table_of_the_year_is_read_in_the_column_of_this_meeting() -> None:
    table = [
        "04/10/2021 | 1 5/11/2021 17/01/2022 | 7/03/2022",
        "GOVERNOR ATTENDANCE",
        "Ann Lee | P | P S | P",
        "Bob Roe | P | P L | P",
        "Cat Poe | P | P P | A",
        "Dan Fox | P | P | P",
        "P – Present S – Sanctioned",
        "A – Absent L – Late arrival",
    ]
    third = parse_attendance(table, "2022-01-17")
    assert third.present == ("Bob Roe", "Cat Poe")
    assert third.apologies == ("Ann Lee",)  # which meeting Dan Fox missed cannot be known
    assert parse_attendance(table, "2022-03-07").present == ("Ann Lee", "Bob Roe", "Dan Fox")
    assert parse_attendance(table, "2022-05-09").present == ()


def test_a_table_of_the_year_with_offices_before_the_dates() -> None:
    table = [
        "Type | End of Term | 14/1 0/20 19 | 09/1 2/20 19 | 03/02/2020",
        "ANN LEE | Head | Ex-officio | P | S | P",
        "BOB ROE | Parent | 10/2022 | P | P",
        "P – Present S – Sanctioned",
    ]
    assert parse_attendance(table, "2019-12-09").present == ("BOB ROE",)
    assert parse_attendance(table, "2019-12-09").apologies == ("ANN LEE",)


def test_an_office_behind_a_name_is_nobody_and_a_missing_comma_loses_nobody() -> None:
    found = parse_attendance(
        ["Present in the chair:", "Councillor E Ryan, Deputy Mayor.", "Apologies: Ms Poe, Clerk"]
    )
    assert (found.present, found.apologies) == (("E Ryan",), ("Poe",))
    found = parse_attendance(["Present: Councillors D Lee (Chair) R Roe, M Poe (Vice Chair)"])
    assert found.present == ("D Lee (Chair)", "R Roe", "M Poe (Vice Chair)")


def test_those_attending_are_present_without_a_colon() -> None:
    found = parse_attendance(["Those attending Mr M. Moss, Mrs T Mann, Mr S Rand"])
    assert found.present == ("M. Moss", "T Mann", "S Rand")


def test_names_before_a_sentence_of_apology_stand_under_the_heading_above_it() -> None:
    attendance = parse_attendance(
        [
            "MEMBERS PRESENT:",
            "Councillors Barr, Corr (J) and Dunne. An apology for her inability to attend was "
            "received from Councillor Ennis.",
        ]
    )
    assert attendance.present == ("Barr", "Corr (J)", "Dunne")
    assert attendance.apologies == ("Ennis",)


def test_an_office_without_a_name_sends_no_apology_by_name() -> None:
    attendance = parse_attendance(
        [
            "Members present:",
            "Councillors Barr and Corr.",
            "Apologies were received from the Director of Leisure, Arts and Emergency Services, "
            "the Clerk (Ms. U. Nye) and Councillor Ennis.",
        ]
    )
    assert attendance.present == ("Barr", "Corr")
    assert "Ennis" in attendance.apologies
    assert not any("Services" in name or name == "Leisure" for name in attendance.apologies)


def test_names_are_told_apart_without_commas_too() -> None:
    listed = "Present: A. Quill - Chairman: B. Barr, Mrs. Corr. Mrs. Dunne, F. Hale - Vice-Chairman"
    assert parse_attendance(
        [f"{listed}, M/s Jay and K. Lane together with six members."]
    ).present == (
        "A. Quill - Chairman",
        "B. Barr",
        "Corr",
        "Dunne",
        "F. Hale - Vice-Chairman",
        "Jay",
        "K. Lane",
    )
    given = "Those attending: Cllr Mrs A Quill (Chair) B Barr Clerk C Corr. 4 members of the public"
    assert parse_attendance([given]).present == ("A Quill (Chair)", "B Barr", "C Corr")
    assert parse_attendance(["Present: Mrs C Corr (Clerk) 6 residents"]).present == (
        "C Corr (Clerk)",
    )


def test_a_name_over_two_lines_is_one() -> None:
    lines = ["Present: Cllr B Barr, Cllr Mrs C", "Corr, Cllr D Dunne"]
    assert parse_attendance(lines).present == ("B Barr", "C Corr", "D Dunne")


def test_what_stands_behind_a_name_does_not_lose_it() -> None:
    opening = ["Present- Cllr Quill in the chair, Ben Barr BB, Cora Corr {RDC} (CC)"]
    opening += ["Apologies: Cllr Dunne who has now moved away. The clerk was asked to write."]
    attendance = parse_attendance(opening)
    assert attendance.present == ("Quill", "Ben Barr", "Cora Corr (RDC)")
    assert attendance.apologies == ("Dunne",)


def test_the_heading_of_a_row_may_stand_in_its_first_cell() -> None:
    rows = ["Present Ada Quill | AQ | Ben Barr | BB", "Cora Corr | CC | Dan Dunne | DD"]
    names = ("Ada Quill", "Ben Barr", "Cora Corr", "Dan Dunne")
    assert parse_attendance(rows).present == names


def test_the_public_and_visitors_are_not_members() -> None:
    listed = "Present: Chairman Cllr Mrs Quill, Cllr Barr. Members of the public - Mr A. Corr"
    attendance = parse_attendance([listed, "Visitors: Dan Dunne", "Clerked by | Eve Finch"])
    assert attendance.present == ("Quill", "Barr")
    assert attendance.in_attendance == ("A. Corr", "Dan Dunne", "Eve Finch")


def test_papers_are_nobody() -> None:
    opening = ["Present: A Quill, B Barr", "Papers sent to members: Standing Orders, Tree Survey"]
    assert parse_attendance(opening).present == ("A Quill", "B Barr")


def test_names_before_and_behind_a_sentence_stand_under_their_heading() -> None:
    opening = ["Present: A Quill and 2 residents. Mr B Barr and Mrs C Corr were also present."]
    opening.append("Apologies: Cllr D Dunne\nApologies were also received from Cllr E Finch")
    attendance = parse_attendance(opening)
    assert attendance.present == ("A Quill", "B Barr", "C Corr")
    assert set(attendance.apologies) == {"D Dunne", "E Finch"}


def test_capitals_part_a_heading_from_its_names_without_a_colon() -> None:
    attendance = parse_attendance(
        ["PRESENT Mr. Roe (Chairman), Mrs. Quill and Messrs B. Barr, C. Corr. APOLOGIES Mr. Dunne."]
    )
    assert attendance.present == ("Roe (Chairman)", "Quill", "B. Barr", "C. Corr")
    assert attendance.apologies == ("Dunne",)
    told = parse_attendance(["PRESENT IN THE CHAIR: Councillor Quill", "PRESENT Nobody knows."])
    assert told.present == ("Quill",)
