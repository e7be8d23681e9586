"""One contact: made, shown, edited, deleted, and moved to another address."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain.address import MalformedAddress, fault_in, matching_form, unwrapped
from app.domain.catalog import Catalog
from app.domain.mailbox import sendable
from app.queries import contacts as known
from app.queries.contacts import Contact, Profile, Property
from app.services import contacts
from app.services.contacts import Draft, Gone, ProcessingRequired, Taken
from app.web.admin import presence
from app.web.admin.contact_form import Filled
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import type_name
from app.web.admin.rendering import screen, to
from app.web.current import site

bp = Blueprint("admin_contact", __name__)


@bp.get("/admin/contacts/new")
@guarded(Guard.EDITOR)
def ask() -> Response:
    """The form of a new contact."""
    catalog, properties = _form()
    return _new(catalog, properties, Filled(), "")


@bp.post("/admin/contacts/new")
@guarded(Guard.EDITOR)
def create() -> AnyResponse:
    """Make a contact."""
    catalog, properties = _form()
    filled, typed = Filled.read(request.form, properties), unwrapped(request.form.get("email", ""))
    problems = address_problems(typed)
    problems |= filled.problems(properties, required=catalog.policy.data_privacy)
    if problems:
        return _new(catalog, properties, filled, typed, problems)
    made = filled.edit(properties)
    draft = Draft(site().keys(typed), typed, made.name, made.language, made.values, made.processing)
    try:
        id_ = site().database.write(contacts.create, draft, catalog.policy, presence.doer())
    except Taken as taken:
        return _new(catalog, properties, filled, typed, {"email": "contact-taken"}, taken.id)
    except ProcessingRequired:
        return _new(catalog, properties, filled, typed, {"processing": "processing"})
    flash("contact-created")
    return to(f"/admin/contacts/{id_}")


@bp.get("/admin/contacts/<int:id_>")
@guarded(Guard.VIEWER)
def show(id_: int) -> Response:
    """Who it is, and the way to what the address has chosen."""
    catalog, profile = _profile(id_)
    of_brands = groupby(profile.choices, key=lambda each: each.type.brand)
    return screen(
        "contact",
        profile=profile,
        groups=[(catalog.brands[brand], list(theirs)) for brand, theirs in of_brands],
        name=type_name(catalog),
    )


@bp.get("/admin/contacts/<int:id_>/edit")
@guarded(Guard.EDITOR)
def ask_edit(id_: int) -> Response:
    """The form, as what is stored fills it in."""
    form = _edit_form(id_)
    return _edit(form, Filled.of(form.contact, form.values))


@bp.post("/admin/contacts/<int:id_>/edit")
@guarded(Guard.EDITOR)
def edit(id_: int) -> AnyResponse:
    """Change name, language, properties and the legal basis for processing."""
    form = _edit_form(id_)
    filled = Filled.read(request.form, form.properties)
    if problems := filled.problems(form.properties, required=form.basis_required):
        return _edit(form, filled, problems)
    made, policy = filled.edit(form.properties), form.catalog.policy
    try:
        site().database.write(contacts.edit, id_, made, policy, presence.doer())
    except Gone:
        abort(404)
    except ProcessingRequired:
        return _edit(form, filled, {"processing": "processing"})
    flash("contact-edited")
    return to(f"/admin/contacts/{id_}")


@bp.get("/admin/contacts/<int:id_>/deletion")
@guarded(Guard.EDITOR)
def ask_delete(id_: int) -> Response:
    """What is deleted, and what stays."""
    return screen("delete-contact", profile=_profile(id_)[1])


@bp.post("/admin/contacts/<int:id_>/deletion")
@guarded(Guard.EDITOR)
def delete(id_: int) -> AnyResponse:
    """Delete the contact. What its address has chosen stays (F3)."""
    try:
        site().database.write(contacts.delete_contact, id_, presence.doer())
    except Gone:
        abort(404)
    flash("contact-deleted")
    return to("/admin/contacts")


def address_problems(typed: str) -> dict[str, str]:
    """Why an address cannot be a contact's, by field."""
    try:
        matching_form(typed)
    except MalformedAddress:
        return {"email": fault_in(typed)}
    return {} if sendable(typed) else {"email": "unsendable"}


class EditForm(NamedTuple):
    """What the form of a contact is filled with."""

    catalog: Catalog
    contact: Contact
    properties: Sequence[Property]
    values: dict[int, str]

    @property
    def basis_required(self) -> bool:
        """Whether a legal basis for processing has to be given (rules.md, 8)."""
        return self.catalog.policy.data_privacy and self.contact.processing is None


def _profile(id_: int) -> tuple[Catalog, Profile]:
    with site().database.reading() as connection:
        catalog = site().catalogs.current(connection)
        found = known.profile(connection, catalog, id_, site().now())
    if found is None:
        abort(404)
    return catalog, found


def _form() -> tuple[Catalog, list[Property]]:
    with site().database.reading() as connection:
        return site().catalogs.current(connection), _active(known.properties(connection))


def _edit_form(id_: int) -> EditForm:
    with site().database.reading() as connection:
        found = known.by_id(connection, id_)
        if found is None:
            abort(404)
        return EditForm(
            site().catalogs.current(connection),
            found,
            _active(known.properties(connection)),
            dict(known.values_of(connection, id_)),
        )


def _active(properties: Sequence[Property]) -> list[Property]:
    return [each for each in properties if not each.archived]


def _new(
    catalog: Catalog,
    properties: Sequence[Property],
    filled: Filled,
    typed: str,
    problems: dict[str, str] | None = None,
    taken: int | None = None,
) -> Response:
    return screen(
        "new-contact",
        problems=problems,
        filled=filled,
        typed=typed,
        taken=taken,
        properties=properties,
        basis_required=catalog.policy.data_privacy,
    )


def _edit(form: EditForm, filled: Filled, problems: dict[str, str] | None = None) -> Response:
    return screen(
        "edit-contact",
        problems=problems,
        filled=filled,
        contact=form.contact,
        properties=form.properties,
        basis_required=form.basis_required,
    )
