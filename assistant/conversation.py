"""A question in a conversation -> a question that can be understood alone, without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.answer_model import Turn
from assistant.period import find_periods
from assistant.question import BodyNames
from ingest.tokens import tokenize

_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|they|them|their|he|she|him|his|her|hers|there|then|one|ones"
    r"|same|so|other|others|instead|else|both|former|latter|former|above)\b",
    re.I,
)
_GOES_ON = re.compile(
    r"^\s*(?:and|but|so|or|also|what about|how about|what of|any|no,|sorry"
    r"|i meant?|actually|ok(?:ay)?|in that case|then|which (?:one|of)|why|when|where|who|how)\b",
    re.I,
)
_MARKERS = re.compile(r"\s*\[\d+\]")
ANSWER_WORDS = 30  # of the earlier answer: its first sentence, mostly
SHORT = 3  # telling words; up to about twice as many may lean on the turn before


def needs_context(question: str, bodies: BodyNames) -> bool:
    """Whether a question leans on the turn before it."""
    telling = [token for token in tokenize(question) if len(token) > 2]
    if len(telling) < 2:
        return True
    begins = bool(_GOES_ON.search(question))
    points = bool(_POINTS_BACK.search(question))
    alone = bool(bodies.find(question, telling)) or len(_names(question)) > 1
    if alone and not re.match(r"\s*(?:and|but|so|what about|how about)\b", question, re.I):
        return points and len(telling) < 2 * SHORT
    return points or (begins and len(telling) < 2 * SHORT + 1)


def standalone(question: str, history: Sequence[Turn], bodies: BodyNames, as_of: date) -> str:
    """The question with what it takes over from the conversation, or as it is.

    A period or a body that the new question names takes the place of the earlier one.
    """
    if not history or not needs_context(question, bodies):
        return question
    before = history[-1]
    context = before.question
    if len(history) > 1 and needs_context(context, bodies):
        context = standalone(context, history[:-1], bodies, as_of)
    if find_periods(question, as_of):
        for period in find_periods(context, as_of):
            context = context.replace(period.label, " ")
    new = bodies.find(question, tokenize(question))
    old = bodies.find(context, tokenize(context))
    if new and old and new[0][0] != old[0][0]:
        shared = {name for name, _ in new}
        drop = {token for name, _ in old if name not in shared for token in tokenize(name)}
        drop -= {token for name in shared for token in tokenize(name)}
        words = context.split()
        context = " ".join(word for word in words if not (set(tokenize(word)) & drop))
    answer = " ".join(_MARKERS.sub("", before.answer).split()[:ANSWER_WORDS])
    about = " ".join(f"{context} {answer}".split())
    return f"{question.strip()} (about: {about})"


def _names(question: str) -> list[str]:
    return re.findall(r"(?<!^)\b[A-ZÀ-Ý][\w’'-]+", question.strip())
