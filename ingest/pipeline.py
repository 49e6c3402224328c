"""Files -> index: what has changed is read, a new generation is built, and one switch shows it."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import store
from ingest.changes import Change, fingerprints, restore, tables
from ingest.errors import IndexMissing, WrongModel, WrongUse
from ingest.files import put
from ingest.index import CURRENT, current_generation, generation_folder, place_of
from ingest.lock import writing
from ingest.model import Meeting, Passage
from ingest.scan import File, Scan, as_text, scan_paths
from ingest.settings import load_settings
from ingest.uploads import UPLOADS, discard_uploads
from ingest.vectors import Place, delete_collections
from ingest.webservice import fetched_file
from ingest.worker import read_all

if TYPE_CHECKING:
    import numpy as np

    from ingest.embedding import Embedder

TEMPORARY = ".tmp"
SLOWEST = 5  # files named in the report
GRACE_S = 60  # for which a superseded generation stays, for a reader that has only just opened it


@dataclass(frozen=True)
class Progress:
    """How far an ingest is; `stage` is "list", "fetch" (of a site), "read" or "embed"."""

    stage: str
    done: int
    total: int
    rate: float  # a second
    eta_s: float | None
    current: str
    reason: str | None = None  # why the current file could not be read


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did; meetings, items and passages are what the index now holds."""

    read: int  # files read, new and changed
    unchanged: int
    changed: int
    removed: int
    failed: tuple[tuple[str, str], ...]  # source, reason
    skipped: tuple[tuple[str, str], ...]
    meetings: int
    items: int
    passages: int
    seconds: float
    warnings: tuple[str, ...]
    generation: int
    slowest: tuple[tuple[str, float], ...]  # source, seconds


@dataclass(frozen=True)
class RemoveReport:
    """What was taken out."""

    removed: tuple[str, ...]
    missing: tuple[str, ...]  # asked for, not in the index
    meetings: int
    passages: int
    warnings: tuple[str, ...]
    generation: int


@dataclass(frozen=True)
class UndoReport:
    """What was undone; meetings and passages are what the index now holds."""

    taken_out: tuple[str, ...]
    restored: tuple[str, ...]
    left_alone: tuple[str, ...]  # changed since
    meetings: int
    passages: int
    generation: int


def ingest(
    paths: Sequence[Path | str],
    index_dir: Path | str,
    *,
    collection: str | None = None,
    council: str | None = None,
    rebuild: bool = False,
    include_restricted: bool = False,
    embed_model: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Bring the index up to date with folders and files; only what has changed is read.

    A folder is a collection of its own; files that are missing from it are taken out of the
    index. `council` names the authority where the minutes do not; `embed_model` is the setting's,
    else the one that the index was made with. Raises WrongUse, WrongModel or
    IndexLocked, and then the index is as it was.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="minutes-") as unpacked:
        scan = scan_paths(
            [Path(path) for path in paths],
            Path(unpacked),
            Path(index_dir).absolute(),
            collection,
        )
        return _ingest(
            scan, index_dir, council, rebuild, include_restricted, embed_model, progress, began
        )


