"""Text -> the words that BM25 and word matching compare."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache

import Stemmer

# "may" is a month, "no" an answer and "against" a vote: these are not in the list.
_STOP = """a about after all also am an and any are as at be because been before being but by can
could did do does doing during each few for from further had has have having he her here hers him
his how i if in into is it its itself just me more most my of off on once only or other our ours out
own same she should so some such than that the their theirs them then there these they this those
through to too until up us very was we were what when where which while who whom whose why will with
would you your"""
STOP_WORDS = frozenset(_STOP.split())
LONGEST_IDENTIFIER = 40  # a longer run is an address or a line of glued words: its parts say more

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CLOCK = re.compile(r"(?<=\d):(?=\d\d(?!\d))")
_CHUNK = re.compile(r"[^\W_]+(?:[./'&-][^\W_]+)*(?:\([^\W_]{1,4}\))*")
_PART = re.compile(r"\d+|[^\W\d_]+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_DECIMAL_ZEROS = re.compile(r"(\d+)\.0+")
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00ad": None})
_local = threading.local()


def tokenize(text: str) -> list[str]:
    """Stems without stop words, case, accents and thousands separators; identifiers stay whole too.

    "ED15073" gives ed15073, ed and 15073, so that "ED 15073" meets it; "2(a)" gives 2(a) and 2.
    """
    folded = _CLOCK.sub(".", _THOUSANDS.sub("", fold(text)))
    return [token for chunk in _CHUNK.findall(folded) for token in _tokens_of(chunk)]


def fold(text: str) -> str:
    """The text without case, accents, typographic apostrophes and soft hyphens."""
    text = text.translate(_APOSTROPHES)
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return text.casefold()


@lru_cache(maxsize=1 << 16)
def _tokens_of(chunk: str) -> tuple[str, ...]:
    if chunk.endswith("'s"):
        chunk = chunk[:-2]
    if ordinal := _ORDINAL.fullmatch(chunk):
        return (ordinal[1],)
    if whole_sum := _DECIMAL_ZEROS.fullmatch(chunk):
        return (whole_sum[1],)
    if _INITIALS.fullmatch(chunk):
        return (chunk.replace(".", ""),)
    parts = _PART.findall(chunk)
    tokens = [_stem(part) for part in parts if part not in STOP_WORDS]
    if len(parts) == 1 and parts[0] == chunk:
        return tuple(tokens)
    if any(char.isdigit() for char in chunk):
        whole = chunk  # an identifier, a date or a sum
    elif re.fullmatch(r"[^\W\d_]+(?:['-][^\W\d_]+)+", chunk):
        whole = _stem(chunk.replace("'", "").replace("-", ""))  # "well-being", "o'brien"
    else:
        return tuple(tokens)
    return (whole, *tokens) if len(whole) <= LONGEST_IDENTIFIER else tuple(tokens)


def _stem(word: str) -> str:
    # A PyStemmer object must not be shared by threads.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stem: str = _local.stemmer.stemWord(word)
    return stem
