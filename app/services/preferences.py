"""The one writer of consent: judges, writes the ledger and what then stands, in one transaction.

Nobody else touches the tables email_address (its last event), event, evidence and preference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.domain.changes import By, Change, Unsubscribe, Verdict
from app.domain.evidence import Evidence as Evidence  # noqa: PLC0414 - re-exported
from app.domain.evidence import sealed as sealed_evidence
from app.domain.judging import settle, take
from app.domain.ledger import Event, sealed
from app.domain.standing import Effect, Held, Place
from app.domain.undo import undo
from app.domain.words import Actor, Cause, Scope, Status
from app.store import addresses, ledger
from app.store.addresses import Known
from app.store.prepared import Prepared
from app.store.tables import event


@dataclass(frozen=True, slots=True)
class Shown:
    """The versions of the texts a person saw: language, program, brand, and those of scopes."""

    language: str | None = None
    program: int | None = None
    brand: int | None = None
    scopes: Mapping[Scope, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a change came from: message number, link (purpose and scope id), reference, run."""

    message: int = 0
    link_purpose: int | None = None
    link_scope: int | None = None
    reference: str | None = None
    run: int | None = None


Plan = Callable[[Known, Sequence[Event]], Sequence[Change]]
"""What is to change, given what is known under the lock and the events since. It must be pure."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """Changes for one address. The plan is given the events after number `since`; none if None."""

    key: bytes
    by: By
    plan: Plan
    since: int | None = None
    evidence: Evidence = field(default_factory=dict)
    source: Source = Source()
    shown: Shown = Shown()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an instruction: the changes with a verdict each, what is known of the address
    now, and the record's number (None where nothing was to be recorded)."""

    changes: Sequence[Change]
    verdicts: Sequence[Verdict]
    known: Known
    record: int | None

    @property
    def held(self) -> Held:
        """What stands now."""
        return self.known.held

    @property
    def number(self) -> int:
        """The address's last event."""
        return self.known.number


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo restored and what stayed, and what is known of the address now."""

    effects: Sequence[Effect]
    stayed: Sequence[Event]
    known: Known


EVENTS_SINCE = Prepared(
    select(event)
    .where(event.c.address_key == bindparam("key"), event.c.number > bindparam("since"))
    .order_by(event.c.number)
)


def always(*changes: Change) -> Plan:
    """A plan that does not depend on what holds."""
    return lambda known, later: changes


def apply(connection: Connection, instruction: Instruction) -> Outcome:
    """Judge and write one address's changes (rules.md, 3 and 7)."""
    addresses.lock(connection, [instruction.key])
    known = addresses.known(connection, instruction.key)
    written = ledger.Written()
    outcome = _carry_out(connection, instruction, known, written)
    if outcome.record is not None:
        ledger.write(connection, written)
    return outcome


def apply_all(connection: Connection, instructions: Sequence[Instruction]) -> list[Outcome]:
    """The same for many addresses, each at most once, in a fixed number of statements a part."""
    keys = [instruction.key for instruction in instructions]
    addresses.lock(connection, keys)
    known = addresses.known_each(connection, keys)
    written = ledger.Written()
    outcomes = [_carry_out(connection, i, known[i.key], written) for i in instructions]
    ledger.write(connection, written)
    return outcomes


def take_back(
    connection: Connection,
    instruction: Instruction,
    record: int,
    may: Callable[[Event], bool] = lambda event: True,
) -> TakenBack:
    """Undo `record` (rules.md, 3): what stood before stands again, where nothing came after.

    Where its events are not such as `may` be undone, all of them stay.
    """
    addresses.lock(connection, [instruction.key])
    known = addresses.known(connection, instruction.key)
    events = events_since(connection, instruction.key, 0)
    own = [event for event in events if event.record == record]
    if not all(map(may, own)):
        return TakenBack((), own, known)
    effects, stayed = undo(events, record)
    if effects:
        written = ledger.Written()
        known = _write_down(instruction, known, effects, written)
        ledger.write(connection, written)
    return TakenBack(effects, stayed, known)


def events_since(connection: Connection, key: bytes, number: int) -> list[Event]:
    """The address's events after `number`, in their order."""
    return [Event(*row) for row in EVENTS_SINCE(connection, key=key, since=number)]


