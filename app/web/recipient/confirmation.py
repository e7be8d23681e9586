"""Confirmation by mail: GET shows one button, POST confirms (R-85)."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response
from flask import request as http
from markupsafe import Markup

from app.domain.catalog import SubscriptionType
from app.domain.words import Via
from app.links.purposes import Purpose
from app.links.timed import Request
from app.links.tokens import Link, UnreadableLink
from app.queries import recipient
from app.queries.recipient import Page
from app.services import choices
from app.web.current import site
from app.web.recipient.opening import offer, press, shown_texts, unreadable
from app.web.recipient.rendering import language_of, rendered

bp = Blueprint("confirmation", __name__)


@bp.get("/c/<token>")
def show(token: str) -> Response:
    """The one button, where something is still to be confirmed. Reading it confirms nothing."""
    request = _open(token)
    types, page = _read(request)
    wanted = language_of(page)
    return rendered("recipient/confirm.html", wanted, page.brand, types=types, page=page)


@bp.post("/c/<token>")
def confirm(token: str) -> Response:
    """The person's yes. Pressed again, it finds nothing left to confirm."""
    request = _open(token)
    types, page = _read(request)
    wanted = language_of(page)
    if not types:
        return rendered("recipient/confirm.html", wanted, page.brand, types=types, page=page)
    link = Link(Purpose.PREFERENCES, request.key, page.brand.id, 0)
    texts = shown_texts(page.catalog, page.brand, tuple(types), wanted)
    pressed = replace(press(link, page.catalog, Via.CONFIRMATION), shown=texts)
    outcome = site().database.write(
        choices.confirm, pressed, page.brand, request.record, request.mark
    )
    after = recipient.page_of(page.catalog, page.brand, outcome.known, None, pressed.at)
    action = f"{http.script_root}/p/{site().tokens.mint(link)}"
    return rendered(
        "recipient/confirmed.html",
        wanted,
        page.brand,
        page=replace(after, masked=page.masked),
        now=pressed.at,
        made=offer(outcome),
        action=action,
        link_start=Markup('<a href="{}">').format(action),
        link_end=Markup("</a>"),
        missed=[t for t in types if t not in after.received],
    )


def _open(token: str) -> Request:
    try:
        return site().confirmations.read(token)
    except UnreadableLink:
        raise unreadable() from None


def _read(request: Request) -> tuple[list[SubscriptionType], Page]:
    with site().database.reading() as connection:
        return recipient.confirmation_page(
            connection,
            site().catalogs,
            request.key,
            request.brand,
            request.record,
            site().now(),
            request.mark,
        )
