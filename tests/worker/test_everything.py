"""Imports, exports, workflows, sign-ups, confirmations, consent that ends, pages, moves, erasures
and death in any order: the ledger explains every preference after each step, and nothing is done
twice (issue 5)."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import distinct, func, select

from app.domain.changes import Hand, Subscribe
from app.domain.decision import decide
from app.domain.deeds import Doer
from app.domain.importing.orders import What
from app.domain.leaving import Leaving
from app.domain.ledger import Event, Replay, broken, replayed
from app.domain.page import Form, listed
from app.domain.rights import Outcome, Right
from app.domain.runs import Press as Asked
from app.domain.runs import RunState
from app.domain.standing import ALL, Held, Place, of_type
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import (
    ACCOUNT,
    DAY,
    HOUR,
    MINUTE,
    Actor,
    Basis,
    Cause,
    Kind,
    Scope,
    ScopeKind,
    Status,
    Via,
)
from app.domain.workflows import Action, ActionKind, Definition, Unit
from app.domain.workflows import Press as Put
from app.queries.exports import Wanted, export
from app.queries.exports import What as Exported
from app.queries.waiting import due
from app.services import (
    choices,
    erasure,
    own_move,
    preferences,
    runs,
    signing_up,
    undoing,
    workflows,
)
from app.services.choices import Press
from app.services.own_move import Yes
from app.services.preferences import Instruction, Source, always
from app.services.rights import Asked as Wish
from app.store import addresses
from app.store.addresses import Known
from app.store.runs import read as stored
from app.store.tables import (
    contact,
    event,
    evidence,
    file_debt,
    import_part,
    rights_request,
    run_row,
    sign_up,
)
from app.web.receiving import receive
from app.web.site import Site, make_site
from app.worker.delivering import Delivering
from app.worker.due import repeating
from app.worker.loop import DUTIES
from app.worker.mailing import Mailing
from app.worker.running import Running
from app.worker.sweeping import Sweeping
from tests.databases import ON_SQLITE, tidied
from tests.web.houses import Clock, settings_for
from tests.worker.mortal import AFTER, Mortal
from tests.world import NOW, World, by

NUMBERS = count(1)
PEOPLE = st.integers(0, 3)
DEATHS = st.one_of(st.none(), st.just(AFTER), st.integers(0, 40))
TICKS = st.frozensets(st.sampled_from(["novels", "offers", "letter"]))
ROWS = st.lists(
    st.tuples(PEOPLE, *[st.sampled_from(["", "yes", "no", "perhaps"])] * 3), min_size=1, max_size=6
)
ELSEWHERE = (Delivering, Sweeping, repeating, Mailing)
"""Duties that have nothing to do with it."""
OURS = [duty for duty in DUTIES if duty not in ELSEWHERE]
FOR_THEM = (Actor.IMPORT, Actor.WORKFLOW)


class Everything(RuleBasedStateMachine):
    """Four people, one workflow that waits for them, and any number of files."""

    # None for what nobody lived to see: when somebody dies depends on what lies in the database,
    # and how much there is to draw from must not.
    runs: Bundle[int | None] = Bundle("runs")
    moves: Bundle[tuple[int | None, int, int]] = Bundle("moves")

    def __init__(self, site: Site, world: World, mortal: Mortal, clock: Clock) -> None:
        super().__init__()
        self.site, self.world, self.mortal, self.clock = site, world, mortal, clock
        number = next(NUMBERS)
        self.people = [f"p{at}.of{number}@example.com" for at in range(4)]
        self.keys = [site.keys(address) for address in self.people]
        self.given: dict[int, int] = {}
        self.erased: dict[str, int] = {}
        self.step = 0

    # What is done

    def attempt(self, dies: int | None, work: Callable[[], Any]) -> Any:
        """Do it, and perhaps die of it; what came of it, None where nobody lived to tell."""
        self.let_time_pass()
        with self.mortal.dying(dies):
            return work()

    def let_time_pass(self) -> None:
        """One thing comes after the other."""
        self.step += 1
        self.clock.pass_(MINUTE)

    def write(self, dies: int | None, work: Callable[..., Any], *args: Any) -> Any:
        """The same in one transaction."""
        return self.attempt(dies, lambda: self.mortal.write(work, *args))

    @property
    def doer(self) -> Doer:
        """A user of the admin."""
        return Doer(7, self.clock())

    def press(self, who: int, via: Via) -> Press:
        """A press of a person."""
        return Press(self.keys[who], self.world.catalog, via, self.clock(), Source())

    @rule(target=runs, rows=ROWS, what=st.sampled_from(What), dies=DEATHS, works=DEATHS)
    def has_a_file_imported(
        self, rows: list[tuple[Any, ...]], what: What, dies: int | None, works: int | None
    ) -> int | None:
        """Handed in, begun, and perhaps done."""
        id_ = self.hand_in(rows, what, dies)
        if id_ is not None:
            self.write(None, runs.press, id_, Asked.START, self.doer)
            self.attempt(works, Running(self.site).work)
        return id_

    @rule(target=runs, rows=ROWS, what=st.sampled_from(What), dies=DEATHS)
    def hands_a_file_in(
        self, rows: list[tuple[Any, ...]], what: What, dies: int | None
    ) -> int | None:
        """It waits."""
        return self.hand_in(rows, what, dies)

    def hand_in(self, rows: list[tuple[Any, ...]], what: What, dies: int | None) -> int | None:
        lines = ["email,novels,offers,unsubscribed from all email"]
        lines += [f"{self.people[who]},{','.join(said)}" for who, *said in rows]
        file = io.BytesIO("\n".join(lines).encode())
        given = ("file.csv", "user:7")
        id_ = self.attempt(dies, lambda: receive(self.site, file, what, given, self.doer))
        if id_ is not None:
            self.given[id_] = self.step
        return None if id_ is None else int(id_)

    @rule(id_=runs, pressed=st.sampled_from(Asked), dies=DEATHS)
    def presses(self, id_: int | None, pressed: Asked, dies: int | None) -> None:
        if id_ is not None:
            self.write(dies, runs.press, id_, pressed, self.doer)

    @rule(id_=runs, dies=DEATHS)
    def takes_a_run_back(self, id_: int | None, dies: int | None) -> None:
        if id_ is not None:
            self.write(dies, undoing.begin, id_, "user:7", self.doer)

    @rule(who=PEOPLE, ticks=TICKS, dies=DEATHS)
    def saves_the_page(self, who: int, ticks: frozenset[str], dies: int | None) -> None:
        with self.mortal.reading() as connection:
            known = addresses.known(connection, self.keys[who])
        brand, address = self.world.fernway, self.people[who]
        rendered = {type_.id: False for type_ in listed(brand, known.held)}
        ticked = frozenset(self.world.type(slug).id for slug in ticks)
        form = Form(rendered, ticked, known.number)
        press = self.press(who, Via.PREFERENCE_PAGE)
        self.write(dies, choices.save, press, brand, form, address)

    @rule(who=PEOPLE, scope=st.sampled_from(["account", "brand", "type"]), dies=DEATHS)
    def leaves(self, who: int, scope: str, dies: int | None) -> None:
        brand, novels = self.world.fernway, self.world.novels
        scopes = {
            "account": ACCOUNT,
            "brand": Scope.brand(brand.id),
            "type": Scope.type(novels.id),
        }
        leaving = Leaving(brand, (scopes[scope],), novels)
        self.write(dies, choices.leave, self.press(who, Via.ONE_CLICK), leaving)
        if dies is None:
            assert self.known(who).held.opted_out(Place(scopes[scope], ALL.cause))

    @rule(who=PEOPLE, dies=DEATHS)
    def signs_up(self, who: int, dies: int | None) -> None:
        press, brand = self.press(who, Via.SIGNUP_FORM), self.world.fernway
        types = [self.world.novels, self.world.letter]
        self.write(dies, signing_up.ask, press, brand, types, self.people[who])

    @rule(who=PEOPLE, dies=DEATHS)
    def confirms(self, who: int, dies: int | None) -> None:
        asked = [e.record for e in self.events(who) if e.kind == Kind.REQUESTED]
        if asked:
            press = self.press(who, Via.CONFIRMATION)
            self.write(dies, choices.confirm, press, self.world.fernway, asked[-1])

    @rule(who=PEOPLE, days=st.sampled_from([1, 400]), dies=DEATHS)
    def buys_something(self, who: int, days: int, dies: int | None) -> None:
        """Implied consent, which ends."""
        basis, at = Basis.LEGITIMATE_INTEREST_CLIENT, self.clock()
        sold = by(Hand.API, at=at, basis=basis, basis_ends=at + days * DAY, explained=True)
        wanted = Instruction(self.keys[who], sold, always(Subscribe(self.world.offers)))
        self.write(dies, preferences.apply, wanted)

    @rule(target=moves, who=PEOPLE, to=PEOPLE, dies=DEATHS)
    def asks_to_move(self, who: int, to: int, dies: int | None) -> Any:
        """Both mailboxes are asked."""
        link, brand = next(NUMBERS).to_bytes(32), self.world.fernway.id
        asked = Wish(Right.ADDRESS_CHANGE, self.keys[who], brand, "en", self.clock(), link)
        if who == to:
            return multiple()
        self.write(dies, own_move.ask, asked, None, self.keys[to], self.people[to])
        with self.mortal.reading() as connection:
            made = select(rights_request.c.id).where(rights_request.c.link == link)
            id_ = connection.scalar(made)
        return id_, who, to

    @rule(move=moves, mailbox=st.booleans(), dies=DEATHS)
    def a_mailbox_agrees(
        self, move: tuple[int | None, int, int], dies: int | None, *, mailbox: bool
    ) -> None:
        """With the second everything moves, or nothing does."""
        id_, *both = move
        if id_ is None:
            return
        held = [self.known(who).held for who in both]
        yes = Yes(id_, self.keys[both[mailbox]], self.world.catalog, self.clock(), {})
        was_open = self.outcome(id_) is None
        self.write(dies, own_move.agree, yes)
        old, new = (self.known(who).held for who in both)
        if not was_open or self.outcome(id_) != Outcome.DONE:
            assert [old, new] == held
            return
        left = [p for of in held for p in of if of.opted_out(p) and p.cause is Cause.CHOICE]
        assert [place for place in left if not new.opted_out(place)] == []
        assert old.opted_out(ALL)
        assert not [place for place in old if old.status(place) is Status.SUBSCRIBED]

    def outcome(self, id_: int) -> int | None:
        """What became of a request."""
        with self.mortal.reading() as connection:
            found = select(rights_request.c.outcome).where(rights_request.c.id == id_)
            return connection.scalar(found)

    @rule()
    def lists_are_taken_away(self) -> None:
        """An export tells what stands, and to mail nobody who may not be mailed."""
        catalog, now = self.world.catalog, self.clock()
        exported = export(self.mortal.browsing, Wanted(Exported.PREFERENCES, catalog, now))
        rows = [row for page in exported.pages for row in page if row["cause"] == "CHOICE"]
        for who, key in enumerate(self.keys):
            known = self.known(who)
            told = {(r["scope"], r["scopeId"]): r for r in rows if r["addressKey"] == key.hex()}
            assert {place: row["status"] for place, row in told.items()} == {
                (place.scope.kind.name, place.scope.id): standing.status.name
                for place, standing in known.held.items()
                if place.cause is Cause.CHOICE
            }
            for type_ in (self.world.novels, self.world.offers, self.world.letter):
                row = told.get((ScopeKind.TYPE.name, type_.id))
                may = decide(type_, known.held, known.stored_at, catalog.policy, now).allowed
                assert row is None or (row["use"] == "") is may

    @rule(who=PEOPLE, hand=st.sampled_from([Hand.CONTACT, Hand.USER]), dies=DEATHS)
    def is_erased(self, who: int, hand: Hand, dies: int | None) -> None:
        before = self.known(who).number
        by_ = by(hand, via=Via.ERASURE, at=self.clock() + MINUTE)
        self.write(dies, erasure.erase, self.keys[who], by_)
        happened = self.events(who)[before:]
        if dies is None or any(e.via == Via.ERASURE for e in happened):
            self.erased[self.people[who]] = self.step
            self.nothing_is_left(self.keys[who])

    @rule(deaths=st.lists(DEATHS, min_size=len(OURS), max_size=len(OURS)))
    def workers_work(self, deaths: list[int | None]) -> None:
        """Each does a little, and some die of it."""
        for duty, dies in zip(OURS, deaths, strict=True):
            self.attempt(dies, lambda: self.works(duty))  # noqa: B023
            self.clock.pass_(MINUTE)

    def works(self, duty: Any) -> int:
        """Do a little: nothing that its bell would not have rung for."""
        with self.mortal.reading() as connection:
            rung = DUTIES[duty] is None or DUTIES[duty] in due(connection, self.clock())
        done: int = duty(self.site).work()
        assert rung or not done
        return done

    @rule(hours=st.sampled_from([1, 30, 24 * 8]))
    def time_goes_by(self, hours: int) -> None:
        self.clock.pass_(hours * HOUR)

    # What must then hold

    def known(self, who: int) -> Known:
        with self.mortal.reading() as connection:
            return addresses.known(connection, self.keys[who])

    def events(self, who: int) -> list[Event]:
        with self.mortal.reading() as connection:
            return preferences.events_since(connection, self.keys[who], 0)

    @invariant()
    def the_ledger_explains_what_stands(self) -> None:
        """Replay yields it, the chain is whole, the address names its last event."""
        for who in range(len(self.people)):
            known, events = self.known(who), self.events(who)
            replay = replayed(events)
            assert tidied(replay.held, known.held) == known.held
            assert broken(events) == []
            assert (replay.number, replay.hash) == (known.number, known.hash)

    @invariant()
    def nobody_is_mailed_without_a_yes_that_holds(self) -> None:
        """A form only asks, what asks waits for the yes, and a consent ends on its day."""
        now, policy = self.clock(), self.world.catalog.policy
        for who in range(len(self.people)):
            known = self.known(who)
            for type_ in (self.world.novels, self.world.offers, self.world.letter):
                stands = known.held.get(of_type(type_.id))
                if decide(type_, known.held, known.stored_at, policy, now).allowed:
                    assert stands or not type_.confirms
                    assert not (stands and stands.basis_ends and stands.basis_ends <= now)
            asked = [e for e in self.events(who) if e.via == Via.SIGNUP_FORM]
            assert {e.kind for e in asked} <= {Kind.REQUESTED}

    @invariant()
    def nothing_that_runs_for_people_lifts_what_stands(self) -> None:
        """Neither an import nor a workflow ends an opt-out, whoever made it."""
        for who in range(len(self.people)):
            replay = Replay()
            for happened in self.events(who):
                before = Held(replay.held)
                replay.take(happened)
                if happened.actor in FOR_THEM and happened.kind == Kind.CHANGED:
                    assert not before.opted_out(happened.place) or replay.held.opted_out(
                        happened.place
                    )

    @invariant()
    def each_run_deals_with_each_address_once(self) -> None:
        """One record of a run for an address, and a row for each line that was dealt with."""
        records = func.count(distinct(event.c.record))
        twice = select(event.c.run).where(event.c.address_key.in_(self.keys))
        twice = twice.where(event.c.run.is_not(None)).group_by(event.c.run, event.c.address_key)
        with self.mortal.reading() as connection:
            assert connection.scalars(twice.having(records > 1)).all() == []
            for id_ in self.given:
                done = stored(connection, id_)
                if done and done.started_at and done.state is not RunState.CHECKING:
                    rows = select(func.count()).where(
                        run_row.c.run == id_, run_row.c.position <= int(done.cursor or 0)
                    )
                    assert connection.scalar(rows) == done.done

    def nothing_is_left(self, key: bytes) -> None:
        """Of who was erased: no text, contact, evidence or sign-up."""
        with self.mortal.reading() as connection:
            assert addresses.known(connection, key).address is None
            for table in (contact, evidence, sign_up):
                found = select(table.c.address_key).where(table.c.address_key == key)
                assert connection.execute(found).all() == [], table.name

    def teardown(self) -> None:
        """Nobody dies any more: all that is owed is done, and files given before an erasure have
        nobody of those who were erased in them."""
        for _ in range(3):
            for duty in OURS:
                while self.works(duty):
                    pass
            self.clock.pass_(HOUR)
        with self.mortal.reading() as connection:
            assert connection.execute(select(file_debt.c.run)).all() == []
            for id_, step in self.given.items():
                parts = connection.scalars(
                    select(import_part.c.content).where(import_part.c.run == id_)
                )
                text = b"".join(zlib.decompress(bytes(part)) for part in parts).decode()
                gone = [each for each, at in self.erased.items() if at > step]
                assert [each for each in gone if each in text] == []
                found = stored(connection, id_)
                assert found
                assert not found.at_work
                if found.state is RunState.DONE:
                    assert found.total in (None, found.done)


@pytest.fixture
def machine(database_url: str, tmp_path: Path, world: World) -> Any:
    """What Hypothesis starts each run with."""
    made = installed(database_url, tmp_path, world)
    return lambda: Everything(*made)


def installed(url: str, directory: Path, world: World) -> tuple[Site, World, Mortal, Clock]:
    """One installation, with its workflow active."""
    clock, mortal = Clock(), Mortal(url)
    site = replace(make_site(settings_for(url, directory)), now=clock, database=mortal)
    novels, doer = world.novels.id, Doer(7, NOW)
    triggers = (
        Trigger(TriggerKind.CREATED),
        Trigger(TriggerKind.STATUS, type=novels, status=Status.SUBSCRIBED),
        Trigger(TriggerKind.OPT_OUT),
    )
    actions = (
        Action(ActionKind.STATUS, type=world.offers.id, status=Status.SUBSCRIBED),
        Action(ActionKind.CONFIRM, type=world.letter.id),
        Action(ActionKind.WAIT, count=1, unit=Unit.DAYS),
        Action(ActionKind.STATUS, type=novels, status=Status.UNSUBSCRIBED),
    )
    made = mortal.write(
        workflows.make, "Everybody", Definition(triggers, actions=actions, again=True), doer
    )
    assert mortal.write(workflows.press, made, Put.ACTIVATE, doer)
    return site, world, mortal, clock


@pytest.mark.slow
@ON_SQLITE
def test_whatever_happens_the_ledger_explains_it(machine: Any) -> None:
    """R-79, H-23: in any order, and whoever dies."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=12, stateful_step_count=25, deadline=None)
    )


@pytest.mark.long
@ON_SQLITE
def test_whatever_happens_for_much_longer(machine: Any) -> None:
    """The same, deeper."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=100, stateful_step_count=50, deadline=None)
    )
