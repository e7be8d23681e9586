"""sayso backup and sayso restore."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import Connection, make_url, select
from sqlalchemy.exc import OperationalError

from app.cli import archive
from app.cli.archive import Manifest, Unusable
from app.cli.ledger import told
from app.cli.proving import shown
from app.cli.secret_files import write_secret
from app.cli.site import catalog, here
from app.config import ADDRESS_SECRET_FILE, LINK_SECRETS_FILE, Settings, from_environment
from app.domain.address import AddressKeys, fingerprint, parse_secret
from app.domain.moments import instant, moment
from app.domain.words import Instant
from app.queries.proof import prove_all
from app.services import feed
from app.store.backup import SqliteFile, database_of, discard
from app.store.copying import CannotCopy
from app.store.doors import Unavailable
from app.store.postgres_backup import PostgresDatabase
from app.store.schema import bring_up, is_known, revision
from app.store.tables import account
from app.web.site import system_clock

STAMP = "%Y%m%d%H%M%S"
"""How a moment stands in the name of what was moved aside; its fraction follows."""
SECRETS = (ADDRESS_SECRET_FILE, LINK_SECRETS_FILE)
THERE = """There is a database here already: {aside} is where it would be moved.
Say --yes to put the backup in its place."""
OTHER = """This backup belongs to another address secret than the one set here: with it every
address would be unknown and every opt-out lost. Nothing was changed."""
NO_SECRETS = """No secrets are set here, and the backup holds none. Bring back {files}
from where you keep them, or set SAYSO_ADDRESS_SECRET and SAYSO_LINK_SECRETS.
Nothing was changed."""
AFTERWARDS = """Nothing is known here of what happened from {since} to {now}.
- Opt-outs of that time: read in the senders' copies of the changes feed: sayso restore-events FILE
- Users, API keys and webhooks are as they were: deactivate and revoke again what was since.
- Mail and webhooks that were owed then are sent again. The feed has a new epoch: its readers are
  told to begin anew."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-secrets", is_flag=True, help="Put the secrets into it as well.")
def backup(file: Path, with_secrets: bool) -> None:
    """Write the database to FILE, as it is at one moment, while everything goes on.

    Without --with-secrets the address secret and the link secrets are not in it: keep them apart,
    for without them it is worth nothing.
    """
    if file.exists():
        raise click.UsageError(f"{file} is there already.")
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise click.ClickException(f"{file.parent} is not there, or may not be written.")
    catalog()  # which refuses another installation's secret, and a database without an account
    settings, now = here().settings, here().now()
    with _told():
        _write(file, settings, now, _secrets(settings) if with_secrets else {})
    click.echo(f"{file}: all that was committed before {moment(now)}.")
    if not with_secrets:
        click.echo("The secrets are not in it: keep them too, and elsewhere.", err=True)


def _write(file: Path, settings: Settings, now: Instant, secrets: Mapping[str, str]) -> None:
    with here().database.reading() as connection:
        has = revision(connection) or ""
    own = fingerprint(settings.address_secret or b"").hex()
    copy = archive.beside(file, "database")
    discard(copy)  # of a backup that was killed, whose pg_dump may be writing on
    try:
        with closing(database_of(make_url(settings.database_url), "")) as database:
            database.write(copy)
            manifest = Manifest(now, database.name, has, own, archive.digest(copy))
        archive.pack(file, manifest, copy, secrets)
    finally:
        discard(copy)


def _secrets(settings: Settings) -> dict[str, str]:
    address, links = settings.address_secret or b"", settings.link_secrets
    texts = (address.decode(), "\n".join(secret.decode() for secret in links))
    return {name: f"{words}\n" for name, words in zip(SECRETS, texts, strict=True)}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Move aside the database that is here.")
def restore(file: Path, yes: bool) -> None:
    """Put the database of FILE in its place, proved, with a new epoch of the changes feed.

    Nothing may use the database meanwhile. What was there is moved aside, and stays in its place
    where anything goes wrong.
    """
    with _told():
        manifest = archive.manifest_of(file)
        settings = from_environment()
        with closing(_place(settings)) as place:
            agrees = _restore(place, settings, file, manifest, yes)
    _end(manifest.at, agrees)


