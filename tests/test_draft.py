"""The sentences and tags of a model's stream, however it is cut and its tags are written."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.draft import Draft, DraftReader, is_none, make_tags, prompt

TAGS = ("k7m3p", "r4t8x", "b2c9d")


def read(pieces: list[str]) -> list[Draft]:
    reader = DraftReader(TAGS)
    found = [draft for piece in pieces for draft in reader.feed(piece)]
    return found + reader.finish()


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in pairwise(edges)]


SENTENCES = (
    "The lamps were mended",
    "Cllr. Hart moved it at 7.30 p.m. on 2 July",
    "It cost €1,200.50 (plus V.A.T.)",
    "“Not now,” said Mrs. A. Reed",
    "Members agreed to ask St. Anne's (see report ED15073) for help",
)
GROUPS = (
    "[{}]",
    " [{}]",
    "[ {} ]",
    "[[{}]]",
    "【{}】",
    "({})",
    " (source: {})",
    " {}",
    "[^{}]",
    "[{}]",
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[str, list[Draft]]:
    """Sentences with tags in any form, before or behind the full stop, and what must be read."""
    text, expected = "", []
    for sentence in draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5)):
        sources = draw(st.lists(st.sampled_from(range(3)), min_size=1, max_size=3, unique=True))
        form = draw(st.sampled_from(GROUPS))
        names = [TAGS[s].upper() if draw(st.booleans()) else TAGS[s] for s in sources]
        unknown = draw(st.sampled_from(["", "[1]", " [zz9zz]", "[k7m3q]", " [see above]"]))
        joined = draw(st.sampled_from([", ", "; ", " "]))
        written = unknown + (
            form.format(joined.join(names))
            if draw(st.booleans())
            else "".join(form.format(name) for name in names)
        )
        stop = draw(st.booleans())
        text += f"{sentence}{written}." if stop else f"{sentence}.{written}"
        text += draw(st.sampled_from([" ", "\n", "\n\n", "\n- "]))
        expected.append(Draft(f"{sentence}.", tuple(sources)))
    return text, expected


@settings(max_examples=300, deadline=None)
@given(answers(), st.lists(st.integers(0, 10_000), max_size=40))
@example(
    (
        "The lamps were mended. k7m3p, r4t8x The lamps were mended.[k7m3p] ",
        [Draft("The lamps were mended.", (0, 1)), Draft("The lamps were mended.", (0,))],
    ),
    [],
)
def test_sentences_and_tags_are_read_whatever_the_cut_the_brackets_and_the_spacing(
    answer: tuple[str, list[Draft]], places: list[int]
) -> None:
    text, expected = answer
    assert read(cut(text, places)) == expected


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="ab. \n[]()【】k7m3pr4t8x!?<>*1,", max_size=80),
    st.lists(st.integers(0, 100), max_size=30),
)
def test_any_text_reads_the_same_however_it_is_cut(text: str, places: list[int]) -> None:
    whole = read([text])
    assert read(cut(text, places)) == whole
    for draft in whole:
        assert not re.search(r"[\[\]【】]", draft.text)
        assert all(tag not in re.findall(r"[a-z0-9]+", draft.text.casefold()) for tag in TAGS)
        assert set(draft.sources) <= {0, 1, 2}


def test_a_sentence_is_given_out_before_the_next_one_is_complete() -> None:
    reader = DraftReader(TAGS)
    assert reader.feed("The lamps were mended. [k7m3p]") == []
    assert reader.feed(" The ") == [Draft("The lamps were mended.", (0,))]


def test_what_a_model_thinks_aloud_is_left_out() -> None:
    text = "<think>Perhaps [k7m3p]. Or not.</think>The lamps were mended [r4t8x]."
    for pieces in ([text], list(text)):
        assert read(pieces) == [Draft("The lamps were mended.", (1,))]
    assert read(["<think>It never ends [k7m3p]."]) == []


def test_no_text_can_hold_a_tag_beforehand() -> None:
    texts = [f"[{a}2{b}3{c}]" for a in "bcdfg" for b in "hjkmn" for c in "pqrst"]
    tags = make_tags(50, texts)
    assert len(set(tags)) == 50
    assert not any(tag in text for tag in tags for text in texts)


def test_passages_that_do_not_fit_are_left_out_whole() -> None:
    passages = [("Heading", "short one"), ("Heading", "long " * 3000), ("Heading", "short two")]
    messages, tags, sent = prompt("Who?", passages, context=1500)
    assert sent == (0, 2) and len(tags) == 2
    text = messages[1][1]
    assert "short one" in text and "short two" in text and "long" not in text
    assert all(text.count(f"passage {tag}>") == 2 for tag in tags)
    assert prompt("Who?", passages, context=700)[2] == ()


def test_a_model_that_finds_nothing_says_none() -> None:
    assert is_none("NONE") and is_none(" None. ") and is_none("**NONE** [k7m3p]")
    assert not is_none("None of the members voted against.") and not is_none("")
