"""Pictures of every screen, for people to look at: python -m tests.browser.screenshots DIRECTORY

Each is taken narrow, wide, dark, and in Arabic; a word after the directory chooses screens.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from shutil import copy
from typing import Any

from app.store.doors import Database
from tests.browser.chromium import chromium
from tests.browser.screens import SCREENS
from tests.browser.shop import furnish, open_shop
from tests.browser.visits import Visit
from tests.databases import migrate

LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "375": ("en", {"viewport": {"width": 375, "height": 812}}),
    "1280": ("en", {"viewport": {"width": 1280, "height": 800}}),
    "375-dark": ("en", {"viewport": {"width": 375, "height": 812}, "color_scheme": "dark"}),
    "375-ar": ("ar", {"viewport": {"width": 375, "height": 812}}),
    "320-de": ("de", {"viewport": {"width": 320, "height": 640}}),
}


def main(directory: Path, wanted: str = "") -> None:
    """Take them."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        furnished = Path(temporary) / "furnished.db"
        migrate(f"sqlite:///{furnished}")
        database = Database(f"sqlite:///{furnished}")
        furnish(database)
        database.close()
        for name in (name for name in SCREENS if wanted in name):
            for look in LOOKS:
                take(name, look, furnished, directory / f"{name}-{look}.png")


def take(name: str, look: str, furnished: Path, picture: Path) -> None:
    """Reach a screen in a shop of its own, and take its picture."""
    language, options = LOOKS[look]
    with tempfile.TemporaryDirectory() as temporary:
        database = Path(copy(furnished, Path(temporary) / "sayso.db"))
        with (
            open_shop(database) as shop,
            chromium().new_context(java_script_enabled=False, **options) as context,
        ):
            SCREENS[name](Visit(context.new_page(), shop, language))
            context.pages[0].screenshot(path=picture, full_page=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
