"""Send decisions for many addresses at once (rules.md, 6)."""

from __future__ import annotations

from random import Random

import pytest

from app.domain.address import AddressKeys
from app.domain.changes import Change, Except, Pause, Report, Subscribe, Unsubscribe
from app.domain.decision import Decision, decide
from app.domain.words import ACCOUNT, Cause, Reason, Scope
from app.queries.decisions import MALFORMED, PART, decisions
from app.services import preferences
from app.services.addresses import remember
from app.services.preferences import Instruction, always
from app.store import addresses
from app.store.addresses import Known
from app.store.doors import Database
from tests.world import ADDRESS_SECRET, ANA, BEN, CLEO, NOW, TOMORROW, World, by, say

_keys = AddressKeys(ADDRESS_SECRET)


def asked(database: Database, world: World, slug: str, keys: list[bytes | None]) -> list[Decision]:
    """What a sender is told of one type."""
    with database.reading() as connection:
        return decisions(connection, world.catalog, world.type(slug), keys, NOW)


def test_each_address_gets_its_answer_in_its_place(database: Database, world: World) -> None:
    """R-61. Malformed ones get theirs, twice asked is twice answered, unknown ones are judged."""
    say(database, ANA, Subscribe(world.novels))
    say(database, BEN, Unsubscribe(ACCOUNT))
    keys = [BEN.key, None, ANA.key, CLEO.key, BEN.key]
    assert [decision.reason for decision in asked(database, world, "novels", keys)] == [
        Reason.OPTED_OUT_OF_ALL,
        Reason.INVALID_ADDRESS,
        Reason.SUBSCRIBED,
        Reason.NOT_SPECIFIED,
        Reason.OPTED_OUT_OF_ALL,
    ]
    assert asked(database, world, "novels", []) == []
    assert Decision(False, Reason.INVALID_ADDRESS) == MALFORMED


def test_an_unknown_type_is_inactive_for_all_but_malformed_addresses(
    database: Database, world: World
) -> None:
    with database.reading() as connection:
        told = decisions(connection, world.catalog, None, [ANA.key, None], NOW)
    assert [decision.reason for decision in told] == [Reason.TYPE_INACTIVE, Reason.INVALID_ADDRESS]


@pytest.mark.parametrize("size", [1, 2, PART + 1])
def test_many_are_answered_as_each_alone(database: Database, world: World, size: int) -> None:
    """Whatever stands for them, elsewhere or here."""
    crowd = [_keys(f"somebody-{at}@example.com") for at in range(size)]
    pasts: list[list[Change]] = [
        [],
        [Subscribe(world.novels), Pause(world.fernway.id, TOMORROW)],
        [Unsubscribe(ACCOUNT), Except(world.fernway.id)],
        [Unsubscribe(ACCOUNT), Except(world.workshops.id)],
        [Unsubscribe(Scope.brand(world.fernway.id))],
        [Unsubscribe(Scope.brand(world.workshops.id)), Unsubscribe(Scope.type(world.offers.id))],
        [Report(Cause.BOUNCE, NOW), Report(Cause.COMPLAINT, NOW)],
    ]
    told = [Instruction(key, by(), always(*pasts[at % 7])) for at, key in enumerate(crowd)]
    database.write(preferences.apply_all, told)
    keys: list[bytes | None] = [*crowd, None, CLEO.key]
    Random(7).shuffle(keys)
    with database.reading() as connection:
        known = addresses.known_each(connection, [*crowd, CLEO.key])
    for slug in ("novels", "offers", "evenings", "receipts"):
        assert asked(database, world, slug, keys) == [
            alone(world, slug, known[key]) if key else MALFORMED for key in keys
        ]


def alone(world: World, slug: str, known: Known) -> Decision:
    """The answer by everything that is known of one address."""
    policy = world.catalog.policy
    return decide(world.type(slug), known.held, known.stored_at, policy, NOW)


def test_an_address_of_which_only_the_text_is_known_was_stored(
    database: Database, world: World
) -> None:
    row = (ANA.key, ANA.address, None)
    database.write(remember, [row], NOW)
    assert asked(database, world, "novels", [ANA.key]) == [Decision(True, Reason.NOT_SPECIFIED)]
