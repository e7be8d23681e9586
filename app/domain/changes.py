"""Who may change what: each change judged against what holds now (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from app.domain.catalog import Policy, SubscriptionType
from app.domain.standing import (
    ALL,
    COMPLAINT,
    Effect,
    Held,
    Place,
    Standing,
    of_brand,
    of_type,
    pause_of,
    request_of,
)
from app.domain.words import (
    ACCOUNT,
    Actor,
    Basis,
    Cause,
    Instant,
    Kind,
    Reason,
    Scope,
    Status,
    Via,
)


class Hand(Enum):
    """By what hand a change comes: the columns of the lifting tables."""

    CONTACT = "the person"
    USER = "an admin, for one contact"
    API = "a program, for one address, by v4 or /api/v1"
    USER_BULK = "an admin, for many"
    API_BATCH = "a program, for many"
    API_V3 = "a program, by v3"
    AUTOMATIC = "an import, a workflow, or feedback of the mail system"


class Needs(Enum):
    """What a lift asks for."""

    NOTHING = "yes"
    EXPLANATION = "an explanation"
    EXPLANATION_AND_BASIS_WITH_PRIVACY = "an explanation, with data privacy on also the basis"
    BASIS_AND_EXPLANATION = "basis and explanation"
    NEVER = "no"


class Made(Enum):
    """What stands, as the lifting tables tell it apart."""

    BY_CONTACT = "choice made by CONTACT"
    BY_OTHERS = "choice made by anyone else"
    BY_FALLBACK_FORM = "choice made by CONTACT with the fallback form"
    BOUNCE = "a hard bounce"
    COMPLAINT = "a complaint"


_YES, _NO = Needs.NOTHING, Needs.NEVER
_BOTH, _WORDS = Needs.BASIS_AND_EXPLANATION, Needs.EXPLANATION
_BULK = Needs.EXPLANATION_AND_BASIS_WITH_PRIVACY
_COLUMNS = (
    Hand.CONTACT,
    Hand.USER,
    Hand.API,
    Hand.USER_BULK,
    Hand.API_BATCH,
    Hand.API_V3,
    Hand.AUTOMATIC,
)

LIFTING_A_TYPE = {
    Made.BY_CONTACT: dict(zip(_COLUMNS, (_YES, _BOTH, _BOTH, _NO, _NO, _NO, _NO), strict=True)),
    Made.BY_OTHERS: dict(zip(_COLUMNS, (_YES, _BOTH, _BOTH, _BULK, _BULK, _NO, _NO), strict=True)),
}
LIFTING_MORE = {
    Made.BY_CONTACT: dict(zip(_COLUMNS, (_YES, _NO, _NO, _NO, _NO, _NO, _NO), strict=True)),
    Made.BY_FALLBACK_FORM: dict(zip(_COLUMNS, (_YES, _BOTH, _NO, _NO, _NO, _NO, _NO), strict=True)),
    Made.BY_OTHERS: dict(
        zip(_COLUMNS, (_YES, _WORDS, _WORDS, _WORDS, _WORDS, _NO, _NO), strict=True)
    ),
    Made.BOUNCE: dict(zip(_COLUMNS, (_YES, _WORDS, _WORDS, _WORDS, _WORDS, _NO, _NO), strict=True)),
    Made.COMPLAINT: dict(zip(_COLUMNS, (_YES, _NO, _NO, _NO, _NO, _NO, _NO), strict=True)),
}


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe one type."""

    type: SubscriptionType


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Opt out of a type, a brand or the account. `type` where the type is known."""

    scope: Scope
    type: SubscriptionType | None = None


@dataclass(frozen=True, slots=True)
class Lift:
    """Take away an opt-out of everything, or a suppression."""

    place: Place


@dataclass(frozen=True, slots=True)
class Except:
    """Let a brand mail all the same under an account-wide opt-out. Only CONTACT may."""

    brand: int


@dataclass(frozen=True, slots=True)
class Report:
    """A bounce or a complaint that the mail system tells of, with the time it happened."""

    cause: Cause
    happened_at: Instant


@dataclass(frozen=True, slots=True)
class Pause:
    """No mail of a brand until a moment. Only CONTACT may."""

    brand: int
    until: Instant


@dataclass(frozen=True, slots=True)
class Resume:
    """End a pause early. Only CONTACT may."""

    brand: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Open a request to confirm a type by mail, until a moment."""

    type: SubscriptionType
    until: Instant


