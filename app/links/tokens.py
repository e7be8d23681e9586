"""The token of a link: 36 bytes that name whom and what, signed; minted fast, verified exactly.

Layout, salts and signature are frozen for ever (docs/rules.md, 5): links in mails of any age
have to work. The signature is what itsdangerous' Signer yields, cut to 11 bytes.
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from hmac import compare_digest
from typing import Final, NamedTuple

from app.domain.address import KEY_BYTES, BadSecret, KeptHmac
from app.links.base32 import decode, encoder
from app.links.purposes import UNSUBSCRIBING, WHEN_LEAKED, Purpose, purpose_key
from app.links.repair import token_in

__all__ = ["EXAMPLE_KEY", "Link", "Mint", "MissingKey", "Purpose", "Tokens", "UnreadableLink"]

VERSION: Final = 1
HEAD_BYTES: Final = 25
SIGNATURE_BYTES: Final = 11
EXAMPLE_KEY: Final = bytes(KEY_BYTES)

_HEAD = struct.Struct(">B16sII")


class Link(NamedTuple):
    """What a token says.

    key: 16 bytes, whom it is about. scope_id: a brand (PREFERENCES, BRAND, EXAMPLE), a type
    (TYPE) or 0 (ACCOUNT). message: the mailing it went out with, 0 for none. Both are unsigned
    32-bit numbers on the wire; ids we give are positive and below 2**31.
    """

    purpose: Purpose
    key: bytes
    scope_id: int
    message: int = 0
    leaked: bool = False
    """Signed by a leaked secret: anybody could have made it, so it opts out and does no more."""


class UnreadableLink(ValueError):
    """Not a token of ours, or too damaged to mend. The reason is for logs and never quotes it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"unreadable link: {reason}")
        self.reason = reason


class MissingKey(LookupError):
    """These keys cannot sign links of this purpose."""


class Mint:
    """Makes tokens from purpose keys alone: all that a sender outside Sayso needs or may have."""

    def __init__(self, keys: Mapping[Purpose, bytes]) -> None:
        self._macs = {purpose: KeptHmac(key) for purpose, key in keys.items()}

    @classmethod
    def for_sender(cls, unsubscribe: bytes | None, preferences: bytes | None = None) -> "Mint":
        """The mint of an offline sender: with the unsubscribe key alone it only opts out."""
        keys = dict.fromkeys(UNSUBSCRIBING, unsubscribe) | {Purpose.PREFERENCES: preferences}
        return cls({purpose: key for purpose, key in keys.items() if key is not None})

    def makes(self, purpose: Purpose) -> bool:
        """Whether a key for this purpose is held."""
        return purpose in self._macs

    def mint(self, link: Link) -> str:
        """The 58 characters of a link. Raises MissingKey; ValueError for what has no token."""
        if len(link.key) != KEY_BYTES:
            raise ValueError(f"an address key has {KEY_BYTES} bytes")
        return self.series([(link.purpose, link.scope_id)], link.message)(link.key)[0]

    def series(
        self, wanted: Sequence[tuple[Purpose, int]], message: int
    ) -> Callable[[bytes], list[str]]:
        """A function from a 16-byte address key to its tokens in one mailing, one for each wanted
        purpose and scope id."""
        signers = [
            (self._mac(purpose), *_around_key(purpose, scope_id, message))
            for purpose, scope_id in wanted
        ]
        encode_all = encoder(len(signers))

        def tokens(key: bytes) -> list[str]:
            signed = []
            for mac, first, last in signers:
                head = first + key + last
                signed.append(head + mac(head)[:SIGNATURE_BYTES])
            return encode_all(signed)

        return tokens

    def _mac(self, purpose: Purpose) -> KeptHmac:
        if purpose not in self._macs:
            raise MissingKey(f"no key to sign {Purpose(purpose).name} links")
        return self._macs[purpose]


def _around_key(purpose: Purpose, scope_id: int, message: int) -> tuple[bytes, bytes]:
    """The bytes before and after the address key."""
    if purpose == Purpose.ACCOUNT and scope_id != 0:
        raise ValueError("the account has no scope id: 0")
    try:
        head = _HEAD.pack(VERSION << 4 | purpose, bytes(KEY_BYTES), scope_id, message)
    except struct.error:
        raise ValueError("scope id and message are unsigned 32-bit numbers") from None
    return head[:1], head[1 + KEY_BYTES :]


class Tokens(Mint):
    """Makes tokens with the newest link secret and reads those of every one.

    secrets: oldest to newest; the last signs, all verify. next: verify, do not sign yet. leaked:
    verify for opting out only, also where they still stand among the others. A preferences link
    signed by a leaked secret reads as one that opts out of its brand.
    """

    def __init__(
        self, secrets: Sequence[bytes], next: Iterable[bytes] = (), leaked: Iterable[bytes] = ()
    ) -> None:
        leaks = set(leaked)
        if not secrets:
            raise BadSecret("there is no link secret to sign with")
        if secrets[-1] in leaks:
            raise BadSecret("the last link secret signs, and it is leaked: add a new one behind it")
        super().__init__({purpose: purpose_key(secrets[-1], purpose) for purpose in Purpose})
        sound = set(secrets).union(next) - leaks
        self._accepted = {purpose: list(_accepted(purpose, sound, leaks)) for purpose in Purpose}

    def read(self, text: str) -> Link:
        """The link a token names, whatever was glued to it on its way. Raises UnreadableLink."""
        data = _data(text)
        head, signature = data[:HEAD_BYTES], data[HEAD_BYTES:]
        first, key, scope_id, message = _HEAD.unpack(head)
        purpose, leaked = self._meaning(_purpose(first), head, signature)
        return Link(purpose, key, scope_id, message, leaked)

    def _meaning(self, purpose: Purpose, head: bytes, signature: bytes) -> tuple[Purpose, bool]:
        """Tries every key, whichever fits: how long it takes tells nothing about the keys."""
        found = None
        for mac, meaning in self._accepted[purpose]:
            if compare_digest(mac(head)[:SIGNATURE_BYTES], signature):
                found = meaning
        if found is None:
            raise UnreadableLink("signature")
        return found


def _accepted(
    purpose: Purpose, sound: Iterable[bytes], leaks: Iterable[bytes]
) -> Iterable[tuple[KeptHmac, tuple[Purpose, bool]]]:
    """Each key that verifies this purpose, with what a link signed by it may do, and whether the
    key is leaked."""
    for secret in sound:
        yield KeptHmac(purpose_key(secret, purpose)), (purpose, False)
    if purpose in WHEN_LEAKED:
        for secret in leaks:
            yield KeptHmac(purpose_key(secret, purpose)), (WHEN_LEAKED[purpose], True)


def _data(text: str) -> bytes:
    token = token_in(text)
    if token is None:
        raise UnreadableLink("shape")
    try:
        return decode(token)
    except ValueError:
        raise UnreadableLink("spare bits") from None


def _purpose(first: int) -> Purpose:
    if first >> 4 != VERSION:
        raise UnreadableLink("version")
    try:
        return Purpose(first & 15)
    except ValueError:
        raise UnreadableLink("purpose") from None
