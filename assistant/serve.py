"""Starts the web page on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from ingest.errors import MinutesError, WrongUse

PORT = 8501
TRIES = 100
PATIENCE = 60.0  # seconds until the page must answer


def free_port(wanted: int, host: str) -> int:
    """The wanted port, or the next one that nobody listens on."""
    for port in range(wanted, min(wanted + TRIES, 65536)):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return port
            except OSError:
                continue
    raise WrongUse(f"No free port from {wanted} on at {host}: name another with --port.")


def serve(index: Path, host: str, port: int, browser: bool) -> int:
    """Run the page until it is stopped; its address goes to standard output."""
    app = Path(__file__).resolve().parent.parent / "app.py"
    if not app.is_file():
        raise MinutesError(f"The page is not installed: there is no {app}.")
    chosen = free_port(port, host)
    if chosen != port:
        print(f"Port {port} is in use; taking {chosen}.", file=sys.stderr)
    options = {
        "server.address": host,
        "server.port": chosen,
        "server.headless": "true",  # no e-mail prompt
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = {**os.environ, "MINUTES_INDEX": str(index.absolute())}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server must not outlive this
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{chosen}"
        if not _answers(f"{address}/_stcore/health", server):
            raise MinutesError("The page did not start; the lines above say why.")
        print(address, flush=True)
        print("Minutes Assistant is open at this address; Ctrl+C stops it.", file=sys.stderr)
        if browser:
            webbrowser.open(address)
        return 0 if server.wait() == 0 else 2
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(address, timeout=2):
                return True
        except (URLError, OSError):
            time.sleep(0.2)
    return False
