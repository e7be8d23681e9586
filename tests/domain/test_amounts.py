"""What an address's choices amount to: what senders see, what lists show, what links opt out of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.catalog import Policy, SubscriptionType, Texts
from app.domain.changes import Report, Unsubscribe
from app.domain.effective import Wide, effective, wide
from app.domain.leaving import Leaving, leaving
from app.domain.moving import Carried, carried
from app.domain.overall import Overall, State, choices, overall
from app.domain.signing_up import offered
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    of_brand,
    of_type,
    pause_of,
    request_of,
    still_open,
)
from app.domain.words import ACCOUNT, Actor, Cause, Reason, Scope, Status
from tests.world import (
    CIRCLE,
    EVENINGS,
    FERNWAY,
    LETTER,
    NOVELS,
    NOW,
    OFFERS,
    RECEIPTS,
    TOMORROW,
    WORKSHOPS,
    WORLD,
    YESTERDAY,
    archived,
    holding,
    lasting,
    no,
    private,
    yes,
)

CATALOG, PRIVACY = WORLD.catalog, Policy(data_privacy=True)
NONE, YES, NO = Status.NOT_SPECIFIED, Status.SUBSCRIBED, Status.UNSUBSCRIBED
ON_NOVELS, ON_FERNWAY, ON_WORKSHOPS = of_type(NOVELS.id), of_brand(FERNWAY.id), of_brand(2)
EXCEPTED = (ALL, no()), (ON_FERNWAY, yes(at=NOW - 3))


@pytest.mark.parametrize(
    ("type_", "held", "policy", "status", "reason"),
    [
        (NOVELS, holding(), Policy(), NONE, Reason.NOT_SPECIFIED),
        (NOVELS, holding((ON_NOVELS, yes())), Policy(), YES, Reason.SUBSCRIBED),
        (NOVELS, holding((ON_NOVELS, no())), Policy(), NO, Reason.UNSUBSCRIBED),
        (NOVELS, holding((ALL, no())), Policy(), NO, Reason.OPTED_OUT_OF_ALL),
        (NOVELS, holding(), PRIVACY, NONE, Reason.NOT_OPTED_IN),
        (NOVELS, holding((ON_NOVELS, no())), PRIVACY, NO, Reason.UNSUBSCRIBED),
        (NOVELS, holding((BOUNCE, no())), PRIVACY, NO, Reason.BOUNCED),
        (private(NOVELS), holding(), Policy(), NO, Reason.NOT_OPTED_IN),
        (LETTER, holding((of_type(LETTER.id), no())), PRIVACY, NO, Reason.UNSUBSCRIBED),
        (RECEIPTS, holding((ALL, no())), PRIVACY, YES, Reason.TRANSACTIONAL),
        (NOVELS, holding(), Policy(off_since=NOW), NO, Reason.NOT_OPTED_IN),
        (NOVELS, holding((ON_NOVELS, yes(basis_ends=NOW))), PRIVACY, NO, Reason.CONSENT_EXPIRED),
    ],
)
def test_a_sender_never_sees_an_address_as_more_mailable_than_it_is(
    type_: SubscriptionType, held: Held, policy: Policy, status: Status, reason: Reason
) -> None:
    """rules.md, 9."""
    seen = effective(type_, held, YESTERDAY, policy, NOW)
    assert (seen.type, seen.place) == (type_, of_type(type_.id))
    assert (seen.status, seen.decision.reason) == (status, reason)
    assert seen.choice is held.get(of_type(type_.id))


CONCERNS = (BOUNCE, COMPLAINT, ALL, ON_FERNWAY, pause_of(1), ON_NOVELS, request_of(NOVELS.id))


@pytest.mark.parametrize("place", CONCERNS)
def test_a_type_changed_when_the_last_thing_that_concerns_it_did(place: Place) -> None:
    """rules.md, 9: else when it was made."""
    type_ = replace(NOVELS, created_at=5)
    earlier = holding(*((other, no(at=7)) for other in CONCERNS))
    assert effective(type_, holding(), None, Policy(), NOW).at == 5
    found = effective(type_, Held(earlier | {place: no(at=9)}), None, Policy(), NOW)
    assert found.at == 9
    elsewhere = holding((ON_WORKSHOPS, no(at=9)), (of_type(OFFERS.id), no(at=9)))
    assert effective(type_, elsewhere, None, Policy(), NOW).at == 5


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (holding((ON_NOVELS, no()), (pause_of(1), lasting(TOMORROW))), []),
        (holding((ALL, no(at=4))), [Wide(None, NO, 4)]),
        (holding((BOUNCE, no(at=4)), (ALL, no(at=6))), [Wide(None, NO, 6)]),
        (holding((COMPLAINT, no(at=8)), (ALL, no(at=6))), [Wide(None, NO, 8)]),
        (
            holding((ON_WORKSHOPS, no(at=2)), (ON_FERNWAY, no(at=3))),
            [Wide(1, NO, 3), Wide(2, NO, 2)],
        ),
        (holding(*EXCEPTED), [Wide(None, NO, YESTERDAY), Wide(1, YES, NOW - 3)]),
        (holding(*EXCEPTED, (BOUNCE, no(at=1))), [Wide(None, NO, YESTERDAY)]),
        (holding(*EXCEPTED, (COMPLAINT, no(at=1))), [Wide(None, NO, YESTERDAY)]),
        (
            holding((COMPLAINT, no(at=1)), (ON_FERNWAY, no(at=2))),
            [Wide(None, NO, 1), Wide(1, NO, 2)],
        ),
    ],
)
def test_what_stands_above_the_types_is_told_as_hubspots_clients_know_it(
    held: Held, told: list[Wide]
) -> None:
    """rules.md, 9: a suppression is the account's, and leaves no exception."""
    assert wide(held) == told


