"""The paths of the admin, each walked by mouse and by keyboard alone (R-150)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page, Response

from app.domain.words import SECOND
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.office import WHY, people, work
from tests.browser.shop import Shop
from tests.browser.test_admin_sign_in import staff
from tests.web.admin.colleagues import DORA, PASSWORD, invitation
from tests.web.admin.test_guards import GUARDS
from tests.world import CLEO

pytestmark = pytest.mark.browser

OTHER = "a river runs past the mill"
ELSEWHERE = (
    *("/admin/brands/<int:id_>/sign-up", "/admin/exports", "/admin/first-run", "/admin/imports"),
    *("/admin/keys", "/admin/mailings", "/admin/requests", "/admin/webhooks", "/admin/workflows"),
    *("/admin/contacts/enrolment", "/admin/types/preview", "/admin/brands/<int:id_>/preview"),
)
"""Of other issues, with walks of their own; previews follow what is typed (test_admin_catalog)."""


class Walk(NamedTuple):
    """Somebody's hands at the admin, and the shop."""

    hands: Hands
    shop: Shop

    @property
    def page(self) -> Page:
        """What is before them."""
        return self.hands.page

    @property
    def words(self) -> str:
        """What the screen says."""
        return self.page.locator("main").inner_text()

    @property
    def said(self) -> str:
        """What was just done."""
        return self.page.locator(".said").inner_text()

    def go(self, path: str) -> None:
        """Open a screen."""
        self.page.goto(f"{self.shop.url}/admin{path}")

    def sign_in(self, email: str = DORA, password: str = PASSWORD) -> None:
        """By the door."""
        self.go("/sign-in")
        self.hands.write("Email address", email)
        self.hands.write("Password", password)
        self.hands.press("Sign in")


class Path(NamedTuple):
    """A walk, and the routes that it presses."""

    walk: Callable[[Walk], None]
    presses: tuple[str, ...]


PATHS: dict[str, Path] = {}


def path(*presses: str) -> Callable[[Callable[[Walk], None]], Callable[[Walk], None]]:
    """A function of this page, as a path that presses these routes."""

    def kept(walk: Callable[[Walk], None]) -> Callable[[Walk], None]:
        PATHS[walk.__name__] = Path(walk, tuple(f"/admin{press}" for press in presses))
        return walk

    return kept


@path("/password/<token>", "/sign-in", "/sign-out", "/forgotten")
def getting_in(walk: Walk) -> None:
    walk.go(f"/password/{invitation(walk.shop.site, DORA)}")
    walk.hands.write("New password", OTHER)
    walk.hands.press("Set the password")
    walk.sign_in(password=OTHER)
    walk.hands.press("Sign out")
    walk.hands.follow("Forgotten your password?")
    walk.hands.write("Email address", DORA)
    walk.hands.press("Mail me a link")
    (mail,) = walk.shop.mails()
    walk.page.goto(next(w for w in mail.get_content().split() if "/admin/password/" in w))
    walk.hands.write("New password", PASSWORD)
    walk.hands.press("Set the password")
    assert "Your password is set." in walk.said


