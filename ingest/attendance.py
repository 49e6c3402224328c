"""Who was present, who sent apologies and who attended, from the opening of the minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.model import Attendance
from ingest.sentences import split_sentences

_LABELS = (
    (
        "apologies",
        r"(?:an?\s+)?apolog(?:y|ies)(?:\s+for\s+[^:.]{0,40})?(?:\s+(?:were|"
        r"was)\s+received\s+from)?|ymddiheuriadau|leithscéal\w*",
    ),
    (
        "in_attendance",
        r"(?:also\s+|others?\s+|officers?\s+|officials?\s+|staff\s+)?(?:in attendance|also "
        r"present)|officials?|officers?(?:\s+present)?|staff|clerk(?:ed by)?|visitors?|guests?|"
        r"(?:members of the )?public",
    ),
    (
        "present",
        r"(?:members?|councillors?|cllrs?|governors?|those|i)?\s*(?:present|"
        r"attending)(?:\s+(?:in|and in)\s+the\s+chair)?|in the chair|councillors|members|yn "
        r"bresennol|presennol|i láthair",
    ),
)
_LABEL = re.compile("|".join(rf"(?P<{name}>{pattern})" for name, pattern in _LABELS), re.I)
_OPENING = re.compile(
    r"^(?:\d{1,4}[.)]?\s*)?(?P<label>[^:\-–\n]{2,60}?)\s*(?::[\-–]?|;|\s?[\-–]\s)\s*(?P<names>.*)$",
    re.S,
)
_RECEIVED = re.compile(
    r"apolog(?:y|ies)\b.{0,80}?\b(?:received|tendered|given|accepted)?\s*(?:from|on behalf "
    r"of)\s*:?\s*(?P<names>[^.\n]+(?:\.\s?[A-Z][^.\n]*)*)",
    re.I | re.S,
)
_TITLED = (
    r"(?:(?:parish |town |county |city |district |borough )?(?:councillors?|cllrs?)|mrs|mr|m/?s|"
    r"miss|dr|messrs)\b"
)
# "PRESENT Mr R Roe (Chairman), ...": capitals alone part the heading from the names.
_IN_CAPITALS = re.compile(
    r"(?P<label>PRESENT|APOLOGIES(?: FOR ABSENCE)?|IN ATTENDANCE)[.,]?\s+"
    rf"(?P<names>(?i:{_TITLED}).*)$",
    re.S,
)
# Sentences that say who came and who did not: the names stand before the verb or after it.
_SENTENCES = (
    ("apologies", _RECEIVED),
    (
        "apologies",
        re.compile(
            rf"(?P<names>{_TITLED}.{{2,300}}?)\s+(?:had\s+)?(?:sent|gave|given|tendered|offered|"
            r"submitted)\s+(?:an?\s+|his\s+|her\s+|their\s+|the\s+)?apolog",
            re.I | re.S,
        ),
    ),
    (
        "present",
        re.compile(
            rf"(?P<names>{_TITLED}.{{2,900}}?)\s+(?:was|were)\s+(?:also\s+)?present\s*[.;]?\s*$",
            re.I | re.S,
        ),
    ),
    (
        "present",
        re.compile(
            rf"(?:those|members|councillors)\s+(?:attending|present)\s+(?P<names>{_TITLED}.{{2,900}})$",
            re.I | re.S,
        ),
    ),
    (
        "present",
        re.compile(r".{0,80}\bpresent:\s*(?P<names>(?-i:[A-Z]).{2,900})$", re.I | re.S),
    ),
)
_REASON = re.compile(r"\s*,?\s+(?:as|because|who|due to|owing to)\s+(?=[a-z])")
_PROSE = re.compile(r"\bapolog|\bpresent\b|\bthose attending\b", re.I)
_SAYS = re.compile(r"\b(?:was|were|had|has|have|sent|gave|that|because|who|attended|left|joined)\b")
_SPLIT = re.compile(
    r"\s*(?:,(?![^()]*\))|;|\band\b(?![^()]*\))|&|\n|•|\||\b(?:together with|plus)\b)\s*"
    r"|(?<=[a-z]{3}\))\s+(?=[A-Z][\w.]* ?[A-Z]|\d)"  # "D Lee (Chair) R Roe"
    r"|(?<=[a-z])\s+(?=Clerk\s[A-Z])"  # "D Lee Clerk R Roe"
    r"|(?<=[a-z])(?<!\bM[rs])(?<!\bDr)(?<!\bMrs)(?<!lr)[:.]\s+"
    r"(?=\d|[A-Z]\.|(?:Mr|Mrs|Ms|Miss|Dr|Cllr|(?:\w+ )?Councillor)\b)"
)
_NAME_WORD = r"(?:(?:de|van|Mc|la|le|du)?[A-ZÀ-Ý][\w.’'\-]*|Ó|de|van|Mc|la|le|du)"
_NAME = re.compile(
    rf"^{_NAME_WORD}(?:\s+{_NAME_WORD}){{0,5}}\s*(?:\([^()]{{1,60}}\)\s*){{0,2}}"
    r"(?:[-–]\s*[\w /’'.\-]{2,50})?$"
)
_TITLE_ONLY = re.compile(
    rf"^(?:[^,:]{{2,30}}\s[-–]\s+(?=(?:councillors?|cllrs?)\b)|(?:the\s+)?(?:vice-?\s?)?chair"
    rf"(?:man|person|woman)?\s+(?={_TITLED})|clerk\s+)?(?:{_TITLED}\.?:?\s*)*",
    re.I,
)
_ROW_LABEL = re.compile(
    r"^(?P<beside>present|apologies|in attendance)\s+(?=[A-Z])"
    r"|^(?P<label>[A-Za-z ]{2,40}?):?\s\|\s",
    re.I,
)
_BRACKETS = str.maketrans("{}", "()")
_INITIALS = re.compile(r"[A-Z]{2}\w?")
_NAME_AND_INITIALS = re.compile(r"(?P<name>.*\S)\s+\(?(?P<initials>[A-Z]{2}\w?)\)?")
# A heading in the opening of what is no list of persons.
_OTHER_LIST = re.compile(r"(?:papers?|documents?|reports?|correspondence|agenda)\b", re.I)
_BROKEN_OFF = re.compile(rf"(?:\b[A-Z]|{_TITLED})$", re.I)
_NOBODY = frozenset(
    ["none", "nil", "all", "no apologies", "one", "two", "three", "four", "five", "six", "seven"]
)
# "Councillor Galvin, Mayor" is one person.
_ROLE = re.compile(
    r"(?:(?:an|the|lord|deputy|vice|leas)[ -])*(?:mayor|cathaoirleach|chair(?:man|person|woman)?"
    r"|leader|clerk|secretary|treasurer|director|manager|engineer)",
    re.I,
)
# "the Director of Leisure and Emergency Services": a role without a name, up to the next name.
_ROLE_ALONE = re.compile(rf"\bthe\s+(?-i:[A-Z]).*?(?=\(|\b{_TITLED}|$)", re.I | re.S)
_NO_NAME = re.compile(
    r"(?!.*(?:\(| [-–] ))(?:.*\b)?(?:services|interests|division|directorate|department|"
    r"committee|council|report|representatives(?: present)?|members?|leader|councillors?|policy|"
    r"policies|strategy|regulations|contract|agenda|actions?|minutes|team|taken|when)",
    re.I,
)
_LABEL_INSIDE = re.compile(
    r"(?<=[.;])\s+(?=(?:(?:also |members |officers? |officials? )?(?:present|in attendance)|"
    r"apolog(?:y|ies)(?: for absence)?|officers?|officials?|staff|visitors?|guests?)\s*:)"
    r"|(?:[.;,]|(?<=[a-z]))\s+(?=(?:members of the public|apologies)\s*[:\-–]\s)"
    rf"|(?<=[.;])\s+(?=(?-i:APOLOGIES|IN ATTENDANCE)\s{_TITLED})",
    re.I,
)
_ROLE_FIRST = re.compile(r"\(([^()]*\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s[^()]*)\)")


def parse_attendance(opening: Sequence[str], date: str | None = None) -> Attendance:
    """The names under each heading of the opening; what is no name is left out.

    A table of who came to each meeting of the year is read for the meeting of the ISO `date`.
    """
    found: dict[str, dict[str, None]] = {"present": {}, "apologies": {}, "in_attendance": {}}
    _add_matrix(found, opening, date)
    current = ""
    columns: list[str] = []
    before = ""
    for paragraph in _parts(opening):
        if " | " in paragraph:
            if _heads_other_table(paragraph):
                columns, current = [], ""
                continue
            heads = _columns(paragraph, columns)
            if heads:
                columns, current = heads, ""
                _add_row(found, columns, paragraph, before)
                continue
            beside = _ROW_LABEL.match(paragraph)
            if beside and _label(head := beside["label"] or beside["beside"]):
                paragraph = f"{head}: {paragraph[beside.end() :]}"
        elif not _NAME.match(paragraph):
            columns = []
        before = paragraph
        match = _IN_CAPITALS.match(paragraph) or _OPENING.match(paragraph)
        label = _label(match["label"]) if match else _label(paragraph.strip(" :"))
        if label in ("", "apologies") and _add_prose(found, paragraph, match if label else None):
            # The names of the heading above, or of its own, may stand before.
            if under := label or current:
                text = match["names"] if match and label else paragraph
                _add(found[under], _before_sentences(text))
            current = ""
        elif label:
            current = label
            if match and _label(match["label"]):
                names = _without_sentences(match["names"])
                _add(found[label], names)
                _add_prose(found, match["names"][len(names) :], None)
        elif match and _OTHER_LIST.match(match["label"]):
            current = ""
        elif (
            current and len(paragraph) < 1500 and not re.search(r"\b(?:was|were|that)\b", paragraph)
        ):
            _add(found[current], paragraph)
        else:
            current = ""
    return Attendance(
        present=tuple(found["present"]),
        apologies=tuple(found["apologies"]),
        in_attendance=tuple(found["in_attendance"]),
    )


_LEGEND = re.compile(r"(?<!\S)([A-Z]{1,2}|[✓✔√]) ?[-–=:] ?([A-Za-z]{3,})")
_MEANS = {
    "present": "present",
    "late": "present",
    "attended": "present",
    "apologies": "apologies",
    "sanctioned": "apologies",
}
_PRINTED_DATE = re.compile(r"(\d{1,2})/(\d{2})/((?:20|19)\d\d)")


def _add_matrix(
    found: dict[str, dict[str, None]], opening: Sequence[str], date: str | None
) -> None:
    """The column of a table of attendance that has the date of this meeting at its head.

    A mark counts only where the table explains it, and where no doubt is which column is whose.
    """
    marks = {"✓": "present", "✔": "present", "√": "present"}
    for line in opening:
        if len(line) < 120:
            marks |= {one: _MEANS.get(word.lower(), "") for one, word in _LEGEND.findall(line)}
    cell = at = wide = 0
    reading = False
    for line in opening:
        cells = _cells(line)
        dates = [_dates_of(each) for each in cells]
        if sum(len(each) for each in dates) > 2:
            reading = sum(each.count(date or "") for each in dates) == 1
            if reading:
                first = next(place for place, each in enumerate(dates) if each)
                column = next(place for place, each in enumerate(dates) if date in each)
                at, wide = dates[column].index(str(date)), len(dates[column])
                # A table whose first head is a date leaves out the head over the names.
                cell = column + (first in (0, 2))
            continue
        if not reading or len(cells) <= cell or not _NAME.match(cells[0]):
            continue
        given = cells[cell].split()
        meaning = marks.get(given[at], "") if len(given) == wide else ""
        if meaning:
            found[meaning].setdefault(cells[0])


def _dates_of(cell: str) -> list[str]:
    """The dates printed in a head that may be broken over several lines: "14/1 0/20 19"."""
    printed = _PRINTED_DATE.findall(cell.replace(" ", ""))
    return [f"{year}-{month}-{int(day):02d}" for day, month, year in printed]


def _parts(opening: Sequence[str]) -> Iterator[str]:
    """The paragraphs, cut where another heading stands inside one: "Officers: ...".

    One that breaks off within a name goes on in the next: "Mrs R", "Roe, Mr D Lee".
    """
    whole: list[str] = []
    broken = False
    for paragraph in opening:
        if broken and _NAME.match(re.split(r"[,;(]", paragraph)[0]):
            whole[-1] += f" {paragraph}"
        else:
            whole.append(paragraph)
        broken = len(whole[-1]) < 1500 and bool(_BROKEN_OFF.search(whole[-1][-20:]))
    for paragraph in whole:
        yield from _LABEL_INSIDE.split(paragraph) if len(paragraph) < 5000 else [paragraph]


def _without_sentences(names: str) -> str:
    """A list of names without the sentences that follow it."""
    spans = split_sentences(names) if len(names) < 5000 else []
    for start, end in spans[1:]:
        if _SAYS.search(names, start, end):
            return names[:start]
    return names


def _before_sentences(text: str) -> str:
    """The list of names with which a paragraph begins, before its sentences; empty without one."""
    for start, end in split_sentences(text):
        if _SAYS.search(text, start, end) or _PROSE.search(text, start, end):
            return text[:start]
    return text


def _columns(row: str, columns: Sequence[str]) -> list[str]:
    """What each column of a table holds from this row on; empty where it lists no attendance.

    A heading over several columns leaves the cells beside it empty; a heading of something else
    ("Portfolio") ends what is read from its column.
    """
    cells = _cells(row)
    labels = [_label(cell) for cell in cells]
    if columns:
        # A row wider than its headings does not say which column is whose.
        known = columns if len(cells) <= len(columns) else [""] * len(cells)
        labels += [""] * (len(known) - len(labels))
        return [label or old for label, old in zip(labels, known, strict=True)]
    if not labels[0] or any(" " in cell and not _label(cell) for cell in cells):
        return []  # "Present | Ann Lee | Bob Roe": the row has its heading before it
    for place in range(1, len(cells)):
        if not cells[place]:
            labels[place] = labels[place - 1]
    return labels


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


def _heads_other_table(row: str) -> bool:
    """Whether the row is nothing but single words that name no attendance: "Item | Action"."""
    cells = [cell for cell in _cells(row) if cell]
    return len(cells) > 1 and all(re.fullmatch(r"\w{4,}", c) and not _label(c) for c in cells)


def _add_row(
    found: dict[str, dict[str, None]], columns: Sequence[str], row: str, before: str
) -> None:
    """The names of a row; `before`, the line above, where the first cell is wrapped."""
    cells = _cells(row)
    if cells[0].startswith("(") and len(before) < 60:
        cells[0] = f"{before} {cells[0]}"
    for label, cell in zip(columns, cells, strict=False):
        if label and not _label(cell):
            _add(found[label], cell)


def _add_prose(
    found: dict[str, dict[str, None]], paragraph: str, labelled: re.Match[str] | None
) -> bool:
    """Whether sentences of the paragraph say who was there; the names are added."""
    if not _PROSE.search(paragraph) or len(paragraph) > 5000:
        return False
    text = labelled["names"] if labelled and _SAYS.search(labelled["names"]) else paragraph
    added = False
    for start, end in split_sentences(text):
        for label, pattern in _SENTENCES:
            match = pattern.match(text, start, end) or (
                pattern.search(text, start, end) if pattern is _RECEIVED else None
            )
            if match:
                names = _REASON.split(match["names"])[0]
                _add(found[label], _ROLE_ALONE.sub("", names))
                added = True
                break
    return added


def _label(text: str) -> str:
    if len(text) > 60:
        return ""
    match = _LABEL.fullmatch(text.strip(" .:-–"))
    return match.lastgroup or "" if match else ""


_BESIDE_NAME = re.compile(  # "(24 members)" counts them
    r"(?:\s+in the chair)?(?:\s*\(\d[^()]*\))?$", re.I
)


def _add(names: dict[str, None], text: str) -> None:
    for person in _ROLE_FIRST.findall(text):
        if len(person) < 60:
            names.setdefault(" ".join(_REASON.split(person)[0].split()))
    text = text.translate(_BRACKETS)
    rest = _ROLE_FIRST.sub(" ", text)
    for part in _SPLIT.split(rest):
        part = _REASON.split(part.strip(" .;:"))[0]
        untitled = _TITLE_ONLY.sub("", part)
        if rest != text and untitled == part:
            continue  # "Senior Engineer (Mr. T. Tarpey)": the roles are no names
        name = _without_initials(untitled)
        name = _BESIDE_NAME.sub("", name)
        if name.lower() in _NOBODY or _INITIALS.fullmatch(name):
            continue
        if _ROLE.fullmatch(name) or _NO_NAME.fullmatch(name):
            continue
        if 2 < len(name) < 70 and _NAME.match(name) and not _label(name):
            names.setdefault(name)


def _without_initials(name: str) -> str:
    """The name without its own initials behind it, by which minutes call who has an action."""
    match = _NAME_AND_INITIALS.fullmatch(name)
    if match is None:
        return name
    words = re.findall(r"[A-Z]\w*", re.sub(r"\(.*?\)", "", match["name"]))
    own = "".join(word[0] for word in words)
    return match["name"] if own and match["initials"].startswith(own) else name
