"""Files that are replaced while others read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import files


def test_a_file_is_put_in_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("old", encoding="utf-8")
    (tmp_path / "state.tmp").write_text("näw", encoding="utf-8")
    files.put(tmp_path / "state.tmp", tmp_path / "state")
    assert files.read(tmp_path / "state") == "näw"
    assert not (tmp_path / "state.tmp").exists()
    with pytest.raises(FileNotFoundError):
        files.put(tmp_path / "state.tmp", tmp_path / "state")


def test_a_step_is_tried_again_while_another_has_the_file_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "WAITS_S", (0.0, 0.0))
    tried: list[int] = []

    def step(closed_from: int) -> str:
        tried.append(closed_from)
        if len(tried) < closed_from:
            raise PermissionError("open elsewhere")
        return "done"

    assert files.patiently(lambda: step(3)) == "done"
    tried.clear()
    with pytest.raises(PermissionError, match="open elsewhere"):
        files.patiently(lambda: step(4))
    assert len(tried) == 3
