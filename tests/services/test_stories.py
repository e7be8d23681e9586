"""Ana's stories (docs/stories.md), told through the services. A is fernway, B is workshops; A1 is
novels, A2 offers, P circle, T receipts, B1 evenings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import pytest

from app.domain.address import address_key
from app.domain.catalog import Brand, SubscriptionType
from app.domain.changes import By, Change, Hand, Report, Subscribe, Unsubscribe
from app.domain.page import Form, boxes
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Place,
    of_brand,
    of_type,
)
from app.domain.words import (
    ACCOUNT,
    HOUR,
    Actor,
    Basis,
    Cause,
    Reason,
    Scope,
    Status,
    Via,
)
from app.queries.decisions import decisions
from app.services import catalog, choices, erasure, preferences
from app.services.addresses import remember
from app.services.choices import Press
from app.services.preferences import Outcome, Source
from app.store import addresses
from app.store.addresses import Known
from app.store.doors import Database
from tests.world import ADDRESS_SECRET, ANA, NOW, World, by, instruction, say, seen

PREFERENCES = 1
U, S = Status.UNSUBSCRIBED, Status.SUBSCRIBED
C = Actor.CONTACT
Types = Collection[SubscriptionType]


@dataclass
class Ana:
    """Ana, her mailbox and her links. Each thing that happens, happens an hour after the last."""

    database: Database
    world: World
    now: int = NOW

    def later(self) -> int:
        """The next moment."""
        self.now += HOUR
        return self.now

    @property
    def known(self) -> Known:
        """What is known of her address."""
        with self.database.reading() as connection:
            return addresses.known(connection, ANA.key)

    @property
    def rows(self) -> dict[Place, tuple[Status, Actor]]:
        """What the tables hold: status and maker, place by place."""
        return {place: (s.status, s.actor) for place, s in self.known.held.items()}

    def decision(self, type_: SubscriptionType) -> Reason:
        """What a sender is told."""
        with self.database.reading() as connection:
            (decision,) = decisions(connection, self.world.catalog, type_, [ANA.key], self.now)
        return decision.reason

    def has(self, *changes: Change, by_: By) -> Outcome:
        """Have changes made."""
        return say(self.database, ANA, *changes, by_=by_)

    def one_clicks(self, type_: SubscriptionType) -> Outcome:
        """Her mailbox provider's button."""
        out = Unsubscribe(Scope.type(type_.id), type_)
        return self.has(out, by_=by(at=self.later(), via=Via.ONE_CLICK))

    def leaves_every_brand(self) -> Outcome:
        """All email from every brand."""
        return self.has(Unsubscribe(ACCOUNT), by_=by(at=self.later(), via=Via.UNSUBSCRIBE_PAGE))

    def opens(self, brand: Brand) -> Form:
        """Her page of a brand, as it is shown now."""
        known, policy = self.known, self.world.catalog.policy
        shown = boxes(brand, known.held, known.stored_at, policy, self.now)
        ticks = {box.type.id: box.ticked for box in shown}
        return Form(ticks, frozenset(id_ for id_, tick in ticks.items() if tick), known.number)

    def saves(self, brand: Brand, form: Form, *, on: Types = (), off: Types = ()) -> Outcome:
        """Tick and untick these boxes of a form and save it."""
        ticks = (form.ticked | {t.id for t in on}) - {t.id for t in off}
        source = Source(link_purpose=PREFERENCES, link_scope=brand.id)
        page = Press(ANA.key, self.world.catalog, Via.PREFERENCE_PAGE, self.later(), source)
        return self.database.write(choices.save, page, brand, replace(form, ticked=ticks))

    def ticks(self, brand: Brand, *types: SubscriptionType) -> Outcome:
        """Open the page, tick these, save."""
        return self.saves(brand, self.opens(brand), on=types)

    def complains(self) -> Outcome:
        """The spam button."""
        at = self.later()
        feedback = by(Hand.AUTOMATIC, at, actor=Actor.COMPLAINT)
        return self.has(Report(Cause.COMPLAINT, at), by_=feedback)

    def bounces(self) -> Outcome:
        """Her mailbox refuses mail for good."""
        at = self.later()
        return self.has(Report(Cause.BOUNCE, at), by_=by(Hand.AUTOMATIC, at, actor=Actor.BOUNCE))

    def is_imported(self, *types: SubscriptionType) -> Outcome:
        """Somebody uploads a list with her on it."""
        yes = [Subscribe(type_) for type_ in types]
        evidenced = {"basis": Basis.CONSENT_WITH_NOTICE, "explained": True}
        return self.has(*yes, by_=by(Hand.AUTOMATIC, self.later(), **evidenced))


@pytest.fixture
def ana(database: Database, world: World) -> Ana:
    """Ana, of whom nothing is known yet."""
    return Ana(database, world)


def story_1(ana: Ana) -> None:
    ana.leaves_every_brand()
    ana.ticks(ana.world.fernway, ana.world.novels)


