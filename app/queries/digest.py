"""A digest of all that was written by the end of a day: the ledger, the versions of settings and
texts, the audit trail (rules.md, 7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Table, select, tuple_

from app.domain.ledger import GENESIS, Event, hash_of
from app.domain.words import Instant
from app.queries.in_order import PART, in_order
from app.store.tables import audit, event, setting_version, text_version

NUMBER_BYTES = 8
VERSIONS = (
    (setting_version, "id scope_kind scope_id at content"),
    (text_version, "id subject_kind subject_id at digest content"),
)
DEEDS = ((audit, "id at user action subject_kind subject_id detail"),)
"""The columns are named here: one that a later release adds must change no line that was kept."""


class Sum(NamedTuple):
    """SHA-256 over rows, each as a line of compact JSON, table by table in the order of their ids;
    how many they are."""

    sha256: str
    rows: int


class Digest(NamedTuple):
    """SHA-256 over the last event's key, number and hash of each address, in key order, each hash
    made anew from all events up to it; and the sums of what lies beside the ledger."""

    sha256: str
    addresses: int
    events: int
    versions: Sum
    deeds: Sum


def digest(connection: Connection, before: Instant) -> Digest:
    """Of all that is of before a moment: the same for ever, unless a row of it is touched."""
    heads, addresses, events = hashlib.sha256(), 0, 0
    key, head, hash_ = b"", b"", GENESIS
    for each in _ledger(connection):
        if each.address_key != key:
            heads.update(head)
            addresses += bool(head)
            key, head, hash_ = each.address_key, b"", GENESIS
        hash_ = hash_of(each, hash_)
        if each.at < before:
            head = key + each.number.to_bytes(NUMBER_BYTES) + hash_
            events += 1
    heads.update(head)
    sums = _sum(connection, before, *VERSIONS), _sum(connection, before, *DEEDS)
    return Digest(heads.hexdigest(), addresses + bool(head), events, *sums)


def _ledger(connection: Connection) -> Iterator[Event]:
    """Every event, in the order of keys and numbers, a part at a time."""
    place = tuple_(event.c.address_key, event.c.number)
    last: tuple[bytes, int] = (b"", 0)
    ordered = select(event).order_by(event.c.address_key, event.c.number).limit(PART)
    while rows := connection.execute(ordered.where(place > last)).all():
        for row in rows:
            yield Event(bytes(row[0]), *row[1:])
        last = bytes(rows[-1][0]), rows[-1][1]


def _sum(connection: Connection, before: Instant, *tables: tuple[Table, str]) -> Sum:
    sha256, count = hashlib.sha256(), 0
    for table, names in tables:
        asked = select(*(table.c[name] for name in names.split())).where(table.c.at < before)
        for row in in_order(connection, asked):
            told = [table.name, *row]
            line = json.dumps(told, sort_keys=True, separators=(",", ":"), default=_hex)
            sha256.update(line.encode() + b"\n")
            count += 1
    return Sum(sha256.hexdigest(), count)


def _hex(octets: bytes) -> str:
    return bytes(octets).hex()
