"""Every column that can hold a person's words, and how erasure empties it (docs/rules.md, 2).

A column of text, JSON or bytes that stands neither in TRACES nor in NOBODYS fails a test.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, or_, select, update

from app.store import file_debts
from app.store.search import owe_forgetting
from app.store.tables import (
    contact,
    contact_value,
    email_address,
    enrolment,
    evidence,
    outbox,
    rights_request,
    run,
    run_row,
    sign_up,
)


class Trace(NamedTuple):
    """The rows of a table that are bound to an address by any of the columns `by`. `emptied`: what
    becomes NULL of them; where nothing is named, the whole row goes, and with it, by the database
    itself, those of the tables `takes`."""

    table: Table
    by: tuple[str, ...] = ("address_key",)
    emptied: tuple[str, ...] = ()
    takes: tuple[Table, ...] = ()

    @property
    def columns(self) -> set[str]:
        """The columns it empties, as table.column."""
        if self.emptied:
            return {f"{self.table.name}.{name}" for name in self.emptied}
        return {f"{c.table.name}.{c.name}" for t in (self.table, *self.takes) for c in t.c}

    def erase(self, connection: Connection, key: bytes) -> None:
        """Empty them."""
        bound: ColumnElement[bool] = or_(*(self.table.c[name] == key for name in self.by))
        if self.emptied:
            nothing = dict.fromkeys(self.emptied)
            filled = or_(*(self.table.c[name].is_not(None) for name in self.emptied))
            connection.execute(update(self.table).where(bound, filled).values(nothing))
        else:
            connection.execute(delete(self.table).where(bound))


class RunTrace(Trace):
    """Runs of this address alone: what was said about them was said about the person. What files
    of imports and their columns are called is left to the worker (file_debts.py)."""

    def erase(self, connection: Connection, key: bytes) -> None:
        """Empty them."""
        own = exists().where(run_row.c.run == run.c.id, run_row.c.address_key == key)
        found = select(run.c.id, run.c.words).where(run.c.total == 1, own)
        for row in connection.execute(found).all():
            kept = {name: row.words[name] for name in OF_A_FILE if name in (row.words or {})}
            nothing = {"explanation": None, "nonce": None, "words": kept or None}
            connection.execute(update(run).where(run.c.id == row.id).values(nothing))


OF_A_FILE = ("file", "headings")
TRACES: tuple[Trace, ...] = (
    Trace(contact, takes=(contact_value, enrolment)),
    Trace(email_address, ("key",), ("address", "language")),
    Trace(evidence),
    Trace(outbox, emptied=("recipient", "answer")),
    Trace(rights_request, ("address_key", "other_key"), ("other_address",)),
    Trace(sign_up),
    Trace(run_row, emptied=("content",)),
    RunTrace(run, (), ("explanation", "words")),
)
"""In the order in which they are emptied: what refers to another row before it."""

NOBODYS = {
    "account": "name language",
    "admin_user": "email name password_hash totp_secret recovery_hashes",
    "api_answer": "content",
    "api_key": "name scopes brands",
    "audit": "action subject_kind subject_id detail",
    "brand": "slug name language sender postal_address contact look links languages",
    "brand_logo": "media_type content",
    "contact_property": "slug name",
    "event": "reference language",
    "message": "name",
    "outbox": "language message_id",
    "progress": "duty",
    "rights_request": "language",
    "run": "reference parameters counts forecast examples cursor fault",
    "run_row": "refused again",
    "setting_version": "content",
    "subscription_type": "slug",
    "text_version": "content",
    "user_session": "ip agent",
    "webhook": "url secret old_secret kinds types brands answer",
    "webhook_delivery": "answer",
    "workflow": "name draft date_reached",
    "workflow_mark": "walk",
    "workflow_version": "content",
}
"""Columns by table that hold the words of the account, of its users or of the program, and never
those of whom mail is sent to: an answer kept for who asks the API again has numbers and words of
ours, and repeats nothing that it was sent. Bare keys and digests of 8 to 32 bytes are not named."""

OWED = {"import_part": "content"}
"""Columns by table that hold the words of many. The worker takes out what may be a person's, as it
does of what broken rows of imports say, and files and their columns are called: nobody can tell
whose that is (file_debts.py)."""

SWEPT = sorted({t.name for trace in TRACES for t in (trace.table, *trace.takes)} | set(OWED))
"""Where such words were: PostgreSQL clears these tables after an erasure."""


def forget(connection: Connection, key: bytes) -> None:
    """Remove every trace of whose address this key is."""
    for trace in TRACES:
        trace.erase(connection, key)
    file_debts.owe(connection, key)
    owe_forgetting(connection)
