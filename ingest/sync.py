"""Minutes fetched from a ModernGov site by its public web service, politely and in steps."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urljoin, urlsplit

from ingest.errors import SiteError, UnreadableSource, WrongUse
from ingest.files import put
from ingest.lock import writing
from ingest.pipeline import IngestReport, Progress, ingest_pages
from ingest.webservice import (
    address_of,
    find_meeting,
    holds_minutes,
    parse_xml,
    plain,
    text_of,
    without_exempt,
)

if TYPE_CHECKING:
    import httpx

INTERVAL_S = 1.0  # between two requests, as public servers ask of programs
TIMEOUT_S = 60.0  # to wait for the next bytes of an answer
ANSWER_S = 300.0  # for a whole answer
ANSWER_BYTES = 50 * 1024 * 1024
TRIES = 3
PATIENCE_S = 120.0  # the longest wait that a server may ask for
GIVE_UP_AFTER = 5  # meetings in a row that could not be fetched
FOLDER = "sync"  # of the index, holds what was fetched
_STATE = "unfinished.json"
_STALE_S = 24 * 3600  # after which what was listed is listed again
_FIRST, _AHEAD = date(1990, 1, 1), 366  # the period asked for where none is given; in days


@dataclass(frozen=True)
class SyncReport:
    """What a sync fetched, and what the ingest that followed did with it."""

    site: str
    meetings: int  # listed in the period
    fetched: int
    changed: int  # of these, new or other than before
    without_minutes: tuple[str, ...]  # addresses of meetings whose minutes are not published
    gone: int  # meetings that the site has no more
    failed: tuple[tuple[str, str], ...]  # address, reason
    stopped: str | None  # why the rest was not fetched; the next sync goes on from there
    warnings: tuple[str, ...]
    ingest: IngestReport


@dataclass
class _Plan:
    """What one run fetches; kept on disk, so that a run that was stopped goes on."""

    asked: dict[str, Any]
    meetings: list[list[str]]  # committee, its title, meeting, date
    done: int = 0
    fetched: int = 0
    changed: int = 0
    gone: int = 0
    without_minutes: list[str] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def sync(
    url: str,
    index_dir: Path | str,
    *,
    committees: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    council: str | None = None,
    interval_s: float = INTERVAL_S,
    progress: Callable[[Progress], None] | None = None,
) -> SyncReport:
    """Fetch the minutes of a site's meetings into the index, each by the address of its page.

    `committees` are ids, all where none is given; `interval_s` is the time between two requests.
    Raises SiteError where the site cannot be read at all, and then the index is as it was.
    """
    if since and until and since > until:
        raise WrongUse(f"--since {since} is after --until {until}.")
    for id in committees:
        if not id.isdecimal():
            raise WrongUse(f"{id!r} is no committee: its id is the number after CId= in its page.")
    base = site_of(url)
    folder = Path(index_dir).absolute() / FOLDER / _name_of(base)
    with writing(folder):
        with _Site(base, interval_s) as site:
            asked = {
                "base": base,
                "committees": sorted(set(committees)),
                "since": since.isoformat() if since else None,
                "until": until.isoformat() if until else None,
            }
            plan = _unfinished(folder, asked)
            if plan is None:
                plan = _make_plan(site, folder, asked, since, until, progress)
                _keep(folder, plan)
            stopped = _fetch(site, folder, plan, progress)
        if stopped is None:
            (folder / _STATE).unlink(missing_ok=True)
        pages = [
            (address_of(base, *path.stem.split("-")), path)
            for path in sorted(folder.glob("*-*.xml"), key=lambda path: path.stem)
        ]
        report = ingest_pages(
            pages, index_dir, _name_of(base), folder, council=council, progress=progress
        )
    return SyncReport(
        site=base,
        meetings=len(plan.meetings),
        fetched=plan.fetched,
        changed=plan.changed,
        without_minutes=tuple(plan.without_minutes),
        gone=plan.gone,
        failed=tuple((address, reason) for address, reason in plan.failed),
        stopped=stopped,
        warnings=tuple(plan.warnings),
        ingest=report,
    )


def site_of(url: str) -> str:
    """The address of a site from that of any of its pages; raises WrongUse for no address."""
    text = url.strip()
    if not re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise WrongUse(f"{url} is no address of a web site.") from error
    if parts.scheme.casefold() not in ("http", "https") or not parts.hostname:
        raise WrongUse(f"{url} is no address of a web site.")
    if parts.username or parts.password:
        raise WrongUse("Give the address without a user's name and password.")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    path = re.sub(r"/[^/]+\.(?:asmx|aspx)(?:/.*)?$", "", parts.path, flags=re.IGNORECASE)
    return f"{parts.scheme.casefold()}://{host}{port}{path.rstrip('/')}"


# What is to be fetched


def _make_plan(
    site: _Site,
    folder: Path,
    asked: dict[str, Any],
    since: date | None,
    until: date | None,
    progress: Callable[[Progress], None] | None,
) -> _Plan:
    plan = _Plan(asked, [])
    known = {
        id: plain(text_of(found, "committeetitle"))
        for found in site.ask("GetCommittees").iter("committee")
        if (id := text_of(found, "committeeid")).isdecimal()
    }
    wanted = asked["committees"] or list(known)
    if unknown := [id for id in wanted if id not in known]:
        raise SiteError(
            f"{site.base} has no committee {', '.join(unknown)}. The id is the number after CId= "
            "in the address of a committee's page."
        )
    first, last = since or _FIRST, until or date.today() + timedelta(days=_AHEAD)
    began = time.monotonic()
    for done, id in enumerate(wanted, start=1):
        _tell(progress, "list", done, len(wanted), began, known[id])
        try:
            # The servers take no other form of date; what they cannot read they ignore.
            answer = site.ask(
                "GetMeetings",
                lCommitteeId=id,
                sFromDate=f"{first:%d/%m/%Y}",
                sToDate=f"{last:%d/%m/%Y}",
            )
        except SiteError as error:
            if site.closed:
                raise
            plan.failed.append([f"{site.base}/mgCommitteeDetails.aspx?ID={id}", str(error)])
            continue
        listed = dict(_listed(answer))
        # Some servers send everything whatever is asked.
        chosen = {m: day for m, day in listed.items() if first <= day <= last}
        plan.meetings += [[id, known[id], m, day.isoformat()] for m, day in chosen.items()]
        held = {path.stem.split("-")[1]: path for path in folder.glob(f"{id}-*.xml")}
        gone = [
            path
            for meeting, path in held.items()
            if meeting not in listed and first <= _date_held(path) <= last
        ]
        if gone and not listed:
            plan.warnings.append(
                f"The site lists no meeting of {known[id]} any more; "
                f"{len(gone)} fetched before stay in the index."
            )
        else:
            for path in gone:
                path.unlink()
            plan.gone += len(gone)
    plan.meetings.sort(key=lambda row: (row[3], row[2]), reverse=True)
    return plan


def _listed(answer: Any) -> Iterator[tuple[str, date]]:
    """Id and date of the meetings in an answer; what has neither is no meeting."""
    for found in answer.iter("meeting"):
        id = text_of(found, "meetingid")
        day = _british(text_of(found, "meetingdate"))
        if id.isdecimal() and day:
            yield id, day


def _british(text: str) -> date | None:
    match = re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})\b", text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def _date_held(path: Path) -> date:
    """The date of a meeting that was fetched before; the first day there is where it has none."""
    try:
        found = find_meeting(parse_xml(path.read_bytes()))
    except UnreadableSource:
        return date.min
    return (_british(text_of(found, "meetingdate")) if found is not None else None) or date.min


def _unfinished(folder: Path, asked: dict[str, Any]) -> _Plan | None:
    """The plan of a run that was stopped, if it was asked for the same."""
    state = folder / _STATE
    try:
        plan = _Plan(**json.loads(state.read_text("utf-8")))
        if time.time() - state.stat().st_mtime > _STALE_S:
            return None
    except (OSError, ValueError, TypeError):
        return None
    return plan if plan.asked == asked and plan.done < len(plan.meetings) else None


def _keep(folder: Path, plan: _Plan) -> None:
    _write(folder / _STATE, json.dumps(asdict(plan), ensure_ascii=False).encode())


def _write(path: Path, data: bytes) -> None:
    """Replace a file in one step."""
    temporary = path.with_name(f"{path.name}.tmp")
    temporary.write_bytes(data)
    put(temporary, path)


# Fetching


def _fetch(
    site: _Site, folder: Path, plan: _Plan, progress: Callable[[Progress], None] | None
) -> str | None:
    """Fetch what the plan still lacks; returns why it stopped before the end, if it did."""
    began = time.monotonic()
    total = len(plan.meetings) - plan.done
    faults = 0
    for place, (committee, title, meeting, day) in enumerate(plan.meetings[plan.done :], start=1):
        address = address_of(site.base, committee, meeting)
        path = folder / f"{committee}-{meeting}.xml"
        try:
            found = find_meeting(site.ask("GetMeeting", lMeetingId=meeting))
            if found is None:
                raise SiteError("the answer holds no meeting")
        except SiteError as error:
            faults += 1
            if site.closed or faults == GIVE_UP_AFTER:
                return str(error)
            plan.failed.append([address, str(error)])
        else:
            faults = 0
            plan.fetched += 1
            if holds_minutes(found):
                data = _wrapped(found, address, title)
                if not path.is_file() or path.read_bytes() != data:
                    _write(path, data)
                    plan.changed += 1
            else:
                plan.without_minutes.append(address)
                path.unlink(missing_ok=True)
        plan.done += 1
        _keep(folder, plan)
        _tell(progress, "fetch", place, total, began, f"{title}, {day}")
    return None


def _wrapped(meeting: Any, address: str, committee: str) -> bytes:
    """The meeting with the address of its page and its committee, which the answer lacks."""
    from lxml import etree

    without_exempt(meeting)
    root = etree.Element("fetched", address=address, committee=committee)
    root.append(meeting)
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _tell(
    progress: Callable[[Progress], None] | None,
    stage: str,
    done: int,
    total: int,
    began: float,
    current: str,
) -> None:
    if progress:
        rate = done / max(time.monotonic() - began, 1e-6)
        progress(Progress(stage, done, total, rate, (total - done) / rate, current))


class _Site:
    """One host and nothing beside it: requests one after the other, with a pause between."""

    def __init__(self, base: str, interval_s: float) -> None:
        import httpx

        self.base = base
        self.closed = False  # it refuses us or cannot be reached: there is no use in going on
        self._interval_s = interval_s
        self._next = 0.0
        self._client = httpx.Client(
            follow_redirects=False,
            timeout=TIMEOUT_S,
            headers={"User-Agent": "minutes-assistant", "Accept": "text/xml"},
        )

    def __enter__(self) -> _Site:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, method: str, **values: str) -> Any:
        """The root element of an answer of the web service; raises SiteError."""
        url = f"{self.base}/mgWebService.asmx/{method}"
        data = self._get(f"{url}?{urlencode(values)}" if values else url)
        if re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)", data[:500], re.I):
            self.closed = True
            raise SiteError(
                f"{self.base} answers with a web page where its web service should be, so that is "
                f"closed to programs. {_BY_HAND}"
            )
        try:
            return parse_xml(data)
        except UnreadableSource as error:
            raise SiteError(f"the answer {error}") from error

    def _get(self, url: str) -> bytes:
        import httpx

        fault = ""
        for attempt in range(TRIES):
            self._wait(self._interval_s if attempt else 0.0)
            try:
                status, headers, data = self._read(url)
            except httpx.TimeoutException:
                fault = f"{self.base} does not answer"
                continue
            except httpx.HTTPError as error:
                fault = f"{self.base} cannot be reached ({error})"
                continue
            if status == 200:
                return data
            if status in (401, 403):
                self.closed = True
                raise SiteError(
                    f"{self.base} refuses programs (HTTP {status}), as many councils' sites do. "
                    f"{_BY_HAND}"
                )
            if status in (404, 410):
                raise SiteError(
                    f"There is no ModernGov web service at {self.base} (HTTP {status}): give the "
                    "address of a page whose name ends in .aspx, such as ieListDocuments.aspx."
                )
            fault = f"{self.base} answers with an error (HTTP {status})"
            if status < 500 and status != 429:
                raise SiteError(fault)
            self._wait(min(_seconds(headers.get("retry-after", "")), PATIENCE_S))
        self.closed = "HTTP 5" not in fault
        raise SiteError(f"{fault}, {TRIES} times.")

    def _read(self, url: str) -> tuple[int, httpx.Headers, bytes]:
        """Status, headers and body of an answer, redirects within the host followed."""
        for _ in range(5):
            self._pace()
            with self._client.stream("GET", url) as answer:
                if not answer.is_redirect:
                    return answer.status_code, answer.headers, _body(answer)
                target = urljoin(url, answer.headers.get("location", ""))
            if not _same_host(url, target):
                self.closed = True
                raise SiteError(
                    f"{self.base} sends us on to {urlsplit(target).netloc or target}, and only the "
                    "host that you named is contacted. If that is the council's site, name it."
                )
            url = target
        raise SiteError(f"{self.base} sends us round in circles.")

    def _wait(self, seconds: float) -> None:
        self._next = max(self._next, time.monotonic() + seconds)

    def _pace(self) -> None:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self._interval_s


_BY_HAND = (
    "Open the meetings' pages in a browser, save them in a folder, and run `minutes ingest` on "
    "that folder."
)


def _body(answer: httpx.Response) -> bytes:
    """What the server sends, as long as it is neither endless nor without end in time."""
    import httpx

    parts: list[bytes] = []
    size = 0
    end = time.monotonic() + ANSWER_S
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > ANSWER_BYTES:
            raise SiteError(f"the answer is larger than {ANSWER_BYTES // 1024**2} MB")
        if time.monotonic() > end:
            raise httpx.ReadTimeout(f"the answer takes longer than {ANSWER_S:g} seconds")
    return b"".join(parts)


def _same_host(here: str, there: str) -> bool:
    """Whether a redirect stays on the host, or goes from http to https on it."""
    a, b = urlsplit(here), urlsplit(there)
    try:
        ports = a.port, b.port
    except ValueError:
        return False
    secured = (a.scheme, b.scheme) == ("http", "https") and set(ports) <= {None, 80, 443}
    return a.hostname == b.hostname and ((a.scheme, ports[0]) == (b.scheme, ports[1]) or secured)


def _seconds(text: str) -> float:
    """A `Retry-After`, as seconds from now."""
    if text.strip().isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0


def _name_of(base: str) -> str:
    """The name of a site's collection: its host, and the folder on it if there is one."""
    return re.sub(r"[^\w.-]+", "-", base.partition("://")[2]).strip("-.")
