"""Webhooks, as owners see them: made, tested, renewed, switched off and on; their dead letters."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.ids import MOST_ID, MOST_STORED, id_in
from app.domain.webhooks import NAMES, State, Webhook, url_problem
from app.domain.words import Kind
from app.queries import webhooks as known
from app.services import webhooks
from app.services.webhooks import Settings
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_webhooks", __name__)
DOES = {"on": webhooks.switch_on, "off": webhooks.switch_off, "renew": webhooks.renew_secret}
SAID = {"on": "webhook-on", "off": "webhook-off", "renew": "webhook-secret-renewed"}


@bp.get("/admin/webhooks")
@guarded(Guard.OWNER)
def index() -> Response:
    """All of them."""
    with site().database.reading() as connection:
        made = known.all_webhooks(connection, site().now())
    return screen("webhooks", webhooks=made)


@bp.get("/admin/webhooks/new")
@guarded(Guard.OWNER)
def ask_where() -> Response:
    """The form."""
    return _form(None, {})


@bp.post("/admin/webhooks/new")
@guarded(Guard.OWNER)
def create() -> AnyResponse:
    """Make one."""
    settings, problems = _typed()
    if problems:
        return _form(None, problems)
    id_ = site().database.write(webhooks.create, settings, presence.doer())
    return to(f"/admin/webhooks/{id_}")


@bp.get("/admin/webhooks/<int:id_>")
@guarded(Guard.OWNER)
def show(id_: int) -> Response:
    """One of them: its secret, what it is owed, its dead letters."""
    hook = _hook(id_)
    after = request.args.get("after", "")
    with site().database.reading() as connection:
        owed = known.owed(connection, id_)
        dead = known.dead_letters(connection, id_, id_in(after, MOST_STORED) or 0)
        catalog = site().catalogs.current(connection)
    last = dead[-1].position if len(dead) == known.PAGE else None
    waiting = owed[State.OWED]
    return screen(
        "webhook",
        hook=hook,
        waiting=waiting,
        lost=owed[State.DEAD],
        dead=dead,
        last=last,
        names=NAMES,
        catalog=catalog,
    )


@bp.get("/admin/webhooks/<int:id_>/edit")
@guarded(Guard.OWNER)
def ask_what(id_: int) -> Response:
    """The form, filled in."""
    return _form(_hook(id_), {})


@bp.post("/admin/webhooks/<int:id_>/edit")
@guarded(Guard.OWNER)
def change(id_: int) -> AnyResponse:
    """Tell it elsewhere, or of other things."""
    hook = _hook(id_)
    settings, problems = _typed()
    if problems:
        return _form(hook, problems)
    site().database.write(webhooks.change, id_, settings, presence.doer())
    flash("webhook-changed")
    return to(f"/admin/webhooks/{id_}")


@bp.post("/admin/webhooks/<int:id_>/state")
@guarded(Guard.OWNER)
def switch(id_: int) -> AnyResponse:
    """Switch it on or off, or renew its secret."""
    _hook(id_)
    pressed = request.form.get("do", "")
    if pressed not in DOES:
        abort(400)
    site().database.write(DOES[pressed], id_, presence.doer())
    flash(SAID[pressed])
    return to(f"/admin/webhooks/{id_}")


@bp.post("/admin/webhooks/<int:id_>/test")
@guarded(Guard.OWNER)
def send_test(id_: int) -> AnyResponse:
    """Owe it a test."""
    _hook(id_)
    if not site().database.write(webhooks.owe_test, id_, site().now()):
        abort(404)
    flash("webhook-tested")
    return to(f"/admin/webhooks/{id_}")


@bp.post("/admin/webhooks/<int:id_>/dead-letters")
@guarded(Guard.OWNER)
def send_again(id_: int) -> AnyResponse:
    """Owe one dead letter anew; all of them only where none is named."""
    _hook(id_)
    sent = request.form.getlist("position")
    named = [at for text in sent if (at := id_in(text, MOST_STORED))]
    if len(named) < len(sent):
        abort(400)
    site().database.write(webhooks.send_again, id_, named, presence.doer())
    flash("webhook-sent-again")
    return to(f"/admin/webhooks/{id_}")


@bp.post("/admin/webhooks/<int:id_>/removal")
@guarded(Guard.OWNER)
def remove(id_: int) -> AnyResponse:
    """Forget it."""
    _hook(id_)
    site().database.write(webhooks.remove, id_, presence.doer())
    flash("webhook-removed")
    return to("/admin/webhooks")


def _hook(id_: int) -> Webhook:
    with site().database.reading() as connection:
        found = known.one(connection, id_, site().now()) if id_ <= MOST_ID else None
    if found is None:
        abort(404)
    return found


def _typed() -> tuple[Settings, dict[str, str]]:
    """What was asked for, and what is wrong with it."""
    form = request.form
    url = form.get("url", "").strip()
    problem = url_problem(url, site().settings.webhook_networks)
    kinds = frozenset(kind for kind in Kind if kind.name in form.getlist("kind"))
    types, brands = (
        frozenset(filter(None, map(id_in, form.getlist(name)))) for name in ("type", "brand")
    )
    settings = Settings(url, kinds or None, types or None, brands or None)
    return settings, {"url": problem} if problem else {}


def _form(hook: Webhook | None, problems: dict[str, str]) -> Response:
    catalog = site().catalog()
    shown = _typed()[0] if request.method == "POST" else hook
    return screen(
        "webhook-form",
        problems=problems,
        hook=hook,
        shown=shown,
        kinds=[(kind.name, name) for kind, name in NAMES.items()],
        chosen=[kind.name for kind in (shown.kinds or ())] if shown else [],
        catalog=catalog,
    )
