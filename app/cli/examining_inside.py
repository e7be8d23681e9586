"""What `sayso doctor` looks at on this machine and in the database."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, text

from app.cli.findings import Finding, fault, ok, warning
from app.cli.mistyped import mistyped, told
from app.cli.numbers import so_many
from app.config import ADDRESS_SECRET_FILE, LINK_SECRETS_FILE, SETTINGS
from app.domain.words import SECOND
from app.queries import feed
from app.queries.waiting import waiting
from app.store.doors import Unavailable
from app.store.revisions import NEWEST, is_newest
from app.web.site import Site

WHO_WORKS = {
    "embedded": "Is it served, with a worker beside it? See its log.",
    "off": "SAYSO_WORKER=off: does a sayso worker run somewhere? See its log.",
}
WITHOUT_RACE = (3, 51, 3)
"""The first SQLite whose write-ahead log cannot lose a commit that races with its reset."""
LEAST_ROOM = 2**30
LATE_SECONDS = {"unsequenced": 60}
USUALLY_LATE_SECONDS = 15 * 60
"""How long what is due may have been waiting, by queue. A worker gives an event its place in the
feed at once: where it did not, none runs."""
CLOCK_MILLISECONDS = 1_000
OTHERS_MAY = 0o077
ASKED_OF_POSTGRES = {
    "version": "SHOW server_version",
    "fsync": "SHOW fsync",
    "synchronous": "SHOW synchronous_commit",
    "trigrams": "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'",
    "clock": "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint",
}

WRITE_NOTHING = text("INSERT INTO event SELECT * FROM event WHERE 1 = 0")
"""Asks for all that an opt-out needs: to get in, a primary, and the right."""
OF_A_STANDBY = text("SELECT pg_is_in_recovery(), current_setting('hot_standby_feedback')")


def versions(_: Site) -> Iterator[Finding]:
    """Of this program, and of what it runs on."""
    yield ok("version", f"Sayso {version('sayso')}, Python {platform.python_version()}")


def settings(site: Site) -> Iterator[Finding]:
    """Names that nobody reads are mistyped ones."""
    wrong = mistyped()
    for name, nearest in wrong.items():
        yield warning("settings", told(name, nearest), "See docs/settings.md, or unset it.")
    if site.settings.smtp_url and not site.settings.mail_from:
        yield warning(
            "settings", "SAYSO_MAIL_FROM is not set.", "Set it: brands may lack a sender."
        )
    if not wrong:
        yield ok("settings", "All can be read, and each is known.")
    told_here = f"By fingerprint: {site.settings.link_secrets_told}."
    yield ok("link secrets", f"{told_here} /readyz tells which a server has.")


def permissions(site: Site) -> Iterator[Finding]:
    """Others on this machine must not read addresses, and never the secrets."""
    directory = site.settings.data_dir
    if directory.is_dir() and directory.stat().st_mode & OTHERS_MAY:
        yield warning("permissions", f"Others may look into {directory}.", f"chmod 700 {directory}")
    named = (os.environ.get(f"{s.name}_FILE", "") for s in SETTINGS if s.secret)
    kept = (directory / ADDRESS_SECRET_FILE, directory / LINK_SECRETS_FILE)
    files = [path for path in (*kept, *map(Path, filter(None, named))) if path.is_file()]
    loose = [path for path in files if path.stat().st_mode & OTHERS_MAY]
    for path in loose:
        yield fault("permissions", f"Others may read {path}.", f"chmod 600 {path}")
    if not loose:
        those = so_many(len(files), "file", "files")
        yield ok("permissions", f"{those} of secrets, which only the owner may read.")


def room(site: Site) -> Iterator[Finding]:
    """A full disk is a 503 for everybody."""
    if not site.settings.data_dir.is_dir():
        return
    free = shutil.disk_usage(site.settings.data_dir).free
    about = f"{free / 2**30:.1f} GiB are free in {site.settings.data_dir}."
    yield ok("disk", about) if free >= LEAST_ROOM else warning("disk", about, "Make room.")


def schema(site: Site) -> Iterator[Finding]:
    """The database answers, is ours, and has this release's schema."""
    with site.database.reading() as connection:
        site.catalogs.current(connection)
        current = is_newest(connection)
    if current:
        yield ok("database", f"{site.database.dialect}, schema {NEWEST}, and the secret fits.")
    else:
        yield fault("database", f"Its schema is not {NEWEST}.", "Run: sayso upgrade")


