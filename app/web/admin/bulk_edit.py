"""Edit communication subscriptions of many contacts: asked here, checked and done as a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.bulk import BulkEdit, Doing
from app.domain.catalog import Catalog
from app.domain.contacts import Processing
from app.domain.lifting import Needs
from app.domain.words import Basis
from app.queries import contact_list
from app.queries.contact_filters import Filters
from app.services import bulk
from app.services.bulk import FEW, Asked
from app.web.admin import presence
from app.web.admin.contact_index import filters_of, typed_of
from app.web.admin.explaining import Filled
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import type_name
from app.web.admin.rendering import screen, to
from app.web.site import site

bp = Blueprint("admin_bulk_edit", __name__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The contacts: those that were ticked, or, where there are filters, all that match them."""

    contacts: tuple[int, ...]
    filters: Filters | None
    typed: Mapping[str, str]

    @classmethod
    def read(cls, catalog: Catalog) -> Chosen:
        """From the list's form, or from the one that carries it on."""
        if request.form.get("which") == "matching":
            typed = typed_of(request.form, catalog)
            return cls((), filters_of(request.form, catalog), typed)
        ticked = [*request.form.getlist("contact"), *request.form.get("contacts", "").split()]
        ids = (int(text) for text in ticked if text.isascii() and text.isdecimal())
        return cls(tuple(id_ for id_ in ids if id_ < 2**63)[:FEW], None, {})

    @property
    def nobody(self) -> bool:
        """Whether nothing was ticked."""
        return self.filters is None and not self.contacts


@bp.post("/admin/contacts/bulk")
@guarded(Guard.EDITOR)
def ask() -> AnyResponse:
    """The form."""
    catalog = _catalog()
    chosen = Chosen.read(catalog)
    if chosen.nobody:
        return _back()
    return _form(catalog, chosen, Filled(), {})


@bp.post("/admin/contacts/bulk/edit")
@guarded(Guard.EDITOR)
def make() -> AnyResponse:
    """Have it checked, where nothing is missing. Nothing is changed yet."""
    catalog = _catalog()
    chosen, filled = Chosen.read(catalog), Filled.read(request.form)
    if chosen.nobody:
        return _back()
    problems = _problems(catalog, filled)
    if problems:
        return _form(catalog, chosen, filled, problems)
    made = site().database.write(
        bulk.make, _asked(catalog, chosen, filled), catalog, presence.doer()
    )
    return to(f"/admin/jobs/{made}")


def _asked(catalog: Catalog, chosen: Chosen, filled: Filled) -> Asked:
    """Contacts that are few enough are named, so that the preview is there at once."""
    contacts, search = chosen.contacts, None
    if chosen.filters is not None:
        with site().database.browsing() as connection:
            found = contact_list.few(connection, catalog, chosen.filters, FEW)
        contacts = tuple(each.id for each in found or ())
        search = chosen.filters.to_json() if found is None else None
    subscribes = _doing() is Doing.SUBSCRIBE
    edit = BulkEdit(
        _doing() or Doing.UNSUBSCRIBE,
        None if _doing() is Doing.LIFT else _number("edit_type"),
        _number("edit_brand") if _doing() is Doing.LIFT else None,
        filled.basis if subscribes else None,
        filled.ends_at if subscribes else None,
        filled.processing if subscribes else None,
    )
    why_processed = filled.processing_explanation if edit.processing else ""
    return Asked(edit, filled.explanation, why_processed, contacts, search)


def _problems(catalog: Catalog, filled: Filled) -> Mapping[str, str]:
    doing, found = _doing(), {}
    type_ = catalog.types.get(_number("edit_type") or 0)
    subscribes = doing is Doing.SUBSCRIBE
    if doing is None:
        found["doing"] = "bulk-doing"
    elif doing is not Doing.LIFT and (type_ is None or type_.transactional):
        found["edit_type"] = "type"
    elif doing is Doing.LIFT and _number("edit_brand") not in (None, *catalog.brands):
        found["edit_brand"] = "bulk-doing"
    private = catalog.policy.data_privacy and subscribes
    needs = Needs.BASIS_AND_EXPLANATION if private else Needs.EXPLANATION
    found |= filled.problems(needs, None, site().now())
    if subscribes:
        found |= filled.processing_problems(required=private)
    return found


def _form(
    catalog: Catalog, chosen: Chosen, filled: Filled, problems: Mapping[str, str]
) -> Response:
    types = [t for t in catalog.types.values() if not t.transactional and not t.archived]
    return screen(
        "bulk-edit",
        problems=problems,
        chosen=chosen,
        filled=filled,
        doing=_doing(),
        doings=[doing.value for doing in Doing],
        type_id=_number("edit_type"),
        brand_id=_number("edit_brand"),
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


def _doing() -> Doing | None:
    said = request.form.get("doing", "")
    return Doing(said) if said in list(Doing) else None


def _number(name: str) -> int | None:
    """An id that the form names; None where it names none."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 11 else None


def _catalog() -> Catalog:
    with site().database.reading() as connection:
        return site().catalogs.current(connection)
