"""What an address's choices amount to, so that nobody mails whom we would not (rules.md, 9)."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.catalog import Policy, SubscriptionType
from app.domain.decision import Decision, decide
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    Standing,
    of_brand,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import Cause, Instant, Reason, ScopeKind, Status

YES = {
    Reason.SUBSCRIBED: Status.SUBSCRIBED,
    Reason.TRANSACTIONAL: Status.SUBSCRIBED,
    Reason.NOT_SPECIFIED: Status.NOT_SPECIFIED,
}


class Effective(NamedTuple):
    """One type as a sender may see it: the status, and the send decision that it comes from.
    `at`: the last event that concerns the type, else its creation."""

    type: SubscriptionType
    status: Status
    decision: Decision
    choice: Standing | None
    at: Instant

    @property
    def place(self) -> Place:
        """Where the choice about the type stands."""
        return of_type(self.type.id)


def effective(
    type_: SubscriptionType, held: Held, stored_at: Instant | None, policy: Policy, now: Instant
) -> Effective:
    """The status of one type."""
    decision = decide(type_, held, stored_at, policy, now)
    choice = held.get(of_type(type_.id))
    return Effective(type_, _status(decision, policy), decision, choice, _at(type_, held))


def _status(decision: Decision, policy: Policy) -> Status:
    """A no is UNSUBSCRIBED, unless nothing was said yet and data privacy makes that a no."""
    if decision.allowed:
        return YES[decision.reason]
    unasked = decision.reason is Reason.NOT_OPTED_IN
    return Status.NOT_SPECIFIED if unasked and policy.data_privacy else Status.UNSUBSCRIBED


def _at(type_: SubscriptionType, held: Held) -> Instant:
    concerned = (
        *(BOUNCE, COMPLAINT, ALL, of_brand(type_.brand), pause_of(type_.brand)),
        *(of_type(type_.id), request_of(type_.id)),
    )
    return max((held[place].at for place in concerned if place in held), default=type_.created_at)


class Wide(NamedTuple):
    """An opt-out of everything or a suppression as HubSpot's clients know it, or an exception.
    `brand` None: of the account."""

    brand: int | None
    status: Status
    at: Instant


def wide(held: Held) -> list[Wide]:
    """What stands above the types. A suppression is told as the account's opt-out, and leaves no
    exception: none of them would be mailed."""
    account = [held[place] for place in (BOUNCE, COMPLAINT, ALL) if held.opted_out(place)]
    suppressed = held.opted_out(BOUNCE) or held.opted_out(COMPLAINT)
    found = []
    if account:
        found.append(Wide(None, Status.UNSUBSCRIBED, max(s.at for s in account)))
    for place, standing in sorted(held.items()):
        of_a_brand = place.scope.kind is ScopeKind.BRAND and place.cause is Cause.CHOICE
        if of_a_brand and (standing.status is Status.UNSUBSCRIBED or not suppressed):
            found.append(Wide(place.scope.id, standing.status, standing.at))
    return found
