"""One store on disk, write side: the tables of a generation, its vectors and its BM25 index."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import MinutesError
from ingest.model import Attendance, Decision, Item, Meeting, Paragraph, Passage, Vote
from ingest.passages import embedded_text
from ingest.same import Told, find_same, wording_of
from ingest.tokens import tokenize
from ingest.vectors import Place, Record, Vectors, part_size

if TYPE_CHECKING:
    import numpy as np

FORMAT = "1"  # of the tables; an index of another format is built anew
PUBLIC, RESTRICTED = "public", "restricted"
EMBED_PART = 250  # passages from one report of progress to the next; not below embedding.MANY

_SCHEMA = """
create table meta (key text primary key, value text not null);
create table collections (name text primary key, folder text not null);
create table sources (
  collection text, source text, sha256 text not null, kind text not null, read_at text not null,
  size integer not null, council text, exempt text, warnings text not null,
  primary key (collection, source));
create table failures (
  collection text, source text, sha256 text not null, reason text not null,
  primary key (collection, source));
create table meetings (
  id text primary key, collection text not null, source text not null, ordinal integer not null,
  council text, body text, date text, status text, language text not null, url text,
  ocr integer not null, also text not null, attendance text not null, warnings text not null,
  furniture text not null, wording text not null);
create index meetings_by_source on meetings (collection, source);
create table items (
  meeting_id text, place integer, number text, title text not null, page integer, url text,
  truncated integer not null, restricted integer not null, refs text not null,
  decisions text not null, agenda_number text, agenda text not null, links text not null,
  primary key (meeting_id, place));
create table paragraphs (
  meeting_id text, place integer, ordinal integer, text text not null, page integer,
  primary key (meeting_id, place, ordinal));
create table passages (
  row integer primary key, id text not null unique, meeting_id text not null,
  place integer not null, heading text not null, text text not null,
  first_paragraph integer not null, last_paragraph integer not null, page integer);
create index passages_by_item on passages (meeting_id, place);
"""


@dataclass(frozen=True)
class SourceRecord:
    """What the manifest says of a file that was read."""

    collection: str
    source: str
    sha256: str
    kind: str
    read_at: str
    size: int
    council: str | None = None  # given with the ingest, for meetings that name none
    exempt: str | None = None  # restricted items: None has none, "left out", "held"
    warnings: tuple[str, ...] = ()


def create(path: Path) -> sqlite3.Connection:
    """New, empty tables."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path.absolute().as_uri(), uri=True)
    database.executescript(_SCHEMA)
    return database


def open_for_reading(path: Path) -> sqlite3.Connection:
    """The tables of a finished generation, which nobody writes any more."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False)


def meta(database: sqlite3.Connection) -> dict[str, str]:
    return dict(database.execute("select key, value from meta"))


def set_meta(database: sqlite3.Connection, values: dict[str, str]) -> None:
    database.executemany("insert or replace into meta values (?, ?)", values.items())


def manifest(database: sqlite3.Connection) -> list[SourceRecord]:
    """Every source that was read, in order."""
    rows = database.execute(
        "select collection, source, sha256, kind, read_at, size, council, exempt, warnings"
        " from sources order by collection, source"
    )
    return [SourceRecord(*(*row[:8], tuple(json.loads(row[8])))) for row in rows]


def meeting_id(collection: str, source: str, ordinal: int) -> str:
    return hashlib.sha256(f"{collection}\n{source}\n{ordinal}".encode()).hexdigest()[:16]


def without_restricted(meeting: Meeting) -> Meeting:
    """The meeting as the public store holds it: of an exempt item, its number and title alone."""
    items = tuple(
        Item(item.number, item.title, (), page=item.page, restricted=True)
        if item.restricted
        else item
        for item in meeting.items
    )
    return replace(meeting, items=items)


def delete_source(database: sqlite3.Connection, collection: str, source: str) -> None:
    """Take a source out of every table."""
    ids = database.execute(
        "select id from meetings where collection = ? and source = ?", (collection, source)
    ).fetchall()
    for table in ("items", "paragraphs", "passages"):
        database.executemany(f"delete from {table} where meeting_id = ?", ids)
    for table in ("meetings", "sources", "failures"):
        database.execute(
            f"delete from {table} where collection = ? and source = ?", (collection, source)
        )


def add_source(
    database: sqlite3.Connection,
    record: SourceRecord,
    meetings: Sequence[tuple[Meeting, Sequence[Passage]]],
) -> None:
    """Store a source with its meetings and their passages, in place of what was there of it."""
    delete_source(database, record.collection, record.source)
    *row, warnings = asdict(record).values()
    database.execute(f"insert into sources values ({', '.join('?' * 9)})", (*row, _json(warnings)))
    for ordinal, (meeting, passages) in enumerate(meetings):
        id = meeting_id(record.collection, record.source, ordinal)
        _add_meeting(database, id, record, ordinal, meeting)
        add_passages(database, passages)


def _add_meeting(
    database: sqlite3.Connection, id: str, record: SourceRecord, ordinal: int, meeting: Meeting
) -> None:
    parts = [meeting.front, *(item.paragraphs for item in meeting.items)]
    database.execute(
        f"insert into meetings values ({', '.join('?' * 16)})",
        (
            id,
            record.collection,
            record.source,
            ordinal,
            meeting.council or record.council,
            meeting.body,
            meeting.date,
            meeting.status,
            meeting.language,
            meeting.url,
            meeting.ocr,
            _json(meeting.also),
            _json(asdict(meeting.attendance)),
            _json(meeting.warnings),
            _json(meeting.furniture),
            wording_of(meeting),
        ),
    )
    database.executemany(
        f"insert into items values ({', '.join('?' * 13)})",
        (
            (
                id,
                place,
                item.number,
                item.title,
                item.page,
                item.url,
                item.truncated,
                item.restricted,
                _json(item.references),
                _json([asdict(decision) for decision in item.decisions]),
                item.agenda_number,
                _json(item.agenda),
                _json(item.links),
            )
            for place, item in enumerate(meeting.items)
        ),
    )
    database.executemany(
        "insert into paragraphs values (?, ?, ?, ?, ?)",
        (
            (id, place, ordinal, paragraph.text, paragraph.page)
            for place, part in enumerate(parts, start=-1)
            for ordinal, paragraph in enumerate(part)
        ),
    )


def add_passages(database: sqlite3.Connection, passages: Sequence[Passage]) -> None:
    database.executemany(
        "insert into passages (id, meeting_id, place, text, heading, first_paragraph,"
        " last_paragraph, page) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (tuple(asdict(passage).values()) for passage in passages),
    )


def replace_passages(
    database: sqlite3.Connection, meeting: str, passages: Sequence[Passage]
) -> None:
    database.execute("delete from passages where meeting_id = ?", (meeting,))
    add_passages(database, passages)


def meeting_ids(database: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Id, collection and source of every meeting."""
    return database.execute("select id, collection, source from meetings").fetchall()


