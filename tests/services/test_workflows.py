"""Workflows: who enters, once; what is done to them, in order; what stands is never lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product

import pytest
from sqlalchemy import insert, select

from app.domain.changes import Hand, Subscribe, Unsubscribe
from app.domain.contacts import Processing, PropertyKind, Source
from app.domain.deeds import Doer
from app.domain.hours import Hours
from app.domain.mail import MailKind
from app.domain.runs import RunState
from app.domain.standing import of_type
from app.domain.triggers import Happening, Occasion, Since, Trigger, TriggerKind
from app.domain.words import ACCOUNT, DAY, HOUR, MINUTE, Actor, Basis, Reason, Scope, Status, Via
from app.domain.workflows import (
    Action,
    ActionKind,
    Definition,
    EnrolmentState,
    Press,
    Unit,
    What,
    enters,
)
from app.queries.workflows import forecast
from app.services import (
    contacts,
    enrolment_runs,
    enrolment_walks,
    feed,
    runs,
    stepping,
    workflows,
)
from app.services.actions import Means
from app.services.contacts import Draft, Origin
from app.services.preferences import events_since
from app.store import addresses
from app.store.doors import Database
from app.store.runs import Run, read
from app.store.tables import contact, contact_property, enrolment, enrolment_step, outbox
from app.store.workflows import facts
from tests.world import NOW, YESTERDAY, Person, World, by, say

DORA = Doer(None, NOW)
WHY = "They ticked the box at the fair."
LATER = NOW + 2 * MINUTE
AGE = 5
HANDS = {Actor.CONTACT: Hand.CONTACT, Actor.USER: Hand.USER}


def people(number: int) -> list[Person]:
    """So many people."""
    return [Person(f"P{at}", f"p{at:03}@example.com") for at in range(number)]


def made(
    database: Database, found: Sequence[Person], at: int = YESTERDAY, **values: str
) -> list[int]:
    """Contacts of these people, by id, made then."""
    drafts = [
        Draft(p.key, p.address, values={int(n[1:]): v for n, v in values.items()}) for p in found
    ]
    return [saved.id for saved in database.write(contacts.save_all, drafts, import_at(at))]


def import_at(at: int) -> Origin:
    """An import then."""
    return Origin(at, Source.IMPORT, "run:1")


def subscribe(world: World, slug: str = "novels") -> Action:
    """The action of F17, with all that data privacy asks for."""
    return Action(
        ActionKind.STATUS,
        type=world.type(slug).id,
        status=Status.SUBSCRIBED,
        basis=Basis.CONSENT_WITH_NOTICE,
        explanation=WHY,
        processing=Processing.CONSENT,
        processing_explanation="The same box.",
    )


def wait(count: int = 1, unit: Unit = Unit.DAYS) -> Action:
    """An action that waits."""
    return Action(ActionKind.WAIT, count=count, unit=unit)


def active(database: Database, definition: Definition, at: int = NOW) -> int:
    """A workflow, active since then."""
    id_ = database.write(workflows.make, "Welcome", definition, DORA)
    assert database.write(workflows.press, id_, Press.ACTIVATE, Doer(None, at))
    return id_


CREATED = Trigger(TriggerKind.CREATED)


def look(database: Database, now: int = LATER) -> None:
    """What workers do to find who enters."""
    database.write(feed.sequence, now)
    while True:
        with database.reading() as connection:
            walk, dated = enrolment_walks.due(connection, now), None
            dated = enrolment_walks.dates_due(connection, now)
        if walk is not None:
            database.write(enrolment_walks.go_on, walk, now)
        elif dated is not None:
            database.write(enrolment_walks.reach_dates, dated, now)
        else:
            return


def act(database: Database, world: World, now: int = LATER) -> None:
    """What workers do for those inside."""
    while True:
        with database.reading() as connection:
            id_ = stepping.due(connection, now)
        if id_ is None:
            return
        means = Means(f"workflow:{id_}", world.catalog, lambda known, else_: known or else_, now)
        database.write(stepping.carry_on, id_, means)


def trail(database: Database, id_: int) -> list[tuple[int, What, Reason | None]]:
    """What became of each step of a contact."""
    with database.reading() as connection:
        rows = connection.execute(
            select(enrolment_step)
            .where(enrolment_step.c.contact == id_)
            .order_by(enrolment_step.c.round, enrolment_step.c.step)
        )
        return [(r.step, What(r.what), Reason(r.reason) if r.reason else None) for r in rows]


def rounds(database: Database, id_: int) -> list[tuple[EnrolmentState, int, Occasion]]:
    """How a contact stands in the workflow: each time it entered."""
    with database.reading() as connection:
        rows = connection.execute(
            select(enrolment).where(enrolment.c.contact == id_).order_by(enrolment.c.round)
        )
        return [(EnrolmentState(r.state), r.step, Occasion(r.occasion)) for r in rows]


def held(database: Database, person: Person) -> addresses.Known:
    """What is known of the person."""
    with database.reading() as connection:
        return addresses.known(connection, person.key)


def test_what_is_done_is_the_workflows_and_says_why(database: Database, world: World) -> None:
    """F17: status, type, legal bases and explanation; the ledger names workflow and evidence."""
    (one,) = people(1)
    id_ = active(database, Definition((CREATED,), actions=(subscribe(world),)))
    (contact_id,) = made(database, [one], NOW)
    look(database, NOW + 1)
    assert rounds(database, contact_id) == [], "whoever writes a contact may not have committed"
    look(database)
    act(database, world)
    assert rounds(database, contact_id) == [(EnrolmentState.ENDED, 1, Occasion.CREATED)]
    assert trail(database, contact_id) == [(0, What.CHANGED, None)]
    standing = held(database, one).held[of_type(world.novels.id)]
    assert (standing.status, standing.actor, standing.via, standing.basis) == (
        Status.SUBSCRIBED,
        Actor.WORKFLOW,
        Via.WORKFLOW,
        Basis.CONSENT_WITH_NOTICE,
    )
    with database.reading() as connection:
        (event,) = events_since(connection, one.key, 0)
        row = connection.execute(select(contact)).one()
    assert (event.reference, event.digest is not None) == (f"workflow:{id_}", True)
    assert (row.processing, row.processing_explanation, row.processing_by) == (
        Processing.CONSENT,
        "The same box.",
        f"workflow:{id_}",
    )


@pytest.mark.parametrize("maker", [Actor.CONTACT, Actor.USER, Actor.IMPORT, Actor.WORKFLOW])
def test_a_type_that_stands_unsubscribed_is_left_and_the_enrolment_goes_on(
    database: Database, world: World, maker: Actor
) -> None:
    """F19, rules.md 3: whoever made it so."""
    kind, who = world.novels, by(HANDS.get(maker, Hand.AUTOMATIC), at=YESTERDAY, actor=maker)
    out, covered = people(2)
    say(database, out, Unsubscribe(Scope.type(kind.id), kind), by_=who)
    say(database, covered, Unsubscribe(ACCOUNT), by_=who)
    after = Action(ActionKind.STATUS, type=world.offers.id, status=Status.UNSUBSCRIBED)
    active(database, Definition((CREATED,), actions=(subscribe(world), after)))
    left, other = made(database, [out, covered], NOW)
    look(database)
    act(database, world)
    assert trail(database, left) == [
        (0, What.REFUSED, Reason.UNSUBSCRIBED),
        (1, What.CHANGED, None),
    ]
    assert trail(database, other)[0] == (0, What.REFUSED, Reason.OPTED_OUT_OF_ALL)
    assert held(database, out).held.opted_out(of_type(kind.id))


def test_waits_end_in_time_and_each_mail_is_owed_once(database: Database, world: World) -> None:
    (one,) = people(1)
    link = Action(ActionKind.LINK, brand=world.workshops.id)
    ask = Action(ActionKind.CONFIRM, type=world.letter.id)
    active(database, Definition((CREATED,), actions=(link, wait(), ask, link)))
    (contact_id,) = made(database, [one], NOW)
    look(database)
    act(database, world)
    assert rounds(database, contact_id) == [(EnrolmentState.INSIDE, 2, Occasion.CREATED)]
    act(database, world, LATER + DAY - 1)
    assert [what for _, what, _ in trail(database, contact_id)] == [What.OWED, What.WAITS]
    act(database, world, LATER + DAY)
    assert [what for _, what, _ in trail(database, contact_id)][2:] == [What.OWED, What.OWED]
    assert rounds(database, contact_id)[0][0] is EnrolmentState.ENDED
    with database.reading() as connection:
        owed = connection.execute(select(outbox).order_by(outbox.c.created_at)).all()
    assert [MailKind(row.kind) for row in owed].count(MailKind.PREFERENCES_LINK) == 2
    assert {row.brand for row in owed} == {world.workshops.id, world.fernway.id}
    asked = next(row for row in owed if row.kind == MailKind.CONFIRMATION)
    assert (asked.record, held(database, one).held.awaits(world.letter.id, LATER + DAY)) == (
        1,
        True,
    )


def test_nobody_is_asked_to_confirm_what_they_left_or_have(
    database: Database, world: World
) -> None:
    kind = world.letter
    out, in_, covered = people(3)
    say(database, out, Unsubscribe(Scope.type(kind.id), kind))
    say(database, in_, Subscribe(kind))
    say(database, covered, Unsubscribe(Scope.brand(kind.brand)))
    ask = Action(ActionKind.CONFIRM, type=kind.id)
    active(database, Definition((CREATED,), actions=(ask,)))
    ids = made(database, [out, in_, covered], NOW)
    look(database)
    act(database, world)
    assert [trail(database, id_)[0][1:] for id_ in ids] == [
        (What.REFUSED, Reason.UNSUBSCRIBED),
        (What.UNCHANGED, None),
        (What.REFUSED, Reason.OPTED_OUT_OF_BRAND),
    ]


def test_a_paused_workflow_does_nothing_and_goes_on_where_it_was(
    database: Database, world: World
) -> None:
    before, meanwhile = people(2)
    id_ = active(database, Definition((CREATED,), actions=(wait(), subscribe(world))))
    (inside,) = made(database, [before], NOW)
    look(database)
    act(database, world)
    assert database.write(workflows.press, id_, Press.PAUSE, Doer(None, LATER))
    (missed,) = made(database, [meanwhile], LATER + HOUR)
    look(database, LATER + 2 * DAY)
    act(database, world, LATER + 2 * DAY)
    assert (len(trail(database, inside)), rounds(database, missed)) == (1, [])
    resumed = Doer(None, LATER + 2 * DAY)
    assert database.write(workflows.press, id_, Press.ACTIVATE, resumed)
    look(database, LATER + 3 * DAY)
    act(database, world, LATER + 3 * DAY)
    assert trail(database, inside)[1] == (1, What.CHANGED, None)
    assert rounds(database, missed) == [], "what happened while it was paused is past"


def test_whoever_is_inside_goes_on_by_the_version_they_entered_with(
    database: Database, world: World
) -> None:
    early, late = people(2)
    old = Definition((CREATED,), actions=(wait(), subscribe(world)))
    id_ = active(database, old)
    (first,) = made(database, [early], NOW)
    look(database)
    act(database, world)
    database.write(workflows.draft, id_, replace(old, actions=(subscribe(world, "offers"),)), DORA)
    assert not database.write(workflows.press, id_, Press.ARCHIVE, DORA), "it is active"
    assert database.write(workflows.press, id_, Press.ACTIVATE, Doer(None, LATER))
    assert not database.write(workflows.press, id_, Press.ACTIVATE, DORA), "nothing is new"
    (second,) = made(database, [late], LATER + 1)
    look(database, LATER + DAY)
    act(database, world, LATER + DAY)
    assert list(held(database, early).held) == [of_type(world.novels.id)]
    assert list(held(database, late).held) == [of_type(world.offers.id)]
    assert (len(trail(database, first)), len(trail(database, second))) == (2, 1)


def test_a_contact_enters_once_unless_it_may_again(database: Database, world: World) -> None:
    """Re-enrolment: once it has left, and what it entered by ceased and holds anew."""
    once, again = people(2)
    property_ = _property(database)
    trigger = Trigger(TriggerKind.PROPERTY, property=property_, value="Bonn")
    definition = Definition((trigger,), actions=(subscribe(world),), again=True)
    active(database, replace(definition, again=False))
    id_ = active(database, definition)
    (contact_id,) = made(database, [again], NOW, **{f"p{property_}": "Bonn"})
    for at, city in enumerate(["Bonn", "Köln", "Bonn", "Bonn"], 1):
        now = NOW + at * HOUR
        made(database, [again], now, **{f"p{property_}": city})
        look(database, now + 2 * MINUTE)
        act(database, world, now + 2 * MINUTE)
    assert len(made(database, [once])) == 1
    with database.reading() as connection:
        rows = connection.execute(select(enrolment).where(enrolment.c.contact == contact_id))
        entered = sorted((row.workflow == id_, row.round) for row in rows)
    assert entered == [(False, 1), (True, 1), (True, 2)]


def _property(database: Database, kind: PropertyKind = PropertyKind.TEXT) -> int:
    row = {"id": 5, "slug": "p", "name": "P", "kind": kind, "created_at": YESTERDAY}
    database.write(lambda connection: connection.execute(insert(contact_property), row))
    return 5


def test_dates_are_reached_on_their_day(database: Database, world: World) -> None:
    """In the workflow's own zone; whoever's day was before it was active does not enter."""
    property_ = _property(database, PropertyKind.DATE)
    past, today, tomorrow = people(3)
    days = ("2026-05-31", "2026-06-01", "2026-06-02")
    ids = [
        made(database, [person], YESTERDAY, **{f"p{property_}": day})[0]
        for person, day in zip((past, today, tomorrow), days, strict=True)
    ]
    trigger = Trigger(TriggerKind.DATE, property=property_)
    active(database, Definition((trigger,), actions=(subscribe(world),)))
    look(database)
    assert [len(rounds(database, id_)) for id_ in ids] == [0, 1, 0]
    look(database, LATER + DAY)
    assert [len(rounds(database, id_)) for id_ in ids] == [0, 1, 1]


def test_no_date_is_reached_in_a_workflow_that_was_paused_meanwhile(
    database: Database, world: World
) -> None:
    property_ = _property(database, PropertyKind.DATE)
    (id_,) = made(database, people(1), YESTERDAY, **{f"p{property_}": "2026-06-01"})
    trigger = Trigger(TriggerKind.DATE, property=property_)
    dated = active(database, Definition((trigger,), actions=(wait(),)))
    with database.reading() as connection:
        assert enrolment_walks.dates_due(connection, LATER) == dated
    database.write(workflows.press, dated, Press.PAUSE, Doer(None, LATER))
    assert database.write(enrolment_walks.reach_dates, dated, LATER) == 0
    assert rounds(database, id_) == []


def test_choices_are_seen_by_the_feed_each_once(database: Database, world: World) -> None:
    """F16: the status of a type becomes; an opt-out of everything is made, or lifted."""
    ana, ben, cleo = people(3)
    ids = made(database, [ana, ben, cleo])
    left = Trigger(TriggerKind.STATUS, type=world.novels.id, status=Status.UNSUBSCRIBED)
    out = Trigger(TriggerKind.OPT_OUT)
    no = Unsubscribe(Scope.type(world.novels.id), world.novels)
    say(database, cleo, no, by_=by(at=YESTERDAY))
    active(database, Definition((left, out), actions=(wait(),)))
    say(database, ana, no, by_=by(at=NOW + 1))
    say(database, ben, Unsubscribe(ACCOUNT), by_=by(at=NOW + 1))
    look(database)
    entered = [rounds(database, id_) for id_ in ids]
    inside = [(EnrolmentState.INSIDE, 0, Occasion.EVENT)]
    assert entered == [inside, inside, []], "what was so before is no occasion"


def test_those_who_match_already_are_enrolled_by_a_run(database: Database, world: World) -> None:
    """A job with progress that goes on where it was, and whose contacts enter once."""
    found = people(1_200)
    ids = made(database, found)
    everybody = Definition((CREATED,), actions=(wait(),))
    id_ = database.write(workflows.make, "All", everybody, DORA)
    done, run_id = database.write(enrolment_runs.activate, id_, DORA, len(ids))
    assert (done, run_id is not None) == (True, True)
    run = run_of(database, run_id or 0)
    while run.at_work:
        work = chunk_of(database, run, ids, everybody)
        run = database.write(runs.advance, run, work, lambda: 1, NOW) or run
    assert (run.state, run.counts, run.done) == (RunState.DONE, {"CHANGED": 1_200}, 1_200)
    assert database.write(enrolment_runs.enrol_ticked, id_, ids[:5], DORA) == 0, "they are inside"
    with database.reading() as connection:
        rows = connection.execute(select(enrolment.c.occasion, enrolment.c.run)).all()
    assert ({tuple(row) for row in rows}, len(rows)) == ({(Occasion.ALREADY, run_id)}, 1_200)


def test_nobody_enters_by_what_an_older_version_asked_of_them(
    database: Database, world: World
) -> None:
    """That knew nothing of what stands, so that everybody would have chosen nothing."""
    ana, ben = people(2)
    ids = made(database, [ana, ben])
    say(database, ana, Unsubscribe(Scope.type(world.novels.id), world.novels))
    old = Definition((CREATED,), actions=(wait(),))
    undecided = Trigger(TriggerKind.STATUS, type=world.novels.id, status=Status.NOT_SPECIFIED)
    new = replace(old, triggers=(undecided,))
    id_ = database.write(workflows.make, "Undecided", old, DORA)
    _, run_id = database.write(enrolment_runs.activate, id_, DORA, len(ids))
    run = run_of(database, run_id or 0)
    work = chunk_of(database, run, ids, old)
    database.write(workflows.draft, id_, new, DORA)
    database.write(workflows.press, id_, Press.ACTIVATE, DORA)
    run = database.write(runs.advance, run, work, lambda: 1, NOW) or run
    assert (run.at_work, run.done) == (True, 0)
    work = chunk_of(database, run, ids, new)
    run = database.write(runs.advance, run, work, lambda: 1, NOW) or run
    assert (run.state, run.counts) == (RunState.DONE, {"CHANGED": 1, "UNCHANGED": 1})
    assert rounds(database, ids[0]) == []


def run_of(database: Database, id_: int) -> Run:
    """The run as it is."""
    with database.reading() as connection:
        found = read(connection, id_)
    assert found is not None
    return found


def chunk_of(database: Database, run: Run, ids: Sequence[int], asked: Definition) -> runs.Work:
    """What a worker does with the next thousand, of whom it knows what was asked."""
    most, after = enrolment_runs.PART, int(run.cursor or 0)
    part = [id_ for id_ in sorted(ids) if id_ > after][:most]
    with database.reading() as connection:
        known = facts(connection, part, [asked])
    last = len(part) < most
    return partial(enrolment_runs.carry_out, asked=asked, known=known, last=last, now=NOW)


def test_a_review_counts_who_matches_as_they_would_be_judged(
    database: Database, world: World
) -> None:
    """F18: what it would do today, to how many, by the same condition."""
    property_ = _property(database)
    found = people(6)
    said = [
        made(database, [p], at, **({f"p{property_}": city} if city else {}))[0]
        for p, at, city in zip(
            found, [YESTERDAY] * 6, ["Bonn", "Köln", "Bonn", None, None, None], strict=True
        )
    ]
    say(database, found[1], Unsubscribe(ACCOUNT), by_=by(at=YESTERDAY))
    novels = world.novels
    say(database, found[3], Unsubscribe(Scope.type(novels.id), novels), by_=by(at=YESTERDAY))
    triggers = [
        CREATED,
        Trigger(TriggerKind.CREATED, source=Source.API),
        Trigger(TriggerKind.PROPERTY, property=property_, value="Bonn"),
        Trigger(TriggerKind.PROPERTY, property=property_),
        Trigger(TriggerKind.OPT_OUT),
        Trigger(TriggerKind.OPT_OUT_LIFTED),
        Trigger(TriggerKind.STATUS, type=novels.id, status=Status.UNSUBSCRIBED),
        Trigger(TriggerKind.STATUS, type=novels.id, status=Status.NOT_SPECIFIED),
        Trigger(TriggerKind.API),
    ]
    since, happening = Since(NOW, "2026-06-01", "2026-06-01"), Happening(Occasion.ALREADY)
    with database.reading() as connection:
        for pair, whole in product(product(triggers, repeat=2), (False, True)):
            definition = Definition(pair, whole, (subscribe(world),))
            known = facts(connection, said, [definition])
            judged = sum(enters(definition, of, happening, since) for of in known.values())
            told = forecast(connection, world.catalog, definition, since.today, NOW)
            assert told.matching == judged, pair
        told = forecast(
            connection, world.catalog, Definition((CREATED,), False, (subscribe(world),)), "", NOW
        )
    assert told.actions[0] == {
        (What.CHANGED, None): 4,
        (What.REFUSED, Reason.UNSUBSCRIBED): 1,
        (What.REFUSED, Reason.OPTED_OUT_OF_ALL): 1,
    }


def test_who_is_deleted_leaves_and_who_changes_address_goes_on(
    database: Database, world: World
) -> None:
    gone, stays = people(2)
    active(database, Definition((CREATED,), actions=(wait(), subscribe(world))))
    ids = made(database, [gone, stays], NOW)
    look(database)
    act(database, world)
    database.write(contacts.delete_contact, ids[0], DORA)
    act(database, world, LATER + DAY)
    assert (rounds(database, ids[0]), trail(database, ids[0])) == ([], [])
    assert trail(database, ids[1])[1] == (1, What.CHANGED, None)


def test_outside_its_hours_nothing_is_done(database: Database, world: World) -> None:
    """Monday noon; it acts on Tuesdays."""
    (one,) = people(1)
    tuesdays = Hours("UTC", (1,), 9, 10)
    active(database, Definition((CREATED,), actions=(subscribe(world),), hours=tuesdays))
    (id_,) = made(database, [one], NOW)
    look(database)
    act(database, world, NOW + 20 * HOUR)
    assert trail(database, id_) == []
    act(database, world, NOW + 21 * HOUR)
    assert trail(database, id_) == [(0, What.CHANGED, None)]
