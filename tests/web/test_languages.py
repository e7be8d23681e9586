"""The language of a page (?lang=, the address's own, Accept-Language, the brand's)."""

from __future__ import annotations

from urllib.parse import urljoin

from flask import Flask

from app.services import catalog
from app.store.doors import Database
from app.text.languages import LANGUAGES
from tests.web.houses import Mailed, events, store
from tests.web.visiting import Visitor
from tests.world import ANA, BEN, CLEO, NOW, World


def language_of(visitor: Visitor) -> tuple[str, str]:
    html = visitor.page.one("html")
    return html.get("lang"), html.get("dir")


def test_the_first_wish_that_is_spoken_decides(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """R-159: the query, then the address, then the browser, then the brand, then English."""
    store(database, ANA, "fr")
    unspoken = {"lang": "xx", "accept": "ja, zh;q=0.5"}
    cases = (
        (ANA, "?lang=nl", "de", "nl"),
        (ANA, "?lang=pt-BR", "de", "pt"),
        (ANA, "?lang=DE_at", "", "de"),
        (ANA, "", "de", "fr"),
        (ANA, f"?lang={unspoken['lang']}", "de", "fr"),
        (BEN, "", "de-AT, fr;q=0.8", "de"),
        (BEN, "", "fr;q=0.3, es;q=0.9", "es"),
        (BEN, "", "de;q=0, pl;q=0.1", "pl"),
        (BEN, "", "de;q=0", "en"),
        (BEN, "", "*", "en"),
        (BEN, "", unspoken["accept"], "en"),
        (BEN, "", "", "en"),
        (BEN, "?lang=", ";;;,,=q", "en"),
        (BEN, "?lang=%00", "a" * 5_000, "en"),
        (BEN, "?lang=../../etc/passwd", "../nl", "en"),
    )
    for person, query, accept, expected in cases:
        headers = {"Accept-Language": accept} if accept else {}
        for path in (mailed.preferences(person), mailed.type(person, world.novels)):
            visitor = Visitor(app, **headers).open(path + query)
            assert visitor.status == 200
            assert language_of(visitor)[0] == expected, (query, accept[:20])


def test_the_brands_language_is_the_last_wish(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: a page of a brand that speaks Dutch is Dutch for who says nothing else."""
    changed = {"language": "nl"}
    database.write(catalog.edit_brand, world.workshops.id, changed, NOW)
    assert language_of(visitor.open(mailed.preferences(ANA, world.workshops)))[0] == "nl"
    assert language_of(visitor.open(mailed.brand(ANA, world.workshops)))[0] == "nl"
    assert language_of(visitor.open(mailed.preferences(ANA)))[0] == "en"


DAYS = {
    "en": ("1 July 2026", "1 Jul"),
    "nl": ("1 juli 2026", "1 jul"),
    "de": ("1. Juli 2026", "1. Juli"),
    "fr": ("1 juillet 2026", "1 juil."),
    "es": ("1 de julio de 2026", "1 jul"),
    "pt": ("1 de julho de 2026", "1 de jul."),
    "pl": ("1 lipca 2026", "1 lip"),
    "ar": ("1 يوليو 2026", "1 يوليو"),
}


def test_days_names_and_sentences_are_in_the_readers_language(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-159: what nobody translated is in the brand's own language, else in the one there is."""
    everywhere = {language: {"name": f"Novels ({language})"} for language in LANGUAGES}
    somewhere = {"fr": {"name": "Offres"}, "nl": {"name": "Aanbiedingen"}}
    intro = "Kies wat u wilt lezen."
    own = {"language": "nl", "texts": {"nl": {"intro": intro}}}
    database.write(catalog.edit_type_texts, world.novels.id, everywhere, NOW)
    database.write(catalog.edit_type_texts, world.offers.id, somewhere, NOW)
    database.write(catalog.edit_brand, world.fernway.id, own, NOW)
    assert DAYS.keys() == LANGUAGES.keys()
    for language, (day, short_day) in DAYS.items():
        visitor.open(f"{mailed.preferences(ANA)}?lang={language}")
        offers = "Offres" if language == "fr" else "Aanbiedingen"
        for said in (f"Novels ({language})", offers, "Letter", intro):
            assert said in visitor.words, (language, said)
        (first,) = visitor.page.all("button", value="pause-30")
        assert first.one("small").text.endswith(short_day), first.text
        assert day in visitor.press("pause-30").heading
        visitor.press("resume")


def test_arabic_is_written_from_right_to_left(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-159: and every other language from left to right; addresses stay as they are."""
    for language in LANGUAGES:
        for path in (mailed.preferences(ANA), mailed.account(ANA), "/links", "/u/broken"):
            visitor.open(f"{path}?lang={language}")
            expected = (language, "rtl" if language == "ar" else "ltr")
            assert language_of(visitor) == expected
            assert {b.get("dir") for b in visitor.page.all("bdi")} <= {"", "ltr"}


def test_every_page_is_offered_in_every_language(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-159, 3.1.2: each named in itself, and the present one marked."""
    for path in (mailed.preferences(ANA), mailed.type(ANA, world.novels), "/links", "/u/broken"):
        visitor.open(path)
        offered = {a.get("hreflang"): a for a in visitor.page.one("nav").all("a")}
        assert offered.keys() == LANGUAGES.keys()
        assert {a.text for a in offered.values()} == set(LANGUAGES.values())
        assert [c for c, a in offered.items() if a.get("aria-current")] == ["en"]
        assert {c: a.get("lang") for c, a in offered.items()} == {c: c for c in LANGUAGES}


def test_the_links_to_other_languages_lead_to_the_same_page(
    visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-121: also from a result, where they show what holds."""
    for path in (mailed.preferences(ANA), mailed.type(ANA, world.novels)):
        word = "save" if path.startswith("/p/") else "type"
        for press in (False, True):
            visitor.open(path)
            if press:
                visitor.press(word)
            (dutch,) = visitor.page.one("nav").all("a", hreflang="nl")
            visitor.open(urljoin(visitor.url, dutch.get("href")))
            assert (visitor.status, language_of(visitor)[0]) == (200, "nl")
            assert visitor.url.split("?")[0] == path


def test_presses_keep_the_language_that_was_chosen(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """Rules.md 4: every button of every page, whose answer has buttons that keep it too."""
    pages = (
        mailed.preferences(ANA),
        mailed.type(ANA, world.novels),
        mailed.brand(BEN, world.workshops),
        mailed.account(CLEO),
        "/links",
        "/p/broken",
    )
    for path in pages:
        for word in sorted(visitor.open(f"{path}?lang=pl").buttons):
            visitor.open(f"{path}?lang=pl")
            if word in ("link", "unsubscribe") and visitor.page.all("input", name="email"):
                visitor.fill(email=CLEO.address)
            visitor.press(word)
            assert (word, *language_of(visitor)) == (word, "pl", "ltr")
            for again in sorted(visitor.buttons & {"undo", "reason", "resume"}):
                after = Visitor(app)
                after.url, after.page = visitor.url, visitor.page
                assert language_of(after.press(again))[0] == "pl", (word, again)


def test_links_inside_a_page_keep_the_language_too(visitor: Visitor, mailed: Mailed) -> None:
    """Rules.md 4: from the result of leaving everything back to the choices."""
    visitor.open(f"{mailed.preferences(ANA)}?lang=es").press("account")
    (back,) = visitor.page.one("main").all("a")
    visitor.open(urljoin(visitor.url, back.get("href")))
    assert (visitor.status, language_of(visitor)[0], len(visitor.boxes)) == (200, "es", 3)


def test_the_events_keep_the_language_that_was_read(
    visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-72: and a form in a language nobody wrote is refused."""
    visitor.open(f"{mailed.preferences(ANA)}?lang=ar").untick(world.novels).press("save")
    visitor.open(f"{mailed.type(ANA, world.offers)}?lang=de").press("type")
    assert [event.language for event in events(database, ANA)] == ["ar", "de"]
