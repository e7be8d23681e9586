"""Whether the ledger explains what stands: each address replayed and compared (rules.md, 7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from app.domain.address import MalformedAddress
from app.domain.ledger import Event, replayed, torn
from app.domain.standing import Held, still_open
from app.domain.words import Instant
from app.queries.proof_of_catalog import changed_settings, changed_texts
from app.queries.proof_of_evidence import shown
from app.queries.proof_of_feed import left_out
from app.store.addresses import STANDS, standing
from app.store.tables import email_address, event, evidence, preference

KeyOf = Callable[[str], bytes]
"""What makes the key of an address, with the address secret."""
PART = 500
COLUMNS = (
    email_address.c.key,
    event.c.address_key,
    evidence.c.address_key,
    preference.c.address_key,
)
"""Wherever a row may speak of an address, so that none can hide."""


class Problem(NamedTuple):
    """What does not agree, in words: of an address, by its key in hex, or of something else."""

    subject: str
    what: str


class Proof(NamedTuple):
    """One part of the addresses: how many were replayed, their problems, of how many records the
    evidence was erased (which is no problem: the record keeps its digest), and the last key."""

    addresses: int
    problems: list[Problem]
    erased: int = 0
    last: bytes = b""


def prove_all(connection: Connection, key_of: KeyOf, now: Instant) -> Iterator[Proof]:
    """Replay every address, in key order, a part at a time, with flat memory; then what lies
    beside them."""
    last = b""
    while keys := keys_after(connection, last):
        last = keys[-1]
        yield prove(connection, keys, key_of, now)
    yield prove_beside(connection)


def prove_beside(connection: Connection) -> Proof:
    """What is wrong with the changes feed, the settings and the texts."""
    missing = [(key.hex(), f"event {n} is not in the feed") for key, n in left_out(connection)]
    changed = chain(missing, changed_settings(connection), changed_texts(connection))
    return Proof(0, [Problem(*each) for each in changed])


def prove(connection: Connection, keys: Sequence[bytes], key_of: KeyOf, now: Instant) -> Proof:
    """What is wrong with these addresses; nothing where the ledger explains all that stands."""
    asked = select(email_address).where(email_address.c.key.in_(keys))
    known = {bytes(row.key): row for row in connection.execute(asked)}
    events: dict[bytes, list[Event]] = {key: [] for key in keys}
    held: dict[bytes, Held] = {key: Held() for key in keys}
    for row in connection.execute(_events(keys)):
        events[bytes(row[0])].append(Event(bytes(row[0]), *row[1:]))
    stands = select(preference.c.address_key, *STANDS).where(preference.c.address_key.in_(keys))
    for row in connection.execute(stands):
        place, what = standing(row[1:])
        held[bytes(row[0])][place] = what
    problems = [
        Problem(key.hex(), what)
        for key in keys
        for what in chain(
            _wrong(events[key], held[key], known.get(key), now),
            _anothers(known.get(key), key_of),
        )
    ]
    evidence_ = shown(connection, events)
    problems += [Problem(key.hex(), what) for key, what in evidence_.wrong]
    return Proof(len(keys), problems, evidence_.erased, keys[-1])


def keys_after(connection: Connection, last: bytes) -> list[bytes]:
    """The next keys that any of the tables speaks of, so that no row can hide."""
    next_of = []
    for column in COLUMNS:
        after = select(column).where(column > last).distinct().order_by(column).limit(PART)
        next_of.append([bytes(key) for key in connection.scalars(after)])
    return sorted(set().union(*next_of))[:PART]


def _wrong(events: list[Event], held: Held, row: Row[Any] | None, now: Instant) -> Iterator[str]:
    yield from torn(events, None if row is None else (row.number, bytes(row.hash)))
    if row is None and held and not events:
        yield "the address has no row of its own"
    ledger, held = still_open(replayed(events).held, now), still_open(held, now)
    for place in ledger.keys() | held.keys():
        if ledger.get(place) != held.get(place):
            yield (
                f"{place.scope.kind.name} {place.scope.id} {place.cause.name}: the ledger says "
                f"{ledger.status(place).name}, what stands is {held.status(place).name}"
            )


def _anothers(row: Row[Any] | None, key_of: KeyOf) -> Iterator[str]:
    if row is None or row.address is None:
        return
    try:
        own = key_of(row.address) == bytes(row.key)
    except MalformedAddress:
        own = False
    if not own:
        yield "the address that mail goes to is not the one whose key this is"


def _events(keys: Sequence[bytes]) -> Select[Any]:
    return (
        select(event)
        .where(event.c.address_key.in_(keys))
        .order_by(event.c.address_key, event.c.number)
    )
