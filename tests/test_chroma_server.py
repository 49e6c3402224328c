"""The same index with its vectors on a Chroma server."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from parish import write_minutes

from ingest.errors import WrongUse
from ingest.index import Index
from ingest.pipeline import ingest, remove


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Chroma server on this machine."""
    port = free_port()
    folder = tmp_path_factory.mktemp("server")
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder)]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            opener.open(f"{url}/api/v2/heartbeat", timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait()


def collections(url: str, folder: Path) -> list[str]:
    import chromadb

    host, port = url.removeprefix("http://").split(":")
    client = chromadb.HttpClient(host=host, port=int(port))
    own = f"minutes-{(folder / 'index-id').read_text()}-"
    return sorted(c.name.removeprefix(own) for c in client.list_collections() if own in c.name)


def test_a_server_holds_one_collection_a_generation_and_old_ones_go(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_CHROMA_URL", server)
    folder, target = tmp_path / "village", tmp_path / "index"
    write_minutes(folder)
    ingest([folder], target)
    assert collections(server, target) == ["000001-public"]
    assert not list(target.rglob("chroma.sqlite3"))
    old = Index.open(target)
    write_minutes(folder, "april.txt", day="1 April 2019", items=[("Pond", "The pond is full.")])
    ingest([folder], target)
    assert collections(server, target) == ["000001-public", "000002-public"]
    index = Index.open(target)
    vector = index.vectors(index.passage_ids[:1])[0]
    assert index.dense(vector, 1)[0][0] == index.passage_ids[0]
    meeting = index.meetings()[0].id
    near = index.passages([id for id, _ in index.dense(vector, 9, [meeting])])
    assert {p.meeting_id for p in near} == {meeting}
    assert len(old.dense(vector, 100)) == len(old.passage_ids) < len(index.passage_ids)
    remove(["april.txt"], target)
    assert collections(server, target) == ["000003-public"]
    assert "The pond is full." not in Index.open(target).chroma_collection.get()["documents"]


def test_llama_index_reads_from_the_server(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from llama_index.core.vector_stores import VectorStoreQuery
    from llama_index.vector_stores.chroma import ChromaVectorStore

    monkeypatch.setenv("MINUTES_CHROMA_URL", server)
    write_minutes(tmp_path / "village")
    ingest([tmp_path / "village"], tmp_path / "index")
    index = Index.open(tmp_path / "index")
    last = index.passage_ids[-1]
    vector = [float(x) for x in index.vectors([last])[0]]
    store = ChromaVectorStore(chroma_collection=index.chroma_collection)
    found = store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=1))
    assert found.ids == [last]
    assert found.nodes and found.nodes[0].metadata["body"] == "Thornby Parish Council"


def test_two_indexes_share_a_server(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_CHROMA_URL", server)
    for name, depth in (("north", 1), ("south", 2)):
        write_minutes(tmp_path / name, items=[("Pond", f"The pond is {depth} m deep.")])
        ingest([tmp_path / name], tmp_path / f"{name}-index")
    remove(["march.txt"], tmp_path / "north-index")
    south = Index.open(tmp_path / "south-index")
    assert "The pond is 2 m deep." in south.chroma_collection.get()["documents"]


def test_vectors_move_between_folder_and_server_without_being_made_again(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = tmp_path / "village", tmp_path / "index"
    write_minutes(folder)
    ingest([folder], target)
    held = Index.open(target).vectors(Index.open(target).passage_ids)
    monkeypatch.setenv("MINUTES_CHROMA_URL", server)
    assert Index.open(target).dense(held[0], 1)  # still in the folder
    report = ingest([folder], target)
    assert (report.generation, report.unchanged) == (2, 1)
    index = Index.open(target)
    assert abs(index.vectors(index.passage_ids) - held).max() < 1e-6
    monkeypatch.delenv("MINUTES_CHROMA_URL")
    assert Index.open(target).dense(held[0], 1)  # the index remembers the server
    assert ingest([folder], target).generation == 3
    remove(["march.txt"], target)
    assert collections(server, target) == []


def test_a_server_that_does_not_answer_is_named_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = tmp_path / "village", tmp_path / "index"
    write_minutes(folder)
    ingest([folder], target)
    monkeypatch.setenv("MINUTES_CHROMA_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(WrongUse, match="No Chroma server answers at http://127"):
        ingest([folder], target)
    monkeypatch.setenv("MINUTES_CHROMA_URL", "not an address")
    with pytest.raises(WrongUse, match="MINUTES_CHROMA_URL"):
        ingest([folder], target)
    monkeypatch.delenv("MINUTES_CHROMA_URL")
    assert ingest([folder], target).generation == 1


def test_a_killed_run_leaves_no_collection_on_the_server(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINUTES_CHROMA_URL", server)
    folder, target = tmp_path / "village", tmp_path / "index"
    write_minutes(folder)
    ingest([folder], target)
    write_minutes(folder, "april.txt", day="1 April 2019")
    code = "import sys; from ingest.pipeline import ingest; ingest(sys.argv[1:2], sys.argv[2])"
    running = subprocess.Popen([sys.executable, "-c", code, str(folder), str(target)])
    while "000002-public" not in collections(server, target) and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    running.wait()
    (folder / "april.txt").unlink()
    report = ingest([folder], target)
    names = collections(server, target)
    assert f"{report.generation:06d}-public" in names
    assert len(Index.open(target).passage_ids) == Index.open(target).chroma_collection.count()
