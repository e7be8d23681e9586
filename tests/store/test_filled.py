"""The benchmarks' filler writes what the present schema holds."""

from __future__ import annotations

from sqlalchemy import func, select

from app.store.doors import Database
from app.store.tables import contact, event
from bench.fill import fill
from bench.people import EVENTS


def test_a_filled_database_has_its_contacts_and_a_ledger_that_explains_them(
    database: Database, database_url: str
) -> None:
    """Else the figures of docs/performance.md could be repeated by nobody."""
    fill(database_url, 40)
    with database.reading() as connection:
        counts = (connection.scalar(select(func.count()).select_from(t)) for t in (contact, event))
        assert [*counts] == [40, 40 * EVENTS]
