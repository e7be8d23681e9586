"""What a person does with a link: save the page, opt out, pause, undo, give a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from app.domain.catalog import Brand, Catalog
from app.domain.changes import By, Change, Hand, Note, Pause, Resume, Unsubscribe
from app.domain.leaving import Leaving
from app.domain.ledger import Event
from app.domain.page import PAUSE_DAYS, Form, Touched, answers
from app.domain.undo import Made, undoable
from app.domain.words import ACCOUNT, DAY, Actor, Instant, Scope, Status, Via
from app.services import preferences
from app.services.preferences import Instruction, Outcome, Shown, Source, TakenBack, always
from app.store.addresses import Known


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a person, or one request of their mailbox provider, through one link."""

    key: bytes
    catalog: Catalog
    via: Via
    at: Instant
    source: Source
    shown: Shown = field(default_factory=Shown)
    evidence: Mapping[str, str] = field(default_factory=dict)

    def instruction(self, plan: preferences.Plan, since: int | None = None) -> Instruction:
        """What the one writer is asked to do."""
        by = By(Actor.CONTACT, self.via, Hand.CONTACT, self.at, self.catalog.policy)
        return Instruction(self.key, by, plan, since, self.evidence, self.source, self.shown)


def save(connection: Connection, press: Press, brand: Brand, form: Form) -> Outcome:
    """Save the preference page (rules.md, 4)."""

    def plan(known: Known, later: Sequence[Event]) -> Sequence[Change]:
        touched = [Touched(e.place, e.status == Status.UNSUBSCRIBED) for e in later]
        return answers(form, brand, known.held, touched, press.at).changes

    return preferences.apply(connection, press.instruction(plan, since=form.number))


def leave(connection: Connection, press: Press, leaving: Leaving) -> Outcome:
    """Opt out of what an unsubscribe link names."""
    return preferences.apply(connection, press.instruction(always(*leaving.changes)))


def leave_brand(connection: Connection, press: Press, brand: Brand) -> Outcome:
    """Opt out of all email from one brand."""
    out = always(Unsubscribe(Scope.brand(brand.id)))
    return preferences.apply(connection, press.instruction(out))


def leave_account(connection: Connection, press: Press) -> Outcome:
    """Opt out of all email from every brand."""
    return preferences.apply(connection, press.instruction(always(Unsubscribe(ACCOUNT))))


def pause(connection: Connection, press: Press, brand: Brand, days: int) -> Outcome:
    """No mail of the brand for so many days: one of PAUSE_DAYS."""
    if days not in PAUSE_DAYS:
        raise ValueError(f"a pause lasts {PAUSE_DAYS} days")
    change = Pause(brand.id, press.at + days * DAY)
    return preferences.apply(connection, press.instruction(always(change)))


def resume(connection: Connection, press: Press, brand: Brand) -> Outcome:
    """End the brand's pause now."""
    return preferences.apply(connection, press.instruction(always(Resume(brand.id))))


def give_reason(connection: Connection, press: Press, scope: Scope) -> Outcome:
    """Keep why the person left, told afterwards. It changes nothing."""
    return preferences.apply(connection, press.instruction(always(Note(scope))))


def undo(connection: Connection, press: Press, record: int) -> TakenBack:
    """Take back one record, where this link made it in the last day; else everything stays."""
    made_by = Made(press.source.link_purpose, press.source.link_scope, press.source.message)
    return preferences.take_back(
        connection, press.instruction(always()), record, lambda e: undoable(e, made_by, press.at)
    )
