"""Who went through a workflow, with the trail of each; and enrolling by hand from the list."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.ids import MOST_STORED, id_in
from app.domain.workflows import WorkflowState
from app.queries import contact_list
from app.queries import workflows as known
from app.queries.workflows import PAGE, Beyond
from app.services import enrolling, enrolment_runs
from app.services.bulk import FEW
from app.web.admin import presence
from app.web.admin.bulk_edit import Chosen
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import number, person
from app.web.admin.rendering import screen, to
from app.web.admin.workflow_list import workflow_id, workflow_screen
from app.web.current import site

bp = Blueprint("admin_enrolments", __name__)


@bp.get("/admin/workflows/<int:id_>/enrolments")
@guarded(Guard.VIEWER)
def index(id_: int) -> Response:
    """A page of them, the newest first."""
    with site().database.browsing() as connection:
        found = known.enrolments(connection, workflow_id(id_), _beyond())
    shown = found[:PAGE]
    more = shown[-1] if len(found) > PAGE else None
    return workflow_screen("enrolments", id_, enrolments=shown, more=more)


@bp.get("/admin/workflows/<int:id_>/enrolments/<int:contact>")
@guarded(Guard.VIEWER)
def trail(id_: int, contact: int) -> Response:
    """What became of each step of one contact, each time it entered."""
    with site().database.reading() as connection:
        found = known.of_contact(connection, contact, workflow_id(id_)) if contact < 2**63 else []
        if not found:
            abort(404)
        steps = known.steps(connection, contact, id_)
        definitions = known.definitions(connection, id_, [each.version for each in found])
    return workflow_screen("enrolment", id_, rounds=found, steps=steps, definitions=definitions)


@bp.post("/admin/workflows/<int:id_>/enrolments/<int:contact>/removal")
@guarded(Guard.EDITOR)
def take_out(id_: int, contact: int) -> AnyResponse:
    """Let one contact leave before the end."""
    of, who = workflow_id(id_), contact if contact < 2**63 else 0
    done = site().database.write(enrolling.take_out, of, who, presence.doer())
    flash("taken-out" if done else "workflow-moved-on")
    return to(f"/admin/workflows/{id_}/enrolments/{contact}")


@bp.get("/admin/contacts/<int:id_>/workflows")
@guarded(Guard.VIEWER)
def of_contact(id_: int) -> Response:
    """The workflows that a contact went through."""
    subject = person(id_)
    with site().database.reading() as connection:
        found = known.of_contact(connection, id_)
    return screen("contact-workflows", person=subject, enrolments=found)


@bp.post("/admin/contacts/enrolment")
@guarded(Guard.EDITOR)
def ask() -> AnyResponse:
    """Into which workflow ticked contacts, or all that match, are to enter."""
    chosen = _chosen()
    if chosen.nobody:
        flash("nobody-ticked")
        return to("/admin/contacts")
    return _form(chosen, {})


@bp.post("/admin/contacts/enrolment/now")
@guarded(Guard.EDITOR)
def enrol() -> AnyResponse:
    """Enrol a few at once, many as a job."""
    chosen, id_ = _chosen(), number("workflow")
    if chosen.nobody:
        flash("nobody-ticked")
        return to("/admin/contacts")
    with site().database.reading() as connection:
        found = known.read(connection, id_) if id_ else None
    if found is None or found.state is not WorkflowState.ACTIVE:
        return _form(chosen, {"workflow": "workflow"})
    by = presence.doer()
    if chosen.filters is None:
        contacts = list(chosen.contacts)
        entered = site().database.write(enrolment_runs.enrol_ticked, found.id, contacts, by)
        flash("enrolled" if entered else "enrolled-nobody")
        return to(f"/admin/workflows/{found.id}/enrolments")
    with site().database.browsing() as connection:
        catalog = site().catalogs.current(connection)
        some = contact_list.few(connection, catalog, chosen.filters, FEW)
        total = known.contacts_there_are(connection) if some is None else len(some)
    search = chosen.filters.to_json()
    run = site().database.write(enrolment_runs.enrol_found, found.id, search, by, total)
    return to(f"/admin/jobs/{run}")


def _chosen() -> Chosen:
    catalog = site().catalog()
    return Chosen.read(catalog)


def _form(chosen: Chosen, problems: dict[str, str]) -> Response:
    with site().database.reading() as connection:
        active = [
            each for each in known.all_workflows(connection) if each.state is WorkflowState.ACTIVE
        ]
    return screen("enrol", problems=problems, chosen=chosen, workflows=active)


def _beyond() -> Beyond | None:
    at, contact = (id_in(request.args.get(n, ""), MOST_STORED) for n in ("at", "contact"))
    return None if at is None or contact is None else Beyond(at, contact)
