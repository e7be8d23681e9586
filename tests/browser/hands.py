"""How a person works at a page: with a mouse, or with nothing but a keyboard."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Page

FOCUSED = """() => {
    const one = document.activeElement
    const name = one.getAttribute('aria-label') ?? (one.labels?.[0] ?? one).textContent
    return name.replace(/\\s+/g, ' ').trim()
}"""
SHOWN = "() => document.activeElement.selectedOptions[0].textContent.trim()"
SKIP = "Skip to content"
FAR = 120


class Hands(Protocol):
    """What a person does, with things called by their names."""

    page: Page

    def press(self, name: str) -> None:
        """A button that leads on."""

    def follow(self, name: str) -> None:
        """A link."""

    def write(self, label: str, text: str) -> None:
        """Into a field, in place of what stands there."""

    def choose(self, label: str) -> None:
        """One of several, or a box."""

    def pick(self, label: str, option: str) -> None:
        """From a list that drops down."""

    def unfold(self, name: str) -> None:
        """What is folded away."""


class Mouse:
    """Points at things and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str) -> None:
        """Click it."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        """Click it."""
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name, exact=True).first.click()

    def write(self, label: str, text: str) -> None:
        """Click into it three times, which marks all, and type."""
        field = self.page.get_by_label(label, exact=True).first
        field.click(click_count=3)
        field.fill(text)

    def choose(self, label: str) -> None:
        """Click its label, or the box that has none in sight."""
        seen = self.page.locator("label").get_by_text(label, exact=True)
        (seen if seen.count() else self.page.get_by_label(label, exact=True)).first.click()

    def pick(self, label: str, option: str) -> None:
        """Take it from the list."""
        self.page.get_by_label(label, exact=True).first.select_option(label=option)

    def unfold(self, name: str) -> None:
        """Click it."""
        self.page.locator("summary").get_by_text(name, exact=True).last.click()


class Keyboard:
    """Knows Tab, Enter, Space, the arrows and letters."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, name: str) -> None:
        """Enter."""
        self._reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        """Enter."""
        self.press(name)

    def write(self, label: str, text: str) -> None:
        """Arriving by Tab marks all; a long text is marked by hand."""
        self._reach(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def choose(self, label: str) -> None:
        """Space; among radio buttons, of which Tab reaches one, the arrows."""
        radios = self.page.get_by_role("radio", name=label, exact=True)
        if radios.count():
            self._arrow_to(radios.first.get_attribute("name") or "", label)
        else:
            self._reach(label)
            self.page.keyboard.press("Space")

    def pick(self, label: str, option: str) -> None:
        """The arrows go through the list."""
        self._reach(label)
        self.page.keyboard.press("Home")
        for _ in range(FAR):
            if self.page.evaluate(SHOWN) == option:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} has no {option}")

    def unfold(self, name: str) -> None:
        """Enter."""
        self._reach(name)
        self.page.keyboard.press("Enter")

    def _arrow_to(self, group: str, label: str) -> None:
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.name") == group:
                break
        for _ in range(FAR):
            if self.page.evaluate(FOCUSED) == label:
                return self.page.keyboard.press("Space")
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrows do not reach {label}")

    def _reach(self, name: str) -> None:
        """By Tab; what is in the main part by the link that skips the rest."""
        aside = self.page.locator("header").get_by_text(name, exact=True).count()
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(FOCUSED)
            if focused == name:
                return
            if focused == SKIP and not aside:
                self.page.keyboard.press("Enter")
        raise AssertionError(f"the keyboard does not reach {name}")
