"""What the columns and cells of a file mean."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.domain import mailbox
from app.domain.catalog import Policy, Texts
from app.domain.contacts import Processing
from app.domain.importing.columns import (
    ADDRESS,
    LEFT_OUT,
    Kind,
    Target,
    choices,
    guess,
    ours,
    repeated,
)
from app.domain.importing.formats import (
    FORMATS,
    HEADLESS,
    Suppressed,
    moment,
    recognised,
    suppressed,
)
from app.domain.importing.guessing import guessed, suppressing
from app.domain.importing.orders import Order, What, fitting, lacking
from app.domain.importing.packing import pack, pack_broken, unpack, unpack_broken
from app.domain.importing.vocabulary import folded
from app.domain.importing.wishes import Broken, ContactRows, OptOutRows, Problem, Wish
from app.domain.words import HOUR, Basis, Cause, Scope, Status
from tests.world import EVENINGS, FERNWAY, LETTER, NOVELS, OFFERS, WORLD

CATALOG = WORLD.catalog
SHOP = [("shop", "Nearest shop")]
TYPE = Target(Kind.TYPE, str(NOVELS.id))


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Email", ADDRESS),
        ("E-Mail-Adresse", ADDRESS),
        ("البريد الإلكتروني", ADDRESS),
        ("first_name", Target(Kind.FIRST_NAME)),
        ("Nachname", Target(Kind.LAST_NAME)),
        ("lang", Target(Kind.LANGUAGE)),
        ("Legal basis", Target(Kind.BASIS)),
        ("Nearest Shop", Target(Kind.PROPERTY, "shop")),
        ("shop", Target(Kind.PROPERTY, "shop")),
        ("novels", TYPE),
        ("NOVELS", TYPE),
        ("Unsubscribed from all email", Target(Kind.OPTED_OUT_OF_ALL)),
        ("receipts", LEFT_OUT),
        ("loyalty_id", LEFT_OUT),
        ("", LEFT_OUT),
    ],
)
def test_a_column_is_guessed_by_its_heading(heading: str, target: Target) -> None:
    assert guess([heading], CATALOG, SHOP) == [target]
    assert Target.parse(str(target)) == target


NAMED = {
    NOVELS.id: {"en": {"name": "New fiction"}, "nl": {"name": "Boeken"}, "fr": {"frequency": "x"}},
    OFFERS.id: {"en": {"name": "Boeken"}, "nl": {"name": "Shop"}, "pl": {"name": "..."}},
    EVENINGS.id: {"en": {"name": "E-Mail"}},
}
"""What types are called, by language."""


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("new_fiction", TYPE),
        ("Boeken", TYPE),
        ("Novels", TYPE),
        ("Shop", Target(Kind.TYPE, str(OFFERS.id))),
        ("Nearest shop", Target(Kind.PROPERTY, "shop")),
        ("E-mail", ADDRESS),
        ("x", LEFT_OUT),
        ("", LEFT_OUT),
    ],
)
def test_a_type_is_known_by_its_name_in_any_language(heading: str, target: Target) -> None:
    """Of two the first; before a property called alike, and after what is called so anywhere."""
    named = {id_: replace(CATALOG.types[id_], texts=Texts(1, own)) for id_, own in NAMED.items()}
    catalog = replace(CATALOG, types={**CATALOG.types, **named})
    assert guess([heading], catalog, SHOP) == [target]


def test_two_columns_are_never_guessed_to_be_the_same() -> None:
    assert guess(["email", "E-mail", "x", "y"], CATALOG, []) == [ADDRESS, *[LEFT_OUT] * 3]
    assert repeated([ADDRESS, LEFT_OUT, LEFT_OUT]) is None
    assert repeated([ADDRESS, TYPE, TYPE]) == TYPE


def test_every_choice_of_a_column_can_be_written_and_read() -> None:
    offered = choices(CATALOG, SHOP)
    assert len(set(offered)) == len(offered)
    assert [Target.parse(str(target)) for target in offered] == offered
    assert Target(Kind.TYPE, str(WORLD.receipts.id)) not in offered
    plain = (k for k in Kind if k not in (Kind.TYPE, Kind.PROPERTY, Kind.OPTED_OUT_OF_BRAND))
    types = (type_ for type_ in CATALOG.types.values() if type_ is not WORLD.receipts)
    assert offered == [
        LEFT_OUT,
        *(Target(kind) for kind in plain if kind is not Kind.LEFT_OUT),
        *(Target(Kind.OPTED_OUT_OF_BRAND, str(brand)) for brand in CATALOG.brands),
        *(Target(Kind.TYPE, str(type_.id)) for type_ in types),
        Target(Kind.PROPERTY, "shop"),
    ]


TARGETS = [ADDRESS, Target(Kind.FIRST_NAME), Target(Kind.LANGUAGE), TYPE, Target(Kind.BASIS)]


def test_a_row_says_what_it_asks_for() -> None:
    wish = ContactRows(TARGETS).read([" ana@example.com ", "Ana", "pt_BR", "Yes", "consent"])
    assert wish.address == "ana@example.com"
    assert wish.names == {Kind.FIRST_NAME: "Ana"}
    assert (wish.language, wish.basis) == ("pt", Basis.CONSENT_WITH_NOTICE)
    assert wish.types == {NOVELS.id: Status.SUBSCRIBED}
    assert ContactRows(TARGETS).read(["ana@example.com", "x" * 200]).name == "x" * 200


@pytest.mark.parametrize("cell", ["", "  ", "not specified", "N/A"])
def test_an_empty_cell_says_nothing(cell: str) -> None:
    assert ContactRows(TARGETS).read(["ana@example.com", "", "", cell]).types == {}


@pytest.mark.parametrize("cell", ["no", "Unsubscribed", "opted-out", "FALSE", "0", "nein"])
def test_a_word_for_no_opts_out(cell: str) -> None:
    wish = ContactRows(TARGETS).read(["ana@example.com", "", "", cell])
    assert wish.types == {NOVELS.id: Status.UNSUBSCRIBED}


@pytest.mark.parametrize(
    ("cells", "problem", "column"),
    [
        (["", "Ana"], Problem.NO_ADDRESS, 0),
        ([], Problem.NO_ADDRESS, 0),
        (["jo.smith.example.com"], Problem.NO_AT, 0),
        (["li@ex ample.com"], Problem.SPACE_INSIDE, 0),
        (["li@" + "x" * 260 + ".com"], Problem.TOO_LONG, 0),
        (["a b@" + "x" * 250], Problem.SPACE_INSIDE, 0),
        (["a b@" + "x" * 251], Problem.TOO_LONG, 0),
        (["a\0na@example.com"], Problem.CONTROL, 0),
        (["ana@"], Problem.BAD_ADDRESS, 0),
        (["ana@localhost"], Problem.NOT_SENDABLE, 0),
        (["zo\ufffd@example.com"], Problem.UNREADABLE, 0),
        (["ana@example.com", "Zo\ufffd"], Problem.UNREADABLE, 1),
        (["ana@example.com", "A\0na"], Problem.CONTROL, 1),
        (["ana@example.com", "x" * 201], Problem.TOO_LONG, 1),
        (["ana@example.com", "", "English, please"], Problem.UNKNOWN_LANGUAGE, 2),
        (["ana@example.com", "", "", "active"], Problem.UNKNOWN_STATUS, 3),
        (["ana@example.com", "", "", "maybe"], Problem.UNKNOWN_STATUS, 3),
        (["ana@example.com", "", "", "yes", "because"], Problem.UNKNOWN_BASIS, 4),
        (["ana@example.com", "", "", "", "", "more"], Problem.CELLS, 5),
    ],
)
def test_a_row_that_cannot_be_read_says_why(
    cells: list[str], problem: Problem, column: int
) -> None:
    with pytest.raises(Broken) as caught:
        ContactRows(TARGETS).read(cells)
    assert (caught.value.problem, caught.value.column) == (problem, column)
    untold = problem in (Problem.NO_ADDRESS, Problem.CELLS)
    assert caught.value.value == ("" if untold else cells[column])


def test_a_long_cell_in_any_script_is_read_to_its_limit() -> None:
    """And cells beyond the last column may be there, where they are empty."""
    rows = ContactRows([ADDRESS, Target(Kind.PROPERTY, "shop")])
    assert rows.read(["ana@example.com", "é" * 2_000, "", ""]).properties == {"shop": "é" * 2_000}
    with pytest.raises(Broken) as caught:
        rows.read(["ana@example.com", "é" * 2_001])
    assert caught.value.problem is Problem.TOO_LONG


def test_a_heading_that_may_be_a_persons_is_none_of_ours() -> None:
    headings = ["Email", "Nearest Shop", "NOVELS", "ana@example.com"]
    assert ours(headings, CATALOG, SHOP) == [*headings[:3], ""]


def test_each_brand_that_somebody_left_has_a_column() -> None:
    brands = [Target(Kind.OPTED_OUT_OF_BRAND, id_) for id_ in "12"]
    assert ContactRows([ADDRESS, *brands]).read(["ana@example.com", "yes", "yes"]).brands == [1, 2]
    assert [str(each) for each in (ADDRESS, brands[0])] == ["address", "opted-out-of-brand:1"]


def test_a_property_takes_only_values_that_fit_it() -> None:
    aged = {"age": lambda text: str(int(text))}
    rows = ContactRows([ADDRESS, Target(Kind.PROPERTY, "age")], lambda slug, age: aged[slug](age))
    assert rows.read(["ana@example.com", "41"]).properties == {"age": "41"}
    with pytest.raises(Broken) as caught:
        rows.read(["ana@example.com", "old"])
    assert caught.value.problem is Problem.BAD_VALUE


def test_opted_out_of_everything_or_of_a_brand_is_a_column_too() -> None:
    brand = Target(Kind.OPTED_OUT_OF_BRAND, str(FERNWAY.id))
    rows = ContactRows([ADDRESS, Target(Kind.OPTED_OUT_OF_ALL), brand])
    assert rows.read(["ana@example.com", "TRUE", ""]).everything
    assert rows.read(["ana@example.com", "false", "true"]).brands == [FERNWAY.id]
    assert not rows.read(["ana@example.com", "false", "no"]).brands


EXPORTS: dict[str, tuple[str, dict[str, list[Cause]]]] = {
    "HubSpot": (
        "Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Letter",
        {
            "a@example.com,FALSE,TRUE,FALSE,FALSE,TRUE": [Cause.CHOICE],
            "a@example.com,550 user unknown,,,TRUE,": [Cause.BOUNCE],
            "a@example.com,,,TRUE,,": [Cause.COMPLAINT],
            "a@example.com,FALSE,FALSE,FALSE,FALSE,FALSE": [],
        },
    ),
    "HubSpot ": (
        "Email,First Name,Unsubscribed from all email,Email hard bounce reason",
        {
            "a@example.com,Ana,Yes,": [Cause.CHOICE],
            "a@example.com,Ana,,UNKNOWN_USER": [Cause.BOUNCE],
            "a@example.com,Ana,No,": [],
        },
    ),
    "Mailchimp": (
        "Email Address,First Name,MEMBER_RATING,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,LEID,EUID",
        {
            "a@example.com,Ana,2,2024-03-01 10:00:00,May,1,x": [Cause.CHOICE],
        },
    ),
    "Mailchimp ": (
        "Email Address,First Name,MEMBER_RATING,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,LEID,EUID",
        {
            "a@example.com,Ana,2,2024-03-01 10:00:00,May,1,x": [Cause.BOUNCE],
        },
    ),
    "SendGrid": (
        "status,reason,email,created",
        {
            "5.1.1,550 no such user,a@example.com,1700000000": [Cause.BOUNCE],
            "4.2.2,mailbox full,a@example.com,1700000000": [],
        },
    ),
    "SendGrid ": (
        "ip,email,created",
        {
            "192.0.2.1,a@example.com,1700000000": [Cause.COMPLAINT],
        },
    ),
    "SendGrid  ": (
        "email,created",
        {
            "a@example.com,1700000000": [Cause.CHOICE],
        },
    ),
    "SendGrid   ": (
        "group_id,group_name,email,created_at",
        {
            "7,Offers,a@example.com,1700000000": [Cause.CHOICE],
        },
    ),
    "Amazon SES": (
        "EmailAddress,Reason,LastUpdateTime",
        {
            "a@example.com,BOUNCE,2024-03-01T10:00:00Z": [Cause.BOUNCE],
            "a@example.com,COMPLAINT,2024-03-01T10:00:00Z": [Cause.COMPLAINT],
        },
    ),
    "Postmark": (
        "EmailAddress,SuppressionReason,Origin,CreatedAt",
        {
            "a@example.com,HardBounce,Recipient,2019-12-17T08:58:33-05:00": [Cause.BOUNCE],
            "a@example.com,SpamComplaint,Recipient,2019-12-17T08:58:33-05:00": [Cause.COMPLAINT],
            "a@example.com,ManualSuppression,Recipient,2019-12-17T08:58:33-05:00": [Cause.CHOICE],
        },
    ),
    "Klaviyo": (
        "Email,Suppression Reason,Suppression Timestamp",
        {
            "a@example.com,HARD_BOUNCE,2023-02-21T20:07:38+00:00": [Cause.BOUNCE],
            "a@example.com,Spam Complaint,2023-02-21T20:07:38+00:00": [Cause.COMPLAINT],
            "a@example.com,UNSUBSCRIBE,2023-02-21T20:07:38+00:00": [Cause.CHOICE],
            "a@example.com,a word of next year,2023-02-21T20:07:38+00:00": [Cause.CHOICE],
        },
    ),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_suppression_export_is_recognised_by_its_columns(name: str) -> None:
    heading, rows = EXPORTS[name]
    headings = heading.split(",")
    format_ = recognised(headings)
    assert format_ is not None
    assert format_.name == name.strip()
    address = next(at for at, h in enumerate(headings) if folded(h).startswith("email"))
    for cells, causes in rows.items():
        wish = OptOutRows(headings, address, format_).read(cells.split(","))
        assert wish.suppressed is not None
        assert wish.suppressed.causes == tuple(causes)


def test_a_file_with_other_columns_is_no_export() -> None:
    assert recognised(["email", "name"]) is None
    assert recognised(["email", "created", "shop"]) is None


def test_a_type_of_hubspots_export_is_one_of_ours_by_its_column() -> None:
    headings = EXPORTS["HubSpot"][0].split(",")
    rows = OptOutRows(headings, 0, recognised(headings), {5: LETTER.id})
    wish = rows.read(["a@example.com", "", "", "", "", "TRUE"])
    assert wish.suppressed is not None
    assert wish.suppressed.types == (LETTER.id,)
    short = rows.read(["a@example.com", "", "", "", ""])
    assert short.suppressed == rows.read(["a@example.com"]).suppressed == Suppressed((), None)


def test_ses_takes_lists_without_headings() -> None:
    wish = OptOutRows(["", ""], 0, HEADLESS).read(["a@example.com", "COMPLAINT"])
    assert wish.suppressed is not None
    assert wish.suppressed.causes == (Cause.COMPLAINT,)


def test_an_opt_out_needs_no_address_that_mail_can_be_sent_to() -> None:
    assert OptOutRows(["Email"], 0).read(["ana@localhost"]).address == "ana@localhost"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1700000000", 1_700_000_000_000),
        ("1700000000123", 1_700_000_000_123),
        ("2024-03-01T10:00:00Z", 1_709_287_200_000),
        ("2024-03-01 10:00:00", 1_709_287_200_000),
        ("2024-03-01T10:00:00+02:00", 1_709_280_000_000),
        ("2024-03-01 10:00:00 UTC", 1_709_287_200_000),
        ("170000000", 170_000_000_000),
        ("170000000012", 170_000_000_012),
        ("17000000001", None),
        ("1970-01-01", 0),
        ("1969-12-31", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_are_read_as_exports_write_them(text: str, at: int | None) -> None:
    assert moment(text) == at


def test_a_time_without_a_zone_is_utcs_wherever_the_machine_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert moment("2024-03-01 10:00:00") == 1_709_287_200_000
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_suppressed_know_since_when() -> None:
    format_ = recognised(["email", "created"])
    assert format_ is not None
    assert suppressed(format_, {"email": "a@example.com", "created": "1700000000"}).at


LOCAL = st.text("ab0.+-_'!", min_size=1, max_size=66)
DOMAIN = st.lists(st.text("aZ0-", min_size=1, max_size=65), min_size=1, max_size=6)
TOP = st.sampled_from(["com", "co", "c", "c0m", "local", "test", "Onion", "museum"])


@given(
    st.builds(lambda local, labels, top: f"{local}@{'.'.join([*labels, top])}", LOCAL, DOMAIN, TOP)
)
def test_what_the_cheap_path_accepts_the_validator_accepts(address: str) -> None:
    if mailbox._PLAIN(address):
        validate_email(address, check_deliverability=False, strict=True, test_environment=True)


@pytest.mark.parametrize(
    ("address", "can"),
    [("zoë@example.nl", True), ("zoë@example.test", True), ("é" * 65 + "@example.nl", False)],
)
def test_mail_can_be_sent_in_any_script_as_far_as_an_envelope_holds_it(
    address: str, can: bool
) -> None:
    assert mailbox.sendable(address) is can


@pytest.mark.parametrize(
    "address",
    [
        *("a@example.com", "a.b+c@mail.example.co", "o'neill@example.ie", "a@sub-1.example.com"),
        *("a@x.local", "a@x.LocalHost", "a@x.test", "a@localhost", "a@-x.com", "a@x-.com"),
        *("a@xn--bcher-kva.example", "a@ab--cd.com", ".a@example.com", "a.@example.com"),
        *("a..b@example.com", "a@example.c", "a@example.123", "a" * 65 + "@example.com"),
        *("a@" + "x" * 64 + ".com", "a@" + "x." * 126 + "com", "a@example.com\n", "zoë@example.nl"),
    ],
)
def test_the_cheap_path_changes_no_answer(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = mailbox.sendable(address)
    monkeypatch.setattr(mailbox, "_PLAIN", lambda text: None)
    assert fast is mailbox.sendable(address)


def test_each_column_says_its_own() -> None:
    kinds = (
        *(Kind.ADDRESS, Kind.LANGUAGE, Kind.BASIS, Kind.EXPLANATION, Kind.PROCESSING_BASIS),
        *(Kind.PROCESSING_EXPLANATION, Kind.BASIS_ENDS, Kind.NAME),
    )
    cells = ["a@b.example", "pt-BR-x", "contract", "why", "Contract", "how", "2026-06-01", "Ana"]
    wish = ContactRows([Target(kind) for kind in kinds]).read(cells)
    assert (wish.language, wish.basis) == ("pt", Basis.PERFORMANCE_OF_CONTRACT)
    assert (wish.explanation, wish.processing_explanation) == ("why", "how")
    assert (wish.processing_basis, wish.name) == (Processing.CONTRACT, "Ana")
    assert wish.basis_ends == 1_780_272_000_000
    far = ContactRows([Target(kind) for kind in kinds], zone=ZoneInfo("Asia/Tokyo")).read(cells)
    assert far.basis_ends == 1_780_272_000_000 - 9 * HOUR
    assert replace(unpack(pack(wish)), asks="") == wish


@pytest.mark.parametrize("cell", ["2026-02-30", "1.6.2026", "soon"])
def test_a_date_that_is_none_breaks_its_row(cell: str) -> None:
    with pytest.raises(Broken) as caught:
        ContactRows([ADDRESS, Target(Kind.BASIS_ENDS)]).read(["a@b.example", cell])
    assert (caught.value.problem, caught.value.column) == (Problem.UNKNOWN_DATE, 1)


WISHES = [
    Wish("a@b.example"),
    Wish("a@b.example", {Kind.NAME: "Ana"}, "nl", {"shop": "Bonn"}, {7: Status.UNSUBSCRIBED}),
    Wish("a@b.example", brands=[3], everything=True, basis=Basis.NON_GDPR, explanation="why"),
    Wish("a@b.example", suppressed=Suppressed((Cause.BOUNCE,), None)),
    Wish("a@b.example", suppressed=Suppressed((Cause.CHOICE, Cause.COMPLAINT), 5, (7, 8))),
]


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_waits_as_text(wish: Wish) -> None:
    again = unpack(pack(wish))
    assert replace(again, asks="") == wish
    assert (type(again.everything), type(again.basis)) == (bool, type(wish.basis))
    assert all(type(status) is Status for status in again.types.values())


def test_a_broken_row_waits_as_text_too() -> None:
    broken = Broken(Problem.NO_AT, 3, "x" * 200)
    assert unpack_broken(pack_broken(broken)) == (Problem.NO_AT, 3, "x" * 80)
    assert type(unpack_broken(pack_broken(broken))[0]) is Problem


# Orders

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
        (BARE, ["email", "created"], None),
        (OPT_OUTS, ["email", "created"], None),
    ],
)
def test_contacts_that_are_a_list_of_suppressions_are_told_of(
    order: Order, headings: list[str], whose: str | None
) -> None:
    assert suppressing(order, headings) == whose
