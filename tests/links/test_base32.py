"""Our base32 is everybody's base32."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.links.base32 import decode, encode, encoder

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
data = st.binary(min_size=36, max_size=36)


@given(data)
@example(bytes(36))
@example(b"\xff" * 36)
def test_it_writes_what_the_standard_library_writes(data: bytes) -> None:
    """R-99: lower-case letters and digits, nothing else."""
    assert encode(data) == base64.b32encode(data).decode().lower().rstrip("=")


@given(data)
@example(bytes(36))
@example(b"\xff" * 36)
def test_what_it_writes_it_reads(data: bytes) -> None:
    assert decode(encode(data)) == data


@given(st.lists(data, min_size=1, max_size=4))
def test_many_at_once_are_as_one_after_the_other(many: list[bytes]) -> None:
    assert encoder(len(many))(many) == [*map(encode, many)]


@given(st.text(ALPHABET, min_size=58, max_size=58))
def test_one_text_has_one_meaning(text: str) -> None:
    """R-124, H-02: of the four last characters that differ in the spare bits only one reads."""
    twins = [text[:-1] + last for last in ALPHABET if ALPHABET.index(last) % 4]
    canonical = text[:-1] + ALPHABET[ALPHABET.index(text[-1]) // 4 * 4]
    assert encode(decode(canonical)) == canonical
    for twin in twins:
        with pytest.raises(ValueError, match="spare bits"):
            decode(twin)