@pytest.mark.parametrize(
    ("held", "state", "by", "gets"),
    [
        (holding(), State.NEVER, None, 3),
        (holding((pause_of(2), lasting(TOMORROW))), State.NEVER, None, 2),
        (holding((ON_NOVELS, no())), State.CHOSEN, None, 2),
        (holding((ON_NOVELS, yes()), (of_type(CIRCLE.id), yes())), State.CHOSEN, None, 4),
        (holding((ON_FERNWAY, no(Actor.USER))), State.OUT_OF_BRAND, Actor.USER, 1),
        (holding((ALL, no(Actor.API))), State.OUT, Actor.API, 0),
        (holding((ALL, no(Actor.API)), (ON_FERNWAY, yes())), State.OUT_BUT, Actor.API, 2),
        (
            holding((COMPLAINT, no(Actor.COMPLAINT)), (ALL, no())),
            State.COMPLAINED,
            Actor.COMPLAINT,
            0,
        ),
        (holding((BOUNCE, no(Actor.BOUNCE)), (COMPLAINT, no())), State.BOUNCED, Actor.BOUNCE, 0),
        (holding((ON_FERNWAY, yes())), State.CHOSEN, None, 3),
    ],
)
def test_the_gravest_thing_that_stands_is_shown(
    held: Held, state: State, by: Actor | None, gets: int
) -> None:
    """Of five marketing types the private one counts only where it is got."""
    circle = [CIRCLE] if of_type(CIRCLE.id) in held else []
    types = [NOVELS, OFFERS, *circle, LETTER, EVENINGS]
    assert [each.type for each in choices(held, YESTERDAY, CATALOG, NOW)] == types
    assert overall(held, YESTERDAY, CATALOG, NOW) == Overall(state, by, gets, len(types))


def test_what_is_archived_is_not_counted() -> None:
    over = replace(FERNWAY, types=(archived(NOVELS), OFFERS))
    brands = {1: over, 2: replace(WORKSHOPS, archived=True)}
    held = holding((ON_WORKSHOPS, no()))
    assert overall(held, YESTERDAY, replace(CATALOG, brands=brands), NOW) == Overall(
        State.CHOSEN, None, 1, 1
    )


def test_who_was_stored_under_data_privacy_gets_nothing_unasked() -> None:
    """rules.md, 8: though it is off by now."""
    catalog = replace(CATALOG, policy=Policy(off_since=NOW))
    counts = [overall(Held(), stored, catalog, NOW).gets for stored in (None, YESTERDAY, NOW)]
    assert counts == [3, 0, 3]


# Links that opt out

GONE = Scope.type(99)
LEFT = {
    Scope.type(NOVELS.id): Leaving(FERNWAY, (Scope.type(NOVELS.id),), type=NOVELS),
    Scope.type(RECEIPTS.id): Leaving(FERNWAY, (Scope.brand(1),), must_send=RECEIPTS),
    Scope.type(EVENINGS.id): Leaving(WORKSHOPS, (Scope.type(EVENINGS.id),), type=EVENINGS),
    GONE: Leaving(FERNWAY, (GONE, ACCOUNT)),
    Scope.brand(2): Leaving(WORKSHOPS, (Scope.brand(2),)),
    Scope.brand(99): Leaving(FERNWAY, (Scope.brand(99), ACCOUNT)),
    ACCOUNT: Leaving(FERNWAY, (ACCOUNT,)),
}


