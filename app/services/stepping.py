"""What is due to those inside a workflow: a step each, in the transaction that notes it.

So no change is made twice, whoever is killed, and a mail is owed with the step that owes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from app.domain.acting import Did
from app.domain.hours import opening
from app.domain.words import Instant
from app.domain.workflows import Definition, EnrolmentState, Next, WorkflowState, after
from app.services.actions import Means, perform
from app.store import addresses, workflows
from app.store.among import Among
from app.store.prepared import Prepared
from app.store.rows import Rows
from app.store.tables import contact, enrolment, enrolment_step, workflow

CHUNK = 500
"""How many are brought a step further in one transaction."""


class Inside(NamedTuple):
    """Somebody inside, and the step that is due."""

    contact: int
    key: bytes
    round: int
    version: int
    step: int


def due(connection: Connection, now: Instant) -> int | None:
    """A workflow in which something is due."""
    active = select(workflow.c.id).where(workflow.c.state == WorkflowState.ACTIVE)
    ids = list(connection.scalars(active.order_by(workflow.c.id)))
    return next((id_ for id_ in ids if NEXT(connection, of=id_, now=now)), None)


def carry_on(connection: Connection, id_: int, means: Means) -> int:
    """Bring the next ones a step further; how many were dealt with."""
    waiting = [Inside(*row) for row in WAITING(connection, of=id_, now=means.now)]
    if not waiting:
        return 0
    keys = {each.key for each in waiting}
    addresses.lock(connection, sorted(keys))
    held = HELD(connection, [each.contact for each in waiting], of=id_, now=means.now)
    inside = [each for each in (Inside(*row) for row in held) if each.key in keys]
    definitions = workflows.definitions(connection, id_, {each.version for each in inside})
    groups: dict[tuple[int, int], list[Inside]] = defaultdict(list)
    for each in inside:
        groups[each.version, each.step].append(each)
    for (version, step), group in sorted(groups.items()):
        _step(connection, id_, definitions[version], step, group, means)
    return len(inside)


def _step(
    connection: Connection,
    id_: int,
    definition: Definition,
    step: int,
    group: Sequence[Inside],
    means: Means,
) -> None:
    """One step of all who are at it. Outside the hours of their version, they wait for them."""
    opens = opening(definition.hours, means.now)
    if opens > means.now:
        return _move(connection, id_, group, Next(EnrolmentState.INSIDE, step, opens), means.now)
    to = after(definition, step, means.now)
    if step < len(definition.actions):
        action = definition.actions[step]
        did = perform(connection, action, [each.key for each in group], means)
        _note(connection, id_, group, did, to if action.length else None, means.now)
    return _move(connection, id_, group, to, means.now)


def _note(
    connection: Connection,
    id_: int,
    group: Sequence[Inside],
    did: Sequence[Did],
    waits: Next | None,
    now: Instant,
) -> None:
    until = waits.due_at if waits else None
    NOTE(
        connection,
        [
            (each.contact, id_, each.round, each.step, now, what, reason, record, until)
            for each, (what, reason, record) in zip(group, did, strict=True)
        ],
    )


NOTE = Rows(enrolment_step)


def _move(
    connection: Connection, id_: int, group: Sequence[Inside], to: Next, now: Instant
) -> None:
    """Nobody is inside twice, so the contact alone says which of its rounds."""
    ended = now if to.state is EnrolmentState.ENDED else None
    MOVE(connection, [each.contact for each in group], of=id_, **to._asdict(), ended_at=ended)


INSIDE = (enrolment.c.workflow == bindparam("of")) & (enrolment.c.state == EnrolmentState.INSIDE)
DUE = (
    select(
        enrolment.c.contact,
        contact.c.address_key,
        enrolment.c.round,
        enrolment.c.version,
        enrolment.c.step,
    )
    .join(contact, contact.c.id == enrolment.c.contact)
    .where(INSIDE, enrolment.c.due_at <= bindparam("now"))
    .order_by(enrolment.c.due_at)
)
NEXT, WAITING = Prepared(DUE.limit(1)), Prepared(DUE.limit(CHUNK))
HELD = Among(
    DUE.join(workflow, workflow.c.id == enrolment.c.workflow)
    .where(workflow.c.state == WorkflowState.ACTIVE)
    .with_for_update(of=enrolment, skip_locked=True),
    enrolment.c.contact,
)
"""Those that still wait, now that nobody else may move them; none of a workflow that was paused
meanwhile."""
MOVE = Among(
    update(enrolment)
    .where(INSIDE)
    .values({name: bindparam(name) for name in (*Next._fields, "ended_at")}),
    enrolment.c.contact,
)
