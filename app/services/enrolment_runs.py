"""Enrolling many as a run: who matches already when a workflow is activated, or all that a user
found in the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.domain.deeds import Deed, Doer
from app.domain.runs import RowOutcome, RunKind, RunState
from app.domain.triggers import Facts, Happening, Occasion
from app.domain.words import Instant
from app.domain.workflows import Definition, Press, WorkflowState, enters
from app.services import audit, runs
from app.services.enrolling import Entry, enrol
from app.services.runs import NewRun, Progress
from app.services.workflows import locked, press
from app.store.runs import Run
from app.store.tables import contact
from app.store.workflows import Workflow, facts

PART = 1_000
"""How many contacts are judged in one transaction."""


def activate(
    connection: Connection, id_: int, by: Doer, contacts: int | None, as_of: Instant | None = None
) -> tuple[bool, int | None]:
    """Activate a workflow as it was at `as_of`, and, told how many contacts there are, enrol those
    who match already as a run: whether that could be done, and the run."""
    if not press(connection, id_, Press.ACTIVATE, by, as_of):
        return False, None
    if contacts is None:
        return True, None
    return True, _make(connection, id_, Occasion.ALREADY, by, contacts, {})


def enrol_found(
    connection: Connection, id_: int, search: Mapping[str, Any], by: Doer, contacts: int
) -> int:
    """Enrol all that a user found by these filters; the run."""
    audit.note(connection, by, Deed.ENROLLED, ("workflow", id_))
    return _make(connection, id_, Occasion.HAND, by, contacts, {runs.SEARCH: search})


def enrol_ticked(connection: Connection, id_: int, contacts: Sequence[int], by: Doer) -> int | None:
    """Enrol these contacts; how many entered. None where the workflow is not active."""
    found = locked(connection, id_)
    if found is None or found.state is not WorkflowState.ACTIVE:
        return None
    audit.note(connection, by, Deed.ENROLLED, ("workflow", id_))
    return len(enrol(connection, Entry(found, Occasion.HAND, by.at), contacts))


def enrol_asked(connection: Connection, id_: int, keys: Sequence[bytes], now: Instant) -> int:
    """Enrol the contacts of these addresses, as the API asks; how many entered."""
    found = locked(connection, id_)
    if found is None or found.state is not WorkflowState.ACTIVE:
        return 0
    ids = list(connection.scalars(select(contact.c.id).where(contact.c.address_key.in_(keys))))
    known = facts(connection, ids, [found.definition])
    wanted = entering(found, known, Occasion.API, now)
    return len(enrol(connection, Entry(found, Occasion.API, now), wanted))


def _make(
    connection: Connection,
    id_: int,
    occasion: Occasion,
    by: Doer,
    contacts: int,
    words: Mapping[str, Any],
) -> int:
    parameters = {"workflow": id_, "occasion": int(occasion)}
    new = NewRun(
        RunKind.ENROLMENT,
        RunState.WAITING,
        by.reference,
        by.user,
        parameters=parameters,
        words=words,
        total=contacts,
    )
    return runs.make(connection, new, by.at)


def carry_out(
    connection: Connection,
    run: Run,
    asked: Definition,
    known: Mapping[int, Facts],
    last: bool,
    now: Instant,
) -> Progress:
    """Let those of the next contacts enter who match, by what is known of them where that was
    `asked`; by another version they are to be judged anew. Of a workflow that is not active any
    more, nobody, and that is all."""
    workflow = locked(connection, run.parameters["workflow"])
    if workflow is None or workflow.state is not WorkflowState.ACTIVE:
        return Progress(0, {}, run.cursor, True)
    if workflow.definition != asked:
        return Progress(0, {}, run.cursor, False)
    occasion = Occasion(run.parameters["occasion"])
    wanted = entering(workflow, known, occasion, now)
    entered = len(enrol(connection, Entry(workflow, occasion, now, run.id), wanted))
    counts = {
        RowOutcome.CHANGED.name: entered,
        RowOutcome.UNCHANGED.name: len(known) - entered,
    }
    cursor = str(max(known)) if known else run.cursor
    return Progress(len(known), {n: c for n, c in counts.items() if c}, cursor, last)


def entering(
    workflow: Workflow, known: Mapping[int, Facts], occasion: Occasion, now: Instant
) -> list[int]:
    """Those who match."""
    happening, since = Happening(occasion), workflow.since(now)
    judged = workflow.definition
    return [id_ for id_, of in known.items() if enters(judged, of, happening, since)]
