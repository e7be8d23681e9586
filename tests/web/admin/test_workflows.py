"""Workflows from the admin, as flows F15 to F19 have them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.changes import Hand, Unsubscribe
from app.domain.contacts import Processing
from app.domain.deeds import Doer
from app.domain.standing import of_type
from app.domain.words import DAY, MINUTE, Actor, Basis, Scope, Status
from app.queries.contacts import by_key
from app.services import catalog, workflows
from app.store import workflows as stored
from app.store.tables import workflow
from app.web.site import Site
from app.worker.loop import Worker
from tests.databases import ON_POSTGRES
from tests.meetings import meeting
from tests.web.admin.colleagues import DORA, ELIF, FINN, Colleague, at_work
from tests.web.admin.test_jobs import WHY, contacts_of
from tests.web.houses import Clock, known
from tests.world import YESTERDAY, Person, World, by, say

ONE, TWO, THREE = (Person(name, f"{name.lower()}@example.com") for name in ("One", "Two", "Three"))
LEFT = "Not done: the type stands unsubscribed, and no workflow lifts that"


@pytest.fixture
def elif_(app: Flask) -> Colleague:
    """An editor, at work."""
    return at_work(app, ELIF)


def work(site: Site, clock: Clock) -> None:
    """Let workers do what is due a little later."""
    clock.pass_(2 * MINUTE)
    worker = Worker(site)
    while worker.work():
        pass


def create(elif_: Colleague, name: str = "Welcome") -> str:
    """F15: Automation, Workflows, Create, named; where it is."""
    elif_.open("/admin/workflows").open("/admin/workflows/new").press("new")
    assert elif_.errors == ["Enter a name of 1 to 200 characters"]
    elif_.fill(name=name).press("new")
    assert elif_.heading == name
    return elif_.url


def trigger(elif_: Colleague, here: str, kind: str, **values: str) -> None:
    """F16: an enrolment trigger."""
    elif_.open(f"{here}/trigger?kind={kind}").fill(**values).press("trigger")
    assert elif_.url == here, elif_.errors


def action(elif_: Colleague, here: str, kind: str, **values: str) -> None:
    """F17: an action."""
    elif_.open(f"{here}/action?kind={kind}").fill(**values).press("action")
    assert elif_.url == here, elif_.errors


def subscribes(elif_: Colleague, world: World) -> str:
    """A workflow that subscribes, mails the link, waits and asks; everything was asked for."""
    here = create(elif_)
    trigger(elif_, here, "created", source="ADMIN")
    assert "A contact is created. Source: Admin" in elif_.words
    elif_.open(f"{here}/action?kind=status").fill(status="subscribed").press("action")
    assert elif_.errors == [
        "Choose a type",
        "Choose a legal basis for communication",
        "Say what happened, when, and where the proof is",
        "Choose a legal basis for processing",
        "Explain the legal basis for processing",
    ]
    elif_.fill(lasts="4000").press("action")
    assert "Enter a whole number: at least 1, and no more than ten years" in elif_.errors
    elif_.fill(
        type=str(world.novels.id),
        lasts="730",
        basis="CONSENT_WITH_NOTICE",
        explanation=WHY,
        processing="CONSENT",
        processing_explanation="The same box.",
    ).press("action")
    action(elif_, here, "link")
    action(elif_, here, "wait", count="20", unit="minutes")
    action(elif_, here, "confirm", type=str(world.letter.id))
    return here


@pytest.fixture
def decided(site: Site, world: World) -> None:
    """With data privacy on, TWO has unsubscribed, and somebody unsubscribed THREE."""
    site.database.write(catalog.switch_data_privacy, True, site.now())
    for person, hand in ((TWO, Hand.CONTACT), (THREE, Hand.USER)):
        no = Unsubscribe(Scope.type(world.novels.id), world.novels)
        say(site.database, person, no, by_=by(hand, at=YESTERDAY))


@pytest.mark.usefixtures("decided")
def test_a_workflow_subscribes_with_its_legal_bases(
    elif_: Colleague, site: Site, world: World, clock: Clock
) -> None:
    """F15 to F18: named, triggers, the action with all it asks for, review, activate; and a basis
    that ends (issue 5)."""
    here = subscribes(elif_, world)
    assert "(days: 730)" in elif_.words
    one, *_ = contacts_of(site, ONE, TWO, THREE)
    elif_.open(f"{here}/review")
    assert "Contacts that match today" in elif_.words
    assert f"2 · {LEFT}" in elif_.words
    assert "1 · Done" in elif_.words
    elif_.fill(already="1").press("activation")
    assert elif_.heading == "Enrolment in Welcome"
    work(site, clock)
    elif_.open(elif_.url)
    assert "Done: 3." in elif_.words
    standing = known(site.database, ONE).held[of_type(world.novels.id)]
    assert (standing.status, standing.actor, standing.basis) == (
        Status.SUBSCRIBED,
        Actor.WORKFLOW,
        Basis.CONSENT_WITH_NOTICE,
    )
    assert standing.basis_ends == standing.at + 730 * DAY
    with site.database.reading() as connection:
        contact = by_key(connection, ONE.key)
    assert contact is not None
    assert contact.processing is Processing.CONSENT
    elif_.open(f"/admin/contacts/{one}/history")
    assert WHY in elif_.words
    assert "Welcome" in elif_.words


@pytest.mark.usefixtures("decided")
def test_what_stands_unsubscribed_is_left_and_the_trail_says_so(
    elif_: Colleague, site: Site, world: World, clock: Clock
) -> None:
    """F19: by themselves or by a user."""
    here = subscribes(elif_, world)
    elif_.open(f"{here}/review").fill(already="1")
    ids = contacts_of(site, TWO, THREE)
    elif_.press("activation")
    work(site, clock)
    for person, id_ in zip((TWO, THREE), ids, strict=True):
        assert known(site.database, person).held.opted_out(of_type(world.novels.id))
        elif_.open(f"{here}/enrolments/{id_}")
        assert LEFT in elif_.words
        assert "Mail on its way" in elif_.words
        assert "Waits until" in elif_.words
    clock.pass_(20 * MINUTE)
    work(site, clock)
    elif_.open(f"/admin/contacts/{ids[0]}/workflows")
    assert "The contact matched already" in elif_.words
    assert "Ended on" in elif_.words


def test_one_contact_is_taken_out_and_nothing_more_is_done_to_them(
    app: Flask, elif_: Colleague, site: Site, world: World, clock: Clock
) -> None:
    """Its trail says so; nobody else leaves, and it does not enter once more."""
    here = create(elif_)
    action(elif_, here, "wait", count="20", unit="minutes")
    action(elif_, here, "status", status="unsubscribed", type=str(world.novels.id))
    elif_.open(f"{here}/review").press("activation")
    out, other = map(str, contacts_of(site, ONE, TWO))
    for id_ in (out, other):
        elif_.open("/admin/contacts").fill(contact=id_).press("enrolment")
        elif_.fill(workflow=here.rsplit("/", 1)[-1]).press("now")
    work(site, clock)
    trail = f"{here}/enrolments/{out}"
    assert "Take out of" not in at_work(app, FINN).open(trail).words
    elif_.open(trail).press("removal")
    assert "The contact is taken out of the workflow." in elif_.words
    assert "A user took the contact out" in elif_.words
    assert "Ended on 1 June 2026" in elif_.words
    assert elif_.page.one("main").all("button") == []
    elif_.post(f"{trail}/removal", {})
    assert "The workflow was changed meanwhile" in elif_.words
    clock.pass_(30 * MINUTE)
    work(site, clock)
    left = [known(site.database, p).held.opted_out(of_type(world.novels.id)) for p in (ONE, TWO)]
    assert left == [False, True]
    elif_.open("/admin/contacts").fill(contact=out).press("enrolment")
    elif_.fill(workflow=here.rsplit("/", 1)[-1]).press("now")
    assert "Nobody entered" in elif_.words
    assert "Took a contact out of a workflow" in at_work(app, DORA).open("/admin/audit").words


def test_actions_and_triggers_are_ordered_changed_and_removed(
    elif_: Colleague, world: World
) -> None:
    here = create(elif_)
    trigger(elif_, here, "created")
    trigger(elif_, here, "status", type=str(world.offers.id), status="unsubscribed")
    trigger(elif_, here, "opt-out-lifted")
    trigger(elif_, here, "api")
    elif_.press("all")
    assert "all of them hold" in elif_.words
    elif_.press("removal")
    assert "The status of" in elif_.words
    assert "A contact enters when one of these happens" in elif_.words
    (first, *_) = [a for a in elif_.page.all("a") if "trigger?at=" in a.get("href")]
    elif_.open(first.get("href")).fill(status="").press("trigger")
    assert elif_.errors == ["Choose a status"]
    elif_.fill(status="subscribed").press("trigger")
    (first, *_) = [a for a in elif_.page.all("a") if "trigger?at=" in a.get("href")]
    assert first.text == "The status of Offers becomes: Subscribed"
    action(elif_, here, "wait", count="3")
    action(elif_, here, "link", brand=str(world.workshops.id))
    elif_.post(f"{here}/action/order", {"down": "0"})
    listed = [item.text for item in elif_.page.one("ol").all("a")]
    assert listed == ["Send the preferences link of Fernway Workshops", "Wait. Days: 3"]
    elif_.open(f"{here}/action?at=1").fill(count="0").press("action")
    assert elif_.status == 400
    elif_.fill(count="5").press("action")
    assert "Wait. Days: 5" in elif_.words
    elif_.post(f"{here}/action/removal", {"at": "1", "as_of": "1"})
    assert "The workflow was changed meanwhile" in elif_.words
    elif_.post(f"{here}/action/removal", {"at": "1"})
    assert "Wait." not in elif_.page.one("ol").text


def test_settings_say_when_it_acts_and_whether_contacts_may_enter_again(elif_: Colleague) -> None:
    here = create(elif_)
    elif_.open(f"{here}/settings").fill(name="", zone="Mars/Base", first="9", last="9")
    elif_.press("settings")
    assert elif_.errors == [
        "Enter a name of 1 to 200 characters",
        "Enter the name of a time zone, like Europe/Berlin",
        "Choose an end that is later than the beginning",
    ]
    elif_.fill(name="Hello", zone="Europe/Berlin", first="9", last="17", again="1")
    elif_.press("settings")
    assert elif_.heading == "Hello"
    assert elif_.page.one("input", name="zone").get("value") == "Europe/Berlin"
    assert elif_.page.one("input", name="again").get("checked") is not None


@ON_POSTGRES
def test_settings_leave_what_somebody_else_is_editing(
    elif_: Colleague, site: Site, world: World
) -> None:
    """H-23: of a draft they change what they are about."""
    here = create(elif_)
    id_, doer = int(here.rpartition("/")[2]), Doer(None, site.now())
    action(elif_, here, "wait", count="3")
    with site.database.reading() as connection:
        found = stored.read(connection, id_)
    assert found
    edited = replace(found.shown, actions=found.shown.actions * 2)
    asked = select(workflow.c.id).where(workflow.c.id == id_)
    elif_.open(f"{here}/settings").fill(name="Hello", first="8", last="20")
    meeting(
        site.database,
        lambda connection: connection.execute(asked.with_for_update(key_share=True)),
        lambda _: elif_.press("settings"),
        lambda connection: workflows.draft(connection, id_, edited, doer),
    )
    with site.database.reading() as connection:
        found = stored.read(connection, id_)
    assert found
    assert (found.name, found.shown.hours.first, len(found.shown.actions)) == ("Hello", 8, 2)


def test_ticked_contacts_are_enrolled_once(
    elif_: Colleague, site: Site, world: World, clock: Clock
) -> None:
    """By hand, from the list."""
    here = create(elif_)
    ticked, _ = map(str, contacts_of(site, ONE, TWO))
    elif_.open("/admin/contacts").press("enrolment")
    assert "Nobody is ticked." in elif_.words
    elif_.open("/admin/contacts").fill(contact=ticked).press("enrolment")
    assert "No workflow is active." in elif_.words
    action(elif_, here, "status", status="unsubscribed", type=str(world.novels.id))
    elif_.open(f"{here}/review").press("activation")
    elif_.open("/admin/contacts").fill(contact=ticked).press("enrolment").press("now")
    assert elif_.errors == ["Choose a workflow that is active"]
    for said in ("They have entered.", "Nobody entered"):
        elif_.open("/admin/contacts").fill(contact=ticked).press("enrolment")
        elif_.fill(workflow=here.rsplit("/", 1)[-1]).press("now")
        assert said in elif_.words
    work(site, clock)
    elif_.open(f"{here}/enrolments/{ticked}")
    assert "A user enrolled the contact" in elif_.words


def test_it_is_activated_paused_and_edited_as_a_new_version(elif_: Colleague, world: World) -> None:
    """F18, and what is edited waits for its review."""
    here = create(elif_)
    elif_.open(f"{here}/review")
    assert elif_.page.one("main").all("button") == [], "it does nothing yet"
    action(elif_, here, "status", status="unsubscribed", type=str(world.novels.id))
    elif_.open(f"{here}/review").press("activation")
    assert "The workflow is active." in elif_.words
    assert "Version 1" in elif_.words
    action(elif_, here, "wait", count="1")
    assert "Edited since: review and activate the new version" in elif_.words
    elif_.open(f"{here}/review").press("activation")
    assert "Version 2" in elif_.words
    elif_.press("pause")
    assert "The workflow is paused" in elif_.words
    elif_.open(f"{here}/review").press("activation")
    elif_.press("pause").press("archive")
    assert "Archived" in elif_.words
    elif_.open(here)
    assert elif_.page.one("main").all("button") == []


def test_only_what_was_reviewed_is_activated(
    elif_: Colleague, app: Flask, world: World, clock: Clock
) -> None:
    """F18: edited between review and press, it stays as it was, and is to be reviewed again."""
    here, dora = create(elif_), at_work(app, DORA)
    action(elif_, here, "status", status="unsubscribed", type=str(world.novels.id))
    elif_.open(f"{here}/review")
    clock.pass_(1)
    action(dora, here, "status", status="unsubscribed", type=str(world.offers.id))
    elif_.press("activation")
    assert elif_.url.endswith("/review")
    assert "The workflow was changed since you reviewed it, so nothing was done." in elif_.words
    elif_.press("activation")
    assert "The workflow is active." in elif_.words
    dora.open("/admin/audit")
    assert "Activated a workflowWelcome" in dora.words


def test_all_that_match_are_enrolled_as_a_job(
    elif_: Colleague, site: Site, world: World, clock: Clock
) -> None:
    here = create(elif_)
    action(elif_, here, "status", status="unsubscribed", type=str(world.novels.id))
    elif_.open(f"{here}/review").press("activation")
    contacts_of(site, ONE, TWO, THREE)
    elif_.open("/admin/contacts?q=t").fill(which="matching").press("enrolment")
    elif_.fill(workflow=here.rsplit("/", 1)[-1]).press("now")
    work(site, clock)
    assert "Done: 2." in elif_.open(elif_.url).words
    assert elif_.heading == "Enrolment in Welcome"
    out = [known(site.database, p).held.opted_out(of_type(world.novels.id)) for p in (ONE, TWO)]
    assert out == [False, True]
