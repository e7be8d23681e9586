"""May this type be mailed to this address now, and why or why not (rules.md, 6)?"""

from __future__ import annotations

from typing import NamedTuple

from app.domain.catalog import Policy, SubscriptionType
from app.domain.standing import BOUNCE, Held, of_type
from app.domain.words import Instant, Reason, Status


class Decision(NamedTuple):
    """The answer: yes or no, its reason, and the date it depends on (end of a pause or consent)."""

    allowed: bool
    reason: Reason
    until: Instant | None = None


SUBSCRIBED = Decision(True, Reason.SUBSCRIBED)
UNSUBSCRIBED = Decision(False, Reason.UNSUBSCRIBED)
AWAITING = Decision(False, Reason.AWAITING_CONFIRMATION)
NOT_SPECIFIED = Decision(True, Reason.NOT_SPECIFIED)
NOT_OPTED_IN = Decision(False, Reason.NOT_OPTED_IN)


def decide(
    type_: SubscriptionType | None,
    held: Held,
    stored_at: Instant | None,
    policy: Policy,
    now: Instant,
) -> Decision:
    """The first rule that applies answers. `stored_at`: when the address was first stored."""
    if type_ is None or type_.archived:
        return Decision(False, Reason.TYPE_INACTIVE)
    if type_.transactional:
        return _transactional(held)
    if not held:
        return _without_choice(type_, stored_at, policy, now)
    if why := held.covered(type_.brand):
        return Decision(False, why)
    said = by_choice(type_, held, stored_at, policy, now)
    if said.reason is Reason.UNSUBSCRIBED:
        return said
    if until := held.paused_until(type_.brand, now):
        return Decision(False, Reason.PAUSED, until)
    return said


def _transactional(held: Held) -> Decision:
    if held.opted_out(BOUNCE):
        return Decision(False, Reason.BOUNCED)
    return Decision(True, Reason.TRANSACTIONAL)


def by_choice(
    type_: SubscriptionType, held: Held, stored_at: Instant | None, policy: Policy, now: Instant
) -> Decision:
    """What the choice about the type says, whatever covers or pauses it."""
    choice = held.get(of_type(type_.id))
    if choice is None:
        if type_.confirms and held.awaits(type_.id, now):
            return AWAITING
        return _without_choice(type_, stored_at, policy, now)
    if choice.status is Status.UNSUBSCRIBED:
        return UNSUBSCRIBED
    if choice.basis_ends is None:
        return SUBSCRIBED
    if choice.basis_ends <= now:
        return Decision(False, Reason.CONSENT_EXPIRED, choice.basis_ends)
    return Decision(True, Reason.SUBSCRIBED, choice.basis_ends)


def _without_choice(
    type_: SubscriptionType, stored_at: Instant | None, policy: Policy, now: Instant
) -> Decision:
    """Nothing was said. Turning data privacy off makes nobody mailable who was stored before."""
    closed = type_.confirms or not type_.public or policy.data_privacy
    if closed or stored_before(stored_at, policy.off_since, now):
        return NOT_OPTED_IN
    return NOT_SPECIFIED


def stored_before(stored_at: Instant | None, off: Instant | None, now: Instant) -> bool:
    """Whether an address was stored before data privacy was turned `off`, if it ever was. One that
    is stored later than now was stored by a clock that was ahead: nobody knows when."""
    if off is None or stored_at is None:
        return False
    return stored_at < off or stored_at > now
