"""Train the passage ranker, the sentence chooser and the confidence, cross-fitted by source.

    python -m eval.train_rankers --set QUESTIONS.jsonl INDEX [--set ...] --readers A.onnx B.onnx \\
        --out assistant/models

The two readers are those of `eval.train_reader tune --half 0` and `--half 1`: each reads the
questions of the half that it was not tuned on. Without readers the first ranking alone is trained,
which needs none.

Every figure printed is out of fold: a question's passages, sentences and confidence are scored by
models that saw no question whose evidence lies in the same source. What is written is trained on
all questions; the confidence is calibrated on the out-of-fold scores.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from assistant import choose, compose, decline, rank, retrieve
from assistant.answer_model import Answer, Citation, Turn
from assistant.conversation import resolve
from assistant.question import Query
from assistant.rank import ALL_FEATURES, CLOSE, FEATURES, READ, Ranked, Reading
from assistant.reader import Reader
from assistant.retrieve import Corpus
from assistant.trees import Trees, from_lightgbm
from assistant.understanding import Understood, read_question
from eval.matching import fold, holds, relevant, tokens
from eval.metrics import score
from eval.questions import Question, load_questions
from ingest.index import Index

FOLDS = 5
SEED = 7
HALF = 3  # folds from this one on are the second half
AS_OF = "2026-01-01"
COMMON = {"feature_fraction": 0.5, "bagging_fraction": 0.8, "bagging_freq": 1}
RANKER = {
    **COMMON,
    "objective": "lambdarank",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "lambdarank_truncation_level": 10,
    "label_gain": [0, 1, 3, 7],
}
CONFIDENCE = {
    **COMMON,
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.03,
    "min_data_in_leaf": 25,
    "feature_fraction": 0.3,
    "lambda_l2": 20.0,
}
MAX_DECLINED = 0.10  # of the answerable questions
ROUNDS = {"ranker": 250, "second": 150, "chooser": 200, "confidence": 180}


@dataclass
class Case:
    """A question with what was found for it, filled in stage by stage."""

    question: Question
    corpus: Corpus
    understood: Understood
    fold: int
    rows: np.ndarray
    passages: list[Any]
    readings: list[Reading]
    table: np.ndarray
    labels: np.ndarray
    first: np.ndarray = field(default_factory=lambda: np.zeros(0))
    scores: np.ndarray = field(default_factory=lambda: np.zeros(0))
    sentences: list[choose.Sentence] = field(default_factory=list)
    sentence_table: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    sentence_labels: np.ndarray = field(default_factory=lambda: np.zeros(0))
    sentence_scores: np.ndarray = field(default_factory=lambda: np.zeros(0))
    confidence: float = 0.0

    @property
    def query(self) -> Query:
        return self.understood.query

    def ranked(self) -> tuple[list[Ranked], list[Reading]]:
        """The passages in the order in which answering has them."""
        order = rank.best_first(self.query, self.rows, self.scores)
        ranked = [
            Ranked(int(self.rows[i]), self.passages[i], float(self.scores[i]), self.table[i])
            for i in order
        ]
        return ranked, [self.readings[i] for i in order]

    def answering(self) -> tuple[list[Ranked], list[Reading]]:
        """Those of them that may answer."""
        return rank.within(self.understood, *self.ranked())

    def best_sentences(self) -> tuple[list[choose.Sentence], np.ndarray]:
        """The sentences with their scores, best first, and their places in the table."""
        order = np.argsort(-self.sentence_scores, kind="stable")
        scored = [replace(self.sentences[i], score=float(self.sentence_scores[i])) for i in order]
        return scored, order

    def refused(self, bar: float = 0.0) -> bool:
        """Whether it is declined at this bar; at 0, whether the minutes' structure says so."""
        sure = self.confidence if bar else 1.0
        ranked, _ = self.answering()
        best, _ = self.best_sentences()
        return decline.refusal(self.corpus, self.query, ranked, best, sure, bar) is not None


