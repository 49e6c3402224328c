"""What a question asks for: bodies, periods, numbers, names and the kind of answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from assistant.period import Period, find_periods
from ingest.tokens import tokenize

Kind = Literal[
    "amount",
    "count",
    "person",
    "date",
    "time",
    "vote",
    "attendance",
    "reason",
    "reply",
    "decision",
    "list",
    "place",
    "fact",
]
Ask = Literal["proposer", "seconder", "vote", "cost", "apologies", "present", "chair"]

# The first form that matches names the kind; several may match, and all are kept as features.
_KIND_FORMS: list[tuple[Kind, str]] = [
    (
        "attendance",
        r"\bapolog(?:y|ies|ised|ized)\b|\battend(?:ed|ance|ees)?\b|\bwho (?:was|were) (?:there|"
        r"present|absent|missing|at the)\b|\bpresent at\b|\bturn(?:ed)? up\b|\babsent\b"
        r"|\bin the chair\b|\bchaired\b|\btook the chair\b",
    ),
    (
        "vote",
        r"\bvot(?:e|es|ed|ing)\b|\bmargin\b|\bballot\b|\bunanim|\bshow of hands\b"
        r"|\babstain|\babstention|\bfor and against\b|\bagainst it\b|\bin favour\b",
    ),
    (
        "amount",
        r"\bhow much\b|\bcosts?\b|\bprice\b|\bprecept\b|\bbudget\b|\bgrants?\b|\bsum\b"
        r"|\bfees?\b|\bamounts?\b|\brent\b|\bfund(?:s|ing)\b|\bpaid\b|\bpay\b|\bspen[dt]\b|\bcharges?\b"
        r"|\bquot(?:e|ed|ation)s?\b|\bdonat|\bsalary\b|\bball ?park\b|\bestimated?\b"
        r"|\bbalance\b|\bworth\b|[€£$]",
    ),
    (
        "count",
        r"\bhow many\b|\bnumbers? of\b|\bwhat percentage\b|\bper ?cent\b|\bproportion\b"
        r"|\bhow (?:long|far|big|large|wide|tall|high|old|often)\b"
        r"|\bwhat (?:share|size|figure)\b",
    ),
    ("time", r"\bwhat time\b|\bat what hour\b|\bopening hours\b|\bhours\b"),
    (
        "date",
        r"\bwhen\b|\bwhat (?:date|day|month|year)\b|\bwhich (?:date|day|month|year)\b"
        r"|\bdeadline\b|\bhow soon\b|\bdate (?:of|for)\b|\bby what\b",
    ),
    (
        "person",
        r"\bwho(?:se|m)?\b|\bwhich (?:councillors?|cllrs?|members?|officers?|engineers?|person"
        r"|company|firm|contractor|developer)\b|\bnames? of\b|\bproposer|\bseconder|\bmover\b"
        r"|\bseconded\b|\bproposed by\b|\bmoved\b",
    ),
    (
        "reason",
        r"\bwhy\b|\breasons?\b|\bhow come\b|\bon what grounds\b|\bwhat made\b"
        r"|\bgrounds\b|\bbecause\b|\bexplain",
    ),
    (
        "reply",
        r"\brepl(?:y|ies|ied)\b|\brespon(?:se|d|ded)\b|\banswer(?:ed)?\b|\bwhat did .{3,40}"
        r" (?:say|tell)\b|\bresponded\b|\bwas told\b|\bwere told\b",
    ),
    (
        "decision",
        r"\bdecid|\bdecision|\bresol(?:ve|ution)|\bagree[d]?\b|\bapprov|\badopt|\brefus"
        r"|\brecommend|\bdefer|\boutcome\b|\bupshot\b|\bcarried\b|\bpass(?:ed)?\b|\bgo(?:ne)?"
        r" through\b|\bgo ahead\b|\bgoing ahead\b|\bbecame of\b|\bhappened\b|\bsupport"
        r"|\bobject|\breject|\bturned down\b|\blet\b|\bback(?:ed)?\b|\bgranted\b|\bruling\b",
    ),
    (
        "list",
        r"\blist\b|\bwhich (?:two|three|four|five|six|seven|\w+s)\b|\bname the\b"
        r"|\bwhat (?:are|were) the\b|\bwhat (?:two|three|four|five)\b|\ball the\b",
    ),
    (
        "place",
        r"\bwhere\b|\bwhat (?:place|location|venue|address|street|road)\b|\bwhich"
        r" (?:street|road|village|estate|site|place|town|area|bridge|roads|streets)\b",
    ),
]
_KINDS: list[tuple[Kind, re.Pattern[str]]] = [
    (kind, re.compile(form, re.I)) for kind, form in _KIND_FORMS
]

_ASK_FORMS: list[tuple[Ask, str]] = [
    (
        "seconder",
        r"\bsecond(?:ed|er|ing)\b(?!\s+(?:phase|stage|reading|time|round|home))"
        r"|\bwho (?:backed|supported)\b",
    ),
    (
        "proposer",
        r"\bpropos(?:ed|er)\b|\bmover\b|\bwho (?:moved|put forward|put up)\b|\bmoved by\b",
    ),
    (
        "vote",
        r"\bhow many (?:\w+ ){0,3}(?:voted?|were (?:for|against)|for and)\b|\bmargin\b"
        r"|\bvoted? (?:for|against)\b|\bvotes? (?:split|fall|go|count|cast)\b|\babstain",
    ),
    (
        "cost",
        r"\bhow much\b|\bwhat (?:did|does|will|would) .{3,80}\bcost\b"
        r"|\bat what (?:cost|price)\b",
    ),
    ("apologies", r"\bapolog(?:y|ies|ised)\b"),
    (
        "present",
        r"\bwho (?:was|were|all) (?:present|there)\b|\battended\b|\bmembers present\b"
        r"|\bcouncillors present\b",
    ),
    ("chair", r"\bin the chair\b|\bchaired\b|\btook the chair\b|\bpresided\b"),
]
_ASKS: list[tuple[Ask, re.Pattern[str]]] = [
    (ask, re.compile(form, re.I)) for ask, form in _ASK_FORMS
]

_ITEM = re.compile(
    r"\b(?:items?|minutes?|min|agenda items?|para(?:graph)?)\.?\s*(?:(?:no|nr)\b\.?|number\b|#)?\s*"
    r"(?P<number>(?:(?-i:[A-Z]{2,4})\s?)?\d[\w/.]*(?:\s?\(\w+\))?|\(?[a-z]\))",
    re.I,
)
_REFERENCE = re.compile(
    r"\b(?:[A-Z]{1,6}[\s/-]?\d{2,4}(?:[/-]\d{1,6})+|[A-Z]{2,6}\s?\d{3,6}"
    r"|\d{1,4}/\d{2,6}(?:/[A-Z0-9]+)*|\d{2}\.\d{2}\.\d{1,2})\b"
)
_NAME = re.compile(r"\b[A-ZÀ-Ý][\w’'-]+")
# "the transport policy committee", "culture SPC"; a council is called by its place.
_UNIT = re.compile(
    r"\b((?:[\w’'&-]+\s+){1,5})"
    r"(committee|sub-?committee|panel|board|forum|group|commission|spc|pds|governors)\b",
    re.I,
)
_WHOSE = re.compile(r"\b([\w’'-]+) (?=(?:districts?|meetings?|members|councillors|cllrs)\b)")
_CAPITAL = re.compile(r"(?<=.)[A-ZÀ-Ý]")
# Words of names that are said of any body or place.
_COMMON = frozenset(
    tokenize(
        "council committee board panel forum cabinet meeting district municipal city county town"
        " village borough parish community area school primary"
    )
)
_COUNCIL = re.compile(r"\bcouncil$", re.I)
_FULL_COUNCIL = re.compile(r"\b(?:full|whole) council\b|\bplenary\b", re.I)
BODIES = 8  # that a question may mean
# A body is meant by a word of its name when a passage with that word is the body's in at least SURE
# of cases, at odds TELLING times those of any passage. A body that is named is the evidence's in
# 0.86 of questions of train_limerick, 0.83 of train_parish and 0.96 of train_uk; by the weight of
# the name's words alone it was in 0.45, 0.86 and 0.82 (`python -m eval.measure_understanding`,
# November 2026).
SURE, TELLING = 0.25, 4.0
_PLAIN = """what which who whom whose when where why how did does do is are was were has have had
can could will would should the a an and in on at of for to by from please tell give name list
cllr councillor councillors mr mrs ms council committee meeting minutes"""
_QUESTION_WORDS = frozenset(_PLAIN.split())


@dataclass(frozen=True)
class Query:
    """A question as it was understood; nothing in it excludes an answer."""

    text: str  # the standalone question
    focus: str  # the question as asked last, which decides what kind of answer is wanted
    tokens: tuple[str, ...]
    names: frozenset[str]  # tokens that are written as names
    kinds: tuple[Kind, ...]
    asks: frozenset[Ask]
    periods: tuple[Period, ...]
    bodies: tuple[tuple[str, float], ...]  # body and how surely it is meant, 0..1
    item_numbers: tuple[str, ...]
    references: tuple[str, ...]
    named: frozenset[int] = frozenset()  # rows of the items that are named by an identifier

    @property
    def kind(self) -> Kind:
        return self.kinds[0]

    def explained(self) -> tuple[str, ...]:
        """What was understood, in words."""
        lines = [f"asks for: {', '.join(self.kinds)}"]
        if self.bodies:
            lines.append("body: " + ", ".join(body for body, _ in self.bodies))
        if self.periods:
            lines.append("period: " + ", ".join(period.label for period in self.periods))
        if self.item_numbers:
            lines.append("item: " + ", ".join(self.item_numbers))
        if self.references:
            lines.append("reference: " + ", ".join(self.references))
        if self.names:
            lines.append("names: " + ", ".join(sorted(self.names)))
        if self.named:
            lines.append("the item itself is named, so its passages come first")
        return tuple(lines)


class BodyNames:
    """Knows the bodies of an index by their names, short forms and telling words.

    `sizes`: passages of each body; `frequency`: passages that hold a word. From both comes how
    surely a word tells the body: "Ashdown" may stand in the minutes of one body alone, "housing" in
    everybody's. Without them each name counts as one passage that holds its words. `days`: when
    each body met.
    """

    def __init__(
        self,
        names: Iterable[str],
        abbreviations: Mapping[str, Sequence[str]],
        sizes: Mapping[str, int] | None = None,
        frequency: Callable[[str], int] | None = None,
        days: Iterable[tuple[str, date]] = (),
    ) -> None:
        self.names = sorted(set(names))
        self._days = sorted(days, key=lambda met: met[1])
        self._words = {name: frozenset(tokenize(name)) for name in self.names}
        self._sizes = sizes or dict.fromkeys(self.names, 1)
        self._total = max(1, sum(self._sizes.values()))
        counts = Counter(word for words in self._words.values() for word in words)
        self._frequency = {
            word: max(1, frequency(word) if frequency else count) for word, count in counts.items()
        }
        shorts = {name: set(abbreviations.get(name, ())) for name in self.names}
        self._kinds = {name: set(map(str.casefold, found)) for name, found in shorts.items()}
        shared = Counter(short for found in shorts.values() for short in found)
        self._short = [
            (
                re.compile(rf"(?<!\w){re.escape(short)}(?!\w)", 0 if short.isupper() else re.I),
                name,
                1 / shared[short],
            )
            for name, found in shorts.items()
            for short in sorted(found)
            if len(short) > 2
        ]
        councils = {name: self._sizes[name] for name in self.names if _COUNCIL.search(name)}
        main = max(councils, key=lambda name: councils[name], default="")
        # Where several councils are about equally large, "the full council" is none of them.
        self._council = main if 2 * councils.get(main, 0) > sum(councils.values()) else None

    def find(self, text: str, tokens: Iterable[str]) -> tuple[tuple[str, float], ...]:
        """Bodies that a text may mean, surest first; shares of 1 say how surely."""
        asked = set(tokens)
        # Where a question has capitals, a place has one: "city" is a common noun then.
        written = " ".join(_NAME.findall(text)) if _CAPITAL.search(text) else text
        telling = frozenset(tokenize(" ".join([written, *_WHOSE.findall(text)]))) - _COMMON
        scores = {
            name: self._told(name, words & asked, words & telling)
            for name, words in self._words.items()
        }
        for match in _UNIT.finditer(text):
            self._find_unit(set(tokenize(match.group(1))), set(tokenize(match.group(2))), scores)
        for form, name, share in self._short:
            if share > scores[name] and form.search(text):
                scores[name] = share
        if self._council and _FULL_COUNCIL.search(text):
            scores[self._council] = 1.0
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        least = 0.6 * ranked[0][1] if ranked else 0.0
        return tuple(pair for pair in ranked if pair[1] > 0 and pair[1] >= least)[:BODIES]

    def last_meetings(self, period: Period, bodies: Sequence[str], as_of: date) -> Period:
        """The days of the last so many meetings, of these bodies if any, up to a day."""
        days = [day for body, day in self._days if day <= as_of and (not bodies or body in bodies)]
        last = list(dict.fromkeys(days))[-period.meetings :]
        if not last:
            return period
        said = " and ".join(dict.fromkeys(f"{day.day} {day:%B %Y}" for day in (last[0], last[-1])))
        return Period(f"{period.label} ({said})", last[0], last[-1], exact=len(last) == 1)

    def _told(self, name: str, words: frozenset[str], telling: frozenset[str]) -> float:
        """How surely the words, which stand in the body's name, mean this body."""
        if not words:
            return 0.0
        size = self._sizes[name]
        prior = size / self._total
        if words == self._words[name]:
            sure = max(min(1.0, size / self._frequency[word]) for word in words)
            return 1.0 if len(words) > 1 else max(sure, 0.5)
        sure = max((min(1.0, size / self._frequency[word]) for word in telling), default=0.0)
        odds = sure * (1 - prior) >= TELLING * prior * (1 - sure)
        return sure if sure >= SURE and prior < sure and odds else 0.0

    def _find_unit(self, topic: set[str], kind: set[str], scores: dict[str, float]) -> None:
        """Raise the bodies that are called by a word of their topic: "the transport committee".

        Where several fit as well it is the one with the shortest name, of which the others are
        branches: "the policing committee" is not a district's policing sub-committee.
        """
        topic = topic - _COMMON
        of_kind = {
            name: len(words & (topic | kind))
            for name, words in self._words.items()
            if words & topic and (kind & words or kind & self._kinds[name])
        }
        most = max(of_kind.values(), default=0)
        best = [name for name, count in of_kind.items() if count == most]
        if not best or len(best) > BODIES:
            return
        least = min(best, key=lambda name: len(self._words[name]))
        if all(self._words[least] < self._words[name] for name in best if name != least):
            best = [least]
        for name in best:
            scores[name] = max(scores[name], 1 / len(best))


