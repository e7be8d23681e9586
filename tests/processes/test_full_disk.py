"""A disk that is full under PostgreSQL: what finds no room is 503, and every 200 is kept. And under
a backup or a restore: there is none, and the database is as it was."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT
from app.links.tokens import Link, Purpose
from tests.cli.ledgers import choose
from tests.cli.running import Finished, run
from tests.databases import BOTH, EMPTY, PostgresServer, postgres_binaries, running_postgres
from tests.lacking import lacks
from tests.processes.disk import PAGE, Disk, disk_of_its_own
from tests.processes.installation import SECRETS, Installation, Server, Shop, until
from tests.processes.test_postgresql import control

pytestmark = pytest.mark.long
OLD, NEW = "old@example.com", "new@example.com"
MUCH = 2**20
FILLS = """CREATE SCHEMA beside;
CREATE FUNCTION beside.fill() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN
PERFORM pg_logical_emit_message(false, '', repeat('x', 9999)) FROM generate_series(1, 9999);
END $$;
CREATE EVENT TRIGGER fill ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
EXECUTE FUNCTION beside.fill()"""
"""Whoever makes an index writes more to PostgreSQL's log than there is room for."""


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk of its own. Skips where none can be mounted."""
    with tempfile.TemporaryDirectory(prefix="sayso-") as at, ExitStack() as stack:
        try:
            disk = stack.enter_context(disk_of_its_own(Path(at)))
        except (OSError, subprocess.CalledProcessError) as refused:
            lacks(f"no disk can be mounted: {refused}")
        yield disk


@pytest.fixture
def stored(disk: Disk) -> Iterator[tuple[Disk, PostgresServer]]:
    """A server of PostgreSQL on it."""
    binaries = postgres_binaries()
    if binaries is None:
        lacks("PostgreSQL's server is not installed")
    with running_postgres(binaries, str(disk.at)) as server:
        yield disk, server


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


@pytest.mark.postgres
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


def let_go(shop: Shop) -> None:
    """Nothing of this process uses the database any more."""
    shop.site.database.close()
    shop.site.counts.close()


@contextmanager
def backed_up(installation: Installation, file: Path) -> Iterator[Shop]:
    """The example, with a backup to which somebody is opted out, and somebody else since."""
    assert run(("init", "--example"), installation.environment).status == 0
    shop = Shop(installation.site())
    choose(shop, OLD, Unsubscribe(ACCOUNT))
    assert run(("backup", str(file)), installation.environment).status == 0
    choose(shop, NEW, Unsubscribe(ACCOUNT))
    let_go(shop)
    try:
        yield shop
    finally:
        let_go(shop)


def out(shop: Shop) -> list[bool]:
    """Whether each of the two is out."""
    found = [bool(shop.held(person)) for person in (OLD, NEW)]
    let_go(shop)
    return found


@pytest.fixture(params=BOTH)
def small(request: pytest.FixtureRequest, disk: Disk, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose data directory lies on that disk; of PostgreSQL, no more than that."""
    if request.param == "sqlite":
        yield Installation(disk.at, dict(SECRETS))
        return
    server: PostgresServer = request.getfixturevalue("postgresql_databases")
    with server.fresh(tmp_path) as url:
        yield Installation(disk.at, {"SAYSO_DATABASE_URL": url, **SECRETS})


def test_a_backup_or_restore_without_room_leaves_nothing_and_changes_nothing(
    small: Installation, disk: Disk, tmp_path: Path
) -> None:
    """H-45, issue 6: no room at all, for a part of the database, for it but not for the file that
    is made of it, and for it but not for bringing it up; in words. With room, both succeed."""
    kept, new = tmp_path / "kept", disk.at / "new"
    with backed_up(small, kept) as shop:
        size = kept.stat().st_size
        assert shop.held(NEW), "it is used meanwhile"
        for room in (0, size // 2, size + PAGE, size + size // 2):
            with disk.full(room):
                made = run(("backup", str(new)), small.environment)
            assert (made.status, names(made)) == (1, True), (room, made)
            assert [path.name for path in disk.at.iterdir()] == ["var"]
        assert out(shop) == [True, True]
        for room in (0, size // 2, size - 2 * PAGE, size + PAGE):
            with disk.full(room):
                done = run(("restore", str(kept), "--yes"), small.environment)
            if not done.status:
                assert room > size // 2, room
                aside = done.out.partition("What was here is at ")[2].partition(".\n")[0]
                assert run(("restore-aside", aside), small.environment).status == 0
            else:
                assert names(done), (room, done)
            assert not list(small.var.glob("*restoring*"))
            assert out(shop) == [True, True]
        assert run(("backup", str(new)), small.environment).status == 0
        assert run(("restore", str(kept), "--yes"), small.environment).status == 0
        assert out(shop) == [True, False]
        assert run(("restore", str(new), "--yes"), small.environment).status == 0
        assert out(shop) == [True, True]


def say(url: str, statement: str) -> None:
    """Say it to the database, over a connection that ends."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as own:
        own.execute(statement.encode())


def names(failed: Finished) -> bool:
    """Whether it says that there is no room."""
    words = ("No space left on device", "disk is full", "disk I/O error")
    return any(each in failed.err for each in words)


@pytest.mark.postgres
def test_a_restore_into_postgresql_without_room_changes_nothing(
    stored: tuple[Disk, PostgresServer], tmp_path: Path
) -> None:
    """Issue 6: whether its tables find no room, at once or after some, or its log, of which the
    server ends in the midst."""
    disk, url = stored[0], stored[1].url(EMPTY)
    installation = Installation(tmp_path, {"SAYSO_DATABASE_URL": url, **SECRETS})
    restoring = ("restore", str(tmp_path / "kept"), "--yes")
    with backed_up(installation, tmp_path / "kept") as shop:
        for room in (0, MUCH, 8 * MUCH):
            if room > MUCH:
                say(url, FILLS)
            with disk.full(room):
                done = run(restoring, installation.environment)
            assert (done.status, "Nothing was changed" in done.err) == (1, True), (room, done)
            if room > MUCH:
                start_again(url)
            assert out(shop) == [True, True]
        say(url, "DROP EVENT TRIGGER fill")
        assert run(restoring, installation.environment).status == 0
        assert out(shop) == [True, False]
