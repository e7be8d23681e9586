"""Ids that we give, and numbers that others send."""

from __future__ import annotations

import secrets

import pytest

from app.domain.ids import MOST_ID, MOST_STORED, id_in, new_id


def test_an_id_is_positive_of_31_bits_and_no_sequence() -> None:
    """rules.md, 5."""
    given = [new_id() for _ in range(100)]
    assert all(0 < id_ <= MOST_ID for id_ in given)
    assert len(set(given)) == 100
    assert max(given) > 2**24


@pytest.mark.parametrize(("drawn", "id_"), [(0, 1), (MOST_ID - 1, MOST_ID)])
def test_every_id_is_given_and_none_is_nought(
    drawn: int, id_: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda below: min(drawn, below - 1))
    assert new_id() == id_


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("007", 7),
        ("2147483647", MOST_ID),
        ("2147483648", None),
        ("", None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1_0", None),
        ("1.5", None),
        ("x", None),
        ("²", None),
        ("٣", None),
        ("9" * 5_000, None),
    ],
)
def test_a_number_is_read_only_where_a_column_holds_it(text: str, number: int | None) -> None:
    assert id_in(text) == number


def test_some_numbers_have_more_bits() -> None:
    assert id_in("9223372036854775807", MOST_STORED) == MOST_STORED
    assert id_in("9223372036854775808", MOST_STORED) is None
    assert id_in("0" * 19 + "1", MOST_STORED) is None
