"""Whether a sentence says more than, or other than, the passages that it cites: what can be told
for certain.

Figures, dates, names, references, votes, negation, outcomes, proposer and seconder are compared
with the sentences of the cited passage that the claim is nearest to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ingest.dates import find_dates
from ingest.references import find_references
from ingest.sentences import split_sentences
from ingest.tokens import STOP_WORDS, tokenize

LONGEST_WINDOW = 3  # sentences
# What a further sentence must add to the share of a claim's words that a window holds.
WIDER = 0.04
SCOPE = 3  # telling words behind "not" that it turns round
LEAST_SAID = 2  # telling words of a sentence
LEAST_CLAUSE = 4  # telling words; a shorter clause is checked with the one before


@dataclass(frozen=True)
class Source:
    """A passage as the model saw it, with the day of its meeting (ISO) and its item's number."""

    heading: str
    text: str
    date: str | None = None
    item: str | None = None


@dataclass(frozen=True)
class Window:
    """Neighbouring sentences of a source; `start` and `end` are characters of its text."""

    source: Source
    start: int
    end: int
    cover: float  # share of the claim's telling words that stand in it or in the heading

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# --- nearest sentences ---------------------------------------------------------------------------

_SAME_STEM = {
    "cllr": "councillor",
    "clr": "councillor",
    "clir": "councillor",
    "cmhlr": "councillor",
}
_LEAD = re.compile(
    r"^(?:the minutes (?:also )?(?:record|state|say|show|note)s? that|(?:it is|it was) (?:also )?"
    r"(?:minuted|recorded) that|according to the minutes,?|as (?:minuted|recorded),?)\s+",
    re.I,
)
_ADDRESS = re.compile(
    r"\b(?:https?|hxxps?|ftp|mailto|javascript|data):\S|\bwww\.|<\s?/?[a-z!]|\w@\w|!\[|\]\(", re.I
)


@lru_cache(maxsize=4096)
def stems(text: str) -> tuple[str, ...]:
    """The telling words of a text as stems, in order."""
    found = tokenize(text)
    return tuple(_SAME_STEM.get(stem, stem) for stem in found)


@lru_cache(maxsize=1024)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(split_sentences(text))


def nearest(claim: str, source: Source, longest: int = LONGEST_WINDOW) -> Window:
    """The sentences of a source that hold most of a claim's words, no more of them than help."""
    said = set(stems(claim))
    headed = said & set(stems(source.heading))
    # The day of the meeting stands in the heading: it must not draw in sentences of that year.
    telling = said - {word for word in headed if word[0].isdigit() or word[:3] in _MONTH_STARTS}
    spans = sentence_spans(source.text)
    held = [said & set(stems(source.text[start:end])) for start, end in spans]
    best, best_score = Window(source, 0, 0, 0.0), -1.0
    for first in range(len(spans)):
        words: set[str] = set()
        for last in range(first, min(first + longest, len(spans))):
            words |= held[last]
            cover = len(words | headed) / max(1, len(said))
            score = len(words & telling) / max(1, len(telling)) - WIDER * (last - first)
            if score > best_score:
                best = Window(source, spans[first][0], spans[last][1], cover)
                best_score = score
    return best


_CLAUSE = re.compile(
    r";\s+|,\s+(?:and|but|while|whereas|although|which|who|with)\s+|\s+(?:but|while|whereas)\s+"
    r"|\s+and\s+(?=(?:that|it|the|he|she|they|was|were|had|has|agreed|resolved)\b)",
    re.I,
)


def clauses(claim: str) -> list[str]:
    """The parts of a sentence that could each stand alone; short ones stay with their neighbour."""
    parts: list[str] = []
    for part in _CLAUSE.split(claim):
        if parts and (len(stems(part)) < LEAST_CLAUSE or len(stems(parts[-1])) < LEAST_CLAUSE):
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    return parts


# --- figures and dates ---------------------------------------------------------------------------

