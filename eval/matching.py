"""When words count as the same: alternatives in answers, quotes in passages and sources."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from eval.questions import Evidence, Question

MARKER = re.compile(r"\s*\[(\d{1,2})\]")
PASSAGE_WORDS = 220  # how much of a passage counts, so that long chunks gain nothing
QUOTE_SHARE = 0.75
QUOTE_WINDOW = 60
CITED_WORDS = 100
CITED_SHARE = 0.5

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", None),
    }
)
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[,\u2009\u202f]\d{3})+(?!\d)")
_ROUND = re.compile(r"(?<![\d.])(\d+)\.00(?!\.?\d)")  # a sum of 500.00 is one of 500
_NUMBER = re.compile(r"(?:(?<![\w.])\.)?\d+(?:[.,]\d+)*[\u00bc-\u00be\u2150-\u215e]?")
_TOKEN = re.compile(r"\w+")
_STOP_WORDS = (
    "a about after all also an and any are as at be been before being but by can did do for from "
    "had has have he her his i if in into is it its me more my no not of on or our out she should "
    "so some such than that the their them then there these they this those to under until up was "
    "we were what when where which who will with would you your"
)
_STOP = frozenset(_STOP_WORDS.split())


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Text without differences of case, white space, dashes, quote marks and writing of numbers."""
    text = unicodedata.normalize("NFC", text).translate(_SAME)
    text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found.group()), text)
    return " ".join(_ROUND.sub(r"\1", text).casefold().split())


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Folded words and numbers of a text."""
    return tuple(_TOKEN.findall(fold(text)))


def content_words(text: str) -> frozenset[str]:
    """Folded words that mean something by themselves, and numbers; single letters mean nothing."""
    return frozenset(
        word for word in tokens(text) if word not in _STOP and (len(word) > 1 or word.isdigit())
    )


def first_words(text: str, count: int) -> str:
    return " ".join(text.split()[:count])


def plain_answer(answer: str) -> str:
    """The answer without its citation markers, which are neither words nor numbers of it."""
    return MARKER.sub("", answer)


def holds(text: str, alternative: str) -> bool:
    """Whether the alternative stands in the text, beginning at a word and cutting no number."""
    text, alternative = fold(text), fold(alternative)
    if not alternative:
        return False
    numbers = [found.span() for found in _NUMBER.finditer(text)]
    start = text.find(alternative)
    while start >= 0:
        end = start + len(alternative)
        inside_word = start > 0 and _in_word(text[start - 1]) and _in_word(text[start])
        cuts = any(a < start < b or a < end < b for a, b in numbers)
        if not inside_word and not cuts:
            return True
        start = text.find(alternative, start + 1)
    return False


def holds_every_group(text: str, groups: Sequence[Sequence[str]]) -> bool:
    """Whether the text holds at least one alternative of every group."""
    return all(any(holds(text, alternative) for alternative in group) for group in groups)


def relevant(passage_text: str, passage_source: str, evidence: Evidence) -> bool:
    """Whether the passage comes from the evidence's source and holds enough of its quote."""
    if passage_source not in evidence.sources:
        return False
    quote = tokens(evidence.quote)
    passage = Counter(tokens(first_words(passage_text, PASSAGE_WORDS)))
    if _share(quote, passage) >= QUOTE_SHARE:
        return True
    windows = range(len(quote) - QUOTE_WINDOW + 1) if len(quote) > QUOTE_WINDOW else ()
    return any(_share(quote[at : at + QUOTE_WINDOW], passage) >= QUOTE_SHARE for at in windows)


def points_to(citation: Mapping[str, Any], evidence: Evidence) -> bool:
    """Whether a citation leads to the evidence: its item, or words that say the same."""
    if citation.get("source") not in evidence.sources:
        return False
    if same_item(citation, evidence):
        return True
    quote = str(citation.get("quote") or "")
    content = {word for word in tokens(evidence.quote) if word not in _STOP}
    if not content or len(quote.split()) > CITED_WORDS:
        return False
    return len(content.intersection(tokens(quote))) >= CITED_SHARE * len(content)


def same_item(citation: Mapping[str, Any], evidence: Evidence) -> bool:
    """Whether both name the same item: by number, or by title where the gold has no number."""
    if evidence.item.strip():
        return item_number(citation.get("item")) == item_number(evidence.item)
    title = fold(str(citation.get("title") or ""))
    return bool(title) and title == fold(evidence.title)


def item_number(number: object) -> str:
    """An item number as compared: without "Item", spaces and the final stop."""
    text = re.sub(r"^(?:item|minute)\b|\s", "", fold(str(number or "")))
    return text.rstrip(".:)") if "(" not in text else text.rstrip(".:")


def quotes_an_answer(citation: Mapping[str, Any], question: Question) -> bool:
    """Whether the citation's quote holds an alternative of any group."""
    quote = str(citation.get("quote") or "")
    return any(holds(quote, one) for group in question.answers for one in group)


def markers_match(answer: Mapping[str, Any]) -> bool:
    """Whether every marker in the answer has one citation and every citation a marker."""
    written = {int(one) for one in MARKER.findall(str(answer.get("answer") or ""))}
    cited = [citation.get("marker") for citation in answer.get("citations") or ()]
    return len(cited) == len(set(cited)) and set(cited) == written


def stands_in(quote: str, source_text: str | None) -> bool:
    """Whether the quote is an exact part of the source's text, white space apart."""
    words = " ".join(quote.split())
    return bool(words) and source_text is not None and words in _spaced(source_text)


@lru_cache(maxsize=64)
def _spaced(text: str) -> str:
    return " ".join(text.split())


def _share(quote: Sequence[str], passage: Counter[str]) -> float:
    if not quote:
        return 0.0
    return sum((Counter(quote) & passage).values()) / len(quote)


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
