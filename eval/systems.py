"""What is evaluated: the assistant, without each of its parts, and plainer systems to beat."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.questions import Question
from eval.sources import meeting_text

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from ingest.embedding import Embedder
    from ingest.index import Index
    from ingest.settings import Settings

OURS = "ours"
RETRIEVED = 10
FUSED = 60  # the constant of reciprocal rank fusion (Cormack, Clarke and Buettcher, 2009)
CANDIDATES = 100
CHUNK_TOKENS, TOP_K = 1024, 2  # LlamaIndex's defaults: SentenceSplitter, as_retriever

Ask = Callable[[Question], dict[str, Any]]  # a question to an answer in the documented JSON form
Ranked = list[tuple[str, float]]  # passage ids with scores, best first


def ours(index_dir: Path, as_of: date, assistant: Assistant | None = None) -> Ask:
    """The product as it is set up; `as_of` is the day from which "last year" is counted."""
    from assistant.answer_model import Turn
    from ingest.settings import load_settings

    answering = assistant or _assistant(index_dir, load_settings())

    def ask(question: Question) -> dict[str, Any]:
        history = [Turn(asked, answer) for asked, answer in question.history]
        form: dict[str, Any] = answering.ask(
            question.question, history=history, as_of=as_of
        ).as_json()
        return form

    return ask


@lru_cache(maxsize=1)
def _assistant(index_dir: Path, settings: Settings) -> Assistant:
    """The assistant with the language model of the settings, opened once for all its ablations."""
    from assistant.assistant import Assistant
    from assistant.llm import load_llm

    return Assistant(index_dir, llm=load_llm(settings))


def ours_without(part: str, index_dir: Path, as_of: date) -> Ask:
    """The product with one of its PARTS taken out.

    The part is replaced for the whole process while a question is answered, so this is for a
    command of its own, not for a process that serves others.
    """
    whole = ours(index_dir, as_of)
    replacements = PARTS[part]()

    def ask(question: Question) -> dict[str, Any]:
        if part == "conversation":
            question = replace(question, history=())
        with ExitStack() as stack:
            for owner, name, stand_in in replacements:
                stack.enter_context(_replaced(owner, name, stand_in))
            return whole(question)

    return ask


Replacement = tuple[Any, str, Callable[..., Any]]  # a module or class, a name in it, a stand-in


@contextmanager
def _replaced(owner: Any, name: str, stand_in: Callable[..., Any]) -> Iterator[None]:
    original = getattr(owner, name)
    setattr(owner, name, stand_in)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _no_dense() -> list[Replacement]:
    from ingest.index import Index

    stored = Index.vectors
    return [
        (Index, "dense", lambda *_: []),
        (Index, "vectors", lambda index, ids: stored(index, ids) * 0),
    ]


def _no_bm25() -> list[Replacement]:
    import numpy as np

    from ingest.index import Index

    return [(Index, "bm25", lambda index, tokens: np.zeros(len(index.passage_ids), np.float32))]


def _no_bodies_and_periods() -> list[Replacement]:
    from assistant import understanding
    from assistant.question import understand

    def plainly(*arguments: Any, **named: Any) -> Any:
        return replace(understand(*arguments, **named), bodies=(), periods=())

    return [(understanding, "understand", plainly)]


def _no_ranker() -> list[Replacement]:
    """Passages in the order of the fused searches; the scores keep their scale."""
    from assistant import rank

    ranked_by_model, column = rank.rank, rank.FEATURES.index("fused")

    def by_fused(*arguments: Any) -> Any:
        ranked, readings = ranked_by_model(*arguments)
        scores = sorted((one.score for one in ranked), reverse=True)
        order = sorted(range(len(ranked)), key=lambda at: -ranked[at].features[column])
        again = [ranked[at]._replace(score=s) for at, s in zip(order, scores, strict=True)]
        return again, [readings[at] for at in order]

    return [(rank, "rank", by_fused)]


def _no_chooser() -> list[Replacement]:
    """Sentences as they stand in the passages, best passage first; the scores keep their scale."""
    from assistant import choose

    chosen_by_model = choose.choose

    def as_printed(*arguments: Any) -> Any:
        sentences, table = chosen_by_model(*arguments)
        scores = sorted((one.score for one in sentences), reverse=True)
        order = sorted(
            range(len(sentences)), key=lambda at: (sentences[at].passage, sentences[at].number)
        )
        again = [replace(sentences[at], score=s) for at, s in zip(order, scores, strict=True)]
        return again, table[order]

    return [(choose, "choose", as_printed)]


def _no_declining() -> list[Replacement]:
    from assistant import decline

    calibration = decline.calibration
    return [
        (decline, "calibration", lambda: replace(calibration(), bar=0.0)),
        (decline, "outside_period", lambda *_: False),
        (decline, "unknown_body", lambda *_: None),
    ]


PARTS: dict[str, Callable[[], list[Replacement]]] = {
    "dense search": _no_dense,
    "BM25": _no_bm25,
    "bodies and periods": _no_bodies_and_periods,
    "conversation": list,
    "ranker": _no_ranker,
    "sentence chooser": _no_chooser,
    "declining": _no_declining,
}


def bm25_alone(index_dir: Path, as_of: date) -> Ask:
    index = _open(index_dir)
    return _best_passage(index, lambda text: _by_words(index, text))


def dense_alone(index_dir: Path, as_of: date) -> Ask:
    index, embedder = _open(index_dir), _embedder()
    return _best_passage(index, lambda text: index.dense(embedder.encode([text])[0], CANDIDATES))


def plain_hybrid(index_dir: Path, as_of: date) -> Ask:
    """BM25 and dense ranks fused, and the best passage as the answer."""
    index, embedder = _open(index_dir), _embedder()

    def rank(text: str) -> Ranked:
        dense = index.dense(embedder.encode([text])[0], CANDIDATES)
        return fuse([dense, _by_words(index, text)])

    return _best_passage(index, rank)


def llamaindex_default(index_dir: Path, as_of: date) -> Ask:
    """LlamaIndex out of the box: its default splitter and vector store, top-k 2, no model."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter

    index, embedder = _open(index_dir), _embedder()

    class Embedding(BaseEmbedding):
        """The embedder of the index behind LlamaIndex's interface."""

        def _get_text_embedding(self, text: str) -> list[float]:
            vector: list[float] = embedder.encode([text])[0].tolist()
            return vector

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    documents = []
    for meeting in index.meetings():
        metadata = {"source": meeting.source, "body": meeting.body, "date": meeting.date}
        hidden = list(metadata)
        documents.append(
            Document(
                text=meeting_text(index, meeting.id),
                metadata=metadata,
                excluded_embed_metadata_keys=hidden,
                excluded_llm_metadata_keys=hidden,
            )
        )
    retriever = VectorStoreIndex.from_documents(
        documents,
        transformations=[SentenceSplitter(chunk_size=CHUNK_TOKENS)],
        embed_model=Embedding(),
    ).as_retriever(similarity_top_k=TOP_K)

    def retrieve(text: str) -> list[dict[str, Any]]:
        return [
            {
                "passage_id": found.node.node_id,
                **{key: found.node.metadata.get(key) for key in ("source", "body", "date")},
                "item": None,
                "title": "",
                "text": found.node.get_content(),
                "score": float(found.score or 0.0),
            }
            for found in retriever.retrieve(text)
        ]

    return _answer_with_first(retrieve)


