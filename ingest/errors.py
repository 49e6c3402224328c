"""Errors that a user can meet; each says what happened, to what, and what to do."""


class MinutesError(Exception):
    """Base of every error meant to be shown to the user; the command line exits with 2."""


class UnreadableSource(MinutesError):
    """A file or page could not be read as minutes; ingestion records it and goes on."""


class IndexMissing(MinutesError):
    """There is no index in the folder, or it is empty."""


class IndexLocked(MinutesError):
    """Another process is writing to the index."""


class WrongModel(MinutesError):
    """The index was made with another embedding model."""


class WrongUse(MinutesError):
    """The request itself cannot be carried out: a missing path, a bad date, an empty question."""


class SiteError(MinutesError):
    """A ModernGov site refuses, fails or is none; what was fetched before is kept."""
