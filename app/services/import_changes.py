"""What an import changed of contacts that were there, taken back where nobody changed it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, update

from app.domain.contacts import words_of
from app.domain.words import Instant
from app.services.contacts import CHANGE, Draft, set_values
from app.services.import_rows import Existing, existing
from app.store.runs import RunRow
from app.store.tables import email_address

Before = Mapping[str, Any]
"""Which contact, and each thing that was changed of it: what it was, and what it became."""
TOUCHED = "touched"
SPEAK = (
    update(email_address)
    .where(email_address.c.key == bindparam("of"))
    .values(language=bindparam("spoken"))
)


def kept(draft: Draft, stands: Existing, at: Instant) -> Before:
    """What a row changes of a contact then: a person's words, kept with the row."""
    told: dict[str, tuple[object, object]] = {
        "name": (stands.name, draft.name),
        "language": (stands.language, draft.language),
        **{str(id_): (stands.values.get(id_), value) for id_, value in draft.values.items()},
    }
    changed = {name: [old, new] for name, (old, new) in told.items() if new not in (None, old)}
    if draft.processing and draft.processing[:2] != stands.processing:
        before = [*stands.processing, *stands.processed]
        changed["processing"] = [before, [*draft.processing[:2]]]
    return {"contact": stands.id, **changed, TOUCHED: [stands.touched, at]}


def take_back(connection: Connection, rows: Sequence[RunRow], now: Instant) -> set[bytes]:
    """Make of the contacts of these rows what they were, thing by thing; the keys of those of whom
    something was taken back."""
    before = {row.key: row.changed for row in rows if row.key and row.changed}
    there = existing(connection, list(before), values=True) if before else {}
    back = {
        key: undone
        for key, stands in there.items()
        if stands.id == before[key]["contact"] and (undone := _unchanged(before[key], stands))
    }
    if not back:
        return set()
    connection.execute(CHANGE, [_changed(there[key], undone, now) for key, undone in back.items()])
    speaking = [(key, undone["language"]) for key, undone in back.items() if "language" in undone]
    if speaking:
        connection.execute(SPEAK, [{"of": key, "spoken": spoken} for key, spoken in speaking])
    values = {
        there[key].id: {int(name): value for name, value in undone.items() if name.isdecimal()}
        for key, undone in back.items()
    }
    set_values(connection, values)
    return set(back)


def _unchanged(before: Before, stands: Existing) -> dict[str, Any]:
    """What each thing was that is still as the import made it. Where all of them are, and nobody
    touched it since, it counts as never touched by this import."""
    now = {
        "name": stands.name,
        "language": stands.language,
        "processing": [*stands.processing],
        TOUCHED: stands.touched,
        **{str(id_): value for id_, value in stands.values.items()},
    }
    things = {name: told for name, told in before.items() if name != "contact"}
    back = {name: old for name, (old, new) in things.items() if now.get(name) == new}
    if len(back) < len(things):
        back.pop(TOUCHED, None)
    return back


def _changed(stands: Existing, undone: Before, now: Instant) -> dict[str, Any]:
    name = undone.get("name", stands.name)
    basis, explanation, assumed, at, by = undone.get(
        "processing", (*stands.processing, *stands.processed)
    )
    return {
        "of": stands.id,
        "name": name,
        "words": words_of(stands.address or "", name),
        "processing": basis,
        "processing_explanation": explanation,
        "processing_assumed": assumed,
        "processing_at": at,
        "processing_by": by,
        "changed_at": now,
        "touched_at": undone.get(TOUCHED, stands.touched),
    }
