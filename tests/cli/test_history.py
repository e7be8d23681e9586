"""sayso history: what happened to an address, newest first."""

from __future__ import annotations

import json
import re

from app.domain.changes import Ask, End, Pause, Resume, Subscribe, Unsubscribe
from app.domain.deeds import Doer
from app.domain.standing import request_of
from app.domain.words import ACCOUNT, DAY, Scope
from app.services import messages
from app.services.messages import NewMessage
from tests.cli.conftest import Sayso
from tests.cli.ledgers import ANA, choose, settle_three_choices
from tests.processes.fixtures import ON_SQLITE
from tests.processes.installation import Shop
from tests.world import NOW


def test_as_json_it_lists_every_event_newest_first(sayso: Sayso, shop: Shop) -> None:
    """R-72, rules 7: who, how, when, what was changed, with its evidence."""
    settle_three_choices(shop)
    finished = sayso("history", "--json", ANA.upper())
    events = json.loads(finished.out)
    assert (finished.status, finished.err) == (0, "")
    assert [event["number"] for event in events] == [3, 2, 1]
    assert [(e["scope"], e["name"], e["status"]) for e in events] == [
        ("ACCOUNT", "Fernway Books", "UNSUBSCRIBED"),
        ("TYPE", "offers", "SUBSCRIBED"),
        ("TYPE", "offers", "UNSUBSCRIBED"),
    ]
    newest = events[0]
    assert (newest["kind"], newest["cause"], newest["actor"]) == ("CHANGED", "CHOICE", "CONTACT")
    assert (newest["via"], newest["at"]) == ("PREFERENCE_PAGE", "2026-06-01T12:00:00.000Z")
    assert newest["evidence"] == {"of": "person", "words": "Enough, thank you."}
    assert events[2]["evidence"] == {"of": "person", "ip": "192.0.2.7"}
    assert len({event["hash"] for event in events}) == 3
    assert ANA not in finished.out


def test_in_words_it_has_a_line_an_event_newest_first(sayso: Sayso, shop: Shop) -> None:
    settle_three_choices(shop)
    finished = sayso("history", ANA)
    lines = [line.split() for line in finished.out.splitlines()]
    assert [line[1:5] for line in lines] == [
        ["CHANGED", "UNSUBSCRIBED", "ACCOUNT", "Fernway"],
        ["CHANGED", "SUBSCRIBED", "TYPE", "offers"],
        ["CHANGED", "UNSUBSCRIBED", "TYPE", "offers"],
    ]
    assert finished.out.count("by CONTACT via PREFERENCE_PAGE") == 3


def test_in_words_it_tells_by_which_mailing_and_its_name_where_that_was_told(
    sayso: Sayso, shop: Shop
) -> None:
    """docs/senders/five-minutes.md, step 5."""
    june = NewMessage(shop.catalog.default_brand, "News of June", 812)
    shop.site.database.write(messages.name, june, Doer(None, NOW))
    offers = shop.catalog.named_type("offers")
    assert offers
    choose(shop, ANA, Unsubscribe(Scope.type(offers.id), offers), mailing=812)
    choose(shop, ANA, Subscribe(offers), mailing=813)
    choose(shop, ANA, Unsubscribe(ACCOUNT))
    ends = [line.rpartition("via ")[2] for line in sayso("history", ANA).out.splitlines()]
    by = "PREFERENCE_PAGE"
    assert ends == [by, f"{by}, mailing 813", f"{by}, mailing 812 (News of June)"]


@ON_SQLITE
def test_a_pause_is_told_with_its_end(sayso: Sayso, shop: Shop) -> None:
    choose(shop, ANA, Pause(shop.catalog.default_brand, NOW + 30 * DAY))
    choose(shop, ANA, Resume(shop.catalog.default_brand))
    ended, begun = sayso("history", ANA).out.splitlines()
    assert "PAUSED       until 2026-07-01T12:00:00.000Z BRAND fernway  by CONTACT" in begun
    assert re.search(r"RESUMED +BRAND fernway  by CONTACT", ended)
    assert "NOT_SPECIFIED" not in ended + begun


@ON_SQLITE
def test_a_confirmed_request_reads_as_a_yes_and_not_as_taken_back(sayso: Sayso, shop: Shop) -> None:
    """The request is closed in the same moment by an event of its own."""
    offers = shop.catalog.named_type("offers")
    assert offers
    choose(shop, ANA, Ask(offers, NOW + DAY))
    choose(shop, ANA, End(request_of(offers.id)), Subscribe(offers))
    given, closed, asked = sayso("history", ANA).out.splitlines()
    assert "REQUESTED    until 2026-06-02T12:00:00.000Z TYPE offers" in asked
    assert "CHANGED      request closed TYPE offers  by CONTACT" in closed
    assert "CHANGED      SUBSCRIBED " in given


@ON_SQLITE
def test_of_an_address_nobody_knows_there_is_nothing(sayso: Sayso) -> None:
    nothing = (0, "", "Nothing is recorded for this address.\n")
    assert sayso("history", "new@example.com") == nothing
    assert sayso("history", "new@example.com", "--json") == (0, "[]\n", "")


@ON_SQLITE
def test_what_is_no_address_is_told_in_words(sayso: Sayso) -> None:
    wrong = "Error: 'nonsense' is no email address: not of the form name@domain.\n"
    for command in (("history", "nonsense"), ("verify", "nonsense")):
        finished = sayso(*command)
        assert (finished.status, finished.out) == (2, "")
        assert finished.err.endswith(wrong)
    assert sayso("decision", "nonsense", "offers").err.endswith(wrong)
