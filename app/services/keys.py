"""API keys: made and revoked. What is stored of one is its digest (issue 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, update

from app.domain.deeds import Deed, Doer
from app.domain.ids import new_id
from app.domain.keys import KeyScope, new_secret
from app.domain.users import digest
from app.domain.words import Instant
from app.services.audit import note
from app.store.tables import api_key


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is made of. No brands: every one."""

    name: str
    scopes: frozenset[KeyScope]
    brands: frozenset[int] | None = None
    expires_at: Instant | None = None
    speaks_for_person: bool = False


def create(connection: Connection, new: NewKey, by: Doer) -> str:
    """Make a key; its text, which nobody can see again."""
    secret = new_secret()
    made = new_id()
    connection.execute(
        insert(api_key).values(
            id=made,
            digest=digest(secret),
            name=new.name,
            scopes=" ".join(sorted(new.scopes)),
            brands=None if new.brands is None else _words(sorted(new.brands)),
            speaks_for_person=new.speaks_for_person,
            created_at=by.at,
            expires_at=new.expires_at,
        )
    )
    detail = {"key": new.name, "scopes": sorted(new.scopes), "person": new.speaks_for_person}
    note(connection, by, Deed.KEY_MADE, ("key", made), detail)
    return secret


def revoke(connection: Connection, id_: int, by: Doer) -> bool:
    """End a key at once; whether there was one that still worked."""
    ended = connection.execute(
        update(api_key)
        .where(api_key.c.id == id_, api_key.c.revoked_at.is_(None))
        .values(revoked_at=by.at)
        .returning(api_key.c.name)
    ).scalar()
    if ended is None:
        return False
    note(connection, by, Deed.KEY_REVOKED, ("key", id_), {"key": ended})
    return True


def _words(ids: Iterable[int]) -> str:
    return " ".join(map(str, ids))
