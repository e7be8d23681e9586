"""Whole lists, streamed: whom not to mail, and who said yes (rules.md, 1)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field
from typing_extensions import TypedDict

from app.domain.keys import KeyScope
from app.queries import feed, lists
from app.queries.lists import List, Listed
from app.web.api.moments import moment
from app.web.api.operations import Call, Operations, Ours
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import Named, named_brand, named_type
from app.web.site import site

operations = Operations()
FIELDS = ("email", "addressKey", "reason", "until", "exceptedBrands")
MEDIA = {"ndjson": "application/x-ndjson", "csv": "text/csv"}
START = ("=", "+", "-", "@", "\t", "\r")


class OneLine(TypedDict):
    """One address. `email` null: only its key is known."""

    email: str | None
    addressKey: str
    reason: str
    until: str | None
    exceptedBrands: list[int]


class Which(Ours):
    """How, and from where on."""

    format: Literal["ndjson", "csv"] = "ndjson"
    after: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""


class Suppressed(Which):
    """For a type, for a brand, or, where neither is named, for the account. `after`: the key of
    the last address that came, where a stream broke off."""

    type: Named | None = None
    brand: Named | None = None


class Subscribers(Which):
    """Of which type."""

    type: Named


@operations.add(
    "GET",
    "/api/v1/suppressions",
    KeyScope.SUPPRESSIONS,
    query=Suppressed,
    answers={200: OneLine},
    media=tuple(MEDIA.values()),
)
def suppressions(call: Call) -> Response:
    """Whom not to mail, and why: addresses with an opt-out, suppression, pause, or expired or open
    consent. The header Changes-Cursor says from where to follow /api/v1/changes afterwards."""
    caller, asked = call.caller, call.query
    policy, now = caller.catalog.policy, caller.now
    if asked.type is not None and asked.brand is not None:
        raise Problem("malformed", faults=[Fault("?brand", "Name a type or a brand, not both")])
    if asked.type is not None:
        type_ = named_type(caller, asked.type, "?type")
        return _streamed(asked, _pages(asked, lists.suppressed_for_type(type_, policy, now)))
    if asked.brand is not None:
        brand = named_brand(caller, asked.brand, "?brand").id
        return _streamed(asked, _pages(asked, lists.suppressed_for_brand(brand, now)))
    caller.whole_account()
    return _streamed(asked, _pages(asked, lists.suppressed_for_account()))


@operations.add(
    "GET",
    "/api/v1/subscribers",
    KeyScope.SUPPRESSIONS,
    query=Subscribers,
    answers={200: OneLine},
    media=tuple(MEDIA.values()),
)
def subscribers(call: Call) -> Response:
    """Who said yes to a type and may be mailed it now: with data privacy on, the only list one may
    mail from. Addresses of which only the key is known are left out: no mail can reach them."""
    type_ = named_type(call.caller, call.query.type, "?type")
    wanted = lists.subscribed(type_, call.caller.catalog.policy, call.caller.now)
    pages = _pages(call.query, wanted)
    reachable = ([one for one in page if one.address is not None] for page in pages)
    return _streamed(call.query, reachable)


def _pages(asked: Which, wanted: List) -> Iterator[list[Listed]]:
    return lists.walk(site().database.browsing, bytes.fromhex(asked.after), wanted)


def _streamed(asked: Which, pages: Iterable[Sequence[Listed]]) -> Response:
    """The pages as they are read. Where the feed ended before the first is told at once."""
    with site().database.reading() as connection:
        cursor = feed.end(connection)
    told = _csv(pages) if asked.format == "csv" else _ndjson(pages)
    response = Response(told, mimetype=MEDIA[asked.format])
    response.headers["Changes-Cursor"] = str(cursor)
    return response


def _ndjson(pages: Iterable[Sequence[Listed]]) -> Iterator[str]:
    for page in pages:
        if page:
            yield "".join([json.dumps(_told(one), separators=(",", ":")) + "\n" for one in page])


def _csv(pages: Iterable[Sequence[Listed]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for page in pages:
        writer.writerows([_cells(one) for one in page])
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _told(one: Listed) -> OneLine:
    return {
        "email": one.address,
        "addressKey": one.key.hex(),
        "reason": one.reason.name,
        "until": moment(one.until),
        "exceptedBrands": list(one.brands),
    }


def _cells(one: Listed) -> list[Any]:
    """What a spreadsheet would take for a formula gets a quote before it (H-38)."""
    email = one.address or ""
    safe = f"'{email}" if email.startswith(START) else email
    brands = " ".join(map(str, one.brands))
    return [safe, one.key.hex(), one.reason.name, moment(one.until) or "", brands]
