"""A file's rows sorted by address key, in a file beside the database.

Rows are written in the order of their keys: random ones would touch most pages of every tree. The
sorted file is made from the upload alone, so that any machine can make it again, the same.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

CACHE_KB = 4_096
TOGETHER = 1_000
REPEAT = """
SELECT earlier.line, earlier.content, later.position, later.line, later.content
FROM sorted AS earlier JOIN sorted AS later ON later.position = earlier.position + 1
WHERE earlier.position >= ? AND later.key = earlier.key AND earlier.content <> ''
ORDER BY earlier.position LIMIT 1
"""
"""The next row, from a position on, of which the one before speaks of the same address."""
Carried = Callable[[str, str], tuple[str, bool]]
"""What the contents of two rows of an address come to, and whether that is the earlier row, for the
later one is behind it."""


class Staged(NamedTuple):
    """A row by its position in the order of keys. No key: it is broken, `content` says how."""

    position: int
    key: bytes | None
    line: int
    content: str
    repeated: bool = False
    """Whether a later row of the file speaks of the same address."""

    @property
    def erased(self) -> bool:
        """Whether nothing is left of it but its place (files/marks.py)."""
        return self.key is not None and not self.content

    @property
    def usable(self) -> bool:
        """Whether it asks for something."""
        return self.key is not None and not self.repeated and not self.erased


class Stage:
    """The sorted rows of one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def ready(self) -> bool:
        """Whether it is there, and whole."""
        return self.path.exists()

    def fill(
        self, rows: Iterable[tuple[bytes | None, int, str]], carried: Carried
    ) -> Iterator[int]:
        """Sort rows of key, line and content; yields how many were taken so far, now and then. Of
        an address the last content becomes what `carried` makes of it and of those before."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self.path.with_suffix(f".{os.getpid()}")
        unfinished.unlink(missing_ok=True)
        with self._opened(unfinished) as connection, connection:
            connection.execute("CREATE TABLE given (key BLOB, line INTEGER, content TEXT)")
            yield from _insert(connection, rows)
            connection.execute(
                "CREATE TABLE sorted (position INTEGER PRIMARY KEY, key BLOB, line INTEGER,"
                " content TEXT)"
            )
            connection.execute(
                "INSERT INTO sorted (key, line, content)"
                " SELECT key, line, content FROM given ORDER BY key, line"
            )
            connection.execute("DROP TABLE given")
            yield from _carry(connection, carried)
        unfinished.chmod(0o600)
        with unfinished.open("rb") as made:
            os.fsync(made.fileno())  # a power cut leaves it whole or not there at all
        unfinished.rename(self.path)

    def count(self) -> int:
        """How many rows there are."""
        with self._opened(self.path) as connection:
            found = connection.execute("SELECT coalesce(max(position), 0) FROM sorted").fetchone()
        return int(found[0])

    def after(self, position: int, most: int) -> list[Staged]:
        """The next rows, in the order of their keys; of an address, the last of the file last."""
        with self._opened(self.path) as connection:
            rows = connection.execute(
                "SELECT position, key, line, content FROM sorted WHERE position > ?"
                " ORDER BY position LIMIT ?",
                (position, most + 1),
            ).fetchall()
        following = [row[1] for row in rows[1:]] + [None]
        return [
            Staged(position, key, line, content, key is not None and key == later)
            for (position, key, line, content), later in zip(rows[:most], following, strict=False)
        ]

    def remove(self) -> None:
        """It is needed no more."""
        self.path.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[sqlite3.Connection]:
        """What is half written is thrown away, so nothing need be safe on disk till it is whole."""
        with closing(sqlite3.connect(path)) as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KB}"):
                connection.execute(f"PRAGMA {pragma}").fetchall()
            yield connection


def _insert(
    connection: sqlite3.Connection, rows: Iterable[tuple[bytes | None, int, str]]
) -> Iterator[int]:
    taken, part = 0, []
    statement = "INSERT INTO given VALUES (?, ?, ?)"
    for row in rows:
        part.append(row)
        if len(part) == TOGETHER:
            connection.executemany(statement, part)
            taken += len(part)
            part.clear()
            yield taken
    connection.executemany(statement, part)
    yield taken + len(part)


def _carry(connection: sqlite3.Connection, carried: Carried) -> Iterator[int]:
    """Over each row that is repeated, in order: so the last one has what all before it carried.
    What is behind it, or is only the place of who was erased, changes places with it."""
    position = 0
    while found := connection.execute(REPEAT, (position,)).fetchone():
        line, earlier, position, later_line, later = found
        content, behind = carried(earlier, later) if later else (earlier, True)
        if behind:
            _write(connection, position - 1, later_line, later)
        _write(connection, position, line if behind else later_line, content)
        yield position


def _write(connection: sqlite3.Connection, position: int, line: int, content: str) -> None:
    row = line, content, position
    connection.execute("UPDATE sorted SET line = ?, content = ? WHERE position = ?", row)
