"""sayso keys: the API's keys, and the purpose keys of senders who make links offline."""

from __future__ import annotations

import os
import secrets
from datetime import datetime
from functools import partial

import click

from app.cli.secret_files import write_secret
from app.cli.site import catalog, here, instant_of, named_brand
from app.config import LINK_SECRETS_FILE
from app.domain.deeds import Doer
from app.domain.keys import ApiKey, KeyScope
from app.links.purposes import Purpose, purpose_key
from app.queries.keys import all_keys
from app.services import keys as service
from app.services.keys import NewKey

LONGEST_NAME = 200
FROM_ELSEWHERE = ("SAYSO_LINK_SECRETS", "SAYSO_LINK_SECRETS_FILE")
ELSEWHERE = """The link secrets are set by the environment here, so nothing was changed. A new one:

{new}

1. On every machine, set SAYSO_LINK_SECRETS_NEXT (or its file) to it: it verifies.
2. When all have it, put it at the end of SAYSO_LINK_SECRETS and take NEXT away: it signs.
After each, restart: serve, worker and lmtp. Where the secrets lie in files, a reload of serve does
(it reads files, and no new environment). Which secrets a process has: /readyz, and sayso doctor.
Keep the older ones: footer links never expire. Give senders that mint offline their new purpose
keys: sayso keys sender."""
ROTATED = """{file} has a new last line. It signs: in this command from now on, in sayso serve
within some seconds, by itself. Start sayso worker and sayso lmtp again, where they run apart.
Keep the older lines: footer links never expire. One that leaked goes to
SAYSO_LINK_SECRETS_LEAKED: its links then opt out, and do nothing else.
Keep a copy of the file with your backups. Give senders that mint offline their new purpose keys:
sayso keys sender."""
PURPOSES = {"unsubscribe": Purpose.TYPE, "preferences": Purpose.PREFERENCES}


@click.group()
def keys() -> None:
    """Keys for programs: create, list, revoke, sender, rotate-links."""


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
        instant_of(expires) if expires else None,
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


@keys.command("rotate-links")
def rotate_links() -> None:
    """Put a new link secret at the end of the secrets file: it signs, and all of them verify.

    With several machines, let it verify everywhere before it signs anywhere: put it into the file
    of SAYSO_LINK_SECRETS_NEXT on each first (docs/operations.md).
    """
    catalog()  # which refuses another installation's secret, and a database without an account
    file = here().settings.data_dir / LINK_SECRETS_FILE
    new = secrets.token_urlsafe(48)
    if any(os.environ.get(name) for name in FROM_ELSEWHERE):
        click.echo(ELSEWHERE.format(new=new))
        return
    write_secret(file, f"{file.read_text(encoding='utf-8').strip()}\n{new}\n")
    click.echo(ROTATED.format(file=file))


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "active" if key.works(here().now()) else "expired"
