"""Unsubscribe links: one button for people, RFC 8058 for mailbox providers (rules.md, 5).

`POST /u/TOKEN` is the providers'. People's buttons post to paths below it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from app.domain.address import matching_form, unwrapped
from app.domain.leaving import Leaving, leaving
from app.domain.mail import MailKind
from app.domain.standing import ALL, Standing, of_brand
from app.domain.undo import Offer, recent
from app.domain.words import ACCOUNT, Actor, Cause, Scope, ScopeKind, Via
from app.links.purposes import Purpose
from app.links.tokens import Link
from app.queries import recipient
from app.queries.recipient import Page
from app.services import choices, outbox
from app.services.preferences import Outcome
from app.web.current import site
from app.web.recipient.forms import Incomplete, pause_days, reason_of, record_of, undo_of
from app.web.recipient.oneclick import DONE, opt_out, require_one_click
from app.web.recipient.opening import (
    made_by,
    may_be_owed_mail,
    offer,
    open_link,
    other_address,
    press,
    scope_of,
    shown_texts,
)
from app.web.recipient.rendering import kept_query, language_of, rendered

bp = Blueprint("unsubscribe", __name__)
SCOPE_NAMES = {ScopeKind.TYPE: "type", ScopeKind.BRAND: "brand", ScopeKind.ACCOUNT: "account"}


@bp.get("/u/<token>")
@bp.get("/U/<token>", endpoint="show_shouted")
def show(token: str) -> Response:
    """The page with one button. Reading it changes nothing."""
    return shown(open_link(token))


@bp.post("/u/<token>")
@bp.post("/U/<token>", endpoint="one_click_shouted")
def one_click(token: str) -> Response:
    """RFC 8058: the mailbox provider posts; no cookie, no redirect, no question."""
    link = open_link(token)
    require_one_click(request)
    return by_one_click(link)


def by_one_click(link: Link) -> Response:
    """Opt out, and answer 200 when it is on disk."""
    opt_out(site(), link, request.environ)
    return Response(DONE, mimetype="text/plain")


@bp.get("/u/<token>/<path:below>")
def show_again(token: str, below: str) -> Response:
    """A result page asked for again, as by a change of language."""
    return shown(open_link(token))


@bp.post("/u/<token>/<any(type, brand, account):scope>")
def leave(token: str, scope: str) -> Response:
    """A person's press: opt out of the type, the brand or the account."""
    return left_by(open_link(token), scope)


def left_by(link: Link, scope: str) -> Response:
    """Opt out of what the link names, or of more."""
    left, page = _read(link)
    wanted = _wanted(left, scope)
    if page.example:
        return _answer(link, left, page)
    pressed = _pressed(link, page, left)
    outcome = site().database.write(choices.leave, pressed, wanted)
    return _after(link, wanted, page, outcome, "out")


def _wanted(left: Leaving, scope: str) -> Leaving:
    """What is opted out of: what the link names, or more."""
    if scope == SCOPE_NAMES[left.scope.kind]:
        return left
    if scope == "type":
        abort(404)
    return Leaving(left.brand, (ACCOUNT if scope == "account" else Scope.brand(left.brand.id),))


@bp.post("/u/<token>/pause")
def pause(token: str) -> Response:
    """Pause the brand, or start again."""
    link = open_link(token)
    left, page = _read(link)
    if page.example or link.leaked:
        return _answer(link, left, page)
    pressed = _pressed(link, page, left)
    if request.form.get("do") == "resume":
        outcome = site().database.write(choices.resume, pressed, left.brand)
        return _after(link, left, page, outcome, "resumed")
    try:
        days = pause_days(request.form)
    except Incomplete:
        return _incomplete(link, left, page)
    outcome = site().database.write(choices.pause, pressed, left.brand, days)
    return _after(link, left, page, outcome, "paused")


@bp.post("/u/<token>/undo")
def undo(token: str) -> Response:
    """Take back what this link did in the last day."""
    link = open_link(token)
    left, page = _read(link)
    try:
        named = undo_of(request.form)
    except Incomplete:
        return _incomplete(link, left, page)
    if page.example or link.leaked:
        return _answer(link, left, page, result="kept")
    pressed = press(link, page.catalog, Via.UNDO)
    undone = site().database.write(choices.undo, pressed, *named)
    after = recipient.page_of(page.catalog, left.brand, undone.known, None, pressed.at)
    return _answer(link, left, after, result="undone" if undone.effects else "kept")


@bp.post("/u/<token>/reason")
def reason(token: str) -> Response:
    """Keep why the person left. It changes nothing. Sent empty, it asks again."""
    link = open_link(token)
    left, page = _read(link)
    try:
        record = record_of(request.form)
    except Incomplete:
        return _incomplete(link, left, page)
    if not (said := reason_of(request.form)):
        return _shown(link, left, page, result="unsaid", record=record)
    pressed = press(link, page.catalog, Via.UNSUBSCRIBE_PAGE, reference=f"record:{record}")
    pressed = replace(pressed, evidence={**pressed.evidence, **said})
    if not page.example and not link.leaked:
        site().database.write(choices.give_reason, pressed, left.scope)
    return _shown(link, left, page, result="thanks")


