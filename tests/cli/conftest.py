"""Commands in an installation with the example, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.running import Finished, run, run_by_hand
from tests.processes.fixtures import examples, installation, shop
from tests.processes.installation import Installation, Shop

__all__ = ["by_hand", "examples", "installation", "sayso", "shop"]

Sayso = Callable[..., Finished]


@pytest.fixture
def sayso(installation: Installation, shop: Shop) -> Sayso:
    """`sayso(*arguments, stdin="")`, in an installation with the example."""
    installation.settings["SAYSO_BASE_URL"] = "http://127.0.0.1:8000"

    def command(*arguments: str, stdin: str | bytes = "") -> Finished:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        return run(arguments, installation.environment, content)

    return command


@pytest.fixture
def by_hand(installation: Installation, sayso: Sayso) -> Sayso:
    """The same at a terminal, `stdin` being typed."""

    def command(*arguments: str, stdin: str | bytes = "") -> Finished:
        content = stdin.encode() if isinstance(stdin, str) else stdin
        return run_by_hand(arguments, installation.environment, content)

    return command
