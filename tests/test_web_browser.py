"""The page in headless Chromium, used as a person would use it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

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
QUESTION = "Who presented the petition about the Market Place?"
PATIENCE_MS = 60_000


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


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
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
    yield opened
    context.close()


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask about the minutes")
    box.fill(question)
    box.press("Enter")
    page.get_by_role("heading", name=question).first.wait_for()


def test_a_question_is_answered_and_its_marker_opens_the_quoted_words(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.get_by_role("heading", name="Ask the minutes").wait_for()
    ask(page, QUESTION)
    page.get_by_role("heading", name="Sources").wait_for()
    marker = page.get_by_role("button", name=re.compile(r"^Source 1: ")).first
    marker.focus()
    page.keyboard.press("Enter")  # the keyboard is enough
    drawer = page.get_by_role("dialog")
    drawer.locator("mark").first.wait_for()
    quoted = " ".join(" ".join(drawer.locator("mark").all_inner_texts()).split())
    shown = " ".join(page.locator(".answer").first.inner_text().split())
    assert quoted.split()[0:4]
    assert " ".join(quoted.split()[:4]) in shown
    drawer.get_by_text(re.compile("July 2023")).first.wait_for()
    assert drawer.get_by_role("button", name="Copy citation").is_visible()
    page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    for _ in range(20):  # and the reader is back at the marker
        if marker.evaluate("node => node.getRootNode().activeElement === node"):
            break
        page.wait_for_timeout(200)
    else:
        pytest.fail("the focus did not return to the marker")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_new_answer_is_seen_from_its_question_on(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address)
    second = "What did the Cabinet decide about the space elevator in 1987?"
    for question, below in ((QUESTION, "Sources"), (second, "Nearest items")):
        ask(page, question)
        page.get_by_role("heading", name=below).wait_for()
        page.wait_for_timeout(2500)  # until the page has stopped scrolling
        box = page.get_by_role("heading", name=question).bounding_box()
        assert box and 40 < box["y"] < 600, question


def test_what_the_minutes_do_not_say_is_declined_with_the_nearest_items(
    page: Page, address: str
) -> None:
    page.goto(address)
    ask(page, "What did the Cabinet decide about the space elevator in 1987?")
    page.get_by_role("heading", name="Nearest items").wait_for()
    assert "no minutes of 1987" in page.locator(".answer").first.inner_text()
    assert page.get_by_role("heading", name="Sources").count() == 0


def test_a_follow_up_shows_what_was_searched_for(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, QUESTION)
    page.get_by_role("heading", name="Sources").wait_for()
    ask(page, "And who seconded it?")
    searched = page.get_by_text(re.compile("^Searched for: And who seconded it"))
    searched.wait_for()
    assert "Market Place" in searched.inner_text()


def test_a_body_that_is_chosen_limits_the_sources(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("combobox", name=re.compile("Body")).click()
    page.get_by_role("option", name="Planning Committee").click()
    ask(page, "What was approved?")
    page.get_by_role("heading", name=re.compile("Sources|Nearest items")).wait_for()
    rows = page.locator("li .row").all_inner_texts()
    assert rows
    assert all("Planning Committee" in row for row in rows)


def test_a_link_asks_its_question(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=Who+presented+the+petition+about+the+Market+Place%3F")
    page.get_by_role("heading", name=re.compile("Who presented the petition")).first.wait_for()
    page.get_by_role("heading", name=re.compile("Sources|Nearest items")).wait_for()


def test_a_look_up_lists_the_item_that_is_named(page: Page, address: str) -> None:
    page.goto(f"{address}/lookup")
    box = page.get_by_role("searchbox").first
    box.fill("minute 412")
    box.press("Enter")
    page.get_by_text(re.compile("Give Us Back Our Market Place")).first.wait_for()


def test_an_empty_index_says_what_to_do(page: Page, root: Path, tmp_path: Path) -> None:
    with served(root, tmp_path / "none", tmp_path / "log") as address:
        page.goto(address)
        page.get_by_role("heading", name="No minutes yet").wait_for()
        page.get_by_text(re.compile("minutes ingest FOLDER")).first.wait_for()


def test_hostile_minutes_and_questions_are_shown_as_text_and_nothing_is_fetched(
    page: Page, root: Path, tmp_path: Path
) -> None:
    from ingest.pipeline import ingest

    evil = (
        "Hostile Parish Council\n\nMinutes of the meeting held on Monday 6 May 2024\n\n"
        "Present: Cllr A Wick (Chair)\n\n"
        "1. Lantern parade <img src=http://192.0.2.1/t.png> :red[now] $x^2$\n\n"
        "The lantern parade was agreed at a cost of £40 <script>document.title='owned'</script> "
        "<img src=http://192.0.2.1/x.png onerror=\"document.title='owned'\"> "
        "![pic](http://192.0.2.1/y.png) [link](http://192.0.2.1/z) :red[danger] $x^2$.\n"
    )
    (tmp_path / "minutes").mkdir()
    (tmp_path / "minutes" / "evil.txt").write_text(evil)
    ingest([tmp_path / "minutes"], tmp_path / "index")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with served(root, tmp_path / "index", tmp_path / "log") as address:
        page.goto(address)
        ask(page, "What was the cost of the lantern parade <b>now</b>?")
        page.get_by_role("heading", name=re.compile("Sources|Nearest items")).wait_for()
        page.locator("li .row").first.click()
        drawer = page.get_by_role("dialog")
        said = drawer.get_by_text(re.compile("lantern parade was agreed")).first
        said.wait_for()
        text = said.inner_text()
        assert "<script>" in text and "<img src=http://192.0.2.1/x.png" in text
        assert ":red[danger]" in text and "$x^2$" in text
        assert page.title() != "owned"
        live = page.locator("img[src*='192.0.2.1'], a[href*='192.0.2.1'], .katex")
        assert live.count() == 0
        for where in ("lookup", "browse"):
            page.goto(f"{address}/{where}")
            if where == "lookup":
                page.get_by_role("searchbox").fill("lantern")
            title = page.locator("li .row").filter(has_text=":red[now]").first
            title.wait_for()
            assert "<img src=http://192.0.2.1/t.png>" in title.inner_text()
            assert live.count() == 0
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:", "ws:"))]
    assert foreign == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_needs_no_sideways_scrolling(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/?q={QUESTION.replace(' ', '+')}")
    page.get_by_role("heading", name=re.compile("Sources|Nearest items")).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
