"""Contacts and opt-out lists imported from files: handed in, read about, reported (issue 5)."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, Literal, cast

from flask import Response, request
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from app.domain.ids import MOST_ID
from app.domain.importing.guessing import suppressing
from app.domain.importing.orders import Order, What
from app.domain.keys import KeyScope
from app.domain.runs import Why, tallies, time_left
from app.files.shapes import DELIMITERS, ENCODINGS, Chosen, Unreadable
from app.files.shapes import Fault as Unread
from app.queries import imports as known
from app.queries.imports import Import
from app.web import import_reports
from app.web.api.calls import Answer, Call
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.repeated import answered_before
from app.web.api.writing import Id, once
from app.web.current import site
from app.web.receiving import LARGEST_UPLOAD, receive

operations = Operations()
FOLDER = "/api/v1/imports"
ONE = f"{FOLDER}/<int:id>"
FILES = ("text/csv", "text/plain", "application/octet-stream")
AT_ONCE = 1024 * 1024


WRONGLY_CHOSEN = {Unread.OTHER_ENCODING: "?encoding", Unread.OTHER_DELIMITER: "?delimiter"}
"""Where a choice is that the file cannot have been written in."""


def _offered(encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise ValueError("Not one of those that can be chosen")
    return encoding


Encoding = Annotated[
    str,
    AfterValidator(_offered),
    Field(json_schema_extra={"enum": [*ENCODINGS]}),
]
CHOSEN = Field(description="Where it is recognised wrongly. Refused where it cannot be right.")


class Given(Ours):
    """What the file is a list of, what it is called, and how it was written."""

    what: Literal["contacts", "opt-outs"]
    file: Annotated[str, Field(max_length=200)] = "file.csv"
    encoding: Annotated[Encoding | None, CHOSEN] = None
    delimiter: Annotated[Literal["comma", "semicolon", "tab", "bar"] | None, CHOSEN] = None

    @property
    def chosen(self) -> Chosen:
        """What of it is not left to be recognised."""
        return Chosen(self.encoding, DELIMITERS.get(self.delimiter or ""))


class Column(TypedDict):
    """A column by its heading, and what it holds: `address`, `name`, `type:ID`, `left-out`, …"""

    heading: str
    holds: str


class Count(TypedDict):
    """How many rows had, or would have, this outcome, for this reason."""

    outcome: str
    reason: str | None
    rows: int


class Told(TypedDict):
    """Where an import is. `fault`: why it cannot go on, with the line where that is known.
    `export`: whose suppression export it is; handed in as contacts, it likely should not have been.
    `foreseen`: what a check found; `counts`: what was done so far."""

    id: int
    what: str
    file: str
    state: str
    fault: str | None
    encoding: str
    delimiter: str
    export: str | None
    columns: list[Column]
    rowsDone: int
    rowsInAll: int | None
    secondsLeft: int | None
    foreseen: list[Count]
    counts: list[Count]


class Only(Ours):
    """All rows, or only those that were left out."""

    only: Literal["refused", "broken"] | None = None


@operations.add(
    "POST",
    FOLDER,
    KeyScope.CONTACTS,
    query=Given,
    answers={201: Id},
    takes=FILES,
    problems=("large", "other-request"),
)
def hand_in(call: Call) -> Response:
    """Hand in a file of at most 256 MB, as the body. Nothing is done with it: read how it is
    understood, then have it checked. It is forgotten after seven days."""
    caller, asked = call.caller, call.query
    caller.whole_account()
    if request.mimetype not in FILES:
        raise Problem("media")
    request.max_content_length = LARGEST_UPLOAD
    given, digest = (asked.file, caller.key.reference), sha256()
    with SpooledTemporaryFile(max_size=AT_ONCE) as file:
        while part := request.stream.read(AT_ONCE):
            file.write(part)
            digest.update(part)
        if (before := answered_before(caller, digest.digest)) is not None:
            return before
        file.seek(0)
        try:
            source, what = cast(BinaryIO, file), What(asked.what)
            id_ = receive(site(), source, what, given, caller.doer, asked.chosen)
        except Unreadable as fault:
            raise _unread(fault) from None
    return once(caller, lambda _: Answer({"id": id_}, 201), digest.digest)


def _unread(fault: Unreadable) -> Problem:
    why = f"It cannot be read at line {fault.line}: {fault.fault}"
    where = WRONGLY_CHOSEN.get(fault.fault, "")
    return Problem("malformed", faults=[Fault(where, why, str(fault.fault))])


@operations.add("GET", ONE, KeyScope.CONTACTS, answers={200: Told})
def read(call: Call) -> Answer:
    """How the file is understood, how far the import is, and what became of its rows."""
    return Answer(_told(asked(call)))


@operations.add(
    "GET", f"{ONE}/report", KeyScope.CONTACTS, query=Only, answers={200: str}, media=("text/csv",)
)
def report(call: Call) -> Response:
    """A line for each row: what became of it, or, while it waits, would; of a refused one a line
    for each status that was."""
    return import_reports.report(site().database, asked(call), call.query.only or "")


def asked(call: Call) -> Import:
    """The import that a call names. Raises Problem."""
    call.caller.whole_account()
    id_ = call.path["id"]
    with site().database.reading() as connection:
        found = known.one(connection, id_) if 0 < id_ <= MOST_ID else None
    if found is None:
        raise Problem("nothing-here")
    return found


def _told(run: Import) -> Told:
    order, headings = Order.from_json(run.parameters), run.words["headings"]
    left = time_left(run.done, run.total, run.spent) if run.at_work else None
    holds = zip(headings, order.targets, strict=True)
    return {
        "id": run.id,
        "what": order.what.value,
        "file": run.words.get("file", ""),
        "state": run.state.name,
        "fault": run.fault,
        "encoding": order.encoding,
        "delimiter": order.delimiter,
        "export": order.export.name if order.export else suppressing(order, headings),
        "columns": [{"heading": heading, "holds": str(target)} for heading, target in holds],
        "rowsDone": run.done,
        "rowsInAll": run.total,
        "secondsLeft": None if left is None else left // 1000,
        "foreseen": _counts(run.forecast),
        "counts": _counts(run.counts),
    }


def _counts(counts: Mapping[str, int]) -> list[Count]:
    return [
        {
            "outcome": each.outcome.name,
            "reason": _name(each.reason),
            "rows": each.rows,
        }
        for each in tallies(counts)
    ]


def _name(reason: Why | None) -> str | None:
    return None if reason is None else reason.name
