"""Retrieval over long talk: QMSum's queries against the turns that answer them.

Run as `python -m eval.qmsum FOLDER [--work DIR] [--systems NAME,...]`. Each transcript becomes a
text file that is ingested as minutes are; a query is asked over all of them. Recall at k is the
share of the characters of the relevant turns that stand in the first k passages, the mean over
queries (QMSum: Zhong et al., 2021), with its 95 % bootstrap interval; a star marks a system that
differs from the first (paired shuffling, p < 0.05).
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.compare import SIGNIFICANT
from eval.metrics import RESAMPLES, SEED
from eval.questions import Question
from eval.systems import OURS, SYSTEMS, Ask
from eval.tables import Rows, as_text
from ingest.errors import WrongUse

CUTS = (1, 5, 10)
BESIDE = (OURS, "plain hybrid", "BM25 alone", "dense alone", "LlamaIndex out of the box")
SHORTEST = 20  # characters; a shorter paragraph ("Thank you.") may stand anywhere


@dataclass(frozen=True)
class Query:
    """A query with the character spans of the relevant turns in the text of its transcript."""

    text: str
    source: str
    spans: tuple[tuple[int, int], ...]


def transcript(data: Mapping[str, Any], name: str) -> tuple[str, list[Query]]:
    """The transcript as text, white space single, and its specific queries."""
    heading = f"Minutes of the Committee: {Path(name).stem}"  # else it is not read as minutes
    paragraphs = [heading]
    places: list[tuple[int, int]] = []
    at = len(heading) + 1
    for turn in data["meeting_transcripts"]:
        words = _spaced(f"{turn['speaker']}: {turn['content']}")
        paragraphs.append(words)
        places.append((at, at + len(words)))
        at += len(words) + 1
    queries = []
    for entry in data["specific_query_list"]:
        turns = [(int(first), int(last)) for first, last in entry["relevant_text_span"]]
        spans = [places[n] for first, last in turns for n in range(first, last + 1)]
        queries.append(Query(entry["query"], name, tuple(dict.fromkeys(spans))))
    return "\n\n".join(paragraphs), queries


def span_recall(query: Query, text: str, retrieved: Sequence[Mapping[str, Any]]) -> float:
    """The share of the relevant characters of `text` that the retrieved passages hold."""
    covered: set[int] = set()
    lines = [
        _spaced(line)
        for passage in retrieved
        if passage["source"] == query.source
        for line in str(passage["text"]).split("\n")
    ]
    for words in (line for line in lines if len(line) >= SHORTEST):
        start = text.find(words)
        if start >= 0:
            covered.update(range(start, start + len(words)))
    wanted = {place for start, end in query.spans for place in range(start, end)}
    return len(wanted & covered) / len(wanted) if wanted else 0.0


def measure(ask: Ask, queries: Sequence[Query], texts: Mapping[str, str]) -> NDArray[Any]:
    """Recall of the spans of each query at each cut, (queries, cuts)."""
    recalls = np.zeros((len(queries), len(CUTS)))
    for number, query in enumerate(queries):
        question = Question(f"qmsum-{number}", "fact", query.text, True)
        retrieved = ask(question)["retrieved"]
        for place, cut in enumerate(CUTS):
            recalls[number, place] = span_recall(query, texts[query.source], retrieved[:cut])
    return recalls


def run(folder: Path, work: Path, names: Sequence[str]) -> tuple[int, int, Rows]:
    """Ingest the transcripts and measure each system; transcripts, queries and a table."""
    from ingest.pipeline import ingest

    minutes = work / "transcripts"
    minutes.mkdir(parents=True, exist_ok=True)
    texts: dict[str, str] = {}
    queries: list[Query] = []
    for path in sorted(folder.glob("*.json")):
        name = f"{path.stem}.txt"
        text, found = transcript(json.loads(path.read_text(encoding="utf-8")), name)
        (minutes / name).write_text(text, encoding="utf-8")
        texts[name] = _spaced(text)
        queries += found
    if not queries:
        raise WrongUse(f"{folder} holds no QMSum transcripts (*.json).")
    report = ingest([minutes], work / "index")
    if report.failed:
        source, reason = report.failed[0]
        raise WrongUse(f"{len(report.failed)} transcripts were not read: {source}: {reason}")
    rows = [["system", *(f"recall@{cut}" for cut in CUTS)]]
    first: NDArray[Any] | None = None
    for name in names:
        recalls = measure(SYSTEMS[name](work / "index", date.today()), queries, texts)
        first = recalls if first is None else first
        columns = range(len(CUTS))
        rows.append([name, *(_figure(recalls[:, at], first[:, at]) for at in columns)])
    return len(texts), len(queries), rows


def _figure(recall: NDArray[Any], first: NDArray[Any]) -> str:
    """The mean, a star where it differs from the first system's, and its interval."""
    random = np.random.default_rng(SEED)
    drawn = recall[random.integers(0, len(recall), (RESAMPLES, len(recall)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    apart = recall - first
    signs = random.choice([-1, 1], (RESAMPLES, len(recall)))
    larger = np.abs((apart * signs).mean(axis=1)) >= abs(apart.mean()) - 1e-12
    star = "*" if (larger.sum() + 1) / (RESAMPLES + 1) < SIGNIFICANT else ""
    return f"{recall.mean():.3f}{star} ({low:.3f} to {high:.3f})"


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, help="keep transcripts and index here")
    parser.add_argument("--systems", default=",".join(BESIDE))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        transcripts, queries, rows = run(options.folder, work, options.systems.split(","))
    print(f"{queries} queries over {transcripts} transcripts")
    print(as_text(rows))


if __name__ == "__main__":
    main()
