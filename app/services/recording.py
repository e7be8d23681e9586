"""Writing down for the one writer: effects become events, evidence and what then stands."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.evidence import sealed as sealed_evidence
from app.domain.judging import take
from app.domain.ledger import Event, sealed
from app.domain.standing import Effect, Held
from app.services.instructions import Instruction
from app.store import ledger
from app.store.addresses import Known


def write_down(
    instruction: Instruction, known: Known, effects: Sequence[Effect], written: ledger.Written
) -> Known:
    """Turn effects into rows; what is known of the address afterwards."""
    kept = sealed_evidence(instruction.evidence)
    digest = kept.digest if kept else instruction.source.run_evidence
    held, record, last = Held(known.held), known.number + 1, known.hash
    number = known.number
    for effect in effects:
        number += 1
        row = sealed(_event(instruction, effect, number, record, digest), last)
        take(held, effect, instruction.by, number)
        written.events.append(row)
        last = row.hash
    if kept:
        written.evidence.append((known.key, record, *kept[:3]))
    _project(known, held, effects, written)
    stored_at = instruction.by.at if known.stored_at is None else known.stored_at
    after = known.key, known.address, known.language, stored_at, number, last
    written.address(after)
    return Known(*after, held)


def _event(
    instruction: Instruction, effect: Effect, number: int, record: int, digest: bytes | None
) -> Event:
    by, source, shown = instruction.by, instruction.source, instruction.shown
    return Event(
        instruction.key,
        number,
        record,
        effect.kind,
        effect.place.scope.kind,
        effect.place.scope.id,
        effect.place.cause,
        effect.status,
        effect.until,
        effect.undone,
        by.actor,
        by.via,
        by.at,
        by.basis,
        by.basis_ends,
        source.message,
        shown.scopes.get(effect.place.scope),
        source.reference,
        source.run,
        shown.language,
        shown.program,
        shown.brand,
        source.link_purpose,
        source.link_scope,
        digest,
    )


def _project(known: Known, held: Held, effects: Sequence[Effect], written: ledger.Written) -> None:
    """Write what stands now and did not, or stands otherwise; take away what stands no more."""
    for place in {effect.place for effect in effects}:
        stood, stands = known.held.get(place), held.get(place)
        if stands is not None and stands != stood:
            written.stand(known.key, place, stands)
        elif stands is None and stood is not None:
            written.fall(known.key, place)