def fold_of(question: Question, by_id: dict[str, Question]) -> int:
    """The fold of a question: all of one source, and a twin with its question, in one."""
    import re

    key = question
    twin = re.match(r"twin of ([^\s:]+):", question.note)
    if twin and twin[1] in by_id:
        key = by_id[twin[1]]
    text = key.evidence[0].source if key.evidence else key.note or key.id
    return fold_of_source(text)


def fold_of_source(source: str) -> int:
    return int(hashlib.sha256(f"{SEED}{source}".encode()).hexdigest(), 16) % FOLDS


def half_of(fold: int) -> int:
    """Which of the two tuned readers reads a fold: the one that saw none of its half."""
    return int(fold >= HALF)


def cases_of(questions: Sequence[Question], corpus: Corpus, embedder: Any) -> list[Case]:
    """Search for every question and label the candidates with the gold evidence."""
    from datetime import date

    as_of = date.fromisoformat(AS_OF)
    by_id = {question.id: question for question in questions}
    cases = []
    for question in questions:
        history = [Turn(asked, answer) for asked, answer in question.history]
        resolved = resolve(question.question, history, corpus.bodies, as_of)
        understood = read_question(corpus, resolved, as_of, embedder)
        query = understood.query
        vector = embedder.encode([query.text])[0]
        found = retrieve.search(corpus, query, vector)
        rows = found.rows[:CLOSE]
        passages = corpus.index.passages([corpus.ids[row] for row in rows])
        table, readings = rank.features(corpus, query, found, passages)
        labels = np.array(
            [
                float(
                    any(
                        relevant(passage.text, corpus.meeting_of(int(row)).source, evidence)
                        for evidence in question.evidence
                    )
                )
                for row, passage in zip(rows, passages, strict=True)
            ]
        )
        where = fold_of(question, by_id)
        cases.append(
            Case(question, corpus, understood, where, rows, passages, readings, table, labels)
        )
    return cases


def train_trees(
    tables: Sequence[np.ndarray],
    labels: Sequence[np.ndarray],
    names: Sequence[str],
    settings: dict[str, Any],
    rounds: int,
    weights: np.ndarray | None = None,
) -> Trees:
    """Gradient-boosted trees over grouped rows (Burges 2010, LambdaMART, or binary).

    `weights` are (rows,), of one group.
    """
    import lightgbm

    ranking = settings["objective"] == "lambdarank"
    groups = [len(table) for table in tables] if ranking else None
    data = lightgbm.Dataset(
        np.concatenate(list(tables)),
        np.concatenate(list(labels)),
        weight=weights,
        group=groups,
        feature_name=list(names),
    )
    booster = lightgbm.train(
        {**settings, "verbose": -1, "seed": SEED, "deterministic": True, "num_threads": 1},
        data,
        num_boost_round=rounds,
    )
    return from_lightgbm(booster.dump_model())


def sentence_labels(case: Case, ranked: Sequence[Ranked]) -> np.ndarray:
    """3: in the gold quote and holding an answer; 2: holding one elsewhere in the right passage;
    1: in the gold quote; 0: neither."""
    labels = np.zeros(len(case.sentences))
    for i, sentence in enumerate(case.sentences):
        candidate = ranked[sentence.passage]
        source = case.corpus.meeting_of(candidate.row).source
        words = tokens(sentence.text)
        for evidence in case.question.evidence:
            if source not in evidence.sources or not words:
                continue
            quote = fold(evidence.quote)
            inside = _inside(words, tokens(evidence.quote))
            answers = any(
                holds(sentence.text, one) and (inside or holds(quote, one))
                for group in case.question.answers
                for one in group
            )
            near = relevant(candidate.passage.text, source, evidence)
            label = 3 if inside and answers else 2 if answers and near else 1 if inside else 0
            labels[i] = max(labels[i], label)
    return labels


