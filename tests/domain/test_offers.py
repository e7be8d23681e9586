"""Which verb an admin is offered, and which refusal, for each standing (rules.md, 3)."""

from __future__ import annotations

import pytest

from app.domain import offers
from app.domain.catalog import Policy, SubscriptionType
from app.domain.changes import Hand, Unsubscribe
from app.domain.judging import judge
from app.domain.lifting import Needs
from app.domain.offers import ENDS_SOON, OF_TYPES, Offer, Verb
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, Place, Standing, of_brand, of_type
from app.domain.words import ACCOUNT, Actor, Basis, Reason, Scope, Via
from tests.world import FERNWAY, NOVELS, NOW, RECEIPTS, TOMORROW, archived, by, holding, no, yes

OFF, ON = Policy(), Policy(data_privacy=True)
TYPE, BRAND = of_type(NOVELS.id), of_brand(FERNWAY.id)
UNSUBSCRIBE = Offer(Verb.UNSUBSCRIBE)
USER = Actor.USER

BESIDE_A_TYPE: list[tuple[str, list[tuple[Place, Standing]], list[Offer]]] = [
    ("nothing said", [], [Offer(Verb.SUBSCRIBE)]),
    ("their yes", [(TYPE, yes())], [UNSUBSCRIBE]),
    ("a user's yes", [(TYPE, yes(USER))], [UNSUBSCRIBE]),
    (
        "a yes without an end soon",
        [(TYPE, yes(USER, basis_ends=NOW + ENDS_SOON + 1))],
        [UNSUBSCRIBE],
    ),
    (
        "a yes that ends soon",
        [(TYPE, yes(USER, basis_ends=NOW + ENDS_SOON))],
        [Offer(Verb.RENEW), UNSUBSCRIBE],
    ),
    ("a yes that ended", [(TYPE, yes(USER, basis_ends=NOW))], [Offer(Verb.RENEW), UNSUBSCRIBE]),
    (
        "their own yes that ended",
        [(TYPE, yes(basis_ends=NOW))],
        [Offer(Verb.RENEW, Reason.NOT_PERMITTED), UNSUBSCRIBE],
    ),
    ("their no", [(TYPE, no())], [Offer(Verb.RESUBSCRIBE)]),
    ("a user's no", [(TYPE, no(USER))], [Offer(Verb.RESUBSCRIBE)]),
    ("a bounce", [(BOUNCE, no(Actor.BOUNCE))], [Offer(Verb.SUBSCRIBE, Reason.BOUNCED)]),
    ("a complaint", [(COMPLAINT, no(Actor.COMPLAINT))], [Offer(Verb.SUBSCRIBE, Reason.COMPLAINED)]),
    ("out of all", [(ALL, no(USER))], [Offer(Verb.SUBSCRIBE, Reason.OPTED_OUT_OF_ALL)]),
    ("out of the brand", [(BRAND, no())], [Offer(Verb.SUBSCRIBE, Reason.OPTED_OUT_OF_BRAND)]),
    ("out of all but the brand", [(ALL, no()), (BRAND, yes())], [Offer(Verb.SUBSCRIBE)]),
    (
        "their no under an opt-out",
        [(ALL, no()), (TYPE, no())],
        [Offer(Verb.RESUBSCRIBE, Reason.OPTED_OUT_OF_ALL)],
    ),
    ("their yes under an opt-out", [(ALL, no()), (TYPE, yes())], [UNSUBSCRIBE]),
    (
        "a yes that ended under an opt-out",
        [(BRAND, no()), (TYPE, yes(USER, basis_ends=NOW))],
        [Offer(Verb.RENEW, Reason.OPTED_OUT_OF_BRAND), UNSUBSCRIBE],
    ),
]


@pytest.mark.parametrize(
    ("stands", "offered"), [r[1:] for r in BESIDE_A_TYPE], ids=[r[0] for r in BESIDE_A_TYPE]
)
@pytest.mark.parametrize("policy", [OFF, ON], ids=["off", "on"])
def test_what_stands_beside_a_type(
    stands: list[tuple[Place, Standing]], offered: list[Offer], policy: Policy
) -> None:
    """F8, F10; with data privacy on and off alike: it changes what a form asks, not what may be."""
    assert offers.for_type(NOVELS, holding(*stands), policy, NOW) == offered


def test_a_transactional_type_offers_nothing_and_an_archived_one_no_yes() -> None:
    assert offers.for_type(RECEIPTS, Held(), OFF, NOW) == []
    gone = Offer(Verb.SUBSCRIBE, Reason.TYPE_INACTIVE)
    assert offers.for_type(archived(NOVELS), Held(), OFF, NOW) == [gone]
    subscribed = holding((TYPE, yes()))
    assert offers.for_type(archived(NOVELS), subscribed, OFF, NOW) == [UNSUBSCRIBE]


