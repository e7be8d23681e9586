"""Users: invited, given a role, deactivated. There is always an owner who can sign in (R-137)."""

from __future__ import annotations

import secrets
from base64 import b32encode

from sqlalchemy import Connection, insert, select, update

from app.domain.deeds import Deed, Doer
from app.domain.ids import new_id
from app.domain.users import TOKEN_LIFE, Role, TokenPurpose, digest
from app.domain.words import Instant
from app.services import sessions
from app.services.audit import note, note_user
from app.store.tables import account, admin_user, user_token

TOKEN_BYTES = 36
"""As many as a link has: so many letters are taken out of every log."""


class LastOwner(Exception):
    """Without this user, no owner could sign in."""


class Taken(ValueError):
    """There is an active user with this address."""


def add(connection: Connection, email: str, role: Role, by: Doer) -> int:
    """Invite somebody new, or deactivated before; the user's id. Raises Taken. `email` comes in
    matching form."""
    active = select(admin_user.c.id).where(
        admin_user.c.email == email, admin_user.c.deactivated_at.is_(None)
    )
    if connection.scalar(active) is not None:
        raise Taken
    return invite(connection, email, role, by)


def invite(connection: Connection, email: str, role: Role, by: Doer) -> int:
    """Invite somebody, whoever has this address already keeping the password until the link is
    used; the user's id. Raises LastOwner."""
    owners = _owners(connection)
    row = connection.execute(
        select(admin_user.c.id, admin_user.c.deactivated_at)
        .where(admin_user.c.email == email)
        .with_for_update()
    ).one_or_none()
    id_ = _insert(connection, email, role, by.at) if row is None else int(row.id)
    if row is not None:
        if role is not Role.OWNER and owners == [id_]:
            raise LastOwner
        values: dict[str, object] = {"role": role, "deactivated_at": None}
        if row.deactivated_at is not None:
            values["password_hash"] = None  # what was taken away comes back by the link alone
        connection.execute(update(admin_user).where(admin_user.c.id == id_).values(values))
    note_user(connection, by, Deed.USER_INVITED, id_, {"role": role.name})
    return id_


def invite_again(connection: Connection, email: str, by: Doer) -> int:
    """Invite a user anew, who keeps the role; the user's id."""
    _owners(connection)
    mine = select(admin_user.c.role).where(admin_user.c.email == email).with_for_update()
    return invite(connection, email, Role(connection.execute(mine).scalar_one()), by)


def change_role(connection: Connection, id_: int, role: Role, by: Doer) -> None:
    """Give a user another role, from the next request on. Raises LastOwner."""
    _keep_an_owner(connection, id_, role)
    before = connection.scalar(select(admin_user.c.role).where(admin_user.c.id == id_))
    if before is None or before == role:
        return
    connection.execute(update(admin_user).where(admin_user.c.id == id_).values(role=role))
    detail = {"from": Role(before).name, "to": role.name}
    note_user(connection, by, Deed.ROLE_CHANGED, id_, detail)


def deactivate(connection: Connection, id_: int, by: Doer) -> None:
    """Let a user in no more: sessions and links end at once. Raises LastOwner."""
    _keep_an_owner(connection, id_, None)
    done = connection.execute(
        update(admin_user)
        .where(admin_user.c.id == id_, admin_user.c.deactivated_at.is_(None))
        .values(deactivated_at=by.at)
    )
    if not done.rowcount:
        return
    sessions.end_all(connection, id_, by.at)
    void_tokens(connection, id_, by.at)
    note_user(connection, by, Deed.USER_DEACTIVATED, id_)


def require_second_factor(connection: Connection, required: bool, by: Doer) -> None:
    """Have everybody need a second factor, or leave it to them."""
    if connection.scalar(select(account.c.second_factor)) == required:
        return
    connection.execute(update(account).values(second_factor=required))
    deed = Deed.SECOND_FACTOR_REQUIRED if required else Deed.SECOND_FACTOR_OPTIONAL
    note(connection, by, deed, ("account", 1))


def issue(connection: Connection, email: str, purpose: TokenPurpose, now: Instant) -> str | None:
    """The token of a one-time link; None where nobody may get one. What is stored is its digest."""
    who = select(admin_user.c.id).where(
        admin_user.c.email == email, admin_user.c.deactivated_at.is_(None)
    )
    if purpose is TokenPurpose.RESET:
        who = who.where(admin_user.c.password_hash.is_not(None))
    user = connection.scalar(who)
    if user is None:
        return None
    token = b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()
    connection.execute(
        insert(user_token).values(
            digest=digest(token),
            user=user,
            purpose=purpose,
            expires_at=now + TOKEN_LIFE[purpose],
            used_at=None,
        )
    )
    return token


def void_tokens(connection: Connection, user: int, now: Instant) -> None:
    """End every link of a user that was not used."""
    connection.execute(
        update(user_token)
        .where(user_token.c.user == user, user_token.c.used_at.is_(None))
        .values(used_at=now)
    )


def _insert(connection: Connection, email: str, role: Role, now: Instant) -> int:
    """A random id: after a restore, what the ledger says of a user names nobody else."""
    made = new_id()
    connection.execute(
        insert(admin_user).values(id=made, email=email, name="", role=role, created_at=now)
    )
    return made


def _keep_an_owner(connection: Connection, id_: int, becomes: Role | None) -> None:
    """Refuse to take away the last owner who can sign in."""
    if becomes is not Role.OWNER and _owners(connection) == [id_]:
        raise LastOwner


def _owners(connection: Connection) -> list[int]:
    """Those who can sign in. Locked, so that no two go at once; and before any other user, so that
    nobody waits for who waits for them."""
    owners = (
        select(admin_user.c.id)
        .where(
            admin_user.c.role == Role.OWNER,
            admin_user.c.deactivated_at.is_(None),
            admin_user.c.password_hash.is_not(None),
        )
        .order_by(admin_user.c.id)
        .with_for_update()
    )
    return list(connection.scalars(owners))
