"""People's requests, carried out by users of the admin, with a log of their dates."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import Flask
from sqlalchemy import Connection, select

from app.domain.changes import Hand, Subscribe
from app.domain.contacts import Source
from app.domain.rights import ANSWERED_WITHIN, Right
from app.domain.standing import ALL, of_type
from app.domain.words import DAY, Actor, Basis, Kind, Via
from app.services import contacts, rights
from app.services.contacts import Draft, Origin
from app.services.rights import Asked
from app.store.doors import Database
from app.store.tables import audit, contact, rights_request
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, FINN, Colleague, at_work, user
from tests.web.houses import Clock, events, known
from tests.web.visiting import Visitor
from tests.world import ANA, CLEO, NOW, World, by, say


def noted(colleague: Colleague, email: str, right: str) -> Colleague:
    """A request, written down."""
    return colleague.open("/admin/requests/new").fill(email=email, right=right).press()


def rows(colleague: Colleague) -> Sequence[str]:
    """What the list says, row by row."""
    return [row.text for body in colleague.page.all("tbody") for row in body.all("tr")]


def test_a_request_is_noted_answered_and_logged_with_its_dates(
    app: Flask, site: Site, database: Database, world: World, clock: Clock
) -> None:
    """R-81: JSON and CSV of data, preferences, consent log and suppressions, within a month."""
    say(database, ANA, Subscribe(world.novels), evidence={"explanation": "in the shop"})
    elif_ = noted(at_work(app, ELIF), ANA.address, "ACCESS")
    assert (elif_.heading, "ana@example.com" in elif_.words) == ("Access or a copy", True)
    assert "Subscribed: Novels" in elif_.words
    here = elif_.url
    copied = json.loads(elif_.open(f"{here}/copy.json").answer.text)
    assert copied["address"] == ANA.address
    assert copied["receipts"][0]["evidence"] == {"explanation": "in the shop"}
    assert elif_.open(f"{here}/copy.csv").answer.headers["Content-Type"].startswith("text/csv")
    clock.pass_(ANSWERED_WITHIN + DAY)
    elif_.sign_in(ELIF).open("/admin/requests")
    assert "Overdue" in rows(elif_)[0]
    assert elif_.open(here).press("done").url == "/admin/requests"
    assert rows(elif_) == []
    elif_.open("/admin/requests?show=all")
    assert "Done" in rows(elif_)[0]
    assert "noted by Elif" in rows(elif_)[0]
    with database.reading() as connection:
        (row,) = connection.execute(select(rights_request)).all()
    assert (row.asked_at, row.due_at) == (NOW, NOW + ANSWERED_WITHIN)
    assert row.ended_at == clock()
    assert elif_.post(f"{here}/end").status == 409, "it ended already"


def test_an_owner_erases_for_a_person_who_asked(
    app: Flask, site: Site, database: Database, world: World
) -> None:
    """rules.md, 2: by CONTACT via ERASURE, with the user; the page says what goes and stays."""
    say(database, ANA, Subscribe(world.novels), evidence={"explanation": "in the shop"})
    draft = Draft(ANA.key, ANA.address, "Ana Archer")
    database.write(contacts.save_all, [draft], Origin(NOW, Source.ADMIN, "user:1"))
    dora = noted(at_work(app), ANA.address, "ERASURE")
    dora.open(f"{dora.url}/erasure")
    assert "every brand of Fernway" in dora.words
    dora.press("erasure")
    assert "is erased" in dora.words
    after = known(database, ANA)
    assert (after.address, list(after.held)) == (None, [ALL])
    last = events(database, ANA)[-1]
    assert (last.actor, last.via) == (Actor.CONTACT, Via.ERASURE)
    assert last.reference == f"user:{user(site, DORA).id}"
    with database.reading() as connection:
        assert connection.execute(select(contact)).all() == []
        trail = str(connection.execute(select(audit)).all())
    assert "person-erased" in trail
    assert not [word for word in ("ana@", "Archer") if word in trail]


def test_who_may_do_what(app: Flask, database: Database, world: World) -> None:
    """R-137: a viewer sees none of it, an editor all but the erasure."""
    elif_ = noted(at_work(app, ELIF), CLEO.address, "ERASURE")
    assert "not stored" in elif_.words
    here = elif_.url
    assert not [a for a in elif_.page.all("a") if a.get("href").endswith("/erasure")]
    assert elif_.post(f"{here}/erasure").status == 403
    assert at_work(app, FINN).open("/admin/requests").status == 403


def test_what_people_do_by_their_own_links_is_in_the_log(
    app: Flask, site: Site, database: Database, world: World
) -> None:
    asked = Asked(Right.ACCESS, ANA.key, world.fernway.id, "en", NOW, b"1" * 32)
    database.write(rights.mail_access, asked, None)
    dora = at_work(app).open("/admin/requests?show=all")
    assert "by a link of their own" in rows(dora)[0]
    assert "Done" in rows(dora)[0]


def test_a_wrong_form_and_a_wrong_page_are_told(app: Flask) -> None:
    """R-130."""
    dora = noted(at_work(app), "nobody", "ACCESS")
    assert dora.errors == ["Enter an email address with an @, like name@example.com"]
    dora = noted(dora, "no body@example.com", "ACCESS")
    assert dora.errors == ["There is a space in the address"]
    dora = dora.open("/admin/requests/new").post("/admin/requests/new", {"email": ANA.address})
    assert dora.errors == ["Choose what is asked for"]
    for query in ("after=x", "after=1.2.3", "after=-1.5", "show=all&after=9.99999999999999"):
        assert dora.open(f"/admin/requests?{query}").status == 200
    assert dora.open("/admin/requests/77").status == 404


def noted_by_hand(connection: Connection, asked: Asked) -> int:
    """A request in the log."""
    return rights.log(connection, asked)


def test_pages_go_on_where_the_last_one_ended_in_few_statements(
    app: Flask, site: Site, database: Database, world: World, heard: list[str]
) -> None:
    for at in range(60):
        asked = Asked(Right.ACCESS, ANA.key, world.fernway.id, "en", NOW + at % 7, None, 1)
        database.write(noted_by_hand, asked)
    dora = at_work(app).open("/admin/requests")
    heard.clear()
    dora.open("/admin/requests")
    assert len([said for said in heard if "rights_request" in said]) == 1
    (more,) = dora.page.all("a", rel="next")
    assert len(rows(dora)) == 50
    assert len(rows(dora.open(more.get("href")))) == 10


def ending(database: Database, world: World) -> None:
    """Novels for sixty people, each a day later; offers for Ana, later."""
    basis = {"basis": Basis.LEGITIMATE_INTEREST_CLIENT, "explained": True}
    for number in range(60):
        person = ANA._replace(address=f"p{number}@example.com")
        made = by(Hand.USER, basis_ends=NOW + (number + 1) * DAY // 3, **basis)
        say(database, person, Subscribe(world.novels), by_=made)
    made = by(Hand.USER, basis_ends=NOW + 80 * DAY, **basis)
    say(database, ANA, Subscribe(world.offers), by_=made)


def test_consents_that_end_soon_are_listed_with_the_way_to_renew(
    app: Flask, database: Database, world: World, clock: Clock, heard: list[str]
) -> None:
    """rules.md, 6: CONSENT_EXPIRED is seen coming; keyset pages, one statement a page."""
    draft = Draft(ANA.key, ANA.address, "Ana")
    (saved,) = database.write(contacts.save_all, [draft], Origin(NOW, Source.ADMIN, "user:1"))
    ending(database, world)
    dora = at_work(app).open("/admin/consents")
    assert len(rows(dora)) == 50
    (more,) = dora.page.all("a", rel="next")
    heard.clear()
    assert len(rows(dora.open(more.get("href")))) == 10
    assert len([said for said in heard if "basis_ends" in said]) == 1
    assert rows(dora.open("/admin/consents?within=30&type=" + str(world.offers.id))) == []
    dora.open(f"/admin/consents?within=90&type={world.offers.id}")
    (row,) = rows(dora)
    assert "20 August 2026" in row
    assert "existing customer" in row
    (renew,) = [a for a in dora.page.all("a") if "/renewal" in a.get("href")]
    assert renew.get("href") == f"/admin/contacts/{saved.id}/renewal?type={world.offers.id}"
    assert dora.open(renew.get("href")).status == 200
    for query in ("within=x", "type=77", "after=x", "after=1.zz.3", "after=-1.00.3"):
        assert dora.open(f"/admin/consents?{query}").status == 200


def test_a_later_event_moves_the_end(database: Database, world: World) -> None:
    """rules.md, 3: a basis that ends later is CONFIRMED, and moves the day."""
    basis = {"basis": Basis.LEGITIMATE_INTEREST_CLIENT, "explained": True}
    for days in (10, 20, 15):
        made = by(Hand.USER, basis_ends=NOW + days * DAY, **basis)
        say(database, ANA, Subscribe(world.novels), by_=made)
    assert known(database, ANA).held[of_type(world.novels.id)].basis_ends == NOW + 20 * DAY
    assert [e.kind for e in events(database, ANA)] == [Kind.CHANGED, Kind.CONFIRMED]


def test_the_snippet_is_the_form_with_the_versions_that_it_shows(
    app: Flask, database: Database, world: World
) -> None:
    """R-83, R-88: plain HTML, no box ticked, and every save of its text a version of its own."""
    here = f"/admin/brands/{world.fernway.id}/sign-up"
    dora = at_work(app).open(here)
    dora.fill(notice="Fernway sends it. See fernway.example/privacy").press("sign-up")
    snippet = dora.page.one("textarea", id="snippet").text
    assert "fernway.example/privacy" in snippet
    assert 'action="https://mail.example.com/s/fernway?lang=en"' in snippet
    assert "checked" not in snippet
    assert "<script" not in snippet
    there = Visitor(app).open("/s/fernway")
    assert "fernway.example/privacy" in there.words
    versions = there.page.one("input", name="texts").get("value")
    assert versions in snippet
    assert int(versions.split(".")[1]) > world.fernway.texts.version
    assert at_work(app, FINN).open(here).post(here, {"notice": "x"}).status == 403
