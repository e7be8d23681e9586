"""The text of a brand's mail with the preferences link, by language, with its preview."""

from __future__ import annotations

from app.domain.catalog import Texts
from app.services import catalog
from app.store.doors import Database
from app.web.site import Site
from tests.web.admin.colleagues import Colleague, mails
from tests.web.admin.test_audit import deeds
from tests.web.admin.test_record import WHO_IS_THERE
from tests.web.houses import BASE_URL
from tests.world import NOW, World, seen

OWN = "Hello from {brand}, <all>.\n\n{link}\n\nSee you."


def texts(database: Database) -> Texts:
    """What is kept for fernway."""
    return seen(database).fernway.texts


def test_a_brand_words_its_own_mail_in_each_language(
    dora: Colleague, ana: int, site: Site, database: Database, world: World
) -> None:
    """Saved as a version of the brand's texts beside the others, and said by the next mail."""
    other = {"en": {"intro": "Books by mail."}}
    database.write(catalog.edit_brand, world.fernway.id, {"texts": other}, NOW)
    before = texts(database).version
    where = f"/admin/brands/{world.fernway.id}/mail"
    dora.open(where)
    assert "Here is the link to all your email choices at Fernway:" in dora.words
    dora.fill(subject="Choose at {brand}", body=OWN).press("preview")
    assert "Hello from Fernway, <all>." in dora.words
    assert f"{BASE_URL}/p/" in dora.words
    assert texts(database).version == before
    dora.fill(subject="Choose at {brand}", body=OWN).press("save")
    assert "The text is saved." in dora.words
    kept = texts(database)
    assert kept.version > before
    assert kept.by_language == {
        "en": {"intro": "Books by mail.", "mail_subject": "Choose at {brand}", "mail_body": OWN}
    }
    dora.post(f"/admin/contacts/{ana}/preferences-mail", {"brand": str(world.fernway.id)})
    (mail,) = mails(site)
    assert mail["Subject"] == "Choose at Fernway"
    lines = mail.get_content().splitlines()
    assert lines[0] == "Hello from Fernway, <all>."
    assert lines[2].startswith(f"{BASE_URL}/p/")
    assert "mail-worded" in deeds(site)


def test_where_a_language_has_no_own_text_ours_is_said(
    dora: Colleague, database: Database, world: World, heard: list[str]
) -> None:
    """R-45: the screen asks for the catalogue's version only."""
    where = f"/admin/brands/{world.fernway.id}/mail"
    dora.open(where).fill(body=OWN).press("save")
    heard.clear()
    dora.open(where)
    assert len(heard) == WHO_IS_THERE + 1
    assert "See you." in dora.open(f"{where}?language=en").words
    dora.open(f"{where}?language=nl")
    assert "See you." not in dora.words
    assert "Fernway" in dora.words
    dora.open(where).fill(subject="", body="").press("save")
    assert texts(database).by_language == {}


def test_a_text_without_its_link_is_refused_and_kept_to_mend(
    dora: Colleague, database: Database, world: World
) -> None:
    where = f"/admin/brands/{world.fernway.id}/mail"
    dora.open(where).fill(body="Press {link} here").press("save")
    assert dora.errors == ["Put {link} into the text once, on a line of its own"]
    assert dora.page.one("textarea").text == "Press {link} here"
    assert texts(database).by_language == {}
    assert dora.open("/admin/brands/7/mail").status == 404
