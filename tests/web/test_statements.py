"""How much is said to the database for each request, pinned."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.changes import Hand, Unsubscribe
from app.domain.words import ACCOUNT, DAY, Scope
from app.services import catalog
from app.store.doors import WRITING, Database
from tests.databases import ON_BOTH
from tests.web.houses import Clock, Mailed
from tests.web.visiting import Visitor, one_click
from tests.world import ANA, BEN, CLEO, NOW, World, by, say, seen

EDGES = ("COMMIT", *WRITING.values())
MOST_FOR_A_PAGE = 5
MOST_FOR_A_ONE_CLICK = 6


def said(heard: list[str]) -> list[str]:
    """The statements, the edges of transactions aside."""
    return [statement for statement in heard if statement not in EDGES]


pytestmark = ON_BOTH


@pytest.fixture(params=[3, 30])
def types(request: pytest.FixtureRequest, database: Database, world: World) -> World:
    """The cast's brand with as many public types."""
    for number in range(request.param - 3):
        texts = {"en": {"name": f"List {number}"}}
        new = catalog.NewType(world.fernway.id, f"list-{number}", texts)
        database.write(catalog.add_type, new, NOW)
    return seen(database)


def test_a_page_is_one_statement_whatever_the_number_of_types(
    visitor: Visitor,
    mailed: Mailed,
    types: World,
    database: Database,
    heard: list[str],
    clock: Clock,
) -> None:
    """R-45: at most five with a catalogue to read, one when it is kept; two while there is
    something to undo."""
    say(database, BEN, Unsubscribe(ACCOUNT))
    boxes = [t for t in types.fernway.types if t.public and not t.transactional]
    changed = [t for t in boxes if not t.confirms]
    visitor.open(mailed.preferences(ANA)).untick(*changed).press("save")
    heard.clear()
    visitor.open(mailed.preferences(ANA))
    assert len(heard) == 2
    clock.pass_(DAY)
    pages = (
        mailed.preferences(ANA),
        mailed.preferences(CLEO),
        mailed.type(CLEO, types.novels),
        mailed.account(ANA),
        mailed.type(BEN, types.novels),  # which a wider opt-out covers
        mailed.example(types.fernway),
        "/links",
        "/u/broken",
    )
    database.write(catalog.set_default_brand, types.fernway.id)  # which makes the kept one old
    heard.clear()
    visitor.open(mailed.preferences(ANA))
    assert len(visitor.boxes) == len(boxes)
    assert 1 < len(said(heard)) <= MOST_FOR_A_PAGE
    for path in pages:
        visitor.open(path)
        heard.clear()
        visitor.open(path)
        counted = [s for s in heard if "hit_count" not in s]
        assert len(counted) == 1, (path, counted)


def test_a_page_that_can_undo_takes_one_statement_more(
    visitor: Visitor, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """R-45."""
    visitor.open(mailed.type(ANA, world.novels)).press("type")
    heard.clear()
    assert "undo" in visitor.open(mailed.type(ANA, world.novels)).buttons
    assert len(said(heard)) == 2


def test_a_one_click_takes_at_most_six_statements(
    app: Flask, mailed: Mailed, types: World, database: Database, heard: list[str]
) -> None:
    """R-45, R-17: for a first, a repeated and a strengthened no, known address or not."""
    one_click(app, mailed.type(BEN, types.novels))  # connects and reads the catalogue
    say(database, ANA, Unsubscribe(Scope.type(types.novels.id)), by_=by(Hand.AUTOMATIC))
    most, looked, again = {
        "sqlite": (MOST_FOR_A_ONE_CLICK, 2, MOST_FOR_A_ONE_CLICK),
        "postgresql": (3, 3, 4),
    }[database.dialect]
    presses = (
        (mailed.type(ANA, types.novels), most),
        (mailed.type(ANA, types.novels), looked),
        (mailed.type(ANA, types.novels, message=813), again),  # and which link was it before?
        (mailed.type(CLEO, types.novels), most),
        (mailed.brand(CLEO, types.fernway), most),
        (mailed.account(CLEO), most),
        (mailed.preferences(ANA), most),
    )
    for path, expected in presses:
        heard.clear()
        assert one_click(app, path).status_code == 200
        assert 0 < len(said(heard)) <= expected, (path, heard)
        assert [statement[:6] for statement in heard][-1] == "COMMIT"


def test_a_one_click_that_cannot_be_read_asks_nothing_of_the_ledger(
    app: Flask, mailed: Mailed, world: World, heard: list[str]
) -> None:
    """R-18: junk costs a count and the account's version."""
    one_click(app, "/u/broken")
    heard.clear()
    one_click(app, "/u/broken")
    counted = [s for s in said(heard) if "hit_count" not in s]
    assert len(counted) == 1
    assert "email_address" not in counted[0]


def test_a_save_does_not_grow_with_the_boxes_it_leaves(
    visitor: Visitor, mailed: Mailed, types: World, heard: list[str]
) -> None:
    """R-45: one changed box costs the same among three and among thirty."""
    visitor.open(mailed.preferences(BEN)).untick(types.novels).press("save")
    visitor.open(mailed.preferences(ANA)).untick(types.novels)
    heard.clear()
    visitor.press("save")
    assert len(said(heard)) <= MOST_FOR_A_ONE_CLICK + 1
