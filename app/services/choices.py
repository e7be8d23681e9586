"""What a person does with a link: save the page, opt out, pause, undo, give a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from app.domain.catalog import Brand, Catalog
from app.domain.changes import Ask, By, Change, Hand, Note, Pause, Resume, Subscribe, Unsubscribe
from app.domain.confirming import but_for_open, confirmed, open_types
from app.domain.leaving import Leaving
from app.domain.ledger import Event, mark, of_record
from app.domain.mail import MailKind
from app.domain.page import PAUSE_DAYS, Form, Touched, answers, asks
from app.domain.undo import Made, undoable
from app.domain.words import ACCOUNT, DAY, Actor, Instant, Kind, Scope, Status, Via
from app.services import newcomers, outbox, preferences
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


def save(
    connection: Connection, press: Press, brand: Brand, form: Form, typed: str | None = None
) -> Outcome:
    """Save the preference page (rules.md, 4). `typed` is the address where no table has it: without
    one, no request to confirm by mail is opened."""

    asking = any(t.confirms for t in brand.types if t.id in form.ticked)
    kind = MailKind.CONFIRMATION
    spent = asking and outbox.had_enough(connection, kind, press.key, press.at)

    def plan(known: Known, later: Sequence[Event]) -> Sequence[Change]:
        touched = _touched(form, known, later)
        reachable = known.address or typed
        answered = form if reachable else _without_asking(form, brand, known)
        changes = answers(answered, brand, known.held, touched, press.at).changes
        return but_for_open(changes, known.held, press.at) if spent else changes

    outcome = preferences.apply(connection, press.instruction(plan, since=form.number))
    if _opened(outcome):
        language = press.shown.language or brand.language
        recipient = None if outcome.known.address else typed
        mail = outbox.Mail(kind, press.key, brand.id, language, recipient, outcome.record)
        outbox.owe(connection, mail, press.at)
    return outcome


def _opened(outcome: Outcome) -> bool:
    """Whether a request to confirm by mail was opened."""
    judged = zip(outcome.changes, outcome.verdicts, strict=True)
    return any(verdict.effects for change, verdict in judged if isinstance(change, Ask))


def _touched(form: Form, known: Known, later: Sequence[Event]) -> list[Touched]:
    """What happened after the form was rendered. One of events that are not in the ledger, as after
    a restore, is older than all that stands."""
    if form.number > known.number or not _knows(form, known, later):
        return [Touched(p, s.status is Status.UNSUBSCRIBED) for p, s in known.held.items()]
    happened = [e for e in later if e.number > form.number and e.kind != Kind.NOTED]
    return [Touched(e.place, e.status == Status.UNSUBSCRIBED) for e in happened]


def _knows(form: Form, known: Known, later: Sequence[Event]) -> bool:
    """Whether the last event that the form knows of is the ledger's own of that number."""
    if not form.mark or not form.number:
        return True
    return form.mark == (mark(later[0].hash) if later else known.mark)


def _without_asking(form: Form, brand: Brand, known: Known) -> Form:
    """The form without the ticks that ask for a confirmation, which no mail can bring."""
    asking = {t.id for t in brand.types if t.id in form.ticked and asks(t, known.held)}
    rendered = {id_: was for id_, was in form.rendered.items() if id_ not in asking}
    return replace(form, rendered=rendered, ticked=form.ticked - asking)


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


def confirm(
    connection: Connection, press: Press, brand: Brand, record: int, mark_: str = ""
) -> Outcome:
    """The person's yes to the request of `record`, where it has the mark: it subscribes what is
    still open of it."""

    def plan(known: Known, later: Sequence[Event]) -> Sequence[Change]:
        own = of_record(later, record, mark_)
        types = open_types(press.catalog, known.held, own, press.at)
        return confirmed(brand, known.held, types, [e for e in later if e.record > record])

    outcome = preferences.apply(connection, press.instruction(plan, since=record - 1))
    if any(isinstance(change, Subscribe) for change in outcome.changes):
        newcomers.keep(connection, press.key, record, press.at)
    elif outcome.record:
        newcomers.let_go(connection, press.key, record)
    return outcome


def undo(connection: Connection, press: Press, record: int, mark_: str) -> TakenBack:
    """Take back the record that has the mark, where this link made it in the last day; else
    everything stays."""
    made_by = Made(press.source.link_purpose, press.source.link_scope, press.source.message)

    def may(event: Event) -> bool:
        return undoable(event, made_by, press.at)

    return preferences.take_back(connection, press.instruction(always()), record, may, mark_)
