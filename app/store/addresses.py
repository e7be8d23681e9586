"""One address as the database knows it: text, language, last event, and what stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, literal, select

from app.domain.ledger import GENESIS, mark
from app.domain.standing import Held, Place, Standing
from app.domain.words import Actor, Basis, Cause, Instant, Scope, ScopeKind, Status, Via
from app.store.among import Among
from app.store.prepared import Prepared, driver
from app.store.tables import account, email_address, preference

STATUSES = tuple(Status)
ACTORS, VIAS = dict(enumerate(Actor, 1)), dict(enumerate(Via, 1))
BASES: dict[int | None, Basis | None] = {None: None, **dict(enumerate(Basis, 1))}
STANDS = (
    preference.c.scope_kind,
    preference.c.scope_id,
    preference.c.cause,
    preference.c.status,
    preference.c.actor,
    preference.c.via,
    preference.c.at,
    preference.c.number,
    preference.c.until,
    preference.c.basis,
    preference.c.basis_ends,
)
PART = 500
"""How many keys a batch locks and reads at once."""


@dataclass(frozen=True, slots=True)
class Known:
    """An address and what stands for it. `stored_at` None: no table has it."""

    key: bytes
    address: str | None = None
    language: str | None = None
    stored_at: Instant | None = None
    number: int = 0
    hash: bytes = GENESIS
    held: Held = field(default_factory=Held)

    @property
    def mark(self) -> str:
        """By which a form knows the last event again."""
        return mark(self.hash)


_known = (
    select(
        email_address.c.address,
        email_address.c.language,
        email_address.c.stored_at,
        email_address.c.number,
        email_address.c.hash,
        *STANDS,
    )
    .select_from(email_address)
    .outerjoin(preference, preference.c.address_key == email_address.c.key)
)
KNOWN = Prepared(_known.where(email_address.c.key == bindparam("key")))
KNOWN_EACH = Among(_known.add_columns(email_address.c.key), email_address.c.key)
PAGE = Prepared(
    select(*_known.selected_columns, account.c.version)
    .select_from(account)
    .outerjoin(email_address, email_address.c.key == bindparam("key"))
    .outerjoin(preference, preference.c.address_key == email_address.c.key)
    .where(account.c.id == literal(1))
)


def known(connection: Connection, key: bytes) -> Known:
    """What the database knows of `key`, in one statement."""
    return _assembled(key, KNOWN(connection, key=key))


def known_with_version(connection: Connection, key: bytes) -> tuple[int, Known]:
    """The catalogue's version and what is known of `key`, in one statement."""
    rows = PAGE(connection, key=key)
    stored = rows[0][2] is not None
    return rows[0][-1], _assembled(key, rows) if stored else Known(key)


def known_each(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, Known]:
    """What is known of each of `keys`, by parts of a fixed number of statements."""
    found: dict[bytes, list[tuple[Any, ...]]] = {key: [] for key in keys}
    for row in KNOWN_EACH(connection, sorted(found)):
        found[bytes(row[-1])].append(row)
    return {key: _assembled(key, rows) for key, rows in found.items()}


def lock(connection: Connection, keys: Iterable[bytes]) -> None:
    """Keep every other writer of these addresses out until the transaction ends.

    On SQLite the door has done so. On PostgreSQL an advisory lock for each key, in key order so
    that batches cannot deadlock, as a statement of its own before the read: a lock taken in the
    statement that reads would not refresh what it sees.
    """
    if connection.dialect.name == "sqlite":
        return
    numbers = [int.from_bytes(key[:8], signed=True) for key in sorted(keys)]
    if len(numbers) == 1:
        driver(connection).execute(f"SELECT pg_advisory_xact_lock({numbers[0]})")
    else:
        driver(connection).execute(
            "SELECT count(pg_advisory_xact_lock(key)) FROM unnest(%s::bigint[]) AS key", [numbers]
        )


def parts(items: Sequence[bytes], size: int) -> Iterable[Sequence[bytes]]:
    """`items` in parts of at most `size`."""
    return (items[at : at + size] for at in range(0, len(items), size))


def _assembled(key: bytes, rows: Sequence[tuple[Any, ...]]) -> Known:
    if not rows:
        return Known(key)
    address, language, stored_at, number, last_hash = rows[0][:5]
    held = Held(standing(row[5:16]) for row in rows if row[5] is not None)
    return Known(key, address, language, stored_at, number, bytes(last_hash), held)


def standing(row: Sequence[Any]) -> tuple[Place, Standing]:
    """A row of the columns STANDS as what stands, and where."""
    scope_kind, scope_id, cause, status, actor, via, at, number, until, basis, basis_ends = row
    return (
        place(scope_kind, scope_id, cause),
        Standing(
            STATUSES[status], ACTORS[actor], VIAS[via], at, number, until, BASES[basis], basis_ends
        ),
    )


@lru_cache(4_096)
def place(scope_kind: int, scope_id: int, cause: int) -> Place:
    """A place from its columns; most rows name the same few."""
    return Place(Scope(ScopeKind(scope_kind), scope_id), Cause(cause))
