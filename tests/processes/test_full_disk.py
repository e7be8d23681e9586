"""A disk that is full under PostgreSQL: what finds no room is 503, and every 200 is kept."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest

from app.links.tokens import Link, Purpose
from tests.cli.running import run
from tests.databases import EMPTY, PostgresServer, postgres_binaries, running_postgres
from tests.lacking import lacks
from tests.processes.disk import Disk, disk_of_its_own
from tests.processes.installation import SECRETS, Installation, Server, Shop, until
from tests.processes.test_postgresql import control

pytestmark = [pytest.mark.long, pytest.mark.postgres]


@pytest.fixture
def stored() -> Iterator[tuple[Disk, PostgresServer]]:
    """A server of PostgreSQL on a disk of its own. Skips where none can be mounted."""
    binaries = postgres_binaries()
    if binaries is None:
        lacks("PostgreSQL's server is not installed")
    with tempfile.TemporaryDirectory(prefix="sayso-") as at, ExitStack() as stack:
        try:
            disk = stack.enter_context(disk_of_its_own(Path(at)))
        except (OSError, subprocess.CalledProcessError) as refused:
            lacks(f"no disk can be mounted: {refused}")
        yield disk, stack.enter_context(running_postgres(binaries, at))


class People:
    """One after the other presses, and whoever was told 200 is remembered."""

    def __init__(self, shop: Shop, server: Server) -> None:
        self._site, self._type, self._server = shop.site, shop.type_id(), server
        self._numbers = count()
        self.kept: list[str] = []

    def token(self, person: str) -> str:
        """Of a person's link; the database is not asked."""
        return self._site.tokens.mint(Link(Purpose.TYPE, self._site.keys(person), self._type, 0))

    def are_refused(self) -> bool:
        """Whether the next one is told to come back."""
        person = f"reader{next(self._numbers)}@example.com"
        answer = self._server.one_click(self.token(person))
        if answer.status == 200:
            self.kept.append(person)
        return answer.says_come_back


def fill_the_log(url: str) -> None:
    """Write to PostgreSQL's log until a new part of it finds no room, of which the server ends."""
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as own,
    ):
        while True:
            own.execute("SELECT pg_logical_emit_message(false, '', repeat('x', 9999))")


def start_again(url: str) -> None:
    """As whoever made room does."""
    home = Path(url.rpartition("host=")[2])
    with suppress(subprocess.CalledProcessError):
        control(home, "stop", "--mode=immediate")
    control(home, "start", "-l", str(home / "log"))


def test_a_full_disk_under_postgresql_is_503_until_there_is_room(
    stored: tuple[Disk, PostgresServer], tmp_path: Path
) -> None:
    """H-45, R-17: first tables find no room, while pages go on; then its log finds none, of which
    the server ends, and is started again once there is room."""
    disk, url = stored[0], stored[1].url(EMPTY)
    settings = {"SAYSO_DATABASE_URL": url, "SAYSO_WORKER": "off", **SECRETS}
    installation = Installation(tmp_path, settings)
    assert run(("init", "--example"), installation.environment).status == 0
    shop = Shop(installation.site())
    with installation.serving() as server:
        people = People(shop, server)
        assert not people.are_refused()
        with disk.full():
            until(people.are_refused, "there is no room for more")
            assert server.get(f"/u/{people.token(people.kept[0])}").status == 200
            assert server.get("/healthz").status == 200
        assert not people.are_refused()
        with disk.full():
            fill_the_log(url)
            until(lambda: server.get("/healthz").says_come_back, "it ended")
            assert people.are_refused()
        start_again(url)
        until(lambda: not people.are_refused(), "it goes on by itself")
        assert server.stop() == 0
    assert all(shop.is_out(person) for person in people.kept)
    verified = run(("verify",), installation.environment)
    assert verified.status == 0, verified.out
    shop.site.database.close()
    shop.site.counts.close()
