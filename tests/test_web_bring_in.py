"""Bringing minutes in with the browser while questions are asked."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import served
from playwright.sync_api import Browser, Page
from test_web_browser import ask

from ingest.lock import writing
from ingest.pipeline import ingest

TEXT = (
    "Wickham Parish Council\n\nMinutes of the meeting held on {day} 2024\n\n1. {title}\n\n"
    "It was agreed to buy {title} for the {title} parade at a cost of £{cost}.\n"
)


def minutes(day: str, title: str, cost: int) -> bytes:
    return TEXT.format(day=day, title=title, cost=cost).encode()


def test_uploads_are_watched_reported_asked_about_and_undone(
    page: Page, browser: Browser, root: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "minutes"
    folder.mkdir()
    (folder / "may.txt").write_bytes(minutes("6 May", "lanterns", 40))
    with served(root, tmp_path / "index", tmp_path / "log") as address:
        page.goto(address)
        page.get_by_role("heading", name="No minutes yet").wait_for()
        page.get_by_text(re.compile("minutes ingest FOLDER")).first.wait_for()
        page.goto(f"{address}/bring-in")
        page.get_by_role("tab", name="Folder on the server").click()
        page.get_by_label("Another folder, by its path").fill(str(folder))
        page.get_by_role("button", name="Read the folder").click()
        page.get_by_text(re.compile("^Read 1 file: 1 meeting")).wait_for()

        other = browser.new_context().new_page()  # somebody who asks all the while
        other.goto(address)
        ask(other, "What was the cost of the lanterns?")
        other.get_by_role("heading", name=re.compile("Sources|Nearest items")).wait_for()

        page.get_by_role("tab", name="Upload files").click()
        page.locator("input[type=file]").set_input_files(
            [
                {"name": "june.txt", "mimeType": "text/plain",
                 "buffer": minutes("3 June", "torches", 95)},
                {"name": "<img src=x onerror=alert(1)>.pdf", "mimeType": "application/pdf",
                 "buffer": b"no PDF"},
                {"name": "tool.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
                {"name": "works.txt", "mimeType": "text/plain",
                 "buffer": minutes("2 September", "hedges", 7)},
            ]
        )  # fmt: skip
        page.get_by_text("works.txt").wait_for()
        with writing(tmp_path / "index"):  # the run waits, so that it can be watched
            page.get_by_role("button", name="Bring in", exact=True).click()
            page.get_by_text(re.compile("is being written by process")).first.wait_for()
            page.reload()
            page.get_by_role("heading", name="Under way").wait_for()
        page.get_by_role("button", name=re.compile("^Undo: 4 uploaded files")).wait_for()
        for part in ("_img src=x onerror=alert(1)_.pdf: is named .pdf", ".exe files are not read"):
            page.get_by_text(part).first.wait_for()
        assert page.locator("img[src='x']").count() == 0

        ask(other, "What was the cost of the torches?")
        other.get_by_role("heading", name=re.compile("Sources|Nearest items")).nth(1).wait_for()
        assert "£95" in other.locator(".answer").last.inner_text()

        page.get_by_role("button", name=re.compile("^Undo: 4 uploaded files")).click()
        page.get_by_text("This was undone.").wait_for()
        other.goto(f"{address}/lookup")
        other.get_by_role("searchbox").fill("torches")
        other.get_by_text("Nothing in the minutes holds").wait_for()
        (folder / "july.txt").write_bytes(minutes("1 July", "lamps", 12))
        ingest([folder], tmp_path / "index")  # in a terminal
        other.get_by_role("searchbox").fill("lamps")
        other.get_by_role("heading", name=re.compile("1 July 2024")).wait_for()
