"""The one writer of consent, on both databases (rules.md, 3 and 7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, delete, func, select

from app.domain.address import AddressKeys
from app.domain.changes import Ask, Change, Hand, Note, Subscribe, Unsubscribe, Verdict
from app.domain.ledger import Event
from app.domain.standing import ALL, of_type
from app.domain.words import (
    ACCOUNT,
    DAY,
    Actor,
    Basis,
    Kind,
    Reason,
    Scope,
    Status,
    Via,
)
from app.services import choices, preferences
from app.services.addresses import remember
from app.services.choices import Press
from app.services.preferences import Evidence, Instruction, Shown, Source, always
from app.store import addresses
from app.store.addresses import Known
from app.store.doors import Database
from app.store.prepared import driver
from app.store.tables import email_address, event, evidence, preference
from tests.world import ADDRESS_SECRET, ANA, BEN, CLEO, NOW, YESTERDAY, World, by, instruction, say

ONE_CLICK = by(via=Via.ONE_CLICK)


def known(database: Database, key: bytes = ANA.key) -> Known:
    """What the database knows of an address."""
    with database.reading() as connection:
        return addresses.known(connection, key)


def events(database: Database, key: bytes = ANA.key) -> list[Event]:
    """An address's whole ledger."""
    with database.reading() as connection:
        return preferences.events_since(connection, key, 0)


def rows_in_all(database: Database) -> list[int | None]:
    """How many rows the tables of consent hold."""
    with database.reading() as connection:
        tables = (email_address, event, evidence, preference)
        return [connection.scalar(select(func.count()).select_from(table)) for table in tables]


def test_a_first_opt_out_is_on_disk_when_apply_was_committed(
    database: Database, world: World
) -> None:
    """R-17: what was answered is committed. R-62: an address nobody knows is opted out too."""
    no = Unsubscribe(Scope.type(world.novels.id), world.novels)
    outcome = say(database, CLEO, no, by_=ONE_CLICK)
    assert (outcome.record, outcome.number) == (1, 1)
    assert outcome.held[of_type(world.novels.id)].via is Via.ONE_CLICK
    assert known(database, CLEO.key) == outcome.known
    assert outcome.known.stored_at == NOW
    assert outcome.known.address is None


def test_the_event_says_who_how_and_what_was_seen(database: Database, world: World) -> None:
    """R-72: who, when, how, the exact text version and language. R-96: channel and message."""
    novels, offers = Scope.type(world.novels.id), Scope.type(world.offers.id)
    outcome = say(
        database,
        ANA,
        Subscribe(world.novels),
        Unsubscribe(offers),
        by_=by(basis=Basis.CONSENT_WITH_NOTICE, basis_ends=NOW + 1),
        source=Source(812, 1, world.fernway.id, "press:1", 5),
        shown=Shown("nl", 1, 2, {novels: 3, offers: 4}),
    )
    one, two = events(database)
    assert (one.number, one.record, two.number, two.record) == (1, 1, 2, 1)
    assert (one.texts, two.texts) == (3, 4)
    for written in (one, two):
        assert written[10:16] == (Actor.CONTACT, Via.PREFERENCE_PAGE, NOW, 5, NOW + 1, 812)
        assert written[17:24] == ("press:1", 5, "nl", 1, 2, 1, world.fernway.id)
    assert [v.refused for v in outcome.verdicts] == [None, None]


def test_what_holds_already_writes_nothing(database: Database, world: World) -> None:
    """R-134, H-22: a second identical press is no second event."""
    no = Unsubscribe(Scope.type(world.novels.id))
    say(database, ANA, no, by_=ONE_CLICK)
    before = rows_in_all(database)
    outcome = say(database, ANA, no, by_=ONE_CLICK)
    assert outcome.record is None
    assert outcome.verdicts == [Verdict()]
    assert rows_in_all(database) == before


def test_an_old_link_unsubscribes_again_after_a_new_yes(database: Database, world: World) -> None:
    """H-22: replaying an old message's link is a new no."""
    no = Unsubscribe(Scope.type(world.novels.id))
    say(database, ANA, no, by_=ONE_CLICK)
    say(database, ANA, Subscribe(world.novels))
    assert say(database, ANA, no, by_=ONE_CLICK).number == 3
    assert known(database).held.opted_out(of_type(world.novels.id))


