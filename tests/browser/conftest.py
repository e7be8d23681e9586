"""Fixtures: a shop of one's own, and visits to it with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Browser

from app.store.doors import Database
from tests.browser.chromium import chromium, page_of
from tests.browser.shop import Shop, furnish, open_shop
from tests.browser.visits import Visit
from tests.databases import migrate


@pytest.fixture(scope="session")
def browser() -> Browser:
    """The machine's Chromium."""
    return chromium()


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


@pytest.fixture
def visit(browser: Browser, shop: Shop) -> Iterator[Visit]:
    """Somebody at its pages, without scripts."""
    with page_of(browser, java_script_enabled=False) as page:
        yield Visit(page, shop)


@pytest.fixture
def scripted(browser: Browser, shop: Shop) -> Iterator[Visit]:
    """Somebody whose browser runs what scripts there are."""
    with page_of(browser) as page:
        yield Visit(page, shop)
