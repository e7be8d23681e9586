"""What keeps a database from being written to a file or brought back, in words."""

from __future__ import annotations

from collections.abc import Iterable


class CannotCopy(Exception):
    """A database that cannot be written to a file or brought back now, and what to do."""


class Pooled(CannotCopy):
    """Something stands before the server that shares its connections out."""

    def __init__(self) -> None:
        super().__init__(
            "This goes through a pooler, as PgBouncer is: what pg_dump sets could stay set for "
            "others, and who is connected would not be seen. Set SAYSO_DATABASE_URL to the server "
            "itself for this command."
        )


class InUse(CannotCopy):
    """Something still uses the database that is to be replaced: on PostgreSQL, as these roles."""

    def __init__(self, roles: Iterable[str] = ()) -> None:
        named = ", ".join(roles)
        super().__init__(
            f"Something still uses the database{f' (as {named})' if named else ''}. End `sayso "
            "serve`, `sayso worker`, `sayso lmtp` and whatever pools connections to it, as "
            "PgBouncer does, and try again."
        )
