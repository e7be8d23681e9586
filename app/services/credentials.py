"""What users prove themselves with: passwords, second factors, recovery codes. Hashes come in made:
hashing a password takes long, and a transaction must not."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, or_, select, update

from app.domain.deeds import Deed, Doer
from app.domain.users import TokenPurpose, digest
from app.domain.words import Instant
from app.services import sessions, users
from app.services.audit import note_user
from app.services.sessions import Arrival, Outdated
from app.store.tables import admin_user, user_token

RECOVERY_CODES = 8
RECOVERY_BYTES = 15
"""120 bits: what is kept of them is a plain digest (ASVS 6.5.2)."""


class SpentLink(Exception):
    """The link was used, has ended, or never was."""


def redeem(
    connection: Connection, token: str, password_hash: str, name: str | None, now: Instant
) -> None:
    """Set a password by a one-time link: every session and other link of the user ends. An
    invitation also takes the second factor away, so that who lost theirs can begin anew.

    Raises SpentLink.
    """
    whose = select(user_token.c.user).where(user_token.c.digest == digest(token))
    user = select(admin_user.c.id).where(admin_user.c.id.in_(whose))
    connection.execute(user.with_for_update(key_share=True))  # before the link, as all others do
    row = connection.execute(
        update(user_token)
        .where(
            user_token.c.digest == digest(token),
            user_token.c.used_at.is_(None),
            user_token.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(user_token.c.user, user_token.c.purpose)
    ).one_or_none()
    if row is None:
        raise SpentLink
    values: dict[str, Any] = {"password_hash": password_hash}
    if name is not None:
        values["name"] = name
    if row.purpose == TokenPurpose.INVITATION:
        values.update(totp_secret=None, totp_step=None, recovery_hashes=None)
    _change(connection, row.user, values)
    users.void_tokens(connection, row.user, now)
    sessions.end_all(connection, row.user, now)
    detail = {"by": TokenPurpose(row.purpose).name}
    note_user(connection, Doer(row.user, now), Deed.PASSWORD_SET, row.user, detail)


def change_password(
    connection: Connection, here: Arrival, session: bytes, password_hash: str, by: Doer
) -> str:
    """Change a password: every session of the user ends, and the one that is `here` goes on under a
    new id; its token. Raises Outdated."""
    proved = admin_user.c.id == here.user, admin_user.c.password_hash == here.proved
    new = update(admin_user).where(*proved).values(password_hash=password_hash)
    changed = connection.execute(new).rowcount
    if not changed or not sessions.end_one(connection, session, by.at):
        raise Outdated
    users.void_tokens(connection, here.user, by.at)
    sessions.end_all(connection, here.user, by.at)
    note_user(connection, by, Deed.PASSWORD_CHANGED, here.user)
    return sessions.open_one(connection, replace(here, proved=password_hash))


def change_name(connection: Connection, user: int, name: str, by: Doer) -> None:
    """Change what a user is called."""
    _change(connection, user, {"name": name})
    note_user(connection, by, Deed.NAME_CHANGED, user)


def turn_second_factor_on(
    connection: Connection, user: int, secret: str, step: int, by: Doer
) -> list[str] | None:
    """Ask for a code from now on, later than the one of `step`; the recovery codes, or None where
    another secret was taken before."""
    codes, hashes = _recovery_codes()
    none = update(admin_user).where(admin_user.c.id == user, admin_user.c.totp_secret.is_(None))
    values = {"totp_secret": secret, "totp_step": step, "recovery_hashes": hashes}
    if not connection.execute(none.values(values)).rowcount:
        return None
    note_user(connection, by, Deed.SECOND_FACTOR_ON, user)
    return codes


def turn_second_factor_off(connection: Connection, user: int, by: Doer) -> None:
    """Ask for the password alone."""
    _change(connection, user, {"totp_secret": None, "totp_step": None, "recovery_hashes": None})
    note_user(connection, by, Deed.SECOND_FACTOR_OFF, user)


def make_recovery_codes(connection: Connection, user: int, by: Doer) -> list[str]:
    """New recovery codes in place of the old ones. They are told once: digests are kept."""
    codes, hashes = _recovery_codes()
    _change(connection, user, {"recovery_hashes": hashes})
    note_user(connection, by, Deed.RECOVERY_CODES_MADE, user)
    return codes


def use_step(connection: Connection, user: int, step: int) -> bool:
    """Take the code of a time step; False where it or a later one was used already."""
    done = connection.execute(
        update(admin_user)
        .where(
            admin_user.c.id == user,
            or_(admin_user.c.totp_step.is_(None), admin_user.c.totp_step < step),
        )
        .values(totp_step=step)
    )
    return bool(done.rowcount)


def use_recovery_code(connection: Connection, user: int, code: str, by: Doer) -> bool:
    """Take a recovery code; False where it is none, or was used already."""
    query = select(admin_user.c.recovery_hashes).where(admin_user.c.id == user).with_for_update()
    hashes = connection.scalar(query) or []
    used = digest(code).hex()
    if used not in hashes:
        return False
    left = [kept for kept in hashes if kept != used]
    _change(connection, user, {"recovery_hashes": left})
    note_user(connection, by, Deed.RECOVERY_CODE_USED, user, {"left": len(left)})
    return True


def _recovery_codes() -> tuple[list[str], list[str]]:
    made = [
        b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]
    return made, [digest(code).hex() for code in made]


def _change(connection: Connection, user: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(admin_user).where(admin_user.c.id == user).values(values))
