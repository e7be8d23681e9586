"""Workflows as their screens show them: the list, what one would do today, who went through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, not_, or_, select

from app.domain.acting import foreseen
from app.domain.catalog import Catalog
from app.domain.standing import ALL, Held, Place, of_brand, of_type
from app.domain.triggers import LOOKS, Occasion, Trigger, TriggerKind
from app.domain.words import Instant, Reason, Status
from app.domain.workflows import Definition, EnrolmentState, What
from app.store import workflows
from app.store.addresses import known_each
from app.store.patience import TooSlow, in_time
from app.store.tables import (
    contact,
    contact_value,
    email_address,
    enrolment,
    enrolment_step,
    preference,
    workflow,
)
from app.store.workflows import Workflow, read, workflow_of

PAGE = 50
COUNTED = 100_000
"""Up to how many contacts that match are counted."""
FORESEEN = 1_000
"""For how many of them it is foreseen what would be done."""

__all__ = ["Workflow", "read"]


def all_workflows(connection: Connection) -> list[Workflow]:
    """All of them, archived ones last, by name."""
    rows = connection.execute(
        workflows.ALL.order_by(workflow.c.state == 4, workflow.c.name, workflow.c.id)
    )
    return [workflow_of(row) for row in rows]


def contacts_there_are(connection: Connection) -> int:
    """How many contacts there are."""
    return connection.scalar(select(func.count()).select_from(contact)) or 0


class Forecast(NamedTuple):
    """What a definition would do today: how many match (COUNTED + 1: more than that; None: that
    took too long to count), how many of them were looked at, and what each action would come to
    for these."""

    matching: int | None
    looked_at: int
    actions: Sequence[Counter[tuple[What, Reason | None]]]


def forecast(
    connection: Connection, catalog: Catalog, definition: Definition, today: str, now: Instant
) -> Forecast:
    """What it would do to those who match already."""
    condition = _matches(definition, today)
    keys = select(contact.c.address_key).where(condition)
    try:
        with in_time(connection):
            some = [bytes(k) for k in connection.scalars(keys.limit(FORESEEN))]
            counted = select(func.count()).select_from(keys.limit(COUNTED + 1).subquery())
            matching = connection.scalar(counted)
            known = known_each(connection, some)
    except TooSlow:
        return Forecast(None, 0, ())
    held = {key: Held(of.held) for key, of in known.items()}
    actions = []
    for action in definition.actions:
        did = (foreseen(action, catalog, known[key].address, held[key], now) for key in some)
        actions.append(Counter((one.what, one.reason) for one in did))
    return Forecast(matching, len(some), actions)


def _matches(definition: Definition, today: str) -> ColumnElement[bool]:
    """The condition of domain/triggers.py for who is there already, as a question."""
    lasting = [t for t in definition.triggers if Occasion.ALREADY in LOOKS[t.kind]]
    if not lasting:
        return false()
    if definition.whole:
        return and_(*(_holds(trigger, today) for trigger in definition.triggers))
    return or_(*(_holds(trigger, today) for trigger in lasting))


def _holds(trigger: Trigger, today: str) -> ColumnElement[bool]:
    kind = trigger.kind
    if kind is TriggerKind.CREATED:
        made_so = contact.c.source == trigger.source
        return contact.c.id > 0 if trigger.source is None else made_so
    if kind in (TriggerKind.PROPERTY, TriggerKind.DATE):
        return _has_value(trigger, today)
    if kind is TriggerKind.STATUS:
        place = of_type(trigger.type or 0)
        if trigger.status is Status.NOT_SPECIFIED:
            return not_(_stands(place))
        return _stands(place, trigger.status)
    if kind is TriggerKind.API:
        return false()
    place = ALL if trigger.brand is None else of_brand(trigger.brand)
    out = _stands(place, Status.UNSUBSCRIBED)
    return out if kind is TriggerKind.OPT_OUT else not_(out)


def _has_value(trigger: Trigger, today: str) -> ColumnElement[bool]:
    said = contact_value.c.value
    wanted: list[ColumnElement[bool]] = []
    if trigger.kind is TriggerKind.DATE:
        wanted = [said <= today]
    elif trigger.value is not None:
        wanted = [said == trigger.value]
    of_it = contact_value.c.property == trigger.property
    return contact.c.id.in_(select(contact_value.c.contact).where(of_it, *wanted))


def _stands(place: Place, status: Status | None = None) -> ColumnElement[bool]:
    said = [] if status is None else [preference.c.status == int(status)]
    return exists().where(
        preference.c.address_key == contact.c.address_key,
        preference.c.scope_kind == int(place.scope.kind),
        preference.c.scope_id == place.scope.id,
        preference.c.cause == int(place.cause),
        *said,
    )


class Enrolled(NamedTuple):
    """A contact's way through a workflow."""

    workflow: int
    name: str
    contact: int
    called: str
    round: int
    version: int
    occasion: Occasion
    state: EnrolmentState
    step: int
    due_at: Instant | None
    created_at: Instant
    ended_at: Instant | None