def test_1_she_opts_out_of_all_brands_and_later_ticks_novels(ana: Ana) -> None:
    """R-48, R-59: per list and all; R-74: what she did not take back stays."""
    story_1(ana)
    world = ana.world
    assert ana.rows == {
        ALL: (U, C),
        of_brand(world.fernway.id): (S, C),
        of_type(world.novels.id): (S, C),
        of_type(world.offers.id): (U, C),
        of_type(world.letter.id): (U, C),
    }
    assert ana.decision(world.novels) is Reason.SUBSCRIBED
    assert ana.decision(world.offers) is Reason.UNSUBSCRIBED
    assert ana.decision(world.evenings) is Reason.OPTED_OUT_OF_ALL


def test_1b_she_presses_every_brand_again(ana: Ana) -> None:
    story_1(ana)
    outcome = ana.leaves_every_brand()
    assert outcome.record is not None
    assert ana.rows[ALL] == (U, C)
    assert of_brand(ana.world.fernway.id) not in ana.rows
    assert ana.decision(ana.world.novels) is Reason.OPTED_OUT_OF_ALL


def story_2(ana: Ana) -> None:
    story_1(ana)
    ana.ticks(ana.world.workshops, ana.world.evenings)


def test_2_she_opens_the_other_brands_link_and_ticks_evenings(ana: Ana) -> None:
    story_2(ana)
    assert ana.rows[of_brand(ana.world.workshops.id)] == (S, C)
    assert ana.rows[of_type(ana.world.evenings.id)] == (S, C)
    assert ana.rows[ALL] == (U, C)
    assert ana.decision(ana.world.evenings) is Reason.SUBSCRIBED
    assert ana.decision(ana.world.novels) is Reason.SUBSCRIBED


def test_3_a_bounce_arrives_and_a_save_with_a_tick_takes_it_away(ana: Ana) -> None:
    """R-148: transactional mail is blocked by a hard bounce only."""
    story_2(ana)
    ana.bounces()
    assert ana.rows[BOUNCE] == (U, Actor.BOUNCE)
    assert {ana.decision(t) for t in ana.world.catalog.types.values()} == {Reason.BOUNCED}
    form = ana.opens(ana.world.fernway)
    assert not any(form.rendered.values())
    ana.saves(ana.world.fernway, form, on=[ana.world.novels])
    assert BOUNCE not in ana.rows
    assert ana.decision(ana.world.novels) is Reason.SUBSCRIBED
    assert ana.decision(ana.world.receipts) is Reason.TRANSACTIONAL


def test_4_she_complains_and_later_ticks_novels(ana: Ana) -> None:
    """R-146. The complaint becomes her own opt-out of every other brand."""
    world = ana.world
    ana.complains()
    assert ana.rows == {COMPLAINT: (U, Actor.COMPLAINT)}
    assert ana.decision(world.novels) is Reason.COMPLAINED
    assert ana.decision(world.receipts) is Reason.TRANSACTIONAL
    ana.ticks(world.fernway, world.novels)
    assert COMPLAINT not in ana.rows
    assert ana.rows[ALL] == (U, C)
    assert ana.rows[of_brand(world.fernway.id)] == (S, C)
    assert ana.decision(world.novels) is Reason.SUBSCRIBED
    assert ana.decision(world.evenings) is Reason.OPTED_OUT_OF_ALL


def test_5_an_import_says_yes_and_is_heard_only_where_nothing_speaks_against_it(ana: Ana) -> None:
    """R-52, H-46: the rows stay as before, and the reason is told."""
    world = ana.world
    ana.one_clicks(world.offers)
    outcome = ana.is_imported(world.novels, world.offers)
    assert [v.refused for v in outcome.verdicts] == [None, Reason.UNSUBSCRIBED]
    assert ana.rows[of_type(world.novels.id)] == (S, Actor.IMPORT)
    assert ana.decision(world.novels) is Reason.SUBSCRIBED
    ana.leaves_every_brand()
    before = ana.rows
    outcome = ana.is_imported(world.novels, world.evenings)
    assert [v.refused for v in outcome.verdicts] == [Reason.OPTED_OUT_OF_ALL] * 2
    assert ana.rows == before


def test_6_a_workflow_cannot_subscribe_what_she_unsubscribed(ana: Ana) -> None:
    ana.one_clicks(ana.world.novels)
    before = ana.rows
    workflow = by(Hand.AUTOMATIC, actor=Actor.WORKFLOW, basis=Basis.NON_GDPR, explained=True)
    outcome = ana.has(Subscribe(ana.world.novels), by_=workflow)
    assert [v.refused for v in outcome.verdicts] == [Reason.UNSUBSCRIBED]
    assert ana.rows == before
    assert ana.decision(ana.world.novels) is Reason.UNSUBSCRIBED


