"""Files of two gigabytes at the command line: done, or refused with nothing half done, in memory
that does not grow with them (issue 5)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from app.store.tables import contact, import_part
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import SAYSO, Installation, Shop

GIGABYTES = 2 * 1024**3
NOTE = "x" * 60_000
GROWTH_MB = 48
"""How much more memory a file of gigabytes may take than one of a few rows."""


class Ended(NamedTuple):
    """How a command ended, what it said, and how much memory it had at most."""

    status: int
    said: str
    megabytes: int


def imported(installation: Installation, file: Path) -> Ended:
    """Import a file."""
    command = [SAYSO, "import", "contacts", str(file), "--yes"]
    said = file.with_suffix(".said")
    with said.open("wb") as out:
        environment = {**os.environ, **installation.environment}
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(process.returncode, said.read_text(), used.ru_maxrss // 1024)


def lines(size: int) -> Iterator[str]:
    """A list of about so many bytes, its rows long."""
    yield "email,offers,note\n"
    for number in range(size // (len(NOTE) + 40)):
        yield f"reader{number}@example.com,yes,{NOTE}\n"


def written(file: Path, size: int, end: str = "") -> Path:
    """The list on disk."""
    with file.open("w", encoding="ascii") as out:
        out.writelines(lines(size))
        out.write(end)
    return file


def contacts(shop: Shop) -> int:
    """How many there are; no part of a file is left."""
    with shop.site.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(import_part)) == 0
        return connection.scalar(select(func.count()).select_from(contact)) or 0


@pytest.mark.long
@ON_SQLITE
def test_two_gigabytes_are_imported_or_refused_in_little_memory(
    installation: Installation, shop: Shop, tmp_path: Path
) -> None:
    before, file = contacts(shop), tmp_path / "list.csv"
    usual = imported(installation, written(file, 10 * len(NOTE)))
    assert usual.status == 0, usual.said
    few = contacts(shop) - before

    open_quote = 'last@example.com,yes,"it never ends\n' + ("y" * 999 + "\n") * 400
    ended = imported(installation, written(file, GIGABYTES, open_quote))
    assert file.stat().st_size > GIGABYTES * 0.99
    assert (ended.status, contacts(shop)) == (1, before + few)
    assert "A quotation mark in line" in ended.said
    assert "Nothing was imported" in ended.said
    assert ended.megabytes < usual.megabytes + GROWTH_MB

    file.write_bytes(b"email,offers\n")
    os.truncate(file, GIGABYTES)  # the rest of it is NULs that lie nowhere
    ended = imported(installation, file)
    assert (ended.status, contacts(shop)) == (1, before + few)
    assert "This is no text" in ended.said
    assert ended.megabytes < usual.megabytes + GROWTH_MB

    ended = imported(installation, written(file, GIGABYTES))
    rows = GIGABYTES // (len(NOTE) + 40)
    assert (ended.status, contacts(shop)) == (0, before + rows), ended.said
    assert ended.megabytes < usual.megabytes + GROWTH_MB
