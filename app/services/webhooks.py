"""Webhooks: made and changed, and what is owed to them, told at least once and in order."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    exists,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from app.domain.deeds import Deed, Doer
from app.domain.ids import new_id
from app.domain.webhooks import (
    LASTS,
    OLD_SECRET_LASTS,
    WAITS,
    State,
    Webhook,
    next_try,
)
from app.domain.words import MINUTE, SECOND, Instant, Kind
from app.services import outbox
from app.services.audit import note
from app.services.outbox import Mail
from app.store.tables import webhook, webhook_delivery

LEASE = 2 * MINUTE
SECRET_BYTES = 32
OWED: ColumnElement[int] = literal_column(str(int(State.OWED)))
"""As the indexes of what is owed say it: a parameter would not find them."""
Filter = Iterable[Kind | int] | None
Letter = Callable[[Connection], Mail | None]
"""What makes a mail, should it be needed; None: there is nobody to get it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a webhook is told of what. None: of all."""

    url: str
    kinds: frozenset[Kind] | None = None
    types: frozenset[int] | None = None
    brands: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A leased delivery. Number 0: a test."""

    webhook: int
    position: int
    key: bytes
    number: int
    attempts: int
    created_at: Instant


def new_secret() -> str:
    """As Standard Webhooks writes them."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def create(connection: Connection, new: Settings, by: Doer) -> int:
    """Make a webhook; its id. It is told of what happens from now on."""
    id_ = new_id()
    values = {**_columns(new), "id": id_, "secret": new_secret(), "active": True}
    connection.execute(insert(webhook).values(**values, made_by=by.user, created_at=by.at))
    note(connection, by, Deed.WEBHOOK_MADE, ("webhook", id_))
    return id_


def hold(connection: Connection, id_: int) -> bool:
    """Let nobody else change a webhook before this transaction ends; whether there is one. It comes
    before what is owed to it: so nobody waits for who waits for them."""
    mine = select(webhook.c.id).where(webhook.c.id == id_)
    return connection.scalar(mine.with_for_update(key_share=True)) is not None


def change(connection: Connection, id_: int, new: Settings, by: Doer) -> None:
    """Tell it elsewhere, or of other things."""
    connection.execute(update(webhook).where(webhook.c.id == id_).values(_columns(new)))
    note(connection, by, Deed.WEBHOOK_CHANGED, ("webhook", id_))


def renew_secret(connection: Connection, id_: int, by: Doer) -> None:
    """Sign with a new secret; for a day with the old one as well."""
    values = {
        "old_secret": webhook.c.secret,
        "old_until": by.at + OLD_SECRET_LASTS,
        "secret": new_secret(),
    }
    connection.execute(update(webhook).where(webhook.c.id == id_).values(values))
    note(connection, by, Deed.WEBHOOK_SECRET_RENEWED, ("webhook", id_))


def switch_on(connection: Connection, id_: int, by: Doer) -> None:
    """Tell it again: what was owed meanwhile, first."""
    values = {"active": True, "failing_since": None, "answer": None}
    connection.execute(update(webhook).where(webhook.c.id == id_).values(values))
    waiting = and_(webhook_delivery.c.webhook == id_, webhook_delivery.c.state == State.OWED)
    again = {"due_at": by.at, "attempts": 0, "created_at": by.at}
    connection.execute(update(webhook_delivery).where(waiting).values(again))
    note(connection, by, Deed.WEBHOOK_ON, ("webhook", id_))


def switch_off(connection: Connection, id_: int, by: Doer) -> None:
    """Tell it nothing until it is switched on. What is owed meanwhile is kept."""
    connection.execute(update(webhook).where(webhook.c.id == id_).values(active=False))
    note(connection, by, Deed.WEBHOOK_OFF, ("webhook", id_))


def remove(connection: Connection, id_: int, by: Doer) -> None:
    """Forget it and what it was owed."""
    hold(connection, id_)
    connection.execute(delete(webhook_delivery).where(webhook_delivery.c.webhook == id_))
    connection.execute(delete(webhook).where(webhook.c.id == id_))
    note(connection, by, Deed.WEBHOOK_REMOVED, ("webhook", id_))


def owe_test(connection: Connection, id_: int, now: Instant) -> bool:
    """Owe it a test; whether it is still there."""
    there = hold(connection, id_)
    if there:
        position = -secrets.randbits(62) - 1
        connection.execute(insert(webhook_delivery), [_row(id_, position, bytes(16), 0, now)])
    return there


def send_again(connection: Connection, id_: int, positions: Sequence[int], by: Doer) -> None:
    """Owe dead letters anew; all of them where none is named."""
    which = [webhook_delivery.c.webhook == id_, webhook_delivery.c.state == State.DEAD]
    if positions:
        which.append(webhook_delivery.c.position.in_(positions))
    again = {"state": State.OWED, "due_at": by.at, "attempts": 0, "created_at": by.at}
    connection.execute(update(webhook_delivery).where(*which).values(again))
    note(connection, by, Deed.WEBHOOK_SENT_AGAIN, ("webhook", id_))


def owe(
    connection: Connection,
    rows: Iterable[Mapping[str, Any]],
    hooks: Sequence[Webhook],
    wanted: Mapping[int, frozenset[int]],
    now: Instant,
) -> None:
    """Owe the rows of the feed (position, address_key, number) to each webhook that wants them."""
    owed = [
        _row(hook.id, row["position"], row["address_key"], row["number"], now)
        for row in rows
        for hook in hooks
        if row["position"] in wanted[hook.id]
    ]
    if owed:
        connection.execute(insert(webhook_delivery), owed)


def due(connection: Connection, now: Instant) -> dict[int, bool]:
    """The webhooks that something is due to, the one that it is due to for longest first; of each
    whether its last call failed."""
    first = select(webhook_delivery.c.due_at).where(
        *_ready(now), webhook_delivery.c.webhook == webhook.c.id
    )
    first = first.order_by(webhook_delivery.c.due_at).limit(1)
    failing = webhook.c.failing_since.is_not(None)
    asked = select(first.scalar_subquery(), webhook.c.id, failing).where(webhook.c.active)
    rows = [row for row in connection.execute(asked) if row[0] is not None]
    return {id_: bool(failed) for _, id_, failed in sorted(rows)}


def claim(connection: Connection, now: Instant, room: Mapping[int, int]) -> list[Owed]:
    """Lease what is due to these webhooks, to each so much at most, of each address the earliest.
    A lease that ran out is anybody's."""
    owed = webhook_delivery
    rows = [row for id_, most in room.items() for row in _leased(connection, now, id_, most)]
    if rows:
        these = tuple_(owed.c.webhook, owed.c.position).in_([(r.webhook, r.position) for r in rows])
        leased = {"due_at": now + LEASE, "attempts": owed.c.attempts + 1}
        connection.execute(update(owed).where(these).values(leased))
    return [
        Owed(
            row.webhook,
            row.position,
            bytes(row.address_key),
            row.number,
            row.attempts + 1,
            row.created_at,
        )
        for row in rows
    ]


