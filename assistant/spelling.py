"""A word that the index does not have -> the nearest that it has."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ingest.tokens import fold, tokenize

if TYPE_CHECKING:
    from ingest.index import Index

SHORTEST = 4  # letters of a word that is read otherwise than it is written
SECOND_SLIP = 8  # letters from which two slips are forgiven, not one
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Near(NamedTuple):
    """A word of the index as it stands in the minutes, and its stem."""

    word: str
    token: str


def nearest_word(index: Index, typed: str) -> Near | None:
    """The word of the index that is one slip away from an unknown one, two from a long one.

    A slip is a letter too many, too few or wrong, or two that changed places (Damerau 1964, optimal
    string alignment). Of several the one with the same beginning, then the more frequent.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if not _WORD.fullmatch(typed) or len(typed) < SHORTEST:
        return None
    tokens = tokenize(typed)
    if len(tokens) != 1:
        return None
    whole = fold(typed)
    slips = 1 + (len(whole) >= SECOND_SLIP)
    found = [
        near
        # A slip may have led the stemmer astray: "comunity" is cut to "comun".
        for form in {tokens[0], whole[:-1] + "i" if whole.endswith("y") else whole}
        for near in process.extract(
            form, index.words_of_letters, scorer=OSA.distance, score_cutoff=slips, limit=10
        )
    ]
    if not found:
        return None
    best = min(
        found,
        key=lambda near: (near[1], near[0][0] != whole[0], -len(index.postings(near[0])), near[0]),
    )[0]
    return Near(_written(index, best), best)


def respell(text: str, index: Index, is_word: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """A question with its slips mended, and each as "read X as Y".

    Only words are touched that the index does not have at all and that are no words otherwise:
    people ask in words of their own.
    """
    told: list[str] = []

    def mend(match: re.Match[str]) -> str:
        typed = match.group(0)
        tokens = tokenize(typed)
        known = not tokens or any(len(index.postings(token)) for token in tokens)
        if known or is_word(typed) or (near := nearest_word(index, typed)) is None:
            return typed
        told.append(f"searched for “{near.word}” instead of “{typed}”")
        return near.word

    return _WORD.sub(mend, text), tuple(told)


def _written(index: Index, token: str) -> str:
    """A word of the minutes that has this stem; the stem itself where none is found."""
    rows = index.postings(token)
    if not len(rows):
        return token
    passage = index.passages([index.passage_ids[int(rows[0])]])[0]
    for match in _WORD.finditer(f"{passage.text} {passage.heading}"):
        if tokenize(match.group(0)) == [token]:
            return match.group(0)
    return token
