"""Bounces and complaints become suppressions, whatever order they come in (R-146)."""

from __future__ import annotations

import random

from app.domain.changes import Ask, Except, Lift, Subscribe, Unsubscribe
from app.domain.feedback import Told
from app.domain.standing import ALL, BOUNCE, COMPLAINT
from app.domain.words import ACCOUNT, DAY, Actor, Kind, Via
from app.services import choices, preferences
from app.services.choices import Press
from app.services.feedback import REMEMBERED, Report, take
from app.services.preferences import Source
from app.store.doors import Database
from tests.web.houses import events, known, proof
from tests.world import ANA, CLEO, NOW, TOMORROW, YESTERDAY, World, by, instruction, say


def report(told: Told, key: bytes = ANA.key, id_: str = "1", at: int = NOW) -> Report:
    """As a provider tells."""
    return Report(key, told, at, id_, Via.PROVIDER_EVENT, "550 gone")


def test_each_kind_leaves_its_own_standing(database: Database, world: World) -> None:
    """R-148: an unknown address is kept against its key."""
    told = [report(each, CLEO.key) for each in Told]
    assert database.write(take, told, NOW) == 3
    held = known(database, CLEO).held
    makers = {BOUNCE: Actor.BOUNCE, COMPLAINT: Actor.COMPLAINT, ALL: Actor.CONTACT}
    assert {place: held[place].actor for place in held} == makers
    assert {each["answer"] for each in proof(database)} == {"550 gone"}


def test_an_event_that_comes_again_counts_once(database: Database, world: World) -> None:
    """R-146, H-47: repeated in one call, in another, and by its id alone."""
    again = report(Told.COMPLAINED)
    assert database.write(take, [again, again, report(Told.BOUNCED)], NOW) == 2
    assert database.write(take, [again], TOMORROW) == 0
    assert len(events(database, ANA)) == 2
    assert database.write(take, [again], NOW + 2 * REMEMBERED) == 1
    assert len(events(database, ANA)) == 2, "it stands already"


def test_addresses_that_share_an_id_each_count(database: Database, world: World) -> None:
    """R-146: one feedback of a provider may be about several recipients."""
    told = [report(Told.COMPLAINED, person.key) for person in (ANA, CLEO, ANA)]
    assert database.write(take, told, NOW) == 2
    assert database.write(take, told, TOMORROW) == 0
    assert all(COMPLAINT in known(database, person).held for person in (ANA, CLEO))


def test_a_complaint_told_again_after_a_request_or_an_undo_is_lifted_by_neither(
    database: Database, world: World
) -> None:
    """R-146, decisions/0112: a confirmation lifts what is older than its request, and no undo of an
    undo takes away what was told since; told each night, it writes nothing more."""

    def tells(*ids: str) -> int:
        database.write(take, [report(Told.COMPLAINED, id_=id_) for id_ in ids], NOW)
        return known(database, ANA).number

    assert tells("1", "2") == 1
    asked = say(database, ANA, Ask(world.letter, TOMORROW), by_=by(via=Via.SIGNUP_FORM))
    assert tells("3", "4") == 3
    mail = Press(ANA.key, world.catalog, Via.CONFIRMATION, NOW, Source())
    database.write(choices.confirm, mail, world.fernway, asked.number)
    assert known(database, ANA).held.keys() == {COMPLAINT}
    lifted = known(database, ANA).number + 1
    say(database, ANA, Lift(COMPLAINT), Unsubscribe(ACCOUNT), Except(world.fernway.id))
    undo = instruction(ANA, by_=by(via=Via.UNDO))
    back = database.write(preferences.take_back, undo, lifted)
    restored = back.known.number
    assert tells("5", "6") == restored + 1
    database.write(preferences.take_back, undo, restored - len(back.effects) + 1)
    assert COMPLAINT in known(database, ANA).held


def test_any_order_comes_to_the_same(database: Database, world: World) -> None:
    """R-146, H-47: five hundred recipients, reordered."""
    reports = [
        report(told, bytes([n % 256, n // 256]) + bytes(14), f"{n}")
        for n in range(250)
        for told in (Told.BOUNCED, Told.COMPLAINED)
    ]
    random.Random(7).shuffle(reports)
    assert database.write(take, reports, NOW) == 500
    assert database.write(take, reports[::-1], NOW) == 0


def test_an_older_complaint_is_kept_and_shown_beside_a_newer_yes(
    database: Database, world: World
) -> None:
    """R-146: it does not take the person's own yes away."""
    say(database, ANA, Subscribe(world.novels))
    database.write(take, [report(Told.COMPLAINED, at=YESTERDAY - DAY)], NOW)
    assert [Kind(e.kind) for e in events(database, ANA)] == [Kind.CHANGED, Kind.NOTED]
    assert COMPLAINT not in known(database, ANA).held
    database.write(take, [report(Told.COMPLAINED, id_="2", at=TOMORROW)], TOMORROW)
    assert COMPLAINT in known(database, ANA).held
