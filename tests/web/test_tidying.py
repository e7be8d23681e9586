"""What nobody confirmed in time loses its open state and its words; the event stays (R-84)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.domain.changes import Ask
from app.domain.rights import MOVE_LASTS, Outcome, Right
from app.domain.standing import request_of
from app.domain.words import DAY, HOUR, Kind
from app.queries.proof import prove
from app.queries.waiting import due
from app.services import own_move, tidying
from app.services.rights import Asked
from app.store.doors import WRITING, Database
from app.store.tables import rights_request, sign_up
from app.web.site import Site
from app.worker.loop import Worker
from app.worker.tidying import Tidying
from tests.databases import ON_SQLITE
from tests.web.houses import Clock, events, known, proof
from tests.web.visiting import Visitor
from tests.world import ANA, CLEO, NOW, World, by, say

WEEK = 7 * DAY


@pytest.fixture
def asked(visitor: Visitor, database: Database, world: World) -> World:
    """Cleo signed up by the form, Ana ticked a type that asks, and wants to move."""
    sent = [("email", CLEO.address), ("type", str(world.novels.id))]
    visitor.send(sent, "/s/fernway")
    say(database, ANA, Ask(world.letter, NOW + WEEK), by_=by(at=NOW), evidence={"of": "person"})
    wanted = Asked(Right.ADDRESS_CHANGE, ANA.key, world.fernway.id, "en", NOW, b"1" * 32)
    database.write(own_move.ask, wanted, None, CLEO.key, CLEO.address)
    return world


def kept(database: Database) -> list[str | None]:
    """The typed addresses that are still kept."""
    with database.reading() as connection:
        typed = connection.scalars(select(sign_up.c.address)).all()
        moves = connection.scalars(select(rights_request.c.other_address)).all()
    return [*typed, *moves]


def test_a_request_ends_with_its_link_and_its_event_stays(
    site: Site, database: Database, clock: Clock, asked: World
) -> None:
    """R-84; the ledger explains all that stands, before and after."""
    duty = Tidying(site)
    clock.pass_(WEEK - 1)
    assert duty.work() == 0
    assert kept(database) == [CLEO.address, CLEO.address]
    clock.pass_(1)
    assert duty.work() == 4
    assert duty.work() == 0
    assert kept(database) == [None]
    assert request_of(asked.novels.id) not in known(database, CLEO).held
    assert request_of(asked.letter.id) not in known(database, ANA).held
    assert [e.kind for e in events(database, CLEO)] == [Kind.REQUESTED]
    assert proof(database) == [{"of": "person"}], "what a stranger may have typed has no evidence"
    with database.reading() as connection:
        assert prove(connection, [ANA.key, CLEO.key], site.keys, clock()).problems == []
        assert len(prove(connection, [ANA.key, CLEO.key], site.keys, NOW).problems) == 2, (
            "no open one may be missing"
        )
        (row,) = connection.execute(select(rights_request)).all()
    assert (row.outcome, row.ended_at) == (Outcome.ENDED, NOW + MOVE_LASTS)


def test_what_was_asked_anew_stays_open(
    site: Site, database: Database, clock: Clock, asked: World
) -> None:
    say(database, ANA, Ask(asked.letter, NOW + 2 * WEEK), by_=by(at=NOW + DAY))
    clock.pass_(WEEK)
    Tidying(site).work()
    assert known(database, ANA).held.awaits(asked.letter.id, clock())


def test_a_worker_with_nothing_to_do_writes_nothing(
    site: Site, world: World, clock: Clock, heard: list[str]
) -> None:
    """performance.md: not one transaction that could write, of any duty, for days."""
    worker = Worker(site)
    while worker.work():
        pass
    heard.clear()
    for _ in range(30):
        clock.pass_(HOUR)
        assert worker.work() == 0
        with site.database.reading() as connection:
            assert due(connection, clock()) == set(), "nobody is woken"
    assert heard
    assert [said for said in heard if said in ("COMMIT", *WRITING.values())] == []


@ON_SQLITE
def test_to_see_whether_something_is_due_reads_no_table_through(
    site: Site, asked: World, heard: list[str]
) -> None:
    """performance.md: an idle worker costs nothing."""
    with site.database.reading() as connection:
        heard.clear()
        tidying.is_due(connection, NOW)
        tidying.last_erasure(connection)
        plans = [
            str(row)
            for said in list(heard)
            for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))
        ]
    assert plans
    assert not [plan for plan in plans if "SCAN" in plan and "CONSTANT ROW" not in plan]
