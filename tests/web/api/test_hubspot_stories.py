"""What HubSpot's clients read, story by story (docs/stories.md: the v4 and v3 columns)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app.domain.keys import KeyScope
from app.services import catalog, erasure
from app.services.addresses import remember
from app.store.doors import Database
from tests.services.test_stories import Ana, story_1, story_2
from tests.web.api.callers import Program
from tests.web.houses import Clock
from tests.world import ANA, CLEO, World, by

V3, V4 = "/communication-preferences/v3", "/communication-preferences/v4"


class Reader(NamedTuple):
    """HubSpot's client, asking about Ana."""

    program: Program
    clock: Clock
    world: World

    def v4(self, address: str = ANA.address, **query: str) -> dict[str, str]:
        """Status/source of each type."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        answer: Any = self.program.get(f"{V4}/statuses/{address}?channel=EMAIL&{asked}").json
        slugs = {t.id: t.slug for t in self.world.catalog.types.values()}
        assert answer["status"] == "COMPLETE"
        return {
            slugs[one["subscriptionId"]]: f"{one['status'][0]}/{one['source']}"
            for one in answer["results"]
        }

    def v3(self, address: str = ANA.address) -> dict[str, str]:
        """Source of each type that is not subscribed; "yes" where it is."""
        answer: Any = self.program.get(f"{V3}/status/email/{address}").json
        slugs = {str(t.id): t.slug for t in self.world.catalog.types.values()}
        return {
            slugs[one["id"]]: "yes" if one["status"] == "SUBSCRIBED" else one["sourceOfStatus"]
            for one in answer["subscriptionStatuses"]
        }

    def wide(self, **query: int) -> dict[str, str]:
        """What stands above the types."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        path = f"{V4}/statuses/{ANA.address}/unsubscribe-all?channel=EMAIL&{asked}"
        answer: Any = self.program.get(path).json
        slugs = {b.id: b.slug for b in self.world.catalog.brands.values()}
        return {
            f"{one['wideStatusType']} {slugs.get(one.get('businessUnitId'), '')}".strip(): one[
                "status"
            ]
            for one in answer["results"]
        }


@pytest.fixture
def ana(database: Database, world: World) -> Ana:
    """Ana, whose address is known."""
    return Ana(database, world)


@pytest.fixture
def read(program: Program, clock: Clock, world: World) -> Reader:
    """HubSpot's client."""
    return Reader(program, clock, world)


def agree(read: Reader, ana: Ana, expected: Mapping[str, str]) -> None:
    """Both versions say this of the types named, and no client would mail whom we would not."""
    read.clock.at = ana.now
    v4, v3 = read.v4(), read.v3()
    sources = {
        "BOUNCED": "PORTAL_WIDE_STATUS",
        "COMPLAINED": "PORTAL_WIDE_STATUS",
        "OPTED_OUT_OF_ALL": "PORTAL_WIDE_STATUS",
        "OPTED_OUT_OF_BRAND": "BRAND_WIDE_STATUS",
    }
    for slug, told in expected.items():
        assert (slug, v4[slug]) == (slug, told)
        status, source = told.split("/")
        wanted = "yes" if status == "S" else sources.get(source, "SUBSCRIPTION_STATUS")
        assert (slug, v3[slug]) == (slug, wanted)
    for type_ in ana.world.catalog.types.values():
        reason = ana.decision(type_).name
        mailable = reason in ("SUBSCRIBED", "NOT_SPECIFIED", "TRANSACTIONAL")
        assert mailable or v4[type_.slug][0] == "U" or v4[type_.slug] == "N/NOT_OPTED_IN"
        assert v4[type_.slug].partition("/")[2] == reason


Told = Callable[[Ana, Reader], None]


def story_3(ana: Ana) -> None:
    story_2(ana)
    ana.bounces()


def test_nothing_was_said(ana: Ana, read: Reader) -> None:
    expected = {"novels": "N/NOT_SPECIFIED", "circle": "U/NOT_OPTED_IN", "letter": "U/NOT_OPTED_IN"}
    agree(read, ana, {**expected, "receipts": "S/TRANSACTIONAL"})
    assert read.v4("nobody@example.net") == read.v4()
    assert read.wide() == {}


