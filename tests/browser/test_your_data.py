"""A person's rights, walked without scripts: asked for by mail, seen, moved, erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.standing import ALL, of_type
from app.domain.words import Actor, Reason, Status, Via
from tests.browser import screens
from tests.browser.desk import at_work
from tests.browser.test_admin_sign_in import staff
from tests.browser.visits import Visit
from tests.web.houses import known
from tests.world import ANA, BEN, CLEO

pytestmark = pytest.mark.browser


def test_a_person_erases_what_is_kept(visit: Visit) -> None:
    """R-79, R-82, R-121: the gravest button is last, and asked once more."""
    screens.your_data(visit)
    assert "Reading circle" in visit.page.locator("main").inner_text()
    with visit.page.expect_download() as download:
        visit.page.locator("a[href$='/copy.csv']").click()
    assert ANA.address in download.value.path().read_text()
    visit.page.locator("a[href*='/erasure']").click()
    visit.press_below("erasure")
    assert visit.heading() == "Your data is erased"
    after = known(visit.shop.site.database, ANA)
    assert after.address is None
    assert after.held[ALL].via is Via.ERASURE


def test_a_person_moves_to_another_mailbox(visit: Visit) -> None:
    """rules.md, 2: nothing changes before both have said yes."""
    circle = of_type(visit.shop.type("reading-circle").id)
    screens.move_asked(visit)
    assert not known(visit.shop.site.database, BEN).held
    screens.agree_in_both_mailboxes(visit)
    assert visit.heading() == "You have moved"
    assert known(visit.shop.site.database, BEN).held.status(circle) is Status.SUBSCRIBED


def test_a_stranger_signs_up_and_says_yes_by_mail(visit: Visit) -> None:
    """R-85, R-88: no box was ticked, one step was left, and a person took it."""
    screens.sign_up(visit)
    assert visit.ticked() == []
    screens.sign_up_asked(visit)
    offers = of_type(visit.shop.type("offers").id)
    assert offers not in known(visit.shop.site.database, CLEO).held
    visit.open(screens.mailed(visit, "/c/"))
    visit.press_only()
    standing = known(visit.shop.site.database, CLEO).held[offers]
    assert (standing.actor, standing.via) == (Actor.CONTACT, Via.CONFIRMATION)


def test_a_form_on_a_page_elsewhere_asks_as_ours_does(visit: Visit, tmp_path: Path) -> None:
    """R-88: the HTML that the admin gives out, in somebody else's page."""
    staff(visit.shop.site)
    at_work(visit.page, visit.shop)
    visit.page.goto(f"{visit.shop.url}/admin/brands/{visit.shop.fernway.id}/sign-up")
    elsewhere = tmp_path / "elsewhere.html"
    elsewhere.write_text(f"<h1>Our shop</h1>{visit.page.locator('#snippet').input_value()}")
    visit.page.goto(elsewhere.as_uri())
    assert visit.page.locator(":checked").count() == 0
    visit.box("offers").check()
    visit.page.fill("#email", CLEO.address)
    visit.press_below("s")
    assert visit.heading() == "Look in your mailbox"
    visit.open(screens.mailed(visit, "/c/"))
    visit.press_only()
    assert visit.shop.reason("offers", CLEO) is Reason.SUBSCRIBED
