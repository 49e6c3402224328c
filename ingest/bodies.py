"""The names of bodies: canonical forms, abbreviations, and whether two names are one body."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

_SMALL = frozenset(
    [
        "of",
        "the",
        "and",
        "for",
        "in",
        "on",
        "at",
        "to",
        "a",
        "an",
        "with",
        "by",
        "de",
        "na",
        "y",
        "an",
        "o",
        "&",
        "le",
        "la",
    ]
)
# Words that end the name of a body.
_KINDS = frozenset(
    [
        "council",
        "committee",
        "committees",
        "subcommittee",
        "sub-committee",
        "board",
        "panel",
        "forum",
        "cabinet",
        "executive",
        "commission",
        "governors",
        "assembly",
        "association",
        "authority",
        "trust",
        "partnership",
        "district",
        "trustees",
        "spc",
        "jpc",
        "pc",
        "cc",
        "tc",
        "pds",
        "cyngor",
        "pwyllgor",
        "comhairle",
    ]
)
# A name never runs over these, to the left.
_STOPS = frozenset(
    [
        "minutes",
        "minute",
        "meeting",
        "meetings",
        "proceedings",
        "held",
        "present",
        "chairman",
        "chair",
        "draft",
        "record",
        "notes",
        "copy",
        "report",
        "from",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "its",
        "their",
        "our",
        "last",
        "latest",
        "first",
        "previous",
        "following",
        "extracts",
        "at",
        "by",
        "that",
        "this",
        "adjourned",
        "special",
        "inaugural",
        "monthly",
        "ordinary",
        "extraordinary",
        "statutory",
        "quarterly",
        "virtual",
        "to",
        "for",
        "on",
        "in",
        "was",
        "were",
        "cofnodion",
        "confirmed",
        "approved",
        "unconfirmed",
        "final",
        "re-scheduled",
        "rescheduled",
        "each",
        "member",
        "every",
        "between",
        "months",
        "nmeeting",
        "minites",
        "minuted",
        "budgetary",
        "plan",
    ]
)
_DROPPED = frozenset(
    ["annual", "general", "special", "ordinary", "monthly", "extraordinary", "full"]
)
_SHORT_KINDS = {
    "pc": "Parish Council",
    "cc": "Community Council",
    "tc": "Town Council",
    "spc": "Strategic Policy Committee",
    "jpc": "Joint Policing Committee",
}
_TOKEN = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+)*['’]?|[,;:.|()\n–—-]|&|['’]s\b")
_JOINED_KIND = re.compile(r"([a-z]{3})((?:parish|town|community|city|county)\s+council)\b", re.I)
_CASE_KEPT = frozenset(["SPC", "JPC", "PDS", "NHS", "LEP", "ICT", "PTA", "MAT", "FGB"])


# A Welsh council by its English form, as the same minutes in English name it.
_WELSH_KINDS = {
    "cymuned": "Community Council",
    "tref": "Town Council",
    "sir": "County Council",
    "dinas": "City Council",
    "bwrdeistref sirol": "County Borough Council",
}
_WELSH = re.compile(
    rf"\bcyngor\s+(?P<kind>{'|'.join(_WELSH_KINDS)})\s+(?P<place>[^\W\d_][^,.:;\d\n]{{1,60}}?)"
    r"(?=\s+(?:yn|am|ar|nos|cyfarfod|cofnodion|a\s+gynhaliwyd)\b|\s*(?:[,.:;\d\n–-]|$))",
    re.I,
)


def _welsh_body(text: str) -> str | None:
    match = _WELSH.search(" ".join(text.split())) if "yngor" in text or "YNGOR" in text else None
    if match is None:
        return None
    place = re.sub(r"\s+ac?\s+", " and ", match["place"], flags=re.I)
    kind = _WELSH_KINDS[" ".join(match["kind"].lower().split())]
    return f"{_title_case(place)} {kind}"


def canonical_body(text: str) -> str:
    """The name of a body without "Minutes of the", the kind of meeting, place, date or capitals."""
    welsh = _welsh_body(text)
    if welsh:
        return welsh
    names = _find_names(text)
    if names:
        return names[0]
    return _tidy(" ".join(text.split())[:160].strip(" ,.:;-–"))


# A heading line that names nothing but one council or two, and one that names a body of theirs.
_AUTHORITY = re.compile(r"\W*[^.:;,]{3,60}\b(?:council|authority)\b\W*", re.I)
_UNIT = re.compile(r"\b(?:committee|panel|board|forum|cabinet|executive|commission)\b", re.I)
_MET = re.compile(r"\b(?:minutes|meeting|held|notes|proceedings)\b|\d", re.I)


def find_council(opening: Sequence[str]) -> str | None:
    """The authority, where the heading names it on a line of its own above the body that met."""
    lines = [" ".join(line.replace("*", " ").split()) for line in opening[:2]]
    if len(lines) < 2 or not _AUTHORITY.fullmatch(lines[0]) or _UNIT.search(lines[0]):
        return None
    is_body = len(lines[1]) <= 100 and _UNIT.search(lines[1]) and not _MET.search(lines[1])
    return _title_case(lines[0].strip(" .-")) if is_body else None


_LETTERHEAD = 8  # lines, behind which only the heading of the minutes names their body


def find_body(opening: Sequence[str], title: str | None = None) -> str | None:
    """The body that met, from the heading of the minutes, else from the title of the post."""
    if find_council(opening) and (own := _find_names(re.sub(r"\(.*?\)", "", opening[1]))):
        return own[0]
    welsh = [name for line in opening[:4] if (name := _welsh_body(line))]
    if welsh:
        return welsh[0]
    votes: Counter[str] = Counter()
    for place, paragraph in enumerate(opening[:20]):
        if re.match(
            r"\W*(?:present|attend|apolog|in attendance|members|in the chair)", paragraph, re.I
        ):
            break
        heads = re.search(r"\b(?:minutes|meeting|held|cofnodion|proceedings)\b", paragraph, re.I)
        held = re.search(r"\b(?:held|minutes of|meeting of|cofnodion)\b", paragraph, re.I)
        if place >= _LETTERHEAD and not (heads and held):
            continue
        joined = " ".join([paragraph, *opening[place + 1 : place + 2]]) if heads else paragraph
        names = _find_names(paragraph) or (_find_names(joined) if len(paragraph) < 120 else [])
        for name in names[:1]:
            votes[name] += (3 if held else 2 if heads else 1) + (len(paragraph) < 250)
    titled = _find_names(title)[:1] if title else []
    if not votes or (titled and votes[titled[0]] == max(votes.values())):
        votes.update(titled)  # of a line before the minutes that names another body
    if not votes:
        heading = " ".join(opening[:12])[:900]
        votes.update(_find_names(heading)[:1])
    return votes.most_common(1)[0][0] if votes else None


def _find_names(text: str) -> list[str]:
    """The names of bodies in a text, in order, the committee before the council that it is of."""
    text = _JOINED_KIND.sub(r"\1 \2", text[:1500].replace("*", " "))
    text = re.sub(r"\bof(?=[A-Z])|(?<=MINUTES )OF(?=[A-Z]{2})", r"\g<0> ", text)  # a lost space
    tokens = _TOKEN.findall(re.sub(r"\s+", " ", text))
    low = [token.lower() for token in tokens]
    found: list[str] = []
    place = 0
    while place < len(tokens):
        end = _kind_end(low, place)
        if not end:
            place += 1
            continue
        start = _name_start(tokens, low, place)
        end, parent = _name_end(tokens, low, end)
        name = _compose(tokens[start:end], parent)
        if name:
            found.append(name)
        place = end
    return found


def _kind_end(low: Sequence[str], place: int) -> int:
    """The end of the kind that stands here: "committee", "sub committee", "parish meeting"."""
    word = low[place]
    after = low[place + 1] if place + 1 < len(low) else ""
    if word in ("parish", "liaison") and after == "meeting":
        return place + 2
    if word == "board" and after == "of":
        return place + 3 if low[place + 2 : place + 3] else 0
    if word == "governing" and after in ("body", "board"):
        return place + 2
    if word in _KINDS and word != "district":
        # "Council Home and Social Development SPC": the name goes on to a later kind.
        for later in range(place + 1, min(len(low), place + 10)):
            if low[later] in _STOPS or low[later] in ",;:.|()\n–—":
                break
            if low[later] in _KINDS and low[later] not in ("district", "executive"):
                return later + 1
        return place + 1
    if word == "district" and place and low[place - 1] in ("municipal", "metropolitan", "borough"):
        return place + 1
    return 0


def _name_start(tokens: Sequence[str], low: Sequence[str], place: int) -> int:
    start = place
    while start > 0 and place - start < 12:
        before = low[start - 1]
        if before in _STOPS or not (before[0].isalpha() or before in ("&", ",")):
            break
        if before == "," and not (start > 1 and low[start - 2][0].isalpha() and place - start < 8):
            break
        if before in ("of", "the") and (start < 2 or low[start - 2] in _STOPS | {"of", "the", "a"}):
            break
        start -= 1
    while start < place and low[start] in {*_SMALL, ","}:
        start += 1
    return start


def _name_end(tokens: Sequence[str], low: Sequence[str], end: int) -> tuple[int, str]:
    """Past "of Newcastle West"; and the district whose committee it is, where that follows."""
    kind = low[end - 1]
    if kind == "district":
        place = end + (low[end : end + 1] == ["of"])
        begin = place
        while place < len(tokens) and place - begin < 6:
            dash = tokens[place] in "–—-" and place > begin
            if not dash and (not tokens[place][0].isupper() or low[place] in _STOPS):
                break
            if low[place] in ("joint", "jpc", "hed", "ad"):
                break
            place += 1
        if low[place : place + 1] in (["joint"], ["jpc"]):
            for later in range(place, min(len(low), place + 6)):
                if low[later] in ("committee", "subcommittee", "sub-committee"):
                    return later + 1, ""
        return place, ""
    if kind in ("committee", "subcommittee", "sub-committee"):
        place = end
        while low[place : place + 1] and low[place] in ("meeting", "of", "for", "the"):
            place += 1
        if place > end + 1 and low[place + 1 : place + 2] == ["district"]:
            last, _ = _name_end(tokens, low, place + 2)
            return last, " ".join(tokens[end:last])
    return end, ""


def _compose(tokens: Sequence[str], parent: str) -> str:
    """The tidy name; a committee of a council loses the council's name."""
    words = list(tokens)
    if parent:
        words = words[: len(words) - len(parent.split())]
    low = [word.lower() for word in words]
    last_council = max(
        (
            place
            for place, word in enumerate(low[:-1])
            if word.rstrip("'’s") in ("council", "counci")
        ),
        default=-1,
    )
    if last_council >= 0 and len(words) - last_council > 2 and low[-1] != "council":
        words = words[last_council + 1 :]
        while words and words[0].lower() in {*_SMALL, "s", "’s", "'s"}:
            words = words[1:]
    words = [word for word in words if word.lower() not in _DROPPED or len(words) < 3]
    name = " ".join(words)
    name = re.sub(r"\s+([,;])", r"\1", name)
    if parent:
        district = re.sub(r"^(?:meeting |of |for |the )+", "", parent, flags=re.I)
        name = f"{district} {name}"
    telling = [
        word for word in re.findall(r"[^\W\d_]+", name.lower()) if word not in _SMALL | _KINDS
    ]
    single = name.lower() in ("cabinet", "executive", "governing body", "governing board")
    if (
        (not telling and not single)
        or len(name) > 120
        or telling in (["above"], ["parish"], ["sub"])
    ):
        return ""
    if name[0].islower() and not any(word[0].isupper() for word in words[1:]):
        return ""
    return _tidy(name)


