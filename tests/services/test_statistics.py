"""What happened, counted from the ledger, a little behind the present."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.statistics import Outcome
from app.domain.words import ACCOUNT, DAY, Actor, Cause, Scope, Via
from app.services import statistics, walks
from app.services.preferences import Source
from app.store.doors import Database
from app.store.tables import day_count
from app.worker.due import counting
from app.worker.loop import DUTIES
from tests.databases import ON_SQLITE
from tests.world import ANA, BEN, CLEO, NOW, World, by, say

UTC = ZoneInfo("UTC")
AUCKLAND = ZoneInfo("Pacific/Auckland")
TODAY = 739_768
"""2026-06-01, as days are numbered."""


def counts(database: Database) -> list[tuple[int, ...]]:
    """Every count: day, outcome, scope, route, mailing, how often."""
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(day_count))]


def test_what_happened_is_counted_once_and_what_was_said_again_is_not(
    database: Database, world: World
) -> None:
    assert counting in DUTIES
    of_novels = Unsubscribe(Scope.type(world.novels.id))
    one_click = by(via=Via.ONE_CLICK)
    for person in (ANA, BEN):
        say(database, person, of_novels, by_=one_click, source=Source(message=812))
    say(database, ANA, of_novels, by_=one_click, source=Source(message=813))
    say(database, CLEO, Unsubscribe(ACCOUNT), by_=by(Hand.USER, at=NOW + DAY))
    complaint = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT)
    say(database, BEN, Report(Cause.COMPLAINT, NOW), by_=complaint)
    say(database, ANA, Subscribe(world.offers))
    soon = NOW + statistics.BEHIND
    assert database.write(statistics.count, UTC, soon) == 0
    assert database.write(statistics.count, UTC, soon + 1) > 0
    assert database.write(statistics.count, UTC, soon + 1) == 0
    database.write(statistics.count, UTC, soon + DAY + 1)
    novels, offers = (2, world.novels.id), (2, world.offers.id)
    page, arf = Via.PREFERENCE_PAGE, Via.ARF
    assert sorted(counts(database)) == sorted(
        [
            (TODAY, Outcome.OPT_OUT, *novels, Via.ONE_CLICK, 812, 2),
            (TODAY, Outcome.SUBSCRIPTION, *offers, page, 0, 1),
            (TODAY, Outcome.COMPLAINT, 0, 0, arf, 0, 1),
            (TODAY + 1, Outcome.OPT_OUT, 0, 0, Via.ADMIN, 0, 1),
        ]
    )


@ON_SQLITE
def test_a_walk_goes_by_the_index_of_time(database: Database, world: World) -> None:
    """Whatever was ever written, it reads the next events only."""
    asked = walks.next_events(walks.Mark(NOW, b"", 1), NOW + DAY)
    sql = str(asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    assert "ix_event_at" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_later_events_of_a_day_are_added_and_days_are_the_accounts(
    database: Database, world: World
) -> None:
    for at, person in enumerate((ANA, BEN)):
        say(database, person, Unsubscribe(ACCOUNT), by_=by(at=NOW + at))
        database.write(statistics.count, AUCKLAND, NOW + statistics.BEHIND + at + 1)
    (row,) = counts(database)
    assert (row[0], row[-1]) == (TODAY + 1, 2)
