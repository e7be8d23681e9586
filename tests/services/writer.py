"""A process that writes events: URL, address key in hex, how many."""

from __future__ import annotations

import sys

from app.domain.changes import Note
from app.domain.words import ACCOUNT
from app.services.preferences import Instruction, always, apply
from app.store.doors import Database
from tests.patient import patient
from tests.world import by


def main(url: str, key: str, times: str) -> None:
    """Write so many events for the address, each in its own transaction."""
    database = Database(url)
    for _ in range(int(times)):
        database.write(apply, Instruction(bytes.fromhex(key), by(), always(Note(ACCOUNT))))
    database.close()


if __name__ == "__main__":
    with patient():
        main(*sys.argv[1:])
