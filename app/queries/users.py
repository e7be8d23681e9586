"""Who the users are, and whose a session or a one-time link is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from app.domain.users import Role, TokenPurpose, digest, session_is_over
from app.domain.words import Instant
from app.store.tables import account, admin_user, user_session, user_token


@dataclass(frozen=True, slots=True)
class User:
    """A user. Hashes and secrets stay out of its repr."""

    id: int
    email: str
    name: str
    role: Role
    created_at: Instant
    deactivated_at: Instant | None
    password_hash: str | None = field(repr=False)
    totp_secret: str | None = field(repr=False)
    recovery_codes: int

    @property
    def called(self) -> str:
        """The name, or the address where none was told."""
        return self.name or self.email

    @property
    def active(self) -> bool:
        """Whether nobody deactivated them."""
        return self.deactivated_at is None

    @property
    def invited(self) -> bool:
        """Whether they have not set a password yet."""
        return self.password_hash is None

    @property
    def second_factor(self) -> bool:
        """Whether a code is asked at sign-in."""
        return self.totp_secret is not None


@dataclass(frozen=True, slots=True)
class Session:
    """A session that nobody ended."""

    digest: bytes
    complete: bool
    created_at: Instant
    last_seen_at: Instant
    ip: str
    agent: str

    def is_over(self, seen_at: Instant, now: Instant) -> bool:
        """Whether it has ended by itself."""
        return session_is_over(self.complete, self.created_at, seen_at, now)


@dataclass(frozen=True, slots=True)
class Presence:
    """A session, whose it is, and whether the account asks everybody for a second factor."""

    session: Session
    user: User
    factor_required: bool

    @property
    def owes_factor(self) -> bool:
        """Whether a second factor must be set up before anything else."""
        return self.factor_required and not self.user.second_factor


def presence(connection: Connection, token: str) -> Presence | None:
    """Whose session this is, where nobody ended it. Whether it ended by itself is the caller's."""
    row = connection.execute(
        select(user_session, account.c.second_factor)
        .join(admin_user, admin_user.c.id == user_session.c.user)
        .join(account, account.c.id == 1)
        .where(
            user_session.c.digest == digest(token),
            user_session.c.ended_at.is_(None),
            admin_user.c.deactivated_at.is_(None),
        )
    ).one_or_none()
    if row is None or (user := by_id(connection, row.user)) is None:
        return None
    return Presence(_session(row), user, row.second_factor)


def sessions_of(connection: Connection, user: int) -> list[Session]:
    """The sessions of a user that nobody ended, the newest first."""
    rows = connection.execute(
        select(user_session)
        .where(
            user_session.c.user == user, user_session.c.ended_at.is_(None), user_session.c.complete
        )
        .order_by(user_session.c.created_at.desc())
    )
    return [_session(row) for row in rows]


def by_email(connection: Connection, email: str) -> User | None:
    """The user with this address, which comes in matching form."""
    row = connection.execute(select(admin_user).where(admin_user.c.email == email)).one_or_none()
    return None if row is None else _user(row)


def by_id(connection: Connection, id_: int) -> User | None:
    """The user with this id."""
    row = connection.execute(select(admin_user).where(admin_user.c.id == id_)).one_or_none()
    return None if row is None else _user(row)


def everybody(connection: Connection) -> Sequence[User]:
    """All users, those who may come in first, by address."""
    rows = connection.execute(
        select(admin_user).order_by(admin_user.c.deactivated_at.is_not(None), admin_user.c.email)
    )
    return [_user(row) for row in rows]


def factor_required(connection: Connection) -> bool:
    """Whether the account asks everybody for a second factor."""
    return bool(connection.scalar(select(account.c.second_factor)))


def by_link(connection: Connection, token: str, now: Instant) -> tuple[TokenPurpose, User] | None:
    """What a one-time link is for and whose it is, where it can still be used."""
    row = connection.execute(
        select(user_token.c.purpose, user_token.c.user).where(
            user_token.c.digest == digest(token),
            user_token.c.used_at.is_(None),
            user_token.c.expires_at > now,
        )
    ).one_or_none()
    if row is None or (user := by_id(connection, row.user)) is None or not user.active:
        return None
    return TokenPurpose(row.purpose), user


def _session(row: Row[Any]) -> Session:
    return Session(
        bytes(row.digest), row.complete, row.created_at, row.last_seen_at, row.ip, row.agent
    )


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        password_hash=row.password_hash,
        totp_secret=row.totp_secret,
        recovery_codes=len(row.recovery_hashes or ()),
    )
