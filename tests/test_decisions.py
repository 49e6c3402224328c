"""What was decided, and what only sounds like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decisions import parse_decisions
from ingest.model import Decision, Paragraph, Vote


def decide(*texts: str) -> tuple[Decision, ...]:
    return parse_decisions([Paragraph(text) for text in texts])


def test_a_formal_resolution_has_proposer_seconder_and_text() -> None:
    (decision,) = decide(
        "Proposed by Councillor Quill (M);",
        "Seconded by Councillor Ó Dálaigh;",
        "And Resolved:",
        "“That the draft Minutes be adopted.”",
        "The Mayor thanked the Members.",
    )
    assert decision.kind == "resolved"
    assert decision.text == "“That the draft Minutes be adopted.”"
    assert (decision.proposer, decision.seconder) == (
        "Councillor Quill (M)",
        "Councillor Ó Dálaigh",
    )
    assert decision.paragraph == 3


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("It was agreed to defer the item to the June meeting.", "deferred"),
        ("Following discussion it was unanimously agreed that the wall be rebuilt.", "agreed"),
        ("RESOLVED that the accounts be approved.", "resolved"),
        ("The Committee recommended that the fee be waived.", "recommended"),
        ("The report was noted by the Members.", "noted"),
        ("The Mayor declared the Motion defeated.", "lost"),
        ("The motion was withdrawn.", "withdrawn"),
        ("The motion was carried by 10 votes to 3.", "agreed"),
        (
            "It was agreed, on the proposal of Cllr Barr, that the item be deferred to May.",
            "deferred",
        ),
        ("It was suggested and agreed that the pond be dredged.", "agreed"),
        ("The Motion was seconded by Cllr Corr and agreed.", "agreed"),
        ("The position was noted by the Members.", "noted"),
        ("The fence was left over to the next meeting.", "deferred"),
        ("Mrs Corr was duly elected Chairman.", "agreed"),
        ("The Mayor declared Councillor Barr appointed to the Harbour Board.", "agreed"),
        ("A discussion followed, after which it was agreed to sell the mower.", "agreed"),
        ("It was therefore agreed to sell the mower.", "agreed"),
        ("It was agreed by all present to sell the mower.", "agreed"),
        ("All Cllrs agreed to the sale.", "agreed"),
        ("All agreed this was well said.", "agreed"),
        ("The bills were read out and accepted for payment.", "agreed"),
        ("Approved & put in the book.", "agreed"),
        ("Refusal recommended by four of the five.", "recommended"),
        ("The survey was discussed and it was agreed by 4 to 1 to go on.", "agreed"),
        ("The rates and the hedge were discussed and resolved to raise both by £2.", "agreed"),
        ("The Clerk was asked for a view, it was agreed to write to the owner.", "agreed"),
        ("Councillors agreed that £50 be given if the barn is mended.", "agreed"),
        ("Suggested changes to the lease were agreed.", "agreed"),
        ("The revised Code and the rota were adopted.", "agreed"),
        ("Seconded Cllr Barr, all agreed.", "agreed"),
    ],
)
def test_an_outcome_told_in_a_sentence(sentence: str, kind: str) -> None:
    (decision,) = decide(sentence)
    assert (decision.kind, decision.text) == (kind, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr Barr agreed with the previous speaker.",
        "It had been agreed at the previous meeting to rebuild the wall.",
        "The Clerk stated that it was agreed to pay the bill.",
        "Councillor Quill proposed that the Motion be rejected.",
        "Approved by the Borough: 3 High Street.",
        "It was noted that the tree had fallen.",
        "The dispute was resolved by a new fence.",
        "Mr Barr thanked them for the grant which the Council approved in May.",
        "The survey must be done before the works in the motion were carried out.",
        "Members were told of a site meeting at which it was agreed to fell the elm.",
        "The meeting was advised that the plan was adopted by the County.",
        "Mrs Corr was elected Chairman in 1998.",
        "At the AGM a new treasurer was appointed.",
        "If the motion were carried, the scheme adopted in May would be reviewed.",
        "The price was agreed by the two farmers.",
        "Mr Barr asked whether it was agreed to sell the mower.",
    ],
)
def test_what_only_sounds_like_a_decision_is_none(sentence: str) -> None:
    assert decide(sentence) == ()


def test_a_vote_by_name_belongs_to_the_decision_below_it() -> None:
    (decision,) = decide(
        "A vote was taken which resulted as follows:",
        "For",
        "Councillors Barr, Corr and Dunne (3)",
        "Against",
        "Councillor Ennis (1)",
        "Abstentions",
        "Councillor Foy (1)",
        "The Mayor declared the motion carried.",
    )
    assert decision.vote == Vote(3, 1, 1)


def test_of_two_recorded_votes_each_counts_only_for_the_outcome_just_below_it() -> None:
    ballot = ["For", "Councillors Barr and Corr (2)", "Against", "Councillor Ennis (1)"]
    decisions = decide(*ballot, "The motion was carried.", *ballot, "The amendment was carried.")
    assert [decision.vote for decision in decisions] == [Vote(2, 1), Vote(2, 1)]
    apart = decide(*ballot, *ballot, "They spoke again.", "The amendment was carried.")
    assert [decision.vote for decision in apart] == [None]


def test_a_vote_with_abstentions_that_are_not_counted_is_not_given() -> None:
    ballot = ["For", "Councillors Barr and Corr (2)", "Against", "Councillor Ennis (1)", "Abstain"]
    (decision,) = decide(*ballot, "Councillor Dunn", "The motion was carried.")
    assert decision.vote is None
    (decision,) = decide(*ballot, "Councillor Dunn", "(1) The motion was carried.")
    assert decision.vote == Vote(2, 1, 1)


@pytest.mark.parametrize(
    "texts",
    [
        ("The minutes of the last meeting were approved. Approval – proposed RW, seconded DN.",),
        (
            "The minutes of the meeting held on 5 July were approved.",
            "Proposed by RW seconded by DN.",
        ),
        ("The Council agreed that the wall be rebuilt. (Proposed by RW, seconded by DN)",),
        ("The minutes were approved. There was a slip in item 3. Proposed by RW seconded by DN.",),
        ("RW proposed that the mower be sold. This proposal was seconded by DN and agreed.",),
    ],
)
def test_who_proposed_may_be_told_after_the_outcome(texts: tuple[str, ...]) -> None:
    (decision,) = decide(*texts)
    assert (decision.kind, decision.proposer, decision.seconder) == ("agreed", "RW", "DN")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("b. Attendance Policy - agreed", "agreed"),
        ("d. Health Policy – deferred to the March meeting.", "deferred"),
        ("7) Review visit update. To be deferred to the next meeting", "deferred"),
        ("d. Meeting dates. Agreed", "agreed"),
        ("The proposed structure was adopted.", "agreed"),
        ("It was decided to leave a decision on this until the next meeting.", "deferred"),
        ("The Committee noted the work programme update.", "noted"),
    ],
)
def test_an_outcome_at_the_end_of_an_entry(text: str, kind: str) -> None:
    assert [decision.kind for decision in decide(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "The following policies were agreed/ratified as shown:",
        "The following were approved and/or recommended to the board for approval:",
        "• Agreed procedure for the award of grants had not been put in place.",
    ],
)
def test_a_heading_that_may_mean_either_outcome_is_no_decision(text: str) -> None:
    assert decide(text) == ()


def test_the_irish_formula_is_a_resolution() -> None:
    (decision,) = decide(
        "Molta ag Councillor Quill;",
        "Cuidiú ag Councillor Barr;",
        "Agus an Cinneadh:",
        "“That the permission be granted.”",
    )
    assert decision.kind == "resolved"
    assert (decision.proposer, decision.seconder) == ("Councillor Quill", "Councillor Barr")


def test_a_motion_quoted_below_its_outcome_is_part_of_the_decision() -> None:
    (decision,) = decide(
        "On the proposal of Cllr Barr it was unanimously agreed :",
        "“That the pond be dredged;",
        "and that the Clerk seek quotations.”",
        "Cllr Corr spoke.",
    )
    assert decision.text.endswith(
        "agreed :\n“That the pond be dredged;\nand that the Clerk seek quotations.”"
    )


def test_who_proposed_may_stand_at_the_end_of_the_paragraph_before_the_resolution() -> None:
    agreed, resolved = decide(
        "It was agreed to repair the wall. Proposed by Councillor Barr;",
        "Seconded by Councillor Corr;",
        "And Resolved:",
        "“That the plan be adopted.”",
    )
    assert (agreed.kind, agreed.proposer) == ("agreed", None)
    assert (resolved.proposer, resolved.seconder) == ("Councillor Barr", "Councillor Corr")


def test_two_outcomes_in_one_sentence_are_no_decision() -> None:
    assert decide("The first motion was lost and the second motion was withdrawn.") == ()


def test_lettered_parts_below_a_resolution_are_its_parts() -> None:
    (decision,) = decide("RESOLVED that:", "(a) the report be noted; and", "(b) the fee be paid.")
    assert decision.parts == ("(a) the report be noted; and", "(b) the fee be paid.")


def test_proposer_and_seconder_in_a_sentence() -> None:
    (decision,) = decide(
        "On the proposal of Cllr. Barr, seconded by Cllr. Corr, it was agreed to meet in May."
    )
    assert (decision.proposer, decision.seconder) == ("Cllr. Barr", "Cllr. Corr")


@given(st.lists(st.text(max_size=120), max_size=8))
def test_decisions_are_made_of_any_text_in_order(texts: list[str]) -> None:
    decisions = decide(*texts)
    assert [each.paragraph for each in decisions] == sorted(each.paragraph for each in decisions)


def test_what_is_proposed_is_nobody_and_neither_is_a_month() -> None:
    (decision,) = decide("It was agreed to visit the proposed Mill Lane path.")
    assert (decision.proposer, decision.seconder) == (None, None)
    (decision,) = decide("The minutes of the meeting of 2nd December were approved.")
    assert decision.seconder is None
    (decision,) = decide("It was agreed to sell the mower (proposed A. Barr, 2nd C. Corr).")
    assert (decision.proposer, decision.seconder) == ("A. Barr", "C. Corr")


@pytest.mark.parametrize(
    "bare", ["Agreed", "Unanimously agreed.", "This was agreed by all present."]
)
def test_a_bare_outcome_comes_with_what_was_agreed(bare: str) -> None:
    before = "Cllr Barr proposed a new mower, seconded by Cllr Corr."
    (decision,) = decide(f"The mower is old. {before} {bare}")
    assert decision.text == f"{before} {bare}"
    assert (decision.proposer, decision.seconder) == ("Cllr Barr", "Cllr Corr")


def test_movers_of_the_decision_before_are_no_decision_of_their_own() -> None:
    (decision,) = decide(
        "The minutes were approved. Proposed Cllr Barr, seconded Cllr Corr, all agreed."
    )
    assert decision.text == "The minutes were approved."
    assert (decision.proposer, decision.seconder) == ("Cllr Barr", "Cllr Corr")


def test_who_moved_a_decision_with_parts_below_is_told_in_its_own_sentence() -> None:
    moved = "On the proposal of Cllr Barr, seconded by Cllr Corr, the following was agreed:"
    (decision,) = decide(
        f"The pond was looked at. {moved}", "(a) to dredge it;", "(b) to fence it."
    )
    assert decision.parts == ("(a) to dredge it;", "(b) to fence it.")
    assert (decision.proposer, decision.seconder) == ("Cllr Barr", "Cllr Corr")
