"""The read side of the index, over a real embedded Chroma and the real model."""

from __future__ import annotations

import os
import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from parish import write_minutes

from ingest.embedding import load_embedder
from ingest.errors import IndexMissing, MinutesError
from ingest.index import Index
from ingest.passages import embedded_text
from ingest.pipeline import ingest
from ingest.tokens import tokenize
from ingest.vectors import Place, Record, Vectors, clear_unused


@pytest.fixture(scope="module")
def parishes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("parishes")
    write_minutes(top / "thornby")
    write_minutes(
        top / "cawston",
        body="Cawston Parish Council",
        day="9 May 2020",
        items=[
            ("Bus Service", "Bus 7 to Aylsham will no longer stop at the school."),
            ("Roof of the Hall", "The hall roof leaks; a builder is to be asked."),
        ],
    )
    ingest([top / "thornby", top / "cawston"], top / "index")
    return top / "index"


@pytest.fixture
def index(parishes: Path) -> Index:
    return Index.open(parishes)


def test_a_folder_without_an_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="minutes ingest"):
        Index.open(tmp_path)


def test_sources_meetings_items_and_paragraphs_are_held_as_read(index: Index) -> None:
    assert [(s.collection, s.source, s.kind, s.meetings) for s in index.sources()] == [
        ("cawston", "march.txt", "txt", 1),
        ("thornby", "march.txt", "txt", 1),
    ]
    cawston, thornby = index.meetings()
    assert (cawston.body, cawston.date) == ("Cawston Parish Council", "2020-05-09")
    assert thornby.attendance.present
    items = index.items(thornby.id)
    assert [item.number for item in items] == ["1", "2", "3"]
    assert items[1] == index.item(thornby.id, 1)
    assert items[1].decisions[0].kind == "resolved"
    assert "£4,310" in index.paragraphs(thornby.id, 1)[-1].text
    assert any("Present" in p.text for p in index.paragraphs(thornby.id, -1))
    with pytest.raises(KeyError):
        index.item(thornby.id, 9)


def test_passages_come_in_the_order_asked(index: Index) -> None:
    ids = index.passage_ids[::-1]
    assert [passage.id for passage in index.passages(ids)] == ids
    assert [passage.id for passage in index.all_passages()] == index.passage_ids
    passage = index.passages(ids[:1])[0]
    assert passage in index.passages_of(passage.meeting_id, passage.item)
    with pytest.raises(KeyError):
        index.passages(["unknown"])


def test_a_question_finds_its_passage_by_meaning(index: Index) -> None:
    vector = load_embedder().encode(["Who mends the leaking village hall?"])[0]
    found = index.dense(vector, 3)
    passages = index.passages([id for id, _ in found])
    assert {p.text.split(";")[0] for p in passages} & {"The hall roof leaks"}
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
    exact = index.vectors([id for id, _ in found]) @ vector
    assert np.allclose(exact, [score for _, score in found], atol=1e-4)


def test_a_filter_by_meeting_gives_only_its_passages(index: Index) -> None:
    vector = load_embedder().encode(["the roof"])[0]
    thornby = index.meetings()[1].id
    found = index.passages([id for id, _ in index.dense(vector, 50, {thornby})])
    assert {p.meeting_id for p in found} == {thornby}
    assert len(found) == sum(p.meeting_id == thornby for p in index.all_passages())
    assert index.dense(vector, 5, []) == []
    assert index.dense(vector, 0) == []


def test_vectors_are_those_of_heading_and_text(index: Index) -> None:
    passages = list(index.all_passages())
    made = load_embedder().encode([embedded_text(p) for p in passages])
    held = index.vectors([p.id for p in passages])
    assert held.dtype == np.float32
    assert ((made * held).sum(axis=1) > 0.99).all()
    assert index.vectors([]).shape == (0, 384)


def test_bm25_scores_every_passage_in_row_order(index: Index) -> None:
    scores = index.bm25(tokenize("bus to Aylsham"))
    assert scores.shape == (len(index.passage_ids),)
    best = index.passages([index.passage_ids[int(scores.argmax())]])[0]
    assert "Aylsham" in best.text
    assert (index.bm25(["zzzz"]) == 0).all()
    assert (index.bm25([]) == 0).all()
    assert np.array_equal(index.bm25(["zzzz", *tokenize("bus to Aylsham")]), scores)


def test_heading_words_count_in_bm25(index: Index) -> None:
    scores = index.bm25(tokenize("Cawston"))
    hit = {p.id for p in index.all_passages() if "Cawston" in p.heading + p.text}
    assert {id for id, s in zip(index.passage_ids, scores, strict=True) if s > 0} == hit


