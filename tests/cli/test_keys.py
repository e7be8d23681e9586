"""sayso keys: made, listed, revoked; purpose keys of senders (issue 4)."""

from __future__ import annotations

import pytest

from app.domain.keys import KeyScope
from app.links.purposes import Purpose, purpose_key
from app.queries.keys import presented
from tests.cli.conftest import Sayso
from tests.processes.installation import Shop


def test_a_key_is_alone_on_the_last_line_and_works(sayso: Sayso, shop: Shop) -> None:
    scopes = ("--scope", "definitions", "--scope", "statuses.read")
    done = sayso("keys", "create", "--name", "The shop", *scopes, "--speaks-for", "person")
    assert done.status == 0
    secret = done.out.splitlines()[-1]
    with shop.site.database.reading() as connection:
        _, key = presented(connection, secret)
    assert key is not None
    assert key.scopes == {KeyScope.DEFINITIONS, KeyScope.STATUSES_READ}
    assert key.speaks_for_person
    listed = sayso("keys", "list").out
    assert f"{key.id}  active  The shop  definitions statuses.read  speaks for people" in listed
    assert secret not in listed
    assert sayso("keys", "revoke", str(key.id)).status == 0
    assert f"{key.id}  revoked" in sayso("keys", "list").out
    assert sayso("keys", "revoke", str(key.id)).status == 2


@pytest.mark.parametrize(
    "wrong",
    [
        ("--name", "x"),
        ("--name", "x", "--scope", "everything"),
        ("--name", "", "--scope", "links"),
        ("--name", "x", "--scope", "links", "--brand", "nobody"),
        ("--name", "x", "--scope", "links", "--expires", "2020-01-01"),
    ],
)
def test_what_is_asked_wrongly_makes_no_key(sayso: Sayso, wrong: tuple[str, ...]) -> None:
    assert sayso("keys", "create", *wrong).status == 2
    assert sayso("keys", "list").out == ""


def test_a_purpose_key_is_printed_in_hexadecimal(sayso: Sayso, shop: Shop) -> None:
    """Rules.md 5: what a sender needs to make links offline."""
    secret = shop.site.settings.link_secrets[-1]
    printed = sayso("keys", "sender", "--purpose", "unsubscribe").out.strip()
    assert printed == purpose_key(secret, Purpose.TYPE).hex()
    preferences = sayso("keys", "sender", "--purpose", "preferences").out.strip()
    assert preferences == purpose_key(secret, Purpose.PREFERENCES).hex()
