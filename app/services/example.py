"""The example of a first run: a brand with five types and a few people, clearly marked.

All addresses end in .example, which no mail ever reaches, and all names in Example.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, select

from app.domain.catalog import Catalog, Look
from app.domain.changes import By, Change, Hand, Subscribe, Unsubscribe
from app.domain.contacts import Processing, Source
from app.domain.invented import EXAMPLES, Person
from app.domain.words import ACCOUNT, Actor, Instant, Scope, Via
from app.services import catalog, contacts, erasure, preferences
from app.services.catalog import NewAccount, NewBrand, NewType
from app.services.contacts import Draft, Origin, Processed
from app.services.preferences import Instruction, always
from app.store.catalog import read
from app.store.tables import account, brand

Keys = Callable[[str], bytes]
FERNWAY = NewBrand(
    slug="fernway",
    name="Fernway Books",
    sender="Fernway Books <post@fernway.example>",
    postal_address="14 Mill Lane, Leeds LS1 4AB, United Kingdom",
    contact="hello@fernway.example",
    look=Look(light="#1d6a4b", on_light="#ffffff", dark="#7ecba6", on_dark="#0b1f16"),
    example=True,
)


TEXTS = Path(__file__).parent / "example_texts"
INVENTED = Processed(Processing.LEGITIMATE_INTEREST, "Nobody: an invented person.")
TYPES = ("new-arrivals", "long-read", "offers", "reading-circle", "receipts")


def make(connection: Connection, new: NewAccount, keys: Keys, now: Instant) -> None:
    """Make the account with the example brand, its types and people."""
    made = catalog.set_up(connection, new, FERNWAY, now)
    texts = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(TEXTS.iterdir())}
    for slug in TYPES:
        receipts, private = slug == "receipts", slug == "reading-circle"
        by_language = {language: names[slug] for language, names in texts.items()}
        new_type = NewType(made, slug, by_language, transactional=receipts, public=not private)
        catalog.add_type(connection, new_type, now)
    drafts = [
        Draft(keys(p.address), p.address, p.name, p.language, processing=INVENTED) for p in EXAMPLES
    ]
    contacts.save_all(connection, drafts, Origin(now, Source.CLI, "example"))
    by = By(Actor.CONTACT, Via.PREFERENCE_PAGE, Hand.CONTACT, now)
    known = read(connection, new.fingerprint)
    for person in EXAMPLES:
        chosen = always(*_changes(person, known))
        instruction = Instruction(keys(person.address), by, chosen, evidence={"of": "example"})
        preferences.apply(connection, instruction)


def remove(connection: Connection, keys: Keys, now: Instant) -> int:
    """Archive the example brand and its types, erase its people; how many brands it archived."""
    examples = select(brand.c.id).where(brand.c.example, brand.c.archived_at.is_(None))
    ids = list(connection.scalars(examples))
    for id_ in ids:
        catalog.archive_brand(connection, id_, now)
    if ids:
        _another_default(connection, now)
        by = By(Actor.USER, Via.ERASURE, Hand.USER, now)
        for person in EXAMPLES:
            erasure.erase(connection, keys(person.address), by)
    return len(ids)


def _another_default(connection: Connection, now: Instant) -> None:
    """The account's own pages wear a brand that is left, or a plain one."""
    left = connection.scalar(
        select(brand.c.id).where(brand.c.archived_at.is_(None)).order_by(brand.c.position)
    )
    if left is None:
        left = catalog.add_brand(connection, catalog.DEFAULT_BRAND, now)
    catalog.set_default_brand(connection, left)
    if connection.scalar(select(account.c.name)) == FERNWAY.name:
        name = connection.scalar(select(brand.c.name).where(brand.c.id == left))
        catalog.rename_account(connection, name or catalog.DEFAULT_BRAND.name)


def _changes(person: Person, known: Catalog) -> list[Change]:
    if "*" in person.choices:
        return [Unsubscribe(ACCOUNT)]
    chosen = [(known.named_type(slug), yes) for slug, yes in person.choices.items()]
    return [
        Subscribe(type_) if yes else Unsubscribe(Scope.type(type_.id), type_)
        for type_, yes in chosen
        if type_
    ]