def test_one_index_serves_several_threads(index: Index) -> None:
    vector = index.vectors(index.passage_ids[:1])[0]
    faults: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(20):
                assert index.dense(vector, 2)[0][0] == index.passage_ids[0]
                assert index.passages(index.passage_ids)
                assert index.bm25(["roof"]).shape
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_llama_index_queries_the_collection(index: Index) -> None:
    from llama_index.core import VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.vector_stores import MetadataFilter, MetadataFilters, VectorStoreQuery
    from llama_index.vector_stores.chroma import ChromaVectorStore

    embedder = load_embedder()

    class Model(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return [float(x) for x in embedder.encode([query])[0]]

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        _get_text_embedding = _get_query_embedding

    store = ChromaVectorStore(chroma_collection=index.chroma_collection)
    retriever = VectorStoreIndex.from_vector_store(store, embed_model=Model()).as_retriever(
        similarity_top_k=1
    )
    node = retriever.retrieve("Where does the bus stop?")[0].node
    passage = index.passages([node.node_id])[0]
    assert node.get_content() == passage.text
    assert node.ref_doc_id == passage.meeting_id
    assert node.metadata == {
        "body": "Cawston Parish Council",
        "date": "2020-05-09",
        "item": "1",
        "title": "Bus Service",
        "source": "march.txt",
        "collection": "cawston",
        "meeting_id": passage.meeting_id,
        "place": 0,
        **({"page": passage.page} if passage.page is not None else {}),
    }
    only = MetadataFilters(filters=[MetadataFilter(key="body", value="Thornby Parish Council")])
    query = VectorStoreQuery(
        query_embedding=Model()._get_query_embedding("bus"), similarity_top_k=5, filters=only
    )
    nodes = store.query(query).nodes or []
    assert nodes
    assert {n.metadata["body"] for n in nodes} == {"Thornby Parish Council"}


def test_twenty_generations_can_be_opened_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.GRACE_S", 0)
    from chromadb.api.shared_system_client import SharedSystemClient

    known = set(SharedSystemClient._identifier_to_system)
    folder = tmp_path / "village"
    opened = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    for n in range(20):
        write_minutes(folder, items=[("Pond", f"The pond is {n} feet deep.")])
        assert ingest([folder], tmp_path / "index").generation == n + 1
        index = Index.open(tmp_path / "index")
        assert f"The pond is {n} feet deep." in index.chroma_collection.get()["documents"]
        assert index.dense(index.vectors(index.passage_ids[:1])[0], 1)
        index.close()
        assert not index.is_current() or n == 19 or index.generation == n + 1
    assert set(SharedSystemClient._identifier_to_system) == known
    if opened:
        assert len(os.listdir("/proc/self/fd")) < opened + 20
    assert sorted(path.name for path in (tmp_path / "index").glob("gen-*")) == [
        "gen-000019",
        "gen-000020",
    ]


def test_an_old_generation_is_read_to_the_end_after_a_newer_one_is_current(tmp_path: Path) -> None:
    folder = tmp_path / "village"
    write_minutes(folder, items=[("Pond", "The pond is full.")])
    ingest([folder], tmp_path / "index")
    old = Index.open(tmp_path / "index")
    write_minutes(folder, items=[("Pond", "The pond is dry.")])
    ingest([folder], tmp_path / "index")
    assert not old.is_current()
    assert any("full" in p.text for p in old.all_passages())
    assert old.dense(old.vectors(old.passage_ids[:1])[0], 1)
    assert old.bm25(tokenize("full")).max() > 0
    old.close()


def test_a_collection_that_lost_a_record_is_noticed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(30, 8)).astype(np.float32)
    ids = [f"p{n}" for n in range(30)]
    records = [Record(id, id, id, {"meeting_id": "m"}) for id in ids]
    vectors = Vectors.create(Place(tmp_path / "chroma", "passages"), 30)
    vectors.add(records, points)
    assert vectors.faults(ids) == []
    assert vectors.faults([*ids[:-1], "other"]) == ["1 records are missing"]
    vectors.collection.delete(ids=["p7"])
    assert vectors.faults(ids) == ["29 records instead of 30"]
    vectors.close()


def test_room_for_records_to_come_holds_nothing_of_what_was_in_memory(tmp_path: Path) -> None:
    rest = "removed words"
    graph = tmp_path / "graph"
    graph.mkdir()
    (graph / "header.bin").write_bytes(struct.pack("<i4Q", 1, 0, 5, 2, 13))
    (graph / "data_level0.bin").write_bytes(b"first recordsecondrecord" + b"ab" + rest.encode() * 3)
    (graph / "length.bin").write_bytes(b"l" * 20)
    clear_unused(tmp_path)
    assert (graph / "data_level0.bin").read_bytes() == b"first recordsecondrecordab" + bytes(39)
    assert (graph / "length.bin").read_bytes() == b"l" * 8 + bytes(12)
    (graph / "length.bin").write_bytes(b"l" * 21)
    with pytest.raises(MinutesError, match="form that is not known"):
        clear_unused(tmp_path)


def test_recall_of_the_graph_against_exact_search(tmp_path: Path) -> None:
    """Recall@50, all and filtered, on 4,000 vectors in 120 dense clusters, as boilerplate makes."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(120, 384))
    points = centres[rng.integers(0, 120, 4000)] + 0.9 * rng.normal(size=(4000, 384))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"p{n}" for n in range(4000)]
    vectors = Vectors.create(Place(tmp_path / "chroma", "passages"), 4000)
    for start in range(0, 4000, 1000):
        part = range(start, start + 1000)
        records = [Record(ids[n], "", "", {"meeting_id": f"m{n // 50}"}) for n in part]
        vectors.add(records, points[start : start + 1000])
    for meetings in (None, {"m1", "m7"}, {f"m{n}" for n in range(0, 80, 2)}):
        rows = [n for n in range(4000) if meetings is None or f"m{n // 50}" in meetings]
        shares = []
        for probe in points[::40] + 0.02 * rng.normal(size=(100, 384)).astype(np.float32):
            near = {rows[k] for k in np.argsort(-(points[rows] @ probe))[:50]}
            found = vectors.nearest(probe, 50, meetings)
            shares.append(len({int(id[1:]) for id, _ in found} & near) / 50)
        assert float(np.mean(shares)) >= 0.99
    vectors.close()
