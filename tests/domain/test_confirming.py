"""What a request confirmed by mail subscribes (rules.md, 4)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from app.domain.catalog import Policy, SubscriptionType
from app.domain.changes import Ask, Change, End, Except, Hand, Lift, Report, Subscribe, Unsubscribe
from app.domain.confirming import but_for_open, confirmed, open_types
from app.domain.decision import decide
from app.domain.limits import PAUSE_BETWEEN
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Place, of_brand, of_type, request_of
from app.domain.words import (
    ACCOUNT,
    DAY,
    Actor,
    Cause,
    Instant,
    Reason,
    Scope,
    Status,
    Via,
)
from tests.domain.diary import Diary
from tests.world import (
    EVENINGS,
    FERNWAY,
    LETTER,
    NOVELS,
    NOW,
    OFFERS,
    WORLD,
    by,
    holding,
    lasting,
    no,
)

SOON = NOW + 7 * DAY
COMPLAINED = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT)


class Requests(Diary):
    """Ana's events, and her answers to the mails that asked."""

    def asked(self, *types: SubscriptionType, at: Instant = NOW) -> int:
        """Open a request; its record."""
        return self.write(*(Ask(type_, SOON) for type_ in types), by_=by(at=at))

    def open(self, record: int, now: Instant = NOW) -> list[SubscriptionType]:
        """The types of the request that still wait."""
        own = [event for event in self.events if event.record == record]
        return open_types(WORLD.catalog, self.held, own, now)

    def confirms(self, record: int) -> Sequence[Change]:
        """Press the button of the mail; what was changed."""
        later = [e for e in self.events if e.number >= record and e.record != record]
        changes = confirmed(FERNWAY, self.held, self.open(record), later)
        self.write(*changes, by_=by(via=Via.CONFIRMATION))
        return changes

    def decision(self, type_: SubscriptionType) -> Reason:
        """What a sender is told."""
        return decide(type_, self.held, NOW, Policy(), NOW).reason


@pytest.fixture
def ana() -> Requests:
    """Ana, of whom nothing is known."""
    return Requests()


def test_a_confirmed_request_subscribes_what_was_ticked_and_closes(ana: Requests) -> None:
    """R-54, R-83: the yes is the person's own, and recorded as a confirmation."""
    record = ana.asked(LETTER, NOVELS)
    assert ana.open(record) == [LETTER, NOVELS]
    ana.confirms(record)
    for type_ in (LETTER, NOVELS):
        assert ana.held[of_type(type_.id)].via is Via.CONFIRMATION
        assert ana.held[of_type(type_.id)].by_contact
        assert request_of(type_.id) not in ana.held
    assert of_type(OFFERS.id) not in ana.held


def test_a_request_is_confirmed_once(ana: Requests) -> None:
    """An old mail confirmed again brings nothing back."""
    record = ana.asked(LETTER)
    ana.confirms(record)
    ana.write(Unsubscribe(Scope.type(LETTER.id)))
    assert ana.confirms(record) == []
    assert ana.decision(LETTER) is Reason.UNSUBSCRIBED


def test_a_request_runs_out_and_gives_way_to_a_newer_one(ana: Requests) -> None:
    """R-84: what nobody confirmed in time is no request."""
    first = ana.asked(LETTER)
    assert ana.open(first, now=SOON - 1) == [LETTER]
    assert ana.open(first, now=SOON) == []
    second = ana.asked(LETTER, at=NOW + PAUSE_BETWEEN)
    assert (ana.open(first), ana.open(second)) == ([], [LETTER])


def test_a_type_opted_out_of_before_the_request_is_subscribed(ana: Requests) -> None:
    ana.write(Unsubscribe(Scope.type(LETTER.id)))
    ana.confirms(ana.asked(LETTER))
    assert ana.decision(LETTER) is Reason.SUBSCRIBED


