"""A database that is full, away, locked or read-only: 503, never a false 200, and on it goes."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.processes.fixtures import LONG_POSTGRES, ON_SQLITE
from tests.processes.installation import SECRETS, Answer, Installation, Server, Shop, no_room, until
from tests.world import ANA, BEN

pytestmark = pytest.mark.slow
Locking = Callable[[Installation, Shop], AbstractContextManager[None]]


def page(server: Server, shop: Shop, address: str) -> Answer:
    """The page of an unsubscribe link."""
    return server.get(f"/u/{shop.token(address)}")


@ON_SQLITE
def test_a_full_disk_is_503_and_afterwards_it_goes_on(
    installation: Installation, shop: Shop
) -> None:
    """H-45, R-17: full at once, at the end of what is there, and in the midst of a transaction.
    Nothing of what could not be stored is there, half of it neither."""
    token = shop.token(ANA.address)
    with installation.serving() as server:
        assert server.one_click(token).status == 200
        wal = Path(f"{installation.database_file}-wal")
        for more in (-wal.stat().st_size, 0, 2_000, 6_000):
            late = f"late{more}@example.com"
            with no_room(server, wal, more):
                refused = [server.one_click(shop.token(late)) for _ in range(3)]
                assert all(answer.says_come_back for answer in refused), refused
                assert page(server, shop, ANA.address).status == 200
            assert shop.held(late) == {}
            assert server.one_click(shop.token(late)).status == 200
            assert shop.is_out(late)
        assert server.stop() == 0
    assert shop.is_out(ANA.address)


@contextmanager
def locked_by_a_stranger(installation: Installation, shop: Shop) -> Iterator[None]:
    """Another program, as a backup or a shell, holds SQLite's own write lock."""
    with closing(sqlite3.connect(installation.database_file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def kept_by_a_writer(installation: Installation, shop: Shop) -> Iterator[None]:
    """Another process of ours has its turn and does not end it."""
    with Path(f"{installation.database_file}-writers").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield


@contextmanager
def locked_in_postgresql(installation: Installation, shop: Shop) -> Iterator[None]:
    """Another session holds the lock of Ben's address."""
    url = installation.settings["SAYSO_DATABASE_URL"].replace("+psycopg", "")
    number = int.from_bytes(shop.site.keys(BEN.address)[:8], signed=True)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        yield


@pytest.mark.long
@pytest.mark.parametrize(
    ("installation", "locked"),
    [
        ("sqlite", kept_by_a_writer),
        pytest.param("sqlite", locked_by_a_stranger, marks=pytest.mark.long),
        pytest.param("postgresql", locked_in_postgresql, marks=LONG_POSTGRES),
    ],
    indirect=["installation"],
)
def test_who_waits_longer_than_five_seconds_for_a_lock_is_told_to_come_back(
    installation: Installation, shop: Shop, locked: Locking
) -> None:
    """H-45: a hanging request would hold a thread; after the lock it works again."""
    with installation.serving() as server:
        with locked(installation, shop):
            assert server.one_click(shop.token(BEN.address)).says_come_back
            assert page(server, shop, ANA.address).status == 200
        assert not shop.is_out(BEN.address)
        assert server.one_click(shop.token(BEN.address)).status == 200


@pytest.fixture
def obeying(installation: Installation) -> Installation:
    """An installation whose processes obey file modes: root does only without a capability."""
    if not os.geteuid():
        setpriv = shutil.which("setpriv")
        assert setpriv, "root needs setpriv (util-linux) for this test"
        installation.before = (setpriv, "--bounding-set", "-dac_override")
    return installation


@pytest.mark.long
@ON_SQLITE
def test_a_read_only_database_is_503_until_it_can_be_written(
    obeying: Installation, shop: Shop
) -> None:
    """H-45. SQLite may take up a file it opened before once more, so the second one counts."""
    token = shop.token(ANA.address)
    with obeying.serving() as server:
        obeying.database_file.chmod(0o444)
        assert server.one_click(token).says_come_back
        assert page(server, shop, ANA.address).status == 200
        obeying.database_file.chmod(0o600)
        assert not shop.is_out(ANA.address)
        until(lambda: server.one_click(token).status == 200, "it can be written again")
    assert shop.is_out(ANA.address)


@pytest.mark.postgres
def test_serving_without_its_database_is_refused_in_words(tmp_path: Path) -> None:
    """H-45: and the password in the URL is not told."""
    url = "postgresql://sayso:swordfish@127.0.0.1:9/x"
    finished = Installation(tmp_path, {"SAYSO_DATABASE_URL": url, **SECRETS}).run("serve")
    assert finished.returncode == 1
    assert finished.stderr.startswith("The database cannot be used now:")
    assert "swordfish" not in finished.stderr
