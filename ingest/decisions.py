"""Decisions in the paragraphs of an item: what was resolved, by whom proposed, with which vote.

Where two outcomes or two votes are possible nothing is reported: a wrong decision does more harm
than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.model import Decision, DecisionKind, Paragraph, Vote
from ingest.numbering import MONTHS
from ingest.sentences import split_sentences

_TITLE = (
    r"(?:Cllrs?|Clir|Councillors?|Comhairleoir|C(?:om)?hairleoir|Cmhlr|Cmhairleoir|Mrs|Mr|Ms|"
    r"Miss|Dr|"
    r"Deputy|Alderman|Prof|Rev|Sir|Lady|Lord|Senator|the (?:Chair|Chairman|Mayor|Cathaoirleach))"
)
_NAME = (
    rf"(?P<{{}}>(?:{_TITLE}\.?\s+)*(?:(?:[A-ZÀ-Ý][\w’‟‛'\-]*\.?|(?:Ó|de|van)\b)\s?){{{{1,4}}}}"
    r"(?:\s?\([A-Z][A-Za-z]{{0,3}}\.?\))?)"
)
_PROPOSER = re.compile(
    r"\b(?:[Pp]roposed|PROPOSED|[Pp]roposer|[Mm]oved|[Mm]olta|[Mm]oladh)(?:\s+earlier)?"
    r"(?:\s*(?:by|ag|:|-|–))*\s*"
    + _NAME.format("name")
    + r"|\b[Oo]n the proposal of\s+"
    + _NAME.format("name2")
    + r"|\b[Oo]n the (?:proposition|motion) of\s+"
    + _NAME.format("name3")
)
_SECONDER = re.compile(
    rf"\b(?:[Ss]econded|SECONDED|[Ss]econder|2nd(?!\s+(?:of\s+)?(?:{MONTHS}))|"
    r"[Cc]uidi\w*)"
    r"(?:\s*(?:by|ag|[ó6]n?|:|-|–))*\s*" + _NAME.format("name")
)
_BEFORE_VERB = re.compile(_NAME.format("name") + r"\s+(?:formally\s+)?proposed\b")
_BEFORE_SECOND = re.compile(_NAME.format("name") + r"\s+(?:formally\s+)?seconded\b")
_PROPOSED_PARAGRAPH = re.compile(r"^\W*(?:proposed|molta|ar moladh)(?:\s+(?:by|ag))?\s*:?\s", re.I)
_SECONDED_PARAGRAPH = re.compile(r"^\W*(?:seconded|cuidi\w*)(?:\s+(?:by|ag))?\s*:?\s", re.I)
_AND_RESOLVED = re.compile(
    r"^\W*(?:and\s+|agus\s+(?:an\s+)?)?(?:it\s+was\s+)?(?:unanimously\s+)?(resolved|agreed|"
    r"recommended|approved|ordered|cinneadh|r[uú]nadh)\s*"
    r"(?:[:;,.–-]|that\b|to\b|$)",
    re.I,
)
_ADVERBS = (
    r"(?:\s+(?:unanimously|also|then|further|therefore|subsequently|duly|all|formally|thus|"
    r"accordingly|hereby|again))*"
)
_BODY = (
    r"(?:the\s+)?(?:members|committee|council|councillors|meeting|board|governors|panel|cabinet|"
    r"executive|forum|trustees|sub-?committee|CC|PC|cllrs|parish council|community council)"
    r"(?:\s+present)?"
)
# Each with words of which one stands in all that the pattern finds: looked for first, being far
# faster.
_OUTCOMES: tuple[tuple[DecisionKind, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "lost",
        ("lost", "defeated", "rejected", "not carried", "not passed", "fell"),
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
        ("withdr",),
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
        (
            *("defer", "adjourn", "leave", "postpone", "put off", "hold over", "carry over"),
            *("left over", "held over", "carried", "put back"),
        ),
        re.compile(
            rf"\b(?:it was|{_BODY})\b{_ADVERBS}\s+(?:agreed|resolved|"
            rf"decided)\b[^.;]{{0,140}}?\b(?:to\s+defer|that\b[^.;]{{0,140}}\bbe\s+deferred)\b|"
            r"\b(?:item|motion|matter|question|application|decision|"
            r"report)\b[^.;]{0,50}?\b(?:was|were)\s+(?:agreed to be\s+)?(?:deferred|adjourned)\b|"
            r"^\W*(?:to be )?deferred\b|[-–—]\s*deferred\b(?=\W*$|\s+(?:to|until)\b)|"
            rf"\b(?:it was|{_BODY})\b{_ADVERBS}\s+(?:agreed|resolved|decided){_ADVERBS}\s+to\s+"
            r"(?:leave|postpone|put off|hold over|carry over)\b[^.;]{0,80}\b(?:until|till|to)\b|"
            r"\b(?:was|were)\s+(?:left over|held over|carried (?:forward|over)|put back)\s+(?:to|"
            r"until|till)\s+(?:the\s+)?(?:next|following|\w+ meeting)\b",
            re.I,
        ),
    ),
    (
        "refused",
        ("refuse",),
        re.compile(
            rf"\b(?:it was|{_BODY}|resolved){_ADVERBS}\s*(?:agreed|resolved|"
            rf"decided)?{_ADVERBS}\s*(?:to refuse|(?:that\b[^.;]{{0,120}}\bbe\s+refused))\b",
            re.I,
        ),
    ),
    (
        "recommended",
        ("recommend",),
        re.compile(
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+recommended\b|^\W*(?:and\s+)?recommended\b|"
            r"(?:^|[-–])\W*(?:approval|refusal|permission)\s+recommended\b|"
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+(?:agreed|resolved){_ADVERBS}\s+to recommend\b|"
            rf"\bresolved\W+to recommend\b",
            re.I,
        ),
    ),
    (
        "noted",
        ("note",),
        re.compile(
            rf"\b(?:report|reports|correspondence|update|minutes|contents|presentation|statement|"
            rf"schedule|letter|letters|position|situation|details|information|matter|reply|"
            rf"response|submission)\b"
            rf"(?:\s*,[^,.]{{0,40}},)?\s+(?:was|were){_ADVERBS}\s+noted\b|^\W*(?:all\s+)?noted\W*$|"
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+(?:agreed|resolved){_ADVERBS}\s+to note\b|"
            rf"\b(?:members|committee|council|board|panel){_ADVERBS}\s+noted\s+the\s+"
            rf"(?:\w+\s+){{0,3}}(?:report|contents|update|correspondence)\b|"
            r"\bresolved\W+(?:to note|that\b[^.;]{0,80}\bbe noted)\b",
            re.I,
        ),
    ),
    (
        "resolved",
        ("resolved",),
        re.compile(
            rf"\b(?:it was|{_BODY}){_ADVERBS}\s+resolved\b|"
            rf"^\W*(?:and\s+)?(?:unanimously\s+)?resolved\b(?!\s+by\b)|\b(?-i:RESOLVED)\b|"
            rf"\bseconded by\b[^.;:]{{2,60}}\b(?:and|,) (?:\w+ly )?resolved\b",
            re.I,
        ),
    ),
    (
        "agreed",
        ("agreed", "decided"),
        re.compile(
            r"\b(?:it\s+was|was|were)(?:\s+\w+ly|\s+then|\s+also|\s+further|\s+therefore)*"
            r"\s+(?:agreed|decided)\b(?!\s+(?:with|between)\b)(?!\s+by\s+"
            r"(?!all\b|\d|the\s+(?:PC|CC|(?:parish |community )?council|committee|members)\b))|"
            r"\bseconded\b[^.;:]{2,60}?[,\s–-]\s*(?:all|unanimously)\s+agreed\b",
            re.I,
        ),
    ),
    (
        "agreed",
        ("agreed", "approved", "decided", "adopted"),
        re.compile(
            rf"\b(?:all\s+(?:the\s+)?)?{_BODY}{_ADVERBS}\s+(?:agreed|approved|decided|adopted)\b",
            re.I,
        ),
    ),
    (
        "agreed",
        ("agreed", "approved", "confirmed", "carried", "adopted", "ratified", "accepted"),
        re.compile(
            r"^\W*(?:(?:all|unanimously)\s+)?(?:agreed|approved|confirmed(?=\s*&)|carried)"
            r"(?:\s+unanimously)?\b"
            r"(?=\s*(?:[.,:;!)–&-]|$|that\b|to\b|and\b|subject\b|for payment\b|this\b))|"
            r"^\W*th(?:is|ese)\s+(?:was|were)\s+(?:\w+ly\s+)?(?:approved|adopted|ratified|"
            r"accepted)\b|"
            r"[-–—]\s*(?:\w+ly\s+|all\s+)?(?:agreed|approved|ratified|adopted)\b"
            r"(?:\s*\([^()]{0,60}\)?|"
            r"\s+(?:as|subject to|including|in principle)\b[^.;]{0,80})?\W*$",
            re.I,
        ),
    ),
    (
        "agreed",
        ("for payment",),
        re.compile(r"\b(?:accepted|approved|agreed|pass(?:ed)?)\s+for\s+payment\b", re.I),
    ),
    (
        "agreed",
        ("agreed", "resolved", "approved"),
        re.compile(
            r"\b(?:discussed|considered|presented|reviewed)\b[^.;]{0,40}?\band\s+(?:\w+ly\s+)?"
            r"(?:agreed|resolved|approved)(?=\s+(?:to|that)\b|\W*$)|"
            r"\bit was (?:proposed|suggested)(?: and seconded)? and (?:\w+ly )?(?:agreed|"
            r"resolved)\b",
            re.I,
        ),
    ),
    (
        "agreed",
        ("adopted", "ratified"),
        re.compile(
            r"\b(?:was|were)\s+(?:\w+ly\s+)?(?:adopted|ratified)\W*$|"
            r"\bthe\b[^.;]{2,80}\b(?:was|were)\s+(?:\w+ly\s+)?(?:adopted|ratified)\b",
            re.I,
        ),
    ),
    (
        "agreed",
        ("motion", "amendment", "proposal", "proposition"),
        re.compile(
            r"\b(?:motion|amendment|proposal|proposition)\b[^.;]{0,60}?\b(?:was|were)\s+"
            r"(?:proposed|seconded)\b[^.;]{0,80}\band\s+(?:\w+ly\s+)?"
            r"(?:carried|passed|approved|agreed|adopted)\b\W*$|"
            r"\b(?:motion|amendment|proposal|proposition)\b[^.;]{0,40}?\b(?:was|"
            r"were)\s+(?:unanimously\s+)?(?:carried|passed|approved|agreed|adopted|accepted)\b"
            r"(?!\s+(?:out|forward|over|on)\b)|"
            r"\bdeclared the (?:motion|amendment|proposal)\b[^.;]{0,160}?\bcarried\b",
            re.I,
        ),
    ),
)
# "The grant which the Council approved" tells of another decision, "after which it was agreed" of
# this one.
_SUBORDINATE = re.compile(
    r"(?<!after )(?<!following )(?<!upon )(?<!of )(?<!for )(?<!to )"
    r"\b(?:which|(?-i:that)|as|what|how|why|since|because)\s+$",
    re.I,
)
_ROLE = (
    r"(?:(?:vice|deputy|lead|acting|interim|joint|co)[\s-]+)*(?:chair\w*|mayor|cathaoirleach|"
    r"leas-chathaoirleach|president|governor|councillor|members?|trustees?|treasurer|secretary|"
    r"clerk|representatives?|director|officer)\b"
)
_APPOINTED = re.compile(
    r"(?:\b(?:was|were)\s+(?:\w+ly\s+|then\s+)?(?:re-?)?(?:appointed|elected|co-?opted|ratified)"
    rf"(?:\W*$|\s+(?:as\s+|to\s+)?(?:be\s+|remain\s+)?(?:as\s+)?(?:an?\s+|the\s+|our\s+)?"
    rf"(?:[A-Z]\w*\s+|new\s+|parish\s+){{0,3}}{_ROLE}|"
    r"\s+(?:on)?to\s+(?:the|this)\s+[^.;]{0,60}?\b(?:boards?|committees?|sub-?committees?|panels?|"
    r"council|working (?:party|group))\b)|"
    r"\bdeclared\b[^.;]{2,60}\b(?:duly\s+)?(?:elected|appointed)\b)",
    re.I,
)
# Who was elected long ago, or by somebody else, is told in the same words.
_APPOINTED_BEFORE = re.compile(
    r"\b(?:when|since|who|which|ago|late|at\b.{0,40}\bmeeting|AGM|(?:in|on)"
    r"(?: \w+)?,? (?:19|20)\d\d|consult\w+|contractors?|design team|unopposed|if|would|could|after "
    r"(?:he|she|they))\b",
    re.I,
)
_MINUTES_APPROVED = re.compile(
    r"\bminutes\b[^.;]{0,140}?\b(?:was|were)\s+(?:\w+ly\s+|then\s+|all\s+)?"
    r"(?:approved|agreed|adopted|accepted|confirmed)\b",
    re.I,
)
# "The following were agreed/ratified as shown:" does not say which.
_EITHER = re.compile(
    r"\band/or\b|\b(?:agreed|approved|ratified)/|\bapproved and (?:is|are|was|were) recommended\b",
    re.I,
)
_NAMED_AFTER = re.compile(r"^\W*(?:approval\s*[-–:]?\s*)?proposed\b.{2,110}$", re.I | re.S)
_MOVED_AND_AGREED = re.compile(
    r"\W*proposed\b(?:(?!\bthat\b)[^.;]|\b[A-Z]\.){2,110}?[,\s–-]\s*(?:all|unanimously|and)\s+"
    r"(?:agreed|carried|approved)\W*",
    re.I,
)
# Looked for in lower case one by one, which is seven times as fast as by one pattern.
_TRIGGERS = (
    *("agreed", "resolved", "decided", "recommend", "noted", "defer", "adjourn", "lost"),
    *("defeated", "rejected", "not carried", "not passed", "fell", "carried", "withdr", "refuse"),
    *("approved", "adopted", "ratified", "passed", "accepted", "confirmed", "to note", "elected"),
    *("appointed", "opted", "left over", "held over", "put back"),
)
_LONGEST = 60_000  # characters; no paragraph of minutes is longer, only files without line breaks
_LOST_WORD = re.compile(
    r"\bdeclared the (?:motion|amendment|proposal) (?:lost|defeated|not carried)\b", re.I
)
_ELSEWHERE = re.compile(
    r"\b(?:previous(?:ly)?|last|earlier)\s+(?:\w+\s+)?(?:meeting|agreed|resolved)\b|\bhad "
    r"(?:been\s+)?(?:agreed|resolved|decided)\b|"
    r"\bif (?:it was|the)\b.{0,80}?\b(?:agreed|resolved|decided|approved|passed|carried|adopted)\b|"
    r"\b(?:before|until|once) (?:it|they) (?:was|were)\b|"
    r"\bwhether\b.{0,30}\bagreed\b|\bwould be (?:agreed|resolved)\b|\bnot "
    r"agreed\b|"
    r"\bat (?:the|a|its) [^.]{0,40}meeting (?:held )?(?:on|in)\b|^\W*at (?:the|that) meeting\b|"
    r"\bmeeting last \w+|\bconsent\b|\bmeeting at which "
    r"it was\b|"
    # What somebody said was agreed is no decision of this meeting.
    r"\b(?:stated|said|indicated|recalled|explained|pointed out|advised|informed|outlined|"
    r"confirmed|"
    r"clarified|asked|(?<!^)requested|queried|reminded|understood|believed|felt|hoped|"
    r"(?<!^)suggested)\b(?!\s+and\s+(?:\w+ly\s+)?(?:agreed|resolved)\b)"
    # "..., it was agreed" is a clause of its own.
    r"(?:(?!(?:[,;]|\s[-–]|\band therefore)\s+it was\s+(?:therefore\s+)?(?:agreed|resolved)).)*?"
    r"\b(?:agreed|resolved|decided|deferred|withdrawn|approved|refused|noted|adopted|"
    r"carried(?!\s+out)|ratified|elected|appointed)\b",
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
    moved = _moved_at_end(texts, place)
    if moved:
        proposer = _name(_PROPOSER, moved)
        seconder = _name(_SECONDER, texts[place])
        place += 1
    elif _PROPOSED_PARAGRAPH.match(texts[place]) and len(texts[place]) < 220:
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
        tail = re.search(
            r"\b[Aa]nd\s+([Rr]esolved|[Aa]greed)\s*[:;]?\s*$|\bagus glacadh leis\W*$",
            texts[place - 1],
        )
        if not tail:
            return None
        word = tail[1] or "resolved"
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


def _moved_at_end(texts: Sequence[str], place: int) -> str:
    """The "Proposed by A;" that ends the paragraph before one that begins "Seconded by B;"."""
    if not place or not _SECONDED_PARAGRAPH.match(texts[place]):
        return ""
    before = texts[place - 1]
    start, end = (split_sentences(before) or [(0, 0)])[-1]
    return before[start:end] if start and _PROPOSED_PARAGRAPH.match(before[start:end]) else ""


def _formal_kind(word: str, text: str) -> DecisionKind:
    if re.search(
        r"\bbe (?:and (?:is|are) hereby )?deferred\b|^\W*(?:that\s+)?to defer\b", text[:300], re.I
    ):
        return "deferred"
    if re.search(r"\bbe (?:and (?:is|are) hereby )?noted\b|\bto note\b", text[:200], re.I):
        return "noted"
    if word == "recommended" or re.match(r"\W*resolved\W+to recommend\b", text, re.I):
        return "recommended"
    return "agreed" if word in ("agreed", "approved") else "resolved"


def _closes(text: str) -> bool:
    return bool(re.search(r"[”\"’][.;,)]?\s*$", text))


def _inline_parts(text: str) -> list[str]:
    marks = list(_INLINE_PART.finditer(text))
    if len(marks) < 2:
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [text[mark.start() : end].strip(" ;") for mark, end in zip(marks, ends, strict=True)]


def _may_decide(text: str) -> bool:
    return any(map(text.lower().__contains__, _TRIGGERS))


def _narrated(texts: Sequence[str], place: int) -> Iterator[Decision]:
    """Outcomes told in sentences: "On the proposal of A, seconded by B, it was agreed to ..."."""
    text = texts[place]
    if len(text) > _LONGEST or not _may_decide(text):
        return
    spans = split_sentences(text)
    named = ""
    for at, (start, end) in enumerate(spans):
        sentence = text[start:end].strip()
        if not _may_decide(sentence) or sentence.endswith("?") or _EITHER.search(sentence):
            continue
        if sentence == named.strip():
            continue  # who moved the decision before
        approves = _MINUTES_APPROVED.search(sentence)
        kind = _outcome(sentence) or ("agreed" if approves else None)
        if kind is None:
            continue
        if _ELSEWHERE.search(sentence) and not (approves and len(sentence) < _SHORT):
            continue
        parts = _inline_parts(sentence)
        last = end >= len(text.rstrip())
        last_but_one = at + 2 == len(spans) and place + 1 < len(texts)
        if _OPENS.search(sentence) and last:
            parts = []
            for more in texts[place + 1 :]:
                if not _PART.match(more):
                    break
                parts.append(more)
            quoted = [] if parts else list(_quoted(texts[place + 1 : place + 1 + _QUOTED]))
            sentence = "\n".join([sentence, *parts, *quoted])
        below = texts[place + 1] if place + 1 < len(texts) else ""
        below = "" if below and _formal(texts, place + 1) else below
        after = below if last else text[slice(*spans[at + 1])]
        if approves and not _NAMED_AFTER.match(after):  # remarks stand between
            told = [text[slice(*span)] for span in spans[at + 1 :]]
            after = next((each for each in told if _NAMED_AFTER.match(each)), below)
        named = sentence
        if at and _BARE.fullmatch(sentence):  # what was agreed stands in the sentence before
            named = text[slice(*spans[at - 1])]
            sentence = text[spans[at - 1][0] : end].strip()
        moves = last_but_one and _moved_at_end(texts, place + 1)
        if (
            not _PROPOSER.search(sentence)
            and _NAMED_AFTER.match(after)
            and (_MOVED_AND_AGREED.fullmatch(after) or not (_outcome(after) or moves))
        ):
            named = after
        if at and OF_THIS_PROPOSAL.match(sentence):  # moved in the sentence before
            named = f"{text[slice(*spans[at - 1])]} {sentence}"
        proposer = _name(_PROPOSER, named) or _name(_BEFORE_VERB, named)
        seconder = _name(_SECONDER, named) or _name(_BEFORE_SECOND, named)
        vote = _inline_vote(sentence)
        yield Decision(kind, sentence, tuple(parts), proposer, seconder, vote, place)


_OPENS = re.compile(r"[:;]\s?[-–]?$")
_BARE = re.compile(
    r"\W*(?:this was\s+)?(?:(?:all|unanimously)\s+)?(?:agreed|approved|carried|passed|adopted)"
    r"(?:\s+unanimously|\s+by all(?:\s+(?:present|members|councillors|cllrs))?)?\W*",
    re.I,
)
_QUOTED = 12  # paragraphs of a quoted motion, at most


def _quoted(texts: Sequence[str]) -> Iterator[str]:
    """The quotation with which the paragraphs open, to its closing mark; nothing without one."""
    if not texts or texts[0].lstrip()[:1] not in ("“", '"'):
        return
    closing = next((place for place, text in enumerate(texts) if _closes(text)), None)
    if closing is not None:
        yield from texts[: closing + 1]


OF_THIS_PROPOSAL = re.compile(r"^\W*th(?:is|e) (?:motion|amendment|proposal|proposition)\b", re.I)
_SHORT = 220  # characters of a sentence that does nothing but approve the minutes


def _outcome(sentence: str) -> DecisionKind | None:
    """The one outcome of a sentence; None where there is none, or more than one is possible."""
    low = sentence.lower()
    found = [
        kind
        for kind, words, pattern in _OUTCOMES
        if any(map(low.__contains__, words))
        and any(
            not _SUBORDINATE.search(sentence[: match.start()])
            for match in pattern.finditer(sentence)
        )
    ]
    if _APPOINTED.search(sentence) and not _APPOINTED_BEFORE.search(sentence):
        found.append("agreed")
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


# "the proposed Mill Lane path": who proposed stands behind "by", with a title or with a seconder.
_IS_PROPOSED = re.compile(rf"[Pp]roposed\s+(?!by\b|earlier\b|{_TITLE}\b|[A-Z]\.?\s|[A-Z]{{2,3}}\b)")
_MOVES = re.compile(r"\bseconde|\b2nd\b", re.I)


def _name(pattern: re.Pattern[str], text: str) -> str | None:
    """The one name that the pattern finds; two different ones are none."""
    names = []
    for match in pattern.finditer(text):
        name = next((value for value in match.groups() if value), "")
        if _IS_PROPOSED.match(match[0]) and not _MOVES.search(text):
            continue
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
_COUNT_FIRST = re.compile(r"^\((\d{1,3})\)")
_NONE_AFTER = re.compile(r"\((\d{1,3})\)\W*there were no abstentions\W*$", re.I)
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
            if not count and (none := _NONE_AFTER.search(joined)):
                count = none
                sides["abstain"] = 0
            if not count and key == "abstain":
                # "Abstained / C. Dunn / (1) The Chair declared": the count opens the next line.
                following = texts[place + 1 : place + 3]
                counts = [first for text in following if (first := _COUNT_FIRST.match(text))]
                if counts:
                    sides[key] = int(counts[0][1])
                    place += 1 + [bool(_COUNT_FIRST.match(text)) for text in following].index(True)
                else:
                    sides.clear()  # who abstained is not counted: the vote is not known
                break
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
    """The decisions with the votes that were recorded just before them.

    Of several votes in an item each counts only for a decision that follows it at once.
    """
    ballots = _ballots(texts)
    given = list(decisions)
    for ballot in ballots:
        after = [place for place, each in enumerate(given) if each.paragraph >= ballot.end]
        if not after:
            continue
        decision = given[after[0]]
        apart = decision.paragraph - ballot.end
        if apart > (_NEAR if len(ballots) == 1 else 0):
            continue
        if decision.vote or any(
            decision.paragraph >= other.start > ballot.start for other in ballots
        ):
            continue
        won = (ballot.vote.for_ or 0) > (ballot.vote.against or 0)
        if (decision.kind == "lost") != won:
            given[after[0]] = replace(decision, vote=ballot.vote)
    return tuple(given)


_NEAR = 4  # paragraphs between the only vote of an item and its result, such as who proposed it
