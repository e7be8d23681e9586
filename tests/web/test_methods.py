"""Reading changes nothing, by whatever method and whoever reads (R-10, R-92, R-94, R-97)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import pytest
from flask import Flask

from app.links.timed import Request
from app.store.doors import Database
from app.web.site import Site
from tests.web.houses import Mailed, everything, token_of
from tests.web.visiting import Visitor, get, one_click, request
from tests.world import ANA, BEN, CLEO, World

SCANNER = "Mozilla/5.0 (compatible; LinkScanner/1.0)"
WRITING = re.compile(r"(BEGIN|INSERT|UPDATE|DELETE|WITH)\b")
RECIPIENTS = (
    *("/p/", "/P/", "/u/", "/U/", "/c/", "/d/", "/m/", "/s/"),
    *("/links", "/brand/", "/healthz"),
)
ARGUMENT = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")


def writes(heard: list[str]) -> list[str]:
    """What was said to write, but for the counts, which are no consent."""
    return [said for said in heard if WRITING.match(said) and "hit_count" not in said]


def urls(app: Flask, site: Site, mailed: Mailed, world: World) -> Iterator[str]:
    """Every route for recipients, with a value of each kind for each of its arguments."""
    paths = (
        mailed.preferences(ANA),
        mailed.preferences(CLEO, world.workshops),
        mailed.type(ANA, world.novels),
        mailed.type(BEN, world.receipts),
        mailed.brand(CLEO, world.workshops),
        mailed.account(ANA),
        mailed.example(world.fernway),
    )
    timed = (site.confirmations, site.accesses, site.moves)
    written = [kind.mint(Request(ANA.key, world.fernway.id, 1)) for kind in timed]
    values = {
        "token": [*map(token_of, paths), *written, "broken"],
        "slug": [world.fernway.slug, "nobody"],
        "below": ["type", "undo", "no/such/thing"],
        "brand": [str(world.fernway.id), "1"],
    }
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(RECIPIENTS)]
    assert {start for start in RECIPIENTS for rule in rules if rule.rule.startswith(start)} == {
        *RECIPIENTS
    }
    for rule in rules:
        arguments = ARGUMENT.findall(rule.rule)
        choices = [
            re.findall(r"\w+", options) if kind == "any" else values[name]
            for kind, options, name in arguments
        ]
        for chosen in product(*choices):
            rest = iter(chosen)
            yield ARGUMENT.sub(lambda _, rest=rest: next(rest), rule.rule)  # type: ignore[misc]


@pytest.fixture
def prepared(app: Flask, mailed: Mailed, world: World) -> None:
    """Something to undo, to resume and to read again."""
    one_click(app, mailed.type(ANA, world.novels))
    Visitor(app).open(mailed.preferences(BEN)).press("pause-30")
    Visitor(app).open(mailed.preferences(BEN)).press("account")


@pytest.mark.usefixtures("prepared")
def test_a_get_of_any_page_never_opens_the_writers_door(
    app: Flask, site: Site, database: Database, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """R-10, R-92, R-120: no state changes, and junk cannot take the write lock."""
    untouched = everything(database)
    seen = set()
    for number, url in enumerate(urls(app, site, mailed, world)):
        heard.clear()
        answer = get(app, url, f"198.51.{number % 256}.1")
        assert (url, writes(heard)) == (url, [])
        seen.add(answer.status_code)
    assert seen == {200, 404}
    assert everything(database) == untouched


@pytest.mark.usefixtures("prepared")
def test_head_answers_like_get_without_a_body(
    app: Flask, site: Site, database: Database, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """H-09, R-94."""
    untouched = everything(database)
    heard.clear()
    for number, url in enumerate(urls(app, site, mailed, world)):
        network = f"198.51.{number % 256}.1"
        head = request(app, "HEAD", url, network=network)
        assert (url, head.status_code) == (url, get(app, url, network).status_code)
        assert (url, head.data) == (url, b"")
    for _ in range(100):
        assert request(app, "HEAD", mailed.type(BEN, world.novels)).status_code == 200
    assert writes(heard) == []
    assert everything(database) == untouched


@pytest.mark.usefixtures("prepared")
def test_other_methods_are_refused_and_options_only_tells(
    app: Flask, site: Site, database: Database, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """H-10: OPTIONS changes nothing, the others get 405 and what is allowed."""
    untouched = everything(database)
    heard.clear()
    for url in urls(app, site, mailed, world):
        options = request(app, "OPTIONS", url)
        assert (url, options.status_code) == (url, 200)
        allowed = set(options.headers["Allow"].split(", "))
        assert allowed <= {"GET", "HEAD", "OPTIONS", "POST"}
        for method in ("PUT", "DELETE", "TRACE"):
            answer = request(app, method, url)
            assert (url, method, answer.status_code) == (url, method, 405)
            assert set(answer.headers["Allow"].split(", ")) == allowed
    assert writes(heard) == []
    assert everything(database) == untouched


def test_no_header_turns_a_get_into_a_post(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-10."""
    untouched = everything(database)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"):
        answer = request(
            app,
            "GET",
            f"{mailed.type(ANA, world.novels)}?_method=POST&List-Unsubscribe=One-Click",
            b"List-Unsubscribe=One-Click",
            "application/x-www-form-urlencoded",
            {name: "POST"},
        )
        assert answer.status_code == 200
    assert everything(database) == untouched


def test_scanners_may_open_a_link_a_thousand_times(
    app: Flask, database: Database, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """H-11, R-92: nothing changes, and the link still is the person's own."""
    untouched = everything(database)
    path = mailed.type(ANA, world.novels)
    for number in range({"sqlite": 1_000, "postgresql": 100}[database.dialect]):
        answer = get(app, path, f"203.{number % 250}.{number // 250}.9", User_Agent=SCANNER)
        assert answer.status_code == 200
    assert writes(heard) == []
    assert everything(database) == untouched
    assert Visitor(app).open(path).press("type").is_result


def test_a_prefetched_page_is_the_page_and_is_kept_nowhere(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-12, R-97."""
    untouched = everything(database)
    for path in (mailed.type(ANA, world.novels), mailed.preferences(ANA)):
        plain = get(app, path)
        for name in ("Sec-Purpose", "Purpose", "X-Moz"):
            answer = get(app, path, **{name: "prefetch;prerender"})
            assert (answer.status_code, answer.text) == (200, plain.text)
            assert answer.headers["Cache-Control"] == "no-store"
    assert everything(database) == untouched
