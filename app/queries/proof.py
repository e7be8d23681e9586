"""Whether the ledger explains what stands: each address replayed and compared (rules.md, 7)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from app.domain.ledger import Event, replayed, torn
from app.domain.standing import Held, still_open
from app.domain.words import Instant
from app.queries.proof_of_evidence import shown
from app.store.addresses import STANDS, standing
from app.store.tables import email_address, event, evidence, preference

PART = 500
COLUMNS = (
    email_address.c.key,
    event.c.address_key,
    evidence.c.address_key,
    preference.c.address_key,
)
"""Wherever a row may speak of an address, so that none can hide."""


class Problem(NamedTuple):
    """What does not agree, for one address, in words."""

    key: bytes
    what: str


class Proof(NamedTuple):
    """One part of the addresses: how many were replayed, their problems, and of how many records
    the evidence was erased (which is no problem: the record keeps its digest)."""

    addresses: int
    problems: list[Problem]
    erased: int


def prove_all(connection: Connection, now: Instant) -> Iterator[Proof]:
    """Replay every address, in key order, a part at a time, with flat memory."""
    last = b""
    while keys := _keys_after(connection, last):
        last = keys[-1]
        yield prove(connection, keys, now)


def prove(connection: Connection, keys: Sequence[bytes], now: Instant) -> Proof:
    """What is wrong with these addresses; nothing where the ledger explains all that stands."""
    known = {
        bytes(row.key): (row.number, bytes(row.hash))
        for row in connection.execute(
            select(email_address.c.key, email_address.c.number, email_address.c.hash).where(
                email_address.c.key.in_(keys)
            )
        )
    }
    events: dict[bytes, list[Event]] = {key: [] for key in keys}
    held: dict[bytes, Held] = {key: Held() for key in keys}
    for row in connection.execute(_events(keys)):
        events[bytes(row[0])].append(Event(bytes(row[0]), *row[1:]))
    stands = select(preference.c.address_key, *STANDS).where(preference.c.address_key.in_(keys))
    for row in connection.execute(stands):
        place, what = standing(row[1:])
        held[bytes(row[0])][place] = what
    problems = [
        Problem(key, what)
        for key in keys
        for what in _wrong(events[key], held[key], known.get(key), now)
    ]
    evidence_ = shown(connection, events)
    problems += [Problem(*wrong) for wrong in evidence_.wrong]
    return Proof(len(keys), problems, evidence_.erased)


def _keys_after(connection: Connection, last: bytes) -> list[bytes]:
    """The next keys that any of the tables speaks of, so that no row can hide."""
    next_of = []
    for column in COLUMNS:
        after = select(column).where(column > last).distinct().order_by(column).limit(PART)
        next_of.append([bytes(key) for key in connection.scalars(after)])
    return sorted(set().union(*next_of))[:PART]


def _wrong(
    events: list[Event], held: Held, head: tuple[int, bytes] | None, now: Instant
) -> Iterator[str]:
    yield from torn(events, head)
    if head is None and held and not events:
        yield "the address has no row of its own"
    ledger, held = still_open(replayed(events).held, now), still_open(held, now)
    for place in ledger.keys() | held.keys():
        if ledger.get(place) != held.get(place):
            yield (
                f"{place.scope.kind.name} {place.scope.id} {place.cause.name}: the ledger says "
                f"{ledger.status(place).name}, what stands is {held.status(place).name}"
            )


def _events(keys: Sequence[bytes]) -> Select[Any]:
    return (
        select(event)
        .where(event.c.address_key.in_(keys))
        .order_by(event.c.address_key, event.c.number)
    )
