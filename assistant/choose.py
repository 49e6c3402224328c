"""Ranked passages -> their sentences, best first: features and the trained sentence ranker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.cues import AMOUNT, ASKED, CUES, DATE, NUMBER, PERSON
from assistant.question import Query
from assistant.rank import MODELS, Ranked, Reading
from assistant.retrieve import Corpus
from assistant.trees import Trees, load_trees
from ingest.tokens import tokenize

PASSAGES = 8  # from which sentences are taken

_LABEL = re.compile(r"[^.!?]{0,60}:\s*$")
_SPEECH = re.compile(r"^[\W\d]*(?:reply|response|answer)\b", re.I)

SENTENCE_FEATURES = (
    "passage_score",
    "passage_gap",
    "passage_rank",
    "passage_cosine",
    "passage_cover",
    "same_item_as_best",
    "cover",
    "cover_gap",
    "cover_names",
    "cover_before",
    "cover_behind",
    "cue_first",
    "cue_any",
    "asked",
    "new_number",
    "new_amount",
    "new_name",
    "new_date",
    "new_words",
    "decides",
    "reply",
    "label",
    "place",
    "place_share",
    "sentences",
    "words",
    "capitals",
    "kind_decision",
    "kind_amount",
    "kind_count",
    "kind_person",
    "kind_date",
    "kind_reason",
    "kind_vote",
    "kind_attendance",
    "kind_reply",
    "kind_list",
    "kind_place",
)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a ranked passage; `start` and `end` are characters of the passage's text."""

    passage: int  # place among the ranked passages
    number: int  # in its passage
    start: int
    end: int
    text: str
    score: float = 0.0


def sentences_of(
    corpus: Corpus, ranked: Sequence[Ranked], readings: Sequence[Reading]
) -> list[Sentence]:
    """The sentences of the best passages, in order.

    Passages that repeat a better one are left out, and so is the same item in another file of the
    same meeting: one answer is not given twice.
    """
    seen: set[str] = set()
    told: set[tuple[str, str | None]] = set()  # file and item whose other version was used
    result: list[Sentence] = []
    used = 0
    for place, (candidate, reading) in enumerate(zip(ranked, readings, strict=True)):
        words = " ".join(candidate.passage.text.split()).casefold()
        meeting, item = corpus.meeting_of(candidate.row), corpus.item_of(candidate.row)
        number = item.number if item else None
        if words in seen or (meeting.source, number) in told:
            continue
        seen.add(words)
        told |= {(other, number) for other in meeting.also}
        result += [
            Sentence(place, number, start, end, candidate.passage.text[start:end])
            for number, (start, end) in enumerate(reading.spans)
        ]
        used += 1
        if used == PASSAGES:
            break
    return result


def sentence_features(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    readings: Sequence[Reading],
    sentences: Sequence[Sentence],
) -> np.ndarray:
    """Features (len(sentences), len(SENTENCE_FEATURES)).

    A sentence's own similarity of meaning to the question is not among them: cross-fitted on the
    train sets it added nothing to right answers (0.57 with and without) and took 5 ms a sentence.
    """
    idf = corpus.idf(query.tokens)
    total = sum(idf.values()) or 1.0
    names = {token for token in query.names if token in idf}
    name_total = sum(idf[token] for token in names) or 1.0
    asked_words = set(query.tokens)
    column = {name: i for i, name in enumerate(SENTENCE_FEATURES)}
    table = np.zeros((len(sentences), len(SENTENCE_FEATURES)), np.float32)
    cover = np.array(
        [
            sum(
                idf.get(token, 0.0)
                for token in asked_words & readings[s.passage].sentences[s.number]
            )
            / total
            for s in sentences
        ]
    )
    best_item = corpus.item_no[ranked[0].row] if ranked else -1
    for i, sentence in enumerate(sentences):
        candidate, reading = ranked[sentence.passage], readings[sentence.passage]
        tokens = reading.sentences[sentence.number]
        text = sentence.text
        before = i > 0 and sentences[i - 1].passage == sentence.passage
        behind = i + 1 < len(sentences) and sentences[i + 1].passage == sentence.passage
        count = len(reading.spans)
        words = len(text.split())
        row: dict[str, float] = {
            "passage_score": candidate.score,
            "passage_gap": candidate.score - ranked[0].score,
            "passage_rank": sentence.passage,
            "passage_cosine": float(candidate.features[0]),
            "passage_cover": float(candidate.features[11]),
            "same_item_as_best": corpus.item_no[candidate.row] == best_item,
            "cover": cover[i],
            "cover_gap": cover[i] - cover.max(),
            "cover_names": sum(idf[token] for token in names & tokens) / name_total,
            "cover_before": cover[i - 1] if before else 0.0,
            "cover_behind": cover[i + 1] if behind else 0.0,
            "cue_first": bool(CUES[query.kind].search(text)),
            "cue_any": float(np.mean([bool(CUES[kind].search(text)) for kind in query.kinds])),
            "asked": float(np.mean([bool(ASKED[ask].search(text)) for ask in query.asks]))
            if query.asks
            else 0.5,
            "new_number": _new(NUMBER, text, asked_words),
            "new_amount": _new(AMOUNT, text, asked_words),
            "new_name": _new(PERSON, text, asked_words),
            "new_date": _new(DATE, text, asked_words),
            "new_words": len(tokens - asked_words),
            "decides": bool(CUES["decision"].search(text)),
            "reply": bool(_SPEECH.search(text)),
            "label": bool(_LABEL.fullmatch(text)),
            "place": sentence.number,
            "place_share": sentence.number / count,
            "sentences": count,
            "words": words,
            "capitals": sum(word[:1].isupper() for word in text.split()) / max(1, words),
        }
        for kind in query.kinds:
            if kind not in ("fact", "time"):
                row[f"kind_{kind}"] = 1.0
        for name, value in row.items():
            table[i, column[name]] = value
    return table


def _new(form: re.Pattern[str], text: str, asked: set[str]) -> float:
    """Whether the text has a match of the form that the question did not name itself."""
    for match in form.finditer(text):
        tokens = tokenize(match.group(0))
        if not tokens or not set(tokens) <= asked:
            return 1.0
    return 0.0


def choose(
    corpus: Corpus,
    query: Query,
    ranked: Sequence[Ranked],
    readings: Sequence[Reading],
) -> tuple[list[Sentence], np.ndarray]:
    """Sentences with their scores, best first, and their features in the same order."""
    sentences = sentences_of(corpus, ranked, readings)
    if not sentences:
        return [], np.zeros((0, len(SENTENCE_FEATURES)), np.float32)
    table = sentence_features(corpus, query, ranked, readings, sentences)
    scores = chooser().predict(table)
    order = np.argsort(-scores, kind="stable")
    chosen = [
        Sentence(s.passage, s.number, s.start, s.end, s.text, float(scores[i]))
        for i in order
        for s in (sentences[i],)
    ]
    return chosen, table[order]


@cache
def chooser() -> Trees:
    return load_trees(MODELS / "chooser.npz")
