"""Contacts in the admin: made, found, edited, deleted, moved to another address."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from app.domain.changes import Hand, Pause, Report, Subscribe, Unsubscribe
from app.domain.standing import ALL, BOUNCE, COMPLAINT, Held, of_type
from app.domain.words import ACCOUNT, DAY, Actor, Cause, Scope, Status, Via
from app.services import catalog
from app.store import patience
from app.store.doors import Database
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, FINN, Colleague, at_work, user
from tests.web.houses import events, known
from tests.world import ANA, BEN, CLEO, NOW, Person, World, by, say

NEW = "/admin/contacts/new"


def create(colleague: Colleague, person: Person = ANA, **more: str) -> str:
    """Make a contact; the path of its record."""
    colleague.open(NEW).fill(email=person.address, **more).press()
    assert colleague.status == 200, colleague.errors
    assert "The contact is created" in colleague.words
    return colleague.url


def test_a_contact_is_created_shown_edited_and_deleted(app: Flask, site: Site) -> None:
    elif_ = at_work(app, ELIF)
    path = create(elif_, name=" Ana  Example ")
    assert elif_.heading == "Ana Example"
    assert "ana@example.com" in elif_.words
    assert "1 June 2026, by a user" in elif_.words
    elif_.open(f"{path}/edit").fill(name="Ana E.").press()
    assert (elif_.url, elif_.heading) == (path, "Ana E.")
    elif_.open(f"{path}/deletion")
    assert "The preferences of ana@example.com stay" in elif_.words
    elif_.press("deletion")
    assert "The contact is deleted" in elif_.words
    assert elif_.open(path).status == 404
    assert elif_.post(f"{path}/deletion").status == 404
    assert elif_.post(f"{path}/edit", {"name": "Ana"}).status == 404


def test_an_opt_out_outlives_the_contact(app: Flask, site: Site, world: World) -> None:
    """F3: delete a contact that opted out, create a new one with the address: it is opted out."""
    dora = at_work(app)
    path = create(dora)
    say(site.database, ANA, Unsubscribe(ACCOUNT))
    dora.open(f"{path}/deletion").press("deletion")
    create(dora)
    assert "Opted out of all email, by the contact" in dora.words


def test_what_it_gets_is_seen_at_a_glance(app: Flask, site: Site, world: World) -> None:
    """Kind by kind, as a decision would answer, on the first screen of the record."""
    dora = at_work(app)
    path = create(dora)
    say(site.database, ANA, Subscribe(world.circle), Unsubscribe(Scope.type(world.novels.id)))
    say(site.database, ANA, Unsubscribe(Scope.brand(world.workshops.id)))
    said = {
        row.one("dt").text: row.one("dd").text
        for kinds in dora.open(path).page.all("dl", **{"class": "plain sent"})
        for row in kinds.all("div")
    }
    assert said == {
        "Novels": "Unsubscribed",
        "Offers": "Not specifiedmay be sent",
        "Circle": "Subscribed",
        "Letter": "Not specifiedmay not be sent",
        "Evenings": "Not sent",
    }
    say(site.database, ANA, Pause(world.fernway.id, NOW + DAY))
    assert "Paused until 2 June 2026" in dora.open(path).words


def test_filters_that_take_too_long_are_answered_with_a_word(
    app: Flask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if two seconds had passed; on PostgreSQL nobody reads the table till they have."""
    dora = at_work(app)
    create(dora)
    seconds, held = {"sqlite": (0, "SELECT 1"), "postgresql": (0.1, "LOCK TABLE contact")}[
        database.dialect
    ]
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", seconds)
    monkeypatch.setattr(patience, "OFTEN", 1)

    def search(connection: Connection) -> None:
        connection.execute(text(held))
        dora.open("/admin/contacts?language=de&q=ana")

    database.write(search)
    assert dora.status == 200
    assert "This took too long, so nothing is shown." in dora.words
    assert "Remove one, or search for a longer part of an address or name." in dora.words


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter an email address with an @"),
        ("ana example.com", "Enter an email address with an @"),
        ("ana@exam ple", "There is a space in the address"),
        ("ana@exa\x01mple.com", "Mail cannot be sent to this address"),
        ("ana@example..com", "Mail cannot be sent to this address"),
        ("ana@localhost", "Mail cannot be sent to this address"),
    ],
)
def test_an_address_that_no_mail_reaches_becomes_no_contact(
    app: Flask, typed: str, told: str
) -> None:
    """rules.md, 2: a stricter validator judges what becomes a contact."""
    dora = at_work(app).open(NEW).fill(email=typed, name="Ana").press()
    assert dora.status == 400
    assert [error.split(".")[0].split(",")[0] for error in dora.errors] == [told]
    assert dora.page.one("input", id="name").get("value") == "Ana"


