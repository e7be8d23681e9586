"""A change of address that waits for its two mailboxes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from app.domain.address import masked
from app.domain.catalog import Brand, Catalog
from app.store.addresses import known
from app.store.catalog import CatalogCache
from app.store.tables import rights_request


class Move(NamedTuple):
    """The page about one: whose look it wears, both addresses as a stranger may see them, whether
    there is something to agree to, and whether mail is then to come to who is asked."""

    catalog: Catalog
    brand: Brand
    old: str
    new: str
    language: str
    open: bool
    here: bool = False


def move(connection: Connection, catalogs: CatalogCache, id_: int, key: bytes, brand: int) -> Move:
    """The change of address that `key` is asked about."""
    catalog = catalogs.current(connection)
    wearing = catalog.brand_or_default(brand)
    row = connection.execute(select(rights_request).where(rights_request.c.id == id_)).first()
    if row is None or row.other_address is None or row.ended_at is not None:
        return Move(catalog, wearing, "", "", wearing.language, open=False)
    old = known(connection, bytes(row.address_key)).address
    asked = key in (bytes(row.address_key), bytes(row.other_key))
    seen = masked(old) if old else "•••"
    here = key == bytes(row.other_key)
    return Move(catalog, wearing, seen, masked(row.other_address), row.language, asked, here)
