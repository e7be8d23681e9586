"""Subscription types in the admin: the page's order, texts in every language, and the preview."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from app.domain.changes import Unsubscribe
from app.domain.words import Scope
from app.store.doors import Database
from app.store.tables import audit, preference, setting_version
from app.web.recipient.assets import MOST_LOOKS, style, style_in
from tests.web.admin.colleagues import ELIF, FINN, Colleague, at_work
from tests.web.houses import Mailed
from tests.web.visiting import Visitor
from tests.world import ANA, World, say, seen

EDGES = ("BEGIN", "COMMIT", "BEGIN IMMEDIATE", "ROLLBACK")


def listed(colleague: Colleague) -> list[str]:
    """The types of the screen, in their order."""
    return [link.text for row in colleague.page.one("tbody").all("tr") for link in row.all("a")]


def deeds(database: Database) -> list[tuple[str, str, str]]:
    """What was done to types and brands, oldest first."""
    kept = select(audit.c.action, audit.c.subject_kind, audit.c.subject_id).order_by(audit.c.id)
    about = audit.c.subject_kind.in_(("type", "brand", "account"))
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(kept.where(about))]


def test_an_editor_puts_types_in_the_order_in_which_people_see_them(
    app: Flask, database: Database, world: World, visitor: Visitor, mailed: Mailed
) -> None:
    """By arrows, and by the order in which rows were dragged; the page follows at once."""
    elif_ = at_work(app, ELIF).open("/admin/types")
    assert listed(elif_) == ["Novels", "Offers", "Circle", "Letter", "Receipts"]
    form = {"brand": str(world.fernway.id)}
    elif_.post("/admin/types/order", {**form, "down": str(world.novels.id)})
    assert listed(elif_) == ["Offers", "Novels", "Circle", "Letter", "Receipts"]
    (focused,) = [b for b in elif_.page.all("button") if "autofocus" in b.attributes]
    assert focused.get("aria-label") == "Move Novels down"
    elif_.post("/admin/types/order", {**form, "up": str(world.offers.id)})  # first already
    dragged = f"{world.letter.id} {world.offers.id} 999 {world.letter.id} {world.evenings.id}"
    elif_.post("/admin/types/order", {**form, "order": dragged})
    assert listed(elif_) == ["Letter", "Offers", "Novels", "Circle", "Receipts"]
    visitor.open(mailed.preferences(ANA))
    names = [label.text for label in visitor.page.all("label") if label.get("for")[0] == "t"]
    assert names == ["Letter", "Offers", "Novels"]
    assert {deed for deed, *_ in deeds(database)} == {"types-ordered"}
    dora = at_work(app).open("/admin/audit?action=types-ordered")
    assert "Put types in orderFernway" in dora.words
    for junk in ({"order": ""}, {"order": "x y"}, {}):
        assert elif_.post("/admin/types/order", {**form, **junk}).status in (200, 400)
    assert elif_.post("/admin/types/order", {**form, "up": "999"}).status == 404
    assert len(seen(database).fernway.types) == 5


def test_a_new_type_is_shown_and_subscribes_nobody(
    app: Flask, database: Database, world: World, visitor: Visitor, mailed: Mailed
) -> None:
    elif_ = at_work(app, ELIF).open(f"/admin/types/new?brand={world.fernway.id}")
    texts = {"name-en": "Events", "description-en": "Near you.", "name-nl": "Avonden"}
    elif_.fill(**texts, **{"frequency-en": "Monthly"}).press()
    assert "It subscribes nobody" in elif_.words
    assert listed(elif_)[-1] == "Events"
    assert "Languages missing: 7" in elif_.page.one("tbody").text
    made = seen(database).type("events")
    assert (made.public, made.confirms, made.transactional) == (True, False, False)
    assert made.texts.by_language["nl"] == {"name": "Avonden"}
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(preference)) == 0
    assert deeds(database) == [("type-made", "type", str(made.id))]
    assert "Events" in visitor.open(mailed.preferences(ANA)).page.text


def test_what_a_decision_reads_of_a_type_is_versioned_when_it_changes(
    app: Flask, database: Database, world: World
) -> None:
    """R-72, rules.md 7."""
    elif_ = at_work(app, ELIF).open(f"/admin/types/{world.circle.id}")
    elif_.fill(**{"name-en": "The circle", "public": "1", "confirms": "1"}).press()
    changed = seen(database).type("circle")
    assert (changed.public, changed.confirms) == (True, True)
    assert changed.texts.version != world.circle.texts.version
    elif_.open(f"/admin/types/{world.circle.id}").fill(**{"name-en": "Circle"}).press()
    of_circle = select(setting_version.c.content).where(
        setting_version.c.scope_id == world.circle.id
    )
    with database.reading() as connection:
        versions = [dict(c) for c in connection.scalars(of_circle.order_by(setting_version.c.id))]
    fixed = {"brand": world.fernway.id, "transactional": False}
    before = {**fixed, "public": False, "confirms": False, "archived": False}
    assert versions == [before, {**before, "public": True, "confirms": True}]


def test_a_transactional_type_stays_one(app: Flask, database: Database, world: World) -> None:
    """Rules 1: brand and transactional are fixed when a type is made."""
    elif_ = at_work(app, ELIF).open(f"/admin/types/{world.receipts.id}")
    assert "must-send mail that nobody can leave" in elif_.words
    brand = str(world.workshops.id)
    sent = {"name-en": "Bills", "transactional": "", "brand": brand, "public": "1"}
    elif_.post(f"/admin/types/{world.receipts.id}", sent)
    after = seen(database).type("receipts")
    assert (after.transactional, after.public, after.brand) == (True, True, world.fernway.id)
    assert after.texts.get("name", "en") == "Bills"


def test_an_archived_type_is_gone_from_the_page_and_comes_back(
    app: Flask, database: Database, world: World, visitor: Visitor, mailed: Mailed
) -> None:
    """Whoever opted out stays so."""
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)))
    elif_ = at_work(app, ELIF).open(f"/admin/types/{world.novels.id}").press("archive")
    assert "Novels" not in listed(elif_)
    assert "Archived types: 1" in elif_.words
    assert "Novels" not in visitor.open(mailed.preferences(ANA)).page.text
    assert len(elif_.open(f"/admin/types/{world.novels.id}").page.all("fieldset", disabled="")) == 1
    elif_.open("/admin/types").press("restore")
    assert "Novels" in listed(elif_)
    assert not visitor.open(mailed.preferences(ANA)).boxes[world.novels.id]
    assert [deed for deed, *_ in deeds(database)] == ["type-archived", "type-restored"]


WRONG = {
    "name-en": {
        "": "Enter a name",
        "x" * 201: "This is too long",
        "a\nBcc: x@y.example": "Write it on one line, without control characters",
        "No thanks, I hate reading": "This presses people who leave. Say what comes, and no more",
    },
    "description-ar": {"x" * 501: "This is too long"},
    "slug": {
        "123": "Use a to z, 0 to 9 and hyphens, with a letter among them",
        "Events": "Use a to z, 0 to 9 and hyphens, with a letter among them",
        "novels": "There is a type with this name for programs already",
    },
}


def test_what_is_typed_wrongly_is_told_and_kept(
    app: Flask, database: Database, world: World
) -> None:
    """H-36, R-151: the summary leads to the field, and nothing is written."""
    elif_ = at_work(app, ELIF)
    for field, typed, told in ((f, t, told) for f, c in WRONG.items() for t, told in c.items()):
        elif_.open("/admin/types/new")
        elif_.fill(**{"slug": "events", "name-en": "Events", field: typed}).press()
        assert (elif_.status, elif_.errors) == (400, [told])
        (value,) = [e.get("value") for e in elif_.page.all("input", name=field)]
        assert " ".join(value.split()) == " ".join(typed.split())
    assert seen(database).catalog == world.catalog


def test_hostile_texts_are_only_ever_text(
    app: Flask, world: World, visitor: Visitor, mailed: Mailed
) -> None:
    """H-39: in the list, the form, the preview and on the page."""
    hostile = "<script>alert(1)</script>{{7*7}}\"'"
    elif_ = at_work(app, ELIF).open(f"/admin/types/{world.novels.id}")
    elif_.fill(**{"name-en": hostile, "description-en": hostile}).press()
    preview = f"/admin/brands/{world.fernway.id}/preview?type={world.novels.id}"
    for path in ("/admin/types", f"/admin/types/{world.novels.id}", preview):
        elif_.open(path)
        assert "alert(1)</script>" not in elif_.answer.text.replace("&lt;/script&gt;", "")
        assert "{{7*7}}" in elif_.answer.text
    assert "<script>" in visitor.open(mailed.preferences(ANA)).page.text


def test_the_preview_shows_what_is_typed_and_writes_nothing(
    app: Flask, database: Database, world: World
) -> None:
    """Framed by the admin alone, with its buttons off."""
    elif_ = at_work(app, ELIF).open(f"/admin/types/{world.circle.id}")
    (frame,) = elif_.page.all("iframe")
    assert "Circle" in elif_.open(frame.get("src")).page.text
    sent = {"brand": str(world.fernway.id), "type": str(world.circle.id), "name-en": "Not saved"}
    elif_.post("/admin/types/preview", {**sent, "scheme": "dark"})
    assert "Not saved" in elif_.page.text
    assert "somebody" not in elif_.page.text
    assert seen(database).catalog == world.catalog
    policy = elif_.answer.headers["Content-Security-Policy"]
    assert "form-action 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert elif_.answer.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    style = elif_.open(elif_.page.one("link", rel="stylesheet").get("href")).answer.text
    assert "color-scheme: dark" in style
    assert "prefers-color-scheme" not in style
    new = {"brand": str(world.fernway.id), "name-en": "To be", "public": "1"}
    assert "To be" in elif_.post("/admin/types/preview", new).page.text
    assert elif_.post("/admin/types/preview", {"brand": "9"}).status == 404
    for bad in ("light=red", "light=%23fff%7D", ""):
        assert elif_.open(f"/admin/preview.css?{bad}").status == 404


def test_colours_that_anybody_may_make_up_are_not_all_kept(app: Flask) -> None:
    """H-20: each stylesheet has kilobytes."""
    nobody = Colleague(app)
    for colour in range(MOST_LOOKS + 9):
        look = "".join(f"&{name}=%23{colour:06x}" for name in ("light", "on", "dark", "ondark"))
        assert nobody.open(f"/admin/preview.css?scheme=dark{look}").status == 200
    for kept in (style, style_in):
        assert kept.cache_info().currsize <= MOST_LOOKS


def test_the_admins_screens_run_their_own_script_only(app: Flask, world: World) -> None:
    """R-121: nothing inline, and recipients are given none at all."""
    elif_ = at_work(app, ELIF).open("/admin/types")
    policy = elif_.answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    (script,) = elif_.page.all("script")
    assert script.text == ""
    answer = elif_.open(script.get("src")).answer
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_viewer_reads_and_is_offered_nothing_to_press(app: Flask, world: World) -> None:
    finn = at_work(app, FINN)
    for path in ("/admin/types", f"/admin/types/{world.novels.id}"):
        finn.open(path)
        assert [b.text for b in finn.page.one("main").all("button")] == []


def test_a_list_of_types_costs_the_same_whatever_their_number(
    app: Flask, world: World, heard: list[str]
) -> None:
    """Pinned: who is there, and the catalogue's version; what is kept of it says the rest."""
    elif_ = at_work(app, ELIF).open("/admin/types")
    for path in ("/admin/types", f"/admin/types/{world.novels.id}", "/admin/brands"):
        heard.clear()
        elif_.open(path)
        said = [s for s in heard if not s.startswith(EDGES) and "preference" not in s]
        assert len(said) == 3, (path, said)