def test_a_refusal_writes_nothing_not_even_the_address(database: Database, world: World) -> None:
    outcome = say(database, ANA, Subscribe(world.receipts), by_=by(Hand.USER))
    assert [v.refused for v in outcome.verdicts] == [Reason.TRANSACTIONAL]
    assert rows_in_all(database) == [0, 0, 0, 0]


def test_an_opt_out_of_what_nobody_knows_is_kept_under_that_id(database: Database) -> None:
    """No foreign key stands in the way of an opt-out, up to the largest id a token can say."""
    largest = 2**32 - 1
    say(database, ANA, Unsubscribe(Scope.type(largest)), Unsubscribe(Scope.brand(largest)))
    say(database, ANA, Note(ACCOUNT), source=Source(largest, 2, largest))
    assert known(database).held.opted_out(of_type(largest))
    assert events(database)[-1].message == largest


def test_the_text_of_an_address_is_kept_when_consent_changes(database: Database) -> None:
    row = (ANA.key, "Ana@Example.COM", "nl")
    database.write(remember, [row], YESTERDAY)
    say(database, ANA, Unsubscribe(ACCOUNT))
    after = known(database)
    assert (after.address, after.language) == ("Ana@Example.COM", "nl")
    assert (after.stored_at, after.number) == (YESTERDAY, 1)


# Evidence


def evidence_of(database: Database) -> list[tuple[int, bytes, str]]:
    """Record, nonce and content of all evidence."""
    with database.reading() as connection:
        rows = connection.execute(select(evidence.c.record, evidence.c.nonce, evidence.c.content))
        return [(row.record, bytes(row.nonce), row.content) for row in rows]


def test_evidence_lies_apart_and_its_event_keeps_only_a_sealed_digest(database: Database) -> None:
    """R-72, R-79: proof while it is kept; erasing it leaves nothing to guess from."""
    said = {"reason": "Zu viel – \u0628\u0631\u064a\u062f", "of": "person"}
    say(database, ANA, Unsubscribe(ACCOUNT), evidence=said)
    ((record, nonce, content),) = evidence_of(database)
    assert (record, len(nonce)) == (1, 16)
    assert json.loads(content) == said
    assert events(database)[0].digest == hashlib.sha256(nonce + content.encode()).digest()
    assert not any("Zu viel" in str(value) for value in events(database)[0])


def test_erased_evidence_leaves_the_chain_whole(database: Database) -> None:
    """R-79. That the chain is whole is checked after every test."""
    say(database, ANA, Unsubscribe(ACCOUNT), evidence={"reason": "enough"})
    digest = events(database)[0].digest
    database.write(lambda connection: connection.execute(delete(evidence)))
    assert evidence_of(database) == []
    assert events(database)[0].digest == digest


def test_the_same_words_twice_have_different_digests(database: Database) -> None:
    """R-80: no digest can be found by trying words."""
    for person in (ANA, BEN):
        say(database, person, Unsubscribe(ACCOUNT), evidence={"reason": "enough"})
    assert events(database)[0].digest != events(database, BEN.key)[0].digest


def test_a_record_without_evidence_has_neither_row_nor_digest(database: Database) -> None:
    say(database, ANA, Unsubscribe(ACCOUNT), by_=ONE_CLICK)
    assert evidence_of(database) == []
    assert events(database)[0].digest is None


# What a plan is given


def test_a_plan_is_given_what_is_known_and_where_any_came_since_the_events_from_there_on(
    database: Database, world: World
) -> None:
    say(database, ANA, Subscribe(world.novels), Subscribe(world.offers))
    say(database, ANA, Unsubscribe(ACCOUNT))
    given = []

    def plan(known: Known, later: object) -> list[Change]:
        given.append((known, later))
        return []

    for since in (None, 0, 1, 2, 3, 99):
        database.write(preferences.apply, Instruction(ANA.key, by(), plan, since))
    assert {known.number for known, _ in given} == {3}
    assert given[0][0].held == known(database).held
    whole = events(database)
    assert [later for _, later in given] == [[], whole, whole, whole[1:], [], []]


# Many addresses

_keys = AddressKeys(ADDRESS_SECRET)


def crowd(size: int) -> list[bytes]:
    """The keys of so many people."""
    return [_keys(f"somebody-{at}@example.com") for at in range(size)]


