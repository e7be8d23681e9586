"""Brands in the admin: look, sender, texts, languages, links; archived and restored."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.colours import proposed_dark
from app.services import brands, catalog
from app.store.doors import Database
from app.store.tables import brand_logo
from app.web.admin import brand_form
from tests.web.admin.colleagues import FINN, Colleague, at_work
from tests.web.admin.pictures import PNG, REFUSED, WHOLE
from tests.web.admin.test_types import deeds
from tests.web.houses import Mailed
from tests.web.reading import fields
from tests.web.visiting import Visitor, get
from tests.world import ANA, NOW, World, seen

FILLED = {
    "name": "Fernway Books",
    "slug": "books",
    "light": "#1D6A4B",
    "dark": "",
    "sender": "Fernway Books <post@fernway.example>",
    "postal_address": "14 Mill Lane, Leeds",
    "contact": "hello@fernway.example",
    "website": "https://fernway.example/",
    "privacy": "https://fernway.example/privacy",
    "language": "en",
    "speaks-nl": "1",
    "intro-nl": "Kies wat u wilt lezen.",
}


def sent(colleague: Colleague, **more: Any) -> dict[str, Any]:
    """What the brand's form would send, and more."""
    (form,) = colleague.page.all("form", id="edit")
    return {**dict(fields(form)), **more}


def test_what_an_owner_says_of_a_brand_is_on_its_page(
    app: Flask, database: Database, world: World, visitor: Visitor, mailed: Mailed
) -> None:
    texts = {"en": {"mail_subject": "Yours"}}
    database.write(catalog.edit_brand, world.fernway.id, {"texts": texts}, NOW)
    path = f"/admin/brands/{world.fernway.id}"
    dora = at_work(app).open("/admin/brands").open(path)
    dora.post(path, FILLED)
    assert "The brand is saved" in dora.words
    brand = seen(database).brand("books")
    assert (brand.look.light, brand.look.dark[0]) == ("#1d6a4b", "#")
    assert brand.languages == ("nl",)
    assert brand.texts.by_language == {**texts, "nl": {"intro": "Kies wat u wilt lezen."}}
    page = visitor.open(mailed.preferences(ANA) + "?lang=nl").page
    assert "Kies wat u wilt lezen." in page.text
    assert "14 Mill Lane, Leeds" in page.text
    links = [a.get("href") for a in page.one("footer").all("a")]
    assert "https://fernway.example/privacy" in links
    assert [a.get("lang") for a in page.one("nav").all("a")] == ["en", "nl"]
    arabic = visitor.open(mailed.preferences(ANA) + "?lang=ar").page
    assert arabic.one("html").get("lang") == "en"
    assert deeds(database) == [("brand-edited", "brand", str(world.fernway.id))]
    assert "fernway.example" not in str(deeds(database))


def test_what_is_saved_of_a_brand_meanwhile_stays_where_its_form_says_nothing_of_it(
    database: Database, world: World
) -> None:
    """Its mail is worded elsewhere, and a program may give it a logo."""
    brand, worded = world.fernway, {"en": {"mail_subject": "Yours"}}
    filled = brand_form.read(FILLED, brand)
    database.write(catalog.edit_brand, brand.id, {"texts": worded}, NOW)
    database.write(catalog.set_logo, brand.id, "image/png", PNG)
    database.write(brands.save, brand.id, filled.values, None, NOW)
    saved = seen(database).brand("books")
    assert saved.texts.by_language == {**worded, "nl": {"intro": "Kies wat u wilt lezen."}}
    assert saved.look.logo
    with database.reading() as connection:
        assert connection.scalar(select(brand_logo.c.content)) == PNG


def test_what_the_first_run_made_up_is_marked_with_what_takes_it_away(
    app: Flask, database: Database, world: World
) -> None:
    """Issue 2: until it is archived, so that nobody takes the example's brand for one of theirs."""
    database.write(catalog.edit_brand, world.fernway.id, {"example": True}, NOW)
    dora = at_work(app).open("/admin/brands")
    assert "fernway, an example" in dora.words
    assert "workshops, an example" not in dora.words
    for brand in (world.fernway, world.workshops):
        marked = "sayso example remove" in dora.open(f"/admin/brands/{brand.id}").words
        assert marked is (brand.id == world.fernway.id)
    database.write(catalog.archive_brand, world.fernway.id, NOW)
    assert "an example" not in dora.open(f"/admin/brands/{world.fernway.id}").words


@pytest.mark.parametrize("kind", WHOLE)
def test_a_logo_is_shown_and_can_be_taken_away(
    app: Flask, database: Database, world: World, kind: str
) -> None:
    """R-139: served as the image that it is, and sniffed as nothing else."""
    path = f"/admin/brands/{world.fernway.id}"
    dora = at_work(app).open(path)
    dora.post(path, sent(dora, logo=(BytesIO(WHOLE[kind]), "../../logo.svg"), language="en"))
    digest = seen(database).fernway.look.logo
    answer = get(app, f"/brand/{world.fernway.id}/logo?v={digest}")
    assert (answer.mimetype, answer.data) == (kind, WHOLE[kind])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    dora.post(path, sent(dora, language="en"))
    assert seen(database).fernway.look.logo == digest
    dora.post(path, sent(dora, language="en", **{"no-logo": "1"}))
    assert seen(database).fernway.look.logo == ""
    assert get(app, f"/brand/{world.fernway.id}/logo").status_code == 404


