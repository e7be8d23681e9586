"""A change of address, agreed to by both mailboxes: GET shows one button, POST says yes (R-85)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from app.domain.rights import Agreed
from app.links.timed import Request
from app.links.tokens import UnreadableLink
from app.queries import own_move as asked
from app.queries.own_move import Move
from app.services import own_move
from app.services.own_move import Yes
from app.web.current import site
from app.web.recipient.opening import evidence, unreadable
from app.web.recipient.rendering import language, rendered

bp = Blueprint("own_move", __name__)
RESULTS = {Agreed.OLD: "waiting", Agreed.NEW: "waiting", Agreed.BOTH: "moved"}


@bp.get("/m/<token>")
def show(token: str) -> Response:
    """The one button, where there is something to agree to. Reading it agrees to nothing."""
    return _page(_read(_open(token)))


@bp.post("/m/<token>")
def agree(token: str) -> Response:
    """This mailbox's yes. With the second one, all choices move."""
    opened = _open(token)
    before = _read(opened)
    shows = evidence("person", request.environ)
    yes = Yes(opened.record, opened.key, before.catalog, site().now(), shows)
    agreed = site().database.write(own_move.agree, yes)
    if agreed not in RESULTS:
        return _page(_read(opened))
    return _page(before, result=RESULTS[agreed])


def _open(token: str) -> Request:
    try:
        return site().moves.read(token)
    except UnreadableLink:
        raise unreadable() from None


def _read(opened: Request) -> Move:
    with site().database.reading() as connection:
        return asked.move(connection, site().catalogs, opened.record, opened.key, opened.brand)


def _page(move: Move, **context: Any) -> Response:
    given = {"result": "", **context}
    spoken = language(move.language, move.brand.language)
    return rendered(
        "recipient/move.html",
        spoken,
        move.brand,
        open=move.open,
        old=move.old,
        new=move.new,
        **given,
    )
