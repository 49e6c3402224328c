"""Conversations kept for each browser, and what users say of answers: a database beside the index.

Until there is a sign-in, a browser is known by a secret of its own, of which only a hash is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant import __version__
from assistant.answer_model import Answer, Change, Citation, Retrieved, Turn
from ingest.errors import MinutesError
from ingest.settings import data_folder
from ingest.tokens import fold

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from ingest.index import Index

FILE = "conversations.db"
KEPT_DAYS = 400  # since the last question; a browser forgets its secret after as long
LONGEST_NAME = 80  # characters
LONGEST_COMMENT = 1000
CONTEXT = 10  # turns before a question that it is completed from
PATIENCE_S = 10.0  # for another process that writes
REASONS = ("wrong answer", "wrong source", "incomplete", "should not have answered", "other")
GONE = "The minutes that were quoted here are no longer in the index."
CLOSED = "This answer may quote exempt items, which are closed here."
MODELS = Path(__file__).parent / "models"

_line = threading.Lock()

Verdict = Literal["up", "down"]

_TABLES = """
create table if not exists conversations (
    id text primary key, browser text not null, name text not null, changed text not null
);
create index if not exists of_browser on conversations (browser, changed);
create table if not exists turns (
    id integer primary key autoincrement,
    conversation text not null references conversations on delete cascade,
    asked text not null, answer text not null, words text not null, made text not null,
    exempt integer not null
);
create index if not exists of_conversation on turns (conversation);
create table if not exists feedback (
    turn integer primary key, said text not null, verdict text not null, reason text,
    comment text not null, record text not null, exempt integer not null
);
"""


@dataclass(frozen=True)
class Conversation:
    """A conversation of a browser, as it stands in a list."""

    id: str
    name: str
    changed: str  # when the last question was asked, in UTC
    turns: int


@dataclass(frozen=True)
class Said:
    """What a user says of an answer."""

    verdict: Verdict
    reason: str | None = None
    comment: str = ""


@dataclass(frozen=True)
class KeptTurn:
    """A question and its answer, and what was said of it."""

    id: int
    answer: Answer
    said: Said | None = None
    limits: dict[str, str] = field(default_factory=dict)  # of the search: body, since, until


@dataclass(frozen=True)
class Feedback:
    """What was said of an answer, with all that is needed to see it again."""

    turn: int
    time: str
    said: Said
    answer: Answer
    history: tuple[Turn, ...]
    made: dict[str, Any]  # limits of the search, versions of the package, index and models


def new_browser() -> str:
    """A secret for a browser that has none."""
    return secrets.token_urlsafe(32)


def begin(index: Path, browser: str, question: str) -> str:
    """Begin a conversation, named by its first question; returns its id.

    Conversations that nobody has gone on with for long are deleted.
    """
    name = " ".join(question.split())
    if len(name) > LONGEST_NAME:
        name = name[:LONGEST_NAME].rsplit(" ", 1)[0] + " …"
    id = secrets.token_urlsafe(12)
    with _opened(index) as database:
        old = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        database.execute("delete from conversations where changed < ?", (old,))
        database.execute(
            "insert into conversations values (?, ?, ?, ?)", (id, _hash(browser), name, _now())
        )
    return id


def add(
    index: Path,
    browser: str,
    conversation: str,
    answer: Answer,
    made: dict[str, Any],
    *,
    exempt: bool = False,
) -> int:
    """Keep an answer; returns the id of the turn. Raises KeyError for no conversation of theirs.

    `exempt`: exempt items were open to it, so it is shown only where they are.
    """
    with _opened(index) as database:
        _own(database, browser, conversation)
        words = fold(f"{answer.question} {answer.answer}")
        added = database.execute(
            "insert into turns (conversation, asked, answer, words, made, exempt)"
            " values (?, ?, ?, ?, ?, ?)",
            (conversation, _now(), json.dumps(asdict(answer)), words, json.dumps(made), exempt),
        )
        database.execute(
            "update conversations set changed = ? where id = ?", (_now(), conversation)
        )
        return int(added.lastrowid or 0)


def find(index: Path, browser: str, words: str = "", *, exempt: bool = False) -> list[Conversation]:
    """The conversations of a browser, newest first; `words` must all stand in name or turns."""
    clauses, values = ["browser = ?"], [_hash(browser)]
    for word in fold(words).split():
        clauses.append(
            "(instr(fold(name), ?) or exists (select 1 from turns where conversation ="
            " conversations.id and exempt <= ? and instr(words, ?)))"
        )
        values += [word, str(int(exempt)), word]
    with _opened(index) as database:
        database.create_function("fold", 1, fold, deterministic=True)
        rows = database.execute(
            "select id, name, changed, (select count(*) from turns where conversation ="
            f" conversations.id) from conversations where {' and '.join(clauses)}"
            " order by changed desc, rowid desc",
            values,
        ).fetchall()
    return [Conversation(*row) for row in rows]


def open_conversation(index: Path, browser: str, conversation: str) -> Conversation:
    """One conversation; raises KeyError where this browser has none of that id."""
    with _opened(index) as database:
        return Conversation(*_own(database, browser, conversation))


def turns(index: Index, browser: str, conversation: str, last: int) -> list[KeptTurn]:
    """The last turns of a conversation, oldest first; raises KeyError.

    What may not be seen any more is withheld: answers from minutes that have left the index, and
    those that exempt items were open to, where these are closed.
    """
    with _opened(index.folder) as database:
        _own(database, browser, conversation)
        rows = database.execute(
            "select id, answer, made, exempt, verdict, reason, comment from (select * from turns"
            " where conversation = ? order by id desc limit ?)"
            " left join (select turn, verdict, reason, comment from feedback) on turn = id"
            " order by id",
            (conversation, last),
        ).fetchall()
    held = {meeting.source for meeting in index.meetings()}
    found = []
    for id, answer, made, exempt, verdict, reason, comment in rows:
        said = Said(verdict, reason, comment) if verdict else None
        kept = _answer(json.loads(answer))
        if exempt and not index.restricted:
            kept = _withheld(kept, CLOSED)
        limits = json.loads(made)["limits"]
        found.append(KeptTurn(id, _as_far_as_held(kept, held), said, limits))
    return found


def rename(index: Path, browser: str, conversation: str, name: str) -> None:
    """Give a conversation another name; an empty one leaves it. Raises KeyError."""
    name = " ".join(name.split())[:LONGEST_NAME]
    with _opened(index) as database:
        _own(database, browser, conversation)
        if name:
            database.execute("update conversations set name = ? where id = ?", (name, conversation))


def delete(index: Path, browser: str, conversation: str) -> None:
    """Delete a conversation with its answers; raises KeyError. What was sent as feedback stays."""
    with _opened(index) as database:
        _own(database, browser, conversation)
        database.execute("delete from conversations where id = ?", (conversation,))


def say(index: Path, browser: str, turn: int, said: Said | None) -> None:
    """Keep what a user says of an answer, in place of what they said before; None withdraws it.

    Raises KeyError where the turn is none of this browser's.
    """
    with _opened(index) as database:
        row = database.execute(
            "select conversation, answer, made, exempt from turns where id = ?", (turn,)
        ).fetchone()
        if row is None:
            raise KeyError(turn)
        conversation, answer, made, exempt = row
        _own(database, browser, conversation)
        database.execute("delete from feedback where turn = ?", (turn,))
        if said is None:
            return
        before = database.execute(
            "select answer, exempt from turns where conversation = ? and id < ?"
            " order by id desc limit ?",
            (conversation, turn, CONTEXT),
        ).fetchall()
        record = {
            "answer": json.loads(answer),
            "history": [_earlier(_answer(json.loads(text))) for text, _ in reversed(before)],
            "made": json.loads(made),
        }
        database.execute(
            "insert into feedback values (?, ?, ?, ?, ?, ?, ?)",
            (
                turn,
                _now(),
                said.verdict,
                said.reason,
                said.comment.strip()[:LONGEST_COMMENT],
                json.dumps(record),
                max(exempt, *(one for _, one in before)) if before else exempt,
            ),
        )


def feedback(index: Path, *, exempt: bool = False) -> list[Feedback]:
    """All that was said, in the order of the answers; `exempt`: also of exempt items."""
    if not (data_folder(index) / FILE).exists():
        return []
    with _opened(index) as database:
        rows = database.execute(
            "select turn, said, verdict, reason, comment, record from feedback"
            " where exempt <= ? order by turn",
            (exempt,),
        ).fetchall()
    found = []
    for turn, time, verdict, reason, comment, text in rows:
        record = json.loads(text)
        history = tuple(Turn(e["question"], e["answer"]) for e in record["history"])
        said = Said(verdict, reason, comment)
        found.append(Feedback(turn, time, said, _answer(record["answer"]), history, record["made"]))
    return found


def forget(index: Path, sources: Iterable[str]) -> int:
    """Delete kept answers, and feedback on them, that hold text of these sources; returns how many.

    The questions stay, with an answer that says why it is gone.
    """
    gone = set(sources)
    if not (data_folder(index) / FILE).exists():
        return 0
    forgotten = 0
    with _opened(index) as database:
        for id, text in database.execute("select id, answer from turns").fetchall():
            answer = _answer(json.loads(text))
            if gone.isdisjoint(_sources(answer)):
                continue
            kept = _withheld(answer, GONE)
            database.execute(
                "update turns set answer = ?, words = ? where id = ?",
                (json.dumps(asdict(kept)), fold(f"{kept.question} {kept.answer}"), id),
            )
            forgotten += 1
        for turn, text in database.execute("select turn, record from feedback").fetchall():
            record = json.loads(text)
            told = {source for earlier in record["history"] for source in earlier["sources"]}
            if not gone.isdisjoint(told | _sources(_answer(record["answer"]))):
                database.execute("delete from feedback where turn = ?", (turn,))
    return forgotten


def how_made(assistant: Assistant, **limits: Any) -> dict[str, Any]:
    """The versions that an answer is made with, and the limits that were set to the search."""
    index = assistant.corpus.index
    model = assistant.llm.metadata.model_name if assistant.llm else None
    return {
        "limits": {name: str(value) for name, value in limits.items() if value},
        "versions": {
            "package": __version__,
            "models": _models(),
            "embed_model": index.embed_model,
            "llm": model,
            "index": str(index.folder),
            "generation": index.generation,
        },
    }


@cache
def _models() -> str:
    """A fingerprint of the trained models that come with the package."""
    digest = hashlib.sha256()
    for path in sorted(MODELS.iterdir()):
        if path.suffix in (".npz", ".onnx"):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@contextmanager
def _opened(index: Path) -> Iterator[sqlite3.Connection]:
    """The database within one transaction; MinutesError where it cannot be used."""
    path = data_folder(index) / FILE
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        # SQLite lets those who wait sleep and try again; here they stand in line.
        with _line, closing(sqlite3.connect(path, timeout=PATIENCE_S)) as database:
            database.execute("pragma foreign_keys = on")
            database.execute("pragma secure_delete = on")  # what is deleted is overwritten
            database.executescript(_TABLES)
            with database:
                yield database
    except (OSError, sqlite3.Error) as error:
        raise MinutesError(f"Conversations cannot be kept in {path}: {error}.") from error


def _own(
    database: sqlite3.Connection, browser: str, conversation: str
) -> tuple[str, str, str, int]:
    row: tuple[str, str, str, int] | None = database.execute(
        "select id, name, changed, (select count(*) from turns where conversation ="
        " conversations.id) from conversations where id = ? and browser = ?",
        (conversation, _hash(browser)),
    ).fetchone()
    if row is None:
        raise KeyError(conversation)
    return row


def _answer(values: dict[str, Any]) -> Answer:
    """An answer as it was kept; what an earlier version did not keep has its default."""
    parts: dict[str, type[Citation | Retrieved | Change]] = {
        "citations": Citation, "retrieved": Retrieved, "changes": Change
    }  # fmt: skip
    known = _known(Answer, values)
    for name, kind in parts.items():
        known[name] = tuple(kind(**_known(kind, one)) for one in known.get(name, ()))
    return Answer(**known)


def _known(kind: Any, values: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if name in names
    }


def _earlier(answer: Answer) -> dict[str, Any]:
    sources = sorted(_sources(answer))
    return {"question": answer.question, "answer": answer.answer, "sources": sources}


def _sources(answer: Answer) -> set[str]:
    cited = {citation.source for citation in answer.citations}
    return cited | {found.source for found in answer.retrieved}


def _as_far_as_held(answer: Answer, held: set[str]) -> Answer:
    if any(citation.source not in held for citation in answer.citations):
        return _withheld(answer, GONE)
    return replace(answer, retrieved=tuple(r for r in answer.retrieved if r.source in held))


def _withheld(answer: Answer, why: str) -> Answer:
    """The question with nothing of what the minutes say."""
    return Answer(answer.question, answer.question, False, why, 0.0)


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
