"""The admin's home: what happened in the last days, and what needs somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import date
from typing import TypeVar

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Brand, Catalog
from app.domain.statistics import Outcome, Tally
from app.domain.users import Role
from app.domain.words import Scope, ScopeKind
from app.queries import statistics
from app.queries.statistics import Asked, Mailing
from app.text import dates
from app.web.admin import charts, first_run
from app.web.admin.guards import Guard, guarded
from app.web.admin.presence import me
from app.web.admin.rendering import admin_language, screen, to
from app.web.admin.types import spoken_by
from app.web.current import site

bp = Blueprint("admin", __name__)
Of = TypeVar("Of", bound=Hashable)
DAYS = (7, 14, 30, 90)
USUAL_DAYS = 14
MOST_ROWS = 8
TOO_MANY_COMPLAINTS = 0.001
"""R-46: mailbox providers want fewer than 1 in 1,000 mails to be complained about."""


@bp.get("/admin")
@guarded(Guard.VIEWER)
def home() -> AnyResponse:
    """What happened. A new installation's owner is asked about data privacy first."""
    catalog = site().catalog()
    if not catalog.privacy_decided and me().user.role is Role.OWNER:
        return to(first_run.PATH)
    return _happened(catalog)


@bp.get("/admin/<path:lost>")
@guarded(Guard.VIEWER)
def nowhere(lost: str) -> Response:
    """404, as a screen of the admin, to users; others sign in first."""
    del lost
    abort(404)


def _happened(catalog: Catalog) -> Response:
    asked = _asked(catalog)
    with site().database.browsing() as connection:
        tally, late_since = statistics.tally(connection, asked)
        failed = statistics.failed_mail(connection, asked)
        numbers = [number for number, _ in tally.by_message if number]
        named = statistics.mailings(connection, sorted(set(numbers)))
        silent = statistics.silent_webhooks(connection)
    return screen(
        "home",
        asked=asked,
        days=DAYS,
        first_day=date.fromordinal(asked.first).isoformat(),
        brands=catalog.active_brands,
        types=[t for t in catalog.types.values() if not t.archived and not t.transactional],
        silent=silent,
        tally=tally,
        outcomes=Outcome,
        late_since=late_since,
        failed=failed,
        most_failed=statistics.MOST_FAILED,
        by_day=charts.columns(_days(tally, asked)),
        by_via=charts.rows(_most(tally.by_via)),
        by_scope=charts.rows(_most(tally.by_scope)),
        by_mailing=charts.rows(_most(tally.by_message)),
        mailings=named,
        complained=_complained(tally, named),
        name=lambda scope: _name(catalog, scope),
        scopes=Scope,
        date=_date,
        lacking=_lacking(catalog, asked.brand),
    )


def _asked(catalog: Catalog) -> Asked:
    """What the URL asks for. What is asked wrongly is not asked."""
    days, brand, type_ = (request.args.get(n, 0, type=int) for n in ("days", "brand", "type"))
    return Asked(
        days if days in DAYS else USUAL_DAYS,
        catalog.brands.get(brand),
        site().now(),
        site().settings.time_zone,
        catalog.types.get(type_),
    )


def _days(tally: Tally, asked: Asked) -> list[tuple[int, int, int]]:
    return [
        (day, tally.by_day[day, Outcome.OPT_OUT], tally.by_day[day, Outcome.SUBSCRIPTION])
        for day in range(asked.first, asked.today + 1)
    ]


def _most(counted: Mapping[tuple[Of, Outcome], int]) -> list[tuple[Of, int]]:
    """What was opted out of most. Mailing 0 is none."""
    opt_outs = Counter(
        {of: n for (of, outcome), n in counted.items() if outcome is Outcome.OPT_OUT and of != 0}
    )
    return opt_outs.most_common(MOST_ROWS)


def _complained(
    tally: Tally, named: Mapping[int, Mailing]
) -> list[tuple[int, Mailing, int, float, bool]]:
    """Mailings whose volume was told: complaints, their share of the mail, and whether that is
    too much. The worst first."""
    found = []
    for number, mailing in named.items():
        if mailing.volume:
            complaints = tally.by_message[number, Outcome.COMPLAINT]
            share = complaints / mailing.volume
            found.append((number, mailing, complaints, share, share >= TOO_MANY_COMPLAINTS))
    return sorted(found, key=lambda row: -row[3])[:MOST_ROWS]


def _name(catalog: Catalog, scope: Scope) -> str:
    """What a type or brand is called; nothing for the account, or where it is not known."""
    if scope.kind is ScopeKind.TYPE and (type_ := catalog.types.get(scope.id)):
        own = catalog.brand_or_default(type_.brand).language
        return type_.texts.get("name", admin_language(), own)
    if scope.kind is ScopeKind.BRAND and (brand := catalog.brands.get(scope.id)):
        return brand.name
    return ""


def _lacking(catalog: Catalog, brand: Brand | None) -> list[tuple[int, str, tuple[str, ...]]]:
    """Types that lack texts in languages which their brand's pages are offered in."""
    wanted = [brand] if brand else catalog.active_brands
    return [
        (t.id, _name(catalog, Scope.type(t.id)), missing)
        for each in wanted
        if each.languages
        for t in each.types
        if not t.archived and (missing := t.texts.missing(spoken_by(each)))
    ][:MOST_ROWS]


def _date(day: int) -> str:
    return dates.short_date(date.fromordinal(day), admin_language())
