"""The machine's Chromium, as the tests drive it."""

from __future__ import annotations

import atexit
import os
import shutil
from functools import cache

from playwright.sync_api import Browser, sync_playwright

from tests.lacking import lacks

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> Browser:
    """The browser of this process. Skips where the machine has none; under CI that fails."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        lacks(f"There is no {' or '.join(NAMES)} on the PATH")
    return _running(found)


@cache
def _running(executable: str) -> Browser:
    """Started when first asked for; it ends with the process. Root cannot make its sandbox."""
    playwright = sync_playwright().start()
    atexit.register(playwright.stop)
    return playwright.chromium.launch(
        executable_path=executable, args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
    )