@dataclass(frozen=True, slots=True)
class Note:
    """Add evidence that changes nothing, such as a reason given afterwards."""

    scope: Scope


Change = Subscribe | Unsubscribe | Lift | Except | Report | Pause | Resume | Ask | Note


@dataclass(frozen=True, slots=True)
class By:
    """Who makes a change, by what hand and route, when, with what to show for it."""

    actor: Actor
    via: Via
    hand: Hand
    at: Instant
    policy: Policy = Policy()
    basis: Basis | None = None
    basis_ends: Instant | None = None
    explained: bool = False


class Verdict(NamedTuple):
    """What becomes of a change. No reason and no effect: it held already."""

    effects: tuple[Effect, ...] = ()
    refused: Reason | None = None


UNCHANGED = Verdict()


def settle(held: Held, changes: Iterable[Change], by: By) -> list[Verdict]:
    """Judge `changes` one after the other, each against what the former ones leave."""
    held, verdicts = Held(held), []
    for change in changes:
        verdicts.append(verdict := judge(held, change, by))
        for effect in verdict.effects:
            take(held, effect, by, number=0)
    return verdicts


def judge(held: Held, change: Change, by: By) -> Verdict:
    """Judge one change against what holds now (rules.md, 3)."""
    match change:
        case Subscribe(type_):
            return _subscribe(held, type_, by)
        case Unsubscribe(scope, type_known):
            return _unsubscribe(held, scope, type_known, by)
        case Lift(place):
            return _lift(held, place, by)
        case Except(brand):
            return _except(held, brand, by)
        case Report(cause, happened_at):
            return _report(held, cause, happened_at)
        case Pause(brand, until):
            return _pause(held, brand, until, by)
        case Resume(brand):
            return _resume(held, brand, by)
        case Ask(type_, until):
            return _one(Kind.REQUESTED, request_of(type_.id), until=until)
        case Note(scope):
            return _one(Kind.NOTED, Place(scope, Cause.CHOICE))


def take(held: Held, effect: Effect, by: By, number: int) -> None:
    """Let `effect`, as event `number`, change what is held."""
    if effect.kind is Kind.NOTED:
        return
    if effect.undone is not None:
        standing = effect.restored and effect.restored._replace(number=number)
    elif effect.status is Status.NOT_SPECIFIED and effect.until is None:
        standing = None
    else:
        standing = Standing(
            effect.status,
            by.actor,
            by.via,
            by.at,
            number,
            effect.until,
            by.basis,
            by.basis_ends,
        )
    if standing:
        held[effect.place] = standing
    else:
        held.pop(effect.place, None)


def _subscribe(held: Held, type_: SubscriptionType, by: By) -> Verdict:
    if type_.transactional:
        return Verdict(refused=Reason.TRANSACTIONAL)
    if type_.archived:
        return Verdict(refused=Reason.TYPE_INACTIVE)
    if by.hand is not Hand.CONTACT and (why := held.covered(type_.brand)):
        return Verdict(refused=why)
    standing = held.get(of_type(type_.id))
    if standing is None:
        return _first_yes(type_, by)
    if standing.status is Status.SUBSCRIBED:
        return _repeated_yes(standing, type_, by)
    if why := _missing(LIFTING_A_TYPE[_made_by(standing)][by.hand], by):
        return Verdict(refused=Reason.UNSUBSCRIBED if why is Reason.NOT_PERMITTED else why)
    return _one(Kind.CHANGED, of_type(type_.id), Status.SUBSCRIBED)


def _first_yes(type_: SubscriptionType, by: By) -> Verdict:
    needs = by.policy.data_privacy and by.hand is not Hand.CONTACT
    if why := _missing(Needs.BASIS_AND_EXPLANATION if needs else Needs.NOTHING, by):
        return Verdict(refused=why)
    return _one(Kind.CHANGED, of_type(type_.id), Status.SUBSCRIBED)


def _repeated_yes(standing: Standing, type_: SubscriptionType, by: By) -> Verdict:
    """No change, unless the person's own yes or a longer basis adds evidence (CONFIRMED)."""
    if standing.by_contact:
        return UNCHANGED
    longer = by.basis is not None and _ends_later(by.basis_ends, standing.basis_ends)
    if by.hand is Hand.CONTACT or longer:
        return _one(Kind.CONFIRMED, of_type(type_.id), Status.SUBSCRIBED)
    return UNCHANGED


def _ends_later(new: Instant | None, old: Instant | None) -> bool:
    return old is not None and (new is None or new > old)