def test_an_address_with_a_contact_leads_to_it(app: Flask) -> None:
    dora = at_work(app)
    path = create(dora)
    dora.open(NEW).fill(email="ANA@example.com").press()
    assert dora.errors == ["This address has a contact already"]
    (link,) = [a for a in dora.page.one("main").all("a") if a.text.startswith("Open the contact")]
    assert link.get("href") == path


def test_with_data_privacy_a_legal_basis_for_processing_is_asked_once(
    app: Flask, site: Site, database: Database
) -> None:
    """rules.md, 8: where a person creates or edits a contact and none is stored."""
    dora = at_work(app)
    path = create(dora)
    database.write(catalog.switch_data_privacy, True, NOW)
    missing = ["Choose a legal basis for processing", "Explain the legal basis for processing"]
    assert dora.open(NEW).fill(email=BEN.address).press().errors == missing
    assert dora.open(f"{path}/edit").press().errors == missing
    told = {"processing": "CONSENT", "processing_explanation": "Signed at the fair"}
    dora.open(f"{path}/edit").fill(**told).press()
    assert "Signed at the fair" in dora.words
    assert dora.open(f"{path}/edit").fill(name="Ana").press().heading == "Ana"
    assert "Signed at the fair" in dora.words


def test_properties_are_defined_by_owners_and_filled_in_by_editors(app: Flask) -> None:
    dora, elif_ = at_work(app), at_work(app, ELIF)
    for name, kind in (("Shop", "TEXT"), ("Orders", "NUMBER"), ("Since", "DATE")):
        dora.open("/admin/properties/new").fill(name=name, kind=kind).press()
    dora.open("/admin/properties/new").fill(name="Trade", slug="shop", kind="TEXT").press()
    assert dora.errors == ["There is a property with this name for programs already"]
    dora.open("/admin/properties/new").fill(name="", slug="No Good").press()
    assert len(dora.errors) == 3
    elif_.open(NEW)
    fields = {label.text: label.get("for") for label in elif_.page.one("main").all("label")}
    elif_.fill(email=ANA.address, **{fields["Orders"]: "many", fields["Since"]: "soon"}).press()
    assert elif_.errors == ["Enter a number, like 12 or 12.5", "Enter a date, like 2026-06-01"]
    filled = {fields["Shop"]: "Leeds", fields["Orders"]: "12.50", fields["Since"]: "2026-03-12"}
    elif_.fill(**filled).press()
    about = elif_.page.one("aside").text
    assert [word for word in ("Shop", "Leeds", "12.5", "12 March 2026") if word not in about] == []
    dora.open("/admin/properties")
    (shop,) = [a for a in dora.page.one("main").all("a") if a.text == "Shop"]
    dora.open(shop.get("href")).fill(name="Branch").press("name")
    assert "Branch" in elif_.open(elif_.url).page.one("aside").text
    dora.open(shop.get("href")).press("archiving")
    assert "Leeds" not in elif_.open(elif_.url).page.one("aside").text
    dora.open(shop.get("href")).press("restoring")
    assert "Leeds" in elif_.open(elif_.url).page.one("aside").text


