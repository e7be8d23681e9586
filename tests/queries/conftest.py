"""Databases with contacts."""

from __future__ import annotations

import pytest

from app.domain.contacts import Source
from app.domain.words import DAY
from app.store.doors import Database
from tests.queries.listed import ANA, BEN, CLEO, CROWD, JOSE, keep
from tests.world import NOW, World


@pytest.fixture
def kept(database: Database, world: World) -> Database:
    """Four contacts, made on four days in four ways."""
    sources = (Source.ADMIN, Source.IMPORT, Source.API, Source.SIGNUP)
    languages = ("de", None, "de", "nl")
    for day, person in enumerate((ANA, BEN, CLEO, JOSE)):
        at, source, language = NOW + day * DAY, sources[day], languages[day]
        keep(database, person, source=source, language=language, at=at)
    return database


@pytest.fixture
def crowd(database: Database, world: World) -> Database:
    """More contacts than two pages hold."""
    keep(database, *CROWD)
    return database
