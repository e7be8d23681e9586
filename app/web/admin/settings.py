"""The account's settings, and its data privacy switch with what turning it would do."""

from __future__ import annotations

from flask import Blueprint, Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain import lines
from app.domain.catalog import Catalog, Policy
from app.domain.deeds import Deed
from app.domain.ids import id_in
from app.domain.lines import Unfit
from app.queries.reach import reach
from app.services import settings as services
from app.services.catalog import switch_data_privacy
from app.services.settings import NoBrand, Settings
from app.text.languages import LANGUAGES
from app.web.admin.doing import do
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import screen, to
from app.web.admin.typed import Typed
from app.web.current import site

bp = Blueprint("admin_settings", __name__)
ACCOUNT = ("account", 1)
MOST_DAYS = 3_650


@bp.get("/admin/settings")
@guarded(Guard.OWNER)
def show() -> Response:
    """As they are."""
    catalog = site().catalog()
    days = catalog.network_days
    return _form(
        catalog,
        Typed(
            {
                "name": catalog.name,
                "language": catalog.language,
                "brand": str(catalog.default_brand),
                "fallback": "1" if catalog.fallback_form else "",
                "days": "" if days is None else str(days),
            }
        ),
    )


@bp.post("/admin/settings")
@guarded(Guard.OWNER)
def save() -> AnyResponse:
    """Save them."""
    typed, catalog = Typed(request.form), site().catalog()
    language, brand = typed.sent.get("language", ""), typed.sent.get("brand", "")
    read = Settings(
        name=typed.read("name", lines.name),
        language=language if language in LANGUAGES else catalog.language,
        default_brand=id_in(brand) or 0,
        fallback_form=typed.ticked("fallback"),
        network_days=int(typed.read("days", _days) or 0) or None,
    )
    if not typed.problems:
        try:
            do(Deed.SETTINGS_CHANGED, ACCOUNT, services.save, read)
        except NoBrand:
            typed.problems["brand"] = "no-brand"
        else:
            flash("settings-saved")
            return to("/admin/settings")
    return _form(catalog, typed)


@bp.get("/admin/settings/data-privacy")
@guarded(Guard.OWNER)
def weigh() -> Response:
    """What turning the switch would do, and to how many addresses."""
    catalog, now = site().catalog(), site().now()
    on = catalog.policy.data_privacy
    wanted = Policy(False, now) if on else Policy(True, catalog.policy.off_since)
    with site().database.browsing() as connection:
        found = reach(connection, catalog, wanted, site().now)
    return screen("data-privacy", on=on, off_since=catalog.policy.off_since, reach=found, at=now)


@bp.post("/admin/settings/data-privacy")
@guarded(Guard.OWNER)
def switch() -> AnyResponse:
    """Turn it."""
    on = request.form.get("do") == "on"
    turn(on=on)
    flash("privacy-on" if on else "privacy-off")
    return to("/admin/settings")


def turn(*, on: bool) -> None:
    """Turn the data privacy switch, or say that it is to stay as it is."""
    deed = Deed.DATA_PRIVACY_ON if on else Deed.DATA_PRIVACY_OFF
    do(deed, ACCOUNT, switch_data_privacy, on, site().now())


def _days(text: str) -> str:
    typed = text.strip()
    good = typed.isascii() and typed.isdecimal() and 0 < int(typed[:5]) <= MOST_DAYS
    if typed and not good:
        raise Unfit("no-days")
    return typed


def _form(catalog: Catalog, typed: Typed) -> Response:
    return screen(
        "settings",
        problems=typed.problems,
        typed=typed.sent,
        brands=catalog.active_brands,
        all_languages=LANGUAGES,
        data_privacy=catalog.policy.data_privacy,
    )