@lru_cache(maxsize=512)
def kinds_of(text: str) -> tuple[Kind, ...]:
    """The kinds of answer that a question may want, first guess first."""
    found = tuple(kind for kind, form in _KINDS if form.search(text))
    return found or ("fact",)


def asks_of(text: str) -> frozenset[Ask]:
    """The details that minutes record in a fixed form, and that a question asks for."""
    return frozenset(ask for ask, form in _ASKS if form.search(text))


def item_numbers(text: str) -> tuple[str, ...]:
    return tuple(match.group("number").rstrip(".") for match in _ITEM.finditer(text))


def references(text: str) -> tuple[str, ...]:
    """Report numbers, planning references and the like; "2015/16" is a year."""
    found = (match.group(0) for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(one for one in found if not find_periods(one, date.min)))


_WELSH = """beth pwy pryd sut faint ble pam oedd mae yw yn y yr gan am ar gyfer i o bod nad wnaeth
gafodd cyngor cyfarfod cynghorydd penderfyniad"""
_IRISH = """cad cé cén cathain conas cá fáth an na ar agus bhí raibh atá do faoi leis chun mar ag sa
comhairle cruinniú comhairleoir rún"""
_FOREIGN = {
    "Welsh": frozenset(_WELSH.split()),
    "Irish": frozenset(_IRISH.split()),
}
_ENGLISH = frozenset(
    ["the", "of", "and", "to", "in", "on", "was", "were", "is", "did", "what", "who", "when", "why"]
)


