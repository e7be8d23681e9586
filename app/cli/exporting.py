"""sayso export: whole lists to standard output, page by page."""

from __future__ import annotations

import sys

import click

from app.cli.site import catalog, here, named_brand, named_type
from app.files.listing import Format, written
from app.queries.exports import Wanted, What, export


@click.command("export")
@click.argument("what", type=click.Choice([what.value for what in What]))
@click.option("--format", "form", type=click.Choice([form.value for form in Format]), default="csv")
@click.option("--type", "type_", metavar="TYPE", help="Slug or id: what concerns this type.")
@click.option("--brand", help="Slug or id: what concerns this brand.")
def export_(what: str, form: str, type_: str | None, brand: str | None) -> None:
    """Write a whole list to standard output. Rows that say SUPPRESSION_ONLY under `use` are no
    ground to mail anybody. Where only an address's key is known, `email` is empty.

    Without --type or --brand, `suppressions` has only account-wide opt-outs and suppressions: to
    leave people out of the mail of one brand or type, export those of that brand or type."""
    if type_ and brand:
        raise click.UsageError("Give either --type or --brand.")
    found = catalog()
    wanted = Wanted(
        What(what),
        found,
        here().now(),
        named_type(found, type_) if type_ else None,
        named_brand(found, brand) if brand else None,
    )
    listed = export(here().database.browsing, wanted)
    for piece in written(Format(form), listed.columns, listed.pages):
        sys.stdout.write(piece)