_UNITS = dict(
    zip(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ],
        range(20),
        strict=True,
    )
)
_TENS = dict(
    zip(
        _words("twenty thirty forty fifty sixty seventy eighty ninety"),
        range(20, 100, 10),
        strict=True,
    )
)
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12}
_ORDINALS = {
    name: number
    for number, name in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ],
        1,
    )
}
_WORD_NUMBER = re.compile(
    rf"\b(?:{'|'.join([*_UNITS, *_TENS, *_SCALES])})(?:(?:[\s-]+|"
    rf"(?<=hundred|housand|million)\s+and\s+)(?:{'|'.join([*_UNITS, *_TENS, *_SCALES])}))*\b",
    re.I,
)
_ORDINAL = re.compile(rf"\b(?:{'|'.join(_ORDINALS)})\b(?!\w)", re.I)
_FIGURE = re.compile(
    r"(?P<sign>[€£$])?\s?(?<![\w.,/])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.:]\d+)?)"
    r"(?P<ordinal>st|nd|rd|th)?(?![\d/])"
    r"(?:\s?(?P<unit>%|per\s?cent\b|m\b|million\b|k\b|thousand\b|euros?\b|pounds?\b))?",
    re.I,
)
_CODE = re.compile(
    r"(?<![\w/,.€£$])(?=[\w/.()-]*\d)(?=[\w/.()-]*(?:[A-Za-z]|/|\d\.\d+\.\d))[\w/.()-]+\w\)?"
)
_MONTH_STARTS = _words("jan feb mar apr may jun jul aug sep oct nov dec")
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})\s?(?:st|nd|rd|th|[^\w\s,.;:()%]{{1,2}})?\s+(?:of\s+)?(?P<month>{_MONTH})"
    rf"(?:,?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d))?"
    rf"|\b(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?!\d)(?:st|nd|rd|th)?(?:,?\s+(?P<year2>(?:19|20)\d\d))?"
    rf"|\b(?P<month3>{_MONTH})(?:,?\s+(?:of\s+)?(?P<year3>(?:19|20)\d\d))?"
)
_WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
Day = tuple[int | None, int | None, int | None]  # year, month, day


@dataclass(frozen=True)
class Figures:
    """The figures of a text: amounts with their unit ("" where none is printed), days, codes."""

    amounts: frozenset[tuple[float, str]]
    days: tuple[Day, ...]
    codes: frozenset[str]
    weekdays: frozenset[str]


@lru_cache(maxsize=4096)
def figures(text: str) -> Figures:
    """Every figure of a text, in digits or in words."""
    days: list[Day] = []
    rest = list(text)
    for printed in find_dates(text):
        year, month, day = map(int, printed.iso.split("-"))
        days.append((year, month, day))
        rest[printed.start : printed.end] = " " * (printed.end - printed.start)
    left = "".join(rest)
    for match in _DAY_MONTH.finditer(left):
        named = next(match[key] for key in ("month", "month2", "month3") if match[key])
        day_ = match["day"] or match["day2"]
        year_ = match["year"] or match["year2"] or match["year3"]
        number = _MONTH_STARTS.index(named[:3].lower()) + 1
        days.append((int(year_) if year_ else None, number, int(day_) if day_ else None))
        rest[match.start() : match.end()] = " " * (match.end() - match.start())
    left = "".join(rest)
    codes = set()
    for match in _CODE.finditer(left):
        code = match.group()
        if not re.fullmatch(r"\d+(?:st|nd|rd|th|m|k|p|am|pm|s)", code, re.I):
            codes.add(_bare(code))
            rest[match.start() : match.end()] = " " * (match.end() - match.start())
    left = "".join(rest)
    amounts = set()
    for match in _FIGURE.finditer(left):
        value = float(match["digits"].replace(",", "").replace(":", "."))
        unit = (match["unit"] or "").lower()
        value *= {"m": 1e6, "million": 1e6, "k": 1e3, "thousand": 1e3}.get(unit, 1)
        kind = match["sign"] or ""
        if unit.startswith(("%", "per")):
            kind = "%"
        elif unit.startswith("euro"):
            kind = "€"
        elif unit.startswith("pound"):
            kind = "£"
        amounts.add((round(value, 4), "th" if match["ordinal"] else kind))
    for match in _WORD_NUMBER.finditer(left):
        words = match.group().lower()
        behind = left[match.end() : match.end() + 30]
        if words == "one" and not _COUNTED_ONE.match(behind):
            continue  # "one of the members": a pronoun
        amounts.add((float(_value(words)), ""))
    for match in _ORDINAL.finditer(left):
        amounts.add((float(_ORDINALS[match.group().lower()]), "th"))
    weekdays = {day for day in _WEEKDAYS if day in text.lower()}
    return Figures(frozenset(amounts), tuple(days), frozenset(codes), frozenset(weekdays))


_COUNTED_ONE = re.compile(
    r"\s+(?:vote|member|councillor|abstention|objection|against|year|month|week|day)", re.I
)


def _value(words: str) -> int:
    total = part = 0
    for word in re.findall(r"[a-z]+", words):
        if word in _UNITS:
            part += _UNITS[word]
        elif word in _TENS:
            part += _TENS[word]
        elif word in _SCALES:
            part = max(1, part) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, part = total + part, 0
    return total + part


