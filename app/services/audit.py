"""The audit trail: what users did, written in the transaction that does it. No person's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert

from app.domain.deeds import Deed, Doer
from app.store.tables import audit


def note(
    connection: Connection,
    by: Doer,
    deed: Deed,
    subject: tuple[str, object],
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Keep what was done to the subject: its kind and id."""
    kind, id_ = subject
    connection.execute(
        insert(audit).values(
            at=by.at,
            user=by.user,
            action=deed,
            subject_kind=kind,
            subject_id=str(id_),
            detail=dict(detail or {}),
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
