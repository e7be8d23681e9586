"""An address's events in memory: what the one writer does, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.domain.changes import By, Change
from app.domain.judging import settle, take
from app.domain.ledger import GENESIS, Event, sealed
from app.domain.standing import Effect, Held, Place
from app.domain.undo import NOWHERE, Undoing, undo
from tests.world import ANA, by


class Diary:
    """Ana's events and what stands."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.held = Held()

    def write(self, *changes: Change, by_: By | None = None) -> int:
        """Judge and write; the record's number."""
        who = by_ or by()
        verdicts = settle(self.held, changes, who)
        return self._keep((e for verdict in verdicts for e in verdict.effects), who)

    def take_back(
        self, record: int, by_: By | None = None, again: Mapping[Place, int] = NOWHERE
    ) -> Undoing:
        """Undo a record; what was restored and what stayed."""
        undoing = undo(self.events, record, again)
        self._keep(undoing.effects, by_ or by())
        return undoing

    def _keep(self, effects: Iterable[Effect], who: By) -> int:
        record = len(self.events) + 1
        for effect in effects:
            number = len(self.events) + 1
            last = self.events[-1].hash if self.events else GENESIS
            self.events.append(sealed(_event(effect, who, number, record), last))
            take(self.held, effect, who, number)
        return record


def _event(effect: Effect, who: By, number: int, record: int) -> Event:
    return Event(
        address_key=ANA.key,
        number=number,
        record=record,
        kind=effect.kind,
        scope_kind=effect.place.scope.kind,
        scope_id=effect.place.scope.id,
        cause=effect.place.cause,
        status=effect.status,
        until=effect.until,
        undone=effect.undone,
        actor=who.actor,
        via=who.via,
        at=who.at,
        basis=who.basis,
        basis_ends=who.basis_ends,
        message=0,
        texts=None,
    )
