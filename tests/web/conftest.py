"""The application over the cast of tests/world.py, on both databases; each test sets its clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from app.config import Settings
from app.store.doors import Database
from app.web.site import Site
from tests.web.houses import Clock, Mailed, overheard, running, settings_for, site_of, store
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, World


@pytest.fixture
def clock() -> Clock:
    """Noon on the first of June, until the test says otherwise."""
    return Clock()


@pytest.fixture
def one_minute(clock: Clock) -> Iterator[None]:
    """Time stands still for limits too, which count by the system's clock."""
    with time_machine.travel(clock() / 1000, tick=False):
        yield


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of one installation."""
    return settings_for(database_url, tmp_path)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement the application says to its databases."""
    with overheard(monkeypatch) as said:
        yield said


@pytest.fixture
def app(settings: Settings, world: World, clock: Clock, heard: list[str]) -> Iterator[Flask]:
    """The application, with the cast in its database. Ana's and Ben's addresses are stored."""
    with running(settings, clock) as app:
        yield app


@pytest.fixture
def world(database: Database, world: World) -> World:
    """The cast; the texts of Ana's and Ben's addresses are known, Cleo's is not."""
    store(database, ANA)
    store(database, BEN)
    return world


@pytest.fixture
def site(app: Flask) -> Site:
    """What the application's views work with."""
    return site_of(app)


@pytest.fixture
def mailed(site: Site, world: World) -> Mailed:
    """The links in what was mailed."""
    return Mailed(site, world.fernway.id)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser."""
    return Visitor(app)
