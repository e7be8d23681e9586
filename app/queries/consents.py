"""Consents that carry an end, by when they end (docs/rules.md, 6: CONSENT_EXPIRED)."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_

from app.domain.words import Basis, Instant, Status
from app.store.tables import contact, email_address, preference

PAGE = 50
Cursor = tuple[Instant, bytes, int]
"""End, address key and type of the last one of a page."""


class Ending(NamedTuple):
    """One consent: whose, of which type, on what basis, until when. `contact` may renew it."""

    key: bytes
    type: int
    basis: Basis | None
    ends: Instant
    address: str | None
    contact: int | None


class Search(NamedTuple):
    """Those that end from `since` on and before `until`, of one type where one is named."""

    since: Instant
    until: Instant
    type: int | None = None
    after: Cursor | None = None


def ending(connection: Connection, search: Search) -> tuple[list[Ending], Cursor | None]:
    """A page of them, the next to end first, and where the following page begins. That they are
    of types is not asked, only types have a basis: SQLite would begin with all that do not end."""
    place = (preference.c.basis_ends, preference.c.address_key, preference.c.scope_id)
    wanted = (
        select(
            preference.c.address_key,
            preference.c.scope_id,
            preference.c.basis,
            preference.c.basis_ends,
            email_address.c.address,
            contact.c.id.label("contact"),
        )
        .outerjoin(email_address, email_address.c.key == preference.c.address_key)
        .outerjoin(contact, contact.c.address_key == preference.c.address_key)
        .where(
            preference.c.basis_ends >= search.since,
            preference.c.basis_ends < search.until,
            preference.c.status == Status.SUBSCRIBED,
        )
        .order_by(*place)
        .limit(PAGE + 1)
    )
    if search.type is not None:
        wanted = wanted.where(preference.c.scope_id == search.type)
    if search.after is not None:
        wanted = wanted.where(tuple_(*place) > search.after)
    found = [
        Ending(
            bytes(row.address_key),
            row.scope_id,
            None if row.basis is None else Basis(row.basis),
            row.basis_ends,
            row.address,
            row.contact,
        )
        for row in connection.execute(wanted)
    ]
    last = found[PAGE - 1] if found[PAGE:] else None
    return found[:PAGE], last and (last.ends, last.key, last.type)
