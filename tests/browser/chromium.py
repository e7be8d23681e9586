"""The machine's Chromium, as the tests drive it."""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cache

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """Where the machine has it."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@cache
def chromium() -> Browser:
    """The browser of this process, started when first asked for; it ends with the process.

    Its sandbox cannot be made by root, who runs the tests in a container.
    """
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(
        executable_path=executable(), args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
    )
