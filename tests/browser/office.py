"""The office behind the shop after some weeks: of everything that the admin shows there is one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

from app.domain.bulk import BulkEdit, Doing
from app.domain.catalog import Policy
from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.contacts import PropertyKind
from app.domain.deeds import Doer
from app.domain.keys import KeyScope
from app.domain.rights import Right
from app.domain.runs import Press as Go
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import ACCOUNT, DAY, Actor, Basis, Cause, Scope, Status, Via
from app.domain.workflows import Action, ActionKind, Definition, Press
from app.services import (
    bulk,
    contacts,
    credentials,
    keys,
    messages,
    properties,
    requests,
    runs,
    webhooks,
    workflows,
)
from app.services.bulk import Asked
from app.services.contacts import Draft
from app.services.enrolment_runs import enrol_ticked
from app.services.keys import NewKey
from app.services.messages import NewMessage
from app.services.properties import NewProperty
from app.services.rights import Asked as Wish
from app.services.webhooks import Settings
from app.worker.due import counting
from app.worker.running import Running
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import press
from tests.web.admin.colleagues import DORA, ELIF, user
from tests.world import ANA, BEN, CLEO, NOW, Person, by

WHY = "Asked for it at the counter, in words as long as they now and then are."
NO_CONTACT = Person("Dan", "dan@example.com")
LIST = "email;name;events\nnew@example.com;New;yes\nben@example.org;Ben;yes\nbad;;\n"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Office(NamedTuple):
    """What the paths of the admin's screens are made of."""

    ana: int
    ben: int
    since: int
    job: int
    preview: int
    imported: int
    asked: int
    webhook: int
    workflow: int
    mailing: int


def work(shop: Shop) -> None:
    """What workers do for jobs."""
    running = Running(shop.site)
    while running.work():
        pass


def furnish(shop: Shop, page: Page, file: Path) -> Office:
    """All of it, by Dora, who is signed in and imports a list by hand."""
    doer = Doer(user(shop.site, DORA).id, NOW)
    write = shop.site.database.write
    since = write(properties.define, NewProperty("since", "Since", PropertyKind.DATE), doer)
    ana, ben = people(shop, {since: "2026-03-12"})
    shop.say(Unsubscribe(ACCOUNT), by=by(via=Via.ONE_CLICK), person=NO_CONTACT)
    job, preview = _jobs(shop, (ana, ben), doer)
    wish = Wish(Right.ERASURE, ANA.key, shop.fernway.id, "en", NOW, user=doer.user)
    write(keys.create, NewKey("Our shop", frozenset({KeyScope.DECISIONS})), doer)
    write(credentials.turn_second_factor_on, user(shop.site, ELIF).id, SECRET, 1, doer)
    made = Office(
        ana,
        ben,
        since,
        job,
        preview,
        _import(shop, page, file),
        write(requests.note, wish, doer),
        write(webhooks.create, Settings("https://shop.example.com/a/path/to/be/broken"), doer),
        _workflow(shop, ana, doer),
        write(messages.name, NewMessage(shop.fernway.id, "News of June", 812, 12_000), doer),
    )
    counting(shop.site).work()
    return made


def people(shop: Shop, values: Mapping[int, str] | None = None) -> tuple[int, int]:
    """The records of Ana, who chose this and that, and of Ben, whom a user opted out and whose mail
    bounces. Cleo, who said nothing, has one too. There are two brands."""
    shop.open_workshops()
    _choices(shop)
    ana = _contact(shop, ANA, "Ana Example", values)
    _contact(shop, CLEO, "Cleo Marsh")
    return ana, _contact(shop, BEN)


def _choices(shop: Shop) -> None:
    offers, read = shop.type("offers"), shop.type("long-read")
    basis = {"basis": Basis.CONSENT_WITH_NOTICE, "basis_ends": NOW + DAY, "explained": True}
    shop.say(Subscribe(read), by=by(Hand.USER, **basis))
    shop.say(Unsubscribe(Scope.type(offers.id), offers), by=by(via=Via.ONE_CLICK))
    shop.say(Unsubscribe(Scope.brand(shop.type("evenings").brand)), by=by(via=Via.MAILTO))
    shop.say(Unsubscribe(ACCOUNT), by=by(Hand.USER, explained=True), person=BEN)
    bounced = by(Hand.AUTOMATIC, actor=Actor.BOUNCE)
    shop.say(Report(Cause.BOUNCE, NOW), by=bounced, person=BEN)


def _contact(
    shop: Shop, person: Person, name: str = "", values: Mapping[int, str] | None = None
) -> int:
    draft = Draft(person.key, person.address, name, values=values or {})
    return shop.site.database.write(contacts.create, draft, Policy(), Doer(None, NOW))


def _jobs(shop: Shop, chosen: tuple[int, ...], doer: Doer) -> tuple[int, int]:
    """One that is done, and one that waits for somebody to say go."""
    edit = BulkEdit(Doing.UNSUBSCRIBE, shop.type("events").id)
    asked = Asked(edit, WHY, contacts=chosen)
    job, preview = (
        shop.site.database.write(bulk.make, asked, shop.catalog, doer) for _ in range(2)
    )
    shop.site.database.write(runs.press, job, Go.START, doer)
    work(shop)
    return job, preview


def _workflow(shop: Shop, contact: int, doer: Doer) -> int:
    action = Action(ActionKind.STATUS, type=shop.type("events").id, status=Status.UNSUBSCRIBED)
    welcome = Definition((Trigger(TriggerKind.CREATED),), actions=(action,))
    write = shop.site.database.write
    made = write(workflows.make, "Welcome to everybody who came to the fair", welcome, doer)
    assert write(workflows.press, made, Press.ACTIVATE, doer)
    assert write(enrol_ticked, made, [contact], doer)
    return made


def _import(shop: Shop, page: Page, file: Path) -> int:
    file.write_text(LIST)
    page.goto(f"{shop.url}/admin/imports/new?what=contacts")
    page.locator("#file").set_input_files(file)
    press(page)
    press(page)
    page.locator("label[for=basis-CONSENT_WITH_NOTICE]").click()
    page.locator("#explanation").fill(WHY)
    press(page)
    work(shop)
    return int(page.url.rpartition("/")[2])
