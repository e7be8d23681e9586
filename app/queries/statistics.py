"""What happened in the last days, for the admin's home: counted days, and the minutes since; and
what was counted in all, for /metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true, tuple_

from app.domain.catalog import Brand, SubscriptionType
from app.domain.mail import State
from app.domain.statistics import Counted, Outcome, Tally, outcome
from app.domain.words import DAY, HOUR, MINUTE, Instant, ScopeKind, Via
from app.store.tables import day_count, event, message, outbox, progress, webhook

COUNTING = "counting"
"""The duty that counts."""
LATEST = HOUR
"""How far back what is not counted yet is read from the ledger."""
MOST_FAILED = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Of how many days, today among them, and of which brand and type; None for all of them."""

    days: int
    brand: Brand | None
    now: Instant
    zone: ZoneInfo
    type: SubscriptionType | None = None

    @property
    def today(self) -> int:
        """Days since the year 1."""
        return _day(self.now, self.zone)

    @property
    def first(self) -> int:
        """The first day."""
        return self.today - self.days + 1


@dataclass(frozen=True, slots=True)
class Failed:
    """Mails that failed for good: how many (at most MOST_FAILED), and the last answer."""

    count: int
    answer: str


def tally(connection: Connection, asked: Asked) -> tuple[Tally, Instant | None]:
    """What happened, and up to when it is counted where the worker is far behind."""
    counted = Tally()
    counted.take(_counted(connection, asked))
    reached = connection.execute(select(progress).where(progress.c.duty == COUNTING)).one()
    counted.take(_since(connection, asked, reached))
    behind = asked.now - LATEST
    late = select(event.c.at).where(event.c.at > reached.at, event.c.at < behind).limit(1)
    is_late = reached.at < behind and connection.scalar(late) is not None
    return counted, reached.at if is_late else None


def totals(connection: Connection) -> Iterator[tuple[Outcome, Via, int]]:
    """How often each thing ever happened by each route, some minutes ago."""
    asked = select(day_count.c.outcome, day_count.c.via, func.sum(day_count.c.count))
    for of, via, count in connection.execute(asked.group_by(day_count.c.outcome, day_count.c.via)):
        yield Outcome(of), Via(via), int(count)


def failed_mail(connection: Connection, asked: Asked) -> Failed:
    """The mails of these days that nobody will send any more."""
    since = asked.now - asked.days * DAY
    rows = connection.execute(
        select(outbox.c.answer)
        .where(outbox.c.state == State.FAILED, outbox.c.ended_at >= since)
        .order_by(outbox.c.ended_at.desc())
        .limit(MOST_FAILED)
    ).all()
    return Failed(len(rows), (rows[0].answer or "") if rows else "")


class Silent(NamedTuple):
    """A webhook that is told nothing: switched off, or failing since then."""

    id: int
    url: str
    failing_since: Instant | None


def silent_webhooks(connection: Connection) -> list[Silent]:
    """Those that need somebody."""
    c = webhook.c
    needing = select(c.id, c.url, c.failing_since).where(
        or_(c.active.is_(False), c.failing_since.is_not(None))
    )
    return [Silent(*row) for row in connection.execute(needing.order_by(c.created_at))]


@dataclass(frozen=True, slots=True)
class Mailing:
    """A mailing that was named: by its name, and how many mails it had, where that was told."""

    name: str
    volume: int | None


def mailings(connection: Connection, numbers: Sequence[int]) -> dict[int, Mailing]:
    """Those of these mailings that were named, by number."""
    rows = connection.execute(select(message).where(message.c.number.in_(numbers)))
    return {row.number: Mailing(row.name, row.volume) for row in rows}


def _counted(connection: Connection, asked: Asked) -> Iterator[tuple[Counted, int]]:
    rows = connection.execute(
        select(day_count).where(
            day_count.c.day.between(asked.first, asked.today),
            _concerns(day_count.c.scope_kind, day_count.c.scope_id, asked),
        )
    )
    for *of, count in rows:
        yield _of(of), count


def _since(connection: Connection, asked: Asked, reached: Any) -> Iterator[tuple[Counted, int]]:
    """Events that nobody has counted yet, by the minute."""
    place = tuple_(event.c.at, event.c.address_key, event.c.number)
    mark = (reached.at, bytes(reached.address_key), reached.number)
    minute = (event.c.at - event.c.at % MINUTE).label("minute")
    by = (event.c.kind, event.c.scope_kind, event.c.scope_id, event.c.cause, event.c.status)
    rows = connection.execute(
        select(minute, *by, event.c.via, event.c.message, func.count())
        .where(
            place > mark,
            event.c.at >= asked.now - LATEST,
            _concerns(event.c.scope_kind, event.c.scope_id, asked),
        )
        .group_by(minute, *by, event.c.via, event.c.message)
    )
    for at, kind, scope_kind, scope_id, cause, status, via, number, count in rows:
        if (of := outcome(kind, scope_kind, cause, status)) is not None:
            day = _day(at, asked.zone)
            yield _of((day, of, scope_kind, scope_id, via, number)), count


def _concerns(kind: Any, id_: Any, asked: Asked) -> ColumnElement[bool]:
    """Whether something there stops or starts mail of the brand, or of the type. What concerns
    the account concerns every brand, and what concerns a brand every type of it."""
    if asked.type is not None:
        brand, types = asked.type.brand, [asked.type.id]
    elif asked.brand is not None:
        brand, types = asked.brand.id, [type_.id for type_ in asked.brand.types]
    else:
        return true()
    return or_(
        kind == ScopeKind.ACCOUNT,
        and_(kind == ScopeKind.BRAND, id_ == brand),
        and_(kind == ScopeKind.TYPE, id_.in_(types)),
    )


def _of(row: Sequence[int]) -> Counted:
    day, of, scope_kind, scope_id, via, message = row
    return Counted(day, Outcome(of), ScopeKind(scope_kind), scope_id, Via(via), message)


def _day(at: Instant, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).toordinal()
