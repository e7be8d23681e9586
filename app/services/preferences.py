"""The one writer of consent: judges, writes the ledger and what then stands, in one transaction.

Nobody else touches the tables email_address (its last event), event, evidence and preference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select

from app.domain.changes import Change, Verdict
from app.domain.evidence import Evidence
from app.domain.judging import settle
from app.domain.ledger import Event, of_record
from app.domain.repeating import FIRST_RESTORED, no_of, repeats, said_again, said_anew, way
from app.domain.runs import Again
from app.domain.standing import Effect, Held, Place
from app.domain.undo import NOWHERE, Undoing, undo
from app.domain.words import Via
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

    @property
    def again(self) -> list[Again]:
        """The noes that it says again, and leaves no event of."""
        noes = said_again(self.before, self.changes, self.verdicts)
        return [Again(place, self.number) for place in noes]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What an undo restored and what stayed, and what is known of the address now."""

    effects: Sequence[Effect]
    stayed: Sequence[Event]
    known: Known


EventsSince = Callable[[bytes, int], Sequence[Event]]
"""An address's events after a number, in their order."""
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
    outcome = _carry_out(instruction, known, written, partial(events_since, connection))
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
    ledgers = Ledgers(connection, known, written)
    for instruction in instructions:
        there = known[instruction.key]
        if there.number or there.held:
            outcome = _carry_out(instruction, there, written, ledgers.since)
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
    mark: str = "",
) -> TakenBack:
    """Undo `record` (rules.md, 3): what stood before stands again, where nothing came after.

    Where its events are not such as `may` be undone, or it is not the one that has `mark`, all of
    them stay.
    """
    addresses.lock(connection, [instruction.key])
    known = addresses.known(connection, instruction.key)
    events = events_since(connection, instruction.key, 0)
    own = of_record(events, record, mark)
    if not own or not all(map(may, own)):
        return TakenBack((), own, known)
    written = Written()
    taken = _taken_back(instruction, known, undo(events, record), written)
    ledger.write(connection, written)
    return taken


def take_back_all(
    connection: Connection,
    instructions: Sequence[Instruction],
    records: Mapping[bytes, int],
    again: Callable[[Connection], Mapping[bytes, Mapping[Place, int]]],
) -> list[TakenBack]:
    """Undo a record of each of many addresses, in a fixed number of statements a part. `again`:
    what was said again since of each, asked when nobody else writes to them (domain/undo.py)."""
    keys = [instruction.key for instruction in instructions]
    addresses.lock(connection, keys)
    known, events = addresses.known_each(connection, keys), events_each(connection, keys)
    written = Written()
    told = again(connection)
    taken = [
        _taken_back(
            i, known[i.key], undo(events[i.key], records[i.key], told.get(i.key, NOWHERE)), written
        )
        for i in instructions
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


class Ledgers:
    """The events of many addresses, read at once where one of them is asked for."""

    def __init__(self, connection: Connection, keys: Iterable[bytes], written: Written) -> None:
        self._connection, self._keys, self._written = connection, keys, written
        self._found: dict[bytes, list[Event]] | None = None
        self._taken = 0

    def since(self, key: bytes, number: int) -> list[Event]:
        """The address's events after `number`, also those that are still to be written."""
        if self._found is None:
            self._found = events_each(self._connection, list(self._keys))
        fresh = self._written.events[self._taken :]
        self._taken += len(fresh)
        for written in fresh:
            self._found[written.address_key].append(written)
        return [e for e in self._found[key] if e.number > number]


def _taken_back(
    instruction: Instruction, known: Known, undoing: Undoing, written: Written
) -> TakenBack:
    effects, stayed = undoing
    if effects:
        known = write_down(instruction, known, effects, written)
    return TakenBack(effects, stayed, known)


def _carry_out(
    instruction: Instruction, known: Known, written: Written, since: EventsSince
) -> Outcome:
    later: Sequence[Event] = []
    if instruction.since is not None and known.number > instruction.since:
        later = since(instruction.key, instruction.since - 1)
    changes = instruction.plan(known, later)
    anew = _said_anew(instruction, known, changes, since)
    by = replace(instruction.by, anew=anew) if anew else instruction.by
    verdicts = settle(known.held, changes, by)
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


def _said_anew(
    instruction: Instruction, known: Known, changes: Sequence[Change], since: EventsSince
) -> frozenset[Place]:
    """Where a no that stands is said anew, so that nothing earlier takes it away."""
    by, source = instruction.by, instruction.source
    link = source.link_purpose, source.link_scope, source.message
    now = way(by.via, *link, source.reference)
    return frozenset(
        place
        for place in filter(None, map(no_of, changes))
        if (standing := known.held.get(place))
        and repeats(standing, by)
        and not (
            now.via == standing.via != Via.ADMIN
            and known.number == standing.number < FIRST_RESTORED
        )
        and said_anew(now, since(instruction.key, standing.number - 1))
    )
