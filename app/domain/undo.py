"""Undo: one record taken back event by event (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.ledger import Event, Replay
from app.domain.standing import ALL, Effect, Held
from app.domain.words import HOUR, Kind, Status

UNDO_LASTS = 24 * HOUR


class Undoing(NamedTuple):
    """The events that take a record back, and those of its events that stay."""

    effects: tuple[Effect, ...]
    stayed: tuple[Event, ...]


def undo(events: Sequence[Event], record: int) -> Undoing:
    """Take back the events of `record`, the last first, among all `events` of the address.

    An event stays where a later one touched the same scope and cause.
    """
    replay, latest = Replay(), {}
    for event in events:
        replay.take(event)
        if event.kind != Kind.NOTED:
            latest[event.place] = event.number
    effects: list[Effect] = []
    stayed: list[Event] = []
    own = [e for e in events if e.record == record and e.kind != Kind.NOTED]
    for event in reversed(own):
        if latest[event.place] == event.number:
            effects.append(_back(event, replay))
            latest[event.place] = _previous(own, event)
        else:
            stayed.append(event)
    return Undoing((*effects, *_ended_exceptions(replay.held, effects)), tuple(stayed))


def _previous(own: Sequence[Event], event: Event) -> int:
    """The same record's earlier event at the same place: nothing but ours came between."""
    earlier = (e.number for e in own if e.place == event.place and e.number < event.number)
    return max(earlier, default=0)


def _back(event: Event, replay: Replay) -> Effect:
    before = replay.before(event.number)
    return Effect(
        Kind.CHANGED,
        event.place,
        before.status if before else Status.NOT_SPECIFIED,
        before.until if before else None,
        event.number,
        before,
    )


def _ended_exceptions(held: Held, effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """An exception ends with the opt-out it excepts from, though it came later."""
    lifted = any(e.place == ALL and e.status is not Status.UNSUBSCRIBED for e in effects)
    if not lifted:
        return ()
    undone = {e.place for e in effects}
    return tuple(Effect(Kind.CHANGED, p) for p in held.exceptions() if p not in undone)
