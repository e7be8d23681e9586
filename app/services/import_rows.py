"""What a row of an import is to change: of a contact, and of what its address has chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.domain.catalog import Catalog
from app.domain.changes import By, Change, Hand, Report, Subscribe, Unsubscribe
from app.domain.importing.orders import Order, What
from app.domain.importing.vocabulary import IMPLIED
from app.domain.importing.wishes import Wish
from app.domain.words import ACCOUNT, Actor, Cause, Instant, Scope, Status, Via
from app.services.contacts import Draft, Processed
from app.services.instructions import Instruction, Source
from app.services.preferences import always
from app.store.among import Among
from app.store.runs import Run
from app.store.tables import contact, contact_value, email_address


@dataclass(frozen=True, slots=True)
class Job:
    """What all rows of one import are judged by."""

    run: Run
    order: Order
    catalog: Catalog
    properties: Mapping[str, int]
    """The ids of properties by their slugs."""
    at: Instant
    alike: dict[str, Alike] = field(default_factory=dict)
    """What was worked out for rows already, for others that say the same."""

    @property
    def by(self) -> By:
        """Who imports, and with what basis where a row gives none of its own."""
        return By(
            Actor.IMPORT,
            Via.IMPORT,
            Hand.AUTOMATIC,
            self.at,
            self.catalog.policy,
            self.order.basis,
            self.order.basis_ends,
            explained=bool(self.run.explanation),
        )

    @property
    def source(self) -> Source:
        """The run, and its common explanation."""
        run = self.run
        return Source(reference=run.reference, run=run.id, run_evidence=run.evidence)


class Existing(NamedTuple):
    """A contact as it is stored."""

    id: int
    name: str
    language: str | None
    address: str | None
    processing: tuple[int | None, str | None]
    values: Mapping[int, str]
    processed: tuple[bool | None, Instant | None, str | None]
    """Whether the basis for processing was assumed, since when it is stored, and by whom."""
    touched: Instant | None
    """When it was last changed by what was not taken back."""


def existing(connection: Connection, keys: Sequence[bytes], values: bool) -> dict[bytes, Existing]:
    """The contacts of these addresses, with the values of their properties where these matter."""
    rows = EXISTING(connection, keys)
    kept = _values(connection, [row[1] for row in rows]) if values and rows else {}
    found = {}
    for key, id_, name, language, address, basis, why, *rest in rows:
        assumed, at, by, touched = rest
        processing, processed = (basis, why), (assumed, at, by)
        known = name, language, address, processing, kept.get(id_, {}), processed, touched
        found[bytes(key)] = Existing(id_, *known)
    return found


EXISTING = Among(
    select(
        contact.c.address_key,
        contact.c.id,
        contact.c.name,
        email_address.c.language,
        email_address.c.address,
        contact.c.processing,
        contact.c.processing_explanation,
        contact.c.processing_assumed,
        contact.c.processing_at,
        contact.c.processing_by,
        contact.c.touched_at,
    ).join(email_address, email_address.c.key == contact.c.address_key),
    contact.c.address_key,
)


def _values(connection: Connection, ids: Sequence[int]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    rows = connection.execute(select(contact_value).where(contact_value.c.contact.in_(ids)))
    for row in rows:
        found.setdefault(row.contact, {})[row.property] = row.value
    return found


class Alike(NamedTuple):
    """What rows that say the same ask for: an instruction but for its key, where they say something
    of preferences, and the basis for processing where none is stored."""

    instruction: tuple[Any, ...] | None
    processing: Processed | None


def alike(job: Job, wish: Wish) -> Alike:
    """What the row asks for, worked out once for all that say the same."""
    found = job.alike.get(wish.asks)
    if found is None:
        found = job.alike[wish.asks] = Alike(_instruction(job, wish), _processing(job, wish, None))
    return found


def _instruction(job: Job, wish: Wish) -> tuple[Any, ...] | None:
    changes = changes_of(job, wish)
    if not changes:
        return None
    by, said = job.by, {}
    if wish.basis or wish.explanation or wish.basis_ends:
        by = replace(
            by,
            basis=wish.basis or by.basis,
            basis_ends=wish.basis_ends or (None if wish.basis else by.basis_ends),
            explained=by.explained or bool(wish.explanation),
        )
        said = {"explanation": wish.explanation, "of": "import"} if wish.explanation else {}
    return Instruction(b"", by, always(*changes), evidence=said, source=job.source)[1:]


def changes_of(job: Job, wish: Wish) -> list[Change]:
    """The opt-outs first: what they cover is then not subscribed."""
    if job.order.what is What.OPT_OUTS:
        return _opt_outs(job, wish)
    changes: list[Change] = [Unsubscribe(ACCOUNT)] if wish.everything else []
    changes += [Unsubscribe(Scope.brand(id_)) for id_, out in wish.brands.items() if out]
    for id_, status in wish.types.items():
        type_ = job.catalog.types[id_]
        opts_out = status is Status.UNSUBSCRIBED
        changes.append(Unsubscribe(Scope.type(id_), type_) if opts_out else Subscribe(type_))
    return changes


def _opt_outs(job: Job, wish: Wish) -> list[Change]:
    scope, types = job.order.scope, job.catalog.types
    if wish.suppressed is None:
        return [Unsubscribe(scope, types.get(scope.id))]
    since, left = wish.suppressed
    changes: list[Change] = [
        Report(cause, job.at if at is None else min(at, job.at))
        for cause, at in since.items()
        if cause is not Cause.CHOICE
    ]
    if Cause.CHOICE in since:
        changes.append(Unsubscribe(scope, types.get(scope.id)))
    return [*changes, *(Unsubscribe(Scope.type(id_), types[id_]) for id_ in left)]


def draft(job: Job, key: bytes, wish: Wish, stands: Existing | None) -> Draft:
    """The contact as the row would have it."""
    return Draft(
        key,
        wish.address,
        wish.name or None,
        wish.language,
        {job.properties[slug]: value for slug, value in wish.properties.items()},
        _processing(job, wish, stands) if stands else alike(job, wish).processing,
    )


def _processing(job: Job, wish: Wish, stands: Existing | None) -> Processed | None:
    """The row's own basis, else the file's, else the one that communication's implies where none
    is stored (rules.md, 8)."""
    if given := wish.processing_basis or job.order.processing:
        words = job.run.words.get("processing-explanation", "")
        return Processed(given, wish.processing_explanation or words)
    if stands and stands.processing[0] is not None:
        return None
    basis = wish.basis or job.order.basis
    implied = IMPLIED.get(basis) if basis else None
    explanation = wish.explanation or job.run.explanation or ""
    return Processed(implied, explanation, assumed=True) if implied else None


def differs(wanted: Draft, stands: Existing) -> bool:
    """Whether the row would change what is stored."""
    told: list[tuple[Any, Any]] = [
        (wanted.name, stands.name),
        (wanted.language, stands.language),
        (wanted.processing and tuple(wanted.processing[:2]), stands.processing),
        *((value, stands.values.get(id_)) for id_, value in wanted.values.items()),
    ]
    return stands.address is None or any(new is not None and new != old for new, old in told)
