"""Days, months, seasons and years that a question names."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
MONTHS["sept"] = 9
# Meteorological seasons; winter runs over the turn of the year.
SEASONS = {
    "spring": (3, 5),
    "summer": (6, 8),
    "autumn": (9, 11),
    "fall": (9, 11),
    "winter": (12, 2),
}

_MONTH = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_PART = (
    r"(?:(?P<part>early|mid|middle of|late|beginning of|start of|end of|(?:first|second) half of"
    r"|(?:first|second|third|fourth|last) quarter of)[\s-]+)?"
)
_COUNTS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "couple of": 2,
    "three": 3,
    "few": 3,
    "four": 4,
    "several": 4,
}
_COUNTS |= {"five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})"

_FORMS = [
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month_number>\d\d)-(?P<day>\d\d)\b"),
    re.compile(r"\b(?P<day>\d{1,2})[/.](?P<month_number>\d{1,2})[/.](?P<year>(?:19|20)?\d\d)\b"),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?,?\s*{_YEAR}?", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\.?\s+{_DAY}(?!\d)(?:,?\s*{_YEAR})?", re.I),
    re.compile(rf"\b{_PART}(?:of\s+)?(?P<month>{_MONTH})\b\.?,?\s*(?:of\s+)?{_YEAR}", re.I),
    re.compile(rf"\b(?P<season>{'|'.join(SEASONS)})\s*(?:of\s+)?{_YEAR}", re.I),
    re.compile(rf"\b(?P<feast>christmas|easter)\s*(?:of\s+)?{_YEAR}", re.I),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)\s?[/–-]\s?(?P<next>(?:19|20)?\d\d|\d)\b(?![/\d])"),
    re.compile(rf"\b{_YEAR}\s?(?:-|–|to)\s?(?P<last_year>(?:19|20)\d\d)\b"),
    re.compile(rf"\b{_PART}{_YEAR}\b(?!\s*(?:m\b|metres|houses|homes|people|%))", re.I),
    re.compile(
        rf"\b(?:last|latest|past|previous|(?:most )?recent)\s+(?:{_COUNT}\s+)?"
        rf"(?:(?!(?:year|month|week|{'|'.join(SEASONS)}|{_MONTH}|time|minute)\b)[\w-]+\s+){{0,3}}?"
        r"(?P<meetings>meetings?|minutes)\b",
        re.I,
    ),
    re.compile(r"\b(?P<relative>last|this|previous|next)\s+(?P<unit>year|month|week)\b", re.I),
    re.compile(rf"\b(?:last|past|previous)\s+{_COUNT}\s+(?P<span>years?|months?|weeks?)\b", re.I),
    re.compile(rf"\b{_COUNT}\s+(?P<ago>years?|months?|weeks?)\s+ago\b", re.I),
    re.compile(rf"\b(?P<recent>last|this)\s+(?P<season>{'|'.join(SEASONS)})\b", re.I),
    re.compile(rf"\b(?P<recent>last)\s+(?P<month>{_MONTH})\b", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\b", re.I),
]
_BOUND = re.compile(
    r"\b(before|after|since|until|till|from|by|up to|prior to)\s+(?:the\s+)?$", re.I
)
_BETWEEN = re.compile(r"\b(?:between|from)\s+(?:the\s+)?$", re.I)
_AND = re.compile(r"\s*(?:and|to|until|till|up to|through|-|–)\s+(?:the\s+)?", re.I)


@dataclass(frozen=True)
class Period:
    """A stretch of days named in a question; `month` alone where no year was given."""

    label: str
    start: date | None = None
    end: date | None = None
    month: int | None = None
    exact: bool = False  # one day
    meetings: int = 0  # that many last meetings, whenever they were


def find_periods(text: str, as_of: date) -> tuple[Period, ...]:
    """All periods that a text names, first named first; `as_of` anchors "last year"."""
    found: list[tuple[int, int, Period]] = []
    taken: list[tuple[int, int]] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            period = _read(match, text, as_of)
            if match["day"] if "day" in form.groupindex else period:
                taken.append(match.span())  # what is no possible day is no year either
            if period is not None:
                found.append((*match.span(), period))
    found.sort(key=lambda entry: entry[:2])
    result: list[Period] = []
    behind = 0  # what was read as the end of a stretch
    for place, (start, end, period) in enumerate(found):
        if start < behind:
            continue
        if place + 1 < len(found) and _BETWEEN.search(text[:start]):
            later_start, later_end, later = found[place + 1]
            whole = _stretch(period, later, text[start:later_end])
            if whole and _AND.fullmatch(text[end:later_start]):
                result.append(whole)
                behind = later_end
                continue
        result.append(_bounded(period, text[:start]))
    return tuple(result)


def _stretch(first: Period, last: Period, label: str) -> Period | None:
    """From the beginning of one period to the end of another; "May and July 2016" share a year."""
    start, end = first.start, last.end
    if end is None or first.meetings or last.meetings:
        return None
    if start is None and first.month is not None:
        start = date(end.year, first.month, 1)
    return Period(label, start, end) if start and start <= end else None


def _read(match: re.Match[str], text: str, as_of: date) -> Period | None:
    parts = match.groupdict()
    label = match.group(0).strip(" ,.")
    if parts.get("meetings"):
        plural = parts["meetings"].lower() == "meetings"
        return Period(label, meetings=_number(parts["count"]) if parts["count"] else 1 + plural)
    if unit := parts.get("span") or parts.get("ago"):
        return _back(
            label, _number(parts["count"]), unit.lower(), as_of, ago=bool(parts.get("ago"))
        )
    if parts.get("recent"):
        return _recent(label, parts, as_of)
    if parts.get("relative"):
        return _relative(label, parts["relative"].lower(), parts["unit"].lower(), as_of)
    year = int(parts["year"]) if parts.get("year") else None
    if year is not None and year < 100:
        year += 2000
    month = int(parts["month_number"]) if parts.get("month_number") else None
    if parts.get("month"):
        word = parts["month"]
        # "may" and "march" are verbs too: as months they have a capital, a day or a year.
        if year is None and not parts.get("day") and word.lower() in ("may", "march", "mar", "sun"):
            before = text[: match.start()].rstrip().lower()
            if not word[0].isupper() or match.start() == 0 or before.endswith((".", "?")):
                return None
        month = MONTHS[word.lower().rstrip(".")]
    if parts.get("day") and month is not None:
        day = int(parts["day"])
        if not 1 <= month <= 12 or not 1 <= day <= 31:
            return None
        if year is None:
            return Period(label, month=month)
        try:
            exact = date(year, month, day)
        except ValueError:
            return None
        return Period(label, exact, exact, month, exact=True)
    if month is not None:
        if year is None:
            return Period(label, month=month)
        return Period(label, date(year, month, 1), _month_end(year, month), month)
    if year is None:
        return None
    if parts.get("last_year"):
        last = int(parts["last_year"])
        return Period(label, date(year, 1, 1), date(last, 12, 31)) if last > year else None
    if parts.get("season"):
        first, last = SEASONS[parts["season"].lower()]
        return Period(label, date(year, first, 1), _month_end(year + (last < first), last))
    if parts.get("feast"):
        if parts["feast"].lower() == "christmas":
            return Period(label, date(year, 11, 1), date(year + 1, 1, 15))
        return Period(label, date(year, 3, 1), date(year, 4, 30))
    if parts.get("next"):
        tens = 10 if len(parts["next"]) == 1 else 100
        if int(parts["next"]) % tens != (year + 1) % tens:
            return None
        # A municipal or financial year, April to May of the next.
        return Period(label, date(year, 4, 1), date(year + 1, 5, 31))
    part = (parts.get("part") or "").lower()
    first, last = 1, 12
    if part.startswith(("early", "beginning", "start")):
        last = 4
    elif part.startswith("mid"):
        first, last = 5, 8
    elif part.startswith(("late", "end")):
        first = 9
    elif part.endswith("half of"):
        first, last = (1, 6) if part.startswith("first") else (7, 12)
    elif part.endswith("quarter of"):
        last = {"first": 3, "second": 6, "third": 9}.get(part.split()[0], 12)
        first = last - 2
    return Period(label, date(year, first, 1), _month_end(year, last))


def _relative(label: str, which: str, unit: str, as_of: date) -> Period | None:
    shift = {"this": 0, "next": 1}.get(which, -1)
    if unit == "year":
        year = as_of.year + shift
        return Period(label, date(year, 1, 1), date(year, 12, 31))
    if unit == "month":
        months = as_of.year * 12 + as_of.month - 1 + shift
        year, month = divmod(months, 12)
        return Period(label, date(year, month + 1, 1), _month_end(year, month + 1), month + 1)
    monday = as_of - timedelta(days=as_of.weekday()) + timedelta(weeks=shift)
    return Period(label, monday, monday + timedelta(days=6))


def _back(label: str, count: int, unit: str, as_of: date, *, ago: bool) -> Period:
    """The last so many years, months or weeks; or the time around that long ago."""
    days = count * {"y": 365, "m": 30, "w": 7}[unit[0]]
    start = as_of - timedelta(days=days)
    if not ago:
        return Period(label, start, as_of)
    if unit[0] == "y":
        return Period(label, date(start.year, 1, 1), date(start.year, 12, 31))
    slack = timedelta(days=15 if unit[0] == "m" else 7)
    return Period(label, start - slack, start + slack)


def _recent(label: str, parts: dict[str, str], as_of: date) -> Period:
    """The latest such month or season, this year's or last year's."""
    if parts.get("season"):
        first, last = SEASONS[parts["season"].lower()]
    else:
        first = last = MONTHS[parts["month"].lower().rstrip(".")]
    year = as_of.year - (date(as_of.year, first, 1) > as_of)
    if parts["recent"].lower() == "last" and _month_end(year + (last < first), last) >= as_of:
        year -= 1  # still under way
    return Period(label, date(year, first, 1), _month_end(year + (last < first), last), last)


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word.lower()]


def _bounded(period: Period, before: str) -> Period:
    match = _BOUND.search(before)
    if match is None or period.start is None or period.end is None:
        return period
    word = match.group(1).lower()
    label = f"{word} {period.label}"
    if word in ("since", "from"):
        return Period(label, period.start, None, None)
    if word == "after":
        return Period(label, period.start + timedelta(days=period.exact), None, None)
    if word in ("before", "prior to"):
        feast = "christmas" in period.label.lower()
        end = date(period.start.year, 12, 25) if feast else period.start
        return Period(label, None, end - timedelta(days=1), None)
    if word in ("until", "till"):
        return Period(label, None, period.end, None)
    return period  # "by mid 2016" and "up to October 2018" are mostly said in that period


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
