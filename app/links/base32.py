"""Base32 of a token's 36 bytes: lower case, no padding, 58 characters (RFC 4648, section 6).

The standard library's base64 works in a Python loop and is the dearest step of a link. Here one
big integer does the work of the loop: several times as fast, same text.
"""

from collections.abc import Callable, Sequence
from struct import Struct
from typing import Final

DATA_BYTES: Final = 36
TEXT_LENGTH: Final = 58

_ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567"
_DIGITS = b"0123456789abcdefghijklmnopqrstuv"  # as int(text, 32) reads them

_LETTERS = bytes(_ALPHABET[value & 31] for value in range(256))
_READ = str.maketrans(_ALPHABET.decode(), _DIGITS.decode())

# 5 bytes are 8 letters: each group of 5 is put into a lane of 8 bytes with 3 zero bytes before.
_GROUPS, _LANES = 8, 64
_PADDING = bytes(5 * _GROUPS - DATA_BYTES)


def encoder(count: int) -> Callable[[Sequence[bytes]], list[str]]:
    """A function that encodes `count` data at once, which costs half of one after the other."""
    narrow, wide = Struct("5s" * _GROUPS * count).unpack, Struct("3x5s" * _GROUPS * count).pack
    # A lane's 40 bits part into halves of 20, those of 10, those of 5: one letter in each byte.
    (low_4, high_4, by_4), (low_2, high_2, by_2), (low_1, high_1, by_1) = (
        _halving(letters, count) for letters in (4, 2, 1)
    )
    size = _LANES * count
    texts = [slice(at, at + TEXT_LENGTH) for at in range(0, size, _LANES)]

    def encode_all(data: Sequence[bytes]) -> list[str]:
        n = int.from_bytes(wide(*narrow(_PADDING.join(data) + _PADDING)), "big")
        n = n & low_4 | (n & high_4) << by_4
        n = n & low_2 | (n & high_2) << by_2
        n = n & low_1 | (n & high_1) << by_1
        letters = n.to_bytes(size, "big").translate(_LETTERS).decode()
        return [letters[text] for text in texts]

    return encode_all


def _halving(letters: int, count: int) -> tuple[int, int, int]:
    """Masks of the lower and upper `letters` letters of a group, and how far the upper move."""
    low = (1 << 5 * letters) - 1
    lanes = range(0, 8 * _LANES * count, 16 * letters)
    return sum(low << at for at in lanes), sum(low << at + 5 * letters for at in lanes), 3 * letters


_one = encoder(1)


def encode(data: bytes) -> str:
    """58 characters of [a-z2-7] for 36 bytes."""
    return _one([data])[0]


def decode(text: str) -> bytes:
    """The 36 bytes of 58 characters of [a-z2-7]; the caller has checked that they are such.

    ValueError where the two spare bits are not zero: four texts would name one link otherwise.
    """
    n = int(text.translate(_READ), 32)
    if n & 3:
        raise ValueError("spare bits are set")
    return (n >> 2).to_bytes(DATA_BYTES, "big")