def test_7_the_import_is_undone_and_her_later_one_click_stays(ana: Ana) -> None:
    imported = ana.is_imported(ana.world.novels)
    ana.one_clicks(ana.world.novels)
    assert imported.record is not None
    undo = instruction(ANA, by_=by(Hand.USER_BULK, via=Via.UNDO))
    ana.database.write(preferences.take_back, undo, imported.record)
    assert ana.rows == {of_type(ana.world.novels.id): (U, C)}
    assert ana.decision(ana.world.novels) is Reason.UNSUBSCRIBED


def test_8_one_click_while_an_old_form_is_open(ana: Ana) -> None:
    """R-135, H-23: the old form brings nothing back."""
    world = ana.world
    ana.one_clicks(world.offers)
    form = ana.opens(world.fernway)
    ana.one_clicks(world.novels)
    ana.saves(world.fernway, form, on=[world.offers])
    assert ana.rows[of_type(world.novels.id)] == (U, C)
    assert ana.rows[of_type(world.offers.id)] == (S, C)
    assert ana.decision(world.novels) is Reason.UNSUBSCRIBED
    assert ana.decision(world.offers) is Reason.SUBSCRIBED


def test_8b_an_opt_out_of_everything_while_an_old_form_is_open(ana: Ana) -> None:
    """H-31: a stale form lifts nothing."""
    world = ana.world
    ana.one_clicks(world.offers)
    form = ana.opens(world.fernway)
    ana.leaves_every_brand()
    before = ana.rows
    ana.saves(world.fernway, form, on=[world.offers])
    assert ana.rows == before


def test_9_the_private_circle_is_unticked_and_gone_from_the_page(ana: Ana) -> None:
    world = ana.world
    assert ana.decision(world.circle) is Reason.NOT_OPTED_IN
    ana.is_imported(world.circle)
    form = ana.opens(world.fernway)
    assert form.rendered[world.circle.id] is True
    ana.saves(world.fernway, form, off=[world.circle])
    assert ana.rows == {of_type(world.circle.id): (U, C)}
    assert world.circle.id not in ana.opens(world.fernway).rendered
    assert ana.decision(world.circle) is Reason.UNSUBSCRIBED


def test_10_receipts_take_no_status_and_come_but_for_a_bounce(ana: Ana) -> None:
    """R-148."""
    receipts = ana.world.receipts
    outcome = ana.one_clicks(receipts)
    assert [v.refused for v in outcome.verdicts] == [Reason.TRANSACTIONAL]
    ana.leaves_every_brand()
    assert ana.decision(receipts) is Reason.TRANSACTIONAL
    ana.bounces()
    assert ana.decision(receipts) is Reason.BOUNCED


def test_11_data_privacy_on_then_off(ana: Ana) -> None:
    """Turning it off makes nobody mailable who was stored before."""
    row = (ANA.key, ANA.address, None)
    ana.database.write(remember, [row], ana.later())
    reasons = [ana.decision(ana.world.novels)]
    for on in (True, False):
        ana.database.write(catalog.switch_data_privacy, on, ana.later())
        ana.world = seen(ana.database)
        reasons.append(ana.decision(ana.world.novels))
    assert reasons == [Reason.NOT_SPECIFIED, Reason.NOT_OPTED_IN, Reason.NOT_OPTED_IN]
    assert ana.rows == {}


def test_11b_who_is_stored_after_the_switch_may_be_mailed(ana: Ana) -> None:
    for on in (True, False):
        ana.database.write(catalog.switch_data_privacy, on, ana.later())
    row = (ANA.key, ANA.address, None)
    ana.database.write(remember, [row], ana.later())
    ana.world = seen(ana.database)
    assert ana.decision(ana.world.novels) is Reason.NOT_SPECIFIED


def test_12_she_is_erased_at_her_request_and_imported_again(ana: Ana) -> None:
    """R-79: a minimal suppression stays, and the import does not bring her back."""
    story_2(ana)
    ana.database.write(erasure.erase, ANA.key, by(at=ana.later(), via=Via.ERASURE))
    assert ana.known.address is None
    row = (ANA.key, ANA.address, None)
    ana.database.write(remember, [row], ana.later())
    outcome = ana.is_imported(ana.world.novels, ana.world.evenings)
    assert [v.refused for v in outcome.verdicts] == [Reason.OPTED_OUT_OF_ALL] * 2
    assert ana.rows[ALL] == (U, C)
    assert S not in [status for status, _ in ana.rows.values()]
    assert ana.decision(ana.world.novels) is Reason.OPTED_OUT_OF_ALL


def test_12b_known_by_key_only_one_click_for_novels(ana: Ana) -> None:
    """R-41, R-62: the token is enough, and asking by text finds the same."""
    outcome = ana.one_clicks(ana.world.novels)
    assert outcome.known.address is None
    assert ana.rows == {of_type(ana.world.novels.id): (U, C)}
    with ana.database.reading() as connection:
        asked = [address_key(ADDRESS_SECRET, "Ana@EXAMPLE.com")]
        (decision,) = decisions(connection, ana.world.catalog, ana.world.novels, asked, ana.now)
    assert decision.reason is Reason.UNSUBSCRIBED
