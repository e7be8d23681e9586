"""What is asked of all that is stored goes by an index, in its order, on both databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from app.domain.statistics import Outcome
from app.domain.words import DAY
from app.queries import consents, feed, happened
from app.queries.happened import Place
from app.services import tidying, webhooks
from app.store.doors import Database
from tests.databases import ON_BOTH
from tests.queries.overhearing import BARE, overheard
from tests.world import NOW, World

Asked = Callable[[Connection, World], Any]
SORTED = re.compile("TEMP B-TREE|^ *-> +Sort|^Sort", re.MULTILINE)
DUE = r"(?s)ix_webhook_delivery_due.*ix_webhook_delivery_order"
"""What is due to a webhook, in its order, and what each of it may have to wait for."""
SINCE, KEY = NOW - 300 * DAY, bytes(16)


def of(**what: Any) -> Asked:
    """What happened in three hundred days."""
    return lambda c, _: happened.page(c, happened.Search(SINCE, NOW, **what))


def ending(**what: Any) -> Asked:
    """Consents that end within a year."""
    return lambda c, _: consents.ending(c, consents.Search(NOW, NOW + 365 * DAY, **what))


def changes(connection: Connection, world: World) -> Any:
    """The feed from its beginning."""
    ends = feed.end(connection)
    return feed.changes(connection, world.catalog, ends, ends, None, 500)


ASKED = {
    "what happened": (of(), "ix_event_at"),
    "what happened, a later page": (of(before=Place(NOW, KEY, 1)), "ix_event_at"),
    "what a mailing brought about": (of(mailing=7), "ix_event_message"),
    "bounces of a mailing": (of(mailing=7, outcome=Outcome.BOUNCE), "ix_event_"),
    "complaints": (of(outcome=Outcome.COMPLAINT), "ix_event_feedback"),
    "consents that end": (ending(), "ix_preference_consent_ends"),
    "consents of a type": (ending(type=7), "ix_preference_consent_ends_by_type"),
    "changes": (changes, "sqlite_autoindex_feed_1|pk_feed"),
    "when somebody was erased last": (
        lambda c, _: tidying.last_erasure(c),
        "ix_rights_request_kind_outcome_ended_at",
    ),
    "webhooks that something is due to": (lambda c, _: webhooks.due(c, NOW), DUE),
}


@ON_BOTH
def test_it_goes_along_an_index_and_sorts_nothing(database: Database, world: World) -> None:
    """Issue 6: what grows with what is stored instead of with what is asked is mended."""
    for what, (ask, index) in ASKED.items():
        with database.browsing() as connection:
            plan = last_plan(connection, world, ask)
        assert re.search(index, plan), (what, plan)
        for wrong in (BARE, SORTED):
            assert not wrong.search(plan), (what, plan)


def last_plan(connection: Connection, world: World, ask: Asked) -> str:
    """How the database goes about the last statement."""
    with overheard() as said:
        ask(connection, world)
    lite = connection.dialect.name == "sqlite"
    if not lite:  # few rows are read faster without an index, and sorted faster than sought
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
    explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
    rows = connection.exec_driver_sql(explain + said[-1][0], said[-1][1]).all()
    return "\n".join(str(row[-1]) for row in rows)
