"""pg_dump and pg_restore: what they are told, and what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from app.store.copying import CannotCopy

DEBIANS = Path("/usr/lib/postgresql")
OURS = re.compile(r"^(;|\d+; \d+ \d+ [A-Z ]+ public (?!ix_contact_trigrams ))")
"""Of a dump's contents, what Sayso made, but for the index whose extension may lie anywhere, or be
lacking. Schemas and extensions are the database's."""
DUMPED = ("--format=custom", "--no-owner", "--no-privileges", "--no-unlogged-table-data")


class PostgresPrograms:
    """PostgreSQL's own programs, for one database."""

    def __init__(self, url: URL) -> None:
        self._url = url

    @property
    def address(self) -> str:
        """The database as PostgreSQL's programs name it, without the password."""
        bare = self._url._replace(drivername="postgresql", password=None)
        return bare.render_as_string(hide_password=False)

    def dump(self, file: Path) -> None:
        """What is there now, and nothing that a restore moved aside."""
        where = (f"--dbname={self.address}", "--exclude-schema=before_restore_*")
        self._run("pg_dump", *where, *DUMPED, f"--file={file}")

    @contextmanager
    def script(self, file: Path) -> Iterator[IO[bytes]]:
        """What a dump says, as lines for psql. Raises CannotCopy where it cannot be read."""
        contents = file.with_suffix(".contents")
        lines = self._run("pg_restore", "--list", str(file)).splitlines(keepends=True)
        contents.write_text("".join(line for line in lines if OURS.match(line)))
        what = ("--no-owner", "--no-privileges", f"--use-list={contents}", "--file=-")
        command = [program("pg_restore"), *what, str(file)]
        try:
            with (
                tempfile.TemporaryFile() as told,
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told) as running,  # noqa: S603
            ):
                if running.stdout is None:
                    raise CannotCopy("pg_restore says nothing.")
                yield running.stdout
                running.stdout.close()
                if running.wait():
                    told.seek(0)
                    raise CannotCopy(f"pg_restore failed: {told.read().decode().strip()}")
        finally:
            contents.unlink()

    def _run(self, name: str, *arguments: str) -> str:
        """What one of them says. The password goes by the environment."""
        environment = {**os.environ}
        if self._url.password:
            environment["PGPASSWORD"] = str(self._url.password)
        ended = subprocess.run(  # noqa: S603
            [program(name), *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        if ended.returncode:
            raise CannotCopy(f"{name} failed: {ended.stderr.strip()}")
        return ended.stdout


def program(name: str) -> str:
    """The newest one: it must not be older than the server."""
    versions = (p for p in DEBIANS.glob(f"*/bin/{name}") if p.parts[-3].isdecimal())
    newest = max(versions, key=lambda p: int(p.parts[-3]), default=None)
    found = str(newest) if newest else shutil.which(name)
    if found is None:
        raise CannotCopy(
            f"{name} is not on this machine. Install PostgreSQL's client programs (Debian: "
            "postgresql-client), of the server's version or newer, or use your own backups."
        )
    return found
