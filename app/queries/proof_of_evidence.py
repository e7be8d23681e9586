"""Whether what is kept to show for each record is what the record sealed (rules.md, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from app.domain.evidence import is_sealed, is_whole
from app.domain.ledger import Event
from app.domain.rights import Outcome, Right
from app.domain.words import Via
from app.store.tables import email_address, evidence, rights_request, run

Record = tuple[bytes, int]
"""An address key and a record's number."""
Wrong = tuple[bytes, str]
"""An address key, and what does not agree."""


class Shown(NamedTuple):
    """What is wrong with the evidence of some addresses, and of how many records it was erased."""

    wrong: list[Wrong]
    erased: int


def shown(connection: Connection, events: Mapping[bytes, Sequence[Event]]) -> Shown:
    """What is wrong with the evidence of these events, by address."""
    sealed = {(key, e.record): e for key, own in events.items() for e in own if e.digest}
    rows = connection.execute(select(evidence).where(evidence.c.address_key.in_(events)))
    kept = {(bytes(row.address_key), row.record): row for row in rows}
    wrong = list(_changed(kept, sealed))
    gone = [event for record, event in sealed.items() if record not in kept]
    with_their_run = [event for event in gone if event.run is not None]
    explained, lost = _explained(connection, with_their_run)
    forgotten = _erased(connection, explained, events)
    wrong += lost
    wrong += [
        (e.address_key, f"the explanation of run {e.run} is not what record {e.record} sealed")
        for e in explained
        if (e.address_key, e.record) not in forgotten
    ]
    return Shown(wrong, len(gone) - len(with_their_run) + len(forgotten))


def _changed(kept: Mapping[Record, Row[Any]], sealed: Mapping[Record, Event]) -> Iterator[Wrong]:
    for (key, record), row in kept.items():
        event = sealed.get((key, record))
        digest = event and event.digest
        if not is_whole(bytes(row.nonce), row.content, row.network, digest):
            yield key, f"the evidence of record {record} was changed"


def _explained(connection: Connection, events: Sequence[Event]) -> tuple[list[Event], list[Wrong]]:
    """Those whose run says something else than they sealed, and those whose run is gone."""
    asked = select(run.c.id, run.c.nonce, run.c.explanation)
    rows = connection.execute(asked.where(run.c.id.in_({e.run for e in events}))) if events else ()
    runs = {row.id: (bytes(row.nonce or b""), row.explanation) for row in rows}
    otherwise, lost = [], []
    for e in events:
        if e.run not in runs:
            lost.append((e.address_key, f"run {e.run}, whose record {e.record} is, is missing"))
        elif not is_sealed(*runs[e.run], e.digest):
            otherwise.append(e)
    return otherwise, lost


def _erased(
    connection: Connection, events: Iterable[Event], of: Mapping[bytes, Sequence[Event]]
) -> set[Record]:
    """Those of these records that are of people who were erased since: what was said of them alone
    went, and the words of their run, if any, are not what they sealed."""
    records = {(e.address_key, e.record) for e in events}
    if not records:
        return records
    keys = {key for key, _ in records}
    nobodys = select(email_address.c.key).where(
        email_address.c.key.in_(keys), email_address.c.address.is_(None)
    )
    asked = select(rights_request.c.address_key).where(
        rights_request.c.address_key.in_(keys),
        rights_request.c.kind == Right.ERASURE,
        rights_request.c.outcome == Outcome.DONE,
    )
    found = {bytes(key) for key in connection.scalars(nobodys.union(asked))}
    return {
        (key, record)
        for key, record in records
        if key in found or any(e.via == Via.ERASURE and e.number > record for e in of[key])
    }
