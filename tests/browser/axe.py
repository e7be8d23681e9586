"""axe, the judge of screens (R-158)."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

HEIGHT = 800
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "iframes": False,
}
JUDGE = "async rules => (await axe.run(document, rules)).violations"
"""Only what is wrong: to hand over the rest takes longer than to judge."""


def wrong_in(page: Page, scheme: Any, width: int) -> list[tuple[str, list[str]]]:
    """What axe finds wrong in this look, each with the elements it is about."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    return wrong(page)


def wrong(page: Page) -> list[tuple[str, list[str]]]:
    """The same as the page is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(JUDGE, RULES)
    return [(one["help"], [node["html"] for node in one["nodes"]]) for one in found]
