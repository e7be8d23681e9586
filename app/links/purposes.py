"""What a link may do, and the key that signs it: frozen for ever (docs/rules.md, 5).

Purpose keys are derived as itsdangerous' Signer does with key_derivation="hmac" and SHA-256.
"""

from collections.abc import Mapping
from enum import IntEnum
from hashlib import sha256
from typing import Final

from itsdangerous import Signer

from app.domain.address import BadSecret

PURPOSE_KEY_BYTES: Final = 32


class Purpose(IntEnum):
    """What a link may do. The numbers are on the wire."""

    PREFERENCES = 1
    TYPE = 2
    BRAND = 3
    ACCOUNT = 4
    EXAMPLE = 15


SALTS: Final[Mapping[Purpose, bytes]] = {
    Purpose.PREFERENCES: b"sayso.link.1.preferences",
    Purpose.TYPE: b"sayso.link.1.unsubscribe",
    Purpose.BRAND: b"sayso.link.1.unsubscribe",
    Purpose.ACCOUNT: b"sayso.link.1.unsubscribe",
    Purpose.EXAMPLE: b"sayso.link.1.example",
}
UNSUBSCRIBING: Final = (Purpose.TYPE, Purpose.BRAND, Purpose.ACCOUNT)

# What a link signed by a leaked secret may still do: opt out. Anybody could have made it, so a
# preferences link shows nothing any more; it opts out of its brand, as the person it was
# mailed to may ask of it at any time.
WHEN_LEAKED: Final[Mapping[Purpose, Purpose]] = {
    Purpose.PREFERENCES: Purpose.BRAND,
    **{purpose: purpose for purpose in UNSUBSCRIBING},
}


def purpose_key(secret: bytes, purpose: Purpose) -> bytes:
    """The 32 bytes that sign this purpose: HMAC-SHA256(link secret, salt)."""
    signer = Signer(secret, SALTS[purpose], key_derivation="hmac", digest_method=sha256)
    return signer.derive_key()


def parse_purpose_key(text: str) -> bytes:
    """A purpose key from its 64 hexadecimal digits. Raises BadSecret."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != PURPOSE_KEY_BYTES:
        raise BadSecret(
            "a purpose key is the 64 hexadecimal digits that `sayso keys sender` prints"
        )
    return key
