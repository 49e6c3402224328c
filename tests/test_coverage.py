"""No word is lost between a file of any kind and what is understood of it."""

from pathlib import Path

import pytest

from eval.measure_reading import coverage_of
from ingest.model import Meeting
from ingest.read import read


@pytest.mark.parametrize("suffix", ["pdf", "docx"])
def test_every_word_of_printed_minutes_comes_through(shared: Path, suffix: str) -> None:
    for path in sorted((shared / "data/milburn").rglob(f"*.{suffix}"))[:2]:
        found = coverage_of(path, read(path, path.name))
        assert found.words > 100
        assert found.kept >= 0.995 * found.words, found.missing


def test_words_that_did_not_come_through_are_named(shared: Path) -> None:
    path = next((shared / "data/milburn").rglob("*.docx"))
    nothing = Meeting(source=path.name, body=None, date=None, items=())
    found = coverage_of(path, [nothing])
    assert found.kept == 0
    assert "minutes" in found.missing
