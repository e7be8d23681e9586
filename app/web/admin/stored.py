"""What is stored about an address that has no contact: what stands, and its history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import MalformedAddress, unwrapped
from app.domain.catalog import SubscriptionType
from app.domain.ids import id_in
from app.domain.words import Actor, Basis, Via
from app.queries import contacts, your_data
from app.text.languages import LANGUAGES
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.current import site

bp = Blueprint("admin_stored", __name__)


@bp.get("/admin/addresses")
@guarded(Guard.VIEWER)
def show() -> AnyResponse:
    """What is stored about `email`; its contact's record where there is one."""
    typed = unwrapped(request.args.get("email", ""))
    key = key_of(typed)
    if key is None:
        abort(404)
    with site().database.reading() as connection:
        owner = contacts.by_key(connection, key)
        kept = told(connection, key, 0)
    if owner is not None:
        return to(f"/admin/contacts/{owner.id}/subscriptions")
    return screen("stored", typed=typed, **kept)


def told(connection: Connection, key: bytes, brand: int) -> dict[str, Any]:
    """For a template: what the person would see of it, page by page."""
    before = id_in(request.args.get("before", ""))
    data = your_data.of(connection, site().catalogs, key, brand, b"", site().now(), before)
    spoken, brands = admin_language(), data.catalog.brands

    def type_text(type_: SubscriptionType, text: str) -> str:
        return type_.texts.get(text, spoken, brands[type_.brand].language)

    words = {"actors": Actor, "vias": Via, "bases": Basis, "languages": LANGUAGES}
    return {"data": data, "words": words, "type_text": type_text}


def key_of(typed: str) -> bytes | None:
    """The key of a whole address; None for anything else."""
    try:
        return site().keys(unwrapped(typed))
    except MalformedAddress:
        return None


def remembered(connection: Connection, typed: str) -> bool:
    """Whether anything ever happened to an address, contact or none."""
    key = key_of(typed)
    return key is not None and your_data.remembered(connection, key)