def _inside(words: Sequence[str], quote: Sequence[str]) -> bool:
    """Whether most words of the shorter of the two stand in the longer."""
    shared = len(set(words) & set(quote))
    return shared >= 0.75 * min(len(set(words)), len(set(quote))) and shared >= 3


def folds(cases: Sequence[Case]) -> list[tuple[list[Case], list[Case]]]:
    return [
        ([case for case in cases if case.fold != k], [case for case in cases if case.fold == k])
        for k in range(FOLDS)
    ]


def fit_ranker(cases: Sequence[Case]) -> Trees:
    usable = [case for case in cases if case.labels.any()]
    return train_trees(
        [case.table[:, : len(FEATURES)] for case in usable],
        [case.labels for case in usable],
        FEATURES,
        RANKER,
        ROUNDS["ranker"],
    )


def read_first(case: Case) -> np.ndarray:
    """Places of the READ best candidates by the first ranking."""
    return np.argsort(-case.first, kind="stable")[:READ]


def fit_second(cases: Sequence[Case], rounds: int = ROUNDS["second"]) -> Trees:
    usable = [case for case in cases if case.labels[read_first(case)].any()]
    return train_trees(
        [case.table[read_first(case)] for case in usable],
        [case.labels[read_first(case)] for case in usable],
        ALL_FEATURES,
        RANKER,
        rounds,
    )


def fit_chooser(cases: Sequence[Case]) -> Trees:
    usable = [case for case in cases if case.sentence_labels.any()]
    return train_trees(
        [case.sentence_table for case in usable],
        [case.sentence_labels for case in usable],
        choose.SENTENCE_FEATURES,
        RANKER,
        ROUNDS["chooser"],
    )


def fit_confidence(
    table: np.ndarray,
    right: np.ndarray,
    weights: np.ndarray | None = None,
    settings: dict[str, Any] = CONFIDENCE,
    rounds: int = ROUNDS["confidence"],
) -> Trees:
    """Trees for the features (n, columns) of answers, right or not, each with its weight."""
    names = decline.CONFIDENCE_FEATURES
    return train_trees([table], [right.astype(float)], names, settings, rounds, weights)


def fit_curve(raw: np.ndarray, right: np.ndarray, weights: np.ndarray | None = None) -> Any:
    """The isotonic curve from scores (n,) to the share that is right."""
    from sklearn.isotonic import IsotonicRegression

    curve = IsotonicRegression(y_min=0.02, y_max=0.98, out_of_bounds="clip")
    return curve.fit(raw, right, sample_weight=weights)


def save_confidence(out: Path, trees: Trees, curve: Any, bar: float) -> None:
    trees.save(out / "confidence-trees.npz")
    np.savez_compressed(
        out / "confidence.npz",
        scores=curve.X_thresholds_,
        shares=curve.y_thresholds_,
        bar=np.array(bar),
    )


def best_bar(sure: np.ndarray, right: np.ndarray, answerable: np.ndarray) -> float:
    """The confidence from which answering gives the best trust, declining few that are answerable.

    `sure`, `right`, `answerable` are (n,), a question each; below 0 is what is declined anyway.
    """
    best = (-1.0, 0.0)
    for bar in np.unique(np.round(sure[sure > 0], 3)):
        given = sure >= bar
        if (~given & answerable).sum() > MAX_DECLINED * answerable.sum():
            continue
        trust = float(np.where(given, np.where(right, 1.0, -1.0), ~answerable).mean())
        best = max(best, (trust, float(bar)))
    nothing = (~answerable).mean()
    print(f"bar {best[1]:.3f}, trust {best[0]:.3f}, of declining everything {nothing:.3f}")
    return best[1]


