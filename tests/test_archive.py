"""ZIP archives and nested folders: every member a source of its own, within limits."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from parish import write_minutes

from assistant.cli import main
from ingest import archive
from ingest.archive import MAX_DEPTH, unpack
from ingest.errors import UnreadableSource
from ingest.index import Index
from ingest.pipeline import ingest


def zipped(entries: Sequence[tuple[str | zipfile.ZipInfo, bytes]], packed: bool = True) -> bytes:
    target = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(target, "w", method) as made:
        for name, data in entries:
            made.writestr(name, data)
    return target.getvalue()


def minutes_of(folder: Path, day: str, text: str) -> bytes:
    return write_minutes(folder, "m.txt", day=day, items=[("Pond", text)]).read_bytes()


@pytest.fixture
def may(tmp_path: Path) -> bytes:
    return minutes_of(tmp_path / "made", "6 May 2019", "The pond in May is full.")


@pytest.fixture
def june(tmp_path: Path) -> bytes:
    return minutes_of(tmp_path / "made", "3 June 2019", "The pond in June is dry.")


def members(tmp_path: Path, data: bytes) -> dict[str, str | None]:
    (tmp_path / "a.zip").write_bytes(data)
    target = tmp_path / "unpacked"
    target.mkdir()
    found = unpack(tmp_path / "a.zip", "a.zip", target)
    written = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert all(target in m.path.parents for m in found if m.path)
    assert written >= {m.path for m in found if m.path}
    return {member.source: member.reason for member in found}


def test_members_of_archives_in_nested_folders_are_sources(
    tmp_path: Path, may: bytes, june: bytes
) -> None:
    folder = tmp_path / "village" / "2019" / "spring"
    folder.mkdir(parents=True)
    inner = zipped([("june.txt", june), ("photo.png", b"\x89PNG")])
    (folder / "year.zip").write_bytes(zipped([("may.txt", may), ("sub/inner.zip", inner)]))
    report = ingest([tmp_path / "village"], tmp_path / "index")
    assert (report.read, report.failed) == (2, ())
    assert report.skipped == (
        ("2019/spring/year.zip/sub/inner.zip/photo.png", ".png files are not read"),
    )
    index = Index.open(tmp_path / "index")
    assert {m.source: m.date for m in index.meetings()} == {
        "2019/spring/year.zip/may.txt": "2019-05-06",
        "2019/spring/year.zip/sub/inner.zip/june.txt": "2019-06-03",
    }


def test_only_what_changed_in_an_archive_is_read_again_and_what_is_gone_is_taken_out(
    tmp_path: Path, may: bytes, june: bytes
) -> None:
    village = tmp_path / "village"
    village.mkdir()
    (village / "a.zip").write_bytes(zipped([("may.txt", may), ("june.txt", june)]))
    ingest([village], tmp_path / "index")
    changed = june.replace(b"dry", b"wet")
    (village / "a.zip").write_bytes(zipped([("may.txt", may), ("june.txt", changed)]))
    report = ingest([village], tmp_path / "index")
    assert (report.changed, report.unchanged) == (1, 1)
    (village / "a.zip").write_bytes(zipped([("may.txt", may)]))
    assert ingest([village], tmp_path / "index").removed == 1


def test_an_archive_that_breaks_is_named_and_what_was_read_of_it_stays(
    tmp_path: Path, may: bytes, june: bytes
) -> None:
    village = tmp_path / "village"
    village.mkdir()
    whole = zipped([("may.txt", may)])
    (village / "a.zip").write_bytes(whole)
    (village / "june.txt").write_bytes(june)
    ingest([village], tmp_path / "index")
    (village / "a.zip").write_bytes(whole[: len(whole) // 2])
    (village / "june.txt").unlink()
    report = ingest([village], tmp_path / "index")
    ((source, reason),) = report.failed
    assert source == "a.zip" and "no ZIP archive" in reason
    assert (report.meetings, report.removed) == (1, 1)


def test_paths_that_lead_out_of_the_archive_are_refused(tmp_path: Path, may: bytes) -> None:
    names = ("../out.txt", "/etc/out.txt", "a/../../out.txt", "C:/out.txt", "..\\far\\out.txt")
    found = members(tmp_path, zipped([*((name, may) for name in names), ("in.txt", may)]))
    assert [reason for reason in found.values() if reason] == [
        "its path leads out of the archive"
    ] * len(names)
    assert found["a.zip/in.txt"] is None
    assert not list(tmp_path.parent.rglob("out.txt"))


def test_links_and_names_that_are_there_twice_are_refused(tmp_path: Path, may: bytes) -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([(link, b"/etc/passwd"), ("a.txt", may), ("a.txt", may)])
    (tmp_path / "a.zip").write_bytes(data)
    (tmp_path / "unpacked").mkdir()
    found = unpack(tmp_path / "a.zip", "a.zip", tmp_path / "unpacked")
    assert [member.reason for member in found] == [
        *("is a link", None, "the archive holds another file of that name")
    ]


def test_an_encrypted_member_is_named(tmp_path: Path, may: bytes) -> None:
    data = bytearray(zipped([("a.txt", may)]))
    local, central = data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8
    for place in (local, central):
        data[place : place + 2] = struct.pack("<H", 1)
    assert members(tmp_path, bytes(data)) == {"a.zip/a.txt": "is encrypted"}


def test_a_bomb_is_stopped_at_its_ratio_whatever_it_says_of_its_size(tmp_path: Path) -> None:
    data = bytearray(zipped([("bomb.txt", bytes(40 * 1024 * 1024))]))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 10)
    (reason,) = members(tmp_path, bytes(data)).values()
    assert reason
    honest = zipped([("bomb.txt", bytes(40 * 1024 * 1024))])
    (tmp_path / "more").mkdir()
    (reason,) = members(tmp_path / "more", honest).values()
    assert reason and "ZIP bomb" in reason
    assert sum(p.stat().st_size for p in tmp_path.rglob("*") if p.is_file()) < 1024**2


def test_archives_too_deep_in_archives_are_refused(tmp_path: Path, may: bytes) -> None:
    data = zipped([("a.txt", may)])
    for _ in range(MAX_DEPTH + 1):
        data = zipped([("in.zip", data)])
    ((source, reason),) = members(tmp_path, data).items()
    assert reason and "archives deep" in reason and source.count("in.zip") == MAX_DEPTH


def test_too_many_members_and_too_much_in_all_are_refused(
    tmp_path: Path, may: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(UnreadableSource, match="more than 3 files"):
        members(tmp_path, zipped([(f"{n}.txt", may) for n in range(4)]))
    monkeypatch.setattr(archive, "MAX_TOTAL", 2 * len(may) + 1)
    (tmp_path / "more").mkdir()
    found = members(tmp_path / "more", zipped([(f"{n}.txt", may) for n in range(3)]))
    assert [bool(reason) for reason in found.values()] == [False, False, True]


def test_what_systems_leave_in_archives_is_passed_over(tmp_path: Path, may: bytes) -> None:
    names = ("__MACOSX/._a.txt", ".DS_Store", "sub/.hidden.txt", "~$a.docx", "a.txt")
    assert members(tmp_path, zipped([(name, may) for name in names])) == {"a.zip/a.txt": None}


def test_a_damaged_member_is_named_and_the_others_are_read(tmp_path: Path, may: bytes) -> None:
    data = bytearray(zipped([("a.txt", may), ("b.txt", may)], packed=False))
    place = data.index(b"Pond")
    data[place : place + 4] = b"Bond"
    found = members(tmp_path, bytes(data))
    assert "damaged" in (found["a.zip/a.txt"] or "") and found["a.zip/b.txt"] is None


def test_parse_reads_archives_and_names_the_other_sources_of_a_meeting(
    tmp_path: Path, may: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.zip").write_bytes(zipped([("may.txt", may)]))
    (tmp_path / "in" / "may.txt").write_bytes(may)
    assert main(["parse", str(tmp_path / "in"), "--json"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(m["source"], m["also"]) for m in found] == [
        ("a.zip/may.txt", ["may.txt"]),
        ("may.txt", ["a.zip/may.txt"]),
    ]
