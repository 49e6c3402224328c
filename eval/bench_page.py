"""How soon the page answers, alone and with many users, and whether it keeps its memory.

    python -m eval.bench_page [INDEX ...] [--passages N] [--users N] [--questions N]

One question after the other is typed in Chromium: from Enter to the first words on the screen. Then
so many users ask at the same moment, round after round, each over a connection of its own that
speaks Streamlit's protocol, so that no browsers take the server's time. The server has two cores.
The index is made from those given, as `eval.bench_answers` makes its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from eval.bench_answers import SAMPLE, drawn, given_or_sample, grow
from ingest.errors import MinutesError
from ingest.index import CURRENT

ROOT = Path(__file__).resolve().parent.parent
PASSAGES, USERS, QUESTIONS, TYPED = 25_000, 20, 1_000, 20
CORES = 2  # of the server
PATIENCE_S = 120.0
# From Enter to the frame in which there is one more answer than before.
WATCH = """
const answers = root => [...root.querySelectorAll("*")].reduce((n, node) =>
  n + (node.classList.contains("answer") && node.textContent ? 1 : 0)
    + (node.shadowRoot ? answers(node.shadowRoot) : 0), 0);
window.addEventListener("keydown", event => {
  if (event.key !== "Enter") return;
  const [began, before] = [performance.now(), answers(document)];
  window.waited = null;
  const look = () => {
    if (answers(document) > before) window.waited = performance.now() - began;
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}, true);
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("indexes", nargs="*", type=Path, metavar="INDEX")
    parser.add_argument("--asked", nargs="+", type=Path, default=[SAMPLE / "questions.jsonl"])
    parser.add_argument("--passages", type=int, default=PASSAGES, metavar="N")
    parser.add_argument("--users", type=int, default=USERS, metavar="N")
    parser.add_argument("--questions", type=int, default=QUESTIONS, metavar="N")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the index made is kept")
    options = parser.parse_args(arguments)
    asked = [question.question for question in drawn(options.asked, 1_000)]
    with tempfile.TemporaryDirectory() as scratch:
        kept = options.keep or Path(scratch)
        folder = kept / f"{options.passages}-passages"
        if not (folder / CURRENT).exists():
            grow(options.indexes or [given_or_sample(kept)], options.passages, folder)
        print(f"{options.passages:,} passages, server on {CORES} cores; milliseconds")
        with served(folder, Path(scratch) / "data") as (address, pid):
            _show("typed, first words", *typed(address, asked))
            crowd(address, pid, asked, options.users, options.questions)
    return 0


@contextmanager
def served(index: Path, data: Path) -> Iterator[tuple[str, int]]:
    """The page over an index; its address and the process that answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"MINUTES_INDEX": str(index), "MINUTES_DATA": str(data), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    process = subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, cwd=ROOT
    )
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process.pid, sorted(os.sched_getaffinity(0))[:CORES])
    address = f"http://127.0.0.1:{port}"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                direct.open(f"{address}/_stcore/health", timeout=2).read()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    raise MinutesError("The page did not start.") from None
                time.sleep(0.2)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait()


def typed(address: str, asked: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds from Enter to the first words, and those of a bare run of the page."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), "")
    if not program:
        raise MinutesError("Chromium is needed to measure the page, and is not installed.")
    waited, bare = [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_init_script(WATCH)
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(address)
        box = page.get_by_placeholder("Ask about the minutes")
        still = page.locator('[data-test-script-state="notRunning"]')
        page.locator(".row.offer").first.wait_for()
        for number, question in enumerate(asked[: TYPED + 2]):
            still.wait_for()
            page.wait_for_timeout(500)
            box.fill(question)
            box.press("Enter")
            page.wait_for_function("window.waited", polling=20)
            still.wait_for()
            if number > 1:  # the first two load what is loaded once
                waited.append(float(page.evaluate("window.waited")))
            began = time.perf_counter()
            box.fill(" ")
            box.press("Enter")  # refused as empty: a run of the page without an answer
            page.get_by_text("The question is empty.").wait_for()
            bare.append((time.perf_counter() - began) * 1000)
        browser.close()
    return waited, bare


def crowd(address: str, pid: int, asked: Sequence[str], users: int, questions: int) -> None:
    """Users who all ask at once, round after round; the longest wait, errors, and memory."""
    waited, alone, errors = asyncio.run(_crowd(address, pid, asked, users, questions))
    _show(f"{users} users at once, first words", waited, alone)
    print(f"{len(waited):,} questions asked at once, {errors} without an answer")


async def _crowd(
    address: str, pid: int, asked: Sequence[str], users: int, questions: int
) -> tuple[list[float], list[float], int]:
    from websockets.asyncio.client import connect

    socket_address = address.replace("http:", "ws:") + "/_stcore/stream"
    opened = [
        await connect(socket_address, max_size=None, proxy=None, ping_interval=None)
        for _ in range(users)
    ]
    for one in opened:  # each has the page open
        await _run(one, "")
    alone = [await _run(opened[0], asked[n % len(asked)]) for n in range(users)]
    waited: list[float] = []
    spent = _processor_s(pid)
    errors = 0
    step = max(1, questions // users // 5)
    for number in range(questions // users):
        if number % step == 0:
            print(f"after {len(waited):>6,} questions {_megabytes(pid):6.0f} MB", flush=True)
        turn = [asked[(number * users + user) % len(asked)] for user in range(users)]
        every = await asyncio.gather(*map(_run, opened, turn))
        waited += [one for one in every if one is not None]
        errors += sum(one is None for one in every)
    print(f"after {len(waited):>6,} questions {_megabytes(pid):6.0f} MB", flush=True)
    each = (_processor_s(pid) - spent) / max(1, len(waited))
    print(
        f"{each * 1000:.0f} ms of a processor for each question with its whole page: "
        f"{users} at once take {users * each / CORES:.1f} s of {CORES} cores that do nothing else"
    )
    for one in opened:
        await one.close()
    return waited, [one for one in alone if one is not None], errors


async def _run(connection: Any, question: str) -> float | None:
    """One run of the page; milliseconds until the first words of the answer, None without any."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    request = BackMsg()
    request.rerun_script.query_string = urlencode({"q": question}) if question else ""
    began = time.perf_counter()
    first = None
    await connection.send(request.SerializeToString())
    async with asyncio.timeout(PATIENCE_S):
        async for data in connection:
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "script_finished":
                return first
            told = message.delta.new_element.bidi_component.json
            if first is None and re.search(r'"css": ?"answer', told):
                first = (time.perf_counter() - began) * 1000
    return None


def _processor_s(pid: int) -> float:
    """Seconds of a processor that a process has used, in Linux."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    """What a process holds in memory now."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


def _show(name: str, spent: Sequence[float], base: Sequence[float]) -> None:
    middle, p95 = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
    ratio = middle / statistics.median(base)
    print(
        f"{name:<36} p50 {middle:6.0f}  p95 {p95:6.0f}  longest {max(spent):6.0f}  "
        f"{ratio:5.1f} times the baseline ({statistics.median(base):.0f})",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
