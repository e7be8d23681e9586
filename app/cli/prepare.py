"""Making what is not there yet: data directory, secrets, schema, account."""

from __future__ import annotations

import os
import secrets
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, make_url, select

from app.cli.secret_files import write_secret
from app.config import (
    ADDRESS_SECRET_FILE,
    LINK_SECRETS_FILE,
    BadSettings,
    Settings,
    from_environment,
)
from app.domain.address import fingerprint
from app.services import catalog
from app.services.catalog import NewAccount
from app.store.catalog import Missing, OtherSecret
from app.store.doors import NoTables, NotAllowed
from app.store.queue import Queue
from app.store.revisions import alone, is_newest
from app.store.tables import account
from app.store.whereabouts import refuse_elsewhere
from app.text.languages import program_texts
from app.web.site import Site, make_site

PATIENCE_SECONDS = 60.0
MISSING = """The database {database} is there, but its secrets are not.
Without them every link already mailed is lost, and every address unknown.
Bring back {files} from your backup, or set SAYSO_ADDRESS_SECRET and
SAYSO_LINK_SECRETS to those of this database."""
NEW = """
For a new database, make both with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"""
HALF = """One secret is set and the other is not. Set SAYSO_ADDRESS_SECRET and SAYSO_LINK_SECRETS,
or neither, to have both made with a new database."""


def prepared(*, with_example: bool = False, data_privacy: bool = False) -> Site:
    """A site that can be served. Safe to call again, and from many processes at once."""
    os.umask(0o077)  # whatever is made here holds addresses
    directory = from_environment().data_dir
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with Queue(directory / "preparing", PATIENCE_SECONDS).turn():
        site = make_site(_with_secrets(from_environment()))
        own = fingerprint(site.settings.address_secret or b"")
        try:
            _bring_up(site, NewAccount(own, data_privacy=data_privacy), with_example)
        except BaseException:
            site.database.close()
            raise
    return site


def _bring_up(site: Site, new: NewAccount, with_example: bool) -> None:
    if _stands(site, new):
        return
    import_module("app.store.schema").upgrade(site.database)
    site.database.write(_set_up, site, new, with_example)
    site.database.write(catalog.keep_program_texts, program_texts(), site.now())


def _stands(site: Site, new: NewAccount) -> bool:
    """Whether all is there, as nearly always, and then nothing need be loaded or written. Raises
    OtherSecret before anything is changed: this may be another installation's database; and
    Elsewhere, where this one's lies aside."""
    try:
        with site.database.reading() as connection:
            kept = connection.scalar(select(account.c.fingerprint))
            if kept not in (None, new.fingerprint):
                raise OtherSecret
            newest = is_newest(connection) and not new.data_privacy
            if kept is not None:
                return newest and catalog.has_program_texts(connection, program_texts())
    except (NoTables, NotAllowed):
        pass
    refuse_elsewhere(site.database)
    return False


def _set_up(connection: Connection, site: Site, new: NewAccount, with_example: bool) -> None:
    """Make the account, where no other process has made it meanwhile. In one that is there, the
    data privacy switch is turned on where that is asked, and never off."""
    alone(connection)
    try:
        site.catalogs.current(connection)
        if new.data_privacy:
            catalog.switch_data_privacy(connection, True, site.now())
    except Missing:
        if with_example:
            import_module("app.services.example").make(connection, new, site.keys, site.now())
        else:
            catalog.set_up(connection, new, catalog.DEFAULT_BRAND, site.now())


def _with_secrets(settings: Settings) -> Settings:
    """Secrets are made only together with a new, empty SQLite database (rules.md, 2)."""
    has_address, has_links = settings.address_secret is not None, bool(settings.link_secrets)
    if has_address and has_links:
        return settings
    address_file = settings.data_dir / ADDRESS_SECRET_FILE
    link_file = settings.data_dir / LINK_SECRETS_FILE
    if not _is_new(settings):
        told = MISSING.format(database=_named(settings), files=f"{address_file} and {link_file}")
        raise BadSettings(told if settings.is_sqlite else told + NEW)
    if (has_address and not address_file.exists()) or (has_links and not link_file.exists()):
        raise BadSettings(HALF)
    _make_secret(address_file)
    _make_secret(link_file)
    return from_environment()


def _is_new(settings: Settings) -> bool:
    """Whether the database is a file that is not there or empty."""
    file = Path(make_url(settings.database_url).database or "")
    return settings.is_sqlite and (not file.exists() or file.stat().st_size == 0)


def _make_secret(file: Path) -> None:
    """48 random bytes as text, in a file that is not there yet. One that is there stays."""
    if not file.exists():
        write_secret(file, secrets.token_urlsafe(48) + "\n")


def _named(settings: Settings) -> str:
    return make_url(settings.database_url).render_as_string(hide_password=True)
