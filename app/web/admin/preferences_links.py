"""The preferences link of a contact: mailed, copied, or looked at as the recipient sees it (F2)."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash
from werkzeug.wrappers import Response as AnyResponse

from app.domain.catalog import Brand
from app.domain.mail import MailKind
from app.links.purposes import Purpose
from app.links.tokens import Link
from app.queries import recipient
from app.queries.record import Person
from app.services import preferences_links
from app.services.outbox import Mail
from app.text.languages import chosen, direction
from app.text.templates import template
from app.web.admin import presence
from app.web.admin.guards import Guard, guarded
from app.web.admin.record import number, person, to_subscriptions
from app.web.admin.rendering import admin_language, screen
from app.web.current import site
from app.web.recipient.rendering import language, rendered

bp = Blueprint("admin_preferences_links", __name__)


@bp.post("/admin/contacts/<int:id_>/preferences-mail")
@guarded(Guard.EDITOR)
def send(id_: int) -> AnyResponse:
    """Mail it, in the contact's language, from the brand's address."""
    subject = person(id_)
    brand = _brand(subject)
    spoken = chosen(subject.known.language, brand.language) or "en"
    mail = Mail(MailKind.PREFERENCES_LINK, subject.key, brand.id, spoken)
    refused = site().database.write(preferences_links.send, mail, id_, presence.doer())
    if refused is None:
        flash("link-owed")
    return to_subscriptions(id_)  # which says why not, where it was refused


@bp.post("/admin/contacts/<int:id_>/preferences-link")
@guarded(Guard.EDITOR)
def copy(id_: int) -> Response:
    """Show it. Whoever has it speaks for the person, so it is asked for by a press that is kept."""
    subject = person(id_)
    brand = _brand(subject)
    site().database.write(preferences_links.note_copied, id_, brand.id, presence.doer())
    url = site().links.url(Link(Purpose.PREFERENCES, subject.key, brand.id))
    return screen("preferences-link", person=subject, brand=brand, url=url)


@bp.get("/admin/contacts/<int:id_>/as-recipient")
@guarded(Guard.VIEWER)
def as_recipient(id_: int) -> Response:
    """The person's own page, with its buttons off."""
    subject, spoken = person(id_), admin_language()
    brand, now = _brand(subject), site().now()
    page = recipient.page_of(subject.catalog, brand, subject.known, None, now)
    return rendered(
        "recipient/preferences.html",
        language(subject.known.language, brand.language),
        brand,
        page=page,
        now=now,
        problem="",
        made=None,
        preview=template("admin/preview-note.html", spoken),
        reads=spoken,
        runs=direction(spoken),
        back=f"/admin/contacts/{id_}/subscriptions",
        keep=f"&brand={brand.id}",
    )


def _brand(subject: Person) -> Brand:
    """The brand that is named, else the default one."""
    chosen_one = number("brand")
    if chosen_one is None:
        return subject.catalog.brand_or_default(0)
    if chosen_one not in subject.catalog.brands:
        abort(404)
    return subject.catalog.brands[chosen_one]
