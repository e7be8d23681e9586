"""An installation without a web server, on both databases, and files to import into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.services.catalog import switch_data_privacy
from app.store.doors import Database
from app.web.site import Site, make_site
from tests.imports.files import Office
from tests.web.houses import Clock, settings_for, store
from tests.world import ANA, BEN, YESTERDAY, World, seen


@pytest.fixture
def privacy() -> bool:
    """Whether data privacy is on; a test may say otherwise."""
    return False


@pytest.fixture
def world(database: Database, world: World, privacy: bool) -> World:
    """The cast; Ana's and Ben's addresses are known."""
    store(database, ANA)
    store(database, BEN)
    database.write(switch_data_privacy, privacy, YESTERDAY)
    return seen(database)


@pytest.fixture
def site(database_url: str, tmp_path: Path, world: World) -> Iterator[Site]:
    """Doors, keys and catalogue; the clock stands at noon."""
    made = replace(make_site(settings_for(database_url, tmp_path)), now=Clock())
    yield made
    made.database.close()
    made.counts.close()


@pytest.fixture
def office(site: Site, world: World) -> Office:
    """Who imports."""
    return Office(site, world)
