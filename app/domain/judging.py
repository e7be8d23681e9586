"""Each change judged against what holds now, and what it then leaves (rules.md, 3)."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.catalog import SubscriptionType
from app.domain.changes import (
    UNCHANGED,
    Ask,
    By,
    Change,
    End,
    Except,
    Hand,
    Lift,
    Note,
    Pause,
    Report,
    Resume,
    Subscribe,
    Unsubscribe,
    Verdict,
)
from app.domain.lifting import Needs, lacks, lacks_for_a_type, lacks_for_more
from app.domain.limits import PAUSE_BETWEEN
from app.domain.standing import (
    ALL,
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
    MINUTE,
    Actor,
    Cause,
    Instant,
    Kind,
    Reason,
    Scope,
    ScopeKind,
    Status,
    Via,
)

UNDONE_BY_USERS = frozenset({Via.IMPORT, Via.BULK_EDIT, Via.ADMIN})
"""What users take back: whole runs, and what they did to one contact."""


def settle(held: Held, changes: Sequence[Change], by: By) -> list[Verdict]:
    """Judge `changes` one after the other, each against what the former ones leave."""
    if len(changes) == 1:
        return [judge(held, changes[0], by)]
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
            return _report(held, cause, happened_at, by)
        case Pause(brand, until):
            return _pause(held, brand, until, by)
        case Resume(brand):
            return _resume(held, brand, by)
        case Ask(type_, until):
            return _ask(held, type_, until, by)
        case Note(scope):
            return _one(Kind.NOTED, Place(scope, Cause.CHOICE))
        case End(place):
            return _end(held, place)


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
    if why := _takes_no_yes(type_):
        return Verdict(refused=why)
    if by.hand is not Hand.CONTACT and (why := held.covered(type_.brand)):
        return Verdict(refused=why)
    standing = held.get(of_type(type_.id))
    if standing is None:
        return _first_yes(type_, by)
    if standing.status is Status.SUBSCRIBED:
        return _repeated_yes(standing, type_, by)
    if why := lacks_for_a_type(standing, by):
        return Verdict(refused=Reason.UNSUBSCRIBED if why is Reason.NOT_PERMITTED else why)
    return _one(Kind.CHANGED, of_type(type_.id), Status.SUBSCRIBED)


def _takes_no_yes(type_: SubscriptionType) -> Reason | None:
    if type_.transactional:
        return Reason.TRANSACTIONAL
    return Reason.TYPE_INACTIVE if type_.archived else None


def _first_yes(type_: SubscriptionType, by: By) -> Verdict:
    needs = by.policy.data_privacy and by.hand is not Hand.CONTACT
    if why := lacks(Needs.BASIS_AND_EXPLANATION if needs else Needs.NOTHING, by):
        return Verdict(refused=why)
    return _one(Kind.CHANGED, of_type(type_.id), Status.SUBSCRIBED)


def _repeated_yes(standing: Standing, type_: SubscriptionType, by: By) -> Verdict:
    """No change, unless the person's own yes or a longer basis adds evidence (CONFIRMED)."""
    if standing.own_word:
        return UNCHANGED
    longer = by.basis is not None and _ends_later(by.basis_ends, standing.basis_ends)
    if by.hand is Hand.CONTACT or longer:
        return _one(Kind.CONFIRMED, of_type(type_.id), Status.SUBSCRIBED)
    return UNCHANGED


def _ends_later(new: Instant | None, old: Instant | None) -> bool:
    return old is not None and (new is None or new > old)


def _unsubscribe(held: Held, scope: Scope, type_: SubscriptionType | None, by: By) -> Verdict:
    if scope.kind is ScopeKind.TYPE and type_ and type_.transactional:
        return Verdict(refused=Reason.TRANSACTIONAL)
    place = Place(scope, Cause.CHOICE)
    ended = _ending_exceptions(held) if scope == ACCOUNT else ()
    if not held.opted_out(place):
        return Verdict((Effect(Kind.CHANGED, place, Status.UNSUBSCRIBED), *ended))
    if _strengthens(place, held[place], by):
        return Verdict((Effect(Kind.STRENGTHENED, place, Status.UNSUBSCRIBED), *ended))
    return Verdict(ended)