def test_what_is_no_picture_is_no_logo(app: Flask, database: Database, world: World) -> None:
    """R-139, R-130: whatever it is called, and however large."""
    path = f"/admin/brands/{world.fernway.id}"
    dora = at_work(app).open(path)
    large = {"large": PNG[:-12] + bytes(200_001)}
    for name, content in {**REFUSED, **large}.items():
        if content:
            dora.post(path, sent(dora, logo=(BytesIO(content), "logo.png"), language="en"))
            assert dora.status == 400, name
            assert "Choose a PNG, JPEG, GIF or WebP" in dora.errors[0]
    huge = {"logo": (BytesIO(bytes(500_000)), "x")}
    assert dora.post(path, huge).status == 413  # type: ignore[arg-type]
    assert seen(database).catalog == world.catalog


def test_a_pale_colour_is_refused_and_the_nearest_that_passes_offered(
    app: Flask, database: Database, world: World
) -> None:
    """R-158: computed for both schemes, and never saved below 4.5."""
    path = f"/admin/brands/{world.fernway.id}"
    dora = at_work(app).open(path)
    assert dora.words.count("passes") == 6
    dora.post(path, sent(dora, light="#ffee00", language="en"))
    assert dora.errors == [
        "This colour cannot be read there. The nearest that can is offered below"
    ]
    assert seen(database).catalog == world.catalog
    assert dora.words.count("fails") == 2, "the figures are those of what was typed"
    (offer,) = dora.page.all("button", name="use-light")
    again = {"use-light": offer.get("value"), "language": "en"}
    dora.post(path, sent(dora, **again))
    look = seen(database).fernway.look
    assert look.light == offer.get("value")
    assert look.dark == proposed_dark(look.light), "nobody chose it, so it follows"
    dora.open(path).post(path, sent(dora, dark="#f0a8cd", language="en"))
    dora.open(path).post(path, sent(dora, light="#1d6a4b", language="en"))
    assert seen(database).fernway.look.dark == "#f0a8cd", "somebody chose it, so it stays"
    dora.post(path, sent(dora, dark="purple", language="en"))
    assert dora.errors == ["Enter a colour like #1d6a4b"]


WRONG = {
    "name": ("", "a\r\nBcc: x@y.example", "x" * 201),
    "slug": ("Books", "", "workshops"),
    "sender": ("Fernway", "a@b.example, c@d.example", "Ev\nil <a@b.example>"),
    "postal_address": ("nul\0", "x" * 501),
    "contact": ("hello",),
    "website": ("http://fernway.example", "javascript:alert(1)", "//evil.example"),
    "imprint": ("data:text/html,x",),
    "intro-en": ("Sorry to see you go", "x" * 501),
}


def test_what_is_typed_wrongly_is_told_and_changes_nothing(
    app: Flask, database: Database, world: World
) -> None:
    """H-36, H-37, H-39, R-87, R-139."""
    path = f"/admin/brands/{world.fernway.id}"
    dora = at_work(app)
    for field, cases in WRONG.items():
        for typed in cases:
            dora.open(path)
            dora.post(path, sent(dora, **{field: typed, "language": "en"}))
            assert (dora.status, len(dora.errors)) == (400, 1), (field, typed)
            (link,) = dora.page.one("div", role="alert").all("a")
            assert link.get("href") == f"#{field}"
    assert seen(database).catalog == world.catalog


def test_the_preview_wears_what_is_not_saved_yet(
    app: Flask, database: Database, world: World
) -> None:
    path = f"/admin/brands/{world.fernway.id}"
    dora = at_work(app).open(path)
    unsaved = {"name": "Not saved", "light": "#7a2a57", "language": "en", "website": "ftp:x"}
    dora.post(f"{path}/preview", sent(dora, **unsaved))
    assert (dora.status, dora.page.one("h1").text) == (200, "Your email from Not saved")
    style = dora.page.one("link", rel="stylesheet").get("href")
    assert "#7a2a57" in dora.open(style).answer.text
    assert seen(database).catalog == world.catalog
    arabic = dora.open(f"{path}/preview?lang=ar&scheme=dark").page
    assert arabic.one("html").get("dir") == "rtl"


def test_a_brand_is_made_archived_with_its_types_and_restored_with_them(
    app: Flask, database: Database, world: World
) -> None:
    """Rules 1. A type that was archived before stays so; the default brand cannot go."""
    dora = at_work(app).open("/admin/brands/new").fill(name="The Tea Room").press()
    assert dora.heading == "The Tea Room"
    database.write(catalog.archive_type, world.novels.id, NOW - 1)
    dora.open(f"/admin/brands/{world.fernway.id}").press("archive")
    assert dora.errors == [
        "This is the default brand: the pages of the account wear its look. "
        "Choose another in the settings first"
    ]
    database.write(catalog.set_default_brand, world.workshops.id)
    dora.open(f"/admin/brands/{world.fernway.id}").press("archive")
    after = seen(database)
    assert after.fernway.archived
    assert all(t.archived for t in after.fernway.types)
    dora.open(f"/admin/types/{world.offers.id}")
    assert "restore" not in [form.get("action")[-7:] for form in dora.page.all("form")]
    assert dora.post(f"/admin/types/{world.offers.id}/restore").status == 409
    dora.open(f"/admin/brands/{world.fernway.id}").press("restore")
    after = seen(database)
    assert not after.fernway.archived
    assert [t.slug for t in after.fernway.types if t.archived] == ["novels"]
    done = [deed for deed, *_ in deeds(database)]
    assert done == ["brand-made", "brand-archived", "brand-restored"]


def test_a_viewer_reads_brands_and_can_press_nothing(app: Flask, world: World) -> None:
    finn = at_work(app, FINN).open("/admin/brands").open(f"/admin/brands/{world.fernway.id}")
    assert finn.page.one("main").all("button") == []
