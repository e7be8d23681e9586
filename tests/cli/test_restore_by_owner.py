"""sayso restore on PostgreSQL as deploy/ sets it up: by the role that owns the database and is no
superuser, while another one only reads."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA, choose, settle_three_choices
from tests.cli.running import run
from tests.databases import PostgresServer
from tests.processes.cluster import OWNER, READER
from tests.processes.front import PgBouncer
from tests.processes.installation import SAYSO, SECRETS, Installation, Shop, until

pytestmark = pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
BEN = "ben@example.com"
LEFT_BY_OLDER = "before_restore_20261126120000"
INDEXED = (
    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.ix_contact_trigrams'::regclass"
)
ASIDE = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'before%'"
HELD = """CREATE SCHEMA beside;
CREATE FUNCTION beside.hold() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(3600); END $$;
CREATE EVENT TRIGGER hold ON ddl_command_end WHEN TAG IN ('{tag}') EXECUTE FUNCTION beside.hold()"""
LET_GO = "DROP EVENT TRIGGER hold; DROP SCHEMA beside CASCADE"
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'sayso'"
AT_IT = f"{BUSY} AND usename = 'sayso' AND wait_event = 'PgSleep'"
Ask = Callable[..., Any]
Pooler = Callable[[], AbstractContextManager[Installation]]


@pytest.fixture
def installation(
    request: pytest.FixtureRequest, postgresql_databases: PostgresServer, tmp_path: Path
) -> Iterator[Installation]:
    """An installation on the database of roles.sh, that never ran."""
    with postgresql_databases.with_roles():
        urls = {
            "SAYSO_DATABASE_URL": postgresql_databases.url("sayso", "sayso"),
            "SAYSO_READ_DATABASE_URL": postgresql_databases.url("sayso", "sayso_reader"),
        }
        yield Installation(tmp_path, {**urls, **SECRETS})


@pytest.fixture
def ask(postgresql_databases: PostgresServer) -> Ask:
    """`ask(statement, as_role)`: one value, by a connection that ends."""

    def asked(statement: str, role: str = "postgres") -> Any:
        with closing(connected(postgresql_databases, role)) as connection:
            found = connection.execute(statement.encode())
            row = found.fetchone() if found.description else None
            return row and row[0]

    return asked


def connected(server: PostgresServer, role: str) -> psycopg.Connection:
    """A connection to the database of deploy/."""
    url = server.url("sayso", role).replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)


@pytest.fixture
def kept(sayso: Sayso, shop: Shop, tmp_path: Path) -> str:
    """A backup, after which somebody opts out, and nobody is connected any more."""
    settle_three_choices(shop)
    file = str(tmp_path / "kept")
    assert sayso("backup", file).status == 0
    choose(shop, BEN, Unsubscribe(ACCOUNT))
    let_go(shop)
    return file


def let_go(shop: Shop) -> None:
    """Nothing of this process uses the database any more."""
    shop.site.database.close()
    shop.site.counts.close()


def is_out(shop: Shop, address: str) -> bool:
    """Whether an address is out of everything, asked by the reading role, which then goes."""
    out = bool(shop.held(address))
    let_go(shop)
    return out


def test_a_restore_is_put_in_its_place_at_once_and_its_reader_reads_on(
    sayso: Sayso, shop: Shop, kept: str, ask: Ask, postgresql_databases: PostgresServer
) -> None:
    """Issue 6: refused while the reading role alone is connected; whatever fails changes nothing;
    what was there can be put back."""
    with closing(connected(postgresql_databases, "sayso_reader")):
        used = sayso("restore", kept, "--yes")
        assert (used.status, "(as sayso_reader)" in used.err) == (1, True)
    ask("ALTER TABLE webhook OWNER TO postgres")
    failed = sayso("restore", kept, "--yes")
    assert failed.status == 1
    assert 'relation "webhook" already exists' in failed.err
    assert "Nothing was changed" in failed.err
    assert (is_out(shop, BEN), ask(ASIDE)) == (True, 0)
    ask("ALTER TABLE webhook OWNER TO sayso")

    done = sayso("restore", kept, "--yes")
    assert (done.status, done.err) == (0, "")
    assert (is_out(shop, BEN), is_out(shop, ANA)) == (False, True)
    assert ask(INDEXED) is True
    ask("CREATE TABLE later ()", "sayso")
    assert ask("SELECT count(*) FROM later", "sayso_reader") == 0
    ask("DROP TABLE later")
    doctor = sayso("doctor").out
    assert "ok       database: postgresql" in doctor
    assert "pg_trgm" not in doctor


def test_a_restore_can_be_taken_back_and_keeps_what_others_may_read(
    sayso: Sayso, shop: Shop, kept: str, ask: Ask
) -> None:
    """Also where each right was given by itself, and pg_trgm lies in another schema. A backup holds
    nothing that was moved aside."""
    done = sayso("restore", kept, "--yes")
    again = f"{kept}-again"
    assert sayso("backup", again).status == 0
    aside = done.out.partition("What was here is at ")[2].partition(".\n")[0]
    back = sayso("restore-aside", aside)
    assert (back.status, back.err) == (0, "")
    assert is_out(shop, BEN)
    assert sayso("restore-aside", aside).err.startswith(f"Error: There is no schema {aside}.\n")
    assert sayso("restore-aside", "public").status == 2
    assert ask(ASIDE) == 1
    ask(
        "REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM sayso_reader; "
        "ALTER DEFAULT PRIVILEGES FOR ROLE sayso IN SCHEMA public REVOKE SELECT ON TABLES "
        "FROM sayso_reader; GRANT SELECT ON account TO sayso_reader, PUBLIC"
    )
    ask(
        "DROP EXTENSION pg_trgm CASCADE; CREATE SCHEMA beside; "
        "CREATE EXTENSION pg_trgm SCHEMA beside; GRANT USAGE ON SCHEMA beside TO sayso"
    )
    assert sayso("restore", again, "--yes").status == 0
    assert ask("SELECT relacl::text FROM pg_class WHERE oid = 'account'::regclass") == (
        "{sayso=arwdDxt/sayso,sayso_reader=r/sayso,=r/sayso}"
    )
    assert ask(INDEXED) is True


def test_what_an_older_release_left_aside_is_told_and_put_back(
    sayso: Sayso, shop: Shop, installation: Installation, kept: str, ask: Ask
) -> None:
    """All in before_restore_…, `public` new, but for what a web node that ran on made in it."""
    ask(f"ALTER SCHEMA public RENAME TO {LEFT_BY_OLDER}")
    ask("CREATE SCHEMA public AUTHORIZATION sayso")
    ask("CREATE UNLOGGED TABLE hit_count (key varchar PRIMARY KEY)", "sayso")
    for command in ("verify", "init"):
        told = sayso(command)
        assert (told.status, f"sayso restore-aside {LEFT_BY_OLDER}" in told.err) == (2, True)
    assert f"sayso restore-aside {LEFT_BY_OLDER}" in installation.run("worker").stderr
    doctor = sayso("doctor").out
    assert f"sayso restore-aside {LEFT_BY_OLDER}" in doctor
    assert "Run: sayso init" not in doctor

    back = sayso("restore-aside", LEFT_BY_OLDER)
    assert (back.status, "from 2026-11-26 12:00" in back.out.replace("T", " ")) == (0, True), back
    assert is_out(shop, BEN)
    assert ask(INDEXED) is True
    assert sayso("verify").status == 0
    assert sayso("restore", kept, "--yes").status == 0


def test_a_role_that_may_not_read_is_told_from_no_account(
    sayso: Sayso, shop: Shop, kept: str, ask: Ask
) -> None:
    """And what to say that it may; afterwards it does."""
    ask("REVOKE USAGE ON SCHEMA public FROM PUBLIC")
    for narrower in (
        "SELECT 1",
        "REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM sayso_reader; "
        "GRANT USAGE ON SCHEMA public TO sayso_reader",
    ):
        ask(narrower)
        for command in ("verify", "doctor", "init"):
            told = sayso(command)
            words = told.out + told.err
            assert "The role sayso_reader may not read this database's tables" in words, command
            assert "There is no account" not in words
    ask(sayso("verify").err.partition("\n")[2], "sayso")
    assert sayso("verify").status == 0


@pytest.fixture
def elsewhere(postgresql_databases: PostgresServer) -> Ask:
    """`elsewhere(question)`: one value, through another database, and so in no restore's way."""

    def asked(question: str) -> Any:
        url = postgresql_databases.url("postgres").replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            row = connection.execute(question.encode()).fetchone()
            return row and row[0]

    return asked


