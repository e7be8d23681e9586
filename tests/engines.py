"""Engines that learn from each other: each test's database is new, but what SQLAlchemy knows of its
kind is not. By themselves, every test would compile every statement anew, which takes longer than
all that the databases do."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Engine, create_engine, util
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

STATEMENTS = 3_000
_known: dict[type, Any] = {}
_compiled: LRUCache[Any, Any] = LRUCache(STATEMENTS)


def know(url: str) -> None:
    """From now on, engines of the kind of this URL share a dialect and what was compiled for it."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    engine.connect().close()
    engine.dispose()
    _known[type(engine.dialect)] = engine.dialect


def _learn(engine: Engine) -> None:
    own: Any = engine.dialect
    if own._on_connect_isolation_level == "AUTOCOMMIT":
        engine.dialect = _known.get(type(own), own)
        engine._compiled_cache = _compiled


for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
    kind.engine_created = staticmethod(_learn)  # type: ignore[method-assign]
util.get_cls_kwargs = cache(util.get_cls_kwargs)  # type: ignore[assignment]