def writing(site: Site) -> Iterator[Finding]:
    """Reading may be another role's: the one that writes must get in too, may write, and comes to
    the same database."""
    with site.database.reading() as connection:
        read = feed.end(connection).epoch
    try:
        written = site.database.write(_write_nothing)
    except Unavailable as why:
        yield fault("database", f"Nothing can be stored in it: {why}", "See SAYSO_DATABASE_URL.")
        return
    if read != written:
        told = "Another one is read than is written: no opt-out would be heeded."
        yield fault("database", told, "Set SAYSO_READ_DATABASE_URL to that of SAYSO_DATABASE_URL.")


def _write_nothing(connection: Connection) -> int:
    """Which database it is: its epoch, for each restore begins another."""
    connection.execute(WRITE_NOTHING)
    return feed.end(connection).epoch


def replica(site: Site) -> Iterator[Finding]:
    """Where lists, searches, exports and `sayso verify` read, if that is set."""
    if not site.settings.browse_database_url or site.database.dialect != "postgresql":
        return
    try:
        with site.database.browsing() as connection:
            current, theirs = is_newest(connection), feed.end(connection).epoch
            standby, feedback = connection.execute(OF_A_STANDBY).one()
    except Unavailable as why:
        told = f"Lists, searches and exports fail: {why}"
        yield fault("replica", told, "See SAYSO_BROWSE_DATABASE_URL.")
        return
    with site.database.reading() as connection:
        ours = feed.end(connection).epoch
    if not current or theirs != ours:
        told = "It is not of this database, or does not follow."
        yield fault("replica", told, "See SAYSO_BROWSE_DATABASE_URL.")
    elif not standby:
        told = "What answers is no standby: lists and exports weigh on it."
        yield warning("replica", told, "Is the standby away? See SAYSO_BROWSE_DATABASE_URL.")
    elif feedback == "off":
        told = "hot_standby_feedback is off: a long export may be ended in its midst."
        yield warning("replica", told, "Set hot_standby_feedback = on at the standby.")
    else:
        yield ok("replica", "A standby answers.")


def engine(site: Site) -> Iterator[Finding]:
    """What the database's own program and settings promise."""
    yield from (_sqlite if site.database.dialect == "sqlite" else _postgres)(site)


def _sqlite(_: Site) -> Iterator[Finding]:
    own = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= WITHOUT_RACE:
        yield ok("SQLite", own)
    else:
        yield warning(
            "SQLite",
            f"{own} has a rare race between a commit and the reset of its write-ahead log, which "
            "can damage the file (mended in 3.51.3).",
            "Use a Python with a newer SQLite, and keep backups.",
        )
    yield ok("clock", "The database has this machine's.")


def _postgres(site: Site) -> Iterator[Finding]:
    with site.database.reading() as connection:
        before = site.now()
        say = {name: connection.scalar(text(sql)) for name, sql in ASKED_OF_POSTGRES.items()}
        can_write = connection.scalar(text("SELECT has_table_privilege('event', 'INSERT')"))
    yield ok("PostgreSQL", str(say["version"]))
    yield from _promises(say["fsync"], say["synchronous"])
    if not say["trigrams"]:
        yield warning("PostgreSQL", "No pg_trgm: searches are slow.", "See docs/operations.md.")
    if site.settings.read_database_url and can_write:
        yield warning("PostgreSQL", "The reading role may write.", "GRANT it SELECT, no more.")
    off = abs(int(say["clock"] or 0) - before)
    seconds = f"It differs from the database's by {off / SECOND:.1f} s."
    if off < CLOCK_MILLISECONDS:
        yield ok("clock", seconds)
    else:
        yield warning("clock", seconds, "Let both machines follow the same time servers.")


def _promises(fsync: object, synchronous: object) -> Iterator[Finding]:
    for name, value in (("fsync", fsync), ("synchronous_commit", synchronous)):
        if value == "off":
            told = f"{name} is off: what was answered 200 may be lost."
            yield warning("PostgreSQL", told, f"Set {name} = on.")


def queues(site: Site) -> Iterator[Finding]:
    """Is somebody at what is owed?"""
    with site.database.reading() as connection:
        found = waiting(connection, site.now())
    for name, seconds in found.items():
        about = f"{name}: the oldest that is due has been waiting for {seconds:,.0f} s."
        if seconds < LATE_SECONDS.get(name, USUALLY_LATE_SECONDS):
            yield ok("queue", about)
        else:
            yield warning("queue", about, WHO_WORKS[site.settings.worker])
