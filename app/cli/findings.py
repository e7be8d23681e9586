"""What `sayso doctor` finds: a line each, with what to do."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Grade(Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


class Finding(NamedTuple):
    """What was looked at, what was found, and, where it is not well, what to do."""

    grade: Grade
    about: str
    found: str
    to_do: str = ""


def ok(about: str, found: str) -> Finding:
    """All is well."""
    return Finding(Grade.OK, about, found)


def warning(about: str, found: str, to_do: str) -> Finding:
    """It works, and might be better."""
    return Finding(Grade.WARNING, about, found, to_do)


def fault(about: str, found: str, to_do: str) -> Finding:
    """It does not work, or will not."""
    return Finding(Grade.FAULT, about, found, to_do)
