"""Brands that are there: saved as their form says, archived no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, update

from app.domain.words import Instant, Scope
from app.services import catalog, versions
from app.services.catalog import Taken
from app.services.types import restore_type
from app.store.tables import account, brand, brand_logo, subscription_type


class DefaultBrand(ValueError):
    """The account's own pages wear this brand's look: it cannot be archived."""


class Picture(NamedTuple):
    """A raster image whose kind is known."""

    media_type: str
    content: bytes


def save(
    connection: Connection, id_: int, values: Mapping[str, Any], logo: Picture | None, now: Instant
) -> None:
    """Save what the form of a brand says; a logo where one was chosen. An empty one in its look is
    taken away. Raises Taken."""
    versions.touch(connection)
    others = select(brand.c.id).where(brand.c.slug == values["slug"], brand.c.id != id_)
    if connection.scalar(others) is not None:
        raise Taken(values["slug"])
    catalog.edit_brand(connection, id_, values, now)
    if logo is not None:
        catalog.set_logo(connection, id_, *logo)
    elif values["look"].get("logo") == "":
        connection.execute(brand_logo.delete().where(brand_logo.c.brand == id_))


def archive(connection: Connection, id_: int, now: Instant) -> None:
    """Archive a brand and its types. Raises DefaultBrand."""
    versions.touch(connection)
    if connection.scalar(select(account.c.default_brand)) == id_:
        raise DefaultBrand
    catalog.archive_brand(connection, id_, now)


def restore(connection: Connection, id_: int, now: Instant) -> None:
    """Have a brand send again, and with it the types that were archived with it."""
    versions.touch(connection)
    archived_at = select(brand.c.archived_at).where(brand.c.id == id_).scalar_subquery()
    with_it = select(subscription_type.c.id).where(
        subscription_type.c.brand == id_, subscription_type.c.archived_at == archived_at
    )
    types = list(connection.scalars(with_it))
    connection.execute(update(brand).where(brand.c.id == id_).values(archived_at=None))
    versions.record_settings(connection, Scope.brand(id_), {"archived": False}, now)
    for type_ in types:
        restore_type(connection, type_, now)
