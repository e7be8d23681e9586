"""The admin's home: what happened in the last days, drawn, with the table behind it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from app.domain.changes import Hand, Report, Subscribe, Unsubscribe
from app.domain.mail import MailKind, State
from app.domain.words import ACCOUNT, DAY, MINUTE, Actor, Cause, Scope, Via
from app.services import catalog, outbox, statistics
from app.services.outbox import Mail
from app.services.preferences import Source
from app.store.doors import Database
from app.store.tables import day_count, message
from app.store.tables import outbox as mails
from app.web.admin import charts
from app.web.site import Site
from app.worker.due import counting
from tests.web.admin.colleagues import FINN, Colleague, at_work
from tests.web.admin.test_types import EDGES
from tests.web.admin.test_webhooks import URL, make
from tests.web.houses import Clock
from tests.world import ANA, BEN, CLEO, NOW, World, by, say

TOTALS = ("opt-outs", "subscriptions", "complaints", "mails not delivered")


def totals(colleague: Colleague) -> dict[str, str]:
    """The figures of the screen."""
    figures = colleague.page.one("main").one("dl").all("div")
    return {f.one("dt").text.partition("See w")[0]: f.one("dd").text for f in figures}


def table(colleague: Colleague, heading: str) -> dict[str, list[str]]:
    """The rows of the table behind a chart."""
    (figure,) = [f for f in colleague.page.all("figure") if f.one("h2").text == heading]
    rows = figure.one("tbody").all("tr")
    return {row.one("th").text: [cell.text for cell in row.all("td")] for row in rows}


def live(database: Database, world: World) -> None:
    """Three days at Fernway."""
    one_click = by(via=Via.ONE_CLICK, at=NOW - 2 * DAY)
    for person in (ANA, BEN):
        leave = Unsubscribe(Scope.type(world.novels.id))
        say(database, person, leave, by_=one_click, source=Source(message=812))
    say(database, CLEO, Unsubscribe(ACCOUNT), by_=by(Hand.USER, at=NOW - DAY))
    say(database, ANA, Subscribe(world.evenings), by_=by(at=NOW - MINUTE))
    complaint = by(Hand.AUTOMATIC, actor=Actor.COMPLAINT, at=NOW - MINUTE)
    report = Report(Cause.COMPLAINT, NOW)
    say(database, BEN, report, by_=complaint, source=Source(message=812))


def test_what_happened_is_shown_by_day_type_channel_and_mailing(
    app: Flask, site: Site, database: Database, world: World, clock: Clock
) -> None:
    """The last minutes too, which nobody has counted yet; and the same once all is counted."""
    live(database, world)
    assert counting(site).work() == 3
    finn = at_work(app, FINN)
    for counted in (False, True):
        finn.open("/admin?days=7")
        assert totals(finn) == dict(zip(TOTALS, ("3", "1", "1", "0"), strict=True))
        by_day = table(finn, "Opt-outs and subscriptions by day")
        assert len(by_day) == 7
        assert (by_day["30 May"], by_day["31 May"], by_day["1 Jun"]) == (
            ["2", "0"],
            ["1", "0"],
            ["0", "1"],
        )
        novels, everything = {"Novels": ["2"]}, {"Everything": ["1"]}
        assert table(finn, "Opt-outs by type") == novels | everything
        routes = {"One-click header": ["2"], "Admin": ["1"]}
        assert table(finn, "Opt-outs by channel") == routes
        assert table(finn, "Opt-outs by mailing") == {"Mailing 812": ["2"]}
        if not counted:
            clock.pass_(10 * MINUTE)
            assert counting(site).work() == 2
            assert counting(site).work() == 0


def test_the_finding_is_the_name_of_each_drawing(
    app: Flask, site: Site, database: Database, world: World
) -> None:
    """LOOK, Charts: role=img, and the numbers in a table behind a disclosure."""
    live(database, world)
    counting(site).work()
    finn = at_work(app, FINN).open("/admin?days=7")
    names = [svg.get("aria-label") for svg in finn.page.all("svg", role="img")]
    assert names == [
        "Columns for each of 7 days. Opt-outs peak on 30 May, at 2.",
        "Bars, the longest first: One-click header with 2.",
        "Bars, the longest first: Novels with 2.",
        "Bars, the longest first: Mailing 812 with 2.",
    ]
    assert all(figure.one("details").one("table") for figure in finn.page.all("figure"))


def test_the_filters_are_in_the_url(
    app: Flask, site: Site, database: Database, world: World
) -> None:
    """What opts out of the account concerns every brand."""
    live(database, world)
    counting(site).work()
    finn = at_work(app, FINN)
    finn.open(f"/admin?days=30&brand={world.workshops.id}")
    assert list(totals(finn).values()) == ["1", "1", "1", "0"]
    assert len(table(finn, "Opt-outs and subscriptions by day")) == 30
    chosen = [o.text for o in finn.page.all("option") if "selected" in o.attributes]
    assert chosen == ["30 days", "Fernway Workshops"]
    finn.open(f"/admin?days=7&brand={world.fernway.id}")
    assert list(totals(finn).values()) == ["3", "0", "1", "0"]
    for junk in ("days=x&brand=-1", "days=9999999", "brand=99999999999999999999", "days=%00"):
        assert finn.open(f"/admin?{junk}").status == 200
        assert "The last 14 days" in finn.words


def test_a_quiet_installation_says_so(app: Flask, world: World) -> None:
    finn = at_work(app, FINN).open("/admin")
    assert finn.heading == "Home"
    assert "Nobody subscribed or opted out in these days." in finn.words
    assert "Needs you Nothing." in finn.words
    assert finn.page.all("figure") == []


def test_what_needs_somebody_is_said(
    app: Flask, site: Site, database: Database, world: World
) -> None:
    """Mail that failed, types without texts, and complaints where the mail's volume was told
    (R-46)."""
    live(database, world)
    counting(site).work()
    mail = Mail(MailKind.PREFERENCES_LINK, ANA.key, world.fernway.id, "en")
    database.write(outbox.owe, mail, NOW - DAY)
    values = {"state": State.FAILED, "ended_at": NOW - DAY, "answer": "550 no such <user>"}
    told = {"brand": world.fernway.id, "created_at": NOW}
    named: list[dict[str, Any]] = [
        {"number": 812, "name": "June <letter>", "volume": 500, **told},
        {"number": 813, "name": "Untold", "volume": None, **told},
    ]
    database.write(
        lambda c: (
            c.execute(update(mails).values(**values)),
            c.execute(insert(message), named),
        )
    )
    database.write(catalog.edit_brand, world.workshops.id, {"languages": ["nl"]}, NOW)
    finn = at_work(app, FINN).open("/admin")
    assert totals(finn)["mails not delivered"] == "1"
    assert "550 no such <user>" in finn.words
    (told_of,) = [row for row in finn.page.all("tr") if "too many" in row.text]
    assert [cell.text for cell in told_of.all("td")] == ["500", "1", "0.20 % too many"]
    assert "Too many complaints about June <letter>" in finn.words
    assert "<letter>" not in finn.answer.text
    assert table(finn, "Opt-outs by mailing") == {"June <letter>": ["2"]}
    assert "Texts of Evenings are missing Nederlands" in finn.words.replace("missingN", "missing N")


def test_the_cost_grows_with_what_is_asked_and_not_with_the_ledger(
    app: Flask, site: Site, database: Database, world: World, heard: list[str]
) -> None:
    """Pinned: eight statements for the figures, whatever was ever written."""
    live(database, world)
    counting(site).work()
    finn = at_work(app, FINN).open("/admin")
    heard.clear()
    finn.open("/admin?days=90")
    said = [s for s in heard if not s.startswith(EDGES)]
    assert len(said) <= 3 + 7, said


def test_a_worker_far_behind_is_told(
    app: Flask, site: Site, database: Database, world: World, clock: Clock
) -> None:
    live(database, world)
    clock.pass_(3 * MINUTE)
    finn = at_work(app, FINN).open("/admin")
    assert "The worker counts the rest" in finn.words
    database.write(statistics.count, site.settings.time_zone, clock())
    assert "The worker counts the rest" not in finn.open("/admin").words
    database.write(lambda c: c.execute(day_count.delete()).rowcount)
    assert totals(finn.open("/admin"))["opt-outs"] == "0"


@pytest.mark.parametrize("most", [0, 1, 2, 3, 7, 9, 10, 11, 99, 100, 412, 99_999])
def test_bars_start_at_zero_and_end_inside(most: int) -> None:
    """LOOK, Charts."""
    chart = charts.columns([(1, most, 0), (2, 0, most)])
    assert chart.lines[0].value == 0
    assert len(chart.lines) <= 3
    assert chart.lines[-1].value >= most
    heights = [bar.height for c in chart.columns for bar in (c.solid, c.outline)]
    assert all(0 <= height <= charts.GROUND - charts.TOP for height in heights)
    assert (chart.peak is None) is (most == 0)
    assert charts.rows([("a", most)]).height > 0 if most else True


def test_many_days_are_named_now_and_then() -> None:
    chart = charts.columns([(day, day, 0) for day in range(90)])
    assert sum(column.named for column in chart.columns) <= charts.MOST_LABELS


def test_the_figures_are_those_of_one_type_where_asked(
    app: Flask, site: Site, database: Database, world: World
) -> None:
    """What concerns the account or the brand concerns each of its types too."""
    live(database, world)
    counting(site).work()
    finn = at_work(app, FINN).open(f"/admin?days=7&type={world.offers.id}")
    assert table(finn, "Opt-outs by type") == {"Everything": ["1"]}
    finn.open(f"/admin?days=7&type={world.novels.id}")
    assert table(finn, "Opt-outs by type") == {"Novels": ["2"], "Everything": ["1"]}
    assert totals(finn)["subscriptions"] == "0"


def test_a_webhook_that_is_told_nothing_needs_somebody(app: Flask, world: World) -> None:
    dora = make(at_work(app))
    assert "webhook" not in dora.open("/admin").words
    dora.open("/admin/webhooks")
    dora.open(next(a.get("href") for a in dora.page.one("main").all("a") if a.text == URL))
    dora.press("off")
    assert f"A webhook is switched off{URL}" in dora.open("/admin").words
