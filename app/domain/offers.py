"""What an admin may do about one address, verb by verb: allowed, or refused and why (rules.md, 3).

Each is judged as the one writer will judge it, so that no button promises what is then refused.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from app.domain.catalog import Policy, SubscriptionType
from app.domain.changes import By, Change, Hand, Lift, Subscribe, Unsubscribe
from app.domain.judging import judge
from app.domain.lifting import Needs
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, Place, Standing, of_brand, of_type
from app.domain.words import ACCOUNT, DAY, Actor, Basis, Cause, Instant, Reason, Scope, Status, Via

ENDS_SOON = 30 * DAY


class Verb(StrEnum):
    """What can be done, by the noun that its address ends with."""

    SUBSCRIBE = "subscription"
    RESUBSCRIBE = "resubscription"
    RENEW = "renewal"
    UNSUBSCRIBE = "unsubscription"
    OPT_OUT = "opt-out"
    REMOVE_OPT_OUT = "opt-out-removal"
    LIFT_BOUNCE = "bounce-lift"
    LIFT_COMPLAINT = "complaint-lift"


OF_TYPES = (Verb.SUBSCRIBE, Verb.RESUBSCRIBE, Verb.RENEW)
"""The verbs that subscribe a type."""


class Offer(NamedTuple):
    """A verb, and why it is refused, if it is."""

    verb: Verb
    refused: Reason | None = None


def for_type(type_: SubscriptionType, held: Held, policy: Policy, now: Instant) -> list[Offer]:
    """What stands beside a type. A transactional one takes no status, so there is nothing."""
    if type_.transactional:
        return []
    standing, subscribe = held.get(of_type(type_.id)), Subscribe(type_)
    if standing is None:
        return [_offer(Verb.SUBSCRIBE, subscribe, held, policy, now)]
    if standing.status is Status.UNSUBSCRIBED:
        return [_offer(Verb.RESUBSCRIBE, subscribe, held, policy, now)]
    renew = [_renewal(subscribe, held, policy, now)] if ends_soon(standing, now) else []
    return [*renew, Offer(Verb.UNSUBSCRIBE)]


def for_brand(brand: int, held: Held, policy: Policy, now: Instant) -> Offer:
    """What stands beside all email of a brand."""
    return _for_everything(of_brand(brand), held, policy, now)


def for_account(held: Held, policy: Policy, now: Instant) -> Offer:
    """What stands beside all email of every brand."""
    return _for_everything(ALL, held, policy, now)


def for_bounce(held: Held, policy: Policy, now: Instant) -> Offer:
    """What stands beside a bounce."""
    return _offer(Verb.LIFT_BOUNCE, Lift(BOUNCE), held, policy, now)


def for_complaint(held: Held, policy: Policy, now: Instant) -> Offer:
    """What stands beside a complaint: only the person takes it back."""
    return _offer(Verb.LIFT_COMPLAINT, Lift(COMPLAINT), held, policy, now)


def ends_soon(standing: Standing, now: Instant) -> bool:
    """Whether a consent has ended, or ends within thirty days."""
    return standing.basis_ends is not None and standing.basis_ends <= now + ENDS_SOON


def change(verb: Verb, scope: Scope, type_: SubscriptionType | None) -> Change:
    """What the one writer is asked for. `type_` where the scope is one's."""
    if verb in OF_TYPES and type_ is not None:
        return Subscribe(type_)
    if verb in (Verb.UNSUBSCRIBE, Verb.OPT_OUT):
        return Unsubscribe(scope, type_)
    if verb is Verb.REMOVE_OPT_OUT:
        return Lift(Place(scope, Cause.CHOICE))
    return Lift(Place(ACCOUNT, CAUSES[verb]))


CAUSES = {Verb.LIFT_BOUNCE: Cause.BOUNCE, Verb.LIFT_COMPLAINT: Cause.COMPLAINT}


def needs(verb: Verb, change: Change, held: Held, policy: Policy, now: Instant) -> Needs:
    """What the form asks for: what is lacking where nothing is filled in. A renewal is nothing
    without a basis and what explains it."""
    if verb is Verb.RENEW:
        return Needs.BASIS_AND_EXPLANATION
    bare = replace(_complete(policy, now), basis=None, explained=False)
    return LACKING.get(judge(held, change, bare).refused, Needs.NOTHING)


LACKING: dict[Reason | None, Needs] = {
    Reason.LEGAL_BASIS_REQUIRED: Needs.BASIS_AND_EXPLANATION,
    Reason.EXPLANATION_REQUIRED: Needs.EXPLANATION,
}


def _for_everything(place: Place, held: Held, policy: Policy, now: Instant) -> Offer:
    if not held.opted_out(place):
        return Offer(Verb.OPT_OUT)
    return _offer(Verb.REMOVE_OPT_OUT, Lift(place), held, policy, now)


def _offer(verb: Verb, change: Change, held: Held, policy: Policy, now: Instant) -> Offer:
    return Offer(verb, judge(held, change, _complete(policy, now)).refused)


def _renewal(change: Change, held: Held, policy: Policy, now: Instant) -> Offer:
    """A consent of the person's own is renewed by the person only: ours would change nothing."""
    verdict = judge(held, change, _complete(policy, now))
    changes_nothing = verdict.refused is None and not verdict.effects
    return Offer(Verb.RENEW, Reason.NOT_PERMITTED if changes_nothing else verdict.refused)


def _complete(policy: Policy, now: Instant) -> By:
    """An admin who has filled in everything."""
    return By(Actor.USER, Via.ADMIN, Hand.USER, now, policy, Basis.NON_GDPR, explained=True)
