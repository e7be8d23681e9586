"""Contacts: made and changed, one or many, and deleted. What an address has chosen is bound to the
address and stays whatever becomes of its contact (rules.md, 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, update

from app.domain.catalog import Policy
from app.domain.contacts import Processing, Source, new_ids, words_of
from app.domain.deeds import Deed, Doer
from app.domain.words import Instant
from app.services.addresses import remember, speak
from app.services.audit import note
from app.store import addresses
from app.store.rows import Row, Rows, overwriting
from app.store.tables import contact, contact_value, email_address

Values = Mapping[int, str | None]
"""By property; canonical (domain/contacts.py). None empties it."""


class Taken(ValueError):
    """The address has a contact already: `id`."""

    def __init__(self, id_: int) -> None:
        super().__init__(id_)
        self.id = id_


class Gone(LookupError):
    """There is no such contact any more."""


class ProcessingRequired(ValueError):
    """Data privacy is on, and no legal basis for processing is stored or given (rules.md, 8)."""


class Processed(NamedTuple):
    """Legal basis for processing, why it holds, and whether it was only assumed because one for
    communication was given."""

    basis: Processing
    explanation: str
    assumed: bool = False


class Origin(NamedTuple):
    """What makes contacts: when, by what way in, and who (`user:ID`, the reference of a run)."""

    at: Instant
    source: Source
    reference: str


class Draft(NamedTuple):
    """A contact to be, or what is to change of it. None, or no value: stays as it is."""

    key: bytes
    address: str
    """As given: it is what mail is sent to."""
    name: str | None = None
    language: str | None = None
    values: Values = MappingProxyType({})
    processing: Processed | None = None


class Saved(NamedTuple):
    """A contact's id, and whether it was made now."""

    id: int
    created: bool


def save_all(connection: Connection, drafts: Sequence[Draft], origin: Origin) -> list[Saved]:
    """Make each contact, or change the one its address has, in a fixed number of statements; an
    address comes at most once. Of several hundred thousand rows, give some hundreds at a time."""
    if not drafts:
        return []
    keys = [draft.key for draft in drafts]
    addresses.lock(connection, keys)
    known = _known(connection, keys)
    new = [draft for draft in drafts if draft.key not in known]
    ids = dict(zip((d.key for d in new), new_ids(origin.at, len(new)), strict=True))
    saved = [Saved(ids[k], True) if k in ids else Saved(known[k].id, False) for k in keys]
    remember(connection, [(d.key, d.address, d.language) for d in drafts], origin.at)
    if new:
        MAKE(connection, [(ids[d.key], *_row(d, origin)) for d in new])
    if known:
        changed = [_changed(d, known[d.key], origin) for d in drafts if d.key in known]
        connection.execute(CHANGE, changed)
    set_values(connection, {s.id: d.values for s, d in zip(saved, drafts, strict=True)})
    return saved


def create(connection: Connection, draft: Draft, policy: Policy, by: Doer) -> int:
    """Make one contact, as a user; its id. Raises Taken and ProcessingRequired."""
    addresses.lock(connection, [draft.key])
    if (taken := _id_of(connection, draft.key)) is not None:
        raise Taken(taken)
    if policy.data_privacy and draft.processing is None:
        raise ProcessingRequired
    ((id_, _),) = save_all(connection, [draft], Origin(by.at, Source.ADMIN, by.reference))
    note(connection, by, Deed.CONTACT_CREATED, ("contact", id_))
    return id_


@dataclass(frozen=True, slots=True)
class Edit:
    """What a user makes of a contact. `language` None: none is known. No `processing`: the one
    that is stored stays."""

    name: str
    language: str | None
    values: Values
    processing: Processed | None = None


def edit(connection: Connection, id_: int, made: Edit, policy: Policy, by: Doer) -> None:
    """Change one contact, as a user. Raises Gone and ProcessingRequired."""
    row = locked(connection, id_)
    if policy.data_privacy and made.processing is None and row.processing is None:
        raise ProcessingRequired
    draft = Draft(bytes(row.address_key), row.given, made.name, processing=made.processing)
    origin = Origin(by.at, Source.ADMIN, by.reference)
    connection.execute(CHANGE, _changed(draft, row, origin))
    speak(connection, draft.key, made.language)
    set_values(connection, {id_: made.values})
    note(connection, by, Deed.CONTACT_EDITED, ("contact", id_))


