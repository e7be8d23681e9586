"""The doors: what may be written where, and what a failure leaves (architecture.md, 2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, insert, select, text, update

from app.domain.catalog import Policy
from app.domain.changes import Unsubscribe
from app.domain.deeds import Doer
from app.domain.words import ACCOUNT, Scope
from app.services import catalog, contacts, preferences
from app.services.catalog import NewBrand
from app.services.contacts import Draft
from app.store import addresses
from app.store.doors import TRIES, Database, Unavailable
from app.store.tables import audit, brand_logo, contact
from tests.databases import ON_POSTGRES
from tests.meetings import meeting
from tests.world import ANA, BEN, NOW, World, instruction, say

OPT_OUT = Unsubscribe(ACCOUNT)
WRITES = (
    "INSERT INTO outbox SELECT * FROM outbox",
    "UPDATE account SET name = 'x'",
    "DELETE FROM preference",
    "CREATE TABLE x (y integer)",
)


def number(database: Database) -> int:
    """How many events Ana has."""
    with database.reading() as connection:
        return addresses.known(connection, ANA.key).number


@pytest.mark.parametrize("statement", WRITES)
def test_the_read_doors_refuse_to_write(database: Database, world: World, statement: str) -> None:
    """R-10, R-92, R-120: a GET reads through these doors only, so it changes nothing."""
    for door in (database.reading, database.browsing):
        with pytest.raises(Unavailable, match=r"read-?only"), door() as connection:
            connection.execute(text(statement))


def test_the_one_writer_cannot_write_through_a_read_door(database: Database) -> None:
    """R-10, R-120: not even by the fast way beneath the door."""
    for door in (database.reading, database.browsing):
        with pytest.raises(Unavailable, match=r"read-?only"), door() as connection:
            preferences.apply(connection, instruction(ANA, OPT_OUT))
    assert number(database) == 0


def test_what_a_write_returns_is_on_disk(database: Database, database_url: str) -> None:
    """R-17: committed before anybody is told."""
    say(database, ANA, OPT_OUT)
    other = Database(database_url)
    assert number(other) == 1
    other.close()


class Mistake(Exception):
    """Something went wrong in the middle."""


def test_a_write_that_raises_leaves_nothing_and_the_next_one_works(database: Database) -> None:
    def work(connection: Connection) -> None:
        preferences.apply(connection, instruction(ANA, OPT_OUT))
        preferences.apply(connection, instruction(BEN, OPT_OUT))
        raise Mistake

    with pytest.raises(Mistake):
        database.write(work)
    assert number(database) == 0
    assert say(database, ANA, OPT_OUT).number == 1


def test_a_write_whose_commit_fails_leaves_nothing_and_the_next_one_works(
    database: Database, world: World
) -> None:
    """R-17, H-45: no false answer. A reference that is checked only at COMMIT makes it fail."""
    later = (
        "ALTER TABLE brand_logo ALTER CONSTRAINT fk_brand_logo_brand DEFERRABLE INITIALLY DEFERRED"
    )
    if database.dialect == "postgresql":
        database.write(lambda connection: connection.execute(text(later)))

    def work(connection: Connection) -> None:
        if database.dialect == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        preferences.apply(connection, instruction(ANA, OPT_OUT))
        connection.execute(insert(brand_logo).values(brand=7, media_type="x", content=b"x"))
        said.append("done")

    said: list[str] = []
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        database.write(work)
    assert said == ["done"] * TRIES
    assert number(database) == 0
    assert say(database, ANA, OPT_OUT).number == 1


def failing(sqlstate: str, times: int) -> tuple[Callable[[Connection], int], list[int]]:
    """Work that opts Ana out and then fails so many times, and the list it counts its runs in."""
    runs: list[int] = []

    def work(connection: Connection) -> int:
        preferences.apply(connection, instruction(ANA, OPT_OUT))
        runs.append(1)
        if len(runs) <= times:
            fail = f"DO $$BEGIN RAISE EXCEPTION 'now' USING ERRCODE = '{sqlstate}'; END$$"
            connection.execute(text(fail))
        return len(runs)

    return work, runs


@ON_POSTGRES
@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
def test_a_serialisation_failure_is_tried_again(database: Database, sqlstate: str) -> None:
    """H-23: two who collide are both served."""
    work, runs = failing(sqlstate, TRIES - 1)
    assert database.write(work) == TRIES == len(runs)
    assert number(database) == 1


def test_who_finds_an_id_taken_draws_another(database: Database) -> None:
    """H-23: two contacts of one millisecond may draw the same id, and both are made."""
    ana, ben = (Draft(person.key, person.address) for person in (ANA, BEN))
    taken = database.write(contacts.create, ana, Policy(), Doer(7, NOW))
    drawn = [taken, taken]

    def work(connection: Connection) -> int:
        id_ = contacts.create(connection, ben, Policy(), Doer(7, NOW))
        if drawn:
            own = contact.c.id == id_
            connection.execute(update(contact).where(own).values(id=drawn.pop()))
        return id_

    made = database.write(work)
    with database.reading() as connection:
        ids = set(connection.scalars(select(contact.c.id)))
        assert ids == {taken, made}
        assert connection.scalar(select(func.count()).select_from(audit)) == 2


@ON_POSTGRES
def test_writers_of_one_address_see_what_the_former_one_left_whatever_the_server_isolates_by(
    database: Database, database_url: str
) -> None:
    """H-23: another default of the database would show the second one what was before its lock."""
    strict = (
        f"ALTER DATABASE {database.url.database} SET default_transaction_isolation = 'serializable'"
    )
    database.write(lambda connection: connection.execute(text(strict)))
    other = Database(database_url)
    second = meeting(
        other,
        lambda connection: addresses.lock(connection, [ANA.key]),
        lambda theirs: say(theirs, ANA, OPT_OUT),
        lambda connection: preferences.apply(
            connection, instruction(ANA, Unsubscribe(Scope.type(7)))
        ),
    )
    assert second.number == number(other) == 2
    other.close()


@ON_POSTGRES
def test_of_two_who_give_one_name_at_once_the_second_is_told_that_it_is_taken(
    database: Database,
) -> None:
    """H-23: no fault of the database, which neither could see coming."""
    tea = NewBrand("tea", "Tea")
    with pytest.raises(catalog.Taken):
        meeting(
            database,
            lambda connection: catalog.add_brand(connection, tea, NOW),
            lambda other: other.write(catalog.add_brand, tea, NOW),
        )


@ON_POSTGRES
@pytest.mark.parametrize(("sqlstate", "tries"), [("40001", TRIES), ("53100", 1), ("57014", 1)])
def test_what_cannot_be_stored_is_unavailable_and_leaves_nothing(
    database: Database, sqlstate: str, tries: int
) -> None:
    """R-17, H-45: 503 is answered from this, never a false 200. 53100: the disk is full."""
    work, runs = failing(sqlstate, 99)
    with pytest.raises(Unavailable):
        database.write(work)
    assert len(runs) == tries
    assert number(database) == 0


@ON_POSTGRES
def test_a_connection_that_dies_is_unavailable_and_the_next_write_works(
    database: Database,
) -> None:
    """H-45: the server restarts under a request."""

    def work(connection: Connection) -> None:
        preferences.apply(connection, instruction(ANA, OPT_OUT))
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unavailable):
        database.write(work)
    assert number(database) == 0
    assert say(database, ANA, OPT_OUT).number == 1


@ON_POSTGRES
def test_a_list_whose_connection_dies_is_unavailable_and_the_next_one_is_read(
    database: Database,
) -> None:
    """H-45: 503 is answered from this, and who asks again is served."""
    end = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable), database.browsing() as connection:
        connection.execute(end)
    with database.browsing() as connection:
        assert addresses.known(connection, ANA.key).number == 0


def test_browsing_has_one_unmoving_view(database: Database) -> None:
    with database.browsing() as connection:
        assert addresses.known(connection, ANA.key).number == 0
        say(database, ANA, OPT_OUT)
        assert addresses.known(connection, ANA.key).number == 0
    assert number(database) == 1


def test_reading_sees_each_commit_at_once(database: Database) -> None:
    with database.reading() as connection:
        assert addresses.known(connection, ANA.key).number == 0
        say(database, ANA, OPT_OUT)
        assert addresses.known(connection, ANA.key).number == 1