@pytest.fixture
def pooler(
    installation: Installation, postgresql_databases: PostgresServer, elsewhere: Ask
) -> Pooler:
    """PgBouncer with the settings of deploy/: the installation through it, while it is there, after
    which its connections are gone."""
    where = postgresql_databases.url("").rpartition("host=")[2]
    bouncer = PgBouncer(Path(where))
    urls = {
        "SAYSO_DATABASE_URL": bouncer.url("sayso", OWNER),
        "SAYSO_READ_DATABASE_URL": bouncer.url("sayso_reader", READER),
    }

    @contextmanager
    def pooling() -> Iterator[Installation]:
        bouncer.start_before(f"host={where}")
        try:
            until(lambda: listens(bouncer.port), "it listens")
            yield replace(installation, settings={**urls, **SECRETS})
        finally:
            bouncer.process.kill()
        until(lambda: not elsewhere(BUSY), "its connections are gone")

    return pooling


def listens(port: int) -> bool:
    """Whether somebody does."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def through_a_pooler_nothing_goes(pooler: Pooler, direct: Installation, kept: str) -> None:
    """Neither a backup nor a restore; nor a restore past it, while its pool is connected."""
    with pooler() as through:
        for command in (("backup", f"{kept}-2"), ("restore", kept, "--yes")):
            refused = run(command, through.environment)
            assert (refused.status, "goes through a pooler" in refused.err) == (1, True), refused
        used = run(("restore", kept, "--yes"), direct.environment)
        assert (used.status, "(as sayso" in used.err) == (1, True), used
    assert not Path(f"{kept}-2").exists()


@pytest.mark.long
def test_a_restore_killed_in_a_statement_leaves_what_was_there_to_serve_through_pgbouncer(
    shop: Shop,
    installation: Installation,
    kept: str,
    ask: Ask,
    elsewhere: Ask,
    pooler: Pooler,
) -> None:
    """Issue 6: kill -9 while tables are moved aside, made and indexed. The server misses whom it
    served though its statement would go on for an hour, and what was there serves; then a restore
    succeeds. Through a pooler itself, nothing is backed up nor restored."""
    said = [BEN]

    def serves(person: str) -> None:
        with pooler() as through, through.serving() as server:
            assert server.one_click(shop.token(person)).status == 200
            assert server.get(f"/u/{shop.token(person)}").status == 200
            assert server.stop() == 0
            let_go(shop)
        said.append(person)
        assert all(is_out(shop, each) for each in said)

    through_a_pooler_nothing_goes(pooler, installation, kept)
    for tag in ("ALTER TABLE", "CREATE TABLE", "CREATE INDEX"):
        ask(HELD.format(tag=tag))
        until(lambda: not elsewhere(BUSY), "nobody is connected")
        with installation.started(SAYSO, "restore", kept, "--yes") as started:
            until(lambda: elsewhere(AT_IT), f"it is at {tag}")
            os.kill(started.process.pid, signal.SIGKILL)
            until(lambda: not elsewhere(BUSY), "the server misses it")
        ask(LET_GO)
        assert ask(ASIDE) == 0
        serves(f"{tag.lower().replace(' ', '.')}@example.com")
    done = run(("restore", kept, "--yes"), installation.environment)
    assert (done.status, done.err) == (0, "")
    assert not any(is_out(shop, each) for each in said)
    said.clear()
    serves(ANA)
