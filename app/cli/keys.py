"""sayso keys: the API's keys, and the purpose keys of senders who make links offline."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import click

from app.cli.site import catalog, here, named_brand
from app.domain.deeds import Doer
from app.domain.keys import ApiKey, KeyScope
from app.domain.words import Instant
from app.links.purposes import Purpose, purpose_key
from app.queries.keys import all_keys
from app.services import keys as service
from app.services.keys import NewKey

LONGEST_NAME = 200
PURPOSES = {"unsubscribe": Purpose.TYPE, "preferences": Purpose.PREFERENCES}


@click.group()
def keys() -> None:
    """Keys for programs: create, list, revoke, sender."""


@keys.command()
@click.option("--name", required=True, help="Who or what will use it.")
@click.option(
    "--scope",
    "scopes",
    required=True,
    multiple=True,
    type=click.Choice([s.value for s in KeyScope]),
)
@click.option("--brand", "brands", multiple=True, help="Only this brand: slug or id.")
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="It ends when this day begins.")
@click.option(
    "--speaks-for",
    type=click.Choice(["person"]),
    help="Its UNSUBSCRIBED is the person's own: for a preference page of yours.",
)
def create(
    name: str,
    scopes: tuple[str, ...],
    brands: tuple[str, ...],
    expires: datetime | None,
    speaks_for: str | None,
) -> None:
    """Make a key. It is shown this once, alone on the last line."""
    found = catalog()
    if not name.strip().isprintable() or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise click.UsageError(f"A name has 1 to {LONGEST_NAME} characters, on one line.")
    new = NewKey(
        name.strip(),
        frozenset(map(KeyScope, scopes)),
        frozenset(named_brand(found, brand).id for brand in brands) or None,
        _moment(expires) if expires else None,
        speaks_for_person=speaks_for is not None,
    )
    if new.expires_at is not None and new.expires_at <= here().now():
        raise click.UsageError("It would have ended already.")
    secret = here().database.write(service.create, new, Doer(None, here().now()))
    click.echo("Keep it now: it is not shown again.", err=True)
    click.echo(secret)


@keys.command(name="list")
def list_keys() -> None:
    """One line a key: id, state, name, scopes."""
    catalog()  # which refuses a database without an account
    with here().database.reading() as connection:
        made = all_keys(connection)
    for key in made:
        more = "  speaks for people" if key.speaks_for_person else ""
        click.echo(f"{key.id}  {_state(key)}  {key.name}  {' '.join(sorted(key.scopes))}{more}")


@keys.command()
@click.argument("id_", metavar="ID", type=int)
def revoke(id_: int) -> None:
    """End the key with this id at once."""
    if not here().database.write(partial(service.revoke, id_=id_, by=Doer(None, here().now()))):
        raise click.UsageError("There is no key with this id that still works. See: keys list")
    click.echo("Revoked.")


@keys.command()
@click.option("--purpose", required=True, type=click.Choice(sorted(PURPOSES)))
def sender(purpose: str) -> None:
    """Print the key by which a sender signs links of this purpose offline, in hexadecimal.

    The unsubscribe key makes links that opt out and do no more. The preferences key speaks for
    people: give it only to those trusted to do so.
    """
    click.echo(purpose_key(here().settings.link_secrets[-1], PURPOSES[purpose]).hex())


def _moment(day: datetime) -> Instant:
    return int(day.replace(tzinfo=here().settings.time_zone).timestamp() * 1000)


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "active" if key.works(here().now()) else "expired"
