"""Whose export a list of opt-outs is, and what its rows say."""

from __future__ import annotations

import time

import pytest

from app.domain.importing.formats import HEADLESS, Suppressed, moment, recognised, suppressed
from app.domain.importing.reading import OptOutRows
from app.domain.importing.vocabulary import folded
from app.domain.words import Cause
from tests.world import LETTER

EXPORTS: dict[str, tuple[str, dict[str, list[Cause]]]] = {
    "HubSpot": (
        "Email,Portal Bounce,Portal Unsubscribe,Portal Spam Report,Global Bounce,Letter",
        {
            "a@example.com,FALSE,TRUE,FALSE,FALSE,TRUE": [Cause.CHOICE],
            "a@example.com,550 user unknown,,,TRUE,": [Cause.BOUNCE],
            "a@example.com,,,TRUE,,": [Cause.COMPLAINT],
            "a@example.com,,Unsubscribed,,,": [Cause.CHOICE],
            "a@example.com,,opted out,,,": [Cause.CHOICE],
            "a@example.com,unknown,a word of next year,,,": [Cause.CHOICE, Cause.BOUNCE],
            "a@example.com,none,subscribed,n/a,0,": [],
            "a@example.com,FALSE,FALSE,FALSE,FALSE,FALSE": [],
        },
    ),
    "HubSpot ": (
        "Email,First Name,Unsubscribed from all email,Email hard bounce reason",
        {
            "a@example.com,Ana,Yes,": [Cause.CHOICE],
            "a@example.com,Ana,unsubscribed,": [Cause.CHOICE],
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
    "Klaviyo ": (
        "Email,Klaviyo ID,Email Suppressions",
        {
            "a@example.com,01HX,UNSUBSCRIBE": [Cause.CHOICE],
            "a@example.com,01HX,UNSUBSCRIBED": [Cause.CHOICE],
            "a@example.com,01HX,HARD_BOUNCE": [Cause.CHOICE],
            "a@example.com,01HX,": [],
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
        assert list(wish.suppressed.since) == causes


def test_a_file_with_other_columns_is_no_export() -> None:
    assert recognised(["email", "name"]) is None
    assert recognised(["email", "created", "shop"]) is None


def test_a_type_of_hubspots_export_is_one_of_ours_by_its_column() -> None:
    headings = EXPORTS["HubSpot"][0].split(",")
    rows = OptOutRows(headings, 0, recognised(headings), {5: LETTER.id})
    wish = rows.read(["a@example.com", "", "", "", "", "TRUE"])
    assert wish.suppressed is not None
    assert wish.suppressed.types == (LETTER.id,)
    for word in ("Unsubscribed", "opted out", "a word of next year"):
        assert rows.read(["a@example.com", "", "", "", "", word]).suppressed == wish.suppressed
    for word in ("", "FALSE", "subscribed"):
        found = rows.read(["a@example.com", "", "", "", "", word]).suppressed
        assert found == Suppressed({})
    short = rows.read(["a@example.com", "", "", "", ""])
    assert short.suppressed == rows.read(["a@example.com"]).suppressed == Suppressed({})


def test_ses_takes_lists_without_headings() -> None:
    wish = OptOutRows(["", ""], 0, HEADLESS).read(["a@example.com", "COMPLAINT"])
    assert wish.suppressed is not None
    assert list(wish.suppressed.since) == [Cause.COMPLAINT]


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
    assert suppressed(format_, {"email": "a@example.com", "created": "1700000000"}).since == {
        Cause.CHOICE: 1_700_000_000_000
    }
