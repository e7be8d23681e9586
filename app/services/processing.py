"""The legal basis for processing that comes with something else (rules.md, 8): stored with contacts
by a run, and taken away when it is undone; told by a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, update

from app.domain.contacts import Processing
from app.domain.words import Instant
from app.store.among import Among
from app.store.tables import contact


def store(
    connection: Connection,
    keys: Sequence[bytes],
    basis: Processing,
    explanation: str,
    run: int,
    now: Instant,
) -> None:
    """Store it with those of these contacts that have none, as the run's."""
    keep(connection, keys, basis, explanation, _reference(run), now)


def keep(
    connection: Connection,
    keys: Sequence[bytes],
    basis: Processing,
    explanation: str,
    reference: str,
    now: Instant,
) -> None:
    """Store it with those of these contacts that have none."""
    KEEP(connection, keys, basis=basis, why=explanation, now=now, who=reference)


KEEP = Among(
    update(contact)
    .where(contact.c.processing.is_(None))
    .values(
        processing=bindparam("basis"),
        processing_explanation=bindparam("why"),
        processing_assumed=False,
        processing_at=bindparam("now"),
        processing_by=bindparam("who"),
    ),
    contact.c.address_key,
)


def take_away(connection: Connection, keys: Sequence[bytes], run: int) -> None:
    """Take away what the run stored, where nobody gave another since."""
    names = ("", "_explanation", "_assumed", "_at", "_by")
    connection.execute(
        update(contact)
        .where(contact.c.address_key.in_(keys), contact.c.processing_by == _reference(run))
        .values({f"processing{name}": None for name in names})
    )


def _reference(run: int) -> str:
    return f"run:{run}"


CONSENTED = (
    update(contact)
    .where(contact.c.address_key == bindparam("key"))
    .values(
        processing=int(Processing.CONSENT),
        processing_explanation=bindparam("why"),
        processing_assumed=False,
        processing_at=bindparam("now"),
        processing_by=bindparam("who"),
        touched_at=bindparam("now"),
    )
)


def consented(
    connection: Connection, explanations: Mapping[bytes, str], reference: str, now: Instant
) -> None:
    """Note for the contacts of these addresses that the person agreed, and why that is known."""
    rows = [
        {"key": key, "why": why, "now": now, "who": reference} for key, why in explanations.items()
    ]
    if rows:
        connection.execute(CONSENTED, rows)
