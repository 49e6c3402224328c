"""What an item says of itself: that it is cut off here, or was taken in private."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.model import Item
from ingest.sentences import split_sentences

_TRUNCATED = re.compile(
    r"\bview (?:the )?(?:full )?minutes text\b|\bfull minutes text for item\b|(?:\.\.\.|"
    r"…)\s*(?:view|read|see) (?:the )?(?:more|full|rest)\b",
    re.I,
)


def is_truncated(text: str) -> bool:
    """Whether the source says that the text is cut off here."""
    low = text.lower()
    told = "minutes text" in low or "..." in low or "…" in low  # cheap, and in all of these
    return told and bool(_TRUNCATED.search(text))


_EXEMPT_TITLE = re.compile(
    r"\bexempt\b.{0,40}\b(?:information|items?|reports?|minutes?|appendi\w+|business|matters?)\b|"
    r"\(\s*(?:exempt|confidential|restricted|part\s*(?:2|ii|two|b))\b|\bnot for publication\b|"
    r"^\W*part\s*(?:2|ii|two|b)\b\W*(?:$|.{0,30}\b(?:exempt|confidential|private|closed|"
    r"restricted)\b)|"
    r"^\W*(?:exempt|restricted|confidential)\b(?!\s*$.)|\b(?:confidential|restricted|private|"
    r"closed)\s+(?:items?|business|session|matters?|part|minutes?)\b|"
    r"[-–:]\s*(?:exempt|confidential|restricted)\W*$",
    re.I,
)
_EXEMPT_TEXT = re.compile(
    r"\bnot for publication\b|\bexempt information (?:as defined|under|within|by virtue|relating|"
    r"of the)\b|"
    r"\bcontains? (?:exempt|confidential) information\b|\bthis (?:item|minute|report) (?:is|was) "
    r"(?:exempt|confidential|restricted|private)\b|"
    r"\b(?:considered|discussed|held|taken) in (?:private|closed|confidential) session\b|"
    r"\bparagraphs? \d[\d, and]* of (?:part (?:1|i|one) of )?schedule 12a\b",
    re.I,
)
_OPENS_EXEMPT = (  # cheap, and in all of the above
    *("not for publication", "exempt", "confidential", "restricted", "private", "closed"),
    "schedule 12a",
)


def is_restricted(title: str, text: str) -> bool:
    """Whether an item is marked exempt by its title or by the opening of its own text."""
    if _exclusion(f"{title} {text[:1000]}"):
        return bool(_EXEMPT_TITLE.search(title)) and not _EXCLUSION.search(title)
    # "To consider whether any business is confidential" is not itself confidential.
    asks = re.search(r"\bconsider whether\b|\bwhether any\b", title, re.I)
    by_title = not asks and _EXEMPT_TITLE.search(title)
    low = text[:600].lower()
    told = any(map(low.__contains__, _OPENS_EXEMPT))
    return bool(by_title or (told and _EXEMPT_TEXT.search(text[:600])))


_EXCLUSION = re.compile(
    r"\bexclu(?:de[sd]?|ding|sion)\b.{0,40}\b(?:public|press)\b|\b(?:public|"
    r"press)\b.{0,60}\bexcluded\b|"
    r"\bmembers of the public\b.{0,40}\b(?:asked|requested) to (?:leave|withdraw)\b",
    re.I | re.S,
)
_OPENS_EXCLUSION = ("exclu", "to leave", "to withdraw")  # cheap, and in all of the above
_EXCLUDED = re.compile(
    r"\bresolved\b|\bagreed\b|\bbe excluded\b|\b(?:was|were) (?:therefore )?excluded\b|\bcarried\b",
    re.I,
)
_NOT_EXCLUDED = re.compile(
    r"\bnot (?:required|needed|necessary|applicable|excluded)\b|\bno (?:items|matters|exempt|"
    r"confidential|such|need)\b|"
    r"\b(?:none|n/a|nil)\b|\bthere (?:were|was|are) no\b|"
    # announced for later, not yet done
    r"\bat the end of the (?:meeting|agenda)\b|\b(?:once|after|following) an? (?:\w+ "
    r")?resolution\b",
    re.I,
)
_SITTING = r"(?:session|meeting|forum|business|part|proceedings|section|view)\b"
_REOPENED = re.compile(
    rf"\b(?:return\w*|back|resum\w*|mov\w+|went)\s+(?:to|into|in)\s+(?:an?\s+|the\s+)?"
    rf"(?:(?:open|public)(?:\s+{_SITTING}|\s*(?=[.;,)]|$))|part\s*(?:1|i|one)\b)|"
    r"\b(?:public|press)\b.{0,60}\b(?:re-?admitted|re-?joined|(?:invited|allowed|came|let|asked) "
    r"back|returned)\b|"
    r"\b(?:meeting|session|proceedings)\b.{0,20}\bre-?opened\b|\bopen session resumed\b",
    re.I | re.S,
)
_REOPENED_TITLE = re.compile(r"\bopen session\b|\bre-?admi\w+|^\W*part\s*(?:1|i|one)\b", re.I)
_NOT_YET = re.compile(
    r"\b(?:not|never|will|would|shall|should|to be|until|unless|before|if)\b|\bonce\b", re.I
)
_DONE_BEFORE = re.compile(r"\b(?:agreed|resolved|that)\b|[£$€;:]", re.I)
# A summary for the public is written to be published, though it stands among exempt items.
_PUBLIC_VERSION = re.compile(r"\bpublic (?:summary|version)\b", re.I)
_WORDS_BEFORE = 6  # of an opening sentence, before it says that the public is back


def mark_restricted(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items with those marked that a resolution to exclude the public puts in private."""
    marked = []
    closed = False
    for item in items:
        text = " ".join(paragraph.text for paragraph in item.paragraphs)
        if closed and (
            _REOPENED_TITLE.search(item.title) or _reopens(item.title) or _opens_in_public(text)
        ):
            closed = False
        if _PUBLIC_VERSION.search(item.title):
            private = is_restricted("", text)
        else:
            private = closed or is_restricted(item.title, text)
        marked.append(replace(item, restricted=True) if private and not item.restricted else item)
        if not closed:
            closed = _excludes(item.title, text)
        closed = closed and not _reopens(text)
    return tuple(marked)


def _reopens(text: str) -> bool:
    """Whether a sentence says that the public is back; not one that says when it will be."""
    if not _REOPENED.search(text):
        return False
    sentences = [text[start:end] for start, end in split_sentences(text)]
    return any(_REOPENED.search(each) and not _NOT_YET.search(each) for each in sentences)


def _opens_in_public(text: str) -> bool:
    """Whether an item begins by saying that the public is back, and with nothing before that."""
    spans = split_sentences(text[:400])
    first = text[slice(*spans[0])] if spans else ""
    match = _REOPENED.search(first)
    if match is None or _NOT_YET.search(first):
        return False
    before = first[: match.start()]
    return len(before.split()) <= _WORDS_BEFORE and not _DONE_BEFORE.search(before)


def _exclusion(text: str) -> re.Match[str] | None:
    opens = any(map(text.lower().__contains__, _OPENS_EXCLUSION))
    return _EXCLUSION.search(text) if opens else None


def _excludes(title: str, text: str) -> bool:
    match = _exclusion(f"{title}. {text}")
    if not match:
        return False
    near = f"{title}. {text}"[max(0, match.start() - 250) : match.end() + 350]
    return bool(_EXCLUDED.search(near)) and not _NOT_EXCLUDED.search(near)
