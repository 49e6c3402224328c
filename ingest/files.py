"""Small files that one process replaces while others read them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

# Windows refuses to replace a file that is open, and to open one that is being replaced.
WAITS_S = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if os.name == "nt" else ()

Made = TypeVar("Made")


def put(temporary: Path, path: Path) -> None:
    """Put a file that is whole in the place of another, in one step."""
    patiently(lambda: os.replace(temporary, path))


def read(path: Path) -> str:
    """The text of a file that may be replaced at any moment; raises OSError where it is not."""
    return patiently(lambda: path.read_text(encoding="utf-8"))


def patiently(step: Callable[[], Made]) -> Made:
    """What a step makes, which is tried again for two seconds where another has the file open."""
    for wait in WAITS_S:
        try:
            return step()
        except PermissionError:
            time.sleep(wait)
    return step()
