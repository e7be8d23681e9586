"""The preference page saved while something covers its types (rules.md, 4; stories 1 to 4)."""

from __future__ import annotations

from app.domain.changes import Hand, Report
from app.domain.standing import ALL, BOUNCE, COMPLAINT, of_type, request_of
from app.domain.words import ACCOUNT, Actor, Cause, Scope, Status
from app.store.doors import Database
from tests.web.houses import Mailed, everything, known, statuses
from tests.web.visiting import Visitor
from tests.world import ANA, NOW, World, by, say


def test_a_tick_lifts_the_brands_opt_out_and_answers_every_box(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: every shown type gets an answer by the person."""
    visitor.open(mailed.preferences(ANA)).press("brand")
    visitor.open(mailed.preferences(ANA))
    assert set(visitor.boxes.values()) == {False}
    visitor.tick(world.novels).press("save")
    assert statuses(known(database, ANA).held) == {
        Scope.type(world.novels.id): Status.SUBSCRIBED,
        Scope.type(world.offers.id): Status.UNSUBSCRIBED,
        Scope.type(world.letter.id): Status.UNSUBSCRIBED,
    }


def test_saved_while_covered_with_nothing_ticked_changes_nothing(
    visitor: Visitor, mailed: Mailed, database: Database
) -> None:
    """Rules.md 4."""
    visitor.open(mailed.preferences(ANA)).press("account")
    before = everything(database)
    visitor.open(mailed.preferences(ANA)).press("save")
    assert visitor.is_result
    assert everything(database) == before


def test_an_account_wide_opt_out_stays_with_this_brand_as_its_exception(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Stories 1, 1b and 2."""
    visitor.open(mailed.preferences(ANA)).press("account")
    visitor.open(mailed.preferences(ANA)).tick(world.novels).press("save")
    ones = {
        ACCOUNT: Status.UNSUBSCRIBED,
        Scope.brand(world.fernway.id): Status.SUBSCRIBED,
        Scope.type(world.novels.id): Status.SUBSCRIBED,
        Scope.type(world.offers.id): Status.UNSUBSCRIBED,
        Scope.type(world.letter.id): Status.UNSUBSCRIBED,
    }
    assert statuses(known(database, ANA).held) == ones
    workshops = mailed.preferences(ANA, world.workshops)
    assert visitor.open(workshops).boxes == {world.evenings.id: False}
    visitor.tick(world.evenings).press("save")
    assert statuses(known(database, ANA).held) == {
        **ones,
        Scope.brand(world.workshops.id): Status.SUBSCRIBED,
        Scope.type(world.evenings.id): Status.SUBSCRIBED,
    }
    visitor.open(workshops).press("account")
    left = statuses(known(database, ANA).held)
    assert left[ACCOUNT] is Status.UNSUBSCRIBED
    assert not left.keys() & {Scope.brand(world.fernway.id), Scope.brand(world.workshops.id)}


def test_a_tick_takes_a_bounce_away(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Story 3."""
    say(database, ANA, Report(Cause.BOUNCE, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.BOUNCE))
    assert set(visitor.open(mailed.preferences(ANA)).boxes.values()) == {False}
    visitor.tick(world.novels).press("save")
    held = known(database, ANA).held
    assert BOUNCE not in held
    assert held.status(of_type(world.novels.id)) is Status.SUBSCRIBED


def test_a_tick_turns_a_complaint_into_an_opt_out_of_their_own(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Story 4."""
    say(database, ANA, Report(Cause.COMPLAINT, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.COMPLAINT))
    assert set(visitor.open(mailed.preferences(ANA)).boxes.values()) == {False}
    visitor.tick(world.novels).press("save")
    held = known(database, ANA).held
    assert COMPLAINT not in held
    assert held[ALL].actor is Actor.CONTACT
    assert held.excepts(world.fernway.id)
    assert held.covered(world.workshops.id)


def test_ticking_only_what_asks_for_confirmation_lifts_nothing_yet(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: the whole answer waits for the confirmation; only a bounce goes at once."""
    say(database, ANA, Report(Cause.BOUNCE, NOW), by_=by(Hand.AUTOMATIC, actor=Actor.BOUNCE))
    visitor.open(mailed.preferences(ANA)).press("account")
    visitor.open(mailed.preferences(ANA)).tick(world.letter).press("save")
    assert set(known(database, ANA).held) == {ALL, request_of(world.letter.id)}
    assert set(visitor.boxes.values()) == {False}
