"""A person moves to another address, and both mailboxes said yes (rules.md, 2): all choices go
along by CONTACT, an opt-out at either address winning. A BOUNCE stays behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.domain.catalog import SubscriptionType
from app.domain.changes import Change, End, Except, Pause, Subscribe, Unsubscribe
from app.domain.moving import opt_outs
from app.domain.standing import ALL, COMPLAINT, Held, Standing, of_type
from app.domain.words import ACCOUNT, Basis, Cause, Instant, ScopeKind, Status, Via

Types = Mapping[int, SubscriptionType]


class Ground(NamedTuple):
    """What a yes rests on, beside the person's own word: a legal basis, and when it ends."""

    basis: Basis | None = None
    ends: Instant | None = None


OWN = Ground()


def taken_along(
    old: Held, new: Held, types: Types, now: Instant
) -> list[tuple[Ground, list[Change]]]:
    """What is to change at the new address, by what it rests on. To move is no new consent: a yes
    that rests on a legal basis keeps it, with its end."""
    grounds: dict[Ground, list[Change]] = {OWN: [*_opt_outs(old, types), *_exceptions(old, new)]}
    grounds[OWN] += _pauses(old, new, now)
    for type_, standing in _subscribed(old, types):
        place = of_type(type_.id)
        if not new.opted_out(place) and not _holds_longer(new.get(place), standing):
            ground = Ground(standing.basis, standing.basis_ends)
            grounds.setdefault(ground, []).append(Subscribe(type_))
    return [(ground, changes) for ground, changes in grounds.items() if changes]


def left_behind(old: Held) -> list[Change]:
    """What is to change at the old address: nothing is sent there any more."""
    return [Unsubscribe(ACCOUNT), *(End(place) for place in old)]


def moved_away(held: Held, address: str | None) -> Instant | None:
    """When the person of an address moved to another one; None where nobody did, or somebody uses
    the address again. Where they moved to, an opt-out may have come along likewise, but there the
    text of the address is known; with who leaves it goes."""
    behind = held.get(ALL)
    if address is not None or behind is None or not behind.by_contact:
        return None
    return behind.at if behind.via is Via.ADDRESS_CHANGE else None


def _opt_outs(old: Held, types: Types) -> Iterator[Change]:
    """The widest first, each once. A complaint becomes an opt-out of the person's own."""
    for scope in dict.fromkeys(place.scope for place in opt_outs(old)):
        by_type = scope.kind is ScopeKind.TYPE
        yield Unsubscribe(scope, types.get(scope.id) if by_type else None)


def _exceptions(old: Held, new: Held) -> Iterator[Change]:
    """None from the opt-out that a complaint becomes: it covers what was excepted before."""
    if old.opted_out(COMPLAINT):
        return
    for place in old.exceptions():
        brand = place.scope.id
        if not new.opted_out(place) and (not new.opted_out(ALL) or new.excepts(brand)):
            yield Except(brand)


def _pauses(old: Held, new: Held, now: Instant) -> Iterator[Change]:
    """The longer one holds."""
    for place, pause in old.items():
        if place.cause is Cause.PAUSE and pause.until:
            brand = place.scope.id
            if pause.until > (new.paused_until(brand, now) or now):
                yield Pause(brand, pause.until)


def _subscribed(old: Held, types: Types) -> Iterator[tuple[SubscriptionType, Standing]]:
    for place, standing in old.items():
        type_ = types.get(place.scope.id) if place.scope.kind is ScopeKind.TYPE else None
        yes = place.cause is Cause.CHOICE and standing.status is Status.SUBSCRIBED
        if type_ and yes and not type_.archived:
            yield type_, standing


def _holds_longer(there: Standing | None, moved: Standing) -> bool:
    """Whether the yes that is there is worth no less: the person's own, or one that ends later."""
    if there is None or (moved.own_word and not there.own_word):
        return False
    if there.basis_ends is None:
        return True
    return moved.basis_ends is not None and moved.basis_ends <= there.basis_ends
