"""kill -9 in the midst of a run: another worker finishes it, and no address is done twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import Connection, func, select

from app.domain.bulk import BulkEdit, Doing
from app.domain.contacts import Source
from app.domain.deeds import Doer
from app.domain.runs import Press, RunState
from app.services import bulk, runs, undoing
from app.services.bulk import Asked
from app.services.contacts import Draft, Origin, save_all
from app.services.runs import LEASE
from app.store.runs import Run, read
from app.store.tables import event, run_row
from app.web.site import system_clock
from app.worker.running import Running
from tests.cli.running import run as run_command
from tests.processes.fixtures import FIRST_ON_SQLITE
from tests.processes.installation import PATIENCE, SAYSO, Installation, Shop, until

EVERYBODY = 4_000


def owed(shop: Shop) -> int:
    """A bulk edit of everybody, started; its id."""
    site, catalog = shop.site, shop.catalog
    people = [f"reader{at:05}@example.com" for at in range(EVERYBODY)]
    origin = Origin(site.now(), Source.ADMIN, "user:7")
    ids = [
        saved.id
        for at in range(0, EVERYBODY, 500)
        for saved in site.database.write(
            save_all, [Draft(site.keys(p), p) for p in people[at : at + 500]], origin
        )
    ]
    edit = BulkEdit(Doing.UNSUBSCRIBE, shop.type_id())
    by = Doer(7, site.now())
    asked = Asked(edit, "They asked at the fair.", search={"text": "example.com"})
    id_ = site.database.write(bulk.make, asked, catalog, by)
    finish(shop, id_)
    assert len(ids) == seen(shop, id_).total
    assert site.database.write(runs.press, id_, Press.START, by)
    return id_


def finish(shop: Shop, id_: int) -> Run:
    """What another worker does once the lease of the dead one has run out."""
    later = replace(shop.site, now=lambda: system_clock() + LEASE)
    running = Running(later)
    while running.work():
        pass
    return seen(shop, id_)


def seen(shop: Shop, id_: int) -> Run:
    """The run as it is."""
    with shop.site.database.reading() as connection:
        found = read(connection, id_)
    assert found is not None
    return found


def killed_at_work(installation: Installation, shop: Shop, id_: int, done: int) -> Run:
    """The run after a worker was killed when more than `done` rows were done."""
    with installation.started(SAYSO, "worker") as worker:
        until(lambda: seen(shop, id_).done > done, "the worker is at it")
        worker.process.kill()
        worker.process.wait(PATIENCE)
    return seen(shop, id_)


def told(connection: Connection, id_: int) -> tuple[Counter[int], int]:
    """How many events of the run each address has, counted, and how many rows name a record."""
    each = connection.execute(
        select(func.count()).where(event.c.run == id_).group_by(event.c.address_key)
    )
    named = select(func.count()).where(run_row.c.run == id_, run_row.c.record.is_not(None))
    return Counter(row[0] for row in each), connection.scalar(named) or 0


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_a_run_whose_worker_is_killed_is_finished_by_another_each_row_once(
    installation: Installation, shop: Shop
) -> None:
    """Issue 3: a job with progress that survives a restart and never applies a row twice."""
    id_ = owed(shop)
    stopped = killed_at_work(installation, shop, id_, 0)
    assert 0 < stopped.done < EVERYBODY
    with shop.site.database.reading() as connection:
        assert told(connection, id_) == (Counter({1: stopped.done}), stopped.done)
    done = finish(shop, id_)
    assert (done.state, done.done) == (RunState.DONE, EVERYBODY)
    assert done.counts == {"CHANGED": EVERYBODY}
    with shop.site.database.reading() as connection:
        assert told(connection, id_) == (Counter({1: EVERYBODY}), EVERYBODY)
    undo = shop.site.database.write(undoing.begin, id_, "user:7", Doer(7, shop.site.now()))
    assert undo is not None
    stopped = killed_at_work(installation, shop, undo, 0)
    assert stopped.done < EVERYBODY
    assert finish(shop, undo).counts == {"CHANGED": EVERYBODY}
    verified = run_command(("verify",), installation.environment)
    assert verified.status == 0, verified.out
    assert not shop.is_out("reader00000@example.com")


@pytest.mark.long
def test_kill_after_kill_no_row_is_done_twice(installation: Installation, shop: Shop) -> None:
    """The same, once more after every chunk."""
    id_ = owed(shop)
    done = 0
    while done < EVERYBODY - 1_500:
        done = killed_at_work(installation, shop, id_, done).done
        shop.site.database.write(runs.release, id_, shop.site.now())
    assert finish(shop, id_).counts == {"CHANGED": EVERYBODY}
    with shop.site.database.reading() as connection:
        assert told(connection, id_) == (Counter({1: EVERYBODY}), EVERYBODY)
    assert run_command(("verify",), installation.environment).status == 0
