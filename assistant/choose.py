"""Ranked passages -> their sentences, best first: features and the trained sentence ranker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.cues import AMOUNT, ASKED, CUES, DATE, NEGATIVE, NUMBER, PERSON, REASON, REPLY
from assistant.question import Query
from assistant.rank import FEATURES, MODELS, Ranked, Reading
from assistant.reader import NEVER
from assistant.retrieve import Corpus
from assistant.trees import Trees, load_trees
from ingest.tokens import tokenize

# Chosen by reasoning, not tuned: how far sentences are looked for, and what counts as close.
PASSAGES = 8  # from which sentences are taken
BESIDE = 2  # further passages of the best one's item are read too, up to so many places from it
WINDOW = 70  # characters on both sides of what is asked for, in which the question is looked for

_LABEL = re.compile(r"[^.!?]{0,60}:\s*$")
_SPEECH = re.compile(r"^[\W\d]*(?:reply|response|answer)\b", re.I)
_MOTION = re.compile(
    r"^\W*(?:I|/|l|1|we) (?:will|shall|wish to|hereby)? ?(?:move|ask|propose|request|call)\b"
    r"|\bat the next (?:\w+ ){0,3}meeting\b.{0,60}\b(?:that|if|what|when|how|why)\b"
    r"|^\W*(?:question|notice of motion)\b",
    re.I,
)
_OUTCOME = re.compile(r"^\W*(?:and )?(?:resolved|recommended|agreed|reply|response)\b", re.I)
_POINTS_BACK = re.compile(r"^[\W\d]*(?:it|this|these|they|he|she|that|such|there)\b", re.I)
_ENTRY = re.compile(r"^\(?(?:[a-z]|\d{1,2}|[ivx]{1,4})[.)]\s|^[•▪●◦■*–-]\s", re.I)
_CLAUSE = re.compile(r"[;,:()–]\s+|\s+(?=(?:and|but|which|that|who)\s)")
_ASKED_NOUN = re.compile(
    r"\b(?:which|what|how many|whose|name the|list the)\s+(?:of\s+)?(?:the\s+)?"
    r"(?P<nouns>(?:[\w’'-]+\s+){0,2}[\w’'-]+)",
    re.I,
)
_YES_OR_NO = re.compile(
    r"(?:^|[,:;.–-]\s*)(?:did|do|does|was|were|is|are|has|have|had|will|can|could|should)\b", re.I
)
# What the passage ranker knows of a passage and the sentence chooser is told too.
_OF_PASSAGE = (
    "cosine",
    "cover",
    "cover_names",
    "cover_item",
    "cover_title",
    "cover_heading",
    "bm25_item",
    "period_in",
    "period_month",
    "body",
    "front",
    "place_in_item",
    "passages_in_item",
)
_PLACES = tuple(FEATURES.index(name) for name in _OF_PASSAGE)

SENTENCE_FEATURES = (
    "passage_score",
    "passage_gap",
    "passage_rank",
    *(f"passage_{name}" for name in _OF_PASSAGE),
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
    "cover_three",
    "cover_rest",
    "cover_pairs",
    "rarest",
    "from_best",
    "asked_noun",
    "near_first",
    "near_any",
    "clause",
    "new_numbers",
    "new_names",
    "in_motion",
    "behind_motion",
    "in_reply",
    "decision",
    "decision_last",
    "decision_moved",
    "decisions",
    "points_back",
    "question",
    "entry",
    "negative",
    "reason",
    "reply_verb",
    "yes_or_no",
    "question_words",
    "reader_span",
    "reader_span_gap",
    "reader_relevant",
    "reader_answerable",
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
    "kind_fact",
    "kind_time",
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
    best = ranked[0].row if ranked else 0
    for place, (candidate, reading) in enumerate(zip(ranked, readings, strict=True)):
        beside = (
            abs(candidate.row - best) <= BESIDE
            and corpus.item_no[candidate.row] == corpus.item_no[best]
        )
        if used >= PASSAGES and not beside:
            continue
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
    column = {name: i for i, name in enumerate(SENTENCE_FEATURES)}
    table = np.zeros((len(sentences), len(SENTENCE_FEATURES)), np.float32)
    wanted = _Wanted.of(corpus, query)
    covers = [wanted.share(readings[s.passage].sentences[s.number]) for s in sentences]
    cover = np.array(covers)
    best_item = corpus.item_no[ranked[0].row] if ranked else -1
    courses: dict[int, _Course] = {}
    scores = [readings[s.passage].scores for s in sentences]
    span = np.array(
        [
            float(said.sentences[s.number]) if said else NEVER
            for s, said in zip(sentences, scores, strict=True)
        ]
    )
    for i, sentence in enumerate(sentences):
        candidate, reading = ranked[sentence.passage], readings[sentence.passage]
        if sentence.passage not in courses:
            courses[sentence.passage] = _Course.of(corpus, wanted, candidate, reading)
        course = courses[sentence.passage]
        tokens = reading.sentences[sentence.number]
        text = sentence.text
        before = i > 0 and sentences[i - 1].passage == sentence.passage
        behind = i + 1 < len(sentences) and sentences[i + 1].passage == sentence.passage
        count = len(reading.spans)
        words = len(text.split())
        near = [_near(CUES[kind], text, wanted) for kind in query.kinds]
        row: dict[str, float] = {
            "passage_score": candidate.score,
            "passage_gap": candidate.score - ranked[0].score,
            "passage_rank": sentence.passage,
            **{
                f"passage_{name}": float(candidate.features[place])
                for name, place in zip(_OF_PASSAGE, _PLACES, strict=True)
            },
            "same_item_as_best": corpus.item_no[candidate.row] == best_item,
            "cover": cover[i],
            "cover_gap": cover[i] - cover.max(),
            "cover_names": wanted.share_of_names(tokens),
            "cover_before": cover[i - 1] if before else 0.0,
            "cover_behind": cover[i + 1] if behind else 0.0,
            "cue_first": bool(CUES[query.kind].search(text)),
            "cue_any": float(np.mean([bool(CUES[kind].search(text)) for kind in query.kinds])),
            "asked": float(np.mean([bool(ASKED[ask].search(text)) for ask in query.asks]))
            if query.asks
            else 0.5,
            "new_number": _new(NUMBER, text, wanted) > 0,
            "new_amount": _new(AMOUNT, text, wanted) > 0,
            "new_name": _new(PERSON, text, wanted) > 0,
            "new_date": _new(DATE, text, wanted) > 0,
            "new_words": len(tokens - wanted.tokens),
            "decides": bool(CUES["decision"].search(text)),
            "reply": bool(_SPEECH.search(text)),
            "label": bool(_LABEL.fullmatch(text)),
            "place": sentence.number,
            "place_share": sentence.number / count,
            "sentences": count,
            "words": words,
            "reader_span": span[i],
            "reader_span_gap": span[i] - span.max(),
            "reader_relevant": said.relevant if (said := scores[i]) else NEVER,
            "reader_answerable": said.answerable if said else NEVER,
            "capitals": sum(word[:1].isupper() for word in text.split()) / max(1, words),
            "cover_three": wanted.share(
                tokens.union(*reading.sentences[max(0, sentence.number - 1) : sentence.number + 2])
            ),
            "cover_rest": wanted.share(tokens - course.heading)
            / max(1e-6, 1 - wanted.share(course.heading)),
            "cover_pairs": sum(a in tokens and b in tokens for a, b in wanted.pairs)
            / max(1, len(wanted.pairs)),
            "rarest": max((wanted.idf.get(token, 0.0) for token in tokens), default=0.0),
            "from_best": sentence.number - course.best,
            "asked_noun": len(wanted.nouns & tokens) / len(wanted.nouns) if wanted.nouns else 0.5,
            "near_first": near[0],
            "near_any": max(near),
            "clause": _clause(CUES[query.kind], text, wanted),
            "new_numbers": _new(NUMBER, text, wanted),
            "new_names": _new(PERSON, text, wanted),
            "in_motion": bool(_MOTION.search(text)),
            "behind_motion": course.behind_motion[sentence.number],
            "in_reply": course.in_reply[sentence.number],
            "points_back": bool(_POINTS_BACK.match(text)),
            "question": text.rstrip().endswith("?"),
            "entry": bool(_ENTRY.match(text)),
            "negative": bool(NEGATIVE.search(text)),
            "reason": bool(REASON.search(text)),
            "reply_verb": bool(REPLY.search(text)),
            "yes_or_no": wanted.yes_or_no,
            "question_words": len(query.tokens),
        }
        row |= course.decided(text)
        for kind in query.kinds:
            row[f"kind_{kind}"] = 1.0
        for name, value in row.items():
            table[i, column[name]] = value
    return table


def asked_nouns(query: Query) -> frozenset[str]:
    """The kind of thing that a question asks for by its noun: "which ESTATE"."""
    match = _ASKED_NOUN.search(query.focus)
    return frozenset(tokenize(match["nouns"])) if match else frozenset()


@dataclass(frozen=True)
class _Wanted:
    """A question's words, with their weights."""

    tokens: frozenset[str]
    idf: dict[str, float]
    names: frozenset[str]
    pairs: tuple[tuple[str, str], ...]
    nouns: frozenset[str]  # the kind of thing asked for: "which ESTATE"
    yes_or_no: bool

    @classmethod
    def of(cls, corpus: Corpus, query: Query) -> _Wanted:
        return cls(
            tokens=frozenset(query.tokens),
            idf=corpus.idf(query.tokens),
            names=query.names,
            pairs=tuple(zip(query.tokens, query.tokens[1:], strict=False)),
            nouns=asked_nouns(query),
            yes_or_no=bool(_YES_OR_NO.search(query.focus)),
        )

    def share(self, tokens: frozenset[str] | set[str]) -> float:
        """The share of the question's weight that these words hold."""
        held = sum(weight for token, weight in self.idf.items() if token in tokens)
        return held / (sum(self.idf.values()) or 1.0)

    def share_of_names(self, tokens: frozenset[str]) -> float:
        weights = {token: self.idf[token] for token in self.names if token in self.idf}
        held = sum(weight for token, weight in weights.items() if token in tokens)
        return held / (sum(weights.values()) or 1.0)


