"""The account with its brands and types, kept by each process while their version holds."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.catalog import Brand, Catalog, Look, Policy, SubscriptionType, Texts
from app.store.prepared import Prepared
from app.store.tables import account, brand, subscription_type, text_version

VERSION = Prepared(select(account.c.version))


class Missing(LookupError):
    """The database has no account yet: it was never set up."""


class OtherSecret(Exception):
    """The database belongs to another address secret: with this one every address is unknown."""

    def __init__(self) -> None:
        super().__init__(
            "SAYSO_ADDRESS_SECRET is not the one this database was made with: with it, every "
            "address would be unknown and every opt-out lost. Set the secret from your backup."
        )


class CatalogCache:
    """The last catalogue read. A version number, read with each page, says whether it holds."""

    def __init__(self, fingerprint: bytes) -> None:
        self._fingerprint = fingerprint
        self._catalog: Catalog | None = None
        self._lock = threading.Lock()

    @property
    def kept(self) -> Catalog | None:
        """The catalogue read last, however old: what it knows of ids never changes."""
        return self._catalog

    def current(self, connection: Connection, version: int | None = None) -> Catalog:
        """The catalogue at `version` or later; asks for the version where none is given."""
        version = read_version(connection) if version is None else version
        kept = self._catalog
        if kept is None or kept.version < version:
            with self._lock:
                self._catalog = kept = read(connection, self._fingerprint)
        return kept


def read_version(connection: Connection) -> int:
    """The number that grows with every change of account, brands and types."""
    rows = VERSION(connection)
    if not rows:
        raise Missing
    return int(rows[0][0])


def read(connection: Connection, fingerprint: bytes) -> Catalog:
    """Everything, in three statements, its version first: later rows may only be newer.

    Raises Missing, and OtherSecret where the database was made with another address secret.
    """
    own = connection.execute(select(account)).one_or_none()
    if own is None:
        raise Missing
    if own.fingerprint != fingerprint:
        raise OtherSecret
    types = [_type(row) for row in connection.execute(_TYPES)]
    brands = [_brand(row, types) for row in connection.execute(_BRANDS)]
    return Catalog(
        version=own.version,
        name=own.name,
        language=own.language,
        default_brand=own.default_brand,
        policy=Policy(own.data_privacy, own.privacy_off_since),
        texts_version=own.program_texts,
        fallback_form=own.fallback_form,
        privacy_decided=own.privacy_decided,
        network_days=own.network_days,
        brands={b.id: b for b in brands},
        types={t.id: t for t in types},
    )


_TYPES = (
    select(subscription_type, text_version.c.content)
    .join(text_version, text_version.c.id == subscription_type.c.texts)
    .order_by(subscription_type.c.position, subscription_type.c.id)
)
_BRANDS = (
    select(brand, text_version.c.content)
    .join(text_version, text_version.c.id == brand.c.texts)
    .order_by(brand.c.position, brand.c.id)
)


def settings_of(type_: Row[Any]) -> dict[str, Any]:
    """What a send decision reads of a type, as its versions keep it: with what was fixed when it
    was made, so that it shows where that is another."""
    return {
        "brand": type_.brand,
        "transactional": type_.transactional,
        "public": type_.public,
        "confirms": type_.confirms,
        "archived": type_.archived_at is not None,
    }


def _type(row: Row[Any]) -> SubscriptionType:
    return SubscriptionType(
        id=row.id,
        brand=row.brand,
        slug=row.slug,
        transactional=row.transactional,
        public=row.public,
        confirms=row.confirms,
        archived=row.archived_at is not None,
        position=row.position,
        texts=Texts(row.texts, row.content),
        created_at=row.created_at,
    )


def _brand(row: Row[Any], types: Sequence[SubscriptionType]) -> Brand:
    return Brand(
        id=row.id,
        slug=row.slug,
        name=row.name,
        archived=row.archived_at is not None,
        language=row.language,
        sender=row.sender,
        postal_address=row.postal_address,
        contact=row.contact,
        look=Look(**row.look),
        texts=Texts(row.texts, row.content),
        types=tuple(t for t in types if t.brand == row.id),
        links=row.links or {},
        languages=tuple(row.languages or ()),
        example=row.example,
    )
