"""A language model: how it is named, opened and asked, and what is said when it fails."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ingest.errors import MinutesError, WrongUse
from ingest.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

TRIES = 3
FIRST_PAUSE = 0.5  # seconds before the second try; doubled before each further one
MAX_TOKENS = 500  # of an answer; asked for are 100 words
LONGEST = 6000  # characters of an answer; who writes more does not do what was asked
Message = tuple[str, str]  # role ("system" or "user") and text

# The response that each thread is reading. A stream of LlamaIndex cannot be closed: its connection
# stays until the garbage collector finds it, and the model goes on writing for nobody.
_responses = threading.local()


def _keep_response(response: Any) -> None:
    _responses.latest = response


class ModelFailed(MinutesError):
    """The language model gave nothing that can be used; the message says why, in plain words."""


@dataclass(frozen=True)
class Provider:
    """A kind of language model: the class of LlamaIndex that speaks to it, and where it is."""

    module: str
    name: str
    extra: str
    url: str | None  # None: the user has to say


# Anthropic's own integration needs the clients of two clouds, one of which refuses the
# python-dateutil that is pinned here; its interface for OpenAI clients does the same work.
PROVIDERS = {
    "ollama": Provider("llama_index.llms.ollama", "Ollama", "ollama", "http://localhost:11434"),
    "openai-like": Provider("llama_index.llms.openai_like", "OpenAILike", "openai-like", None),
    "openai": Provider("llama_index.llms.openai", "OpenAI", "openai", "https://api.openai.com/v1"),
    "anthropic": Provider(
        "llama_index.llms.openai_like", "OpenAILike", "anthropic", "https://api.anthropic.com/v1"
    ),
}


def load_llm(settings: Settings) -> LLM | None:
    """The language model of the settings as a LlamaIndex LLM, or None where none is set.

    Nothing is sent yet. Raises WrongUse on a name that cannot be used, and MinutesError where the
    package that speaks to the model is not installed.
    """
    if not settings.llm:
        return None
    provider, model = _named(settings.llm)
    url = address(settings)
    try:
        module = __import__(provider.module, fromlist=[provider.name])
    except ImportError as error:
        raise MinutesError(
            f"The language model {settings.llm} needs a package that is not installed: run "
            f'`pip install -c constraints.txt ".[{provider.extra}]"`.'
        ) from error
    if url is None:
        raise WrongUse(
            f"The language model {settings.llm} needs the address of its server: set "
            "MINUTES_LLM_URL, such as http://localhost:8000/v1."
        )
    made = getattr(module, provider.name)
    hooks = {"response": [_keep_response]}
    if provider.name == "Ollama":
        from ollama import Client

        key = settings.llm_key
        # Ollama cuts a longer prompt off without a word, so it is told how much it has to hold.
        return made(  # type: ignore[no-any-return]
            model=model,
            base_url=url,
            temperature=0.0,
            context_window=settings.llm_context,
            request_timeout=settings.llm_seconds,
            additional_kwargs={"num_predict": MAX_TOKENS},
            client=Client(
                host=url,
                timeout=settings.llm_seconds,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                event_hooks=hooks,
            ),
        )
    from openai import DefaultHttpxClient

    options: dict[str, Any] = {
        "model": model,
        "api_base": url,
        "api_key": settings.llm_key or "none",
        "temperature": 0.0,
        "max_tokens": MAX_TOKENS,
        "max_retries": 0,  # tried again here, within the time limit
        "timeout": settings.llm_seconds,
        "http_client": DefaultHttpxClient(timeout=settings.llm_seconds, event_hooks=hooks),
    }
    if provider.name == "OpenAILike":
        options |= {"is_chat_model": True, "context_window": settings.llm_context}
    return made(**options)  # type: ignore[no-any-return]


def address(settings: Settings) -> str | None:
    """Where the language model of the settings is asked; None where that is not known."""
    if not settings.llm:
        return None
    return settings.llm_url or _named(settings.llm)[0].url


def is_this_machine(url: str) -> bool:
    """Whether an address leads nowhere else."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _named(llm: str) -> tuple[Provider, str]:
    kind, _, model = llm.partition("/")
    if kind not in PROVIDERS or not model:
        known = ", ".join(f"{name}/NAME" for name in PROVIDERS)
        raise WrongUse(f"MINUTES_LLM={llm} is not understood; use one of {known}.")
    return PROVIDERS[kind], model


