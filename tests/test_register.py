"""The register of decisions, and how it is taken along as a table."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from lxml import etree
from parish import write_minutes

from assistant.register import COLUMNS, as_csv, as_excel, list_decisions
from ingest.index import Index
from ingest.pipeline import ingest

VOTE = (
    "Bus shelter",
    "Proposed by Cllr Lund, seconded by Cllr Merrow and RESOLVED by 5 votes to 2 that the bus "
    "shelter be mended.",
)
HOSTILE = (
    '=HYPERLINK("http://192.0.2.1","roof")',
    "RESOLVED that the =1+1 roof be painted.",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("register")
    write_minutes(folder / "minutes", "march.txt")
    write_minutes(folder / "minutes", "june.txt", day="3 June 2019", items=[VOTE, HOSTILE])
    hall = {"body": "Sedge Hall Committee", "day": "2 May 2018"}
    write_minutes(folder / "minutes", "hall.txt", **hall, items=[VOTE])
    ingest([folder / "minutes"], folder / "index")
    return Index.open(folder / "index")


def test_decisions_are_listed_newest_first_and_filtered(index: Index) -> None:
    days = [entry.meeting.date for entry in list_decisions(index)]
    assert days == sorted(days, reverse=True) and len(set(days)) == 3
    only = list_decisions(index, body="Sedge Hall Committee")
    assert {entry.meeting.body for entry in only} == {"Sedge Hall Committee"}
    spring = list_decisions(index, since=date(2019, 3, 1), until=date(2019, 3, 31))
    assert {entry.meeting.date for entry in spring} == {"2019-03-04"}
    assert {e.decision.kind for e in list_decisions(index, kinds=["agreed"])} == {"agreed"}
    assert [e.item.title for e in list_decisions(index, text="quotation of HARROW")] == [
        "Village Hall Roof"
    ]
    assert list_decisions(index, text="elephants") == []


def test_the_csv_has_proposer_seconder_and_vote_and_no_formula(index: Index) -> None:
    table = list(csv.DictReader(io.StringIO(as_csv(list_decisions(index)).decode("utf-8-sig"))))
    assert list(table[0]) == [name for name, _ in COLUMNS]
    shelter = next(row for row in table if row["Title"] == VOTE[0])
    assert (shelter["Date"], shelter["Proposer"], shelter["Seconder"]) == (
        "2019-06-03",
        "Cllr Lund",
        "Cllr Merrow",
    )
    assert (shelter["For"], shelter["Against"], shelter["Abstaining"]) == ("5", "2", "")
    assert any(row["Title"] == f"'{HOSTILE[0]}" for row in table)
    assert not any(cell.startswith(("=", "+", "-", "@")) for r in table for cell in r.values())


def test_the_workbook_has_real_dates_and_neither_formula_nor_link(index: Index) -> None:
    entries = list_decisions(index)
    with zipfile.ZipFile(io.BytesIO(as_excel(entries))) as book:
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        names = book.namelist()
        assert HOSTILE[0].split("(")[0] in book.read("xl/sharedStrings.xml").decode()
    cells = sheet.findall(".//{*}c")
    assert len(sheet.findall(".//{*}row")) == len(entries) + 1
    assert not sheet.findall(".//{*}f") and not sheet.findall(".//{*}hyperlink")
    assert not any("externalLink" in name for name in names)
    days = [cell for cell in cells if cell.get("r", "").startswith("A") and cell.get("t") != "s"]
    assert len(days) == len(entries)
    assert float(days[0].findtext("{*}v") or 0) == (date(2019, 6, 3) - date(1899, 12, 30)).days


def test_an_empty_register_is_a_table_without_rows() -> None:
    assert as_csv([]).decode("utf-8-sig").count("\n") == 1
    assert zipfile.is_zipfile(io.BytesIO(as_excel([])))
