"""The page in headless Chromium, used as a person would use it."""

from __future__ import annotations

import csv
import re
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe import SCHEMES, violations
from conftest import PATIENCE_MS, served

from assistant import conversations
from assistant.conversations import Said

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, LocatorAssertions, Page

QUESTION = "Which resident presented the petition about the Market Place?"


def ask(page: Page, question: str) -> None:
    box = page.get_by_placeholder("Ask about the minutes")
    box.fill(question)
    box.press("Enter")
    page.get_by_role("heading", name=question).first.wait_for()


def rows_of(page: Page) -> Locator:
    """The rows of the page itself, without questions on offer, side bar and drawer."""
    return page.get_by_role("main").locator("li .row:not(.offer)")


def settled(page: Page) -> None:
    """Wait until nothing is being computed for the page any more."""
    page.locator('[data-test-script-state="notRunning"]').wait_for()


def test_a_question_is_answered_and_its_marker_opens_the_quoted_words(
    page: Page, address: str
) -> None:
    page.goto(address)
    page.get_by_role("heading", name="Ask the minutes").wait_for()
    ask(page, QUESTION)
    page.get_by_role("heading", name="Sources").wait_for()
    settled(page)
    marker = page.get_by_role("button", name=re.compile(r"^Source 1: ")).first
    marker.focus()
    page.keyboard.press("Enter")  # the keyboard is enough
    drawer = page.get_by_role("dialog")
    drawer.locator("mark").first.wait_for()
    quoted = " ".join(" ".join(drawer.locator("mark").all_inner_texts()).split())
    shown = " ".join(page.locator(".answer").first.inner_text().split())
    assert quoted.split()[0:4]
    assert " ".join(quoted.split()[:4]) in shown
    drawer.get_by_text(re.compile("July 202[34]")).first.wait_for()
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
        heading, seen = page.get_by_role("heading", name=question), -1.0
        for _ in range(20):  # until the page has stopped scrolling
            page.wait_for_timeout(1000)
            box = heading.bounding_box()
            before, seen = seen, box["y"] if box else -1.0
            if before == seen and 40 < seen < 600:
                break
        assert 40 < seen < 600, question


def test_a_decision_is_set_apart_with_its_vote(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, "What did the Council decide about the motion on fireworks?")
    page.get_by_role("heading", name="Decided").wait_for()
    told = page.locator(".decision").first.inner_text()
    assert "Lost" in told and "9 for, 12 against, 2 abstaining" in told
    assert page.get_by_text(re.compile(r"in 10 answers like this are right")).count() == 1


def test_an_answer_leads_on_to_questions_that_are_answered(page: Page, address: str) -> None:
    page.goto(address)
    offer = page.locator(".row.offer").first
    opening = offer.inner_text()
    ask(page, QUESTION)
    page.get_by_role("heading", name="Sources").wait_for()
    expect(offer).not_to_have_text(opening)
    question = offer.inner_text()
    offer.click()
    page.get_by_role("heading", name=question).wait_for()
    expect(page.get_by_role("heading", name=re.compile("Sources|Nearest items"))).to_have_count(2)


def test_a_citation_in_a_pdf_shows_the_printed_page_and_hands_out_the_file(
    page: Page, address: str, sample_minutes: Path
) -> None:
    page.goto(address)
    ask(page, "What did the petition Open Up Our Town ask for?")
    rows_of(page).filter(has_text="10 July 2024").first.click()
    drawer = page.get_by_role("dialog")
    picture = drawer.get_by_role("img", name=re.compile("Page 1 of the minutes as printed; a bar"))
    picture.wait_for()
    assert picture.evaluate("node => node.complete && node.naturalWidth") > 1000
    order = drawer.locator("mark, img").evaluate_all("nodes => nodes.map(n => n.tagName)")
    assert order[0] == "MARK" and order[-1] == "IMG"  # the words come first
    with page.expect_download() as download:
        drawer.get_by_role("button", name="Download the original file").click()
    original = sample_minutes / "council" / "2024-07-10.pdf"
    assert Path(download.value.path()).read_bytes() == original.read_bytes()


