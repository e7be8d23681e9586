"""The one writer of consent: judges, writes the ledger and what then stands, in one transaction.

Nobody else touches the tables email_address (its last event), event, evidence and preference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from app.domain.changes import Change, Unsubscribe, Verdict
from app.domain.evidence import Evidence
from app.domain.judging import settle
from app.domain.ledger import Event
from app.domain.standing import Effect, Held, Place
from app.domain.undo import undo
from app.domain.words import Actor, Cause, Status
from app.services.instructions import Instruction, Plan, Shown, Source
from app.services.recording import Beginnings, write_down
from app.store import addresses, ledger
from app.store.addresses import Known
from app.store.ledger import Written
from app.store.prepared import Prepared
from app.store.tables import event

__all__ = [
    "Evidence",
    "Instruction",
    "Outcome",
    "Plan",
    "Shown",
    "Source",
    "TakenBack",
    "Written",
    "always",
]


class Outcome(NamedTuple):
    """What became of an instruction: the changes with a verdict each, what is known of the address
    now, the record's number (None where nothing was to be recorded), and what stood before."""

    changes: Sequence[Change]
    verdicts: Sequence[Verdict]
    known: Known
    record: int | None
    before: Held

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
    written = Written()
    outcome = _carry_out(connection, instruction, known, written)
    if outcome.record is not None:
        ledger.write(connection, written)
    return outcome


def apply_all(connection: Connection, instructions: Sequence[Instruction]) -> list[Outcome]:
    """The same for many, in a fixed number of statements a part. Those for one address are carried
    out one after the other, each on what the former ones left."""
    keys = sorted({instruction.key for instruction in instructions})
    addresses.lock(connection, keys)
    return apply_known(connection, instructions, addresses.known_each(connection, keys))


def apply_known(
    connection: Connection, instructions: Sequence[Instruction], known: dict[bytes, Known]
) -> list[Outcome]:
    """The same where the addresses are locked, and were read since, by the caller."""
    outcomes, written = settle_known(connection, instructions, known)
    write(connection, written)
    return outcomes


def settle_known(
    connection: Connection, instructions: Sequence[Instruction], known: dict[bytes, Known]
) -> tuple[list[Outcome], Written]:
    """What they would come to, and what is then to be written. Nothing is written."""
    written = Written()
    outcomes, beginnings = [], Beginnings(written)
    for instruction in instructions:
        there = known[instruction.key]
        if there.number or there.held:
            outcome = _carry_out(connection, instruction, there, written)
        else:
            outcome = _begin(instruction, there, beginnings)
        known[instruction.key] = outcome.known
        outcomes.append(outcome)
    return outcomes, written


def write(connection: Connection, written: Written) -> None:
    """Write what was settled, under the locks under which the same was still known."""
    ledger.write(connection, written)


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
    written = Written()
    taken = _take_back(instruction, record, known, events, written)
    ledger.write(connection, written)
    return taken


def take_back_all(
    connection: Connection, instructions: Sequence[Instruction], records: Mapping[bytes, int]
) -> list[TakenBack]:
    """Undo a record of each of many addresses, in a fixed number of statements a part."""
    keys = [instruction.key for instruction in instructions]
    addresses.lock(connection, keys)
    known, events = addresses.known_each(connection, keys), events_each(connection, keys)
    written = Written()
    taken = [
        _take_back(i, records[i.key], known[i.key], events[i.key], written) for i in instructions
    ]
    ledger.write(connection, written)
    return taken


def events_since(connection: Connection, key: bytes, number: int) -> list[Event]:
    """The address's events after `number`, in their order."""
    return [Event(*row) for row in EVENTS_SINCE(connection, key=key, since=number)]


def events_each(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, list[Event]]:
    """The whole ledger of each of `keys`, by parts of one statement."""
    found: dict[bytes, list[Event]] = {key: [] for key in keys}
    for part in addresses.parts(sorted(found), addresses.PART):
        asked = select(event).where(event.c.address_key.in_(part))
        for row in connection.execute(asked.order_by(event.c.address_key, event.c.number)):
            found[bytes(row.address_key)].append(Event(*row))
    return found


def _take_back(
    instruction: Instruction,
    record: int,
    known: Known,
    events: Sequence[Event],
    written: Written,
) -> TakenBack:
    effects, stayed = undo(events, record)
    if effects:
        known = write_down(instruction, known, effects, written)
    return TakenBack(effects, stayed, known)


def _carry_out(
    connection: Connection, instruction: Instruction, known: Known, written: Written
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
        return Outcome(changes, verdicts, known, None, known.held)
    after = write_down(instruction, known, effects, written)
    return Outcome(changes, verdicts, after, known.number + 1, known.held)


def _begin(instruction: Instruction, known: Known, beginnings: Beginnings) -> Outcome:
    """The same for an address that has no event: there is nothing that a link might repeat."""
    changes = instruction.plan(known, ())
    begun = beginnings.of(instruction, changes)
    if not begun.events:
        return Outcome(changes, begun.verdicts, known, None, known.held)
    after = beginnings.write_down(instruction, known, begun)
    return Outcome(changes, begun.verdicts, after, 1, known.held)


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
