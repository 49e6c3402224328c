"""How fast and how large: `ask` and `lookup` beside a plain hybrid, warm and from the shell.

    python -m eval.bench_answers [INDEX ...] [--questions QUESTIONS.jsonl ...] [--passages N ...]

Indexes of each size are made from the meetings of those given (the one of the settings, else one of
the bundled sample): all of them, then again with every date a year later, until there are enough
passages. Nothing is embedded anew: a copy's vector is its model's, turned by a little noise, since
a graph of exact copies is unlike any real one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from eval.questions import Question, load_questions
from ingest import store
from ingest.index import CURRENT, Index, current_generation, generation_folder
from ingest.vectors import Place

SAMPLE = Path(__file__).parent / "sample"
SIZES = (8_000, 25_000, 100_000)
SEED = 7
WARM_UP = 20  # questions that are asked before the clock is read
NOISE = 0.25  # length of what is added to a copy's vector: cosine 0.97 to its model's
ROUNDS = 5  # of each command from the shell
_YEAR = re.compile(r"\b((?:19|20)\d\d)\b")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("indexes", nargs="*", type=Path, metavar="INDEX")
    parser.add_argument("--questions", nargs="+", type=Path, default=[SAMPLE / "questions.jsonl"])
    parser.add_argument("--passages", nargs="+", type=int, default=SIZES, metavar="N")
    parser.add_argument("--limit", type=int, default=100, help="questions timed (default: 100)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the indexes made are kept")
    parser.add_argument("--measure", action="store_true", help="time the one index given, as JSON")
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure(options.indexes[0], drawn(options.questions, options.limit))))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        kept = options.keep or Path(scratch)
        models = options.indexes or [given_or_sample(kept)]
        print(f"{'passages':>9} {'':<13}{'p50 ms':>8}{'p95 ms':>8}{'of plain hybrid':>17}")
        for size in options.passages:
            folder = kept / f"{size}-passages"
            if not (folder / CURRENT).exists():
                grow(models, size, folder)
            _show(_measured_alone(folder, options))
        for name, seconds, ratio in cold(kept / f"{options.passages[0]}-passages"):
            print(f"{name:<30}{seconds:6.2f} s{ratio:7.2f} of a bare import of torch")
    return 0


def given_or_sample(scratch: Path) -> Path:
    """The index of the settings, else one of the sample minutes."""
    from ingest.pipeline import ingest
    from ingest.settings import load_settings

    given = load_settings().index
    if (given / CURRENT).exists():
        return given
    folder = scratch / "sample"
    if not (folder / CURRENT).exists():
        ingest([SAMPLE / "minutes"], folder)
    return folder


def grow(models: Sequence[Path], size: int, folder: Path) -> None:
    """Make an index of `size` passages and at most a meeting more out of other indexes.

    What an earlier run left half made in `folder` is removed first.
    """
    shutil.rmtree(folder, ignore_errors=True)
    target = generation_folder(folder, 1) / store.PUBLIC
    opened = [(Index.open(model), _tables(model)) for model in models]
    noise = np.random.default_rng(SEED)
    parts: list[np.ndarray] = []
    held = 0
    with closing(store.create(target / "minutes.db")) as database:
        for copy in count():
            for number, (model, tables) in enumerate(opened):
                for meeting in model.meetings():
                    if held >= size:
                        break
                    ids = _copy_meeting(database, tables, meeting.id, f"-{number}-{copy}", copy)
                    vectors = model.vectors(ids)
                    if copy:
                        away = noise.standard_normal(vectors.shape) / np.sqrt(vectors.shape[1])
                        vectors = vectors + NOISE * away
                        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
                    parts.append(vectors.astype(np.float32))
                    held += len(ids)
            if held >= size:
                break
        every = np.concatenate(parts)
        place = Place(target / "chroma", "passages")
        values = {"format": store.FORMAT, "generation": "1", "made_at": "", "request": ""}
        values |= {"embed_model": opened[0][0].embed_model, "dimension": str(every.shape[1])}
        values |= {"chroma": "embedded", "chroma_collection": place.name}
        store.set_meta(database, values)
        database.commit()
        taken = 0

        def embed(texts: Sequence[str]) -> np.ndarray:
            """The vectors of the next texts, asked for in the order of the rows, then once more."""
            nonlocal taken
            start = taken % len(every)
            taken = start + len(texts)
            return every[start:taken]

        store.index_vectors(database, place, [], embed, lambda done, total: None)
        store.index_words(database, target / "bm25")
    for model, tables in opened:
        model.close()
        tables.close()
    (folder / CURRENT).write_text("1")


def _tables(folder: Path) -> sqlite3.Connection:
    generation = current_generation(folder)
    assert generation is not None
    return store.open_for_reading(
        generation_folder(folder, generation) / store.PUBLIC / "minutes.db"
    )


def _copy_meeting(
    database: sqlite3.Connection, tables: sqlite3.Connection, meeting: str, suffix: str, years: int
) -> list[str]:
    """Copy a meeting's rows, so many years later; the ids of its passages in the model."""
    passages = []
    for table in ("meetings", "items", "paragraphs", "passages"):
        key = "id" if table == "meetings" else "meeting_id"
        order = " order by row" if table == "passages" else ""
        found = tables.execute(f"select * from {table} where {key} = ?{order}", (meeting,))
        names = [column[0] for column in found.description]
        changed = []
        for row in found:
            values = dict(zip(names, row, strict=True))
            values[key] += suffix
            if table == "meetings":
                values["collection"] += suffix
                values["date"] = values["date"] and _later(values["date"], years)
            if table == "passages":
                del values["row"]
                passages.append(values["id"])
                values["id"] += suffix
                values["heading"] = _later(values["heading"], years)
            changed.append(values)
        if changed:
            columns = list(changed[0])
            database.executemany(
                f"insert into {table} ({', '.join(columns)})"
                f" values ({', '.join('?' * len(columns))})",
                (tuple(values.values()) for values in changed),
            )
    return passages


