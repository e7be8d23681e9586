"""The ledger's canonical form, its hash chain, and replay (rules.md, 7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from app.domain.changes import (
    Ask,
    Except,
    Hand,
    Note,
    Pause,
    Report,
    Resume,
    Subscribe,
    Unsubscribe,
)
from app.domain.ledger import (
    GENESIS,
    Event,
    broken,
    canonical,
    mark,
    of_record,
    replayed,
    sealed,
    torn,
)
from app.domain.standing import ALL, of_brand, of_type, request_of
from app.domain.words import (
    ACCOUNT,
    Actor,
    Basis,
    Cause,
    Kind,
    Scope,
    ScopeKind,
    Status,
    Via,
)
from tests.domain.diary import Diary
from tests.world import (
    EVENINGS,
    FERNWAY,
    LETTER,
    NOVELS,
    OFFERS,
    TOMORROW,
    WORKSHOPS,
    YESTERDAY,
    by,
)

EXAMPLE = Event(
    address_key=bytes.fromhex("b54f520b55120c003615c6ff35b972a1"),
    number=3,
    record=2,
    kind=Kind.CHANGED,
    scope_kind=ScopeKind.TYPE,
    scope_id=7,
    cause=Cause.CHOICE,
    status=Status.UNSUBSCRIBED,
    until=None,
    undone=None,
    actor=Actor.CONTACT,
    via=Via.ONE_CLICK,
    at=1_780_315_200_123,
    basis=Basis.NON_GDPR,
    basis_ends=None,
    message=812,
    texts=None,
    reference='dora"é',
    run=5,
    language="nl",
    program_texts=1,
    brand_texts=2,
    link_purpose=2,
    link_scope=7,
    digest=bytes(range(32)),
)
CANONICAL = (
    b'["b54f520b55120c003615c6ff35b972a1",3,2,1,2,7,1,2,null,null,1,3,1780315200123,6,null,812,'
    b'null,"dora\\"\\u00e9",5,"nl",1,2,2,7,'
    b'"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"]'
)
DIGEST = "2faf854ba848497f6767aa4be0be00d633b2fe4dca3353d99c98d979a88e073e"


def test_the_canonical_form_is_fixed_for_ever() -> None:
    """R-72: a hash written today must still be checked in ten years, by any program."""
    assert canonical(EXAMPLE) == CANONICAL
    assert sealed(EXAMPLE, GENESIS).hash == hashlib.sha256(bytes(32) + CANONICAL).digest()
    assert sealed(EXAMPLE, GENESIS).hash.hex() == DIGEST


def test_a_record_without_evidence_has_a_form_that_is_fixed_too() -> None:
    bare = CANONICAL.rpartition(b",")[0] + b",null]"
    assert canonical(EXAMPLE._replace(digest=None)) == bare


def test_the_canonical_form_is_the_same_for_what_the_database_gives_back() -> None:
    columns: list[Any] = [int(v) if isinstance(v, int) else v for v in EXAMPLE]
    plain = Event(*columns)
    assert type(plain.kind) is int
    assert canonical(plain) == CANONICAL


def test_every_column_but_the_hash_counts() -> None:
    forms = {canonical(EXAMPLE)}
    for name, value in EXAMPLE._asdict().items():
        other: Any = bytes(16) if isinstance(value, bytes) else 99
        forms.add(canonical(EXAMPLE._replace(**{name: other})))
    assert len(forms) == len(Event._fields)


@pytest.fixture
def diary() -> Diary:
    """Records of all sorts."""
    diary = Diary()
    imported = by(Hand.AUTOMATIC, at=YESTERDAY, basis=Basis.NON_GDPR, basis_ends=TOMORROW)
    diary.write(Subscribe(NOVELS), Subscribe(EVENINGS), by_=imported)
    diary.write(Unsubscribe(ACCOUNT), Note(ACCOUNT), Pause(FERNWAY.id, TOMORROW))
    diary.write(Except(FERNWAY.id), Subscribe(NOVELS), Ask(LETTER, TOMORROW))
    diary.write(Report(Cause.COMPLAINT, YESTERDAY))
    diary.take_back(diary.write(Unsubscribe(Scope.type(NOVELS.id)), Resume(FERNWAY.id)))
    diary.write(Unsubscribe(Scope.type(OFFERS.id)), Except(WORKSHOPS.id), Resume(FERNWAY.id))
    return diary


def test_a_whole_chain_holds(diary: Diary) -> None:
    assert broken(diary.events) == []
    assert broken([]) == []


TAMPERINGS: dict[str, Callable[[list[Event]], list[Event]]] = {
    "changed": lambda e: [e[0], e[1]._replace(status=Status.UNSUBSCRIBED), *e[2:]],
    "changed and sealed anew": lambda e: [
        e[0],
        sealed(e[1]._replace(status=Status.UNSUBSCRIBED), e[0].hash),
        *e[2:],
    ],
    "hash changed": lambda e: [e[0], e[1]._replace(hash=bytes(32)), *e[2:]],
    "first removed": lambda e: e[1:],
    "one removed": lambda e: [*e[:2], *e[3:]],
    "removed and numbered anew": lambda e: [
        *e[:2],
        *(x._replace(number=x.number - 1) for x in e[3:]),
    ],
    "one inserted": lambda e: [*e[:2], sealed(e[2], e[1].hash), *e[2:]],
    "exchanged": lambda e: [e[1], e[0], *e[2:]],
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_a_chain_that_was_tampered_with_shows(diary: Diary, how: str) -> None:
    """R-70, R-72: the log is append-only, and whoever changed it is found out."""
    assert broken(TAMPERINGS[how](diary.events)) != []


def test_a_missing_event_is_named(diary: Diary) -> None:
    assert broken([*diary.events[:2], *diary.events[3:]]) == [
        "event 3 is missing",
        "event 4 was changed, or the one before it is not its own",
    ]


def test_each_change_of_each_event_shows(diary: Diary) -> None:
    for at, event in enumerate(diary.events):
        for name, value in event._asdict().items():
            other: Any = bytes(16) if isinstance(value, bytes) or name == "digest" else 99
            tampered = [*diary.events]
            tampered[at] = event._replace(**{name: other})
            assert broken(tampered) != [], (at, name)


def test_a_cut_tail_shows_against_the_addresss_last_event(diary: Diary) -> None:
    """The rest still holds by itself; only number and hash kept elsewhere tell."""
    cut, whole = replayed(diary.events[:-1]), replayed(diary.events)
    assert broken(diary.events[:-1]) == []
    assert (cut.number, cut.hash) != (whole.number, whole.hash)
    assert whole.hash == diary.events[-1].hash


def test_a_ledger_is_torn_where_its_chain_is_or_its_end_is_another(diary: Diary) -> None:
    """By number and by hash; an address that nobody knows has neither events nor a row."""
    events = diary.events
    last = events[-1]
    ends = last.number, last.hash
    assert list(torn(events, ends)) == list(torn([], None)) == list(torn([], (0, GENESIS))) == []
    assert list(torn(events, None)) == ["the address has no row of its own"]
    for head in ((last.number, GENESIS), (last.number + 1, last.hash)):
        left = f"the address was left at event {head[0]}, the ledger ends at {last.number}"
        assert list(torn(events, head)) == [left]
    for head in ((1, GENESIS), (0, last.hash)):
        left = f"the address was left at event {head[0]}, the ledger ends at 0"
        assert list(torn([], head)) == [left]
    assert list(torn(events[1:], ends)) == broken(events[1:])


def test_a_mark_is_the_beginning_of_a_hash() -> None:
    assert (mark(bytes(range(32))), mark(GENESIS)) == ("00010203", "00000000")


def test_a_record_is_known_by_its_number_and_by_the_mark_of_any_of_its_events(diary: Diary) -> None:
    """R-135: after a restore another record has the number. An older form knew no mark."""
    own, later = diary.events[:2], diary.events[2]
    assert (own[1].record, later.record) == (1, 3)
    for given in (mark(own[0].hash), mark(own[1].hash), ""):
        assert of_record(diary.events, 1, given) == own
    assert of_record(diary.events, 1) == own
    for given in (mark(later.hash), mark(GENESIS), "x"):
        assert of_record(diary.events, 1, given) == []
    assert of_record(diary.events, 2) == []


def test_each_hash_builds_on_the_one_before(diary: Diary) -> None:
    assert diary.events[0] == sealed(diary.events[0], GENESIS)
    for one, next_ in pairwise(diary.events):
        assert next_ == sealed(next_, one.hash)


def test_replay_yields_what_stands(diary: Diary) -> None:
    assert replayed(diary.events).held == diary.held
    assert diary.held.keys() == {
        ALL,
        of_brand(FERNWAY.id),
        of_brand(WORKSHOPS.id),
        of_type(NOVELS.id),
        of_type(EVENINGS.id),
        of_type(OFFERS.id),
        request_of(LETTER.id),
    }


def test_replay_tells_what_stood_before_each_event(diary: Diary) -> None:
    replay = replayed(diary.events)
    for at, event in enumerate(diary.events):
        assert replay.before(event.number) == replayed(diary.events[:at]).held.get(event.place)


def test_replay_goes_on_where_it_stopped(diary: Diary) -> None:
    for at in range(len(diary.events)):
        replay = replayed(diary.events[:at])
        for event in diary.events[at:]:
            replay.take(event)
        assert (replay.held, replay.hash) == (diary.held, diary.events[-1].hash)


def test_nothing_is_not_yet_replayed() -> None:
    replay = replayed([])
    assert (replay.held, replay.number, replay.hash) == ({}, 0, GENESIS)