@bp.post("/u/<token>/link")
def mail_link(token: str) -> Response:
    """Mail the preferences link: to the stored address, or to one typed that has this key."""
    link = open_link(token)
    left, page = _read(link)
    typed = unwrapped(request.form.get("email", ""))
    if page.example or link.leaked:
        return _answer(link, left, page, result="mailed")
    problem = "" if page.known.address else other_address(link.key, typed)
    if problem:
        return _answer(link, left, page, 400, problem=problem, typed=typed)
    mail = outbox.Mail(
        MailKind.PREFERENCES_LINK,
        link.key,
        left.brand.id,
        language_of(page),
        None if page.known.address else matching_form(typed),
    )
    if may_be_owed_mail(link.key):
        site().database.write(outbox.owe, mail, site().now())
    return _answer(link, left, page, result="mailed")


def shown(link: Link) -> Response:
    """The page of an unsubscribe link. Where a press opted out in the last day, of what the link
    names or of more, it is the page of that, with undo. Where a wider opt-out covers the brand
    otherwise, it says that nothing comes from it."""
    return _shown(link, *_read(link))


def _shown(link: Link, left: Leaving, page: Page, **context: Any) -> Response:
    for scope in ("account", "brand"):
        if made := undoable(link, wider := _wanted(left, scope), page):
            return _answer(link, wider, page, made=made, **context)
    made = undoable(link, left, page)
    if not made and (covering := _covering(left, page)):
        return _answer(link, _wanted(left, "brand"), page, out=covering, **context)
    return _answer(link, left, page, made=made, **context)


def _covering(left: Leaving, page: Page) -> Standing | None:
    """The opt-out, wider than the link, by which nothing comes from the brand."""
    if left.scope == ACCOUNT:
        return None
    held = page.known.held
    covers = (place for place in held.covers(left.brand.id) if place.cause is Cause.CHOICE)
    return next((held[place] for place in covers if place.scope != left.scope), None)


def undoable(link: Link, left: Leaving, page: Page) -> Offer | None:
    """The record by which this link opted out in the last day, and until when it may be undone."""
    out = left.standing(page.known.held)
    if link.leaked or not out or out.actor is not Actor.CONTACT or not recent(out.at, site().now()):
        return None
    with site().database.reading() as connection:
        return recipient.undoable_record(
            connection, link.key, out.number, made_by(link), site().now()
        )


def _read(link: Link) -> tuple[Leaving, Page]:
    with site().database.reading() as connection:
        if link.purpose is Purpose.EXAMPLE:
            page = recipient.example_page(connection, site().catalogs, link.scope_id, site().now())
            return leaving(page.catalog, scope_of(link)), page
        return recipient.unsubscribe_page(
            connection, site().catalogs, link.key, scope_of(link), site().now()
        )


def _pressed(link: Link, page: Page, left: Leaving) -> choices.Press:
    """A person's press on the page, with the versions of the texts that it shows."""
    types = (left.type,) if left.type else ()
    texts = shown_texts(page.catalog, left.brand, types, language_of(page))
    return replace(press(link, page.catalog, Via.UNSUBSCRIBE_PAGE), shown=texts)


def _after(link: Link, left: Leaving, page: Page, outcome: Outcome, result: str) -> Response:
    """What holds after a press. One that was pressed twice can be undone like one pressed once."""
    after = recipient.page_of(page.catalog, left.brand, outcome.known, None, site().now())
    made = (None if link.leaked else offer(outcome)) or undoable(link, left, after)
    return _answer(link, left, after, result=result, made=made, record=made.record if made else 0)


def _incomplete(link: Link, left: Leaving, page: Page) -> Response:
    """A form that lost a part changes nothing and shows what holds, and may be undone (R-136)."""
    return _shown(link, left, page, status=400, problem="incomplete")


def _answer(link: Link, left: Leaving, page: Page, status: int = 200, **context: Any) -> Response:
    here = f"{request.script_root}/u/{_token(link)}"
    defaults = {"result": "", "made": None, "record": 0, "problem": "", "typed": ""}
    given = {
        **defaults,
        "leaving": left,
        "scope": SCOPE_NAMES[left.scope.kind],
        "wider": _wider(left, page),
        "out": left.standing(page.known.held),
        "page": page,
        "now": site().now(),
        "here": here,
        "leaked": link.leaked,
        "query": kept_query(),
    }
    return rendered(
        "recipient/unsubscribe.html", language_of(page), left.brand, status, **given | context
    )


def _token(link: Link) -> str:
    """The token without what was glued to it. A leaked one stays as it came: it is not to get a
    sound signature."""
    if link.leaked:
        return quote((request.view_args or {})["token"], safe="")
    return site().tokens.mint(link)


def _wider(left: Leaving, page: Page) -> list[str]:
    """The wider opt-outs to offer, but for those that stand."""
    offers = {
        ScopeKind.TYPE: ["brand", "account"] if page.other_brands else ["account"],
        ScopeKind.BRAND: ["account"],
        ScopeKind.ACCOUNT: [],
    }
    places = {"brand": of_brand(left.brand.id), "account": ALL}
    held = page.known.held
    return [name for name in offers[left.scope.kind] if not held.opted_out(places[name])]