def answer_of(case: Case, *, bar: float | None = None) -> tuple[dict[str, Any], np.ndarray | None]:
    """The answer in its JSON form, and its confidence features; without a bar all are answered."""
    ranked, readings = case.answering()
    best, order = case.best_sentences()
    text, features = "", None
    citations: tuple[Citation, ...] = ()
    if best:
        features = decline.confidence_features(
            case.corpus, case.query, ranked, best, case.sentence_table[order]
        )
        text, citations = compose.compose(
            case.corpus, case.query, ranked, readings, best, alone=case.understood.alone
        )
    from assistant.assistant import _retrieved

    answered = bar is None or not case.refused(bar)
    answer = Answer(
        question=case.question.question,
        standalone_question=case.query.text,
        answered=answered and bool(citations),
        answer=text,
        confidence=case.confidence,
        citations=citations if answered else (),
        retrieved=tuple(_retrieved(case.corpus, r) for r in case.ranked()[0][:10]),
        timings_ms={"total": 1},
    )
    return {"id": case.question.id, **answer.as_json()}, features


def rank_first(cases: Sequence[Case]) -> None:
    """Fill in out-of-fold scores of the first ranking."""
    for known, held in folds(cases):
        trees = fit_ranker(known)
        for case in held:
            case.first = trees.predict(case.table) if len(case.table) else np.zeros(0)
            case.scores = case.first


def read_and_rank(cases: Sequence[Case], readers: Sequence[Reader]) -> None:
    """Fill in what the readers say, and out-of-fold scores of the second ranking."""
    for case in cases:
        if len(case.table):
            reader = readers[half_of(case.fold)]
            case.table, case.readings = rank.read_features(
                reader, case.query, case.table, case.passages, case.readings, case.first
            )
    for known, held in folds(cases):
        trees = fit_second(known)
        for case in held:
            if len(case.table):
                case.scores = rank.final_scores(trees, case.table, case.first)


def divide(case: Case) -> None:
    """Fill in the sentences of the passages that may answer, and their features."""
    ranked, readings = case.answering()
    case.sentences = choose.sentences_of(case.corpus, ranked, readings)
    case.sentence_table = choose.sentence_features(
        case.corpus, case.query, ranked, readings, case.sentences
    )


def cross_fit(cases: Sequence[Case]) -> None:
    """Fill in out-of-fold sentence scores."""
    for case in cases:
        divide(case)
        case.sentence_labels = sentence_labels(case, case.answering()[0])
    for known, held in folds(cases):
        trees = fit_chooser(known)
        for case in held:
            if len(case.sentences):
                case.sentence_scores = trees.predict(case.sentence_table)


def load_groups(sets: Sequence[tuple[str, str]]) -> dict[str, list[Case]]:
    """The cases of each question set over its index, by the set's name."""
    from ingest.embedding import load_embedder

    embedder = load_embedder()
    groups: dict[str, list[Case]] = {}
    for questions, index in sets:
        corpus = Corpus(Index.open(Path(index)))
        group = cases_of(load_questions(Path(questions)), corpus, embedder)
        groups[Path(questions).stem] = group
        gold = [case for case in group if case.question.evidence]
        reached = np.mean([case.labels.any() for case in gold])
        print(
            f"{Path(questions).stem}: {len(group)} questions, "
            f"right passage among the candidates {reached:.3f}"
        )
    return groups


def print_hits(name: str, cases: Sequence[Case]) -> None:
    """Print how many questions have a right passage among the first k by the scores."""
    places = []
    for case in cases:
        if not (case.question.answerable and case.question.evidence):
            continue
        order = rank.best_first(case.query, case.rows, case.scores)
        right = np.flatnonzero(case.labels[order]) if len(order) else order
        places.append(int(right[0]) if len(right) else len(case.labels))
    shown = "  ".join(f"hit@{k} {np.mean(np.array(places) < k):.3f}" for k in (1, 5, READ, 10, 20))
    print(f"{name:24} {shown}", flush=True)


