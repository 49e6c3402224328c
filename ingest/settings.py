"""Settings: from the environment, then from a `.env` file in the working folder."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import WrongUse

DEFAULT_INDEX = Path("minutes-index")
# Where the users of these services keep their keys already.
_OWN_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


@dataclass(frozen=True)
class Settings:
    """What a user can set without a flag; None means the built-in default."""

    index: Path = DEFAULT_INDEX
    embed_model: str | None = None  # name or folder of a sentence-transformers model
    chroma_url: str | None = None  # "http://host:port" of a Chroma server; None: embedded
    llm: str | None = None  # "ollama/llama3.1", "openai-like/NAME"; None: quotes only
    llm_url: str | None = None  # of the model's server; None: the provider's own
    llm_key: str | None = field(default=None, repr=False)
    llm_seconds: float = 60.0  # after which quotations are given instead
    llm_context: int = 8192  # tokens that the model can hold, question and answer together
    llm_restricted: bool = False  # exempt items may be sent to the model
    restricted: bool = False  # open the exempt items as well
    cache: Path | None = None  # prepared models; None: the user's cache folder
    folders: tuple[Path, ...] | None = None  # that the page may read; None: any, on this machine
    data: Path | None = None  # what users leave: uploads, conversations; None: beside the index


def load_settings(env_file: Path | None = None) -> Settings:
    """Settings of this process; a variable of the environment goes before one of `.env`.

    Raises WrongUse where a number is none.
    """
    values = {**_read_env_file(env_file or Path(".env")), **os.environ}

    def value(name: str) -> str | None:
        return values.get(name, "").strip() or None

    index, cache = value("MINUTES_INDEX"), value("MINUTES_CACHE")
    data, folders = value("MINUTES_DATA"), value("MINUTES_FOLDERS")
    llm = value("MINUTES_LLM")
    own_key = _OWN_KEYS.get((llm or "").partition("/")[0])
    return Settings(
        index=Path(index).expanduser() if index else DEFAULT_INDEX,
        embed_model=value("MINUTES_EMBED_MODEL"),
        chroma_url=value("MINUTES_CHROMA_URL"),
        llm=llm,
        llm_url=value("MINUTES_LLM_URL"),
        llm_key=value("MINUTES_LLM_KEY") or (value(own_key) if own_key else None),
        llm_seconds=_number("MINUTES_LLM_SECONDS", value("MINUTES_LLM_SECONDS"), 60.0),
        llm_context=int(_number("MINUTES_LLM_CONTEXT", value("MINUTES_LLM_CONTEXT"), 8192)),
        llm_restricted=value("MINUTES_LLM_RESTRICTED") == "1",
        restricted=(value("MINUTES_RESTRICTED") or "0") == "1",
        cache=Path(cache).expanduser() if cache else None,
        folders=tuple(
            Path(name).expanduser().absolute() for name in folders.split(os.pathsep) if name
        )
        if folders
        else None,
        data=Path(data).expanduser() if data else None,
    )


def data_folder(index: Path) -> Path:
    """Where what users leave with an index is kept; beside it, so that it outlives the index."""
    index = index.absolute()
    return (load_settings().data or index.with_name(f"{index.name}-data")).absolute()


def _read_env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: text for name, text in dotenv_values(path).items() if text is not None}


def _number(name: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise WrongUse(f"{name}={text} is not a number above 0.")
    return number
