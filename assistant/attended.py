"""Who was at a meeting and who was not, from the attendance that was read of its minutes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from assistant.answer_model import Citation
from assistant.compose import MAX_QUOTE_WORDS, cite
from assistant.decline import Refusal
from assistant.rank import Ranked
from assistant.register import sittings
from assistant.retrieve import Corpus, period_days, within_days
from assistant.wording import spoken_date
from ingest.sentences import split_sentences
from ingest.tokens import tokenize

if TYPE_CHECKING:
    from assistant.question import Query
    from assistant.retrieve import Filters
    from ingest.index import StoredMeeting
    from ingest.model import Passage

MEANT = 0.5  # how surely a body must be meant
# How sure such an answer is: of the questions of the train sets that are answered so, all 18 are
# answered rightly, and no other question is taken for one (November 2026); not 1, since what was
# read may lack a name.
ATTENDED = 0.9
OPENING_ITEMS = 3  # items, besides the front matter, in which attendance may be told
QUOTED_WORDS = 45  # up to which the quotations are the answer; beyond, the names are listed
MAX_QUOTES = 4

_WHO = re.compile(
    r"\bwho\b(?!['’]?s\b)|\bwhose\b|\b(?:which|what) (?:[\w’'-]+ ){0,3}?(?:councillors?|cllrs?"
    r"|members?|governors?|officers?|officials?|people|persons?|trustees?)\b"
    r"|\b(?:councillors|cllrs|members|governors|trustees|apologies|attendance|those)\b",
    re.I,
)
OTHERWISE = re.compile(
    r"\b(?:why|what time|when did|how long|reasons?|because|instead|site visit|open (?:day|house)"
    r"|workshop|training|course|conference|seminar|event|funeral|deputation|delegation|vot(?:e|ed)"
    r"|propos\w+|second(?:ed|er)|late|early|left|arriv\w+|joined)\b",
    re.I,
)
ABSENT = re.compile(
    r"\bapolog\w*|\bexcuse[ds]?\b|\bregrets\b|\babsen(?:t|ce|tees?)\b|\bmissing (?:from|at|when)\b"
    r"|\b(?:could ?n[o’']t|couldn[’']?t|unable to|not able to|did ?n[o’']t|didn[’']?t|failed to)"
    r" (?:make it|make|attend|come|be (?:there|at|present))\b|\bsent word\b",
    re.I,
)
_CHAIRED = re.compile(
    r"\b(?:chaired|presided|chairing|in the chair|took the chair|(?:ran|led) the (?:[\w’-]+ ){0,4}"
    r"meeting)\b",
    re.I,
)
_CHAIRED_WHAT = re.compile(
    rf"{_CHAIRED.pattern}(?P<what>[^,;?]*?)(?:\b(?:when|while|which|that)\b|$)", re.I
)
PRESENT = re.compile(
    r"\b(?:present|in attendance|attend(?:ed|ance|ing)?|turned up|showed up|came to"
    r"|(?:was|were) (?:there|at))\b",
    re.I,
)
_COUNT = re.compile(
    r"\bhow many (?:[\w’'-]+ ){0,2}(?:councillors?|cllrs?|members?|governors?|trustees?)\b", re.I
)
_PUBLIC = re.compile(r"\bpublic\b|\bresidents\b|\bofficers?\b|\bofficials?\b|\bstaff\b", re.I)
_WHETHER = re.compile(r"^\W*(?:and )?(?:was|were|did|is)\b", re.I)
_WAS_AT = re.compile(r"^\W*(?:and )?(?:was|were) .{3,60}\b(?:at|there|missing)\b", re.I)
_SOMEBODY = re.compile(
    r"\b(?i:councillor|cllr|mr|mrs|ms|miss|dr)\b\.? (?:[A-Z]\.? ?|[A-Z][a-z]+ (?=[A-Z]))*"
    r"(?P<surname>[A-ZÀ-Ý][\w’'-]+)"
)
_TELLS_ABSENCE = re.compile(r"\bapolog|\babsen|\b(?:unable|inability)\b|\bunavailable\b", re.I)
_TELLS_CHAIR = re.compile(
    r"\bin the chair\b|\bchaired by\b|\btook the chair\b|\bpresid|\bchair(?:man|person|woman)?\b"
    r"|\bcathaoirleach\b|\bmayor\b",
    re.I,
)
_IN_THE_CHAIR = re.compile(r"\bin the chair\b|\bchaired by\b|\btook the chair\b", re.I)
_NAMES_SOMEBODY = re.compile(r"[A-Z][a-z]+\W*$|[A-Z]{2}\W*$|: .*[A-Z][a-z]+")
_CHAIR_NAME = re.compile(
    r"(?P<name>[^()–]+?)\s*(?:\(\s*|[-–]\s*)(?:in the )?chair(?:man|person|woman)?\b", re.I
)
_ATTENDANCE_TITLE = re.compile(
    r"\b(?:apolog\w*|attendance|present|absen\w+|welcome|sederunt|record of those)\b", re.I
)
_GENERIC = frozenset(
    tokenize(
        """who which whose what councillor councillors cllr cllrs member members governor governors
        apologies apology apologised apologise send sent give gave given present attend attended
        attendance absent absence missing make made could couldn able unable excuses word there
        turned showed actually came come meeting meetings sitting session evening council committee
        board panel body list name names how many two three four five was were chaired chair ran
        took presided minutes recorded people full ordinary monthly regular district municipal
        parish town county city community january february march april june july august september
        october november december"""
    )
)


@dataclass(frozen=True)
class Attended:
    """An answer about attendance, with its citations."""

    text: str
    citations: tuple[Citation, ...]


def attendance_answer(corpus: Corpus, query: Query, filters: Filters) -> Attended | Refusal | None:
    """Who was present, absent with apologies or in the chair at the one meeting that is meant.

    A refusal where it is asked whether somebody was there of whom the minutes do not tell.
    None where something else is asked, where it is not sure which meeting is meant, or where the
    names that were read cannot all be quoted.
    """
    asked = query.focus
    if OTHERWISE.search(asked):
        return None
    absent, chair = bool(ABSENT.search(asked)), bool(_CHAIRED.search(asked))
    counts, whether = bool(_COUNT.search(asked)), bool(_WHETHER.search(asked))
    present = PRESENT.search(asked) or (_WAS_AT.search(asked) and _SOMEBODY.search(asked))
    if not (absent or chair or present):
        return None
    if not (counts or whether or _WHO.search(asked)):
        return None
    number = _meeting_meant(corpus, query, filters)
    if number is None:
        return None
    meeting = corpus.meetings[number]
    opening = list(_opening(corpus, meeting))
    attendance = meeting.attendance
    if whether:
        return _whether(corpus, query, meeting, opening)
    if chair:
        return None if _of_others(query, meeting) else _chair(corpus, meeting, opening)
    names = attendance.apologies if absent else attendance.present
    if not names or (counts and _PUBLIC.search(asked)):
        return None
    quotes = _quotes_of(opening, names, _TELLS_ABSENCE if absent else None)
    if quotes is None:
        return None
    citations = _cited(corpus, quotes)
    markers = "".join(f"[{one.marker}]" for one in citations)
    if counts:
        many = len(names)
        verb = "sent apologies" if absent else "was present" if many == 1 else "were present"
        return Attended(f"{many} {verb}: {_listed(names)} {markers}.", citations)
    if sum(len(one.quote.split()) for one in citations) <= QUOTED_WORDS:
        return Attended(" ".join(f"{one.quote} [{one.marker}]" for one in citations), citations)
    said = "Apologies came from" if absent else "Present were"
    return Attended(f"{said} {_listed(names)} {markers}.", citations)


def _whether(
    corpus: Corpus, query: Query, meeting: StoredMeeting, opening: Sequence[_Told]
) -> Attended | Refusal | None:
    """Whether the person who is named was there."""
    match = _SOMEBODY.search(query.focus)
    asked = set(tokenize(match["surname"])) if match else query.names - _of_body(meeting)
    for names, told, cue in (
        (meeting.attendance.apologies, "{} sent apologies", _TELLS_ABSENCE),
        (meeting.attendance.present, "{} was present", None),
        (meeting.attendance.in_attendance, "{} was in attendance", None),
    ):
        meant = [name for name in names if _surname(name) in asked]
        if len(meant) > 1:
            return None
        if not meant:
            continue
        quotes = _quotes_of(opening, meant, cue)
        if quotes is None:
            return None
        name = re.sub(r"\s*\(.*|\s+[-–].*", "", meant[0])
        return Attended(f"{told.format(name)} [1].", _cited(corpus, quotes)[:1])
    if match is None or _is_named(corpus, meeting, asked):
        return None
    day = f", {spoken_date(meeting.date)}" if meeting.date else ""
    return Refusal(
        "not_recorded",
        f"The minutes of {meeting.body}{day} do not record whether {match[0]} was there.",
    )


def _is_named(corpus: Corpus, meeting: StoredMeeting, surname: Collection[str]) -> bool:
    """Whether somebody is named anywhere in the minutes: who spoke was there."""
    places = [-1, *(item.place for item in corpus.index.items(meeting.id))]
    paragraphs = (one for place in places for one in corpus.index.paragraphs(meeting.id, place))
    return any(not set(tokenize(one.text)).isdisjoint(surname) for one in paragraphs)


def _of_body(meeting: StoredMeeting) -> set[str]:
    return set(tokenize(meeting.body or ""))


def _of_others(query: Query, meeting: StoredMeeting) -> bool:
    """Whether something else was chaired than a meeting of the body: a deputation, a jury."""
    match = _CHAIRED_WHAT.search(query.focus)
    if match is None or any(share >= MEANT for _, share in query.bodies):
        return False
    told = {token for period in query.periods for token in tokenize(period.label)}
    rest = set(tokenize(match["what"])) - _GENERIC - _of_body(meeting) - told
    return any(not token.isdigit() for token in rest)


def _chair(corpus: Corpus, meeting: StoredMeeting, opening: Sequence[_Told]) -> Attended | None:
    """Who was in the chair."""
    for name in meeting.attendance.present:
        match = _CHAIR_NAME.match(name)
        if match and "vice" not in name.lower():
            quotes = _quotes_of(opening, [match["name"]], _TELLS_CHAIR)
            if quotes:
                return Attended(f"{match['name']} was in the chair [1].", _cited(corpus, quotes))
    for told in opening:
        text = _text(told)
        if _IN_THE_CHAIR.search(text) and _NAMES_SOMEBODY.search(text):
            citations = _cited(corpus, [told])
            return Attended(f"{citations[0].quote} [1]", citations)
    return None


# --- which meeting -----------------------------------------------------------------------------

_TOKENS: WeakKeyDictionary[Corpus, dict[int, set[str]]] = WeakKeyDictionary()


def _meeting_meant(corpus: Corpus, query: Query, filters: Filters) -> int | None:
    """The number of the one meeting of the body and time that are named; None if in doubt.

    Among several of a time ("the special meeting in March"), the one that holds more of the
    question's other words in its opening, its items' titles and its file's name than any other.
    """
    allowed = corpus.allowed_meetings(filters) if filters else range(len(corpus.meetings))
    meant = {body for body, share in query.bodies if share >= MEANT}
    spans = period_days(query)
    if not spans and not meant:
        return None
    found = [
        number
        for number in allowed
        if corpus.dates[number]
        and (not meant or corpus.meetings[number].body in meant)
        and (not spans or within_days(spans, int(corpus.dates[number])))
    ]
    found = _without_copies(corpus, found)
    named = set(tokenize(" ".join(meant)))
    named |= {token for period in query.periods for token in tokenize(period.label)}
    telling = [token for token in query.tokens if token not in _GENERIC | named]
    telling = [token for token in telling if not token.isdigit()]
    if len(found) == 1 and spans:
        return found[0]
    idf = corpus.idf(telling)
    if not idf or not found:
        return None
    known = _TOKENS.setdefault(corpus, {})
    scores = []
    for number in found:
        if number not in known:
            known[number] = _words_of(corpus, corpus.meetings[number])
        scores.append(sum(weight for token, weight in idf.items() if token in known[number]))
    order = np.argsort(scores)[::-1]
    best, second = scores[order[0]], scores[order[1]] if len(order) > 1 else 0.0
    enough = best > second and (spans or best >= 0.6 * sum(idf.values()))
    return found[int(order[0])] if best > 0 and enough else None


def _without_copies(corpus: Corpus, numbers: Sequence[int]) -> list[int]:
    """Each sitting once, where several sources tell of it."""
    once = {meeting.id for meeting in sittings([corpus.meetings[number] for number in numbers])}
    return [number for number in numbers if corpus.meetings[number].id in once]


def _words_of(corpus: Corpus, meeting: StoredMeeting) -> set[str]:
    titles = [item.title for item in corpus.index.items(meeting.id)]
    front = [paragraph.text for paragraph in corpus.index.paragraphs(meeting.id, -1)]
    return set(tokenize("\n".join([meeting.source.rsplit("/", 1)[-1], *titles, *front])))


# --- what is quoted ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """A sentence of the opening of the minutes."""

    row: int
    passage: Passage
    start: int
    end: int
    heading: str  # the title of its item, or what stands before it


def _text(told: _Told) -> str:
    return told.passage.text[told.start : told.end]


def _opening(corpus: Corpus, meeting: StoredMeeting) -> Iterator[_Told]:
    """The sentences that may tell of attendance, in the order of the minutes."""
    places = [(-1, "")]
    items = corpus.index.items(meeting.id)
    places += [
        (item.place, item.title)
        for item in items
        if item.place < OPENING_ITEMS or _ATTENDANCE_TITLE.search(item.title)
    ]
    for place, title in places:
        for passage in corpus.index.passages_of(meeting.id, place):
            before = title
            for start, end in split_sentences(passage.text):
                yield _Told(corpus.row_of[passage.id], passage, start, end, before)
                before = passage.text[start:end] if place < 0 else title


def _surname(name: str) -> str:
    """The token of a surname: "Oakes" of "Cllr J Oakes (Chairman)" and of "Collins (J)"."""
    bare = re.sub(r"\(.*|\s[-–].*", "", name)
    tokens = [token for token in tokenize(bare) if len(token) > 1]
    return tokens[-1] if tokens else ""


def _quotes_of(
    opening: Sequence[_Told], names: Sequence[str], cue: re.Pattern[str] | None
) -> list[_Told] | None:
    """The fewest sentences, in order, that hold all of the names; None where there are none.

    With a cue only sentences that have it, or whose heading has it, are quoted.
    """
    wanted = {_surname(name) for name in names}
    if "" in wanted:
        return None
    chosen: list[_Told] = []
    while wanted:
        held = []
        for told in opening:
            text = _text(told)
            if cue is None or cue.search(text) or cue.search(told.heading):
                held.append((len(wanted & set(tokenize(text))), told))
        most, best = max(held, key=lambda each: each[0], default=(0, None))
        if not most or best is None:
            return None
        chosen.append(best)
        wanted -= set(tokenize(_text(best)))
    if len(chosen) > MAX_QUOTES:
        return None
    return sorted(chosen, key=lambda told: (told.row, told.start))


def _cited(corpus: Corpus, quotes: Sequence[_Told]) -> tuple[Citation, ...]:
    return tuple(_cited_one(corpus, told, marker) for marker, told in enumerate(quotes, 1))


def _cited_one(corpus: Corpus, told: _Told, marker: int) -> Citation:
    words = _text(told).split()
    candidate = Ranked(told.row, told.passage, 0.0, np.zeros(0))
    return cite(corpus, candidate, marker, " ".join(words[:MAX_QUOTE_WORDS]))


def told_of(
    corpus: Corpus, meeting: StoredMeeting, name: str, marker: int, *, absent: bool
) -> Citation | None:
    """The citation of the sentence of the opening that has the name; None where none has it."""
    quotes = _quotes_of(list(_opening(corpus, meeting)), [name], _TELLS_ABSENCE if absent else None)
    return _cited_one(corpus, quotes[0], marker) if quotes else None


def _listed(names: Sequence[str]) -> str:
    """Names in a row: "A, B and C"."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
