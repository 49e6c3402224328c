"""Dates as minutes print them, and the day on which a meeting was held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

_MONTH_NAMES = {
    1: "january january janvier ionawr eanáir eanair jan",
    2: "february febuary chwefror feabhra feb",
    3: "march mawrth márta marta mar",
    4: "april ebrill aibreán aibrean apr",
    5: "may mai bealtaine",
    6: "june mehefin meitheamh jun",
    7: "july gorffennaf iúil iuil jul",
    8: "august awst lúnasa lunasa aug",
    9: "september sept medi sep",
    10: "october hydref oct",
    11: "november tachwedd samhain nov",
    12: "december rhagfyr nollaig dec",
}
_MONTHS = {name: month for month, names in _MONTH_NAMES.items() for name in names.split()}
_WEEKDAY_NAMES = (
    "monday llun luan mon",
    "tuesday mawrth máirt mairt tues tue",
    "wednesday mercher céadaoin ceadaoin wed",
    "thursday iau déardaoin deardaoin thursd thurs thur thu",
    "friday gwener aoine fri",
    "saturday sadwrn sathairn sat",
    "sunday sul domhnach sun",
)
_WEEKDAYS = {name: day for day, names in enumerate(_WEEKDAY_NAMES) for name in names.split()}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
# Scans print "7th" as 7°”, 28", 4™ and the like; Welsh ordinals are fed, ed, ain, ydd,
# eg, af, il.
_ORDINAL = r"\s?(?:st|nd|rd|th|fed|ed|ain|ydd|eg|af|il|[^\w\s,./\-–]{1,3}[a-z]?|o|h)?"
_YEAR = r"(?P<{}>(?:19|20)\d\s?\d|['’]\d\d)(?!\d)"
_PATTERNS = (
    re.compile(
        rf"(?:\b(?P<weekday>{_WEEKDAY})\b[.,]?\s*(?:the\s*)?)?(?<!\d)(?P<day>\d{{1,2}}){_ORDINAL}"
        rf"[\s,.\-–]*(?:day\s+)?(?:of\s+|o\s+)?(?:{_WEEKDAY})?[\s,]*"
        rf"(?P<month>{_MONTH})[\s,.\-–]*(?:of\s+)?{_YEAR.format('year')}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:\b(?P<weekday>{_WEEKDAY})\b[.,]?\s*)?\b(?P<month>{_MONTH})\b[\s,.\-–]*"
        rf"(?P<day>\d{{1,2}})(?!\d){_ORDINAL}[\s,.]+{_YEAR.format('year')}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:\b(?P<weekday>{_WEEKDAY})\b[.,]?\s*)?(?<![\d/.\-£€$])(?P<day>\d{{1,2}})\s?[/.\-]\s?"
        rf"(?P<month>\d{{1,2}})\s?[/.\-]\s?(?P<year>(?:19|20)?\d\d)(?![\d/])",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<weekday>\b)(?<![\d/.\-])(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"
    ),
)
_UNFINISHED = re.compile(
    rf"(?:\b(?P<weekday>{_WEEKDAY})\b[.,]?\s*(?:the\s*)?)?(?<!\d)(?P<day>\d{{1,2}}){_ORDINAL}"
    rf"[\s,.\-–]*(?:of\s+)?(?P<month>{_MONTH})\b",
    re.IGNORECASE,
)


# A date has figures, and words of at most so many characters between them and before the first.
_FIGURES = re.compile(r"\d(?:\D{0,60}\d)*")
_LONGEST_LEAD = 60


@dataclass(frozen=True)
class PrintedDate:
    """A date found in a text, where it stands, and whether its weekday agrees."""

    iso: str
    start: int
    end: int
    weekday_agrees: bool | None  # None where no weekday is printed


def parse_date(text: str) -> str | None:
    """The first date in the text that can be a day, as ISO, or None."""
    found = next(iter(find_dates(text)), None)
    return found.iso if found else None


def find_dates(text: str) -> Iterator[PrintedDate]:
    """All complete dates of the text, in order; of overlapping readings the first one."""
    found = []
    for figures in _FIGURES.finditer(text):
        start, end = max(0, figures.start() - _LONGEST_LEAD), figures.end() + 1
        for pattern in _PATTERNS:
            for match in pattern.finditer(text, start, end):
                printed = _printed(match)
                if printed:
                    found.append(printed)
    end = -1
    for printed in sorted(found, key=lambda each: (each.start, -each.end)):
        if printed.start >= end:
            end = printed.end
            yield printed


_MONTH_OF = re.compile(rf"\b(?P<month>{_MONTH})\b (?:(?:19|20)\d\d )?(?:minutes|meeting)\b", re.I)


def find_months(text: str) -> set[int]:
    """The months, 1 to 12, of which minutes or a meeting are named: "the January minutes"."""
    return {_MONTHS[match["month"].lower()] for match in _MONTH_OF.finditer(text)}


def _printed(match: re.Match[str]) -> PrintedDate | None:
    year = int(re.sub(r"\D", "", match["year"]))
    if year < 100:
        year += 2000 if year < 70 else 1900
    month = _MONTHS.get(match["month"].lower()) or int(match["month"])
    day = _day(year, month, int(match["day"]))
    if day is None:
        return None
    weekday = (match["weekday"] or "").lower()
    agrees = None if not weekday else day.weekday() == _WEEKDAYS[weekday]
    return PrintedDate(day.isoformat(), match.start(), match.end(), agrees)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_HELD = re.compile(
    r"\b(?:held|h[eo]ld|took place|meeting|committee|council|cyfarfod|gynhaliwyd|minutes|cofnodion|"
    r"proceedings|date|dyddiad|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
# A date after these words is that of another meeting, of a notice or of a later confirmation.
_OTHER = re.compile(
    r"(?:\blast\b|previous|next meeting|deferred from|adjourned (?:from|meeting)|circulated|"
    r"dated|since|until|ended|ending|posted)\s*"
    r"(?:on|of|held|from|:|the)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MeetingDate:
    """The day on which the body met, or None, and what is odd about it."""

    iso: str | None
    warnings: tuple[str, ...] = ()


def meeting_date(
    opening: Iterable[str], *, file_name: str | None = None, title: str | None = None
) -> MeetingDate:
    """The date of a meeting from its opening lines; the file's name only settles misprints.

    `opening` holds the paragraphs before the first item, the heading first. A date in `title`
    (of a post or of the document's properties) counts only where the opening has none.
    """
    paragraphs = [paragraph for paragraph in opening if paragraph.strip()]
    heading = "\n".join(paragraphs)[:6000]
    named = [printed.iso for printed in find_dates(re.sub(r"[_]", " ", file_name or ""))]
    candidates = [printed for printed in find_dates(heading) if not _is_other(heading, printed)]
    if title:
        candidates = candidates or list(find_dates(title))
    if not candidates:
        return _from_unfinished(heading, named)
    # The first date of the heading is the meeting's, unless its weekday contradicts it and
    # another date of the heading or of the name mends it.
    first = candidates[0]
    if first.weekday_agrees is False:
        for other in candidates[1:4]:
            if other.weekday_agrees and _alike(first.iso, other.iso):
                return MeetingDate(other.iso, (f"The heading also prints {first.iso}.",))
        for iso in named:
            if _alike(first.iso, iso) and _weekday_of(heading, first) == _weekday(iso):
                return MeetingDate(iso, (f"The heading prints {first.iso}, a misprint.",))
        mended = _mend(first, heading, title or "")
        if mended:
            return MeetingDate(mended, (f"The heading prints {first.iso}, a misprint.",))
        return MeetingDate(
            first.iso, (f"The weekday printed with {first.iso} does not agree with it.",)
        )
    return MeetingDate(first.iso)


def _is_other(text: str, printed: PrintedDate) -> bool:
    before = text[max(0, printed.start - 90) : printed.start]
    return bool(_OTHER.search(before.replace("\n", " ")))


def _alike(one: str, other: str) -> bool:
    """Two dates that one misprinted part would make the same."""
    return sum(a == b for a, b in zip(one.split("-"), other.split("-"), strict=True)) >= 2


def _weekday(iso: str) -> int:
    return date.fromisoformat(iso).weekday()


def _weekday_of(text: str, printed: PrintedDate) -> int | None:
    words = re.findall(r"[^\W\d_]+", text[printed.start : printed.end].lower())
    return next((_WEEKDAYS[word] for word in words if word in _WEEKDAYS), None)


def _mend(printed: PrintedDate, text: str, title: str) -> str | None:
    """The same day in the year of the title, or in January of the next, if its weekday fits.

    In January and February the old year is printed by habit, never the one to come; whatever else
    contradicts the weekday is left as it is printed: the day or the weekday may be the slip.
    """
    year, month, day = (int(part) for part in printed.iso.split("-"))
    weekday = _weekday_of(text, printed)
    titled = {int(found) for found in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title)}
    years = titled if titled else {year + 1} if month <= 2 else set()
    near = [_day(other, month, day) for other in years]
    fitting = [each for each in near if each and each.weekday() == weekday]
    return fitting[0].isoformat() if len(fitting) == 1 else None


def _from_unfinished(heading: str, named: list[str]) -> MeetingDate:
    """A date without its year is the meeting's where the file's name confirms it."""
    for match in _UNFINISHED.finditer(heading[:1500]):
        month = _MONTHS[match["month"].lower()]
        for iso in named:
            if iso.endswith(f"-{month:02d}-{int(match['day']):02d}"):
                return MeetingDate(iso, ("The heading prints the date without its year.",))
    return MeetingDate(None, ("The date of the meeting is not printed in the minutes.",))
