"""Workflows: made, edited as a draft, put in place as a version that never changes, paused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from app.domain.contacts import first_id
from app.domain.deeds import Deed, Doer
from app.domain.hours import Hours, day_of
from app.domain.ids import new_id
from app.domain.words import MINUTE, Instant
from app.domain.workflows import LEADS, Definition, Press, WorkflowState
from app.services import audit
from app.store.tables import feed_state, workflow, workflow_mark, workflow_version
from app.store.workflows import Workflow, read

BEHIND = MINUTE
"""How long ago a contact was made or changed before it is judged: by then, whoever did has
committed."""
LAST = 2**62
"""Beyond the last contact."""
DEEDS = {
    Press.ACTIVATE: Deed.WORKFLOW_ACTIVATED,
    Press.PAUSE: Deed.WORKFLOW_PAUSED,
    Press.ARCHIVE: Deed.WORKFLOW_ARCHIVED,
}


def make(connection: Connection, name: str, definition: Definition, by: Doer) -> int:
    """Keep a workflow that does nothing yet; its id."""
    id_ = new_id()
    connection.execute(
        insert(workflow).values(
            id=id_,
            name=name,
            state=WorkflowState.DRAFT,
            version=0,
            draft=dict(definition.kept()),
            created_at=by.at,
            changed_at=by.at,
        )
    )
    audit.note(connection, by, Deed.WORKFLOW_MADE, ("workflow", id_))
    return id_


@dataclass(frozen=True, slots=True)
class Settings:
    """What a workflow is called, whether contacts may enter again, and when it acts."""

    name: str
    again: bool
    hours: Hours


def save(connection: Connection, id_: int, to: Settings, by: Doer) -> bool:
    """Save its settings, those of its draft; whether that could be done. Whatever else its draft
    holds by then stays."""
    found = locked(connection, id_)
    if found is None:
        return False
    edited = replace(found.shown, again=to.again, hours=to.hours)
    saved = draft(connection, id_, edited, by)
    if saved:
        _set(connection, id_, name=to.name)
    return saved


def draft(
    connection: Connection, id_: int, definition: Definition, by: Doer, as_of: Instant | None = None
) -> bool:
    """Keep what the next version will be, where nobody edited it since; whether that is so. What is
    in place goes on as it is."""
    found = locked(connection, id_)
    if found is None or found.state is WorkflowState.ARCHIVED:
        return False
    if as_of not in (None, found.changed_at):
        return False
    kept = None if definition == found.current else dict(definition.kept())
    _set(connection, id_, draft=kept, changed_at=by.at)
    audit.note(connection, by, Deed.WORKFLOW_EDITED, ("workflow", id_))
    return True


def press(
    connection: Connection, id_: int, pressed: Press, by: Doer, as_of: Instant | None = None
) -> bool:
    """Activate, pause or archive it, where nobody changed it since `as_of`; whether that could be
    done. Activated, its draft becomes a new version, and whoever is inside goes on by the version
    they entered with."""
    found = locked(connection, id_)
    if found is None or as_of not in (None, found.changed_at):
        return False
    state = LEADS.get((found.state, pressed))
    if state is None or (state is WorkflowState.ACTIVE and not _does(found)):
        return False
    if state is WorkflowState.ACTIVE:
        _activate(connection, found, by)
    _set(connection, id_, state=state, changed_at=by.at)
    audit.note(connection, by, DEEDS[pressed], ("workflow", id_))
    return True


def locked(connection: Connection, id_: int) -> Workflow | None:
    """The workflow, kept from all others until the transaction ends; but whoever walks may note who
    enters, whom the one with the lock may be about to note as well."""
    mine = select(workflow.c.id).where(workflow.c.id == id_)
    connection.execute(mine.with_for_update(key_share=True))
    return read(connection, id_)


def _does(found: Workflow) -> bool:
    """Whether there is something to do, and, where it is active already, something new."""
    anew = found.state is not WorkflowState.ACTIVE or found.draft is not None
    return anew and bool(found.shown.actions)


def _activate(connection: Connection, found: Workflow, by: Doer) -> None:
    noted: dict[str, Any] = {}
    if found.draft is not None:
        noted = {"version": found.version + 1, "draft": None}
        _keep_version(connection, found.id, noted["version"], found.draft.kept(), by)
    if found.state is not WorkflowState.ACTIVE:
        _begin_now(connection, by.at)
        noted["active_since"] = by.at
    if found.state is not WorkflowState.ACTIVE or found.definition.date != found.shown.date:
        noted |= {"date_reached": _yesterday(found, by.at), "date_contact": LAST}
    _set(connection, found.id, **noted)


def _keep_version(
    connection: Connection, id_: int, number: int, content: Mapping[str, Any], by: Doer
) -> None:
    connection.execute(
        insert(workflow_version).values(
            workflow=id_,
            number=number,
            content=dict(content),
            created_at=by.at,
            created_by=by.user,
        )
    )


def _yesterday(found: Workflow, now: Instant) -> str:
    """Whoever's date is today is still to come."""
    zone = ZoneInfo(found.shown.hours.zone)
    return (day_of(zone, now) - timedelta(1)).isoformat()


def _begin_now(connection: Connection, now: Instant) -> None:
    """Where no workflow was active, nothing that happened before is looked at. The marks are locked
    before that is asked: else the second of two that are activated at once would move them on."""
    connection.execute(select(workflow_mark.c.walk).with_for_update())
    active = select(workflow.c.id).where(workflow.c.state == WorkflowState.ACTIVE).limit(1)
    if connection.scalar(active) is not None:
        return
    position = connection.execute(select(feed_state.c.position)).scalar_one()
    marks = {
        "events": (position, 0),
        "created": (0, first_id(now) - 1),
        "changed": (now - 1, LAST),
    }
    for walk, (at, contact) in marks.items():
        mark = update(workflow_mark).where(workflow_mark.c.walk == walk)
        connection.execute(mark.values(at=at, contact=contact))


def _set(connection: Connection, id_: int, **values: Any) -> None:
    if values:
        connection.execute(update(workflow).where(workflow.c.id == id_).values(values))
