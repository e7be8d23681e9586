"""What the mail system told, written by the one writer, each event once (R-146)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from app.domain.changes import By, Hand
from app.domain.feedback import ACTORS, Told, change_of
from app.domain.words import DAY, Actor, Instant, Via
from app.services import preferences
from app.services.preferences import Instruction, Source, always
from app.store.tables import feedback_seen

REMEMBERED = 35 * DAY
"""How long an event that comes again is known to be old."""
PART = 400


class Report(NamedTuple):
    """One event about one address. `id` is the provider's own, which several addresses may share;
    without one it counts each time."""

    key: bytes
    told: Told
    happened_at: Instant
    id: str
    via: Via
    answer: str = ""
    source: Source = Source()


def take(connection: Connection, reports: Sequence[Report], now: Instant) -> int:
    """Write what is new of `reports`; how many of them were. Repeated and reordered they come to
    the same: an older complaint never takes away a newer yes, and is kept and shown."""
    new = _unseen(connection, reports, now)
    left = list(new)
    while left:
        first: dict[bytes, Report] = {}
        rest = [report for report in left if first.setdefault(report.key, report) is not report]
        preferences.apply_all(connection, [_instruction(r, now) for r in first.values()])
        left = rest
    return len(new)


def _instruction(report: Report, now: Instant) -> Instruction:
    actor = ACTORS[report.told]
    hand = Hand.CONTACT if actor is Actor.CONTACT else Hand.AUTOMATIC
    by = By(actor, report.via, hand, now)
    plan = always(change_of(report.told, report.happened_at))
    evidence = {"answer": report.answer} if report.answer else {}
    return Instruction(report.key, by, plan, evidence=evidence, source=report.source)


def _unseen(connection: Connection, reports: Sequence[Report], now: Instant) -> list[Report]:
    """Those that did not come before, in their order."""
    connection.execute(delete(feedback_seen).where(feedback_seen.c.at < now - REMEMBERED))
    named = {_digest(report): report for report in reports if report.id}
    fresh: set[bytes] = set()
    digests = sorted(named)
    for at in range(0, len(digests), PART):
        fresh |= _noted(connection, digests[at : at + PART], now)
    new, told = [], set()
    for report in reports:
        digest = _digest(report)
        if not report.id or (digest in fresh and digest not in told):
            told.add(digest)
            new.append(report)
    return new


def _noted(connection: Connection, digests: Sequence[bytes], now: Instant) -> set[bytes]:
    """Remember these; those of them that were not known."""
    insert_into = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    rows: list[dict[str, Any]] = [{"digest": digest, "at": now} for digest in digests]
    made = insert_into(feedback_seen).values(rows).on_conflict_do_nothing()
    return set(map(bytes, connection.scalars(made.returning(feedback_seen.c.digest))))


def _digest(report: Report) -> bytes:
    said = f"{report.via.name} {report.told.name} {report.id}"
    return sha256(report.key + said.encode()).digest()
