"""What is logged, whatever happens, names no link and no address (R-113, R-115)."""

from __future__ import annotations

import logging
from dataclasses import replace
from io import StringIO
from urllib.parse import quote, urlencode

from flask import Flask
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import IntegrityError

from app.config import Settings
from app.store.doors import Database
from app.store.tables import contact_property
from tests.web.houses import BASE_URL, Clock, Mailed, running, token_of
from tests.web.visiting import FORM, get, one_click, request
from tests.world import ANA, BEN, CLEO, World


def secrets_of(*paths: str) -> set[str]:
    """The tokens of links, however they are written."""
    tokens = {token_of(path) for path in paths}
    return tokens | {token.upper() for token in tokens}


def test_a_walk_with_failures_logs_neither_token_nor_address(
    app: Flask,
    settings: Settings,
    clock: Clock,
    mailed: Mailed,
    database: Database,
    world: World,
    logged: StringIO,
) -> None:
    """R-113, H-50: everyday presses, refusals, a database that is away, and a mistake of ours."""
    paths = (
        mailed.preferences(ANA),
        mailed.type(ANA, world.novels),
        mailed.brand(BEN, world.fernway),
        mailed.account(CLEO),
    )
    form = urlencode([("email", ANA.address), ("do", "link")]).encode()

    def walk(somewhere: Flask) -> set[int]:
        seen = set()
        for path in paths:
            for url in (path, path.upper(), f"{path}/type", f"{path}.", path[:-1], f"{path}%0a"):
                seen.add(get(somewhere, url, Referer=f"{BASE_URL}{path}").status_code)
                seen.add(one_click(somewhere, url).status_code)
            for body in (b"do=account", b"x" * 20_000, b"\xff", b"a=b"):
                seen.add(request(somewhere, "POST", path, body, FORM).status_code)
            seen.add(request(somewhere, "PUT", path).status_code)
            seen.add(request(somewhere, "POST", f"{path}/link", form, FORM).status_code)
        seen.add(request(somewhere, "POST", "/links", form, FORM).status_code)
        return seen

    assert {200, 400, 404, 405, 413} <= walk(app)
    nowhere = f"{settings.database_url}nowhere/else"
    with running(replace(settings, database_url=nowhere), clock) as lost:
        assert 503 in walk(lost)
    database.write(renamed, "outbox", "away")
    broken = walk(app)
    database.write(renamed, "away", "outbox")
    assert broken & {500, 503}
    said = logged.getvalue()
    assert "ERROR" in said
    secret = {*secrets_of(*paths), ANA.address, quote(ANA.address), BEN.address, CLEO.address}
    assert [word for word in secret if word in said] == []
    assert ANA.key.hex() not in said
    assert settings.link_secrets[0].decode() not in said


def renamed(connection: Connection, old: str, new: str) -> None:
    connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_what_somebody_else_logs_is_redacted_too(
    mailed: Mailed, world: World, logged: StringIO
) -> None:
    """R-113: a library that names the URL, in its words, arguments or traceback."""
    path = mailed.type(ANA, world.novels)
    library = logging.getLogger("a.library")
    library.warning("GET %s failed for %s", path, ANA.address)
    library.error("at %s", f"https://gateway.example/?u={quote(BASE_URL + path, safe='')}")
    try:
        raise ValueError(f"{path} and {ANA.address}")
    except ValueError:
        library.exception("while %s", path.upper())
    said = logged.getvalue()
    assert said.count("[token]") >= 3
    assert token_of(path) not in said.lower()
    assert ANA.address not in said


def test_a_row_that_the_database_refused_is_not_repeated(
    database: Database, logged: StringIO
) -> None:
    """R-113: neither by its driver, in a detail or as parameters."""
    row = {"id": 1, "slug": "quetzalcoatl", "kind": 1, "created_at": 0}
    try:
        database.write(lambda connection: connection.execute(insert(contact_property), row))
    except IntegrityError:
        logging.getLogger("a.view").exception("Failed")
    said = logged.getvalue()
    assert "IntegrityError" in said
    assert "quetzalcoatl" not in said
