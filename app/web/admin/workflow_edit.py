"""Editing a workflow: its triggers, its actions in order, its settings (F16 to F18).

What is in place goes on as it is: edits are of a draft, which a review and a press put in place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Catalog
from app.domain.contacts import Processing, PropertyKind, Source
from app.domain.ids import id_in
from app.domain.triggers import Trigger, TriggerKind
from app.domain.words import Basis, Status
from app.domain.workflows import (
    MOST_ACTIONS,
    MOST_TRIGGERS,
    Action,
    Definition,
    Unit,
)
from app.queries import contacts as known_contacts
from app.queries import workflows as known
from app.queries.contacts import Property
from app.services import workflows
from app.services.workflows import Settings
from app.web.admin import presence, workflow_forms
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import to
from app.web.admin.workflow_list import named, seen_at, workflow, workflow_id, workflow_screen
from app.web.current import site

bp = Blueprint("admin_workflow_edit", __name__)
T = TypeVar("T")
OF_TYPES = (TriggerKind.STATUS,)
STATUSES = [status.name.lower() for status in Status]


@bp.get("/admin/workflows/<int:id_>/trigger")
@guarded(Guard.EDITOR)
def ask_trigger(id_: int) -> Response:
    """The form for a new trigger of a kind, or for one that is there."""
    at = _number("at")
    if at is not None and at < len(there := _definition(id_).triggers):
        return _trigger_form(id_, there[at], {}, at)
    kind = workflow_forms.trigger_kind(request.args)
    if kind is None:
        abort(404)
    return _trigger_form(id_, Trigger(kind), {}, None)


@bp.post("/admin/workflows/<int:id_>/trigger")
@guarded(Guard.EDITOR)
def save_trigger(id_: int) -> AnyResponse:
    """Add a trigger as the last one, or change one that is there."""
    kind = workflow_forms.trigger_kind(request.form)
    if kind is None:
        abort(400)
    catalog, properties = _known()
    made, problems = workflow_forms.trigger(kind, request.form, catalog, properties)
    at, definition = _number("at"), _definition(id_)
    others = definition.triggers if at is None else _without(definition.triggers, at)
    if kind is TriggerKind.DATE and replace(definition, triggers=others).date is not None:
        problems = {"property": "one-date"}
    if problems:
        return _trigger_form(id_, made, problems, at)
    kept = [each for each in others if each != made]
    if len(kept) >= MOST_TRIGGERS:
        abort(400)  # the form is not offered any more
    kept.insert(len(kept) if at is None else at, made)
    return _save(id_, replace(definition, triggers=tuple(kept)))


@bp.post("/admin/workflows/<int:id_>/trigger/removal")
@guarded(Guard.EDITOR)
def remove_trigger(id_: int) -> AnyResponse:
    """Take a trigger away."""
    return _edit(id_, lambda d: replace(d, triggers=_without(d.triggers, _at())))


@bp.post("/admin/workflows/<int:id_>/condition")
@guarded(Guard.EDITOR)
def choose_condition(id_: int) -> AnyResponse:
    """Whether any trigger is enough, or all of them must hold."""
    whole = request.form.get("whole") == "all"
    return _edit(id_, lambda d: replace(d, whole=whole))


@bp.get("/admin/workflows/<int:id_>/action")
@guarded(Guard.EDITOR)
def ask_action(id_: int) -> Response:
    """The form for a new action of a kind, or for one that is there."""
    at, definition = _number("at"), _definition(id_)
    if at is not None and at < len(definition.actions):
        return _action_form(id_, definition.actions[at], {}, at)
    kind = workflow_forms.action_kind(request.args)
    if kind is None:
        abort(404)
    return _action_form(id_, Action(kind, unit=Unit.DAYS, count=1), {}, None)


@bp.post("/admin/workflows/<int:id_>/action")
@guarded(Guard.EDITOR)
def save_action(id_: int) -> AnyResponse:
    """Add an action as the last one, or change one that is there."""
    kind = workflow_forms.action_kind(request.form)
    if kind is None:
        abort(400)
    catalog, _ = _known()
    given = workflow_forms.action(kind, request.form, catalog, site().now())
    at = _number("at")
    if given.problems:
        return _action_form(id_, given.action, given.problems, at)
    definition = _definition(id_)
    actions = [*definition.actions]
    if at is not None and at < len(actions):
        actions[at] = given.action
    elif len(actions) < MOST_ACTIONS:
        actions.append(given.action)
    else:
        abort(400)  # the form is not offered any more
    return _save(id_, replace(definition, actions=tuple(actions)))


@bp.post("/admin/workflows/<int:id_>/action/removal")
@guarded(Guard.EDITOR)
def remove_action(id_: int) -> AnyResponse:
    """Take an action away."""
    return _edit(id_, lambda d: replace(d, actions=_without(d.actions, _at())))


@bp.post("/admin/workflows/<int:id_>/action/order")
@guarded(Guard.EDITOR)
def move_action(id_: int) -> AnyResponse:
    """Do an action earlier, or later."""
    up, down = _number("up"), _number("down")
    at = up - 1 if up is not None else down
    if at is None:
        abort(400)
    return _edit(id_, lambda d: replace(d, actions=_swapped(d.actions, at)))


@bp.get("/admin/workflows/<int:id_>/settings")
@guarded(Guard.VIEWER)
def ask_settings(id_: int) -> Response:
    """The Settings tab."""
    return workflow_screen("workflow-settings", id_, hours=_definition(id_).hours, typed=None)


@bp.post("/admin/workflows/<int:id_>/settings")
@guarded(Guard.EDITOR)
def save_settings(id_: int) -> AnyResponse:
    """Its name, whether contacts may enter again, and when it acts."""
    name = named(request.form.get("name", ""))
    hours, problems = workflow_forms.hours(request.form, request.form.getlist("day"))
    if not name:
        problems = {"name": "workflow-name", **problems}
    if problems:
        typed = request.form
        return workflow_screen(
            "workflow-settings", id_, problems=problems, hours=hours, typed=typed
        )
    wanted = Settings(name, again=bool(request.form.get("again")), hours=hours)
    saved = site().database.write(workflows.save, workflow_id(id_), wanted, presence.doer())
    return _told(id_, saved, "/settings")


def _trigger_form(id_: int, made: Trigger, problems: dict[str, str], at: int | None) -> Response:
    dates = made.kind is TriggerKind.DATE
    _, properties = _known()
    return workflow_screen(
        "workflow-trigger",
        id_,
        problems=problems,
        trigger=made,
        at=at,
        choices=[p for p in properties if not dates or p.kind is PropertyKind.DATE],
        sources=Source,
        statuses=STATUSES,
        value=request.form.get("value", made.value or ""),
    )


def _action_form(id_: int, made: Action, problems: dict[str, str], at: int | None) -> Response:
    return workflow_screen(
        "workflow-action",
        id_,
        problems=problems,
        action=made,
        at=at,
        bases=Basis,
        processings=Processing,
        units=Unit,
        count=request.form.get("count", made.count),
    )


def _edit(id_: int, change: Callable[[Definition], Definition]) -> AnyResponse:
    return _save(id_, change(_definition(id_)))


def _save(id_: int, definition: Definition) -> AnyResponse:
    """Keep the draft, unless somebody else edited it since this form was shown."""
    saved = site().database.write(
        workflows.draft, workflow_id(id_), definition, presence.doer(), seen_at()
    )
    return _told(id_, saved)


def _told(id_: int, saved: bool, tab: str = "") -> AnyResponse:
    flash("workflow-saved" if saved else "workflow-moved-on")
    return to(f"/admin/workflows/{id_}{tab}")


def _definition(id_: int) -> Definition:
    with site().database.reading() as connection:
        return workflow(known.read(connection, workflow_id(id_))).shown


def _known() -> tuple[Catalog, list[Property]]:
    with site().database.reading() as connection:
        catalog = site().catalogs.current(connection)
        return catalog, [p for p in known_contacts.properties(connection) if not p.archived]


def _without(items: tuple[T, ...], at: int) -> tuple[T, ...]:
    return (*items[:at], *items[at + 1 :])


def _swapped(items: tuple[T, ...], at: int) -> tuple[T, ...]:
    """With the one at `at` and the next one exchanged."""
    moved: list[Any] = [*items]
    if 0 <= at < len(moved) - 1:
        moved[at], moved[at + 1] = moved[at + 1], moved[at]
    return tuple(moved)


def _at() -> int:
    at = _number("at")
    if at is None:
        abort(400)
    return at


def _number(name: str) -> int | None:
    return id_in(request.values.get(name, ""))