@click.command()
@click.argument("name")
def restore_aside(name: str) -> None:
    """Put back what a restore moved aside, to the NAME it told, as restore does with a backup.

    What is in its place now is moved aside in turn.
    """
    stamped = re.search(r"before[-_]restore[-_](\d{14})\d*$", name)
    if not stamped:
        raise click.UsageError(f"{name} is no name that a restore told.")
    since = instant(datetime.strptime(stamped[1], STAMP).replace(tzinfo=UTC))
    settings = from_environment()
    own = settings.address_secret or b""
    with _told(), closing(_place(settings)) as place:
        was_empty = place.is_empty
        agrees = place.put_back(name, lambda connection: _proved(connection, own))
    if not was_empty:
        click.echo(f"What was here is at {place.aside}.")
    _end(since, agrees)


@contextmanager
def _told() -> Iterator[None]:
    """What went wrong, in words."""
    os.umask(0o077)
    try:
        yield
    except (Unusable, CannotCopy) as wrong:
        raise click.ClickException(str(wrong)) from None
    except OperationalError as fault:
        raise Unavailable(str(fault.orig)) from None


def _end(since: Instant, agrees: bool) -> None:
    click.echo(AFTERWARDS.format(since=moment(since), now=moment(system_clock())))
    if not agrees:
        raise click.exceptions.Exit(1)


def _place(settings: Settings) -> SqliteFile | PostgresDatabase:
    stamp = datetime.now(UTC).strftime(f"before-restore-{STAMP}%f")
    return database_of(make_url(settings.database_url), stamp)


def _restore(
    place: SqliteFile | PostgresDatabase,
    settings: Settings,
    file: Path,
    manifest: Manifest,
    yes: bool,
) -> bool:
    """Whether the ledger explains all that stands in what is now in its place."""
    if place.name != manifest.dialect:
        raise Unusable(f"This is a backup of {manifest.dialect}; the database set is {place.name}.")
    if not is_known(manifest.revision):
        raise Unusable("This backup has the schema of a newer release: install that first.")
    own, lacking = _own_secret(settings, file)
    if fingerprint(own).hex() != manifest.fingerprint:
        raise Unusable(OTHER)
    was_empty = place.is_empty
    if not (was_empty or yes):
        raise Unusable(THERE.format(aside=place.aside))
    place.refuse_if_used()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = place.staging or settings.data_dir / "restoring"
    agrees = _fill(place, file, manifest, staging, own)
    for name, words in lacking.items():
        write_secret(settings.data_dir / name, words)
    if not was_empty:
        click.echo(f"What was here is at {place.aside}.")
    return agrees


def _own_secret(settings: Settings, file: Path) -> tuple[bytes, Mapping[str, str]]:
    """The address secret that is to be used, and the files of secrets that are lacking here."""
    kept = archive.secrets_in(file, *SECRETS)
    has = {ADDRESS_SECRET_FILE: settings.address_secret, LINK_SECRETS_FILE: settings.link_secrets}
    lacking = {name: kept.get(name) for name in SECRETS if not has[name]}
    found = {name: words for name, words in lacking.items() if words is not None}
    if len(found) < len(lacking):
        raise Unusable(NO_SECRETS.format(files=" and ".join(map(str, lacking))))
    if settings.address_secret is not None:
        return settings.address_secret, found
    return parse_secret(found[ADDRESS_SECRET_FILE]), found


def _fill(
    place: SqliteFile | PostgresDatabase,
    file: Path,
    manifest: Manifest,
    to: Path,
    own: bytes,
) -> bool:
    discard(to)  # of a restore that was killed
    try:
        archive.unpack(file, manifest, to)
        return place.fill(to, lambda connection: _proved(connection, own))
    finally:
        discard(to)


def _proved(connection: Connection, secret: bytes) -> bool:
    """To this release's schema, with a new epoch; whether the ledger explains all that stands.

    Where it does not, it did not when the backup was made: that is told, and better than nothing.
    """
    if connection.scalar(select(account.c.fingerprint)) != fingerprint(secret):
        raise Unusable(OTHER)
    bring_up(connection)
    feed.begin_epoch(connection)
    return told(shown(prove_all(connection, AddressKeys(secret), system_clock())))
