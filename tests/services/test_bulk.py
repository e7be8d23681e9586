"""Bulk edits: foreseen, then carried out, each address once, by the rules' own column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from app.domain.bulk import BulkEdit, Doing
from app.domain.changes import Change, Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import Processing, Source
from app.domain.deeds import Doer
from app.domain.runs import Press, RunState
from app.domain.standing import ALL, BOUNCE, Held, of_type
from app.domain.words import ACCOUNT, Actor, Basis, Cause, Scope, Status, Via
from app.queries.contacts import Contact, by_key
from app.services import bulk, runs, undoing
from app.services.bulk import Asked
from app.services.contacts import Draft, Origin, Processed, save_all
from app.services.preferences import events_since
from app.store import addresses
from app.store.doors import Database
from app.store.runs import Run, RunRow, read, rows_after
from tests.web.houses import overheard
from tests.world import (
    NOW,
    TOMORROW,
    YESTERDAY,
    Person,
    World,
    by,
    say,
    settled,
)

DORA = Doer(7, NOW)
ELSE = by(Hand.USER, at=YESTERDAY, basis=Basis.NON_GDPR, explained=True)
WHY = "They ticked the box at the fair."


def people(number: int) -> list[Person]:
    """So many people."""
    return [Person(f"P{at}", f"p{at:03}@example.com") for at in range(number)]


def contacts_of(database: Database, found: Sequence[Person]) -> list[int]:
    """Contacts of these people, by id."""
    drafts = [Draft(person.key, person.address) for person in found]
    origin = Origin(YESTERDAY, Source.ADMIN, "user:7")
    return [saved.id for saved in database.write(save_all, drafts, origin)]


def asked(database: Database, world: World, edit: BulkEdit, found: Sequence[Person]) -> Run:
    """A bulk edit of these people, checked."""
    asked = Asked(edit, WHY, "The same box.", contacts_of(database, found))
    return now_is(database, database.write(bulk.make, asked, world.catalog, DORA))


def now_is(database: Database, id_: int) -> Run:
    """The run as it is."""
    with database.reading() as connection:
        found = read(connection, id_)
    assert found is not None
    return found


def gone(database: Database, world: World, run: Run) -> Run:
    """The run when it was carried out."""
    database.write(runs.press, run.id, Press.START, DORA)
    found = now_is(database, run.id)
    while found.at_work:
        found = database.write(runs.advance, found, bulk_work(world), lambda: 1, NOW) or found
    return found


def bulk_work(world: World) -> runs.Work:
    """What a worker does."""
    return lambda connection, run: bulk.carry_out(connection, run, world.catalog, NOW)


def rows(database: Database, run: Run) -> list[RunRow]:
    """All its rows."""
    with database.reading() as connection:
        return rows_after(connection, run.id, -1, 10_000)


def held(database: Database, person: Person) -> Held:
    """What stands for the person."""
    with database.reading() as connection:
        return addresses.known(connection, person.key).held


def contact(database: Database, person: Person) -> Contact:
    """The person's contact."""
    with database.reading() as connection:
        found = by_key(connection, person.key)
    assert found is not None
    return found


def test_what_is_foreseen_is_what_happens(database: Database, world: World) -> None:
    """Issue 3: counts what will change, what already is so, what will be refused, by reason."""
    kind = world.novels
    own, covered, in_, fresh, out = people(5)
    say(database, own, Unsubscribe(Scope.type(kind.id), kind))
    say(database, covered, Unsubscribe(ACCOUNT))
    say(database, in_, Subscribe(kind))
    say(database, out, Unsubscribe(Scope.type(kind.id), kind), by_=ELSE)
    run = asked(
        database, world, BulkEdit(Doing.SUBSCRIBE, kind.id), [own, covered, in_, fresh, out]
    )
    expected = {
        "REFUSED:UNSUBSCRIBED": 1,
        "REFUSED:OPTED_OUT_OF_ALL": 1,
        "UNCHANGED": 1,
        "CHANGED": 2,
    }
    assert (run.state, run.forecast, run.total) == (RunState.CHECKED, expected, 5)
    assert run.examples == {
        "REFUSED:UNSUBSCRIBED": [own.key.hex()],
        "REFUSED:OPTED_OUT_OF_ALL": [covered.key.hex()],
    }
    foreseen = {row.key: (row.outcome, row.reason) for row in rows(database, run)}
    assert of_type(kind.id) not in held(database, fresh), "nothing was written"
    done = gone(database, world, run)
    assert (done.state, done.counts, done.done) == (RunState.DONE, expected, 5)
    assert {row.key: (row.outcome, row.reason) for row in rows(database, run)} == foreseen
    standing = held(database, out)[of_type(kind.id)]
    assert (standing.status, standing.actor, standing.via) == (
        Status.SUBSCRIBED,
        Actor.USER,
        Via.BULK_EDIT,
    )
    with database.reading() as connection:
        (event,) = events_since(connection, fresh.key, 0)
    assert (event.run, event.reference, event.digest) == (run.id, "user:7", run.evidence)


def test_who_decided_since_the_preview_is_left_alone_and_counted(
    database: Database, world: World
) -> None:
    ana, ben = people(2)
    run = asked(database, world, BulkEdit(Doing.SUBSCRIBE, world.novels.id), [ana, ben])
    say(database, ana, Unsubscribe(Scope.type(world.novels.id), world.novels))
    assert run.forecast == {"CHANGED": 2}
    assert gone(database, world, run).counts == {"CHANGED": 1, "REFUSED:UNSUBSCRIBED": 1}


