"""A brand's logo."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from app.store.tables import brand_logo


class Logo(NamedTuple):
    """A raster image."""

    media_type: str
    content: bytes


def logo_of(connection: Connection, brand: int) -> Logo | None:
    """The logo of a brand, where it has one."""
    kept = select(brand_logo.c.media_type, brand_logo.c.content).where(brand_logo.c.brand == brand)
    row = connection.execute(kept).one_or_none()
    return row and Logo(row.media_type, bytes(row.content))