def meeting_held(database: sqlite3.Connection, id: str) -> Meeting:
    """A meeting as far as passages are made from it."""
    source, body, date, council = database.execute(
        "select source, body, date, council from meetings where id = ?", (id,)
    ).fetchone()
    items = database.execute(
        "select place, number, title, page, decisions from items where meeting_id = ?"
        " order by place",
        (id,),
    ).fetchall()
    return Meeting(
        source,
        body,
        date,
        tuple(
            Item(number, title, paragraphs_of(database, id, place), page=page, decisions=made)
            for place, number, title, page, decisions in items
            for made in [decisions_from(decisions)]
        ),
        council=council,
        front=paragraphs_of(database, id, -1),
    )


def paragraphs_of(database: sqlite3.Connection, meeting: str, place: int) -> tuple[Paragraph, ...]:
    rows = database.execute(
        "select text, page from paragraphs where meeting_id = ? and place = ? order by ordinal",
        (meeting, place),
    )
    return tuple(Paragraph(*row) for row in rows)


def decisions_from(text: str) -> tuple[Decision, ...]:
    return tuple(
        Decision(
            **{
                **values,
                "parts": tuple(values["parts"]),
                "vote": Vote(**values["vote"]) if values["vote"] else None,
            }
        )
        for values in json.loads(text)
    )


def attendance_from(text: str) -> Attendance:
    return Attendance(**{name: tuple(people) for name, people in json.loads(text).items()})


def link_same_meetings(database: sqlite3.Connection) -> None:
    """Write into `also` of every meeting the other sources that hold the same sitting."""
    rows = database.execute(
        "select id, source, body, date, status, language, wording from meetings order by id"
    ).fetchall()
    told = [
        Told(source, body, date, status, language, wording, partial(_text, database, id))
        for id, source, body, date, status, language, wording in rows
    ]
    database.executemany(
        "update meetings set also = ? where id = ?",
        (
            (_json(sorted(sources)), row[0])
            for row, sources in zip(rows, find_same(told), strict=True)
        ),
    )


def _text(database: sqlite3.Connection, meeting: str) -> str:
    rows = database.execute("select text from paragraphs where meeting_id = ?", (meeting,))
    return "\n".join(text for (text,) in rows)


def pack(database: sqlite3.Connection) -> None:
    """Rewrite the file, so that nothing of what was deleted stays in it."""
    database.commit()
    database.execute("vacuum")


