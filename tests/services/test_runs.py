"""Runs: pressed, leased, carried on a chunk at a time, each row exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from sqlalchemy import Connection, select

from app.domain.changes import Hand, Subscribe, Unsubscribe
from app.domain.deeds import Doer
from app.domain.ledger import Event
from app.domain.runs import LEADS, OVER, Press, RowOutcome, RunKind, RunState
from app.domain.standing import of_type
from app.domain.words import ACCOUNT, Actor, Scope, Status, Via
from app.services import preferences, run_rows, runs, undoing
from app.services.preferences import Instruction, Source, always
from app.services.runs import BACK_OFF, LEASE, NewRun, Progress
from app.store import addresses
from app.store.doors import Database
from app.store.runs import Run, RunRow, read, rows_after
from app.store.tables import audit
from tests.world import ANA, BEN, CLEO, NOW, TOMORROW, YESTERDAY, Person, World, by, say

DORA = Doer(None, NOW)
PEOPLE = (ANA, BEN, CLEO)


def made(database: Database, state: RunState = RunState.WAITING, **more: Any) -> Run:
    """A run of ten rows."""
    kind = more.pop("kind", RunKind.IMPORT)
    new = NewRun(kind, state, "user:7", total=10, **more)
    return seen(database, database.write(runs.make, new, NOW))


def seen(database: Database, id_: int) -> Run:
    """The run as it is now."""
    with database.reading() as connection:
        found = read(connection, id_)
    assert found is not None
    return found


def four_rows(_: Connection, run: Run) -> Progress:
    """A chunk that changes four rows, and has the tenth as its last."""
    rows = min(4, 10 - run.done)
    return Progress(rows, {"CHANGED": rows}, str(run.done + rows), run.done + rows == 10)


def advanced(database: Database, run: Run, now: int = NOW) -> Run | None:
    """The run after a chunk."""
    return database.write(runs.advance, run, four_rows, lambda: 5, now)


def test_a_run_goes_on_a_chunk_at_a_time_and_ends(database: Database) -> None:
    run = made(database)
    states = []
    while run.at_work:
        after = advanced(database, run)
        assert after is not None
        run = after
        states.append((run.state.name, run.done, run.spent))
    assert states == [("RUNNING", 4, 5), ("RUNNING", 8, 10), ("DONE", 10, 15)]
    assert (run.counts, run.ended_at) == ({"CHANGED": 10}, NOW)


def test_a_chunk_that_another_worker_did_is_not_done_again(database: Database) -> None:
    """Issue 3: never applies a row twice, whatever became of the lease."""
    run = made(database)
    first = advanced(database, run)
    assert advanced(database, run) is None
    assert first == seen(database, run.id)


def test_a_lease_keeps_others_away_until_it_ends_and_runs_take_turns(database: Database) -> None:
    """Architecture 6."""
    one, other = made(database), made(database)
    claimed = [database.write(runs.claim, NOW) for _ in range(3)]
    assert {run.id for run in claimed if run} == {one.id, other.id}
    assert claimed[2] is None
    with database.reading() as connection:
        assert not runs.owed(connection, NOW + LEASE - 1)
        assert runs.owed(connection, NOW + LEASE)
    database.write(runs.release, one.id, NOW + 1)
    again = database.write(runs.claim, NOW + 1)
    assert again is not None
    assert again.id == one.id


def test_a_press_leads_where_the_table_says(database: Database) -> None:
    """Every press in every state; what is not in the table changes nothing."""
    noted = []
    for state, pressed in product(RunState, Press):
        run = made(database, state)
        could = database.write(runs.press, run.id, pressed, DORA)
        after = seen(database, run.id)
        assert could is ((state, pressed) in LEADS)
        assert after.state is LEADS.get((state, pressed), state)
        assert (after.ended_at is not None) is (could and after.state in OVER)
        if could and pressed in runs.DEEDS:
            noted.append((runs.DEEDS[pressed], str(run.id)))
    with database.reading() as connection:
        deeds = connection.execute(select(audit.c.action, audit.c.subject_id)).all()
    assert sorted(map(tuple, deeds)) == sorted(noted)


def test_a_pause_keeps_what_was_done_and_going_on_does_the_rest(database: Database) -> None:
    run = made(database)
    advanced(database, run)
    database.write(runs.press, run.id, Press.PAUSE, DORA)
    paused = seen(database, run.id)
    assert (paused.state, paused.done) == (RunState.PAUSED, 4)
    assert database.write(runs.claim, TOMORROW) is None
    database.write(runs.press, run.id, Press.RESUME, DORA)
    gone_on = advanced(database, seen(database, run.id))
    assert gone_on is not None
    assert (gone_on.state, gone_on.done) == (RunState.RUNNING, 8)


def test_a_check_leaves_the_forecast_and_starts_anew(database: Database) -> None:
    """What was foreseen stays beside what then happens."""
    run = made(database, RunState.CHECKING)
    for _ in range(3):
        run = advanced(database, run) or run
    assert (run.state, run.forecast, run.counts) == (RunState.CHECKED, {"CHANGED": 10}, {})
    assert (run.total, run.done, run.cursor, run.spent) == (10, 0, None, 0)
    assert database.write(runs.claim, TOMORROW) is None


def test_a_run_that_stumbles_is_tried_again_and_fails_in_the_end(database: Database) -> None:
    run, now = made(database), NOW
    for wait in BACK_OFF:
        assert database.write(runs.claim, now)
        database.write(runs.stumble, run, "ValueError", now)
        assert database.write(runs.claim, now + wait - 1) is None
        now += wait
    database.write(runs.stumble, run, "ValueError", now)
    failed = seen(database, run.id)
    assert (failed.state, failed.fault, failed.ended_at) == (RunState.FAILED, "ValueError", now)
    assert database.write(runs.press, run.id, Press.RESUME, DORA)


def test_what_failed_in_its_check_is_checked_on(database: Database) -> None:
    """Nobody has said go: gone on with, it ends as it would have, with a preview."""
    run = advanced(database, made(database, RunState.CHECKING))
    assert run
    for _ in (*BACK_OFF, "the last try"):
        database.write(runs.stumble, run, "ValueError", NOW)
    assert (seen(database, run.id).state, run.done) == (RunState.FAILED, 4)
    assert database.write(runs.press, run.id, Press.RESUME, DORA)
    run = seen(database, run.id)
    while run.at_work:
        assert run.state is RunState.CHECKING
        run = advanced(database, run) or run
    assert (run.state, run.forecast) == (RunState.CHECKED, {"CHANGED": 10})


# Undo


def edited(database: Database, world: World, people: Sequence[Person]) -> Run:
    """A bulk edit, done: Dora opted these people out of the account and of novels."""
    run = made(database, kind=RunKind.BULK_EDIT, explanation="They asked at the fair.")
    who = by(Hand.USER_BULK, via=Via.BULK_EDIT)
    changes = always(Unsubscribe(Scope.type(world.novels.id)), Unsubscribe(ACCOUNT))
    source = Source(reference="user:7", run=run.id, run_evidence=run.evidence)

    def work(connection: Connection, _: Run) -> Progress:
        asked = [Instruction(p.key, who, changes, source=source) for p in people]
        rows = [
            RunRow(at, outcome.known.key, RowOutcome.CHANGED, record=outcome.record)
            for at, outcome in enumerate(preferences.apply_all(connection, asked))
        ]
        run_rows.add(connection, run.id, rows)
        return Progress(len(rows), run_rows.counts(rows), str(len(rows)), True)

    after = database.write(runs.advance, run, work, lambda: 1, NOW)
    assert after is not None
    return after


def undone(database: Database, run: Run) -> Run:
    """The run that takes it back, done."""
    id_ = database.write(undoing.begin, run.id, "user:7", DORA)
    assert id_ is not None
    undo = seen(database, id_)
    work = lambda connection, run: undoing.carry_out(connection, run, TOMORROW)  # noqa: E731
    return database.write(runs.advance, undo, work, lambda: 1, TOMORROW) or undo


def events(database: Database, person: Person) -> list[Event]:
    with database.reading() as connection:
        return preferences.events_since(connection, person.key, 0)


def test_undo_restores_what_the_run_changed_where_nobody_decided_anew(
    database: Database, world: World
) -> None:
    """Rules 3: what stood before, maker included; an event stays where a later one came."""
    say(database, ANA, Subscribe(world.novels), by_=by(at=YESTERDAY))
    before = held(database, ANA)
    run = edited(database, world, PEOPLE)
    say(database, BEN, Unsubscribe(ACCOUNT))
    undo = undone(database, run)
    assert (undo.state, undo.undoes, undo.total) == (RunState.DONE, run.id, 3)
    assert undo.counts == {"CHANGED": 2, "STAYED": 1}
    assert (
        held(database, ANA)[of_type(world.novels.id)]._replace(number=1)
        == before[of_type(world.novels.id)]
    )
    assert held(database, CLEO) == {}
    assert held(database, BEN).status(of_type(world.novels.id)) is Status.NOT_SPECIFIED
    last = events(database, ANA)[-1]
    assert (last.via, last.actor, last.run, last.reference) == (
        Via.UNDO,
        Actor.USER,
        undo.id,
        "user:7",
    )
    with database.reading() as connection:
        rows = rows_after(connection, undo.id, -1, 10)
    assert [(row.key, row.record is not None) for row in rows] == [(p.key, True) for p in PEOPLE]
    assert database.write(undoing.begin, run.id, "user:7", DORA) is None


def held(database: Database, person: Person) -> Any:
    with database.reading() as connection:
        return addresses.known(connection, person.key).held


def test_each_record_keeps_the_seal_of_the_runs_explanation(
    database: Database, world: World
) -> None:
    """Rules 7: a run's common explanation lies once with the run, and its records refer to it."""
    run = edited(database, world, PEOPLE)
    assert {e.digest for p in PEOPLE for e in events(database, p)} == {run.evidence}
    assert run.evidence is not None
