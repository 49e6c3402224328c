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
_PART = r"(?:(?P<part>early|mid|middle of|late|beginning of|start of|end of)[\s-]+)?"

_FORMS = [
    re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month_number>\d\d)-(?P<day>\d\d)\b"),
    re.compile(r"\b(?P<day>\d{1,2})[/.](?P<month_number>\d{1,2})[/.](?P<year>(?:19|20)?\d\d)\b"),
    re.compile(rf"\b{_DAY}\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?,?\s*{_YEAR}?", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\.?\s+{_DAY}(?!\d)(?:,?\s*{_YEAR})?", re.I),
    re.compile(rf"\b{_PART}(?:of\s+)?(?P<month>{_MONTH})\b\.?,?\s*(?:of\s+)?{_YEAR}", re.I),
    re.compile(rf"\b(?P<season>{'|'.join(SEASONS)})\s*(?:of\s+)?{_YEAR}", re.I),
    re.compile(rf"\b(?P<feast>christmas|easter)\s*(?:of\s+)?{_YEAR}", re.I),
    re.compile(r"\b(?P<year>(?:19|20)\d\d)\s?[/–-]\s?(?P<next>(?:19|20)?\d\d)\b(?![/\d])"),
    re.compile(rf"\b{_PART}{_YEAR}\b(?!\s*(?:m\b|metres|houses|homes|people|%))", re.I),
    re.compile(r"\b(?P<relative>last|this|previous|next)\s+(?P<unit>year|month|week)\b", re.I),
    re.compile(rf"\b(?P<month>{_MONTH})\b", re.I),
]
_BOUND = re.compile(
    r"\b(before|after|since|until|till|from|by|up to|prior to)\s+(?:the\s+)?$", re.I
)


@dataclass(frozen=True)
class Period:
    """A stretch of days named in a question; `month` alone where no year was given."""

    label: str
    start: date | None = None
    end: date | None = None
    month: int | None = None
    exact: bool = False  # one day


def find_periods(text: str, as_of: date) -> tuple[Period, ...]:
    """All periods that a text names, first named first; `as_of` anchors "last year"."""
    found: list[tuple[int, Period]] = []
    taken: list[tuple[int, int]] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            period = _read(match, text, as_of)
            if match["day"] if "day" in form.groupindex else period:
                taken.append(match.span())  # what is no possible day is no year either
            if period is None:
                continue
            found.append((match.start(), _bounded(period, text[: match.start()])))
    return tuple(period for _, period in sorted(found, key=lambda pair: pair[0]))


def _read(match: re.Match[str], text: str, as_of: date) -> Period | None:
    parts = match.groupdict()
    label = match.group(0).strip(" ,.")
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
    if parts.get("season"):
        first, last = SEASONS[parts["season"].lower()]
        return Period(label, date(year, first, 1), _month_end(year + (last < first), last))
    if parts.get("feast"):
        if parts["feast"].lower() == "christmas":
            return Period(label, date(year, 11, 1), date(year + 1, 1, 15))
        return Period(label, date(year, 3, 1), date(year, 4, 30))
    if parts.get("next"):
        following = int(parts["next"]) % 100
        if following != (year + 1) % 100:
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


def _bounded(period: Period, before: str) -> Period:
    match = _BOUND.search(before)
    if match is None or period.start is None:
        return period
    word = match.group(1).lower()
    label = f"{word} {period.label}"
    if word in ("after", "since", "from"):
        return Period(label, period.start, None, None)
    if word in ("before", "until", "till", "prior to"):
        return Period(label, None, period.end, None)
    return period  # "by mid 2016" and "up to October 2018" are mostly said in that period


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
