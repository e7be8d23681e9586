"""The audit trail: what users did, written in the transaction that does it. No person's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, insert

from app.domain.deeds import Deed, Doer
from app.store.tables import audit

T = TypeVar("T")


def noted(
    connection: Connection,
    by: Doer,
    deed: Deed,
    subject: tuple[str, object | None],
    work: Callable[[Connection], T],
) -> T:
    """Do `work` and keep that it was done. A subject without an id is what the work made."""
    made = work(connection)
    kind, id_ = subject
    note(connection, by, deed, (kind, made if id_ is None else id_))
    return made


def note(
    connection: Connection,
    by: Doer,
    deed: Deed,
    subject: tuple[str, object],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Keep what was done to the subject: its kind and id; and the key by which it was done."""
    kind, id_ = subject
    by_key = {"by_key": by.key.name, "key_id": by.key.id} if by.key else {}
    connection.execute(
        insert(audit).values(
            at=by.at,
            user=by.user,
            action=deed,
            subject_kind=kind,
            subject_id=str(id_),
            detail={**(detail or {}), **by_key},
        )
    )


def note_user(
    connection: Connection,
    by: Doer,
    deed: Deed,
    user: int,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Keep what was done to a user."""
    note(connection, by, deed, ("user", user), detail)
