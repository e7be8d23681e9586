"""Your data: an access link is mailed to the stored address; behind it a person sees, copies, moves
or erases what is kept (rules.md, 2 and 5). Reading it writes nothing; the link acts once."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from app.domain.address import MalformedAddress, fault_in, masked, matching_form, unwrapped
from app.domain.ids import id_in
from app.domain.mailbox import sendable
from app.domain.rights import Right
from app.domain.words import Actor, Basis, Instant, Via
from app.files.cells import lines
from app.links.timed import Request
from app.links.tokens import Link, Purpose, UnreadableLink
from app.queries import copies, your_data
from app.queries.recipient import Page
from app.queries.your_data import YourData
from app.services import own_move, rights
from app.services.rights import Asked, Spent
from app.text.languages import LANGUAGES
from app.web.current import site
from app.web.recipient.opening import may_be_owed_mail, other_address, unreadable
from app.web.recipient.rendering import kept_query, language_of, rendered

bp = Blueprint("your_data", __name__)


class Access(NamedTuple):
    """What an access link opens, until when, and the digest by which it is known to have acted."""

    request: Request
    ends_at: Instant
    digest: bytes


def offer(page: Page, status: int = 200, **context: Any) -> Response:
    """The page that offers to mail an access link, reached from the preference page only."""
    given = {"result": "", "problem": "", "typed": "", **context, "page": page}
    return rendered("recipient/your-data-link.html", language_of(page), page.brand, status, **given)


def mail_link(link: Link, page: Page) -> Response:
    """Owe the mail, to the stored address, or to one typed that has this key."""
    typed = _typed("email")
    problem = "" if page.known.address else other_address(link.key, typed)
    if problem:
        return offer(page, 400, problem=problem, typed=typed)
    if may_be_owed_mail(link.key):
        asked = Asked(Right.ACCESS, link.key, page.brand.id, language_of(page), site().now())
        recipient = None if page.known.address else matching_form(typed)
        site().database.write(rights.mail_access, asked, recipient)
    return offer(page, result="mailed")


@bp.get("/d/<token>")
@bp.get("/d/<token>/address", endpoint="show_again")
def show(token: str) -> Response:
    """What is kept, and what may be done about it."""
    access = _open(token)
    return _page(access, _read(access))


@bp.get("/d/<token>/copy.json")
def copy_for_software(token: str) -> Response:
    """All of it as JSON (R-81)."""
    text = json.dumps(_copied(_open(token)), ensure_ascii=False, indent=2)
    return _file(text, "application/json", "json")


@bp.get("/d/<token>/copy.csv")
def copy_for_a_spreadsheet(token: str) -> Response:
    """All of it as CSV, safe from formulas (R-81, H-38)."""
    text = "".join(lines(copies.HEADING, copies.rows(_copied(_open(token)))))
    return _file(text, "text/csv", "csv")


@bp.get("/d/<token>/erasure")
def ask_once_more(token: str) -> Response:
    """What goes and what stays, before it cannot be undone."""
    access = _open(token)
    return _answer("recipient/erase.html", access, _read(access))


@bp.post("/d/<token>/erasure")
def erase(token: str) -> Response:
    """Erase it."""
    access = _open(token)
    data = _read(access)
    try:
        asked = _asked(access, data, Right.ERASURE)
        site().database.write(rights.erase, asked, data.catalog.policy)
    except Spent:
        return _page(access, data, status=409)
    return _answer("recipient/erased.html", access, data)


@bp.post("/d/<token>/address")
def move(token: str) -> Response:
    """Ask both mailboxes whether to move. The answer is the same whatever is known of the other."""
    access = _open(token)
    data, typed, own = _read(access), _typed("email"), _typed("own")
    if data.spent:
        return _page(access, data, status=409)
    problem, own_problem = _problem(access, typed), _own_problem(access, data, own)
    if problem or own_problem:
        given = {"typed": typed, "own": own, "own_problem": own_problem}
        return _page(access, data, status=400, problem=problem, **given)
    key = site().keys(typed)
    try:
        if may_be_owed_mail(key):
            asked = _asked(access, data, Right.ADDRESS_CHANGE)
            own_text = None if data.known.address else matching_form(own)
            site().database.write(own_move.ask, asked, own_text, key, typed)
    except Spent:
        return _page(access, data, status=409)
    return _answer("recipient/move-asked.html", access, data)


def _typed(field: str) -> str:
    return unwrapped(request.form.get(field, ""))


def _own_problem(access: Access, data: YourData, typed: str) -> str:
    """What is wrong with the present address, which is typed where its text is not known."""
    return "" if data.known.address else other_address(access.request.key, typed)


def _problem(access: Access, typed: str) -> str:
    """What is wrong with the new address; empty where nothing is."""
    if not typed:
        return "empty"
    try:
        same = site().keys(typed) == access.request.key
    except MalformedAddress:
        return fault_in(typed)
    if same:
        return "same"
    return "" if sendable(typed) else fault_in(typed)


def _asked(access: Access, data: YourData, right: Right) -> Asked:
    spoken = language_of(data)
    key = access.request.key
    return Asked(right, key, data.brand.id, spoken, site().now(), access.digest)


def _open(token: str) -> Access:
    """What a link opens. Unreadable, of another purpose, or too old: 404 (H-30)."""
    try:
        opened, ends_at = site().accesses.read_with_end(token)
    except UnreadableLink:
        raise unreadable() from None
    named = f"{opened.key.hex()}.{opened.brand}.{opened.record}"
    return Access(opened, ends_at, hashlib.sha256(named.encode()).digest())


def _read(access: Access) -> YourData:
    opened, before = access.request, id_in(request.args.get("before", ""))
    with site().database.reading() as connection:
        return your_data.of(
            connection,
            site().catalogs,
            opened.key,
            opened.brand,
            access.digest,
            site().now(),
            before,
        )


def _copied(access: Access) -> dict[str, Any]:
    with site().database.reading() as connection:
        catalog = site().catalogs.current(connection)
        return copies.copy(connection, catalog, access.request.key, site().now())


def _page(access: Access, data: YourData, status: int = 200, **context: Any) -> Response:
    given = {"problem": "", "typed": "", "own_problem": "", "own": "", **context}
    return _answer("recipient/your-data.html", access, data, status, **given)


def _answer(
    name: str, access: Access, data: YourData, status: int = 200, **context: Any
) -> Response:
    spoken = language_of(data)
    here = request.script_root + "/".join(request.path.split("/")[:3])
    return rendered(
        name,
        spoken,
        data.brand,
        status,
        data=data,
        here=here,
        query=kept_query(),
        ends_at=access.ends_at,
        now=site().now(),
        masked=masked(data.known.address) if data.known.address else None,
        choices=f"{request.script_root}/p/{site().tokens.mint(_choices(access))}",
        words={"actors": Actor, "vias": Via, "bases": Basis, "languages": LANGUAGES},
        **context,
    )


def _choices(access: Access) -> Link:
    """To the preference page of who was mailed this link: it was mailed to the same mailbox."""
    return Link(Purpose.PREFERENCES, access.request.key, access.request.brand, 0)


def _file(text: str, kind: str, ending: str) -> Response:
    """A download that no browser shows as a page."""
    response = Response(text, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="data.{ending}"'
    return response
