"""The account's settings, and what its data privacy switch would do."""

from __future__ import annotations

from itertools import count

import pytest
from flask import Flask
from sqlalchemy import update

from app.domain.catalog import Policy
from app.domain.changes import Subscribe, Unsubscribe
from app.domain.words import ACCOUNT, DAY, SECOND, Scope
from app.queries.reach import PART, PATIENCE, Reach, reach
from app.services import addresses, catalog
from app.store.doors import Database
from app.store.tables import account
from tests.web.admin.colleagues import ELIF, Colleague, at_work
from tests.web.admin.test_types import deeds
from tests.web.houses import Clock, Mailed, store
from tests.web.visiting import get
from tests.world import ANA, BEN, CLEO, NOW, World, say, seen


def figures(colleague: Colleague) -> list[str]:
    """The numbers of the screen."""
    return [figure.text for figure in colleague.page.one("dl").all("dd")]


def test_an_owner_changes_the_settings(app: Flask, database: Database, world: World) -> None:
    dora = at_work(app).open("/admin/settings")
    said = {"name": "Fern", "language": "nl", "brand": str(world.workshops.id), "days": "90"}
    dora.post("/admin/settings", said)
    assert "De instellingen zijn opgeslagen" in dora.words, "in the account's language, from now on"
    now = seen(database).catalog
    assert (now.name, now.language, now.default_brand) == ("Fern", "nl", world.workshops.id)
    assert (now.fallback_form, now.network_days) == (False, 90)
    assert deeds(database) == [("settings-changed", "account", "1")]
    dora.post("/admin/settings", {**said, "days": "", "fallback": "1"})
    now = seen(database).catalog
    assert (now.fallback_form, now.network_days) == (True, None)


WRONG = {
    "name": ("", "a\nb"),
    "brand": ("9", "x"),
    "days": ("0", "-1", "x", "3651", "9" * 5_000, "٣"),
}


def test_what_is_set_wrongly_is_told(app: Flask, database: Database, world: World) -> None:
    dora = at_work(app).open("/admin/settings")
    for field, typed in ((field, text) for field, texts in WRONG.items() for text in texts):
        said = {"name": "Fern", "language": "nl", "brand": str(world.fernway.id), field: typed}
        dora.post("/admin/settings", said)
        assert (dora.status, len(dora.errors)) == (400, 1), (field, typed[:9])
    assert seen(database).catalog == world.catalog


def test_the_fallback_form_can_be_switched_off(app: Flask, world: World) -> None:
    """Decided (standards.md, 16): on by default, and it can go."""
    dora = at_work(app).open("/admin/settings")
    assert 'value="unsubscribe"' in get(app, "/links").text
    dora.post("/admin/settings", {"name": "Fern", "brand": str(world.fernway.id)})
    assert 'value="unsubscribe"' not in get(app, "/links").text


def test_turning_data_privacy_on_says_whom_it_takes_away(
    app: Flask, database: Database, world: World
) -> None:
    """Rules 8: Ana keeps what she said yes to, Ben loses all, Cleo had opted out already."""
    say(database, ANA, Subscribe(world.novels))
    say(database, CLEO, Unsubscribe(ACCOUNT))
    dora = at_work(app).open("/admin/settings/data-privacy")
    assert figures(dora) == ["1", "1"]
    assert "of 3 addresses" in dora.words
    dora.press("on")
    assert "Data privacy is on" in dora.words
    assert seen(database).catalog.policy == Policy(True)
    dora.open("/admin/settings/data-privacy")
    assert figures(dora) == ["0", "3"]
    dora.press("off")
    assert seen(database).catalog.policy == Policy(False, NOW)
    assert [deed for deed, *_ in deeds(database)] == ["data-privacy-on", "data-privacy-off"]


def test_turned_off_nobody_stored_before_becomes_mailable(
    database: Database, world: World, mailed: Mailed
) -> None:
    """Rules 8, R-52: the number the screen shows is what decisions say."""
    database.write(catalog.switch_data_privacy, True, NOW)
    store(database, CLEO, at=NOW + 2 * DAY)
    later = seen(database).catalog
    with database.browsing() as connection:
        off = reach(connection, later, Policy(False, NOW + DAY), lambda: NOW + 3 * DAY)
    assert off == Reach(addresses=3, gain=1)


def store_many(database: Database) -> None:
    """Four thousand addresses, evenly spread."""
    rows = [(bytes([at % 256, at // 256]) + bytes(14), "", None) for at in range(4 * PART)]
    database.write(addresses.remember, rows, NOW)


def test_more_addresses_than_can_be_judged_in_time_are_reckoned(
    database: Database, world: World
) -> None:
    """The keys are as good as drawn by lot; the screen says that it is a sample."""
    store_many(database)
    database.write(lambda c: c.execute(update(account).values(privacy_off_since=None)).rowcount)
    ticking = (NOW + tick * PATIENCE // 2 for tick in count())
    with database.browsing() as connection:
        found = reach(connection, world.catalog, Policy(True), lambda: next(ticking))
        whole = reach(connection, world.catalog, Policy(True), lambda: NOW)
    assert whole == Reach(addresses=4 * PART + 2, lose_all=4 * PART + 2)
    assert not found.exact
    assert found.addresses == pytest.approx(4 * PART, rel=0.05)
    assert PATIENCE == 2 * SECOND


def test_the_numbers_cost_two_statements_a_part(
    app: Flask, database: Database, world: World, heard: list[str]
) -> None:
    """The first thousand, and then as many at once as the time is thought to be enough for."""
    dora = at_work(app).open("/admin/settings")
    for parts in (1, 2):
        heard.clear()
        dora.open("/admin/settings/data-privacy")
        asked = [s for s in heard if "email_address" in s or "preference" in s]
        assert len(asked) == 2 * parts
        store_many(database)


def test_a_new_installation_asks_its_owner_first(
    app: Flask, database: Database, world: World, clock: Clock
) -> None:
    """Rules 8: a first-run screen offers the switch, and nothing is preselected."""
    database.write(
        lambda c: (
            c.execute(
                update(account).values(privacy_decided=False, version=account.c.version + 1)
            ).rowcount
        )
    )
    assert at_work(app, ELIF).open("/admin").heading != "Before anything is sent"
    dora = at_work(app).open("/admin")
    assert dora.heading == "Before anything is sent"
    assert dora.post("/admin/first-run", {"do": "perhaps"}).status == 400
    dora.open("/admin").press("on")
    assert dora.heading != "Before anything is sent"
    assert seen(database).catalog.policy.data_privacy
    database.write(
        lambda c: (
            c.execute(
                update(account).values(privacy_decided=False, version=account.c.version + 1)
            ).rowcount
        )
    )
    say(database, BEN, Unsubscribe(Scope.type(world.novels.id)))
    dora.open("/admin").press("on")
    assert seen(database).catalog.privacy_decided
    assert seen(database).catalog.policy == Policy(True)