def test_a_draft_leads_to_the_confirmed_minutes_and_items_to_their_neighbours(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/browse")
    choose(page, "Body", "Governing Board")
    page.get_by_role("heading", name=re.compile("^Governing Board")).wait_for()
    choose(page, "Meeting", "21 March 2024 (draft)")
    rows_of(page).filter(has_text="1 ").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_text(re.compile("This draft is superseded")).wait_for()
    drawer.get_by_role("button", name="Open the confirmed minutes").click()
    drawer.get_by_text("confirmed", exact=True).wait_for()
    title = drawer.locator(".title")
    expect(title).to_have_count(1)  # the draft has gone
    before = title.inner_text()
    drawer.get_by_role("button", name="Next item").click()
    expect(title.first).not_to_have_text(before)
    expect(title).to_have_count(1)


def expect(locator: Locator) -> LocatorAssertions:
    from playwright.sync_api import expect as expected

    expected.set_options(timeout=PATIENCE_MS)
    return expected(locator)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=re.compile(label)).click()
    page.get_by_role("option", name=option).click()


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
    rows = rows_of(page).all_inner_texts()
    assert rows
    assert all("Planning Committee" in row for row in rows)


def test_a_conversation_is_kept_for_its_browser_over_a_reload_and_a_restart(
    page: Page, browser: Browser, address: str, root: Path, sample_index: Path, tmp_path: Path
) -> None:
    page.goto(address)
    ask(page, QUESTION)
    page.get_by_role("heading", name="Sources").wait_for()
    answer = page.locator(".answer").inner_text()
    page.get_by_label("Name").fill("Petition for the report")
    page.keyboard.press("Enter")
    kept = page.get_by_role("button", name=re.compile("Petition for the report"))
    kept.wait_for()
    page.reload()
    expect(page.locator(".answer")).to_have_text(answer, use_inner_text=True)
    with served(root, sample_index, tmp_path / "log") as again:  # another process, as if restarted
        page.goto(again)
        page.get_by_label("Search in them").fill("gaunt signatures")
        kept.click()
        expect(page.locator(".answer")).to_have_text(answer, use_inner_text=True)
        page.get_by_role("button", name=re.compile("^Source 1: ")).first.click()
        page.get_by_role("dialog").locator("mark").first.wait_for()  # its citations still open
        page.keyboard.press("Escape")
        named = page.url
        stranger = browser.new_context().new_page()
        stranger.goto(named)
        stranger.get_by_text(re.compile("kept for another browser")).wait_for()
        assert stranger.get_by_text("Petition for the report").count() == 0
        stranger.context.close()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete this conversation").click()
        page.get_by_role("heading", name="Ask the minutes").wait_for()
        kept.wait_for(state="detached")


