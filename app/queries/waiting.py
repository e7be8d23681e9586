"""What is owed: whether any of it is due, and how long the oldest has waited beyond its time."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import (
    BindParameter,
    ColumnClause,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)

from app.domain.mail import State as MailState
from app.domain.runs import AT_WORK
from app.domain.webhooks import State
from app.domain.words import Instant
from app.domain.workflows import WorkflowState
from app.store.prepared import Prepared
from app.store.tables import (
    event,
    outbox,
    run,
    unsequenced,
    webhook,
    webhook_delivery,
    workflow,
)


def _said(state: int) -> ColumnClause[int]:
    """A state as the indexes of what is owed say it: a parameter would not find them."""
    return literal_column(str(int(state)))


SOME = 1_000
"""Among how many events without a position the oldest is looked for: a few, or very many."""
_some = select(unsequenced).limit(SOME).subquery()
OLDEST = {
    "outbox": select(func.min(outbox.c.due_at)).where(outbox.c.state == _said(MailState.OWED)),
    "runs": select(func.min(run.c.due_at)).where(run.c.state.in_([*map(_said, AT_WORK)])),
    "webhooks": (
        select(func.min(webhook_delivery.c.due_at))
        .join(webhook, webhook.c.id == webhook_delivery.c.webhook)
        .where(webhook_delivery.c.state == _said(State.OWED), webhook.c.active)
    ),
    "unsequenced": select(func.min(event.c.at)).join_from(
        _some,
        event,
        and_(event.c.address_key == _some.c.address_key, event.c.number == _some.c.number),
    ),
}


_now: BindParameter[Instant] = bindparam("now")
DUE = {
    "outbox": exists().where(
        outbox.c.state == _said(MailState.OWED),
        outbox.c.due_at <= _now,
    ),
    "runs": exists().where(run.c.state.in_([*map(_said, AT_WORK)]), run.c.due_at <= _now),
    "webhooks": exists().where(
        webhook_delivery.c.state == _said(State.OWED),
        webhook_delivery.c.due_at <= _now,
    ),
    "workflows": exists().where(workflow.c.state == _said(WorkflowState.ACTIVE)),
    "unsequenced": exists(select(unsequenced.c.number)),
}
"""What there is where something may be due; where a workflow is active, that may always be."""
ASKED = Prepared(select(*DUE.values()))


def due(connection: Connection, now: Instant) -> frozenset[str]:
    """In which queues something may be due, by one question for all of them."""
    (found,) = ASKED(connection, now=now)
    return frozenset(name for name, there in zip(DUE, found, strict=True) if there)


def waiting(connection: Connection, now: Instant) -> Mapping[str, float]:
    """For each queue, for how many seconds the oldest that is due has been waiting; 0 where none
    is due."""
    oldest = {name: connection.scalar(statement) for name, statement in OLDEST.items()}
    return {name: max(0, now - at) / 1000 if at is not None else 0.0 for name, at in oldest.items()}
