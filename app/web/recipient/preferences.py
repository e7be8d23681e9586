"""The preference page: see and change this address's choices for one brand (rules.md, 4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request
from markupsafe import Markup

from app.domain.address import matching_form, unwrapped
from app.domain.catalog import Catalog
from app.domain.leaving import Leaving
from app.domain.page import Form
from app.domain.standing import of_type
from app.domain.undo import Offer, last_own
from app.domain.words import ACCOUNT, Scope, Via
from app.links.purposes import Purpose
from app.links.tokens import Link
from app.queries import recipient
from app.queries.recipient import Page
from app.services import choices
from app.services.preferences import Outcome, Shown
from app.web.current import site
from app.web.recipient import unsubscribe, your_data
from app.web.recipient.alike import READ, Asked, alike
from app.web.recipient.forms import Incomplete, PageForm, pause_days, reason_of, record_of, undo_of
from app.web.recipient.oneclick import is_one_click, require_one_click
from app.web.recipient.opening import made_by, offer, open_link, other_address, press, shown_texts
from app.web.recipient.rendering import kept_query, language_of, rendered

bp = Blueprint("preferences", __name__)


@bp.get("/p/<token>")
@bp.get("/P/<token>", endpoint="show_shouted")
def show(token: str) -> Response:
    """The page. Reading it changes nothing, however often and by whomever it is done."""
    link = open_link(token)
    if link.purpose not in (Purpose.PREFERENCES, Purpose.EXAMPLE):
        return unsubscribe.shown(link)
    page: Page = request.environ.get(READ) or _read(link)
    if "data" in request.args:
        return your_data.offer(page)
    spoken = language_of(page)
    if made := _undoable(link, page):
        return _page(page, spoken, made=made)
    asked = Asked(spoken, kept_query(), request.script_root)
    html = alike(site(), page, asked, site().now(), lambda nobodys: _page(nobodys, spoken))
    return Response(html, mimetype="text/html")


@bp.post("/p/<token>")
@bp.post("/P/<token>", endpoint="change_shouted")
def change(token: str) -> Response:
    """One press of a button, or a provider's one-click body, which opts out of the brand."""
    link = open_link(token)
    if link.purpose is Purpose.EXAMPLE:
        return _page(_read(link))
    if link.purpose is not Purpose.PREFERENCES and request.form.get("do"):
        return _by_a_link_to_leave(link, request.form["do"])
    if link.purpose is not Purpose.PREFERENCES or is_one_click(request):
        require_one_click(request)
        return unsubscribe.by_one_click(link)
    pressed = request.form.get("do", "")
    try:
        return DOES.get(pressed.split("-")[0], _incomplete)(link)
    except Incomplete:
        return _incomplete(link)


def _by_a_link_to_leave(link: Link, pressed: str) -> Response:
    """A page opened before its secret was declared leaked: leaving goes on, the rest is
    refused."""
    if link.leaked and pressed in ("brand", "account"):
        return unsubscribe.left_by(link, pressed)
    response = unsubscribe.shown(link)
    response.status_code = 400
    return response


def _read(link: Link) -> Page:
    with site().database.reading() as connection:
        if link.purpose is Purpose.EXAMPLE:
            return recipient.example_page(connection, site().catalogs, link.scope_id, site().now())
        first = request.args.get("type", type=int)
        return recipient.preference_page(
            connection, site().catalogs, link.key, link.scope_id, first, site().now()
        )


def _page(page: Page, spoken: str | None = None, status: int = 200, **context: Any) -> Response:
    return _answer("recipient/preferences.html", page, status, spoken=spoken, **context)


def _undoable(link: Link, page: Page) -> Offer | None:
    """What the person did last by this link, where that is less than a day ago."""
    now = site().now()
    number = last_own(page.known.held, now)
    if number is None:
        return None
    with site().database.reading() as connection:
        return recipient.undoable_record(connection, link.key, number, made_by(link), now)


def _incomplete(link: Link) -> Response:
    """A form that lost a part changes nothing and shows what holds, and may be undone (R-136)."""
    page = _read(link)
    return _page(page, problem="incomplete", status=400, made=_undoable(link, page))


def _save(link: Link) -> Response:
    form = PageForm.read(request.form)
    catalog = site().catalog()
    brand = catalog.brand_or_default(link.scope_id)
    pressed = replace(press(link, catalog, Via.PREFERENCE_PAGE), shown=form.shown(catalog, brand))
    typed = unwrapped(request.form.get("email", ""))
    reached = matching_form(typed) if typed and not other_address(link.key, typed) else None
    outcome = site().database.write(choices.save, pressed, brand, form.form, reached)
    page = recipient.page_of(catalog, brand, outcome.known, None, pressed.at)
    return _saved(link, page, form.form, outcome)


