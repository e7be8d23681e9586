"""What may be kept of a contact, and how it is found."""

from __future__ import annotations

import secrets

import pytest

from app.domain.contacts import (
    EPOCH,
    LONGEST_WORDS,
    RANDOM_BITS,
    BadValue,
    PropertyKind,
    canonical,
    cleaned,
    created_at,
    first_id,
    folded,
    new_ids,
    words_of,
)
from app.domain.ids import MOST_STORED
from tests.world import NOW

TEXT, NUMBER, DATE = PropertyKind


def test_ids_ascend_with_time_and_say_when() -> None:
    """A restored database gives no old id a new meaning."""
    for now in (NOW, EPOCH - 5):
        ids = [*new_ids(now, 3)]
        assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
        assert created_at(ids[0]) == max(now, EPOCH + 1)
    some = {new_ids(NOW, 1)[0] for _ in range(40)}
    assert len(some) > 1
    assert {created_at(id_) for id_ in some} == {NOW}
    assert [*new_ids(NOW, 0)] == []
    assert first_id(NOW) <= new_ids(NOW, 1)[0] < first_id(NOW + 2)
    assert created_at(first_id(NOW)) == NOW
    assert created_at(first_id(NOW) - 1) == NOW - 1
    assert first_id(EPOCH + 1) == 1 << RANDOM_BITS
    assert first_id(EPOCH - 1) == 0
    assert first_id(253_402_214_400_000) == MOST_STORED, "the year 9999"


@pytest.mark.parametrize("count", [1, 500, 1 << RANDOM_BITS])
def test_who_is_made_together_is_of_one_moment(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However late within it their ids begin: an undo of their import looks when they were made."""
    monkeypatch.setattr(secrets, "randbelow", lambda below: below - 1)
    ids = new_ids(NOW, count)
    assert (created_at(ids[0]), created_at(ids[-1])) == (NOW, NOW)
    assert ids[-1] == first_id(NOW + 1) - 1


def test_more_than_a_moment_holds_go_on_in_the_next() -> None:
    ids = new_ids(NOW, (1 << RANDOM_BITS) + 1)
    assert (ids[0], created_at(ids[-1])) == (first_id(NOW), NOW + 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zoë ÇELIK", "zoe celik"),
        ("ANA", "ana"),
        ("Straße", "strasse"),
        ("ﬁ Å", "fi a"),
        ("字", "字"),
    ],
)
def test_a_search_knows_neither_case_nor_accents(text: str, found: str) -> None:
    assert folded(text) == found


def test_a_contact_is_found_by_every_way_to_write_it() -> None:
    assert words_of("ana@example.com", "") == "ana@example.com"
    assert words_of("Ana@Example.COM", "Ana ") == "ana@example.com ana"
    assert words_of("zoë@example.com", "") == "zoë@example.com zoe@example.com"
    assert words_of("x@BÜCHER.example", "") == "x@xn--bcher-kva.example x@bucher.example"
    said = words_of("Zoë@BÜCHER.example", "Zoë")
    assert said == "zoë@xn--bcher-kva.example zoe@xn--bcher-kva.example zoe@bucher.example zoe"
    assert len(words_of("ana@example.com", "x" * 900)) == LONGEST_WORDS


@pytest.mark.parametrize(
    ("text", "line"), [(" a \r\n b\tc ", "a b c"), ("a\0b\x9fc", "a b c"), ("x" * 200, "x" * 200)]
)
def test_a_name_is_one_line(text: str, line: str) -> None:
    """H-36, H-37."""
    assert cleaned(text) == line


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        (TEXT, " Zoë  \n", "Zoë"),
        (TEXT, "x" * 500, "x" * 500),
        *((kind, " \r\n\0", None) for kind in PropertyKind),
        (NUMBER, " 007.50 ", "7.5"),
        (NUMBER, "1e3", "1000"),
        (NUMBER, "-0.0", "0"),
        (NUMBER, "1e30", "1" + "0" * 30),
        (NUMBER, "1e-30", f"0.{'0' * 29}1"),
        (NUMBER, "9" * 30, "9" * 30),
        (DATE, "2026-06-01", "2026-06-01"),
        (DATE, "20260601", "2026-06-01"),
    ],
)
def test_equal_values_are_equal_texts(kind: PropertyKind, text: str, kept: str | None) -> None:
    assert canonical(kind, text) == kept


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TEXT, "x" * 501),
        *(
            (NUMBER, text)
            for text in ("old", "NaN", "inf", "1e31", "1e-31", "9" * 31, "1,5", "0e99")
        ),
        *((DATE, text) for text in ("1.6.2026", "2026-02-30", "soon")),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kind: PropertyKind, text: str) -> None:
    with pytest.raises(BadValue):
        canonical(kind, text)


def test_a_name_ends_somewhere() -> None:
    with pytest.raises(BadValue):
        cleaned("x" * 201)
