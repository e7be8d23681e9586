"""The index of trigrams on PostgreSQL, by the extension pg_trgm, in whichever schema that lies."""

from __future__ import annotations

from sqlalchemy import Connection, text

SCHEMA = text(
    "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm' "
    "AND has_schema_privilege(extnamespace, 'USAGE')"
)
MAY_HAVE = text(
    "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm' "
    "AND installed_version IS NULL AND has_database_privilege(current_database(), 'CREATE')"
)
"""Since PostgreSQL 13 who owns the database may create it."""


def index(connection: Connection) -> bool:
    """Index the words of contacts; whether PostgreSQL lets us use the extension, or create it."""
    if not connection.scalar(SCHEMA):
        if not connection.scalar(MAY_HAVE):
            return False
        connection.exec_driver_sql("CREATE EXTENSION pg_trgm")
    schema = connection.scalar(SCHEMA)
    connection.exec_driver_sql(
        f"CREATE INDEX ix_contact_trigrams ON contact USING gin (words {schema}.gin_trgm_ops)"
    )
    return True
