"""Whole lists in the order of their keys: suppressions and subscribers (rules.md, 1).

A list is walked by pages, each its own short read of so many rows, however few of them count: no
memory grows, and nothing is held open. A page begins after a key, so a list that broke off goes on
where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from app.domain.catalog import Policy, SubscriptionType
from app.domain.decision import decide
from app.domain.standing import Held
from app.domain.words import Cause, Instant, Reason, ScopeKind
from app.store.addresses import STANDS, standing
from app.store.prepared import Prepared
from app.store.tables import email_address, preference

FIRST, PAGE = 500, 5_000
"""Rows of the first page, for which somebody waits, and of those that follow it."""
NO_BRAND = 0
DECISIVE = ("scope_kind", "scope_id", "cause", "status", "until", "basis_ends")
decisive = itemgetter(*([c.name for c in STANDS].index(name) for name in DECISIVE))
"""What a list reads of a row of STANDS."""
Row = tuple[Any, ...]
Reading = Callable[[], AbstractContextManager[Connection]]


class Listed(NamedTuple):
    """One address of a list, and why it stands there. `brands`: those excepted from an account-wide
    opt-out."""

    key: bytes
    address: str | None
    reason: Reason
    until: Instant | None = None
    brands: tuple[int, ...] = ()


Answer = tuple[Reason, Instant | None, tuple[int, ...]]


class List(NamedTuple):
    """What puts an address on a list: the rows that concern it, given as `pages` does, and
    what then stands and since when the address is stored, where that counts."""

    concerns: Callable[[Row], bool]
    judge: Callable[[Held, Instant | None], Answer | None]
    ages: bool = False


@cache
def rows_by(page: int) -> Prepared:
    """The statement that reads the next so many rows after a key."""
    part = (
        select(preference)
        .where(preference.c.address_key > bindparam("after"))
        .order_by(*preference.primary_key)
        .limit(page)
        .subquery()
    )
    whom = (part.c.address_key, email_address.c.address, email_address.c.stored_at)
    return Prepared(
        select(*whom, *(part.c[column.name] for column in STANDS))
        .join(email_address, email_address.c.key == part.c.address_key)
        .order_by(part.c.address_key)
    )


def pages(reading: Reading, after: bytes = b"") -> Iterator[list[Row]]:
    """Page by page, all that stands for the addresses after the key `after`, given as (key,
    address, stored_at, *STANDS)."""
    size = FIRST
    while True:
        with reading() as connection:
            rows = rows_by(size)(connection, after=after)
        if len(rows) < size:
            yield rows
            return
        whole = _without_last(rows)
        yield whole
        if whole:
            after, size = bytes(whole[-1][0]), PAGE
        else:
            size *= 2


def walk(reading: Reading, after: bytes, wanted: List) -> Iterator[list[Listed]]:
    """Page by page, the addresses after the key `after` that are on the list."""
    judged: dict[Hashable, Answer | None] = {}
    for page in pages(reading, after):
        yield [
            Listed(bytes(key), address, *answer)
            for (key, address, stored_at), stands in groupby(page, key=itemgetter(0, 1, 2))
            if (answer := _answer(wanted, stored_at, stands, judged)) is not None
        ]


def _without_last(rows: list[Row]) -> list[Row]:
    """The rows without those of the last address: more of it may come."""
    last = rows[-1][0]
    return [row for row in rows if row[0] != last]


def _answer(
    wanted: List,
    stored_at: Instant,
    rows: Iterator[Row],
    judged: dict[Hashable, Answer | None],
) -> Answer | None:
    """Addresses for which the same stands are judged once."""
    stands = [row[3:] for row in rows if wanted.concerns(row)]
    if not stands:
        return None
    age = stored_at if wanted.ages else None
    alike = (age, *map(decisive, stands))
    if alike not in judged:
        if len(judged) > PAGE:
            judged.clear()
        judged[alike] = wanted.judge(Held(map(standing, stands)), age)
    return judged[alike]


def suppressed_for_type(type_: SubscriptionType, policy: Policy, now: Instant) -> List:
    """Those for whom the type's decision is no. Whoever never said a thing stands on no list."""

    def judge(held: Held, stored_at: Instant | None) -> Answer | None:
        decision = decide(type_, held, stored_at, policy, now)
        return None if decision.allowed else (decision.reason, decision.until, ())

    return List(_about_type(type_), judge, policy.off_since is not None)


def suppressed_for_brand(brand: int, now: Instant) -> List:
    """Those that something covers for the brand, or that paused it."""

    def judge(held: Held, _: Instant | None) -> Answer | None:
        if why := held.covered(brand):
            return why, None, ()
        until = held.paused_until(brand, now)
        return (Reason.PAUSED, until, ()) if until is not None else None

    return List(_about({(ScopeKind.BRAND, brand)}), judge)


def suppressed_for_account() -> List:
    """Those with an account-wide opt-out or a suppression, and the brands excepted from it."""

    def judge(held: Held, _: Instant | None) -> Answer | None:
        if (why := held.covered(NO_BRAND)) is None:
            return None
        excepted = why is Reason.OPTED_OUT_OF_ALL
        return why, None, tuple(p.scope.id for p in held.exceptions()) if excepted else ()

    return List(_about_account, judge)


def subscribed(type_: SubscriptionType, policy: Policy, now: Instant) -> List:
    """Those who said yes to the type and may be mailed it now."""

    def judge(held: Held, stored_at: Instant | None) -> Answer | None:
        decision = decide(type_, held, stored_at, policy, now)
        yes = decision.reason is Reason.SUBSCRIBED
        return (decision.reason, decision.until, ()) if yes else None

    return List(_about_type(type_), judge)


def _about_type(type_: SubscriptionType) -> Callable[[Row], bool]:
    return _about({(ScopeKind.TYPE, type_.id), (ScopeKind.BRAND, type_.brand)})


def _about_account(row: Row) -> bool:
    of_brand = row[3] == ScopeKind.BRAND and row[5] == Cause.CHOICE
    return bool(of_brand or row[3] == ScopeKind.ACCOUNT)


def _about(scopes: set[tuple[ScopeKind, int]]) -> Callable[[Row], bool]:
    wanted = {(int(kind), id_) for kind, id_ in scopes}
    account = int(ScopeKind.ACCOUNT)
    return lambda row: row[3] == account or (row[3], row[4]) in wanted