def _unsubscribe(held: Held, scope: Scope, type_: SubscriptionType | None, by: By) -> Verdict:
    if type_ and type_.transactional:
        return Verdict(refused=Reason.TRANSACTIONAL)
    place = Place(scope, Cause.CHOICE)
    ended = _ending_exceptions(held) if scope == ACCOUNT else ()
    if not held.opted_out(place):
        return Verdict((Effect(Kind.CHANGED, place, Status.UNSUBSCRIBED), *ended))
    if _strengthens(held[place], by):
        return Verdict((Effect(Kind.STRENGTHENED, place, Status.UNSUBSCRIBED), *ended))
    return Verdict(ended)


def _strengthens(standing: Standing, by: By) -> bool:
    """Whether the person's own no comes over another's, or a proven one over an unproven one."""
    if by.actor is not Actor.CONTACT:
        return False
    unproven = standing.via is Via.FALLBACK_FORM and by.via is not Via.FALLBACK_FORM
    return not standing.by_contact or unproven


def _ending_exceptions(held: Held) -> tuple[Effect, ...]:
    """An exception ends with the opt-out it excepts from, and with each new one (rules.md, 3)."""
    return tuple(Effect(Kind.CHANGED, place) for place in held.exceptions())


def _lift(held: Held, place: Place, by: By) -> Verdict:
    if not held.opted_out(place):
        return UNCHANGED
    if why := _missing(LIFTING_MORE[_made(held[place], place)][by.hand], by):
        return Verdict(refused=why)
    ended = _ending_exceptions(held) if place == ALL else ()
    return Verdict((Effect(Kind.CHANGED, place), *ended))


def _except(held: Held, brand: int, by: By) -> Verdict:
    if by.hand is not Hand.CONTACT:
        return Verdict(refused=Reason.NOT_PERMITTED)
    if held.excepts(brand) or not held.opted_out(ALL):
        return UNCHANGED
    return _one(Kind.CHANGED, of_brand(brand), Status.SUBSCRIBED)


def _report(held: Held, cause: Cause, happened_at: Instant) -> Verdict:
    """Feedback older than the person's latest yes is kept and shown, and changes nothing."""
    place = Place(ACCOUNT, cause)
    said_yes = [s.at for s in held.values() if s.by_contact and s.status is Status.SUBSCRIBED]
    if happened_at < max(said_yes, default=happened_at):
        return _one(Kind.NOTED, place)
    return UNCHANGED if held.opted_out(place) else _one(Kind.CHANGED, place, Status.UNSUBSCRIBED)


def _pause(held: Held, brand: int, until: Instant, by: By) -> Verdict:
    if by.hand is not Hand.CONTACT:
        return Verdict(refused=Reason.NOT_PERMITTED)
    if held.paused_until(brand, by.at) == until:
        return UNCHANGED
    return _one(Kind.PAUSED, pause_of(brand), until=until)


def _resume(held: Held, brand: int, by: By) -> Verdict:
    if by.hand is not Hand.CONTACT:
        return Verdict(refused=Reason.NOT_PERMITTED)
    if held.paused_until(brand, by.at) is None:
        return UNCHANGED
    return _one(Kind.RESUMED, pause_of(brand))


def _one(
    kind: Kind,
    place: Place,
    status: Status = Status.NOT_SPECIFIED,
    until: Instant | None = None,
) -> Verdict:
    return Verdict((Effect(kind, place, status, until),))


def _made_by(standing: Standing) -> Made:
    return Made.BY_CONTACT if standing.by_contact else Made.BY_OTHERS


def _made(standing: Standing, place: Place) -> Made:
    if place.cause is Cause.BOUNCE:
        return Made.BOUNCE
    if place == COMPLAINT:
        return Made.COMPLAINT
    if standing.via is Via.FALLBACK_FORM:
        return Made.BY_FALLBACK_FORM
    return _made_by(standing)


def _missing(needs: Needs, by: By) -> Reason | None:
    """What the change lacks of what it needs, or None."""
    wants_basis = needs is Needs.BASIS_AND_EXPLANATION or (
        needs is Needs.EXPLANATION_AND_BASIS_WITH_PRIVACY and by.policy.data_privacy
    )
    if needs is Needs.NEVER:
        return Reason.NOT_PERMITTED
    if needs is Needs.NOTHING:
        return None
    if wants_basis and by.basis is None:
        return Reason.LEGAL_BASIS_REQUIRED
    return None if by.explained else Reason.EXPLANATION_REQUIRED
