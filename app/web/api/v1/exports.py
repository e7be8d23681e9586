"""Whole lists of contacts, of what stands, and of what happened, streamed (issue 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from flask import Response
from pydantic import Field, model_validator

from app.domain.keys import KeyScope
from app.files.listing import MEDIA_TYPES, Format, name_of, written
from app.queries import feed
from app.queries.contact_list import EVERYBODY
from app.queries.exports import NAMES, Export, Wanted, What, export
from app.web.api.calls import Call
from app.web.api.operations import Operations
from app.web.api.subjects import About, Named, named_brand, topic_or_account
from app.web.api.v1.contact_filters import Filtered, filters_of
from app.web.current import site

operations = Operations()
MEDIA = tuple(MEDIA_TYPES.values())


class Which(About):
    """How, and about what."""

    format: Format = Format.NDJSON


class WhichContacts(Filtered, Which):
    """How, judged by what, and which. `chosenFor`: something was chosen for this brand."""

    chosen_for: Named | None = Field(None, alias="chosenFor")

    @model_validator(mode="after")
    def whole(self) -> Self:
        """A status is one of a type."""
        if self.status is not None and self.type is None:
            raise ValueError("Name the type that has the status")
        return self


@operations.add(
    "GET",
    "/api/v1/exports/contacts",
    KeyScope.CONTACTS,
    query=WhichContacts,
    answers={200: str},
    media=MEDIA,
)
def contacts(call: Call) -> Response:
    """Every contact with its properties, or those for which each filter holds: contacts are the
    account's, so not for a key of some brands. `use` says SUPPRESSION_ONLY where nothing of the
    type, the brand or the account may be mailed to it now."""
    call.caller.whole_account()
    wanted, asked, named = _wanted(call, What.CONTACTS), call.query, None
    if asked.chosen_for is not None:
        named = named_brand(call.caller, asked.chosen_for, "?chosenFor")
    filters = filters_of(call.caller, asked, wanted.type, named)
    return _answered(call, wanted if filters == EVERYBODY else replace(wanted, filters=filters))


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
    return _answered(call, _wanted(call, What.PREFERENCES))


@operations.add(
    "GET", "/api/v1/exports/ledger", KeyScope.CONTACTS, query=Which, answers={200: str}, media=MEDIA
)
def ledger(call: Call) -> Response:
    """Every event with its evidence, address by address, oldest first. The header Changes-Cursor
    says from where to follow /api/v1/changes afterwards."""
    return _answered(call, _wanted(call, What.LEDGER))


def _wanted(call: Call, what: What) -> Wanted:
    caller = call.caller
    return Wanted(what, caller.catalog, caller.now, *topic_or_account(caller, call.query))


def _answered(call: Call, wanted: Wanted) -> Response:
    found = export(site().database.browsing, wanted)
    return streamed(found, call.query.format, NAMES[wanted.what], wanted.now)


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