class Beyond(NamedTuple):
    """Where a page of enrolments begins."""

    created_at: Instant
    contact: int


class Step(NamedTuple):
    """What became of a step."""

    round: int
    step: int
    at: Instant
    what: What
    reason: Reason | None
    until: Instant | None


_ENROLLED = (
    select(
        enrolment,
        workflow.c.name.label("workflow_name"),
        func.coalesce(func.nullif(contact.c.name, ""), email_address.c.address, "").label("called"),
    )
    .join(workflow, workflow.c.id == enrolment.c.workflow)
    .join(contact, contact.c.id == enrolment.c.contact)
    .join(email_address, email_address.c.key == contact.c.address_key)
)


def enrolments(connection: Connection, id_: int, beyond: Beyond | None) -> list[Enrolled]:
    """A page and one more, the newest first."""
    asked = _ENROLLED.where(enrolment.c.workflow == id_)
    if beyond is not None:
        at, whom = enrolment.c.created_at, enrolment.c.contact
        asked = asked.where(
            at <= beyond.created_at, or_(at < beyond.created_at, whom < beyond.contact)
        )
    order = enrolment.c.created_at.desc(), enrolment.c.contact.desc()
    return [_enrolled(row) for row in connection.execute(asked.order_by(*order).limit(PAGE + 1))]


def of_contact(connection: Connection, id_: int, workflow_: int | None = None) -> list[Enrolled]:
    """Every way of a contact through a workflow, or through all, the newest first."""
    asked = _ENROLLED.where(enrolment.c.contact == id_)
    if workflow_ is not None:
        asked = asked.where(enrolment.c.workflow == workflow_)
    order = enrolment.c.created_at.desc(), enrolment.c.round.desc()
    return [_enrolled(row) for row in connection.execute(asked.order_by(*order).limit(200))]


def steps(connection: Connection, contact_: int, workflow_: int) -> dict[int, list[Step]]:
    """What became of each step of a contact, by round."""
    rows = connection.execute(
        select(enrolment_step)
        .where(enrolment_step.c.contact == contact_, enrolment_step.c.workflow == workflow_)
        .order_by(enrolment_step.c.round, enrolment_step.c.step)
    )
    found: dict[int, list[Step]] = {}
    for row in rows:
        reason = None if row.reason is None else Reason(row.reason)
        step = Step(row.round, row.step, row.at, What(row.what), reason, row.until)
        found.setdefault(row.round, []).append(step)
    return found


def definitions(connection: Connection, id_: int, numbers: Sequence[int]) -> dict[int, Definition]:
    """These versions of a workflow."""
    return dict(workflows.definitions(connection, id_, numbers))


def _enrolled(row: Any) -> Enrolled:
    return Enrolled(
        row.workflow,
        row.workflow_name,
        row.contact,
        row.called,
        row.round,
        row.version,
        Occasion(row.occasion),
        EnrolmentState(row.state),
        row.step,
        row.due_at,
        row.created_at,
        row.ended_at,
    )
