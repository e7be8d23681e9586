"""The files that hold secrets: readable by this user alone, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from app.store.backup import sync


def write_secret(file: Path, text: str) -> None:
    """Let `file` hold `text`, in the place of what it held."""
    unfinished = file.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as made:
        made.write(text)
        made.flush()
        os.fsync(descriptor)
    unfinished.rename(file)
    sync(file.parent)
