"""A clone of what is committed sets itself up, reads the sample minutes and answers.

What is installed is not installed again: the clone is told to use this Python. `.ci/run` does the
whole of it in a fresh environment.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest


@pytest.fixture(scope="module")
def clone(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("git") is None or not (root / ".git").exists():
        pytest.skip("not a git checkout")
    folder = tmp_path_factory.mktemp("clone") / "minutes assistant"  # a name with a space
    subprocess.run(["git", "clone", "-q", str(root), str(folder)], check=True)
    return folder


def start(clone: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "MINUTES_PYTHON": sys.executable}
    environment.pop("PYTHONPATH", None)
    return subprocess.Popen(
        [sys.executable, "run.py", *arguments],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def test_a_clone_reads_the_sample_minutes_and_answers_a_question(clone: Path) -> None:
    ingest = start(clone, "ingest-sample")
    out, messages = ingest.communicate()
    assert ingest.returncode == 0, messages
    assert "reading the sample minutes" in messages
    assert "The index holds" in out
    ask = start(clone, "minutes", "ask", "Who was elected chair of the Council?", "--json")
    out, messages = ask.communicate()
    assert ask.returncode == 0, messages
    assert json.loads(out)["retrieved"]


def test_a_clone_opens_the_chat_on_a_free_port(clone: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        busy = taken.getsockname()[1]
        server = start(clone, "run", "--port", str(busy), "--no-browser")
        try:
            assert server.stdout is not None
            line = ""
            while not line.startswith("http") and server.poll() is None:
                line = server.stdout.readline()
            address = line.strip()
            assert address.startswith("http://localhost:"), server.communicate()[1]
            assert not address.endswith(f":{busy}")
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=30) as answer:
                assert answer.read() == b"ok"
        finally:
            server.terminate()
            server.wait(30)
        with pytest.raises(URLError):
            urllib.request.urlopen(address, timeout=5)
