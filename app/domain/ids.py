"""Ids, and the numbers that are given like them (rules.md, 5)."""

from __future__ import annotations

import secrets
from typing import Final

MOST_ID: Final = 2**31 - 1
MOST_STORED: Final = 2**63 - 1
"""What a column of 64 bits holds: ids of contacts (domain/contacts.py), moments, positions."""
MOST_DIGITS = 19


def new_id() -> int:
    """A random one, never of a sequence: after a restore nothing old comes to name something
    new."""
    return secrets.randbelow(MOST_ID) + 1


def id_in(text: str, most: int = MOST_ID) -> int | None:
    """The number from 0 to `most` that a text says in digits, or None: whatever was sent, the
    database can look for it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        return None
    return number if (number := int(text)) <= most else None
