"""May this type be mailed to these addresses now, and if not, why (rules.md, 6)?

A fixed number of statements for each thousand addresses, whatever is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from app.domain.catalog import Catalog, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.standing import Held
from app.domain.words import Instant, Reason, ScopeKind
from app.store.addresses import STANDS, standing
from app.store.prepared import Prepared
from app.store.tables import email_address, preference

PART = 1_000
MALFORMED = Decision(False, Reason.INVALID_ADDRESS)


def decisions(
    connection: Connection,
    catalog: Catalog,
    type_: SubscriptionType | None,
    keys: Sequence[bytes | None],
    now: Instant,
) -> list[Decision]:
    """One decision for each key, in order; None stands for a malformed address."""
    known = dict(_known(connection, type_, sorted({key for key in keys if key is not None})))
    nobody = decide(type_, Held(), None, catalog.policy, now)

    def decided(key: bytes | None) -> Decision:
        if key is None:
            return MALFORMED
        if key not in known:
            return nobody
        stored_at, held = known[key]
        return decide(type_, held, stored_at, catalog.policy, now)

    return [decided(key) for key in keys]


def _known(
    connection: Connection, type_: SubscriptionType | None, keys: Sequence[bytes]
) -> Iterable[tuple[bytes, tuple[Instant, Held]]]:
    """What stands for those of `keys` that are stored, as far as it concerns this type."""
    if type_ is None:
        return
    for at in range(0, len(keys), PART):
        part = keys[at : at + PART]
        held: dict[bytes, tuple[Instant, Held]] = {}
        for key, stored_at, *row in _rows(connection, type_, part):
            stands = held.setdefault(bytes(key), (stored_at, Held()))[1]
            if row[0] is not None:
                place, what = standing(row)
                stands[place] = what
        yield from held.items()


def _rows(
    connection: Connection, type_: SubscriptionType, part: Sequence[bytes]
) -> list[tuple[Any, ...]]:
    """A short part is filled up with its last key, so that one statement serves all."""
    padded = [*part, *[part[-1]] * (PART - len(part))] if len(part) > 1 else part
    statement = MANY if len(part) > 1 else ONE
    values = {f"key_{at}": key for at, key in enumerate(padded)}
    return statement(connection, type=type_.id, brand=type_.brand, **values)


def _statement(size: int) -> Prepared:
    concerns = or_(
        preference.c.scope_kind == int(ScopeKind.ACCOUNT),
        (preference.c.scope_kind == int(ScopeKind.BRAND))
        & (preference.c.scope_id == bindparam("brand")),
        (preference.c.scope_kind == int(ScopeKind.TYPE))
        & (preference.c.scope_id == bindparam("type")),
    )
    return Prepared(
        select(email_address.c.key, email_address.c.stored_at, *STANDS)
        .outerjoin(preference, (preference.c.address_key == email_address.c.key) & concerns)
        .where(email_address.c.key.in_([bindparam(f"key_{at}") for at in range(size)]))
    )


ONE, MANY = _statement(1), _statement(PART)
