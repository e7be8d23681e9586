"""What happened to one address: its events, newest first, with their evidence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from app.domain.catalog import Catalog
from app.domain.ledger import Event
from app.domain.words import (
    Actor,
    Basis,
    Cause,
    Instant,
    Kind,
    ScopeKind,
    Status,
    Via,
)
from app.store.tables import event, evidence


def history(connection: Connection, catalog: Catalog, key: bytes) -> Iterator[dict[str, Any]]:
    """One dict an event, newest first, in the words of the API."""
    kept = (
        select(event, evidence.c.content)
        .outerjoin(
            evidence,
            (evidence.c.address_key == event.c.address_key) & (evidence.c.record == event.c.record),
        )
        .where(event.c.address_key == key)
        .order_by(event.c.number.desc())
    )
    for row in connection.execute(kept):
        yield _told(catalog, Event(*row[:-1]), row[-1])


def _told(catalog: Catalog, happened: Event, content: str | None) -> dict[str, Any]:
    return {
        "number": happened.number,
        "record": happened.record,
        "at": _iso(happened.at),
        "kind": Kind(happened.kind).name,
        "scope": ScopeKind(happened.scope_kind).name,
        "scopeId": happened.scope_id,
        "name": _name(catalog, happened),
        "cause": Cause(happened.cause).name,
        "status": Status(happened.status).name,
        "until": _iso(happened.until),
        "undone": happened.undone,
        "actor": Actor(happened.actor).name,
        "via": Via(happened.via).name,
        "legalBasis": Basis(happened.basis).name if happened.basis else None,
        "basisEnds": _iso(happened.basis_ends),
        "message": happened.message or None,
        "reference": happened.reference,
        "language": happened.language,
        "textVersion": happened.texts,
        "evidence": json.loads(content) if content else None,
        "hash": bytes(happened.hash).hex(),
    }


def _name(catalog: Catalog, happened: Event) -> str:
    """What the scope is called: the slug of a brand or type, or the account's name."""
    if happened.scope_kind == ScopeKind.ACCOUNT:
        return catalog.name
    of_kind = catalog.brands if happened.scope_kind == ScopeKind.BRAND else catalog.types
    found = of_kind.get(happened.scope_id)
    return found.slug if found else ""


def _iso(at: Instant | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
