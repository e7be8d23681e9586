"""Mailings, named so that opt-outs are shown by them."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.ids import MOST_ID
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.queries import messages as named
from app.queries.messages import PAGE, Message
from app.services import messages
from app.services.messages import NewMessage, Taken
from app.web.api.calls import Answer, Call, Work
from app.web.api.etags import tagged, unchanged
from app.web.api.lines import Name
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Problem
from app.web.api.subjects import Named, named_brand
from app.web.current import site

operations = Operations()
FOLDER = "/api/v1/messages"
ONE = f"{FOLDER}/<int:number>"
Volume = Annotated[int, Field(ge=0, le=MOST_ID)]


class Wanted(Ours):
    """A mailing. `number`: one you mail with already; left out, one is given. `volume`: how many
    mails it has."""

    brand: Named
    name: Name
    number: Annotated[int, Field(ge=1, le=MOST_ID)] | None = None
    volume: Volume | None = None


class Changed(Ours):
    """What is to change; the rest stays."""

    name: Name | None = None
    volume: Volume | None = None


class Which(Ours):
    """From where on."""

    after: Annotated[int, Field(ge=0, le=MOST_ID)] = 0


class Told(TypedDict):
    """One mailing."""

    number: int
    brand: int
    name: str
    volume: int | None
    createdAt: str


class Page(TypedDict):
    """Some mailings by their numbers. `next`: what to ask for as `after`; null: that was all."""

    messages: list[Told]
    next: int | None


class Number(TypedDict):
    """What links and headers of this mailing carry."""

    number: int


@operations.add("GET", FOLDER, KeyScope.CATALOG, query=Which, answers={200: Page})
def read_all(call: Call) -> Answer:
    """The mailings of every brand that the key reaches."""
    brands = [brand.id for brand in call.caller.brands()]
    with site().database.reading() as connection:
        found = named.page(connection, brands, call.query.after)
    last = found[-1].number if len(found) == PAGE else None
    return Answer({"messages": [_told(one) for one in found], "next": last})


@operations.add("GET", ONE, KeyScope.CATALOG, answers={200: Told, 304: None})
def read(call: Call) -> Response:
    """One mailing."""
    with site().database.reading() as connection:
        return tagged(_told(_message(connection, call)))


@operations.write(
    "POST", FOLDER, KeyScope.CATALOG, body=Wanted, answers={201: Number}, problems=("taken",)
)
def make(call: Call) -> Work:
    """Name a mailing."""
    caller, wanted = call.caller, call.body
    brand = named_brand(caller, wanted.brand).id
    new = NewMessage(brand, wanted.name, wanted.number, wanted.volume)

    def work(connection: Connection) -> Answer:
        try:
            return Answer({"number": messages.name(connection, new, caller.doer)}, 201)
        except Taken:
            raise Problem("taken", "There is a mailing of this number.") from None

    return work


@operations.write(
    "PATCH",
    ONE,
    KeyScope.CATALOG,
    body=Changed,
    answers={200: Number},
    problems=("changed-meanwhile",),
)
def change(call: Call) -> Work:
    """Rename a mailing, or tell how many mails it has."""

    def work(connection: Connection) -> Answer:
        messages.hold(connection, _message(connection, call).number)
        found = _message(connection, call)
        unchanged(_told(found))
        if values := call.body.model_dump(exclude_none=True):
            messages.change(connection, found.number, values, call.caller.doer)
        return Answer({"number": found.number})

    return work


def _message(connection: Connection, call: Call) -> Message:
    found = named.by_number(connection, call.path["number"])
    if found is None or not call.caller.key.reaches(found.brand):
        raise Problem("nothing-here")
    return found


def _told(one: Message) -> Told:
    return {
        "number": one.number,
        "brand": one.brand,
        "name": one.name,
        "volume": one.volume,
        "createdAt": moment(one.created_at),
    }
