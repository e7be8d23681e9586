"""Who enters a workflow: once, or, where it says so, anew once it has left and something happened
anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from app.domain.deeds import Deed, Doer
from app.domain.triggers import MOMENTS, Facts, Happening, Occasion
from app.domain.words import Instant
from app.domain.workflows import EnrolmentState, What, enters, first, matches
from app.services.audit import note
from app.store.among import Among
from app.store.rows import Row, Rows
from app.store.tables import contact, enrolment, enrolment_step
from app.store.workflows import Workflow


@dataclass(frozen=True, slots=True)
class Entry:
    """What brings contacts into a workflow, by which run, and when."""

    workflow: Workflow
    occasion: Occasion
    at: Instant
    run: int | None = None


class Candidate(NamedTuple):
    """A contact that something happened to, and when."""

    contact: int
    happening: Happening
    at: Instant


class _Was(NamedTuple):
    """How often a contact entered, whether it is still inside, and whether what it entered by
    ceased to hold since."""

    rounds: int
    inside: bool
    ceased: bool


def enrol(connection: Connection, entry: Entry, contacts: Sequence[int]) -> list[int]:
    """Let these contacts enter, but for those that may not; which did."""
    entering = sorted(set(contacts))
    if not entering:
        return []
    known = {id_ for (id_,) in THERE(connection, entering)}
    was = _was(connection, entry.workflow.id, entering)
    new = [id_ for id_ in entering if id_ in known and _may(entry, was.get(id_))]
    if new:
        ENTER(connection, [_row(entry, id_, was.get(id_)) for id_ in new])
    return new


THERE = Among(select(contact.c.id).with_for_update(read=True, key_share=True), contact.c.id)
WAS = Among(
    select(enrolment.c.contact, enrolment.c.round, enrolment.c.state, enrolment.c.ceased)
    .where(enrolment.c.workflow == bindparam("workflow"))
    .order_by(enrolment.c.contact, enrolment.c.round),
    enrolment.c.contact,
)
CEASED = Among(
    update(enrolment)
    .where(enrolment.c.workflow == bindparam("of"), enrolment.c.ceased.is_(False))
    .values(ceased=True),
    enrolment.c.contact,
)
ENTER = Rows(enrolment, "ON CONFLICT DO NOTHING")


def judge(
    connection: Connection,
    workflow: Workflow,
    candidates: Sequence[Candidate],
    facts: Mapping[int, Facts],
    now: Instant,
) -> int:
    """Judge each candidate against the whole condition; how many entered."""
    since, definition = workflow.since(now), workflow.definition
    entering: dict[Occasion, list[int]] = {}
    ceased, taken = [], set[int]()
    for candidate in candidates:
        known = facts.get(candidate.contact)
        if known is None or candidate.at < since.at:
            continue
        if enters(definition, known, candidate.happening, since):
            if known.contact not in taken:
                taken.add(known.contact)
                entering.setdefault(candidate.happening.occasion, []).append(known.contact)
        elif definition.again and not matches(definition, known, since):
            ceased.append(known.contact)
    if ceased:
        CEASED(connection, ceased, of=workflow.id)
    entered = (
        enrol(connection, Entry(workflow, occasion, now), contacts)
        for occasion, contacts in entering.items()
    )
    return sum(map(len, entered))


def take_out(connection: Connection, workflow: int, whom: int, by: Doer) -> bool:
    """Let a contact leave before the end, as a user wants; whether it was inside. It is noted."""
    it = enrolment.c.workflow == workflow, enrolment.c.contact == whom
    leaves = update(enrolment).where(*it, enrolment.c.state == EnrolmentState.INSIDE)
    ended = leaves.values(state=EnrolmentState.ENDED, due_at=None, ended_at=by.at)
    left = connection.execute(ended.returning(enrolment.c.round, enrolment.c.step)).one_or_none()
    if left is None:
        return False
    step = {"contact": whom, "workflow": workflow, "round": left.round, "step": left.step}
    connection.execute(insert(enrolment_step).values(**step, at=by.at, what=What.TAKEN_OUT))
    note(connection, by, Deed.TAKEN_OUT, ("contact", whom))
    return True


def _may(entry: Entry, was: _Was | None) -> bool:
    if was is None:
        return True
    anew = entry.occasion in MOMENTS or was.ceased
    return entry.workflow.definition.again and not was.inside and anew


def _was(connection: Connection, workflow: int, contacts: Sequence[int]) -> dict[int, _Was]:
    rows = WAS(connection, contacts, workflow=workflow)
    return {
        contact: _Was(round_, state == EnrolmentState.INSIDE, bool(ceased))
        for contact, round_, state, ceased in rows
    }


def _row(entry: Entry, id_: int, was: _Was | None) -> Row:
    """A row of the table enrolment."""
    begins, workflow = first(entry.workflow.definition, entry.at), entry.workflow
    enters = workflow.id, was.rounds + 1 if was else 1, workflow.version, entry.occasion, entry.run
    return id_, *enters, begins.state, begins.step, begins.due_at, False, entry.at, None
