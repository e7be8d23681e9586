"""Every screen of the admin, each judged by axe in both schemes, wide and narrow (R-158, R-159): by
turns in make test, in all looks and from right to left in make test-long.

What pressing makes of screens is walked by test_admin_paths.py, and looked at there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import copy
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import page_of
from tests.browser.desk import LOOKS, Look, at_work, judged
from tests.browser.office import NO_CONTACT, Office, furnish
from tests.browser.shop import Shop, open_shop
from tests.browser.test_admin_sign_in import staff
from tests.web.admin.colleagues import ELIF, PASSWORD, invitation, user
from tests.web.admin.test_guards import GUARDS

pytestmark = pytest.mark.browser

FILES = (".css", ".js", ".svg", ".csv", ".json")
FRAMED = "/admin/brands/<int:id_>/preview"
"""The recipients' page in a frame: test_every_screen.py looks at that one."""
OF_THE_DOOR = ("/admin/sign-in", "/admin/forgotten", "/admin/password/<token>")
HALFWAY = "/admin/second-factor"
RULES = sorted(
    rule
    for method, rule in GUARDS
    if method == "GET" and not rule.endswith(FILES) and rule != FRAMED
)
SEVERAL: Mapping[str, Sequence[str]] = {
    "/admin/addresses": (f"?email={NO_CONTACT.address}",),
    "/admin/contacts": (
        f"?q={NO_CONTACT.address}",
        "",
        "?q=nobody",
        "?q=a&source=admin&from=2026-01-01",
        "?order=newest",
    ),
    "/admin/contacts/<int:id_>/history": ("", "?type={type}"),
    "/admin/history": ("?what=OPT_OUT",),
    "/admin/imports/new": ("", "?what=opt-outs"),
    "/admin/workflows/<int:id_>/trigger": ("?kind=created", "?kind=status", "?kind=date"),
    "/admin/workflows/<int:id_>/action": ("?kind=status", "?kind=wait"),
    "/admin/jobs/<int:id_>/rows": ("?outcome=CHANGED",),
    "/admin/contacts/<int:id_>/subscription": ("?type={type}",),
    "/admin/contacts/<int:id_>/resubscription": ("?type={left}",),
    "/admin/contacts/<int:id_>/renewal": ("?type={ends}",),
    "/admin/contacts/<int:id_>/opt-out-removal": ("?brand=0",),
    "/admin/types/new": ("?brand={brand}",),
}
"""What is asked of a screen, where it is looked at more than once, or needs to be asked."""
OF_BEN = ("bounce-lift", "opt-out-removal")


class Desk(NamedTuple):
    """Dora's page, and what there is in the office."""

    page: Page
    shop: Shop
    office: Office

    def addresses(self, rule: str) -> Iterator[str]:
        """Where the screens of a rule are."""
        asked = {
            "type": self.shop.type("events").id,
            "left": self.shop.type("offers").id,
            "ends": self.shop.type("long-read").id,
            "brand": self.shop.fernway.id,
        }
        for id_ in self._ids(rule):
            path = rule.replace("<int:id_>", str(id_)).replace("<path:lost>", "nowhere")
            path = path.replace("<int:contact>", str(self.office.ana))
            for query in SEVERAL.get(rule, ("",)):
                yield f"{self.shop.url}{path}{query.format_map(asked)}"

    def _ids(self, rule: str) -> Sequence[int]:
        office, family = self.office, rule.split("/")[2] if rule.count("/") > 1 else ""
        if rule.endswith(OF_BEN):
            return (office.ben,)
        if rule == "/admin/jobs/<int:id_>/edit":
            return (office.preview,)
        found: Mapping[str, Sequence[int]] = {
            "brands": (self.shop.fernway.id,),
            "contacts": (office.ana,),
            "imports": (office.imported,),
            "jobs": (office.job, office.preview),
            "mailings": (office.mailing,),
            "properties": (office.since,),
            "requests": (office.asked,),
            "types": (self.shop.type("events").id,),
            "users": (user(self.shop.site, ELIF).id,),
            "webhooks": (office.webhook,),
            "workflows": (office.workflow,),
        }
        return found.get(family, (0,)) if "<int:id_>" in rule else (0,)


@pytest.fixture(scope="module", params=["en", pytest.param("ar", marks=pytest.mark.long)])
def desk(
    request: pytest.FixtureRequest,
    browser: Browser,
    furnished: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desk]:
    """Dora at her desk, reading in a language. Scripts run, as axe is one."""
    directory = tmp_path_factory.mktemp("office")
    with open_shop(Path(copy(furnished, directory))) as shop:
        staff(shop.site)
        with page_of(browser, bypass_csp=True, locale=request.param) as page:
            at_work(page, shop)
            yield Desk(page, shop, furnish(shop, page, directory / "list.csv"))


def _by_turns() -> Iterator[Any]:
    """Each screen in each look: in make test the one light and wide, the next dark and narrow."""
    for number, rule in enumerate(r for r in RULES if r not in (*OF_THE_DOOR, HALFWAY)):
        for at, look in enumerate(LOOKS):
            marks = [pytest.mark.long] if (number + at) % 2 else []
            yield pytest.param(rule, look, marks=marks, id=f"{rule}-{look[0]}")


@pytest.mark.parametrize(("rule", "look"), [*_by_turns()])
def test_axe_finds_nothing_wrong_with_a_screen(desk: Desk, rule: str, look: Look) -> None:
    """R-158, R-159: nothing lies beside a screen of 360 pixels either."""
    for address in desk.addresses(rule):
        answer = desk.page.goto(address)
        assert answer is not None
        lost = rule == "/admin/<path:lost>"
        assert answer.status == (404 if lost else 200), address
        assert desk.page.url.split("?")[0] == address.split("?")[0], "another screen answers"
        judged(desk.page, address, [look])


@pytest.mark.parametrize("rule", [*OF_THE_DOOR, HALFWAY])
def test_axe_finds_nothing_wrong_with_the_way_in(desk: Desk, browser: Browser, rule: str) -> None:
    """Elif has a second factor."""
    with page_of(browser, bypass_csp=True) as page:
        token = invitation(desk.shop.site, ELIF) if "token" in rule else ""
        page.goto(desk.shop.url + rule.replace("<token>", token))
        if rule == HALFWAY:
            page.fill("#email", ELIF)
            page.fill("#password", PASSWORD)
            page.locator("main button.main").click()
            page.wait_for_url(f"**{HALFWAY}")
        judged(page, rule)


def test_a_rule_that_has_gone_is_not_asked_for() -> None:
    assert set(SEVERAL) | set(OF_THE_DOOR) | {HALFWAY, FRAMED} <= {rule for _, rule in GUARDS}
