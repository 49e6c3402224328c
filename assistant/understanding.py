"""A question of a conversation -> the query that is searched for, as one step for all who ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.conversation import Resolved
from assistant.lookup import identify, rows_named
from assistant.question import Query, understand
from assistant.spelling import respell

if TYPE_CHECKING:
    from assistant.retrieve import Corpus
    from ingest.embedding import Embedder


@dataclass(frozen=True)
class Understood:
    """The query, what was read otherwise than written, and whether it only names an item."""

    query: Query
    mended: tuple[str, ...]
    alone: bool


def read_question(
    corpus: Corpus, resolved: Resolved, as_of: date, embedder: Embedder
) -> Understood:
    """Mend slips, read what is asked for and find the items that are named."""

    def is_word(word: str) -> bool:
        """Whether the embedding model knows the word as one: beside it stand two special pieces."""
        return embedder.count_pieces(word.casefold()) <= 3

    index = corpus.index
    text, mended = respell(resolved.text, index, is_word)
    focus = text if resolved.focus == resolved.text else resolved.focus
    query = understand(text, corpus.bodies, as_of, focus=focus)
    identified = identify(index, text)
    named = rows_named(index, identified)
    return Understood(replace(query, named=named), mended, bool(identified.alone and named))
