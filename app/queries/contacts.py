"""One contact, and the properties there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from app.domain import contacts as domain
from app.domain.catalog import Catalog
from app.domain.contacts import Processing, PropertyKind, Source
from app.domain.overall import Choice, Overall, choices, overall
from app.domain.words import Instant
from app.store.addresses import known
from app.store.tables import contact, contact_property, contact_value, email_address


@dataclass(frozen=True, slots=True)
class Property:
    """One that an owner defined."""

    id: int
    slug: str
    name: str
    kind: PropertyKind
    archived: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact without its properties. `address` as given."""

    id: int
    key: bytes
    address: str
    name: str
    language: str | None
    source: Source
    processing: Processing | None
    explanation: str | None
    assumed: bool
    """Whether the basis for processing was only assumed from one for communication."""

    @property
    def called(self) -> str:
        """The name, or the address where none is known."""
        return self.name or self.address

    @property
    def created_at(self) -> Instant:
        """When it was made."""
        return domain.created_at(self.id)


CONTACT = select(contact, email_address.c.address.label("given"), email_address.c.language).join(
    email_address, email_address.c.key == contact.c.address_key
)


def by_id(connection: Connection, id_: int) -> Contact | None:
    """The contact with this id."""
    return _one(connection, contact.c.id == id_) if 0 < id_ < 2**63 else None


def by_key(connection: Connection, key: bytes) -> Contact | None:
    """The contact of this address."""
    return _one(connection, contact.c.address_key == key)


def properties(connection: Connection) -> Sequence[Property]:
    """All there are, archived ones last, by name."""
    rows = connection.execute(
        select(contact_property).order_by(
            contact_property.c.archived_at.is_not(None), contact_property.c.name
        )
    )
    return [_property(row) for row in rows]


def values_of(connection: Connection, id_: int) -> Mapping[int, str]:
    """The values of one contact, by property."""
    rows = connection.execute(
        select(contact_value.c.property, contact_value.c.value).where(
            contact_value.c.contact == id_
        )
    )
    return {row.property: row.value for row in rows}


def told(connection: Connection, id_: int) -> Sequence[tuple[Property, str]]:
    """What a contact has of the properties that are asked for, by name."""
    values = connection.execute(
        select(contact_property, contact_value.c.value)
        .join(contact_value, contact_value.c.property == contact_property.c.id)
        .where(contact_value.c.contact == id_, contact_property.c.archived_at.is_(None))
        .order_by(contact_property.c.name)
    )
    return [(_property(row), row.value) for row in values]


def _one(connection: Connection, where: ColumnElement[bool]) -> Contact | None:
    row = connection.execute(CONTACT.where(where)).one_or_none()
    return None if row is None else read(row)


def _property(row: Row[Any]) -> Property:
    return Property(row.id, row.slug, row.name, PropertyKind(row.kind), row.archived_at is not None)


def read(row: Row[Any]) -> Contact:
    """A row of CONTACT."""
    return Contact(
        id=row.id,
        key=bytes(row.address_key),
        address=row.given,
        name=row.name,
        language=row.language,
        source=Source(row.source),
        processing=None if row.processing is None else Processing(row.processing),
        explanation=row.processing_explanation,
        assumed=bool(row.processing_assumed),
    )


@dataclass(frozen=True, slots=True)
class Profile:
    """A contact with what it has of the properties that are asked for, and what stands for its
    address: all in all, and kind by kind."""

    contact: Contact
    values: Sequence[tuple[Property, str]]
    overall: Overall
    choices: Sequence[Choice]


def profile(connection: Connection, catalog: Catalog, id_: int, now: Instant) -> Profile | None:
    """The contact with this id, in three statements."""
    found = by_id(connection, id_)
    if found is None:
        return None
    known_now = known(connection, found.key)
    stands = (known_now.held, known_now.stored_at, catalog, now)
    return Profile(found, told(connection, id_), overall(*stands), list(choices(*stands)))
