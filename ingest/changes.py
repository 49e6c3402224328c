"""What an ingest changed in the index, source by source, so that exactly that can be undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingest import store
from ingest.index import generation_folder

_COPIED = ("sources", "failures", "meetings")  # by collection and source
_PASSAGE = "id, meeting_id, place, heading, text, first_paragraph, last_paragraph, page"


@dataclass(frozen=True)
class Change:
    """A source before and after an ingest, each by its fingerprint; None: it was not there."""

    collection: str
    source: str
    before: str | None
    after: str | None

    @property
    def key(self) -> tuple[str, str]:
        return self.collection, self.source


@dataclass(frozen=True)
class Brought:
    """What stands in a generation of the sources that an ingest brought in."""

    sources: int
    meetings: int
    items: int
    passages: int


def tables(folder: Path, generation: int, name: str = store.PUBLIC) -> Path:
    return generation_folder(folder, generation) / name / "minutes.db"


def fingerprints(database: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """What the index holds of each source: when and from which bytes it was read, or failed."""
    found: dict[tuple[str, str], str] = {}
    for table, columns in (("sources", "sha256, read_at"), ("failures", "sha256, reason")):
        rows = database.execute(f"select collection, source, {columns} from {table}")
        for collection, source, sha256, more in rows:
            key = (collection, source)
            found[key] = f"{found.get(key, '')}{table} {sha256} {more}\n"
    return found


def changes(folder: Path, before: int, after: int) -> list[Change]:
    """The sources in which two generations differ; generation 0 is the empty index."""
    old: dict[tuple[str, str], str] = {}
    if before:
        with closing(store.open_for_reading(tables(folder, before))) as database:
            old = fingerprints(database)
    with closing(store.open_for_reading(tables(folder, after))) as database:
        new = fingerprints(database)
    keys = sorted(old.keys() | new.keys())
    return [
        Change(*key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    ]


def brought_in(folder: Path, generation: int, changed: Iterable[Change]) -> Brought:
    """Count what a generation holds of the sources that were read."""
    total = Brought(0, 0, 0, 0)
    with closing(store.open_for_reading(tables(folder, generation))) as database:
        for change in changed:
            (read,) = database.execute(
                "select count(*) from sources where collection = ? and source = ?", change.key
            ).fetchone()
            of = "meeting_id in (select id from meetings where collection = ? and source = ?)"
            meetings, items, passages = (
                database.execute(
                    f"select count(*) from {table} where {where}", change.key
                ).fetchone()[0]
                for table, where in (
                    ("meetings", "collection = ? and source = ?"),
                    ("items", of),
                    ("passages", of),
                )
            )
            total = Brought(
                total.sources + read,
                total.meetings + meetings,
                total.items + items,
                total.passages + passages,
            )
    return total


def restore(
    database: sqlite3.Connection, earlier: sqlite3.Connection, changed: Iterable[Change]
) -> None:
    """Put the sources back as the tables of an earlier generation hold them, if they do."""
    for change in changed:
        store.delete_source(database, *change.key)
        for table in _COPIED:
            where = "collection = ? and source = ?"
            rows = earlier.execute(f"select * from {table} where {where}", change.key).fetchall()
            _insert(database, table, rows)
        of = "meeting_id in (select id from meetings where collection = ? and source = ?)"
        for table in ("items", "paragraphs"):
            _insert(
                database,
                table,
                earlier.execute(f"select * from {table} where {of}", change.key).fetchall(),
            )
        rows = earlier.execute(
            f"select {_PASSAGE} from passages where {of} order by row", change.key
        ).fetchall()
        database.executemany(
            f"insert into passages ({_PASSAGE}) values ({', '.join('?' * 8)})", rows
        )


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f"insert into {table} values ({marks})", rows)
