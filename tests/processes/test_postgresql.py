"""PostgreSQL stopped and started, read-only, slow, or full of others: 503, never a false 200."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.cli.running import run
from tests.databases import EMPTY, PostgresServer, postgres_binaries, running_postgres
from tests.lacking import lacks
from tests.processes.installation import SECRETS, Installation, Server, Shop, free_port, until
from tests.world import ANA, BEN, CLEO

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that only this test uses, so that it may stop it."""
    binaries = postgres_binaries()
    if binaries is None:
        lacks("PostgreSQL's server is not installed")
    with running_postgres(binaries) as server:
        yield server


def control(home: Path, *doing: str) -> None:
    """Stop or start the server whose socket is in `home`, as the one who owns its data."""
    binaries = postgres_binaries()
    assert binaries
    owner = (home / "data").stat()
    user, group = (None, None) if os.geteuid() else (owner.st_uid, owner.st_gid)
    command = [str(binaries / "pg_ctl"), "-D", str(home / "data"), "--wait", "--silent", *doing]
    out = subprocess.DEVNULL
    subprocess.run(command, check=True, cwd=home, stdout=out, user=user, group=group)


def test_postgresql_that_stops_and_starts_again_needs_no_restart_of_sayso(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    """H-45, R-17: 503 while it is away, 200 when it is back, and every 200 is kept."""
    url = own_postgres.url(EMPTY)
    home = Path(url.rpartition("host=")[2])
    installation = Installation(tmp_path, {"SAYSO_DATABASE_URL": url, **SECRETS})
    assert run(("init", "--example"), installation.environment).status == 0
    shop = Shop(installation.site())
    tokens = [shop.token(person.address) for person in (ANA, BEN, CLEO)]
    with installation.serving(workers=2) as server:
        for token in tokens[:1] * 8:
            assert server.one_click(token).status == 200
        control(home, "stop", "--mode=fast")
        for _ in range(4):
            assert server.one_click(tokens[1]).says_come_back
            assert server.get("/healthz").says_come_back
            assert server.get(f"/u/{tokens[0]}").says_come_back
        control(home, "start", "-l", str(home / "log"))
        assert not shop.is_out(BEN.address)
        until(lambda: server.one_click(tokens[1]).status == 200, "it goes on by itself")
        until(lambda: server.get("/healthz").status == 200, "it is healthy again")
        answers = [server.one_click(tokens[2]).status for _ in range(8)]
        assert answers == [200] * 8
        assert server.stop() == 0
    assert [shop.is_out(p.address) for p in (ANA, BEN, CLEO)] == [True] * 3
    shop.site.database.close()


@pytest.fixture
def shop(own_postgres: PostgresServer, tmp_path: Path) -> Iterator[Shop]:
    """The example in it."""
    settings = {"SAYSO_DATABASE_URL": own_postgres.url(EMPTY), **SECRETS}
    installation = Installation(tmp_path, settings)
    assert run(("init", "--example"), installation.environment).status == 0
    shop = Shop(installation.site())
    yield shop
    shop.site.database.close()
    shop.site.counts.close()


def stranger(server: PostgresServer) -> psycopg.Connection:
    """Another program's connection."""
    return psycopg.connect(server.url(EMPTY).replace("+psycopg", ""), autocommit=True)


@contextmanager
def read_only(own: psycopg.Connection) -> Iterator[None]:
    """As a standby is."""
    own.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    own.execute("SELECT pg_reload_conf()")
    yield
    own.execute("SET default_transaction_read_only = off")
    own.execute("ALTER SYSTEM RESET default_transaction_read_only")
    own.execute("SELECT pg_reload_conf()")


@contextmanager
def full_of_others(own: psycopg.Connection, server: PostgresServer) -> Iterator[None]:
    """Every connection is somebody else's: those that Sayso had are ended, and taken."""
    ours = (
        "FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND usename = 'postgres' AND backend_type = 'client backend'"
    )
    with ExitStack() as others:
        own.execute(f"SELECT pg_terminate_backend(pid) {ours}")
        until(lambda: own.execute(f"SELECT count(*) {ours}").fetchone() == (0,), "they are ended")
        with suppress(psycopg.OperationalError):
            while True:  # until it says "too many clients"
                others.enter_context(stranger(server))
        yield


@contextmanager
def slow(own: psycopg.Connection) -> Iterator[None]:
    """Each event takes a second to be written."""
    own.execute(
        "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$"
    )
    own.execute("CREATE TRIGGER late BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION late()")
    yield
    own.execute("DROP FUNCTION late CASCADE")


def all_at_once(server: Server, tokens: list[str]) -> list[int]:
    """What each of them is answered."""
    answers: list[int] = []
    asking = [
        threading.Thread(target=lambda token=token: answers.append(server.one_click(token).status))
        for token in tokens
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    return answers


@pytest.mark.long
def test_postgresql_that_is_read_only_full_of_others_or_slow_tells_nothing_false(
    own_postgres: PostgresServer, shop: Shop, tmp_path: Path
) -> None:
    """H-45, R-17: pages go on where they can, what cannot be stored is 503, and it goes on by
    itself. Slow is only slow."""
    tokens = [shop.token(f"reader{number}@example.com") for number in range(8)]
    with (
        Installation(tmp_path, {**shop_settings(shop), "SAYSO_WORKER": "off"}).serving() as server,
        stranger(own_postgres) as own,
    ):
        assert server.one_click(tokens[0]).status == 200
        with read_only(own):
            until(lambda: server.one_click(tokens[1]).says_come_back, "nothing can be written")
            assert server.get(f"/u/{tokens[0]}").status == 200
        until(lambda: server.one_click(tokens[1]).status == 200, "it can be written again")
        with full_of_others(own, own_postgres):
            assert server.one_click(tokens[2]).says_come_back
            assert server.get(f"/u/{tokens[0]}").says_come_back
        until(lambda: server.one_click(tokens[2]).status == 200, "there are connections again")
        with slow(own):
            assert all_at_once(server, tokens[3:]) == [200] * 5
    assert all(shop.is_out(f"reader{number}@example.com") for number in range(8))


@pytest.mark.long
def test_without_its_replica_only_lists_fail_unless_the_primary_may_stand_in(
    own_postgres: PostgresServer, shop: Shop, tmp_path: Path
) -> None:
    """Pages, decisions and writes never ask a replica (architecture 2)."""
    away, settings = free_port(), shop_settings(shop)
    url = settings["SAYSO_DATABASE_URL"]
    home = url.rpartition("host=")[2]
    settings["SAYSO_BROWSE_DATABASE_URL"] = url.replace(home, f"127.0.0.1:{away}")
    installation = Installation(tmp_path, settings)
    with installation.serving() as server:
        assert server.one_click(shop.token(ANA.address)).status == 200
        assert server.get(f"/u/{shop.token(ANA.address)}").status == 200
        listed = installation.run("verify")
        assert (listed.returncode, listed.stderr[:34]) == (1, "The database cannot be used now: c")
    nodes = f"host=127.0.0.1:{away}&host={home}:5432&target_session_attrs=prefer-standby"
    settings["SAYSO_BROWSE_DATABASE_URL"] = url.replace(f"host={home}", nodes)
    assert installation.run("verify").returncode == 0


def shop_settings(shop: Shop) -> dict[str, str]:
    """Those of its installation, for one more."""
    return {"SAYSO_DATABASE_URL": shop.site.settings.database_url, **SECRETS}
