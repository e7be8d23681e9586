"""What users did, newest first, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, cast, func, select
from sqlalchemy.sql.elements import ColumnElement

from app.domain.words import Instant
from app.queries.references import called
from app.store.tables import admin_user, audit, contact, email_address

PAGE = 50
COMMAND_LINE = 0
"""In a search: what was done at the command line, by no user."""


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. The day is given by its beginning and its end."""

    user: int | None = None
    action: str | None = None
    since: Instant | None = None
    until: Instant | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done: by whom, to whom or what."""

    id: int
    at: Instant
    by: str | None
    action: str
    subject: str
    about: tuple[str, str]
    """Kind and id of the subject."""
    detail: Mapping[str, Any]


def page(connection: Connection, search: Search) -> tuple[Sequence[Entry], int | None]:
    """A page of entries, and the id before which the next one begins, where there is one."""
    subject = admin_user.alias("subject")
    rows = connection.execute(
        select(
            audit,
            admin_user.c.name,
            admin_user.c.email,
            subject.c.name.label("subject_name"),
            subject.c.email.label("subject_email"),
        )
        .outerjoin(admin_user, admin_user.c.id == audit.c.user)
        .outerjoin(subject, _names(subject))
        .where(*_conditions(search))
        .order_by(audit.c.id.desc())
        .limit(PAGE + 1)
    ).all()
    entries = [_entry(row) for row in rows[:PAGE]]
    return entries, entries[-1].id if len(rows) > PAGE else None


def workflows(connection: Connection, entries: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """What the workflows are called that entries are about, by kind and id."""
    ids = {entry.about[1] for entry in entries if entry.about[0] == "workflow"}
    names = called(connection, [f"workflow:{id_}" for id_ in ids])
    return {("workflow", name.partition(":")[2]): name_of for name, name_of in names.items()}


def contacts(connection: Connection, entries: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """What the contacts are called now that entries are about, by kind and id. The trail itself
    keeps no word of a person: who is deleted has no name here any more."""
    ids = sorted({int(entry.about[1]) for entry in entries if entry.about[0] == "contact"})
    name = func.coalesce(func.nullif(contact.c.name, ""), email_address.c.address)
    named = (
        select(contact.c.id, name)
        .join(email_address, email_address.c.key == contact.c.address_key)
        .where(contact.c.id.in_(ids))
    )
    rows = connection.execute(named) if ids else ()
    return {("contact", str(id_)): name_of for id_, name_of in rows}


def _names(subject: Any) -> ColumnElement[bool]:
    """Whether a user is what an entry is about."""
    ours: ColumnElement[bool] = audit.c.subject_kind == "user"
    return ours & (audit.c.subject_id == cast(subject.c.id, audit.c.subject_id.type))


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.user == COMMAND_LINE:
        wanted.append(audit.c.user.is_(None))
    elif search.user is not None:
        wanted.append(audit.c.user == search.user)
    if search.action is not None:
        wanted.append(audit.c.action == search.action)
    if search.since is not None and search.until is not None:
        wanted += [audit.c.at >= search.since, audit.c.at < search.until]
    if search.before is not None:
        wanted.append(audit.c.id < search.before)
    return wanted


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        by=None if row.user is None else row.name or row.email or str(row.user),
        action=row.action,
        subject=row.subject_name or row.subject_email or "",
        about=(row.subject_kind, row.subject_id),
        detail=row.detail,
    )
