"""Why this passage and why this confidence, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from assistant.decline import DETAILS, calibration, item_text, named, unrecorded
from assistant.rank import ALL_FEATURES
from assistant.reader import NEVER
from assistant.source import odds_in_words
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from assistant.choose import Sentence
    from assistant.question import Query
    from assistant.rank import Ranked
    from assistant.retrieve import Corpus

# From these on something is worth saying; chosen by reading explanations, nothing depends on them.
CLOSE_BEHIND = 0.5  # of the ranker's score, by which the next item is behind
SURE_READER, UNSURE_READER = 1.0, -1.0  # log odds of "the question is answered here"
MEANT = 0.5  # how surely a body is meant
MOST = 8  # words that are listed
_ASKING = frozenset(
    tokenize("many much long say said tell told decide decided happen happened go went get got")
)


def explain(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    sentences: Sequence[Sentence],
    sure: float,
) -> tuple[str, ...]:
    """What was understood, why the first passage was taken, and what the confidence rests on."""
    lines = list(query.explained())
    if sentences:
        candidate = ranked[sentences[0].passage]
        lines += _why_passage(corpus, query, candidate)
        lines += _why_confidence(corpus, query, ranked, sentences)
    lines.append(f"confidence {sure:.0%}; answers are given from {calibration().bar:.0%}")
    lines.append(odds_in_words(sure))
    return tuple(lines)


def _why_passage(corpus: Corpus, query: Query, candidate: Ranked) -> list[str]:
    known = dict(zip(ALL_FEATURES, candidate.features, strict=True))
    words = _written(query.text)
    inside = set(tokenize(candidate.passage.text))
    item = set(tokenize(item_text(corpus, candidate) + " " + candidate.passage.heading))
    idf = corpus.idf(query.tokens)
    telling = sorted((token for token in query.tokens if token in idf), key=lambda t: -idf[t])
    held = [words.get(token, token) for token in telling if token in inside]
    around = [words.get(token, token) for token in telling if token in item - inside]
    absent = [words.get(t, t) for t in query.tokens if t not in item and t not in _ASKING]
    lines = [f"answer taken from {named(corpus, candidate)}"]
    if held:
        lines.append(f"the passage says: {_some(held)}")
    if around:
        lines.append(f"elsewhere in the item or its heading: {_some(around)}")
    if absent:
        lines.append(f"not in the item: {_some(absent)}")
    places = (
        f"place {round(1 / known['bm25_rr'])} by words, {round(1 / known['dense_rr'])} by meaning"
    )
    lines.append(f"likeness of meaning {known['cosine']:.2f}; {places}, before ranking")
    return lines


def _why_confidence(
    corpus: Corpus, query: Query, ranked: Sequence[Ranked], sentences: Sequence[Sentence]
) -> list[str]:
    candidate = ranked[sentences[0].passage]
    known = dict(zip(ALL_FEATURES, candidate.features, strict=True))
    own = corpus.item_no[candidate.row]
    others = [one.score for one in ranked if corpus.item_no[one.row] != own]
    gap = candidate.score - max(others, default=candidate.score)
    meant = [body for body, share in query.bodies if share >= MEANT]
    lacking = [DETAILS[ask] for ask in unrecorded(corpus, query, ranked, sentences)]
    speaks_for = (
        (known["body"] >= MEANT, "it is of the body that is meant"),
        (known["period_in"] > 0, "the meeting is of the time asked about"),
        (known["answerable"] >= SURE_READER, "read beside the question, it looks like an answer"),
        (gap >= CLOSE_BEHIND, "no other item comes near"),
        (bool(query.asks) and not lacking, "the item records what is asked for"),
    )
    speaks_against = (
        (bool(meant) and known["body"] == 0, f"it is not of {_some(meant)}"),
        (
            bool(query.periods) and not known["period_in"] and not known["period_month"],
            f"the meeting is not of {_some(period.label for period in query.periods)}",
        ),
        (
            UNSURE_READER >= known["answerable"] > NEVER,
            "read beside the question, it does not look like an answer",
        ),
        (bool(others) and gap < CLOSE_BEHIND, "another item fits nearly as well"),
        (bool(lacking), f"the item does not record {' or '.join(lacking)}"),
    )
    lines = []
    for label, said in (("for it", speaks_for), ("against it", speaks_against)):
        reasons = [reason for holds, reason in said if holds]
        if reasons:
            lines.append(f"{label}: {'; '.join(reasons)}")
    return lines


def _written(text: str) -> dict[str, str]:
    """Each token of a text as it is written there."""
    return {token: word for word in re.findall(r"[\w’'-]+", text) for token in tokenize(word)}


def _some(words: Iterable[str]) -> str:
    """The first few of some words."""
    listed = list(dict.fromkeys(words))
    more = f" and {len(listed) - MOST} more" if len(listed) > MOST else ""
    return ", ".join(listed[:MOST]) + more
