"""One import on its way: what its columns hold, the legal basis, the check, and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Catalog
from app.domain.contacts import Processing
from app.domain.ids import MOST_ID, id_in
from app.domain.importing.columns import ADDRESS, LEFT_OUT, Target, choices
from app.domain.importing.guessing import suppressing
from app.domain.importing.orders import Order, What, lacking
from app.domain.lifting import Needs
from app.domain.runs import Press, RunState
from app.domain.words import ACCOUNT, Basis, Scope
from app.queries import imports as known
from app.queries.imports import Import
from app.services import imports, runs
from app.web import import_reports
from app.web.admin import presence
from app.web.admin.days import day_of
from app.web.admin.explaining import Filled
from app.web.admin.guards import Guard, guarded
from app.web.admin.import_checks import Checked
from app.web.admin.naming import names
from app.web.admin.rendering import screen, to
from app.web.admin.typed import number_in
from app.web.current import site
from app.web.receiving import sample_of

bp = Blueprint("admin_import_steps", __name__)
OPEN = (RunState.DRAFT, RunState.CHECKED)


@bp.get("/admin/imports/<int:id_>")
@guarded(Guard.VIEWER)
def show(id_: int) -> AnyResponse:
    """What it would do, while it waits for somebody to say go."""
    run = _run(id_)
    if run.state is RunState.DRAFT:
        return to(f"/admin/imports/{id_}/columns")
    if run.unreadable or run.state in (RunState.CHECKING, RunState.CHECKED):
        return _check(run)
    return to(f"/admin/jobs/{id_}")


@bp.get("/admin/imports/<int:id_>/columns")
@guarded(Guard.EDITOR)
def ask_columns(id_: int) -> AnyResponse:
    """The columns with their first values, and a guess where each goes."""
    run = _run(id_, OPEN)
    return _columns(run, Order.from_json(run.parameters), {})


@bp.post("/admin/imports/<int:id_>/columns")
@guarded(Guard.EDITOR)
def take_columns(id_: int) -> AnyResponse:
    """Keep where the columns go."""
    run = _run(id_, OPEN)
    order = Order.from_json(run.parameters)
    offered = _offered(order)
    chosen = [_chosen(offered, at) for at in range(order.columns)]
    wanted = order.mapped(chosen)
    problems = lacking(replace(wanted, basis=Basis.NON_GDPR), True, site().catalog().policy)
    if problems:
        return _columns(run, wanted, problems)
    _keep(run, wanted, _words(run))
    return to(f"/admin/imports/{id_}/basis")


@bp.get("/admin/imports/<int:id_>/basis")
@guarded(Guard.EDITOR)
def ask_basis(id_: int) -> AnyResponse:
    """Why these may be mailed; of an opt-out list, what it opts out of."""
    run = _run(id_, OPEN)
    return _basis(run, Order.from_json(run.parameters), _words(run), {})


@bp.post("/admin/imports/<int:id_>/basis")
@guarded(Guard.EDITOR)
def take_basis(id_: int) -> AnyResponse:
    """Keep it, and have it foreseen what the import would do."""
    run, filled, catalog = _run(id_, OPEN), Filled.read(request.form), site().catalog()
    order = Order.from_json(run.parameters)
    scope = _scope(catalog, request.form.get("scope", ""))
    wanted = replace(
        order,
        basis=filled.basis,
        basis_ends=filled.ends_at,
        processing=filled.processing,
        scope=scope or ACCOUNT,
    )
    words = {
        "explanation": filled.explanation,
        "processing-explanation": filled.processing_explanation,
    }
    problems = lacking(wanted, bool(filled.explanation), catalog.policy)
    problems |= filled.problems(Needs.NOTHING, None, site().now())
    if scope is None and order.what is What.OPT_OUTS:
        problems["scope"] = "import-scope"
    if problems:
        return _basis(run, wanted, words, problems)
    _keep(run, wanted, words)
    site().database.write(runs.press, id_, Press.CHECK, presence.doer())
    return to(f"/admin/imports/{id_}")


@bp.post("/admin/imports/<int:id_>/start")
@guarded(Guard.EDITOR)
def start(id_: int) -> AnyResponse:
    """Go, as it was shown. An opt-out list asks for the number, so that nobody opts out a whole
    house by mistake."""
    run, shown = _run(id_, (RunState.CHECKED,)), request.form.get("shown", "")
    checked, number = Checked(run), number_in(request.form.get("number", ""))
    if run.mark == shown and checked.asks_number and number != checked.changes:
        return _check(run, {"number": "import-number"})
    if not site().database.write(imports.start, id_, shown, presence.doer()):
        flash("job-moved-on")
        return to(f"/admin/imports/{id_}")
    flash("job-started")
    return to(f"/admin/jobs/{id_}")


@bp.post("/admin/imports/<int:id_>/discard")
@guarded(Guard.EDITOR)
def discard(id_: int) -> AnyResponse:
    """Forget it. Nothing was done."""
    run = _run(id_, (*OPEN, RunState.CHECKING, RunState.FAILED))
    done = site().database.write(imports.discard, run.id, presence.doer())
    flash("import-discarded" if done or run.unreadable else "job-moved-on")
    return to("/admin/imports")


@bp.get("/admin/imports/<int:id_>/report.csv")
@guarded(Guard.VIEWER)
def report(id_: int) -> Response:
    """What became of the rows, or would; `?only=refused` or `broken`."""
    return import_reports.report(site().database, _run(id_), request.args.get("only", ""))


def _run(id_: int, states: tuple[RunState, ...] = ()) -> Import:
    """The import. Where it is not in one of these states any more: 404."""
    with site().database.reading() as connection:
        found = known.one(connection, id_) if id_ <= MOST_ID else None
    if found is None or (states and found.state not in states):
        abort(404)
    return found


def _named() -> dict[str, Any]:
    """The catalogue for a template, with what its types and brands are called."""
    catalog = site().catalog()
    return {"catalog": catalog, **names(catalog)}


def _offered(order: Order) -> list[Target]:
    """What the columns of this file may be given."""
    if order.what is What.OPT_OUTS:
        types = [target for target in dict.fromkeys(order.targets) if target.of]
        return [LEFT_OUT, ADDRESS, *types]
    with site().database.reading() as connection:
        catalog = site().catalogs.current(connection)
        properties = [(each.slug, each.name) for each in known.properties(connection)]
    return choices(catalog, properties)


def _chosen(offered: list[Target], at: int) -> Target:
    typed = request.form.get(f"target-{at}", "")
    return next((target for target in offered if str(target) == typed), LEFT_OUT)


def _columns(run: Import, order: Order, problems: Mapping[str, str]) -> Response:
    sample = sample_of(site().database, run.id, order, run.words["headings"])
    with site().database.reading() as connection:
        properties = {each.slug: each.name for each in known.properties(connection)}
    return screen(
        "import-columns",
        run=run,
        order=order,
        sample=sample,
        offered=_offered(order),
        properties=properties,
        looks_like=suppressing(order, run.words["headings"]),
        problems=problems,
        **_named(),
    )


def _words(run: Import) -> dict[str, str]:
    return {
        "explanation": run.explanation or "",
        "processing-explanation": run.words.get("processing-explanation", ""),
    }


def _keep(run: Import, order: Order, words: Mapping[str, str]) -> None:
    if not site().database.write(imports.order, run.id, order, words):
        abort(404)


def _basis(
    run: Import, order: Order, words: Mapping[str, str], problems: Mapping[str, str]
) -> Response:
    filled = Filled(
        basis=order.basis,
        explanation=words["explanation"],
        processing=order.processing,
        processing_explanation=words["processing-explanation"],
        ends=day_of(order.basis_ends),
    )
    return screen(
        "import-basis",
        run=run,
        order=order,
        filled=filled,
        bases=list(Basis),
        processings=list(Processing),
        scope=f"{order.scope.kind.name}:{order.scope.id}",
        problems=problems,
        **_named(),
    )


def _scope(catalog: Catalog, text: str) -> Scope | None:
    kind, _, id_ = text.partition(":")
    number = id_in(id_) or 0
    if kind == "TYPE" and number in catalog.types:
        return Scope.type(number)
    if kind == "BRAND" and number in catalog.brands:
        return Scope.brand(number)
    return ACCOUNT if kind == "ACCOUNT" else None


def _check(run: Import, problems: Mapping[str, str] | None = None) -> Response:
    with site().database.browsing() as connection:
        broken = known.unread(connection, run)
        examples = known.examples(connection, run)
    context: dict[str, Any] = {"checked": Checked(run), "broken": broken, "examples": examples}
    order = Order.from_json(run.parameters)
    return screen("import-check", run=run, order=order, problems=problems, **_named(), **context)
