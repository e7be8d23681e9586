"""A no that the person says again: whether it is said anew, or is the same no (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.changes import By
from app.domain.ledger import Event
from app.domain.standing import ALL, Place, Standing
from app.domain.words import Actor, Cause, Kind, ScopeKind, Status, Via


class Way(NamedTuple):
    """How a no comes: through which link of which mailing or, where none, by which route."""

    via: Via | None
    link_purpose: int | None
    link_scope: int | None
    message: int


def way(via: Via, purpose: int | None, scope: int | None, message: int) -> Way:
    """Who holds a link may undo what it did, by whatever route: those of one link are the same."""
    return Way(Via(via) if purpose is None else None, purpose, scope, message)


def repeats(standing: Standing | None, by: By) -> bool:
    """Whether the person says a no again that they are known to have said, and not by a form that
    proves no mailbox."""
    if standing is None or standing.status is not Status.UNSUBSCRIBED or not standing.proven:
        return False
    return by.actor is Actor.CONTACT and by.via is not Via.FALLBACK_FORM


def said_anew(place: Place, now: Way, events: Sequence[Event]) -> bool:
    """Whether the no at `place` is more than the same once more, given the `events` from the one
    that made it on: it comes another way, or something happened since that may lead past it."""
    made, *later = events
    return _way(made) != now or any(_leads_past(e, made, place, now) for e in later)


def _way(event: Event) -> Way:
    return way(event.via, event.link_purpose, event.link_scope, event.message)


def _leads_past(event: Event, made: Event, place: Place, now: Way) -> bool:
    """Whether an undo or a confirmation of what `event` did might take the no at `place` away.

    Other noes of the same way do not, such as those of a list that is told each night, but for a
    brand's: it may have ended an exception from the account-wide one.
    """
    if event.kind == Kind.NOTED:
        return False
    if event.record == made.record:
        return event.status == Status.SUBSCRIBED
    no = event.status == Status.UNSUBSCRIBED and event.cause == Cause.CHOICE
    excepted = place == ALL and event.scope_kind == ScopeKind.BRAND
    return not no or excepted or _way(event) != now