def _tidy(name: str) -> str:
    """The name in title case, with short kinds spelt out and hyphens closed up."""
    name = re.sub(r"(?<=[^\W\d_])\s*[-–]\s*(?=[A-Z])", "-", name)
    name = re.sub(r"^the\s+", "", name.strip(" ,.:;-–'’\"“”"), flags=re.I)
    words = name.split(" ")
    if words and words[-1].lower() in _SHORT_KINDS and len(words) > 1:
        words[-1:] = _SHORT_KINDS[words[-1].lower()].split()
    name = " ".join(words)
    letters = [character for character in name if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    if letters and (
        capitals > 0.7 * len(letters)
        or any(
            len(word) > 3
            and (word.islower() or word.isupper())
            and word.lower() not in _SMALL
            and word not in _CASE_KEPT
            for word in words
        )
    ):
        name = _title_case(name)
    name = re.sub(r"\bSPC\b", "Strategic Policy Committee", name)
    name = re.sub(r"\b(Council)-Council$", r"\1", name)  # "Fernley Council - Council"
    name = name.replace(" & ", " and ")
    name = re.sub(r"\bSub[- ]?committee\b", "Sub-Committee", name, flags=re.I)
    return name


def _title_case(name: str) -> str:
    words = []
    for place, word in enumerate(re.split(r"(\s+|-|/)", name)):
        low = word.lower()
        if place and low in _SMALL:
            words.append(low)
        elif word in _CASE_KEPT:
            words.append(word)
        else:
            words.append(re.sub(r"[^\W\d_]+(?:['’][a-z]\b)?", lambda m: m[0].capitalize(), low))
    return "".join(words)


_ABBREVIATED = (
    ("strategic policy committee", "SPC"),
    ("policy development and scrutiny committee", "PDS"),
    ("pds committee", "PDS"),
    ("joint policing committee", "JPC"),
    ("joint policing sub-committee", "JPC"),
    ("overview and scrutiny committee", "OSC"),
    ("parish council", "PC"),
    ("community council", "CC"),
    ("town council", "TC"),
    ("municipal district", "MD"),
    ("residents association", "RA"),
    ("full governing body", "FGB"),
    ("full governing board", "FGB"),
)


def abbreviations(body: str) -> tuple[str, ...]:
    """Short forms by which minutes and their readers name the body."""
    name = canonical_body(body)
    found: dict[str, None] = {}
    if len(_initials(name)) >= 2:
        found.setdefault(_initials(name))
    low = name.lower().replace("’", "'").replace("residents'", "residents").replace("&", "and")
    for kind, short in _ABBREVIATED:
        if kind not in low:
            continue
        rest = re.sub(r"^(?:of|the)\s+", "", low.replace(kind, "").strip(" ,-")).strip()
        found.setdefault(short)
        if len(_initials(rest)) > 1:
            found.setdefault(f"{_initials(rest)} {short}")
            found.setdefault(f"{_initials(rest)}{short}")
        if rest and len(rest) < 40:
            found.setdefault(f"{_title_case(rest)} {short}")
            if short in ("PC", "CC", "TC", "RA"):  # a place; a committee's topic is everybody's
                found.setdefault(_title_case(rest))
    place = re.fullmatch(r"(?:Municipal|Metropolitan) District(?: of)? (.+)", name)
    if place:
        if name.startswith("Metropolitan"):
            found.setdefault("Metro")
            found.setdefault("Metropolitan District")
        else:
            found.setdefault(place[1])
    found.pop(name, None)
    return tuple(found)


# How many times as often the right name has to stand there as one that is taken for a slip of it:
# chosen by reading the names of the 48 bodies of the train sets, of which 12 are slips.
_SLIP, _TWO_SLIPS = 5, 10
_LONG = 14  # letters of a name in which two slips may be


def canonical_names(counts: Mapping[str, int]) -> dict[str, str]:
    """The names that are another's slip, each with the right one; from how often each stands there.

    A slip is another spelling of the same words ("Residents'" and "Resident's"), a misprint of a
    name that stands there far more often ("Wrest Dereham"), or that name behind its initials or a
    part of itself ("Ayton Ayton Community Council"), or with initials in its place ("SF Parish
    Council").
    """
    found: dict[str, str] = {}
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    for place, name in enumerate(ordered):
        for right in ordered[:place]:
            if right not in found and _is_slip(name, right, counts[right] / counts[name]):
                found[name] = right
                break
    return found


def _is_slip(name: str, right: str, ratio: float) -> bool:
    from rapidfuzz.distance import OSA

    words, others = (_key(re.sub("['’]", "", one)).split() for one in (name, right))
    if re.findall(r"\d+", name) != re.findall(r"\d+", right):
        return False
    if words == others:
        return True
    if ratio < _SLIP or not others:
        return False
    if len(words) > len(others) > 2 and words[-len(others) :] == others:
        before = words[: -len(others)]
        initials = "".join(word[0] for word in others)
        return all(word in others or word == initials for word in before)
    if len(words) < len(others) and len(words) > 1:
        short = len(others) - len(words) + 1
        initials = "".join(word[0] for word in others[:short])
        return words == [initials, *others[short:]]
    if len(words) != len(others):
        return False
    apart = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    if len(apart) != 1:
        return False
    one, other = apart[0]
    if min(len(one), len(other)) < 4 or not (one[0] == other[0] or one.endswith(other)):
        return False
    slips = OSA.distance(one, other)
    return slips == 1 or (slips == 2 and ratio >= _TWO_SLIPS and len(" ".join(others)) >= _LONG)


def _initials(name: str) -> str:
    words = re.findall(r"[^\W\d_]+", name)
    return "".join(
        word if word in _CASE_KEPT else word[0].upper()
        for word in words
        if word.lower() not in _SMALL
    )


def same_body(one: str, other: str) -> bool:
    """Whether two names, or a name and an abbreviation, are of the same body."""
    a, b = _key(one), _key(other)
    if a == b:
        return True
    return b in {_key(short) for short in abbreviations(one)} or a in {
        _key(short) for short in abbreviations(other)
    }


def _key(name: str) -> str:
    name = canonical_body(name).lower().replace("&", " and ")
    name = re.sub(r"['’]s?\b", "", name)
    return " ".join(
        word for word in re.findall(r"[^\W_]+", name) if word not in {"the", "of", "and"}
    )
