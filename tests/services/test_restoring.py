"""Opt-outs that a restore lost, written again (docs/operations.md)."""

from __future__ import annotations

import pytest

from app.domain.changes import Subscribe
from app.domain.standing import of_type
from app.domain.words import DAY, MINUTE, Actor, Status, Via
from app.services.restoring import OptOut, opt_out_again
from app.store.doors import Database
from tests.databases import ON_SQLITE
from tests.web.houses import known
from tests.world import ANA, NOW, YESTERDAY, World, by, say


@ON_SQLITE
@pytest.mark.parametrize(
    ("said_yes", "missing"),
    [
        (YESTERDAY - 1, 1),
        (YESTERDAY, 0),
        (NOW + MINUTE - 1, 0),
        (NOW + MINUTE, 1),
        (NOW + 400 * DAY, 1),
    ],
)
def test_a_yes_of_a_clock_that_was_ahead_stands_for_no_opt_out_that_was_lost(
    database: Database, world: World, said_yes: int, missing: int
) -> None:
    """A later word of the person does; and done again, nothing is missing."""
    novels = of_type(world.novels.id)
    say(database, ANA, Subscribe(world.novels), by_=by(at=said_yes))
    lost = OptOut(
        *(ANA.key, b"lost", novels, Status.UNSUBSCRIBED, None),
        *(Actor.CONTACT, Via.ONE_CLICK, YESTERDAY, None),
    )
    assert database.write(opt_out_again, world.catalog, [lost], NOW) == missing
    assert known(database, ANA).held.opted_out(novels) is bool(missing)
    assert database.write(opt_out_again, world.catalog, [lost], NOW) == 0
