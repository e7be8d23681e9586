"""Contacts with their properties, and what lists and searches of them go by."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

from app.store import trigrams

revision = "0005"
down_revision = "0004"

log = logging.getLogger(__name__)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORTED = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SPOKEN = sa.text("language IS NOT NULL")


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "contact",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("words", SORTED, nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False),
        sa.Column("processing", sa.SmallInteger(), nullable=True),
        sa.Column("processing_explanation", sa.Text(), nullable=True),
        sa.Column("processing_assumed", sa.Boolean(), nullable=True),
        sa.Column("processing_at", sa.BigInteger(), nullable=True),
        sa.Column("processing_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("address_key", name=op.f("uq_contact_address_key")),
        comment="Ids ascend with the time of creation. The address, as given, and its language "
        "are in email_address. `words`: what is sorted and searched, the address in matching form "
        "first. `processing`: the legal basis; assumed where only one for communication was given.",
    )
    op.create_index(op.f("ix_contact_source_id"), "contact", ["source", "id"])
    op.create_index("ix_contact_words", "contact", ["words", "address_key", "source"])
    op.create_table(
        "contact_property",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_property")),
        sa.UniqueConstraint("slug", name=op.f("uq_contact_property_slug")),
    )
    op.create_table(
        "contact_value",
        sa.Column("contact", ID, autoincrement=False, nullable=False),
        sa.Column("property", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", SORTED, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact"], ["contact.id"], name=op.f("fk_contact_value_contact"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["property"], ["contact_property.id"], name=op.f("fk_contact_value_property")
        ),
        sa.PrimaryKeyConstraint("contact", "property", name=op.f("pk_contact_value")),
        comment="Canonical: equal values are equal texts, dates sort as texts.",
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_contact_value_property_value_contact"),
        "contact_value",
        ["property", "value", "contact"],
    )
    op.create_table(
        "search_debt",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("begun", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_debt")),
        comment="One row, on SQLite, where somebody was erased whose trigrams are still in the "
        "index: it is rewritten by the worker, a bit at a time.",
    )
    op.create_index(
        op.f("ix_email_address_language"),
        "email_address",
        ["language"],
        sqlite_where=SPOKEN,
        postgresql_where=SPOKEN,
    )
    op.create_index(
        "ix_preference_scope",
        "preference",
        ["scope_kind", "scope_id", "cause", "status", "actor", "address_key"],
    )
    if op.get_context().dialect.name == "sqlite":
        _index_trigrams()
    elif not trigrams.index(op.get_bind()):
        log.warning(
            "This PostgreSQL lets us have no extension pg_trgm, so contacts are searched without "
            "an index. docs/operations.md says how to add it later."
        )


def _index_trigrams() -> None:
    """SQLite's own index of trigrams, kept by triggers, whoever writes contacts."""
    op.execute(
        "CREATE VIRTUAL TABLE contact_search USING fts5(words, content='contact', "
        "content_rowid='id', tokenize='trigram case_sensitive 1', detail=none, columnsize=0)"
    )
    add = "INSERT INTO contact_search (rowid, words) VALUES (new.id, new.words);"
    drop = (
        "INSERT INTO contact_search (contact_search, rowid, words) "
        "VALUES ('delete', old.id, old.words);"
    )
    for when, do in {
        "AFTER INSERT ON contact": add,
        "AFTER DELETE ON contact": drop,
        "AFTER UPDATE OF id, words ON contact WHEN new.words <> old.words OR new.id <> old.id": (
            drop + add
        ),
    }.items():
        name = f"contact_search_{when.split()[1].lower()}"
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {do} END")
