"""Sessions of users: rows, so that they can be ended from elsewhere. A row has the digest only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, update

from app.domain.deeds import Deed, Doer
from app.domain.users import digest
from app.domain.words import Instant
from app.services.audit import note_user
from app.store.tables import user_session

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who signs in, from where. `complete`: no second factor is owed any more."""

    user: int
    complete: bool
    at: Instant
    ip: str
    agent: str


def begin(connection: Connection, arrival: Arrival, instead_of: bytes | None) -> str:
    """Begin a session, and end the one that the browser had; the new one's token."""
    token = renew(connection, arrival, instead_of)
    if arrival.complete:
        note_user(connection, Doer(arrival.user, arrival.at), Deed.SIGNED_IN, arrival.user)
    return token


def renew(connection: Connection, arrival: Arrival, instead_of: bytes | None) -> str:
    """Go on under a new id; the new token."""
    if instead_of is not None:
        _end(connection, instead_of, arrival.at)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(
        insert(user_session).values(
            digest=digest(token),
            user=arrival.user,
            complete=arrival.complete,
            created_at=arrival.at,
            last_seen_at=arrival.at,
            ended_at=None,
            ip=arrival.ip[:45],
            agent=arrival.agent[:200],
        )
    )
    return token


def touch(connection: Connection, session: bytes, now: Instant) -> None:
    """Note that a session is used."""
    connection.execute(
        update(user_session).where(user_session.c.digest == session).values(last_seen_at=now)
    )


def end(connection: Connection, session: bytes, by: Doer) -> None:
    """Sign out."""
    if _end(connection, session, by.at):
        note_user(connection, by, Deed.SIGNED_OUT, by.user or 0)


def end_everywhere(connection: Connection, user: int, by: Doer) -> None:
    """Sign out everywhere."""
    end_all(connection, user, by.at)
    note_user(connection, by, Deed.SIGNED_OUT_EVERYWHERE, user)


def end_all(connection: Connection, user: int, now: Instant, but: bytes | None = None) -> None:
    """End every session of a user, but for the one named."""
    going = update(user_session).where(
        user_session.c.user == user, user_session.c.ended_at.is_(None)
    )
    if but is not None:
        going = going.where(user_session.c.digest != but)
    connection.execute(going.values(ended_at=now))


def _end(connection: Connection, session: bytes, now: Instant) -> bool:
    done = connection.execute(
        update(user_session)
        .where(user_session.c.digest == session, user_session.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    return bool(done.rowcount)
