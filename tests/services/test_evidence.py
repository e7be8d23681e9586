"""Evidence that ages out, and what of it stays (rules.md, 7)."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from app.domain.address import AddressKeys
from app.domain.changes import Subscribe, Unsubscribe
from app.domain.evidence import is_whole, opened, sealed
from app.domain.words import ACCOUNT, DAY
from app.queries.proof import prove
from app.services import evidence as service
from app.store.doors import Database
from app.store.tables import account, evidence
from tests.world import ADDRESS_SECRET, ANA, BEN, NOW, World, by, say

SAID = {"of": "person", "explanation": "At the fair.", "ip": "192.0.2.1", "user_agent": "Lynx"}

KEYS = AddressKeys(ADDRESS_SECRET)


def kept(database: Database) -> list[dict[str, str] | None]:
    """What is left of all evidence, in the order in which it was given."""
    rows = select(evidence.c.content, evidence.c.network).order_by(evidence.c.record)
    with database.reading() as connection:
        return [opened(*row) for row in connection.execute(rows)]


def keep_for(database: Database, days: int | None) -> None:
    """Set for how long IP addresses and user agents are kept."""
    database.write(
        lambda connection: connection.execute(update(account).values(network_days=days)).rowcount
    )


def sound(database: Database) -> bool:
    """Whether the ledger and what is left of the evidence agree."""
    with database.reading() as connection:
        return prove(connection, [ANA.key, BEN.key], KEYS, NOW).problems == []


def test_what_is_sealed_shows_who_changes_it() -> None:
    """R-72: each part by itself, and no address can be guessed from what stays."""
    made = sealed(SAID)
    assert made
    nonce, content, network, digest = made
    assert opened(content, network) == SAID
    assert is_whole(nonce, content, network, digest)
    assert is_whole(nonce, content, None, digest)
    assert not is_whole(nonce, content.replace("fair", "shop"), network, digest)
    assert not is_whole(nonce, content, (network or "").replace("192", "193"), digest)
    assert "192.0.2.1" not in content
    assert len(json.loads(network or "")["salt"]) == 32
    assert sealed({}) is None


def test_addresses_of_machines_age_out_and_the_rest_is_still_sealed(
    database: Database, world: World
) -> None:
    """R-79: one service, on both databases; `sayso verify` goes on finding nothing wrong."""
    say(database, ANA, Unsubscribe(ACCOUNT), by_=by(at=NOW), evidence=SAID)
    say(database, ANA, Subscribe(world.novels), by_=by(at=NOW + DAY), evidence=SAID)
    assert database.write(service.age_out, NOW + 365 * DAY) == 0
    keep_for(database, 30)
    now = NOW + 30 * DAY + 1
    with database.reading() as connection:
        assert service.is_due(connection, now)
        assert not service.is_due(connection, now - 2)
    assert database.write(service.age_out, now) == 1
    assert database.write(service.age_out, now) == 0
    left = {"of": "person", "explanation": "At the fair."}
    assert kept(database) == [left, SAID]
    assert sound(database)
    keep_for(database, 7)
    assert database.write(service.age_out, now) == 1
    assert kept(database) == [left, left]
    assert sound(database)


def test_evidence_that_was_sealed_as_a_whole_goes_as_a_whole(
    database: Database, world: World
) -> None:
    """What an earlier release wrote holds the address among the rest."""
    say(database, BEN, Unsubscribe(ACCOUNT), by_=by(at=NOW), evidence=SAID)
    whole = json.dumps(SAID)
    database.write(
        lambda connection: (
            connection.execute(evidence.delete()),
            connection.execute(
                evidence.insert().values(address_key=BEN.key, record=1, nonce=b"n", content=whole)
            ),
        )
    )
    assert kept(database) == [SAID]
    keep_for(database, 1)
    database.write(service.age_out, NOW + 2 * DAY)
    assert kept(database) == []
    assert sound(database)
