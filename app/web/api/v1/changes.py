"""The changes feed: the ledger from a cursor on, by plain polling (architecture.md, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from flask import Response, request
from pydantic import Field
from typing_extensions import TypedDict

from app.domain.feed import Cursor, parse_cursor
from app.domain.keys import KeyScope
from app.domain.words import Scope
from app.queries import feed
from app.web.api.caller import Caller
from app.web.api.calls import Answer, Call
from app.web.api.operations import Operations
from app.web.api.problems import Fault, Problem
from app.web.api.subjects import About, topic
from app.web.current import site

operations = Operations()


class Change(TypedDict):
    """One event. `email` null: only the key is known, or it was erased."""

    position: int
    email: str | None
    addressKey: str
    number: int
    record: int
    at: str
    kind: str
    scope: str
    scopeId: int
    name: str
    cause: str
    status: str
    until: str | None
    undone: int | None
    actor: str
    via: str
    legalBasis: str | None
    basisEnds: str | None
    message: int | None
    reference: str | None
    language: str | None
    textVersion: int | None
    hash: str


class Page(TypedDict):
    """Some events. Keep `next` when they are dealt with; ask again at once where `more`."""

    changes: list[Change]
    next: str
    more: bool


class Which(About):
    """From where on, how many at most, and about what. `after` absent: from the first event;
    `end`: none, only where the feed ends now."""

    after: str = ""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500


@operations.add(
    "GET",
    "/api/v1/changes",
    KeyScope.CHANGES,
    query=Which,
    answers={200: Page, 304: None},
    problems=("restored",),
)
def changes(call: Call) -> Answer | Response:
    """What happened after a cursor, oldest first: each event once, however transactions interleave.
    Events of one address come in their order."""
    asked, caller = call.query, call.caller
    scopes = _scopes(caller, asked)
    with site().database.reading() as connection:
        ends = feed.end(connection)
        after = _after(asked.after, ends)
        etag = f'"{after}-{ends.position}-{asked.type}-{asked.brand}-{asked.limit}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers={"ETag": etag})
        found = feed.changes(connection, caller.catalog, after, ends, scopes, asked.limit)
    content = {"changes": found.events, "next": str(found.next), "more": found.more}
    return Answer(content, headers={"ETag": etag, "Cache-Control": "no-cache"})


def _scopes(caller: Caller, asked: Which) -> Sequence[Scope] | None:
    """What the events are to be about; None: whatever they are about."""
    type_, brand = topic(caller, asked)
    if type_ is not None:
        return feed.concerning(caller.catalog, types=[type_.id], brands=[])
    if brand is not None:
        return feed.concerning(caller.catalog, types=[], brands=[brand.id])
    if caller.key.brands is not None:
        return feed.concerning(caller.catalog, types=[], brands=sorted(caller.key.brands))
    return None


def _after(text: str, ends: Cursor) -> Cursor:
    if not text:
        return Cursor(ends.epoch, 0)
    if text == "end":
        return ends
    try:
        after = parse_cursor(text)
    except ValueError as wrong:
        raise Problem("malformed", faults=[Fault("?after", str(wrong))]) from None
    if after.epoch != ends.epoch or after.position > ends.position:
        raise Problem("restored")
    return after
