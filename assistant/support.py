"""How surely a passage says what a claim says: features of the two texts and a trained model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import pairwise

import numpy as np

from assistant.claims import (
    LONGEST_WINDOW,
    Source,
    clauses,
    faults,
    figures,
    nearest,
    said_of,
    stems,
)
from assistant.rank import MODELS
from assistant.reader import reader
from assistant.trees import Calibration, load_calibration
from ingest.embedding import Embedder

SUPPORT_FEATURES = (
    "cosine",
    "cover_one",
    "cover_window",
    "cover_passage",
    "missing",
    "missing_run",
    "missing_first",
    "missing_last",
    "pairs",
    "pairs_near",
    "order",
    "copied",
    "subject_put",
    "subject_left",
    "head_missing",
    "figures_missing",
    "capitals_missing",
    "names_near",
    "names_far",
    "faults",
    "words",
    "window_words",
    "sentences",
    "reader",
)
_WORDS = re.compile(r"\w+")
_STOPPED = re.compile(r"\w+[.;:]?")
_VERB = re.compile(
    r"\s(?:was|were|is|are|be|would|will|had|has|have|should|could|can|may|must|agreed|stated|said|"
    r"asked|requested|reported|noted|confirmed|advised|proposed|informed)\b"
)


def parts_of(claim: str) -> list[str]:
    """The clauses of a claim, each of which a passage has to say."""
    return clauses(said_of(claim))


def support(claims: Sequence[str], passages: Sequence[str], embedder: Embedder) -> np.ndarray:
    """Probabilities (n,) that passage i says what claim i says.

    A passage is its heading, a line break and its text.
    """
    if not claims:
        return np.zeros(0)
    return calibration().probabilities(support_features(claims, passages, embedder))


@cache
def calibration() -> Calibration:
    return load_calibration(MODELS, "support")


def support_features(
    claims: Sequence[str], passages: Sequence[str], embedder: Embedder
) -> np.ndarray:
    """Features (n, len(SUPPORT_FEATURES)) of pairs of claim and passage."""
    rows, windows = [], []
    for claim, passage in zip(claims, passages, strict=True):
        row, window = _features(claim, passage)
        rows.append(row)
        windows.append(window)
    texts = list(dict.fromkeys([*claims, *windows]))
    vectors = dict(zip(texts, embedder.encode(texts), strict=True))
    table = np.array(rows, np.float32).reshape(len(rows), len(SUPPORT_FEATURES))
    table[:, 0] = [
        float(vectors[claim] @ vectors[window])
        for claim, window in zip(claims, windows, strict=True)
    ]
    for values, claim, window in zip(table, claims, windows, strict=True):
        (read,) = reader().read(claim, [window], [[]])
        values[-1] = read.supported
    return table


def _features(claim: str, passage: str) -> tuple[list[float], str]:
    """One row, what the models say still to be filled in, and the nearest sentences."""
    heading, _, text = passage.partition("\n")
    source = Source(heading, text) if text else Source("", passage)
    said = list(stems(claim))
    one, window = nearest(claim, source, 1), nearest(claim, source, LONGEST_WINDOW)
    near = list(stems(window.text))
    headed = set(stems(heading))
    held = set(near) | headed
    whole = set(stems(source.text)) | headed
    absent = [stem not in held for stem in said]
    total = max(1, len(said))
    run = longest = 0
    for gone in absent:
        run = run + 1 if gone else 0
        longest = max(longest, run)
    third = max(1, len(said) // 3)
    pairs = list(pairwise(said))
    places: dict[str, list[int]] = {}
    for place, stem in enumerate(near):
        places.setdefault(stem, []).append(place)

    def apart(a: str, b: str) -> int:
        return min((abs(i - j) for i in places.get(a, ()) for j in places.get(b, ())), default=99)

    gaps = [apart(a, b) for a, b in pairs]
    said_figures, held_figures = figures(claim), figures(f"{heading}\n{window.text}")
    amounts = {value for value, _ in held_figures.amounts}
    capitals = re.findall(r"(?<!^)\b[A-ZÀ-Ý][\w’'-]+", claim)
    named = {stem for word in capitals for stem in stems(word)}
    beside = [gap for (a, b), gap in zip(pairs, gaps, strict=True) if (a in named) != (b in named)]
    low = f"{heading} {window.text}".casefold()
    row = [
        0.0,
        one.cover,
        window.cover,
        sum(stem in whole for stem in said) / total,
        sum(absent),
        longest,
        sum(absent[:third]) / third,
        sum(absent[-third:]) / third,
        sum(gap <= 2 for gap in gaps) / max(1, len(pairs)),
        sum(gap <= 8 for gap in gaps) / max(1, len(pairs)),
        _common(said, near) / total,
        *_run(claim, window.text),
        sum(value not in amounts for value, _ in said_figures.amounts),
        sum(word.casefold() not in low for word in capitals),
        sum(gap <= 3 for gap in beside) / len(beside) if beside else 1.0,
        min(99, max(beside, default=0)),
        len(faults(claim, [source])),
        len(said),
        len(near),
        window.text.count(". ") + 1,
        0.0,
    ]
    return row, window.text or source.text[:400]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, the order of words that both keep."""
    if not one or not other:
        return 0
    line = np.zeros(len(other) + 1, np.int32)
    codes = {stem: i for i, stem in enumerate(dict.fromkeys([*one, *other]))}
    right = np.array([codes[stem] for stem in other])
    for stem in one:
        match = np.where(right == codes[stem], line[:-1] + 1, 0)
        line[1:] = np.maximum.accumulate(np.maximum(line[1:], match))
    return int(line[-1])


def _run(claim: str, text: str) -> tuple[float, float, float, float]:
    """Of the longest run of words that both hold: its share of the claim, the telling words that
    the claim puts before it and the text has nowhere, those that stand before it in its sentence
    and not in the claim, and the share of words missing before the claim's first verb.
    """
    said, held = _WORDS.findall(claim.casefold()), _WORDS.findall(text.casefold())
    match = SequenceMatcher(None, said, held, autojunk=False).find_longest_match()
    put = [s for word in said[: match.a] for s in stems(word)]
    begin = max(
        (i + 1 for i, w in enumerate(_STOPPED.findall(text)[: match.b]) if w[-1] in ".;:"),
        default=0,
    )
    left = [s for word in held[begin : match.b] for s in stems(word)]
    there, own = set(stems(text)), set(stems(claim))
    verb = _VERB.search(claim)
    head = stems(claim[: verb.start()]) if verb else ()
    return (
        match.size / max(1, len(said)),
        sum(stem not in there for stem in put),
        sum(stem not in own for stem in left),
        sum(stem not in there for stem in head) / max(1, len(head)),
    )