def test_a_type_opted_out_of_after_the_request_stays_so(ana: Requests) -> None:
    """R-135: what came after the request is not lifted."""
    record = ana.asked(LETTER, NOVELS)
    ana.write(Unsubscribe(Scope.type(LETTER.id)), by_=by(via=Via.ONE_CLICK))
    ana.confirms(record)
    assert ana.decision(LETTER) is Reason.UNSUBSCRIBED
    assert ana.decision(NOVELS) is Reason.SUBSCRIBED
    assert not any(place.cause is Cause.REQUEST for place in ana.held)


def test_what_covered_before_counts_as_a_save_with_only_these_ticked(ana: Requests) -> None:
    ana.write(Unsubscribe(ACCOUNT))
    ana.write(Report(Cause.COMPLAINT, NOW), by_=COMPLAINED)
    ana.confirms(ana.asked(LETTER))
    assert ana.decision(LETTER) is Reason.SUBSCRIBED
    assert ana.decision(NOVELS) is Reason.UNSUBSCRIBED
    assert ana.decision(EVENINGS) is Reason.OPTED_OUT_OF_ALL
    assert COMPLAINT not in ana.held
    assert ana.held.status(of_brand(FERNWAY.id)) is Status.SUBSCRIBED
    assert ana.held.opted_out(ALL)


@pytest.mark.parametrize("scope", [ACCOUNT, Scope.brand(FERNWAY.id)])
def test_what_covers_since_the_request_is_not_lifted(ana: Requests, scope: Scope) -> None:
    """R-135, H-31: an older wish never undoes a newer no. The request is closed all the same."""
    record = ana.asked(LETTER)
    ana.write(Unsubscribe(scope))
    before = dict(ana.held)
    ana.confirms(record)
    assert ana.held == {p: s for p, s in before.items() if p.cause is not Cause.REQUEST}


def test_an_opt_out_of_another_brand_since_then_is_no_hindrance(ana: Requests) -> None:
    record = ana.asked(LETTER)
    ana.write(Unsubscribe(Scope.brand(EVENINGS.brand)))
    assert Subscribe(LETTER) in ana.confirms(record)
    assert ana.decision(EVENINGS) is Reason.OPTED_OUT_OF_BRAND


def test_an_opt_out_of_every_brand_pressed_again_after_the_request_is_not_lifted(
    ana: Requests,
) -> None:
    """The second press only ended the exception, and is the later word all the same."""
    ana.write(Unsubscribe(ACCOUNT))
    ana.write(Except(FERNWAY.id))
    record = ana.asked(LETTER)
    ana.write(Unsubscribe(ACCOUNT))
    ana.confirms(record)
    assert ana.decision(LETTER) is Reason.OPTED_OUT_OF_ALL


@pytest.mark.parametrize(
    ("cover", "lifted"),
    [
        (BOUNCE, [Lift(BOUNCE)]),
        (ALL, [Except(FERNWAY.id)]),
        (of_brand(FERNWAY.id), [Lift(of_brand(FERNWAY.id))]),
    ],
)
def test_what_is_confirmed_under_a_cover_lifts_that_alone(
    cover: Place, lifted: list[Change]
) -> None:
    """As a save of the page with only what was asked for ticked."""
    assert confirmed(FERNWAY, holding((cover, no())), [LETTER], []) == [
        End(request_of(LETTER.id)),
        *lifted,
        Subscribe(LETTER),
        *(Unsubscribe(Scope.type(other.id), other) for other in (NOVELS, OFFERS)),
    ]


def test_what_is_asked_already_is_not_asked_anew() -> None:
    """The link that was mailed goes on being good; one whose time is over does not."""
    held = holding((request_of(LETTER.id), lasting(SOON)), (request_of(OFFERS.id), lasting(NOW)))
    left: list[Change] = [Ask(OFFERS, SOON), Ask(NOVELS, SOON), Subscribe(LETTER)]
    assert but_for_open([Ask(LETTER, SOON), *left], held, NOW) == left
