"""What the columns and cells of a file mean."""

from __future__ import annotations

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from app.domain import mailbox
from app.domain.importing.columns import ADDRESS, LEFT_OUT, Kind, Target, choices, guess, repeated
from app.domain.importing.formats import HEADLESS, moment, recognised, suppressed
from app.domain.importing.vocabulary import folded
from app.domain.importing.wishes import Broken, ContactRows, OptOutRows, Problem
from app.domain.words import Basis, Cause, Status
from tests.world import FERNWAY, LETTER, NOVELS, WORLD

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


def test_two_columns_are_never_guessed_to_be_the_same() -> None:
    assert guess(["email", "E-mail", "x", "y"], CATALOG, []) == [ADDRESS, *[LEFT_OUT] * 3]
    assert repeated([ADDRESS, LEFT_OUT, LEFT_OUT]) is None
    assert repeated([ADDRESS, TYPE, TYPE]) == TYPE


def test_every_choice_of_a_column_can_be_written_and_read() -> None:
    offered = choices(CATALOG, SHOP)
    assert len(set(offered)) == len(offered)
    assert [Target.parse(str(target)) for target in offered] == offered
    assert Target(Kind.TYPE, str(WORLD.receipts.id)) not in offered


TARGETS = [ADDRESS, Target(Kind.FIRST_NAME), Target(Kind.LANGUAGE), TYPE, Target(Kind.BASIS)]


def test_a_row_says_what_it_asks_for() -> None:
    wish = ContactRows(TARGETS).read([" ana@example.com ", "Ana", "pt_BR", "Yes", "consent"])
    assert wish.address == "ana@example.com"
    assert wish.names == {Kind.FIRST_NAME: "Ana"}
    assert (wish.language, wish.basis) == ("pt", Basis.CONSENT_WITH_NOTICE)
    assert wish.types == {NOVELS.id: Status.SUBSCRIBED}


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


def test_a_property_takes_only_values_that_fit_it() -> None:
    rows = ContactRows([ADDRESS, Target(Kind.PROPERTY, "age")], lambda slug, age: str(int(age)))
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
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_are_read_as_exports_write_them(text: str, at: int | None) -> None:
    assert moment(text) == at


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
