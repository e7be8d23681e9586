"""sayso decision and sayso digest: a past day is answered, and proved (rules.md, 7)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.domain.changes import By, Hand, Pause, Subscribe, Unsubscribe
from app.domain.words import ACCOUNT, DAY, Actor, Scope, Via
from app.queries import digest, past
from app.queries.decisions import decisions
from app.services import catalog as catalogs
from app.services import preferences, types
from app.services.preferences import Instruction, always
from app.web.site import system_clock
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA
from tests.processes.installation import Shop

TOMORROW = (system_clock() // DAY + 1) * DAY + DAY // 2
SOME = ("ana@fernway.example", "ben@fernway.example", ANA, "nobody@example.com")


def on(day: int) -> int:
    """Noon, so many days from tomorrow on."""
    return TOMORROW + day * DAY


def answered(sayso: Sayso, day: int, address: str = ANA) -> tuple[bool, str, int | None]:
    """What `sayso decision --json` says of that evening, and by which event."""
    when = datetime.fromtimestamp(on(day) / 1000, UTC) + timedelta(hours=1)
    done = sayso("decision", address, "offers", "--at", f"{when:%Y-%m-%dT%H:%M:%S%z}", "--json")
    assert done.status == 0, done.err
    said = json.loads(done.out)
    return said["allowed"], said["reason"], said["because"] and said["because"]["number"]


def test_each_past_day_has_the_answer_it_had(sayso: Sayso, shop: Shop) -> None:
    """Rules 7: from the ledger and the versions of settings, whatever stands now."""
    offers = shop.catalog.named_type("offers")
    assert offers

    def does(day: int, *changes: Subscribe | Unsubscribe | Pause) -> None:
        by = By(Actor.CONTACT, Via.PREFERENCE_PAGE, Hand.CONTACT, on(day))
        shop.site.database.write(
            preferences.apply, Instruction(shop.site.keys(ANA), by, always(*changes))
        )

    write = shop.site.database.write
    does(1, Unsubscribe(Scope.type(offers.id), offers))
    does(2, Subscribe(offers))
    does(3, Pause(offers.brand, on(4) + DAY // 2))
    write(catalogs.archive_type, offers.id, on(5) + 1)
    write(types.restore_type, offers.id, on(6) + 1)
    does(7, Unsubscribe(ACCOUNT))
    write(catalogs.switch_data_privacy, True, on(8))
    with time_machine.travel((on(20)) / 1000, tick=False):
        assert [answered(sayso, day) for day in range(9)] == [
            (True, "NOT_SPECIFIED", None),
            (False, "UNSUBSCRIBED", 1),
            (True, "SUBSCRIBED", 2),
            (False, "PAUSED", 3),
            (False, "PAUSED", 3),
            (False, "TYPE_INACTIVE", None),
            (True, "SUBSCRIBED", 2),
            (False, "OPTED_OUT_OF_ALL", 4),
            (False, "OPTED_OUT_OF_ALL", 4),
        ]
        assert answered(sayso, 7, "nobody@example.com") == (True, "NOT_SPECIFIED", None)
        assert answered(sayso, 8, "nobody@example.com") == (False, "NOT_OPTED_IN", None)
        assert answered(sayso, -400) == (False, "TYPE_INACTIVE", None)
        told = sayso("decision", ANA, "offers").out
        assert told.startswith("no, OPTED_OUT_OF_ALL, at ")
        assert "event 4: CHANGED UNSUBSCRIBED by CONTACT via PREFERENCE_PAGE" in told
        assert "data privacy: yes" in told
        assert sayso("decision", ANA, "offers", "--at", "9999-01-01").status == 2
        now = system_clock()
        found = shop.catalog
        with shop.site.database.reading() as connection:
            for address in SOME:
                for type_ in found.types.values():
                    key = shop.site.keys(address)
                    (standing,) = decisions(connection, found, type_, [key], now)
                    assert past.decision_at(connection, type_, key, now).decision == standing


def test_numbers_are_the_order_where_a_clock_was_ahead(sayso: Sayso, shop: Shop) -> None:
    """Rules 7: what has a lower number happened before, whatever its clock said, of events and of
    settings; the answer of now is the live one."""
    offers = shop.catalog.named_type("offers")
    assert offers
    write = shop.site.database.write
    ahead = on(400)
    for at, change in ((ahead, Subscribe(offers)), (on(1), Unsubscribe(ACCOUNT))):
        by = By(Actor.CONTACT, Via.PREFERENCE_PAGE, Hand.CONTACT, at)
        write(preferences.apply, Instruction(shop.site.keys(ANA), by, always(change)))
    write(catalogs.archive_type, offers.id, ahead)
    with time_machine.travel(on(2) / 1000, tick=False):
        assert answered(sayso, 0) == (True, "NOT_SPECIFIED", None)
        assert answered(sayso, 1) == (False, "OPTED_OUT_OF_ALL", 2)
    write(types.restore_type, offers.id, on(3))
    with time_machine.travel(on(500) / 1000, tick=False):
        for day in (2, 4, 450):
            assert answered(sayso, day) == (False, "OPTED_OUT_OF_ALL", 2)


def test_a_pause_is_told_by_its_end(sayso: Sayso, shop: Shop) -> None:
    """A pause has no status."""
    by = By(Actor.CONTACT, Via.PREFERENCE_PAGE, Hand.CONTACT, on(0))
    pause = always(Pause(shop.catalog.default_brand, on(30)))
    shop.site.database.write(preferences.apply, Instruction(shop.site.keys(ANA), by, pause))
    with time_machine.travel(on(1) / 1000, tick=False):
        told = sayso("decision", ANA, "offers").out
    assert re.search("event 1: PAUSED until [^ ]+Z by CONTACT via PREFERENCE_PAGE at", told)


def test_a_digest_fixes_the_ledger_of_a_day(
    sayso: Sayso, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules 7: the same whenever it is printed, in parts of any size, unless a row was touched."""
    monkeypatch.setattr(digest, "PART", 2)
    day = datetime.fromtimestamp(TOMORROW / 1000, UTC).date()
    with time_machine.travel(on(1) / 1000, tick=False):
        first = sayso("digest")
        sums = [rf"[0-9a-f]{{64}}  \d+ {what}" for what in ("addresses", "versions", "deeds")]
        ledger, versions, deeds = sums
        line = rf"{day}  {ledger}  \d+ events  {versions}  {deeds}\n"
        assert re.fullmatch(line, first.out)
        by = By(Actor.CONTACT, Via.PREFERENCE_PAGE, Hand.CONTACT, on(1))
        no = Instruction(shop.site.keys(ANA), by, always(Unsubscribe(ACCOUNT)))
        shop.site.database.write(preferences.apply, no)
        assert sayso("digest", "--day", str(day)).out == first.out
        assert sayso("digest", "--day", str(day + timedelta(days=1))).status == 2
    with time_machine.travel(on(2) / 1000, tick=False):
        second = sayso("digest")
        assert second.out.split()[1] != first.out.split()[1]
        assert second.out.split()[6:] == first.out.split()[6:], "no setting, no text, no deed"
    monkeypatch.setattr(digest, "PART", 5_000)
    with time_machine.travel(on(1) / 1000, tick=False):
        assert sayso("digest").out == first.out
