"""What a row says of leaving, that is refused or cannot be read for another reason."""

from __future__ import annotations

from dataclasses import fields

import pytest

from app.domain.importing.columns import ADDRESS, Kind, Target
from app.domain.importing.formats import Suppressed, recognised
from app.domain.importing.leaving import leaves, leaving
from app.domain.importing.packing import pack, unpack
from app.domain.importing.reading import ContactRows, OptOutRows
from app.domain.importing.wishes import Broken, Problem, Wish
from app.domain.words import Basis, Cause, Status
from tests.world import FERNWAY, NOVELS, OFFERS

OUT = Status.UNSUBSCRIBED
ANA = "ana@example.com"
TARGETS = [
    ADDRESS,
    Target(Kind.TYPE, str(NOVELS.id)),
    Target(Kind.OPTED_OUT_OF_BRAND, str(FERNWAY.id)),
    Target(Kind.OPTED_OUT_OF_ALL),
    Target(Kind.TYPE, str(OFFERS.id)),
    Target(Kind.BASIS_ENDS),
    Target(Kind.PROPERTY, "age"),
]
NOVELS_ONLY: tuple[object, ...] = ({NOVELS.id: OUT}, {}, None)
NOTHING: tuple[object, ...] = ({}, {}, None)


def age(_: str, value: str) -> str:
    """A property that is a number."""
    return str(int(value))


@pytest.mark.parametrize(
    ("row", "problem", "left"),
    [
        (f"{ANA},no,,,yes,tomorrow,", Problem.UNKNOWN_DATE, NOVELS_ONLY),
        (f"{ANA},no,,,,,old", Problem.BAD_VALUE, NOVELS_ONLY),
        (f"{ANA},no,,,active,,", Problem.UNKNOWN_STATUS, NOVELS_ONLY),
        (f"{ANA},active,,,no,,", Problem.UNKNOWN_STATUS, ({OFFERS.id: OUT}, {}, None)),
        (f"{ANA},no,,,,,,more", Problem.CELLS, NOVELS_ONLY),
        ("ana@localhost,no,,,,,", Problem.NOT_SENDABLE, NOVELS_ONLY),
        ("ana@localhost,no", Problem.NOT_SENDABLE, NOVELS_ONLY),
        (f"{ANA}, No ,unknown,no,yes,,", Problem.UNKNOWN_STATUS, NOVELS_ONLY),
        (f"{ANA},,yes,,yes,tomorrow,", Problem.UNKNOWN_DATE, ({}, {FERNWAY.id: True}, None)),
        (f"{ANA},yes,no,opted out,,tomorrow,", Problem.UNKNOWN_DATE, ({}, {}, True)),
        (f"{ANA},yes,no,no,yes,tomorrow,", Problem.UNKNOWN_DATE, None),
        (f"{ANA},active,perhaps,who knows,,,", Problem.UNKNOWN_STATUS, None),
        (f"{ANA},,,,,tomorrow,", Problem.UNKNOWN_DATE, None),
        ("ana,no,,,,,", Problem.NO_AT, None),
        (",no,,,,,", Problem.NO_ADDRESS, None),
        ("an\ud800a@example.com,no,,,,,", Problem.BAD_ADDRESS, None),
        ("ana,no,,,,,,more", Problem.CELLS, None),
        (f"{ANA},n\0o,,,,,", Problem.CONTROL, None),
    ],
)
def test_a_row_that_cannot_be_read_says_it_all_the_same(
    row: str, problem: Problem, left: tuple[object, ...] | None
) -> None:
    """Where its address can be read, and the word is one that is known. Never a yes."""
    with pytest.raises(Broken) as caught:
        ContactRows(TARGETS, age).read(row.split(","))
    assert caught.value.problem is problem
    found = caught.value.left
    assert (found and (found.types, found.brands, found.everything)) == left
    if found:
        assert found.address == row.partition(",")[0]


@pytest.mark.parametrize(
    ("headings", "row", "suppressed"),
    [
        ("email", f"{ANA},more", None),
        ("Email Address,CLEAN_TIME", f"{ANA},,more", Suppressed({Cause.BOUNCE: None})),
        ("EmailAddress,Reason", f"{ANA},COMPLAINT,more", Suppressed({Cause.COMPLAINT: None})),
        (
            "Email,Unsubscribed from all email,A",
            f"{ANA},No,TRUE,more",
            Suppressed({}, (7,)),
        ),
        (
            "Email,Unsubscribed from all email,A",
            f"{ANA},Yes,,more",
            Suppressed({Cause.CHOICE: None}),
        ),
    ],
)
def test_whoever_is_on_a_list_of_opt_outs_is_whatever_else_the_row_holds(
    headings: str, row: str, suppressed: Suppressed | None
) -> None:
    names = headings.split(",")
    reader = OptOutRows(names, 0, recognised(names), {2: 7} if len(names) > 2 else {})
    with pytest.raises(Broken) as caught:
        reader.read(row.split(","))
    assert (caught.value.problem, caught.value.column) == (Problem.CELLS, len(names))
    assert caught.value.left is not None
    assert (caught.value.left.address, caught.value.left.suppressed) == (ANA, suppressed)


@pytest.mark.parametrize("row", [f"{ANA},No,,more", "ana,Yes,,more", ",Yes,,more"])
def test_a_list_of_opt_outs_that_does_not_name_them_opts_nobody_out(row: str) -> None:
    names = ["Email", "Unsubscribed from all email", "A"]
    with pytest.raises(Broken) as caught:
        OptOutRows(names, 0, recognised(names), {2: 7}).read(row.split(","))
    assert caught.value.left is None


@pytest.mark.parametrize(
    ("wish", "left"),
    [
        (Wish(ANA, types={7: Status.SUBSCRIBED}, brands={5: False}, everything=False), False),
        (Wish(ANA, types={7: Status.SUBSCRIBED, 8: OUT}), True),
        (Wish(ANA, brands={5: False, 6: True}), True),
        (Wish(ANA, everything=True), True),
        (Wish(ANA), False),
    ],
)
def test_a_yes_and_a_silence_leave_nothing(wish: Wish, left: bool) -> None:
    assert leaves(wish) is left


def test_of_a_wish_nothing_but_leaving_is_kept() -> None:
    """And rows that ask for other things are not taken for alike."""
    wish = Wish(
        ANA,
        {Kind.NAME: "Ana"},
        "en",
        {"age": "7"},
        {7: Status.SUBSCRIBED, 8: OUT},
        {5: False, 6: True},
        True,
        Basis.CONSENT_WITH_NOTICE,
        1,
        "She said so.",
        suppressed=Suppressed({Cause.CHOICE: None}),
    )
    left = leaving(wish)
    kept = {"address", "types", "brands", "everything", "suppressed", "asks"}
    bare = Wish(ANA)
    assert all(
        getattr(left, each.name) == getattr(bare, each.name)
        for each in fields(Wish)
        if each.name not in kept
    )
    assert (left.address, left.types, left.brands, left.everything) == (
        ANA,
        {8: OUT},
        {6: True},
        True,
    )
    assert left.suppressed == wish.suppressed
    waiting = unpack(pack(wish))
    assert len({waiting.asks, leaving(waiting).asks, leaving(unpack(pack(Wish(ANA)))).asks}) == 3


def test_a_broken_row_waits_with_why_and_where() -> None:
    broken = Wish(ANA, types={8: OUT}, broken=(Problem.UNKNOWN_DATE, 5))
    assert unpack(pack(broken)).broken == (Problem.UNKNOWN_DATE, 5)
    assert unpack(pack(Wish(ANA))).broken is None