SYSTEMS: dict[str, Callable[[Path, date], Ask]] = {
    OURS: ours,
    **{f"{OURS} without {part}": partial(ours_without, part) for part in PARTS},
    "plain hybrid": plain_hybrid,
    "BM25 alone": bm25_alone,
    "dense alone": dense_alone,
    "LlamaIndex out of the box": llamaindex_default,
}


def fuse(rankings: Sequence[Ranked]) -> Ranked:
    """Reciprocal rank fusion."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, (passage_id, _) in enumerate(ranking, start=1):
            scores[passage_id] = scores.get(passage_id, 0.0) + 1 / (FUSED + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def _open(index_dir: Path) -> Index:
    from ingest.index import Index

    return Index.open(index_dir)


def _embedder() -> Embedder:
    from ingest.embedding import load_embedder
    from ingest.settings import load_settings

    return load_embedder(load_settings().embed_model)


def _by_words(index: Index, text: str) -> Ranked:
    import numpy as np

    from ingest.tokens import tokenize

    scores = index.bm25(tokenize(text))
    best = np.argsort(-scores, kind="stable")[:CANDIDATES]
    return [(index.passage_ids[row], float(scores[row])) for row in best if scores[row] > 0]


def _best_passage(index: Index, rank: Callable[[str], Ranked]) -> Ask:
    def retrieve(text: str) -> list[dict[str, Any]]:
        ranked = rank(text)[:RETRIEVED]
        found = []
        passages = index.passages([passage_id for passage_id, _ in ranked])
        for passage, (_, score) in zip(passages, ranked, strict=True):
            meeting = index.meeting(passage.meeting_id)
            item = index.item(passage.meeting_id, passage.item) if passage.item >= 0 else None
            found.append(
                {
                    "passage_id": passage.id,
                    "source": meeting.source,
                    "body": meeting.body,
                    "date": meeting.date,
                    "item": item.number if item else None,
                    "title": item.title if item else "",
                    "text": passage.text,
                    "score": score,
                }
            )
        return found

    return _answer_with_first(retrieve)


def _answer_with_first(retrieve: Callable[[str], list[dict[str, Any]]]) -> Ask:
    """Answer with the first passage whole, as a system without a reader does; never decline."""

    def ask(question: Question) -> dict[str, Any]:
        started = time.perf_counter()
        retrieved = retrieve(question.question)
        first = retrieved[0] if retrieved else None
        total = (time.perf_counter() - started) * 1000
        return {
            "question": question.question,
            "answered": first is not None,
            "answer": f"{first['text']} [1]" if first else "Nothing was found.",
            "confidence": 0.5,
            "citations": [{**first, "marker": 1, "quote": first["text"]}] if first else [],
            "retrieved": retrieved,
            "timings_ms": {"total": total},
        }

    return ask
