"""Every route of the admin names who may use it, and is walked by everybody (R-137)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.config import Settings
from app.domain.users import Role
from app.factory import create_app
from app.web.admin.guards import Guard, guard_of, guarded
from app.web.site import Site
from tests.web.admin.colleagues import DORA, ELIF, FINN, PASSWORD, STAFF, Colleague, at_work, user
from tests.web.houses import Clock, admin_of, inhabited
from tests.world import World

GUARDS = {
    ("GET", "/admin"): Guard.VIEWER,
    ("GET", "/admin/<path:lost>"): Guard.VIEWER,
    ("GET", "/admin/account"): Guard.VIEWER,
    ("POST", "/admin/account/name"): Guard.VIEWER,
    ("POST", "/admin/account/password"): Guard.VIEWER,
    ("POST", "/admin/account/recovery-codes"): Guard.VIEWER,
    ("GET", "/admin/account/second-factor"): Guard.SIGNED_IN,
    ("POST", "/admin/account/second-factor"): Guard.SIGNED_IN,
    ("GET", "/admin/account/second-factor.svg"): Guard.SIGNED_IN,
    ("POST", "/admin/account/second-factor/removal"): Guard.VIEWER,
    ("POST", "/admin/account/sessions/end"): Guard.SIGNED_IN,
    ("GET", "/admin/admin.css"): Guard.ANYBODY,
    ("GET", "/admin/admin.js"): Guard.ANYBODY,
    ("GET", "/admin/brands"): Guard.VIEWER,
    ("GET", "/admin/brands/<int:id_>"): Guard.VIEWER,
    ("POST", "/admin/brands/<int:id_>"): Guard.OWNER,
    ("POST", "/admin/brands/<int:id_>/archive"): Guard.OWNER,
    ("GET", "/admin/brands/<int:id_>/preview"): Guard.VIEWER,
    ("POST", "/admin/brands/<int:id_>/preview"): Guard.OWNER,
    ("POST", "/admin/brands/<int:id_>/restore"): Guard.OWNER,
    ("GET", "/admin/brands/new"): Guard.OWNER,
    ("POST", "/admin/brands/new"): Guard.OWNER,
    ("GET", "/admin/exports"): Guard.EDITOR,
    ("POST", "/admin/exports"): Guard.EDITOR,
    ("GET", "/admin/first-run"): Guard.OWNER,
    ("POST", "/admin/first-run"): Guard.OWNER,
    ("GET", "/admin/preview.css"): Guard.ANYBODY,
    ("GET", "/admin/settings"): Guard.OWNER,
    ("POST", "/admin/settings"): Guard.OWNER,
    ("GET", "/admin/settings/data-privacy"): Guard.OWNER,
    ("POST", "/admin/settings/data-privacy"): Guard.OWNER,
    ("GET", "/admin/types"): Guard.VIEWER,
    ("GET", "/admin/types/<int:id_>"): Guard.VIEWER,
    ("POST", "/admin/types/<int:id_>"): Guard.EDITOR,
    ("POST", "/admin/types/<int:id_>/archive"): Guard.EDITOR,
    ("POST", "/admin/types/<int:id_>/restore"): Guard.EDITOR,
    ("GET", "/admin/types/new"): Guard.EDITOR,
    ("POST", "/admin/types/new"): Guard.EDITOR,
    ("POST", "/admin/types/order"): Guard.EDITOR,
    ("POST", "/admin/types/preview"): Guard.EDITOR,
    ("GET", "/admin/audit"): Guard.OWNER,
    ("GET", "/admin/brands/<int:id_>/mail"): Guard.OWNER,
    ("POST", "/admin/brands/<int:id_>/mail"): Guard.OWNER,
    ("GET", "/admin/contacts"): Guard.VIEWER,
    ("GET", "/admin/contacts/<int:id_>"): Guard.VIEWER,
    ("GET", "/admin/contacts/<int:id_>/address"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/address"): Guard.EDITOR,
    ("GET", "/admin/brands/<int:id_>/sign-up"): Guard.VIEWER,
    ("POST", "/admin/brands/<int:id_>/sign-up"): Guard.EDITOR,
    ("GET", "/admin/addresses"): Guard.VIEWER,
    ("GET", "/admin/consents"): Guard.VIEWER,
    ("GET", "/admin/contacts/<int:id_>/as-recipient"): Guard.VIEWER,
    ("GET", "/admin/contacts/<int:id_>/bounce-lift"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/bounce-lift"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/deletion"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/deletion"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/edit"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/edit"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/history"): Guard.VIEWER,
    ("GET", "/admin/contacts/<int:id_>/history.csv"): Guard.VIEWER,
    ("GET", "/admin/contacts/<int:id_>/history.json"): Guard.VIEWER,
    ("POST", "/admin/contacts/<int:id_>/opt-out"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/opt-out-removal"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/opt-out-removal"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/preferences-link"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/preferences-mail"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/renewal"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/renewal"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/resubscription"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/resubscription"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/subscription"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/subscription"): Guard.EDITOR,
    ("GET", "/admin/contacts/<int:id_>/subscriptions"): Guard.VIEWER,
    ("POST", "/admin/contacts/<int:id_>/undo"): Guard.EDITOR,
    ("POST", "/admin/contacts/<int:id_>/unsubscription"): Guard.EDITOR,
    ("GET", "/admin/contacts/new"): Guard.EDITOR,
    ("POST", "/admin/contacts/new"): Guard.EDITOR,
    ("GET", "/admin/forgotten"): Guard.ANYBODY,
    ("POST", "/admin/forgotten"): Guard.ANYBODY,
    ("GET", "/admin/history"): Guard.VIEWER,
    ("GET", "/admin/imports"): Guard.VIEWER,
    ("GET", "/admin/imports/<int:id_>"): Guard.VIEWER,
    ("GET", "/admin/imports/<int:id_>/basis"): Guard.EDITOR,
    ("POST", "/admin/imports/<int:id_>/basis"): Guard.EDITOR,
    ("GET", "/admin/imports/<int:id_>/columns"): Guard.EDITOR,
    ("POST", "/admin/imports/<int:id_>/columns"): Guard.EDITOR,
    ("POST", "/admin/imports/<int:id_>/discard"): Guard.EDITOR,
    ("GET", "/admin/imports/<int:id_>/report.csv"): Guard.VIEWER,
    ("POST", "/admin/imports/<int:id_>/start"): Guard.EDITOR,
    ("GET", "/admin/imports/new"): Guard.EDITOR,
    ("POST", "/admin/imports/new"): Guard.EDITOR,
    ("GET", "/admin/jobs"): Guard.VIEWER,
    ("POST", "/admin/contacts/bulk"): Guard.EDITOR,
    ("POST", "/admin/contacts/bulk/edit"): Guard.EDITOR,
    ("GET", "/admin/jobs/<int:id_>"): Guard.VIEWER,
    ("POST", "/admin/jobs/<int:id_>"): Guard.EDITOR,
    ("GET", "/admin/jobs/<int:id_>/edit"): Guard.EDITOR,
    ("GET", "/admin/jobs/<int:id_>/report.csv"): Guard.VIEWER,
    ("GET", "/admin/jobs/<int:id_>/rows"): Guard.VIEWER,
    ("POST", "/admin/jobs/<int:id_>/undo"): Guard.EDITOR,
    ("GET", "/admin/keys"): Guard.OWNER,
    ("POST", "/admin/keys/<int:id_>/revocation"): Guard.OWNER,
    ("GET", "/admin/keys/new"): Guard.OWNER,
    ("POST", "/admin/keys/new"): Guard.OWNER,
    ("GET", "/admin/mailings"): Guard.VIEWER,
    ("GET", "/admin/mailings/<int:id_>"): Guard.EDITOR,
    ("POST", "/admin/mailings/<int:id_>"): Guard.EDITOR,
    ("GET", "/admin/mailings/new"): Guard.EDITOR,
    ("POST", "/admin/mailings/new"): Guard.EDITOR,
    ("GET", "/admin/password/<token>"): Guard.ANYBODY,
    ("POST", "/admin/password/<token>"): Guard.ANYBODY,
    ("GET", "/admin/properties"): Guard.OWNER,
    ("GET", "/admin/properties/<int:id_>"): Guard.OWNER,
    ("POST", "/admin/properties/<int:id_>/archiving"): Guard.OWNER,
    ("POST", "/admin/properties/<int:id_>/name"): Guard.OWNER,
    ("POST", "/admin/properties/<int:id_>/restoring"): Guard.OWNER,
    ("GET", "/admin/properties/new"): Guard.OWNER,
    ("POST", "/admin/properties/new"): Guard.OWNER,
    ("GET", "/admin/requests"): Guard.EDITOR,
    ("GET", "/admin/requests/<int:id_>"): Guard.EDITOR,
    ("GET", "/admin/requests/<int:id_>/copy.csv"): Guard.EDITOR,
    ("GET", "/admin/requests/<int:id_>/copy.json"): Guard.EDITOR,
    ("POST", "/admin/requests/<int:id_>/end"): Guard.EDITOR,
    ("GET", "/admin/requests/<int:id_>/erasure"): Guard.OWNER,
    ("POST", "/admin/requests/<int:id_>/erasure"): Guard.OWNER,
    ("GET", "/admin/requests/new"): Guard.EDITOR,
    ("POST", "/admin/requests/new"): Guard.EDITOR,
    ("GET", "/admin/second-factor"): Guard.HALFWAY,
    ("POST", "/admin/second-factor"): Guard.HALFWAY,
    ("GET", "/admin/sign-in"): Guard.ANYBODY,
    ("POST", "/admin/sign-in"): Guard.ANYBODY,
    ("POST", "/admin/sign-out"): Guard.SIGNED_IN,
    ("GET", "/admin/users"): Guard.OWNER,
    ("GET", "/admin/users/<int:id_>"): Guard.OWNER,
    ("POST", "/admin/users/<int:id_>/deactivation"): Guard.OWNER,
    ("POST", "/admin/users/<int:id_>/invitation"): Guard.OWNER,
    ("POST", "/admin/users/<int:id_>/role"): Guard.OWNER,
    ("GET", "/admin/users/new"): Guard.OWNER,
    ("POST", "/admin/users/new"): Guard.OWNER,
    ("POST", "/admin/users/second-factor"): Guard.OWNER,
    ("GET", "/admin/contacts/<int:id_>/workflows"): Guard.VIEWER,
    ("POST", "/admin/contacts/enrolment"): Guard.EDITOR,
    ("POST", "/admin/contacts/enrolment/now"): Guard.EDITOR,
    ("GET", "/admin/workflows"): Guard.VIEWER,
    ("GET", "/admin/workflows/<int:id_>"): Guard.VIEWER,
    ("GET", "/admin/workflows/<int:id_>/action"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/action"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/action/order"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/action/removal"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/activation"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/condition"): Guard.EDITOR,
    ("GET", "/admin/workflows/<int:id_>/enrolments"): Guard.VIEWER,
    ("GET", "/admin/workflows/<int:id_>/enrolments/<int:contact>"): Guard.VIEWER,
    ("POST", "/admin/workflows/<int:id_>/enrolments/<int:contact>/removal"): Guard.EDITOR,
    ("GET", "/admin/workflows/<int:id_>/review"): Guard.VIEWER,
    ("GET", "/admin/workflows/<int:id_>/settings"): Guard.VIEWER,
    ("POST", "/admin/workflows/<int:id_>/settings"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/state"): Guard.EDITOR,
    ("GET", "/admin/workflows/<int:id_>/trigger"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/trigger"): Guard.EDITOR,
    ("POST", "/admin/workflows/<int:id_>/trigger/removal"): Guard.EDITOR,
    ("GET", "/admin/workflows/new"): Guard.EDITOR,
    ("POST", "/admin/workflows/new"): Guard.EDITOR,
    ("GET", "/admin/webhooks"): Guard.OWNER,
    ("GET", "/admin/webhooks/<int:id_>"): Guard.OWNER,
    ("POST", "/admin/webhooks/<int:id_>/dead-letters"): Guard.OWNER,
    ("GET", "/admin/webhooks/<int:id_>/edit"): Guard.OWNER,
    ("POST", "/admin/webhooks/<int:id_>/edit"): Guard.OWNER,
    ("POST", "/admin/webhooks/<int:id_>/removal"): Guard.OWNER,
    ("POST", "/admin/webhooks/<int:id_>/state"): Guard.OWNER,
    ("POST", "/admin/webhooks/<int:id_>/test"): Guard.OWNER,
    ("GET", "/admin/webhooks/new"): Guard.OWNER,
    ("POST", "/admin/webhooks/new"): Guard.OWNER,
}
"""Who may use what. A new route is added here with its guard."""

LEAST = {Guard.VIEWER: Role.VIEWER, Guard.EDITOR: Role.EDITOR, Guard.OWNER: Role.OWNER}
ENDS_IT = ("/admin/sign-out", "/admin/account/sessions/end", "/admin/password/<token>")


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every method and rule of the admin."""
    for rule in admin_of(app).url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule


