"""`sayso` itself: every command there is, each loaded by itself."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from app.cli import COMMANDS, cli
from tests.cli.running import run

DEAR = (
    *("app.web.admin", "app.web.api", "app.worker"),
    *("alembic", "argon2", "cryptography", "flask_wtf", "httpcore", "pydantic", "segno"),
)


def test_every_command_is_there_and_says_what_it_does() -> None:
    said = run(("--help",), {})
    assert said.status == 0
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert f"  {name} " in said.out
    unlike = run(("xyz",), {})
    assert unlike.status == 2
    assert unlike.err.endswith("No such command 'xyz'.\n")


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        (("chek",), "'check'"),
        (("restore-event",), "'restore-events'"),
        (("users", "invit"), "'invite'"),
        (("import", "conctacts"), "'contacts'"),
        (("check", "--typ", "news"), "'--type'"),
        (("--vresion",), "'--version'"),
    ],
)
def test_what_is_mistyped_is_answered_with_what_is_most_like_it(
    mistyped: tuple[str, ...], meant: str
) -> None:
    said = run(mistyped, {})
    assert said.status == 2
    assert "Did you mean" in said.err
    assert meant in said.err


@pytest.mark.parametrize("module", ["app.cli.senders", "app.factory"])
def test_who_asks_for_links_or_pages_waits_for_neither_admin_nor_worker(module: str) -> None:
    """Half of a short list's time went into loading them, and a third of a server's start."""
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert module in loaded
    assert [name for name in loaded if name.startswith(DEAR)] == []
