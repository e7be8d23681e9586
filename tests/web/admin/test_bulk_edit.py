"""Many contacts at once, from the list to the preview (F11 to F14)."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.bulk import BulkEdit, Doing
from app.domain.changes import Hand, Unsubscribe
from app.domain.deeds import Doer
from app.domain.runs import RunState
from app.domain.standing import of_type
from app.domain.words import ACCOUNT, Basis, Status
from app.queries.contact_filters import Filters
from app.services import bulk, catalog
from app.services.bulk import Asked
from app.store.runs import read
from app.web.site import Site
from app.worker import handlers
from tests.web.admin.colleagues import ELIF, Colleague, at_work
from tests.web.admin.test_jobs import WHY, contacts_of, figures, work
from tests.web.houses import known
from tests.web.reading import fields
from tests.world import NOW, YESTERDAY, Person, World, by, say

ONE, TWO, THREE = (Person(name, f"{name.lower()}@example.com") for name in ("One", "Two", "Three"))


@pytest.fixture
def elif_(app: Flask, site: Site) -> Colleague:
    """An editor, with three contacts."""
    contacts_of(site, ONE, TWO, THREE)
    return at_work(app, ELIF)


def test_ticked_contacts_are_asked_about_previewed_and_edited(
    elif_: Colleague, site: Site, world: World
) -> None:
    """F11 to F14: tick, More, Edit communication subscriptions; type, status, explanation, save."""
    say(site.database, ONE, Unsubscribe(ACCOUNT), by_=by(Hand.USER, at=YESTERDAY))
    ticked = next(
        e.get("value")
        for e in elif_.open("/admin/contacts").page.all("input", name="contact")
        if "one@" in e.get("aria-label")
    )
    elif_.fill(contact=ticked).press("bulk")
    assert elif_.heading == "Edit communication subscriptions"
    assert "Of the one that is ticked." in elif_.words
    elif_.press("edit")
    assert elif_.errors == [
        "Choose what is to be done",
        "Say what happened, when, and where the proof is",
    ]
    elif_.fill(doing="subscribe", explanation=WHY).press("edit")
    assert elif_.errors == ["Choose a type"]
    elif_.fill(edit_type=str(world.novels.id)).press("edit")
    assert figures(elif_)["will be refused"] == "1"
    assert elif_.page.one("main").all("button", value="start") == []
    assert elif_.page.one("main").all("button", value="cancel") != []
    elif_.open("/admin/contacts").fill(contact=ticked).press("bulk")
    elif_.fill(doing="lift", explanation=WHY).press("edit")
    assert figures(elif_) == {
        "will have it removed": "1",
        "have no opt-out to remove": "0",
        "will be refused": "0",
    }
    elif_.press("start")
    work(site)
    assert known(site.database, ONE).held == {}


def test_all_that_match_are_edited_and_no_other(elif_: Colleague, site: Site, world: World) -> None:
    """Issue 3: "select all N matching"."""
    elif_.open("/admin/contacts?q=t").fill(which="matching").press("bulk")
    assert "Of all 2 contacts that match." in elif_.words
    assert "Of all 2 contacts that match." in elif_.press("edit").words, "asked once more"
    elif_.fill(doing="unsubscribe", edit_type=str(world.novels.id), explanation=WHY).press("edit")
    assert figures(elif_)["will be unsubscribed"] == "2"
    elif_.press("start")
    work(site)
    status = [known(site.database, p).held.status(of_type(world.novels.id)) for p in (TWO, ONE)]
    assert status == [Status.UNSUBSCRIBED, Status.NOT_SPECIFIED]


def test_who_ticks_nobody_is_told(elif_: Colleague) -> None:
    elif_.open("/admin/contacts").press("bulk")
    assert "Nobody is ticked." in elif_.words
    assert elif_.heading == "Contacts"


def test_very_many_are_checked_by_a_worker_with_its_progress(
    elif_: Colleague, site: Site, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 3: the preview of very many is itself a job; what they were found by is forgotten."""
    monkeypatch.setattr(handlers, "CHECKED", 1)
    edit = BulkEdit(Doing.UNSUBSCRIBE, world.novels.id)
    asked = Asked(edit, WHY, search=Filters().to_json())  # all there are
    id_ = site.database.write(bulk.make, asked, world.catalog, Doer(7, NOW))
    elif_.open(f"/admin/jobs/{id_}")
    assert "Checked so far: 0" in elif_.words
    work(site)
    with site.database.reading() as connection:
        run = read(connection, id_)
    assert run is not None
    assert (run.state, run.total, run.forecast) == (RunState.CHECKED, 3, {"CHANGED": 3})
    assert run.words == {}
    elif_.open(f"/admin/jobs/{id_}").press("start")
    work(site)
    assert figures(elif_.open(f"/admin/jobs/{id_}")) == {"unsubscribed": "3"}
    assert known(site.database, TWO).held.opted_out(of_type(world.novels.id))


