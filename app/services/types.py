"""Subscription types that are there: edited, put in order, archived no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from app.domain.words import Instant, Scope
from app.services import versions
from app.services.versions import TextsByLanguage
from app.store.catalog import settings_of
from app.store.tables import brand, subscription_type


class ArchivedBrand(ValueError):
    """A type cannot be sent by a brand that is archived."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What can change of a type. Its brand, and whether it is transactional, cannot."""

    public: bool
    confirms: bool
    texts: TextsByLanguage


def edit_type(connection: Connection, id_: int, to: Edited, now: Instant) -> None:
    """Give a type these settings and texts; of each that changes there is a new version."""
    versions.touch(connection)
    row = connection.execute(select(subscription_type).where(subscription_type.c.id == id_)).one()
    values = {
        "public": to.public,
        "confirms": to.confirms,
        "texts": versions.new_texts(connection, Scope.type(0).kind, id_, to.texts, now),
    }
    _change(connection, id_, **values)
    if (row.public, row.confirms) != (to.public, to.confirms):
        settings = {**settings_of(row), "public": to.public, "confirms": to.confirms}
        versions.record_settings(connection, Scope.type(id_), settings, now)


def restore_type(connection: Connection, id_: int, now: Instant) -> None:
    """Have a type sent and shown again. Raises ArchivedBrand."""
    versions.touch(connection)
    row = connection.execute(
        select(subscription_type, brand.c.archived_at.label("brand_archived_at"))
        .join(brand, brand.c.id == subscription_type.c.brand)
        .where(subscription_type.c.id == id_)
    ).one()
    if row.brand_archived_at is not None:
        raise ArchivedBrand
    _change(connection, id_, archived_at=None)
    settings = {**settings_of(row), "archived": False}
    versions.record_settings(connection, Scope.type(id_), settings, now)


def move_type(connection: Connection, id_: int, steps: int) -> None:
    """Move a type up (-1) or down (1) among those of its brand that are not archived."""
    of = select(subscription_type.c.brand).where(subscription_type.c.id == id_)
    ids = _in_order(connection, int(connection.scalar(of) or 0))
    if id_ in ids and 0 <= (to := ids.index(id_) + steps) < len(ids):
        ids.remove(id_)
        ids.insert(to, id_)
        _number(connection, ids)


def order_types(connection: Connection, of: int, wanted: Sequence[int]) -> None:
    """Put a brand's types in this order. Those that are not named follow as they were."""
    ids = _in_order(connection, of)
    first = [id_ for id_ in dict.fromkeys(wanted) if id_ in ids]
    _number(connection, [*first, *(id_ for id_ in ids if id_ not in first)])


def _in_order(connection: Connection, of: int) -> list[int]:
    """A brand's types that are not archived, and nobody else puts any in order meanwhile. Their own
    lock would not do: who waited for it would still see the order that was before."""
    versions.touch(connection)
    types = (
        select(subscription_type.c.id)
        .where(subscription_type.c.brand == of, subscription_type.c.archived_at.is_(None))
        .order_by(subscription_type.c.position, subscription_type.c.id)
    )
    return list(connection.scalars(types))


def _number(connection: Connection, ids: Sequence[int]) -> None:
    for position, id_ in enumerate(ids, 1):
        of_type = update(subscription_type).where(subscription_type.c.id == id_)
        connection.execute(of_type.values(position=position))


def _change(connection: Connection, id_: int, **values: object) -> None:
    of_type = update(subscription_type).where(subscription_type.c.id == id_)
    connection.execute(of_type.values(**values))
