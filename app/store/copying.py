"""What keeps a database from being written to a file or brought back, in words."""

from __future__ import annotations

from collections.abc import Iterable


class CannotCopy(Exception):
    """A database that cannot be written to a file or brought back now, and what to do."""


class InUse(CannotCopy):
    """Something still uses the database that is to be replaced: on PostgreSQL, as these roles."""

    def __init__(self, roles: Iterable[str] = ()) -> None:
        named = ", ".join(roles)
        super().__init__(
            f"Something still uses the database{f' (as {named})' if named else ''}. End `sayso "
            "serve`, `sayso worker`, `sayso lmtp` and whatever pools connections to it, as "
            "PgBouncer does, and try again."
        )
