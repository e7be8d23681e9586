"""What the columns and cells of a file mean."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from app.domain.catalog import Texts
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
from app.domain.importing.formats import Suppressed
from app.domain.importing.packing import pack, pack_broken, unpack, unpack_broken
from app.domain.importing.reading import ContactRows
from app.domain.importing.wishes import Broken, Problem, Wish
from app.domain.words import HOUR, Basis, Cause, Status
from tests.world import EVENINGS, FERNWAY, NOVELS, OFFERS, WORLD

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


def test_the_address_is_what_stands_in_brackets_or_quotes() -> None:
    """Else an opt-out in a list would be nobody's."""
    for text in ("<ana@example.com>", "Ana <ana@example.com>", '"ana@example.com"'):
        assert ContactRows(TARGETS).read([text]).address == "ana@example.com"


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
        (["ana@example.com", "", "xx"], Problem.UNKNOWN_LANGUAGE, 2),
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
    assert ContactRows([ADDRESS, *brands]).read(["ana@example.com", "yes", "yes"]).brands == {
        1: True,
        2: True,
    }
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
    assert rows.read(["ana@example.com", "false", "true"]).brands == {FERNWAY.id: True}
    stays = rows.read(["ana@example.com", "false", "no"])
    assert (stays.everything, stays.brands) == (False, {FERNWAY.id: False})


@pytest.mark.parametrize(
    ("cell", "opted_out"),
    [
        *((word, True) for word in ("yes", "Y", "TRUE", "1", "ja", "نعم", "out")),
        *((word, True) for word in ("unsubscribed", "Unsubscribe", "opted out", "Opt-Out")),
        *((word, True) for word in ("not subscribed", "abgemeldet")),
        *((word, False) for word in ("no", "N", "false", "0", "nein", "لا", "subscribed", "in")),
        ("opted in", False),
        *((word, None) for word in ("", "none", "N/A", "not specified", "NULL")),
    ],
)
def test_a_column_of_opt_outs_asks_who_left(cell: str, opted_out: bool | None) -> None:
    """There "unsubscribed" says the same as yes, and "subscribed" the same as no."""
    brand = Target(Kind.OPTED_OUT_OF_BRAND, str(FERNWAY.id))
    rows = ContactRows([ADDRESS, Target(Kind.OPTED_OUT_OF_ALL), brand])
    assert rows.read(["ana@example.com", cell, ""]).everything is opted_out
    said = {} if opted_out is None else {FERNWAY.id: opted_out}
    assert rows.read(["ana@example.com", "", cell]).brands == said


@pytest.mark.parametrize("cell", ["unknown", "gone", "UNSUBSCRIBED!", "2024-03-01", "2"])
@pytest.mark.parametrize("kind", [Kind.OPTED_OUT_OF_ALL, Kind.OPTED_OUT_OF_BRAND])
def test_a_word_that_is_neither_is_never_taken_for_still_mailable(cell: str, kind: Kind) -> None:
    with pytest.raises(Broken) as caught:
        ContactRows([ADDRESS, Target(kind, "1")]).read(["ana@example.com", cell])
    assert (caught.value.problem, caught.value.column) == (Problem.UNKNOWN_STATUS, 1)


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
    Wish(
        "a@b.example",
        brands={3: True, 4: False},
        everything=True,
        basis=Basis.NON_GDPR,
        explanation="why",
    ),
    Wish("a@b.example", everything=False),
    Wish("a@b.example", suppressed=Suppressed({Cause.BOUNCE: None})),
    Wish("a@b.example", suppressed=Suppressed({Cause.CHOICE: 5, Cause.COMPLAINT: 0}, (7, 8))),
]


@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_waits_as_text(wish: Wish) -> None:
    again = unpack(pack(wish))
    assert replace(again, asks="") == wish
    assert (again.everything, type(again.basis)) == (wish.everything, type(wish.basis))
    assert all(type(status) is Status for status in again.types.values())


def test_a_broken_row_waits_as_text_too() -> None:
    broken = Broken(Problem.NO_AT, 3, "x" * 200)
    assert unpack_broken(pack_broken(broken)) == (Problem.NO_AT, 3, "x" * 80)
    assert type(unpack_broken(pack_broken(broken))[0]) is Problem
