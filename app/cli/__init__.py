"""The command `sayso`. It exits with 0 done, 1 not done, 2 asked wrongly, 3 rows refused."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module

import click
from click.exceptions import NoSuchCommand

from app.config import BadSettings
from app.domain.address import BadSecret, MalformedAddress
from app.logs import configure
from app.store.catalog import Missing, OtherSecret
from app.store.doors import NoTables, NotAllowed, Unavailable
from app.store.whereabouts import Elsewhere, refuse_elsewhere

COMMANDS = {
    "init": "setting_up",
    "serve": "serving",
    "upgrade": "setting_up",
    "worker": "working",
    "lmtp": "working",
    "links": "senders",
    "check": "senders",
    "history": "ledger",
    "verify": "ledger",
    "account": "catalog",
    "brands": "catalog",
    "types": "catalog",
    "example": "catalog",
    "users": "users",
    "requests": "requests",
    "import": "importing",
    "export": "exporting",
    "keys": "keys",
    "backup": "backup",
    "restore": "backup",
    "restore-aside": "backup",
    "restore-events": "restoring_events",
    "doctor": "doctor",
    "decision": "past",
    "digest": "past",
}
"""Each command, and the module it is in."""
SERVICES = ["serve"], ["worker"], ["lmtp"]
log = logging.getLogger(__name__)


class Commands(click.Group):
    """Loads the module of the command that is asked for, so that none waits for the others'."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The one with this name."""
        if cmd_name not in COMMANDS:
            return None
        within = vars(import_module(f"app.cli.{COMMANDS[cmd_name]}")).values()
        found = (each for each in within if isinstance(each, click.Command))
        return next(command for command in found if command.name == cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The one that is asked for. For a mistyped name, those that are most like it are named."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as unknown:
            raise NoSuchCommand(unknown.command_name, possibilities=COMMANDS, ctx=ctx) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sayso")
def cli() -> None:
    """Sayso keeps what people say about the mail they want."""


def main() -> None:
    """Run it. What the user can mend is told in words, without a traceback."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.ClickException as wrong:
        if _logs_json():
            sys.exit(_told(wrong.format_message(), wrong.exit_code))
        wrong.show()
        sys.exit(wrong.exit_code)
    except click.Abort:
        sys.exit(130)
    except (BadSettings, BadSecret, MalformedAddress, OtherSecret, Elsewhere) as wrong:
        sys.exit(_told(wrong, 2))
    except (Missing, NoTables, NotAllowed) as fault:
        sys.exit(_unread(fault))
    except Unavailable as fault:
        sys.exit(_told(f"The database cannot be used now: {fault}", 1))
    except BrokenPipeError:
        sys.exit(1)
    except OSError as fault:
        sys.exit(_told(fault, 1))


def _unread(fault: Exception) -> int:
    """Tell where the account is that was not found or not let be read, or that there is none."""
    try:
        refuse_elsewhere(import_module("app.cli.site").here().database)
    except Elsewhere as found:
        return _told(found, 2)
    except Unavailable:
        pass
    if isinstance(fault, NotAllowed):
        return _told(f"The database cannot be used now: {fault}", 1)
    return _told("There is no account in this database yet. Run: sayso init", 2)


def _told(what: object, status: int) -> int:
    """To whom asked in words; to a log of JSON as its last line."""
    if _logs_json():
        configure("json")
        log.critical("%s", what)
    else:
        click.echo(str(what), err=True)
    return status


def _logs_json() -> bool:
    """Whether it is a service, whose output is a log, and programs read it. The settings may be
    what is wrong, so they are not asked."""
    return sys.argv[1:2] in SERVICES and os.environ.get("SAYSO_LOG_FORMAT", "").strip() == "json"
