import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Cllr. Mary Hart, Mr. A. Reed and Dr. Okafor spoke for Mrs. T. O'Neill of St. Anne's.",
        "Proposed by Cllr. J. P. Byrne, seconded by P.C. Jones of Co. Fermanagh.",
        "The tender of Hobbs Ltd. for £1,234.50, i.e. 3.5 per cent. more, came at 7 p.m. sharp.",
        "The report (No. 12, see para. 4. and app. B) on s.106 and s. 52 money, e.g. paths.",
        "Resolved: (a) to write to the owner; (b) to ask for costs; (c) to report in Sept. 2019.",
        "Report No. FSD1234 and Ref. No. 19/00021/FULL were noted at 10 a.m. on 3 Feb. 2020.",
        'She asked "When will it open?" and was told "soon."',
        "The members of the Rev. Canon Doyle Trust, etc. were thanked.",
        "Cllr. Ml. Hart and Cllr. Wm. Reed agreed to go.",
        "Against: Councillors Hart, Reed, Okafor, Byrne and Lane. (5)",
        "1. To approve the minutes of the last meeting.",
        "(a) To approve the minutes.",
        "Item 4. The budget was approved.",
        "See www.example.org for the plan.",
        "She said that ... it was too late.",
    ],
)
def test_one_sentence_stays_one(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["The meeting closed at 9.45 p.m.", "Councillor Hart left."],
        ["It was in 2014.", "15 members were there."],
        ["It cost £20.", "“Too much,” said the Mayor."],
        ["Who pays?", "The Council!", "It was noted."],
        ["The work was given to Hobbs Ltd.", "The clerk will write."],
        ["See Appendix B.", "Members agreed."],
        ["The plan was refused.", "(The Mayor did not vote.)", "A break was taken."],
        ["1. To approve the report.", "2. To note the costs."],
        ["To do so at once.", "(b) To write again."],
        ["For: Councillors Hart, Reed and Lane. (3)", "The motion was carried."],
        ["To mend the road, the wall and the gate.", "(2) That the clerk write."],
        ["He said “No more.”", "They agreed."],
        ["Agreed: 1. To write.", "2. To call."],
        ["They asked for a bus shelter, a bin, etc.", "The clerk agreed."],
    ],
)
def test_sentences_are_parted(parts):
    assert sentences(" ".join(parts)) == parts


def test_a_lost_space_between_sentences_does_not_hide_the_end():
    assert sentences("The lamp is broken.The clerk will report it.") == [
        "The lamp is broken.",
        "The clerk will report it.",
    ]


def test_paragraphs_are_parted_even_without_a_full_stop():
    assert sentences("Road signs\nThe sign is down") == ["Road signs", "The sign is down"]


def test_a_label_or_a_marker_on_its_own_line_stays_with_the_next_line():
    assert sentences("RESOLVED:\nThat the plan be approved.\n(a)\nThe first part.") == [
        "RESOLVED:\nThat the plan be approved.",
        "(a)\nThe first part.",
    ]


def test_bullets_in_a_line_are_parted():
    assert sentences("Agreed: • to write • to call") == ["Agreed:", "• to write", "• to call"]


@given(st.text(alphabet="aB1. \n:;()“”?!…•AcmrsNo£", max_size=200) | st.text())
def test_spans_are_in_order_and_leave_out_only_white_space(text):
    spans = split_sentences(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


def test_a_blank_in_a_sum_ends_no_sentence() -> None:
    for text in ("The fee is £1,250. 00 a year.", "It cost £678. 09 and was paid."):
        assert split_sentences(text) == [(0, len(text))]
    assert len(split_sentences("It cost £50. 20 residents came.")) == 2