def _strengthens(place: Place, standing: Standing, by: By) -> bool:
    """Whether the person's own no comes over another's, a proven one over an unproven one, one of
    another maker over what users may take back, or one is said anew, so that an undo of the
    earlier cannot take the later away."""
    if by.actor is not Actor.CONTACT:
        return place in by.anew or _outlasts(standing, by)
    if not standing.by_contact or place in by.anew:
        return True
    return by.via is not Via.FALLBACK_FORM and not standing.proven


def _outlasts(standing: Standing, by: By) -> bool:
    """Whether a no of one maker comes over another's that a user may take back."""
    another = (by.actor, by.via) != (standing.actor, standing.via)
    return another and standing.via in UNDONE_BY_USERS and not standing.by_contact


def _ending_exceptions(held: Held) -> tuple[Effect, ...]:
    """An exception ends with the opt-out it excepts from, and with each new one (rules.md, 3)."""
    return tuple(Effect(Kind.CHANGED, place) for place in held.exceptions())


def _lift(held: Held, place: Place, by: By) -> Verdict:
    if not held.opted_out(place):
        return UNCHANGED
    if place.scope.kind is ScopeKind.TYPE:
        return Verdict(refused=Reason.NOT_PERMITTED)  # that is Subscribe's, by its own table
    if why := lacks_for_more(place, held[place], by):
        return Verdict(refused=why)
    ended = _ending_exceptions(held) if place == ALL else ()
    return Verdict((Effect(Kind.CHANGED, place), *ended))


def _except(held: Held, brand: int, by: By) -> Verdict:
    if by.hand is not Hand.CONTACT:
        return Verdict(refused=Reason.NOT_PERMITTED)
    if held.excepts(brand) or not held.opted_out(ALL):
        return UNCHANGED
    return _one(Kind.CHANGED, of_brand(brand), Status.SUBSCRIBED)


def _report(held: Held, cause: Cause, happened_at: Instant, by: By) -> Verdict:
    """Feedback older than the person's latest yes is kept and shown, and changes nothing. A yes
    whose time is yet to come was said before it, under a clock that was ahead."""
    place = Place(ACCOUNT, cause)
    yes = (s for s in held.values() if s.by_contact and s.status is Status.SUBSCRIBED)
    said_yes = [s.at for s in yes if s.at < by.at + MINUTE]
    if happened_at < max(said_yes, default=happened_at):
        return _one(Kind.NOTED, place)
    if not held.opted_out(place):
        return _one(Kind.CHANGED, place, Status.UNSUBSCRIBED)
    if place in by.anew or _outlasts(held[place], by):
        return _one(Kind.STRENGTHENED, place, Status.UNSUBSCRIBED)
    return UNCHANGED


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


def _ask(held: Held, type_: SubscriptionType, until: Instant, by: By) -> Verdict:
    """No second request while the mail of the first may still be on its way. One whose time is yet
    to come was opened under a clock that was ahead."""
    if why := _takes_no_yes(type_):
        return Verdict(refused=why)
    asked = held.get(request_of(type_.id))
    if asked and held.awaits(type_.id, by.at) and abs(by.at - asked.at) < PAUSE_BETWEEN:
        return UNCHANGED
    return _one(Kind.REQUESTED, request_of(type_.id), until=until)


def _one(
    kind: Kind,
    place: Place,
    status: Status = Status.NOT_SPECIFIED,
    until: Instant | None = None,
) -> Verdict:
    return Verdict((Effect(kind, place, status, until),))


def _end(held: Held, place: Place) -> Verdict:
    """Opt-outs, suppressions and pauses stay."""
    ends = place.cause is Cause.REQUEST or held.status(place) is Status.SUBSCRIBED
    return _one(Kind.CHANGED, place) if ends and place in held else UNCHANGED
