"""The index, read side: an immutable view of one generation, opened by any number of processes."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest import store
from ingest.bodies import canonical_names
from ingest.errors import IndexMissing
from ingest.files import read
from ingest.model import Attendance, Decision, Paragraph, Passage, Status
from ingest.settings import load_settings
from ingest.vectors import Place, Vectors

if TYPE_CHECKING:
    import numpy as np

CURRENT = "current"
_ASK = 500  # ids in one SQL statement
_PASSAGE = "id, meeting_id, place, text, heading, first_paragraph, last_paragraph, page"


@dataclass(frozen=True)
class StoredSource:
    """A file or page that was read, and what came of it."""

    collection: str
    source: str
    sha256: str
    kind: str
    read_at: str
    meetings: int
    passages: int
    warnings: tuple[str, ...]
    size: int


@dataclass(frozen=True)
class StoredMeeting:
    """One sitting as one source tells it; `also` names the other sources of the same sitting."""

    id: str
    source: str
    collection: str
    council: str | None
    body: str | None
    date: str | None
    status: Status | None
    language: str
    url: str | None
    ocr: bool
    also: tuple[str, ...]
    attendance: Attendance
    warnings: tuple[str, ...]
    ordinal: int


@dataclass(frozen=True)
class StoredItem:
    """One piece of business, without its paragraphs."""

    meeting_id: str
    place: int
    number: str | None
    title: str
    page: int | None
    url: str | None
    truncated: bool
    references: tuple[str, ...]
    decisions: tuple[Decision, ...]
    agenda_number: str | None
    agenda: tuple[str, ...]
    links: tuple[str, ...]
    restricted: bool


def current_generation(folder: Path) -> int | None:
    """The number of the generation in use; None where there is no index."""
    try:
        return int(read(folder / CURRENT))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise IndexMissing(
            f"The file {folder / CURRENT} cannot be read ({error}). "
            "Take the folder away and ingest again."
        ) from error


def generation_folder(folder: Path, generation: int) -> Path:
    return folder / f"gen-{generation:06d}"


def place_of(store_folder: Path, meta: dict[str, str], url: str | None) -> Place:
    """Where the vectors of a finished store lie, as it was written down when it was made."""
    if meta["chroma"] == "embedded":
        return Place(store_folder / "chroma", meta["chroma_collection"])
    return Place(store_folder, meta["chroma_collection"], url or meta["chroma"])


_COLLECTION, _BODY = 2, 4  # columns of the meetings as they are asked for


class Index:
    """One generation, from several threads if need be; close it when a newer one is opened."""

    def __init__(self, folder: Path, generation: int, store_folder: Path) -> None:
        self.folder = folder
        self.generation = generation
        self._store = store_folder
        self._lock = threading.RLock()
        self._database = store.open_for_reading(store_folder / "minutes.db")
        self._vectors: Vectors | None = None
        self._meta = store.meta(self._database)
        self.embed_model = self._meta["embed_model"]
        self.restricted = store_folder.name == store.RESTRICTED

    @classmethod
    def open(cls, folder: Path, *, restricted: bool | None = None) -> Index:
        """The current generation; raises IndexMissing where there is none.

        `restricted`: with the exempt items, where they were ingested; None: as MINUTES_RESTRICTED
        says.
        """
        if restricted is None:
            restricted = load_settings().restricted
        while (generation := current_generation(folder)) is not None:
            chosen = generation_folder(folder, generation) / store.PUBLIC
            if restricted and (exempt := chosen.with_name(store.RESTRICTED)).is_dir():
                chosen = exempt
            try:
                return cls(folder, generation, chosen)
            except sqlite3.OperationalError as error:
                if current_generation(folder) == generation:
                    raise IndexMissing(
                        f"The index {folder} is damaged: {chosen / 'minutes.db'} cannot be opened "
                        f"({error}). Take the folder away and ingest again."
                    ) from error
        raise IndexMissing(
            f"There is no index in {folder}: run `minutes ingest` with a folder of minutes."
        )

    def is_current(self) -> bool:
        """False once a newer generation was switched in."""
        return current_generation(self.folder) == self.generation

    def sources(self) -> list[StoredSource]:
        rows = self._rows(
            "select s.collection, s.source, s.sha256, s.kind, s.read_at, count(distinct m.id),"
            " count(p.id), s.warnings, s.size from sources s left join meetings m on"
            " m.collection = s.collection and m.source = s.source"
            " left join passages p on p.meeting_id = m.id"
            " group by s.collection, s.source order by s.collection, s.source"
        )
        return [
            StoredSource(*(*row, tuple(json.loads(warnings)), size))
            for *row, warnings, size in rows
        ]

    def folders(self) -> dict[str, Path]:
        """The folder that each collection was read from, by the collection's name."""
        rows = self._rows("select name, folder from collections")
        return {name: Path(folder) for name, folder in rows}

    def sha256(self, collection: str, source: str) -> str | None:
        """The digest of a source as it was read; None where the index does not have it."""
        rows = self._rows(
            "select sha256 from sources where collection = ? and source = ?", (collection, source)
        )
        return rows[0][0] if rows else None

    def failures(self) -> list[tuple[str, str]]:
        """Sources that could not be read, with the reason."""
        return self._rows("select source, reason from failures order by collection, source")

    def meetings(self) -> list[StoredMeeting]:
        """All meetings, by source and the order in it."""
        return list(self._meetings.values())

    def meeting(self, id: str) -> StoredMeeting:
        return self._meetings[id]

    @cached_property
    def _meetings(self) -> dict[str, StoredMeeting]:
        rows = self._rows(
            "select id, source, collection, council, body, date, status, language, url, ocr, also,"
            " attendance, warnings, ordinal from meetings order by collection, source, ordinal"
        )
        counts: dict[str, Counter[str]] = {}
        for row in rows:
            if row[_BODY]:
                counts.setdefault(row[_COLLECTION], Counter())[row[_BODY]] += 1
        right = {collection: canonical_names(names) for collection, names in counts.items()}
        return {
            row[0]: StoredMeeting(
                *(
                    *row[:_BODY],
                    right.get(row[_COLLECTION], {}).get(row[_BODY], row[_BODY]),
                    *row[_BODY + 1 :],
                    bool(ocr),
                    tuple(json.loads(also)),
                    store.attendance_from(attendance),
                    tuple(json.loads(warnings)),
                    ordinal,
                )
            )
            for *row, ocr, also, attendance, warnings, ordinal in rows
        }

    def items(self, meeting_id: str) -> list[StoredItem]:
        """The items of a meeting in the order in which they stand there."""
        return [
            _item(row)
            for row in self._rows(f"{_ITEMS} where meeting_id = ? order by place", (meeting_id,))
        ]

    def all_items(self) -> list[StoredItem]:
        """The items of all meetings, each meeting's in the order in which they stand there."""
        return [_item(row) for row in self._rows(f"{_ITEMS} order by meeting_id, place")]

    def item(self, meeting_id: str, place: int) -> StoredItem:
        rows = self._rows(f"{_ITEMS} where meeting_id = ? and place = ?", (meeting_id, place))
        if not rows:
            raise KeyError((meeting_id, place))
        return _item(rows[0])

    def paragraphs(self, meeting_id: str, place: int) -> list[Paragraph]:
        """The paragraphs of an item; place -1 is the front matter."""
        with self._lock:
            return list(store.paragraphs_of(self._database, meeting_id, place))

    @cached_property
    def passage_ids(self) -> list[str]:
        """All passages in row order: the position is the row of `bm25`."""
        return [id for (id,) in self._rows("select id from passages order by row")]

    def rows(self) -> list[tuple[str, int]]:
        """The meeting and the place of the item of every passage, in row order."""
        return self._rows("select meeting_id, place from passages order by row")

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Passages in the order asked; an unknown id raises KeyError."""
        found: dict[str, Passage] = {}
        for start in range(0, len(ids), _ASK):
            some = ids[start : start + _ASK]
            marks = ", ".join("?" * len(some))
            for row in self._rows(f"select {_PASSAGE} from passages where id in ({marks})", some):
                found[row[0]] = Passage(*row)
        return [found[id] for id in ids]

    def all_passages(self) -> Iterator[Passage]:
        """Every passage in row order."""
        ids = self.passage_ids
        for start in range(0, len(ids), _ASK):
            yield from self.passages(ids[start : start + _ASK])

    def passages_of(self, meeting_id: str, place: int) -> list[Passage]:
        rows = self._rows(
            f"select {_PASSAGE} from passages where meeting_id = ? and place = ? order by row",
            (meeting_id, place),
        )
        return [Passage(*row) for row in rows]

    def dense(
        self, vector: np.ndarray, k: int, meeting_ids: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Passage id and cosine of the k passages nearest to a vector, best first."""
        return self._chroma().nearest(vector, k, meeting_ids)

    def vectors(self, ids: Sequence[str]) -> np.ndarray:
        """The passages' vectors, one a row, in the order asked; an unknown id raises KeyError."""
        import numpy as np

        found = self._chroma().fetch(list(dict.fromkeys(ids)))
        width = int(self._meta["dimension"])
        return np.array([found[id] for id in ids], np.float32).reshape(len(ids), width)

    def bm25(self, tokens: Sequence[str]) -> np.ndarray:
        """The score of every passage, by its place in `passage_ids`; unknown tokens add nothing."""
        import numpy as np

        with self._lock:
            bm25 = self._bm25
        known = bm25.get_tokens_ids(list(tokens)) if bm25 else []
        if not known:
            return np.zeros(len(self.passage_ids), np.float32)
        scores: np.ndarray = bm25.get_scores_from_ids(known)
        return scores

    def postings(self, token: str) -> np.ndarray:
        """The rows, (n,) int, of the passages that hold a token in their heading or text."""
        import numpy as np

        with self._lock:
            bm25 = self._bm25
        known = bm25.get_tokens_ids([token]) if bm25 else []
        if not known:
            return np.zeros(0, np.int32)
        # bm25s keeps a sparse matrix by token: https://github.com/xhluca/bm25s
        starts = bm25.scores["indptr"]
        rows: np.ndarray = bm25.scores["indices"][starts[known[0]] : starts[known[0] + 1]]
        return rows

    def words_beginning(self, start: str) -> list[str]:
        """The words (stems) of the index that begin so, in alphabetical order."""
        from bisect import bisect_left

        first = bisect_left(self._words, start)
        last = bisect_left(self._words, start + "\U0010ffff")
        return self._words[first:last]

    @cached_property
    def _words(self) -> list[str]:
        with self._lock:
            bm25 = self._bm25
        return sorted(bm25.vocab_dict) if bm25 else []

    @cached_property
    def words_of_letters(self) -> list[str]:
        """The words (stems) of the index that have letters only, in alphabetical order."""
        return [word for word in self._words if word.isalpha()]

    def item_labels(self) -> list[tuple[str, int, str | None, tuple[str, ...]]]:
        """Meeting, place, printed number and references of every item."""
        return [
            (meeting_id, place, number, tuple(json.loads(references)))
            for meeting_id, place, number, references in self._rows(
                "select meeting_id, place, number, refs from items"
            )
        ]

    @cached_property
    def _bm25(self) -> Any:
        if not (self._store / "bm25").is_dir():
            return None
        from bm25s import BM25

        return BM25.load(self._store / "bm25", mmap=True, show_progress=False)

    @property
    def chroma_collection(self) -> Any:
        """The Chroma collection, for LlamaIndex's ChromaVectorStore."""
        return self._chroma().collection

    def _chroma(self) -> Vectors:
        with self._lock:
            if self._vectors is None:
                place = place_of(self._store, self._meta, load_settings().chroma_url)
                self._vectors = Vectors.open(place)
            return self._vectors

    def _rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def close(self) -> None:
        """Let go of the files; the index is of no use afterwards."""
        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
            self._database.close()


_ITEMS = (
    "select meeting_id, place, number, title, page, url, truncated, refs, decisions,"
    " agenda_number, agenda, links, restricted from items"
)


def _item(row: Any) -> StoredItem:
    meeting_id, place, number, title, page, url, truncated, references, decisions, *rest = row
    agenda_number, agenda, links, restricted = rest
    return StoredItem(
        meeting_id=meeting_id,
        place=place,
        number=number,
        title=title,
        page=page,
        url=url,
        truncated=bool(truncated),
        references=tuple(json.loads(references)),
        decisions=store.decisions_from(decisions),
        agenda_number=agenda_number,
        agenda=tuple(json.loads(agenda)),
        links=tuple(json.loads(links)),
        restricted=bool(restricted),
    )
