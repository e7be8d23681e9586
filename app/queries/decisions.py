"""May this type be mailed to these addresses now, and if not, why (rules.md, 6)?

A fixed number of statements for each thousand addresses, whatever is stored.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from app.domain.catalog import Catalog, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.standing import Held
from app.domain.words import Instant, Reason, ScopeKind
from app.store.addresses import STANDS, standing
from app.store.among import Among
from app.store.prepared import Prepared
from app.store.tables import email_address, preference

Rows = list[tuple[Any, ...]]
PART = 1_000
MALFORMED = Decision(False, Reason.INVALID_ADDRESS)
DECISIVE = ("scope_kind", "scope_id", "cause", "status", "until", "basis_ends")
decisive = itemgetter(*(1 + [c.name for c in STANDS].index(name) for name in DECISIVE))
"""What a decision reads of a row of (stored_at, *STANDS), but for stored_at."""


def decisions(
    connection: Connection,
    catalog: Catalog,
    type_: SubscriptionType | None,
    keys: Sequence[bytes | None],
    now: Instant,
) -> list[Decision]:
    """One decision for each key, in order; None stands for a malformed address.

    Addresses for which the same stands are decided once.
    """
    known = _known(connection, type_, sorted({key for key in keys if key is not None}))
    dated = catalog.policy.off_since is not None
    made: dict[Hashable, Decision] = {}

    def decided(key: bytes | None) -> Decision:
        if key is None:
            return MALFORMED
        rows = known.get(key, ())
        alike = (rows[0][0] if dated and rows else None, *map(decisive, rows))
        if alike not in made:
            held = Held(standing(row[1:]) for row in rows if row[1] is not None)
            stored_at = rows[0][0] if rows else None
            made[alike] = decide(type_, held, stored_at, catalog.policy, now)
        return made[alike]

    return [decided(key) for key in keys]


def _known(
    connection: Connection, type_: SubscriptionType | None, keys: Sequence[bytes]
) -> dict[bytes, Rows]:
    """Rows of (stored_at, *STANDS) for those of `keys` that are stored, as far as they concern
    this type."""
    known: dict[bytes, Rows] = {}
    if type_ is None:
        return known
    for row in _rows(connection, type_, keys):
        known.setdefault(bytes(row[0]), []).append(row[1:])
    return known


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
_held = select(email_address.c.key, email_address.c.stored_at, *STANDS).outerjoin(
    preference, (preference.c.address_key == email_address.c.key) & _concerns
)
ONE = Prepared(_held.where(email_address.c.key == bindparam("key")))
MANY = Among(_held, email_address.c.key, PART)
