"""Workflows: the list, one with its triggers and actions, its review, its state (F15, F18)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Catalog
from app.domain.contacts import BadValue, cleaned
from app.domain.hours import Hours
from app.domain.ids import MOST_ID, MOST_STORED, id_in
from app.domain.triggers import TriggerKind
from app.domain.words import Instant
from app.domain.workflows import (
    LEADS,
    MOST_ACTIONS,
    MOST_TRIGGERS,
    ActionKind,
    Definition,
    Press,
)
from app.queries import contacts as known_contacts
from app.queries import workflows as known
from app.queries.workflows import Workflow
from app.services import enrolment_runs, workflows
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.current import site

bp = Blueprint("admin_workflows", __name__)
SAID = {Press.PAUSE: "workflow-paused", Press.ARCHIVE: "workflow-archived"}


@bp.get("/admin/workflows")
@guarded(Guard.VIEWER)
def index() -> Response:
    """All of them."""
    with site().database.reading() as connection:
        return screen("workflows", workflows=known.all_workflows(connection))


@bp.get("/admin/workflows/new")
@guarded(Guard.EDITOR)
def ask() -> Response:
    """The form."""
    return screen("workflow-new", typed="")


@bp.post("/admin/workflows/new")
@guarded(Guard.EDITOR)
def make() -> AnyResponse:
    """Make one that does nothing yet."""
    name = named(request.form.get("name", ""))
    if not name:
        typed = request.form.get("name", "")
        return screen("workflow-new", problems={"name": "workflow-name"}, typed=typed)
    definition = Definition(hours=Hours(site().settings.time_zone.key))
    made = site().database.write(workflows.make, name, definition, presence.doer())
    flash("workflow-made")
    return to(f"/admin/workflows/{made}")


@bp.get("/admin/workflows/<int:id_>")
@guarded(Guard.VIEWER)
def show(id_: int) -> Response:
    """Its triggers and its actions, in order."""
    most = {"triggers": MOST_TRIGGERS, "actions": MOST_ACTIONS}
    return workflow_screen("workflow", id_, kinds=TriggerKind, actions=ActionKind, most=most)


@bp.get("/admin/workflows/<int:id_>/review")
@guarded(Guard.VIEWER)
def review(id_: int) -> Response:
    """What it would do today, to how many."""
    with site().database.browsing() as connection:
        catalog, found = (
            site().catalogs.current(connection),
            workflow(known.read(connection, workflow_id(id_))),
        )
        now, definition = site().now(), found.shown
        today = found.since(now).today
        forecast = known.forecast(connection, catalog, definition, today, now)
    return workflow_screen("workflow-review", id_, forecast=forecast, most=known.COUNTED)


@bp.post("/admin/workflows/<int:id_>/activation")
@guarded(Guard.EDITOR)
def activate(id_: int) -> AnyResponse:
    """Put in place what was reviewed; enrol those who match already, where that is ticked. Changed
    since, it is to be reviewed again."""
    contacts = None
    if request.form.get("already"):
        with site().database.browsing() as connection:
            contacts = known.contacts_there_are(connection)
    done, run = site().database.write(
        enrolment_runs.activate, workflow_id(id_), presence.doer(), contacts, seen_at() or 0
    )
    flash("workflow-activated" if done else "workflow-not-as-reviewed")
    if not done:
        return to(f"/admin/workflows/{id_}/review")
    return to(f"/admin/jobs/{run}" if run else f"/admin/workflows/{id_}")


@bp.post("/admin/workflows/<int:id_>/state")
@guarded(Guard.EDITOR)
def press(id_: int) -> AnyResponse:
    """Pause or archive it."""
    pressed = next((p for p in SAID if p.value == request.form.get("do")), None)
    if pressed is None:
        abort(400)
    done = site().database.write(workflows.press, workflow_id(id_), pressed, presence.doer())
    flash(SAID[pressed] if done else "workflow-moved-on")
    return to(f"/admin/workflows/{id_}")


def seen_at() -> Instant | None:
    """Which state of a workflow a form shows: when it was changed last."""
    return id_in(request.form.get("as_of", ""), MOST_STORED)


def workflow_screen(
    template: str, id_: int, *, problems: dict[str, str] | None = None, **context: Any
) -> Response:
    """A screen of one workflow, with what its parts are called."""
    with site().database.reading() as connection:
        catalog, found = (
            site().catalogs.current(connection),
            workflow(known.read(connection, workflow_id(id_))),
        )
        properties = known_contacts.properties(connection)
    return screen(
        template,
        problems=problems,
        workflow=found,
        presses=[press.value for press in Press if (found.state, press) in LEADS],
        properties=properties,
        catalog=catalog,
        **names(catalog, {each.id: each.name for each in properties}),
        **context,
    )


def names(catalog: Catalog, properties: dict[int, str]) -> dict[str, Any]:
    """What types, brands and properties are called, for templates."""
    spoken = admin_language()

    def type_name(id_: int) -> str:
        type_ = catalog.types.get(id_)
        return (type_.texts.get("name", spoken, catalog.language) or type_.slug) if type_ else ""

    def brand_name(id_: int) -> str:
        return catalog.brands[id_].name if id_ in catalog.brands else ""

    def property_name(id_: int) -> str:
        return properties.get(id_, "")

    return {"type_name": type_name, "brand_name": brand_name, "property_name": property_name}


def workflow(found: Workflow | None) -> Workflow:
    """What was found, or 404."""
    if found is None:
        abort(404)
    return found


def workflow_id(id_: int) -> int:
    """An id that fits; that of none otherwise."""
    return id_ if id_ <= MOST_ID else 0


def named(text: str) -> str:
    """A name of a workflow; "" where it is none."""
    try:
        return cleaned(text)
    except BadValue:
        return ""
