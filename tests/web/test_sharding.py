"""Every statement of the hot paths carries the address key: one shard answers (docs/scale.md).

What is bound to no address (account, brands, types, texts) is small and whole on each shard."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import LargeBinary

from app.store.tables import metadata
from tests.web.api.callers import Program
from tests.web.houses import Mailed
from tests.web.visiting import Visitor, one_click
from tests.world import ANA, BEN, CLEO, World

KEYS = ("address_key", "key")
BOUND = {
    name: next(column for column in KEYS if column in table.c)
    for name, table in metadata.tables.items()
    if any(c in table.c and isinstance(table.c[c].type, LargeBinary) for c in KEYS)
}
"""Tables that are bound to addresses, with the column of the key."""
NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) (\w+)")
A_VALUE = re.compile(r"\.(?:address_)?key (?:= |IN \()(?!\w+\.)")


@pytest.fixture
def program(app: Flask) -> Program:
    """A program whose key may ask for decisions."""
    return Program(app)


def lacking(statement: str) -> list[str]:
    """The tables bound to addresses that a statement reaches without an address key."""
    bound = {name for name in NAMED.findall(statement) if name in BOUND}
    own = [name for name in bound if not _reached(name, BOUND[name], statement)]
    free = bound and "INSERT INTO" not in statement and not A_VALUE.search(statement)
    return [*own, *(bound if free else [])]


def _reached(table: str, key: str, statement: str) -> bool:
    column = rf"\b{table}\.{key}\b"
    inserted = rf"INSERT INTO {table} \([^)]*\b{key}\b"
    return bool(re.search(rf"{column} (=|IN)|= {column}|{inserted}", statement))


def test_every_statement_of_the_hot_paths_carries_the_address_key(
    app: Flask,
    visitor: Visitor,
    mailed: Mailed,
    program: Program,
    world: World,
    heard: list[str],
) -> None:
    """Issue 6: page, one-click and decision, for known addresses and unknown ones."""
    heard.clear()
    for person in (ANA, BEN, CLEO):
        assert visitor.open(mailed.preferences(person)).boxes
        visitor.untick(world.offers).press("save")
        visitor.open(mailed.type(person, world.novels)).press("type")
        for path in (mailed.type(person, world.novels), mailed.account(person)):
            assert one_click(app, path).status_code == 200
    for emails in ([ANA.address], [ANA.address, CLEO.address, "nobody@example.com"]):
        asked = {"type": world.novels.id, "emails": emails}
        assert program.post("/api/v1/send-decisions", asked).status_code == 200
    reached = {name for s in heard for name in NAMED.findall(s)}
    assert {"email_address", "preference", "event"} <= reached
    said = {statement.replace('"', "") for statement in heard}
    assert {s: tables for s in said if (tables := lacking(s))} == {}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM preference WHERE preference.scope_id = 7",
        "SELECT * FROM email_address JOIN preference ON preference.address_key = email_address.key",
        "DELETE FROM event WHERE number = 1",
        "INSERT INTO outbox (id) VALUES (1)",
    ],
)
def test_one_that_does_not_is_found(statement: str) -> None:
    assert lacking(statement)
