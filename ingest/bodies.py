"""The names of bodies: canonical forms, abbreviations, and whether two names are one body."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SMALL = frozenset("of the and for in on at to a an with by de na an y o".split())
_KIND = (
    r"council|committees?|board|panel|forum|cabinet|executive|commission|governors|governing body|"
    r"assembly|association|authority|trust|partnership|group|district|sub-?committee|trustees|"
    r"meeting|cyngor|pwyllgor|comhairle|spc"
)
_KIND_WORD = re.compile(rf"\b(?:{_KIND})\b", re.I)
_MEETING_KIND = (
    r"monthly|ordinary|special|annual general|annual|inaugural|adjourned|full|statutory|budget|"
    r"extraordinary|emergency|quarterly|regular|re-?scheduled|draft budgetary plan|"
    r"draft budgetary|budgetary plan|virtual|remote|first|second|third|public|\d{1,3}(?:st|nd|rd|th)"
)
_PREFIX = re.compile(
    rf"^(?:the\s+|draft\s+|final\s+|unconfirmed\s+|approved\s+|confirmed\s+|minutes?\s*(?:of|for|to|from|-|–|:|$)\s*|"
    rf"minutes\s+|proceedings\s+(?:at|of)\s+|(?:an?\s+)?(?:{_MEETING_KIND})\s+(?=(?:{_MEETING_KIND}|meeting|council|parish meeting)\b)|"
    rf"(?:an?\s+|the\s+)?(?:council\s+)?meeting\s+(?:in committee\s+|['‘]in committee['’]\s+)?(?:of|for|-|–)\s+(?:members of\s+)?|"
    rf"(?:record|notes?|report)\s+of\s+|(?:an?\s+)(?={_MEETING_KIND}|meeting)|in committee\s+of\s+|"
    rf"(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+(?=meeting|minutes)|"
    rf"[-–:,.\s]+)",
    re.I,
)
_SUFFIX = re.compile(
    r"(?:[\s,.:;\-–]+|\b(?:committee|council)?\s*\b(?:minutes|agm|annual general meeting|held|which was|was|"
    r"meeting|on|at|in|the|were|took place|to be|of|by|via)\b)$",
    re.I,
)
_CUT = re.compile(
    r"\b(?:he[l!1]d(?:\s+(?:on|at|in|via|by|remotely)\b)?|was held|took place|convened|which took|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"on the \d|on \d|present\b|\bat \d|commenc|gynhaliwyd|following the)",
    re.I,
)
_MEETING_OF = re.compile(
    rf"(?:minutes|proceedings|meeting|cofnodion)\b[^.]{{0,60}}?\b(?:of|at|for)\s+(?:the\s+)?(?P<body>[^.]{{3,140}})",
    re.I,
)


def canonical_body(text: str) -> str:
    """The name of a body without "Minutes of the", the kind of meeting, place, date or capitals."""
    name = " ".join(text.replace("*", " ").split())
    cut = _CUT.search(name, 3)
    if cut:
        name = name[: cut.start()]
    before = None
    while before != name:
        before = name
        name = _PREFIX.sub("", name, count=1)
    while before is None or before != name:
        before = name
        shorter = _SUFFIX.sub("", name)
        if _KIND_WORD.search(shorter):
            name = shorter
        else:
            break
    name = re.sub(r"(?<=[^\W\d_])\s*-\s*(?=[A-Z])", "-", name)
    name = re.sub(r"^the\s+", "", name.strip(" ,.:;-–'’\"“”"), flags=re.I)
    letters = [character for character in name if character.isalpha()]
    if letters and sum(character.isupper() for character in letters) > 0.7 * len(letters):
        name = _title_case(name)
    name = re.sub(r"\bSPC\b", "Strategic Policy Committee", name)
    return name[:160].strip()


def _title_case(name: str) -> str:
    words = []
    for place, word in enumerate(re.split(r"(\s+|-|/)", name)):
        low = word.lower()
        if place and low in _SMALL:
            words.append(low)
        elif word in _KEPT_CAPITALS:
            words.append(word)
        else:
            words.append(re.sub(r"[^\W\d_]+(?:['’][a-z]\b)?", lambda m: m[0].capitalize(), low))
    return "".join(words)


_KEPT_CAPITALS = frozenset("SPC JPC PDS NHS AGM LEP ICT PTA MAT".split())


def find_body(opening: Sequence[str], title: str | None = None) -> str | None:
    """The body that met, from the heading of the minutes, else from the title of the post."""
    heading = " ".join(opening[:6])[:900]
    for text in (heading, title or ""):
        for name in _names(text):
            return name
    return None


def _names(text: str) -> list[str]:
    """Candidates for the body in a heading, the best first."""
    flat = " ".join(text.split())
    found = []
    for match in _MEETING_OF.finditer(flat):
        name = canonical_body(match["body"])
        found.append(name)
    for part in re.split(r"(?<=[a-z])\.\s|\bheld\b|\bPresent\b|\n", flat, flags=re.I)[:3]:
        found.append(canonical_body(part))
    return [name for name in found if _is_name(name)]


def _is_name(name: str) -> bool:
    words = re.findall(r"[^\W\d_]+", name)
    if not 2 <= len(words) <= 16 or not _KIND_WORD.search(name):
        return False
    telling = [word for word in words if word.lower() not in _SMALL]
    return bool(telling) and not re.fullmatch(
        rf"(?:the|above|parish|{_MEETING_KIND}|{_KIND}|\s)+", name, re.I
    )


def abbreviations(body: str) -> tuple[str, ...]:
    """Short forms by which minutes and their readers name the body."""
    name = canonical_body(body)
    words = [word for word in re.findall(r"[^\W\d_]+", name) if word.lower() not in _SMALL]
    found: dict[str, None] = {}
    if len(words) >= 2:
        found.setdefault("".join(word[0].upper() for word in words))
    kinds = (
        ("strategic policy committee", "SPC"),
        ("policy development and scrutiny committee", "PDS"),
        ("pds committee", "PDS"),
        ("joint policing committee", "JPC"),
        ("overview and scrutiny committee", "OSC"),
        ("parish council", "PC"),
        ("community council", "CC"),
        ("town council", "TC"),
        ("municipal district", "MD"),
        ("residents association", "RA"),
        ("full governing body", "FGB"),
        ("full governing board", "FGB"),
    )
    low = name.lower().replace("’", "'").replace("residents'", "residents")
    for kind, short in kinds:
        if kind in low:
            rest = re.sub(kind, "", low).strip(" ,-")
            initials = "".join(
                word[0].upper() for word in re.findall(r"[^\W\d_]+", rest) if word not in _SMALL
            )
            found.setdefault(short)
            if len(initials) > 1:
                found.setdefault(f"{initials} {short}")
            place = re.sub(r"^(?:of|the)\s+", "", rest).strip()
            if place and len(place) < 40:
                found.setdefault(f"{_title_case(place)} {short}")
    place = re.match(r"(?:Municipal|Metropolitan) District (?:of )?(.+)", name)
    if place:
        found.setdefault(place[1])
        if name.startswith("Metropolitan"):
            found.setdefault("Metro")
            found.setdefault("Metropolitan District")
    found.pop(name, None)
    return tuple(found)


def same_body(one: str, other: str) -> bool:
    """Whether two names, or a name and an abbreviation, are of the same body."""
    a, b = _key(one), _key(other)
    if a == b:
        return True
    return b in {_key(short) for short in abbreviations(one)} or a in {
        _key(short) for short in abbreviations(other)
    }


def _key(name: str) -> str:
    name = canonical_body(name).lower().replace("&", " and ").replace("’", "'")
    words = re.findall(r"[^\W_]+", name)
    return " ".join(word for word in words if word not in {"the", "of", "and"})
