"""Votes recorded by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.ballots import ballots, in_words, nearest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "A vote was taken:\nFor\nCouncillors Wick, Hale (J) and Roe. (3)\n"
            "Against\nCouncillors Lee and Pym (2)\nThe motion was carried.",
            "For: 3; against: 2",
        ),
        (
            "FOR THE AMENDMENT: Cllrs Wick, Hale (2) AGAINST THE AMENDMENT: Cllr Roe (1) "
            "Abstentions: Cllr Lee (1)",
            "For the amendment: 2; against the amendment: 1; abstentions: 1",
        ),
        (
            "For Councillor Hale (K)\nCouncillors Wick, Hale (K), Roe. (3)\n"
            "For Councillor Lee\nCouncillors Lee, Pym (2)",
            "For Councillor Hale (K): 3; for Councillor Lee: 2",
        ),
        (
            "For the Motion\nCouncillors Wick and Hale.\nAgainst the Motion\nCouncillors Roe, Lee, "
            "Pym. It was agreed that the motion was lost.",
            "For the Motion: Wick and Hale; against the Motion: Roe, Lee, Pym",
        ),
        (
            "For: Cllrs Aa, Bb, Cc, Dd, Ee, Ff, Gg, Hh, Ii, Jj, Kk, Ll and Mm. Against: Cllr Nn.",
            "For: 13, counted from the names; against: Nn",
        ),
        (
            "For (3): Councillors Wick, Hale and Roe.\nAgainst (2): Councillors Lee and Pym.\n"
            "Abstained (1): Councillor Nye.",
            "For: 3; against: 2; abstained: 1",
        ),
    ],
)
def test_the_sides_of_a_recorded_vote_are_counted(text: str, said: str) -> None:
    (vote,) = ballots(text)
    assert in_words(vote) == said
    for side in vote:
        printed = text[side.start : side.end]
        assert printed.endswith((f"({side.count})", side.names) if side.count else side.names)


@pytest.mark.parametrize(
    "text",
    [
        "For\nCouncillors Wick and Hale (2)\nThe meeting rose.",
        "For\nCouncillors Wick and Hale (2)\nAgainst\nMembers who left.\nAbstained\nCllr Lee (1)",
        "Against\nCouncillors Wick and Hale (2)\nAbstentions\nCllr Lee (1)",
        "Money for Councillors (3) and against fraud (4)",
    ],
    ids=["one side", "a side that is neither counted nor named", "nobody for it", "no heading"],
)
def test_a_vote_of_which_a_side_is_missing_is_not_counted(text: str) -> None:
    assert ballots(text) == []


def test_of_two_votes_the_nearer_is_meant() -> None:
    one = "For\nCllrs Wick, Hale (2)\nAgainst\nCllr Roe (1)\n"
    text = (
        f"On the amendment:\n{one}It fell. {'Members spoke for and against. ' * 12}\nMotion:\n{one}"
    )
    votes = ballots(text)
    assert len(votes) == 2
    at = text.rindex("Motion:")
    assert nearest(votes, at, at + 7) == votes[1]
    assert nearest([], 0, 5) is None


@given(st.text(alphabet="For AgainstCllr.()12:\n", max_size=200))
def test_any_text_has_votes_within_it(text: str) -> None:
    for vote in ballots(text):
        assert 0 <= vote[0].start < vote[-1].end <= len(text)
