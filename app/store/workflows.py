"""Workflows as the database knows them, and what is known of contacts that are judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from app.domain.contacts import Source, created_at
from app.domain.hours import day_of
from app.domain.standing import Held
from app.domain.triggers import Facts, Since
from app.domain.words import Instant
from app.domain.workflows import Definition, WorkflowState
from app.store.addresses import known_each
from app.store.among import Among
from app.store.tables import contact, contact_value, workflow, workflow_version


@dataclass(frozen=True, slots=True)
class Workflow:
    """Where a workflow is. `current`: its version, where it has one; `draft`: what the next one
    will be; one of the two is there."""

    id: int
    name: str
    state: WorkflowState
    version: int
    current: Definition | None
    draft: Definition | None
    changed_at: Instant
    active_since: Instant | None
    date_reached: str | None
    date_contact: int | None

    @property
    def shown(self) -> Definition:
        """The draft, where there is one, else the version that is in place."""
        return self.draft or self.current or Definition()

    @property
    def definition(self) -> Definition:
        """The version that is in place."""
        return self.current or Definition()

    @property
    def reference(self) -> str:
        """Who makes its changes, as events name it."""
        return f"workflow:{self.id}"

    def since(self, now: Instant) -> Since:
        """Since when it is active, and the day it is where it acts."""
        zone, at = ZoneInfo(self.definition.hours.zone), self.active_since or now
        return Since(at, day_of(zone, at).isoformat(), day_of(zone, now).isoformat())


ALL = select(workflow, workflow_version.c.content).outerjoin(
    workflow_version,
    (workflow_version.c.workflow == workflow.c.id)
    & (workflow_version.c.number == workflow.c.version),
)

PEOPLE = Among(select(contact.c.id, contact.c.address_key, contact.c.source), contact.c.id)


def read(connection: Connection, id_: int) -> Workflow | None:
    """The workflow with this id."""
    row = connection.execute(ALL.where(workflow.c.id == id_)).one_or_none()
    return None if row is None else workflow_of(row)


def active(connection: Connection) -> list[Workflow]:
    """Those that are active."""
    rows = connection.execute(
        ALL.where(workflow.c.state == WorkflowState.ACTIVE).order_by(workflow.c.id)
    )
    return [workflow_of(row) for row in rows]


def definitions(
    connection: Connection, id_: int, numbers: Iterable[int]
) -> Mapping[int, Definition]:
    """These versions of a workflow."""
    asked = select(workflow_version.c.number, workflow_version.c.content).where(
        workflow_version.c.workflow == id_, workflow_version.c.number.in_(sorted(set(numbers)))
    )
    return {number: Definition.read(content) for number, content in connection.execute(asked)}


def facts(
    connection: Connection, ids: Sequence[int], asked: Sequence[Definition]
) -> dict[int, Facts]:
    """What these ask of each of these contacts, as far as there are any; in at most a statement
    each for contacts, properties and what stands."""
    rows = PEOPLE(connection, ids)
    keys = [bytes(key) for _, key, _ in rows]
    stands = any(definition.asks_what_stands for definition in asked)
    known = known_each(connection, keys) if stands else {}
    values = _values(connection, ids, {p for definition in asked for p in definition.properties})
    return {
        id_: Facts(
            id_,
            key,
            Source(source),
            created_at(id_),
            values.get(id_, {}),
            known[key].held if key in known else Held(),
        )
        for (id_, _, source), key in zip(rows, keys, strict=True)
    }


def _values(
    connection: Connection, ids: Sequence[int], properties: set[int]
) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    if properties:
        asked = select(contact_value.c.contact, contact_value.c.property, contact_value.c.value)
        of_these = contact_value.c.contact.in_(ids), contact_value.c.property.in_(properties)
        for id_, property_, value in connection.execute(asked.where(*of_these)):
            found.setdefault(id_, {})[property_] = value
    return found


def workflow_of(row: Row[Any]) -> Workflow:
    """A row of ALL."""
    return Workflow(
        id=row.id,
        name=row.name,
        state=WorkflowState(row.state),
        version=row.version,
        current=None if row.content is None else Definition.read(row.content),
        draft=None if row.draft is None else Definition.read(row.draft),
        changed_at=row.changed_at,
        active_since=row.active_since,
        date_reached=row.date_reached,
        date_contact=row.date_contact,
    )
