"""Writers at the same time: threads, batches, processes (architecture.md, 1 and 5)."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.domain.changes import Unsubscribe
from app.domain.standing import of_type
from app.domain.words import Kind, Scope, Via
from app.services import preferences
from app.services.preferences import Instruction, always
from app.store import addresses
from app.store.doors import Database
from tests.world import ANA, BEN, World, by, say

ROOT = Path(__file__).parents[2]


def at_once(times: int, work: Callable[[int], object]) -> None:
    """Run `work` in so many threads, all of which start together. Raises what any of them does."""
    barrier = Barrier(times)

    def started(at: int) -> None:
        barrier.wait()
        work(at)

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(started, range(times)))


def last_number(database: Database, key: bytes) -> int:
    """The number of the address's last event."""
    with database.reading() as connection:
        return addresses.known(connection, key).number


def test_fifty_identical_first_opt_outs_are_one_event(database: Database, world: World) -> None:
    """R-134, H-23: concurrent identical posts make one change and one event."""
    no = Unsubscribe(Scope.type(world.novels.id), world.novels)
    at_once(50, lambda _: say(database, ANA, no, by_=by(via=Via.ONE_CLICK)))
    with database.reading() as connection:
        events = preferences.events_since(connection, ANA.key, 0)
        held = addresses.known(connection, ANA.key).held
    assert [(event.number, event.kind) for event in events] == [(1, Kind.CHANGED)]
    assert held.opted_out(of_type(world.novels.id))


@pytest.mark.parametrize("size", [2, 25])
def test_batches_in_different_orders_do_not_deadlock(database: Database, size: int) -> None:
    """H-23: no deadlock, and no event lost or numbered twice."""
    keys = [bytes([at]) * 16 for at in range(size)]

    def write(at: int) -> None:
        order = random.Random(at).sample(keys, size)
        for round_ in range(5):
            no = always(Unsubscribe(Scope.type(100 * at + round_)))
            batch = [Instruction(key, by(), no) for key in order]
            outcomes = database.write(preferences.apply_all, batch)
            assert all(outcome.record for outcome in outcomes)

    at_once(6, write)
    assert {last_number(database, key) for key in keys} == {30}


def test_a_batch_and_single_presses_wait_for_each_other(database: Database) -> None:
    def write(at: int) -> None:
        for round_ in range(5):
            no = Unsubscribe(Scope.type(100 * at + round_))
            if at % 2:
                say(database, ANA, no)
            else:
                both = [Instruction(person.key, by(), always(no)) for person in (BEN, ANA)]
                database.write(preferences.apply_all, both)

    at_once(6, write)
    assert (last_number(database, ANA.key), last_number(database, BEN.key)) == (30, 15)


@pytest.mark.slow
def test_two_processes_number_their_events_without_gaps(
    database: Database, database_url: str
) -> None:
    """That the numbers are gapless and the chain whole is checked after every test."""
    command = [sys.executable, "-m", "tests.services.writer", database_url, ANA.key.hex(), "60"]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert last_number(database, ANA.key) == 120