def test_1_one_brand_all_the_same(ana: Ana, read: Reader) -> None:
    story_1(ana)
    expected = {"novels": "S/SUBSCRIBED", "offers": "U/UNSUBSCRIBED"}
    agree(read, ana, {**expected, "evenings": "U/OPTED_OUT_OF_ALL"})
    assert read.wide() == {
        "PORTAL_WIDE": "UNSUBSCRIBED",
        "BUSINESS_UNIT_WIDE fernway": "SUBSCRIBED",
    }
    fernway, workshops = ana.world.fernway.id, ana.world.workshops.id
    assert read.wide(businessUnitId=fernway) == read.wide()
    assert read.wide(businessUnitId=workshops) == {"PORTAL_WIDE": "UNSUBSCRIBED"}
    ana.leaves_every_brand()
    agree(read, ana, {"novels": "U/OPTED_OUT_OF_ALL", "evenings": "U/OPTED_OUT_OF_ALL"})
    assert read.wide() == {"PORTAL_WIDE": "UNSUBSCRIBED"}


def test_2_and_the_other_brand_too(ana: Ana, read: Reader) -> None:
    story_2(ana)
    agree(read, ana, {"novels": "S/SUBSCRIBED", "evenings": "S/SUBSCRIBED"})
    assert read.wide()["BUSINESS_UNIT_WIDE workshops"] == "SUBSCRIBED"


def test_3_a_bounce_hides_every_exception(ana: Ana, read: Reader) -> None:
    story_3(ana)
    agree(read, ana, dict.fromkeys(read.v4(), "U/BOUNCED"))
    assert read.wide() == {"PORTAL_WIDE": "UNSUBSCRIBED"}
    ana.ticks(ana.world.fernway, ana.world.novels)
    agree(read, ana, {"novels": "S/SUBSCRIBED", "receipts": "S/TRANSACTIONAL"})


def test_4_a_complaint(ana: Ana, read: Reader) -> None:
    ana.complains()
    agree(read, ana, {"novels": "U/COMPLAINED", "receipts": "S/TRANSACTIONAL"})
    assert read.wide() == {"PORTAL_WIDE": "UNSUBSCRIBED"}
    ana.ticks(ana.world.fernway, ana.world.novels)
    agree(read, ana, {"novels": "S/SUBSCRIBED", "evenings": "U/OPTED_OUT_OF_ALL"})


def test_7_and_12b_a_one_click(ana: Ana, read: Reader) -> None:
    ana.one_clicks(ana.world.novels)
    agree(read, ana, {"novels": "U/UNSUBSCRIBED", "offers": "N/NOT_SPECIFIED"})
    assert read.v4("Ana@EXAMPLE.com")["novels"] == "U/UNSUBSCRIBED"


def test_9_the_circle(ana: Ana, read: Reader) -> None:
    ana.is_imported(ana.world.circle)
    agree(read, ana, {"circle": "S/SUBSCRIBED"})
    form = ana.opens(ana.world.fernway)
    ana.saves(ana.world.fernway, form, off=[ana.world.circle])
    agree(read, ana, {"circle": "U/UNSUBSCRIBED"})


def test_9_and_11_under_data_privacy(ana: Ana, read: Reader) -> None:
    """Turned off, nobody who was stored before becomes mailable."""
    ana.database.write(catalog.switch_data_privacy, True, ana.later())
    ana.world = World(read.world.catalog)
    read.clock.at = ana.now
    assert read.v4()["novels"] == read.v4()["circle"] == "N/NOT_OPTED_IN"
    assert read.v3()["novels"] == "SUBSCRIPTION_STATUS"
    ana.database.write(catalog.switch_data_privacy, False, ana.later())
    read.clock.at = ana.now
    assert read.v4()["novels"] == read.v4()["circle"] == "U/NOT_OPTED_IN"


def test_12_erased_and_imported_again(ana: Ana, read: Reader) -> None:
    story_2(ana)
    ana.database.write(erasure.erase, ANA.key, by(at=ana.later()))
    row = (ANA.key, ANA.address, None)
    ana.database.write(remember, [row], ana.later())
    ana.is_imported(ana.world.novels)
    agree(read, ana, {"novels": "U/OPTED_OUT_OF_ALL", "evenings": "U/OPTED_OUT_OF_ALL"})


def test_a_brands_own_opt_out_and_its_pause(app: Flask, read: Reader, ana: Ana) -> None:
    """A pause is no status, and yet no unchanged client mails meanwhile."""
    fernway = ana.world.fernway.id
    path = f"{V4}/statuses/{CLEO.address}/unsubscribe-all?channel=EMAIL&businessUnitId={fernway}"
    assert read.program.post(path, None).status_code == 200
    assert read.v4(CLEO.address)["novels"] == "U/OPTED_OUT_OF_BRAND"
    assert read.v3(CLEO.address)["novels"] == "BRAND_WIDE_STATUS"
    assert read.v4(CLEO.address)["evenings"] == "N/NOT_SPECIFIED"
    restricted = Reader(
        Program(app, [KeyScope.STATUSES_READ], brands=[ana.world.workshops.id]),
        read.clock,
        read.world,
    )
    assert set(restricted.v4()) == {"evenings"}
