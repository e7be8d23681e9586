"""For broken, unknown and lost links: one page that unsubscribes a typed address at once (R-62),
or mails a new link to a stored one, with the same answer whatever is stored (R-126)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from app.domain.address import MalformedAddress, fault_in
from app.domain.catalog import Catalog
from app.domain.mail import MailKind
from app.domain.page import transactional
from app.domain.words import Via
from app.services import choices, outbox
from app.services.choices import Press
from app.services.preferences import Source
from app.web.current import site
from app.web.recipient.forms import AddressForm
from app.web.recipient.opening import (
    evidence,
    may_be_owed_mail,
    may_opt_out,
    may_send,
    shown_texts,
)
from app.web.recipient.rendering import language, rendered

bp = Blueprint("fallback", __name__)
FOLDERS = ("p", "u", "c", "d", "m", "s")
"""Where the links are that people get by mail or find on a page."""


@bp.get("/")
@bp.get("/links")
def ask() -> Response:
    """The page."""
    return _page(site().catalog(), 200)


@bp.post("/links")
def answer() -> Response:
    """Unsubscribe the typed address, or mail a link to it. Nothing shows what is stored."""
    form, catalog = AddressForm.read(request.form), site().catalog()
    if problem := _problem(form):
        return _page(catalog, 400, problem=problem, typed=form.typed)
    opts_out = request.form.get("do") == "unsubscribe" and catalog.fallback_form
    if not (may_opt_out() if opts_out else may_send("links")):
        return _page(catalog, 429, problem="busy", typed=form.typed)
    return _unsubscribe(catalog, form) if opts_out else _mail_link(catalog, form)


def lost_link(status: int) -> Response:
    """The page, as the answer to a link that cannot be read, or to a path that is none of ours."""
    folder = request.path.lstrip("/").partition("/")[0].lower()
    return _page(site().catalog(), status, lost=folder in FOLDERS)


def _unsubscribe(catalog: Catalog, form: AddressForm) -> Response:
    brand = catalog.brand_or_default(0)
    press = Press(
        site().keys(form.typed),
        catalog,
        Via.FALLBACK_FORM,
        site().now(),
        Source(),
        shown_texts(catalog, brand, (), language(None, brand.language)),
        evidence("person", request.environ),
    )
    site().database.write(choices.leave_account, press)
    return _page(catalog, 200, result="out", typed=form.visible)


def _mail_link(catalog: Catalog, form: AddressForm) -> Response:
    """Owe the mail, whatever is stored: the worker finds out whether there is anybody to send it
    to, so that neither the answer nor its time tells."""
    key = site().keys(form.typed)
    if not form.website and may_be_owed_mail(key):
        brand = catalog.brand_or_default(0)
        wanted = language(None, brand.language)
        mail = outbox.Mail(MailKind.PREFERENCES_LINK, key, brand.id, wanted)
        site().database.write(outbox.owe, mail, site().now())
    return _page(catalog, 200, result="mailed", typed=form.visible)


def _problem(form: AddressForm) -> str:
    """What is wrong with the typed address; empty where it may be used."""
    if not form.typed:
        return "empty"
    try:
        site().keys(form.typed)
    except MalformedAddress:
        return fault_in(form.typed)
    return ""


def _page(
    catalog: Catalog,
    status: int,
    *,
    result: str = "",
    problem: str = "",
    typed: str = "",
    lost: bool = False,
) -> Response:
    brand = catalog.brand_or_default(0)
    return rendered(
        "recipient/links.html",
        language(None, brand.language),
        brand,
        status,
        result=result,
        problem=problem,
        typed=typed,
        lost=lost,
        now=site().now(),
        account=catalog.name,
        several_brands=len(catalog.active_brands) > 1,
        still=[type_ for each in catalog.active_brands for type_ in transactional(each)],
        fallback_form=catalog.fallback_form,
        here=f"{request.script_root}/links",
    )
