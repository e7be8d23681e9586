"""sayso export: whole lists to standard output, page by page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from app.cli.site import catalog, here, instant_of, named_brand, named_type
from app.domain.catalog import Catalog
from app.domain.contacts import Source
from app.domain.words import Status
from app.files.listing import Format, written
from app.queries.contact_filters import Filters, Out
from app.queries.exports import Wanted, What, export
from app.text.languages import LANGUAGES

DAY = click.DateTime(["%Y-%m-%d"])
FILTERS = (
    click.option("--search", help="Contacts: parts of address or name."),
    click.option(
        "--status",
        type=click.Choice([status.name.lower() for status in Status]),
        help="Contacts: with this status of --type.",
    ),
    click.option("--chosen-for", metavar="BRAND", help="Contacts: who chose something of a brand."),
    click.option(
        "--opt-out",
        type=click.Choice([out.value for out in Out]),
        help="Contacts: opted out of everything, of the brand of --chosen-for, by whom or what.",
    ),
    click.option("--source", type=click.Choice([source.name.lower() for source in Source])),
    click.option("--language", type=click.Choice([*LANGUAGES])),
    click.option("--created-from", type=DAY, help="Contacts: made on this day or later."),
    click.option("--created-to", type=DAY, help="Contacts: made on this day or earlier."),
)
"""Those of the list of contacts."""


def filtered(command: Callable[..., None]) -> Callable[..., None]:
    """The command, with the options FILTERS."""
    for option in reversed(FILTERS):
        command = option(command)
    return command


@click.command("export")
@click.argument("what", type=click.Choice([what.value for what in What]))
@click.option("--format", "form", type=click.Choice([form.value for form in Format]), default="csv")
@click.option("--type", "type_", metavar="TYPE", help="Slug or id: what concerns this type.")
@click.option("--brand", help="Slug or id: what concerns this brand.")
@filtered
def export_(what: str, form: str, type_: str | None, brand: str | None, **filters: Any) -> None:
    """Write a whole list to standard output. Rows that say SUPPRESSION_ONLY under `use` are no
    ground to mail anybody. Where only an address's key is known, `email` is empty.

    Without --type or --brand, `suppressions` has only account-wide opt-outs and suppressions: to
    leave people out of the mail of one brand or type, export those of that brand or type."""
    if type_ and brand:
        raise click.UsageError("Give either --type or --brand.")
    asked = {name: value for name, value in filters.items() if value is not None}
    if asked and What(what) is not What.CONTACTS:
        raise click.UsageError("Only contacts are filtered.")
    if "status" in asked and not type_:
        raise click.UsageError("Give the --type that has this --status.")
    found = catalog()
    wanted = Wanted(
        What(what),
        found,
        here().now(),
        named_type(found, type_) if type_ else None,
        named_brand(found, brand) if brand else None,
        _filters(found, type_, asked) if asked else None,
    )
    listed = export(here().database.browsing, wanted)
    for piece in written(Format(form), listed.columns, listed.pages):
        sys.stdout.write(piece)


def _filters(found: Catalog, type_: str | None, asked: dict[str, Any]) -> Filters:
    status, out, source = (asked.get(name) for name in ("status", "opt_out", "source"))
    since, last, chosen = (asked.get(n) for n in ("created_from", "created_to", "chosen_for"))
    return Filters(
        text=asked.get("search", ""),
        type=named_type(found, type_).id if type_ and status else None,
        status=Status[status.upper()] if status else None,
        out=Out(out) if out else None,
        since=instant_of(since) if since else None,
        until=instant_of(last + timedelta(days=1)) if last else None,
        source=Source[source.upper()] if source else None,
        brand=named_brand(found, chosen).id if chosen else None,
        language=asked.get("language"),
    )
