"""Who stands behind the references that events carry: `user:7` is a user, `key:7` an API key,
`workflow:7` a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from app.domain.ids import id_in
from app.store.tables import admin_user, api_key, workflow

Called = Mapping[str, str]
"""What whoever a reference names is called. Who is not in it has no name any more."""

NAMES = {
    "user": (
        admin_user.c.id,
        func.coalesce(func.nullif(admin_user.c.name, ""), admin_user.c.email),
    ),
    "key": (api_key.c.id, api_key.c.name),
    "workflow": (workflow.c.id, workflow.c.name),
}
"""The column a reference names, and the one that has the name, by its kind."""


def called(connection: Connection, references: Iterable[str | None]) -> Called:
    """The names, in a statement for each kind that is named."""
    known = {reference for reference in references if reference}
    names: dict[str, str] = {}
    for kind, (number, name) in NAMES.items():
        ids = sorted(id_ for reference in known if (id_ := _id(kind, reference)) is not None)
        if ids:
            rows = connection.execute(select(number, name).where(number.in_(ids)))
            names |= {f"{kind}:{id_}": text for id_, text in rows}
    return names


def _id(kind: str, reference: str) -> int | None:
    before, _, id_ = reference.partition(":")
    return id_in(id_) if before == kind else None
