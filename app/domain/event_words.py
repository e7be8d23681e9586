"""What an event did, as people are told of it: one word each, said in words by a template."""

from __future__ import annotations

from enum import StrEnum

from app.domain.ledger import Event
from app.domain.words import Cause, Kind, ScopeKind, Status


class Did(StrEnum):
    """What an event did."""

    SUBSCRIBED = "subscribed"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    ENDED = "ended"
    """A subscription, or an answer about a type, that holds no more."""
    LEFT_BRAND = "left-brand"
    BRAND_LIFTED = "brand-lifted"
    EXCEPTED = "excepted"
    EXCEPTION_ENDED = "exception-ended"
    LEFT_ALL = "left-all"
    ALL_LIFTED = "all-lifted"
    BOUNCED = "bounced"
    BOUNCE_LIFTED = "bounce-lifted"
    COMPLAINED = "complained"
    COMPLAINT_LIFTED = "complaint-lifted"
    PAUSED = "paused"
    RESUMED = "resumed"
    ASKED = "asked"
    ANSWERED = "answered"
    """A request to confirm by mail that is closed."""
    NOTED = "noted"


_STANDS_OR_FALLS = {
    Cause.BOUNCE: (Did.BOUNCED, Did.BOUNCE_LIFTED),
    Cause.COMPLAINT: (Did.COMPLAINED, Did.COMPLAINT_LIFTED),
    Cause.PAUSE: (Did.PAUSED, Did.RESUMED),
    Cause.REQUEST: (Did.ASKED, Did.ANSWERED),
}
_CHOICES = {
    (ScopeKind.TYPE, Status.SUBSCRIBED): Did.SUBSCRIBED,
    (ScopeKind.TYPE, Status.UNSUBSCRIBED): Did.UNSUBSCRIBED,
    (ScopeKind.TYPE, Status.NOT_SPECIFIED): Did.ENDED,
    (ScopeKind.BRAND, Status.SUBSCRIBED): Did.EXCEPTED,
    (ScopeKind.BRAND, Status.UNSUBSCRIBED): Did.LEFT_BRAND,
    (ScopeKind.BRAND, Status.NOT_SPECIFIED): Did.BRAND_LIFTED,
    (ScopeKind.ACCOUNT, Status.UNSUBSCRIBED): Did.LEFT_ALL,
    (ScopeKind.ACCOUNT, Status.NOT_SPECIFIED): Did.ALL_LIFTED,
}


def what(event: Event, ended_exception: bool = False) -> Did:
    """What `event` did. `ended_exception`: what it ended was a brand's exception."""
    if event.kind == Kind.NOTED:
        return Did.NOTED
    if event.kind == Kind.CONFIRMED:
        return Did.CONFIRMED
    if event.cause in _STANDS_OR_FALLS:
        stands, falls = _STANDS_OR_FALLS[Cause(event.cause)]
        return stands if event.status or event.until else falls
    if ended_exception:
        return Did.EXCEPTION_ENDED
    return _CHOICES.get((ScopeKind(event.scope_kind), Status(event.status)), Did.NOTED)
