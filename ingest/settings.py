"""Settings: from the environment, then from a `.env` file in the working folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

DEFAULT_INDEX = Path("minutes-index")


@dataclass(frozen=True)
class Settings:
    """What a user can set without a flag; None means the built-in default."""

    index: Path = DEFAULT_INDEX
    embed_model: str | None = None  # name or folder of a sentence-transformers model
    chroma_url: str | None = None  # "http://host:port" of a Chroma server; None: embedded
    llm: str | None = None  # "ollama/llama3.1", "openai-like/NAME"; None: quotes only
    restricted: bool = False  # open the exempt items as well
    cache: Path | None = None  # prepared models; None: the user's cache folder


def load_settings(env_file: Path | None = None) -> Settings:
    """Settings of this process; a variable of the environment goes before one of `.env`."""
    values = {**_read_env_file(env_file or Path(".env")), **os.environ}

    def value(name: str) -> str | None:
        return values.get(name, "").strip() or None

    index, cache = value("MINUTES_INDEX"), value("MINUTES_CACHE")
    return Settings(
        index=Path(index).expanduser() if index else DEFAULT_INDEX,
        embed_model=value("MINUTES_EMBED_MODEL"),
        chroma_url=value("MINUTES_CHROMA_URL"),
        llm=value("MINUTES_LLM"),
        restricted=(value("MINUTES_RESTRICTED") or "0") == "1",
        cache=Path(cache).expanduser() if cache else None,
    )


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: text for name, text in dotenv_values(path).items() if text is not None}
