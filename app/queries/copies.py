"""A copy of all that is kept about one address, for the person or another company (R-81)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from app.domain.catalog import Catalog
from app.domain.moments import moment
from app.domain.signing_up import NOTICE
from app.domain.standing import BOUNCE, COMPLAINT, Place, Standing
from app.domain.words import Actor, Basis, Instant, Status, Via
from app.queries import contacts
from app.queries.history import history
from app.queries.your_data import of_brands, texts_of
from app.store.addresses import known
from app.store.tables import event

HEADING = ("part", "at", "scope", "name", "what", "why", "by", "via", "basis", "until", "details")


def copy(connection: Connection, catalog: Catalog, key: bytes, now: Instant) -> dict[str, Any]:
    """Everything, in the words of the API."""
    found = known(connection, key)
    events = list(history(connection, catalog, key))
    return {
        "address": found.address,
        "language": found.language,
        "storedAt": moment(found.stored_at),
        "copiedAt": moment(now),
        "contact": _contact(connection, key),
        "preferences": [
            {
                "brand": group.brand.name,
                "type": fact.type.slug,
                "name": fact.type.texts.get("name", group.brand.language),
                "allowed": fact.decision.allowed,
                "reason": fact.decision.reason.name,
                "until": moment(fact.decision.until),
                **_made(fact.chosen),
            }
            for group in of_brands(catalog, found, now)
            for fact in group.facts
        ],
        "optOuts": [
            {"scope": place.scope.kind.name, "name": _name(catalog, place), **_made(standing)}
            for place, standing in found.held.items()
            if standing.status is Status.UNSUBSCRIBED and place not in (BOUNCE, COMPLAINT)
        ],
        "suppressions": [
            {"cause": place.cause.name, **_made(found.held[place])}
            for place in (BOUNCE, COMPLAINT)
            if place in found.held
        ],
        "receipts": _receipts(connection, key, events),
        "history": events,
    }


def rows(copied: Mapping[str, Any]) -> Iterator[Sequence[object]]:
    """The same as rows under HEADING: what is kept of the person, what holds now, the receipts, and
    what happened, newest first."""
    stored = "address", copied["storedAt"], ""
    yield *stored, copied["address"], *([""] * 7)
    yield *stored, "language", copied["language"], *([""] * 6)
    if contact := copied["contact"]:
        made = "contact", contact["createdAt"], ""
        for name, value in {"name": contact["name"], **contact["properties"]}.items():
            yield *made, name, value, *([""] * 6)
        why = contact["processing"], contact["processingExplanation"]
        yield *made, "processing", *why, "", contact["source"], *([""] * 3)
    for one in copied["preferences"]:
        chosen = one["since"], "TYPE", one["type"], one["status"], one["reason"]
        yield "now", *chosen, one["by"], one["via"], one["basis"], one["until"], one["brand"]
    for one in copied["optOuts"]:
        yield "opt-out", one["since"], one["scope"], one["name"], *_as_cells(one)
    for one in copied["suppressions"]:
        yield "suppression", one["since"], "ACCOUNT", one["cause"], *_as_cells(one)
    for one in copied["receipts"]:
        given = one["givenAt"], "TYPE", one["type"], "SUBSCRIBED", ""
        by = one["actor"], one["via"], one["legalBasis"], one["basisEnds"]
        details = {name: one[name] for name in ("askedAt", "language", "read", "notice", "hash")}
        yield "receipt", *given, *by, _json(details)
    for one in copied["history"]:
        what = one["at"], one["scope"], one["name"], one["status"], one["kind"]
        by = one["actor"], one["via"], one["legalBasis"], one["until"] or one["basisEnds"]
        yield "history", *what, *by, _json(one["evidence"]) if one["evidence"] else ""


def _as_cells(made: Mapping[str, Any]) -> Sequence[object]:
    """What stands, from the column `what` on."""
    return made["status"], "", made["by"], made["via"], made["basis"], made["basisEnds"], ""


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _contact(connection: Connection, key: bytes) -> dict[str, Any] | None:
    """What is kept of the person beside the address: name, properties, and why."""
    found = contacts.by_key(connection, key)
    if found is None:
        return None
    values = contacts.values_of(connection, found.id)
    called = {each.id: each.slug for each in contacts.properties(connection)}
    return {
        "name": found.name,
        "createdAt": moment(found.created_at),
        "source": found.source.name,
        "processing": found.processing.name if found.processing else None,
        "processingExplanation": found.explanation,
        "properties": {called[id_]: value for id_, value in values.items()},
    }


def _made(standing: Standing | None) -> dict[str, Any]:
    """What was chosen, by whom, how and on what ground."""
    if standing is None:
        nothing = dict.fromkeys(("since", "by", "via", "basis", "basisEnds"))
        return {"status": Status.NOT_SPECIFIED.name, **nothing}
    return {
        "status": standing.status.name,
        "since": moment(standing.at),
        "by": Actor(standing.actor).name,
        "via": Via(standing.via).name,
        "basis": Basis(standing.basis).name if standing.basis else None,
        "basisEnds": moment(standing.basis_ends),
    }


def _name(catalog: Catalog, place: Place) -> str:
    names = {b.id: b.name for b in catalog.brands.values()}
    names |= {t.id: t.slug for t in catalog.types.values()}
    return names.get(place.scope.id, catalog.name)


def _receipts(
    connection: Connection, key: bytes, events: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One for each consent: both moments, who gave it, and the words that were read (R-83), with
    what a sign-up form said of consent."""
    rows = connection.execute(BRAND_TEXTS.where(event.c.address_key == key))
    of_brands = {row.number: row.brand_texts for row in rows}
    versions = {e["textVersion"] for e in events if e["textVersion"]}
    texts = texts_of(connection, versions.union(of_brands.values()))
    asked, receipts = dict[int, Mapping[str, Any]](), []
    for one in reversed(events):
        if one["kind"] == "REQUESTED":
            asked[one["scopeId"]] = one
        if one["scope"] == "TYPE" and one["status"] == "SUBSCRIBED" and not one["undone"]:
            first = asked.pop(one["scopeId"], {})
            version = of_brands.get(first.get("number"), 0)
            said = texts.get(version, {}).get(first.get("language"), {})
            notice = said.get(NOTICE) if first.get("via") == Via.SIGNUP_FORM.name else None
            read = texts.get(one["textVersion"], {}).get(one["language"])
            receipts.append(_receipt(one, first.get("at"), read, notice))
    return receipts


BRAND_TEXTS = select(event.c.number, event.c.brand_texts).where(event.c.brand_texts.is_not(None))


def _receipt(
    one: Mapping[str, Any], asked: str | None, read: Any, notice: str | None
) -> dict[str, Any]:
    kept = ("actor", "via", "language", "textVersion", "legalBasis", "basisEnds", "evidence")
    return {
        "type": one["name"],
        "askedAt": asked,
        "givenAt": one["at"],
        **{name: one[name] for name in (*kept, "hash")},
        "read": read,
        "notice": notice,
    }
