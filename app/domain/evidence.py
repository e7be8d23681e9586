"""What is kept to show for a record, sealed so that parts of it can go (docs/rules.md, 7).

The record keeps SHA-256(nonce ‖ content). IP address and user agent age out sooner than the rest:
they lie beside the content, which holds their own SHA-256. They carry a salt, so that who has the
hash alone cannot guess them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import NamedTuple

Evidence = Mapping[str, str]
"""What can be erased: explanation, reason, ip, user_agent, and whose these are (`of`)."""

NETWORK = ("ip", "user_agent")
SEAL, SALT = "network", "salt"
_json = json.JSONEncoder(ensure_ascii=False).encode


class Sealed(NamedTuple):
    """Evidence as it is stored, and the digest that its record keeps."""

    nonce: bytes
    content: str
    network: str | None
    digest: bytes


def sealed(evidence: Evidence) -> Sealed | None:
    """The evidence, sealed; None where there is none."""
    if not evidence:
        return None
    nonce = secrets.token_bytes(16)
    kept = {name: text for name, text in evidence.items() if name not in NETWORK}
    apart = {name: evidence[name] for name in NETWORK if evidence.get(name)}
    network = _json({SALT: secrets.token_hex(16), **apart}) if apart else None
    if network:
        kept[SEAL] = _sha256(network).hex()
    content = _json(kept)
    return Sealed(nonce, content, network, _sha256(content, nonce))


def opened(content: str | None, network: str | None) -> dict[str, str] | None:
    """What the evidence says, as far as it is still there; None where it is gone."""
    if content is None:
        return None
    said: dict[str, str] = json.loads(content)
    said.pop(SEAL, None)
    if network is not None:
        said |= {name: text for name, text in json.loads(network).items() if name in NETWORK}
    return said


def without_network(content: str, network: str | None) -> tuple[str, None] | None:
    """Content and network once IP address and user agent have aged out; None where nothing stays,
    as they were sealed with the rest."""
    sealed_within = not json.loads(content).keys().isdisjoint(NETWORK)
    return None if sealed_within else (content, None)


def is_sealed(nonce: bytes, explanation: str | None, digest: bytes | None) -> bool:
    """Whether a run's explanation is what a record of it sealed (decisions/0032)."""
    return explanation is not None and _sha256(explanation, nonce) == digest


def is_whole(nonce: bytes, content: str, network: str | None, digest: bytes | None) -> bool:
    """Whether what is left of the evidence is what its record sealed."""
    if _sha256(content, nonce) != digest:
        return False
    return network is None or json.loads(content).get(SEAL) == _sha256(network).hex()


def _sha256(text: str, nonce: bytes = b"") -> bytes:
    return hashlib.sha256(nonce + text.encode()).digest()
