"""sayso init, upgrade."""

from __future__ import annotations

import click

from app.cli.prepare import prepared
from app.cli.site import here
from app.store.schema import upgrade as upgrade_schema


@click.command()
@click.option("--example", is_flag=True, help="Fill in an example brand with a few addresses.")
@click.option("--data-privacy", is_flag=True, help="Mail only who has said yes.")
def init(example: bool, data_privacy: bool) -> None:
    """Make the data directory, the secrets and the database, where they are not there yet."""
    site = prepared(with_example=example, data_privacy=data_privacy)
    site.database.close()
    click.echo(f"Ready: {site.settings.data_dir}")


@click.command()
def upgrade() -> None:
    """Bring the database to the schema of this release. Serving does so by itself."""
    upgrade_schema(here().database)
    click.echo("The database has the schema of this release.")
