"""What stands for one address: its preferences, pauses and open requests, and what they cover."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from app.domain.words import (
    ACCOUNT,
    Actor,
    Basis,
    Cause,
    Instant,
    Kind,
    Reason,
    Scope,
    ScopeKind,
    Status,
    Via,
)


class Place(NamedTuple):
    """Where something stands: there is one place per address, scope and cause."""

    scope: Scope
    cause: Cause


class Standing(NamedTuple):
    """What holds at a place, who made it, how and when, and the event that made it so."""

    status: Status
    actor: Actor
    via: Via
    at: Instant
    number: int
    until: Instant | None = None
    basis: Basis | None = None
    basis_ends: Instant | None = None

    @property
    def by_contact(self) -> bool:
        """Whether the person made it."""
        return self.actor is Actor.CONTACT

    @property
    def own_word(self) -> bool:
        """Whether it rests on the person's own word and on no legal basis of others, which they may
        have taken along to another address (decisions/0056)."""
        return self.by_contact and self.basis is None

    @property
    def proven(self) -> bool:
        """Whether the person made it by a link of their own: a form proves no mailbox."""
        return self.by_contact and self.via is not Via.FALLBACK_FORM


class Effect(NamedTuple):
    """One event to be. An undoing one names the event it undoes and what then stands again."""

    kind: Kind
    place: Place
    status: Status = Status.NOT_SPECIFIED
    until: Instant | None = None
    undone: int | None = None
    restored: Standing | None = None


MANY = 4_096
"""Places kept: making one costs more than finding it, and pages ask for the same few."""
ALL = Place(ACCOUNT, Cause.CHOICE)
BOUNCE = Place(ACCOUNT, Cause.BOUNCE)
COMPLAINT = Place(ACCOUNT, Cause.COMPLAINT)


@lru_cache(MANY)
def of_brand(brand: int) -> Place:
    """A brand's opt-out, or its exception under an account-wide one."""
    return Place(Scope.brand(brand), Cause.CHOICE)


@lru_cache(MANY)
def of_type(type_: int) -> Place:
    """The choice about one type."""
    return Place(Scope.type(type_), Cause.CHOICE)


@lru_cache(MANY)
def pause_of(brand: int) -> Place:
    """The pause of one brand."""
    return Place(Scope.brand(brand), Cause.PAUSE)


@lru_cache(MANY)
def request_of(type_: int) -> Place:
    """The open request to confirm one type by mail."""
    return Place(Scope.type(type_), Cause.REQUEST)


class Held(dict[Place, Standing]):
    """Everything that stands for one address."""

    def status(self, place: Place) -> Status:
        """What holds at `place`; NOT_SPECIFIED where nothing stands."""
        return self[place].status if place in self else Status.NOT_SPECIFIED

    def opted_out(self, place: Place) -> bool:
        """Whether an opt-out or suppression stands at `place`."""
        return place in self and self[place].status is Status.UNSUBSCRIBED

    def covers(self, brand: int) -> tuple[Place, ...]:
        """Everything that covers the types of `brand`, in the order of the send decision."""
        wide = (BOUNCE, COMPLAINT, ALL, of_brand(brand))
        if self.keys().isdisjoint(wide):
            return ()
        return tuple(
            place
            for place in wide
            if self.opted_out(place) and not (place == ALL and self.excepts(brand))
        )

    def covered(self, brand: int) -> Reason | None:
        """Why the types of `brand` are covered (rules.md, 1), or None."""
        covers = self.covers(brand)
        return covering_reason(covers[0]) if covers else None

    def excepts(self, brand: int) -> bool:
        """Whether `brand` is excepted from the account-wide opt-out."""
        return self.status(of_brand(brand)) is Status.SUBSCRIBED

    def exceptions(self) -> list[Place]:
        """The brands excepted from the account-wide opt-out."""
        return [
            place
            for place, standing in self.items()
            if place.scope.kind is ScopeKind.BRAND and standing.status is Status.SUBSCRIBED
        ]

    def paused_until(self, brand: int, now: Instant) -> Instant | None:
        """Until when mail of `brand` is paused, or None."""
        pause = self.get(pause_of(brand))
        return pause.until if pause and pause.until and pause.until > now else None

    def awaits(self, type_: int, now: Instant) -> bool:
        """Whether a request to confirm `type_` by mail is open."""
        request = self.get(request_of(type_))
        return bool(request and request.until and request.until > now)

    def waiting(self, now: Instant) -> set[int]:
        """The types whose request to confirm by mail is open."""
        return {
            place.scope.id
            for place, standing in self.items()
            if place.cause is Cause.REQUEST and standing.until and standing.until > now
        }


def still_open(held: Held, now: Instant) -> Held:
    """What stands, without the requests whose time is over: of those the ledger alone tells."""
    return Held(
        (place, standing)
        for place, standing in held.items()
        if place.cause is not Cause.REQUEST or (standing.until or 0) > now
    )


def covering_reason(place: Place) -> Reason:
    """What the send decision calls the opt-out or suppression at `place`."""
    if place.scope != ACCOUNT:
        return Reason.OPTED_OUT_OF_BRAND
    return {
        Cause.BOUNCE: Reason.BOUNCED,
        Cause.COMPLAINT: Reason.COMPLAINED,
        Cause.CHOICE: Reason.OPTED_OUT_OF_ALL,
    }[place.cause]