def _carry_out(
    connection: Connection, instruction: Instruction, known: Known, written: ledger.Written
) -> Outcome:
    since, later = instruction.since, []
    if since is not None and known.number > since:
        later = events_since(connection, instruction.key, since)
    changes = instruction.plan(known, later)
    verdicts = settle(known.held, changes, instruction.by)
    if _repeats_by_another_link(connection, instruction, known, changes):
        verdicts = settle(known.held, changes, replace(instruction.by, another_link=True))
    effects = [effect for verdict in verdicts for effect in verdict.effects]
    if not effects:
        return Outcome(changes, verdicts, known, None)
    after = _write_down(instruction, known, effects, written)
    return Outcome(changes, verdicts, after, known.number + 1)


def _repeats_by_another_link(
    connection: Connection, instruction: Instruction, known: Known, changes: Sequence[Change]
) -> bool:
    """Whether the person repeats a no that they said by a link of another kind or mailing."""
    if instruction.by.actor is not Actor.CONTACT or instruction.source.link_purpose is None:
        return False
    scopes = [change.scope for change in changes if isinstance(change, Unsubscribe)]
    stands = [known.held.get(Place(scope, Cause.CHOICE)) for scope in scopes]
    if len(scopes) < len(changes):
        return False
    return any(
        not _same_link(connection, instruction, standing.number)
        for standing in stands
        if standing and standing.status is Status.UNSUBSCRIBED and standing.proven
    )


def _same_link(connection: Connection, instruction: Instruction, number: int) -> bool:
    made = next(iter(events_since(connection, instruction.key, number - 1)))
    source = instruction.source
    link = (source.link_purpose, source.link_scope, source.message)
    return (made.link_purpose, made.link_scope, made.message) == link


def _write_down(
    instruction: Instruction, known: Known, effects: Iterable[Effect], written: ledger.Written
) -> Known:
    """Turn effects into rows; what is known of the address afterwards."""
    kept = sealed_evidence(instruction.evidence)
    digest = kept and kept.digest
    held, record, last = Held(known.held), known.number + 1, known.hash
    number = known.number
    for effect in effects:
        number += 1
        row = sealed(_event(instruction, effect, number, record, digest), last)
        take(held, effect, instruction.by, number)
        written.events.append(row._asdict())
        last = row.hash
    if kept:
        nonce, content, network, _ = kept
        evidence = {"address_key": known.key, "record": record, "nonce": nonce}
        written.evidence.append({**evidence, "content": content, "network": network})
    _project(known, held, written)
    stored_at = instruction.by.at if known.stored_at is None else known.stored_at
    after = replace(known, stored_at=stored_at, number=number, hash=last, held=held)
    row_of = {"address": known.address, "language": known.language, "stored_at": stored_at}
    written.addresses.append({"key": known.key, **row_of, "number": number, "hash": last})
    return after


def _event(
    instruction: Instruction, effect: Effect, number: int, record: int, digest: bytes | None
) -> Event:
    by, source, shown = instruction.by, instruction.source, instruction.shown
    return Event(
        instruction.key,
        number,
        record,
        effect.kind,
        effect.place.scope.kind,
        effect.place.scope.id,
        effect.place.cause,
        effect.status,
        effect.until,
        effect.undone,
        by.actor,
        by.via,
        by.at,
        by.basis,
        by.basis_ends,
        source.message,
        shown.scopes.get(effect.place.scope),
        source.reference,
        source.run,
        shown.language,
        shown.program,
        shown.brand,
        source.link_purpose,
        source.link_scope,
        digest,
    )


def _project(known: Known, held: Held, written: ledger.Written) -> None:
    """Write what stands now and did not, or stands otherwise; take away what stands no more."""
    for place, standing in held.items():
        if known.held.get(place) != standing:
            written.stands.append({**_keys(known.key, place), **standing._asdict()})
    for place in known.held:
        if place not in held:
            written.falls.append(_keys(known.key, place))


def _keys(key: bytes, place: Place) -> dict[str, Any]:
    return {
        "address_key": key,
        "scope_kind": place.scope.kind,
        "scope_id": place.scope.id,
        "cause": place.cause,
    }
