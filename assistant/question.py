"""What a question asks for: bodies, periods, numbers, names and the kind of answer."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
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
    r"\b(?:item|minute|min|minutes|agenda item|para(?:graph)?)\.?\s*(?:no\.?|number|nr\.?|#)?\s*"
    r"(?P<number>\d[\w/.]*(?:\(\w+\))?|\(?[a-z]\))",
    re.I,
)
_REFERENCE = re.compile(
    r"\b(?:[A-Z]{1,6}[\s/-]?\d{2,4}(?:[/-]\d{1,6})+|[A-Z]{2,6}\s?\d{3,6}"
    r"|\d{1,4}/\d{2,6}(?:/[A-Z0-9]+)*|\d{2}\.\d{2}\.\d{1,2})\b"
)
_NAME = re.compile(r"\b[A-ZÀ-Ý][\w’'-]+")
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
        return tuple(lines)


class BodyNames:
    """Knows the bodies of an index by any distinctive part of their names."""

    def __init__(self, names: Iterable[str], abbreviations: dict[str, Sequence[str]]) -> None:
        self.names = sorted(set(names))
        self._words = {name: frozenset(tokenize(name)) for name in self.names}
        counts = Counter(word for words in self._words.values() for word in words)
        total = max(1, len(self.names))
        # A word that every body shares ("council") tells nothing; "Adare" tells everything.
        self._weight = {word: math.log(total / count) for word, count in counts.items()}
        self._short = [
            (re.compile(rf"(?<!\w){re.escape(short)}(?!\w)", 0 if short.isupper() else re.I), name)
            for name in self.names
            for short in abbreviations.get(name, ())
            if len(short) > 2
        ]

    def find(self, text: str, tokens: Iterable[str]) -> tuple[tuple[str, float], ...]:
        """Bodies that a text may mean, surest first; shares of 1 say how surely."""
        asked = set(tokens)
        scores: dict[str, float] = {}
        for name, words in self._words.items():
            weights = {word: self._weight.get(word, 0.0) for word in words}
            whole = sum(weights.values())
            share = sum(weight for word, weight in weights.items() if word in asked)
            if whole and share / whole >= 0.25:
                scores[name] = share / whole
        for form, name in self._short:
            if form.search(text):
                scores[name] = 1.0
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple((name, score) for name, score in ranked if score >= 0.6 * ranked[0][1])[:4]


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
    return tuple(dict.fromkeys(match.group(0) for match in _REFERENCE.finditer(text)))


def understand(text: str, bodies: BodyNames, as_of: date, *, focus: str | None = None) -> Query:
    """Read a standalone question."""
    tokens = tuple(dict.fromkeys(tokenize(text)))
    names = frozenset(
        token
        for match in _NAME.finditer(text)
        if match.group(0).lower() not in _QUESTION_WORDS
        for token in tokenize(match.group(0))
    )
    focus = focus or text
    return Query(
        text=text,
        focus=focus,
        tokens=tokens,
        names=names,
        kinds=kinds_of(focus),
        asks=asks_of(focus),
        periods=find_periods(text, as_of),
        bodies=bodies.find(text, tokens),
        item_numbers=item_numbers(text),
        references=references(text),
    )
