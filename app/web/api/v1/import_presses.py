"""Imports on their way: checked, started, paused, gone on with, cancelled, undone (issue 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.contacts import Processing
from app.domain.importing.columns import ADDRESS, LEFT_OUT, Target, choices
from app.domain.importing.orders import Order, What, lacking
from app.domain.keys import KeyScope
from app.domain.moments import instant
from app.domain.runs import Press
from app.domain.words import ACCOUNT, Basis, Scope
from app.queries import imports as known
from app.queries.imports import Import
from app.services import imports, runs, undoing
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call, Work
from app.web.api.lines import Moment, Words
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import About, named_brand, named_type
from app.web.api.v1.contact_writes import Bases
from app.web.api.v1.imports import ONE, asked
from app.web.api.v1.preference_writes import BASES
from app.web.current import site

operations = Operations()
Short = Annotated[Words, Field(max_length=2_000)]
MOVED_ON = "It is not in a state in which this can be done: read it again."
LACKS = {
    "no-address-column": Fault("/columns", "No column holds the address"),
    "column-twice": Fault("/columns", "Two columns hold the same"),
    "basis-required": Fault("/legalBasis", "Needed with data privacy on, or a column `basis`"),
    "ends-of-nothing": Fault("/basisEnds", "Needs legalBasis: it is when that ends"),
    "explanation-required": Fault(
        "/legalBasisExplanation", "Needed with data privacy on, or a column `explanation`"
    ),
}


class Wanted(About):
    """What is to be done. `columns`: what each holds, where it was guessed wrongly. Contacts: the
    legal bases, with data privacy on. An opt-out list: the type or the brand it opts out of; of all
    email, where neither is named."""

    columns: Annotated[list[str], Field(max_length=500)] | None = None
    basis: BASES | None = Field(None, alias="legalBasis")
    basis_ends: Moment | None = Field(None, alias="basisEnds")
    explanation: Short = Field("", alias="legalBasisExplanation")
    processing: Bases | None = Field(None, alias="processingBasis")
    processing_explanation: Short = Field("", alias="processingExplanation")


class Confirmed(Ours):
    """`number`: of an opt-out list, how many addresses the check says it opts out."""

    number: int | None = None


class Pressed(Ours):
    """What is to become of it."""

    do: Literal["pause", "resume", "cancel"]


class Undoing(TypedDict):
    """The import, and the job that takes it back."""

    id: int
    job: int


@operations.write(
    "POST", f"{ONE}/check", KeyScope.CONTACTS, body=Wanted, problems=("refused", "evidence")
)
def check(call: Call) -> Work:
    """Have it foreseen what would become of each row. Nothing is written. It is CHECKED when that
    is known; before it is started, it can be checked again, otherwise."""
    caller, run = call.caller, asked(call)
    wanted = call.body
    order = _ordered(caller, Order.from_json(run.parameters), wanted)
    lacks = lacking(order, bool(wanted.explanation), caller.catalog.policy)
    if lacks:
        kind = "malformed" if {"targets", "ends"} & lacks.keys() else "evidence"
        raise Problem(kind, faults=[LACKS[word] for word in lacks.values()])
    words = {
        "explanation": wanted.explanation,
        "processing-explanation": wanted.processing_explanation,
    }

    def work(connection: Connection) -> Answer:
        kept = imports.order(connection, run.id, order, words)
        return _pressed(connection, caller, run, Press.CHECK, possible=kept)

    return work


@operations.write("POST", f"{ONE}/start", KeyScope.CONTACTS, body=Confirmed, problems=("refused",))
def start(call: Call) -> Work:
    """Have it done, once it was checked. An opt-out list needs the number."""
    caller, run = call.caller, asked(call)
    opts_out = Order.from_json(run.parameters).what is What.OPT_OUTS
    changed = run.forecast.get("CHANGED", 0)
    if opts_out and call.body.number != changed:
        raise Problem("refused", f"It opts out {changed} addresses: send that number.")

    def work(connection: Connection) -> Answer:
        if not imports.start(connection, run.id, run.mark, caller.doer):
            raise Problem("refused", MOVED_ON)
        return Answer({"id": run.id})

    return work


@operations.write("POST", f"{ONE}/press", KeyScope.CONTACTS, body=Pressed, problems=("refused",))
def press(call: Call) -> Work:
    """Pause it, go on with it, or cancel it. What was done stays."""
    caller, run, pressed = call.caller, asked(call), Press(call.body.do)
    return lambda connection: _pressed(connection, caller, run, pressed)


@operations.write(
    "POST", f"{ONE}/undo", KeyScope.CONTACTS, answers={200: Undoing}, problems=("refused",)
)
def undo(call: Call) -> Work:
    """Take back what it changed, where nobody decided or edited since."""
    caller, run = call.caller, asked(call)

    def work(connection: Connection) -> Answer:
        job = undoing.begin(connection, run.id, caller.key.reference, caller.doer)
        if job is None:
            raise Problem("refused", MOVED_ON)
        return Answer({"id": run.id, "job": job})

    return work


def _pressed(
    connection: Connection, caller: Caller, run: Import, pressed: Press, *, possible: bool = True
) -> Answer:
    if not possible or not runs.press(connection, run.id, pressed, caller.doer):
        raise Problem("refused", MOVED_ON)
    return Answer({"id": run.id})


def _ordered(caller: Caller, order: Order, wanted: Wanted) -> Order:
    columns = None if wanted.columns is None else _columns(caller, order, wanted.columns)
    return replace(
        order if columns is None else order.mapped(columns),
        basis=wanted.basis and Basis[wanted.basis],
        basis_ends=instant(wanted.basis_ends) if wanted.basis_ends else None,
        processing=wanted.processing and Processing[wanted.processing],
        scope=_scope(caller, wanted),
    )


def _columns(caller: Caller, order: Order, told: list[str]) -> list[Target]:
    offered = {str(target): target for target in _offered(caller, order)}
    wrong = [
        Fault(f"/columns/{at}", "There is nothing of this name to hold")
        for at, name in enumerate(told)
        if name not in offered
    ]
    if wrong or len(told) != order.columns:
        faults = wrong or [Fault("/columns", f"The file has {order.columns} columns")]
        raise Problem("malformed", faults=faults)
    return [offered[name] for name in told]


def _offered(caller: Caller, order: Order) -> list[Target]:
    if order.what is What.OPT_OUTS:
        return [ADDRESS, LEFT_OUT, *order.targets]
    with site().database.reading() as connection:
        properties = [(each.slug, each.name) for each in known.properties(connection)]
    return choices(caller.catalog, properties)


def _scope(caller: Caller, wanted: Wanted) -> Scope:
    if wanted.type is not None:
        return Scope.type(named_type(caller, wanted.type).id)
    return ACCOUNT if wanted.brand is None else Scope.brand(named_brand(caller, wanted.brand).id)
