"""How many addresses are subscribed to types."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, literal, select, union_all

from app.domain.words import Cause, ScopeKind, Status
from app.store.tables import preference

COUNTED = 1_000
"""Up to how many of one type are counted: nobody waits for a million."""


def subscribed(connection: Connection, types: Sequence[int]) -> dict[int, int]:
    """Of each type how many, COUNTED + 1 where there are more; in one statement."""
    if not types:
        return {}
    parts = []
    for id_ in types:
        some = select(literal(1).label("one")).where(
            preference.c.scope_kind == int(ScopeKind.TYPE),
            preference.c.scope_id == id_,
            preference.c.cause == int(Cause.CHOICE),
            preference.c.status == int(Status.SUBSCRIBED),
        )
        counted = some.limit(COUNTED + 1).subquery()
        parts.append(select(literal(id_), func.count()).select_from(counted))
    return {row[0]: row[1] for row in connection.execute(union_all(*parts))}
