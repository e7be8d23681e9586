"""sayso worker, lmtp."""

from __future__ import annotations

import logging
import os
import signal
import threading
from importlib import import_module

import click

from app.cli.serving import LAST_PORT
from app.cli.site import catalog, here
from app.config import from_environment
from app.garbage import look_seldom
from app.logs import configure
from app.store.catalog import Missing
from app.store.doors import NoTables
from app.store.whereabouts import refuse_elsewhere
from app.worker.loop import Worker

log = logging.getLogger(__name__)
AGAIN_SECONDS = 2.0
"""Between two looks for an account."""


@click.command()
def worker() -> None:
    """Send what is owed, as a process of its own, until SIGTERM."""
    configure(from_environment().log_format)
    ending = _told_to_end()
    if not _is_set_up(ending):
        return
    log.info("The worker is running. Link secrets: %s", here().settings.link_secrets_told)
    look_seldom()
    Worker(here()).run(ending)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8024, show_default=True, type=click.IntRange(1, LAST_PORT))
def lmtp(host: str, port: int) -> None:
    """Take mail that comes back, behind a mail server, until SIGTERM."""
    configure(from_environment().log_format)
    ending = _told_to_end()
    if not _is_set_up(ending):
        return
    listener = import_module("app.worker.lmtp").Listener(here(), host, port)
    try:
        listener.start()
    except OSError as fault:
        why = os.strerror(fault.errno or 0)
        raise click.ClickException(f"No mail can be taken at {host}, port {port}: {why}") from None
    secrets = here().settings.link_secrets_told
    log.info("Taking mail by LMTP at %s:%s. Link secrets: %s", host, port, secrets)
    ending.wait()
    listener.stop()


def _is_set_up(ending: threading.Event) -> bool:
    """Wait for the account, which the web makes that was started in the same moment; whether there
    is one, as `ending` may come first. Refuses another installation's secret, and where there is
    one that is not found."""
    told = False
    while not ending.is_set():
        try:
            catalog()
            return True
        except (Missing, NoTables):
            refuse_elsewhere(here().database)
            if not told:
                log.info("There is no account in this database yet: waiting until one is made")
            told = True
            ending.wait(AGAIN_SECONDS)
    return False


def _told_to_end() -> threading.Event:
    """Set by SIGTERM and by Ctrl-C."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending
