"""Fixtures shared by all tests; the network is closed but for this machine itself."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000

ROOT = Path(__file__).resolve().parent.parent

# A setting of the person who runs the tests must not change what is tested. Whatever a
# child process asks of the network goes to a port on which nothing listens.
for _name in [name for name in os.environ if name.startswith("MINUTES_")]:
    if _name not in ("MINUTES_REQUIRE", "MINUTES_SHARED", "MINUTES_CACHE"):
        del os.environ[_name]
os.environ.update(
    HF_HUB_OFFLINE="1",
    TRANSFORMERS_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    ANONYMIZED_TELEMETRY="False",
    http_proxy="http://127.0.0.1:9",
    https_proxy="http://127.0.0.1:9",
    no_proxy="localhost,127.0.0.1,::1",
)
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY"):
    os.environ.pop(_name, None)


class NetworkClosed(RuntimeError):
    """A test reached for a host other than this machine."""


# Files of tests by how long they take, most first; the others follow in the order of their names.
LONGEST = (
    "test_web_browser.py",
    "test_runs.py",
    "test_quality.py",
    "test_cli.py",
    "test_web_evaluation.py",
    "test_web_bring_in.py",
    "test_pipeline.py",
    "test_read.py",
    "test_hostile.py",
    "test_web_written.py",
    "test_chroma_server.py",
    "test_questions.py",
    "test_fresh_clone.py",
)


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0]).split("%")[0]
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def network_closed() -> Iterator[None]:
    """Refuse every connection and name look-up beyond loopback, in this process."""
    patch = pytest.MonkeyPatch()
    connect, connect_ex, getaddrinfo = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def refuse(address: Any) -> None:
        if not _is_local(address):
            raise NetworkClosed(f"The network is closed in tests; asked for {address!r}.")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse(address)
        return connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "0.0.0.0", "::"):
            refuse((host.decode() if isinstance(host, bytes) else host,))
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
    yield
    patch.undo()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, where files run side by side."""
    first = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: first.get(item.path.name, len(LONGEST)))


def _missing(what: str) -> None:
    """Skip on a laptop; fail where everything must run."""
    if os.environ.get("MINUTES_REQUIRE") == "1":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def link() -> Callable[[Path, Path], None]:
    """Makes a symbolic link; most users of Windows may not."""

    def make(path: Path, target: Path) -> None:
        with suppress(OSError):
            path.symlink_to(target)
        if not path.is_symlink():
            _missing("no symbolic links can be made")

    return make


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real minutes, which lies beside the repository and is no part of it."""
    folder = Path(os.environ.get("MINUTES_SHARED") or ROOT.parent / "shared")
    if not (folder / "data").is_dir():
        pytest.skip(f"no real minutes in {folder} (set MINUTES_SHARED)")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome to drive."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if path := shutil.which(name):
            return path
    _missing("chromium is not installed")
    raise AssertionError


@pytest.fixture(scope="session")
def tesseract() -> str:
    """The path of Tesseract, which reads scanned pages."""
    if path := shutil.which("tesseract"):
        return path
    _missing("tesseract is not installed")
    raise AssertionError


@pytest.fixture(scope="session")
def sample_minutes() -> Path:
    """The folder of the bundled sample minutes."""
    return ROOT / "eval" / "sample" / "minutes"


@pytest.fixture(scope="session")
def sample_index(sample_minutes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the bundled sample minutes, made once; tests read it and do not write to it."""
    from ingest.pipeline import ingest

    folder = tmp_path_factory.mktemp("sample") / "index"
    ingest([sample_minutes], folder)
    return folder


@contextmanager
def served(root: Path, index: Path, log: Path) -> Iterator[str]:
    """`minutes serve` over an index; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "assistant.cli", "serve", "--index", str(index)]
    with log.open("w") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root), "BROWSER": "true"},
            stdout=out,
            stderr=out,
        )
    address = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(240):
            try:
                opener.open(f"{address}/_stcore/health", timeout=2).read()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(
    root: Path, sample_index: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with served(root, sample_index, tmp_path_factory.mktemp("serve") / "log") as where:
        yield where


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    opened.set_default_navigation_timeout(PATIENCE_MS)
    yield opened
    context.close()
