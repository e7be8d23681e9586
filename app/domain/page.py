"""What the preference page shows an address, and what a saved form answers (rules.md, 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.catalog import Brand, Policy, SubscriptionType
from app.domain.changes import Ask, Change, Except, Lift, Subscribe, Unsubscribe
from app.domain.decision import by_choice
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    of_brand,
    of_type,
)
from app.domain.words import ACCOUNT, DAY, Cause, Instant, Scope, Status

CONFIRMATION_LASTS = 7 * DAY
PAUSE_DAYS = (30, 60, 90)


class Box(NamedTuple):
    """One kind of email, whether it comes, and whether it waits for a confirmation by mail."""

    type: SubscriptionType
    ticked: bool
    awaits: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A saved form: each type it showed and whether its box was rendered ticked, what is ticked
    now, and the address's event number when it was rendered, with that event's mark, by which it is
    known again. A form that carries no mark is taken at its word."""

    rendered: Mapping[int, bool]
    ticked: frozenset[int]
    number: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The changes a form asks for, and the types whose tick a stale form could not apply."""

    changes: tuple[Change, ...]
    not_applied: tuple[SubscriptionType, ...] = ()


@dataclass(frozen=True, slots=True)
class Touched:
    """A place that an event later than the form touched, and whether it opted out there."""

    place: Place
    opted_out: bool


def listed(brand: Brand, held: Held) -> tuple[SubscriptionType, ...]:
    """The types with a box: the public ones, and the private ones this address gets."""
    return tuple(
        type_
        for type_ in brand.types
        if not type_.archived
        and not type_.transactional
        and (type_.public or held.status(of_type(type_.id)) is Status.SUBSCRIBED)
    )


def transactional(brand: Brand) -> tuple[SubscriptionType, ...]:
    """The types that come whatever was chosen."""
    return tuple(t for t in brand.types if t.transactional and not t.archived)


def boxes(
    brand: Brand, held: Held, stored_at: Instant | None, policy: Policy, now: Instant
) -> list[Box]:
    """The types with a box. It is ticked where the type would be mailed now, a pause aside."""
    covered, waiting = held.covered(brand.id) is not None, held.waiting(now)
    return [
        Box(
            type_,
            not covered and by_choice(type_, held, stored_at, policy, now).allowed,
            type_.id in waiting,
        )
        for type_ in listed(brand, held)
    ]


def answers(
    form: Form, brand: Brand, held: Held, later: Iterable[Touched], now: Instant
) -> Answers:
    """What saving `form` changes, given what holds now and what happened after it was rendered. One
    with a box that was ticked for them was not rendered under what covers."""
    shown = [t for t in listed(brand, held) if t.id in form.rendered]
    later = [t for t in later if _concerns(t.place, brand, form)]
    covered = bool(held.covers(brand.id))
    if later or (covered and any(form.rendered.values())):
        return _stale(form, brand, held, later, shown, now)
    if covered:
        return Answers(_covered(form, brand, held, shown, now))
    return Answers(tuple(change for _, change in _changed_boxes(form, shown, held, now)))


def _concerns(place: Place, brand: Brand, form: Form) -> bool:
    """Whether an event there makes the form stale: it touched the account, the brand or a type
    shown. A pause or a request changes no box."""
    if place.cause in (Cause.PAUSE, Cause.REQUEST):
        return False
    shown = {Scope.type(type_) for type_ in form.rendered}
    return place.scope in (ACCOUNT, Scope.brand(brand.id)) or place.scope in shown


def _changed_boxes(
    form: Form, shown: Iterable[SubscriptionType], held: Held, now: Instant
) -> Iterable[tuple[SubscriptionType, Change]]:
    """A box left as it was rendered is no answer."""
    for type_ in shown:
        tick = type_.id in form.ticked
        if tick and not form.rendered[type_.id]:
            yield type_, _yes(type_, held, now)
        elif form.rendered[type_.id] and not tick:
            yield type_, Unsubscribe(Scope.type(type_.id), type_)


def _stale(
    form: Form,
    brand: Brand,
    held: Held,
    later: list[Touched],
    shown: list[SubscriptionType],
    now: Instant,
) -> Answers:
    """Unticking always applies; ticking only where nothing covers and nobody opted out since."""
    left = {t.place for t in later if t.opted_out}
    covered = held.covered(brand.id) is not None
    kept: list[Change] = []
    refused: list[SubscriptionType] = []
    for type_, change in _changed_boxes(form, shown, held, now):
        tick = not isinstance(change, Unsubscribe)
        if tick and (covered or of_type(type_.id) in left):
            refused.append(type_)
        else:
            kept.append(change)
    return Answers(tuple(kept), tuple(refused))


def _covered(
    form: Form, brand: Brand, held: Held, shown: list[SubscriptionType], now: Instant
) -> tuple[Change, ...]:
    """Saved while covered: with a tick every shown type gets an answer, and what covers goes."""
    yes = [t for t in shown if t.id in form.ticked]
    if not yes:
        return tuple(change for _, change in _changed_boxes(form, shown, held, now))
    bounce = (Lift(BOUNCE),) if held.opted_out(BOUNCE) else ()
    if all(asks(t, held) for t in yes):
        return (*bounce, *(_yes(t, held, now) for t in yes))
    no = (Unsubscribe(Scope.type(t.id), t) for t in shown if t.id not in form.ticked)
    return (*bounce, *uncovering(brand, held), *(_yes(t, held, now) for t in yes), *no)


def uncovering(brand: Brand, held: Held) -> Iterable[Change]:
    """A complaint becomes the person's own account-wide opt-out, which then excepts this brand."""
    if held.opted_out(of_brand(brand.id)):
        yield Lift(of_brand(brand.id))
    if held.opted_out(COMPLAINT):
        yield Lift(COMPLAINT)
        yield Unsubscribe(ACCOUNT)
    if held.opted_out(ALL) or held.opted_out(COMPLAINT):
        yield Except(brand.id)


def asks(type_: SubscriptionType, held: Held) -> bool:
    """Whether a tick opens a request to confirm by mail. A type already subscribed needs none."""
    return type_.confirms and held.status(of_type(type_.id)) is not Status.SUBSCRIBED


def _yes(type_: SubscriptionType, held: Held, now: Instant) -> Subscribe | Ask:
    return Ask(type_, now + CONFIRMATION_LASTS) if asks(type_, held) else Subscribe(type_)
