"""What each action of a workflow does to those who are at it (rules.md, 3: WORKFLOW)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from app.domain.bulk import became
from app.domain.catalog import Catalog, SubscriptionType
from app.domain.changes import Ask, By, Change, Hand, Subscribe, Unsubscribe
from app.domain.limits import Limit
from app.domain.mail import MailKind
from app.domain.mailbox import mail_refused
from app.domain.page import CONFIRMATION_LASTS
from app.domain.standing import Held, of_type
from app.domain.words import Actor, Instant, Reason, Scope, Status, Via
from app.domain.workflows import BECAME, Action, ActionKind, What
from app.services import outbox, preferences, processing
from app.services.outbox import Mail
from app.services.preferences import Evidence, Instruction, Source, always
from app.store.addresses import Known, known_each
from app.store.mail import latest_each


@dataclass(frozen=True, slots=True)
class Means:
    """What actions are done with: whose they are, what holds, in which language somebody is
    spoken to who may have told one, and when it is."""

    reference: str
    catalog: Catalog
    speak: Callable[[str | None, str], str]
    now: Instant

    def by(self, action: Action) -> By:
        """Who makes the changes."""
        return By(
            Actor.WORKFLOW,
            Via.WORKFLOW,
            Hand.AUTOMATIC,
            self.now,
            self.catalog.policy,
            action.basis,
            explained=bool(action.explanation),
        )


class Did(NamedTuple):
    """What became of a step for one of them."""

    what: What
    reason: Reason | None = None
    record: int | None = None


Doing = Callable[[Connection, Action, Sequence[bytes], Means], list[Did]]


def _manage_status(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Subscribe or unsubscribe. A type that stands unsubscribed is left so (F19)."""
    type_ = means.catalog.types.get(action.type or 0)
    if type_ is None:
        return [Did(What.REFUSED, Reason.TYPE_INACTIVE) for _ in keys]
    evidence = {"explanation": action.explanation} if action.explanation else {}
    plan = always(change(action, type_))
    outcomes = preferences.apply_all(
        connection, [_instruction(key, action, plan, means, evidence) for key in keys]
    )
    settled = [became(outcome.changes, outcome.verdicts) for outcome in outcomes]
    did = [
        Did(BECAME[said.outcome], said.reason, outcome.record)
        for said, outcome in zip(settled, outcomes, strict=True)
    ]
    changed = [key for key, done in zip(keys, did, strict=True) if done.record]
    if action.processing and changed:
        why, who = action.processing_explanation, means.reference
        processing.keep(connection, changed, action.processing, why, who, means.now)
    return did


def change(action: Action, type_: SubscriptionType) -> Change:
    """What is asked of each."""
    if action.status is Status.SUBSCRIBED:
        return Subscribe(type_)
    return Unsubscribe(Scope.type(type_.id), type_)


def _instruction(
    key: bytes,
    action: Action,
    plan: preferences.Plan,
    means: Means,
    evidence: Evidence | None = None,
) -> Instruction:
    source = Source(reference=means.reference)
    return Instruction(key, means.by(action), plan, evidence=evidence or {}, source=source)


def _send_link(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Owe the preferences link, where a user might have it mailed too."""
    brand = means.catalog.brand_or_default(action.brand or 0)
    known = known_each(connection, keys)
    refused = _refused(connection, MailKind.PREFERENCES_LINK, known, means)
    mails = [
        Mail(MailKind.PREFERENCES_LINK, key, brand.id, _language(known[key], brand.language, means))
        for key in keys
        if refused[key] is None
    ]
    outbox.owe_all(connection, mails, means.now)
    return [_mailed(refused[key]) for key in keys]


def _ask_for_confirmation(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Open a request and owe its mail. Who said no, or yes, is asked nothing."""
    type_ = means.catalog.types.get(action.type or 0)
    if type_ is None:
        return [Did(What.REFUSED, Reason.TYPE_INACTIVE) for _ in keys]
    brand, known = means.catalog.brands[type_.brand], known_each(connection, keys)
    refused = _refused(connection, MailKind.CONFIRMATION, known, means)
    did = {key: not_asked(type_, known[key].held) or _mailed(refused[key]) for key in keys}
    asked = [key for key in keys if did[key].what is What.OWED]
    plan = always(Ask(type_, means.now + CONFIRMATION_LASTS))
    outcomes = preferences.apply_all(
        connection, [_instruction(key, action, plan, means) for key in asked]
    )
    mails = []
    for key, outcome in zip(asked, outcomes, strict=True):
        said = became(outcome.changes, outcome.verdicts)
        done = What.OWED if outcome.record else BECAME[said.outcome]
        did[key] = Did(done, said.reason, outcome.record)
        if outcome.record:
            spoken = _language(known[key], brand.language, means)
            mail = Mail(MailKind.CONFIRMATION, key, brand.id, spoken, record=outcome.record)
            mails.append(mail)
    outbox.owe_all(connection, mails, means.now)
    return [did[key] for key in keys]


def not_asked(type_: SubscriptionType, held: Held) -> Did | None:
    """Why nobody is asked to confirm a type, or None."""
    if why := held.covered(type_.brand):
        return Did(What.REFUSED, why)
    status = held.status(of_type(type_.id))
    if status is Status.UNSUBSCRIBED:
        return Did(What.REFUSED, Reason.UNSUBSCRIBED)
    return Did(What.UNCHANGED) if status is Status.SUBSCRIBED else None


def _wait(connection: Connection, action: Action, keys: Sequence[bytes], means: Means) -> list[Did]:
    return [Did(What.WAITS) for _ in keys]


def _refused(
    connection: Connection, kind: MailKind, known: Mapping[bytes, Known], means: Means
) -> dict[bytes, Reason | Limit | None]:
    mails = latest_each(connection, list(known), means.now)
    return {
        key: mail_refused(kind, of.address, of.held, mails.get(key, ()), means.now)
        for key, of in known.items()
    }


def _mailed(refused: Reason | Limit | None) -> Did:
    if refused is None:
        return Did(What.OWED)
    return Did(What.REFUSED, refused) if isinstance(refused, Reason) else Did(What.LIMITED)


def _language(known: Known, else_: str, means: Means) -> str:
    return means.speak(known.language, else_)


DOES: Mapping[ActionKind, Doing] = {
    ActionKind.STATUS: _manage_status,
    ActionKind.LINK: _send_link,
    ActionKind.CONFIRM: _ask_for_confirmation,
    ActionKind.WAIT: _wait,
}


def perform(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Do it for each of them; what became of each, in their order."""
    return DOES[action.kind](connection, action, keys, means)
