"""Subscription types, read and written as the admin can."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.catalog import Brand, SubscriptionType
from app.domain.deeds import Deed
from app.domain.keys import KeyScope
from app.domain.moments import moment
from app.services import catalog
from app.services import types as shelf
from app.services.audit import note
from app.services.catalog import NewType, Taken
from app.services.types import ArchivedBrand, Edited
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call, Work
from app.web.api.etags import tagged, unchanged
from app.web.api.lines import Slug
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import Named, named_brand
from app.web.api.v1.texts import Texts, TypeWords, merged
from app.web.api.writing import Id, held

operations = Operations()
FOLDER = "/api/v1/subscription-types"
ONE = f"{FOLDER}/<int:id>"


class Wanted(Ours):
    """A type to be. It subscribes nobody. Brand and `transactional` are fixed for ever."""

    brand: Named
    slug: Slug
    texts: dict[str, TypeWords]
    transactional: bool = False
    public: bool = True
    confirms: bool = False


class Changed(Ours):
    """What is to change; the rest stays."""

    texts: dict[str, TypeWords] | None = None
    public: bool | None = None
    confirms: bool | None = None
    archived: bool | None = None


class Type(TypedDict):
    """One type. `texts`: name, description and frequency by language."""

    id: int
    slug: str
    brand: int
    transactional: bool
    public: bool
    confirms: bool
    archived: bool
    texts: dict[str, dict[str, str]]
    textVersion: int
    createdAt: str


class Types(TypedDict):
    """In the order in which people see them, archived ones too."""

    types: list[Type]


@operations.add("GET", FOLDER, KeyScope.DEFINITIONS, answers={200: Types, 304: None})
def read_all(call: Call) -> Response:
    """Every type."""
    return tagged({"types": [_told(type_) for type_ in call.caller.types()]})


@operations.add("GET", ONE, KeyScope.DEFINITIONS, answers={200: Type, 304: None})
def read(call: Call) -> Response:
    """One type."""
    return tagged(_told(_type(call.caller, call.path["id"])))


@operations.write(
    "POST", FOLDER, KeyScope.CATALOG, body=Wanted, answers={201: Id}, problems=("taken",)
)
def make(call: Call) -> Work:
    """Make a type."""
    caller, wanted = call.caller, call.body
    brand = named_brand(caller, wanted.brand)
    new = NewType(
        *(brand.id, wanted.slug, _texts(brand, {}, wanted.texts)),
        transactional=wanted.transactional,
        public=wanted.public,
        confirms=wanted.confirms,
    )

    def work(connection: Connection) -> Answer:
        try:
            made = catalog.add_type(connection, new, caller.now)
        except Taken:
            raise Problem("taken", f"A type is called {new.slug} already.") from None
        except ArchivedBrand:
            raise Problem("malformed", faults=[Fault("/brand", "It is archived")]) from None
        note(connection, caller.doer, Deed.TYPE_MADE, ("type", made))
        return Answer({"id": made}, 201)

    return work


@operations.write("PATCH", ONE, KeyScope.CATALOG, body=Changed, problems=("changed-meanwhile",))
def change(call: Call) -> Work:
    """Change words or settings of a type, archive it, or bring it back. With If-Match, only where
    nobody else changed it meanwhile."""
    changed: Changed = call.body

    def work(connection: Connection) -> Answer:
        caller = held(connection, call.caller)
        type_ = _type(caller, call.path["id"])
        unchanged(_told(type_))
        _save(connection, caller, type_, changed)
        if changed.archived not in (None, type_.archived):
            _shelve(connection, caller, type_)
        return Answer({"id": type_.id})

    return work


def _save(
    connection: Connection, caller: Caller, type_: SubscriptionType, changed: Changed
) -> None:
    brand = caller.catalog.brands[type_.brand]
    texts = _texts(brand, type_.texts.by_language, changed.texts or {})
    public = type_.public if changed.public is None else changed.public
    confirms = type_.confirms if changed.confirms is None else changed.confirms
    if changed.texts is not None or (public, confirms) != (type_.public, type_.confirms):
        shelf.edit_type(connection, type_.id, Edited(public, confirms, texts), caller.now)
        note(connection, caller.doer, Deed.TYPE_EDITED, ("type", type_.id))


def _shelve(connection: Connection, caller: Caller, type_: SubscriptionType) -> None:
    """Archive a type, or bring it back."""
    if not type_.archived:
        catalog.archive_type(connection, type_.id, caller.now)
        deed = Deed.TYPE_ARCHIVED
    else:
        try:
            shelf.restore_type(connection, type_.id, caller.now)
        except ArchivedBrand:
            raise Problem("taken", "Its brand is archived: bring that back first.") from None
        deed = Deed.TYPE_RESTORED
    note(connection, caller.doer, deed, ("type", type_.id))


def _type(caller: Caller, id_: int) -> SubscriptionType:
    if id_ not in caller.catalog.types:
        raise Problem("nothing-here")
    return caller.type(id_)


def _texts(brand: Brand, kept: Texts, told: Mapping[str, TypeWords]) -> dict[str, dict[str, str]]:
    """A type's texts with those that are told. Raises Problem where no name is left in the
    language of the brand."""
    texts = merged(kept, told)
    if not texts.get(brand.language, {}).get("name"):
        why = f"A name in {brand.language} is needed: the brand speaks it"
        raise Problem("malformed", faults=[Fault("/texts", why)])
    return texts


def _told(type_: SubscriptionType) -> Type:
    return {
        "id": type_.id,
        "slug": type_.slug,
        "brand": type_.brand,
        "transactional": type_.transactional,
        "public": type_.public,
        "confirms": type_.confirms,
        "archived": type_.archived,
        "texts": {language: dict(own) for language, own in type_.texts.by_language.items()},
        "textVersion": type_.texts.version,
        "createdAt": moment(type_.created_at),
    }
