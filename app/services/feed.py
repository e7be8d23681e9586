"""Giving each committed event its position in the changes feed, by one sequencer at a time.

Sequences and transaction ids leave holes that fill in behind a reader. Here a position is given
only to what is committed, in one transaction after the other, so none ever does.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update

from app.domain.feed import Committed, in_order
from app.domain.words import Instant, Kind, Scope, ScopeKind
from app.services import webhooks
from app.store.tables import event, feed, feed_state, subscription_type, unsequenced
from app.store.webhooks import all_webhooks

PART = 1_000


def is_due(connection: Connection) -> bool:
    """Whether there are events without a position."""
    return connection.scalar(select(unsequenced.c.number).limit(1)) is not None


def sequence(connection: Connection, now: Instant) -> int:
    """Give the next events their positions, and owe them to the webhooks that want them; how many
    there were. Where another process is at it, none."""
    mine = select(feed_state.c.position).with_for_update(skip_locked=True)
    last = connection.scalar(mine)
    events = _committed(connection) if last is not None else []
    if last is None or not events:
        return 0
    ordered = in_order(events)
    rows = [
        {"position": last + at, "address_key": e.address_key, "number": e.number}
        for at, e in enumerate(ordered, 1)
    ]
    connection.execute(insert(feed), rows)
    connection.execute(_DONE, [{"key": r["address_key"], "of": r["number"]} for r in rows])
    connection.execute(update(feed_state).values(position=last + len(rows)))
    _owe_webhooks(connection, ordered, rows, now)
    return len(rows)


def begin_epoch(connection: Connection) -> None:
    """Let every cursor given out till now be refused: what it stood for may never have been."""
    connection.execute(update(feed_state).values(epoch=secrets.randbits(40)))


def _owe_webhooks(
    connection: Connection,
    events: Sequence[Committed],
    rows: Sequence[Mapping[str, Any]],
    now: Instant,
) -> None:
    hooks = all_webhooks(connection, now)
    if not hooks:
        return
    types = connection.execute(select(subscription_type.c.id, subscription_type.c.brand))
    brand_of = {row.id: row.brand for row in types}
    wanted = {
        hook.id: frozenset(
            row["position"]
            for e, row in zip(events, rows, strict=True)
            if hook.wants(Kind(e.kind), Scope(ScopeKind(e.scope_kind), e.scope_id), brand_of)
        )
        for hook in hooks
    }
    webhooks.owe(connection, rows, hooks, wanted, now)


def _committed(connection: Connection) -> list[Committed]:
    waiting = (
        select(unsequenced)
        .order_by(unsequenced.c.address_key, unsequenced.c.number)
        .limit(PART)
        .subquery()
    )
    asked = select(*(event.c[name] for name in Committed._fields)).join_from(
        waiting,
        event,
        and_(event.c.address_key == waiting.c.address_key, event.c.number == waiting.c.number),
    )
    return [Committed(bytes(row[0]), *row[1:]) for row in connection.execute(asked)]


_DONE = delete(unsequenced).where(
    unsequenced.c.address_key == bindparam("key"), unsequenced.c.number == bindparam("of")
)
