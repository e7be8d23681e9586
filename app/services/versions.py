"""What every change of account, brands and types leaves: versions of texts and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.domain.catalog import texts_digest
from app.domain.words import Instant, Scope
from app.store.tables import account, setting_version, text_version

TextsByLanguage = Mapping[str, Mapping[str, str]]


def touch(connection: Connection) -> None:
    """Let every process know that what it keeps of the catalogue is old, and nobody else change
    account, brands or types before this transaction ends. It comes first: what was read before may
    be old, and who locked a brand or a type before could wait for who waits for that."""
    connection.execute(update(account).values(version=account.c.version + 1))


def hold(connection: Connection) -> None:
    """Let nobody else change account, brands or types before this transaction ends. For who reads
    the whole catalogue then: touched, it would be kept under a version that may never be."""
    connection.execute(select(account.c.version).with_for_update())


def new_texts(
    connection: Connection, kind: int, id_: int, content: TextsByLanguage, now: Instant
) -> int:
    """Keep a version of the texts of a type, a brand or the program; its number."""
    made = connection.execute(
        insert(text_version)
        .values(
            subject_kind=kind,
            subject_id=id_,
            at=now,
            digest=texts_digest(content),
            content=content,
        )
        .returning(text_version.c.id)
    )
    return int(made.scalar_one())


def record_settings(
    connection: Connection, scope: Scope, content: Mapping[str, Any], now: Instant
) -> None:
    """Keep what a send decision reads, with the time it began to hold."""
    connection.execute(
        insert(setting_version).values(
            scope_kind=scope.kind, scope_id=scope.id, at=now, content=dict(content)
        )
    )
