"""Opt-out lists and suppression exports imported (rules 3; issue 5)."""

from __future__ import annotations

import pytest

from app.domain.changes import Subscribe
from app.domain.importing.orders import What
from app.domain.standing import ALL, BOUNCE, COMPLAINT, of_brand, of_type
from app.domain.words import ACCOUNT, DAY, Scope, Status, Via
from app.services import erasure
from tests.imports.files import Office
from tests.web.houses import overheard
from tests.world import ANA, BEN, CLEO, NOW, YESTERDAY, by, say

OPT_OUTS = What.OPT_OUTS
DAN = "dan@example.net"


@pytest.mark.parametrize("reach", ["account", "brand", "type"])
def test_a_list_opts_out_of_what_it_is_for_and_makes_no_contacts(
    office: Office, reach: str
) -> None:
    """It works for addresses never seen, and for such as no mail could be sent to."""
    world = office.world
    scope = {
        "account": ACCOUNT,
        "brand": Scope.brand(world.fernway.id),
        "type": Scope.type(world.novels.id),
    }[reach]
    place = {
        "account": ALL,
        "brand": of_brand(world.fernway.id),
        "type": of_type(world.novels.id),
    }[reach]
    text = f"{ANA.address}\nnever@seen.example\nodd@localhost\n{ANA.address.upper()}\n"
    id_ = office.give(text, OPT_OUTS, scope=scope)
    counts = {"CHANGED": 3, "REPEATED": 1}
    assert {k: v for k, v in office.check(id_).forecast.items() if k[0] != "@"} == counts
    office.do(id_)
    for address in (ANA.address, "never@seen.example", "odd@localhost"):
        assert office.known(address).held.opted_out(place)
        assert office.known(address).address is not None
        assert office.contact(address) is None
    again = office.do(office.give(text, OPT_OUTS, scope=scope))
    assert again.counts["UNCHANGED"] == 3
    office.undo(id_)
    assert not office.known("never@seen.example").held


def test_an_export_suppresses_for_its_own_causes_and_an_old_bounce_changes_nothing(
    office: Office,
) -> None:
    """Rules 3: feedback older than the person's own latest yes is kept, and changes nothing."""
    say(office.site.database, CLEO, Subscribe(office.world.novels), by_=by(at=YESTERDAY))
    old, new = (NOW - 2 * DAY) // 1000, NOW // 1000
    text = "status,reason,email,created\n" + "".join(
        f"{status},no such user,{person.address},{at}\n"
        for status, person, at in (("5.1.1", ANA, new), ("4.2.2", BEN, new), ("5.1.1", CLEO, old))
    )
    office.do(office.give(text, OPT_OUTS))
    assert office.known(ANA.address).held.opted_out(BOUNCE)
    assert not office.known(BEN.address).held
    assert not office.known(CLEO.address).held.opted_out(BOUNCE)
    assert office.known(CLEO.address).held[of_type(office.world.novels.id)].status
    twice = "EmailAddress,SuppressionReason\n" + "".join(
        f"never@seen.example,{why}\n" for why in ("SpamComplaint", "HardBounce")
    )
    office.do(office.give(twice, OPT_OUTS))
    assert all(map(office.known("never@seen.example").held.opted_out, (BOUNCE, COMPLAINT)))
    temporary = "".join(f"{status},full,{DAN},{new}\n" for status in ("5.1.1", "4.2.2"))
    office.do(office.give("status,reason,email,created\n" + temporary, OPT_OUTS))
    assert office.known(DAN).held.opted_out(BOUNCE), "a later row lifts nothing"
    spam = "ip,email,created\n" + f"192.0.2.1,{BEN.address},{new}\n"
    office.do(office.give(spam, OPT_OUTS))
    assert office.known(BEN.address).held.opted_out(COMPLAINT)


def test_a_list_brings_no_erased_text_back(office: Office) -> None:
    office.site.database.write(erasure.erase, ANA.key, by(at=YESTERDAY, via=Via.ERASURE))
    office.do(office.give(f"{ANA.address}\n", OPT_OUTS))
    assert office.known(ANA.address).address is None
    assert office.known(ANA.address).held[ALL].status is Status.UNSUBSCRIBED


def test_a_chunk_says_the_same_few_statements_however_many_rows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No query for each row: reads, and one call for each table that is written."""
    text = "email,name,novels\n" + "".join(f"a{n}@example.com,A {n},yes\n" for n in range(450))
    office.do(office.give("email,name,novels\nwarm@example.com,W,yes\n"))
    office.site.database.close()  # what is opened anew is overheard
    with overheard(monkeypatch) as said:
        office.do(office.give(text))
        selects = [statement for statement in said if statement.lstrip().startswith("SELECT")]
    assert 0 < len(selects) < 30, selects
