"""Uploaded files: names that mean harm, clashes, and what is kept."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.uploads import keep_uploads, safe_name, take_back, uploads_folder


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("May minutes.pdf", "May minutes.pdf"),
        ("../../etc/passwd.txt", "etc - passwd.txt"),
        ("C:\\Users\\clerk\\minutes.docx", "Users - clerk - minutes.docx"),
        ("/absolute.html", "absolute.html"),
        (".hidden.txt", "hidden.txt"),
        ("~$lock.docx", "lock.docx"),
        ("a\x00b\x1b[31m\u202ecod.txt", "a b [31m cod.txt"),
        ("CON.txt", "_CON.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("..", "minutes"),
        ("", "minutes"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_an_uploaded_name_becomes_a_plain_one(name: str, kept: str) -> None:
    assert safe_name(name) == kept


@given(st.text())
def test_no_name_leaves_the_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe and safe.isprintable()
    assert not safe.startswith((".", "~")) and "/" not in safe and "\\" not in safe
    assert len(safe.encode()) <= 130
    folder = Path("/uploads").resolve()
    assert (folder / safe).resolve().parent == folder


def upload(index: Path, *files: tuple[str, str], replace: bool = False, aside: str = "aside"):
    given = [(name, BytesIO(text.encode())) for name, text in files]
    return keep_uploads(index, given, index.parent / aside, replace=replace)


def test_clashing_names_are_both_kept_unless_the_earlier_is_to_be_replaced(tmp_path: Path) -> None:
    index = tmp_path / "index"
    folder = uploads_folder(index)
    assert upload(index, ("m.txt", "one"), ("./m.txt", "two")).saved == ("m.txt", "m (2).txt")
    assert upload(index, ("m.txt", "three")).saved == ("m (3).txt",)
    kept = upload(index, ("m.txt", "four"), ("m.txt", "five"), replace=True)
    assert kept.saved == ("m.txt", "m (4).txt") and kept.replaced == ("m.txt",)
    assert (folder / "m.txt").read_text() == "four"
    take_back(index, kept.saved, tmp_path / "aside")
    assert {p.name: p.read_text() for p in folder.iterdir()} == {
        "m.txt": "one", "m (2).txt": "two", "m (3).txt": "three"
    }  # fmt: skip


def test_what_is_not_read_or_was_uploaded_before_is_skipped_with_the_reason(tmp_path: Path) -> None:
    kept = upload(tmp_path / "index", ("a.exe", "x"), ("a.txt", "one"), ("b.txt", "one"))
    assert kept.saved == ("a.txt",)
    assert kept.skipped == (
        ("a.exe", ".exe files are not read"),
        ("b.txt", "was uploaded before, as a.txt"),
    )


def test_a_link_that_lies_in_the_folder_is_never_written_through(
    tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    index = tmp_path / "index"
    uploads_folder(index).mkdir(parents=True)
    (tmp_path / "precious").write_text("precious")
    link(uploads_folder(index) / "m.txt", tmp_path / "precious")
    assert upload(index, ("m.txt", "evil")).saved == ("m (2).txt",)
    assert (tmp_path / "precious").read_text() == "precious"