def _bare(code: str) -> str:
    return re.sub(r"[\W_]", "", code).casefold()


def _wrong_figures(claim: str, windows: Sequence[Window]) -> Iterator[str]:
    said = figures(claim)
    held = [figures(window.text) for window in windows]
    held += [figures(window.source.heading) for window in windows]
    amounts = {amount for each in held for amount in each.amounts}
    years = {float(window.source.date[:4]) for window in windows if window.source.date}
    codes = {code for each in held for code in each.codes}
    codes |= {_bare(window.source.item) for window in windows if window.source.item}
    spelt = _bare(" ".join(f"{window.text} {window.source.heading}" for window in windows))
    for value, kind in sorted(said.amounts):
        if (value, kind) in amounts or (kind and (value, "") in amounts):
            continue
        if kind in ("", "th") and any(value == other for other, _ in amounts):
            continue
        if value in years or f"{value:g}" in codes:
            continue
        if any(value == day[0] for each in held for day in each.days):
            continue
        figure = f"{value:,.2f}".removesuffix(".00")
        shown = f"{kind if kind in '€£$' else ''}{figure}{'%' if kind == '%' else ''}"
        yield f"the figure {shown} does not stand there"
    if _bound_otherwise(claim, " ".join(_around(w) for w in windows)):
        yield "a figure stands there for something else"
    days = [day for each in held for day in each.days]
    meetings: list[Day] = [
        (int(w.source.date[:4]), int(w.source.date[5:7]), int(w.source.date[8:]))
        for w in windows
        if w.source.date
    ]
    all_years = years | {float(day[0]) for day in days if day[0]}
    all_years |= {value for value, _ in amounts if 1800 < value < 2200}
    for year, month, day in said.days:
        if not any(
            month == other[1]
            and (day is None or day == other[2])
            and (year is None or year == other[0] or (other[0] is None and year in all_years))
            for other in [*days, *meetings]
        ):
            yield "the date does not stand there"
    for code in sorted(said.codes - codes):
        if code not in spelt:
            yield f"{code.upper()} does not stand there"
    weekdays = {day for each in held for day in each.weekdays}
    if said.weekdays - weekdays:
        yield "the day of the week does not stand there"


