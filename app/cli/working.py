"""sayso worker, lmtp."""

from __future__ import annotations

import logging
import signal
import threading
from importlib import import_module

import click

from app.cli.serving import LAST_PORT
from app.cli.site import catalog, here
from app.config import from_environment
from app.garbage import look_seldom
from app.logs import configure
from app.worker.loop import Worker

log = logging.getLogger(__name__)


@click.command()
def worker() -> None:
    """Send what is owed, as a process of its own, until SIGTERM."""
    configure(from_environment().log_format)
    ending = _told_to_end()
    catalog()  # which refuses another installation's secret, and a database without an account
    log.info("The worker is running")
    look_seldom()
    Worker(here()).run(ending)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8024, show_default=True, type=click.IntRange(1, LAST_PORT))
def lmtp(host: str, port: int) -> None:
    """Take mail that comes back, behind a mail server, until SIGTERM."""
    configure(from_environment().log_format)
    ending = _told_to_end()
    catalog()
    listener = import_module("app.worker.lmtp").Listener(here(), host, port)
    listener.start()
    click.echo(f"Taking mail by LMTP at {host}:{port}")
    ending.wait()
    listener.stop()


def _told_to_end() -> threading.Event:
    """Set by SIGTERM and by Ctrl-C."""
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending
