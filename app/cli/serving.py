"""sayso serve. It loads what every start needs and no more, for somebody waits for it: what serves,
while a process beside it sees to it that all is there (docs/decisions/0106)."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
from importlib import import_module
from pathlib import Path
from shlex import quote
from shutil import which

import click
from sqlalchemy import make_url

from app import server
from app.cli.mistyped import mistyped, told
from app.cli.prepare import prepared
from app.config import LINK_SECRETS_FILE, Settings, from_environment
from app.domain.invented import EXAMPLES
from app.garbage import not_looking
from app.links.tokens import Link, Purpose
from app.logs import configure
from app.web.site import Site

log = logging.getLogger(__name__)
LAST_PORT = 65535
USUAL = "http://127.0.0.1:8000"
"""Where links lead unless SAYSO_BASE_URL says otherwise."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, LAST_PORT))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--example", is_flag=True, help="On a first run, fill in an example brand.")
def serve(host: str, port: int, workers: int, threads: int, example: bool) -> None:
    """Serve. SIGHUP reloads without losing a request, SIGTERM ends after the running ones."""
    settings = from_environment()
    configure(settings.log_format)
    for name, nearest in mistyped().items():
        log.warning("%s See docs/settings.md", told(name, nearest))
    _ensure_free(host, port)
    if not os.environ.get("SAYSO_BASE_URL"):
        os.environ["SAYSO_BASE_URL"] = f"http://127.0.0.1:{port}"
    os.umask(0o077)  # whatever is made from here on holds addresses
    preparing = os.fork()
    if not preparing:
        _prepare(example)
        os._exit(0)  # to take down all that is loaded would keep the other one waiting
    _load(settings)
    _, status = os.waitpid(preparing, 0)
    if status:
        sys.exit(os.waitstatus_to_exitcode(status))  # it has said why
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    secrets = (settings.data_dir / LINK_SECRETS_FILE).absolute()
    serves = f"Serving at {where}. Link secrets: {from_environment().link_secrets_told}"
    if sys.stderr.isatty():
        serves = ""  # who started it there sees what to open
    server.begin(where, workers, threads, settings.log_format, secrets, serves)


def _prepare(example: bool) -> None:
    site = prepared(with_example=example)
    if example or sys.stdout.isatty():  # else it is a log, and in a log is no link
        _say_what_to_open(site)
    site.database.close()


def _load(settings: Settings) -> None:
    """What the first web processes need, which are forked from this one."""
    with not_looking():
        import_module("app.factory")
        make_url(settings.database_url).get_dialect().import_dbapi()


def _ensure_free(host: str, port: int) -> None:
    """Refuse what gunicorn could not bind, in its own way, before anything is made or said."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as fault:
            raise click.ClickException(_why_not(host, port, fault)) from None


def _why_not(host: str, port: int, fault: OSError) -> str:
    if fault.errno != errno.EADDRINUSE:
        return f"Nothing can be served at {host}, port {port}: {fault.strerror}"
    other = port + 1 if port < LAST_PORT else port - 1
    ways = f"make run PORT={other}, or sayso serve --port {other}"
    return f"Port {port} is taken. Choose another: {ways}"


def _command() -> str:
    """This program as it was called, and by its name alone where that finds it."""
    called = sys.argv[0]
    there = Path(called).name == "sayso" and which("sayso") != called
    return quote(called) if there else "sayso"


def _say_what_to_open(site: Site) -> None:
    """Each URL on a line of its own."""
    brand = site.catalog().brand_or_default(0)
    type_ = next((t for t in brand.types if not t.transactional and not t.archived), None)
    key = site.keys(EXAMPLES[0].address) if brand.example else bytes(16)
    choices = Link(Purpose.PREFERENCES if brand.example else Purpose.EXAMPLE, key, brand.id, 0)
    leaving = Link(Purpose.TYPE, key, type_.id, 0) if type_ and brand.example else choices
    base, mint = site.links.base.text, site.tokens.mint
    click.echo("A preferences link:")
    click.echo(f"{base}/p/{mint(choices)}")
    click.echo("An unsubscribe link:")
    click.echo(f"{base}/u/{mint(leaving)}")
    there = "" if base == USUAL else f"SAYSO_BASE_URL={base} "
    click.echo(
        f"The admin ({there}{_command()} users invite you@example.com --role owner lets you in):"
    )
    click.echo(f"{base}/admin")
