"""May this type be mailed to these addresses now, and if not, why (rules.md, 6)?

A fixed number of statements for each thousand addresses, whatever is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from app.domain.catalog import Catalog, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.standing import Held
from app.domain.words import Instant, Reason, ScopeKind
from app.store.addresses import standing
from app.store.among import Among
from app.store.prepared import Prepared
from app.store.tables import email_address, preference

Rows = list[tuple[Any, ...]]
PART = 1_000
MALFORMED = Decision(False, Reason.INVALID_ADDRESS)
DECISIVE = ("scope_kind", "scope_id", "cause", "status", "until", "basis_ends")
"""What a decision reads of what stands. Who made it, how and when makes no difference."""
MADE = (1, 1, 0, 0)
Stands = tuple[Any, ...]
"""What stands for an address, column after column and row after row; nothing: it is not stored."""


def decisions(
    connection: Connection,
    catalog: Catalog,
    type_: SubscriptionType | None,
    keys: Sequence[bytes | None],
    now: Instant,
) -> list[Decision]:
    """One decision for each key, in order; None stands for a malformed address.

    Addresses for which the same stands are decided once, and have one answer in common.
    """
    ages = catalog.policy.off_since is not None
    stands = _stands(connection, type_, sorted({key for key in keys if key is not None}), ages)
    made: dict[Stands, Decision] = {}

    def decided(key: bytes | None) -> Decision:
        if key is None:
            return MALFORMED
        alike = stands.get(key, ())
        if alike not in made:
            stored_at, held = _held(alike, ages)
            made[alike] = decide(type_, held, stored_at, catalog.policy, now)
        return made[alike]

    return [decided(key) for key in keys]


def _stands(
    connection: Connection, type_: SubscriptionType | None, keys: Sequence[bytes], ages: bool
) -> dict[bytes, Stands]:
    """What stands that concerns this type, for those of `keys` that are stored; each row with the
    time since when, where that makes a difference."""
    stands: dict[bytes, Stands] = {}
    if type_ is None:
        return stands
    first = 1 if ages else 2
    for row in _rows(connection, type_, keys):
        key = row[0]
        stands[key] = stands.get(key, ()) + row[first:]
    return stands


def _held(alike: Stands, ages: bool) -> tuple[Instant | None, Held]:
    """Since when an address is stored, where that makes a difference, and what stands for it."""
    width = len(DECISIVE) + ages
    rows = [alike[at : at + width][-len(DECISIVE) :] for at in range(0, len(alike), width)]
    return alike[0] if ages and alike else None, Held(
        standing((*place, status, *MADE, until, None, ends))
        for *place, status, until, ends in rows
        if place[0] is not None
    )


def _rows(connection: Connection, type_: SubscriptionType, keys: Sequence[bytes]) -> Rows:
    concerned = {"type": type_.id, "brand": type_.brand}
    if len(keys) == 1:
        return ONE(connection, key=keys[0], **concerned)
    return MANY(connection, keys, **concerned)


_concerns = or_(
    preference.c.scope_kind == int(ScopeKind.ACCOUNT),
    (preference.c.scope_kind == int(ScopeKind.BRAND))
    & (preference.c.scope_id == bindparam("brand")),
    (preference.c.scope_kind == int(ScopeKind.TYPE)) & (preference.c.scope_id == bindparam("type")),
)
_stored = select(
    email_address.c.key, email_address.c.stored_at, *(preference.c[name] for name in DECISIVE)
).outerjoin(preference, (preference.c.address_key == email_address.c.key) & _concerns)
ONE = Prepared(_stored.where(email_address.c.key == bindparam("key")))
MANY = Among(_stored, email_address.c.key, PART)