def stream(
    llm: LLM,
    messages: list[Message],
    seconds: float,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[str]:
    """What the model writes, piece by piece; raises ModelFailed, at the latest after `seconds`.

    What may pass (no connection, too many requests, a server's own failure) is tried again, after
    a pause that doubles, as long as nothing has arrived. Leaving the iterator ends the request.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    for attempt in range(1, TRIES + 1):
        length = 0
        try:
            for piece in _attempt(llm, messages, deadline, cancelled):
                length += len(piece)
                if length > LONGEST:
                    raise ModelFailed("it wrote far more than was asked for")
                yield piece
            return
        except ModelFailed:
            raise
        except Exception as error:
            reason, passes = _reason(error)
            if length or not passes or attempt == TRIES:
                raise ModelFailed(reason) from error
            wait = max(pause, _asked_to_wait(error))
            if time.monotonic() + wait >= deadline:
                raise ModelFailed(reason) from error
            until = time.monotonic() + wait
            while time.monotonic() < until:
                if cancelled():
                    raise ModelFailed("it was stopped") from error
                time.sleep(min(0.05, wait))
            pause *= 2


def complete(
    llm: LLM,
    messages: list[Message],
    seconds: float,
    cancelled: Callable[[], bool] = lambda: False,
) -> str:
    """All that the model writes; raises ModelFailed as `stream` does."""
    return "".join(stream(llm, messages, seconds, cancelled))


def _attempt(
    llm: LLM, messages: list[Message], deadline: float, cancelled: Callable[[], bool]
) -> Iterator[str]:
    """One request, in a thread of its own, since a read that blocks cannot be stopped."""
    from llama_index.core.llms import ChatMessage, MessageRole

    asked = [ChatMessage(role=MessageRole(role), content=text) for role, text in messages]
    pieces: queue.Queue[str | Exception | None] = queue.Queue()
    stopped = threading.Event()

    def work() -> None:
        try:
            written = ""
            answers = llm.stream_chat(asked)
            for answer in answers:
                if stopped.is_set():
                    break
                whole = answer.message.content or ""
                piece = answer.delta if answer.delta is not None else whole[len(written) :]
                written += piece
                if piece:
                    pieces.put(piece)
            pieces.put(None)
        except Exception as error:
            pieces.put(error)
        finally:
            response = getattr(_responses, "latest", None)
            if response is not None:  # read to its end or not
                response.close()

    threading.Thread(target=work, name="language model", daemon=True).start()
    try:
        while True:
            if cancelled():
                raise ModelFailed("it was stopped")
            left = deadline - time.monotonic()
            if left <= 0:
                raise ModelFailed("it took too long")
            try:
                piece = pieces.get(timeout=min(left, 0.1))
            except queue.Empty:
                continue
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        stopped.set()


def _asked_to_wait(error: Exception) -> float:
    """Seconds after which a server wants to be asked again; 0 where it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except ValueError:
        return 0.0


def _reason(error: Exception) -> tuple[str, bool]:
    """Why a request failed, in words, and whether that may pass."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status > 0:
        if status in (401, 403):
            return "it refused the key (see MINUTES_LLM_KEY)", False
        if status == 404:
            return "its server does not know the model (see MINUTES_LLM)", False
        if status == 429:
            return "it has too many requests", True
        return f"its server answered with error {status}", status >= 500
    named = {cls.__name__ for cls in type(error).__mro__}
    if any("Timeout" in name for name in named):
        return "it took too long", False
    if "APIConnectionError" in named or "ConnectionError" in named or "ConnectError" in named:
        return "its server cannot be reached (see MINUTES_LLM_URL)", True
    if named & {"RemoteProtocolError", "ReadError", "NetworkError"}:
        return "its answer broke off", True
    return "its answer cannot be read", False
