"""Decisions in the paragraphs of an item: what was resolved, by whom proposed, with which vote.

Where two outcomes or two votes are possible nothing is reported: a wrong decision does more harm
than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.model import Decision, DecisionKind, Paragraph, Vote
from ingest.sentences import split_sentences

_TITLE = (
    r"(?:Cllrs?|Clir|Councillors?|Comhairleoir|C(?:om)?hairleoir|Cmhlr|Cmhairleoir|Mrs|Mr|Ms|"
    r"Miss|Dr|"
    r"Deputy|Alderman|Prof|Rev|Sir|Lady|Lord|Senator|the (?:Chair|Chairman|Mayor|Cathaoirleach))"
)
_NAME = (
    rf"(?P<{{}}>(?:{_TITLE}\.?\s+)*(?:(?:[A-ZÀ-Ý][\w’'\-]*\.?|Ó|de|van)\s?){{{{1,4}}}}"
    r"(?:\s?\([A-Z][A-Za-z]{{0,3}}\.?\))?)"
)
_PROPOSER = re.compile(
    r"\b(?:[Pp]roposed|PROPOSED|[Pp]roposer|[Mm]oved)(?:\s*(?:by|:|-|–))*\s*"
    + _NAME.format("name")
    + r"|\b[Oo]n the proposal of\s+"
    + _NAME.format("name2")
    + r"|\b[Oo]n the (?:proposition|motion) of\s+"
    + _NAME.format("name3")
)
_SECONDER = re.compile(
    r"\b(?:[Ss]econded|SECONDED|[Ss]econder|2nd)(?:\s*(?:by|:|-|–))*\s*" + _NAME.format("name")
)
_BEFORE_VERB = re.compile(_NAME.format("name") + r"\s+(?:formally\s+)?proposed\b")
_BEFORE_SECOND = re.compile(_NAME.format("name") + r"\s+(?:formally\s+)?seconded\b")
_PROPOSED_PARAGRAPH = re.compile(r"^\W*proposed(?:\s+by)?\s*:?\s", re.I)
_SECONDED_PARAGRAPH = re.compile(r"^\W*seconded(?:\s+by)?\s*:?\s", re.I)
_AND_RESOLVED = re.compile(
    r"^\W*(?:and\s+)?(?:it\s+was\s+)?(?:unanimously\s+)?(resolved|agreed|recommended|approved|"
    r"ordered)\s*"
    r"(?:[:;,.–-]|that\b|to\b|$)",
    re.I,
)
_ADVERBS = (
    r"(?:\s+(?:unanimously|also|then|further|therefore|subsequently|duly|all|formally|thus|"
    r"accordingly|hereby|again))*"
)
_BODY = (
    r"(?:the\s+)?(?:members|committee|council|councillors|meeting|board|governors|panel|cabinet|"
    r"executive|"
    r"forum|trustees|sub-?committee|CC|parish council|community council)"
)
_OUTCOMES: tuple[tuple[DecisionKind, re.Pattern[str]], ...] = (
    (
        "lost",
        re.compile(
            r"\b(?:motion|amendment|proposal|proposition|vote|resolution)\b[^.;]{0,60}?"
            r"\b(?:(?:was|were)\s+(?:declared\s+|therefore\s+)*"
            r"(?:lost|defeated|rejected|not carried|not passed)|fell)\b|^\W*(?:motion|amendment) "
            r"lost\b",
            re.I,
        ),
    ),
    (
        "withdrawn",
        re.compile(
            r"\b(?:motion|amendment|proposal|item|application|question)\b[^.;]{0,40}?\b(?:was|"
            r"were)\s+withdrawn\b|"
            r"\bwithdrew (?:his|her|their|the) (?:motion|amendment|proposal)\b|\bagreed to "
            r"withdraw\b",
            re.I,
        ),
    ),
    (
        "deferred",
        re.compile(
            rf"\b(?:it was|{_BODY})\b{_ADVERBS}\s+(?:agreed|resolved|"
            rf"decided){_ADVERBS}\s+(?:to\s+defer|that\b[^.;]{{0,140}}\bbe\s+deferred)\b|"
            r"\b(?:item|motion|matter|question|application|decision|"
            r"report)\b[^.;]{0,50}?\b(?:was|were)\s+(?:agreed to be\s+)?(?:deferred|adjourned)\b|"
            r"^\W*deferred\b",
            re.I,
        ),
    ),
    (
        "refused",
        re.compile(
            rf"\b(?:it was|{_BODY}|resolved){_ADVERBS}\s*(?:agreed|resolved|"
            rf"decided)?{_ADVERBS}\s*(?:to refuse|(?:that\b[^.;]{{0,120}}\bbe\s+refused))\b",
            re.I,
        ),
    ),
    (
        "recommended",
        re.compile(
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+recommended\b|^\W*(?:and\s+)?recommended\b|"
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+(?:agreed|resolved){_ADVERBS}\s+to recommend\b|"
            rf"\bresolved\W+to recommend\b",
            re.I,
        ),
    ),
    (
        "noted",
        re.compile(
            rf"\b(?:report|reports|correspondence|update|minutes|contents|presentation|statement|"
            rf"schedule|letter|letters)\b"
            rf"(?:\s*,[^,.]{{0,40}},)?\s+(?:was|were){_ADVERBS}\s+noted\b|^\W*(?:all\s+)?noted\W*$|"
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+(?:agreed|resolved){_ADVERBS}\s+to note\b|"
            rf"\b(?:members|committee|council|board|panel){_ADVERBS}\s+noted\s+the\s+(?:report|"
            rf"contents|update|correspondence)\b|"
            r"\bresolved\W+(?:to note|that\b[^.;]{0,80}\bbe noted)\b",
            re.I,
        ),
    ),
    (
        "resolved",
        re.compile(
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+resolved\b|"
            rf"^\W*(?:and\s+)?(?:unanimously\s+)?resolved\b(?!\s+by\b)|\b(?-i:RESOLVED)\b",
            re.I,
        ),
    ),
    (
        "agreed",
        re.compile(
            rf"\b(?:it\s+was|was)(?:\s+\w+ly|\s+then|\s+also|\s+further)*\s+(?:agreed|"
            rf"decided)\b(?!\s+(?:by|with)\s+(?:mr|mrs|ms|miss|cllr))|"
            rf"\b{_BODY}{_ADVERBS}\s+(?:agreed|approved|decided|adopted)\b|^\W*(?:agreed|"
            rf"approved|carried)\b\W(?!\s*by\b|by\b)|"
            r"\b(?:motion|amendment|proposal|proposition)\b[^.;]{0,40}?\b(?:was|"
            r"were)\s+(?:unanimously\s+)?(?:carried|passed|approved|agreed|adopted|accepted)\b|"
            r"\bdeclared the (?:motion|amendment|proposal) carried\b",
            re.I,
        ),
    ),
)
_TRIGGER = re.compile(
    r"agreed|resolved|decided|recommend|noted|defer|adjourn|lost|defeated|rejected|not carried|"
    r"not passed|fell|carried|withdr|refuse|approved|adopted|passed|accepted|to note",
    re.I,
)
_LONGEST = 60_000  # characters; no paragraph of minutes is longer, only files without line breaks
_LOST_WORD = re.compile(
    r"\bdeclared the (?:motion|amendment|proposal) (?:lost|defeated|not carried)\b", re.I
)
_ELSEWHERE = re.compile(
    r"\b(?:previous(?:ly)?|last|earlier)\s+(?:\w+\s+)?(?:meeting|agreed|resolved)\b|\bhad "
    r"(?:been\s+)?(?:agreed|resolved|decided)\b|"
    r"\bif (?:it was|the)\b|\bwhether\b.{0,30}\bagreed\b|\bwould be (?:agreed|resolved)\b|\bnot "
    r"agreed\b|"
    r"\bat (?:the|a|its) [^.]{0,40}meeting (?:held )?(?:on|in)\b|\bconsent\b|\bmeeting at which "
    r"it was\b|"
    # What somebody said was agreed is no decision of this meeting.
    r"\b(?:stated|said|indicated|recalled|explained|pointed out|advised|informed|outlined|"
    r"confirmed|"
    r"clarified|asked|requested|queried|reminded|understood|believed|felt|hoped|suggested)\b.*?"
    r"\b(?:agreed|resolved|decided|deferred|withdrawn|approved|refused|noted)\b",
    re.I,
)
_PART = re.compile(r"^\W{0,2}(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,5})[).]|[•▪‣-])\s*\S")
_INLINE_PART = re.compile(
    r"(?<=[\s:;,.])(\((?:\d{1,2}|[a-z]|[ivx]{1,5})\)|\b\d{1,2}\)|\b[a-z]\))\s"
)


def parse_decisions(paragraphs: Sequence[Paragraph]) -> tuple[Decision, ...]:
    """The decisions of an item in the order in which they stand."""
    texts = [paragraph.text for paragraph in paragraphs]
    found: list[Decision] = []
    place = 0
    while place < len(texts):
        formal = _formal(texts, place)
        if formal:
            decision, place = formal
            found.append(decision)
            continue
        found += _narrated(texts, place)
        place += 1
    return _with_votes(tuple(found), texts)


def _formal(texts: Sequence[str], place: int) -> tuple[Decision, int] | None:
    """ "Proposed by A; Seconded by B; And Resolved:" and the text resolved below it."""
    start = place
    proposer = seconder = None
    if _PROPOSED_PARAGRAPH.match(texts[place]) and len(texts[place]) < 220:
        proposer = _name(_PROPOSER, texts[place])
        seconder = _name(_SECONDER, texts[place])
        place += 1
        if place < len(texts) and seconder is None and _SECONDED_PARAGRAPH.match(texts[place]):
            seconder = _name(_SECONDER, texts[place])
            place += 1
    if place >= len(texts):
        return None
    resolved = _AND_RESOLVED.match(texts[place])
    if resolved and next(filter(str.isalpha, texts[place])).islower():
        resolved = None  # the rest of a sentence that was broken off
    if not resolved and place > start:
        tail = re.search(r"\b[Aa]nd\s+([Rr]esolved|[Aa]greed)\s*[:;]?\s*$", texts[place - 1])
        if not tail:
            return None
        word = tail[1]
        place -= 1
        text = ""
    elif resolved:
        word = resolved[1]
        text = texts[place] if len(texts[place]) > resolved.end() + 2 else ""
        told = not re.match(r"\W*(?:and\s+)?(?:resolved|recommended)\b", texts[place], re.I)
        if text and told and place == start:
            return None  # a sentence such as the others
    else:
        return None
    begin = place
    if not text and place == start and _PART.match("".join(texts[place + 1 : place + 2])):
        text = texts[place]
    place += 1
    if not text:
        if place >= len(texts):
            return None
        begin = place
        text = texts[place]
        place += 1
    pieces = [text]
    quoted = text.lstrip()[:1] in '“"‘' and not _closes(text)
    parts: list[str] = []
    while place < len(texts) and place - begin < 60:
        more = texts[place]
        if quoted or (
            _PART.match(more) and (pieces[-1].rstrip().endswith((":", ":-", "-", "–")) or parts)
        ):
            if _PROPOSED_PARAGRAPH.match(more) or _AND_RESOLVED.match(more):
                break
            pieces.append(more)
            if _PART.match(more):
                parts.append(more)
            quoted = quoted and not _closes(more)
            place += 1
        else:
            break
    whole = "\n".join(pieces)
    if len(pieces) == 1:
        parts = _inline_parts(whole)
    kind = _formal_kind(word.lower(), whole)
    decision = Decision(kind, whole, tuple(parts), proposer, seconder, None, begin)
    return decision, place


def _formal_kind(word: str, text: str) -> DecisionKind:
    if re.search(
        r"\bbe (?:and (?:is|are) hereby )?deferred\b|^\W*(?:that\s+)?to defer\b", text[:300], re.I
    ):
        return "deferred"
    if re.search(r"\bbe (?:and (?:is|are) hereby )?noted\b|\bto note\b", text[:200], re.I):
        return "noted"
    if word == "recommended" or re.match(r"\W*resolved\W+to recommend\b", text, re.I):
        return "recommended"
    return "resolved" if word in ("resolved", "ordered") else "agreed"


def _closes(text: str) -> bool:
    return bool(re.search(r"[”\"’][.;,)]?\s*$", text))


def _inline_parts(text: str) -> list[str]:
    marks = list(_INLINE_PART.finditer(text))
    if len(marks) < 2:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [text[mark.start() : end].strip(" ;") for mark, end in zip(marks, ends, strict=True)]


def _narrated(texts: Sequence[str], place: int) -> Iterator[Decision]:
    """Outcomes told in sentences: "On the proposal of A, seconded by B, it was agreed to ..."."""
    text = texts[place]
    if len(text) > _LONGEST or not _TRIGGER.search(text):
        return
    for start, end in split_sentences(text):
        sentence = text[start:end].strip()
        if not _TRIGGER.search(sentence) or _ELSEWHERE.search(sentence) or sentence.endswith("?"):
            continue
        kind = _outcome(sentence)
        if kind is None:
            continue
        parts = _inline_parts(sentence)
        if sentence.endswith((":", ":-", ":–")) and end >= len(text.rstrip()):
            below = []
            for more in texts[place + 1 :]:
                if not _PART.match(more):
                    break
                below.append(more)
            parts = below
            sentence = "\n".join([sentence, *below])
        proposer = _name(_PROPOSER, sentence) or _name(_BEFORE_VERB, sentence)
        seconder = _name(_SECONDER, sentence) or _name(_BEFORE_SECOND, sentence)
        vote = _inline_vote(sentence)
        yield Decision(kind, sentence, tuple(parts), proposer, seconder, vote, place)


def _outcome(sentence: str) -> DecisionKind | None:
    """The one outcome of a sentence; None where there is none, or more than one is possible."""
    found = [kind for kind, pattern in _OUTCOMES if pattern.search(sentence)]
    if _LOST_WORD.search(sentence):
        found.insert(0, "lost")
    if not found:
        return None
    special = [kind for kind in found if kind in ("lost", "withdrawn", "deferred", "refused")]
    if len(set(special)) > 1:
        return None
    if special and special[0] == "lost" and re.search(r"\bcarried\b", sentence):
        return None
    return special[0] if special else found[0]


def _name(pattern: re.Pattern[str], text: str) -> str | None:
    """The one name that the pattern finds; two different ones are none."""
    names = []
    for match in pattern.finditer(text):
        name = next((value for value in match.groups() if value), "")
        name = re.sub(r"[\s.,;:]+$", "", " ".join(name.split()))
        name = re.sub(r"\s+(?:And|Seconded|It|That|The|Proposed)$", "", name)
        if name and not re.fullmatch(rf"{_TITLE}|The|That|It|Resolved|And|All|Members?", name):
            names.append(name)
    return names[0] if len(set(names)) == 1 else None


# --- votes -----------------------------------------------------------------------------------

_BY_VOTES = re.compile(
    r"\bby (?P<for>\d{1,3}) votes?\s?(?:to|against|–|-)\s?(?P<against>\d{1,3})(?:\s?votes?)?"
    r"(?:,?\s*(?:with|and)\s+(?P<abstain>\d{1,3})\s+abstentions?)?",
    re.I,
)
_VOTES_FOR = re.compile(
    r"\b(?P<for>\d{1,3})\s*(?:votes?\s*)?(?:in favour|"
    r"for)\b[^.]{0,30}?\b(?P<against>\d{1,3})\s*(?:votes?\s*)?against\b"
    r"(?:[^.]{0,20}?\b(?P<abstain>\d{1,3})\s*abst\w+)?|"
    r"\b(?:for|in favour)\s*[:=\-–]?\s*(?P<for2>\d{1,3})\b[^.]{0,15}?"
    r"\bagainst\s*[:=\-–]?\s*(?P<against2>\d{1,3})\b"
    r"(?:[^.]{0,15}?\babst\w*\s*[:=\-–]?\s*(?P<abstain2>\d{1,3}))?",
    re.I,
)
_SIDE = re.compile(
    r"^\W*(?P<side>(?:voting\s+|votes?\s+)?(?:for|in favour|against|abstentions?|abstain(?:ed|"
    r"ing)?))\b"
    r"(?P<of>(?:\s+the)?\s+(?:motion|amendment|proposal))?\W*(?P<rest>.*)$",
    re.I | re.S,
)
_COUNT = re.compile(r"\((\d{1,3})\)\W*$")
_NONE_LINE = re.compile(
    r"^\W*(?:there were )?(?:no abstentions|abstentions?\W+(?:none|nil))\b", re.I
)


def _inline_vote(sentence: str) -> Vote | None:
    found = []
    for pattern in (_BY_VOTES, _VOTES_FOR):
        for match in pattern.finditer(sentence):
            groups = {key.rstrip("2"): value for key, value in match.groupdict().items() if value}
            found.append(
                Vote(
                    int(groups["for"]),
                    int(groups["against"]),
                    int(groups["abstain"]) if "abstain" in groups else None,
                )
            )
    return found[0] if len(set(found)) == 1 else None


@dataclass(frozen=True)
class _Ballot:
    """A recorded vote, and the paragraphs that it takes."""

    start: int
    end: int
    vote: Vote


def _ballots(texts: Sequence[str]) -> list[_Ballot]:
    """Votes recorded by name under "For", "Against" and "Abstentions", counts in brackets."""
    found: list[_Ballot] = []
    place = 0
    while place < len(texts):
        sides: dict[str, int] = {}
        begin = place
        while place < len(texts):
            if _NONE_LINE.match(texts[place]) and sides:
                sides["abstain"] = 0
                place += 1
                continue
            side = _SIDE.match(texts[place])
            if not side or len(texts[place]) > 1200:
                break
            key = _side_key(side["side"])
            if key in sides:
                break
            joined = side["rest"]
            ahead = place + 1
            while not _COUNT.search(joined) and ahead < len(texts) and ahead - place < 4:
                if _SIDE.match(texts[ahead]) or len(texts[ahead]) > 900:
                    break
                joined = f"{joined} {texts[ahead]}"
                ahead += 1
            count = _COUNT.search(joined)
            if not count:
                break
            sides[key] = int(count[1])
            place = ahead
        if "for" in sides and "against" in sides:
            vote = Vote(sides["for"], sides["against"], sides.get("abstain"))
            found.append(_Ballot(begin, place, vote))
        place = max(place, begin + 1)
    return found


def _side_key(side: str) -> str:
    low = side.lower()
    return "abstain" if "abst" in low else "against" if "against" in low else "for"


def _with_votes(decisions: tuple[Decision, ...], texts: Sequence[str]) -> tuple[Decision, ...]:
    """The decisions with the only recorded vote of the item; of several votes none is given."""
    ballots = _ballots(texts)
    if len(ballots) != 1 or any(decision.vote for decision in decisions):
        return decisions
    ballot = ballots[0]
    after = [each for each in decisions if each.paragraph >= ballot.end]
    if not after or after[0].paragraph - ballot.end > 4:
        return decisions
    won = (ballot.vote.for_ or 0) > (ballot.vote.against or 0)
    if (after[0].kind == "lost") == won:
        return decisions
    return tuple(
        replace(each, vote=ballot.vote) if each is after[0] else each for each in decisions
    )
