"""A contact's communication subscriptions: what stands, and what takes one press (F5 to F10)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, request
from werkzeug.wrappers import Response as AnyResponse

from app.domain import offers
from app.domain.catalog import Brand, Catalog, SubscriptionType
from app.domain.ids import id_in
from app.domain.ledger import mark
from app.domain.offers import Verb
from app.domain.undo import undoable_by_user
from app.domain.words import ACCOUNT, Scope
from app.queries import contacts
from app.queries import record as records
from app.queries.record import Person, Record
from app.services import single_edits
from app.services.preferences import Outcome
from app.services.single_edits import SingleEdit
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.rendering import admin_language, screen, to
from app.web.current import site

bp = Blueprint("admin_record", __name__)
SAID = {
    Verb.SUBSCRIBE: "subscribed",
    Verb.RESUBSCRIBE: "subscribed",
    Verb.RENEW: "renewed",
    Verb.UNSUBSCRIBE: "unsubscribed",
    Verb.OPT_OUT: "opted-out",
    Verb.REMOVE_OPT_OUT: "opt-out-removed",
    Verb.LIFT_BOUNCE: "bounce-lifted",
}


@bp.get("/admin/contacts/<int:id_>/subscriptions")
@guarded(Guard.VIEWER)
def subscriptions(id_: int) -> Response:
    """The Subscriptions tab, of all brands or of one."""
    chosen = number("brand")
    with site().database.reading() as connection:
        found = records.person(connection, site().catalogs, id_)
        if found is None:
            abort(404)
        brand = chosen if chosen in found.catalog.brands else None
        shown = records.record(connection, found, brand, site().now())
        values = contacts.told(connection, id_)
    return screen(
        "subscriptions",
        record=shown,
        values=values,
        brands=brands(found.catalog),
        chosen=brand,
        name=type_name(found.catalog),
        now=site().now(),
        undoable=_undoable(shown),
        mark=mark(shown.last.hash) if shown.last else "",
    )


@bp.post("/admin/contacts/<int:id_>/unsubscription")
@guarded(Guard.EDITOR)
def unsubscribe(id_: int) -> AnyResponse:
    """Unsubscribe from one type (F10, F22)."""
    subject = person(id_)
    type_ = subject.catalog.types.get(number("type") or 0)
    if type_ is None or type_.transactional:
        abort(400)
    return _pressed(subject, Verb.UNSUBSCRIBE, Scope.type(type_.id), type_)


@bp.post("/admin/contacts/<int:id_>/opt-out")
@guarded(Guard.EDITOR)
def opt_out(id_: int) -> AnyResponse:
    """Opt out of all email, of a brand or of every one."""
    subject = person(id_)
    return _pressed(subject, Verb.OPT_OUT, scope_of_all(subject.catalog), None)


@bp.post("/admin/contacts/<int:id_>/undo")
@guarded(Guard.EDITOR)
def undo(id_: int) -> AnyResponse:
    """Take back the change that the user just made."""
    subject, by = person(id_), presence.doer()
    edit = SingleEdit(id_, subject.key, subject.catalog.policy, by)
    undone = site().database.write(
        single_edits.undo, edit, number("record") or 0, request.form["mark"]
    )
    flash("edit-undone" if undone.effects else "edit-stayed")
    return to_subscriptions(id_)


def person(id_: int) -> Person:
    """The contact, or 404."""
    with site().database.reading() as connection:
        found = records.person(connection, site().catalogs, id_)
    if found is None:
        abort(404)
    return found


def number(field: str) -> int | None:
    """A number of the form or the query; None where it is none, or too large for an id."""
    return id_in(request.values.get(field, ""))


def scope_of_all(catalog: Catalog) -> Scope:
    """All email of the brand that is named, or of every one by 0. 400 where neither is."""
    brand = number("brand")
    if brand == 0:
        return ACCOUNT
    if brand is None or brand not in catalog.brands:
        abort(400)
    return Scope.brand(brand)


def brands(catalog: Catalog) -> list[Brand]:
    """Those to choose from: the ones that send, else the default one."""
    return list(catalog.active_brands) or [catalog.brand_or_default(0)]


def type_name(catalog: Catalog) -> Callable[[SubscriptionType], str]:
    """What a type is called, in the admin's language, or in its brand's."""
    spoken = admin_language()

    def called(type_: SubscriptionType) -> str:
        return type_.texts.get("name", spoken, catalog.brands[type_.brand].language) or type_.slug

    return called


def tell(verb: Verb, outcome: Outcome) -> None:
    """Say what came of it."""
    flash(SAID[verb] if outcome.record is not None else "nothing-changed")


def to_subscriptions(id_: int) -> AnyResponse:
    """Back to the record."""
    return to(f"/admin/contacts/{id_}/subscriptions")


def _pressed(
    subject: Person, verb: Verb, scope: Scope, type_: SubscriptionType | None
) -> AnyResponse:
    edit = SingleEdit(subject.id, subject.key, subject.catalog.policy, presence.doer())
    change = offers.change(verb, scope, type_)
    tell(verb, site().database.write(single_edits.make, edit, verb, change))
    return to_subscriptions(subject.id)


def _undoable(shown: Record) -> bool:
    """Whether the last that happened was this user's own, and not long ago."""
    by = presence.doer()
    last = shown.last
    return last is not None and undoable_by_user(last, by.reference, by.at)
