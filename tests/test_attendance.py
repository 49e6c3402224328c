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
