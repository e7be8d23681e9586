"""sayso verify finds whatever was done to the ledger behind Sayso's back (rules.md, 7)."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from app.cli.numbers import so_many
from app.domain.words import Status
from app.store.tables import email_address, event, evidence, preference
from tests.cli.ledgers import ANA
from tests.cli.spoiling import SOUND, Doing, shop, spoil, spoilt, verify
from tests.processes.installation import Installation, Shop

__all__ = ["shop", "spoilt"]


def test_an_untouched_ledger_is_sound(spoilt: Installation, shop: Shop) -> None:
    assert verify(spoilt) == (0, SOUND, "")
    one = "1 address: the ledger explains all that stands.\n"
    assert verify(spoilt, ANA) == (0, one, "")


def test_an_address_nobody_knows_is_sound(spoilt: Installation, shop: Shop) -> None:
    """Rules 2: reading shows NOT_SPECIFIED; nothing stands, and nothing is missing."""
    assert verify(spoilt, "new@example.com").status == 0


def resubscribe(connection: Connection, key: bytes) -> None:
    """A no becomes a yes."""
    connection.execute(
        update(preference)
        .where(preference.c.address_key == key, preference.c.scope_kind == 0)
        .values(status=Status.SUBSCRIBED)
    )


def forget_preference(connection: Connection, key: bytes) -> None:
    """An opt-out is gone."""
    connection.execute(
        delete(preference).where(preference.c.address_key == key, preference.c.scope_kind == 0)
    )


def invent_preference(connection: Connection, key: bytes) -> None:
    """A yes that nobody said, for another type."""
    row = connection.execute(select(preference).where(preference.c.address_key == key)).first()
    assert row
    connection.execute(
        insert(preference).values({**row._mapping, "scope_kind": 2, "scope_id": 999, "status": 1})
    )


def change_event(connection: Connection, key: bytes) -> None:
    """Another hand in the ledger."""
    connection.execute(
        update(event).where(event.c.address_key == key, event.c.number == 2).values(actor=2)
    )


def remove_event(connection: Connection, key: bytes) -> None:
    """A hole."""
    connection.execute(delete(event).where(event.c.address_key == key, event.c.number == 2))


def insert_event(connection: Connection, key: bytes) -> None:
    """One more at the end, sealed by nobody."""
    last = connection.execute(
        select(event).where(event.c.address_key == key, event.c.number == 3)
    ).one()
    connection.execute(insert(event).values({**last._mapping, "number": 4}))


def cut_tail(connection: Connection, key: bytes) -> None:
    """The last event and all it did are gone, and what is left fits together."""
    connection.execute(delete(event).where(event.c.address_key == key, event.c.number == 3))
    forget_preference(connection, key)


def swap_hash(connection: Connection, key: bytes) -> None:
    """The last hash is another."""
    connection.execute(
        update(email_address).where(email_address.c.key == key).values(hash=bytes(32))
    )


def forget_address(connection: Connection, key: bytes) -> None:
    """The address is gone, its events are not."""
    connection.execute(delete(email_address).where(email_address.c.key == key))


def change_evidence(connection: Connection, key: bytes) -> None:
    """Other words in the person's mouth."""
    connection.execute(
        update(evidence)
        .where(evidence.c.address_key == key, evidence.c.record == 3)
        .values(content='{"of": "person", "words": "More, please."}')
    )


def redirect(connection: Connection, key: bytes) -> None:
    """Her mail goes to another mailbox."""
    to = {"address": "mallory@example.com"}
    connection.execute(update(email_address).where(email_address.c.key == key).values(to))


def disfigure_address(connection: Connection, key: bytes) -> None:
    """No mail can be sent to it."""
    connection.execute(
        update(email_address).where(email_address.c.key == key).values(address="nowhere")
    )


class Fraud(NamedTuple):
    """What was done, and a line that tells it."""

    doing: Doing
    told: str


FRAUDS = [
    Fraud(resubscribe, "ACCOUNT 0 CHOICE: the ledger says UNSUBSCRIBED, what stands is SUBSCRIBED"),
    Fraud(
        forget_preference,
        "ACCOUNT 0 CHOICE: the ledger says UNSUBSCRIBED, what stands is NOT_SPECIFIED",
    ),
    Fraud(
        invent_preference,
        "TYPE 999 CHOICE: the ledger says NOT_SPECIFIED, what stands is SUBSCRIBED",
    ),
    Fraud(change_event, "event 2 was changed, or the one before it is not its own"),
    Fraud(remove_event, "event 2 is missing"),
    Fraud(insert_event, "the address was left at event 3, the ledger ends at 4"),
    Fraud(cut_tail, "the address was left at event 3, the ledger ends at 2"),
    Fraud(swap_hash, "the address was left at event 3, the ledger ends at 3"),
    Fraud(forget_address, "the address has no row of its own"),
    Fraud(change_evidence, "the evidence of record 3 was changed"),
    Fraud(redirect, "the address that mail goes to is not the one whose key this is"),
    Fraud(disfigure_address, "the address that mail goes to is not the one whose key this is"),
]


@pytest.mark.parametrize("fraud", FRAUDS, ids=lambda fraud: fraud.doing.__name__)
def test_what_was_done_behind_its_back_is_found_and_told(
    spoilt: Installation, shop: Shop, fraud: Fraud
) -> None:
    """Rules 7: for all addresses and for this one, with exit status 1; others are sound."""
    spoil(shop, fraud.doing)
    key = shop.site.keys(ANA).hex()
    for finished in (verify(spoilt), verify(spoilt, ANA)):
        lines = finished.out.splitlines()
        assert f"{key}: {fraud.told}" in lines
        assert all(line.startswith(f"{key}: ") for line in lines)
        assert finished.status == 1
        many = so_many(len(lines), "problem", "problems") + "\n"
        assert finished.err in (f"6 addresses, {many}", f"1 address, {many}")
    assert verify(spoilt, "ben@fernway.example").status == 0


def test_evidence_that_was_erased_is_no_fraud(spoilt: Installation, shop: Shop) -> None:
    """Rules 7: evidence is the erasable part, and the ledger goes on standing."""

    def erase(connection: Connection, key: bytes) -> None:
        connection.execute(delete(evidence).where(evidence.c.address_key == key))

    shop.site.database.write(erase, shop.site.keys(ANA))
    told = SOUND.replace(".\n", "; the evidence of 3 records was erased.\n")
    assert verify(spoilt) == (0, told, "")
