"""How many statements each screen of the admin asks: pinned, and the same when there is more."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.domain.changes import Subscribe, Unsubscribe
from app.domain.contacts import PropertyKind, Source
from app.domain.deeds import Doer
from app.domain.words import Scope
from app.services import catalog, properties
from app.services.contacts import Draft, Origin, save_all
from app.services.properties import NewProperty
from app.store.doors import Database
from app.web.admin.guards import Guard
from app.web.site import Site
from tests.web.admin.colleagues import DORA, Colleague, at_work, user
from tests.web.admin.test_guards import GUARDS
from tests.web.admin.test_imports import SHOP, handed_in
from tests.web.admin.test_jobs import WHY
from tests.web.admin.test_requests import noted
from tests.web.admin.test_webhooks import make
from tests.web.admin.test_workflows import create
from tests.world import ANA, NOW, YESTERDAY, Person, World, say

AT_THE_DOOR = (Guard.ANYBODY, Guard.HALFWAY)
PINS = {
    "/admin": 9,
    "/admin/<path:lost>": 1,
    "/admin/account": 2,
    "/admin/account/second-factor": 1,
    "/admin/account/second-factor.svg": 2,
    "/admin/brands": 2,
    "/admin/brands/<int:id_>": 2,
    "/admin/brands/<int:id_>/preview": 2,
    "/admin/brands/new": 1,
    "/admin/first-run": 1,
    "/admin/settings": 2,
    "/admin/settings/data-privacy": 4,
    "/admin/types": 3,
    "/admin/types/<int:id_>": 2,
    "/admin/types/new": 2,
    "/admin/addresses": 5,
    "/admin/audit": 6,
    "/admin/brands/<int:id_>/mail": 2,
    "/admin/contacts": 5,
    "/admin/contacts/<int:id_>": 5,
    "/admin/contacts/<int:id_>/address": 4,
    "/admin/brands/<int:id_>/sign-up": 2,
    "/admin/consents": 3,
    "/admin/contacts/<int:id_>/as-recipient": 3,
    "/admin/contacts/<int:id_>/bounce-lift": 3,
    "/admin/contacts/<int:id_>/deletion": 5,
    "/admin/contacts/<int:id_>/edit": 5,
    "/admin/contacts/<int:id_>/history": 6,
    "/admin/contacts/<int:id_>/history.csv": 4,
    "/admin/contacts/<int:id_>/history.json": 4,
    "/admin/contacts/<int:id_>/opt-out-removal": 3,
    "/admin/contacts/<int:id_>/renewal": 9,
    "/admin/contacts/<int:id_>/resubscription": 9,
    "/admin/contacts/<int:id_>/subscription": 3,
    "/admin/contacts/<int:id_>/subscriptions": 6,
    "/admin/contacts/new": 3,
    "/admin/exports": 2,
    "/admin/history": 3,
    "/admin/imports": 2,
    "/admin/imports/<int:id_>": 10,
    "/admin/imports/<int:id_>/basis": 3,
    "/admin/imports/<int:id_>/columns": 8,
    "/admin/imports/<int:id_>/report.csv": 2,
    "/admin/imports/new": 1,
    "/admin/jobs": 5,
    "/admin/jobs/<int:id_>": 5,
    "/admin/jobs/<int:id_>/edit": 5,
    "/admin/jobs/<int:id_>/report.csv": 4,
    "/admin/jobs/<int:id_>/rows": 6,
    "/admin/keys": 4,
    "/admin/keys/new": 2,
    "/admin/properties": 2,
    "/admin/properties/<int:id_>": 2,
    "/admin/properties/new": 1,
    "/admin/requests": 2,
    "/admin/requests/<int:id_>": 5,
    "/admin/requests/<int:id_>/copy.csv": 9,
    "/admin/requests/<int:id_>/copy.json": 9,
    "/admin/requests/<int:id_>/erasure": 5,
    "/admin/requests/new": 1,
    "/admin/users": 3,
    "/admin/users/<int:id_>": 2,
    "/admin/users/new": 1,
    "/admin/contacts/<int:id_>/workflows": 4,
    "/admin/workflows": 2,
    "/admin/workflows/<int:id_>": 4,
    "/admin/workflows/<int:id_>/action": 5,
    "/admin/workflows/<int:id_>/enrolments": 5,
    "/admin/workflows/<int:id_>/enrolments/<int:contact>": 2,
    "/admin/workflows/<int:id_>/review": 8,
    "/admin/workflows/<int:id_>/settings": 5,
    "/admin/workflows/<int:id_>/trigger": 6,
    "/admin/workflows/new": 1,
    "/admin/mailings": 3,
    "/admin/mailings/<int:id_>": 3,
    "/admin/mailings/new": 2,
    "/admin/webhooks": 2,
    "/admin/webhooks/<int:id_>": 5,
    "/admin/webhooks/<int:id_>/edit": 3,
    "/admin/webhooks/new": 2,
}
"""Statements that read, who is there aside. A new screen is added here."""
NEEDS = {
    "addresses": "?email=cleo@example.com",
    "opt-out-removal": "?brand=0",
    "rows": "?outcome=CHANGED",
    "trigger": "?kind=created",
    "action": "?kind=status",
}
"""What the address of a screen has to say."""


@pytest.fixture
def places(app: Flask, site: Site, world: World, ana: int) -> tuple[Colleague, list[str]]:
    """Dora at work, and the address of each screen: there is one of everything."""
    dora = at_work(app, DORA)
    since = NewProperty("since", "Customer since", PropertyKind.DATE)
    ids = {
        "contacts": str(ana),
        "brands": str(world.fernway.id),
        "types": str(world.novels.id),
        "users": str(user(site, DORA).id),
        "properties": str(site.database.write(properties.define, since, Doer(None, NOW))),
    }
    edit = {"which": "ticked", "contacts": str(ana), "doing": "unsubscribe", "explanation": WHY}
    dora.post("/admin/contacts/bulk/edit", {**edit, "edit_type": ids["types"]})
    ids["jobs"] = _number_of(dora)
    ids["imports"] = _number_of(handed_in(dora, SHOP))
    ids["requests"] = _number_of(noted(dora, ANA.address, "ACCESS"))
    ids["webhooks"] = _number_of(make(dora))
    dora.open("/admin/mailings/new").fill(number="812", name="June").press()
    ids["mailings"] = "812"
    create(dora)
    ids["workflows"] = _number_of(dora)
    return (
        dora,
        [
            re.sub(
                r"/([a-z-]+)/<int:id_>",
                lambda of: f"/{of[1]}/{ids[of[1]]}",
                rule.replace("<int:contact>", str(ana)),
            )
            + NEEDS.get(rule.rpartition("/")[2], "")
            for rule in _rules()
        ],
    )


def _number_of(colleague: Colleague) -> str:
    (number,) = re.findall(r"\d+", colleague.url)
    return str(number)


def _rules() -> list[str]:
    return [
        r for (method, r), guard in GUARDS.items() if method == "GET" and guard not in AT_THE_DOOR
    ]


def asked(colleague: Colleague, heard: list[str], url: str) -> int:
    """How often the databases are read for a screen. Never is anything written but its traces."""
    colleague.open(url)
    heard.clear()
    colleague.open(url)
    assert colleague.status == (404 if "lost" in url or "/enrolments/" in url else 200), url
    return len([s for s in heard if s.startswith("SELECT") and "user_session" not in s])


def test_each_screen_asks_so_much_and_no_more_when_there_is_more(
    places: tuple[Colleague, list[str]], database: Database, world: World, heard: list[str]
) -> None:
    """R-45: no statement for a row."""
    dora, urls = places
    counted = {rule: asked(dora, heard, url) for rule, url in zip(_rules(), urls, strict=True)}
    assert counted == PINS
    grow(database, world)
    again = {rule: asked(dora, heard, url) for rule, url in zip(_rules(), urls, strict=True)}
    assert {rule: again[rule] for rule in PINS if again[rule] > PINS[rule]} == {}


def grow(database: Database, world: World) -> None:
    """Twenty more types, contacts and events."""
    texts = {"en": {"name": "List"}}
    people = [Person(f"P{n}", f"p{n}@example.com") for n in range(20)]
    drafts = [Draft(person.key, person.address) for person in people]
    database.write(save_all, drafts, Origin(YESTERDAY, Source.ADMIN, "user:7"))
    for n, person in enumerate(people):
        new = catalog.NewType(world.fernway.id, f"list-{n}", texts)
        made = database.write(catalog.add_type, new, NOW)
        say(database, ANA, Unsubscribe(Scope.type(made)))
        say(database, person, Subscribe(world.novels))
