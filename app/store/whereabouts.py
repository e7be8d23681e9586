"""Where an account is that is not found: nowhere yet, out of a role's reach, or moved aside."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from app.store.doors import Database

ACCOUNTS = text(
    "SELECT nspname, has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'account' "
    "AND relkind = 'r' AND (nspname = 'public' OR nspname LIKE 'before\\_restore\\_%') "
    "ORDER BY nspname"
)
"""The catalogue of PostgreSQL may be read by every role."""
ASIDE = """There is no account in this database, but what a restore moved aside is there still:
{all}. Do not run sayso init. End whatever uses the database, and put the last one back:
sayso restore-aside {last}
(To begin anew all the same, give them other names first.)"""
NOT_ALLOWED = """The role {role} may not read this database's tables. Say as their owner:
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {role};"""


class Elsewhere(Exception):
    """There is an account, but not where it can be read, and what to do."""


def refuse_elsewhere(database: Database) -> None:
    """Raises Elsewhere where no account was found, and it would be wrong to make one."""
    if database.dialect == "sqlite":
        if found := _files_aside(database.url):
            raise Elsewhere(ASIDE.format(last=found[-1], all=", ".join(found)))
        return
    with database.reading() as connection:
        _refuse(connection, database.url)


def _refuse(connection: Connection, url: URL) -> None:
    found = {name: bool(may) for name, may in connection.execute(ACCOUNTS)}
    if not found.pop("public", True):
        role = connection.scalar(text("SELECT quote_ident(current_user)"))
        raise Elsewhere(NOT_ALLOWED.format(role=role, owner=url.username))
    if found:
        raise Elsewhere(ASIDE.format(last=max(found), all=", ".join(found)))


def _files_aside(url: URL) -> list[str]:
    file = Path(url.database or "")
    found = map(str, file.parent.glob(f"{file.name}.before-restore-*"))
    return sorted(name for name in found if name[-1].isdigit())
