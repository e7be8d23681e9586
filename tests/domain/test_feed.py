"""The order of the changes feed, its cursors, and what an event is said to have done."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from app.domain.changes import Report, Unsubscribe
from app.domain.event_words import Did, what
from app.domain.feed import Committed, Cursor, in_order, parse_cursor
from app.domain.feedback import Told, change_of
from app.domain.ledger import Event, worded
from app.domain.moments import instant, moment
from app.domain.webhooks import message_id
from app.domain.words import ACCOUNT, Actor, Basis, Cause, Kind, ScopeKind, Status, Via

A, B = b"a" * 16, b"b" * 16


@pytest.mark.parametrize(
    ("events", "order"),
    [
        ([(B, 1, 5), (A, 1, 5), (A, 2, 4), (B, 2, 9)], [(A, 1), (A, 2), (B, 1), (B, 2)]),
        ([(A, 1, 9), (B, 1, 3), (A, 2, 2)], [(B, 1), (A, 1), (A, 2)]),
        ([(A, 3, 1), (B, 7, 1), (A, 4, 8), (B, 8, 6)], [(A, 3), (B, 7), (B, 8), (A, 4)]),
        ([(A, 2, 0), (A, 1, -5)], [(A, 1), (A, 2)]),
    ],
)
def test_the_feed_goes_by_time_as_far_as_each_address_allows(
    events: list[tuple[bytes, int, int]], order: list[tuple[bytes, int]]
) -> None:
    """Architecture 7: a clock may have been set back."""
    found = in_order(Committed(*each) for each in events)
    assert [(event.address_key, event.number) for event in found] == order


def test_a_cursor_is_read_as_it_is_written() -> None:
    cursor = Cursor(0x1F, 120)
    assert str(cursor) == "1f.120"
    assert parse_cursor("1f.120") == cursor


@pytest.mark.parametrize(
    "text",
    [
        *("", "1f", "1f.", ".5", "x.5", "1f.-5", "1f.²", "1f.١", "1.5.6", "1." + "5" * 38),
        *("-1.5", "0x1.5", "1_0.5", " 1.5", "1.5\n", "1F.5"),
    ],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^is no cursor: send one that an earlier answer gave"):
        parse_cursor(text)
    assert parse_cursor("1." + "5" * 37).position == int("5" * 37)


def event(**more: object) -> Event:
    """A type unsubscribed from, but for `more`; its numbers as a row has them."""
    usual = {"kind": 1, "scope_kind": 2, "scope_id": 7, "cause": 1, "status": 2, "until": None}
    rest = {"undone": None, "actor": 1, "via": 3, "at": 5, "basis": None, "basis_ends": None}
    return Event(A, 1, 1, **{**usual, **rest, "message": 0, "texts": None, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "did"),
    [
        ({}, Did.UNSUBSCRIBED),
        ({"status": 1}, Did.SUBSCRIBED),
        ({"status": 0}, Did.ENDED),
        ({"kind": Kind.NOTED}, Did.NOTED),
        ({"kind": Kind.CONFIRMED, "status": 1}, Did.CONFIRMED),
        ({"kind": Kind.STRENGTHENED}, Did.UNSUBSCRIBED),
        ({"scope_kind": 1}, Did.LEFT_BRAND),
        ({"scope_kind": 1, "status": 1}, Did.EXCEPTED),
        ({"scope_kind": 1, "status": 0}, Did.BRAND_LIFTED),
        ({"scope_kind": 0}, Did.LEFT_ALL),
        ({"scope_kind": 0, "status": 0}, Did.ALL_LIFTED),
        ({"scope_kind": 0, "status": 1}, Did.NOTED),
        ({"scope_kind": 0, "cause": 2}, Did.BOUNCED),
        ({"scope_kind": 0, "cause": 2, "status": 0}, Did.BOUNCE_LIFTED),
        ({"scope_kind": 0, "cause": 3}, Did.COMPLAINED),
        ({"scope_kind": 0, "cause": 3, "status": 0}, Did.COMPLAINT_LIFTED),
        ({"scope_kind": 1, "cause": 4, "status": 0, "until": 9}, Did.PAUSED),
        ({"scope_kind": 1, "cause": 4, "status": 0}, Did.RESUMED),
        ({"cause": 5, "status": 0, "until": 9}, Did.ASKED),
        ({"cause": 5, "status": 0}, Did.ANSWERED),
    ],
)
def test_an_event_is_told_by_one_word(more: dict[str, object], did: Did) -> None:
    assert what(event(**more)) is did
    assert what(worded(event(**more))) is did


def test_what_ended_a_brands_exception_is_told_so() -> None:
    assert what(event(scope_kind=1, status=0), ended_exception=True) is Did.EXCEPTION_ENDED
    assert what(event(scope_kind=1, cause=4, status=0), ended_exception=True) is Did.RESUMED


def test_a_rows_numbers_are_read_as_words() -> None:
    row = event(basis=5, until=8, status=1)
    read = worded(row)
    assert read == row
    kinds = {"kind": Kind, "scope_kind": ScopeKind, "cause": Cause, "status": Status}
    kinds |= {"actor": Actor, "via": Via, "basis": Basis}
    assert {name: type(getattr(read, name)) for name in kinds} == kinds
    assert worded(event()).basis is None


def test_feedback_becomes_a_suppression_or_the_persons_opt_out() -> None:
    assert change_of(Told.OPTED_OUT, 5) == Unsubscribe(ACCOUNT)
    assert change_of(Told.BOUNCED, 5) == Report(Cause.BOUNCE, 5)
    assert change_of(Told.COMPLAINED, 6) == Report(Cause.COMPLAINT, 6)


def test_each_try_to_tell_of_an_event_has_one_id() -> None:
    made = sha256(A + b"\x00\x00\x01\x02").hexdigest()
    assert message_id(A, 258) == f"evt_{made[:32]}"


def test_moments_go_over_the_wire_to_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    """In UTC, wherever the machine is."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    at = datetime(2026, 6, 1, 12, 0, 0, 7_000, UTC)
    assert moment(instant(at)) == "2026-06-01T12:00:00.007Z"
    assert moment(None) is None
    assert moment(0) == "1970-01-01T00:00:00.000Z"
    assert instant(at.replace(tzinfo=None)) == instant(at) == 1_780_315_200_007
    assert instant(at.astimezone(timezone(timedelta(hours=2)))) == instant(at)
    monkeypatch.undo()
    time.tzset()