def _saved(link: Link, page: Page, form: Form, outcome: Outcome) -> Response:
    """Tells of types that this page shows or showed, and of no other that a form may name. Whoever
    left all of them is asked why."""
    received = {box.type.id for box in page.boxes if box.ticked}
    waiting = {box.type.id for box in page.boxes if box.awaits}
    shown = [t for t in page.brand.types if t.id in form.rendered and not t.transactional]
    held = page.known.held
    newly = [t for t in shown if t.public and t.id in form.ticked and not form.rendered[t.id]]
    stopped = [t for t in shown if form.rendered[t.id] and held.opted_out(of_type(t.id))]
    made = offer(outcome) or _undoable(link, page)
    left = stopped and not received | waiting
    return _answer(
        "recipient/saved.html",
        page,
        result="saved" if outcome.record else "unchanged",
        made=made,
        record=made.record if made and left else 0,
        stopped=stopped,
        asked=[t for t in newly if t.id in waiting],
        no_address=page.masked is None and any(t.confirms for t in newly),
        not_applied=[t for t in newly if t.id not in received | waiting],
    )


def _leave_brand(link: Link) -> Response:
    return _everything(link, "brand")


def _leave_account(link: Link) -> Response:
    return _everything(link, "account")


def _everything(link: Link, scope: str) -> Response:
    before = _read(link)
    catalog, brand = before.catalog, before.brand
    pressed = replace(press(link, catalog, Via.PREFERENCE_PAGE), shown=_texts_of(before))
    if scope == "brand":
        outcome = site().database.write(choices.leave_brand, pressed, brand)
    else:
        outcome = site().database.write(choices.leave_account, pressed)
    page = recipient.page_of(catalog, brand, outcome.known, None, pressed.at)
    left = Leaving(brand, (Scope.brand(brand.id) if scope == "brand" else ACCOUNT,))
    made = offer(outcome) or unsubscribe.undoable(link, left, page)
    here = f"{request.script_root}{request.path}{kept_query()}"
    return _answer(
        "recipient/everything.html",
        page,
        scope=scope,
        stopped=before.received,
        made=made,
        record=made.record if made else 0,
        link_start=Markup('<a href="{}">').format(here),
        link_end=Markup("</a>"),
    )


def _texts_of(page: Page) -> Shown:
    """What was read before the press: as the form says, or, where that got lost on its way, as the
    page stands now. Leaving does not depend on it."""
    try:
        return PageForm.read(request.form).shown(page.catalog, page.brand)
    except Incomplete:
        spoken = language_of(page)
        return shown_texts(page.catalog, page.brand, page.brand.types, spoken)


def _pause(link: Link) -> Response:
    days = pause_days(request.form)
    catalog = site().catalog()
    brand = catalog.brand_or_default(link.scope_id)
    pressed = press(link, catalog, Via.PREFERENCE_PAGE)
    return _changed(
        link, catalog, site().database.write(choices.pause, pressed, brand, days), "paused"
    )


def _resume(link: Link) -> Response:
    catalog = site().catalog()
    brand = catalog.brand_or_default(link.scope_id)
    pressed = press(link, catalog, Via.PREFERENCE_PAGE)
    return _changed(link, catalog, site().database.write(choices.resume, pressed, brand), "resumed")


def _undo(link: Link) -> Response:
    catalog = site().catalog()
    pressed = press(link, catalog, Via.UNDO)
    undone = site().database.write(choices.undo, pressed, *undo_of(request.form))
    brand = catalog.brand_or_default(link.scope_id)
    page = recipient.page_of(catalog, brand, undone.known, None, pressed.at)
    return _answer("recipient/saved.html", page, result="undone" if undone.effects else "kept")


def _reason(link: Link) -> Response:
    record, said = record_of(request.form), reason_of(request.form)
    if said:
        pressed = press(link, site().catalog(), Via.PREFERENCE_PAGE, reference=f"record:{record}")
        pressed = replace(pressed, evidence={**pressed.evidence, **said})
        site().database.write(choices.give_reason, pressed, ACCOUNT)
    page = _read(link)
    told = {"result": "thanks"} if said else {"result": "unchanged", "record": record}
    return _answer("recipient/saved.html", page, made=_undoable(link, page), **told)


def _changed(link: Link, catalog: Catalog, outcome: Outcome, result: str) -> Response:
    brand = catalog.brand_or_default(link.scope_id)
    page = recipient.page_of(catalog, brand, outcome.known, None, site().now())
    made = offer(outcome) or _undoable(link, page)
    return _answer("recipient/saved.html", page, result=result, made=made)


def _mail_data_link(link: Link) -> Response:
    return your_data.mail_link(link, _read(link))


DOES = {
    "save": _save,
    "brand": _leave_brand,
    "account": _leave_account,
    "pause": _pause,
    "resume": _resume,
    "undo": _undo,
    "reason": _reason,
    "data": _mail_data_link,
}


def _answer(name: str, page: Page, status: int = 200, **context: Any) -> Response:
    defaults: dict[str, Any] = {
        "no_address": False,
        "stopped": (),
        "asked": (),
        "not_applied": (),
        "made": None,
        "record": 0,
        "problem": "",
        "your_data": "" if page.example else f"{kept_query() or '?'}&data=".replace("?&", "?"),
    }
    spoken = context.pop("spoken", None) or language_of(page)
    given = {**defaults, **context, "page": page, "now": site().now()}
    return rendered(name, spoken, page.brand, status, **given)
