"""Brands, read and written as the admin can."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import Field
from sqlalchemy import Connection
from typing_extensions import TypedDict

from app.domain.catalog import Brand
from app.domain.deeds import Deed
from app.domain.keys import KeyScope
from app.services import brands as shelf
from app.services import catalog
from app.services.audit import note
from app.services.brands import DefaultBrand
from app.services.catalog import NewBrand, Taken
from app.web.api.caller import Caller
from app.web.api.etags import tagged, unchanged
from app.web.api.lines import Line, Mailbox, Name, Slug, spoken
from app.web.api.operations import Answer, Call, Operations, Ours
from app.web.api.problems import Problem
from app.web.api.v1.brand_looks import Looks, ToldColours, logo_of, values_of
from app.web.api.writing import REPEATABLE, Id, once

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
    """What is to change; the rest stays. `logo`: a picture in base64."""

    name: Name | None = None
    language: str | None = None
    sender: Mailbox | None = None
    postal_address: Line | None = Field(None, alias="postalAddress")
    contact: Mailbox | None = None
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
    archived: bool
    default: bool


class Brands(TypedDict):
    """In their order, archived ones too."""

    brands: list[Told]


@operations.add("GET", FOLDER, KeyScope.DEFINITIONS, answers={200: Brands, 304: None})
def read_all(call: Call) -> Response:
    """Every brand that the key reaches."""
    return tagged({"brands": [_told(call.caller, brand) for brand in call.caller.brands()]})


@operations.add(
    "GET",
    ONE,
    KeyScope.DEFINITIONS,
    answers={200: Told, 304: None},
    problems=("nothing-here",),
)
def read(call: Call) -> Response:
    """One brand."""
    return tagged(_told(call.caller, _brand(call.caller, call.path["id"])))


@operations.add(
    "POST",
    FOLDER,
    KeyScope.CATALOG,
    body=Wanted,
    answers={201: Id},
    problems=("taken", *REPEATABLE),
)
def make(call: Call) -> Response:
    """Make a brand. It has no types yet."""
    caller, wanted = call.caller, call.body
    caller.whole_account()
    spoken(wanted.language, "/language")
    new = NewBrand(**wanted.model_dump())
    return once(caller, lambda connection: _made(connection, caller, new))


@operations.add(
    "PATCH",
    ONE,
    KeyScope.CATALOG,
    body=Changed,
    answers={200: Id},
    problems=("nothing-here", "taken", "changed-meanwhile", *REPEATABLE),
)
def change(call: Call) -> Response:
    """Change a brand, archive it with its types, or bring it back. With If-Match, only where
    nobody else changed it meanwhile."""
    caller, brand = call.caller, _brand(call.caller, call.path["id"])
    unchanged(_told(caller, brand))
    changed = call.body
    if changed.language is not None:
        spoken(changed.language, "/language")
    return once(caller, lambda connection: _changed(connection, caller, brand, changed))


def _made(connection: Connection, caller: Caller, new: NewBrand) -> Answer:
    try:
        made = catalog.add_brand(connection, new, caller.now)
    except Taken:
        raise Problem("taken", f"A brand is called {new.slug} already.") from None
    note(connection, caller.doer, Deed.BRAND_MADE, ("brand", made))
    return Answer({"id": made}, 201)


def _changed(connection: Connection, caller: Caller, brand: Brand, changed: Changed) -> Answer:
    values, logo = _values(changed, brand), logo_of(changed)
    if values:
        catalog.edit_brand(connection, brand.id, values, caller.now)
    if logo is not None:
        catalog.set_logo(connection, brand.id, logo.media_type, logo.content)
    if values or logo is not None:
        note(connection, caller.doer, Deed.BRAND_EDITED, ("brand", brand.id))
    if changed.archived not in (None, brand.archived):
        _shelve(connection, caller, brand)
    return Answer({"id": brand.id})


def _values(changed: Changed, brand: Brand) -> dict[str, Any]:
    own = changed.model_dump(exclude_none=True, exclude={"archived", *Looks.model_fields})
    return {**own, **values_of(changed, brand)}


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
        "archived": brand.archived,
        "default": brand.id == caller.catalog.default_brand,
    }
