"""Limits on what one network and one mailbox may ask for (H-42, H-44, R-127)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from app.config import Settings
from app.domain.standing import ALL, of_type
from app.store.doors import Database
from app.store.tables import outbox
from app.web.recipient.opening import OPT_OUTS_OF_NETWORK
from app.web.site import Site
from tests.web.houses import Clock, Mailed, everything, known, running
from tests.web.visiting import FORM, Visitor, get, one_click, request
from tests.world import ANA, BEN, CLEO, World

BOMBER = "198.51.100.9"


def typed(visitor: Visitor, address: str, word: str) -> Visitor:
    return visitor.open("/links").fill(email=address).press(word)


def owed(database: Database) -> list[tuple[Any, ...]]:
    """What mail is owed: kind, key, and the address where a form gave it."""
    wanted = select(outbox.c.kind, outbox.c.address_key, outbox.c.recipient)
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def test_a_network_gets_sixty_answers_an_hour(
    app: Flask, visitor: Visitor, database: Database
) -> None:
    """H-42, H-43, R-127: then 429 with what to do; a neighbour network is not held up, and nobody's
    opt-out."""
    form = urlencode([("email", ANA.address), ("do", "link")]).encode()
    answers = [
        request(app, "POST", "/links", form, FORM, network=f"198.51.100.{n}").status_code
        for n in range(70)
    ]
    assert answers == [200] * 60 + [429] * 10
    bomber = typed(Visitor(app, BOMBER), ANA.address, "link")
    assert (bomber.status, bomber.title[:7]) == (429, "Error: ")
    assert typed(visitor, BEN.address, "link").is_result
    assert typed(bomber, ANA.address, "unsubscribe").is_result
    assert known(database, ANA).held.opted_out(ALL)


@pytest.mark.usefixtures("one_minute")
def test_a_network_opts_a_thousand_addresses_out_an_hour(
    app: Flask, visitor: Visitor, site: Site, database: Database
) -> None:
    """H-43: who has a list of others' addresses. There is no limit for all, which would keep
    everybody's opt-outs once it was reached."""
    for _ in range(999):
        assert site.counts.allow(OPT_OUTS_OF_NETWORK, "opt-out", "198.51.100.0/24")
    neighbour = Visitor(app, BOMBER)
    answers = [typed(neighbour, who.address, "unsubscribe").status for who in (ANA, BEN)]
    assert answers == [200, 429]
    assert neighbour.title.startswith("Error: ")
    assert typed(visitor, CLEO.address, "unsubscribe").is_result
    outs = [known(database, who).held.opted_out(ALL) for who in (ANA, BEN, CLEO)]
    assert outs == [True, False, True]


def test_one_mailbox_is_owed_at_most_twenty_mails_a_day_from_all_networks(
    app: Flask, database: Database
) -> None:
    """H-42, R-127: the answer stays the same; the worker sends at most three of them."""
    form = urlencode([("email", ANA.address), ("do", "link")]).encode()
    answers = {
        request(app, "POST", "/links", form, FORM, network=f"203.{n}.113.1").text
        for n in range(100)
    }
    assert len(answers) == 1
    assert len(owed(database)) == 20


def test_a_link_holder_too_can_owe_only_so_many_mails(
    app: Flask, mailed: Mailed, database: Database, world: World
) -> None:
    """R-127: a forwarded unsubscribe link is no way to fill a mailbox or the outbox."""
    path = f"{mailed.type(ANA, world.novels)}/link"
    answers = {request(app, "POST", path, b"", FORM).text for _ in range(50)}
    assert len(answers) == 1
    assert len(owed(database)) == 20


def test_networks_are_told_apart_as_they_are_given_out(app: Flask, database: Database) -> None:
    """R-127: /24 of IPv4, also where it is written as IPv6; /64 of IPv6."""
    form = urlencode([("email", ANA.address), ("do", "link")]).encode()

    def answers(network: str, times: int) -> set[int]:
        return {
            request(app, "POST", "/links", form, FORM, network=network).status_code
            for _ in range(times)
        }

    assert answers("::ffff:203.0.113.5", 60) == {200}
    assert answers("203.0.113.200", 1) == {429}
    assert answers("::ffff:198.51.100.1", 1) == {200}
    assert answers("2001:db8:0:1::1", 60) == {200}
    assert answers("2001:db8:0:1:ffff::9", 1) == {429}
    assert answers("2001:db8:0:2::1", 1) == {200}
    assert answers("fe80::1%eth0", 1) == {200}
    assert answers("", 1) == {200}


@pytest.mark.usefixtures("one_minute")
def test_a_network_that_guessed_is_slowed_and_its_valid_one_click_is_not(
    app: Flask, database: Database, mailed: Mailed, world: World
) -> None:
    """H-44, R-16: no limit, no question and no network list stands before a valid token."""
    untouched = everything(database)
    answers = [one_click(app, f"/u/{number:058d}").status_code for number in range(80)]
    assert answers[:60] == [404] * 60
    assert answers[-10:] == [429] * 10
    slowed = get(app, "/u/guess")
    assert (slowed.status_code, int(slowed.headers["Retry-After"]) > 0) == (429, True)
    assert get(app, "/u/guess", "198.51.100.1").status_code == 404
    assert everything(database) == untouched
    assert one_click(app, mailed.type(ANA, world.novels)).status_code == 200
    assert Visitor(app).open(mailed.preferences(BEN)).press("account").status == 200
    assert known(database, ANA).held.opted_out(of_type(world.novels.id))


@pytest.mark.usefixtures("one_minute")
def test_who_guesses_at_postmarks_password_is_slowed(
    settings: Settings, world: World, clock: Clock
) -> None:
    """R-147: who has it could opt out everybody. What calls from elsewhere goes on."""
    right, wrong = ({"Authorization": f"Basic {word}"} for word in ("dTpw", "eDp5"))
    with running(replace(settings, postmark_credentials="u:p"), clock) as app:

        def called(headers: dict[str, str], network: str = BOMBER) -> int:
            told = request(app, "POST", "/feedback/postmark", b"{}", None, headers, network)
            return told.status_code

        assert called(right) == 200
        assert [called(wrong) for _ in range(61)] == [403] * 60 + [429]
        assert called(right) == 429
        assert called(right, "192.0.2.1") == 200
