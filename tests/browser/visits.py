"""One visit to the shop: a browser's page, and what a person does with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, Response

from tests.browser.shop import Shop


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the pages, reading them in one language."""

    page: Page
    shop: Shop
    language: str = "en"

    def open(self, url: str) -> Response:
        """Open a link."""
        query = "&" if urlsplit(url).query else "?"
        response = self.page.goto(f"{url}{query}lang={self.language}")
        assert response is not None
        return response

    def open_preferences(self) -> Response:
        """Open Ana's preferences link."""
        return self.open(self.shop.preferences())

    def open_unsubscribe(self, slug: str = "offers") -> Response:
        """Open Ana's unsubscribe link of a type."""
        return self.open(self.shop.unsubscribe(slug))

    def box(self, slug: str) -> Locator:
        """The box of a type."""
        return self.page.locator(f"#t{self.shop.type(slug).id}")

    def press(self, do: str) -> Response:
        """Press a button of the preference page, known by what it does in any language."""
        return self._press(self.page.locator(f"main button[value={do}]").first)

    def click(self, name: str) -> Response:
        """Press the button of this name."""
        return self._press(self.page.get_by_role("button", name=name, exact=True))

    def press_below(self, path: str) -> Response:
        """Press a button of an unsubscribe page, known by the path below it."""
        return self._press(self.page.locator(f"form[action*='/{path}'] button").first)

    def press_only(self) -> Response:
        """Press the page's one button."""
        return self._press(self.page.locator("main button"))

    def _press(self, button: Locator) -> Response:
        """Press, and wait for the answer's page."""
        with self.page.expect_navigation() as answer:
            button.click()
        return answer.value

    def heading(self) -> str:
        """What the page is about."""
        return self.page.locator("h1").inner_text()

    def facts(self) -> dict[str, str]:
        """What the page tells, by its label."""
        labels = self.page.locator(".facts dt").all_inner_texts()
        texts = self.page.locator(".facts dd").all_inner_texts()
        return {label: re.sub(r"\s+", " ", text) for label, text in zip(labels, texts, strict=True)}

    def requests(self) -> list[Request]:
        """What the page asks for from now on; the list grows."""
        asked: list[Request] = []

        def note(request: Request) -> None:
            asked.append(request)

        self.page.on("request", note)
        return asked

    @property
    def stylesheet(self) -> str:
        """The URL of the page's stylesheet."""
        href = self.page.locator("link[rel=stylesheet]").get_attribute("href")
        return f"{self.shop.url}{href}"

    @contextmanager
    def restyled(self, style: str) -> Iterator[None]:
        """The page with rules of the reader's own, for a while. Its CSP must be bypassed."""
        added = self.page.add_style_tag(content=style)
        try:
            yield
        finally:
            added.evaluate("style => style.remove()")

    def ticked(self) -> list[str]:
        """The names of the types whose boxes are ticked."""
        boxes = self.page.locator(".types li:has(:checked) label")
        return boxes.all_inner_texts()
