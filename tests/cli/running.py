"""Running `sayso` in this process as its entry point does: quick, with real files and databases."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from app.cli import main
from app.cli.site import here


class Finished(NamedTuple):
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """Its standard output, where that is CSV."""
        return list(csv.DictReader(io.StringIO(self.out)))


class Terminal(io.TextIOWrapper):
    """Somebody sits at it, and types."""

    def isatty(self) -> bool:
        """It is."""
        return True


def run(arguments: tuple[str, ...], settings: Mapping[str, str], stdin: bytes = b"") -> Finished:
    """Run `sayso ARGUMENTS`. Whatever is raised and not told in words fails the test."""
    return _run(arguments, settings, io.TextIOWrapper, stdin)


def run_by_hand(
    arguments: tuple[str, ...], settings: Mapping[str, str], typed: bytes = b""
) -> Finished:
    """The same at a terminal, where this is typed."""
    return _run(arguments, settings, Terminal, typed)


def _run(
    arguments: tuple[str, ...],
    settings: Mapping[str, str],
    kind: type[io.TextIOWrapper],
    stdin: bytes,
) -> Finished:
    streams = [kind(io.BytesIO(content), "utf-8") for content in (stdin, b"", b"")]
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SAYSO_")]:
            patch.delenv(name)
        for name, value in settings.items():
            patch.setenv(name, value)
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        patch.setattr(sys, "argv", ["sayso", *arguments])
        status = _status()
    out, err = (_written(stream) for stream in streams[1:])
    return Finished(status, out, err)


def _status() -> int:
    here.cache_clear()
    before = os.umask(0o022)  # a command may set its own, and this process goes on
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        os.umask(before)
        if here.cache_info().currsize:
            here().database.close()
            here().counts.close()
        here.cache_clear()
    pytest.fail("main() returned instead of exiting")


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    content = stream.buffer
    assert isinstance(content, io.BytesIO)
    return content.getvalue().decode(errors="surrogateescape")
