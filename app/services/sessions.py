"""Sessions of users: rows, so that they can be ended from elsewhere. A row has the digest only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

from app.domain.deeds import Deed, Doer
from app.domain.users import digest
from app.domain.words import Instant
from app.services.audit import note_user
from app.store.tables import admin_user, user_session

TOKEN_BYTES = 32


class Outdated(Exception):
    """The password that was proved is not the user's any more, or the user is let in no more."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who signs in, from where; `proved`: what is stored of the password they showed. `complete`:
    no second factor is owed any more."""

    user: int
    proved: str | None = field(repr=False)
    complete: bool
    at: Instant
    ip: str
    agent: str


def begin(connection: Connection, arrival: Arrival, instead_of: bytes | None) -> str:
    """Begin a session, and end the one that the browser had; the new one's token. Raises
    Outdated."""
    token = open_one(connection, arrival)
    if instead_of is not None:
        end_one(connection, instead_of, arrival.at)
    if arrival.complete:
        note_user(connection, Doer(arrival.user, arrival.at), Deed.SIGNED_IN, arrival.user)
    return token


def open_one(connection: Connection, arrival: Arrival) -> str:
    """Keep a new session; its token. Raises Outdated. Whoever is to end all of the user's waits,
    and finds it."""
    stands = select(admin_user.c.password_hash).where(
        admin_user.c.id == arrival.user, admin_user.c.deactivated_at.is_(None)
    )
    proved = connection.execute(stands.with_for_update(read=True)).one_or_none()
    if proved is None or proved.password_hash != arrival.proved:
        raise Outdated
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
    if end_one(connection, session, by.at):
        note_user(connection, by, Deed.SIGNED_OUT, by.user or 0)


def end_everywhere(connection: Connection, user: int, by: Doer) -> None:
    """Sign out everywhere."""
    end_all(connection, user, by.at)
    note_user(connection, by, Deed.SIGNED_OUT_EVERYWHERE, user)


def end_all(connection: Connection, user: int, now: Instant) -> None:
    """End every session of a user, also one that is just being begun."""
    connection.execute(
        select(admin_user.c.id).where(admin_user.c.id == user).with_for_update(key_share=True)
    )
    going = user_session.c.user == user, user_session.c.ended_at.is_(None)
    connection.execute(update(user_session).where(*going).values(ended_at=now))


def end_one(connection: Connection, session: bytes, now: Instant) -> bool:
    """End a session; whether it had not ended yet."""
    done = connection.execute(
        update(user_session)
        .where(user_session.c.digest == session, user_session.c.ended_at.is_(None))
        .values(ended_at=now)
    )
    return bool(done.rowcount)