def report(name: str, cases: Sequence[Case], answers: Sequence[dict[str, Any]]) -> None:
    found = score([case.question for case in cases], answers, lambda source: None).metrics
    shown = ("hit@1", "hit@5", "hit@10", "answer_correct", "answer_correct_40", "citation_recall",
             "citation_precision", "abstain_tpr", "abstain_fpr", "twins", "trust",
             "always_decline", "ece", "auc_right", "mean_words")  # fmt: skip
    figures = "  ".join(f"{key} {found[key]:.3f}" for key in shown if found.get(key) is not None)
    print(f"{name:24} {figures}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--set", nargs=2, action="append", required=True, metavar=("QUESTIONS", "INDEX")
    )
    parser.add_argument("--readers", nargs=2, type=Path, metavar="READER")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    groups = load_groups(options.set)
    cases = [case for group in groups.values() for case in group]
    rank_first(cases)
    print_hits("first ranking", cases)
    if options.readers is None:
        if options.out is not None:
            fit_ranker(cases).save(options.out / "ranker.npz")
        return
    read_and_rank(cases, [Reader(path) for path in options.readers])
    cross_fit(cases)
    built = {case.question.id: answer_of(case) for case in cases}
    for name, group in groups.items():
        report(f"{name}, all answered", group, [built[case.question.id][0] for case in group])
    train_confidence(cases, groups, built, options.out)


def _count_refused(cases: Sequence[Case], refused: dict[str, bool], right: dict[str, bool]) -> None:
    """Print how many are declined for the structure of the minutes, and at what cost."""
    declined = [case.question for case in cases if refused[case.question.id]]
    answerable = sum(question.answerable for question in declined)
    print(
        f"declined by structure: {len(declined) - answerable} unanswerable, {answerable} "
        f"answerable, {sum(right[question.id] for question in declined)} of them answered rightly"
    )


def train_confidence(
    cases: Sequence[Case],
    groups: dict[str, list[Case]],
    built: dict[str, tuple[dict[str, Any], np.ndarray | None]],
    out: Path | None,
) -> None:
    """Cross-fit, calibrate and set the bar at the best trust; write the models."""
    scored = score(
        [case.question for case in cases],
        [built[case.question.id][0] for case in cases],
        lambda source: None,
    )
    right = {row.id: row.right and row.answerable for row in scored.rows}
    # What is declined for the structure of the minutes needs no confidence.
    refused = {case.question.id: case.refused() for case in cases}
    _count_refused(cases, refused, right)
    usable = [
        case
        for case in cases
        if built[case.question.id][1] is not None and not refused[case.question.id]
    ]
    tables = np.array([built[case.question.id][1] for case in usable])
    labels = np.array([float(right[case.question.id]) for case in usable])
    fold_numbers = np.array([case.fold for case in usable])
    raw = np.zeros(len(usable))
    for k in range(FOLDS):
        held = fold_numbers == k
        raw[held] = fit_confidence(tables[~held], labels[~held]).predict(tables[held])
    curve = np.zeros(len(usable))
    for k in range(FOLDS):
        held = fold_numbers == k
        curve[held] = fit_curve(raw[~held], labels[~held]).predict(raw[held])
    for case, value in zip(usable, curve, strict=True):
        case.confidence = float(value)
    bar = best_bar(
        np.array([-1.0 if refused[case.question.id] else case.confidence for case in cases]),
        np.array([right[case.question.id] for case in cases]),
        np.array([case.question.answerable for case in cases]),
    )
    for name, group in groups.items():
        report(f"{name}, bar {bar:.2f}", group, [answer_of(case, bar=bar)[0] for case in group])
    report("all", cases, [answer_of(case, bar=bar)[0] for case in cases])
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    fit_ranker(cases).save(out / "ranker.npz")
    fit_second(cases).save(out / "second-ranker.npz")
    fit_chooser(cases).save(out / "chooser.npz")
    save_confidence(out, fit_confidence(tables, labels), fit_curve(raw, labels), bar)


if __name__ == "__main__":
    main()
