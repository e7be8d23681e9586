"""What is kept of an address, where two come at once on PostgreSQL (H-23)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.catalog import Policy
from app.domain.changes import Ask, End, Unsubscribe
from app.domain.contacts import Source as Way
from app.domain.deeds import Doer
from app.domain.rights import Agreed, Right
from app.domain.standing import request_of
from app.domain.words import ACCOUNT, DAY, Via
from app.services import choices, contacts, erasure, evidence, own_move, signing_up, tidying
from app.services.choices import Press as Pressed
from app.services.contacts import Draft, Origin
from app.services.own_move import Yes
from app.services.preferences import Source
from app.services.rights import Asked
from app.store import addresses
from app.store.doors import Database
from app.store.tables import account, contact, rights_request, sign_up
from app.store.tables import evidence as kept
from tests.databases import ON_POSTGRES
from tests.meetings import meeting, rows, unblocked
from tests.world import ANA, BEN, CLEO, NOW, World, by, say

pytestmark = ON_POSTGRES
SAID = {"of": "person", "explanation": "At the fair.", "ip": "192.0.2.1"}
DORA = Doer(7, NOW)
ERASURE = by(via=Via.ERASURE, at=NOW + 40 * DAY)
LATER = NOW + 31 * DAY


@pytest.fixture
def told(database: Database, world: World) -> World:
    """Ana left and said why, by a machine of which it is known for thirty days."""
    say(database, ANA, Unsubscribe(ACCOUNT), by_=by(at=NOW), evidence=SAID)
    database.write(lambda c: c.execute(update(account).values(network_days=30)).rowcount)
    return world


def moving(database: Database, world: World, key: bytes, address: str) -> int:
    """A request of Ana's to move there, to which her present mailbox agreed."""
    asked = Asked(Right.ADDRESS_CHANGE, ANA.key, world.fernway.id, "en", NOW, key + key)
    database.write(own_move.ask, asked, ANA.address, key, address)
    (*_, row) = rows(database, select(rights_request.c.id).order_by(rights_request.c.id))
    database.write(own_move.agree, Yes(row.id, ANA.key, world.catalog, NOW, SAID))
    return int(row.id)


@pytest.mark.usefixtures("told")
def test_evidence_that_ages_comes_back_from_no_erasure(database: Database) -> None:
    """R-79: what stays of it was to be written anew, by who had read it before."""
    meeting(
        database,
        lambda connection: erasure.erase(connection, ANA.key, ERASURE),
        lambda other: other.write(evidence.age_out, LATER),
    )
    assert rows(database, select(kept)) == []


@pytest.mark.usefixtures("told")
def test_evidence_that_just_aged_is_erased_too(database: Database) -> None:
    """R-79."""
    meeting(
        database,
        lambda connection: evidence.age_out(connection, LATER),
        lambda other: other.write(erasure.erase, ANA.key, ERASURE),
    )
    assert rows(database, select(kept)) == []


def test_who_confirms_at_the_last_moment_keeps_what_they_read(
    database: Database, world: World
) -> None:
    """R-84: the request is answered, and its evidence is that of a contact."""
    pressed = Pressed(
        CLEO.key, world.catalog, Via.SIGNUP_FORM, NOW, Source(), evidence={"of": "person"}
    )
    asked = world.fernway, [world.novels], CLEO.address
    database.write(signing_up.ask, pressed, *asked)
    yes = Pressed(CLEO.key, world.catalog, Via.CONFIRMATION, NOW + 7 * DAY - 1, Source())
    meeting(
        database,
        lambda connection: choices.confirm(connection, yes, world.fernway, 1),
        lambda other: other.write(tidying.tidy, NOW + 7 * DAY),
    )
    assert len(rows(database, select(contact))) == 1
    assert len(rows(database, select(kept))) == 1


def test_who_typed_what_nobody_confirmed_is_forgotten_while_it_ages(
    database: Database, told: World
) -> None:
    """R-84: nothing waits for a yes of its mailbox, and of who asked nothing is left."""
    asked = told.fernway, [told.novels], CLEO.address
    pressed = Pressed(CLEO.key, told.catalog, Via.SIGNUP_FORM, NOW, Source(), evidence=SAID)
    database.write(signing_up.ask, pressed, *asked)
    say(database, CLEO, End(request_of(told.novels.id)), by_=by(at=NOW + 1))
    meeting(
        database,
        lambda connection: evidence.age_out(connection, LATER),
        lambda other: other.write(tidying.tidy, LATER),
    )
    assert rows(database, select(kept).where(kept.c.address_key == CLEO.key)) == []


def test_who_tidies_takes_addresses_in_the_order_in_which_all_others_do(
    database: Database, told: World
) -> None:
    low, high = sorted([BEN, CLEO], key=lambda person: person.key)
    pressed = Pressed(low.key, told.catalog, Via.SIGNUP_FORM, NOW, Source(), evidence=SAID)
    database.write(signing_up.ask, pressed, told.fernway, [told.novels], low.address)
    say(database, low, End(request_of(told.novels.id)), by_=by(at=NOW + 1))
    say(database, high, Ask(told.novels, NOW + DAY), by_=by(at=NOW))
    unblocked(
        database,
        lambda connection: addresses.lock(connection, [low.key]),
        lambda connection: tidying.tidy(connection, LATER),
        lambda connection: addresses.lock(connection, [high.key]),
    )
    assert rows(database, select(sign_up)) == []


def test_who_is_erased_while_they_move_is_erased_where_they_came_from(
    database: Database, told: World
) -> None:
    """R-79: what lies under the address that they just left is theirs too."""
    id_ = moving(database, told, CLEO.key, CLEO.address)
    yes = Yes(id_, CLEO.key, told.catalog, NOW, SAID)
    meeting(
        database,
        lambda connection: own_move.agree(connection, yes),
        lambda other: other.write(erasure.erase, CLEO.key, ERASURE),
    )
    assert rows(database, select(kept)) == []


def test_who_is_erased_and_who_agrees_to_their_move_do_not_block_each_other(
    database: Database, told: World
) -> None:
    yes = Yes(moving(database, told, CLEO.key, CLEO.address), CLEO.key, told.catalog, NOW, SAID)
    agreed = unblocked(
        database,
        lambda connection: addresses.lock(connection, [ANA.key]),
        lambda connection: own_move.agree(connection, yes),
        lambda connection: erasure.erase(connection, ANA.key, ERASURE),
    )
    assert agreed is Agreed.NOBODY


def test_of_two_moves_at_once_the_first_counts(database: Database, told: World) -> None:
    """R-85: a person is at one address then."""
    to_ben = moving(database, told, BEN.key, BEN.address)
    to_cleo = moving(database, told, CLEO.key, CLEO.address)
    yeses = (
        Yes(to_ben, BEN.key, told.catalog, NOW, SAID),
        Yes(to_cleo, CLEO.key, told.catalog, NOW, SAID),
    )
    second = meeting(
        database,
        lambda connection: own_move.agree(connection, yeses[0]),
        lambda other: other.write(own_move.agree, yeses[1]),
    )
    assert second is Agreed.NOBODY


def test_a_contact_that_is_deleted_while_it_is_changed_stays_deleted(database: Database) -> None:
    draft = Draft(ANA.key, ANA.address, "Ana")
    id_ = database.write(contacts.create, draft, Policy(), DORA)
    meeting(
        database,
        lambda connection: contacts.locked(connection, id_),
        lambda other: other.write(contacts.delete_contact, id_, DORA),
        lambda connection: contacts.save_all(connection, [draft], Origin(NOW, Way.API, "key:1")),
    )
    assert rows(database, select(contact)) == []
