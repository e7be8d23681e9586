"""Who stands behind the references that events carry: `user:7` is a user of the admin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from app.store.tables import admin_user

Called = Mapping[str, str]
"""What whoever a reference names is called. Who is not in it has no name any more."""


def called(connection: Connection, references: Iterable[str | None]) -> Called:
    """The names, in one statement; none where no reference names a user."""
    ids = sorted({id_ for reference in references if (id_ := _user(reference)) is not None})
    if not ids:
        return {}
    names = select(admin_user.c.id, admin_user.c.name, admin_user.c.email)
    rows = connection.execute(names.where(admin_user.c.id.in_(ids)))
    return {f"user:{row.id}": row.name or row.email for row in rows}


def _user(reference: str | None) -> int | None:
    kind, _, id_ = (reference or "").partition(":")
    known = kind == "user" and id_.isascii() and id_.isdecimal() and len(id_) < 11
    return int(id_) if known and int(id_) < 2**31 else None
