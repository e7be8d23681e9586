"""What becomes of an address that is in a file more than once."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest

from app.domain.importing.columns import ADDRESS, Kind, Target
from app.domain.importing.formats import Suppressed, recognised
from app.domain.importing.packing import pack, unpack
from app.domain.importing.repeats import carried, with_opt_outs
from app.domain.importing.wishes import ContactRows, OptOutRows, Wish
from app.domain.words import Cause, Status
from tests.world import FERNWAY, NOVELS

IN, OUT = Status.SUBSCRIBED, Status.UNSUBSCRIBED
READER = ContactRows(
    [
        ADDRESS,
        Target(Kind.NAME),
        Target(Kind.TYPE, str(NOVELS.id)),
        Target(Kind.OPTED_OUT_OF_BRAND, str(FERNWAY.id)),
        Target(Kind.OPTED_OUT_OF_ALL),
    ]
)


def of(reader: ContactRows | OptOutRows, *rows: str) -> Wish:
    """What the rows come to, each after the one before."""
    return unpack(reduce(carried, (pack(reader.read(row.split(","))) for row in rows)))


@pytest.mark.parametrize(
    ("rows", "type_", "brand", "everything"),
    [
        (("no,,", ",,"), OUT, None, None),
        ((",yes,", ",,"), None, True, None),
        ((",,unsubscribed", ",,"), None, None, True),
        (("no,yes,yes", ",,", "n/a,none,"), OUT, True, True),
        (("no,yes,yes", "yes,no,no"), IN, False, False),
        (("yes,no,no", ",,"), None, None, None),
        (("no,yes,yes", "yes,no,no", ",,"), None, None, None),
        (("yes,no,no", "no,yes,yes"), OUT, True, True),
        (("no,,", ",yes,", ",,yes"), OUT, True, True),
    ],
)
def test_an_opt_out_holds_unless_a_later_row_says_otherwise(
    rows: tuple[str, ...], type_: Status | None, brand: bool | None, everything: bool | None
) -> None:
    """An empty cell says nothing; a yes, and what a contact is called, are the last row's alone."""
    first, *later = [f"a@example.com,{name},{row}" for name, row in enumerate(rows)]
    wish = of(READER, first, *later)
    assert wish.types.get(NOVELS.id) is type_
    assert wish.brands.get(FERNWAY.id) is brand
    assert wish.everything is everything
    assert wish.name == str(len(later))


@pytest.mark.parametrize(
    ("heading", "rows", "since"),
    [
        (
            "EmailAddress,SuppressionReason",
            ("a@example.com,SpamComplaint", "a@example.com,HardBounce"),
            {Cause.BOUNCE: None, Cause.COMPLAINT: None},
        ),
        (
            "status,reason,email,created",
            ("5.1.1,gone,a@example.com,1700000000", "4.2.2,full,a@example.com,1800000000"),
            {Cause.BOUNCE: 1_700_000_000_000},
        ),
        (
            "EmailAddress,Reason,LastUpdateTime",
            (
                "a@example.com,COMPLAINT,1700000000",
                "a@example.com,BOUNCE,1800000000",
                "a@example.com,COMPLAINT,1600000000",
            ),
            {Cause.BOUNCE: 1_800_000_000_000, Cause.COMPLAINT: 1_700_000_000_000},
        ),
        (
            "EmailAddress,Reason,LastUpdateTime",
            ("a@example.com,BOUNCE,", "a@example.com,BOUNCE,1800000000"),
            {Cause.BOUNCE: None},
        ),
    ],
)
def test_what_a_list_of_opt_outs_says_adds_up(
    heading: str, rows: tuple[str, ...], since: dict[Cause, int | None]
) -> None:
    headings = heading.split(",")
    address = next(at for at, name in enumerate(headings) if name.lower().startswith("email"))
    reader = OptOutRows(headings, address, recognised(headings))
    assert of(reader, *rows).suppressed == Suppressed(since)


def test_the_types_that_were_left_add_up_too() -> None:
    headings = ["Email", "Unsubscribed from all email", "A", "B"]
    reader = OptOutRows(headings, 0, recognised(headings), {2: 7, 3: 8})
    wish = of(reader, "a@example.com,,TRUE,", "a@example.com,Yes,,TRUE", "a@example.com,No,No,")
    assert wish.suppressed == Suppressed({Cause.CHOICE: None}, (7, 8))


def test_a_list_that_says_no_causes_stays_so() -> None:
    assert of(OptOutRows(["email"], 0), "a@example.com", "a@example.com").suppressed is None


def test_causes_that_one_row_alone_says_hold() -> None:
    without = of(OptOutRows(["email"], 0), "a@example.com")
    causes = Suppressed({Cause.CHOICE: None})
    assert with_opt_outs(without, replace(without, suppressed=causes)).suppressed == causes
    assert with_opt_outs(replace(without, suppressed=causes), without).suppressed == causes
