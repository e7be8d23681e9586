"""The clock of one installation's processes, which a test may set."""

from __future__ import annotations

from tests.processes.installation import Installation

SHIFTED = """
import os
import time

FILE, NOW, NOW_NS = {file!r}, time.time, time.time_ns


def ahead():
    return int(os.readlink(FILE)) * 86_400


time.time = lambda: NOW() + ahead()
time.time_ns = lambda: NOW_NS() + ahead() * 1_000_000_000
"""
"""What each process of Python does first: its clock is then set by where a link leads. The kernel's
own is the whole machine's."""


class Clock:
    """Right until it is set."""

    def __init__(self, installation: Installation) -> None:
        self._link = installation.home / "clock"
        program = SHIFTED.format(file=str(self._link))
        (installation.home / "sitecustomize.py").write_text(program)
        installation.settings["PYTHONPATH"] = str(installation.home)
        self.set(0)

    def set(self, days: int) -> None:
        """So many days ahead of the right time, or back."""
        new = self._link.with_suffix(".new")
        new.symlink_to(str(days))
        new.rename(self._link)
