"""What is kept to show for a record: sealed, and gone in parts (rules.md, 7)."""

from __future__ import annotations

import hashlib
import json

import pytest

from app.domain.evidence import is_sealed, is_whole, opened, sealed, without_network

SAID = {"explanation": "Zoë asked", "of": "person"}
NETWORK = {"ip": "192.0.2.1", "user_agent": "Ü/1.0"}


def test_evidence_is_read_as_it_was_sealed() -> None:
    for evidence in (SAID, NETWORK, SAID | NETWORK, {"ip": "192.0.2.1"}):
        kept = sealed(evidence)
        assert kept
        assert opened(kept.content, kept.network) == evidence
        assert is_whole(kept.nonce, kept.content, kept.network, kept.digest)
        assert kept.digest == hashlib.sha256(kept.nonce + kept.content.encode()).digest()
        seal = hashlib.sha256((kept.network or "").encode()).hexdigest()
        assert json.loads(kept.content).get("network", seal) == seal
        assert (kept.network is None) is evidence.keys().isdisjoint(NETWORK)
        assert "192.0.2.1" not in kept.content
    assert sealed({}) is None
    assert opened(None, None) is None


def test_letters_stand_as_they_are_and_nothing_empty_is_kept_apart() -> None:
    kept = sealed(SAID | {"ip": "", "user_agent": "Ü/1.0"})
    assert kept
    assert kept.network
    assert "Zoë" in kept.content
    assert "Ü/1.0" in kept.network
    assert opened(kept.content, kept.network) == SAID | {"user_agent": "Ü/1.0"}


def test_who_has_the_hash_alone_cannot_guess_the_network() -> None:
    """Each has a salt and a nonce of its own."""
    one, other = sealed(SAID | NETWORK), sealed(SAID | NETWORK)
    assert one
    assert other
    assert one.network != other.network
    assert (len(one.nonce), one.nonce == other.nonce) == (16, False)
    assert len(json.loads(one.network or "")["salt"]) == 32
    assert json.loads(one.content)["network"] != json.loads(other.content)["network"]


def test_the_network_ages_out_and_the_rest_stays_whole() -> None:
    kept = sealed(SAID | NETWORK)
    assert kept
    assert without_network(kept.content, kept.network) == (kept.content, None)
    assert is_whole(kept.nonce, kept.content, None, kept.digest)
    assert opened(kept.content, None) == SAID


@pytest.mark.parametrize("within", ["ip", "user_agent"])
def test_what_was_sealed_in_one_piece_goes_in_one_piece(within: str) -> None:
    assert without_network(json.dumps({**SAID, within: "x"}), None) is None


def test_what_was_changed_is_not_whole() -> None:
    kept = sealed(SAID | NETWORK)
    assert kept
    assert not is_whole(kept.nonce, kept.content + " ", kept.network, kept.digest)
    assert not is_whole(b"x" * 16, kept.content, kept.network, kept.digest)
    assert not is_whole(kept.nonce, kept.content, (kept.network or "") + " ", kept.digest)
    assert not is_whole(kept.nonce, kept.content, kept.network, None)


def test_a_runs_explanation_is_what_its_records_sealed() -> None:
    """decisions/0032."""
    digest = hashlib.sha256(b"nonce" + b"They asked.").digest()
    assert is_sealed(b"nonce", "They asked.", digest)
    assert not is_sealed(b"other", "They asked.", digest)
    assert not is_sealed(b"nonce", "They never did.", digest)
    assert not is_sealed(b"nonce", None, digest)
    assert not is_sealed(b"nonce", "They asked.", None)
