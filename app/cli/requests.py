"""sayso requests: what people ask about their data, noted, answered, with its dates (R-81)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import click
from sqlalchemy import Connection

from app.cli.site import catalog, here, key_of
from app.domain.deeds import Doer
from app.domain.ids import MOST_ID
from app.domain.rights import Outcome, Right
from app.domain.words import Instant
from app.files.cells import lines
from app.queries import copies
from app.queries import requests as known
from app.queries.requests import Cursor, Request
from app.services import requests as service
from app.services.requests import Ended
from app.services.rights import COMMAND_LINE, Asked

RIGHTS = {right.name.lower().replace("_", "-"): right for right in Right}
Page = Callable[[Connection, Cursor | None], tuple[list[Request], Cursor | None]]


@click.group()
def requests() -> None:
    """What people ask about their data. Make sure that it is they who ask."""


@requests.command("list")
@click.option("--all", "all_", is_flag=True, help="The whole log, the newest first.")
def list_requests(all_: bool) -> None:
    """Those that wait, the most urgent first."""
    for each in _listed(known.all_of_them if all_ else known.open_ones):
        what = each.right.name.lower().replace("_", "-")
        became = each.outcome.name.lower() if each.outcome else "open"
        dates = f"asked {_day(each.asked_at)}  due {_day(each.due_at)}"
        ended = f"  ended {_day(each.ended_at)}" if each.ended_at else ""
        whose = each.address or each.key.hex()
        click.echo(f"{each.id:>6}  {what:<14} {became:<8} {dates}{ended}  {whose}")


@requests.command()
@click.argument("address")
@click.argument("right", type=click.Choice([*RIGHTS]))
def note(address: str, right: str) -> None:
    """Keep that whoever has ADDRESS asked, and print the number of the request."""
    now, found = here().now(), catalog()
    key, brand = key_of(address), found.default_brand
    asked = Asked(RIGHTS[right], key, brand, found.language, now, user=COMMAND_LINE)
    click.echo(here().database.write(service.note, asked, Doer(None, now)))


@requests.command()
@click.argument("number", type=int)
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
def copy(number: int, form: str) -> None:
    """Write all that is kept about who asked to standard output: as JSON for software, as CSV for
    a spreadsheet."""
    asked, found = _asked(number), catalog()
    with here().database.reading() as connection:
        copied = copies.copy(connection, found, asked.key, here().now())
    if form == "csv":
        click.echo("".join(lines(copies.HEADING, copies.rows(copied))), nl=False)
    else:
        click.echo(json.dumps(copied, ensure_ascii=False, indent=2))


@requests.command()
@click.argument("number", type=int)
@click.option("--refused", is_flag=True, help="It was not done.")
def end(number: int, refused: bool) -> None:
    """Note that the request was answered."""
    _asked(number)
    _once(service.finish, number, Outcome.REFUSED if refused else Outcome.DONE)


@requests.command()
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(number: int, yes: bool) -> None:
    """Erase what is kept of who asked, and opt their address out of all email. It cannot be
    undone."""
    asked = _asked(number)
    if asked.right is not Right.ERASURE:
        raise click.UsageError("They did not ask for that: note a request for erasure.")
    if not yes:
        click.confirm(f"Erase what is kept of {asked.address or asked.key.hex()}?", abort=True)
    _once(service.erase, number, asked.key, catalog().policy)


def _listed(page: Page) -> Iterator[Request]:
    after: Cursor | None = None
    while True:
        with here().database.browsing() as connection:
            found, after = page(connection, after)
        yield from found
        if after is None:
            return


def _asked(number: int) -> Request:
    with here().database.reading() as connection:
        found = known.one(connection, number) if 0 < number <= MOST_ID else None
    if found is None:
        raise click.UsageError(f"There is no request {number}.")
    return found


def _once(work: Callable[..., Any], *given: Any) -> None:
    try:
        here().database.write(work, *given, by=Doer(None, here().now()))
    except Ended:
        raise click.ClickException("It has ended already.") from None


def _day(at: Instant) -> str:
    return datetime.fromtimestamp(at / 1000, here().settings.time_zone).date().isoformat()
