"""What became of what was promised: kept, delivered, and nothing twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, FromClause, func, select

from app.domain.mail import State as Mailed
from app.domain.webhooks import State as Told
from app.domain.words import Cause, ScopeKind, Status
from app.store.tables import event, feed, outbox, preference, unsequenced, webhook_delivery
from tests.processes.estate import Estate
from tests.processes.installation import until
from tests.processes.post import Post
from tests.processes.public import Public
from tests.worker.receiver import Receiver

LEASES_OUT = 500.0
"""What a dead worker had in its hands is anybody's after two minutes; what failed waits one."""
SHAPES = {
    "addresses": re.compile(r"[\w.+-]+(?:@|%40)[\w.-]+\.[a-z]{2,}", re.IGNORECASE),
    "tokens": re.compile(r"\b[a-z2-7]{40,}\b", re.IGNORECASE),
}
Numbered = tuple[bytes, int]


def counted(estate: Estate, public: Public, post: Post, receiver: Receiver) -> dict[str, int]:
    """How much was promised, by kind, once nothing is owed any more."""
    until(lambda: not owed(estate), "all that is owed is done", LEASES_OUT)
    mailed = {mail.to[0] for mail in post.mails}
    return {
        **{f"answered 200, {kind}": len(people) for kind, people in public.done.items()},
        "answered otherwise": public.others.total(),
        "mails taken": len(post.mails),
        "people mailed": len(mailed),
        "events": len(events(estate)),
        "webhook calls": len(receiver.heard),
    }


def wrong(estate: Estate, public: Public, post: Post, receiver: Receiver) -> dict[str, int]:
    """How much of it was not kept, or done twice (everybody changes one thing, once); only what is
    wrong, so nothing at best."""
    keys, told = estate.shop.site.keys, _told(receiver)
    asked = {keys(person) for person in (*public.done["click"], *public.done["save"])}
    mailed = defaultdict(set)
    for mail in post.mails:
        mailed[mail.to[0]].add(str(mail.message["Message-ID"]))
    there = events(estate)
    changed = Counter(key for key, _ in there if key not in estate.settled)
    found = {
        "answered 200 and not kept": len(asked - _out(estate)),
        "asked for mail and got none": len(set(public.done["mail"]) - mailed.keys() - post.refused),
        "one mail under two Message-IDs": sum(len(ids) > 1 for ids in mailed.values()),
        "changes applied twice": sum(many > 1 for many in changed.values()),
        "events not told": len(set(there) - set(told)),
        "told of what never was": len(set(told) - set(there)),
        "told in another order": _disordered(told),
        "events without one place in the feed": abs(len(there) - _many(estate, feed)),
        "mails given up, or not, against the answer": abs(
            _many(estate, outbox, outbox.c.state == Mailed.FAILED) - len(post.refused)
        ),
        "webhook calls given up": _many(
            estate, webhook_delivery, webhook_delivery.c.state == Told.DEAD
        ),
    }
    found |= {f"{what} in a log": len(them) for what, them in named(estate.logged()).items()}
    return {what: number for what, number in found.items() if number}


def named(log: str) -> dict[str, set[str]]:
    """What a log may not have (R-113): addresses, and what has the shape of a link's token."""
    return {what: set(shape.findall(log)) for what, shape in SHAPES.items()}


def owed(estate: Estate) -> int:
    """How many mails, places in the feed and webhook calls are still owed."""
    mails = _many(estate, outbox, outbox.c.state == Mailed.OWED)
    calls = _many(estate, webhook_delivery, webhook_delivery.c.state == Told.OWED)
    return mails + calls + _many(estate, unsequenced)


def events(estate: Estate) -> list[Numbered]:
    """Every event of the ledger: an address and a number."""
    with estate.shop.site.database.reading() as connection:
        rows = connection.execute(select(event.c.address_key, event.c.number)).all()
    return [(bytes(key), number) for key, number in rows]


def _out(estate: Estate) -> set[bytes]:
    """Who is opted out of the type that everybody leaves."""
    out = select(preference.c.address_key).where(
        preference.c.scope_kind == ScopeKind.TYPE,
        preference.c.scope_id == estate.shop.type_id(),
        preference.c.cause == Cause.CHOICE,
        preference.c.status == Status.UNSUBSCRIBED,
    )
    with estate.shop.site.database.reading() as connection:
        return {bytes(key) for key in connection.scalars(out)}


def _many(estate: Estate, table: FromClause, *where: ColumnElement[bool]) -> int:
    with estate.shop.site.database.reading() as connection:
        asked = select(func.count()).select_from(table).where(*where)
        return connection.scalar(asked) or 0


def _told(receiver: Receiver) -> list[Numbered]:
    told = [heard.data for heard in receiver.heard]
    return [(bytes.fromhex(data["addressKey"]), data["number"]) for data in told]


def _disordered(told: Iterable[Numbered]) -> int:
    """How many addresses were told of a later event before an earlier one."""
    first: dict[bytes, list[int]] = defaultdict(list)
    for key, number in told:
        if number not in first[key]:
            first[key].append(number)
    return sum(numbers != sorted(numbers) for numbers in first.values())
