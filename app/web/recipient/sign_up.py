"""The sign-up form of a brand's public types, also posted from pages elsewhere. It proves no
mailbox, so it only asks there, and its answer is the same whatever is stored (R-126)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, request

from app.domain.address import fault_in
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.mailbox import sendable
from app.domain.signing_up import offered
from app.domain.words import ACCOUNT, Scope, Via
from app.services import signing_up
from app.services.choices import Press
from app.services.preferences import Shown, Source
from app.text.languages import LANGUAGES
from app.web.current import site
from app.web.recipient.forms import AddressForm, Incomplete, numbers
from app.web.recipient.opening import evidence, may_be_owed_mail, may_send, shown_texts
from app.web.recipient.rendering import kept_query, language, rendered

bp = Blueprint("sign_up", __name__)


@bp.get("/s/<slug>")
def show(slug: str) -> Response:
    """The form, its boxes unticked (R-68, R-88)."""
    return _page(*_brand(slug))


@bp.post("/s/<slug>")
def ask(slug: str) -> Response:
    """Ask the typed mailbox, once, whether it wants what was ticked."""
    catalog, brand = _brand(slug)
    form, ticked = AddressForm.read(request.form), _ticked(brand)
    if problem := _problem(form, ticked):
        return _page(catalog, brand, 400, problem=problem, form=form, ticked=ticked)
    if not may_send("sign-up"):
        return _page(catalog, brand, 429, problem="busy", form=form, ticked=ticked)
    key = site().keys(form.typed)
    if not form.website and may_be_owed_mail(key):
        press = Press(
            key,
            catalog,
            Via.SIGNUP_FORM,
            site().now(),
            Source(),
            _read_texts(catalog, brand, ticked),
            evidence("person", request.environ),
        )
        site().database.write(signing_up.ask, press, brand, ticked, form.typed)
    return _page(catalog, brand, result="asked", form=form)


def _brand(slug: str) -> tuple[Catalog, Brand]:
    """404 where there is no such brand, or nothing to ask for."""
    catalog = site().catalog()
    brand = next((b for b in catalog.active_brands if b.slug == slug), None)
    if brand is None or not offered(brand):
        abort(404)
    return catalog, brand


def _ticked(brand: Brand) -> list[SubscriptionType]:
    """What was ticked of what is offered; anything else that a form may name is no answer."""
    ticked = set(request.form.getlist("type"))
    return [t for t in offered(brand) if str(t.id) in ticked]


def _problem(form: AddressForm, ticked: Sequence[SubscriptionType]) -> str:
    if not form.typed:
        return "empty"
    if not sendable(form.typed):
        return fault_in(form.typed)
    return "" if ticked else "nothing"


def _read_texts(catalog: Catalog, brand: Brand, ticked: Sequence[SubscriptionType]) -> Shown:
    """The versions of the texts that were read: a form on another page says which it shows, and
    may be older than ours. One that does not say shows ours."""
    now = shown_texts(catalog, brand, tuple(ticked), language(None, brand.language))
    try:
        program, own, spoken = request.form.get("texts", "").split(".")
        versions = dict(numbers(pair) for pair in request.form.get("shown", "").split())
        program_version, brand_version = numbers(f"{program}.{own}")
    except (Incomplete, ValueError):
        return now
    if spoken not in LANGUAGES:
        return now
    scopes = {Scope.type(t.id): versions.get(t.id, t.texts.version) for t in ticked}
    scopes[Scope.brand(brand.id)] = scopes[ACCOUNT] = brand_version
    return replace(
        now, language=spoken, program=program_version, brand=brand_version, scopes=scopes
    )


def _page(catalog: Catalog, brand: Brand, status: int = 200, **context: Any) -> Response:
    defaults: dict[str, Any] = {"result": "", "problem": "", "form": None, "ticked": ()}
    return rendered(
        "recipient/sign-up.html",
        language(None, brand.language),
        brand,
        status,
        catalog=catalog,
        types=offered(brand),
        here=f"{request.script_root}/s/{brand.slug}",
        query=kept_query(),
        **{**defaults, **context},
    )
