"""What is said to a database, and how it goes about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

BARE = re.compile(
    r"SCAN (contact|preference|email_address)$|Seq Scan on (?!brand|webhook )", re.MULTILINE
)


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """Statements with their values."""
    said: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        said.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)