def test_a_viewer_reads_and_is_offered_no_change(app: Flask) -> None:
    """R-137."""
    path = create(at_work(app))
    finn = at_work(app, FINN).open(path)
    offered = {link.text for link in finn.page.one("main").all("a")}
    assert offered == {"Contacts", "View subscriptions", "Workflows"}
    finn.open("/admin/contacts")
    assert not finn.page.one("main").all("input", type="checkbox")
    assert "New contact" not in finn.words


def moved(dora: Colleague, path: str, person: Person, **form: str) -> Colleague:
    """Change the address of a contact to another person's."""
    dora.open(f"{path}/address").fill(email=person.address).press("show")
    return dora.fill(**form).press("change")


def chosen(site: Site, person: Person) -> Held:
    """What stands for an address."""
    return known(site.database, person).held


def test_a_change_of_address_takes_the_opt_outs_along(app: Flask, site: Site, world: World) -> None:
    """rules.md, 2: makers kept, via ADDRESS_CHANGE with the user's reference; a BOUNCE stays
    behind, a COMPLAINT goes along; subscriptions stay where they were made."""
    dora = at_work(app)
    path = create(dora)
    offers, novels = world.offers, world.novels
    say(site.database, ANA, Unsubscribe(Scope.type(offers.id), offers), Subscribe(novels))
    say(site.database, ANA, Unsubscribe(ACCOUNT), by_=by(Hand.USER))
    for cause in (Cause.BOUNCE, Cause.COMPLAINT):
        report = by(Hand.AUTOMATIC, actor=Actor[cause.name])
        say(site.database, ANA, Report(cause, NOW), by_=report)
    dora.open(f"{path}/address").fill(email=BEN.address).press("show")
    assert dora.page.one("input", id="along").get("checked", "no") == ""
    assert "Nothing was ever chosen" in dora.words
    assert "Bounce" in dora.words
    dora.press("change")
    assert "ben@example.org" in dora.words
    held = chosen(site, BEN)
    makers = {place: standing.actor for place, standing in held.items()}
    assert makers == {
        ALL: Actor.USER,
        COMPLAINT: Actor.COMPLAINT,
        of_type(offers.id): Actor.CONTACT,
    }
    assert {standing.status for standing in held.values()} == {Status.UNSUBSCRIBED}
    reference = f"user:{user(site, DORA).id}"
    told = {(e.via, e.reference) for e in events(site.database, BEN)}
    assert told == {(Via.ADDRESS_CHANGE, reference)}
    assert {ALL, BOUNCE, of_type(novels.id)} <= chosen(site, ANA).keys()


def test_without_the_tick_the_opt_outs_stay_behind(app: Flask, site: Site) -> None:
    dora = at_work(app)
    path = create(dora)
    say(site.database, ANA, Unsubscribe(ACCOUNT))
    key = dora.open(f"{path}/address").fill(email=BEN.address).press("show").token
    dora.post(f"{path}/address", {"email": BEN.address, "do": "change", "csrf_token": key})
    assert "ben@example.org" in dora.words
    assert chosen(site, BEN) == {}


def test_what_the_new_address_has_chosen_stays(app: Flask, site: Site, world: World) -> None:
    """An opt-out at either address wins; the person's own comes over another's."""
    dora = at_work(app)
    path, offers = create(dora), world.offers
    say(site.database, BEN, Unsubscribe(ACCOUNT), Subscribe(offers))
    say(site.database, ANA, Unsubscribe(Scope.type(offers.id), offers))
    moved(dora, path, BEN)
    held = chosen(site, BEN)
    assert held.opted_out(ALL)
    assert held.opted_out(of_type(offers.id))


