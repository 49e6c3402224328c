"""A ModernGov web service on loopback, with the habits of the real ones; all invented."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], str | bytes]


def twice(text: str) -> str:
    """A text as the service writes it: its entities encoded, and encoded again."""
    return html.escape(html.escape(text))


def entry(
    id: int,
    title: str,
    minutes: str = "",
    *,
    agenda: str = "1",
    agenda_sub: str = "0",
    number: str = "0",
    sub: str = "0",
    shown: str | None = None,
    more: str = "",
    **flags: str,
) -> str:
    """An `agendaitem`; `minutes` is HTML, which the service escapes as XML asks for."""
    values = {
        "agendaitemid": str(id),
        "agendaitemnumber": agenda,
        "agendaitemsubnumber": agenda_sub,
        "fulldisplaynumberformat": f"{agenda}." if shown is None else shown,
        "minutesitemnumber": number,
        "minutesitemsubnumber": sub,
        "isrestricted": "False",
        "isdisplayallowed": "True",
        "isdecision": "False",
        "isminutepublished": "True",
        **flags,
    }
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    body = f"<minutesnonemptyhtmlbody>{html.escape(minutes)}</minutesnonemptyhtmlbody>"
    title = f"<agendaitemtitle>{twice(title)}</agendaitemtitle>"
    return f"<agendaitem>{fields}{title}{body}{more}</agendaitem>"


def meeting_xml(id: int, day: str, *entries: str, attendees: str = "", more: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<meeting><meetingid>{id}</meetingid><meetingdate>{day}</meetingdate>"
        f"<meetingtime>19:30</meetingtime><meetingstatus>Confirmed</meetingstatus>{more}"
        f"<attendees>{attendees}</attendees>"
        f"<agendaitems>{''.join(entries)}</agendaitems></meeting>"
    )


@dataclass
class Site:
    """What the server holds, what it was asked, and how it misbehaves."""

    committees: dict[str, str] = field(default_factory=dict)
    meetings: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    ignores_dates: bool = False
    trap: Callable[[str, dict[str, str]], Answer | None] = lambda method, query: None
    agents: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def add(
        self, committee: str, meeting: str, day: str, *entries: str, attendees: str = ""
    ) -> None:
        xml = meeting_xml(int(meeting), day, *entries, attendees=attendees)
        self.meetings.setdefault(committee, {})[meeting] = day, xml

    def answer(self, path: str) -> Answer:
        parts = urlsplit(path)
        method = parts.path.rpartition("/")[2]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if (trapped := self.trap(method, query)) is not None:
            return trapped
        if "/mgWebService.asmx/" not in parts.path:
            return 404, {}, "Not found"
        if method == "GetCommittees":
            rows = "".join(
                f"<committee><committeeid>{id}</committeeid>"
                f"<committeetitle>{twice(title)}</committeetitle>"
                "<committeedeleted>False</committeedeleted></committee>"
                for id, title in self.committees.items()
            )
            return 200, {}, f'<?xml version="1.0"?><committees>{rows}</committees>'
        if method == "GetMeetings":
            return 200, {}, self._list(query)
        if method == "GetMeeting":
            for held in self.meetings.values():
                if query.get("lMeetingId") in held:
                    return 200, {}, held[query["lMeetingId"]][1]
        return 500, {}, "Missing parameter"

    def _list(self, query: dict[str, str]) -> str:
        rows = []
        for id, (day, _) in self.meetings.get(query["lCommitteeId"], {}).items():
            first, last, this = (
                text.split("/")[::-1] for text in (query["sFromDate"], query["sToDate"], day)
            )
            if self.ignores_dates or first <= this <= last:
                rows.append(
                    f"<meeting><meetingid>{id}</meetingid><meetingdate>{day}</meetingdate></meeting>"
                )
        return (
            '<?xml version="1.0"?><getmeetings><committee>'
            f"<committeeid>{query['lCommitteeId']}</committeeid>"
            f"<committeemeetings>{''.join(rows)}</committeemeetings></committee></getmeetings>"
        )


class Served:
    """A site that answers on a port of this machine, within `with`."""

    def __init__(self, site: Site) -> None:
        self.site = site

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.agents.add(self.headers.get("User-Agent", ""))
                status, headers, body = site.answer(self.path)
                data = body.encode() if isinstance(body, str) else body
                self.send_response(status)
                for name, value in {
                    "Content-Type": "text/xml; charset=utf-8",
                    "Content-Length": str(len(data)),
                    **headers,
                }.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> Site:
        self.site.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self.site

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
