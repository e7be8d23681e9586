"""API keys, as owners see them: made and shown once, seen in use, revoked."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.ids import MOST_ID, id_in
from app.domain.keys import KeyScope
from app.queries import keys as known
from app.services import keys
from app.services.keys import NewKey
from app.web.admin import presence
from app.web.admin.days import start_of
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_keys", __name__)
LONGEST_NAME = 200


@bp.get("/admin/keys")
@guarded(Guard.OWNER)
def index() -> Response:
    """All of them, with when each was last used."""
    with site().database.reading() as connection:
        made = known.all_keys(connection)
        catalog = site().catalogs.current(connection)
    seen = site().counts.all_last_seen([key.reference for key in made])
    return screen("keys", keys=made, used=seen, brands=catalog.brands, now=site().now())


@bp.get("/admin/keys/new")
@guarded(Guard.OWNER)
def ask_what_for() -> Response:
    """The form."""
    return _form({})


@bp.post("/admin/keys/new")
@guarded(Guard.OWNER)
def create() -> AnyResponse:
    """Make a key and show it, this once: the answer is the only place where it stands."""
    new, problems = _typed()
    if problems:
        return _form(problems)
    secret = site().database.write(keys.create, new, presence.doer())
    return screen("key", name=new.name, secret=secret)


@bp.post("/admin/keys/<int:id_>/revocation")
@guarded(Guard.OWNER)
def revoke(id_: int) -> AnyResponse:
    """End a key at once."""
    site().database.write(keys.revoke, min(id_, MOST_ID), presence.doer())
    flash("key-revoked")
    return to("/admin/keys")


def _typed() -> tuple[NewKey, dict[str, str]]:
    """The key that was asked for, and what is wrong with it."""
    form, problems = request.form, {}
    name = form.get("name", "").strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        problems["name"] = "key-name"
    scopes = frozenset(scope for scope in KeyScope if scope in form.getlist("scope"))
    if not scopes:
        problems["scope"] = "key-scope"
    brands = frozenset(filter(None, map(id_in, form.getlist("brand"))))
    ends = start_of(form.get("expires", ""))
    if form.get("expires") and (ends is None or ends <= site().now()):
        problems["expires"] = "key-expires"
    speaks = form.get("speaks") == "person"
    return NewKey(name, scopes, brands or None, ends, speaks), problems


def _form(problems: dict[str, str]) -> Response:
    brands = site().catalog().active_brands
    typed = {name: request.form.getlist(name) for name in ("scope", "brand")}
    name, expires, speaks = (request.form.get(n, "") for n in ("name", "expires", "speaks"))
    return screen(
        "new-key",
        problems=problems,
        brands=brands,
        scopes=[scope.value for scope in KeyScope],
        typed={**typed, "name": name, "expires": expires, "speaks": speaks},
    )
