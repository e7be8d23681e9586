"""Who works in the admin, and programs with a key (R-137)."""

from __future__ import annotations

from hashlib import sha256

import pytest

from app.domain.keys import ApiKey, KeyScope, new_secret
from app.domain.users import ABSOLUTE, HALFWAY, IDLE, digest, password_problem, session_is_over
from app.domain.words import Actor

EMAIL = "dora.fernway@example.com"


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("elevenchars", "short"),
        ("twelve chars", ""),
        ("Dora.Fernway", "own"),
        (f"my {EMAIL} too", "own"),
        ("Password1234", "common"),
        (" password 1234 ", "common"),
        ("Correct Horse Battery Staple", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("123123123123", "common"),
        ("1231231231231", "common"),
        ("abcdefabcdef", "common"),
        ("abcdefabcdeg", ""),
        ("xabcdefabcdef", ""),
        ("abcdefgabcde", ""),
        ("ein langer Satz über Bücher", ""),
        pytest.param("".join(map(str, range(8_000))), "", id="as long as a form may be"),
    ],
)
def test_a_password_is_long_and_neither_common_nor_the_own_address(
    password: str, problem: str
) -> None:
    assert password_problem(password, EMAIL) == problem


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("Fernway12345", "common"),
        ("fern way 2026", "common"),
        ("2026 Fernway", "common"),
        ("fernway and a moor", ""),
        ("milllane 2026", "common"),
        ("Mill Lane Leed", "common"),
        ("mill lane Leeds!", ""),
        ("ghjrkznbt666 ", "common"),
        ("ghjrkznbt667", ""),
    ],
)
def test_a_password_is_neither_the_brands_name_nor_one_that_leaked(
    password: str, problem: str
) -> None:
    """R-137: ASVS 6.2.4, 6.2.11, 6.2.12."""
    assert (
        password_problem(password, EMAIL, ["Fernway", "Al", "Mill Lane"], {"ghjrkznbt666"})
        == problem
    )


@pytest.mark.parametrize(
    ("complete", "created", "seen", "over"),
    [
        (False, HALFWAY - 1, 0, False),
        (False, HALFWAY, 0, True),
        (True, HALFWAY, IDLE - 1, False),
        (True, HALFWAY, IDLE, True),
        (True, ABSOLUTE - 1, 0, False),
        (True, ABSOLUTE, 0, True),
    ],
)
def test_a_session_ends_by_itself(complete: bool, created: int, seen: int, over: bool) -> None:
    """`created` and `seen`: how long ago."""
    now = 10**12
    assert session_is_over(complete, now - created, now - seen, now) is over


def test_only_digests_of_secrets_are_stored() -> None:
    assert digest("sécret") == sha256("sécret".encode()).digest()


def key(**more: object) -> ApiKey:
    """A key that may read statuses of every brand."""
    usual = {"id": 7, "name": "crm", "scopes": frozenset({KeyScope.STATUSES_READ}), "brands": None}
    return ApiKey(**{**usual, "speaks_for_person": False, "created_at": 1, **more})  # type: ignore[arg-type]


def test_a_key_works_until_it_is_revoked_or_expires() -> None:
    assert key().works(5)
    assert not key(revoked_at=9).works(5)
    assert [key(expires_at=5).works(now) for now in (4, 5, 6)] == [True, False, False]


def test_a_key_may_what_it_was_made_for() -> None:
    assert key().may(KeyScope.STATUSES_READ)
    assert not key().may(KeyScope.STATUSES_WRITE)
    assert key().reaches(3)
    assert [key(brands=frozenset({3})).reaches(brand) for brand in (3, 4)] == [True, False]
    assert (key().speaker, key().reference) == (Actor.API, "key:7")
    assert key(speaks_for_person=True).speaker is Actor.CONTACT


def test_a_keys_text_is_random_and_taken_out_of_every_log() -> None:
    made = {new_secret() for _ in range(400)}
    assert len(made) == 400
    assert {(text[:6], len(text), text == text.lower()) for text in made} == {("sayso_", 64, True)}
    assert all(set(text[6:]) <= set("abcdefghijklmnopqrstuvwxyz234567") for text in made)
