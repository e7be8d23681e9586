"""Whatever anybody does in whatever order, the promises of docs/rules.md hold.

The machine acts through the services on SQLite. What it asserts is said in plain Python and knows
nothing of how the rules are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from app.domain.catalog import Brand, Policy, SubscriptionType
from app.domain.changes import (
    Ask,
    By,
    Change,
    Except,
    Hand,
    Lift,
    Note,
    Pause,
    Report,
    Resume,
    Subscribe,
    Unsubscribe,
)
from app.domain.decision import decide
from app.domain.ledger import Event, broken, replayed
from app.domain.page import Form, listed
from app.domain.standing import (
    ALL,
    BOUNCE,
    COMPLAINT,
    Held,
    Place,
    Standing,
    of_brand,
    of_type,
)
from app.domain.words import (
    ACCOUNT,
    DAY,
    HOUR,
    Actor,
    Basis,
    Cause,
    Kind,
    Scope,
    ScopeKind,
    Status,
    Via,
)
from app.services import choices, erasure, preferences
from app.services.choices import Press
from app.services.preferences import Instruction, Source, always
from app.store import addresses
from app.store.addresses import Known
from app.store.doors import Database
from tests.databases import ON_SQLITE
from tests.world import NOW, World, by

KEYS = count(1)
SLUGS = ("novels", "offers", "circle", "letter", "evenings")
BRANDS = ("fernway", "workshops")
REPORTERS = {Cause.BOUNCE: Actor.BOUNCE, Cause.COMPLAINT: Actor.COMPLAINT}
SINGLE = (Hand.USER, Hand.API)
RUNS = (Hand.USER_BULK, Hand.AUTOMATIC)


@dataclass(frozen=True)
class Record:
    """A record that may be undone: who made it, its number, and what stood before and after."""

    who: By
    number: int
    before: Mapping[Place, Standing]
    last: int
    at: int


def said(held: Mapping[Place, Standing]) -> dict[Place, Standing]:
    """What stands, whatever the numbers of the events that made it so."""
    return {place: standing._replace(number=0) for place, standing in held.items()}


EVIDENCE = st.fixed_dictionaries(
    {
        "policy": st.sampled_from([Policy(), Policy(data_privacy=True)]),
        "basis": st.sampled_from([None, Basis.LEGITIMATE_INTEREST_CLIENT]),
        "basis_ends": st.sampled_from([None, NOW + DAY, NOW + 90 * DAY]),
        "explained": st.booleans(),
    }
)
HANDS = st.sampled_from(Hand)
TYPES, BRAND = st.sampled_from(SLUGS), st.sampled_from(BRANDS)
TICKS = st.frozensets(TYPES)
AGES = st.sampled_from([0, HOUR, 10 * DAY])


class Promises(RuleBasedStateMachine):
    """One address, of which nothing is known at first."""

    forms: Bundle[tuple[str, Form]] = Bundle("forms")
    records: Bundle[Record] = Bundle("records")
    requests: Bundle[tuple[str, Record]] = Bundle("requests")

    def __init__(self, database: Database, world: World) -> None:
        super().__init__()
        self.database, self.world = database, world
        self.key = next(KEYS).to_bytes(16)
        self.now = NOW
        self.known = Known(self.key)
        self.events: list[Event] = []
        self.noes: dict[Place, int] = {}
        """When the person, or the mail system of them, last said no, event or not."""

    # What the world looks like

    @property
    def types(self) -> list[SubscriptionType]:
        """Every type, also the transactional one."""
        return list(self.world.catalog.types.values())

    def mailed(self, held: Held) -> set[int]:
        """The types that may be mailed, a pause aside."""
        known, policy = self.known, self.world.catalog.policy
        unpaused = Held({p: s for p, s in held.items() if p.cause is not Cause.PAUSE})
        decided = ((t, decide(t, unpaused, known.stored_at, policy, self.now)) for t in self.types)
        return {t.id for t, decision in decided if decision.allowed}

    def look(self) -> None:
        """Read what is stored now."""
        with self.database.reading() as connection:
            self.known = addresses.known(connection, self.key)
            self.events = preferences.events_since(connection, self.key, 0)

    # What is done, and what must then hold

    def act(self, who: By, work: Callable[..., Any], *args: Any) -> tuple[Any, Held, list[Record]]:
        """Do `work` in a transaction; its result, what stood before, and the record it made."""
        self.now += HOUR
        before, number = self.known.held, self.known.number
        result = self.database.write(work, *args)
        self.look()
        self.check(who, before, self.known.held, {e.place for e in self.events[number:]})
        made = self.known.number > number
        record = Record(who, number + 1, before, self.known.number, self.now)
        return result, before, [record] * made

    def kept(self, before: Held, record: Record) -> None:
        """No no that came after `record` is taken away with it, but for one of its own."""
        own = [e for e in self.events if e.record == record.number and e.undone is None]
        said = {e.place for e in own if e.status == Status.UNSUBSCRIBED}
        for place, at in self.noes.items():
            if at > record.at and place not in said and before.opted_out(place):
                assert self.known.held.opted_out(place), place

    def ask(self, who: By, *changes: Change) -> tuple[Any, Held, list[Record]]:
        """Have changes judged and written."""
        who = replace(who, at=self.now + HOUR)
        return self.act(who, preferences.apply, Instruction(self.key, who, always(*changes)))

    def check(self, who: By, before: Held, after: Held, touched: set[Place]) -> None:
        """Nothing changes without an event, and nobody but who may ends what the person said."""
        for place in before.keys() | after.keys():
            if place not in touched:
                assert after.get(place) == before.get(place), place
            if before.opted_out(place) and not after.opted_out(place):
                self.check_lifted(who, place, before)
            if place.cause is Cause.PAUSE and after.get(place) != before.get(place):
                assert who.actor is Actor.CONTACT or who.via is Via.UNDO

    def check_lifted(self, who: By, place: Place, before: Held) -> None:
        """Whoever lifted what stood at `place` was allowed to."""
        stood = before[place]
        if who.hand is Hand.CONTACT:
            return
        evidenced = who.basis is not None and who.explained
        if who.via is Via.UNDO:
            assert not stood.by_contact
        elif place == COMPLAINT:
            pytest.fail("only the person takes a complaint back")
        elif place.scope.kind is ScopeKind.TYPE:
            assert not before.covers(self.world.catalog.types[place.scope.id].brand)
            assert who.hand not in (Hand.AUTOMATIC, Hand.API_V3)
            assert who.explained
            if stood.by_contact or who.policy.data_privacy or who.hand in SINGLE:
                assert who.basis is not None
            if stood.by_contact:
                assert who.hand in SINGLE
        elif stood.by_contact:
            assert stood.via is Via.FALLBACK_FORM
            assert who.hand is Hand.USER
            assert evidenced
        else:
            assert who.explained

    # The moves

    @initialize(
        stands=st.sets(st.sampled_from([ALL, BOUNCE, COMPLAINT])), hand=HANDS, yes=st.booleans()
    )
    def begin(self, stands: set[Place], hand: Hand, *, yes: bool) -> None:
        """Some have a past."""
        if yes:
            self.ask(by(Hand.CONTACT), *(Subscribe(t) for t in self.world.fernway.types))
        if ALL in stands:
            self.ask(by(hand), Unsubscribe(ACCOUNT))
        for cause in {place.cause for place in stands} & REPORTERS.keys():
            who = by(Hand.AUTOMATIC, actor=REPORTERS[cause])
            self.ask(who, Report(cause, self.now + HOUR))

    @rule(
        target=records,
        hand=HANDS,
        scope=st.sampled_from(ScopeKind),
        type_=TYPES,
        form=st.booleans(),
    )
    def unsubscribes(self, hand: Hand, scope: ScopeKind, type_: str, *, form: bool) -> Any:
        """Anybody may, at any scope, always: it lands."""
        kind = self.world.type(type_)
        scopes = {
            ScopeKind.ACCOUNT: ACCOUNT,
            ScopeKind.BRAND: Scope.brand(kind.brand),
            ScopeKind.TYPE: Scope.type(kind.id),
        }
        who = by(hand)
        if scope is ScopeKind.ACCOUNT and form and hand is Hand.CONTACT:
            who = by(hand, via=Via.FALLBACK_FORM)
        outcome, before, made = self.ask(who, Unsubscribe(scopes[scope], kind))
        after, place = self.known.held, Place(scopes[scope], Cause.CHOICE)
        assert outcome.verdicts[0].refused is None
        assert after.opted_out(place)
        assert self.mailed(after) <= self.mailed(before)
        if who.actor is Actor.CONTACT:
            assert after[place].by_contact
            if after[place].proven and who.via is not Via.FALLBACK_FORM:
                self.noes[place] = self.now
        if scope is ScopeKind.ACCOUNT:
            assert not after.exceptions()
            assert self.mailed(after) <= {self.world.receipts.id}
        return multiple(*made)

    @rule(target=records, hand=HANDS, type_=TYPES, evidence=EVIDENCE)
    def subscribes(self, hand: Hand, type_: str, evidence: dict[str, Any]) -> Any:
        """A yes for a person needs what the rules ask for; it never reaches another type."""
        kind, who = self.world.type(type_), by(hand, **evidence)
        outcome, before, made = self.ask(who, Subscribe(kind))
        place = of_type(kind.id)
        assert self.mailed(self.known.held) - self.mailed(before) <= {kind.id}
        if hand is not Hand.CONTACT:
            if before.covers(kind.brand):
                assert outcome.verdicts[0].refused
            if place not in before and who.policy.data_privacy and made:
                assert who.basis
                assert who.explained
            if place in before and before[place].own_word and not before.opted_out(place):
                assert not made
        return multiple(*made)

    @rule(
        target=records,
        hand=HANDS,
        place=st.sampled_from([ALL, BOUNCE, COMPLAINT, None]),
        brand=BRAND,
        evidence=EVIDENCE,
    )
    def lifts(self, hand: Hand, place: Place | None, brand: str, evidence: dict[str, Any]) -> Any:
        """What was lifted, and by whom, is checked after every move."""
        lifted = place or of_brand(self.world.brand(brand).id)
        return multiple(*self.ask(by(hand, **evidence), Lift(lifted))[2])

    @rule(target=records, hand=HANDS, brand=BRAND)
    def excepts(self, hand: Hand, brand: str) -> Any:
        """Only the person makes an exception."""
        id_ = self.world.brand(brand).id
        _, before, made = self.ask(by(hand), Except(id_))
        if self.known.held.excepts(id_) and not before.excepts(id_):
            assert hand is Hand.CONTACT
        return multiple(*made)

    @rule(cause=st.sampled_from(list(REPORTERS)), age=AGES)
    def feedback_arrives(self, cause: Cause, age: int) -> None:
        """It suppresses, unless the person said yes after it happened."""
        who = by(Hand.AUTOMATIC, actor=REPORTERS[cause])
        happened = self.now - age
        _, before, _ = self.ask(who, Report(cause, happened))
        yes = [s.at for s in before.values() if s.by_contact and s.status is Status.SUBSCRIBED]
        if happened >= max(yes, default=happened):
            assert self.known.held.opted_out(Place(ACCOUNT, cause))
            self.noes[Place(ACCOUNT, cause)] = self.now
        else:
            assert self.known.held == before

    @rule(target=records, hand=HANDS, brand=BRAND, days=st.sampled_from([30, 60, 0]))
    def pauses(self, hand: Hand, brand: str, days: int) -> Any:
        """A pause or, for no days, its end."""
        id_ = self.world.brand(brand).id
        change = Pause(id_, self.now + days * DAY) if days else Resume(id_)
        _, before, made = self.ask(by(hand), change)
        assert self.mailed(self.known.held) == self.mailed(before)
        return multiple(*made)

    @rule(target=requests, type_=TYPES)
    def asks(self, type_: str) -> Any:
        """A request never makes an address less mailable than it was, nor more."""
        _, before, made = self.ask(by(), Ask(self.world.type(type_), self.now + 7 * DAY))
        assert self.mailed(self.known.held) == self.mailed(before)
        return multiple(*((type_, record) for record in made))

    @rule(request=requests)
    def confirms(self, request: tuple[str, Record]) -> None:
        """The mail's button subscribes what was asked, and lifts what is older than the request."""
        type_, record = request
        kind = self.world.type(type_)
        brand = next(b for b in self.world.catalog.brands.values() if b.id == kind.brand)
        press = Press(self.key, self.world.catalog, Via.CONFIRMATION, self.now + HOUR, Source())
        who = by(via=Via.CONFIRMATION, at=press.at)
        _, before, _ = self.act(who, choices.confirm, press, brand, record.number)
        self.kept(before, record)
        late = {place for place, at in self.noes.items() if at > record.at}
        if late & set(before.covers(brand.id)):
            assert not self.mailed(self.known.held) - self.mailed(before)

    @rule()
    def gives_a_reason(self) -> None:
        """A note changes nothing."""
        _, before, _ = self.ask(by(), Note(ACCOUNT))
        assert self.known.held == before

    def page_of(self, brand: str) -> Form:
        """The page as it is now."""
        held = self.known.held
        shown, mailed = listed(self.world.brand(brand), held), self.mailed(held)
        return Form({t.id: t.id in mailed for t in shown}, frozenset(), self.known.number)

    @rule(target=forms, brand=BRAND)
    def opens(self, brand: str) -> tuple[str, Form]:
        """A page that may be saved much later."""
        return brand, self.page_of(brand)

    @rule(target=records, opened=forms, ticks=TICKS)
    def saves(self, opened: tuple[str, Form], ticks: frozenset[str]) -> Any:
        """A form reaches what it showed, unticking lands, and a stale one lifts nothing."""
        return multiple(*self.save(self.world.brand(opened[0]), opened[1], ticks))

    @rule(target=records, brand=BRAND, ticks=TICKS)
    def opens_and_saves(self, brand: str, ticks: frozenset[str]) -> Any:
        """The usual case: nothing happens between."""
        return multiple(*self.save(self.world.brand(brand), self.page_of(brand), ticks))

    def save(self, brand: Brand, form: Form, ticks: frozenset[str]) -> list[Record]:
        """Save a form, ticked so."""
        filled = replace(form, ticked=frozenset(self.world.type(slug).id for slug in ticks))
        press = Press(self.key, self.world.catalog, Via.PREFERENCE_PAGE, self.now + HOUR, Source())
        touched = {e.place for e in self.events[form.number :] if e.kind != Kind.NOTED}
        _, before, made = self.act(by(at=press.at), choices.save, press, brand, filled)
        self.check_saved(brand, filled, before, touched)
        return made

    def check_saved(self, brand: Brand, form: Form, before: Held, touched: set[Place]) -> None:
        """What a saved form promises."""
        after = self.known.held
        shown = {t.id for t in listed(brand, before)} & form.rendered.keys()
        for type_ in self.types:
            place = of_type(type_.id)
            if type_.id not in shown:
                assert after.get(place) == before.get(place)
            elif form.rendered[type_.id] and type_.id not in form.ticked:
                assert after.opted_out(place)
        more = self.mailed(after) - self.mailed(before)
        if not before.opted_out(BOUNCE):
            assert more <= shown & form.ticked
        if touched & set(before.covers(brand.id)):
            assert set(before.covers(brand.id)) <= set(after.covers(brand.id))

    @rule(target=records, record=records)
    def undoes(self, record: Record) -> Any:
        """The person takes back what is theirs, an admin a run; what came later stays."""
        theirs = record.who.hand is Hand.CONTACT
        if not theirs and record.who.hand not in RUNS:
            return multiple()
        who = by(Hand.CONTACT if theirs else Hand.USER_BULK, via=Via.UNDO, at=self.now + HOUR)
        undo = Instruction(self.key, who, always())
        alone = record.last == self.known.number
        _, before, made = self.act(who, preferences.take_back, undo, record.number)
        self.kept(before, record)
        if alone:
            assert said(self.known.held) == said(record.before)
        return multiple(*(replace(again, who=record.who) for again in made))

    @rule(theirs=st.booleans())
    def is_erased(self, *, theirs: bool) -> None:
        """Every yes ends, every no stays, and at the person's own wish nothing may come."""
        who = by(Hand.CONTACT if theirs else Hand.USER, via=Via.ERASURE, at=self.now + HOUR)
        _, before, _ = self.act(who, erasure.erase, self.key, who)
        after = self.known.held
        assert not any(s.status is Status.SUBSCRIBED for s in after.values())
        assert all(after.opted_out(place) for place in before if before.opted_out(place))
        assert after.opted_out(ALL) or not theirs

    @rule(forgotten=consumes(forms))
    def a_page_is_closed(self, forgotten: tuple[str, Form]) -> None:
        """Not every form is saved."""

    # What always holds

    @invariant()
    def the_ledger_explains_what_stands(self) -> None:
        """Replay yields it, the chain is whole, the address names its last event."""
        replay = replayed(self.events)
        assert replay.held == self.known.held
        assert broken(self.events) == []
        assert (replay.number, replay.hash) == (self.known.number, self.known.hash)

    @invariant()
    def an_exception_has_something_to_except_from(self) -> None:
        """It ends with the opt-out it excepts from."""
        assert self.known.held.opted_out(ALL) or not self.known.held.exceptions()

    @invariant()
    def nothing_is_mailed_while_an_opt_out_stands(self) -> None:
        """The send decision, said once more in other words."""
        no = {place for place in self.known.held if self.known.held.opted_out(place)}
        for type_ in self.types:
            policy = self.world.catalog.policy
            held, stored_at = self.known.held, self.known.stored_at
            if not decide(type_, held, stored_at, policy, self.now).allowed:
                continue
            assert BOUNCE not in no
            if not type_.transactional:
                assert not no & {COMPLAINT, of_brand(type_.brand), of_type(type_.id)}
                assert ALL not in no or held.status(of_brand(type_.brand)) is Status.SUBSCRIBED


def machine(database: Database, world: World) -> Any:
    """What Hypothesis starts each run with."""
    return lambda: Promises(database, world)


@pytest.mark.slow
@ON_SQLITE
def test_the_promises_hold_whatever_anybody_does(database: Database, world: World) -> None:
    """R-52, R-61, R-74, R-135, R-146, R-148, H-23, H-31, H-46."""
    run_state_machine_as_test(
        machine(database, world),
        settings=settings(max_examples=40, stateful_step_count=20, deadline=None),
    )


@pytest.mark.long
@ON_SQLITE
def test_the_promises_hold_for_much_longer(database: Database, world: World) -> None:
    """The same, deeper."""
    run_state_machine_as_test(
        machine(database, world),
        settings=settings(max_examples=1_500, stateful_step_count=50, deadline=None),
    )
