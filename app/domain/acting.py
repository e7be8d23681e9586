"""What an action of a workflow comes to for one address: to do it, and to foresee it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.domain.bulk import became
from app.domain.catalog import Catalog, SubscriptionType
from app.domain.changes import Ask, By, Change, Hand, Subscribe, Unsubscribe
from app.domain.judging import settle, take
from app.domain.limits import Limit
from app.domain.mail import Mailed, MailKind
from app.domain.mailbox import mail_refused
from app.domain.page import CONFIRMATION_LASTS
from app.domain.standing import Held, of_type
from app.domain.words import Actor, Instant, Reason, Scope, Status, Via
from app.domain.workflows import BECAME, Action, ActionKind, What


class Did(NamedTuple):
    """What became of a step for one contact."""

    what: What
    reason: Reason | None = None
    record: int | None = None


def by_workflow(action: Action, catalog: Catalog, now: Instant) -> By:
    """Who makes its changes: WORKFLOW's column of rules.md, 3."""
    return By(
        Actor.WORKFLOW,
        Via.WORKFLOW,
        Hand.AUTOMATIC,
        now,
        catalog.policy,
        action.basis,
        action.ends(now),
        explained=bool(action.explanation),
    )


def change(action: Action, type_: SubscriptionType, now: Instant) -> Change:
    """What is asked of each. A type that stands unsubscribed is left so (F19)."""
    if action.kind is ActionKind.CONFIRM:
        return Ask(type_, now + CONFIRMATION_LASTS)
    if action.status is Status.SUBSCRIBED:
        return Subscribe(type_)
    return Unsubscribe(Scope.type(type_.id), type_)


def not_asked(type_: SubscriptionType, held: Held) -> Did | None:
    """Why somebody is not asked to confirm a type, or None: whoever said no, or yes, is asked
    nothing."""
    if why := held.covered(type_.brand):
        return Did(What.REFUSED, why)
    status = held.status(of_type(type_.id))
    if status is Status.UNSUBSCRIBED:
        return Did(What.REFUSED, Reason.UNSUBSCRIBED)
    return Did(What.UNCHANGED) if status is Status.SUBSCRIBED else None


def mailed(
    kind: MailKind, address: str | None, held: Held, mails: Sequence[Mailed], now: Instant
) -> Did:
    """Whether a mail is owed."""
    refused = mail_refused(kind, address, held, mails, now)
    if isinstance(refused, Limit):
        return Did(What.LIMITED)
    return Did(What.OWED) if refused is None else Did(What.REFUSED, refused)


def foreseen(
    action: Action, catalog: Catalog, address: str | None, held: Held, now: Instant
) -> Did:
    """What would become of it now, limits of mail aside; `held` is what it then leaves."""
    if action.kind is ActionKind.WAIT:
        return Did(What.WAITS)
    if action.kind is ActionKind.LINK:
        return mailed(MailKind.PREFERENCES_LINK, address, held, (), now)
    type_ = catalog.types.get(action.type or 0)
    if type_ is None:
        return Did(What.REFUSED, Reason.TYPE_INACTIVE)
    if action.kind is ActionKind.CONFIRM:
        asked = not_asked(type_, held) or mailed(MailKind.CONFIRMATION, address, held, (), now)
        if asked.what is not What.OWED:
            return asked
    return _judged(action, type_, catalog, held, now)


def _judged(
    action: Action, type_: SubscriptionType, catalog: Catalog, held: Held, now: Instant
) -> Did:
    by, asked = by_workflow(action, catalog, now), [change(action, type_, now)]
    verdicts = settle(held, asked, by)
    for effect in verdicts[0].effects:
        take(held, effect, by, number=0)
    said = became(asked, verdicts)
    opened = action.kind is ActionKind.CONFIRM and bool(verdicts[0].effects)
    return Did(What.OWED if opened else BECAME[said.outcome], said.reason)
