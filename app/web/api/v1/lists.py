"""Whole lists, streamed: whom not to mail, and who said yes (rules.md, 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from flask import Response
from pydantic import Field
from typing_extensions import TypedDict

from app.domain.keys import KeyScope
from app.domain.words import Instant
from app.files.listing import MEDIA_TYPES, Format
from app.queries import lists
from app.queries.exports import LISTED, NAMES, Export, What, listed
from app.queries.lists import List, Listed
from app.web.api.calls import Call
from app.web.api.models import Ours
from app.web.api.operations import Operations
from app.web.api.subjects import About, Named, named_type, topic_or_account
from app.web.api.v1.exports import streamed
from app.web.current import site

operations = Operations()


class OneLine(TypedDict):
    """One address. `email` null: only its key is known. `use`: SUPPRESSION_ONLY, or empty where it
    may be mailed."""

    email: str | None
    addressKey: str
    reason: str
    until: str | None
    exceptedBrands: list[int]
    use: str


class Which(Ours):
    """How, and from where on."""

    format: Format = Format.NDJSON
    after: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""


class Suppressed(Which, About):
    """For a type, for a brand, or, where neither is named, for the account. `after`: the key of
    the last address that came, where a stream broke off."""


class Subscribers(Which):
    """Of which type."""

    type: Named


@operations.add(
    "GET",
    "/api/v1/suppressions",
    KeyScope.SUPPRESSIONS,
    query=Suppressed,
    answers={200: OneLine},
    media=tuple(MEDIA_TYPES.values()),
)
def suppressions(call: Call) -> Response:
    """Whom not to mail, and why: addresses with an opt-out, suppression, pause, or expired or open
    consent. The header Changes-Cursor says from where to follow /api/v1/changes afterwards."""
    caller, asked = call.caller, call.query
    policy, now = caller.catalog.policy, caller.now
    type_, brand = topic_or_account(caller, asked)
    if type_ is not None:
        wanted = lists.suppressed_for_type(type_, policy, now)
    elif brand is not None:
        wanted = lists.suppressed_for_brand(brand.id, now)
    else:
        wanted = lists.suppressed_for_account()
    return _streamed(asked, _pages(asked, wanted), NAMES[What.SUPPRESSIONS], now)


@operations.add(
    "GET",
    "/api/v1/subscribers",
    KeyScope.SUPPRESSIONS,
    query=Subscribers,
    answers={200: OneLine},
    media=tuple(MEDIA_TYPES.values()),
)
def subscribers(call: Call) -> Response:
    """Who said yes to a type and may be mailed it now: with data privacy on, the only list one may
    mail from. Addresses of which only the key is known are left out: no mail can reach them."""
    type_ = named_type(call.caller, call.query.type, "?type")
    wanted = lists.subscribed(type_, call.caller.catalog.policy, call.caller.now)
    pages = _pages(call.query, wanted)
    reachable = ([one for one in page if one.address is not None] for page in pages)
    return _streamed(call.query, reachable, "subscribers", call.caller.now)


def _pages(asked: Which, wanted: List) -> Iterator[list[Listed]]:
    return lists.walk(site().database.browsing, bytes.fromhex(asked.after), wanted)


def _streamed(asked: Which, pages: Iterable[Sequence[Listed]], name: str, now: Instant) -> Response:
    """The pages as they are read."""
    rows = (list(map(listed, page)) for page in pages)
    return streamed(Export(LISTED, rows), asked.format, name, now)
