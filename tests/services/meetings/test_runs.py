"""Imports, bulk edits and workflows, where two come at once on PostgreSQL (H-23)."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from app.domain.changes import Unsubscribe
from app.domain.contacts import Source as Way
from app.domain.deeds import Doer
from app.domain.runs import Press, RunKind, RunState
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import ACCOUNT, DAY, MINUTE
from app.domain.workflows import Action, ActionKind, Definition
from app.domain.workflows import Press as ToFlow
from app.services import (
    contacts,
    enrolment_runs,
    enrolment_walks,
    feed,
    imports,
    runs,
    undoing,
    workflows,
)
from app.services.contacts import Draft, Origin
from app.services.runs import NewRun
from app.store.doors import Database
from app.store.runs import read
from app.store.tables import enrolment, feed_state, import_part, run, workflow_mark
from tests.databases import ON_POSTGRES
from tests.meetings import meeting, rows, unblocked
from tests.world import ANA, NOW, World, say

pytestmark = ON_POSTGRES
DORA = Doer(7, NOW)


def test_of_two_workflows_activated_at_once_the_first_misses_nothing(
    database: Database, world: World
) -> None:
    """The second one finds nobody active yet, and what happened meanwhile in the feed already."""
    made = Definition((Trigger(TriggerKind.OPT_OUT),), actions=(Action(ActionKind.WAIT, count=1),))
    ids = [database.write(workflows.make, name, made, DORA) for name in ("First", "Second")]
    before = rows(database, select(feed_state.c.position))

    def first(connection: Connection) -> None:
        assert workflows.press(connection, ids[0], ToFlow.ACTIVATE, DORA)
        say(database, ANA, Unsubscribe(ACCOUNT))
        assert database.write(feed.sequence, NOW) == 1

    meeting(
        database, first, lambda other: other.write(workflows.press, ids[1], ToFlow.ACTIVATE, DORA)
    )
    events = select(workflow_mark.c.at).where(workflow_mark.c.walk == "events")
    assert rows(database, events) == before


def test_who_enrols_and_who_walks_do_not_block_each_other(database: Database, world: World) -> None:
    made = Definition((Trigger(TriggerKind.CREATED),), actions=(Action(ActionKind.WAIT, count=1),))
    id_ = database.write(workflows.make, "Welcome", made, DORA)
    assert database.write(workflows.press, id_, ToFlow.ACTIVATE, DORA)
    draft, later = Draft(ANA.key, ANA.address), NOW + 2 * MINUTE
    (ana,) = database.write(contacts.save_all, [draft], Origin(NOW, Way.API, "key:1"))
    unblocked(
        database,
        lambda connection: workflows.locked(connection, id_),
        lambda connection: enrolment_walks.go_on(connection, "created", later),
        lambda c: enrolment_runs.enrol_ticked(c, id_, [ana.id], Doer(7, later)),
    )
    assert len(rows(database, select(enrolment))) == 1


def test_an_import_that_begins_at_the_last_moment_has_its_file(database: Database) -> None:
    """It had waited for seven days."""
    new = NewRun(RunKind.IMPORT, RunState.CHECKED, "user:7")
    id_ = database.write(runs.make, new, NOW)
    database.write(imports.add_part, id_, 0, b"x")
    meeting(
        database,
        lambda connection: runs.press(connection, id_, Press.START, DORA),
        lambda other: other.write(imports.tidy, [id_], NOW + 7 * DAY),
    )
    assert len(rows(database, select(import_part))) == 1


def test_what_is_taken_back_does_not_go_on(database: Database) -> None:
    """A bulk edit that failed on its way, which somebody undoes and somebody else resumes."""
    id_ = database.write(runs.make, NewRun(RunKind.BULK_EDIT, RunState.RUNNING, "user:7"), NOW)
    failed = {"state": RunState.FAILED, "resumes": RunState.WAITING, "counts": {"CHANGED": 1}}
    database.write(lambda c: c.execute(update(run).values(failed)).rowcount)
    assert not meeting(
        database,
        lambda connection: undoing.begin(connection, id_, "user:7", DORA),
        lambda other: other.write(runs.press, id_, Press.RESUME, DORA),
    )


def test_an_import_that_failed_and_may_go_on_keeps_its_file(database: Database) -> None:
    """Whoever discards one meets the worker that failed."""
    new = NewRun(RunKind.IMPORT, RunState.CHECKING, "user:7")
    id_ = database.write(runs.make, new, NOW)
    database.write(imports.add_part, id_, 0, b"x")
    with database.reading() as connection:
        stumbled = read(connection, id_)
    assert stumbled is not None
    for _ in range(9):
        database.write(runs.stumble, stumbled, "Mistake", NOW)
    assert not database.write(imports.discard, id_, DORA)
    assert len(rows(database, select(import_part))) == 1
