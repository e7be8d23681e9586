"""A database without its secrets, or with another's: refused, with what to do."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from app.store.doors import Database
from tests.cli.running import run
from tests.databases import EMPTY, PostgresServer
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import SECRETS, Installation, Shop, free_port

OTHER = "another-address-secret-for-tests-of-processes"
COMMANDS = (
    "init",
    "worker",
    "history ana@fernway.example",
    "verify",
    "verify ana@fernway.example",
    "check --type offers /dev/null",
    "links --brand fernway /dev/null",
    "account edit --default-brand fernway",
    "brands list",
    "brands add tea Tea",
    "brands edit fernway --name Tea",
    "brands archive fernway",
    "types list",
    "types add fernway tea Tea",
    "types edit offers --language en --name Tea",
    "types archive offers",
    "example remove",
)
ADVICE = (
    "SAYSO_ADDRESS_SECRET is not the one this database was made with: with it, every address would "
    "be unknown and every opt-out lost. Set the secret from your backup.\n"
)


def content(installation: Installation) -> list[object]:
    """All that a command could change."""
    settings = installation.site().settings
    with closing(Database(settings.database_url)) as database, database.reading() as connection:
        return [
            tuple(row)
            for table in ("account", "brand", "subscription_type", "email_address", "event")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]


def test_every_command_refuses_another_address_secret_and_changes_nothing(
    installation: Installation, shop: Shop
) -> None:
    """Rules 2: with it every address is unknown, and an opt-out would be kept for nobody."""
    before = content(installation)
    installation.settings["SAYSO_ADDRESS_SECRET"] = OTHER
    for command in COMMANDS:
        finished = run(tuple(command.split()), installation.environment)
        assert (finished.status, finished.err) == (2, ADVICE), command
    assert content(installation) == before


@pytest.mark.slow
@ON_SQLITE
def test_serving_refuses_another_address_secret(installation: Installation, shop: Shop) -> None:
    """Rules 2."""
    installation.settings["SAYSO_ADDRESS_SECRET"] = OTHER
    finished = installation.run("serve", "--port", str(free_port()))
    assert (finished.returncode, finished.stdout, finished.stderr) == (2, "", ADVICE)


@ON_SQLITE
@pytest.mark.parametrize("lost", ["address-secret", "link-secrets"])
def test_an_existing_database_without_a_secret_is_refused_with_what_to_do(
    installation: Installation, shop: Shop, lost: str
) -> None:
    """Rules 2: never is a secret made for a database that has one."""
    (installation.var / lost).unlink()
    finished = run(("init",), installation.environment)
    assert finished.status == 2
    assert f"The database sqlite:///{installation.database_file} is there, but" in finished.err
    assert f"Bring back {installation.var}/address-secret and" in finished.err
    assert "set SAYSO_ADDRESS_SECRET and\nSAYSO_LINK_SECRETS" in finished.err
    assert not (installation.var / lost).exists()
    finished = run(("brands", "list"), installation.environment)
    assert finished.status == 2
    assert "set SAYSO_ADDRESS_SECRET and SAYSO_LINK_SECRETS" in finished.err


@pytest.mark.postgres
def test_postgresql_without_secrets_is_refused_with_how_to_make_them(
    postgresql_databases: PostgresServer, tmp_path: Path
) -> None:
    """Rules 2: on several machines secrets made by one would be missed by the others."""
    url = postgresql_databases.url(EMPTY).replace("postgres@", "postgres:swordfish@")
    installation = Installation(tmp_path, {"SAYSO_DATABASE_URL": url})
    finished = run(("init",), installation.environment)
    assert finished.status == 2
    assert "import secrets; print(secrets.token_urlsafe(48))" in finished.err
    assert "SAYSO_ADDRESS_SECRET" in finished.err
    assert "swordfish" not in finished.err
    assert not list(installation.var.glob("*-secret*"))


@ON_SQLITE
@pytest.mark.parametrize("name", list(SECRETS))
def test_one_secret_given_and_the_other_not_is_refused_with_what_to_do(
    installation: Installation, name: str
) -> None:
    """Rules 2: a given secret belongs to a database; the other one is not to be guessed."""
    installation.settings[name] = SECRETS[name]
    finished = run(("init",), installation.environment)
    assert finished.status == 2
    assert finished.err.startswith("One secret is set and the other is not.")
    assert not list(installation.var.glob("*-secret*"))


@ON_SQLITE
def test_given_secrets_are_used_and_none_is_made(installation: Installation) -> None:
    installation.settings.update(SECRETS)
    assert run(("init",), installation.environment).status == 0
    assert not list(installation.var.glob("*-secret*"))
