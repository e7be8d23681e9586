"""Sayso as its operator runs it: as processes, told by their environment."""

from __future__ import annotations

import csv
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SAYSO = str(Path(sys.executable).with_name("sayso"))
SECRETS = {
    "SAYSO_ADDRESS_SECRET": "an-address-secret-for-tests-only",
    "SAYSO_LINK_SECRETS": "a-link-secret-for-the-tests-only",
}
WITH_LISTENING_SOCKET = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@" 3<&0 </dev/null'
"""As systemd hands it over: connections queue in the socket until the server takes them."""


class Installation:
    """One installation, with a directory and a database of its own."""

    def __init__(self, directory: Path, database_url: str) -> None:
        self._directory = directory
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.environment = {
            **SECRETS,
            "SAYSO_BASE_URL": self.url,
            "SAYSO_DATABASE_URL": database_url,
            "SAYSO_DATA_DIR": str(directory / "data"),
            "SAYSO_UNSUBSCRIBE_DOMAIN": "unsubscribe.fernway.example",
        }

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run `sayso` with these arguments, to its end."""
        done = subprocess.run(
            [SAYSO, *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == status, done.stderr
        return done

    def id_of(self, kind: str, slug: str) -> int:
        """The id of a brand or type, from the list of all."""
        lines = (line.split() for line in self.run(kind, "list").stdout.splitlines())
        return next(int(words[0]) for words in lines if slug in words)

    def history(self, address: str) -> list[dict[str, Any]]:
        """What happened to an address, newest first."""
        told: list[dict[str, Any]] = json.loads(self.run("history", address, "--json").stdout)
        return told

    def file(self, name: str, rows: Sequence[Sequence[str]]) -> str:
        """A CSV file with these rows."""
        path = self._directory / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return str(path)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """`sayso serve`, until the block ends."""
        log = self._directory / "log"
        with log.open("w") as out, self._listening as listening:
            server = subprocess.Popen(
                ["sh", "-c", WITH_LISTENING_SOCKET, "sh", SAYSO, "serve"],
                env={**os.environ, **self.environment},
                stdin=listening,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        try:
            yield
        finally:
            server.terminate()
            status = server.wait()
        assert status == 0, log.read_text()


def rows_of(table: str) -> list[dict[str, str]]:
    """The rows of a CSV that `sayso` wrote."""
    return list(csv.DictReader(table.splitlines()))
