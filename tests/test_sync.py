"""`minutes sync`: a real HTTP server on loopback that behaves like ModernGov's, traps included."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from moderngov_site import Answer, Served, Site, entry

import ingest.sync
from assistant.cli import main
from ingest.errors import SiteError, WrongUse
from ingest.index import Index
from ingest.pipeline import Progress, remove
from ingest.sync import SyncReport, site_of, sync


def fill(site: Site) -> Site:
    """Two committees; five meetings, of which one has no minutes yet."""
    site.committees = {"4": "Planning & Trees Committee", "5": "Cabinet"}
    lines = ("oak", "elm", "ash")
    for place, tree in enumerate(lines, start=1):
        text = f"<p>RESOLVED: That the {tree} on Mill Lane be felled at a cost of £{place}00.</p>"
        site.add(
            "4",
            str(10 + place),
            f"0{place}/03/2025",
            entry(100 + place, f"The {tree}", text, agenda="5", number=str(60 + place)),
            attendees='<attendee name="Cllr Ann Lee" attendance="Present"/>',
        )
    site.add("5", "21", "07/04/2025", entry(201, "Budget", "<p>The budget was noted.</p>"))
    site.add("5", "22", "12/05/2025", entry(202, "Budget again"))
    return site


@pytest.fixture
def site() -> Iterator[Site]:
    with Served(fill(Site())) as served:
        yield served


def run(site: Site, index: Path, **options: object) -> SyncReport:
    return sync(site.address, index, interval_s=0.0, **options)  # type: ignore[arg-type]


def listed(index: Path) -> list[str]:
    opened = Index.open(index)
    sources = [source.source for source in opened.sources()]
    opened.close()
    return sources


def page(site: Site, committee: int, meeting: int) -> str:
    return f"{site.address}/ieListDocuments.aspx?CId={committee}&MId={meeting}"


def test_what_is_fetched_is_in_the_index_by_the_address_of_its_page(
    site: Site, tmp_path: Path
) -> None:
    report = run(site, tmp_path / "index", council="Ashby Borough Council")
    assert (report.meetings, report.fetched, report.changed) == (5, 5, 4)
    assert report.without_minutes == (page(site, 5, 22),)
    assert listed(tmp_path / "index") == [
        *(page(site, 4, 11), page(site, 4, 12), page(site, 4, 13), page(site, 5, 21))
    ]
    index = Index.open(tmp_path / "index")
    meeting = next(m for m in index.meetings() if m.source == page(site, 4, 12))
    assert (meeting.body, meeting.date) == ("Planning and Trees Committee", "2025-03-02")
    assert meeting.council == "Ashby Borough Council"
    assert meeting.attendance.present == ("Cllr Ann Lee",)
    (item,) = index.items(meeting.id)
    assert (item.number, item.agenda_number) == ("62", "5")
    assert item.url == f"{page(site, 4, 12)}#AI102"
    assert [decision.kind for decision in item.decisions] == ["resolved"]


def test_a_second_sync_compares_what_it_fetches_and_writes_nothing_new(
    site: Site, tmp_path: Path
) -> None:
    first = run(site, tmp_path / "index")
    second = run(site, tmp_path / "index")
    assert (second.changed, second.ingest.read) == (0, 0)
    assert second.ingest.generation == first.ingest.generation
    site.add("4", "12", "02/03/2025", entry(102, "The elm", "<p>The elm was saved.</p>"))
    third = run(site, tmp_path / "index")
    assert (third.changed, third.ingest.changed) == (1, 1)
    passages = " ".join(p.text for p in Index.open(tmp_path / "index").all_passages())
    assert "The elm was saved" in passages and "elm on Mill Lane" not in passages


def test_only_the_committees_and_the_period_asked_for_are_fetched(
    site: Site, tmp_path: Path
) -> None:
    report = run(
        site, tmp_path / "index", committees=["4"], since=date(2025, 3, 2), until=date(2025, 3, 2)
    )
    assert report.meetings == 1
    assert listed(tmp_path / "index") == [page(site, 4, 12)]
    asked = next(path for path in site.asked if "GetMeetings" in path)
    assert "sFromDate=02%2F03%2F2025&sToDate=02%2F03%2F2025" in asked


def test_a_server_that_ignores_the_period_makes_no_difference(site: Site, tmp_path: Path) -> None:
    site.ignores_dates = True
    report = run(site, tmp_path / "index", since=date(2025, 3, 2), until=date(2025, 3, 3))
    assert report.meetings == 2
    assert sum("GetMeeting?" in path for path in site.asked) == 2


def test_a_sync_of_a_period_leaves_the_other_years_in_the_index(site: Site, tmp_path: Path) -> None:
    run(site, tmp_path / "index")
    run(site, tmp_path / "index", since=date(2025, 4, 1))
    assert len(listed(tmp_path / "index")) == 4


def test_a_meeting_that_the_site_has_no_more_is_taken_out(site: Site, tmp_path: Path) -> None:
    run(site, tmp_path / "index")
    del site.meetings["4"]["12"]
    report = run(site, tmp_path / "index")
    assert (report.gone, report.ingest.removed) == (1, 1)
    assert page(site, 4, 12) not in listed(tmp_path / "index")


def test_an_empty_list_where_there_were_meetings_takes_nothing_out(
    site: Site, tmp_path: Path
) -> None:
    run(site, tmp_path / "index")
    site.meetings["4"] = {}
    report = run(site, tmp_path / "index")
    assert report.gone == 0 and "Planning & Trees" in report.warnings[0]
    assert len(listed(tmp_path / "index")) == 4


def test_a_site_that_forbids_programs_is_named_with_the_other_way(
    site: Site, tmp_path: Path
) -> None:
    site.trap = lambda method, query: (403, {}, "<html>Forbidden</html>")
    with pytest.raises(SiteError, match=r"refuses programs \(HTTP 403\)[\s\S]*minutes ingest"):
        run(site, tmp_path / "index")
    assert len(site.asked) == 1
    assert not (tmp_path / "index" / "current").exists()


def test_a_web_page_in_place_of_an_answer_is_not_read_as_one(site: Site, tmp_path: Path) -> None:
    site.trap = lambda method, query: (200, {}, "<!DOCTYPE html><html>Are you a robot?</html>")
    with pytest.raises(SiteError, match="closed to programs"):
        run(site, tmp_path / "index")


def test_a_host_without_the_service_is_named(site: Site, tmp_path: Path) -> None:
    site.trap = lambda method, query: (404, {}, "none")
    with pytest.raises(SiteError, match="no ModernGov web service"):
        run(site, tmp_path / "index")


def test_a_redirect_to_another_host_is_refused_and_that_host_is_never_asked(
    site: Site, tmp_path: Path
) -> None:
    with Served(Site()) as elsewhere:
        target = f"{elsewhere.address}/mgWebService.asmx/GetCommittees"
        site.trap = lambda method, query: (302, {"Location": target}, "")
        with pytest.raises(SiteError, match="only the host that you named is contacted"):
            run(site, tmp_path / "index")
        assert elsewhere.asked == []


def test_a_redirect_within_the_host_is_followed_and_one_in_a_circle_is_not(
    site: Site, tmp_path: Path
) -> None:
    def moved(method: str, query: dict[str, str]) -> Answer | None:
        if method == "GetCommittees" and not query:
            return 302, {"Location": "/mgWebService.asmx/GetCommittees?lDummy=0"}, ""
        return None

    site.trap = moved
    assert run(site, tmp_path / "index").fetched == 5
    site.trap = lambda method, query: (302, {"Location": "/again"}, "")
    with pytest.raises(SiteError, match="round in circles"):
        run(site, tmp_path / "index")


def test_a_meeting_whose_xml_is_broken_is_named_and_the_rest_goes_on(
    site: Site, tmp_path: Path
) -> None:
    def broken(method: str, query: dict[str, str]) -> Answer | None:
        if query.get("lMeetingId") == "12":
            return 200, {}, site.meetings["4"]["12"][1][:300]
        return None

    site.trap = broken
    report = run(site, tmp_path / "index")
    ((address, reason),) = report.failed
    assert address == page(site, 4, 12) and "broken" in reason
    assert report.stopped is None and len(listed(tmp_path / "index")) == 3


def test_a_document_type_in_an_answer_is_refused(site: Site, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><meeting>&b;</meeting>'
    site.trap = lambda method, query: (200, {}, bomb) if method == "GetMeeting" else None
    report = run(site, tmp_path / "index")
    assert report.stopped and "document type" in report.stopped


def test_an_error_that_passes_is_tried_again(site: Site, tmp_path: Path) -> None:
    seen: list[str] = []

    def busy(method: str, query: dict[str, str]) -> Answer | None:
        seen.append(method)
        return (503, {"Retry-After": "0"}, "busy") if len(seen) in (1, 4) else None

    site.trap = busy
    assert run(site, tmp_path / "index").failed == ()


def test_a_slow_server_is_not_waited_for_without_end(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.sync, "TIMEOUT_S", 0.2)
    free = threading.Event()

    def slow(method: str, query: dict[str, str]) -> Answer | None:
        if method == "GetMeeting":
            free.wait(5)
        return None

    site.trap = slow
    report = run(site, tmp_path / "index")
    free.set()
    assert report.stopped and "does not answer" in report.stopped


def test_an_answer_without_end_is_cut_off(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest.sync, "ANSWER_BYTES", 10_000)
    site.trap = lambda method, query: (200, {}, b"<a>" + b"x" * 100_000)
    with pytest.raises(SiteError, match="larger than"):
        run(site, tmp_path / "index")


class Stopped(Exception):
    """Stands for the user's Ctrl-C."""


