"""No word is lost between a file of any kind and what is understood of it."""

from pathlib import Path

import pytest

from assistant.cli import main
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


def test_the_command_gives_the_share_of_each_file_and_of_all_and_lists_the_furniture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in (1, 2):
        lines = [f"Minutes of Elmby Parish Council held on {n} May 2019", "Present: A Barr"]
        lines += ["1. Roads", "It was agreed to mend the lamp."]
        text = "\n\n".join(["[Original](https://example.org/minutes.pdf)", *lines])
        (tmp_path / f"{n}.md").write_text(text, encoding="utf-8")
    assert main(["parse", "--coverage", str(tmp_path)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in shown[:3]] == ["1.md", "2.md", "all 2 files"]
    assert "100.00%" in shown[2]
    assert shown[-1].split() == ["2", "[Original](https://example.org/minutes.pdf)"]
