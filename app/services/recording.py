"""Writing down for the one writer: effects become events, evidence and what then stands."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from app.domain.changes import Change, Verdict
from app.domain.evidence import sealed as sealed_evidence
from app.domain.judging import settle, take
from app.domain.ledger import GENESIS, Event, in_common, sealed
from app.domain.ledger import written as as_written
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


class Beginning(NamedTuple):
    """What an instruction makes of an address that has no event: each event from its kind on, up to
    the digest, with its canonical form there, and what then stands."""

    changes: Sequence[Change]
    verdicts: Sequence[Verdict]
    events: Sequence[tuple[tuple[Any, ...], str]]
    held: Held
    asked: Instruction


class Beginnings:
    """Instructions carried out for addresses of which nothing was known: judged and put into words
    once for all that ask the same, so that a row of a file costs its own hash and little more."""

    def __init__(self, written: ledger.Written) -> None:
        self._written = written
        self._kept: dict[tuple[int, ...], Beginning] = {}

    def of(self, instruction: Instruction, changes: Sequence[Change]) -> Beginning:
        """What becomes of these changes. Things that are one and the same say the same, and are
        kept with what they are found by, so that nothing else takes their place."""
        asked = changes, instruction.by, instruction.source, instruction.shown
        where = tuple(map(id, asked))
        found = self._kept.get(where)
        if found is None:
            found = self._kept[where] = _beginning(instruction, changes)
        return found

    def write_down(self, instruction: Instruction, known: Known, begun: Beginning) -> Known:
        """Write the events of one address; what is known of it afterwards."""
        key, last, written = known.key, GENESIS, self._written
        kept = sealed_evidence(instruction.evidence)
        digest = kept.digest if kept else instruction.source.run_evidence
        for number, (fields, common) in enumerate(begun.events, 1):
            last = sha256(last + as_written((key, number, 1), common, digest)).digest()
            written.events.append(Event._make((key, number, 1, *fields, digest, last)))
        if kept:
            written.evidence.append((key, 1, *kept[:3]))
        for place, standing in begun.held.items():
            written.stand(key, place, standing)
        stored_at = instruction.by.at if known.stored_at is None else known.stored_at
        after = key, known.address, known.language, stored_at, len(begun.events), last
        written.address(after)
        return Known(*after, begun.held)


def _beginning(instruction: Instruction, changes: Sequence[Change]) -> Beginning:
    verdicts, held, events = settle(Held(), changes, instruction.by), Held(), []
    effects = [effect for verdict in verdicts for effect in verdict.effects]
    for number, effect in enumerate(effects, 1):
        take(held, effect, instruction.by, number)
        fields = _event(instruction, effect, number, 1, None)[3:-2]
        events.append((fields, in_common(fields)))
    return Beginning(changes, verdicts, events, held, instruction)
