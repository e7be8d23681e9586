"""Account, brands and types: made, changed, archived. Every save of texts is a new version.

Whatever a send decision reads is also written to setting_version with its time, so that a past
day can be answered (docs/rules.md, 7).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, update

from app.domain.catalog import Look, texts_digest
from app.domain.ids import new_id
from app.domain.words import ACCOUNT, Instant, Scope
from app.services import versions
from app.services.addresses import all_stored_by
from app.services.types import ArchivedBrand
from app.services.versions import TextsByLanguage
from app.store.catalog import settings_of
from app.store.tables import (
    account,
    brand,
    brand_logo,
    subscription_type,
    text_version,
)

PROGRAM = 9
"""The subject kind of the program's own texts, beside those of scopes."""


class Taken(ValueError):
    """Another brand or type has this slug."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is made of: the fingerprint of its address secret, name, privacy switch."""

    fingerprint: bytes
    name: str = ""
    data_privacy: bool = False
    privacy_decided: bool = False


@dataclass(frozen=True, slots=True)
class NewBrand:
    """What a brand is made of."""

    slug: str
    name: str
    language: str = "en"
    sender: str = ""
    postal_address: str = ""
    contact: str = ""
    look: Look = field(default_factory=Look)
    texts: TextsByLanguage = field(default_factory=dict)
    example: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    languages: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NewType:
    """What a subscription type is made of. Texts by language: name, description, frequency."""

    brand: int
    slug: str
    texts: TextsByLanguage
    transactional: bool = False
    public: bool = True
    confirms: bool = False


DEFAULT_BRAND = NewBrand("default", "Our email")


def set_up(connection: Connection, new: NewAccount, first: NewBrand, now: Instant) -> int:
    """Make the account and its first brand, whose look its own pages wear; the brand's id."""
    program = versions.new_texts(connection, PROGRAM, 0, {}, now)
    connection.execute(
        insert(account).values(
            id=1,
            version=1,
            name=new.name or first.name,
            language=first.language,
            default_brand=0,
            data_privacy=new.data_privacy,
            privacy_off_since=None,
            privacy_decided=new.data_privacy or new.privacy_decided,
            fallback_form=True,
            program_texts=program,
            fingerprint=new.fingerprint,
        )
    )
    versions.record_settings(connection, ACCOUNT, {"data_privacy": new.data_privacy}, now)
    made = add_brand(connection, first, now)
    set_default_brand(connection, made)
    return made


def has_program_texts(connection: Connection, texts: TextsByLanguage) -> bool:
    """Whether there is an account, and these are the program's own texts kept last."""
    kept = select(text_version.c.digest).join(account, account.c.program_texts == text_version.c.id)
    return bool(connection.scalar(kept) == texts_digest(texts))


def keep_program_texts(connection: Connection, texts: TextsByLanguage, now: Instant) -> None:
    """Make a new version of the program's own texts, where they are not those kept last."""
    if has_program_texts(connection, texts):
        return
    versions.touch(connection)
    version = versions.new_texts(connection, PROGRAM, 0, texts, now)
    connection.execute(update(account).values(program_texts=version))


def add_brand(connection: Connection, new: NewBrand, now: Instant) -> int:
    """Make a brand; its random id. Raises Taken."""
    versions.touch(connection)
    _free(connection, brand, new.slug)
    made = new_id()
    texts = versions.new_texts(connection, Scope.brand(0).kind, made, new.texts, now)
    values = {**asdict(new), "look": asdict(new.look), "texts": texts}
    position = _next_position(connection, brand)
    connection.execute(insert(brand).values(id=made, position=position, created_at=now, **values))
    versions.record_settings(connection, Scope.brand(made), {"archived": False}, now)
    return made


def edit_brand(connection: Connection, id_: int, changed: Mapping[str, Any], now: Instant) -> None:
    """Change what is given of a brand: name, sender, postal_address, contact, language, of its look
    and of its texts by language, where an empty one is taken away. The rest stays."""
    versions.touch(connection)
    stands = select(brand.c.look, text_version.c.content)
    stands = stands.join(text_version, brand.c.texts == text_version.c.id)
    look, texts = connection.execute(stands.where(brand.c.id == id_)).one()
    values = dict(changed)
    if "look" in values:
        values["look"] = {**look, **values["look"]}
    if "texts" in values:
        said = _reworded(texts, values["texts"])
        values["texts"] = versions.new_texts(connection, Scope.brand(0).kind, id_, said, now)
    connection.execute(update(brand).where(brand.c.id == id_).values(**values))


