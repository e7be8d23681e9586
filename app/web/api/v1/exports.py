"""Whole lists of contacts, of what stands, and of what happened, streamed (issue 5)."""

from __future__ import annotations

from flask import Response

from app.domain.keys import KeyScope
from app.files.listing import MEDIA_TYPES, Format, name_of, written
from app.queries import feed
from app.queries.exports import NAMES, Export, Wanted, What, export
from app.web.api.operations import Call, Operations, Ours
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import Named, named_brand, named_type
from app.web.site import site

operations = Operations()
MEDIA = tuple(MEDIA_TYPES.values())


class Which(Ours):
    """How, and about what: a type, a brand, or, where neither is named, everything."""

    format: Format = Format.NDJSON
    type: Named | None = None
    brand: Named | None = None


@operations.add(
    "GET",
    "/api/v1/exports/contacts",
    KeyScope.CONTACTS,
    query=Which,
    answers={200: str},
    media=MEDIA,
)
def contacts(call: Call) -> Response:
    """Every contact with its properties. `use` says SUPPRESSION_ONLY where nothing of the type, the
    brand or the account may be mailed to it now."""
    return _answered(call, What.CONTACTS)


@operations.add(
    "GET",
    "/api/v1/exports/preferences",
    KeyScope.CONTACTS,
    query=Which,
    answers={200: str},
    media=MEDIA,
)
def preferences(call: Call) -> Response:
    """Everything that stands, address by address. `use` says SUPPRESSION_ONLY in every row but that
    of a type that may be mailed now."""
    return _answered(call, What.PREFERENCES)


@operations.add(
    "GET", "/api/v1/exports/ledger", KeyScope.CONTACTS, query=Which, answers={200: str}, media=MEDIA
)
def ledger(call: Call) -> Response:
    """Every event with its evidence, address by address, oldest first. The header Changes-Cursor
    says from where to follow /api/v1/changes afterwards."""
    return _answered(call, What.LEDGER)


def _answered(call: Call, what: What) -> Response:
    caller, asked = call.caller, call.query
    if asked.type is not None and asked.brand is not None:
        raise Problem("malformed", faults=[Fault("?brand", "Name a type or a brand, not both")])
    if asked.type is None and asked.brand is None:
        caller.whole_account()
    wanted = Wanted(
        what,
        caller.catalog,
        caller.now,
        None if asked.type is None else named_type(caller, asked.type, "?type"),
        None if asked.brand is None else named_brand(caller, asked.brand, "?brand"),
    )
    return streamed(export(site().database.browsing, wanted), asked.format, NAMES[what], caller.now)


def streamed(found: Export, form: str, name: str, now: int) -> Response:
    """The list as its pages are read. Where the feed ended before the first is told at once."""
    with site().database.reading() as connection:
        cursor = feed.end(connection)
    form = Format(form)
    response = Response(written(form, *found), mimetype=form.media_type)
    response.headers["Changes-Cursor"] = str(cursor)
    file = name_of(name, now, form)
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return response