_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_][\w’'-]*|[.,;:()]")
BOUND = 4  # telling words between a figure and what it counts


def _counted(text: str) -> list[str]:
    """Telling words, figures ("12") and months ("#3") of a text in order, "" for a stop."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        word = token.casefold()
        if word in ".,;:()":
            found.append("")  # nothing is counted across it
        elif word[0].isdecimal():
            found.append(f"{float(word.replace(',', '')):g}")
        elif word in _UNITS or word in _TENS:
            found.append(f"{_UNITS.get(word, _TENS.get(word, 0)):g}")
        elif _IS_MONTH.fullmatch(word):
            found.append(f"#{_MONTH_STARTS.index(word[:3]) + 1}")
        else:
            found += stems(token)
    return found


def _is_figure(token: str) -> bool:
    return token[:1] == "#" or token[:1].isdecimal()


def _bound_otherwise(claim: str, text: str) -> bool:
    """Whether a figure, year or month goes with a word in the claim, and another one in the text.

    Words beside it on either side are looked at; a figure that counts the same thing within BOUND
    words is taken for the same.
    """
    said, held = _counted(claim), _counted(text)
    running = [token for token in held if token]
    beside: dict[tuple[int, str], set[str]] = {}  # side and word -> figures beside it in the text
    for one, other in pairwise(held):
        if _is_figure(other) and one[:1].isalpha():
            beside.setdefault((-1, one), set()).add(other)
        if _is_figure(one) and other[:1].isalpha():
            beside.setdefault((1, other), set()).add(one)
    for one, other in pairwise(said):
        for figure, side, word in ((other, -1, one), (one, 1, other)):
            if not _is_figure(figure) or not word[:1].isalpha() or word not in held:
                continue
            there = beside.get((side, word), set())
            if figure in there:
                continue
            at = [i for i, token in enumerate(running) if token == figure]
            words = [i for i, token in enumerate(running) if token == word]
            apart = min((abs(i - j) for i in at for j in words), default=None)
            of_a_kind = {x for x in there if _kind(x) == _kind(figure)}
            if of_a_kind and (apart is None or apart > BOUND):
                return True
            if side == 1 and _kind(figure) == "figure" and apart is not None and apart > BOUND:
                return True
    return False


def _kind(figure: str) -> str:
    if figure[0] == "#":
        return "month"
    return "year" if 1800 < float(figure) < 2200 else "figure"


# --- names ---------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_GENERIC = frozenset(
    [
        "the",
        "a",
        "an",
        "council",
        "councils",
        "councillor",
        "councillors",
        "cllr",
        "cllrs",
        "committee",
        "committees",
        "board",
        "meeting",
        "meetings",
        "member",
        "members",
        "minutes",
        "report",
        "reports",
        "item",
        "items",
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "motion",
        "motions",
        "resolution",
        "i",
        "it",
        "he",
        "she",
        "they",
        "this",
        "that",
        "these",
        "those",
        "in",
        "on",
        "at",
        "by",
        "for",
        "no",
        "and",
        "but",
    ]
) | set(_MONTH_STARTS)
_ROLES = frozenset(
    [
        "chair",
        "chairman",
        "chairperson",
        "chairwoman",
        "mayor",
        "clerk",
        "director",
        "engineer",
        "manager",
        "executive",
        "governor",
        "headteacher",
        "treasurer",
        "secretary",
        "cathaoirleach",
        "officer",
        "minister",
        "warden",
        "vicar",
    ]
)
_CHAIRS = frozenset(_words("chair chairman chairperson chairwoman cathaoirleach mayor"))
_SEXES = ("mr", "mrs", "ms", "miss", "sir", "lady")


_IS_MONTH = re.compile(_MONTH, re.I)


def _names(text: str) -> list[list[str]]:
    """Runs of capitalised words that are names, each word casefolded; the first word is no sign."""
    runs: list[list[str]] = []
    end = -2
    for match in _WORD.finditer(text):
        word = match.group()
        folded = re.sub(r"['’]s?$", "", word).casefold()
        is_name = (
            word[0].isupper()
            and match.start() > 0
            and folded not in _GENERIC
            and folded not in _WEEKDAYS
            and folded not in STOP_WORDS
            and folded not in _UNITS
            and not _IS_MONTH.fullmatch(folded)
        )
        if not is_name:
            end = -2
            continue
        between = text[end : match.start()] if end >= 0 else "x"
        if runs and re.fullmatch(r"[\s.]+", between):
            runs[-1].append(folded)
        else:
            runs.append([folded])
        end = match.end()
    return runs


def _wrong_names(claim: str, windows: Sequence[Window]) -> Iterator[str]:
    texts = [w.text for w in windows] + [w.source.heading for w in windows]
    words = [[re.sub(r"['’]s?$", "", w).casefold() for w in _WORD.findall(t)] for t in texts]
    known = {word for each in words for word in each} | {s for t in texts for s in stems(t)}
    squeezed = "".join("".join(each) for each in words)  # names that a printed line cut in two
    for run in _names(claim):
        for word in run:
            bare = re.sub(r"[\W_]", "", word)
            if word in known or set(stems(word)) <= known or (len(bare) > 5 and bare in squeezed):
                continue
            yield f"the name {word.title()} does not stand there"
        for first, second in pairwise(run):
            if first in known and second in known and not _adjacent(first, second, words):
                yield f"{first.title()} {second.title()} does not stand there"
    for match in re.finditer(r"\b(Mr|Mrs|Ms|Miss|Sir|Lady)\.?\s+([A-Z][\w’'-]+)", claim):
        title, name = match[1].casefold(), match[2].casefold()
        titled = {a for each in words for a, b in pairwise(each) if b == name} & set(_SEXES)
        if titled and title not in titled:
            yield f"{match[1]} {match[2]} is written otherwise there"
    said = {word for word in re.findall(r"[a-z]+", claim.casefold()) if word in _ROLES}
    for role in sorted(said):
        same = _CHAIRS if role in _CHAIRS else {role}
        if not any(word.startswith(tuple(same)) for word in known):
            yield f"no {role} is named there"


_PERSON = re.compile(
    r"\b(?:Cllrs?|Councillors?|Mrs?|Ms|Miss|Dr|Rev|Deputy|Cmhlr|C(?:om)?hairleoir)\b\.?\s+"
    r"(?P<names>[A-ZÀ-Ý][^;:!?]*)"
)
_LISTED = re.compile(r"[A-ZÀ-Ý][\w’'‟-]*")
BEFORE = 2  # sentences before, in which somebody is named whom the sentence calls "he"
AS_WELL = 0.85  # share of the best sentence's words
_HE = re.compile(r"\b(?:he|she|they|his|her|their|him|them|who)\b", re.I)


def _persons(text: str) -> set[str]:
    """Names behind a title and those listed with them ("Cllrs Hart, Lund and Vane")."""
    found: set[str] = set()
    for match in _PERSON.finditer(text):
        end = 0
        names = match["names"]
        for name in _LISTED.finditer(names):
            between = names[end : name.start()]
            if end and not re.fullmatch(
                r"(?:\s*\([A-Z]{1,3}\))?[\s.]*|(?:\s*\([A-Z]{1,3}\))?\s*(?:,|and|&|, and)\s*"
                r"(?:(?:Cllr|Councillor|Mrs?|Ms|Miss|Dr)\.?\s+)?",
                between,
            ):
                break
            word = re.sub(r"['’]s?$", "", name.group()).casefold()
            if len(word) > 2 and word not in _GENERIC and word not in _NOT_SURNAME:
                found.add(re.sub(r"['’‟]", "’", word))
            end = name.end()
    return found


def _wrong_persons(claim: str, source: Source) -> Iterator[str]:
    """Whom no sentence names that says the rest of a clause as well as any other does."""
    spans = sentence_spans(source.text)
    for part in clauses(claim):
        persons = _persons(part) - set().union(*_parts_played(part).values())
        rest = part
        for name in persons:
            rest = re.sub(rf"\b{re.escape(name).replace('’', '.')}\b", " ", rest, flags=re.I)
        said = set(stems(rest))
        if not persons or len(said) < LEAST_CLAUSE:
            continue
        held = [len(said & set(stems(source.text[start:end]))) for start, end in spans]
        best = max(held, default=0)
        homes = [i for i, count in enumerate(held) if count >= AS_WELL * best]
        missing, others = set(persons), set()
        for at in homes:
            start, end = spans[at]
            before = source.text[spans[max(0, at - BEFORE)][0] : start]
            text = source.text[start:end]
            missing -= _bare_words(text + (before if _HE.search(text) else ""))
            others |= _persons(text)
        if missing and others - persons:
            yield f"there it is {min(others - persons).title()}, not {min(missing).title()}"
            return


def _bare_words(text: str) -> set[str]:
    words = (re.sub(r"['’]s?$", "", word).casefold() for word in _WORD.findall(text))
    return {re.sub(r"['’‟]", "’", word) for word in words}


def _adjacent(first: str, second: str, words: Sequence[Sequence[str]]) -> bool:
    return any(
        one == first and second in each[place + 1 : place + 4]
        for each in words
        for place, one in enumerate(each)
    )


_TITLED = (
    r"(?:(?:Cllrs?|Councillors?|Comhairleoir|C(?:om)?hairleoir|Cmhlr|Mrs?|Ms|Miss|Dr|Deputy|"
    r"Alderman|Prof|Rev|Sir|Lady|Lord|Senator)\.?\s+)*"
)
_NAME = (
    rf"{_TITLED}(?P<{{}}>(?:(?:[A-ZÀ-Ý][\w’'.-]*|(?:de|du|van|von|der|la|le)(?=\s))\s?){{{{1,5}}}})"
)
_BY = re.compile(
    r"\b(?P<verb>[Pp]roposed|PROPOSED|[Pp]roposer|[Mm]oved|[Pp]roposal|[Pp]roposition|[Ss]econded|"
    r"SECONDED|[Ss]econder)\s*(?:(?:by|of|was|:|-|–)\s*)+" + _NAME.format("name")
)
_DID = re.compile(
    _NAME.format("name")
    + r"\s*(?:\([A-Z]{1,3}\)\s*)?(?:formally\s+)?(?P<verb>proposed|moved|seconded)\b"
)
_NOT_SURNAME = frozenset(_words("and seconded proposed it that the by was resolved"))


def _parts_played(text: str) -> dict[str, set[str]]:
    """Who proposes and who seconds, by the last word of the name."""
    found: dict[str, set[str]] = {"proposed": set(), "seconded": set()}
    for form in (_BY, _DID):
        for match in form.finditer(text):
            words = [w.casefold().strip(".") for w in match["name"].split()]
            words = [word for word in words if word and word not in _NOT_SURNAME]
            if words:
                part = "seconded" if match["verb"].lower().startswith("second") else "proposed"
                found[part].add(words[-1])
    return found


def _wrong_parts(claim: str, sources: Sequence[Source], windows: Sequence[Window]) -> Iterator[str]:
    said = _parts_played(claim)
    if not any(said.values()):
        return
    home = [_parts_played(nearest(claim, source, 1).text) for source in sources]
    near = [_parts_played(window.text) for window in windows]
    far = [_parts_played(source.text) for source in sources]
    for part, names in said.items():
        held = next(
            (some for each in (home, near, far) if (some := set().union(*(x[part] for x in each)))),
            set(),
        )
        for name in sorted(names - held):
            yield f"{name.title()} is not who {part} it there"


# --- votes ---------------------------------------------------------------------------------------

_COUNT = rf"(?:\d{{1,3}}|{'|'.join([*_UNITS, *_TENS])}|none|nil|no)"
_SIDES = (
    ("for", r"(?:(?:voted?|votes?)\s+)?(?:for|in\s+favour)"),
    ("against", r"(?:(?:voted?|votes?)\s+)?against"),
    ("abstain", r"abst(?:ain(?:ed|ing)?|entions?)"),
)
_SIDE_FORMS = [
    (side, re.compile(form, re.I))
    for side, words in _SIDES
    for form in (
        rf"\b(?P<n>{_COUNT})\b\s*(?:votes?|members?|councillors?|cllrs?|people)?\s*"
        rf"(?:were|was|had|cast)?\s*\b{words}\b",
        rf"\b{words}\b\s*(?:\(|[:=–-])\s*(?P<n>{_COUNT})\b",
    )
]
_TO = re.compile(
    rf"\b(?P<a>{_COUNT})\s*votes?\s*(?:to|against|–|-)\s*(?P<b>{_COUNT})\b"
    rf"|\bby\s+(?P<a2>{_COUNT})\s*(?:to|–|-)\s*(?P<b2>{_COUNT})\b"
    rf"|\b(?P<a3>{_COUNT})\s*(?:to|–|-)\s*(?P<b3>{_COUNT})\s*votes?\b",
    re.I,
)
_UNANIMOUS = re.compile(
    r"\bunanim|\bnem(?:ine)?\.? con|\ball (?:members )?(?:voted )?in favour", re.I
)


def votes(text: str) -> dict[str, set[int]]:
    """Votes by side ("for", "against", "abstain", and "to" for the smaller of "10 votes to 3")."""
    found: dict[str, set[int]] = {"for": set(), "against": set(), "abstain": set(), "pair": set()}
    for side, form in _SIDE_FORMS:
        for match in form.finditer(text):
            found[side].add(_count(match["n"]))
    for match in _TO.finditer(text):
        one, other = (
            _count(next(match[key] for key in keys if match[key]))
            for keys in (("a", "a2", "a3"), ("b", "b2", "b3"))
        )
        found["pair"].add(one * 1000 + other)
    return found


def _count(text: str) -> int:
    text = text.lower()
    return int(text) if text.isdecimal() else 0 if text in ("none", "nil", "no") else _value(text)


def _wrong_votes(claim: str, sources: Sequence[Source], windows: Sequence[Window]) -> Iterator[str]:
    said = votes(claim)
    held: dict[str, set[int]] = {side: set() for side in said}
    for source in sources:
        for side, numbers in votes(source.text).items():
            held[side] |= numbers
    held["pair"] |= {a * 1000 + b for a in held["for"] for b in held["against"]}
    for pair in set(held["pair"]):
        held["for"].add(pair // 1000)
        held["against"].add(pair % 1000)
    for side, numbers in said.items():
        # A side whose count is not read in the source is left to the check of figures.
        elsewhere = set().union(*(held[one] for one in held if one not in (side, "pair")))
        if (numbers - held[side]) and (held[side] or numbers & elsewhere):
            yield "the votes are counted otherwise there"
    if said["pair"] and not held["pair"]:
        yield "no such vote stands there"
    if _UNANIMOUS.search(claim) and not any(_UNANIMOUS.search(_around(w)) for w in windows):
        yield "nothing there says that it was unanimous"


# --- negation and outcomes -----------------------------------------------------------------------

_PIECE = re.compile(r"[\w’']+|[.,;:()]")
_NEGATORS = frozenset(
    [
        "not",
        "no",
        "never",
        "none",
        "neither",
        "nor",
        "cannot",
        "without",
        "unable",
        "nobody",
        "nothing",
    ]
)
_NEGATES_TO = frozenset(_words("failed refused declined"))  # with "to"
# Words that say no in their own way, so that a claim's "not" may stand for them.
_DENIES = re.compile(
    r"\bun(?!der|til|an|i[oqtv]|loa|less)[a-z]{4,}"
    r"|\b(?:inab|inadeq|insuff|inelig|incompl|inappr|inacc|incorr|invalid|imposs|impract|improp|non-)"
    r"|\b(?:refus(?:e[ds]?|al|ing)\b|reject|lost|defeat|declin|lack|fail|deni|oppos|object"
    r"|against|only|prevent|prohibit|cease|stop|too late|instead|rather|yet to|outstanding|await"
    r"|absen|withdr|defer|exclu|withhold|dismiss|rul(?:e|ed) out|free of)",
    re.I,
)
_TITLE = frozenset(_words("mr mrs ms dr cllr cllrs rev st no nos fr prof"))


def _polarity(text: str) -> tuple[dict[str, set[bool]], bool]:
    """For each telling word whether "not" goes before it, and whether there is any "not" at all."""
    found: dict[str, set[bool]] = {}
    pieces = _PIECE.findall(text)
    left, any_negator = 0, False
    for place, piece in enumerate(pieces):
        word = piece.casefold().replace("’", "'")
        behind = pieces[place + 1].casefold() if place + 1 < len(pieces) else ""
        if word in ".,;:()" or word == "but":
            before = pieces[place - 1].casefold() if place else ""
            if word != "." or not (before in _TITLE or len(before) == 1):
                left = 0
            continue
        negator = (word in _NEGATORS or word.endswith("n't")) and not (
            (word == "no" and (behind == "." or behind.isdigit()))
            or (word == "not" and behind in ("only", "least"))
        )
        if negator or (word in _NEGATES_TO and behind == "to"):
            left, any_negator = SCOPE, True
            continue
        for stem in stems(piece):
            if stem in _GENERIC:
                continue
            found.setdefault(stem, set()).add(left > 0)
            left = max(0, left - 1)
    return found, any_negator


def _turned_round(claim: str, windows: Sequence[Window]) -> Iterator[str]:
    said, denied = _polarity(claim)
    text = "\n".join(window.text for window in windows)
    held, denied_there = _polarity(text)
    shared = [stem for stem in said if stem in held]
    denies = len(_DENIES.findall(text))
    if (
        any(not said[stem] & held[stem] for stem in shared)
        or (denied and not denied_there and not denies)
        or _negators(claim) > _negators(text) + denies
        or any(
            form.search(claim) and not form.search(text) for form in (_NOT_ONLY, _NOT_UN, _NOT_NO)
        )
    ):
        yield "it says the opposite, or leaves a “not” out or puts one in"


_NOT_ONLY = re.compile(r"\bnot only\b", re.I)
_NOT_UN = re.compile(r"\bnot un[a-z]{4,}", re.I)
_NOT_NO = re.compile(r"\bnot (?:no|never|none)\b", re.I)


def _negators(text: str) -> int:
    return sum(
        word.casefold() in _NEGATORS or word.casefold().replace("’", "'").endswith("n't")
        for word in re.findall(r"[\w’']+(?!\w|\.\d)", re.sub(r"\b[Nn]os?\.?\s*\d", "", text))
    )


_OUTCOMES = {
    "deferred": r"defer|adjourn|postpon|held over|put off",
    "refused": r"\brefus(?:ed|als?|ing)\b|\bto refuse\b|reject|\blost\b|\bdefeat|\bdeclin|"
    r"turned down|dismiss|(?:\bnot|nnot|n[’']t) (?:been |be )?(?:agree|carr(?:y|ied)|"
    r"approve|accept|pass|grant|support|adopt)(?:e?d)?\b|\bfell\b|oppos",
    "withdrawn": r"withdr",
    "noted": r"\bnoted?\b|took note",
    "recommended": r"recommend",
    "agreed": r"\bagree[ds]?\b|approv|\bcarried\b|adopt|\bgrant(?:ed|ing)\b|accept|\bpassed\b|"
    r"resolv|ratif|\border(?:ed|s)\b|decid|confirmed|support(?:ed|ing)|endors|consent|\bpassing\b",
}
_OUTCOME_FORMS = {name: re.compile(form, re.I) for name, form in _OUTCOMES.items()}
_LINKED = re.compile(r"\b(?:agree|resolv|decid|was|were|be|been|to)\w*", re.I)
_DECIDED = {
    "agreed": re.compile(
        r"\b(?:agreed|approved|carried|adopted|granted|accepted|passed|resolved|ratified|decided)\b",
        re.I,
    ),
    "noted": re.compile(r"\bnoted (?:the|this|a)\b", re.I),
}


def outcomes(text: str) -> set[str]:
    return {name for name, form in _OUTCOME_FORMS.items() if form.search(text)}


def _wrong_outcome(claim: str, windows: Sequence[Window]) -> Iterator[str]:
    said = outcomes(claim)
    decided = {name for name, form in _DECIDED.items() if form.search(claim)}
    text = "\n".join(window.text for window in windows)
    held = outcomes(text)
    around = set().union(*(outcomes(_around(window)) for window in windows))
    for kind in sorted((said - {"agreed", "noted"}) | decided):
        if kind not in around:
            yield f"nothing there says that it was {kind}"
    turned = (held & {"deferred", "refused", "withdrawn"}) - said
    if "agreed" in decided:
        words = {word.casefold() for word in _DECIDED["agreed"].findall(claim)}
        there = set(re.findall(r"\w+", text.casefold()))
        if turned and (_linked(text, turned) or not words & there):
            yield f"there it was {' or '.join(sorted(turned))}"
        home = [nearest(claim, window.source, 1).text for window in windows]
        near = set(re.findall(r"\w+", " ".join(home).casefold()))
        if "noted" in outcomes(" ".join(home)) - said and words - near:
            yield "there it was noted"


def _linked(text: str, kinds: set[str]) -> bool:
    """Whether an outcome of these kinds is what was agreed: "agreed to defer", "be refused"."""
    return any(
        re.search(rf"(?:{_LINKED.pattern})(?:\s+\w+){{0,12}}?\s+(?:{_OUTCOMES[kind]})", text, re.I)
        for kind in kinds
    )


def _around(window: Window) -> str:
    """The window with the sentence before and the one behind it."""
    spans = sentence_spans(window.source.text)
    inside = [i for i, (a, b) in enumerate(spans) if a >= window.start and b <= window.end]
    if not inside:
        return window.text
    first, last = max(0, inside[0] - 1), min(len(spans) - 1, inside[-1] + 1)
    return window.source.text[spans[first][0] : spans[last][1]]


# --- all together --------------------------------------------------------------------------------


def faults(claim: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """What a claim says that the sources it cites do not say, in words; empty where nothing is
    found.

    A claim that cites several sources is taken apart, and each clause must be true of one of them.
    """
    if holds_an_address(claim):
        return ("it holds an address or mark-up",)
    if len(stems(claim)) < LEAST_SAID:
        return ("it says too little to be checked",)
    claim = said_of(claim)
    whole = min((_faults_of(claim, source) for source in sources), key=len)
    parts = clauses(claim)
    if not whole or (len(sources) == 1 and len(parts) == 1):
        return tuple(whole)
    found: dict[str, None] = {}
    for part in parts:
        for fault in min((_faults_of(part, source) for source in sources), key=len):
            found.setdefault(fault)
    return tuple(found)


def holds_an_address(text: str) -> bool:
    """Whether a text holds an address or mark-up; an answer shows none, even of a source."""
    return bool(_ADDRESS.search(text))


def said_of(claim: str) -> str:
    """The claim without "the minutes record that", which says nothing of the matter."""
    return _LEAD.sub("", claim) or claim


def is_word_for_word(claim: str, source: Source) -> bool:
    """Whether whole sentences of the source make up the claim, signs and white space aside."""
    said = _letters(claim)
    spans = sentence_spans(source.text)
    for first in range(len(spans)):
        for last in range(first, min(first + LONGEST_WINDOW, len(spans))):
            held = _letters(source.text[spans[first][0] : spans[last][1]])
            if held == said:
                return True
            if len(held) > len(said):
                break
    return False


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _faults_of(claim: str, source: Source) -> list[str]:
    if is_word_for_word(claim, source):
        return []
    window = nearest(claim, source)
    windows = [window]
    named = re.findall(r"\b(?:item|minute)s?\s+(?:no\.?\s*|number\s+)?(\d[\w/.()]*)", claim, re.I)
    spoken = f"{window.text} {source.heading}".casefold()
    found = [
        f"it is not item {number}"
        for number in (name.rstrip(".") for name in named)
        if _bare(number) != _bare(source.item or "") and number.casefold() not in spoken
    ]
    spelt = _bare(spoken)
    found += [
        f"the reference {reference} does not stand there"
        for reference in find_references(claim)
        if _bare(reference) not in spelt
    ]
    found += _wrong_figures(claim, windows)
    found += _wrong_names(claim, windows)
    found += _wrong_parts(claim, [source], windows)
    found += _wrong_votes(claim, [source], windows)
    found += _wrong_persons(claim, source)
    found += _turned_round(claim, windows)
    found += _wrong_outcome(claim, windows)
    return list(dict.fromkeys(found))