def test_every_route_names_its_guard(app: Flask) -> None:
    """R-137."""
    admin = admin_of(app)
    named = {(m, r.rule): guard_of(admin.view_functions[r.endpoint]) for m, r in routes(app)}
    assert named == GUARDS


def test_no_route_is_the_admins_but_by_its_door(app: Flask) -> None:
    """What is under /admin belongs to the blueprint that looks at guards and tokens."""
    assert {rule.endpoint.split(".")[0] for _, rule in routes(app)} == {"entrance"}


def test_a_route_without_a_guard_answers_nobody(
    settings: Settings, world: World, clock: Clock
) -> None:
    app = create_app(settings)
    admin_of(app).add_url_rule("/admin/stray", "entrance.stray", lambda: "open to all")
    with inhabited(app, settings, clock):
        assert Colleague(app).open("/admin/stray").status == 500
        dora = at_work(app)
        assert dora.open("/admin/stray").status == 500
        assert dora.heading == "Something went wrong on our side"
        assert "unsubscribed" not in dora.words, "no recipient's page"


@pytest.mark.parametrize("who", [None, DORA, ELIF, FINN])
def test_all_routes_are_walked_by_all_roles_and_by_nobody(
    app: Flask, site: Site, who: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """R-137: who lacks the role gets 403, and the log tells; who is not signed in the sign-in
    page."""
    colleague = at_work(app, who) if who else Colleague(app).open("/admin/sign-in")
    own = user(site, who).id if who else 1
    for method, rule in sorted(routes(app), key=lambda route: route[1].rule in ENDS_IT):
        guard = GUARDS[method, rule.rule]
        url = rule.rule.replace("<int:id_>", str(own)).replace("<path:lost>", "nowhere")
        url = url.replace("<token>", "a" * 58).replace("<int:contact>", str(own))
        if who and rule.rule in ENDS_IT:
            colleague.sign_in(who)
        got = (colleague.open if method == "GET" else colleague.post)(url).answer
        expected(who, guard, got.status_code, got.text, f"{method} {url}")
    assert ("was refused: " in caplog.text) == (who in (ELIF, FINN))


def expected(who: str | None, guard: Guard, status: int, text: str, route: str) -> None:
    """What the guard promises to this person. An empty form, let in, is 400 or goes elsewhere."""
    let_in = status in (200, 400, 404, 409)
    if guard is Guard.ANYBODY:
        assert let_in, route
    elif who is None or guard is Guard.HALFWAY:
        assert "<h1>Sign in</h1>" in text, route
    elif guard is Guard.SIGNED_IN or STAFF[who] >= LEAST[guard]:
        assert let_in, route
    else:
        assert status == 403, route


def test_who_is_sent_to_the_sign_in_comes_back_afterwards(app: Flask) -> None:
    """R-129."""
    at_work(app)
    dora = Colleague(app).open("/admin/audit?action=signed-in&day=2026-06-01")
    assert dora.heading == "Sign in"
    dora.fill(email=DORA, password=PASSWORD).press()
    assert dora.url == "/admin/audit?action=signed-in&day=2026-06-01"


def test_the_decorator_keeps_the_name_of_the_view() -> None:
    @guarded(Guard.OWNER)
    def view() -> str:
        return ""

    assert view.__name__ == "view"
    assert guard_of(view) is Guard.OWNER