def foreign_language(text: str) -> str | None:
    """Welsh, Irish, "another language" for another script; None for English or too few words."""
    letters = [char for char in text if char.isalpha()]
    if sum(ord(char) > 0x24F for char in letters) > len(letters) / 2:
        return "another language"
    words = re.findall(r"[^\W\d_]+", text.lower())
    english = sum(word in _ENGLISH for word in words)
    counts = {name: sum(word in known for word in words) for name, known in _FOREIGN.items()}
    name = max(counts, key=lambda language: counts[language])
    return name if counts[name] >= 2 and counts[name] > english else None


def understand(text: str, bodies: BodyNames, as_of: date, *, focus: str | None = None) -> Query:
    """Read a standalone question; "the last meeting" is counted from `as_of`."""
    tokens = tuple(dict.fromkeys(tokenize(text)))
    names = frozenset(
        token
        for match in _NAME.finditer(text)
        if match.group(0).lower() not in _QUESTION_WORDS
        for token in tokenize(match.group(0))
    )
    focus = focus or text
    meant = bodies.find(text, tokens)
    periods = tuple(
        bodies.last_meetings(period, [body for body, _ in meant], as_of)
        if period.meetings
        else period
        for period in find_periods(text, as_of)
    )
    return Query(
        text=text,
        focus=focus,
        tokens=tokens,
        names=names,
        kinds=kinds_of(focus),
        asks=asks_of(focus),
        periods=periods,
        bodies=meant,
        item_numbers=item_numbers(text),
        references=references(text),
    )
