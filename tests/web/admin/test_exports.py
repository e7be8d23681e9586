"""Exports in the admin: chosen, streamed, kept in the audit trail (issue 5)."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

from flask import Flask

from app.domain.changes import Unsubscribe
from app.domain.contacts import Source
from app.domain.words import ACCOUNT
from app.services import contacts
from app.services.contacts import Draft, Origin
from app.store.doors import Database
from tests.web.admin.colleagues import FINN, Colleague, at_work
from tests.web.admin.test_audit import deeds
from tests.web.houses import site_of
from tests.world import ANA, BEN, CLEO, NOW, World, say


def test_an_editor_takes_a_list_away_as_of_now(
    app: Flask, elif_: Colleague, database: Database, world: World
) -> None:
    """R-61: both the file and every row say what it may be used for. R-132."""
    say(database, BEN, Unsubscribe(ACCOUNT))
    say(database, CLEO, Unsubscribe(ACCOUNT))
    elif_.open("/admin").open("/admin/exports")
    assert "Exports" in elif_.places
    assert "as of the moment you press the button: now 1 June 2026" in elif_.words
    assert "“Everything” means: opted out of every brand, bounced or complained." in elif_.words
    elif_.fill(what="suppressions", about=f"type:{world.novels.id}").press()
    answer = elif_.answer
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="sayso-suppressions-SUPPRESSION-ONLY-2026-06-01T120000Z.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert sorted((row["email"], row["use"]) for row in rows) == [
        ("", "SUPPRESSION_ONLY"),
        (BEN.address, "SUPPRESSION_ONLY"),
    ]
    assert "list-exported" in deeds(site_of(app))
    elif_.open("/admin/exports").fill(format="ndjson").press()
    assert elif_.answer.mimetype == "application/x-ndjson"


def test_the_contacts_that_a_list_shows_are_taken_away(
    app: Flask, elif_: Colleague, database: Database, world: World
) -> None:
    """The filters of the list come along; sorted and searched elsewhere, nothing else does."""
    say(database, BEN, Unsubscribe(ACCOUNT))
    origin = Origin(NOW, Source.ADMIN, "user:1")
    people = [ANA, BEN, CLEO]
    database.write(contacts.save_all, [Draft(p.key, p.address) for p in people], origin)
    elif_.open("/admin/contacts?out=contact&q=ben&sort=newest")
    (found,) = re.findall('href="(/admin/exports[?][^"]*)"', elif_.answer.text)
    elif_.open(unescape(found))
    assert "Only the contacts that match these filters:" in elif_.words
    assert "What each address has chosen" not in elif_.words
    elif_.fill(format="ndjson").press()
    rows = [json.loads(line) for line in elif_.answer.text.splitlines()]
    assert [(row["email"], row["use"]) for row in rows] == [(BEN.address, "SUPPRESSION_ONLY")]


def test_what_is_asked_wrongly_is_refused_and_viewers_take_nothing(
    app: Flask, elif_: Colleague
) -> None:
    elif_.open("/admin/exports")
    for wrong in ({"what": "secrets"}, {"format": "xls"}, {"about": "type:1"}, {"about": "x:"}):
        sent = {"what": "contacts", "format": "csv", "about": "", **wrong}
        assert elif_.post("/admin/exports", sent).status == 400
    finn = at_work(app, FINN)
    assert "Exports" not in finn.open("/admin").places
    assert finn.post("/admin/exports", {"what": "contacts", "format": "csv"}).status == 403
