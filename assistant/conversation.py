"""A question in a conversation -> a question that can be understood alone, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answer_model import Turn
from assistant.period import Period, find_periods
from assistant.question import BodyNames
from ingest.tokens import STOP_WORDS, tokenize

_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|they|them|their|he|she|him|his|her|hers|there|then|one|ones"
    r"|same|so|other|others|instead|else|both|former|latter|former|above)\b",
    re.I,
)
_GOES_ON = re.compile(
    r"^\s*(?:and|but|so|or|also|any|(?:was|were|is|are) (?:any|there)|no,|sorry|actually"
    r"|ok(?:ay)?|in that case|then|which (?:one|of)|why|when|where|who|how)\b",
    re.I,
)
# "no, I meant Wereham", "sorry, 2015": the question before is asked again with something else.
_CORRECTION = re.compile(
    r"^\s*(?:(?:no|nope|sorry|actually|oh|oops|wait)\b[\s,.!-]*)*"
    r"(?:i\s+(?:meant?|(?:was|am) asking about)|(?:make|make that)\s+it|not that)\b[\s,:-]*"
    r"|^\s*(?:no|nope|sorry|oops)\b[\s,.!-]+(?=\S)",
    re.I,
)
# "what about March?", "and Wretton?", "and for the other scheme?": asked of something else.
_INSTEAD = re.compile(
    r"^\s*(?:(?:and|but|so|ok(?:ay)?)\b[\s,]*)?(?:what about|how about|what of|same for"
    r"|the same for)\b\s*"
    r"|^\s*(?:and|but)\s+(?:(?:for|in|at|on|from)\s+)?(?=(?:\S+\s*){1,4}\??\s*$)",
    re.I,
)
_VERB = re.compile(
    r"\b(?:who|what|which|when|where|why|how|did|does|do|is|are|was|were|has|have|had|can|could"
    r"|will|would)\b",
    re.I,
)
_WHEN = re.compile(r"\b(?:in|at|on|during|for|of|about|the)\s+(?:the\s+)?$", re.I)
_MARKERS = re.compile(r"\s*\[\d+\]")
_WORD = re.compile(r"[^\s?!]*\w[^\s?!;]*")
_PLAIN = STOP_WORDS | {"much", "many", "did", "does", "told", "tell", "give", "please"}
# Carried over: of the question before its telling words, of the answer its first words. On the 35
# follow-ups of the train sets with evidence the right passage comes first for 0.80 so, 0.69 without
# the answer, 0.80 with both whole, 0.09 with nothing (fixed ranker, November 2026).
SUBJECT_WORDS, ANSWER_WORDS = 40, 15
SHORT = 3  # telling words; up to about twice as many may lean on the turn before


@dataclass(frozen=True)
class Resolved:
    """What is searched for, and the question that decides what kind of answer is wanted."""

    text: str
    focus: str


def needs_context(question: str, bodies: BodyNames) -> bool:
    """Whether a question leans on the turn before it."""
    if _CORRECTION.match(question) or _is_instead(question):
        return True
    telling = [token for token in tokenize(question) if len(token) > 2]
    if len(telling) < 2:
        return True
    begins = bool(_GOES_ON.search(question))
    points = bool(_POINTS_BACK.search(question))
    alone = bool(bodies.find(question, telling)) or len(_names(question)) > 1
    if alone and not re.match(r"\s*(?:and|but|so)\b", question, re.I):
        return points and len(telling) < 2 * SHORT
    return points or (begins and len(telling) < 2 * SHORT + 1)


def standalone(question: str, history: Sequence[Turn], bodies: BodyNames, as_of: date) -> str:
    """The question with what it takes over from the conversation, or as it is."""
    return resolve(question, history, bodies, as_of).text


def resolve(question: str, history: Sequence[Turn], bodies: BodyNames, as_of: date) -> Resolved:
    """Complete a question from the turns before it.

    A correction, or the same asked of another body or time, is the earlier question with that in
    place of the old. Whatever else leans on the turn before gets in brackets what that was about.
    """
    question = question.strip()
    if not history or not needs_context(question, bodies):
        return Resolved(question, question)
    before = history[-1]
    earlier = resolve(before.question, history[:-1], bodies, as_of)
    correction = _CORRECTION.match(question)
    focus = question
    if correction or _is_instead(question):
        focus = earlier.focus
        changed = _exchanged(earlier.text, question, bodies, as_of)
        if changed:
            return Resolved(changed, focus)
    context = _without_old(earlier.text, question, bodies, as_of)
    subject = [word for word in _WORD.findall(context) if word.lower() not in _PLAIN]
    answer = _MARKERS.sub("", before.answer).split()[:ANSWER_WORDS]
    facts = [" ".join(subject[:SUBJECT_WORDS]), "" if correction else " ".join(answer)]
    if before.about:
        facts.append(before.about)
    told = "; ".join(fact.strip(" []().,;") for fact in facts if fact)
    return Resolved(f"{question} [{told}]" if told else question, focus)


def _is_instead(question: str) -> bool:
    match = _INSTEAD.match(question)
    return bool(match) and not _VERB.search(question[match.end() :])  # type: ignore[union-attr]


def _exchanged(context: str, question: str, bodies: BodyNames, as_of: date) -> str | None:
    """The earlier question with the body or period that is named now; None if neither is."""
    result = context
    new_body, old_body = _body(question, bodies), _body(context, bodies)
    if new_body:
        result = _with_body(result, old_body, new_body)
    new = find_periods(question, as_of)
    if new:
        result = _with_period(result, find_periods(context, as_of), new[0])
    return result if new_body or new else None


def _without_old(context: str, question: str, bodies: BodyNames, as_of: date) -> str:
    """The context without the body and the time in whose place the question puts others."""
    new_body, old_body = _body(question, bodies), _body(context, bodies)
    if new_body and old_body and new_body != old_body:
        context = _with_body(context, old_body, "")
    for period in find_periods(question, as_of):
        at = question.find(period.label)
        if at >= 0 and _WHEN.search(question[:at]):
            return _with_period(context, find_periods(context, as_of), period)
    return context


def _body(text: str, bodies: BodyNames) -> str:
    found = bodies.find(text, tokenize(text))
    return found[0][0] if found else ""


def _with_body(text: str, old: str, new: str) -> str:
    """The text with the words of one body's name changed for another body's name."""
    if old == new:
        return text
    drop = set(tokenize(old)) - set(tokenize(new))
    words: list[str] = []
    put = False
    for word in text.split():
        if set(tokenize(word)) & drop:
            if not put and new:
                words.append(new)
            put = True
        else:
            words.append(word)
    if not put and new:
        words.append(f"({new})")
    return " ".join(words)


def _with_period(text: str, old: Sequence[Period], new: Period) -> str:
    """The text with the old times gone and the new one there; a month takes over the year."""
    dated = next((period.start for period in old if period.start), None)
    label = new.label
    if new.start is None and new.end is None and new.month and dated:
        label = f"{label} {dated.year + (new.month < dated.month)}"
    put = False
    for period in old:
        if period.label in text:
            text = text.replace(period.label, "" if put else label, 1)
            put = True
    return " ".join((text if put else f"{text} ({label})").split())


def _names(question: str) -> list[str]:
    return re.findall(r"(?<!^)\b[A-ZÀ-Ý][\w’'-]+", question.strip())