def test_a_run_that_was_stopped_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "fetch" and progress.done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        run(site, tmp_path / "index", progress=stop)
    before = len(site.asked)
    report = run(site, tmp_path / "index")
    asked = site.asked[before:]
    assert len(asked) == 3 and all("GetMeeting?" in path for path in asked)
    assert report.fetched == 5 and len(listed(tmp_path / "index")) == 4
    again = len(site.asked)
    run(site, tmp_path / "index")
    assert len(site.asked) - again == 8  # a run that ended is followed by a whole one


def test_a_run_that_was_stopped_is_not_gone_on_with_when_something_else_is_asked(
    site: Site, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "fetch":
            raise Stopped

    with pytest.raises(Stopped):
        run(site, tmp_path / "index", progress=stop)
    report = run(site, tmp_path / "index", committees=["5"])
    assert report.meetings == 2


def test_a_server_that_dies_half_way_leaves_what_was_fetched_in_the_index(
    site: Site, tmp_path: Path
) -> None:
    def dies(method: str, query: dict[str, str]) -> Answer | None:
        return (403, {}, "no more") if query.get("lMeetingId") == "12" else None

    site.trap = dies
    report = run(site, tmp_path / "index")
    assert report.stopped and "HTTP 403" in report.stopped
    assert page(site, 4, 13) in listed(tmp_path / "index")
    site.trap = lambda method, query: None
    assert run(site, tmp_path / "index").stopped is None
    assert len(listed(tmp_path / "index")) == 4


def test_requests_keep_the_pause_between_them(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a clock that only waiting moves: how busy the machine is makes no difference."""
    clock, asked = [100.0], []

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    def note(method: str, query: object) -> None:
        asked.append(clock[0])

    patched = SimpleNamespace(time=time.time, monotonic=lambda: clock[0], sleep=sleep)
    monkeypatch.setattr(ingest.sync, "time", patched)
    site.trap = note
    sync(site.address, tmp_path / "index", committees=["4"])
    pauses = [after - before for before, after in pairwise(asked)]
    assert pauses == [ingest.sync.INTERVAL_S] * 4 and ingest.sync.INTERVAL_S >= 1.0
    assert site.agents == {"minutes-assistant"}


def test_exempt_text_is_neither_in_the_index_nor_in_what_was_kept(
    site: Site, tmp_path: Path
) -> None:
    secret = "<p>The rent is 98765 pounds.</p>"
    open_item = entry(301, "Open", "<p>The open part.</p>")
    site.add("4", "14", "04/03/2025", open_item, entry(302, "Lease", secret, isrestricted="True"))
    run(site, tmp_path / "index")
    held = b"".join(p.read_bytes() for p in (tmp_path / "index").rglob("*") if p.is_file())
    assert b"The open part" in held and b"98765" not in held


def test_what_is_removed_goes_from_what_was_kept_too(site: Site, tmp_path: Path) -> None:
    run(site, tmp_path / "index")
    remove([page(site, 4, 12)], tmp_path / "index")
    held = b"".join(p.read_bytes() for p in (tmp_path / "index").rglob("*") if p.is_file())
    assert b"the elm on Mill Lane" not in held and b"the oak on Mill Lane" in held


def test_a_committee_that_is_not_there_and_other_wrong_use_are_named(
    site: Site, tmp_path: Path
) -> None:
    with pytest.raises(SiteError, match="no committee 9"):
        run(site, tmp_path / "index", committees=["9"])
    with pytest.raises(WrongUse, match="is no committee"):
        run(site, tmp_path / "index", committees=["planning"])
    with pytest.raises(WrongUse, match="is after"):
        run(site, tmp_path / "index", since=date(2025, 4, 1), until=date(2025, 3, 1))


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://council.example", "https://council.example"),
        ("council.example/", "https://council.example"),
        ("http://council.example/mgWebService.asmx", "http://council.example"),
        ("https://c.example/mgWebService.asmx/GetCommittees", "https://c.example"),
        ("https://c.example/mod/ieListDocuments.aspx?CId=1&MId=2", "https://c.example/mod"),
        ("HTTPS://C.example:8443/x/", "https://c.example:8443/x"),
    ],
)
def test_any_page_of_a_site_names_the_site(given: str, base: str) -> None:
    assert site_of(given) == base


@pytest.mark.parametrize("given", ["ftp://c.example", "https://", "https://a:b@c.example", "x:y:z"])
def test_what_is_no_address_of_a_site_is_refused(given: str) -> None:
    with pytest.raises(WrongUse):
        site_of(given)


def test_a_host_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(SiteError, match="cannot be reached"):
        sync(f"http://127.0.0.1:{port}", tmp_path / "index", interval_s=0.0)
    assert time.monotonic() - began < 60


def test_the_command_prints_what_it_did(
    site: Site,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ingest.sync.sync, "__kwdefaults__", {
        **ingest.sync.sync.__kwdefaults__, "interval_s": 0.0,
    })  # fmt: skip
    index = ["--index", str(tmp_path / "index")]
    assert main(["sync", site.address, *index, "--committee", "4", "--since", "2025-03-02"]) == 0
    out, err = capsys.readouterr()
    assert "Fetched 2 of 2 meetings" in out and "2 of 2 meetings fetched" in err
    assert main(["sync", site.address, *index, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fetched"] == 5
    site.trap = lambda method, query: (403, {}, "")
    assert main(["sync", site.address, *index]) == 2
    assert "refuses programs" in capsys.readouterr().err
