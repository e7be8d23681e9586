"""The versions of what a send decision reads of account, brands and types (rules.md, 7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from app.domain.past import Version
from app.domain.words import Scope, ScopeKind
from app.store.tables import setting_version


def versions(connection: Connection) -> Mapping[Scope, Sequence[Version]]:
    """Of each scope its versions, in the order in which they were made: few."""
    found: dict[Scope, list[Version]] = defaultdict(list)
    for row in connection.execute(select(setting_version).order_by(setting_version.c.id)):
        scope = Scope(ScopeKind(row.scope_kind), row.scope_id)
        found[scope].append(Version(row.at, row.content))
    return found
