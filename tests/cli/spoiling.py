"""An installation that a test may spoil behind Sayso's back, and what verify says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.store.tables import audit, event, evidence, setting_version, text_version
from tests.cli.ledgers import ANA, settle_three_choices
from tests.cli.running import Finished, run
from tests.databases import BOTH, PostgresServer
from tests.processes.fixtures import Examples
from tests.processes.installation import SECRETS, Installation, Shop

Doing = Callable[[Connection, bytes], None]
SOUND = "6 addresses: the ledger explains all that stands.\n"


@pytest.fixture(params=BOTH)
def spoilt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose ledger a test may spoil: nobody looks at it afterwards."""
    if request.param == "sqlite":
        yield Installation(tmp_path, dict(SECRETS))
        return
    server: PostgresServer = request.getfixturevalue("postgresql_databases")
    with server.fresh(tmp_path) as url:
        yield Installation(tmp_path, {"SAYSO_DATABASE_URL": url, **SECRETS})


@pytest.fixture
def shop(spoilt: Installation, examples: Examples) -> Iterator[Shop]:
    """The example, and Ana with three events."""
    examples.move_into(spoilt)
    shop = Shop(spoilt.site())
    settle_three_choices(shop)
    with closing(shop.site.database):
        yield shop


def verify(installation: Installation, *address: str) -> Finished:
    """`sayso verify`."""
    return run(("verify", *address), installation.environment)


def spoil(shop: Shop, doing: Doing) -> None:
    """Drop the triggers that refuse, as only who owns the database can, and do it."""
    shop.site.database.write(_unguarded)
    shop.site.database.write(doing, shop.site.keys(ANA))


def _unguarded(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        for table in (event, evidence, setting_version, text_version, audit):
            connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        return
    names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in list(names):
        connection.execute(text(f"DROP TRIGGER {name}"))
