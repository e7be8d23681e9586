"""Writing many rows by each database's bulk way: what an index costs is paid once, at the end."""

from __future__ import annotations

import marshal
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Table, make_url

Row = tuple[Any, ...]
Packed = bytes
"""Rows of one table, as the database's loader takes them."""


class Loader(NamedTuple):
    """How rows are packed, in any process, and then loaded, each part beside its table."""

    packed: Callable[[Sequence[Row]], Packed]
    load: Callable[[str, Sequence[Table], Iterable[tuple[Table, Packed]]], None]


def loader_for(url: str) -> Loader:
    """The loader of this kind of database."""
    return LOADERS[make_url(url).get_backend_name()]


def _into_sqlite(url: str, tables: Sequence[Table], parts: Iterable[tuple[Table, Packed]]) -> None:
    """Nothing is asked of the disk, and nothing is kept of what a crash would leave."""
    with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1500000", "threads=2"):
            connection.execute(f"PRAGMA {pragma}")
        names = ", ".join(f"'{table.name}'" for table in tables)
        made_later = connection.execute(
            f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({names}) "
            "AND type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid"
        ).fetchall()
        for kind, name, _ in made_later:
            connection.execute(f"DROP {kind} {name}")
        for table, packed in parts:
            places = ", ".join("?" * len(table.c))
            insert = f"INSERT INTO {table.name} VALUES ({places})"
            connection.execute("BEGIN")
            connection.executemany(insert, marshal.loads(packed))
            connection.execute("COMMIT")
        for *_, sql in made_later:
            connection.execute(sql)
        _index_words(connection)
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _index_words(connection: sqlite3.Connection) -> None:
    """The trigrams of all contacts, in large pieces: small ones would be merged again and again."""
    for size in (256 << 20, 1 << 20):
        connection.execute(
            "INSERT INTO contact_search (contact_search, rank) VALUES ('hashsize', ?)", (size,)
        )
        if size > 1 << 20:
            connection.execute("INSERT INTO contact_search (contact_search) VALUES ('rebuild')")


def _into_postgres(
    url: str, tables: Sequence[Table], parts: Iterable[tuple[Table, Packed]]
) -> None:
    """One transaction, in which the tables were emptied: so nothing is logged where wal_level is
    minimal, and the rows are frozen, as after a VACUUM."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    names = [table.name for table in tables]
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        with connection.transaction():
            made_later = [*_constraints(connection, names), *_indexes(connection, names)]
            for drop, _ in made_later:
                connection.execute(drop.encode())
            for name in names:
                connection.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER".encode())
            connection.execute(f"TRUNCATE {', '.join(names)}".encode())
            for table, packed in parts:
                statement = f"COPY {table.name} FROM STDIN (FREEZE)".encode()
                with connection.cursor().copy(statement) as copy:
                    copy.write(packed)
            for _, make in reversed(made_later):
                connection.execute(make.encode())
            for name in names:
                connection.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER".encode())
        connection.execute("ANALYZE")


def _constraints(connection: psycopg.Connection, names: list[str]) -> list[tuple[str, str]]:
    """What drops and what makes each, those of other tables first that refer to these."""
    return connection.execute(
        "SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname), "
        "format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, "
        "pg_get_constraintdef(oid)) FROM pg_constraint WHERE contype IN ('p', 'u', 'f') "
        "AND (conrelid::regclass::text = ANY(%(names)s) OR "
        "confrelid::regclass::text = ANY(%(names)s)) ORDER BY contype = 'f' DESC, conname",
        {"names": names},
    ).fetchall()


def _indexes(connection: psycopg.Connection, names: list[str]) -> list[tuple[str, str]]:
    """Those that are no constraint's own."""
    return connection.execute(
        "SELECT format('DROP INDEX %%I', indexname), indexdef FROM pg_indexes "
        "WHERE tablename = ANY(%(names)s) AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint) ORDER BY indexname",
        {"names": names},
    ).fetchall()


def _as_text(rows: Sequence[Row]) -> Packed:
    """COPY's text format. Nothing in the rows needs a backslash before it."""
    lines = [
        "\t".join(
            [
                "\\N"
                if value is None
                else str(value)
                if (kind := value.__class__) is int
                else value
                if kind is str
                else f"\\\\x{value.hex()}"
                for value in row
            ]
        )
        for row in rows
    ]
    return "\n".join([*lines, ""]).encode()


LOADERS = {
    "sqlite": Loader(lambda rows: marshal.dumps(list(rows)), _into_sqlite),
    "postgresql": Loader(_as_text, _into_postgres),
}


def size(url: str) -> int:
    """How many bytes the database takes."""
    if url.startswith("sqlite"):
        return Path(url.removeprefix("sqlite:///")).stat().st_size
    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0
