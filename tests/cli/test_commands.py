"""`sayso` itself: every command there is, each loaded by itself."""

from __future__ import annotations

import subprocess
import sys

import click

from app.cli import COMMANDS, cli
from tests.cli.running import run

DEAR = ("app.web.admin", "app.web.api", "app.worker", "alembic", "httpx", "flask_wtf")


def test_every_command_is_there_and_says_what_it_does() -> None:
    said = run(("--help",), {})
    assert said.status == 0
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert f"  {name} " in said.out
    assert run(("nothing",), {}).status == 2


def test_who_asks_for_links_waits_for_neither_admin_nor_worker() -> None:
    """Half of a short list's time went into loading them."""
    program = "import sys, app.cli.senders; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in loaded if name.startswith(DEAR)] == []
