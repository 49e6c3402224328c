"""Passages in Chroma: a folder of the generation, or a collection on a Chroma server."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ingest.errors import MinutesError, WrongUse

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api import ClientAPI

# Recall@50 against exact search: 0.9996 on 8,378 passages of real minutes (300 probes between two
# passages each, 2 ms a query), 0.998 on 10,000 vectors in 300 dense clusters, where Chroma's own
# values (100, 16, 100) reach 0.94. Again: pytest tests/test_index.py -k recall. With 24 neighbours
# every fifth of 25,000 passages, 70 near copies of each of 359, no longer found itself; with 64
# all do, and neither building nor searching takes longer (python -m eval.bench_page).
HNSW = {"space": "cosine", "ef_construction": 200, "max_neighbors": 64, "ef_search": 400}
PART = 1000  # records a call; a server refuses bodies of more than 40 MB
PROBES = 50  # vectors that must find themselves after a collection was built
SOURCE_NODE = "1"  # llama_index.core.schema.NodeRelationship.SOURCE
SAME = 1e-4  # cosine distance below which two vectors are one


@dataclass(frozen=True)
class Place:
    """Where the vectors of one store lie."""

    folder: Path  # of the embedded Chroma; unused with a server
    name: str  # of the collection
    url: str | None = None  # of the Chroma server


@dataclass(frozen=True)
class Record:
    """One passage as Chroma holds it."""

    id: str
    text: str
    embedded: str  # what the vector is made from
    metadata: dict[str, str | int]


class Vectors:
    """One collection; close it, or its files stay open for the life of the process."""

    def __init__(
        self, client: ClientAPI, collection: Any, place: Place, built: bool = False
    ) -> None:
        self._client = client
        self.collection = collection
        self.place = place
        self._built = built

    @classmethod
    def create(cls, place: Place, count: int) -> Vectors:
        """An empty collection that is about to take `count` records, in place of any other."""
        client = _connect(place)
        try:
            if any(found.name == place.name for found in _collections(client)):
                client.delete_collection(place.name)
            size = part_size(count)
            # Written out with the last part, so that a reader replays next to nothing.
            hnsw = {**HNSW, "sync_threshold": max(2, size), "batch_size": max(2, size)}
            collection = client.create_collection(
                place.name,
                configuration=cast(Any, {"hnsw": hnsw}),
                embedding_function=None,
            )
        except BaseException:
            _close(client)
            raise
        return cls(client, collection, place, built=True)

    @classmethod
    def open(cls, place: Place) -> Vectors:
        """The collection as it is; raises MinutesError when it is not there."""
        from chromadb.errors import ChromaError

        if place.url is None and not (place.folder / "chroma.sqlite3").is_file():
            raise MinutesError(f"The vectors in {place.folder} are gone: ingest with --rebuild.")
        client = _connect(place)
        try:
            collection = client.get_collection(place.name, embedding_function=None)
        except (ChromaError, ValueError) as error:
            _close(client)
            raise MinutesError(
                f"Chroma has no collection {place.name} in {place.url or place.folder}: "
                f"ingest with --rebuild. ({error})"
            ) from error
        return cls(client, collection, place)

    def add(self, records: Sequence[Record], vectors: np.ndarray) -> None:
        """Store records with their vectors, as LlamaIndex's ChromaVectorStore reads them."""
        self.collection.add(
            ids=[record.id for record in records],
            embeddings=vectors,
            documents=[record.text for record in records],
            metadatas=[_metadata(record) for record in records],
        )

    def fetch(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of those ids that are there."""
        if not ids:
            return {}
        found = self.collection.get(ids=list(ids), include=["embeddings"])
        return dict(zip(found["ids"], found["embeddings"], strict=True))

    def nearest(
        self, vector: np.ndarray, k: int, meeting_ids: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Passage id and cosine of the k nearest, best first.

        Chroma filters while it walks the graph: of 8,347 passages, those of 1, 100 or 300 of 416
        meetings give the exact nearest in 9, 16 and 64 ms, so nothing need be fetched in excess.
        """
        if k < 1 or (meeting_ids is not None and not meeting_ids):
            return []
        where = {"meeting_id": {"$in": sorted(meeting_ids)}} if meeting_ids is not None else None
        found = self.collection.query(
            query_embeddings=vector.reshape(1, -1), n_results=k, where=where, include=["distances"]
        )
        distances = found["distances"][0]
        return [(id, 1.0 - float(far)) for id, far in zip(found["ids"][0], distances, strict=True)]

    def faults(self, ids: Sequence[str]) -> list[str]:
        """What is wrong with the collection if it should hold just these ids; nothing, normally.

        Chroma's graph has been seen to lose records that its tables still count, so a sample of
        vectors must find themselves as well.
        """
        count = self.collection.count()
        if count != len(ids):
            return [f"{count} records instead of {len(ids)}"]
        held: set[str] = set()
        for start in range(0, len(ids), PART):
            held.update(self.collection.get(limit=PART, offset=start, include=[])["ids"])
        missing = len(set(ids) - held)
        if missing:
            return [f"{missing} records are missing"]
        probes = self.fetch(list(ids)[:: max(1, len(ids) // PROBES)])
        lost = [id for id, vector in probes.items() if not self._finds(id, vector)]
        return [f"a search does not find {', '.join(lost)}"] if lost else []

    def _finds(self, id: str, vector: np.ndarray) -> bool:
        near = self.nearest(vector, 10)
        return any(found == id for found, _ in near) or (
            len(near) == 10 and near[-1][1] > 1 - SAME  # more than ten passages of one wording
        )

    def close(self) -> None:
        """Close the files; raises MinutesError where those just written cannot be cleared."""
        _close(self._client)
        if self._built and self.place.url is None:
            clear_unused(self.place.folder)


_GRAPH_HEADER = "<i4Q"  # version, offset, room for records, records, bytes of a record


def clear_unused(folder: Path) -> None:
    """Fill with zeros the room that Chroma's graph files keep for records to come.

    Chroma writes that room as it finds it in memory, with what stood there before: seen in one of
    five small indexes were the words of minutes that had just been removed.
    """
    for header in folder.glob("*/header.bin"):
        version, _, _, count, size = struct.unpack_from(_GRAPH_HEADER, header.read_bytes())
        for name, each in (("data_level0.bin", size), ("length.bin", 4)):
            path = header.with_name(name)
            unused = path.stat().st_size - count * each
            if version != 1 or unused < 0 or unused % each:
                raise MinutesError(
                    f"Chroma wrote {path} in a form that is not known, so nothing says whether "
                    "removed text stays in it. Install the versions in constraints.txt."
                )
            with path.open("r+b") as file:
                file.seek(count * each)
                file.write(bytes(unused))


def part_size(count: int) -> int:
    """Records a call, so that `count` of them fill whole parts but for a few."""
    return max(1, count // max(1, -(-count // PART)))


def delete_collections(url: str, prefix: str, keep: Iterable[str]) -> None:
    """Delete from a server the collections that begin with `prefix`, but for those to keep."""
    kept = set(keep)
    client = _connect(Place(Path(), prefix, url))
    try:
        for collection in _collections(client):
            if collection.name.startswith(prefix) and collection.name not in kept:
                client.delete_collection(collection.name)
    finally:
        _close(client)


def _collections(client: ClientAPI) -> list[Any]:
    found: list[Any] = []
    while part := client.list_collections(limit=100, offset=len(found)):
        found.extend(part)
    return found


def _connect(place: Place) -> ClientAPI:
    import chromadb
    from chromadb.config import Settings

    logging.getLogger("chromadb").setLevel(logging.ERROR)
    settings = Settings(anonymized_telemetry=False)
    if place.url is None:
        return chromadb.PersistentClient(path=str(place.folder), settings=settings)
    address = urlsplit(place.url)
    secure = address.scheme == "https"
    try:
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("an address looks like http://127.0.0.1:8000")
        return chromadb.HttpClient(
            host=address.hostname,
            port=address.port or (443 if secure else 8000),
            ssl=secure,
            settings=settings,
        )
    except Exception as error:  # whatever its HTTP client raises, the server cannot be used
        raise WrongUse(
            f"No Chroma server answers at {place.url} (MINUTES_CHROMA_URL): {error}. "
            "Start it, or unset the variable to keep the vectors in the index folder."
        ) from error


def _close(client: ClientAPI) -> None:
    cast(Any, client).close()


def _metadata(record: Record) -> dict[str, str | int]:
    node: dict[str, Any] = {
        "id_": record.id,
        "metadata": record.metadata,
        "relationships": {SOURCE_NODE: {"node_id": record.metadata["meeting_id"]}},
    }
    return {
        **record.metadata,
        "_node_type": "TextNode",
        "_node_content": json.dumps(node, ensure_ascii=False),
        "document_id": record.metadata["meeting_id"],
    }
