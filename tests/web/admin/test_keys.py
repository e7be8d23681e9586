"""API keys in the admin: for owners; shown once (issue 4)."""

from __future__ import annotations

from flask import Flask

from app.domain.keys import KeyScope
from app.web.site import Site
from tests.web.admin.colleagues import at_work
from tests.web.api.callers import Program, key_of
from tests.web.houses import BASE_URL
from tests.world import NOW, World


def test_an_owner_makes_a_key_that_is_shown_once(app: Flask, site: Site, world: World) -> None:
    dora = at_work(app).open("/admin/keys")
    assert "No key was made yet." in dora.words
    dora.open("/admin/keys/new")
    labels = {label.get("for"): label.text for label in dora.page.all("label")}
    assert labels["scope-statuses.write"] == "Subscribes and unsubscribes addresses"
    assert "statuses.write" in dora.page.one("small", id="scope-statuses.write-called").text
    dora.fill(
        name="The shop",
        scope="statuses.write",
        brand=str(world.fernway.id),
        speaks="person",
        expires="2026-07-01",
    ).press()
    secret = dora.page.one("code").text
    assert dora.heading == "The new key"
    key = key_of(site)
    assert key.name == "The shop"
    assert key.scopes == {KeyScope.STATUSES_WRITE}
    assert key.brands == frozenset([world.fernway.id])
    assert key.speaks_for_person
    call = {"Authorization": f"Bearer {secret}"}
    assert app.test_client().get("/api/v1/key", base_url=BASE_URL, headers=call).status_code == 200
    dora.open("/admin/keys")
    assert secret not in dora.answer.text
    assert "Subscribes and unsubscribes addresses statuses.write" in dora.words
    assert "1 July 2026" in dora.words
    assert "Speaks for people" in dora.words
    assert "Never" not in dora.words
    dora.open("/admin/audit")
    assert "Made an API key" in dora.words


def test_a_key_is_revoked_by_a_press(app: Flask, site: Site) -> None:
    program = Program(app)
    dora = at_work(app).open("/admin/keys").press("revocation")
    assert "It works no more." in dora.words
    assert "Revoked" in dora.words
    assert not key_of(site).works(NOW)
    assert program.get("/api/v1/key").status_code == 401
    dora.open("/admin/audit")
    assert "Revoked an API key" in dora.words


def test_what_is_missing_is_told_and_what_was_typed_stays(app: Flask) -> None:
    dora = at_work(app).open("/admin/keys/new").fill(name="", expires="2020-01-01").press()
    assert dora.status == 400
    assert len(dora.errors) == 3
    assert 'value="2020-01-01"' in dora.answer.text
