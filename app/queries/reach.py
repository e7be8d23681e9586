"""Whom another data privacy switch would let mail reach, or reach no more (docs/rules.md, 8).

Addresses are judged in the order of their keys, until all are or the time is up. Keys are made by
HMAC, so those judged are then a fair sample, and the rest is reckoned from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from app.domain.catalog import Catalog, Policy, SubscriptionType
from app.domain.decision import decide, stored_before
from app.domain.standing import Held
from app.domain.words import SECOND, Instant
from app.store.addresses import STANDS, standing
from app.store.tables import email_address, preference

PART, MOST = 1_000, 8_000
"""How many addresses are judged first, and then at once at most: some megabytes of what stands."""
PATIENCE = 2 * SECOND
KEYS = 256**16


@dataclass(frozen=True, slots=True)
class Reach:
    """How many addresses there are, how many lose every type that they may be mailed now, how many
    lose only some, and how many gain one. Not `exact`: reckoned from a sample."""

    addresses: int = 0
    lose_all: int = 0
    lose_some: int = 0
    gain: int = 0
    exact: bool = True


def reach(
    connection: Connection, catalog: Catalog, to: Policy, now: Callable[[], Instant]
) -> Reach:
    """What changes if the account's policy is `to`."""
    began, last, part = now(), b"", PART
    judge = _Judge(catalog, to, began)
    while keys := _next(connection, last, part):
        last = keys[-1][0]
        judge.take(keys, _stands(connection, keys[0][0], last))
        spent = now() - began
        if len(keys) < part:
            break
        if spent >= PATIENCE:
            return judge.reckoned(int.from_bytes(last) / KEYS)
        part = _fitting(judge.judged, spent)
    return judge.reckoned(1.0)


def _fitting(judged: int, spent: Instant) -> int:
    """How many more can be judged in the time that is left, as fast as those so far."""
    fit = judged * (PATIENCE - spent) // max(1, spent)
    return min(MOST, max(PART, fit))


class _Judge:
    """Judges each address before and after; those for whom the same stands, once."""

    def __init__(self, catalog: Catalog, to: Policy, now: Instant) -> None:
        self._types = [t for t in catalog.types.values() if not (t.archived or t.transactional)]
        self._policies, self._now = (catalog.policy, to), now
        self._made: dict[Any, str] = {}
        self._counts = dict.fromkeys(("", "lose_all", "lose_some", "gain"), 0)

    @property
    def judged(self) -> int:
        """How many so far."""
        return sum(self._counts.values())

    def take(self, keys: Sequence[tuple[bytes, Instant]], stands: dict[bytes, list[Any]]) -> None:
        for key, stored_at in keys:
            rows = stands.get(key, [])
            self._counts[self._judged(stored_at, rows)] += 1

    def reckoned(self, share: float) -> Reach:
        counts = {name: round(count / share) for name, count in self._counts.items() if name}
        everybody = round(self.judged / share)
        return Reach(everybody, **counts, exact=share == 1.0)

    def _judged(self, stored_at: Instant, rows: Iterable[Any]) -> str:
        alike = (
            tuple(stored_before(stored_at, p.off_since, self._now) for p in self._policies),
            tuple((*row[:4], *row[8:]) for row in rows),
        )
        if alike not in self._made:
            held = Held(standing(row) for row in rows)
            before, after = (self._allowed(held, stored_at, p) for p in self._policies)
            self._made[alike] = _change(before, after)
        return self._made[alike]

    def _allowed(self, held: Held, stored_at: Instant, policy: Policy) -> set[int]:
        def allowed(type_: SubscriptionType) -> bool:
            return decide(type_, held, stored_at, policy, self._now).allowed

        return {t.id for t in self._types if allowed(t)}


def _change(before: set[int], after: set[int]) -> str:
    if before - after:
        return "lose_some" if after else "lose_all"
    return "gain" if after - before else ""


def _next(connection: Connection, last: bytes, part: int) -> list[tuple[bytes, Instant]]:
    rows = connection.execute(
        select(email_address.c.key, email_address.c.stored_at)
        .where(email_address.c.key > last)
        .order_by(email_address.c.key)
        .limit(part)
    )
    return [(bytes(key), stored_at) for key, stored_at in rows]


def _stands(connection: Connection, first: bytes, last: bytes) -> dict[bytes, list[Any]]:
    rows = connection.execute(
        select(preference.c.address_key, *STANDS)
        .where(preference.c.address_key.between(first, last))
        .order_by(preference.c.address_key)
    )
    return {
        key: [tuple(row[1:]) for row in own] for key, own in groupby(rows, lambda r: bytes(r[0]))
    }
