"""What happened since, walked for who enters: the changes feed, contacts that were made, contacts
that were changed, and dates that were reached. Each part is judged once: how far a walk has come is
noted in the transaction that lets contacts in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, select, tuple_, update

from app.domain.contacts import created_at, first_id
from app.domain.triggers import Happening, Occasion
from app.domain.words import Cause, Instant, Kind, Scope, ScopeKind, Status
from app.domain.workflows import WorkflowState
from app.services.enrolling import Candidate, judge
from app.services.workflows import BEHIND
from app.store import workflows
from app.store.tables import contact, contact_value, event, feed, workflow, workflow_mark
from app.store.workflows import Workflow

PART = 500
"""How many candidates are judged in one transaction."""


class Mark(NamedTuple):
    """How far a walk has come."""

    at: int
    contact: int


class Walk(NamedTuple):
    """What asks for the next rows beyond a mark, what each row says, and where it leads."""

    ask: Callable[[Mark, Instant], Select[Any]]
    candidate: Callable[[Any], Candidate | None]
    mark: Callable[[Any], Mark]


def _events(mark: Mark, _: Instant) -> Select[Any]:
    return (
        select(
            feed.c.position,
            contact.c.id,
            event.c.scope_kind,
            event.c.scope_id,
            event.c.cause,
            event.c.kind,
            event.c.status,
            event.c.at,
        )
        .join(
            event,
            and_(event.c.address_key == feed.c.address_key, event.c.number == feed.c.number),
        )
        .outerjoin(contact, contact.c.address_key == feed.c.address_key)
        .where(feed.c.position > mark.at)
        .order_by(feed.c.position)
        .limit(PART)
    )


def _created(mark: Mark, now: Instant) -> Select[Any]:
    until = first_id(now - BEHIND)
    return (
        select(contact.c.id)
        .where(contact.c.id > mark.contact, contact.c.id < until)
        .order_by(contact.c.id)
        .limit(PART)
    )


def _changed(mark: Mark, now: Instant) -> Select[Any]:
    place = tuple_(contact.c.changed_at, contact.c.id)
    return (
        select(contact.c.changed_at, contact.c.id)
        .where(place > tuple(mark), contact.c.changed_at < now - BEHIND)
        .order_by(contact.c.changed_at, contact.c.id)
        .limit(PART)
    )


def _happened(row: Any) -> Candidate | None:
    """Of an event: what changed a choice about a type, a brand or the account."""
    if row.id is None or row.kind != Kind.CHANGED or row.cause != Cause.CHOICE:
        return None
    scope = Scope(ScopeKind(row.scope_kind), row.scope_id)
    return Candidate(row.id, Happening(Occasion.EVENT, scope, Status(row.status)), row.at)


WALKS = {
    "events": Walk(_events, _happened, lambda row: Mark(row.position, 0)),
    "created": Walk(
        _created,
        lambda row: Candidate(row.id, Happening(Occasion.CREATED), created_at(row.id)),
        lambda row: Mark(0, row.id),
    ),
    "changed": Walk(
        _changed,
        lambda row: Candidate(row.id, Happening(Occasion.CHANGED), row.changed_at),
        lambda row: Mark(row.changed_at, row.id),
    ),
}


def due(connection: Connection, now: Instant) -> str | None:
    """The first walk that has something to look at, where a workflow is active."""
    if not workflows.active(connection):
        return None
    marks = connection.execute(select(workflow_mark))
    at = {row.walk: Mark(row.at, row.contact) for row in marks}
    found = (w for w in WALKS if connection.execute(WALKS[w].ask(at[w], now).limit(1)).first())
    return next(found, None)


def go_on(connection: Connection, walk: str, now: Instant) -> int:
    """Judge the next part of a walk; how many rows it had. Where somebody else is at it, none."""
    asked = select(workflow_mark).where(workflow_mark.c.walk == walk)
    row = connection.execute(asked.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return 0
    walked = WALKS[walk]
    rows = connection.execute(walked.ask(Mark(row.at, row.contact), now)).all()
    if not rows:
        return 0
    found = [candidate for row in rows if (candidate := walked.candidate(row)) is not None]
    _judge_all(connection, workflows.active(connection), found, now)
    connection.execute(
        update(workflow_mark)
        .where(workflow_mark.c.walk == walk)
        .values(walked.mark(rows[-1])._asdict())
    )
    return len(rows)


def _judge_all(
    connection: Connection, active: Sequence[Workflow], found: Sequence[Candidate], now: Instant
) -> None:
    if not found or not active:
        return
    ids = sorted({candidate.contact for candidate in found})
    facts = workflows.facts(connection, ids, [each.definition for each in active])
    for each in active:
        judge(connection, each, found, facts, now)


def dates_due(connection: Connection, now: Instant) -> int | None:
    """A workflow that waits for dates some of which are reached."""
    waiting = (each for each in workflows.active(connection) if each.definition.date is not None)
    found = (each.id for each in waiting if connection.execute(_dates(each, now).limit(1)).first())
    return next(found, None)


def reach_dates(connection: Connection, id_: int, now: Instant) -> int:
    """Judge the next contacts whose date was reached; how many there were. Of a workflow that was
    paused meanwhile, none."""
    asked = select(workflow.c.id).where(workflow.c.id == id_)
    mine = connection.scalar(asked.with_for_update(key_share=True, skip_locked=True))
    found = workflows.read(connection, id_) if mine is not None else None
    if found is None or found.state is not WorkflowState.ACTIVE or found.definition.date is None:
        return 0
    rows = connection.execute(_dates(found, now)).all()
    if not rows:
        return 0
    reached = [Candidate(row.contact, Happening(Occasion.DATE), now) for row in rows]
    _judge_all(connection, [found], reached, now)
    come = {"date_reached": rows[-1].value, "date_contact": rows[-1].contact}
    connection.execute(update(workflow).where(workflow.c.id == id_).values(come))
    return len(rows)


def _dates(of: Workflow, now: Instant) -> Select[Any]:
    place = tuple_(contact_value.c.value, contact_value.c.contact)
    return (
        select(contact_value.c.value, contact_value.c.contact)
        .where(
            contact_value.c.property == of.definition.date,
            place > (of.date_reached or "", of.date_contact or 0),
            contact_value.c.value <= of.since(now).today,
        )
        .order_by(contact_value.c.value, contact_value.c.contact)
        .limit(PART)
    )
