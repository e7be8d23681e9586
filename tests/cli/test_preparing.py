"""sayso init and upgrade."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing

import alembic.command
import pytest
from alembic.config import Config
from sqlalchemy import Connection, inspect, select, text

from app.store.doors import Database
from app.store.schema import is_current
from app.store.tables import account, setting_version
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA, settle_three_choices
from tests.cli.running import run
from tests.processes.installation import SAYSO, SECRETS, Installation, Shop
from tests.processes.releases import that_fails_half_way


def privacy(installation: Installation) -> bool:
    """Whether the data privacy switch is on."""
    settings = installation.site().settings
    with closing(Database(settings.database_url)) as database, database.reading() as connection:
        return bool(connection.scalar(select(account.c.data_privacy)))


def test_init_makes_an_account_that_mails_who_has_not_said_no(installation: Installation) -> None:
    """Rules 8: the switch is off by default."""
    finished = run(("init",), installation.environment)
    assert finished == (0, f"Ready: {installation.var}\n", "")
    assert not privacy(installation)


def test_init_with_data_privacy_makes_an_account_that_asks_first(
    installation: Installation,
) -> None:
    """Rules 8, 6.12: on, an address that said nothing is not mailed."""
    assert run(("init", "--example", "--data-privacy"), installation.environment).status == 0
    assert privacy(installation)
    checked = run(("check", "--type", "offers"), installation.environment, b"new@example.com\n")
    assert [row["reason"] for row in checked.rows] == ["NOT_OPTED_IN"]


def test_init_turns_the_switch_on_later_and_never_off(installation: Installation) -> None:
    """Rules 8: it tells with its time, and once."""
    for arguments in ((), ("--data-privacy",), ("--data-privacy",), ()):
        assert run(("init", *arguments), installation.environment).status == 0
        assert privacy(installation) or not arguments
    assert privacy(installation)
    settings = installation.site().settings
    with closing(Database(settings.database_url)) as database, database.reading() as connection:
        kept = connection.scalars(
            select(setting_version.c.content).where(setting_version.c.scope_kind == 0)
        )
        assert list(kept) == [{"data_privacy": False}, {"data_privacy": True}]


def test_init_again_changes_nothing(installation: Installation, sayso: Sayso) -> None:
    before = sayso("types", "list")
    assert sayso("init").status == 0
    assert sayso("init", "--example").status == 0
    assert sayso("types", "list") == before


@pytest.mark.parametrize("command", ["brands list", "verify", "types list"])
def test_before_init_a_command_says_what_to_run(installation: Installation, command: str) -> None:
    """Neither where there is no table, nor where the tables are empty."""
    installation.settings.update(SECRETS)
    installation.var.mkdir()
    for _ in range(2):
        finished = run(tuple(command.split()), installation.environment)
        assert finished == (2, "", "There is no account in this database yet. Run: sayso init\n")
        assert run(("upgrade",), installation.environment).status == 0


def test_upgrade_says_that_it_is_done(installation: Installation) -> None:
    installation.settings.update(SECRETS)
    installation.var.mkdir()
    for _ in range(2):
        finished = run(("upgrade",), installation.environment)
        assert finished == (0, "The database has the schema of this release.\n", "")


@pytest.mark.slow
@pytest.mark.long
def test_upgrade_from_many_processes_at_once_is_one_upgrade(installation: Installation) -> None:
    """Architecture 5: every machine starts the new release at the same moment."""
    installation.settings.update(SECRETS)
    installation.var.mkdir()
    started = [
        subprocess.Popen(
            [SAYSO, "upgrade"],
            cwd=installation.home,
            env=installation.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=90)[0] for process in started]
    assert said == ["The database has the schema of this release.\n"] * 3
    assert [process.returncode for process in started] == [0] * 3
    site = installation.site()
    with closing(site.database) as database, database.reading() as connection:
        assert is_current(connection)


def test_an_upgrade_that_fails_half_way_leaves_nothing_behind(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6: it is one transaction. The next one begins where this one did."""
    upgrade = alembic.command.upgrade

    def fail_half_way(config: Config, _: str) -> None:
        upgrade(config, "0005")
        raise OSError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(alembic.command, "upgrade", fail_half_way)
        failed = run(("init",), installation.environment)
    assert (failed.status, "the power went" in failed.err) == (1, True)
    assert "sayso init" in run(("verify",), installation.environment).err
    assert run(("init",), installation.environment).status == 0
    assert run(("verify",), installation.environment).status == 0


def test_a_migration_that_fails_half_way_leaves_the_database_to_the_old_release(
    installation: Installation, shop: Shop
) -> None:
    """Issue 6: tables made, changed, emptied and dropped by then are as they were, rows too."""
    settle_three_choices(shop)
    before = shop.held(ANA)
    with that_fails_half_way(installation.home):
        failed = run(("upgrade",), installation.environment)
    assert (failed.status, "the power went" in failed.err) == (1, True)
    assert shop.held(ANA) == before != {}
    for command in (("upgrade",), ("verify",)):
        assert run(command, installation.environment).status == 0
    with shop.site.database.reading() as connection:
        assert "half" not in inspect(connection).get_table_names()
        assert is_current(connection)


def test_a_database_away_is_told_in_words(installation: Installation, shop: Shop) -> None:
    """H-45."""
    installation.settings["SAYSO_DATABASE_URL"] = "sqlite:////nowhere/at/all/sayso.db"
    for command in (("brands", "list"), ("verify",), ("upgrade",)):
        finished = run(command, installation.environment)
        assert (finished.status, finished.out) == (1, "")
        assert finished.err.startswith("The database cannot be used now: ")


@pytest.fixture
def reader(shop: Shop, installation: Installation) -> Iterator[str]:
    """A role of PostgreSQL that may log in and see that there are tables."""
    name = f"reader_of_{installation.home.name}"
    shop.site.database.write(told, f"CREATE ROLE {name} LOGIN")
    shop.site.database.write(told, f"GRANT USAGE ON SCHEMA public TO {name}")
    yield name
    shop.site.database.write(told, f"DROP OWNED BY {name}")
    shop.site.database.write(told, f"DROP ROLE {name}")


def told(connection: Connection, statement: str) -> None:
    """Run a statement."""
    connection.execute(text(statement))


@pytest.mark.parametrize(
    "installation", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
def test_reading_by_a_role_that_may_only_select(
    installation: Installation, shop: Shop, reader: str
) -> None:
    """Architecture 2: the database itself refuses to write; a right that lacks is told in words."""
    url = installation.settings["SAYSO_DATABASE_URL"].replace("postgres@", f"{reader}@")
    installation.settings["SAYSO_READ_DATABASE_URL"] = url
    for command in (("brands", "list"), ("init",)):
        finished = run(command, installation.environment)
        assert (finished.status, finished.out) == (2, "")
        assert f"The role {reader} may not read" in finished.err
    shop.site.database.write(told, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}")
    checked = run(("check", "--type", "offers"), installation.environment, b"new@example.com\n")
    assert [row["allowed"] for row in checked.rows] == ["yes"]
    assert run(("init",), installation.environment).status == 0
    assert run(("verify",), installation.environment).status == 0
