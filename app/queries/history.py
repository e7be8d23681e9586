"""What happened to one address: its events, newest first, with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, case, literal, or_, select

from app.domain.catalog import Catalog
from app.domain.evidence import opened
from app.domain.ledger import Event, worded
from app.domain.moments import moment
from app.domain.words import (
    Actor,
    Basis,
    Cause,
    Kind,
    Scope,
    ScopeKind,
    Status,
    Via,
)
from app.store.tables import event, evidence, message, run, text_version

PAGE = 50
EVIDENCE = ("explanation", "reason", "words", "ip", "user_agent", "of")
COLUMNS = (
    "number",
    "record",
    "at",
    "kind",
    "scope",
    "scopeId",
    "name",
    "cause",
    "status",
    "until",
    "undone",
    "actor",
    "via",
    "legalBasis",
    "basisEnds",
    "message",
    "reference",
    "language",
    "textVersion",
    "hash",
)
"""What is told of an event, and of its evidence."""


class Happened(NamedTuple):
    """One event with its evidence, if that is kept; the name of its mailing, where it was told;
    whether what it ended was an exception; and the texts that were read, by language."""

    event: Event
    evidence: Mapping[str, str] | None
    mailing: str | None
    ended_exception: bool
    read: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Which events: those about these scopes, by this actor, before this number."""

    scopes: tuple[Scope, ...] | None = None
    actor: Actor | None = None
    before: int | None = None


def page(connection: Connection, key: bytes, search: Search) -> tuple[list[Happened], int | None]:
    """A page of what happened, newest first, and the number that the next page comes before."""
    asked = (
        _kept(key)
        .add_columns(message.c.name, ended_exception(), text_version.c.content)
        .outerjoin(message, message.c.number == event.c.message)
        .outerjoin(text_version, text_version.c.id == event.c.texts)
        .where(*_where(search))
        .limit(PAGE + 1)
    )
    rows = connection.execute(asked).all()
    happened = [
        Happened(
            worded(Event(*row[:-6])), evidence_of(*row[-6:-3]), row[-3], bool(row[-2]), row[-1]
        )
        for row in rows[:PAGE]
    ]
    return happened, happened[-1].event.number if len(rows) > PAGE else None


def history(
    connection: Connection, catalog: Catalog, key: bytes, search: Search | None = None
) -> Iterator[dict[str, Any]]:
    """One dict an event, newest first, in the words of the API."""
    for row in connection.execute(_kept(key).where(*_where(search or Search()))):
        yield told(catalog, Event(*row[:-3]), evidence_of(*row[-3:]))


KEPT = (
    select(event, evidence.c.content, evidence.c.network, run.c.explanation)
    .outerjoin(
        evidence,
        (evidence.c.address_key == event.c.address_key) & (evidence.c.record == event.c.record),
    )
    .outerjoin(run, run.c.id == event.c.run)
)
"""Events, each with what `evidence_of` reads."""


def _kept(key: bytes) -> Select[Any]:
    return KEPT.where(event.c.address_key == key).order_by(event.c.number.desc())


def evidence_of(
    content: str | None, network: str | None, explanation: str | None
) -> dict[str, str] | None:
    """What lies with the record, and the explanation that lies once with its run."""
    own = opened(content, network)
    return own if explanation is None else {"explanation": explanation, **(own or {})}


def _where(search: Search) -> Iterator[Any]:
    if search.scopes is not None:
        yield or_(
            *(
                and_(event.c.scope_kind == scope.kind, event.c.scope_id == scope.id)
                for scope in search.scopes
            )
        )
    if search.actor is not None:
        yield event.c.actor == search.actor
    if search.before is not None:
        yield event.c.number < search.before


def ended_exception() -> Any:
    """Whether an event that left nothing at a brand ended an exception: else it was an opt-out."""
    earlier = event.alias()
    before = (
        select(earlier.c.status)
        .where(
            earlier.c.address_key == event.c.address_key,
            earlier.c.number < event.c.number,
            earlier.c.scope_kind == event.c.scope_kind,
            earlier.c.scope_id == event.c.scope_id,
            earlier.c.cause == event.c.cause,
            earlier.c.kind != Kind.NOTED,
        )
        .order_by(earlier.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    ends = and_(
        event.c.scope_kind == ScopeKind.BRAND,
        event.c.cause == Cause.CHOICE,
        event.c.status == Status.NOT_SPECIFIED,
    )
    return case((ends, case((before == Status.SUBSCRIBED, 1), else_=0)), else_=literal(0))


def told(catalog: Catalog, happened: Event, kept: dict[str, str] | None) -> dict[str, Any]:
    """An event in the words of the API."""
    return {
        "number": happened.number,
        "record": happened.record,
        "at": moment(happened.at),
        "kind": Kind(happened.kind).name,
        "scope": ScopeKind(happened.scope_kind).name,
        "scopeId": happened.scope_id,
        "name": scope_name(catalog, happened.scope_kind, happened.scope_id),
        "cause": Cause(happened.cause).name,
        "status": Status(happened.status).name,
        "until": moment(happened.until),
        "undone": happened.undone,
        "actor": Actor(happened.actor).name,
        "via": Via(happened.via).name,
        "legalBasis": Basis(happened.basis).name if happened.basis else None,
        "basisEnds": moment(happened.basis_ends),
        "message": happened.message or None,
        "reference": happened.reference,
        "language": happened.language,
        "textVersion": happened.texts,
        "evidence": kept,
        "hash": bytes(happened.hash).hex(),
    }


def scope_name(catalog: Catalog, kind: int, id_: int) -> str:
    """What a scope is called: the slug of a brand or type, or the account's name."""
    if kind == ScopeKind.ACCOUNT:
        return catalog.name
    found = (catalog.brands if kind == ScopeKind.BRAND else catalog.types).get(id_)
    return found.slug if found else ""
