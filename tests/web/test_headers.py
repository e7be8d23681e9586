"""What every answer carries, and what of a request is never believed (R-109 to R-121, R-128)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import product

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.config import Settings
from app.domain.catalog import Look
from app.domain.standing import ALL
from app.services import catalog
from app.store.doors import Database
from tests.web.houses import BASE_URL, Clock, Mailed, known, proof, running
from tests.web.visiting import FORM, Visitor, get, one_click, request
from tests.world import ANA, BEN, NOW, Person, World

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
LIES = {
    "X-Forwarded-For": "203.0.113.77",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "666",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.77;host=evil.example;proto=http",
    "X-Original-URL": "/links",
    "X-Rewrite-URL": "/links",
    "Referer": "https://evil.example/",
}


def answers(app: Flask, mailed: Mailed, world: World) -> Iterator[TestResponse]:
    """Every kind of answer there is: pages, results, one-clicks, refusals."""
    prefs, path = mailed.preferences(ANA), mailed.type(ANA, world.novels)
    for url in (prefs, path, mailed.account(ANA), mailed.example(world.fernway), "/links"):
        for method in ("GET", "HEAD", "OPTIONS"):
            yield request(app, method, url)
    yield one_click(app, path)
    yield request(app, "POST", prefs, b"do=account", FORM)
    yield request(app, "POST", f"{path}/type", b"", FORM)
    yield request(app, "POST", "/links", b"email=x&do=link", FORM)
    yield request(app, "POST", "/links", b"email=ana@example.com&do=link", FORM)
    for url in ("/u/broken", "/p/", "/", "/nothing", "/brand/1/logo", "/favicon.ico"):
        yield get(app, url)
    yield request(app, "PUT", path)
    yield request(app, "POST", path, b"a=b", FORM)
    yield request(app, "POST", path, b"x" * 20_000, FORM)
    yield get(app, "/healthz")


def test_every_answer_carries_the_headers_that_keep_its_link_secret(
    app: Flask, mailed: Mailed, world: World
) -> None:
    """R-109, R-117, R-121: errors and one-clicks too, and no answer sets a cookie."""
    statuses_seen = set()
    for answer in answers(app, mailed, world):
        statuses_seen.add(answer.status_code)
        where = f"{answer.request.method} {answer.request.path} {answer.status_code}"
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value], (where, name)
        assert answer.headers["Cache-Control"] == "no-store", where
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        directives = answer.headers["Content-Security-Policy"].split("; ")
        assert dict(d.split(" ", 1) for d in directives) == POLICY, where
        for name in ("Set-Cookie", "Location", "Access-Control-Allow-Origin", "Refresh", "Link"):
            assert name not in answer.headers, (where, name)
    assert statuses_seen == {200, 400, 404, 405, 413}


def test_an_installation_without_https_does_not_ask_for_it(
    settings: Settings, clock: Clock
) -> None:
    """R-109: HSTS on a plain address would lock out who tries Sayso on it."""
    with running(replace(settings, base_url="http://localhost:8000"), clock) as app:
        assert "Strict-Transport-Security" not in get(app, "/nothing").headers


def test_a_stylesheet_may_be_kept_and_tells_nothing(
    app: Flask, visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-109: with its version in the URL for ever, without it for an hour, alike for everybody."""
    url = visitor.open(mailed.preferences(ANA)).page.one("link", rel="stylesheet").get("href")
    fresh, plain = get(app, url), get(app, url.split("?")[0])
    assert fresh.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for old in (plain, get(app, url.split("?")[0] + "?v=old")):
        assert old.headers["Cache-Control"] == "public, max-age=3600"
        assert old.data == fresh.data
    assert fresh.mimetype == "text/css"
    assert "url(" not in fresh.text
    assert "@import" not in fresh.text
    other = Visitor(app).open(mailed.preferences(BEN)).page.one("link", rel="stylesheet")
    assert other.get("href") == url


def test_a_brands_logo_and_colours_are_its_own(
    app: Flask, visitor: Visitor, mailed: Mailed, database: Database, world: World
) -> None:
    """R-139: a raster image with its name as its text; a new look has a new URL."""
    before = visitor.open(mailed.preferences(ANA)).page.one("link", rel="stylesheet").get("href")
    look = asdict(Look(light="#112233"))
    database.write(catalog.edit_brand, world.fernway.id, {"look": look}, NOW)
    database.write(catalog.set_logo, world.fernway.id, "image/png", b"\x89PNG")
    page = visitor.open(mailed.preferences(ANA)).page
    assert page.one("link", rel="stylesheet").get("href") != before
    assert "#112233" in get(app, page.one("link", rel="stylesheet").get("href")).text
    logo = get(app, page.one("img").get("src"))
    assert (logo.status_code, logo.mimetype, logo.data) == (200, "image/png", b"\x89PNG")
    assert page.one("img").get("alt") == "Fernway"
    assert visitor.open(mailed.preferences(ANA, world.workshops)).page.all("img") == []