@pytest.mark.parametrize("size", [1, 2, 10, 11, 501])
def test_apply_all_does_for_each_what_apply_does_for_one(
    database: Database, world: World, size: int
) -> None:
    keys = crowd(size)
    say(database, ANA, Unsubscribe(ACCOUNT))
    for key in keys[::2]:
        no = Instruction(key, by(), always(Unsubscribe(Scope.type(world.novels.id))))
        database.write(preferences.apply, no)
    wanted = [Subscribe(world.novels), Subscribe(world.offers)]
    who = by(Hand.USER_BULK, explained=True)
    outcomes = database.write(
        preferences.apply_all,
        [
            Instruction(key, who, always(*wanted), evidence={"explanation": "asked us"})
            for key in keys
        ],
    )
    assert [outcome.known for outcome in outcomes] == [known(database, key) for key in keys]
    for at, outcome in enumerate(outcomes):
        left = Reason.UNSUBSCRIBED if at % 2 == 0 else None
        assert [verdict.refused for verdict in outcome.verdicts] == [left, None]
        assert outcome.number == 2


def test_apply_all_of_nothing_and_of_what_holds_already_writes_nothing(
    database: Database, world: World
) -> None:
    assert database.write(preferences.apply_all, []) == []
    again = [instruction(person, Unsubscribe(ACCOUNT)) for person in (ANA, BEN)]
    database.write(preferences.apply_all, again)
    before = rows_in_all(database)
    outcomes = database.write(preferences.apply_all, again)
    assert [outcome.record for outcome in outcomes] == [None, None]
    assert rows_in_all(database) == before


# Undo


def test_take_back_restores_what_stood_before_with_its_maker(
    database: Database, world: World
) -> None:
    """R-96: every unsubscribe is undoable, and recorded as such."""
    who = by(Hand.AUTOMATIC, basis=Basis.PERFORMANCE_OF_CONTRACT, basis_ends=NOW + 1)
    say(database, ANA, Subscribe(world.novels), by_=who)
    before = known(database).held[of_type(world.novels.id)]
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)), by_=ONE_CLICK)
    back = instruction(ANA, by_=by(via=Via.UNDO))
    taken = database.write(preferences.take_back, back, 2)
    assert known(database) == taken.known
    assert taken.known.held[of_type(world.novels.id)] == before._replace(number=3)
    last = events(database)[-1]
    assert (last.undone, last.via, last.kind) == (2, Via.UNDO, Kind.CHANGED)
    assert last.status == Status.SUBSCRIBED


def test_take_back_leaves_what_came_after_and_says_so(database: Database, world: World) -> None:
    """Story 7."""
    imported = by(Hand.AUTOMATIC)
    say(database, ANA, Subscribe(world.novels), by_=imported)
    say(database, ANA, Unsubscribe(Scope.type(world.novels.id)), by_=ONE_CLICK)
    taken = database.write(preferences.take_back, instruction(ANA, by_=by(Hand.USER)), 1)
    assert [stayed.number for stayed in taken.stayed] == [1]
    assert taken.effects == ()
    assert known(database).held[of_type(world.novels.id)].via is Via.ONE_CLICK


def test_take_back_touches_nothing_that_may_not_be_undone(database: Database) -> None:
    say(database, ANA, Unsubscribe(ACCOUNT))
    before = events(database)
    taken = database.write(preferences.take_back, instruction(ANA), 1, lambda event: False)
    assert taken.stayed == before
    assert events(database) == before


def test_take_back_of_a_record_that_is_not_there_changes_nothing(database: Database) -> None:
    taken = database.write(preferences.take_back, instruction(ANA), 7)
    assert (taken.effects, taken.stayed) == ((), [])
    assert rows_in_all(database) == [0, 0, 0, 0]


# A no once more


def test_a_no_told_by_a_program_survives_the_undo_of_the_persons_own(
    database: Database, world: World
) -> None:
    """decisions/0112: and a list that is told each night writes nothing more."""
    page, link = by(via=Via.UNSUBSCRIBE_PAGE), Source(7, 2, world.novels.id)
    say(database, ANA, Unsubscribe(ACCOUNT), by_=page, source=link)
    say(database, BEN, Unsubscribe(ACCOUNT), by_=by(via=Via.API))
    lists = (Unsubscribe(Scope.brand(world.fernway.id)), Unsubscribe(ACCOUNT))
    told = [
        instruction(person, change, by_=by(via=Via.API))
        for change in lists
        for person in (ANA, BEN, CLEO)
    ]
    database.write(preferences.apply_all, told)
    kinds = [Kind(e.kind) for e in events(database)]
    assert kinds == [Kind.CHANGED, Kind.CHANGED, Kind.STRENGTHENED]
    last: list[int] = []
    for _ in range(3):
        outcomes = database.write(preferences.apply_all, told)
        last = [outcome.number for outcome in outcomes[-3:]]
    assert last == [3, 2, 2]
    taken = database.write(preferences.take_back, instruction(ANA, by_=by(via=Via.UNDO)), 1)
    assert taken.effects == ()


