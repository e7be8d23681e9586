"""A no that is said again: whether it is said anew, or is the same no (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.changes import By, Change, Report, Unsubscribe, Verdict
from app.domain.judging import UNDONE_BY_USERS
from app.domain.ledger import Event
from app.domain.standing import Held, Place, Standing
from app.domain.words import ACCOUNT, Actor, Cause, Kind, Status, Via

FIRST_RESTORED = 3
"""No event restores a no before one said it and another took it away."""

REPORTERS = frozenset({Actor.COMPLAINT, Actor.BOUNCE})
"""Who tells what the mail system knows."""


class Way(NamedTuple):
    """How a no comes: through which link of which mailing or, where none, by which route, and in
    the admin by which user."""

    via: Via | None
    link_purpose: int | None
    link_scope: int | None
    message: int
    user: str | None = None


def way(
    via: Via, purpose: int | None, scope: int | None, message: int, reference: str | None = None
) -> Way:
    """Who holds a link may undo what it did, by whatever route: those of one link are the same. A
    user may undo what they did to one contact, and not what another did."""
    user = reference if via == Via.ADMIN else None
    return Way(Via(via) if purpose is None else None, purpose, scope, message, user)


def repeats(standing: Standing | None, by: By) -> bool:
    """Whether the person says a no again that they are known to have said or, by the form that
    proves no mailbox, may have said; or a user, for one contact, one that a user said so; or the
    mail system tells of one again."""
    if standing is None or standing.status is not Status.UNSUBSCRIBED:
        return False
    if by.via is Via.ADMIN:
        return standing.via is Via.ADMIN
    if by.actor is not Actor.CONTACT:
        return by.actor in REPORTERS
    return standing.by_contact and standing.proven is (by.via is not Via.FALLBACK_FORM)


def said_anew(now: Way, events: Sequence[Event]) -> bool:
    """Whether a no is more than the same once more, given the `events` from the one that made it
    on: it comes another way, over what an undo restored, or after what may lead past it. What the
    mail system tells is the same whichever way it comes: no undo reaches it."""
    made, *later = events
    restored = made.undone is not None
    another_way = made.cause == Cause.CHOICE and _way(made) != now
    return restored or another_way or any(_leads_past(e, made) for e in later)


def _way(event: Event) -> Way:
    link = event.link_purpose, event.link_scope, event.message
    return way(event.via, *link, event.reference)


def _leads_past(event: Event, made: Event) -> bool:
    """Whether an undo or a confirmation of what `event` did, or of what came of it, might take away
    the no that `made` is. Another no leads past none: lists of them may be told each night."""
    if event.kind == Kind.NOTED or event.status == Status.UNSUBSCRIBED:
        return False
    return event.record != made.record or event.status == Status.SUBSCRIBED


def said_again(held: Held, changes: Sequence[Change], verdicts: Sequence[Verdict]) -> list[Place]:
    """Where these changes say a no again that users may take back, and leave no event of it."""
    return [
        place
        for change, verdict in zip(changes, verdicts, strict=True)
        if (place := no_of(change))
        and (standing := held.get(place))
        and _leaves_no_event(place, standing, verdict)
    ]


def no_of(change: Change) -> Place | None:
    """Where `change` says no; None where it says something else."""
    match change:
        case Unsubscribe(scope):
            return Place(scope, Cause.CHOICE)
        case Report(cause):
            return Place(ACCOUNT, cause)
    return None


def _leaves_no_event(place: Place, standing: Standing, verdict: Verdict) -> bool:
    stands = standing.status is Status.UNSUBSCRIBED and standing.via in UNDONE_BY_USERS
    told = verdict.refused or any(effect.place == place for effect in verdict.effects)
    return stands and not standing.by_contact and not told
