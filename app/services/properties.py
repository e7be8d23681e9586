"""The properties of contacts that an owner defines. A kind is fixed when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, update

from app.domain.contacts import PropertyKind
from app.domain.deeds import Deed, Doer
from app.domain.ids import new_id
from app.services.audit import note
from app.store.tables import contact_property


class SlugTaken(ValueError):
    """There is a property with this slug."""


class NewProperty(NamedTuple):
    """A property to be."""

    slug: str
    name: str
    kind: PropertyKind


def define(connection: Connection, new: NewProperty, by: Doer) -> int:
    """Make a property; its id. Raises SlugTaken."""
    same = select(contact_property.c.id).where(contact_property.c.slug == new.slug)
    if connection.scalar(same) is not None:
        raise SlugTaken
    id_ = new_id()
    connection.execute(
        insert(contact_property).values(
            id=id_, slug=new.slug, name=new.name, kind=new.kind, created_at=by.at
        )
    )
    note(connection, by, Deed.PROPERTY_CREATED, ("property", id_))
    return id_


def rename(connection: Connection, id_: int, name: str, by: Doer) -> None:
    """Call it otherwise. The slug, which imports and programs go by, stays."""
    other = contact_property.c.name != name
    _change(connection, id_, other, {"name": name}, Deed.PROPERTY_RENAMED, by)


def archive(connection: Connection, id_: int, by: Doer) -> None:
    """Ask for it no more. What contacts have of it is kept."""
    active = contact_property.c.archived_at.is_(None)
    _change(connection, id_, active, {"archived_at": by.at}, Deed.PROPERTY_ARCHIVED, by)


def restore(connection: Connection, id_: int, by: Doer) -> None:
    """Ask for it again."""
    archived = contact_property.c.archived_at.is_not(None)
    _change(connection, id_, archived, {"archived_at": None}, Deed.PROPERTY_RESTORED, by)


def _change(
    connection: Connection,
    id_: int,
    where: ColumnElement[bool],
    values: Mapping[str, object],
    deed: Deed,
    by: Doer,
) -> None:
    """Note the deed where something is other than it was."""
    changed = connection.execute(
        update(contact_property).where(contact_property.c.id == id_, where).values(values)
    )
    if changed.rowcount:
        note(connection, by, deed, ("property", id_))
