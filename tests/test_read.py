"""Any file into meetings: chosen by content, refused with a reason."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

import ingest.read
from ingest.errors import UnreadableSource
from ingest.read import SUFFIXES, read

MINUTES = """Minutes of the meeting of Ashby Parish Council held on 3rd March 2025

Present: Cllr Ann Lee (Chair), Cllr Bob Roe

1. Apologies
Apologies were received from Cllr Cy Day.

2. Finance
It was resolved to pay the grass cutter £120 for February and to thank him for his work.
"""


def as_docx() -> bytes:
    word = docx.Document()
    for line in MINUTES.splitlines():
        word.add_paragraph(line)
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()


def as_pdf() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target)
    for place, line in enumerate(MINUTES.splitlines()):
        canvas.drawString(60, 780 - 14 * place, line)
    canvas.save()
    return target.getvalue()


def as_html() -> bytes:
    body = "".join(f"<p>{line}</p>" for line in MINUTES.splitlines() if line)
    return (f"<!doctype html><html><body><nav>Menu</nav><main>{body}</main></body></html>").encode()


FORMS = {".txt": MINUTES.encode(), ".docx": as_docx(), ".pdf": as_pdf(), ".html": as_html()}


def saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", FORMS)
def test_every_kind_of_file_gives_the_same_minutes(tmp_path: Path, suffix: str) -> None:
    (meeting,) = read(saved(tmp_path, f"minutes{suffix}", FORMS[suffix]), f"minutes{suffix}")
    assert (meeting.body, meeting.date) == ("Ashby Parish Council", "2025-03-03")
    assert [(item.number, item.title) for item in meeting.items] == [
        ("1", "Apologies"),
        ("2", "Finance"),
    ]
    assert "£120" in meeting.items[1].paragraphs[0].text
    assert suffix in SUFFIXES


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".html"])
def test_what_a_file_holds_counts_more_than_its_name(tmp_path: Path, suffix: str) -> None:
    (meeting,) = read(saved(tmp_path, "minutes.txt", FORMS[suffix]), "minutes.txt")
    assert meeting.date == "2025-03-03"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_text_in_other_encodings_is_read(tmp_path: Path, encoding: str) -> None:
    (meeting,) = read(saved(tmp_path, "a.txt", MINUTES.encode(encoding)), "a.txt")
    assert "£120" in meeting.items[1].paragraphs[0].text


def test_mixed_encodings_lose_no_plain_word(tmp_path: Path) -> None:
    data = (
        MINUTES.encode() + b"\n3. Mill\nThe caf\xe9 by the mill \xc2\xa3 was discussed at length.\n"
    )
    (meeting,) = read(saved(tmp_path, "a.txt", data), "a.txt")
    assert "by the mill" in meeting.items[2].paragraphs[0].text


def zip_of(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "Minutes")
    return target.getvalue()


REFUSED = {
    "empty": ("a.txt", b"", "is empty"),
    "blank": ("a.txt", b" \r\n\t\n", "is empty"),
    "program renamed": ("a.txt", b"\x7fELF\x02\x01" + bytes(5000), "is not text"),
    "null bytes": ("a.txt", MINUTES.encode().replace(b" ", b"\x00"), "is not text"),
    "control bytes": ("a.txt", bytes(range(1, 9)) * 500, "is not text"),
    "text as pdf": ("a.pdf", MINUTES.encode(), r"is named \.pdf, but is not a PDF"),
    "text as docx": ("a.docx", MINUTES.encode(), r"is named \.docx, but is not a DOCX"),
    "truncated pdf": ("a.pdf", FORMS[".pdf"][:120], "PDF"),
    "truncated docx": ("a.docx", FORMS[".docx"][:2000], "DOCX"),
    "other archive": ("a.docx", zip_of("notes.txt"), "not a DOCX"),
    "old word": ("a.txt", b"\xd0\xcf\x11\xe0" + bytes(600), "old Office file"),
    "rtf": ("a.txt", b"{\\rtf1 Minutes of the meeting}", "RTF"),
    "picture": ("a.txt", b"\x89PNG\r\n" + bytes(99), "picture"),
    "empty page": ("a.html", b"<html><body><script>x()</script></body></html>", "without text"),
    "a recipe": ("a.txt", b"Take two eggs.\nBeat them well.\nServe warm.\n", "look like minutes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_minutes_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    name, data, reason = REFUSED[case]
    with pytest.raises(UnreadableSource, match=reason):
        read(saved(tmp_path, name, data), name)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="cannot be opened"):
        read(tmp_path / "none.txt", "none.txt")
    with pytest.raises(UnreadableSource, match="cannot be opened"):
        read(tmp_path, "folder")


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(ingest.read.MAX_BYTES + 1)
    with pytest.raises(UnreadableSource, match="at most 200 MB"):
        read(path, "huge.txt")


REPORT = """Report to the Planning Committee, 3 March 2025
Report by the Director of Place
Purpose of the report
To seek approval.
Recommendation(s)
The Committee is asked to RESOLVE that the scheme be approved.
1. Background
The scheme was proposed by residents last year.
"""


def test_an_officer_report_is_refused_and_minutes_that_quote_one_are_not(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="does not look like minutes"):
        read(saved(tmp_path, "report.txt", REPORT.encode()), "report.txt")
    both = MINUTES + "\n3. Report\n" + REPORT
    assert read(saved(tmp_path, "minutes.txt", both.encode()), "minutes.txt")


def test_the_real_officer_report_is_refused(shared: Path) -> None:
    path = shared / "data" / "kingston-moderngov" / "ManorgatePetition.pdf"
    with pytest.raises(UnreadableSource, match="does not look like minutes: "):
        read(path, path.name)


FOLDERS = {
    "ayton": 62,
    "bromley-seed": 1,
    "decoy-school": 22,
    "manordeilo-cy": 23,
    "milburn": 20,
    "winnipeg": 1,
    "wyevalley": 39,
    "limerick": 415,
    "norfolk-parishes": 361,
}


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_real_minutes_are_read(shared: Path, folder: str) -> None:
    top = shared / "data" / folder
    files = [path for path in top.rglob("*") if path.suffix.lower() in SUFFIXES]
    assert len(files) == FOLDERS[folder]
    for path in sorted(files)[:: max(1, len(files) // 40)]:
        assert read(path, path.relative_to(top).as_posix())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=3000), suffix=st.sampled_from(sorted(SUFFIXES)))
def test_any_bytes_give_meetings_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str
) -> None:
    path = saved(tmp_path_factory.mktemp("any"), f"a{suffix}", data)
    try:
        assert read(path, path.name)
    except UnreadableSource as error:
        assert str(error)


@settings(max_examples=100, deadline=None)
@given(
    place=st.integers(0, 20_000),
    junk=st.binary(min_size=1, max_size=200),
    form=st.sampled_from([".pdf", ".docx", ".html"]),
)
def test_damage_anywhere_in_a_file_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: bytes, form: str
) -> None:
    whole = FORMS[form]
    place %= len(whole)
    data = whole[:place] + junk + whole[place + len(junk) :]
    path = saved(tmp_path_factory.mktemp("damaged"), f"minutes{form}", data)
    try:
        assert read(path, path.name)
    except UnreadableSource as error:
        assert str(error)