@path(
    *("/account/second-factor", "/account/recovery-codes", "/second-factor"),
    *("/account/second-factor/removal", "/account/sessions/end"),
    *("/account/name", "/account/password"),
)
def ones_own_account(walk: Walk) -> None:
    walk.sign_in()
    walk.hands.follow("Your account")
    walk.hands.write("Your name", "Dora Brook")
    walk.hands.press("Change the name")
    walk.hands.write("Present password", PASSWORD)
    walk.hands.write("New password", OTHER)
    walk.hands.press("Change the password")
    walk.hands.follow("Set up a second factor")
    totp = pyotp.TOTP(walk.page.locator("main code").inner_text().replace(" ", ""))
    walk.hands.write("Code", totp.at(walk.shop.clock.at // SECOND))
    walk.hands.write("Present password", OTHER)
    walk.hands.press("Turn it on")
    walk.hands.follow("I have kept them")
    walk.hands.press("Sign out everywhere")
    walk.sign_in(password=OTHER)
    walk.shop.clock.pass_(30 * SECOND)
    walk.hands.write("Code", totp.at(walk.shop.clock.at // SECOND))
    walk.hands.press("Sign in")
    for button in ("Make new recovery codes", "Take the second factor away"):
        walk.go("/account/second-factor")
        walk.hands.write("Present password", OTHER)
        walk.hands.press(button)
    assert "Your second factor is taken away." in walk.said


@path(
    *("/users/new", "/users/<int:id_>/role", "/users/<int:id_>/invitation"),
    *("/users/<int:id_>/deactivation", "/users/second-factor"),
)
def colleagues(walk: Walk) -> None:
    walk.sign_in()
    walk.hands.follow("Users")
    walk.hands.follow("Invite a user")
    walk.hands.write("Email address", "gus@fernway.example")
    walk.hands.choose("Editor")
    walk.hands.press("Mail the invitation")
    walk.hands.follow("gus@fernway.example")
    walk.hands.choose("Viewer")
    walk.hands.press("Change the role")
    for button in ("Mail a new invitation", "Deactivate this user"):
        walk.go("/users")
        walk.hands.follow("gus@fernway.example")
        walk.hands.press(button)
    walk.go("/users")
    walk.hands.press("Require a second factor")
    walk.go("/account/second-factor")
    assert "Turn it on" in walk.words


@path(
    *("/contacts/new", "/contacts/<int:id_>/edit", "/contacts/<int:id_>/address"),
    "/contacts/<int:id_>/deletion",
)
def contacts(walk: Walk) -> None:
    walk.sign_in()
    walk.hands.follow("Contacts")
    walk.hands.follow("New contact")
    walk.hands.write("Email address", "dalia@example.com")
    walk.hands.write("Name", "Dalia Haddad")
    walk.hands.press("Create the contact")
    walk.hands.follow("Edit")
    walk.hands.pick("Language", "Deutsch")
    walk.hands.press("Save the contact")
    walk.hands.follow("Change the address")
    walk.hands.write("New email address", CLEO.address)
    walk.hands.press("Show what both have chosen")
    walk.hands.press("Change the address")
    walk.hands.follow("Contacts")
    walk.hands.write("Part of an address or a name", "hadd")
    walk.hands.pick("Sort", "Oldest first")
    walk.hands.unfold("Filters")
    walk.hands.pick("Source", "Admin")
    walk.hands.press("Apply the filters")
    walk.hands.follow("Dalia Haddad")
    walk.hands.follow("Delete")
    walk.hands.press("Delete the contact")
    assert "The contact is deleted." in walk.said


@path(
    *("/properties/new", "/properties/<int:id_>/name"),
    *("/properties/<int:id_>/archiving", "/properties/<int:id_>/restoring"),
)
def properties(walk: Walk) -> None:
    people(walk.shop)
    walk.sign_in()
    walk.hands.follow("Contacts")
    walk.hands.follow("Properties")
    walk.hands.follow("New property")
    walk.hands.write("Name", "Shop")
    walk.hands.write("Name for programs", "shop")
    walk.hands.choose("Text")
    walk.hands.press("Create the property")
    walk.hands.follow("Contacts")
    walk.hands.follow("Ana Example")
    walk.hands.follow("Edit")
    walk.hands.write("Shop", "Leeds")
    walk.hands.press("Save the contact")
    assert "Leeds" in walk.words
    walk.go("/properties")
    walk.hands.follow("Shop")
    walk.hands.write("Name", "Branch")
    walk.hands.press("Rename the property")
    for button in ("Archive the property", "Restore the property"):
        walk.go("/properties")
        walk.hands.follow("Branch")
        walk.hands.press(button)


@path(
    *("/contacts/<int:id_>/subscription", "/contacts/<int:id_>/resubscription"),
    *("/contacts/<int:id_>/renewal", "/contacts/<int:id_>/unsubscription"),
    *("/contacts/<int:id_>/opt-out", "/contacts/<int:id_>/opt-out-removal"),
    *("/contacts/<int:id_>/bounce-lift", "/contacts/<int:id_>/undo"),
)
def the_record(walk: Walk) -> None:
    _, ben = people(walk.shop)
    walk.sign_in()
    walk.hands.follow("Contacts")
    walk.hands.follow("Ana Example")
    walk.hands.follow("View subscriptions")
    for link, button in (
        ("Subscribe Events near you", "Subscribe"),
        ("Resubscribe Offers", "Resubscribe"),
        ("Renew The long read", "Renew"),
    ):
        walk.hands.follow(link)
        walk.hands.choose("Freely given consent")
        walk.hands.write("Explanation", WHY)
        walk.hands.press(button)
    walk.hands.press("Unsubscribe Offers")
    walk.hands.press("Undo it")
    walk.hands.press("Opt out of all email Fernway Books")
    walk.hands.follow("Remove opt-out from all email Fernway Books")
    walk.hands.write("Explanation", WHY)
    walk.hands.press("Remove opt-out from all email")
    walk.hands.follow("History")
    walk.hands.pick("Type", "Offers")
    walk.hands.press("Show")
    assert walk.page.locator(".events li").count() == 4
    walk.go(f"/contacts/{ben}/subscriptions")
    walk.hands.follow("Lift the bounce")
    walk.hands.write("Explanation", WHY)
    walk.hands.press("Lift the bounce")
    assert "The bounce is lifted." in walk.said


@path(
    *("/contacts/<int:id_>/preferences-mail", "/contacts/<int:id_>/preferences-link"),
    "/brands/<int:id_>/mail",
)
def the_preferences_link(walk: Walk) -> None:
    ana, _ = people(walk.shop)
    walk.sign_in()
    walk.go(f"/contacts/{ana}/subscriptions")
    walk.hands.press("Send preferences link")
    walk.hands.press("Copy link")
    assert walk.page.locator("#url").input_value() == walk.shop.preferences()
    walk.hands.follow("Back")
    walk.hands.press("View as recipient")
    assert "Its buttons are off." in walk.words
    walk.go(f"/brands/{walk.shop.fernway.id}/mail")
    walk.hands.write("Subject", "Your choices")
    walk.hands.press("Preview")
    walk.hands.press("Save the text")
    assert "The text is saved." in walk.said


@path("/contacts/bulk", "/contacts/bulk/edit", "/jobs/<int:id_>", "/jobs/<int:id_>/undo")
def many(walk: Walk) -> None:
    people(walk.shop)
    walk.sign_in()
    walk.hands.follow("Contacts")
    walk.hands.choose("Tick Ana Example")
    walk.hands.choose("Tick Cleo Marsh")
    walk.hands.unfold("More")
    walk.hands.press("Edit communication subscriptions")
    walk.hands.choose("Subscribed")
    walk.hands.pick("Type", "Events near you (Fernway Books)")
    walk.hands.write("Explanation", WHY)
    walk.hands.press("Check what will change")
    walk.hands.follow("Change this")
    walk.hands.choose("Unsubscribed")
    walk.hands.press("Check what will change")
    walk.hands.press("Unsubscribe 2 contacts")
    work(walk.shop)
    walk.hands.follow("Refresh")
    with walk.page.expect_download():
        walk.page.get_by_role("link", name="Download the report").press("Enter")
    walk.page.reload()
    walk.hands.write("Type the number 2 to take them all back", "2")
    walk.hands.press("Undo all of it")
    work(walk.shop)
    walk.hands.follow("Refresh")
    assert "restored" in walk.words


@path(
    *("/types/new", "/types/<int:id_>", "/types/<int:id_>/archive", "/types/<int:id_>/restore"),
    "/types/order",
)
def types(walk: Walk) -> None:
    walk.sign_in()
    walk.hands.follow("Types")
    walk.hands.follow("New type")
    walk.hands.write("Name", "A poem")
    walk.hands.write("Name for programs", "poems")
    walk.hands.press("Make the type")
    walk.hands.press("Move A poem up")
    walk.hands.follow("A poem")
    walk.hands.write("Name", "A poem a day")
    walk.hands.press("Save the type")
    walk.hands.follow("A poem a day")
    walk.hands.press("Archive this type")
    walk.hands.unfold("Archived types: 1")
    walk.hands.press("Restore A poem a day")
    assert "The type is restored." in walk.said


@path(
    *("/brands/new", "/brands/<int:id_>", "/brands/<int:id_>/archive"),
    *("/brands/<int:id_>/restore", "/settings", "/settings/data-privacy"),
)
def brands_and_settings(walk: Walk) -> None:
    walk.sign_in()
    walk.hands.follow("Brands")
    walk.hands.follow("New brand")
    walk.hands.write("Name", "Mill Lane")
    walk.hands.write("Name for programs", "mill-lane")
    walk.hands.press("Make the brand")
    walk.hands.write("Postal address", "14 Mill Lane, Leeds")
    walk.hands.press("Save the brand")
    for button in ("Archive this brand", "Restore this brand"):
        walk.go("/brands")
        walk.hands.follow("Mill Lane")
        walk.hands.press(button)
    walk.hands.follow("Settings")
    walk.hands.write("Account name", "Mill and Lane")
    walk.hands.press("Save the settings")
    walk.hands.follow("Turn data privacy on")
    walk.hands.press("Turn data privacy on")
    walk.hands.follow("Home")
    walk.hands.pick("Days", "30 days")
    walk.hands.press("Show")
    assert "The last 30 days" in walk.words


@pytest.fixture(params=[Mouse, Keyboard])
def walk(browser: Browser, shop: Shop, request: pytest.FixtureRequest) -> Iterator[Walk]:
    """Somebody at the door, without scripts. Dora and Elif are hired."""
    staff(shop.site)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.set_default_timeout(12000)
        yield Walk(request.param(page), shop)


@pytest.mark.long
@pytest.mark.parametrize("name", PATHS)
def test_a_path_is_walked_by_mouse_and_by_keyboard(walk: Walk, name: str) -> None:
    """Each route is pressed, and none is refused."""
    pressed: set[str] = set()

    def note(answer: Response) -> None:
        assert answer.status < 400, answer.url
        if answer.request.method == "POST":
            pressed.add(walk.shop.rule_of(urlsplit(answer.url).path))

    walk.page.on("response", note)
    PATHS[name].walk(walk)
    assert set(PATHS[name].presses) <= pressed


def test_every_press_of_the_admin_is_on_a_path() -> None:
    """A route that no path presses is added to one."""
    ours = {r for m, r in GUARDS if m == "POST" and not r.startswith(ELSEWHERE)}
    assert ours == {press for path in PATHS.values() for press in path.presses}
