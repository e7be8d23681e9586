"""The settings of the account, but for the data privacy switch (services/catalog.py)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select, update

from app.services import versions
from app.store.tables import account, brand


class NoBrand(ValueError):
    """The brand is archived, or there is none: the account's pages cannot wear its look."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the account is called and speaks, whose look its pages wear, whether the fallback form
    is there, and for how many days IP addresses and user agents are kept (None: as long as their
    evidence)."""

    name: str
    language: str
    default_brand: int
    fallback_form: bool
    network_days: int | None


def save(connection: Connection, to: Settings) -> None:
    """Save the settings. Raises NoBrand."""
    versions.touch(connection)
    sends = select(brand.c.id).where(brand.c.id == to.default_brand, brand.c.archived_at.is_(None))
    if connection.scalar(sends) is None:
        raise NoBrand
    connection.execute(update(account).values(**asdict(to)))
