"""Accessibility violations of the page that a browser shows, found by axe-core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Every rule in light colours; in dark ones only what colours are about.
SCHEMES: dict[str, dict[str, Any]] = {
    "light": {"type": "tag", "values": STANDARDS},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}


def violations(page: Page, scheme: str) -> list[tuple[str, str]]:
    """(rule, HTML of the element) of all violations of the rules that go with a scheme."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_timeout(600)  # fading in, colours have less contrast
    found = Axe().run(page, options={"runOnly": SCHEMES[scheme]}).response
    seen = {rule["id"] for rule in found["passes"] + found["violations"]}
    # Of a page under an open dialog axe leaves the colours out, also the dialog's.
    assert "color-contrast" in seen or page.get_by_role("dialog").is_visible()
    return [(rule["id"], node["html"]) for rule in found["violations"] for node in rule["nodes"]]