def test_an_answer_is_shared_by_its_link_and_taken_along(page: Page, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = "navigator.clipboard.readText()"
    page.goto(address)
    ask(page, QUESTION)
    page.get_by_role("heading", name="Sources").wait_for()
    quoted = "Eleanor Gaunt"
    for opens, what in (("Keep or share", "Answer"), ("Download", "Conversation")):
        page.get_by_role("button", name=opens).click()
        for kind, read in (("Word", word_text), ("PDF", pdf_text), ("Markdown", bytes.decode)):
            with page.expect_download() as download:
                page.get_by_role("button", name=f"{what} as {kind}").click()
            told = " ".join(read(Path(download.value.path()).read_bytes()).split())
            told = told.replace("\\", "")
            assert QUESTION in told and quoted in told and "item 412" in told, (what, kind)
        if what == "Answer":
            page.get_by_role("button", name="Copy answer").click()
            assert "minutes of 12 July 2023, item 412" in page.evaluate(copied)
            page.get_by_role("button", name="Copy link to this question").click()
            to_question = page.evaluate(copied)
        page.keyboard.press("Escape")
    page.locator(".marker").first.click()
    page.get_by_role("button", name="Copy link to this item").click()
    page.get_by_role("button", name="Copied").wait_for()
    to_item = page.evaluate(copied)
    assert to_question.startswith(f"{address}/?q=") and to_item.startswith(f"{address}/?item=")
    page.goto(to_item)
    page.get_by_role("dialog").locator(".title", has_text="Item 412").wait_for()
    page.goto(to_question)
    page.get_by_role("heading", name=QUESTION).wait_for()
    page.get_by_role("heading", name="Sources").wait_for()
    assert quoted in page.locator(".answer").inner_text()


def word_text(data: bytes) -> str:
    from docx import Document

    return "\n".join(paragraph.text for paragraph in Document(BytesIO(data)).paragraphs)


def pdf_text(data: bytes) -> str:
    from pypdfium2 import PdfDocument

    return " ".join(page.get_textpage().get_text_bounded() for page in PdfDocument(data))


def test_a_wrong_answer_is_reported_with_its_reason_and_the_verdict_changed(
    page: Page, address: str, sample_index: Path
) -> None:
    def said() -> Said | None:
        kept = conversations.feedback(sample_index)
        return kept[-1].said if len(kept) > before else None

    before = len(conversations.feedback(sample_index))
    page.goto(address)
    ask(page, QUESTION)
    page.get_by_label("Thumbs down").wait_for()
    settled(page)
    page.get_by_label("Thumbs down").click()
    page.get_by_label("What would be right?").wait_for()
    settled(page)
    page.wait_for_timeout(700)  # a page that scrolls closes an open list
    choose(page, "What is wrong", "wrong source")
    page.get_by_label("What would be right?").fill("Item 9.")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_text(re.compile("^Thank you")).wait_for()
    assert said() == Said("down", "wrong source", "Item 9.")
    page.reload()
    expect(page.get_by_label("What would be right?")).to_have_value("Item 9.")
    page.get_by_label("Thumbs up").click()
    expect(page.get_by_label("What would be right?")).to_have_count(0)
    assert said() == Said("up")
    page.get_by_label("Thumbs up").click()
    expect(page.get_by_text(re.compile("^Thank you"))).to_have_count(0)
    assert said() is None


def test_a_look_up_goes_from_the_first_key_to_the_whole_item_without_a_mouse(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/lookup")
    field = page.get_by_role("searchbox")
    expect_focus(field)  # nothing needs to be pressed before typing
    page.keyboard.type("minute 412")
    first = rows_of(page).first
    first.filter(has_text="Give Us Back Our Market Place").wait_for()
    page.keyboard.press("Enter")  # the whole item, one key away
    drawer = page.get_by_role("dialog")
    drawer.get_by_text(re.compile("Item 412")).first.wait_for()
    page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    field.fill("bollards")
    page.locator(".detail mark", has_text="ollards").first.wait_for()
    days = page.locator("h2").all_inner_texts()
    years = [int(re.findall(r"\d{4}", day)[-1]) for day in days]
    assert years == sorted(years, reverse=True) and len(years) > 1
    page.keyboard.press("ArrowDown")
    expect_focus(first)
    page.keyboard.press("ArrowDown")
    expect_focus(rows_of(page).nth(1))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect_focus(field)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    drawer.locator("mark", has_text="ollards").first.wait_for()  # it is marked in the item


def expect_focus(locator: Locator) -> None:
    for _ in range(40):
        if locator.evaluate("node => node.getRootNode().activeElement === node"):
            return
        locator.page.wait_for_timeout(100)
    pytest.fail(f"no focus on {locator}")


def test_the_register_of_decisions_is_filtered_and_taken_along(page: Page, address: str) -> None:
    page.goto(f"{address}/decisions")
    page.get_by_text(re.compile(r"\d+ decisions, newest first")).wait_for()
    expect(rows_of(page)).to_have_count(50)
    page.get_by_role("button", name=re.compile("^Show 50 more of")).click()
    rows_of(page).nth(99).wait_for()
    page.get_by_label("Words in the decision").fill("fireworks decibels")
    page.get_by_text(re.compile("^No decision fits")).wait_for()
    page.get_by_label("Words in the decision").fill("amendment lost")
    rows = rows_of(page)
    rows.filter(has_text="mendment").first.wait_for()
    # The field is emptied before it is filled, which may show all decisions for a moment.
    expect(rows.filter(has_not_text="mendment")).to_have_count(0)
    found = rows.all_inner_texts()
    assert found and all("mendment" in row for row in found)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(StringIO(saved)))) == len(found) + 1
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    assert zipfile.is_zipfile(download.value.path())
    rows.first.click()
    page.get_by_role("dialog").locator("mark").first.wait_for()


