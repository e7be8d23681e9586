"""What happened to whom: the events of all addresses, the newest first, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, select, text, tuple_

from app.domain.ledger import Event, worded
from app.domain.statistics import NO, Outcome
from app.domain.words import Instant, Kind, ScopeKind, Status, Via
from app.queries.history import Happened, ended_exception
from app.store.patience import TooSlow, in_time
from app.store.tables import contact, email_address, event, message

PAGE = 50
SENT, FEEDBACK = text("event.message <> 0"), text("event.cause IN (2, 3)")
"""What the indexes of few events are made for, word by word: so that they are seen to serve."""


class Place(NamedTuple):
    """One event's place in the order of time."""

    at: Instant
    key: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Search:
    """Which events: from `since` to before `until`, of this outcome, by this route, about this
    type, from this mailing; before a place."""

    since: Instant
    until: Instant
    outcome: Outcome | None = None
    via: Via | None = None
    type: int | None = None
    mailing: int | None = None
    before: Place | None = None


class Entry(NamedTuple):
    """What happened, and to whom: the contact's id and name, and the address, where known."""

    happened: Happened
    contact: int | None
    name: str
    address: str | None

    @property
    def called(self) -> str:
        """The name, the address where none is known, else nothing."""
        return self.name or self.address or ""


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, and the place that the next page comes before. `slow`: the search took more than
    two seconds, and there is no answer."""

    entries: Sequence[Entry] = ()
    before: Place | None = None
    slow: bool = False


def page(connection: Connection, search: Search) -> Page:
    """A page, in one statement."""
    asked = (
        select(
            event,
            message.c.name,
            ended_exception(),
            contact.c.id,
            contact.c.name,
            email_address.c.address,
        )
        .join(email_address, email_address.c.key == event.c.address_key)
        .outerjoin(contact, contact.c.address_key == event.c.address_key)
        .outerjoin(message, message.c.number == event.c.message)
        .where(*_where(search))
        .order_by(event.c.at.desc(), event.c.address_key.desc(), event.c.number.desc())
        .limit(PAGE + 1)
    )
    try:
        with in_time(connection):
            rows = connection.execute(asked).all()
    except TooSlow:
        return Page(slow=True)
    entries = [_entry(row) for row in rows[:PAGE]]
    last = entries[-1].happened.event if len(rows) > PAGE else None
    return Page(entries, last and Place(last.at, bytes(last.address_key), last.number))


def _entry(row: Any) -> Entry:
    *of_event, mailing, ended, contact_id, name, address = row
    happened = Happened(worded(Event(*of_event)), None, mailing, bool(ended))
    return Entry(happened, contact_id, name or "", address)


def _where(search: Search) -> Iterator[Any]:
    yield event.c.at >= search.since
    yield event.c.at < search.until
    if search.before is not None:
        yield tuple_(event.c.at, event.c.address_key, event.c.number) < search.before
    if search.outcome is not None:
        yield _counts_as(search.outcome)
    if search.via is not None:
        yield event.c.via == int(search.via)
    if search.type is not None:
        yield and_(event.c.scope_kind == int(ScopeKind.TYPE), event.c.scope_id == search.type)
    if search.mailing is not None:
        yield and_(event.c.message == search.mailing, SENT)


def _counts_as(outcome: Outcome) -> Any:
    """Those events that domain/statistics.py counts so."""
    changed = event.c.kind == int(Kind.CHANGED)
    if outcome is Outcome.SUBSCRIPTION:
        yes, of_type = event.c.status == int(Status.SUBSCRIBED), ScopeKind.TYPE
        return and_(changed, yes, event.c.scope_kind == int(of_type))
    cause = next(cause for cause, counted in NO.items() if counted is outcome)
    no = and_(event.c.status == int(Status.UNSUBSCRIBED), event.c.cause == int(cause))
    return and_(changed, no) if outcome is Outcome.OPT_OUT else and_(changed, no, FEEDBACK)