def taken(connection: Connection, owed: Owed, now: Instant) -> None:
    """It was told: nothing more is owed."""
    well = {"delivered_at": now, "failing_since": None, "answer": None}
    news = or_(  # not each time: those who tell at once would wait for each other
        webhook.c.delivered_at.is_(None),
        ~webhook.c.delivered_at.between(now - SECOND, now + SECOND),
        webhook.c.failing_since.is_not(None),
    )
    connection.execute(update(webhook).where(webhook.c.id == owed.webhook, news).values(well))
    connection.execute(delete(webhook_delivery).where(_is(owed.webhook, owed.position)))


def failed(
    connection: Connection, owed: Owed, answer: str, now: Instant, mail: Letter, gone: bool
) -> None:
    """Try again later, or put it to the dead letters, unless it was owed anew since. A webhook that
    took nothing for three days, or says that it is gone, is switched off, and who made it is told
    by `mail`."""
    stands = select(webhook.c.failing_since, webhook.c.active).where(webhook.c.id == owed.webhook)
    hook = connection.execute(stands.with_for_update(key_share=True)).one_or_none()
    if hook is None:
        return
    dead = now - owed.created_at > LASTS
    values: dict[str, Any] = {"answer": answer, "due_at": now + next_try(owed.attempts)}
    if dead:
        values["state"] = State.DEAD
    still = _is(owed.webhook, owed.position), webhook_delivery.c.attempts == owed.attempts
    connection.execute(update(webhook_delivery).where(*still).values(values))
    since = now if hook.failing_since is None else hook.failing_since
    off = hook.active and (gone or now - since > LASTS)
    ill = {"failing_since": since, "answer": answer, "active": hook.active and not off}
    connection.execute(update(webhook).where(webhook.c.id == owed.webhook).values(ill))
    if off and (letter := mail(connection)) is not None:
        outbox.owe(connection, letter, now)


def _leased(connection: Connection, now: Instant, id_: int, most: int) -> list[Row[Any]]:
    owed = webhook_delivery
    mine = select(owed).where(*_ready(now), owed.c.webhook == id_)
    mine = mine.order_by(owed.c.due_at, owed.c.position).limit(most)
    mine = mine.with_for_update(skip_locked=True)
    first: dict[bytes, Row[Any]] = {}
    for row in sorted(connection.execute(mine), key=lambda row: int(row.position)):
        first.setdefault(bytes(row.address_key), row)
    return list(first.values())


def _ready(now: Instant) -> Sequence[ColumnElement[bool]]:
    owed, earlier = webhook_delivery, webhook_delivery.alias()
    waits = exists().where(
        earlier.c.webhook == owed.c.webhook,
        earlier.c.address_key == owed.c.address_key,
        earlier.c.position < owed.c.position,
        earlier.c.state == OWED,
        earlier.c.created_at > now - WAITS,
        owed.c.number > 0,
    )
    return owed.c.state == OWED, owed.c.due_at <= now, ~waits


def _is(webhook_id: int, position: int) -> Any:
    return and_(webhook_delivery.c.webhook == webhook_id, webhook_delivery.c.position == position)


def _row(id_: int, position: int, key: bytes, number: int, now: Instant) -> dict[str, Any]:
    return {
        "webhook": id_,
        "position": position,
        "address_key": key,
        "number": number,
        "state": State.OWED,
        "attempts": 0,
        "created_at": now,
        "due_at": now,
    }


def _columns(new: Settings) -> dict[str, Any]:
    kinds = None if new.kinds is None else [kind.name for kind in new.kinds]
    words = {"kinds": kinds, "types": new.types, "brands": new.brands}
    return {
        "url": new.url,
        **{n: None if v is None else " ".join(sorted(map(str, v))) for n, v in words.items()},
    }