def test_an_address_that_has_a_contact_is_refused(app: Flask, site: Site) -> None:
    dora = at_work(app)
    path, other = create(dora), create(dora, BEN)
    dora.open(f"{path}/address").fill(email=BEN.address).press("show")
    assert dora.errors == ["This address has a contact already"]
    dora.post(f"{path}/address", {"email": BEN.address, "do": "change"})
    assert dora.errors == ["This address has a contact already"]
    assert other in [a.get("href") for a in dora.page.one("main").all("a")]
    assert dora.open(path).status == 200
    assert "ana@example.com" in dora.words


def test_the_same_mailbox_written_otherwise_keeps_everything(app: Flask, site: Site) -> None:
    dora = at_work(app)
    path = create(dora)
    say(site.database, ANA, Unsubscribe(ACCOUNT))
    before = events(site.database, ANA)
    dora.open(f"{path}/address").fill(email="Ana@Example.com").press("show")
    assert not dora.page.all("input", id="along")
    dora.press("change")
    assert "Ana@Example.com" in dora.words
    assert events(site.database, ANA) == before


def test_a_contact_of_no_known_number_is_not_found(app: Flask) -> None:
    """R-130."""
    dora = at_work(app)
    for id_ in ("0", "1", str(2**63), "9" * 40):
        assert dora.open(f"/admin/contacts/{id_}").status == 404
    assert dora.open("/admin/contacts/1/address").status == 404
    assert (
        dora.post("/admin/contacts/1/address", {"email": CLEO.address, "do": "change"}).status
        == 404
    )


def test_who_opted_out_and_is_no_contact_is_found_by_the_whole_address(
    app: Flask, site: Site, world: World, heard: list[str]
) -> None:
    """A link makes no contact, and a support desk asks whether somebody has unsubscribed."""
    finn = at_work(app, FINN)
    nobody = asked(finn, heard, "/admin/contacts?q=ben")
    say(site.database, BEN, Unsubscribe(Scope.type(world.novels.id)), by_=by(via=Via.ONE_CLICK))
    assert asked(finn, heard, f"/admin/contacts?q={BEN.address}") == nobody + 1
    assert "No contact is like this." in finn.words
    (way,) = (a for a in finn.page.all("a") if a.text.startswith(f"What stands for {BEN.address}"))
    finn.open(way.get("href") or "")
    assert finn.heading == BEN.address
    assert "Unsubscribed: Novels" in finn.words
    assert "with the button of your mail program" in finn.words
    long = Person("Long " * 40, f"{'l' * 64}@{'d' * 60}.{'e' * 60}.{'f' * 55}.example.com")
    say(site.database, long, Unsubscribe(ACCOUNT))
    finn.open(f"/admin/contacts?q={quote(f'{long.name} <{long.address}>')}")
    assert f"What stands for {long.address}, and its history" in finn.words
    assert "What stands" not in finn.open(f"/admin/contacts?q={CLEO.address}").words
    finn.open(f"/admin/addresses?email={CLEO.address}")
    assert "Nothing like this has happened" in finn.words
    assert finn.open("/admin/addresses?email=ben").status == 404
    path = create(at_work(app), BEN)
    assert finn.open(f"/admin/addresses?email={BEN.address}").url == f"{path}/subscriptions"


def asked(dora: Colleague, heard: list[str], url: str) -> int:
    """How many questions a screen asks the database, who is there aside."""
    dora.open(url)
    heard.clear()
    dora.open(url)
    return len([said for said in heard if said.startswith("SELECT") and "user_session" not in said])


def test_statements_are_as_many_for_many_contacts_as_for_one(
    app: Flask, heard: list[str], world: World
) -> None:
    """No statement for each row. A filter that does not fill a page at once costs three more."""
    dora = at_work(app)
    path = create(dora)
    one = asked(dora, heard, "/admin/contacts")
    create(dora, BEN)
    create(dora, CLEO)
    assert asked(dora, heard, "/admin/contacts") == one == 5
    assert asked(dora, heard, "/admin/contacts?q=example") == one + 3
    assert asked(dora, heard, "/admin/contacts?q=example&out=nobody&source=admin") <= one + 6
    assert asked(dora, heard, path) == 5
