"""How long a question may take."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.store import patience
from app.store.doors import Database
from app.store.patience import TooSlow, in_time
from tests.databases import ON_POSTGRES

LIMIT = "SHOW statement_timeout"


def test_what_takes_too_long_is_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Combinations stop after two seconds, with a word for it."""
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.05)
    endless = {
        "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
        "SELECT count(*) FROM n",
        "postgresql": "SELECT count(*) FROM generate_series(1, 1000000000)",
    }
    with database.browsing() as connection, pytest.raises(TooSlow), in_time(connection):
        connection.execute(text(endless[database.dialect])).all()
    with database.browsing() as connection:
        assert connection.scalar(select(1)) == 1


@ON_POSTGRES
def test_the_limit_ends_with_what_it_is_for(database: Database) -> None:
    """What a page asks after its search was given up as if the database were away."""
    with database.browsing() as connection:
        before = connection.scalar(text(LIMIT))
        with in_time(connection):
            assert connection.scalar(text(LIMIT)) not in ("0", before)
        assert connection.scalar(text(LIMIT)) == before
