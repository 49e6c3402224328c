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
# In a question, which people ask in words of their own, less is forgiven: a word of six letters
# with a stem of five, one slip but not in its first letter, and a word that three passages have. Of
# 1,164 questions of the train sets 10 are respelled so, 9 of them rightly; by the rule of look-ups
# 43 were, about 30 of them into another word (November 2026).
CERTAIN, CERTAIN_STEM, COMMON = 6, 5, 3
LOOKED_AT = 10  # passages that are searched for the way in which a word is written
_ENDINGS = re.compile(r"(?:s|es|d|ed|ing|er|y|ly|n?ing|t?ing)$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Near(NamedTuple):
    """A word of the index as it stands in the minutes, and its stem."""

    word: str
    token: str


def nearest_word(index: Index, typed: str, *, certain: bool = False) -> Near | None:
    """The word of the index that is one slip away from an unknown one, two from a long one.

    `certain`: one slip alone, and none in the first letter.

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
    slips = 1 + (len(whole) >= SECOND_SLIP and not certain)
    found = [
        near
        # A slip may have led the stemmer astray: "comunity" is cut to "comun".
        for form in {tokens[0], whole[:-1] + "i" if whole.endswith("y") else whole}
        for near in process.extract(
            form, index.words_of_letters, scorer=OSA.distance, score_cutoff=slips, limit=10
        )
    ]
    if certain:
        found = [
            near
            for near in found
            if near[0][0] == whole[0]
            and len(near[0]) >= CERTAIN_STEM
            and len(index.postings(near[0])) >= COMMON
        ]
    if not found:
        return None
    best = min(
        found,
        key=lambda near: (near[1], near[0][0] != whole[0], -len(index.postings(near[0])), near[0]),
    )[0]
    return Near(_written(index, best, whole), best)


def respell(text: str, index: Index, is_word: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """A question with its slips mended, and what was done, a sentence each.

    Only words are touched that the index does not have at all and that are no words otherwise:
    people ask in words of their own.
    """
    told: list[str] = []

    def mend(match: re.Match[str]) -> str:
        typed = match.group(0)
        tokens = tokenize(typed)
        known = not tokens or any(len(index.postings(token)) for token in tokens)
        if known or len(typed) < CERTAIN or is_word(typed) or is_word(_ENDINGS.sub("", typed)):
            return typed
        near = nearest_word(index, typed, certain=True)
        if near is None:
            return typed
        told.append(f"Searched for “{near.word}” instead of “{typed}”.")
        return near.word

    return _WORD.sub(mend, text), tuple(told)


def _written(index: Index, token: str, typed: str) -> str:
    """The word of the minutes with this stem that is likest to what was typed."""
    from rapidfuzz.distance import OSA

    rows = index.postings(token)[:LOOKED_AT]
    passages = index.passages([index.passage_ids[int(row)] for row in rows])
    forms = {
        match.group(0)
        for passage in passages
        for match in _WORD.finditer(f"{passage.heading} {passage.text}")
        if match.group(0)[0].casefold() == token[0] and tokenize(match.group(0)) == [token]
    }
    return min(sorted(forms), key=lambda form: OSA.distance(fold(form), typed), default=token)
