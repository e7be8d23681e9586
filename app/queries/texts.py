"""Which versions there are of the texts of types."""

from __future__ import annotations

from collections.abc import Set

from sqlalchemy import Connection, select

from app.domain.words import ScopeKind
from app.store.tables import text_version


def unknown_versions(connection: Connection, named: Set[tuple[int, int]]) -> Set[tuple[int, int]]:
    """Those pairs of a type and a version that do not belong together."""
    rows = connection.execute(
        select(text_version.c.subject_id, text_version.c.id).where(
            text_version.c.subject_kind == int(ScopeKind.TYPE),
            text_version.c.id.in_({version for _, version in named}),
        )
    )
    return named - {(subject, version) for subject, version in rows}
