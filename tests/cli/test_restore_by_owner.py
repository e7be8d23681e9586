"""sayso restore on PostgreSQL as deploy/ sets it up: by the role that owns the database and is no
superuser, while another one only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.domain.changes import Unsubscribe
from app.domain.words import ACCOUNT
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA, choose, settle_three_choices
from tests.databases import PostgresServer
from tests.processes.installation import SECRETS, Installation, Shop

pytestmark = pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
BEN = "ben@example.com"
LEFT_BY_OLDER = "before_restore_20261126120000"
INDEXED = (
    "SELECT indisvalid FROM pg_index WHERE indexrelid = 'public.ix_contact_trigrams'::regclass"
)
ASIDE = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'before%'"
Ask = Callable[..., Any]


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