@pytest.mark.parametrize("scope", LEFT)
def test_a_link_opts_out_of_its_scope_and_of_all_where_nobody_knows_that(scope: Scope) -> None:
    """rules.md, 5."""
    left = leaving(CATALOG, scope)
    assert left == LEFT[scope]
    assert left.scope == left.scopes[-1]
    assert left.changes == tuple(Unsubscribe(each, left.type) for each in left.scopes)
    place = Place(left.scope, Cause.CHOICE)
    assert left.standing(holding()) is left.standing(holding((place, yes()))) is None
    assert left.standing(holding((place, no(at=3)))) == no(at=3)


def test_opt_outs_go_along_to_another_address_by_their_makers() -> None:
    """rules.md, 2: a bounce stays behind, a complaint is told anew, a yes does not move."""
    held = holding(
        (BOUNCE, no(Actor.BOUNCE)),
        (COMPLAINT, no(Actor.COMPLAINT)),
        (ON_FERNWAY, no(Actor.USER)),
        (ON_NOVELS, no(Actor.USER)),
        (of_type(99), no(Actor.API)),
        (of_type(OFFERS.id), yes()),
        (pause_of(1), lasting(TOMORROW)),
        (request_of(LETTER.id), no()),
    )
    assert carried(held, CATALOG, NOW) == [
        Carried(Actor.COMPLAINT, [Report(Cause.COMPLAINT, NOW)]),
        Carried(
            Actor.USER,
            [Unsubscribe(Scope.brand(1), None), Unsubscribe(Scope.type(NOVELS.id), NOVELS)],
        ),
        Carried(Actor.API, [Unsubscribe(Scope.type(99), None)]),
    ]
    assert carried(holding((of_brand(NOVELS.id), no())), CATALOG, NOW)[0].changes == [
        Unsubscribe(Scope.brand(NOVELS.id), None)
    ]


def test_a_request_that_is_over_stands_no_more() -> None:
    """What else stands has no end here."""
    kept = (pause_of(1), lasting(NOW - 1)), (request_of(2), lasting(NOW + 1))
    over = (request_of(1), lasting(NOW)), (request_of(3), no())
    assert still_open(holding(*kept, *over), NOW) == holding(*kept)


# The catalogue

TEXTS = Texts(1, {"nl": {"name": "Nieuws", "intro": ""}, "en": {"name": "News", "intro": "Hello"}})


@pytest.mark.parametrize(
    ("name", "languages", "said"),
    [
        ("name", ("en", "nl"), "News"),
        ("name", ("de", "nl"), "Nieuws"),
        ("name", (), "Nieuws"),
        ("intro", ("nl",), "Hello"),
        ("outro", ("nl",), ""),
    ],
)
def test_a_text_that_a_language_lacks_is_said_in_another(
    name: str, languages: tuple[str, ...], said: str
) -> None:
    assert TEXTS.get(name, *languages) == said


def test_the_catalogue_knows_its_own() -> None:
    assert CATALOG.brand_or_default(2) is WORKSHOPS
    assert CATALOG.brand_or_default(9) is FERNWAY
    known = {ACCOUNT: True, Scope.brand(2): True, Scope.brand(12): False}
    known |= {Scope.type(NOVELS.id): True, Scope.type(2): False}
    assert {scope: CATALOG.knows(scope) for scope in known} == known
    assert CATALOG.named_type("novels") is CATALOG.named_type(str(NOVELS.id)) is NOVELS
    assert CATALOG.named_brand("workshops") is CATALOG.named_brand("2") is WORKSHOPS
    assert CATALOG.named_type("2") is None
    assert CATALOG.named_brand("novels") is None
    assert FERNWAY.speaks("pl")
    dutch = replace(FERNWAY, languages=("nl",))
    assert [dutch.speaks(language) for language in ("nl", "en", "pl")] == [True, True, False]


def test_a_sign_up_form_offers_what_anybody_may_ask_for() -> None:
    assert offered(FERNWAY) == (NOVELS, OFFERS, LETTER)
    assert offered(replace(FERNWAY, types=(archived(NOVELS), OFFERS))) == (OFFERS,)
    assert offered(replace(FERNWAY, archived=True)) == ()


def test_what_nobody_knows_wears_the_default_brands_look() -> None:
    moved = replace(CATALOG, default_brand=2)
    for scope in (GONE, Scope.brand(99), ACCOUNT):
        assert leaving(moved, scope).brand is WORKSHOPS
