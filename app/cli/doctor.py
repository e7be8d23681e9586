"""sayso doctor: what is not as it should be, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import click

from app.cli import examining_inside as inside
from app.cli import examining_outside as outside
from app.cli.findings import Finding, Grade, fault
from app.cli.site import here
from app.config import BadSettings
from app.store.catalog import Missing, OtherSecret
from app.store.doors import NoTables, NotAllowed, Unavailable
from app.store.whereabouts import Elsewhere, refuse_elsewhere
from app.web.site import Site

MACHINE = (inside.versions, inside.settings, inside.permissions, inside.room)
DATABASE = (
    inside.schema,
    inside.writing,
    inside.replica,
    inside.engine,
    inside.queues,
    outside.headers,
)
OUTSIDE = (outside.base_url, outside.mail, outside.unsubscribe_domain)
Check = Callable[[Site], Iterator[Finding]]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A list of what was found.")
def doctor(as_json: bool) -> None:
    """Look at everything Sayso needs: a line each, ok, warning or fault, and what to do.

    Exit status 1 where there is a fault.
    """
    found = list(_examined())
    if as_json:
        rows = [{**one._asdict(), "grade": one.grade.value} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for one in found:
            click.echo(_line(one))
    if any(one.grade is Grade.FAULT for one in found):
        raise click.exceptions.Exit(1)


def _line(one: Finding) -> str:
    stop = "." if one.to_do and not one.found.endswith((".", "?")) else ""
    return f"{one.grade.value:<8} {one.about}: {one.found}{stop} {one.to_do}".rstrip()


def _examined() -> Iterator[Finding]:
    try:
        site = here()
    except BadSettings as wrong:
        yield from (fault("settings", line, "") for line in str(wrong).splitlines())
        return
    for check in MACHINE:
        yield from check(site)
    yield from _of_database(site)
    for check in OUTSIDE:
        yield from check(site)


def _of_database(site: Site) -> Iterator[Finding]:
    """The first thing that fails here says why the others could not be looked at."""
    try:
        yield from _checked(site)
    except (Missing, NoTables):
        yield fault("database", "There is no account in it yet.", "Run: sayso init")
    except Elsewhere as wrong:
        yield fault("database", str(wrong), "")
    except OtherSecret as wrong:
        yield fault("database", str(wrong), "")
    except Unavailable as why:
        yield fault("database", f"It cannot be used now: {why}", _read_by(site))


def _read_by(site: Site) -> str:
    """Which setting says where it is read."""
    other = "READ_" if site.settings.read_database_url else ""
    return f"See SAYSO_{other}DATABASE_URL."


def _checked(site: Site) -> Iterator[Finding]:
    """Raises Elsewhere where an account is not found that is there."""
    try:
        for check in DATABASE:
            yield from check(site)
    except (Missing, NoTables, NotAllowed):
        refuse_elsewhere(site.database)
        raise