def test_the_history_of_a_matter_is_a_timeline_over_bodies(page: Page, address: str) -> None:
    page.goto(f"{address}/history")
    page.get_by_role("searchbox").fill("bus route 47")
    page.get_by_text("6 items of 3 bodies, oldest first.").wait_for()
    years = [int(re.findall(r"20\d\d", row)[0]) for row in rows_of(page).all_inner_texts()]
    assert years == sorted(years) and years[0] < years[-1]
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("heading", name="History of this matter").wait_for()
    assert drawer.get_by_text(re.compile(r"\(this item\)")).count() == 1
    drawer.locator("li .row").filter(has_text="letter of protest").click()
    drawer.locator(".title", has_text="Item 2: Bus route 47").wait_for()


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
        rows_of(page).first.click()
        drawer = page.get_by_role("dialog")
        said = drawer.get_by_text(re.compile("lantern parade was agreed")).first
        said.wait_for()
        text = said.inner_text()
        assert "<script>" in text and "<img src=http://192.0.2.1/x.png" in text
        assert ":red[danger]" in text and "$x^2$" in text
        assert page.title() != "owned"
        live = page.locator("img[src*='192.0.2.1'], a[href*='192.0.2.1'], .katex")
        assert live.count() == 0
        page.keyboard.press("Escape")
        # As long as a name may be.
        name = ":red[danger] <img src=http://192.0.2.1/n> ![p](http://192.0.2.1/q) $x^2$ **b**"
        page.get_by_label("Name").fill(name)
        page.keyboard.press("Enter")
        kept = page.get_by_role("button").filter(has_text=":red[danger]").first
        kept.wait_for()
        page.reload()
        kept.wait_for()
        assert "$x^2$ **b**" in kept.inner_text() and "![p](" in kept.inner_text()
        assert live.count() == 0 and page.title() != "owned"
        for where in ("lookup", "browse", "history", "decisions"):
            page.goto(f"{address}/{where}")
            if where in ("lookup", "history"):
                page.get_by_role("searchbox").fill("lantern")
            title = rows_of(page).filter(has_text=":red[now]").first
            title.wait_for()
            assert "<img src=http://192.0.2.1/t.png>" in title.inner_text()
            assert live.count() == 0
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:", "ws:"))]
    assert foreign == []


@pytest.mark.parametrize("width", [1280, 390, 320])  # 320 is 1280 pixels at 400 % zoom
def test_the_pages_need_no_sideways_scrolling(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    fits = "document.documentElement.scrollWidth <= window.innerWidth + 1"
    page.goto(f"{address}/?q={QUESTION.replace(' ', '+')}")
    page.get_by_role("heading", name=re.compile("Sources|Nearest items")).wait_for()
    assert page.evaluate(fits)
    page.locator(".marker").first.click()
    page.get_by_role("dialog").locator("mark").first.wait_for()
    assert page.get_by_role("dialog").evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    for where in ("lookup", "decisions", "history", "browse", "evaluation", "bring-in"):
        page.goto(f"{address}/{where}")
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate(fits), where


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_violation_on_any_page(page: Page, address: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/?q={QUESTION.replace(' ', '+')}")
    page.get_by_role("heading", name="Sources").wait_for()
    page.get_by_label("Thumbs down").first.click()
    page.get_by_label("What would be right?").wait_for()
    page.get_by_role("button", name="Keep or share").click()
    page.get_by_role("button", name="Answer as Word").wait_for()
    assert violations(page, scheme) == []
    page.keyboard.press("Escape")
    page.locator(".marker").first.click()
    page.get_by_role("dialog").locator("mark").first.wait_for()
    assert violations(page, scheme) == []
    for where in ("lookup", "history", "decisions", "browse"):
        page.goto(f"{address}/{where}")
        if where in ("lookup", "history"):
            page.get_by_role("searchbox").fill("bus")
        rows_of(page).first.wait_for()
        assert violations(page, scheme) == [], where
    page.goto(f"{address}/bring-in")
    page.get_by_role("tab", name="Upload files").wait_for()
    ours = {rule for rule, html in violations(page, scheme) if "stFileUploaderDropzone" not in html}
    assert ours == set()  # that one is Streamlit's, and minor
    page.goto(f"{address}/browse")
    rows_of(page).first.wait_for()
    # What axe is to find is found, also inside the parts that are ours.
    rows_of(page).first.evaluate("node => (node.style.color = 'rgb(128, 128, 128)')")
    rows_of(page).first.evaluate("node => (node.style.background = 'rgb(140, 140, 140)')")
    assert "color-contrast" in {rule for rule, _ in violations(page, scheme)}
