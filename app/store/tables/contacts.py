"""Contacts, the properties an owner defines, and what is searched."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    column,
    table,
    text,
)

from app.store.tables.base import metadata

ID = BigInteger().with_variant(Integer, "sqlite")
"""On SQLite the name of a row itself, which its search index goes by."""
SORTED = Text().with_variant(Text(collation="C"), "postgresql")
"""Sorted by code point on both databases."""

contact = Table(
    "contact",
    metadata,
    Column("id", ID, primary_key=True, autoincrement=False),
    Column("address_key", LargeBinary(16), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("words", SORTED, nullable=False),
    Column("source", SmallInteger, nullable=False),
    Column("processing", SmallInteger),
    Column("processing_explanation", Text),
    Column("processing_assumed", Boolean),
    Column("processing_at", BigInteger),
    Column("processing_by", String(64)),
    Column("changed_at", BigInteger),
    # Apart from changed_at, which an undo moves on too, for whoever follows changes.
    Column("touched_at", BigInteger),
    Index(None, "source", "id"),
    Index("ix_contact_words", "words", "address_key", "source", postgresql_include=["id"]),
    Index(
        "ix_contact_changed",
        "changed_at",
        "id",
        sqlite_where=text("changed_at IS NOT NULL"),
        postgresql_where=text("changed_at IS NOT NULL"),
    ),
    comment="Ids ascend with the time of creation. The address, as given, and its language are in "
    "email_address. `words`: what is sorted and searched, the address in matching form first. "
    "`processing`: the legal basis; assumed where only one for communication was given.",
)

contact_property = Table(
    "contact_property",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("archived_at", BigInteger),
)

contact_value = Table(
    "contact_value",
    metadata,
    Column("contact", ID, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "property",
        Integer,
        ForeignKey("contact_property.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("value", SORTED, nullable=False),
    Index(None, "property", "value", "contact"),
    sqlite_with_rowid=False,
    comment="Canonical: equal values are equal texts, dates sort as texts.",
)

search_debt = Table(
    "search_debt",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("begun", Boolean, nullable=False),
    comment="One row where somebody was erased of whom words may lie beside the rows: the worker "
    "rewrites SQLite's index of trigrams, a bit at a time, and has the database swept.",
)

contact_search = table("contact_search", column("rowid"), column("contact_search"))
"""SQLite's index of the trigrams of contact.words, kept by triggers. On PostgreSQL that is an
index like others, ix_contact_trigrams. Both are made by a migration only."""
