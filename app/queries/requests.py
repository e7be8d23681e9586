"""People's requests about their data, as the admin lists them: open ones by when they are due."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, Row, Select, select, tuple_

from app.domain.rights import Outcome, Right
from app.domain.words import Instant
from app.store.tables import admin_user, contact, email_address, rights_request

PAGE = 50
Cursor = tuple[Instant, int]
"""Date and number of the last one of a page."""


class Request(NamedTuple):
    """One request. `noted_by`: the user who noted it, "" for somebody at the command line; None
    where the person asked by a link."""

    id: int
    key: bytes
    right: Right
    brand: int
    asked_at: Instant
    due_at: Instant
    ended_at: Instant | None
    outcome: Outcome | None
    noted_by: str | None
    address: str | None
    contact: int | None


def open_ones(
    connection: Connection, after: Cursor | None = None
) -> tuple[list[Request], Cursor | None]:
    """A page of those that wait, the most urgent first, and where the next one begins."""
    place = tuple_(rights_request.c.due_at, rights_request.c.id)
    wanted = _wanted().where(rights_request.c.ended_at.is_(None))
    if after is not None:
        wanted = wanted.where(place > after)
    found = _page(connection, wanted.order_by(rights_request.c.due_at, rights_request.c.id))
    return found[:PAGE], (found[PAGE - 1].due_at, found[PAGE - 1].id) if found[PAGE:] else None


def all_of_them(
    connection: Connection, after: Cursor | None = None
) -> tuple[list[Request], Cursor | None]:
    """A page of the whole log, the newest first, and where the next one begins."""
    wanted = _wanted()
    if after is not None:
        wanted = wanted.where(rights_request.c.id < after[1])
    found = _page(connection, wanted.order_by(rights_request.c.id.desc()))
    return found[:PAGE], (0, found[PAGE - 1].id) if found[PAGE:] else None


def one(connection: Connection, id_: int) -> Request | None:
    """One of them."""
    row = connection.execute(_wanted().where(rights_request.c.id == id_)).first()
    return None if row is None else _request(row)


def _wanted() -> Select[tuple[object, ...]]:
    return (
        select(
            rights_request,
            admin_user.c.name.label("user_name"),
            admin_user.c.email.label("user_email"),
            email_address.c.address,
            contact.c.id.label("contact"),
        )
        .outerjoin(admin_user, admin_user.c.id == rights_request.c.user)
        .outerjoin(email_address, email_address.c.key == rights_request.c.address_key)
        .outerjoin(contact, contact.c.address_key == rights_request.c.address_key)
    )


def _page(connection: Connection, wanted: Select[tuple[object, ...]]) -> list[Request]:
    return [_request(row) for row in connection.execute(wanted.limit(PAGE + 1))]


def _request(row: Row[tuple[object, ...]]) -> Request:
    return Request(
        row.id,
        bytes(row.address_key),
        Right(row.kind),
        row.brand,
        row.asked_at,
        row.due_at,
        row.ended_at,
        None if row.outcome is None else Outcome(row.outcome),
        None if row.user is None else row.user_name or row.user_email or str(row.user or ""),
        row.address,
        row.contact,
    )
