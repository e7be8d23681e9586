"""Whether account, brands and types are as they were last set, and texts as they were saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from app.domain.catalog import texts_digest
from app.domain.past import policy_of
from app.domain.words import ACCOUNT, Scope
from app.queries.in_order import in_order
from app.queries.settings import versions
from app.store.catalog import settings_of
from app.store.tables import account, brand, subscription_type, text_version

FEW = 100
"""Texts are long: so many are read at once."""


class Changed(NamedTuple):
    """What is not as it was set, and in what."""

    subject: str
    what: str


def changed_settings(connection: Connection) -> Iterator[Changed]:
    """Settings that a send decision reads and that are not those of their last version."""
    kept = versions(connection)
    last = {scope: dict(each[-1].content) for scope, each in kept.items()}
    if ACCOUNT in last:
        last[ACCOUNT]["privacy_off_since"] = policy_of(kept[ACCOUNT]).off_since
    for scope, name, stands in _standing(connection):
        was = last.get(scope, {})
        for setting, value in stands.items():
            if setting not in was:
                yield Changed(name, f"no version says what {setting} was set to")
            elif was[setting] != value:
                yield Changed(name, f"{setting} was set to {was[setting]}, what stands is {value}")


def _standing(connection: Connection) -> Iterator[tuple[Scope, str, Mapping[str, Any]]]:
    switch = select(account.c.data_privacy, account.c.privacy_off_since)
    yield ACCOUNT, "account", connection.execute(switch).one()._asdict()
    for own in connection.execute(select(brand)):
        yield Scope.brand(own.id), f"brand {own.slug}", {"archived": own.archived_at is not None}
    for row in connection.execute(select(subscription_type)):
        yield Scope.type(row.id), f"type {row.slug}", settings_of(row)


def changed_texts(connection: Connection) -> Iterator[Changed]:
    """Versions of texts that do not say what was saved."""
    asked = select(text_version.c.id, text_version.c.digest, text_version.c.content)
    for row in in_order(connection, asked, FEW):
        if texts_digest(row.content) != bytes(row.digest):
            yield Changed(f"texts {row.id}", "the words were changed")
