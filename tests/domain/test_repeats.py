"""What becomes of an address that is in a file more than once."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest

from app.domain.importing.columns import ADDRESS, Kind, Target
from app.domain.importing.formats import Suppressed, recognised
from app.domain.importing.packing import pack, unpack
from app.domain.importing.reading import ContactRows, OptOutRows
from app.domain.importing.repeats import carried, with_opt_outs
from app.domain.importing.wishes import Broken, Problem, Wish
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
    read = (as_it_waits(reader, row) for row in rows)
    return unpack(reduce(lambda earlier, later: carried(earlier, later)[0], read))


def as_it_waits(reader: ContactRows | OptOutRows, row: str) -> str:
    """A row that was read, or what a broken one says of leaving."""
    try:
        return pack(reader.read(row.split(",")))
    except Broken as broken:
        left = broken.left or Wish("nobody")
        return pack(replace(left, broken=(broken.problem, broken.column)))


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


GOOD, LATER, BROKEN = "a@example.com,Ana", "a@example.com,Later", f"a@example.com,{'x' * 201}"


@pytest.mark.parametrize(
    ("rows", "type_", "everything", "name"),
    [
        ((f"{GOOD},yes,,", f"{BROKEN},no,,"), OUT, None, "Ana"),
        ((f"{GOOD},yes,,no", f"{BROKEN},yes,,yes"), IN, True, "Ana"),
        ((f"{GOOD},no,,yes", f"{BROKEN},,yes,"), OUT, True, "Ana"),
        ((f"{BROKEN},no,,yes", f"{GOOD},,,"), OUT, True, "Ana"),
        ((f"{BROKEN},no,,yes", f"{GOOD},yes,,no"), IN, False, "Ana"),
        ((f"{GOOD},yes,,", f"{BROKEN},no,,", f"{BROKEN},,,yes"), OUT, True, "Ana"),
        ((f"{GOOD},yes,,", f"{BROKEN},no,,", f"{LATER},,,"), OUT, None, "Later"),
        ((f"{GOOD},yes,,", f"{BROKEN},no,,", f"{LATER},yes,,"), IN, None, "Later"),
    ],
)
def test_of_a_broken_row_only_what_it_says_of_leaving_counts(
    rows: tuple[str, ...], type_: Status, everything: bool | None, name: str
) -> None:
    """In the order of the file, like that of all others; what it says else counts nowhere."""
    wish = of(READER, *rows)
    assert (wish.types.get(NOVELS.id), wish.everything) == (type_, everything)
    assert (wish.name, wish.broken) == (name, None)


def test_a_broken_row_is_behind_one_that_can_be_read_and_takes_no_yes() -> None:
    good, broken = (as_it_waits(READER, f"{row},yes,,yes") for row in (GOOD, BROKEN))
    assert [carried(*two)[1] for two in ((good, broken), (broken, good), (broken, broken))] == [
        True,
        False,
        False,
    ]
    assert carried(good, good)[1] is False
    alone = of(READER, f"{BROKEN},yes,no,yes", f"{BROKEN},no,,")
    assert alone.broken == (Problem.TOO_LONG, 1)
    assert (alone.types, alone.brands, alone.everything) == ({NOVELS.id: OUT}, {}, True)
    assert (alone.name, alone.basis) == ("", None)


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
