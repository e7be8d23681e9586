"""Connections at rest: used again at once, and never kept from whoever waits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import QueuePool, create_engine, text

from app.store import resting
from app.store.doors import Database, Unavailable
from app.store.resting import Resting


@pytest.fixture
def single() -> Iterator[Resting]:
    """The one connection of a pool."""
    connections = Resting(
        create_engine(
            "sqlite://",
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=300,
            connect_args={"check_same_thread": False},
        )
    )
    yield connections
    connections.dispose()


def test_whoever_reads_next_has_the_connection_that_was_used_just_now(database: Database) -> None:
    with database.reading() as first, database.reading() as second:
        assert first is not second
    with database.reading() as third:
        assert third is first


def test_a_connection_comes_back_with_nothing_begun(database: Database) -> None:
    with database.reading() as first:
        first.execute(text("SELECT 1"))
    with database.reading() as second:
        assert second is first
        assert not second.in_transaction()


def test_what_rested_longer_goes_back_to_the_pool(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.reading() as first:
        pass
    monkeypatch.setattr(resting, "IDLE_SECONDS", -1.0)
    with database.reading() as second:
        assert second is not first
        assert first.closed


def test_where_one_failed_the_others_are_looked_at_too(database: Database) -> None:
    with database.reading() as failing, database.reading() as well:
        pass

    def fail() -> None:
        with database.reading(), database.reading():
            raise OSError("the connection is lost")

    with pytest.raises(Unavailable):
        fail()
    assert failing.closed
    assert well.closed


def test_whoever_waits_at_an_empty_pool_gets_what_is_put_back(single: Resting) -> None:
    """However the two meet: no waiting time may pass before it is seen."""
    with ThreadPoolExecutor(1) as other:
        for _ in range(50):
            taken = single.take()
            waits = other.submit(single.take)
            single.put(taken)
            single.put(waits.result())
