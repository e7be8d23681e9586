"""The command `sayso`. It exits with 0 done, 1 not done, 2 asked wrongly, 3 rows refused."""

from __future__ import annotations

import sys

import click

from app.cli.backup import backup, restore
from app.cli.catalog import account_, brands, example, types
from app.cli.doctor import doctor
from app.cli.exporting import export_
from app.cli.importing import import_
from app.cli.keys import keys
from app.cli.ledger import history, verify
from app.cli.past import decision, digest
from app.cli.requests import requests
from app.cli.restoring_events import restore_events
from app.cli.senders import check, links
from app.cli.serving import init, lmtp, serve, upgrade, worker
from app.cli.users import users
from app.config import BadSettings
from app.domain.address import BadSecret, MalformedAddress
from app.store.catalog import Missing, OtherSecret
from app.store.doors import NoTables, Unavailable


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sayso")
def cli() -> None:
    """Sayso keeps what people say about the mail they want."""


COMMANDS: tuple[click.Command, ...] = (
    init,
    serve,
    upgrade,
    worker,
    lmtp,
    links,
    check,
    history,
    verify,
    account_,
    brands,
    types,
    example,
    users,
    requests,
    import_,
    export_,
    keys,
    backup,
    restore,
    restore_events,
    doctor,
    decision,
    digest,
)
for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run it. What the user can mend is told in words, without a traceback."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except (BadSettings, BadSecret, MalformedAddress, OtherSecret) as wrong:
        sys.exit(_told(wrong, 2))
    except (Missing, NoTables):
        sys.exit(_told("There is no account in this database yet. Run: sayso init", 2))
    except Unavailable as fault:
        sys.exit(_told(f"The database cannot be used now: {fault}", 1))
    except BrokenPipeError:
        sys.exit(1)
    except OSError as fault:
        sys.exit(_told(fault, 1))


def _told(what: object, status: int) -> int:
    click.echo(str(what), err=True)
    return status
