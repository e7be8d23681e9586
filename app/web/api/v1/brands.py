"""Brands, read and written as the admin can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from flask import Response
from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.catalog import Brand
from app.domain.deeds import Deed
from app.domain.keys import KeyScope
from app.services import brands as shelf
from app.services import catalog, types
from app.services.audit import note
from app.services.brands import DefaultBrand
from app.services.catalog import NewBrand, Taken
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call, Work
from app.web.api.etags import tagged, unchanged
from app.web.api.lines import Line, Mailbox, Name, Slug, spoken
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.v1.brand_looks import Looks, ToldColours, logo_of, values_of
from app.web.api.v1.texts import BrandWords, of_brand, told_of_brand
from app.web.api.writing import Id, held

operations = Operations()
FOLDER = "/api/v1/brands"
ONE = f"{FOLDER}/<int:id>"


class Wanted(Ours):
    """A brand to be."""

    slug: Slug
    name: Name
    language: str = "en"
    sender: Mailbox = ""
    postal_address: Line = Field("", alias="postalAddress")
    contact: Mailbox = ""


class Changed(Looks):
    """What is to change; the rest stays. `logo`: a picture in base64. `texts`: by language; an
    empty one goes. `types`: by their ids, in the order in which people see them."""

    slug: Slug | None = None
    name: Name | None = None
    language: str | None = None
    sender: Mailbox | None = None
    postal_address: Line | None = Field(None, alias="postalAddress")
    contact: Mailbox | None = None
    texts: dict[str, BrandWords] | None = None
    types: Annotated[list[int], Field(max_length=1_000)] | None = None
    archived: bool | None = None


class Told(TypedDict):
    """One brand."""

    id: int
    slug: str
    name: str
    language: str
    sender: str
    postalAddress: str
    contact: str
    colours: ToldColours
    hasLogo: bool
    pages: dict[str, str]
    languages: list[str]
    texts: dict[str, dict[str, str]]
    types: list[int]
    archived: bool
    default: bool


class Brands(TypedDict):
    """In their order, archived ones too."""

    brands: list[Told]


@operations.add("GET", FOLDER, KeyScope.DEFINITIONS, answers={200: Brands, 304: None})
def read_all(call: Call) -> Response:
    """Every brand that the key reaches."""
    return tagged({"brands": [_told(call.caller, brand) for brand in call.caller.brands()]})


@operations.add("GET", ONE, KeyScope.DEFINITIONS, answers={200: Told, 304: None})
def read(call: Call) -> Response:
    """One brand."""
    return tagged(_told(call.caller, _brand(call.caller, call.path["id"])))


@operations.write(
    "POST", FOLDER, KeyScope.CATALOG, body=Wanted, answers={201: Id}, problems=("taken",)
)
def make(call: Call) -> Work:
    """Make a brand. It has no types yet."""
    caller, wanted = call.caller, call.body
    caller.whole_account()
    spoken(wanted.language, "/language")
    new = NewBrand(**wanted.model_dump())

    def work(connection: Connection) -> Answer:
        try:
            made = catalog.add_brand(connection, new, caller.now)
        except Taken:
            raise Problem("taken", f"A brand is called {new.slug} already.") from None
        note(connection, caller.doer, Deed.BRAND_MADE, ("brand", made))
        return Answer({"id": made}, 201)

    return work


@operations.write(
    "PATCH", ONE, KeyScope.CATALOG, body=Changed, problems=("taken", "changed-meanwhile")
)
def change(call: Call) -> Work:
    """Change a brand, archive it with its types, or bring it back. With If-Match, only where
    nobody else changed it meanwhile."""
    changed: Changed = call.body
    if changed.language is not None:
        spoken(changed.language, "/language")

    def work(connection: Connection) -> Answer:
        caller = held(connection, call.caller)
        brand = _brand(caller, call.path["id"])
        unchanged(_told(caller, brand))
        _save(connection, caller, brand, changed)
        if changed.archived not in (None, brand.archived):
            _shelve(connection, caller, brand)
        return Answer({"id": brand.id})

    return work


def _save(connection: Connection, caller: Caller, brand: Brand, changed: Changed) -> None:
    values, logo = _values(changed, brand), logo_of(changed)
    if values or logo is not None:
        stays = {"slug": brand.slug, "look": asdict(brand.look)}
        try:
            shelf.save(connection, brand.id, {**stays, **values}, logo, caller.now)
        except Taken:
            raise Problem("taken", f"A brand is called {changed.slug} already.") from None
        note(connection, caller.doer, Deed.BRAND_EDITED, ("brand", brand.id))
    if changed.types is not None:
        _in_order(brand, changed.types)
        types.order_types(connection, brand.id, changed.types)
        note(connection, caller.doer, Deed.TYPES_ORDERED, ("brand", brand.id))


def _values(changed: Changed, brand: Brand) -> dict[str, Any]:
    others = {"archived", "texts", "types", *Looks.model_fields}
    values = {**changed.model_dump(exclude_none=True, exclude=others), **values_of(changed, brand)}
    if changed.texts is not None:
        values["texts"] = of_brand(brand.texts.by_language, changed.texts)
    return values


def _in_order(brand: Brand, wanted: Sequence[int]) -> None:
    """Raises Problem where one is named that is not among those that the brand sends."""
    own = {type_.id for type_ in brand.types if not type_.archived}
    why = "The brand sends no such type"
    if faults := [Fault(f"/types/{at}", why) for at, id_ in enumerate(wanted) if id_ not in own]:
        raise Problem("malformed", faults=faults)


def _shelve(connection: Connection, caller: Caller, brand: Brand) -> None:
    """Archive a brand with its types, or bring it back."""
    if brand.archived:
        shelf.restore(connection, brand.id, caller.now)
        deed = Deed.BRAND_RESTORED
    else:
        try:
            shelf.archive(connection, brand.id, caller.now)
        except DefaultBrand:
            raise Problem("taken", "This is the default brand: its look is needed.") from None
        deed = Deed.BRAND_ARCHIVED
    note(connection, caller.doer, deed, ("brand", brand.id))


def _brand(caller: Caller, id_: int) -> Brand:
    if id_ not in caller.catalog.brands:
        raise Problem("nothing-here")
    return caller.brand(id_)


def _told(caller: Caller, brand: Brand) -> Told:
    return {
        "id": brand.id,
        "slug": brand.slug,
        "name": brand.name,
        "language": brand.language,
        "sender": brand.sender,
        "postalAddress": brand.postal_address,
        "contact": brand.contact,
        "colours": {"light": brand.look.light, "dark": brand.look.dark},
        "hasLogo": bool(brand.look.logo),
        "pages": dict(brand.links),
        "languages": list(brand.languages),
        "texts": told_of_brand(brand.texts.by_language),
        "types": [type_.id for type_ in brand.types if not type_.archived],
        "archived": brand.archived,
        "default": brand.id == caller.catalog.default_brand,
    }
