"""Settings in the environment that nobody reads: mistyped ones, which would go unnoticed."""

from __future__ import annotations

import os
from difflib import get_close_matches

from app.config import SETTINGS

BEGINNING, IN_A_FILE = "SAYSO_", "_FILE"
OF_SENDERS = ("BRAND", "UNSUBSCRIBE_KEY", "PREFERENCES_KEY")
"""What only programs that make links offline read."""
KNOWN = {*(setting.name.removeprefix(BEGINNING) for setting in SETTINGS), *OF_SENDERS}


def mistyped() -> dict[str, str]:
    """Each name that nobody reads, with the setting that is most like it; empty: none is."""
    given = {name for name in os.environ if name.startswith(BEGINNING)}
    unread = {n for n in given if n.removeprefix(BEGINNING).removesuffix(IN_A_FILE) not in KNOWN}
    return {name: _nearest(name) for name in sorted(unread)}


def _nearest(name: str) -> str:
    near = get_close_matches(name.removeprefix(BEGINNING).removesuffix(IN_A_FILE), KNOWN, 1)
    return BEGINNING + near[0] if near else ""


def told(name: str, nearest: str) -> str:
    """What is wrong with it, in words."""
    return f"{name} is no setting{f': is {nearest} meant?' if nearest else '.'}"
