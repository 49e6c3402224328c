"""Decisions in the paragraphs of an item: what was resolved, by whom proposed, with which vote."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.model import Decision, Paragraph


def parse_decisions(paragraphs: Sequence[Paragraph]) -> tuple[Decision, ...]:
    """The decisions of an item in the order in which they stand."""
    return ()
