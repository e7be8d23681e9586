"""kill -9 between the steps of a workflow: another worker goes on, and nothing is done twice."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import ColumnElement, Connection, Table, func, select

from app.domain.contacts import Source
from app.domain.deeds import Doer
from app.domain.runs import RunState
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import Actor, Status
from app.domain.workflows import Action, ActionKind, Definition
from app.queries import runs as known
from app.services import enrolment_runs, runs, workflows
from app.services.contacts import Draft, Origin, save_all
from app.store.runs import Run
from app.store.tables import enrolment, enrolment_step, event, outbox
from app.worker.enrolling import Stepping
from app.worker.running import Running
from tests.cli.running import run as run_command
from tests.processes.fixtures import FIRST_ON_SQLITE, ON_SQLITE
from tests.processes.installation import PATIENCE, SAYSO, Installation, Shop, until

EVERYBODY, MANY = 3_000, 100_000


def activated(shop: Shop, size: int, *actions: Action) -> int:
    """A workflow that so many people are to enter; the run that enrols them."""
    site = shop.site
    people = [f"reader{at:06}@example.com" for at in range(size)]
    drafts = [Draft(site.keys(person), person) for person in people]
    for at in range(0, size, 500):
        origin = Origin(site.now(), Source.API, "key:7")
        site.database.write(save_all, drafts[at : at + 500], origin)
    by = Doer(7, site.now())
    asked = Definition((Trigger(TriggerKind.CREATED, source=Source.API),), actions=actions)
    id_ = site.database.write(workflows.make, "Welcome", asked, by)
    _, run = site.database.write(enrolment_runs.activate, id_, by, size)
    assert run is not None
    return run


def entered(shop: Shop) -> None:
    """A workflow of three steps that everybody has entered."""
    activated(
        shop,
        EVERYBODY,
        Action(ActionKind.STATUS, type=shop.type_id(), status=Status.SUBSCRIBED),
        Action(ActionKind.LINK),
        Action(ActionKind.STATUS, type=shop.type_id(), status=Status.UNSUBSCRIBED),
    )
    running = Running(shop.site)
    while running.work():
        pass


def steps_done(shop: Shop) -> int:
    """How many steps were done in all."""
    with shop.site.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(enrolment_step)) or 0


def killed_at_work(installation: Installation, shop: Shop, done: int) -> int:
    """How many steps were done when a worker was killed that had begun."""
    with installation.started(SAYSO, "worker") as worker:
        until(lambda: steps_done(shop) > done, "the worker is at it")
        worker.process.kill()
        worker.process.wait(PATIENCE)
    return steps_done(shop)


def finished_once(installation: Installation, shop: Shop) -> None:
    """Another worker does the rest; each has every step, event and mail once."""
    stepping = Stepping(shop.site)
    while stepping.work():
        pass
    with shop.site.database.reading() as connection:
        events = _each(connection, event, event.c.actor == Actor.WORKFLOW)
        mails = _each(connection, outbox)
        ended = select(func.count()).where(enrolment.c.ended_at.is_not(None))
        assert connection.scalar(ended) == EVERYBODY
    assert (events, mails) == (Counter({2: EVERYBODY}), Counter({1: EVERYBODY}))
    assert steps_done(shop) == 3 * EVERYBODY
    verified = run_command(("verify",), installation.environment)
    assert verified.status == 0, verified.out


def _each(connection: Connection, table: Table, *where: ColumnElement[bool]) -> Counter[int]:
    """How many rows each address has, counted."""
    asked = select(func.count()).select_from(table).where(*where)
    each = connection.execute(asked.group_by(table.c.address_key))
    return Counter(row[0] for row in each)


@pytest.mark.slow
@FIRST_ON_SQLITE
def test_a_workflow_whose_worker_is_killed_goes_on_between_its_steps(
    installation: Installation, shop: Shop
) -> None:
    """Issue 5: waits survive restarts; no change of ours is applied twice."""
    entered(shop)
    done = killed_at_work(installation, shop, 0)
    assert 0 < done < 3 * EVERYBODY
    finished_once(installation, shop)


@pytest.mark.long
def test_kill_after_kill_no_step_is_done_twice(installation: Installation, shop: Shop) -> None:
    """The same, once more after every few chunks."""
    entered(shop)
    done = 0
    while done < 2 * EVERYBODY:
        done = killed_at_work(installation, shop, done)
    finished_once(installation, shop)


def shown(shop: Shop, run: int) -> Run:
    """How far the job is, as the admin's screen asks."""
    with shop.site.database.reading() as connection:
        found = known.one(connection, run)
    assert found is not None
    return found.run


def seen_and_killed(installation: Installation, shop: Shop, run: int) -> None:
    """A worker goes on with the job, each look shows it further, and then the worker is killed."""
    figures = [shown(shop, run).done]
    with installation.started(SAYSO, "worker") as worker:
        for _ in range(3):
            until(lambda: shown(shop, run).done > figures[-1], "the job goes on")
            figures.append(shown(shop, run).done)
        worker.process.kill()
        worker.process.wait(PATIENCE)
    with shop.site.database.reading() as connection:
        inside = connection.scalar(select(func.count()).select_from(enrolment))
    stopped = shown(shop, run)
    assert figures[-1] <= stopped.done < MANY
    assert inside == stopped.counts["CHANGED"]
    shop.site.database.write(runs.release, run, shop.site.now())


@pytest.mark.long
@ON_SQLITE
def test_a_hundred_thousand_enter_once_and_are_changed_once(
    installation: Installation, shop: Shop
) -> None:
    """Issue 5: a job whose progress is seen, and which goes on after kill -9 and kill -9."""
    subscribe = Action(ActionKind.STATUS, type=shop.type_id(), status=Status.SUBSCRIBED)
    run = activated(shop, MANY, subscribe)
    for _ in range(2):
        seen_and_killed(installation, shop, run)
    for duty in (Running(shop.site), Stepping(shop.site)):
        while duty.work():
            pass
    done = shown(shop, run)
    assert (done.state, done.counts["CHANGED"]) == (RunState.DONE, MANY)
    with shop.site.database.reading() as connection:
        rounds = select(func.count(), func.max(enrolment.c.round), func.count(enrolment.c.ended_at))
        assert tuple(connection.execute(rounds).one()) == (MANY, 1, MANY)
        events = _each(connection, event, event.c.actor == Actor.WORKFLOW)
    assert (events, steps_done(shop)) == (Counter({1: MANY}), MANY)
    verified = run_command(("verify",), installation.environment)
    assert verified.status == 0, verified.out
