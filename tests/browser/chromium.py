"""The machine's Chromium, as the tests drive it."""

from __future__ import annotations

import atexit
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.lacking import lacks
from tests.processes.installation import PATIENCE

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell is the same engine without windows, and takes half of the processor's time."""
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
USUAL: ViewportSize = {"width": 1280, "height": 720}
IDLE: dict[frozenset[tuple[str, Any]], list[Page]] = defaultdict(list)
"""Pages that nobody is at, by how their browser is."""


def chromium() -> Browser:
    """The browser of this process. Skips where the machine has none; under CI that fails."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        lacks(f"There is no {' or '.join(NAMES)} on the PATH")
    return _running(found)


@contextmanager
def page_of(browser: Browser, **how: Any) -> Iterator[Page]:
    """A page of a browser that is so, with nothing kept in it. Whoever asks next gets it again: to
    open one takes longer than most of what is then done there."""
    idle = IDLE[frozenset(how.items())]
    page = idle.pop() if idle else patient(browser.new_context(**how)).new_page()
    yield page
    _left(page)
    idle.append(page)


def patient(context: BrowserContext) -> BrowserContext:
    """However slow the machine, what comes in the end is waited for."""
    context.set_default_timeout(1_000 * PATIENCE)
    return context


def _left(page: Page) -> None:
    """As it was when it was opened."""
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.goto("about:blank")
    page.context.clear_cookies()
    page.context.clear_permissions()
    if page.viewport_size != USUAL:
        page.set_viewport_size(USUAL)
    page.emulate_media(media="null", color_scheme="null", forced_colors="null")


@cache
def _running(executable: str) -> Browser:
    """Started when first asked for; it ends with the process. Root cannot make its sandbox."""
    expect.set_options(timeout=1_000 * PATIENCE)
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(
        executable_path=executable, args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
    )
