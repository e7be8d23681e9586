"""The changes feed: no event is skipped or repeated for who keeps the cursor."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from app.domain.changes import Subscribe, Unsubscribe
from app.domain.feed import Committed, Cursor, in_order, parse_cursor
from app.domain.words import Scope
from app.queries import feed as reading
from app.services import feed, preferences
from app.store.doors import Database
from tests.world import ANA, BEN, CLEO, NOW, WORLD, World, by, instruction, say

START = Cursor(0, 0)


def read(database: Database, after: Cursor = START, most: int = 100) -> reading.Changes:
    """What a reader gets."""
    with database.reading() as connection:
        ends = reading.end(connection)
        return reading.changes(connection, WORLD.catalog, after, ends, None, most)


def whom(found: reading.Changes) -> list[tuple[str, int]]:
    """Whose events they are, and their numbers."""
    names = {p.key.hex(): p.name for p in (ANA, BEN, CLEO)}
    return [(names[e["addressKey"]], e["number"]) for e in found.events]


def test_every_event_has_one_position_and_addresses_keep_their_order(
    database: Database, world: World
) -> None:
    no = Unsubscribe(Scope.type(world.novels.id), world.novels)
    say(database, BEN, no, by_=by(at=NOW + 2))
    say(database, ANA, no, by_=by(at=NOW + 3))
    say(database, ANA, Subscribe(world.novels), by_=by(at=NOW + 1))  # its clock was set back
    assert read(database).events == []
    assert database.write(feed.sequence, NOW) == 3
    assert database.write(feed.sequence, NOW) == 0
    first = read(database, most=2)
    assert whom(first) == [("Ben", 1), ("Ana", 1)]
    assert first.more
    rest = read(database, first.next)
    assert (whom(rest), rest.more) == ([("Ana", 2)], False)
    assert read(database, rest.next).events == []


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_transaction_that_is_held_open_loses_nothing(database: Database, world: World) -> None:
    """However transactions interleave: who began first and commits last stands behind the other."""
    begun, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        preferences.apply(connection, instruction(ANA, Subscribe(world.novels)))
        begun.set()
        assert go.wait(60)

    thread = threading.Thread(target=database.write, args=(slow,))
    thread.start()
    assert begun.wait(60)
    say(database, BEN, Subscribe(world.novels), by_=by(at=NOW + 5))
    assert database.write(feed.sequence, NOW) == 1
    first = read(database)
    assert whom(first) == [("Ben", 1)]
    go.set()
    thread.join()
    assert read(database, first.next).events == []
    assert database.write(feed.sequence, NOW) == 1
    assert whom(read(database, first.next)) == [("Ana", 1)]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_sequencers_give_no_position_twice(database: Database, world: World) -> None:
    """The second finds the first at it, and leaves it to it."""
    say(database, ANA, Subscribe(world.novels))

    def both(connection: Connection) -> tuple[int, int]:
        return feed.sequence(connection, NOW), database.write(feed.sequence, NOW)

    assert database.write(both) == (1, 0)


def test_what_is_asked_for_by_scope_is_what_may_decide(database: Database, world: World) -> None:
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id), world.novels))
    say(database, BEN, Unsubscribe(Scope.type(world.evenings.id), world.evenings))
    say(database, CLEO, Unsubscribe(Scope.brand(world.fernway.id)))
    database.write(feed.sequence, NOW)
    scopes = reading.concerning(world.catalog, types=[world.novels.id], brands=[])
    with database.reading() as connection:
        ends = reading.end(connection)
        found = reading.changes(connection, world.catalog, START, ends, scopes, 10)
    assert {name for name, _ in whom(found)} == {"Ana", "Cleo"}


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=1), st.integers(0, 5)), max_size=30))
def test_order_keeps_each_address_whatever_the_clocks_say(made: list[tuple[bytes, int]]) -> None:
    numbers: dict[bytes, int] = {}
    events = []
    for key, at in made:
        numbers[key] = numbers.get(key, 0) + 1
        events.append(Committed(key, numbers[key], at))
    ordered = in_order(reversed(events))
    assert sorted(ordered) == sorted(events)
    for key in numbers:
        own = [e.number for e in ordered if e.address_key == key]
        assert own == sorted(own)


def test_a_cursor_reads_as_it_was_written() -> None:
    assert parse_cursor(str(Cursor(2**40, 812))) == (2**40, 812)
    for odd in ("", "x", "1", "1.", ".1", "1.-1", "1.1.1", "z.1", "1.\u0661", "1" * 50):
        with pytest.raises(ValueError, match=r"cursor|invalid literal"):
            parse_cursor(odd)
