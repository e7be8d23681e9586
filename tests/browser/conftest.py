"""Fixtures: a shop of one's own, and visits to it with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from app.store.doors import Database
from tests.browser import chromium
from tests.browser.shop import Shop, furnish, open_shop
from tests.browser.visits import Visit
from tests.databases import migrate

USUAL: ViewportSize = {"width": 1280, "height": 720}


@pytest.fixture(scope="session")
def browser() -> Browser:
    """The machine's Chromium."""
    return chromium.chromium()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a shop that has just opened."""
    path = tmp_path_factory.mktemp("furnished") / "sayso.db"
    migrate(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    furnish(database)
    database.close()
    return path


@pytest.fixture
def shop(furnished: Path, tmp_path: Path) -> Iterator[Shop]:
    """A shop of one's own."""
    with open_shop(Path(copy(furnished, tmp_path))) as shop:
        yield shop


@pytest.fixture(scope="session")
def plain_page(browser: Browser) -> Iterator[Page]:
    """A page without scripts. To open one takes longer than most of what is then done there."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


@pytest.fixture
def visit(plain_page: Page, shop: Shop) -> Iterator[Visit]:
    """Somebody at its pages, without scripts. Afterwards the browser is as it was."""
    yield Visit(plain_page, shop)
    for other in plain_page.context.pages:
        if other is not plain_page:
            other.close()
    plain_page.goto("about:blank")
    plain_page.context.clear_cookies()
    plain_page.set_viewport_size(USUAL)
    plain_page.emulate_media(media="null", color_scheme="null", forced_colors="null")


@pytest.fixture
def scripted(browser: Browser, shop: Shop) -> Iterator[Visit]:
    """Somebody whose browser runs what scripts there are."""
    with browser.new_context() as context:
        yield Visit(context.new_page(), shop)
