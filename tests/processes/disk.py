"""A small disk of its own, in memory, that is full when a test says so: for PostgreSQL, whose files
are not all one process's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.databases import unprivileged

ROOMY = "4g"
PAGE = 4_096
"""The smallest disk: of none at all the kernel takes it that it has no limit."""


class Disk:
    """Where it is, and how much room it has."""

    def __init__(self, at: Path) -> None:
        self.at = at

    @contextmanager
    def full(self, but_for: int = 0) -> Iterator[None]:
        """There is no room for anything more but so many octets, as if others had taken it."""
        while not self._is_held_to(but_for):
            pass
        try:
            yield
        finally:
            self._resize(ROOMY)

    def _is_held_to(self, but_for: int) -> bool:
        """Not where more was written since it was asked how much there is."""
        size = max(shutil.disk_usage(self.at).used + but_for, PAGE)
        try:
            self._resize(str(size))
        except subprocess.CalledProcessError:
            if shutil.disk_usage(self.at).used <= size:
                raise
            return False
        return True

    def _resize(self, size: str) -> None:
        _run("mount", "-o", f"remount,size={size}", str(self.at))


@contextmanager
def disk_of_its_own(at: Path) -> Iterator[Disk]:
    """A disk at an empty directory, of whoever may run PostgreSQL. Raises CalledProcessError where
    none can be mounted."""
    identity = unprivileged() or {"user": os.geteuid(), "group": os.getegid()}
    options = f"size={ROOMY},mode=700,uid={identity['user']},gid={identity['group']}"
    _run("mount", "-t", "tmpfs", "-o", options, "sayso", str(at))
    try:
        yield Disk(at)
    finally:
        _run("umount", "--lazy", str(at))  # whoever has a file open yet keeps no test from ending


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
