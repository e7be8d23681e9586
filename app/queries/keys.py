"""Whose key a call carries, and which keys there are."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select

from app.domain.keys import ApiKey, KeyScope
from app.domain.users import digest
from app.store.prepared import Prepared
from app.store.tables import account, api_key

_COLUMNS = (
    api_key.c.id,
    api_key.c.name,
    api_key.c.scopes,
    api_key.c.brands,
    api_key.c.speaks_for_person,
    api_key.c.created_at,
    api_key.c.expires_at,
    api_key.c.revoked_at,
)
KEY = Prepared(
    select(account.c.version, *_COLUMNS)
    .select_from(account)
    .outerjoin(api_key, api_key.c.digest == bindparam("digest"))
    .where(account.c.id == literal(1))
)


def presented(connection: Connection, secret: str) -> tuple[int | None, ApiKey | None]:
    """The catalogue's version (None: no account) and the key with this text, in one statement."""
    rows = KEY(connection, digest=digest(secret))
    if not rows:
        return None, None
    version, *key = rows[0]
    return version, _key(tuple(key)) if key[0] is not None else None


def all_keys(connection: Connection) -> list[ApiKey]:
    """Every key that was made, the newest first."""
    newest_first = select(*_COLUMNS).order_by(api_key.c.created_at.desc(), api_key.c.id)
    return [_key(tuple(row)) for row in connection.execute(newest_first)]


@lru_cache
def _key(row: tuple[Any, ...]) -> ApiKey:
    """A key calls again and again: what its row means is read once."""
    id_, name, scopes, brands, speaks, created_at, expires_at, revoked_at = row
    return ApiKey(
        id_,
        name,
        frozenset(map(KeyScope, scopes.split())),
        None if brands is None else frozenset(map(int, brands.split())),
        bool(speaks),
        created_at,
        expires_at,
        revoked_at,
    )
