"""Base32 of a token's 36 bytes: lower case, no padding, 58 characters (RFC 4648, section 6).

The standard library's base64 works in a Python loop and is the dearest step of a link. Here one
big integer does the work of the loop: several times as fast, same text.
"""

from struct import Struct
from typing import Final

DATA_BYTES: Final = 36
TEXT_LENGTH: Final = 58

_ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567"
_DIGITS = b"0123456789abcdefghijklmnopqrstuv"  # as int(text, 32) reads them

_LETTERS = bytes(_ALPHABET[value & 31] for value in range(256))
_READ = str.maketrans(_ALPHABET.decode(), _DIGITS.decode())

# 5 bytes are 8 letters: each group of 5 is put into a lane of 8 bytes with 3 zero bytes before.
_narrow = Struct("5s" * 8).unpack
_wide = Struct("3x5s" * 8).pack
_PADDING = bytes(4)


def _in_each_lane(bits: int, width: int) -> int:
    return sum(bits << at for at in range(0, 512, width))


def _halving(letters: int) -> tuple[int, int, int]:
    """Masks of the lower and upper `letters` letters of a group, and how far the upper move."""
    low = (1 << 5 * letters) - 1
    high = low << 5 * letters
    return _in_each_lane(low, 16 * letters), _in_each_lane(high, 16 * letters), 3 * letters


# A lane's 40 bits part into halves of 20, those of 10, those of 5: one letter in each byte.
(_LOW_4, _HIGH_4, _BY_4), (_LOW_2, _HIGH_2, _BY_2), (_LOW_1, _HIGH_1, _BY_1) = map(
    _halving, (4, 2, 1)
)


def encode(data: bytes) -> str:
    """58 characters of [a-z2-7] for 36 bytes."""
    n = int.from_bytes(_wide(*_narrow(data + _PADDING)), "big")
    n = n & _LOW_4 | (n & _HIGH_4) << _BY_4
    n = n & _LOW_2 | (n & _HIGH_2) << _BY_2
    n = n & _LOW_1 | (n & _HIGH_1) << _BY_1
    return n.to_bytes(64, "big").translate(_LETTERS)[:TEXT_LENGTH].decode()


def decode(text: str) -> bytes:
    """The 36 bytes of 58 characters of [a-z2-7]; the caller has checked that they are such.

    ValueError where the two spare bits are not zero: four texts would name one link otherwise.
    """
    n = int(text.translate(_READ), 32)
    if n & 3:
        raise ValueError("spare bits are set")
    return (n >> 2).to_bytes(DATA_BYTES, "big")
