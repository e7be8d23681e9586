"""What pg_restore writes for psql, said over a connection of ours: so its transaction is ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, takewhile

from sqlalchemy import Connection

from app.store.prepared import driver

NOT_FOR_SERVERS = (b"\\", b"SET transaction_timeout")
"""What only psql understands, and what servers before 17 do not know."""
COPIES, END = (b"COPY ", b" FROM stdin;\n"), b"\\.\n"
AT_ONCE = 1_000


def replay(connection: Connection, lines: Iterable[bytes]) -> None:
    """Do all that the lines say, in the transaction that is open. What they set does not stay."""
    own, pending = driver(connection), list[bytes]()
    rest = iter(lines)
    for line in rest:
        if line.startswith(NOT_FOR_SERVERS):
            continue
        if line.startswith(COPIES[0]) and line.endswith(COPIES[1]):
            own.execute(b"".join(pending))
            pending.clear()
            with own.cursor().copy(line) as copy:
                for rows in _parts(takewhile(END.__ne__, rest)):
                    copy.write(rows)
        else:
            pending.append(line)
    own.execute(b"".join(pending))
    own.execute("RESET ALL")


def _parts(rows: Iterator[bytes]) -> Iterator[bytes]:
    while part := b"".join(islice(rows, AT_ONCE)):
        yield part
