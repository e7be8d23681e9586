"""What somebody asks of an import, and what is guessed of its file before they do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.domain.catalog import Policy
from app.domain.contacts import Processing
from app.domain.importing.columns import ADDRESS, LEFT_OUT, Kind, Target
from app.domain.importing.formats import FORMATS, HEADLESS
from app.domain.importing.guessing import guessed, suppressing
from app.domain.importing.orders import Order, What, fitting, lacking
from app.domain.words import Basis, Scope
from tests.domain.test_importing import CATALOG, SHOP, TYPE
from tests.domain.test_suppression_exports import EXPORTS
from tests.world import LETTER, NOVELS

WHOLE = Order(
    *(What.OPT_OUTS, 9, "utf-8", ";", True, 3, (ADDRESS, TYPE, LEFT_OUT), 2, Scope.brand(1)),
    *(Basis.NON_GDPR, Processing.CONTRACT, 4, 5),
)
BARE = Order(What.CONTACTS, 0, "cp1252", ",", False, 1)


@pytest.mark.parametrize("order", [WHOLE, BARE])
def test_an_order_is_kept_and_read_again(order: Order) -> None:
    again = Order.from_json(json.loads(json.dumps(order.as_json())))
    assert again == order
    for name in ("what", "basis", "processing"):
        assert type(getattr(again, name)) is type(getattr(order, name))
    assert type(again.scope) is Scope
    assert type(again.scope.kind) is type(order.scope.kind)


def test_an_order_knows_its_columns() -> None:
    assert (WHOLE.address, BARE.address) == (0, None)
    assert WHOLE.has(Kind.TYPE)
    assert WHOLE.has(Kind.BASIS, Kind.ADDRESS)
    assert not WHOLE.has(Kind.BASIS)
    assert BARE.mapped([LEFT_OUT, ADDRESS]).address == 1
    assert WHOLE.export is FORMATS[2]
    assert replace(BARE, format=-1).export is HEADLESS
    assert BARE.export is None


CONTACTS = BARE.mapped([ADDRESS])
ON = Policy(data_privacy=True)
BASED = replace(CONTACTS, basis=Basis.NON_GDPR)


@pytest.mark.parametrize(
    ("order", "explained", "policy", "lacks"),
    [
        (CONTACTS, False, Policy(), {}),
        (BARE, True, Policy(), {"targets": "no-address-column"}),
        (CONTACTS.mapped([ADDRESS, TYPE, TYPE]), True, Policy(), {"targets": "column-twice"}),
        (CONTACTS.mapped([ADDRESS, LEFT_OUT, LEFT_OUT]), True, Policy(), {}),
        (replace(CONTACTS, basis_ends=5), True, Policy(), {"ends": "ends-of-nothing"}),
        (replace(BASED, basis_ends=5), True, ON, {}),
        (CONTACTS, True, ON, {"basis": "basis-required"}),
        (BASED, False, ON, {"explanation": "explanation-required"}),
        (CONTACTS.mapped([ADDRESS, Target(Kind.BASIS)]), True, ON, {}),
        (BASED.mapped([ADDRESS, Target(Kind.EXPLANATION)]), False, ON, {}),
        (replace(CONTACTS, what=What.OPT_OUTS), False, ON, {}),
        (
            CONTACTS,
            False,
            ON,
            {"basis": "basis-required", "explanation": "explanation-required"},
        ),
    ],
)
def test_an_order_is_checked_when_nothing_is_lacking(
    order: Order, explained: bool, policy: Policy, lacks: dict[str, str]
) -> None:
    """rules.md, 8."""
    assert lacking(order, explained, policy) == lacks


def test_a_column_whose_type_is_gone_is_left_out() -> None:
    there = [
        *(ADDRESS, TYPE, Target(Kind.OPTED_OUT_OF_BRAND, "1"), Target(Kind.PROPERTY, "shop")),
        Target(Kind.NAME),
    ]
    gone = [
        *(Target(Kind.TYPE, id_) for id_ in ("99", "", "²", "x")),
        *(Target(Kind.OPTED_OUT_OF_BRAND, id_) for id_ in ("99", str(NOVELS.id), "")),
        Target(Kind.PROPERTY, "age"),
    ]
    kept = fitting(BARE.mapped([*there, *gone]), CATALOG, ["shop"])
    assert kept.targets == (*there, *[LEFT_OUT] * len(gone))


# Guessing

EMAIL, OTHER = Target(Kind.ADDRESS), LEFT_OUT
AT = [["Ana", "a@b.example", "1"], ["Ben", "b@c.example", "2"]]
OPT_OUTS = replace(BARE, what=What.OPT_OUTS, headed=True)
HUBSPOT = EXPORTS["HubSpot"][0].split(",")
HUBSPOTS = ["Email", "Unsubscribed from all email", "Opted out of email: Letter", "Name"]


@pytest.mark.parametrize(
    ("order", "headings", "cells", "targets", "whose"),
    [
        (BARE, ["Mail", "novels", "shop"], [], [EMAIL, TYPE, Target(Kind.PROPERTY, "shop")], None),
        (BARE, ["name", "?", "no"], AT, [Target(Kind.NAME), EMAIL, OTHER], None),
        (BARE, ["", "", ""], AT, [OTHER, EMAIL, OTHER], None),
        (BARE, ["", "", ""], [], [OTHER] * 3, None),
        (BARE, ["", "", ""], [*AT, ["Cleo"]], [OTHER] * 3, None),
        (BARE, ["", "", ""], [*AT, ["Cleo", "no", "x"]], [OTHER] * 3, None),
        (BARE, ["name", "email", "x"], AT, [Target(Kind.NAME), EMAIL, OTHER], None),
        (OPT_OUTS, ["email", "novels", "name"], [], [EMAIL, OTHER, OTHER], None),
        (OPT_OUTS, ["?", "", ""], AT, [OTHER, EMAIL, OTHER], None),
        (OPT_OUTS, ["email", "created"], [], [EMAIL, OTHER], "SendGrid"),
        (replace(OPT_OUTS, headed=False), ["email", "created"], [], [EMAIL, OTHER], None),
        (
            OPT_OUTS,
            HUBSPOT,
            [],
            [EMAIL, *[OTHER] * 4, Target(Kind.TYPE, str(LETTER.id))],
            "HubSpot",
        ),
        (
            OPT_OUTS,
            HUBSPOTS,
            [],
            [EMAIL, OTHER, Target(Kind.TYPE, str(LETTER.id)), OTHER],
            "HubSpot",
        ),
    ],
)
def test_a_new_file_is_guessed_by_its_headings_and_first_rows(
    order: Order,
    headings: list[str],
    cells: list[list[str]],
    targets: list[Target],
    whose: str | None,
) -> None:
    found = guessed(order, headings, cells, CATALOG, SHOP)
    assert [*found.targets] == targets
    assert (found.export.name if found.export else None) == whose
    assert replace(found, targets=(), format=None) == order


SES = replace(OPT_OUTS, headed=False, columns=2)


@pytest.mark.parametrize(
    ("order", "cells", "format_"),
    [
        (SES, [["a@b.example", "BOUNCE"], ["b@c.example", "complaint"]], -1),
        (SES, [["a@b.example", "BOUNCE"], ["b@c.example", "x"]], None),
        (SES, [["a@b.example", "BOUNCE"], ["b@c.example"]], None),
        (SES, [], None),
        (replace(SES, columns=3), [["a@b.example", "BOUNCE"]], None),
        (replace(SES, headed=True), [["a@b.example", "BOUNCE"]], None),
        (replace(SES, what=What.CONTACTS), [["a@b.example", "BOUNCE"]], None),
    ],
)
def test_two_columns_without_headings_are_what_ses_takes(
    order: Order, cells: list[list[str]], format_: int | None
) -> None:
    assert guessed(order, ["", ""], cells, CATALOG, []).format == format_


HEADED = replace(BARE, headed=True)


@pytest.mark.parametrize(
    ("order", "headings", "whose"),
    [
        (HEADED, ["email", "created"], "SendGrid"),
        (HEADED, ["email", "name"], None),
        (HEADED, ["Email", "Reason", "Timestamp"], "Klaviyo"),
        (HEADED, ["Sprache", "E-Mail", "Email", "Unsubscribed from all email"], None),
        (HEADED, ["Email", "Unsubscribed from all email", "Email hard bounce reason"], "HubSpot"),
        (HEADED, ["Email", "Unsubscribed from all email", "Opted out of email: Novels"], "HubSpot"),
        (BARE, ["email", "created"], None),
        (OPT_OUTS, ["email", "created"], None),
    ],
)
def test_contacts_that_are_a_list_of_suppressions_are_told_of(
    order: Order, headings: list[str], whose: str | None
) -> None:
    """Not where its opt-outs are imported with the contacts."""
    mapped = guessed(replace(order, columns=len(headings)), headings, [], CATALOG, [])
    assert suppressing(mapped, headings) == whose
