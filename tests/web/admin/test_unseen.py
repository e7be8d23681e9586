"""What no column holds: characters nobody sees, answered in words at the field; and numbers that
are too large, which name nothing."""

from __future__ import annotations

import pytest

from app.web.site import Site
from tests.databases import ON_BOTH
from tests.web.admin.colleagues import DORA, Colleague, user
from tests.world import World

UNSEEN = "signed\0 on paper"
SAID = "Write it without control characters, which nobody sees"


@ON_BOTH
def test_an_explanation_with_a_nul_is_answered_at_its_field(
    dora: Colleague, ana: int, world: World
) -> None:
    """Wherever a legal basis is explained; what was typed stays, and nothing is written."""
    del world
    typed = {"explanation": UNSEEN, "basis": "CONSENT_WITH_NOTICE", "processing": "CONSENT"}
    both = {**typed, "processing_explanation": UNSEEN}
    types = dora.open("/admin/contacts").page.one("form", role="search").one("select", id="type")
    type_ = next(o.get("value") for o in types.all("option") if o.get("value"))
    for path, sent in (
        (f"/admin/contacts/{ana}/subscription", {**both, "type": type_}),
        ("/admin/contacts/bulk/edit", {**both, "contact": str(ana), "doing": "subscribe"}),
        (f"/admin/contacts/{ana}/edit", both),
        ("/admin/contacts/new", {**both, "email": "new@fernway.example"}),
    ):
        assert dora.post(path, sent).status == 400, path
        assert SAID in dora.errors, path
        assert "on paper" in dora.answer.text, path
    dora.post("/admin/workflows/new", {"name": "Welcome"})
    dora.open(f"{dora.url}/action?kind=status")
    assert SAID in dora.fill(**both, status="subscribed", type=type_).press().errors


@ON_BOTH
def test_a_users_own_name_is_kept_without_them(dora: Colleague, site: Site) -> None:
    dora.open("/admin/account").post("/admin/account/name", {"name": "Do\0ra\r\nBrook"})
    assert dora.status == 200
    assert user(site, DORA).name == "Do ra Brook"
    assert dora.post("/admin/account/name", {"name": "\0"}).errors
    assert user(site, DORA).name == "Do ra Brook"


@ON_BOTH
def test_a_number_that_no_column_holds_names_nothing(dora: Colleague, ana: int) -> None:
    """R-130: wherever a number is asked by, in a path, a query or a form."""
    dora.open("/admin/webhooks/new").fill(url="https://shop.example.com/hooks").press("new")
    hook = dora.url
    dora.open("/admin/requests/new").fill(email="ana@example.com", right="ACCESS").press()
    asked = dora.url.partition("?")[0]
    for number in (str(2**31), str(2**63), f"-{'9' * 24}", "-1"):
        for path in (
            f"{hook}?after={number}",
            f"/admin/jobs?at={number}&before={number}",
            f"/admin/history?type={number}&mailing={number}&before={number}-{'0' * 32}-{number}",
            f"/admin/audit?user={number}&before={number}",
            f"/admin/requests?show=all&after={number}.{number}",
            f"{asked}?before={number}",
            f"{asked}/erasure?before={number}",
            f"/admin/jobs?at={number}&before=1",
            f"/admin/consents?within={number}&type={number}&after={number}.00.{number}",
            f"/admin/contacts?after={number}&before={number}&brand={number}&type={number}",
            f"/admin/mailings?after={number}",
            f"/admin/types?brand={number}",
            f"/admin/contacts/{ana}/subscriptions?brand={number}",
            f"/admin/contacts/{ana}/history?before={number}",
        ):
            assert dora.open(path).status == 200, path
        if number.isdecimal():
            assert dora.post(f"/admin/keys/{number}/revocation", {}).status == 200
    for number in (str(2**63), "9" * 5_000):
        assert dora.post(f"{hook}/dead-letters", {"position": number}).status == 400, "not all"
        assert dora.post("/admin/contacts/bulk", {"contact": number}).status == 200


ENDS_OF_TIME = ("0001-01-01", "0001-01-15", "1969-12-31", "1970-01-01", "9999-12-30", "9999-12-31")


@pytest.mark.parametrize("day", ENDS_OF_TIME)
def test_a_day_at_the_end_of_time_is_no_mistake_of_ours(dora: Colleague, day: str) -> None:
    """R-130: one that cannot be counted with is not asked."""
    for path in (
        f"/admin/history?to={day}",
        f"/admin/history?from={day}&to={day}",
        f"/admin/audit?day={day}",
        f"/admin/contacts?from={day}&to={day}",
    ):
        assert dora.open(path).status == 200, path