def test_no_number_of_a_brand_is_too_odd(app: Flask, world: World) -> None:
    """H-50, R-130: any is answered with a page or the default look, never with 500."""
    for odd in ("0", "2147483647", "2147483648", str(2**63), str(2**64), "9" * 5_000, "-1", "1.5"):
        for path in (f"/brand/{odd}.css", f"/brand/{odd}/logo"):
            assert get(app, path).status_code in (200, 404), path[:40]


# What is never believed


def test_what_a_client_says_about_itself_changes_no_page(
    app: Flask, mailed: Mailed, world: World
) -> None:
    """H-40, H-41, R-95, R-128, R-129: no URL is made of it, and nothing redirects."""
    paths = (mailed.preferences(ANA), mailed.type(ANA, world.novels), "/links", "/u/broken")
    for path in paths:
        plain = get(app, path)
        for name, value in LIES.items():
            answer = get(app, path, **{name: value})
            assert (name, answer.text) == (name, plain.text)
            assert answer.status_code == plain.status_code
        for host in (
            "evil.example",
            "evil.example:99",
            "localhost",
            "a" * 300,
            "xn--",
            "[::1]",
            "x\ty",
            "",
        ):
            answer = get(app, path, Host=host)
            assert answer.status_code in (plain.status_code, 400)
            assert "evil.example" not in answer.text


def test_no_page_leads_anywhere_else(app: Flask, mailed: Mailed, world: World) -> None:
    """H-40, R-129: ?next= and its like are unknown, and no URL is absolute."""
    evil = "evil.example"  # with a dot, which no token has: four letters come up in one by chance
    wishes = (f"//{evil}", f"/%5C{evil}", f"https:{evil}", f"https://{evil}", "javascript:alert(1)")
    names = ("next", "return_to", "url", "redirect", "continue", "type", "lang", "v")
    for path in (mailed.preferences(ANA), f"{mailed.type(ANA, world.novels)}/type", "/links"):
        for name, wish in product(names, (*wishes, f"%0d%0aLocation:%20https://{evil}")):
            answer = get(app, f"{path}?{name}={wish}")
            assert (answer.status_code, "Location" in answer.headers) == (200, False)
            assert evil not in answer.text
            assert "alert(1)" not in answer.text


def test_absolute_urls_come_from_the_settings(
    app: Flask, visitor: Visitor, mailed: Mailed, world: World
) -> None:
    """R-128: pages have none at all, so a Host header can make none."""
    for path in (mailed.preferences(ANA), mailed.account(ANA), "/links", "/u/broken"):
        visitor.open(path)
        for element in visitor.page.within:
            for name in ("href", "src", "action"):
                url = element.get(name)
                assert not url or url[:1] in "/?#" or url == "data:,", url
                assert not url.startswith("//")


def test_origin_and_referer_are_never_asked_for(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-26, H-27, R-110, R-111, R-118: no-referrer makes browsers send `Origin: null`."""
    hints: tuple[dict[str, str], ...] = (
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": BASE_URL, "Referer": f"{BASE_URL}/"},
        {},
    )
    for number, headers in enumerate(hints):
        person = Person("Somebody", f"reader-{number}@example.com")
        visitor = Visitor(app, **headers).open(mailed.preferences(person)).press("account")
        assert visitor.status == 200
        assert known(database, person).held.opted_out(ALL)


def test_behind_one_proxy_its_word_counts_and_no_other(
    settings: Settings, clock: Clock, mailed: Mailed, database: Database, world: World
) -> None:
    """R-128: `trusted_proxies` says how many there are; pages then bear the proxy's prefix."""
    said = {"X-Forwarded-For": "192.0.2.200, 203.0.113.5", "X-Forwarded-Prefix": "/mail"}
    with running(replace(settings, trusted_proxies=1), clock) as app:
        for path in (mailed.preferences(ANA), mailed.type(BEN, world.novels)):
            visitor = Visitor(app, **said).open(path)
            urls = [e.get(n) for e in visitor.page.within for n in ("href", "src", "action")]
            assert [u for u in urls if u.startswith("/") and not u.startswith("/mail/")] == []
        visitor = Visitor(app, **said).open(mailed.preferences(ANA)).press("account")
        (back,) = visitor.page.one("main").all("a")
        assert back.get("href") == f"/mail{mailed.preferences(ANA)}"
    assert proof(database)[-1]["ip"] == "203.0.113.5"


@pytest.mark.usefixtures("one_minute")
def test_without_a_proxy_the_address_of_the_peer_is_kept(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """H-41: neither evidence nor limits follow a header."""
    one_click(app, mailed.type(ANA, world.novels), "198.51.100.3", **{"X-Forwarded-For": "1.1.1.1"})
    assert proof(database)[0]["ip"] == "198.51.100.3"
    answers = [
        get(app, "/u/guess", "198.51.100.3", **{"X-Forwarded-For": f"203.0.{number}.1"})
        for number in range(61)
    ]
    assert [answer.status_code for answer in answers] == [404] * 60 + [429]
