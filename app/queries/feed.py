"""The changes feed: every event from a cursor on, none twice, none left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from app.domain.catalog import Catalog
from app.domain.feed import Cursor
from app.domain.ledger import Event
from app.domain.words import ACCOUNT, Scope
from app.queries.history import told
from app.store.tables import email_address, event, feed, feed_state

SPAN = 20_000
"""Over how many positions one answer looks for what was asked: its cost has an end."""


class Changes(NamedTuple):
    """Events, each with its address where that is known; from where to go on; whether to, now."""

    events: list[dict[str, Any]]
    next: Cursor
    more: bool


def end(connection: Connection) -> Cursor:
    """Where the feed ends now."""
    row = connection.execute(select(feed_state.c.epoch, feed_state.c.position)).one()
    return Cursor(row.epoch, row.position)


def changes(
    connection: Connection,
    catalog: Catalog,
    after: Cursor,
    ends: Cursor,
    scopes: Sequence[Scope] | None,
    most: int,
) -> Changes:
    """Up to `most` events between `after` and `ends` that are about one of `scopes` (or all)."""
    reach = min(after.position + SPAN, ends.position)
    within = [feed.c.position > after.position, feed.c.position <= reach]
    concerned = [] if scopes is None else [_about(scopes)]
    asked = _sequenced().where(*within, *concerned).order_by(feed.c.position).limit(most)
    rows = connection.execute(asked).all()
    last = rows[-1][0] if len(rows) == most else reach
    events = [described(catalog, row[0], row[1], Event(*row[2:])) for row in rows]
    return Changes(events, Cursor(ends.epoch, max(last, after.position)), last < ends.position)


def described(
    catalog: Catalog, position: int, address: str | None, happened: Event
) -> dict[str, Any]:
    """An event in the words of the API, without its evidence."""
    words = told(catalog, happened, None)
    del words["evidence"]
    whom = {"email": address, "addressKey": happened.address_key.hex()}
    return {"position": position, **whom, **words}


def _sequenced() -> Any:
    return (
        select(feed.c.position, email_address.c.address, *event.c)
        .join(
            event,
            and_(event.c.address_key == feed.c.address_key, event.c.number == feed.c.number),
        )
        .join(email_address, email_address.c.key == feed.c.address_key)
    )


def _about(scopes: Sequence[Scope]) -> ColumnElement[bool]:
    return or_(*(and_(event.c.scope_kind == s.kind, event.c.scope_id == s.id) for s in scopes))


def concerning(catalog: Catalog, *, types: Sequence[int], brands: Sequence[int]) -> list[Scope]:
    """Every scope whose events may decide about these types and all types of these brands: their
    own, their brands' and the account's."""
    whole = {b for b in brands if b in catalog.brands}
    own = {t.id for t in catalog.types.values() if t.brand in whole} | set(types)
    of = whole | {catalog.types[t].brand for t in types if t in catalog.types}
    return [ACCOUNT, *map(Scope.brand, sorted(of)), *map(Scope.type, sorted(own))]
