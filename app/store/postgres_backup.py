"""A PostgreSQL database as one file, and back, in one transaction: till it is committed, what was
there is in its place, and whatever fails leaves it there (docs/decisions/0114)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, exc, inspect, text
from sqlalchemy.engine import URL

from app.store import trigrams
from app.store.copying import CannotCopy, InUse, Pooled
from app.store.engines import is_pooled
from app.store.postgres_programs import PostgresPrograms
from app.store.postgres_script import replay
from app.store.prepared import driver

T = TypeVar("T")
PUBLIC = "public"
WAITS = (0.0, 0.1, 0.4, 1.5)
"""Seconds: a connection that was just closed is seen for a moment more."""
SINCE, MISSED_MILLISECONDS = (14,), 1_000
"""From which version on a server looks, and how often, whether who asked is still there."""
OTHERS = text(
    "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database() "
    "AND usesysid IS NOT NULL AND pid <> pg_backend_pid()"
)
"""Of other roles' sessions one sees no more than whose they are. What cleans up is nobody's."""
MOVABLE = text(
    "SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE ' WHEN 'v' THEN 'VIEW ' "
    "WHEN 'm' THEN 'MATERIALIZED VIEW ' ELSE 'TABLE ' END || oid::regclass "
    "FROM pg_class WHERE relnamespace = to_regnamespace(:schema) AND relkind IN "
    "('r', 'p', 'v', 'm', 'S') AND pg_has_role(relowner, 'USAGE') AND NOT EXISTS (SELECT FROM "
    "pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND (deptype = 'e' "
    "OR relkind = 'S' AND deptype IN ('a', 'i'))) "
    "UNION ALL SELECT 'ROUTINE ' || oid::regprocedure FROM pg_proc "
    "WHERE pronamespace = to_regnamespace(:schema) AND pg_has_role(proowner, 'USAGE') "
    "AND NOT EXISTS (SELECT FROM pg_depend "
    "WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')"
)
"""What is ours in a schema. What an extension made stays: it is the database's. Sequences follow
the columns they belong to."""
GRANTED = text(
    "SELECT format('GRANT %s ON public.%I TO %s', privilege_type, relname, "
    "CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END) "
    "FROM pg_class CROSS JOIN aclexplode(relacl) WHERE relnamespace = to_regnamespace(:aside) "
    "AND relkind IN ('r', 'p', 'v', 'm') AND grantee <> relowner "
    "AND to_regclass(format('public.%I', relname)) IS NOT NULL"
)
"""What others may do with the tables that were there, said of those that take their place."""
TABLES = text(
    "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
    "AND relkind = 'r' AND pg_has_role(relowner, 'USAGE')"
)
HAS_EXTENSIONS = text("SELECT count(*) FROM pg_extension WHERE extnamespace = to_regnamespace(:of)")
LEFT = text(
    "SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace(:of)) "
    "+ (SELECT count(*) FROM pg_proc WHERE pronamespace = to_regnamespace(:of)) "
    "+ (SELECT count(*) FROM pg_type WHERE typnamespace = to_regnamespace(:of))"
)
UNCHANGED = "{why}\nNothing was changed: the database is as it was."
UNSURE = """{why}
The connection ended. Unless it did so at the very last, nothing was changed; `sayso verify` tells
what is there now. If it is the backup, what was there before lies in the schema {aside}, and
`sayso restore-aside {aside}` puts it back."""


class PostgresDatabase:
    """A database on a server. One connection does it all: every other one is somebody else's."""

    name = "postgresql"

    def __init__(self, url: URL, stamp: str) -> None:
        self._programs = PostgresPrograms(url)
        own = {"prepare_threshold": None}  # tables come and go beneath it
        self._engine = create_engine(url, pool_size=1, max_overflow=0, connect_args=own)
        self.aside = stamp.replace("-", "_")
        self.staging: Path | None = None

    def write(self, file: Path) -> None:
        """Dump it to `file` in PostgreSQL's custom format, as it is at one moment."""
        self._refuse_if_pooled()
        self._programs.dump(file)

    @property
    def is_empty(self) -> bool:
        """Whether it has no table yet."""
        return not inspect(self._engine).get_table_names(schema=PUBLIC)

    def refuse_if_used(self) -> None:
        """Raises InUse, whoever else is connected; and Pooled, where that cannot be seen."""
        self._refuse_if_pooled()
        roles: list[str] = []
        for seconds in WAITS:
            time.sleep(seconds)
            with self._engine.begin() as connection:
                roles = sorted(map(str, connection.scalars(OTHERS)))
            if not roles:
                return
        raise InUse(roles)

    def fill(self, file: Path, work: Callable[[Connection], T]) -> T:
        """Put what `file` holds in its place, once `work` is done on it, and only then. What was
        there lies in the schema `aside`, and who might read it may read what came."""
        with self._at_once() as connection:
            had = self._move_aside(connection)
            with self._programs.script(file) as lines:
                replay(connection, lines)
            _be_missed(connection)
            if inspect(connection).has_table("contact", schema=PUBLIC):
                trigrams.index(connection)
            _say(connection, [f"ANALYZE {', '.join(connection.scalars(TABLES))}"])
            done = work(connection)
            if had:
                _say(connection, list(connection.scalars(GRANTED, {"aside": self.aside})))
            return done

    def put_back(self, aside: str, work: Callable[[Connection], T]) -> T:
        """Put what lies in the schema `aside` in its place again, as `fill` does."""
        with self._at_once() as connection:
            if aside not in inspect(connection).get_schema_names():
                raise CannotCopy(f"There is no schema {aside}.")
            self._move_aside(connection)
            if connection.scalar(HAS_EXTENSIONS, {"of": aside}) and _is_bare(connection, PUBLIC):
                renamed = f'ALTER SCHEMA "{aside}" RENAME TO public'
                _say(connection, ["DROP SCHEMA public", renamed])
            else:
                _move(connection, aside, PUBLIC)
                if _is_bare(connection, aside):
                    _say(connection, [f'DROP SCHEMA "{aside}"'])
            return work(connection)

    def close(self) -> None:
        """End its connection."""
        self._engine.dispose()

    @contextmanager
    def _at_once(self) -> Iterator[Connection]:
        """All of it or nothing, and nothing where somebody else is connected."""
        self.refuse_if_used()
        faults = (CannotCopy, exc.DBAPIError, self._engine.dialect.loaded_dbapi.Error)
        try:
            with self._engine.begin() as connection:
                try:
                    _be_missed(connection)
                    yield connection
                except faults as fault:
                    connection.invalidate()  # which rolls back, also where nobody answers any more
                    raise CannotCopy(UNCHANGED.format(why=_words(fault))) from fault
        except exc.DBAPIError as fault:  # when all was done, and was to stay
            told = UNSURE if fault.connection_invalidated else UNCHANGED
            raise CannotCopy(told.format(why=_words(fault), aside=self.aside)) from fault

    def _refuse_if_pooled(self) -> None:
        with self._engine.connect() as connection:
            if is_pooled(driver(connection)):
                raise Pooled

    def _move_aside(self, connection: Connection) -> bool:
        """Whether there was anything."""
        if not list(connection.scalars(MOVABLE, {"schema": PUBLIC})):
            return False
        _say(connection, [f"CREATE SCHEMA {self.aside}"])
        _move(connection, PUBLIC, self.aside)
        return True


def _move(connection: Connection, schema: str, to: str) -> None:
    found = list(connection.scalars(MOVABLE, {"schema": schema}))
    _say(connection, [f'ALTER {name} SET SCHEMA "{to}"' for name in found])


def _words(fault: Exception) -> str:
    return str(fault.orig if isinstance(fault, exc.DBAPIError) else fault).strip()


def _be_missed(connection: Connection) -> None:
    """Were this process killed in the midst of a long statement, the server would else go on with
    it, and keep every table locked meanwhile."""
    if (connection.dialect.server_version_info or ()) >= SINCE:
        _say(connection, [f"SET LOCAL client_connection_check_interval = {MISSED_MILLISECONDS}"])


def _is_bare(connection: Connection, schema: str) -> bool:
    return not connection.scalar(LEFT, {"of": schema})


def _say(connection: Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)
