"""What nobody confirmed in time goes: the open state, the address that was typed, and what was to
show for it (R-84). Its event stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from app.domain.rights import Outcome, Right
from app.domain.words import Cause, Instant
from app.store import addresses
from app.store.tables import evidence, preference, rights_request, sign_up

REQUESTED = preference.c.cause == literal_column(str(Cause.REQUEST.value))
"""Said out, so that the index over these few rows is found."""
MOST = 200
"""How many of a kind are tidied away in one transaction."""


def is_due(connection: Connection, now: Instant) -> bool:
    """Whether there is something to tidy away."""
    any_of = or_(
        exists(_requests(now)), exists(_sign_ups(now)), exists(select(1).where(_moves(now)))
    )
    return bool(connection.scalar(select(any_of)))


def tidy(connection: Connection, now: Instant) -> int:
    """Tidy the next ones away; how many. Under the lock of each address, all at once: it may have
    been asked anew meanwhile, and its mailbox may have said yes."""
    requests = connection.execute(_requests(now).order_by(preference.c.until).limit(MOST)).all()
    sign_ups = connection.execute(_sign_ups(now).limit(MOST)).all()
    addresses.lock(connection, {bytes(row.address_key) for row in (*requests, *sign_ups)})
    _end_requests(connection, requests, now)
    _end_sign_ups(connection, sign_ups)
    return len(requests) + len(sign_ups) + _end_moves(connection, now)


def last_erasure(connection: Connection) -> Instant:
    """When somebody was erased last, at whatever time they had asked; 0 where nobody was."""
    done = rights_request.c.kind == Right.ERASURE, rights_request.c.outcome == Outcome.DONE
    return connection.scalar(select(func.max(rights_request.c.ended_at)).where(*done)) or 0


def _requests(now: Instant) -> Select[Any]:
    return select(preference.c.address_key, preference.c.scope_kind, preference.c.scope_id).where(
        REQUESTED, preference.c.until <= now
    )


def _sign_ups(now: Instant) -> Select[Any]:
    return select(sign_up.c.address_key, sign_up.c.record).where(sign_up.c.ends_at <= now)


def _moves(now: Instant) -> Any:
    return and_(
        rights_request.c.ended_at.is_(None),
        rights_request.c.due_at <= now,
        rights_request.c.kind == Right.ADDRESS_CHANGE,
    )


def _end_requests(connection: Connection, found: Sequence[Row[Any]], now: Instant) -> None:
    if found:
        place = tuple_(preference.c.address_key, preference.c.scope_kind, preference.c.scope_id)
        ended = place.in_([tuple(row) for row in found])
        over = REQUESTED, preference.c.until <= now
        connection.execute(delete(preference).where(ended, *over))


def _end_sign_ups(connection: Connection, found: Sequence[Row[Any]]) -> None:
    """With the IP address and user agent of who typed it: perhaps it was somebody else."""
    if found:
        waits = tuple_(sign_up.c.address_key, sign_up.c.record)
        going = delete(sign_up).where(waits.in_([tuple(row) for row in found]))
        ended = connection.execute(going.returning(sign_up.c.address_key, sign_up.c.record)).all()
        seen = tuple_(evidence.c.address_key, evidence.c.record)
        connection.execute(delete(evidence).where(seen.in_([tuple(row) for row in ended])))


def _end_moves(connection: Connection, now: Instant) -> int:
    ended = {"ended_at": now, "outcome": Outcome.ENDED, "other_address": None}
    return connection.execute(update(rights_request).where(_moves(now)).values(ended)).rowcount