@dataclass(frozen=True)
class _Course:
    """A passage as a course of motion, speeches and reply, with what was decided in its item."""

    heading: frozenset[str]
    best: int  # the sentence that holds most of the question
    behind_motion: tuple[int, ...]  # sentences since a motion began; -1 before any
    in_reply: tuple[bool, ...]
    decisions: tuple[tuple[str, bool], ...]  # the words of each, and whether movers are named

    @classmethod
    def of(cls, corpus: Corpus, wanted: _Wanted, candidate: Ranked, reading: Reading) -> _Course:
        text = candidate.passage.text
        item = corpus.item_of(candidate.row)
        behind, replied = [], []
        since, reply = -1, False
        for start, end in reading.spans:
            if _MOTION.search(text[start:end]):
                since, reply = 0, False
            elif since >= 0:
                since += 1
            reply = reply or bool(_OUTCOME.match(text[start:end]))
            behind.append(since)
            replied.append(reply)
        shares = [wanted.share(sentence) for sentence in reading.sentences]
        return cls(
            heading=frozenset(tokenize(candidate.passage.heading)),
            best=int(np.argmax(shares)) if shares else 0,
            behind_motion=tuple(behind),
            in_reply=tuple(replied),
            decisions=tuple(
                (" ".join(d.text.split()), bool(d.proposer or d.seconder or d.vote))
                for d in (item.decisions if item else ())
            ),
        )

    def decided(self, text: str) -> dict[str, float]:
        """Whether a sentence is part of a decision, of the item's last one, of one with movers."""
        folded = " ".join(text.split())
        within = [
            n
            for n, (words, _) in enumerate(self.decisions)
            if folded in words or (len(words) > 20 and words in folded)
        ]
        return {
            "decision": bool(within),
            "decision_last": len(self.decisions) - 1 in within,
            "decision_moved": any(self.decisions[n][1] for n in within),
            "decisions": len(self.decisions),
        }


def _new(form: re.Pattern[str], text: str, wanted: _Wanted) -> int:
    """How many matches of the form the question did not name itself."""
    return sum(_is_new(match.group(0), wanted) for match in form.finditer(text))


def _is_new(words: str, wanted: _Wanted) -> bool:
    tokens = tokenize(words)
    return not tokens or not wanted.tokens.issuperset(tokens)


def _near(form: re.Pattern[str], text: str, wanted: _Wanted) -> float:
    """The most of the question that stands close to one thing of the form that is new."""
    return max(
        (
            wanted.share(set(tokenize(text[max(0, m.start() - WINDOW) : m.end() + WINDOW])))
            for m in form.finditer(text)
            if _is_new(m.group(0), wanted)
        ),
        default=-0.1,
    )


def _clause(form: re.Pattern[str], text: str, wanted: _Wanted) -> float:
    """The most of the question that stands in one clause with something of the form."""
    return max(
        (
            wanted.share(set(tokenize(clause)))
            for clause in _CLAUSE.split(text)
            if form.search(clause)
        ),
        default=-0.1,
    )


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
