"""What each action of a workflow does to those who are at it (rules.md, 3: WORKFLOW)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.domain.acting import Did, by_workflow, change, mailed, not_asked
from app.domain.bulk import became
from app.domain.catalog import Catalog
from app.domain.mail import MailKind
from app.domain.words import Instant, Reason
from app.domain.workflows import BECAME, Action, ActionKind, What
from app.services import outbox, preferences, processing
from app.services.outbox import Mail
from app.services.preferences import Evidence, Instruction, Outcome, Source, always
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


Doing = Callable[[Connection, Action, Sequence[bytes], Means], list[Did]]


def _manage_status(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Subscribe or unsubscribe, with what shows it."""
    if action.type not in means.catalog.types:
        return [Did(What.REFUSED, Reason.TYPE_INACTIVE) for _ in keys]
    evidence = {"explanation": action.explanation} if action.explanation else {}
    outcomes = _apply(connection, action, keys, means, evidence)
    did = [_became(outcome) for outcome in outcomes]
    changed = [key for key, done in zip(keys, did, strict=True) if done.record]
    if action.processing and changed:
        why, who = action.processing_explanation, means.reference
        processing.keep(connection, changed, action.processing, why, who, means.now)
    return did


def _send_link(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Owe the preferences link, where a user might have it mailed too."""
    brand, kind = means.catalog.brand_or_default(action.brand or 0), MailKind.PREFERENCES_LINK
    known = known_each(connection, keys)
    did = _mailed(connection, kind, known, means)
    mails = [
        Mail(kind, key, brand.id, means.speak(known[key].language, brand.language))
        for key in keys
        if did[key].what is What.OWED
    ]
    outbox.owe_all(connection, mails, means.now)
    return [did[key] for key in keys]


def _ask_for_confirmation(
    connection: Connection, action: Action, keys: Sequence[bytes], means: Means
) -> list[Did]:
    """Open a request and owe its mail."""
    type_ = means.catalog.types.get(action.type or 0)
    if type_ is None:
        return [Did(What.REFUSED, Reason.TYPE_INACTIVE) for _ in keys]
    brand, known = means.catalog.brands[type_.brand], known_each(connection, keys)
    mailable = _mailed(connection, MailKind.CONFIRMATION, known, means)
    did = {key: not_asked(type_, known[key].held) or mailable[key] for key in keys}
    asked = [key for key in keys if did[key].what is What.OWED]
    mails = []
    for outcome in _apply(connection, action, asked, means, {}):
        key, record = outcome.known.key, outcome.record
        did[key] = _became(outcome)
        if record:
            did[key] = Did(What.OWED, record=record)
            spoken = means.speak(known[key].language, brand.language)
            mails.append(Mail(MailKind.CONFIRMATION, key, brand.id, spoken, record=record))
    outbox.owe_all(connection, mails, means.now)
    return [did[key] for key in keys]


def _wait(connection: Connection, action: Action, keys: Sequence[bytes], means: Means) -> list[Did]:
    return [Did(What.WAITS) for _ in keys]


def _apply(
    connection: Connection,
    action: Action,
    keys: Sequence[bytes],
    means: Means,
    evidence: Evidence,
) -> list[Outcome]:
    by = by_workflow(action, means.catalog, means.now)
    plan = always(change(action, means.catalog.types[action.type or 0], means.now))
    source = Source(reference=means.reference)
    asked = [Instruction(key, by, plan, evidence=evidence, source=source) for key in keys]
    return preferences.apply_all(connection, asked)


def _became(outcome: Outcome) -> Did:
    said = became(outcome.changes, outcome.verdicts)
    return Did(BECAME[said.outcome], said.reason, outcome.record)


def _mailed(
    connection: Connection, kind: MailKind, known: Mapping[bytes, Known], means: Means
) -> dict[bytes, Did]:
    mails = latest_each(connection, list(known), means.now)
    return {
        key: mailed(kind, of.address, of.held, mails.get(key, ()), means.now)
        for key, of in known.items()
    }


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
