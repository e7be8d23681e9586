"""Undo: one record taken back event by event (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.domain.ledger import Event, Replay
from app.domain.standing import ALL, Effect, Held, Place
from app.domain.words import HOUR, MINUTE, Actor, Instant, Kind, ScopeKind, Status, Via

UNDO_LASTS = 24 * HOUR


class Made(NamedTuple):
    """The link that made a record, as its events keep it."""

    purpose: int | None
    scope: int | None
    message: int


class Offer(NamedTuple):
    """What a page offers to take back: a record, the mark of one of its events, and until when."""

    record: int
    mark: str
    until: Instant


def undoable(event: Event, link: Made, now: Instant) -> bool:
    """Whether the person may take `event` back now, through the link that made it."""
    made_by = Made(event.link_purpose, event.link_scope, event.message)
    return event.actor == Actor.CONTACT and made_by == link and recent(event.at, now)


def undoable_by_user(event: Event, reference: str, now: Instant) -> bool:
    """Whether this user made `event` for one contact, in the admin, less than a day ago."""
    own = event.actor == Actor.USER and event.reference == reference
    return own and event.via == Via.ADMIN and recent(event.at, now)


def recent(at: Instant, now: Instant) -> bool:
    """Whether less than a day went by. A moment to come, of a clock gone wrong, is not recent."""
    return -MINUTE < now - at < UNDO_LASTS


def last_own(held: Held, now: Instant) -> int | None:
    """The last event of those by which the person made what stands, less than a day ago."""
    own = [s.number for s in held.values() if recent(s.at, now) and s.by_contact]
    return max(own, default=None)


class Undoing(NamedTuple):
    """The events that take a record back, and those of its events that stay."""

    effects: tuple[Effect, ...]
    stayed: tuple[Event, ...]


NOWHERE: Mapping[Place, int] = {}


def undo(events: Sequence[Event], record: int, again: Mapping[Place, int] = NOWHERE) -> Undoing:
    """Take back the events of `record`, the last first, among all `events` of the address.

    An event stays where a later one touched the same scope and cause and was not taken back itself,
    and where it ended a yes that something later keeps from being restored. `again`: after which
    event of the address a no was last said again at a place, by what was not taken back. What is
    older stays, too.
    """
    replay = Replay()
    for event in events:
        replay.take(event)
    last, latest = _last_words(events)
    taken: list[Event] = []
    stayed: list[Event] = []
    own = [e for e in events if e.record == record and e.kind != Kind.NOTED]
    for event in reversed(own):
        is_last = event.number in (latest[event.place], last[event.place])
        if is_last and again.get(event.place, 0) < event.number:
            taken.append(event)
            latest[event.place] = last[event.place] = _previous(own, event)
        else:
            stayed.append(event)
    erased = max((e.number for e in events if e.via == Via.ERASURE), default=0)
    said_of_all = max(latest.get(ALL, 0), again.get(ALL, 0) + 1)
    return _without_old_yes(replay, taken, stayed, _Later(said_of_all, erased))


def _last_words(events: Sequence[Event]) -> tuple[dict[Place, int], dict[Place, int]]:
    """The last event at each place, and the last where one that was taken back counts as if it had
    not been."""
    last, latest, before = dict[Place, int](), dict[Place, int](), dict[int, int]()
    for event in events:
        if event.kind != Kind.NOTED:
            before[event.number] = latest.get(event.place, 0)
            undone = event.undone
            last[event.place] = event.number
            latest[event.place] = event.number if undone is None else before[undone]
    return last, latest


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


def _left(replay: Replay, taken: Sequence[Event]) -> Held:
    """What stands once these events, the last first, are taken back."""
    held = Held(replay.held)
    for event in taken:
        if before := replay.before(event.number):
            held[event.place] = before
        else:
            held.pop(event.place, None)
    return held


class _Later(NamedTuple):
    """What came later than a yes and keeps it from being restored."""

    said_of_all: int
    """The last word about the account-wide opt-out: an older exception does not except from it."""
    erased: int
    """The last event of an erasure: the evidence of what was said before is gone."""


def _without_old_yes(
    replay: Replay, taken: Sequence[Event], stayed: Sequence[Event], later: _Later
) -> Undoing:
    """No yes is restored over what came later. With no account-wide opt-out left, no exception is,
    and those that stand end."""
    over = not _left(replay, taken).opted_out(ALL)
    orphans = [
        e for e in taken if _was_yes(replay, e) and (_kept(e, later) or (over and _of_brand(e)))
    ]
    taken = [e for e in taken if e not in orphans]
    left = _left(replay, taken).exceptions() if over else []
    ended = (Effect(Kind.CHANGED, place) for place in left)
    return Undoing((*(_back(e, replay) for e in taken), *ended), (*stayed, *orphans))


def _was_yes(replay: Replay, event: Event) -> bool:
    before = replay.before(event.number)
    return before is not None and before.status is Status.SUBSCRIBED


def _kept(event: Event, later: _Later) -> bool:
    return event.number <= later.erased or (_of_brand(event) and event.number < later.said_of_all)


def _of_brand(event: Event) -> bool:
    return event.place.scope.kind is ScopeKind.BRAND
