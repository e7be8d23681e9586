"""The ledger's rows, their hash chain, and what replaying them yields (rules.md, 7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.domain.standing import Held, Place, Standing
from app.domain.words import (
    Actor,
    Basis,
    Cause,
    Instant,
    Kind,
    Scope,
    ScopeKind,
    Status,
    Via,
)

GENESIS = bytes(32)
"""The hash before an address's first event."""


MARKED = 4
"""Bytes of a hash that tell two events of one number apart."""


class Event(NamedTuple):
    """What changed, one each, numbered per address, with the record it belongs to.

    A record (who, how, why: one per request and address) has the number of its first event; what
    it says is repeated on each of its events. `digest` is SHA-256(nonce ‖ evidence).
    """

    address_key: bytes
    number: int
    record: int
    kind: Kind
    scope_kind: ScopeKind
    scope_id: int
    cause: Cause
    status: Status
    until: Instant | None
    undone: int | None
    actor: Actor
    via: Via
    at: Instant
    basis: Basis | None
    basis_ends: Instant | None
    message: int
    texts: int | None
    reference: str | None = None
    run: int | None = None
    language: str | None = None
    program_texts: int | None = None
    brand_texts: int | None = None
    link_purpose: int | None = None
    link_scope: int | None = None
    digest: bytes | None = None
    hash: bytes = b""

    @property
    def place(self) -> Place:
        """Where the event made something stand or fall."""
        return Place(Scope(ScopeKind(self.scope_kind), self.scope_id), Cause(self.cause))


def mark(hash_: bytes) -> str:
    """What of an event's hash a form carries: after a restore another event has that number."""
    return hash_[:MARKED].hex()


def of_record(events: Sequence[Event], record: int, mark_: str = "") -> list[Event]:
    """The events of `record`; none where none of them has the mark: they are of another past. An
    empty mark, of an older release, is taken at its word."""
    own = [event for event in events if event.record == record]
    return own if not mark_ or mark_ in {mark(event.hash) for event in own} else []


def worded(event: Event) -> Event:
    """`event` as read from a row, its numbers as the words that they stand for."""
    return event._replace(
        kind=Kind(event.kind),
        scope_kind=ScopeKind(event.scope_kind),
        cause=Cause(event.cause),
        status=Status(event.status),
        actor=Actor(event.actor),
        via=Via(event.via),
        basis=None if event.basis is None else Basis(event.basis),
    )


def sealed(event: Event, previous: bytes) -> Event:
    """`event` with its hash: SHA-256(previous hash ‖ canonical event)."""
    return Event(*event[:-1], hash_of(event, previous))


def hash_of(event: Event, previous: bytes) -> bytes:
    """What the hash of `event` has to be."""
    return hashlib.sha256(previous + canonical(event)).digest()


def canonical(event: Event) -> bytes:
    """The row without its hash as compact JSON: numbers as numbers, bytes as hex, in order."""
    return written(event[:3], in_common(event[3:-2]), event.digest)


def written(place: tuple[bytes, int, int], common: str, digest: bytes | None) -> bytes:
    """The same of the key, number and record, of what is in common, and of the digest."""
    key, number, record = place
    told = f'"{digest.hex()}"' if digest else "null"
    return f'["{key.hex()}",{number},{record},{common},{told}]'.encode()


@lru_cache
def in_common(fields: Sequence[object]) -> str:
    """What says the same in all events of a run, worked out once."""
    return json.dumps(fields, separators=(",", ":"))[1:-1]


class Replay:
    """Events of one address, taken one after the other in their order."""

    def __init__(self) -> None:
        self.held = Held()
        self.number = 0
        self.hash = GENESIS
        self._before: dict[int, Standing | None] = {}

    def take(self, event: Event) -> None:
        """Let `event` change what is held."""
        self.number, self.hash = event.number, event.hash
        self._before[event.number] = self.held.get(event.place)
        if event.kind == Kind.NOTED:
            return
        standing = self._standing(event)
        if standing:
            self.held[event.place] = standing
        else:
            self.held.pop(event.place, None)

    def before(self, number: int) -> Standing | None:
        """What stood, where event `number` happened, before it."""
        return self._before.get(number)

    def _standing(self, event: Event) -> Standing | None:
        if event.undone is not None:
            before = self.before(event.undone)
            return before and before._replace(number=event.number)
        if event.status == Status.NOT_SPECIFIED and event.until is None:
            return None
        return Standing(
            Status(event.status),
            Actor(event.actor),
            Via(event.via),
            event.at,
            event.number,
            event.until,
            None if event.basis is None else Basis(event.basis),
            event.basis_ends,
        )


def replayed(events: Iterable[Event]) -> Replay:
    """What one address's events, in their order, leave."""
    replay = Replay()
    for event in events:
        replay.take(event)
    return replay


def broken(events: Iterable[Event]) -> list[str]:
    """What is wrong with the chain of one address's events, in words; empty where it holds."""
    problems, previous, expected = [], GENESIS, 1
    for event in events:
        if event.number != expected:
            problems.append(f"event {expected} is missing")
        if hash_of(event, previous) != event.hash:
            problems.append(
                f"event {event.number} was changed, or the one before it is not its own"
            )
        previous, expected = event.hash, event.number + 1
    return problems


def torn(events: Sequence[Event], head: tuple[int, bytes] | None) -> Iterator[str]:
    """The same, and whether it ends where the address's own row says: by number and hash."""
    yield from broken(events)
    number, hash_ = (events[-1].number, events[-1].hash) if events else (0, GENESIS)
    if head is None and events:
        yield "the address has no row of its own"
    elif head is not None and head != (number, hash_):
        yield f"the address was left at event {head[0]}, the ledger ends at {number}"