def test_a_no_said_over_what_an_undo_restored_survives_the_undo_of_that_undo(
    database: Database, world: World
) -> None:
    """decisions/0112: by the same way, and nothing came between the undo and the no."""
    novels, told = of_type(world.novels.id), by(via=Via.API)
    out = instruction(ANA, Unsubscribe(novels.scope, world.novels), by_=told)
    database.write(preferences.apply, out)
    say(database, ANA, Subscribe(world.novels))
    undo = instruction(ANA, by_=by(via=Via.UNDO))
    database.write(preferences.take_back, undo, 2)
    assert [database.write(preferences.apply, out).record for _ in range(3)] == [4, None, None]
    assert database.write(preferences.take_back, undo, 3).effects == ()
    assert known(database).held[novels].number == 4


def test_a_late_confirmation_lifts_no_opt_out_that_was_pressed_again_after_the_request(
    database: Database, world: World
) -> None:
    """R-135: the same link once more, and yet more than the same no."""
    page, link = by(via=Via.UNSUBSCRIBE_PAGE), Source(7, 2, world.novels.id)
    out = instruction(ANA, Unsubscribe(ACCOUNT), by_=page, source=link)
    database.write(preferences.apply, out)
    asked = say(database, ANA, Ask(world.letter, NOW + DAY), by_=by(via=Via.SIGNUP_FORM))
    assert [database.write(preferences.apply, out).record for _ in range(5)] == [3, *[None] * 4]
    mail = Press(ANA.key, world.catalog, Via.CONFIRMATION, NOW, Source())
    database.write(choices.confirm, mail, world.fernway, asked.number)
    assert known(database).held.keys() == {ALL}


# How many statements


@contextmanager
def statements(connection: Connection, patch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that reach the database's driver meanwhile, but for a trigger's own, which
    SQLite tells of by the statement that set it off."""
    said: list[str] = []

    def note(statement: str) -> None:
        if not (statement.startswith("INSERT INTO event") and statement in said[-1:]):
            said.append(statement)

    if connection.dialect.name == "sqlite":
        driver(connection).set_trace_callback(note)
        yield said
        driver(connection).set_trace_callback(None)
        return
    execute = psycopg.Cursor.execute

    def overheard(self: Any, query: str, *rest: Any, **more: Any) -> Any:
        said.append(query)
        return execute(self, query, *rest, **more)

    with patch.context() as patched:
        patched.setattr(psycopg.Cursor, "execute", overheard)
        yield said


def test_a_one_click_takes_few_statements(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-45: quick enough to answer within the request. PostgreSQL: lock, read, write."""
    most = {"sqlite": 6, "postgresql": 3}[database.dialect]
    no = Unsubscribe(Scope.type(world.novels.id), world.novels)
    seen = {"ip": "192.0.2.1", "user_agent": "provider"}

    def counted(connection: Connection, evidence: Evidence) -> int:
        with statements(connection, monkeypatch) as said:
            preferences.apply(connection, instruction(ANA, no, by_=ONE_CLICK, evidence=evidence))
        return len(said)

    say(database, ANA, Subscribe(world.novels))
    assert 0 < database.write(counted, seen) <= most
    assert 0 < database.write(counted, {}) <= 2


def test_many_addresses_take_few_statements_too(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading does not grow with the batch; on PostgreSQL writing is one round trip."""
    no = Unsubscribe(Scope.type(world.novels.id), world.novels)

    def read(connection: Connection, keys: list[bytes]) -> int:
        with statements(connection, monkeypatch) as said:
            preferences.apply_all(connection, [Instruction(k, by(), always(no)) for k in keys])
        return sum(statement.startswith("SELECT") for statement in said)

    assert database.write(read, crowd(3)) == database.write(read, crowd(400))
