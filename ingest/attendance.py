"""Who was present, who sent apologies and who attended, from the opening of the minutes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.model import Attendance

_LABELS = (
    (
        "apologies",
        r"(?:an?\s+)?apolog(?:y|ies)(?:\s+for\s+[^:.]{0,40})?(?:\s+(?:were|"
        r"was)\s+received\s+from)?|ymddiheuriadau|leithscéal\w*",
    ),
    (
        "in_attendance",
        r"(?:also\s+|others?\s+|officers?\s+|officials?\s+|staff\s+)?(?:in attendance|also "
        r"present)|officials?|officers?(?:\s+present)?|staff|clerk",
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
    r"^(?:\d{1,4}[.)]?\s*)?(?P<label>[^:\-–\n]{2,60}?)\s*(?::[\-–]?|\s[\-–]\s)\s*(?P<names>.*)$",
    re.S,
)
_RECEIVED = re.compile(
    r"apolog(?:y|ies)\b.{0,80}?\b(?:received|tendered|given|accepted)?\s*(?:from|on behalf "
    r"of)\s*:?\s*(?P<names>[^.\n]+(?:\.\s?[A-Z][^.\n]*)*)",
    re.I | re.S,
)
_SPLIT = re.compile(r"\s*(?:,(?![^()]*\))|;|\band\b(?![^()]*\))|&|\n|•|\|)\s*")
_NAME = re.compile(
    r"^(?:(?:[A-ZÀ-Ý][\w.’'\-]*|Ó|de|van|Mc|la|le|"
    r"du)\s*){1,6}(?:\([^()]{1,60}\))?\s*(?:[-–]\s*[\w /’'.]{2,50})?$"
)
_TITLE_ONLY = re.compile(r"^(?:cllrs?|councillors?|mrs|mr|ms|miss|dr|messrs)\b\.?:?\s*", re.I)
_ROLE_FIRST = re.compile(r"\(([^()]*\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.?\s[^()]*)\)")


def parse_attendance(opening: Sequence[str]) -> Attendance:
    """The names under each heading of the opening; what is no name is left out."""
    found: dict[str, dict[str, None]] = {"present": {}, "apologies": {}, "in_attendance": {}}
    current = ""
    for paragraph in opening:
        received = _RECEIVED.search(paragraph)
        match = _OPENING.match(paragraph)
        label = _label(match["label"]) if match else _label(paragraph.strip(" :"))
        if received and label in ("", "apologies"):
            _add(found["apologies"], received["names"])
            current = ""
        elif label:
            current = label
            if match and _label(match["label"]):
                _add(found[label], match["names"])
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


def _label(text: str) -> str:
    if len(text) > 60:
        return ""
    match = _LABEL.fullmatch(text.strip(" .:-–"))
    return match.lastgroup or "" if match else ""


def _add(names: dict[str, None], text: str) -> None:
    for person in _ROLE_FIRST.findall(text):
        if len(person) < 60:
            names.setdefault(" ".join(person.split()))
    rest = _ROLE_FIRST.sub(" ", text)
    if rest != text:
        return  # "Senior Engineer (Mr. T. Tarpey)": the roles are no names
    for part in _SPLIT.split(rest):
        name = _TITLE_ONLY.sub("", part.strip(" .;:"))
        if 2 < len(name) < 70 and _NAME.match(name) and not _label(name):
            names.setdefault(name)
