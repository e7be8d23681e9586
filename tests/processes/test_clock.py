"""A clock that jumps, ahead and back: nobody's word is lost, and what was put off comes once it is
mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import pytest

from app.domain.deeds import Doer
from app.domain.limits import Limit, limit_met
from app.domain.mail import MailKind, State
from app.domain.words import DAY, HOUR
from app.services import webhooks
from tests.cli.running import run
from tests.processes.clock import Clock
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import Installation, Server, Shop, until
from tests.processes.office import Office, office_of
from tests.processes.post import TAKEN, Post, listening
from tests.web.reading import buttons, fields, read
from tests.worker.receiver import Receiver, receiving
from tests.world import ANA, BEN, CLEO

YEAR = 365 * DAY


@pytest.mark.parametrize("jump", [-YEAR, -DAY, YEAR], ids=["back", "back a day", "ahead"])
def test_a_mail_put_off_before_the_clock_jumps_is_sent_and_limits_hold_nobody_up(
    installation: Installation, shop: Shop, jump: int
) -> None:
    """A mail server is away, then the clock is mended, which was ahead; or jumps ahead."""
    post = Post()
    with listening(post) as url, office_of(installation, url) as office:
        office.knows(ANA.address, BEN.address)
        office.was_sent(BEN.address, MailKind.PREFERENCES_LINK)
        post.to_content = lambda mail: "451 Later"
        office.owe(ANA.address)
        office.work()
        post.to_content = lambda mail: TAKEN
        office.now += jump
        office.owe(BEN.address)
        office.work()
    assert sorted(mail.to[0] for mail in post.mails) == [ANA.address, BEN.address]
    assert set(office_states(office)) == {State.SENT}


def office_states(office: Office) -> list[State]:
    """What became of the mails, asked anew."""
    states = office.states
    office.site.database.close()
    return states


def test_a_mail_sent_long_after_now_counts_for_no_limit() -> None:
    """It was sent under a clock that was ahead; hours of difference count as today."""
    kind = MailKind.PREFERENCES_LINK
    assert limit_met(kind, [(kind, YEAR)] * 9, 0) is None
    assert limit_met(kind, [(kind, HOUR)] * 2, 0) is None
    assert limit_met(kind, [(kind, HOUR)] * 3, 0) is Limit.OF_A_KIND
    assert limit_met(kind, [(kind, 1000)], 0) is Limit.SOON


@pytest.fixture
def set_clock(installation: Installation) -> Callable[[int], None]:
    """Sets the clock of the installation's processes so many days ahead."""
    return Clock(installation).set


@pytest.fixture
def receiver(shop: Shop) -> Iterator[Receiver]:
    """Somebody who wants to be told everything."""
    with receiving() as receiver:
        made = webhooks.Settings(receiver.url())
        shop.site.database.write(webhooks.create, made, Doer(None, shop.site.now()))
        yield receiver


def comes_back(server: Server, shop: Shop, address: str) -> int:
    """Somebody ticks the box again on the page, and saves."""
    brand = shop.catalog.default_brand
    path = f"/p/{shop.site.links.preferences_url(address, brand).rpartition('/')[2]}"
    button, form = buttons(read(server.get(path).body.decode()))["save"]
    sent = [*fields(form), ("type", str(shop.type_id())), (button.get("name"), button.get("value"))]
    return server.post(path, "&".join(f"{name}={value}" for name, value in sent).encode()).status


@pytest.mark.long
@ON_SQLITE
def test_processes_whose_clock_jumps_ahead_and_back_go_on(
    installation: Installation, shop: Shop, set_clock: Callable[[int], None], receiver: Receiver
) -> None:
    """The order of history is numbers, not times (rules 7): each word counts, in the order it was
    said, webhooks keep it, and a mail put off while the clock was ahead comes once it is mended."""
    post, ana = Post(), shop.site.keys(ANA.address)
    year = shop.site.now() // YEAR + 1970
    with listening(post) as url:
        installation.settings |= {"SAYSO_SMTP_URL": url, "SAYSO_WEBHOOK_NETWORKS": "127.0.0.0/8"}
        with installation.serving() as server:
            assert server.one_click(shop.token(ANA.address)).status == 200
            set_clock(800)
            assert year_of(server) > year + 1
            assert comes_back(server, shop, ANA.address) == 200
            assert server.one_click(shop.token(BEN.address)).status == 200
            post.to_content = lambda mail: "451 Later"
            server.post("/links", b"do=mail&email=ana@fernway.example")
            until(lambda: post.offered, "the mail server puts it off")
            set_clock(-800)
            assert year_of(server) < year
            assert server.one_click(shop.token(ANA.address)).status == 200
            assert server.one_click(shop.token(CLEO.address)).status == 200
            set_clock(0)
            post.to_content = lambda mail: TAKEN
            until(lambda: post.mails, "the mail comes")
            until(lambda: receiver.numbers(ana) == [1, 2, 3], "the webhook is told, in order")
            until(lambda: len(receiver.heard) >= 5, "of the others too")
            assert server.stop() == 0
    assert [shop.is_out(person.address) for person in (ANA, BEN, CLEO)] == [True] * 3
    verified = run(("verify",), installation.environment)
    assert verified.status == 0, verified.out


def year_of(server: Server) -> int:
    """What year the server takes it for."""
    return parsedate_to_datetime(server.get("/healthz").headers["Date"]).year
