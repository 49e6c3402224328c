"""The language of minutes, by the small words of it."""

from __future__ import annotations

import re
from collections import Counter

_LANGUAGES = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "was",
            "that",
            "for",
            "on",
            "by",
            "were",
            "with",
            "at",
            "from",
        ]
    ),
    "cy": frozenset(
        [
            "y",
            "yr",
            "yn",
            "ac",
            "ar",
            "wedi",
            "cyngor",
            "bod",
            "gan",
            "oedd",
            "o",
            "i'r",
            "a'r",
            "am",
            "ei",
            "cofnodion",
            "hyn",
        ]
    ),
    "ga": frozenset(
        [
            "agus",
            "na",
            "an",
            "ar",
            "go",
            "leis",
            "chomhairle",
            "comhairle",
            "bhí",
            "do",
            "ag",
            "seo",
            "le",
            "don",
        ]
    ),
}


def detect_language(text: str) -> str:
    """ "en", "cy" or "ga", by the commonest little words."""
    words = Counter(re.findall(r"[^\W\d_]+(?:'r)?", text.lower()))
    counts = {name: sum(words[word] for word in known) for name, known in _LANGUAGES.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] > 0 else "en"
