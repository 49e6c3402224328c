"""A language model server on loopback that speaks the interface of OpenAI and writes a script."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingest.settings import Settings

Prompt = str


def passages(prompt: Prompt) -> list[tuple[str, str, str]]:
    """Tag, heading and text of each passage of a prompt."""
    return re.findall(r"<passage (\w+)>\n(.*?)\n(.*?)\n</passage \1>", prompt, re.S)


@dataclass
class Script:
    """What the server does: `write` makes the pieces of an answer from the prompt."""

    write: Callable[[Prompt], list[str] | str] = lambda prompt: ""
    status: int = 200
    fails_first: int = 0  # requests that get `status` before one gets an answer; 0: all do
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0  # seconds before the first piece
    pause_between: float = 0.0
    malformed: bool = False
    breaks_off: bool = False
    seen: list[Any] = field(default_factory=list)  # the bodies of the requests
    keys: list[str] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)  # the reader went away


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, *arguments: object) -> None:
        pass

    def do_POST(self) -> None:
        script = self.script
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        script.seen.append(body)
        script.keys.append(self.headers.get("Authorization", ""))
        if script.status != 200 and (
            not script.fails_first or len(script.seen) <= script.fails_first
        ):
            self._send(script.status, json.dumps({"error": {"message": "scripted"}}))
            return
        prompt = "\n".join(message["content"] for message in body["messages"])
        pieces = script.write(prompt)
        if isinstance(pieces, str):
            pieces = re.findall(r".{1,7}", pieces, re.S)
        if self.path == "/api/chat":
            self._ollama(pieces)
        else:
            self._openai(pieces)

    def _send(self, status: int, text: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in self.script.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _openai(self, pieces: list[str]) -> None:
        script = self.script
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            time.sleep(script.pause)
            for number, piece in enumerate(pieces):
                time.sleep(script.pause_between)
                chunk = {
                    "id": "1",
                    "object": "chat.completion.chunk",
                    "created": 1,
                    "model": "scripted",
                    "choices": [{"index": 0, "delta": {"content": piece, "role": "assistant"}}],
                }
                text = json.dumps(chunk)
                if script.malformed and number == 1:
                    text = text[: len(text) // 2]
                if script.breaks_off and number == 1:
                    self.wfile.write(b"data: ")
                    break
                self.wfile.write(f"data: {text}\n\n".encode())
                self.wfile.flush()
            else:
                self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            script.gone.set()
        self.close_connection = True

    def _ollama(self, pieces: list[str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for piece in [*pieces, ""]:
                time.sleep(self.script.pause_between)
                line = {
                    "model": "scripted",
                    "created_at": "2026-11-25T12:00:00Z",
                    "message": {"role": "assistant", "content": piece},
                    "done": not piece,
                }
                self.wfile.write((json.dumps(line) + "\n").encode())
        except OSError:
            self.script.gone.set()
        self.close_connection = True


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """The address of a server that follows the script, "http://127.0.0.1:PORT"."""
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def settings_for(url: str, **changes: Any) -> Settings:
    """Settings that name the scripted server."""
    return Settings(
        **{"llm": "openai-like/scripted", "llm_url": f"{url}/v1", "llm_seconds": 10.0, **changes}
    )