def _reworded(texts: TextsByLanguage, told: TextsByLanguage) -> TextsByLanguage:
    both = {code: {**texts.get(code, {}), **told.get(code, {})} for code in {**texts, **told}}
    said = {code: {n: text for n, text in own.items() if text} for code, own in both.items()}
    return {code: own for code, own in said.items() if own}


def set_logo(connection: Connection, id_: int, media_type: str, content: bytes) -> str:
    """Give a brand its logo; the digest under which it may be cached for ever."""
    versions.touch(connection)
    connection.execute(brand_logo.delete().where(brand_logo.c.brand == id_))
    connection.execute(insert(brand_logo).values(brand=id_, media_type=media_type, content=content))
    look = connection.scalar(select(brand.c.look).where(brand.c.id == id_))
    digest = hashlib.sha256(content).hexdigest()[:16]
    connection.execute(
        update(brand).where(brand.c.id == id_).values(look={**(look or {}), "logo": digest})
    )
    return digest


def add_type(connection: Connection, new: NewType, now: Instant) -> int:
    """Make a subscription type; its random id. It subscribes nobody. Raises Taken, and
    ArchivedBrand."""
    versions.touch(connection)
    sends = select(brand.c.id).where(brand.c.id == new.brand, brand.c.archived_at.is_(None))
    if connection.scalar(sends) is None:
        raise ArchivedBrand
    _free(connection, subscription_type, new.slug)
    made = new_id()
    texts = versions.new_texts(connection, Scope.type(0).kind, made, new.texts, now)
    values = {**asdict(new), "texts": texts}
    position = _next_position(connection, subscription_type)
    row = connection.execute(
        insert(subscription_type)
        .values(id=made, position=position, created_at=now, **values)
        .returning(*subscription_type.c)
    ).one()
    versions.record_settings(connection, Scope.type(made), settings_of(row), now)
    return made


def edit_type_texts(connection: Connection, id_: int, texts: TextsByLanguage, now: Instant) -> None:
    """Give a type these texts in every language, as a new version."""
    versions.touch(connection)
    version = versions.new_texts(connection, Scope.type(0).kind, id_, texts, now)
    connection.execute(
        update(subscription_type).where(subscription_type.c.id == id_).values(texts=version)
    )


def archive_brand(connection: Connection, id_: int, now: Instant) -> None:
    """Archive a brand and with it its types. Their links go on opting out."""
    versions.touch(connection)
    types = select(subscription_type).where(
        subscription_type.c.brand == id_, subscription_type.c.archived_at.is_(None)
    )
    for row in connection.execute(types).all():
        archive_type(connection, row.id, now)
    connection.execute(update(brand).where(brand.c.id == id_).values(archived_at=now))
    versions.record_settings(connection, Scope.brand(id_), {"archived": True}, now)


def archive_type(connection: Connection, id_: int, now: Instant) -> None:
    """Archive a type: never mailed, never shown, never deleted."""
    versions.touch(connection)
    row = connection.execute(
        update(subscription_type)
        .where(subscription_type.c.id == id_)
        .values(archived_at=now)
        .returning(*subscription_type.c)
    ).one()
    versions.record_settings(connection, Scope.type(id_), settings_of(row), now)


def switch_data_privacy(connection: Connection, on: bool, now: Instant) -> None:
    """Turn the switch. Turned off, it keeps its time: nobody stored before becomes mailable."""
    versions.touch(connection)
    stood = connection.execute(select(account.c.data_privacy, account.c.privacy_decided)).one()
    if stood == (on, True):
        return
    values: dict[str, Any] = {"data_privacy": on, "privacy_decided": True}
    if stood.data_privacy != on:
        versions.record_settings(connection, ACCOUNT, {"data_privacy": on}, now)
        if not on:
            values["privacy_off_since"] = now
            all_stored_by(connection, now)
    connection.execute(update(account).values(values))


def rename_account(connection: Connection, name: str) -> None:
    """What "every brand of …" says on the pages."""
    versions.touch(connection)
    connection.execute(update(account).values(name=name))


def set_default_brand(connection: Connection, id_: int) -> None:
    """The brand whose look the account's own pages wear."""
    versions.touch(connection)
    connection.execute(update(account).values(default_brand=id_))


def _free(connection: Connection, table: Table, slug: str) -> None:
    if connection.scalar(select(table.c.id).where(table.c.slug == slug)) is not None:
        raise Taken(slug)


def _next_position(connection: Connection, table: Table) -> int:
    return int(connection.scalar(select(func.coalesce(func.max(table.c.position), 0))) or 0) + 1