REMOVE = Verb.REMOVE_OPT_OUT
BESIDE_ALL_EMAIL: list[tuple[str, Standing | None, Offer]] = [
    ("nothing", None, Offer(Verb.OPT_OUT)),
    ("an exception", yes(), Offer(Verb.OPT_OUT)),
    ("theirs", no(), Offer(REMOVE, Reason.NOT_PERMITTED)),
    ("theirs by one click", no(via=Via.ONE_CLICK), Offer(REMOVE, Reason.NOT_PERMITTED)),
    ("theirs by the form without a link", no(via=Via.FALLBACK_FORM), Offer(REMOVE)),
    *(
        (actor.name, no(actor), Offer(REMOVE))
        for actor in (USER, Actor.API, Actor.IMPORT, Actor.WORKFLOW)
    ),
]


@pytest.mark.parametrize(
    ("standing", "offered"), [r[1:] for r in BESIDE_ALL_EMAIL], ids=[r[0] for r in BESIDE_ALL_EMAIL]
)
def test_what_stands_beside_all_email(standing: Standing | None, offered: Offer) -> None:
    """F12: an opt-out of their own is only theirs to lift."""
    of_account = holding((ALL, standing)) if standing else Held()
    of_fernway = holding((BRAND, standing)) if standing else Held()
    assert offers.for_account(of_account, ON, NOW) == offered
    assert offers.for_brand(FERNWAY.id, of_fernway, ON, NOW) == offered


def test_a_bounce_may_be_lifted_and_a_complaint_not() -> None:
    held = holding((BOUNCE, no(Actor.BOUNCE)), (COMPLAINT, no(Actor.COMPLAINT)))
    assert offers.for_bounce(held, OFF, NOW) == Offer(Verb.LIFT_BOUNCE)
    assert offers.for_complaint(held, OFF, NOW) == Offer(Verb.LIFT_COMPLAINT, Reason.NOT_PERMITTED)


BOTH, WORDS, NONE = Needs.BASIS_AND_EXPLANATION, Needs.EXPLANATION, Needs.NOTHING
ASKED: list[tuple[Verb, Scope, list[tuple[Place, Standing]], Needs, Needs]] = [
    (Verb.SUBSCRIBE, TYPE.scope, [], NONE, BOTH),
    (Verb.RESUBSCRIBE, TYPE.scope, [(TYPE, no())], BOTH, BOTH),
    (Verb.RESUBSCRIBE, TYPE.scope, [(TYPE, no(USER))], BOTH, BOTH),
    (Verb.RENEW, TYPE.scope, [(TYPE, yes(USER, basis_ends=NOW))], BOTH, BOTH),
    (Verb.REMOVE_OPT_OUT, ACCOUNT, [(ALL, no(USER))], WORDS, WORDS),
    (Verb.REMOVE_OPT_OUT, BRAND.scope, [(BRAND, no(Actor.IMPORT))], WORDS, WORDS),
    (Verb.REMOVE_OPT_OUT, ACCOUNT, [(ALL, no(via=Via.FALLBACK_FORM))], BOTH, BOTH),
    (Verb.LIFT_BOUNCE, ACCOUNT, [(BOUNCE, no(Actor.BOUNCE))], WORDS, WORDS),
    (Verb.UNSUBSCRIBE, TYPE.scope, [(TYPE, yes())], NONE, NONE),
    (Verb.OPT_OUT, ACCOUNT, [], NONE, NONE),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "scope", "stands", "off", "on"), ASKED)
def test_what_a_form_asks_for_follows_the_tables_and_data_privacy(
    verb: Verb, scope: Scope, stands: list[tuple[Place, Standing]], off: Needs, on: Needs
) -> None:
    """F9, F13."""
    held, change = holding(*stands), offers.change(verb, scope, _type(verb))
    if isinstance(change, Unsubscribe):
        assert change == Unsubscribe(scope, _type(verb))
    assert offers.needs(verb, change, held, OFF, NOW) is off
    assert offers.needs(verb, change, held, ON, NOW) is on
    given = by(Hand.USER, policy=ON, basis=Basis.CONSENT_WITH_NOTICE, explained=True)
    verdict = judge(held, change, given)
    assert verdict.effects
    assert verdict.refused is None


def _type(verb: Verb) -> SubscriptionType | None:
    return NOVELS if verb in (*OF_TYPES, Verb.UNSUBSCRIBE) else None


def test_a_consent_ends_soon_within_thirty_days() -> None:
    assert offers.ends_soon(yes(basis_ends=TOMORROW), NOW)
    assert not offers.ends_soon(yes(), NOW)
