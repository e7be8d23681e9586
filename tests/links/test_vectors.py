"""The golden vectors: frozen for us and for every other language (docs/rules.md, 2 and 5)."""

import base64
from hashlib import sha256
from typing import Any

import pytest
from itsdangerous import Signer

from app.domain.address import (
    AddressKeys,
    MalformedAddress,
    address_key,
    fingerprint,
    matching_form,
)
from app.links.purposes import SALTS, purpose_key
from app.links.tokens import Link, Purpose, Tokens, UnreadableLink
from tests.links.samples import (
    ADDRESS_SECRET,
    ANA,
    ANAS_KEY,
    ANAS_LINK,
    ANAS_TOKEN,
    LINK_SECRET,
    VECTORS,
    tokens,
)


def link_of(vector: dict[str, Any]) -> Link:
    key = bytes.fromhex(vector["key"])
    return Link(Purpose(vector["purpose"]), key, vector["scope_id"], vector["message"])


def test_the_example_of_the_rules_holds() -> None:
    assert address_key(b"address-secret", ANA) == ANAS_KEY
    assert ANAS_KEY.hex() == "b54f520b55120c003615c6ff35b972a1"
    assert Tokens([b"link-secret-1"]).mint(ANAS_LINK) == ANAS_TOKEN


@pytest.mark.parametrize("vector", VECTORS["addresses"])
def test_an_address_has_its_key_for_ever(vector: dict[str, str]) -> None:
    assert matching_form(vector["text"]) == vector["matching_form"]
    assert AddressKeys(ADDRESS_SECRET)(vector["text"]).hex() == vector["key"]


@pytest.mark.parametrize("text", VECTORS["malformed"])
def test_what_is_no_address_never_becomes_one(text: str) -> None:
    with pytest.raises(MalformedAddress):
        matching_form(text)


def test_the_fingerprint_and_the_purpose_keys_hold() -> None:
    """Senders in other languages start from these keys."""
    assert fingerprint(ADDRESS_SECRET).hex() == VECTORS["fingerprint"]
    keys = {
        "preferences": purpose_key(LINK_SECRET, Purpose.PREFERENCES).hex(),
        "unsubscribe": purpose_key(LINK_SECRET, Purpose.TYPE).hex(),
        "example": purpose_key(LINK_SECRET, Purpose.EXAMPLE).hex(),
    }
    assert keys == VECTORS["purpose_keys"]


@pytest.mark.parametrize("vector", VECTORS["tokens"], ids=lambda vector: vector["token"])
def test_a_link_has_its_token_for_ever(vector: dict[str, Any]) -> None:
    """R-05, R-123."""
    assert tokens().mint(link_of(vector)) == vector["token"]
    assert tokens().read(vector["token"]) == link_of(vector)


@pytest.mark.parametrize("vector", VECTORS["tokens"], ids=lambda vector: vector["token"])
def test_a_signature_is_what_itsdangerous_yields(vector: dict[str, Any]) -> None:
    """Written plainly with itsdangerous and base64 alone, the bytes are the same."""
    link = link_of(vector)
    head = bytes([16 + link.purpose]) + link.key
    head += link.scope_id.to_bytes(4, "big") + link.message.to_bytes(4, "big")
    signer = Signer(LINK_SECRET, SALTS[link.purpose], key_derivation="hmac", digest_method=sha256)
    signature = base64.urlsafe_b64decode(signer.get_signature(head) + b"=")[:11]
    plain = base64.b32encode(head + signature).decode().lower().rstrip("=")
    assert plain == vector["token"]


@pytest.mark.parametrize("text", VECTORS["readable"]["texts"])
def test_a_damaged_token_is_read(text: str) -> None:
    """H-04, H-05, H-06, H-07, H-08."""
    assert tokens().read(text) == tokens().read(VECTORS["readable"]["token"])


@pytest.mark.parametrize("vector", VECTORS["unreadable"])
def test_a_token_that_is_not_ours_is_refused(vector: dict[str, str]) -> None:
    """H-01, H-02, H-03, R-124."""
    with pytest.raises(UnreadableLink) as error:
        tokens().read(vector["text"])
    assert error.value.reason == vector["reason"]


def test_every_purpose_has_vectors() -> None:
    assert {vector["purpose"] for vector in VECTORS["tokens"]} == set(Purpose)
    assert all(Purpose(v["purpose"]).name == v["name"] for v in VECTORS["tokens"])
