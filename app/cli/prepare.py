"""Making what is not there yet: data directory, secrets, schema, account."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path

from sqlalchemy import make_url

from app.config import (
    ADDRESS_SECRET_FILE,
    LINK_SECRETS_FILE,
    BadSettings,
    Settings,
    from_environment,
)
from app.domain.address import fingerprint
from app.factory import make_site
from app.services import catalog, example
from app.store.catalog import Missing
from app.store.schema import upgrade
from app.text.languages import program_texts
from app.web.site import Site

MISSING = """The database {database} is there, but its secrets are not.
Without them every link already mailed is lost, and every address unknown.
Bring back {files} from your backup, or set SAYSO_ADDRESS_SECRET and
SAYSO_LINK_SECRETS to those of this database."""


NEEDED = """{database} needs its secrets from you: set SAYSO_ADDRESS_SECRET and
SAYSO_LINK_SECRETS (or …_FILE), the same on every machine. To make one:
    python3 -c 'import secrets; print(secrets.token_urlsafe(48))'
Keep them as long as the database, and back them up apart from it."""


def prepared(*, with_example: bool = False, data_privacy: bool = False) -> Site:
    """A site that can be served. Safe to call again, and from many processes at once."""
    settings = from_environment()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    site = make_site(_with_secrets(settings))
    upgrade(site.database)
    if not _has_account(site):
        _set_up(site, with_example=with_example, data_privacy=data_privacy)
    site.database.write(catalog.keep_program_texts, program_texts(), site.now())
    return site


def _has_account(site: Site) -> bool:
    try:
        with site.database.reading() as connection:
            site.catalogs.current(connection)
    except Missing:
        return False
    return True


def _set_up(site: Site, *, with_example: bool, data_privacy: bool) -> None:
    secret = site.settings.address_secret or b""
    new = catalog.NewAccount(fingerprint(secret), data_privacy=data_privacy)
    if with_example:
        site.database.write(example.make, new, site.keys, site.now())
    else:
        site.database.write(catalog.set_up, new, catalog.DEFAULT_BRAND, site.now())


def _with_secrets(settings: Settings) -> Settings:
    """Secrets are made only together with a new, empty SQLite database (rules.md, 2)."""
    if settings.address_secret is not None and settings.link_secrets:
        return settings
    files = {
        "address_secret": settings.data_dir / ADDRESS_SECRET_FILE,
        "link_secrets": settings.data_dir / LINK_SECRETS_FILE,
    }
    database = make_url(settings.database_url).database or ""
    is_new = not Path(database).exists() or Path(database).stat().st_size == 0
    given = settings.address_secret is not None or settings.link_secrets
    if not settings.is_sqlite:
        raise BadSettings(NEEDED.format(database=_named(settings)))
    if not is_new or given:
        names = " and ".join(str(file) for file in files.values())
        raise BadSettings(MISSING.format(database=_named(settings), files=names))
    for file in files.values():
        _make_secret(file)
    return from_environment(os.environ)


def _make_secret(file: Path) -> None:
    """48 random bytes as text, readable by this user alone. One that is there stays."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as made:
        made.write(secrets.token_urlsafe(48) + "\n")
        made.flush()
        os.fsync(descriptor)


def _named(settings: Settings) -> str:
    return make_url(settings.database_url).render_as_string(hide_password=True)


def on_port(site: Site, port: int) -> Settings:
    """The settings with a base URL on this port, where none is set."""
    if "SAYSO_BASE_URL" in os.environ:
        return site.settings
    return replace(site.settings, base_url=f"http://127.0.0.1:{port}")
