"""The bundled sample minutes and their question set keep what their README promises."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from eval.sample import build

SAMPLE = Path(__file__).parent.parent / "eval" / "sample"
MINUTES = SAMPLE / "minutes"
TYPES = {
    "decision", "amount", "person", "date", "fact", "reason", "reply", "vote", "attendance", "list",
    "cross_meeting", "followup", "lookup", "unanswerable",
}  # fmt: skip
MONTHS = [date(2023, month, 1).strftime("%B") for month in range(1, 13)]


def files() -> list[str]:
    return sorted(p.relative_to(MINUTES).as_posix() for p in MINUTES.rglob("*") if p.is_file())


@cache
def text_of(source: str | Path) -> str:
    """The words of a file, read with the format's own library, white space folded."""
    path = MINUTES / source
    if path.suffix == ".pdf":
        pdfium = pytest.importorskip("pypdfium2")
        pages = pdfium.PdfDocument(path)
        text = "\n".join(page.get_textpage().get_text_range() for page in pages)
    elif path.suffix == ".docx":
        docx = pytest.importorskip("docx")
        parts = []
        for block in docx.Document(str(path)).iter_inner_content():
            cells = [c.text for row in getattr(block, "rows", []) for c in row.cells]
            parts.append(" ".join(cells) or block.text)
        text = "\n".join(parts)
    elif path.suffix == ".html":
        html = pytest.importorskip("lxml.html")
        text = html.fromstring(path.read_bytes()).text_content()
    else:
        text = re.sub(r"\\(?=[^\w\s])|\*+", "", path.read_text(encoding="utf-8"))
    return " ".join(text.split())


def questions() -> list[dict[str, Any]]:
    lines = (SAMPLE / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def day_of(source: str) -> date:
    found = re.search(r"\d{4}-\d\d-\d\d", source)
    assert found, source
    return date.fromisoformat(found[0])


def test_the_sample_has_five_bodies_thirty_meetings_and_every_format() -> None:
    meetings = {(source.split("/")[0], day_of(source)) for source in files()}
    formats = Counter(Path(source).suffix for source in files())
    assert len({body for body, _ in meetings}) >= 5
    assert len(meetings) >= 30
    assert formats[".html"] >= 8 and formats[".pdf"] >= 8 and formats[".docx"] >= 5
    assert formats[".txt"] >= 5 and formats[".md"] >= 6
    assert all(date(2023, 5, 1) <= day <= date(2025, 4, 30) for _, day in meetings)
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 2_000_000


def test_every_weekday_printed_in_the_minutes_is_the_weekday_of_its_date() -> None:
    pattern = re.compile(
        r"(\w+day),? (\d{1,2})(?:st|nd|rd|th)? (" + "|".join(MONTHS) + r") (20\d\d)"
    )
    seen = 0
    for source in files():
        for weekday, day, month, year in pattern.findall(text_of(source)):
            stated = date(int(year), MONTHS.index(month) + 1, int(day))
            assert stated.strftime("%A") == weekday, (source, weekday, stated)
            seen += 1
    assert seen > 60


def test_each_file_names_its_own_day_near_its_head() -> None:
    for source in files():
        day = day_of(source)
        written = rf"\b{day.day}(st|nd|rd|th)? {MONTHS[day.month - 1]},? {day.year}"
        slashed = day.strftime("%d/%m/%Y")
        head = text_of(source)[:900]
        assert slashed in head or re.search(written, head, re.IGNORECASE), source


@pytest.mark.parametrize(
    "body", ["council", "cabinet", "place-scrutiny", "planning", "joint-parking", "parish-liaison"]
)
def test_each_meeting_confirms_the_minutes_of_the_one_before(body: str) -> None:
    own = [s for s in files() if s.startswith(body + "/") and "issue" not in s]
    for before, after in pairwise(own):
        day = day_of(before)
        written = rf"\b{day.day}(st|nd|rd|th)? {MONTHS[day.month - 1]} {day.year}"
        said = re.search(r"(minutes|notes)[^|]{0,60}" + written, text_of(after), re.IGNORECASE)
        assert said, (after, day)


def test_no_two_meetings_share_long_text() -> None:
    owner: dict[str, str] = {}
    for source in files():
        meeting = f"{source.split('/')[0]} {day_of(source)}"
        words = text_of(source).split()
        head = words.index("Items") if source.endswith(".html") else 0  # page furniture before it
        for start in range(head, len(words) - 30):
            run = " ".join(words[start : start + 30])
            assert owner.setdefault(run, meeting) == meeting, run


def test_the_rendered_files_are_what_the_generator_makes_of_the_sources(
    tmp_path: Path,
) -> None:
    pytest.importorskip("reportlab")
    for source, target in build.targets():
        made = build.render(source, target.suffix)
        assert made == build.render(source, target.suffix), target
        again = tmp_path / f"{target.parent.name}-{target.name}"
        again.write_bytes(made)
        assert text_of(again) == text_of(target), target
        again.unlink()


def test_the_question_set_has_every_type_and_a_quarter_cannot_be_answered() -> None:
    asked = questions()
    count = Counter(q["type"] for q in asked)
    assert len(asked) >= 90
    assert set(count) == TYPES and min(count.values()) >= 4
    assert count["unanswerable"] >= len(asked) / 4
    assert [q["id"] for q in asked] == [f"sample-{n:03d}" for n in range(1, len(asked) + 1)]
    assert len({(q["question"], str(q["history"])) for q in asked}) == len(asked)
    assert all(q["history"] for q in asked if q["type"] == "followup")


def test_answerable_questions_have_evidence_and_the_others_have_none() -> None:
    for q in questions():
        assert set(q) == {
            "id", "type", "question", "history", "answerable", "answers", "evidence", "note",
        }  # fmt: skip
        assert q["answerable"] == (q["type"] != "unanswerable") == bool(q["answers"])
        assert q["answerable"] == bool(q["evidence"])
        if q["type"] == "cross_meeting":
            assert len({e["source"] for e in q["evidence"]}) > 1


def test_every_quote_stands_word_for_word_in_its_source() -> None:
    for q in questions():
        for evidence in q["evidence"]:
            for source in [evidence["source"], *evidence.get("also", [])]:
                assert " ".join(evidence["quote"].split()) in text_of(source), (q["id"], source)


def test_every_answer_is_in_the_quotes() -> None:
    for q in questions():
        quotes = " ".join(e["quote"] for e in q["evidence"]).casefold()
        for group in q["answers"]:
            found = [a for a in group if re.search(r"(?<!\w)" + re.escape(a.casefold()), quotes)]
            assert found, (q["id"], group)


def test_twins_point_at_answerable_questions_and_differ_from_them() -> None:
    asked = {q["id"]: q for q in questions()}
    twins = [q for q in asked.values() if q["note"].startswith("twin of ")]
    assert len(twins) >= 20
    for twin in twins:
        original = asked[twin["note"].removeprefix("twin of ").split(":")[0]]
        assert original["answerable"] and not twin["answerable"]
        assert original["question"] != twin["question"]