@pytest.mark.parametrize("all_of_it", [True, False])
def test_opt_outs_of_everything_are_lifted_where_the_person_did_not_make_them(
    database: Database, world: World, *, all_of_it: bool
) -> None:
    """F12, rules 3: never for those who did it themselves."""
    brand = Scope.brand(world.fernway.id)
    stands: list[tuple[Change, Hand | None]] = [
        (Unsubscribe(ACCOUNT), None),
        (Unsubscribe(ACCOUNT), Hand.USER),
        (Unsubscribe(brand), Hand.API),
        (Report(Cause.BOUNCE, YESTERDAY), Hand.AUTOMATIC),
        (Report(Cause.COMPLAINT, YESTERDAY), Hand.AUTOMATIC),
    ]
    found = people(len(stands) + 1)
    for person, (change, hand) in zip(found, stands, strict=False):
        say(database, person, change, by_=by(hand, at=YESTERDAY) if hand else None)
    say(database, found[0], Report(Cause.BOUNCE, YESTERDAY), by_=by(Hand.AUTOMATIC))
    edit = BulkEdit(Doing.LIFT, brand=None if all_of_it else world.fernway.id)
    done = gone(database, world, asked(database, world, edit, found))
    if all_of_it:
        assert done.counts == {
            "CHANGED": 3,
            "CHANGED:OPTED_OUT_OF_ALL": 1,
            "REFUSED:COMPLAINED": 1,
            "UNCHANGED": 1,
        }
        assert held(database, found[0]).opted_out(ALL)
        assert not held(database, found[0]).opted_out(BOUNCE)
    else:
        assert done.counts == {"CHANGED": 1, "UNCHANGED": 5}


def test_with_data_privacy_on_a_yes_needs_its_basis_and_stores_the_one_for_processing(
    database: Database,
) -> None:
    """F13, rules 8: stored with those who have none; the undo takes it away again."""
    world = settled(database, data_privacy=True)
    bare, based = people(2)
    without = BulkEdit(Doing.SUBSCRIBE, world.novels.id)
    assert asked(database, world, without, [bare]).forecast == {"REFUSED:LEGAL_BASIS_REQUIRED": 1}
    drafts = [Draft(based.key, based.address, processing=PROCESSED)]
    database.write(save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    edit = replace(without, basis=Basis.CONSENT_WITH_NOTICE, processing=Processing.CONSENT)
    run = asked(database, world, edit, [bare, based])
    done = gone(database, world, run)
    assert done.counts == {"CHANGED": 2}
    assert contact(database, bare).processing is Processing.CONSENT
    assert contact(database, bare).explanation == "The same box."
    assert contact(database, based).explanation == PROCESSED.explanation
    assert taken_back(database, run).counts == {"CHANGED": 2}
    assert contact(database, bare).processing is None
    assert contact(database, based).processing is Processing.CONTRACT


PROCESSED = Processed(Processing.CONTRACT, "An order.")


def test_a_type_archived_meanwhile_refuses(database: Database, world: World) -> None:
    run = asked(database, world, BulkEdit(Doing.SUBSCRIBE, world.novels.id), people(2))
    world = archived_in(database, world)
    assert gone(database, world, run).counts == {"REFUSED:TYPE_INACTIVE": 2}


def archived_in(database: Database, world: World) -> World:
    """The world when novels are archived."""
    types = {**world.catalog.types, world.novels.id: replace(world.novels, archived=True)}
    return World(replace(world.catalog, types=types))


def taken_back(database: Database, run: Run) -> Run:
    """The undo of a run, done."""
    undo = database.write(undoing.begin, run.id, "user:7", DORA)
    assert undo is not None
    database.write(
        runs.advance,
        now_is(database, undo),
        lambda connection, run: undoing.carry_out(connection, run, TOMORROW),
        lambda: 1,
        TOMORROW,
    )
    return now_is(database, undo)


def test_what_a_second_bulk_edit_says_again_outlives_the_undo_of_the_first(
    database: Database, world: World
) -> None:
    """It leaves no event of its own; what is itself taken back holds nothing. decisions/0112."""
    ana, ben, cleo = found = people(3)
    edit, place = BulkEdit(Doing.UNSUBSCRIBE, world.novels.id), of_type(world.novels.id)
    first = gone(database, world, asked(database, world, edit, found))
    second = gone(database, world, asked(database, world, edit, [ana, *people(4)[3:]]))
    third = gone(database, world, asked(database, world, edit, [ben]))
    assert (second.counts, third.counts) == ({"CHANGED": 1, "UNCHANGED": 1}, {"UNCHANGED": 1})
    taken_back(database, second)
    assert held(database, ana).opted_out(place)
    assert taken_back(database, first).counts == {"CHANGED": 2, "STAYED": 1}
    assert [held(database, each).opted_out(place) for each in (ana, ben, cleo)] == [
        False,
        True,
        False,
    ]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement said over connections opened from now on."""
    with overheard(monkeypatch) as said:
        yield said


def test_a_chunk_asks_the_same_number_of_times_for_few_and_for_many(
    heard: list[str], database_url: str
) -> None:
    """No statement a row but those that write it: checked, carried out and taken back."""
    database = Database(database_url)
    world, asked_for = settled(database), []
    for number in (3, 2, 40):  # the first one connects
        found = people(number)
        heard.clear()
        run = asked(database, world, BulkEdit(Doing.UNSUBSCRIBE, world.novels.id), found)
        done = gone(database, world, run)
        database.write(
            runs.advance,
            now_is(database, database.write(undoing.begin, done.id, "user:7", DORA) or 0),
            lambda connection, run: undoing.carry_out(connection, run, NOW),
            lambda: 1,
            NOW,
        )
        asked_for.append(len([said for said in heard if said.startswith("SELECT")]))
    database.close()
    assert asked_for[1] == asked_for[2] <= 40