def index_vectors(
    database: sqlite3.Connection,
    place: Place,
    earlier: Sequence[tuple[Path, Place]],
    embed: Callable[[Sequence[str]], np.ndarray],
    progress: Callable[[int, int], None],
) -> None:
    """Build the collection of all passages; raises MinutesError where Chroma does not hold them.

    Always from nothing: so no deleted text stays in Chroma's files, and its graph keeps no holes.
    Vectors come from the earlier stores (tables and place of each) where the passage stands there
    word for word, else from `embed`. Ten thousand take 7 s on two cores.
    """
    ids = [id for (id,) in database.execute("select id from passages order by row")]
    known = [_unchanged(database, tables) for tables, _ in earlier]
    with _opened([place for _, place in earlier]) as stores:
        reusable = list(zip(known, stores, strict=True))
        faults: list[str] = []
        for _ in range(2):
            done = 0

            def made(texts: Sequence[str]) -> np.ndarray:
                nonlocal done
                vectors = embed(texts)
                done += len(texts)
                progress(done, len(ids))
                return vectors

            vectors = Vectors.create(place, len(ids))
            try:
                end = 0
                for records in _parts(_records(database), part_size(len(ids))):
                    vectors.add(records, _vectors_of(records, reusable, made))
                    end += len(records)
                    if done < end:  # the rest was there already
                        done = end
                        progress(done, len(ids))
                faults = vectors.faults(ids)
            finally:
                vectors.close()
            if not faults:
                return
    raise MinutesError(
        f"Chroma did not keep what was stored: {'; '.join(faults)}. "
        "The index is as it was before; run the ingest again."
    )


def _records(database: sqlite3.Connection) -> list[Record]:
    names = ("collection", "source", "council", "body", "date", "item", "title")
    rows = database.execute(
        "select p.id, p.meeting_id, p.place, p.text, p.heading, p.first_paragraph,"
        " p.last_paragraph, p.page, m.collection, m.source, m.council, m.body, m.date, i.number,"
        " i.title from passages p join meetings m on m.id = p.meeting_id"
        " left join items i on i.meeting_id = p.meeting_id and i.place = p.place order by p.row"
    )
    records = []
    for row in rows:
        passage = Passage(*row[:8])
        values = dict(zip(names, row[8:], strict=True))
        values |= {"meeting_id": passage.meeting_id, "place": passage.item, "page": passage.page}
        known = {name: value for name, value in values.items() if value is not None}
        records.append(Record(passage.id, passage.text, embedded_text(passage), known))
    return records


def _parts(records: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    """Parts of `size` records; what is left over goes into the last."""
    count = len(records) // size
    for n in range(count):
        yield records[n * size : (n + 1) * size if n < count - 1 else len(records)]


def _vectors_of(
    records: Sequence[Record],
    reusable: Sequence[tuple[set[str], Vectors | None]],
    embed: Callable[[Sequence[str]], np.ndarray],
) -> np.ndarray:
    import numpy as np

    found: dict[str, np.ndarray] = {}
    for unchanged, vectors in reusable:
        if vectors is not None:
            ids = [record.id for record in records]
            found |= vectors.fetch([id for id in ids if id in unchanged and id not in found])
    new = [record for record in records if record.id not in found]
    for start in range(0, len(new), EMBED_PART):
        part = new[start : start + EMBED_PART]
        made = embed([record.embedded for record in part])
        found |= {record.id: vector for record, vector in zip(part, made, strict=True)}
    return np.stack([found[record.id] for record in records])


def _unchanged(database: sqlite3.Connection, tables: Path) -> set[str]:
    database.commit()
    address = f"{tables.resolve().as_uri()}?mode=ro"
    database.execute("attach ? as earlier", (address,))
    try:
        rows = database.execute(
            "select id from passages join earlier.passages as old using (id)"
            " where passages.heading = old.heading and passages.text = old.text"
        ).fetchall()
    finally:
        database.execute("detach earlier")
    return {id for (id,) in rows}


@contextmanager
def _opened(places: Sequence[Place]) -> Iterator[list[Vectors | None]]:
    stores: list[Vectors | None] = []
    try:
        for place in places:
            try:
                stores.append(Vectors.open(place))
            except MinutesError:
                stores.append(None)  # gone or damaged: its passages are embedded again
        yield stores
    finally:
        for store in stores:
            if store is not None:
                store.close()


def index_words(database: sqlite3.Connection, folder: Path) -> None:
    """Build and save the BM25 index over heading and text, in row order; none without passages."""
    from bm25s import BM25

    vocabulary: dict[str, int] = {}
    rows = database.execute(
        "select id, meeting_id, place, text, heading, first_paragraph, last_paragraph, page"
        " from passages order by row"
    )
    documents = [
        [
            vocabulary.setdefault(token, len(vocabulary))
            for token in tokenize(embedded_text(Passage(*row)))
        ]
        for row in rows
    ]
    if vocabulary:
        bm25 = BM25()
        bm25.index((documents, vocabulary), show_progress=False)
        bm25.save(folder, show_progress=False)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
