"""Documents and pages read a second, against LlamaIndex's SimpleDirectoryReader on the same files.

Run as `python -m eval.bench_reading [--data DIR] [--rounds N]`. PDFs go through pypdf there, which
is what its own PDF reader uses; that reader's package cannot be installed beside pandas 3. Ours
finds meetings, items, dates and decisions in the same time in which the other extracts text.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from llama_index.core import SimpleDirectoryReader
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

from ingest.errors import UnreadableSource
from ingest.read import read
from ingest.worker import read_all

KINDS = {
    "text and Markdown": {".md", ".txt"},
    "PDF": {".pdf"},
}
FOLDERS = (
    "limerick",
    "norfolk-parishes",
    "bromley-seed",
    "wyevalley",
    "ayton",
    "decoy-school",
    "milburn",
    "manordeilo-cy",
)
SLOWEST = 5


class PypdfReader(BaseReader):
    """A document for each page of a PDF, by pypdf."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        from pypdf import PdfReader

        pages = PdfReader(file).pages
        return [Document(text=page.extract_text(), metadata=extra_info or {}) for page in pages]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the speeds, their ratios, and the slowest files."""
    parser = argparse.ArgumentParser(prog="bench_reading", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--folders", nargs="*", default=list(FOLDERS))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    files = [p for name in options.folders for p in sorted((options.data / name).rglob("*"))]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    slowest: dict[Path, float] = {}
    for kind, suffixes in KINDS.items():
        chosen = [path for path in files if path.suffix.lower() in suffixes]
        if chosen:
            print(f"{kind}: {len(chosen)} files")
            _compare(kind, chosen, cores or 1, options.rounds, slowest)
    print("slowest files, seconds of the processor:")
    for path, seconds in sorted(slowest.items(), key=lambda each: -each[1])[:SLOWEST]:
        print(f"    {seconds:6.2f} {path.relative_to(options.data)}")
    return 0


def _compare(
    kind: str, files: Sequence[Path], cores: int, rounds: int, slowest: dict[Path, float]
) -> None:
    amount, unit = (_pages(files), "pages") if kind == "PDF" else (len(files), "documents")
    # Of one core the time of the processor counts, which other work on the machine leaves alone;
    # of several the clock, which decides how long a user waits.
    ways: dict[str, Callable[[], object]] = {
        "ours, one core": lambda: _read_alone(files, slowest),
        "LlamaIndex, one core": lambda: _theirs(files, None),
        f"ours, {cores} cores": lambda: _count(read_all(_named(files), processes=cores)),
        f"LlamaIndex, {cores} cores": lambda: _theirs(files, cores),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):  # in turn, so that other work on the machine hits all alike
        for way, run in ways.items():
            clock = time.process_time if way.endswith("one core") else time.perf_counter
            began = clock()
            run()
            seconds[way].append(clock() - began)
    for way in ways:
        base = f"LlamaIndex, {way.partition(', ')[2]}"
        ratio = statistics.median(
            theirs / ours for theirs, ours in zip(seconds[base], seconds[way], strict=True)
        )
        speed = amount / statistics.median(seconds[way])
        print(f"    {way:<24}{speed:>9.1f} {unit} a second{ratio:>7.2f} times LlamaIndex")


def _named(files: Iterable[Path]) -> list[tuple[Path, str]]:
    return [(path, path.name) for path in files]


def _read_alone(files: Iterable[Path], slowest: dict[Path, float]) -> None:
    for path in files:
        began = time.process_time()
        try:
            read(path, path.name)
        except UnreadableSource as error:
            print(f"    not read: {path.name}: {error}", file=sys.stderr)
        slowest[path] = min(slowest.get(path, 1e9), time.process_time() - began)


def _theirs(files: Sequence[Path], workers: int | None) -> None:
    reader = SimpleDirectoryReader(
        input_files=list(files), file_extractor={".pdf": PypdfReader()}, raise_on_error=False
    )
    reader.load_data(num_workers=workers)


def _count(outcomes: Iterable[object]) -> int:
    return sum(1 for _ in outcomes)


def _pages(files: Iterable[Path]) -> int:
    import pypdfium2

    return sum(len(pypdfium2.PdfDocument(path)) for path in files)


if __name__ == "__main__":
    sys.exit(main())