def keep_processing(connection: Connection, id_: int, given: Processed, by: Doer) -> None:
    """Store a legal basis for processing, where none is stored."""
    values = _processing(given, Origin(by.at, Source.ADMIN, by.reference))
    none_stored = update(contact).where(contact.c.id == id_, contact.c.processing.is_(None))
    connection.execute(none_stored.values({**values, "touched_at": by.at}))


def delete_contact(connection: Connection, id_: int, by: Doer) -> None:
    """Delete one contact with its properties. Its address keeps preferences and history. Raises
    Gone."""
    locked(connection, id_)
    connection.execute(delete(contact).where(contact.c.id == id_))
    note(connection, by, Deed.CONTACT_DELETED, ("contact", id_))


def locked(connection: Connection, id_: int, *more: bytes) -> Any:
    """The row of a contact, its address and `more` of them kept from other writers. Raises Gone."""
    key = connection.scalar(select(contact.c.address_key).where(contact.c.id == id_))
    if key is None:
        raise Gone
    addresses.lock(connection, sorted({bytes(key), *more}))
    row = connection.execute(
        select(contact, email_address.c.address.label("given"))
        .join(email_address, email_address.c.key == contact.c.address_key)
        .where(contact.c.id == id_, contact.c.address_key == key)
    ).one_or_none()
    if row is None:
        raise Gone
    return row


class New(NamedTuple):
    """Contacts to be: rows of the table without their ids, which are drawn where they are written,
    and the values of their properties."""

    at: Instant
    rows: Sequence[Row]
    values: Sequence[Values]


def drawn_up(drafts: Sequence[Draft], origin: Origin) -> New:
    """These contacts, to be made. Nothing is written."""
    rows = [_row(draft, origin) for draft in drafts]
    return New(origin.at, rows, [draft.values for draft in drafts])


def make_all(connection: Connection, new: New) -> None:
    """Make contacts for addresses that have none and are stored with their text already."""
    ids = new_ids(new.at, len(new.rows))
    MAKE(connection, [(id_, *row) for id_, row in zip(ids, new.rows, strict=True)])
    set_values(connection, dict(zip(ids, new.values, strict=True)))


MAKE = Rows(contact)
SET = Rows(contact_value, overwriting(contact_value, "value"))
CHANGE = (
    update(contact)
    .where(contact.c.id == bindparam("of"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "name",
                "words",
                "processing",
                "processing_explanation",
                "processing_assumed",
                "processing_at",
                "processing_by",
                "changed_at",
                "touched_at",
            )
        }
    )
)


def _known(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, Any]:
    rows = connection.execute(select(contact).where(contact.c.address_key.in_(keys)))
    return {bytes(row.address_key): row for row in rows}


def _id_of(connection: Connection, key: bytes) -> int | None:
    return connection.scalar(select(contact.c.id).where(contact.c.address_key == key))


def _row(draft: Draft, origin: Origin) -> Row:
    """A row of the table contact, but for its id."""
    name, given = draft.name or "", draft.processing
    stored = (*given, origin.at, origin.reference) if given else (None,) * 5
    words = words_of(draft.address, name)
    return draft.key, name, words, origin.source, *stored, None, None


def _changed(draft: Draft, row: Any, origin: Origin) -> dict[str, Any]:
    name = row.name if draft.name is None else draft.name
    kept = {field: getattr(row, field) for field in _processing(None, origin)}
    return {
        "changed_at": origin.at,
        "touched_at": origin.at,
        "of": row.id,
        "name": name,
        "words": words_of(draft.address, name),
        **(_processing(draft.processing, origin) if draft.processing else kept),
    }


def _processing(given: Processed | None, origin: Origin) -> dict[str, Any]:
    return {
        "processing": given and given.basis,
        "processing_explanation": given and given.explanation,
        "processing_assumed": given and given.assumed,
        "processing_at": given and origin.at,
        "processing_by": given and origin.reference,
    }


def set_values(connection: Connection, of: Mapping[int, Values]) -> None:
    """Write and empty the values of many contacts."""
    rows = [(id_, name, value) for id_, values in of.items() for name, value in values.items()]
    SET(connection, [row for row in rows if row[-1] is not None])
    if emptied := [row for row in rows if row[-1] is None]:
        connection.execute(EMPTY, [{"of": id_, "the": name} for id_, name, _ in emptied])


EMPTY = delete(contact_value).where(
    contact_value.c.contact == bindparam("of"), contact_value.c.property == bindparam("the")
)
