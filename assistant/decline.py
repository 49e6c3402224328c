"""Whether the answer that was found may be given: confidence, and the reason for declining."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from assistant.answer_model import DeclineReason
from assistant.choose import SENTENCE_FEATURES, Sentence, asked_nouns
from assistant.cues import ASKED
from assistant.question import Ask, Query
from assistant.rank import ALL_FEATURES, MODELS, Ranked
from assistant.retrieve import Corpus, period_days
from assistant.trees import Trees, load_trees
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from ingest.index import StoredMeeting

CONFIDENCE_FEATURES = (
    tuple(f"p_{name}" for name in ALL_FEATURES)
    + tuple(f"s_{name}" for name in SENTENCE_FEATURES)
    + (
        "score",
        "gap_passage",
        "gap_item",
        "sentence_score",
        "sentence_gap",
        "unknown_words",
        "unknown_names",
        "missing_names",
        "asked_in_item",
        "missing_in_item",
        "rarest_missing",
        "missing_numbers",
        "in_answer",
        "names_in_answer",
        "near_in_item",
        "clause_in_item",
        "asked_noun_in_item",
        "asked_noun_missing",
        "same_item",
        "same_meeting",
        "other_cover",
        "body_gap",
        "moved_in_item",
        "vote_in_item",
        "decisions",
    )
    + tuple(f"ask_{ask}" for ask in ASKED)
)

_COVER, _BODY = ALL_FEATURES.index("cover"), ALL_FEATURES.index("body")
# Chosen by reasoning, not tuned; the trees weigh what comes of them.
FIRST = 5  # passages that are asked whether they agree
SAID = 4  # sentences that are taken for what the answer says
LOOKS_BACK = 400  # days; minutes tell of what happened up to about a year before
_IN_WORDS: dict[Ask, str] = {
    "proposer": "who proposed it",
    "seconder": "who seconded it",
    "vote": "how the votes fell",
    "cost": "the sum",
    "apologies": "who sent apologies",
    "present": "who was present",
    "chair": "who was in the chair",
}
_A_BODY = re.compile(
    r"\b((?:[A-Z][\w’'-]+ (?:and |& |of |the )*){1,6}"
    r"(?:Council|Committee|Panel|Board|Forum|Cabinet))\b"
)


@dataclass(frozen=True)
class Calibration:
    """Trees over CONFIDENCE_FEATURES, the curve from their score to a probability, the bar."""

    trees: Trees
    scores: np.ndarray  # (n,) increasing
    shares: np.ndarray  # (n,) of right answers at each score
    bar: float  # an answer below this confidence is not given


def confidence_features(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    sentences: Sequence[Sentence],
    table: np.ndarray,
) -> np.ndarray:
    """Features (len(CONFIDENCE_FEATURES),) of the answer that begins with `sentences[0]`."""
    best = sentences[0]
    candidate = ranked[best.passage]
    item_no = corpus.item_no
    own = item_no[candidate.row]
    other = [r.score for r in ranked if item_no[r.row] != own]
    idf = corpus.idf(query.tokens)
    known = set(idf)
    total = sum(idf.values()) or 1.0
    item = corpus.item_of(candidate.row)
    item_text = _item_text(corpus, candidate)
    item_tokens = _tokens(item_text + " " + candidate.passage.heading)
    missing = known - item_tokens
    numbers = {token for token in query.tokens if any(char.isdigit() for char in token)}
    said = _tokens(" ".join(s.text for s in sentences[:SAID] if s.passage == best.passage))
    inside = [item_no[ranked[s.passage].row] == own for s in sentences]
    column = {name: table[:, place] for place, name in enumerate(SENTENCE_FEATURES)}
    nouns = asked_nouns(query)
    first = ranked[:FIRST]
    bodies = [score for _, score in query.bodies]
    values = [
        candidate.score,
        candidate.score - (ranked[1].score if len(ranked) > 1 else candidate.score),
        candidate.score - max(other, default=candidate.score),
        best.score,
        best.score - (sentences[1].score if len(sentences) > 1 else best.score),
        1 - len(known) / max(1, len(query.tokens)),
        len(query.names - known) / max(1, len(query.names)),
        len(query.names - item_tokens) / max(1, len(query.names)),
        np.mean([bool(ASKED[ask].search(item_text)) for ask in query.asks]) if query.asks else 0.5,
        sum(idf[token] for token in missing) / total,
        max((idf[token] for token in missing), default=0.0),
        len(numbers - item_tokens) / max(1, len(numbers)),
        sum(idf[token] for token in known & said) / total,
        len(query.names & said) / max(1, len(query.names)),
        float(column["near_first"][inside].max()),
        float(column["clause"][inside].max()),
        len(nouns & item_tokens) / len(nouns) if nouns else 0.5,
        float(bool(nouns - item_tokens)),
        float(np.mean([item_no[r.row] == own for r in first])),
        float(
            np.mean([corpus.meeting_no[r.row] == corpus.meeting_no[candidate.row] for r in first])
        ),
        float(max((r.features[_COVER] for r in ranked if item_no[r.row] != own), default=0.0))
        - float(candidate.features[_COVER]),
        max(bodies, default=0.0) - float(candidate.features[_BODY]),
        float(any(d.proposer or d.seconder for d in item.decisions)) if item else 0.0,
        float(any(d.vote for d in item.decisions)) if item else 0.0,
        float(len(item.decisions)) if item else 0.0,
        *(float(ask in query.asks) for ask in ASKED),
    ]
    return np.concatenate([candidate.features, table[0], np.array(values, np.float32)])


def confidence(features: np.ndarray) -> float:
    """The probability that the answer is right and rightly cited."""
    model = calibration()
    score = model.trees.predict(features[None, :])[0]
    return float(np.interp(score, model.scores, model.shares))


@cache
def calibration() -> Calibration:
    with np.load(MODELS / "confidence.npz", allow_pickle=False) as data:
        return Calibration(
            load_trees(MODELS / "confidence-trees.npz"),
            data["scores"],
            data["shares"],
            float(data["bar"]),
        )


def not_a_question(query: Query) -> bool:
    """Whether nothing in the text can be searched for."""
    return not query.tokens


def outside_period(corpus: Corpus, query: Query) -> bool:
    """Whether every period that is named lies wholly outside the meetings that the index has."""
    days = _days(corpus, query)
    spans = period_days(query)
    if not spans or len(spans) < len(query.periods) or not len(days):
        return False
    return all(end < days.min() - LOOKS_BACK or start > days.max() for start, end in spans)


def unknown_body(corpus: Corpus, query: Query) -> str | None:
    """A body that the question names in full and that the index does not have."""
    for match in _A_BODY.finditer(query.text):
        name = match.group(1)
        words = _tokens(name) - _tokens("the council committee panel board forum cabinet of and")
        if words and not any(corpus.idf([word]) for word in words):
            return name
    return None


def reason(
    corpus: Corpus, query: Query, ranked: Sequence[Ranked], shown: str | None
) -> tuple[DeclineReason, str]:
    """Why there is no answer, and a sentence or two that say so.

    `shown`: the best sentence found, None where nothing was found at all.
    """
    if not_a_question(query):
        return "not_a_question", "This is not a question that can be looked up in minutes."
    if outside_period(corpus, query):
        labels = ", ".join(period.label for period in query.periods)
        return "outside_period", f"The index has no minutes of {labels}. {held(corpus, query)}"
    name = unknown_body(corpus, query)
    if name is not None:
        return "unknown_body", f"The index has no minutes of {name}. {held(corpus, query)}"
    if not ranked or shown is None:
        return "not_found", f"The minutes do not say. {held(corpus, query)}"
    best = ranked[0]
    missing = sorted(
        _IN_WORDS[ask] for ask in query.asks if not ASKED[ask].search(_item_text(corpus, best))
    )
    near = _named(corpus, best)
    column = ALL_FEATURES.index("cover")
    if missing:
        lack = " or ".join(missing)
        return "not_recorded", f"The minutes do not record {lack}. The nearest is {near}."
    if best.features[column] >= 0.5:
        return (
            "not_recorded",
            f"The minutes do not say. The nearest is {near}, which does not record it.",
        )
    return "not_found", f"The minutes do not say. The nearest is {near}. {held(corpus, query)}"


def held(corpus: Corpus, query: Query) -> str:
    """What the index does hold, of the bodies that are meant or in all."""
    names = [body for body, share in query.bodies if share >= 0.5][:1]
    meetings = [m for m in corpus.meetings if m.date and (not names or m.body in names)]
    if not meetings:
        return f"The index has {len(corpus.meetings)} meetings."
    first, last = min(_month(m) for m in meetings), max(_month(m) for m in meetings)
    whose = f"minutes of {names[0]}" if names else f"minutes of {_bodies(corpus)}"
    return f"The index has {whose} from {_said(first)} to {_said(last)}."


def _bodies(corpus: Corpus) -> str:
    count = len(corpus.bodies.names)
    return corpus.bodies.names[0] if count == 1 else f"{count} bodies"


def _month(meeting: StoredMeeting) -> str:
    return (meeting.date or "")[:7]


def _said(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def _named(corpus: Corpus, candidate: Ranked) -> str:
    meeting, item = corpus.meeting_of(candidate.row), corpus.item_of(candidate.row)
    what = "the opening of the minutes"
    if item is not None:
        title = item.title.strip(" .:")
        what = f"item {item.number}" if item.number else "the item"
        what += f", “{title}”," if title else ""
    where = meeting.body or meeting.council or meeting.source
    day = date.fromisoformat(meeting.date) if meeting.date else None
    return f"{what} of {where}" + (f", {day.day} {day:%B %Y}" if day else "")


def _days(corpus: Corpus, query: Query) -> np.ndarray:
    bodies = {body for body, share in query.bodies if share >= 0.5}
    chosen = [
        day
        for day, meeting in zip(corpus.dates, corpus.meetings, strict=True)
        if day and (not bodies or meeting.body in bodies)
    ]
    return np.array(chosen, np.int64)


def _item_text(corpus: Corpus, candidate: Ranked) -> str:
    passage = candidate.passage
    paragraphs = corpus.index.paragraphs(passage.meeting_id, passage.item)
    return "\n".join(p.text for p in paragraphs)


def _tokens(text: str) -> set[str]:
    return set(tokenize(text))
