"""Edit communication subscriptions of many contacts: asked here, checked and done as a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.bulk import BulkEdit, Doing
from app.domain.catalog import Catalog
from app.domain.contacts import Processing
from app.domain.ids import MOST_STORED, id_in
from app.domain.lifting import Needs
from app.domain.runs import RunKind, RunState
from app.domain.words import Basis
from app.queries import contact_list, runs
from app.queries.contact_filters import Filters
from app.services import bulk
from app.services.bulk import FEW, Asked, MovedOn
from app.web.admin import presence
from app.web.admin.contact_index import filters_of, typed_of
from app.web.admin.explaining import Filled
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import type_name
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_bulk_edit", __name__)


class Wanted(NamedTuple):
    """What the form asks for, as far as it is filled in."""

    doing: Doing | None = None
    type: int | None = None
    brand: int | None = None

    @classmethod
    def read(cls) -> Wanted:
        """From the form."""
        said = request.form.get("doing", "")
        doing = Doing(said) if said in list(Doing) else None
        return cls(doing, _number("edit_type"), _number("edit_brand"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The contacts: those that were ticked; or, where there are filters, all that match them; or
    those of a bulk edit that was checked, which is to be changed. `number`: how many they were,
    where nobody ticked them and the list counted them."""

    contacts: tuple[int, ...] = ()
    filters: Filters | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    job: int | None = None
    number: int = 0

    @classmethod
    def read(cls, catalog: Catalog) -> Chosen:
        """From the list's form, or from the one that carries it on."""
        if request.form.get("which") == "matching":
            typed = typed_of(request.form, catalog)
            filters, number = filters_of(request.form, catalog), _number("matching") or 0
            return cls(filters=filters, typed=typed, number=number)
        if request.form.get("which") == "job":
            number = _number("number") or 0
            return cls(job=_number("job") or 0, number=number)
        ticked = [*request.form.getlist("contact"), *request.form.get("contacts", "").split()]
        ids = (id_in(text, MOST_STORED) for text in ticked)
        return cls(tuple(id_ for id_ in ids if id_ is not None)[:FEW])

    @property
    def nobody(self) -> bool:
        """Whether nothing was ticked."""
        return self.filters is None and self.job is None and not self.contacts


@bp.post("/admin/contacts/bulk")
@guarded(Guard.EDITOR)
def ask() -> AnyResponse:
    """The form."""
    catalog = site().catalog()
    chosen = Chosen.read(catalog)
    if chosen.nobody:
        return _back()
    return _form(catalog, chosen, Filled(), Wanted(), {})


@bp.get("/admin/jobs/<int:id_>/edit")
@guarded(Guard.EDITOR)
def change(id_: int) -> AnyResponse:
    """The form as it was filled in, of a bulk edit that waits for somebody to say go."""
    with site().database.reading() as connection:
        catalog, shown = site().catalogs.current(connection), runs.one(connection, id_)
    if shown is None or shown.run.kind is not RunKind.BULK_EDIT:
        abort(404)
    run = shown.run
    if run.state is not RunState.CHECKED:
        return to(f"/admin/jobs/{id_}")
    edit = BulkEdit.read(run.parameters)
    filled = Filled.of_edit(edit, run.explanation or "", run.words.get("processing", ""))
    wanted = Wanted(edit.doing, edit.type, edit.brand)
    return _form(catalog, Chosen(job=id_, number=run.total or 0), filled, wanted, {})


@bp.post("/admin/contacts/bulk/edit")
@guarded(Guard.EDITOR)
def make() -> AnyResponse:
    """Have it checked, where nothing is missing. Nothing is changed yet."""
    catalog = site().catalog()
    chosen, filled, wanted = Chosen.read(catalog), Filled.read(request.form), Wanted.read()
    if chosen.nobody:
        return _back()
    problems = _problems(catalog, filled, wanted)
    if problems:
        return _form(catalog, chosen, filled, wanted, problems)
    asked = _asked(catalog, chosen, filled, wanted)
    try:
        made = site().database.write(bulk.make, asked, catalog, presence.doer())
    except MovedOn:
        flash("job-moved-on")
        return to(f"/admin/jobs/{chosen.job}")
    return to(f"/admin/jobs/{made}")


def _asked(catalog: Catalog, chosen: Chosen, filled: Filled, wanted: Wanted) -> Asked:
    """Contacts that are few enough are named, so that the preview is there at once."""
    contacts, search = chosen.contacts, None
    if chosen.filters is not None:
        with site().database.browsing() as connection:
            found = contact_list.few(connection, catalog, chosen.filters, FEW)
        contacts = tuple(each.id for each in found or ())
        search = chosen.filters.to_json() if found is None else None
    subscribes, lifts = wanted.doing is Doing.SUBSCRIBE, wanted.doing is Doing.LIFT
    edit = BulkEdit(
        wanted.doing or Doing.UNSUBSCRIBE,
        None if lifts else wanted.type,
        wanted.brand if lifts else None,
        filled.basis if subscribes else None,
        filled.ends_at if subscribes else None,
        filled.processing if subscribes else None,
    )
    why_processed = filled.processing_explanation if edit.processing else ""
    return Asked(edit, filled.explanation, why_processed, contacts, search, chosen.job)


def _problems(catalog: Catalog, filled: Filled, wanted: Wanted) -> Mapping[str, str]:
    doing, found = wanted.doing, {}
    type_ = catalog.types.get(wanted.type or 0)
    subscribes = doing is Doing.SUBSCRIBE
    if doing is None:
        found["doing"] = "bulk-doing"
    elif doing is not Doing.LIFT and (type_ is None or type_.transactional):
        found["edit_type"] = "type"
    elif doing is Doing.LIFT and wanted.brand not in (None, *catalog.brands):
        found["edit_brand"] = "bulk-doing"
    private = catalog.policy.data_privacy and subscribes
    needs = Needs.BASIS_AND_EXPLANATION if private else Needs.EXPLANATION
    found |= filled.problems(needs, None, site().now())
    if subscribes:
        found |= filled.processing_problems(required=private)
    return found


def _form(
    catalog: Catalog,
    chosen: Chosen,
    filled: Filled,
    wanted: Wanted,
    problems: Mapping[str, str],
) -> Response:
    types = [t for t in catalog.types.values() if not t.transactional and not t.archived]
    return screen(
        "bulk-edit",
        problems=problems,
        chosen=chosen,
        filled=filled,
        doing=wanted.doing,
        doings=[doing.value for doing in Doing],
        type_id=wanted.type,
        brand_id=wanted.brand,
        types=types,
        brands=catalog.brands,
        active_brands=catalog.active_brands,
        bases=Basis,
        processings=Processing,
        data_privacy=catalog.policy.data_privacy,
        name=type_name(catalog),
    )


def _back() -> AnyResponse:
    flash("nobody-ticked")
    return to("/admin/contacts")


def _number(name: str) -> int | None:
    """An id that the form names; None where it names none."""
    return id_in(request.form.get(name, ""))