def _later(text: str, years: int) -> str:
    moved = _YEAR.sub(lambda match: str(int(match[1]) + years), text)
    return moved.replace("-02-29", "-02-28") if years % 4 else moved


def drawn(files: Sequence[Path], limit: int) -> list[Question]:
    """Questions to warm up with and to time, drawn with a seed."""
    every = [question for file in files for question in load_questions(file)]
    random.Random(SEED).shuffle(every)
    return every[: WARM_UP + limit]


def _measured_alone(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """`measure` in a process of its own, for its memory."""
    asked = ["--questions", *map(str, options.questions), "--limit", str(options.limit)]
    command = [sys.executable, "-m", "eval.bench_answers", str(folder), "--measure", *asked]
    found: dict[str, Any] = json.loads(subprocess.run(command, stdout=-1, check=True).stdout)
    return found


def measure(folder: Path, questions: Sequence[Question]) -> dict[str, Any]:
    """Milliseconds of every answer and look-up, a question by one system and then the other."""
    from assistant.lookup import lookup
    from eval.systems import ours, plain_hybrid

    answer = ours(folder, date.today())
    for question in questions[:WARM_UP]:
        answer(question)
    with closing(Index.open(folder)) as index:
        texts = lookups(index, len(questions))
        for text in texts[:WARM_UP]:
            lookup(index, text)
        memory = _memory()
        hybrid = plain_hybrid(folder, date.today())
        for question in questions[:WARM_UP]:
            hybrid(question)
        ways: dict[str, Callable[[int], Any]] = {
            "plain hybrid": lambda place: hybrid(questions[place]),
            "ask": lambda place: answer(questions[place]),
            "lookup": lambda place: lookup(index, texts[place]),
        }
        spent: dict[str, list[float]] = {name: [] for name in ways}
        for place in range(WARM_UP, len(questions)):
            for name, run in ways.items():
                began = time.perf_counter()
                run(place)
                spent[name].append((time.perf_counter() - began) * 1000)
        return {"passages": len(index.passage_ids), "megabytes": memory, "ms": spent}


def lookups(index: Index, number: int) -> list[str]:
    """Texts to look up: references, item numbers with their body, phrases, starts, slips."""
    dice = random.Random(SEED)
    passages = index.passages(dice.sample(index.passage_ids, min(number, len(index.passage_ids))))
    texts = []
    for place, passage in enumerate(passages):
        item = index.item(passage.meeting_id, passage.item) if passage.item >= 0 else None
        meeting = index.meeting(passage.meeting_id)
        words = re.findall(r"[^\W\d_]{4,}", passage.text) or ["council"]
        word = dice.choice(words)
        slip = word[:2] + word[3:] if len(word) > 5 else word
        texts.append(
            [
                item.references[0] if item and item.references else words[0],
                f"item {item.number} {meeting.body}" if item and item.number else words[0],
                " ".join(words[:2]),
                f"{words[0]} {words[-1][:4]}",
                f"{slip} {meeting.body or ''}",
            ][place % 5]
        )
    return (texts * (number // len(texts) + 1))[:number]


def _memory() -> float:
    """The most memory that this process has held so far, in MB."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _show(found: dict[str, Any]) -> None:
    base = found["ms"]["plain hybrid"]
    for name, spent in found["ms"].items():
        ratio = statistics.median(spent) / statistics.median(base)
        p95 = statistics.quantiles(spent, n=20)[-1]
        print(
            f"{found['passages']:>9,} {name:<13}{statistics.median(spent):>8.0f}{p95:>8.0f}"
            f"{ratio:>17.2f}",
            flush=True,
        )
    print(f"{found['passages']:>9,} memory of the process {found['megabytes']:.0f} MB", flush=True)


def cold(folder: Path) -> list[tuple[str, float, float]]:
    """Command, seconds from the shell to its end, and the ratio to importing torch, medians."""
    minutes = ["-m", "assistant.cli"]
    ways = {
        'python -c "import torch"': ["-c", "import torch"],
        "minutes lookup": [*minutes, "lookup", "item 5", "--index", str(folder)],
        "minutes ask": [*minutes, "ask", "Who seconded the precept?", "--index", str(folder)],
    }
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, arguments in ways.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], stdout=-1, check=True)
            spent[name].append(time.perf_counter() - began)
    base = statistics.median(spent['python -c "import torch"'][1:])  # the first reads the disk
    middle = {name: statistics.median(values[1:]) for name, values in spent.items()}
    return [(name, seconds, seconds / base) for name, seconds in middle.items()]


if __name__ == "__main__":
    sys.exit(main())
