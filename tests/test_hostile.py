"""Hostile and broken files: none crashes, hangs or fills memory; each is named with its reason."""

from __future__ import annotations

import io
import os
import random
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from parish import write_minutes
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from ingest.pipeline import IngestReport, ingest
from ingest.scan import scan_paths
from ingest.worker import read_all

TEXT = "Minutes of the meeting of Ashby Parish Council held on 3rd March 2025\n\n1. Pond\nDry.\n"


def pdf(pages: int = 1, **options: object) -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, **options)  # type: ignore[arg-type]
    for _ in range(pages):
        for place, line in enumerate(TEXT.splitlines()):
            canvas.drawString(60, 780 - 14 * place, line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF from the bodies of its objects, 1 being the catalogue."""
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(data)
    count = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF" % (count, table, count, start)
    )


def page_with(stream: bytes, more: bytes = b"") -> bytes:
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
        b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(stream), more, stream),
    )


def word(text: str = TEXT) -> bytes:
    target = io.BytesIO()
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(target)
    return target.getvalue()


def repacked(change: dict[str, bytes]) -> bytes:
    """A DOCX with parts put in place of its own."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word())) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in [*old.namelist(), *(set(change) - set(old.namelist()))]:
            new.writestr(name, change.get(name) or old.read(name))
    return target.getvalue()


def zipped(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


def nested(depth: int) -> bytes:
    data = TEXT.encode()
    for place in range(depth):
        data = zipped(("in.zip" if place else "a.txt", data))
    return data


LAUGHS = "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
FLATE = b"/Filter /FlateDecode"

# Files that must be refused, by name; every one of them stands in the report with its reason.
REFUSED: dict[str, bytes] = {
    "empty.txt": b"",
    "white.txt": b" \r\n\t" * 1000,
    "zeros.txt": bytes(100_000),
    "nulls.txt": TEXT.encode().replace(b" ", b"\x00"),
    "controls.txt": bytes(range(1, 9)) * 5000,
    "random.txt": random.Random(1).randbytes(200_000),
    "program.txt": b"\x7fELF\x02\x01\x01" + bytes(5000),
    "old-word.txt": b"\xd0\xcf\x11\xe0" + bytes(3000),
    "picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(3000),
    "rtf.txt": b"{\\rtf1 " + TEXT.encode() + b"}",
    "gzip.txt": b"\x1f\x8b\x08" + bytes(3000),
    "recipe.txt": b"Take two eggs.\nBeat them well.\n",
    "text.pdf": TEXT.encode(),
    "text.docx": TEXT.encode(),
    "cut.pdf": pdf()[:200],
    "head.pdf": b"%PDF-1.7\n",
    "locked.pdf": pdf(encrypt=pdfencrypt.StandardEncryption("secret", canPrint=0)),
    "no-pages.pdf": raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"
    ),
    "many-pages.pdf": raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + b"3 0 R " * 2500 + b"] /Count 2500 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>",
    ),
    "own-parent.pdf": raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 9 >>"
    ),
    "stream-bomb.pdf": page_with(zlib.compress(b"q Q " * 20_000_000, 9), FLATE),
    "deep-array.pdf": page_with(b"[" * 200_000),
    "deep-state.pdf": page_with(b"q " * 500_000),
    "no-stream.pdf": page_with(b"BT (never ended"),
    "cut.docx": word()[:2000],
    "no-document.docx": zipped(("notes.txt", b"Minutes")),
    "bomb.docx": repacked({"word/document.xml": b" " * 150_000_000}),
    "laughs.docx": repacked(
        {"word/document.xml": f"{LAUGHS}<w:document {NS}>&a11;</w:document>".encode()}
    ),
    "broken.docx": repacked({"word/document.xml": b"<w:document><w:body>"}),
    "deep.docx": repacked(
        {
            "word/document.xml": f"<w:document {NS}><w:body>".encode()
            + b"<w:tbl><w:tr><w:tc>" * 20_000
        }
    ),
    "laughs.xml": f"<?xml version='1.0'?>{LAUGHS}<meeting>&a11;</meeting>".encode(),
    "outside.xml": b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><meeting>&a;</meeting>",
    "deep.xml": b"<?xml version='1.0'?>" + b"<a>" * 200_000,
    "cut.xml": b"<?xml version='1.0'?><meeting><meetingid>7</meetingid><agendaitems>",
    "feed.xml": b"<?xml version='1.0'?><feed><entry/></feed>",
    "empty.html": b"<html><body><script>while (1) {}</script></body></html>",
    "cut.zip": zipped(("a.txt", TEXT.encode()))[:60],
    "no.zip": b"PK\x03\x04" + bytes(500),
    "slip.zip": zipped(("../../slipped.txt", TEXT.encode())),
    "bomb.zip": zipped(("bomb.txt", bytes(60_000_000))),
    "deep.zip": nested(8),
    # The flag of an encrypted member, in the archive's directory.
    "locked.zip": re.sub(
        rb"(PK\x01\x02.{4})\x00", b"\\1\x01", zipped(("a.txt", TEXT.encode())), flags=re.DOTALL
    ),
}
# Files that may be read or refused, as long as the run goes on.
EITHER: dict[str, bytes] = {
    "line.txt": TEXT.encode() + b"word " * 1_000_000,
    "no-space.txt": TEXT.encode() + b"x" * 3_000_000,
    "mixed.txt": TEXT.encode() + b"caf\xe9 \xc2\xa3 \xff\xfe \xf0\x9f " * 1000,
    "stars.txt": TEXT.encode() + b"*_`[" * 100_000,
    "brackets.txt": TEXT.encode() + b"((((" * 100_000,
    "numbers.txt": TEXT.encode() + b"\n".join(b"%d. Item" % n for n in range(20_000)),
    "marks.txt": TEXT.encode() + "\u202e\u200b\ufeff".encode() * 20_000,
    "deep.html": b"<html><body>" + b"<div>" * 50_000 + TEXT.encode(),
    "wide.html": b"<html><body><table>" + b"<tr><td>a<td>b" * 50_000 + TEXT.encode(),
    "pdf-as.txt": pdf(),
    "rotten.pdf": pdf(3).replace(b"endobj", b"endxxx", 2),
}
if os.name == "posix":  # Windows has no such names
    EITHER["line\nbreak.txt"] = TEXT.encode()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str | None]:
    """What became of every file of the corpus: the reason, or None for one that was read."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in {**REFUSED, **EITHER}.items():
        (folder / name).write_bytes(data)
    scan = scan_paths([folder], tmp_path_factory.mktemp("unpacked"))
    found: dict[str, str | None] = {source: reason for _, source, reason in scan.failed}
    files = [(file.path, file.source) for file in scan.files]
    for outcome in read_all(files, processes=2, limit_s=120):
        found[files[outcome.place][1]] = outcome.reason
    assert not list(folder.parent.rglob("slipped.txt"))
    return found


def test_the_corpus_is_large_enough() -> None:
    assert len(REFUSED) >= 40


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_named_with_its_reason(
    outcomes: dict[str, str | None], name: str
) -> None:
    reasons = [reason for source, reason in outcomes.items() if source.startswith(name)]
    assert reasons and all(reasons)
    for reason in reasons:
        assert reason and "crashed" not in reason and "longer than" not in reason, reason
        assert "Error:" not in reason, reason


@pytest.mark.parametrize("name", EITHER)
def test_an_odd_file_neither_hangs_nor_crashes_its_reader(
    outcomes: dict[str, str | None], name: str
) -> None:
    reason = outcomes[name] or ""
    assert "crashed" not in reason and "longer than" not in reason and "Error:" not in reason


@pytest.fixture
def closed_file(tmp_path: Path) -> Iterator[Path]:
    path = write_minutes(tmp_path / "village", "closed.txt")
    path.chmod(0)
    yield path
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_good_minutes_among_the_others_are_read_and_the_others_named(
    tmp_path: Path, closed_file: Path
) -> None:
    village = tmp_path / "village"
    write_minutes(village, "good.txt")
    for name in ("cut.pdf", "laughs.docx", "slip.zip", "zeros.txt"):
        (village / name).write_bytes(REFUSED[name])
    expected = {"cut.pdf", "laughs.docx", "slip.zip/../../slipped.txt", "zeros.txt"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(village / "pipe.txt")
        expected |= {"pipe.txt"}
    report: IngestReport = ingest([village], tmp_path / "index")
    readable = os.access(closed_file, os.R_OK)  # root reads everything
    assert {source for source, _ in report.failed} == expected | (
        set() if readable else {"closed.txt"}
    )
    assert report.meetings >= 1 and all(reason for _, reason in report.failed)


def test_a_reader_that_asks_for_too_much_memory_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    rigged = tmp_path / "rigged"
    rigged.mkdir()
    (rigged / "sitecustomize.py").write_text(
        "import sys\n"
        "if sys.argv[0] == '-m':\n"
        "    import ingest.read as reader\n"
        "    whole = reader.read\n"
        "    def read(path, source):\n"
        "        if source == 'greedy.txt': bytearray(5 * 1024**3)\n"
        "        return whole(path, source)\n"
        "    reader.read = read\n"
    )
    root = str(Path(__file__).resolve().parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(rigged), root]))
    path = write_minutes(tmp_path / "village")
    files = [(path, "greedy.txt"), (path, "march.txt")]
    found = {outcome.place: outcome for outcome in read_all(files, processes=1)}
    assert "more memory" in (found[0].reason or "")
    assert found[1].meetings
    assert resource.getrlimit(resource.RLIMIT_AS) == before
