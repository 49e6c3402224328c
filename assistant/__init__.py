"""Answers questions over minutes, and cites the meeting and the item for everything it says."""

__version__ = "0.1.0"