def test_with_data_privacy_on_both_legal_bases_are_asked_for(
    elif_: Colleague, site: Site, world: World
) -> None:
    """F13: the status is then called opt-in status."""
    site.database.write(catalog.switch_data_privacy, True, NOW)
    novels = str(world.novels.id)
    elif_.open("/admin/contacts?q=two").fill(which="matching").press("bulk")
    assert "Opt-in status" in elif_.words
    elif_.fill(doing="subscribe", edit_type=novels, explanation=WHY).press("edit")
    assert elif_.errors == [
        "Choose a legal basis for communication",
        "Choose a legal basis for processing",
        "Explain the legal basis for processing",
    ]
    given = {"basis": "CONSENT_WITH_NOTICE", "processing": "CONSENT"}
    elif_.fill(edit_type=novels, processing_explanation=WHY, **given).press("edit")
    assert "Freely given consent" in elif_.words
    elif_.press("start")
    work(site)
    standing = known(site.database, TWO).held[of_type(world.novels.id)]
    assert standing.basis is Basis.CONSENT_WITH_NOTICE


@pytest.mark.parametrize("few", [bulk.FEW, 1])
def test_what_was_asked_is_changed_from_its_preview(
    elif_: Colleague, site: Site, world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """LOOK, bulk-preview, "Change this": the form with what was filled in, for the same contacts,
    few or many; the earlier check is cancelled."""
    asked = {"doing": "subscribe", "edit_type": str(world.novels.id), "explanation": WHY}
    more = {"basis": "CONSENT_WITH_NOTICE", "ends": "2027-06-01", "processing": "CONSENT"}
    told = {**asked, **more, "processing_explanation": "The same box."}
    elif_.open("/admin/contacts?q=t").fill(which="matching").press("bulk").fill(**told)
    before = elif_.press("edit").url
    monkeypatch.setattr(bulk, "FEW", few)
    monkeypatch.setattr(handlers, "CHECKED", 1)
    contacts_of(site, Person("Tess", "tess@example.com"))
    elif_.open(f"{before}/edit")
    assert "Of the 2 that were checked." in elif_.words
    (form,) = elif_.page.all("form", **{"class": "decide"})
    assert told.items() <= dict(fields(form)).items()
    elif_.fill(doing="").press("edit")
    assert elif_.errors == ["Choose what is to be done"]
    assert "Of the 2 that were checked." in elif_.words
    elif_.fill(doing="unsubscribe").press("edit")
    work(site)
    after = elif_.url
    assert figures(elif_.open(after))["will be unsubscribed"] == "2"
    assert "Cancelled" in elif_.open(before).words
    assert elif_.open(f"{before}/edit").url == before
    elif_.post("/admin/contacts/bulk/edit", {**told, "which": "job", "job": before.split("/")[-1]})
    assert "The job has moved on meanwhile." in elif_.words
    elif_.open(after).press("start")
    work(site)
    assert figures(elif_.open(after)) == {"unsubscribed": "2"}
    assert elif_.open("/admin/jobs/1/edit").status == 404
