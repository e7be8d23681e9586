"""What files of imports owe to whoever was erased: their rows are still to be taken out."""

from __future__ import annotations

from sqlalchemy import Connection, delete, exists, insert, literal, not_, select, union

from app.domain.runs import RunKind
from app.store.search import owe_forgetting
from app.store.tables import file_debt, import_part, run, run_row


def owe(connection: Connection, key: bytes) -> None:
    """Have what may be theirs taken out of every file that waits, of what broken rows say, and of
    what files and their columns are called."""
    broken = run_row.c.address_key.is_(None), run_row.c.content.is_not(None)
    called = run.c.kind == RunKind.IMPORT, run.c.words["file"].as_string().is_not(None)
    worded = union(
        select(import_part.c.run),
        select(run_row.c.run).where(*broken),
        select(run.c.id).where(*called),
    ).subquery()
    again = exists().where(file_debt.c.run == worded.c.run, file_debt.c.address_key == key)
    owing = select(worded.c.run, literal(key, file_debt.c.address_key.type)).where(not_(again))
    connection.execute(insert(file_debt).from_select(["run", "address_key"], owing))


def runs_that_owe(connection: Connection) -> list[int]:
    """Which imports do."""
    return list(connection.scalars(select(file_debt.c.run).distinct()))


def of_run(connection: Connection, id_: int) -> frozenset[bytes]:
    """To whom this import does."""
    owed = select(file_debt.c.address_key).where(file_debt.c.run == id_)
    return frozenset(bytes(key) for key in connection.scalars(owed))


def settle(connection: Connection, id_: int, keys: frozenset[bytes]) -> None:
    """It was done for these, and the database keeps what was taken out until it is swept."""
    own = file_debt.c.run == id_, file_debt.c.address_key.in_(keys)
    connection.execute(delete(file_debt).where(*own))
    owe_forgetting(connection)
