"""Every page as HTML: light, without scripts, and readable by everybody (R-121, R-151 to R-157)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.config import Settings
from app.domain.address import AddressKeys, fingerprint
from app.services import catalog
from app.services.example import make as make_example
from app.store.doors import Database
from app.text.languages import LANGUAGES
from tests.web.houses import Clock, Mailed, running, site_of
from tests.web.reading import Element, read
from tests.web.visiting import FORM, Visitor, get, request
from tests.world import ADDRESS_SECRET, ANA, BEN, CLEO, NOW, Person, World, seen

LIGHT = 20_000
FIELDS = {"checkbox", "radio", "email", "text", ""}


def pages(
    app: Flask, mailed: Mailed, world: World, query: str = ""
) -> Iterator[tuple[str, Visitor]]:
    """Every kind of page and result, by a name for each."""
    paths = {
        "choices": mailed.preferences(ANA),
        "choices of nobody known": mailed.preferences(CLEO),
        "another brand's": mailed.preferences(ANA, world.workshops),
        "example": mailed.example(world.fernway),
        "type": mailed.type(ANA, world.novels),
        "brand": mailed.brand(BEN, world.workshops),
        "account": mailed.account(CLEO),
        "transactional": mailed.type(ANA, world.receipts),
        "links": "/links",
        "lost": "/u/broken",
    }
    for name, path in paths.items():
        there = Visitor(app).open(path + query)
        yield name, there
        for word in sorted(there.buttons):
            result = Visitor(app).open(path + query).press(word)
            yield f"{name}, {word}", result
            for again in sorted(result.buttons & {"undo", "reason", "resume"}):
                after = Visitor(app).open(result.url)
                after.page = result.page
                yield f"{name}, {word}, {again}", after.press(again)
    covered = mailed.preferences(BEN)
    Visitor(app).open(covered).press("account")
    yield "covered", Visitor(app).open(covered)
    for name, sent in (("incomplete", b"do=save"), ("method", None), ("too large", b"x" * 20_000)):
        visitor = Visitor(app)
        if sent is None:
            visitor.page = read(request(app, "PUT", covered).text)
        else:
            visitor.page = read(request(app, "POST", covered, sent, FORM).text)
        yield name, visitor


FORBIDDEN = {"script", "style", "iframe", "object", "embed", "base", "svg"}
BY_HAND = {"style", "srcset", "formaction", "ping", "target"}


def test_every_page_can_be_used_by_everybody(app: Flask, mailed: Mailed, world: World) -> None:
    """H-13, H-28, R-93, R-121, R-151, R-152, R-156, R-157: what each function below says."""
    names = set()
    for name, visitor in pages(app, mailed, world):
        names.add(name)
        nothing_acts_by_itself_or_comes_from_elsewhere(name, visitor.page)
        every_field_has_its_label(name, visitor.page)
        it_says_what_it_is(name, visitor.page)
        if ", " in name and "example" not in name:
            assert visitor.is_result or visitor.page.all("div", role="alert"), name
    assert len(names) > 50


def nothing_acts_by_itself_or_comes_from_elsewhere(name: str, page: Element) -> None:
    """H-13, R-93, R-121, R-156: no script, no style of its own, nobody else's anything."""
    for element in page.within:
        assert element.tag not in FORBIDDEN, (name, element.tag)
        for attribute, value in element.attributes.items():
            assert not attribute.startswith("on"), (name, attribute)
            assert attribute not in BY_HAND, (name, attribute)
            assert "://" not in value, (name, value)
            assert "javascript:" not in value.lower(), name
    assert not [m for m in page.all("meta") if m.get("http-equiv")], name
    assert {f.get("method") for f in page.all("form")} <= {"post"}, name


def every_field_has_its_label(name: str, page: Element) -> None:
    """R-157, 1.3.1, 1.3.5, 4.1.2: ids are unique, and what describes a field is there."""
    ids = [e.get("id") for e in page.within if "id" in e.attributes]
    assert len(ids) == len(set(ids)), name
    labels = {label.get("for"): label.text for label in page.all("label")}
    for element in page.within:
        if element.tag == "textarea" or (element.tag == "input" and element.get("type") in FIELDS):
            assert labels.get(element.get("id")), (name, element.attributes)
        if element.get("type") in ("checkbox", "radio"):
            assert "fieldset" in [e.tag for e in element.around], name
        for what in (*element.get("aria-describedby").split(), *within_page(element)):
            assert what in ids, (name, what)
    assert all(f.one("legend").text for f in page.all("fieldset")), name
    assert all(button.text for button in page.all("button")), name
    for field in page.all("input", type="email"):
        assert (field.get("autocomplete"), field.get("inputmode")) == ("email", "email")


def within_page(element: Element) -> list[str]:
    """Where a link within the page leads."""
    target = element.get("href")
    return [target[1:]] if target.startswith("#") else []


def it_says_what_it_is(name: str, page: Element) -> None:
    """R-151, R-152, 2.4.2, 3.1.1: one heading, which is the title; an error begins it."""
    title = page.one("title").text
    assert page.one("h1").text, name
    assert page.one("h1").text in title, name
    assert "Fernway" in title, name
    assert bool(page.all("div", role="alert")) == title.startswith("Error: "), name
    assert len(page.all("div", role="status")) <= 1, name
    assert page.one("html").get("lang") == "en", name
    for tag in ("header", "main", "footer", "nav"):
        assert len(page.all(tag)) == 1, (name, tag)


@pytest.fixture
def example(database: Database) -> World:
    """An account as a first run fills it: five types with their texts in every language."""
    new = catalog.NewAccount(fingerprint(ADDRESS_SECRET))
    database.write(make_example, new, AddressKeys(ADDRESS_SECRET), NOW)
    return seen(database)


def test_a_page_weighs_less_than_twenty_kilobytes_in_every_language(
    settings: Settings, clock: Clock, example: World
) -> None:
    """R-159 and the promise of being light: page and stylesheet, uncompressed, five types."""
    ana = Person("Ana", "ana@fernway.example")
    with running(settings, clock) as app:
        mailed = Mailed(site_of(app), example.catalog.default_brand)
        path = mailed.preferences(ana)
        assert len(example.catalog.types) == 5
        weights = {}
        for language in LANGUAGES:
            visitor = Visitor(app).open(f"{path}?lang={language}")
            style = get(app, visitor.page.one("link", rel="stylesheet").get("href"))
            html = visitor.html.encode()
            saved = Visitor(app).open(f"{path}?lang={language}").press("save").html.encode()
            weights[language] = max(len(html), len(saved)) + len(style.data)
        assert max(weights.values()) < LIGHT, weights