def ingest_pages(
    pages: Sequence[tuple[str, Path]],
    index_dir: Path | str,
    collection: str,
    folder: Path,
    *,
    council: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> IngestReport:
    """Bring one collection up to date with pages that were fetched into a folder.

    `pages` are all that there are: the address of each, which becomes its source, and its file.
    """
    began = time.monotonic()
    files: list[File] = []
    for address, path in pages:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        files.append(File(collection, address, path, sha256, path.stat().st_size))
    scan = Scan(tuple(files), (), (), frozenset([collection]), {collection: folder})
    return _ingest(scan, index_dir, council, False, False, None, progress, began)


def _ingest(
    scan: Scan,
    index_dir: Path | str,
    council: str | None,
    rebuild: bool,
    include_restricted: bool,
    embed_model: str | None,
    progress: Callable[[Progress], None] | None,
    began: float,
) -> IngestReport:
    folder = Path(index_dir).absolute()
    settings = load_settings()
    model = embed_model or settings.embed_model
    with (
        writing(folder),
        _Writer(folder, settings.chroma_url, model, rebuild, progress) as writer,
    ):
        warnings = writer.claim(scan)
        held = {(s.collection, s.source): s for s in writer.manifest}
        tried = {(c, s): (sha, reason) for c, s, sha, reason in writer.failures}
        here = {(file.collection, file.source) for file in scan.files}
        here |= {(name, source) for name, source, _ in scan.failed}
        shut = tuple((name, f"{source}/") for name, source in scan.closed)
        gone = [
            key
            for key in (held | tried)
            if key[0] in scan.whole
            and key not in here
            and not any(key[0] == name and key[1].startswith(start) for name, start in shut)
        ]

        def is_unchanged(file: File) -> bool:
            key = (file.collection, file.source)
            if rebuild:
                return False
            if key in tried and tried[key][0] == file.sha256:
                return True  # could not be read as it is
            known = held.get(key)
            return (
                known is not None
                and key not in tried
                and known.sha256 == file.sha256
                and council in (None, known.council)
                and not (include_restricted and known.exempt == "left out")
            )

        todo = [file for file in scan.files if not is_unchanged(file)]
        unreadable = {(c, s): ("", reason) for c, s, reason in scan.failed}
        news = unreadable != {k: v for k, v in tried.items() if k in unreadable}
        failed: dict[tuple[str, str], tuple[str, str]] = {
            key: value for key, value in tried.items() if key in here
        } | unreadable
        slowest: list[tuple[str, float]] = []
        read = changed = 0
        if todo or gone or news or warnings or writer.must_write(include_restricted):
            writer.begin(include_restricted)
            for name, path in scan.folders.items():
                writer.set_folder(name, path)
            for key in gone:
                writer.delete(*key)
            for key, (sha256, reason) in unreadable.items():
                writer.fail(*key, sha256, reason)
            if rebuild:
                writer.cut_again(set(here))
            rate = _Rate(progress, "read", len(todo))
            for outcome in read_all([(file.path, file.source) for file in todo]):
                file = todo[outcome.place]
                key = (file.collection, file.source)
                fault = outcome.reason or writer.add(
                    file, outcome.meetings, council, include_restricted
                )
                if fault is None:
                    failed.pop(key, None)
                    read += 1
                    changed += key in held
                else:
                    if key in held:
                        fault += " (what was read of it before stays in the index)"
                    failed[key] = (file.sha256, fault)
                    writer.fail(*key, file.sha256, fault)
                slowest.append((file.source, round(outcome.seconds, 2)))
                rate.step(file.source, fault)
            writer.finish()
        meetings, items, passages = writer.counts()
        return IngestReport(
            read=read,
            unchanged=len(here - {(f.collection, f.source) for f in todo} - failed.keys()),
            changed=changed,
            removed=sum(key in held for key in gone),
            failed=tuple((source, reason) for (_, source), (_, reason) in sorted(failed.items())),
            skipped=scan.skipped,
            meetings=meetings,
            items=items,
            passages=passages,
            seconds=round(time.monotonic() - began, 2),
            warnings=(*warnings, *writer.warnings),
            generation=writer.generation,
            slowest=tuple(sorted(slowest, key=lambda entry: -entry[1])[:SLOWEST]),
        )


def remove(sources: Sequence[str], index_dir: Path | str) -> RemoveReport:
    """Take sources out of every store at once, and delete the generations that still hold them.

    A source is named as `minutes status` lists it, with its collection before it ("parish/a.txt")
    where two collections have one of that name. Raises WrongUse where none is in the index.
    """
    folder = Path(index_dir).absolute()
    if current_generation(folder) is None:
        raise IndexMissing(f"There is no index in {folder}, so nothing can be removed from it.")
    with writing(folder), _Writer(folder, load_settings().chroma_url) as writer:
        keys = [(s.collection, s.source) for s in writer.manifest]
        keys += [(c, s) for c, s, *_ in writer.failures if (c, s) not in set(keys)]
        wanted: list[tuple[str, str]] = []
        missing: list[str] = []
        for name in sources:
            found = [key for key in keys if name in ("/".join(key), key[1])]
            if len(found) > 1:
                raise WrongUse(
                    f"{name} is in several collections: "
                    f"say {' or '.join('/'.join(key) for key in found)}."
                )
            wanted += found
            missing += [] if found else [name]
        if not wanted:
            raise WrongUse(f"Not in the index: {', '.join(missing)}. `minutes status` lists it.")
        before = writer.counts()
        writer.begin(include_restricted=False)
        for key in wanted:
            writer.delete(*key)
        writer.finish(keep_previous=False)
        meetings, _, passages = writer.counts()
        for collection, source in wanted:  # what a sync fetched lies in the index itself
            fetched = fetched_file(Path(writer.folders.get(collection, "")), source)
            if fetched and folder in fetched.parents:
                fetched.unlink()
        discard_uploads(folder, [s for c, s in wanted if c == UPLOADS])
        still = [s for c, s in wanted if Path(writer.folders.get(c, ""), s).exists()]
        return RemoveReport(
            removed=tuple(source for _, source in wanted),
            missing=tuple(missing),
            meetings=before[0] - meetings,
            passages=before[2] - passages,
            warnings=(
                *(
                    [
                        f"{len(still)} of these files still exist: the next ingest of their folder "
                        "reads them again, unless you move them away."
                    ]
                    if still
                    else []
                ),
                *writer.warnings,
            ),
            generation=writer.generation,
        )


def undo(
    changed: Sequence[Change],
    before: int,
    index_dir: Path | str,
    *,
    progress: Callable[[Progress], None] | None = None,
    prepare: Callable[[Sequence[Change]], None] = lambda undone: None,
) -> UndoReport:
    """Take what an ingest brought in out again, and put back what it replaced or took out.

    `before` is the generation that the ingest began from; what was replaced comes from there.
    Sources that have changed since are left alone. `prepare` is told what will be undone, once it
    is sure that it can be. Raises WrongUse where what stood there before is no longer kept.
    """
    folder = Path(index_dir).absolute()
    if current_generation(folder) is None:
        raise IndexMissing(f"There is no index in {folder}, so nothing can be undone in it.")
    url = load_settings().chroma_url
    with writing(folder), _Writer(folder, url, progress=progress) as writer:
        now = writer.fingerprints()
        undone = [change for change in changed if now.get(change.key) == change.after]
        if not undone:
            raise WrongUse("All of this has been changed or taken out since; nothing is left.")
        replaced = any(change.before for change in undone)
        held = before if before and tables(folder, before).is_file() else None
        if replaced and held is None:
            raise WrongUse(
                "What this replaced or took out is no longer kept, because the index has been "
                "written since. `minutes remove` takes single files out."
            )
        prepare(undone)
        writer.begin(include_restricted=False)
        if replaced:
            writer.restore(before, undone)
        for change in undone:
            if not change.before:
                writer.delete(*change.key)
        writer.forget_empty_collections()
        writer.finish(keep_previous=False, reuse=[before] if replaced else [])
        meetings, _, passages = writer.counts()
        return UndoReport(
            taken_out=tuple(c.source for c in undone if c.before is None),
            restored=tuple(c.source for c in undone if c.before is not None),
            left_alone=tuple(c.source for c in changed if now.get(c.key) != c.after),
            meetings=meetings,
            passages=passages,
            generation=writer.generation,
        )


class _Writer:
    """The next generation in the making; until `finish` nobody sees it, and nothing is lost."""

    def __init__(
        self,
        folder: Path,
        url: str | None,
        embed_model: str | None = None,
        rebuild: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.folder = folder
        self.warnings: list[str] = []
        self._url = url
        self._rebuild = rebuild
        self._progress = progress
        self._stores: dict[str, sqlite3.Connection] = {}
        self._embedder: Embedder | None = None
        self._meta: dict[str, str] = {}
        self.manifest: list[store.SourceRecord] = []
        self.failures: list[tuple[str, str, str, str]] = []
        self.folders: dict[str, str] = {}  # of the collections, as text
        self._counts = (0, 0, 0)
        self.generation = current_generation(folder) or 0
        self._clear()
        if self.generation:
            with closing(store.open_for_reading(self._tables(store.PUBLIC))) as database:
                self._read_state(database)
        self._request = embed_model
        self._check_model()

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        for database in self._stores.values():
            database.close()
        self._stores = {}
        shutil.rmtree(self._temporary, ignore_errors=True)

    def claim(self, scan: Scan) -> list[str]:
        """Check that each collection still belongs to the folder from which it was made."""
        warnings = []
        for name, path in scan.folders.items():
            owner = self.folders.get(name)
            if owner in (None, as_text(os.fspath(path))):
                continue
            known = {s.source for s in self.manifest if s.collection == name}
            found = known & {file.source for file in scan.files if file.collection == name}
            if Path(owner).exists() or 2 * len(found) < len(known):
                raise WrongUse(
                    f"The index already has a collection {name!r}, from {owner}. "
                    f"To add {path} beside it, name it: --collection NAME."
                )
            warnings.append(f"Collection {name!r} has moved from {owner} to {path}.")
        return warnings

    def must_write(self, include_restricted: bool) -> bool:
        """Whether a generation is due although no file has changed."""
        return (
            not self.generation
            or self._rebuild
            or self._meta["chroma"] != (self._url or "embedded")
            or (include_restricted and store.RESTRICTED not in self._held_stores())
        )

    def begin(self, include_restricted: bool) -> None:
        """Start from a copy of the current generation's tables."""
        held = self._held_stores()
        names = [store.PUBLIC]
        if include_restricted or store.RESTRICTED in held:
            names.append(store.RESTRICTED)
        for name in names:
            target = self._temporary / name / "minutes.db"
            if held:
                target.parent.mkdir(parents=True)
                shutil.copyfile(self._tables(name if name in held else store.PUBLIC), target)
                self._stores[name] = sqlite3.connect(target.as_uri(), uri=True)
            else:
                self._stores[name] = store.create(target)
            self._stores[name].execute("begin")

    def set_folder(self, collection: str, path: Path) -> None:
        name = as_text(os.fspath(path))
        for database in self._stores.values():
            database.execute("insert or replace into collections values (?, ?)", (collection, name))

    def delete(self, collection: str, source: str) -> None:
        for database in self._stores.values():
            store.delete_source(database, collection, source)

    def fail(self, collection: str, source: str, sha256: str, reason: str) -> None:
        for database in self._stores.values():
            database.execute(
                "insert or replace into failures values (?, ?, ?, ?)",
                (collection, source, sha256, as_text(reason)),
            )

    def add(
        self, file: File, meetings: Sequence[Meeting], council: str | None, with_restricted: bool
    ) -> str | None:
        """Store what was read of a file; the reason, where it cannot be stored."""
        exempt = any(item.restricted for meeting in meetings for item in meeting.items)
        record = store.SourceRecord(
            file.collection,
            file.source,
            file.sha256,
            file.path.suffix.lower().lstrip("."),
            datetime.now(UTC).isoformat(timespec="seconds"),
            file.size,
            council,
            ("held" if with_restricted else "left out") if exempt else None,
            tuple(dict.fromkeys(w for meeting in meetings for w in meeting.warnings)),
        )
        for name, database in self._stores.items():
            whole = with_restricted and name == store.RESTRICTED
            kept = [meeting if whole else store.without_restricted(meeting) for meeting in meetings]
            database.execute("savepoint source")
            try:
                store.add_source(
                    database,
                    record,
                    [
                        (m, self._cut(m, store.meeting_id(file.collection, file.source, n)))
                        for n, m in enumerate(kept)
                    ],
                )
            except UnicodeEncodeError:
                database.execute("rollback to source")
                return "the text holds characters that are not Unicode text"
            finally:
                database.execute("release source")
        return None

    def cut_again(self, but: set[tuple[str, str]]) -> None:
        """Make the passages of the stored meetings anew; sources to be read again are left out."""
        for database in self._stores.values():
            for id, collection, source in store.meeting_ids(database):
                if (collection, source) not in but:
                    store.replace_passages(
                        database, id, self._cut(store.meeting_held(database, id), id)
                    )

    def fingerprints(self) -> dict[tuple[str, str], str]:
        """What the current generation holds of each source."""
        with closing(store.open_for_reading(self._tables(store.PUBLIC))) as database:
            return fingerprints(database)

    def restore(self, generation: int, changed: Sequence[Change]) -> None:
        """Put sources back as an earlier generation holds them."""
        for name, database in self._stores.items():
            path = tables(self.folder, generation, name)
            path = path if path.is_file() else tables(self.folder, generation)
            with closing(store.open_for_reading(path)) as earlier:
                restore(database, earlier, changed)

    def forget_empty_collections(self) -> None:
        for database in self._stores.values():
            database.execute(
                "delete from collections where name not in (select collection from sources)"
                " and name not in (select collection from failures)"
            )

    def finish(self, keep_previous: bool = True, reuse: Sequence[int] = ()) -> None:
        """Index what the tables hold, check it, and make it the current generation.

        `reuse`: generations, besides the current one, that may have vectors to take over.
        """
        number = self.generation + 1
        earlier: list[tuple[Path, Place]] = []
        if self.generation and not self._rebuild:
            held = [self._tables(name) for name in self._held_stores()]
            for number_before in reuse:
                held += [tables(self.folder, number_before, n) for n in self._held_stores()]
            for path in filter(Path.is_file, held):
                with closing(store.open_for_reading(path)) as old:
                    place = place_of(path.parent, store.meta(old), self._url)
                earlier.append((path, place))
        for name, database in self._stores.items():
            target = self._temporary / name
            store.link_same_meetings(database)
            place = self._place(target, number, name)
            rate = _Rate(self._progress, "embed", 0)
            store.index_vectors(database, place, earlier, self._embed, rate.at)
            store.index_words(database, target / "bm25")
            self._write_meta(database, number, place)
            store.pack(database)
            earlier.insert(0, (target / "minutes.db", place))
        self._counts = _count(self._stores[store.PUBLIC])
        for database in self._stores.values():
            database.close()
        self._stores = {}
        final = generation_folder(self.folder, number)
        os.replace(self._temporary, final)
        _write_durably(self.folder / CURRENT, str(number))
        self.generation = number
        self._clear(keep_previous)

    def counts(self) -> tuple[int, int, int]:
        """Meetings, items and passages of the current generation."""
        return self._counts

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        return self._model().encode(texts)

    def _cut(self, meeting: Meeting, id: str) -> list[Passage]:
        from ingest.passages import make_passages

        model = self._model()
        return make_passages(meeting, id, model.count_pieces, model.max_pieces)

    def _model(self) -> Embedder:
        if self._embedder is None:
            from ingest.embedding import load_embedder

            old = {} if self._rebuild else self._meta
            self._request = self._request or old.get("request") or None
            self._embedder = load_embedder(self._request, bulk=True)
            if self._embedder.name != old.get("embed_model", self._embedder.name):
                raise self._wrong_model(self._embedder.name)
        return self._embedder

    def _check_model(self) -> None:
        known = {self._meta.get("request"), self._meta.get("embed_model")}
        if self._meta and not self._rebuild and self._request and self._request not in known:
            raise self._wrong_model(self._request)

    def _wrong_model(self, other: str) -> WrongModel:
        return WrongModel(
            f"The index {self.folder} was made with the embedding model "
            f"{self._meta['embed_model']}, not with {other}. Use that model, or make all its "
            "vectors anew with `minutes ingest --rebuild`."
        )

    def _write_meta(self, database: sqlite3.Connection, number: int, place: Place) -> None:
        old = self._meta
        model = self._embedder
        store.set_meta(
            database,
            {
                "format": store.FORMAT,
                "generation": str(number),
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "embed_model": model.name if model else old.get("embed_model", ""),
                "request": (self._request or "") if model else old.get("request", ""),
                "dimension": str(model.dimension) if model else old.get("dimension", "0"),
                "chroma": self._url or "embedded",
                "chroma_collection": place.name,
            },
        )

    def _place(self, target: Path, number: int, name: str) -> Place:
        if self._url:
            return Place(target, self._server_collection(number, name), self._url)
        return Place(target / "chroma", "passages")

    def _server_collection(self, number: int | None = None, name: str = "") -> str:
        """The name of a collection on a server, or what the names of all of this index begin with.

        A random id tells apart the indexes that share a server.
        """
        path = self.folder / "index-id"
        if not path.exists():
            _write_durably(path, uuid.uuid4().hex[:12])
        prefix = f"minutes-{path.read_text(encoding='ascii')}-"
        return prefix if number is None else f"{prefix}{number:06d}-{name}"

    def _read_state(self, database: sqlite3.Connection) -> None:
        self._meta = store.meta(database)
        if self._meta.get("format") != store.FORMAT:
            raise WrongUse(
                f"The index {self.folder} was made by another version of this program. "
                "Take the folder away and ingest again."
            )
        self.manifest = store.manifest(database)
        self.failures = database.execute(
            "select collection, source, sha256, reason from failures order by collection, source"
        ).fetchall()
        self.folders = dict(database.execute("select name, folder from collections"))
        self._counts = _count(database)

    @property
    def _temporary(self) -> Path:
        name = generation_folder(self.folder, self.generation + 1).name + TEMPORARY
        return self.folder / name

    def _tables(self, name: str) -> Path:
        return generation_folder(self.folder, self.generation) / name / "minutes.db"

    def _held_stores(self) -> list[str]:
        return [n for n in (store.PUBLIC, store.RESTRICTED) if self._tables(n).is_file()]

    def _clear(self, keep_previous: bool = True) -> None:
        """Delete temporary folders and old generations, with their collections on a server."""
        kept = {self.generation, *(self._in_use() if keep_previous else ())}
        names = {generation_folder(self.folder, number).name for number in kept}
        stale = [path for path in self.folder.glob("gen-*") if path.name not in names]
        if not stale:
            return
        for url in {self._url, *map(_server_of, stale)} - {None}:
            self._clear_server(url, kept)
        for path in stale:
            shutil.rmtree(path, ignore_errors=True)
            told = (
                f"{path} could not be deleted, so what it holds stays on the disk. The next "
                "change of the index tries again."
            )
            if path.exists() and told not in self.warnings:  # a program holds its files open
                self.warnings.append(told)

    def _in_use(self) -> Iterator[int]:
        """The generation before, and those that a slow reader may have opened moments ago."""
        now = time.time()
        for number in range(self.generation - 1, -1, -1):
            yield number
            try:
                superseded = generation_folder(self.folder, number).stat().st_ctime
            except OSError:
                return
            if now - superseded > GRACE_S:
                return

    def _clear_server(self, url: str | None, kept: set[int]) -> None:
        names = [
            self._server_collection(number, name)
            for number in kept
            for name in (store.PUBLIC, store.RESTRICTED)
        ]
        try:
            delete_collections(str(url), self._server_collection(), names)
        except WrongUse as error:
            if url == self._url:
                raise
            self.warnings.append(f"Old vectors were not deleted. {error}")


class _Rate:
    """Turns steps into progress reports."""

    def __init__(self, progress: Callable[[Progress], None] | None, stage: str, total: int) -> None:
        self._progress, self._stage, self._total = progress, stage, total
        self._began = time.monotonic()
        self._done = 0

    def step(self, current: str, reason: str | None) -> None:
        self._done += 1
        self._tell(current, reason)

    def at(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        self._tell("")

    def _tell(self, current: str, reason: str | None = None) -> None:
        if self._progress:
            rate = self._done / max(time.monotonic() - self._began, 1e-6)
            left = (self._total - self._done) / rate if rate else None
            told = (self._stage, self._done, self._total, rate, left, current, reason)
            self._progress(Progress(*told))


def _count(database: sqlite3.Connection) -> tuple[int, int, int]:
    meetings, items, passages = (
        database.execute(f"select count(*) from {table}").fetchone()[0]
        for table in ("meetings", "items", "passages")
    )
    return meetings, items, passages


def _server_of(generation: Path) -> str | None:
    """The Chroma server with a generation's vectors; None: they are embedded or not finished."""
    try:
        with closing(store.open_for_reading(generation / store.PUBLIC / "minutes.db")) as database:
            chroma = store.meta(database).get("chroma")
    except sqlite3.Error:
        return None
    return None if chroma == "embedded" else chroma


def _write_durably(path: Path, text: str) -> None:
    """Replace a small file in one step that outlives a power cut."""
    temporary = path.with_name(path.name + TEMPORARY)
    with temporary.open("w", encoding="ascii") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    put(temporary, path)
