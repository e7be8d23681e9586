"""docs/rules.md, 5: who may sign what, and which signature opens what."""

import sys
from contextlib import suppress
from hmac import compare_digest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.address import BadSecret
from app.links.base32 import decode, encode
from app.links.purposes import UNSUBSCRIBING, parse_purpose_key, purpose_key
from app.links.tokens import EXAMPLE_KEY, Link, Mint, MissingKey, Purpose, Tokens, UnreadableLink
from tests.links.samples import ANAS_KEY, ANAS_LINK, ANAS_TOKEN, LINK_SECRET, tokens

OLD, NEW, COMING = b"old-secret", b"new-secret", b"coming-secret"
EVERY = {
    Purpose.PREFERENCES: Link(Purpose.PREFERENCES, ANAS_KEY, 3, 812),
    Purpose.TYPE: ANAS_LINK,
    Purpose.BRAND: Link(Purpose.BRAND, ANAS_KEY, 3, 812),
    Purpose.ACCOUNT: Link(Purpose.ACCOUNT, ANAS_KEY, 0, 812),
    Purpose.EXAMPLE: Link(Purpose.EXAMPLE, EXAMPLE_KEY, 3),
}

wire_numbers = st.integers(0, 2**32 - 1)
any_link = st.builds(
    lambda purpose, key, scope_id, message: Link(
        purpose, key, 0 if purpose is Purpose.ACCOUNT else scope_id, message
    ),
    st.sampled_from(Purpose),
    st.binary(min_size=16, max_size=16),
    wire_numbers,
    wire_numbers,
)


def reason(reader: Tokens, text: str) -> str:
    with pytest.raises(UnreadableLink) as error:
        reader.read(text)
    return error.value.reason


@settings(deadline=None)
@given(any_link)
def test_what_is_minted_is_read(link: Link) -> None:
    """R-05, R-99, R-100: 58 characters of a-z and 2-7, in any case."""
    token = tokens().mint(link)
    assert len(token) == 58
    assert tokens().read(token) == tokens().read(token.upper()) == link


@settings(deadline=None)
@given(any_link, st.integers(0, 287))
def test_a_token_with_any_bit_flipped_is_refused(link: Link, bit: int) -> None:
    """H-01, H-02, R-123, R-124: no bit is without meaning."""
    data = int.from_bytes(decode(tokens().mint(link)), "big") ^ 1 << bit
    with pytest.raises(UnreadableLink):
        tokens().read(encode(data.to_bytes(36, "big")))


@pytest.mark.parametrize("at", range(58))
def test_a_token_with_any_character_flipped_is_refused(at: int) -> None:
    """H-01: also the middle one, which base64's loose ends do not excuse."""
    other = "b" if ANAS_TOKEN[at] != "b" else "c"
    with pytest.raises(UnreadableLink):
        tokens().read(ANAS_TOKEN[:at] + other + ANAS_TOKEN[at + 1 :])


@pytest.mark.parametrize("length", range(58))
def test_a_truncated_token_is_refused(length: int) -> None:
    """H-03."""
    assert reason(tokens(), ANAS_TOKEN[:length]) == "shape"


def test_an_error_never_quotes_the_token() -> None:
    with pytest.raises(UnreadableLink) as error:
        tokens().read(ANAS_TOKEN[:-4] + "aaaa")
    assert ANAS_TOKEN[:20] not in f"{error.value!r} {error.value}"


@pytest.mark.parametrize("link", EVERY.values(), ids=lambda link: link.purpose.name)
def test_the_last_secret_signs_and_all_verify(link: Link) -> None:
    """R-125: links of any age work, however often the secret was changed."""
    both = Tokens([OLD, NEW])
    assert both.mint(link) == Tokens([NEW]).mint(link) != Tokens([OLD]).mint(link)
    assert both.read(Tokens([OLD]).mint(link)) == link
    assert reason(Tokens([OLD]), both.mint(link)) == "signature"


@pytest.mark.parametrize("link", EVERY.values(), ids=lambda link: link.purpose.name)
def test_the_next_secret_verifies_and_does_not_sign_yet(link: Link) -> None:
    """A rolling restart: the processes already changed sign what the others read."""
    waiting = Tokens([OLD], next=[COMING])
    assert waiting.read(Tokens([OLD, COMING]).mint(link)) == link
    assert waiting.mint(link) == Tokens([OLD]).mint(link)


@pytest.mark.parametrize("purpose", UNSUBSCRIBING)
def test_a_leaked_secret_still_opts_out(purpose: Purpose) -> None:
    reader = Tokens([NEW], leaked=[OLD])
    assert reader.read(Tokens([OLD]).mint(EVERY[purpose])) == EVERY[purpose]._replace(leaked=True)


def test_a_preferences_link_of_a_leaked_secret_opts_out_of_its_brand_and_shows_nothing() -> None:
    reader = Tokens([NEW], leaked=[OLD])
    link = reader.read(Tokens([OLD]).mint(EVERY[Purpose.PREFERENCES]))
    assert link == EVERY[Purpose.PREFERENCES]._replace(purpose=Purpose.BRAND, leaked=True)
    assert reader.read(reader.mint(EVERY[Purpose.PREFERENCES])) == EVERY[Purpose.PREFERENCES]


def test_an_example_of_a_leaked_secret_is_refused() -> None:
    reader = Tokens([NEW], leaked=[OLD])
    assert reason(reader, Tokens([OLD]).mint(EVERY[Purpose.EXAMPLE])) == "signature"


def test_a_leaked_secret_is_leaked_wherever_else_it_is_named() -> None:
    token = Tokens([OLD]).mint(EVERY[Purpose.PREFERENCES])
    assert Tokens([OLD, NEW], leaked=[OLD]).read(token).purpose is Purpose.BRAND
    assert Tokens([NEW], next=[OLD], leaked=[OLD]).read(token).purpose is Purpose.BRAND


def test_a_leaked_secret_never_signs() -> None:
    with pytest.raises(BadSecret, match="leaked"):
        Tokens([NEW, OLD], leaked=[OLD])
    with pytest.raises(BadSecret, match="no link secret"):
        Tokens([], next=[NEW])


@pytest.mark.parametrize("good", [OLD, NEW, COMING, b"nobody's"])
def test_every_key_is_tried_in_constant_time_whichever_fits(good: bytes) -> None:
    """H-01, R-123: how long a refusal takes tells nothing about the keys."""
    reader, token = Tokens([OLD, NEW], next=[COMING]), Tokens([good]).mint(ANAS_LINK)
    compared = []

    def watch(_frame: object, event: str, function: object) -> None:
        if event == "c_call" and function is compare_digest:
            compared.append(event)

    sys.setprofile(watch)
    try:
        with suppress(UnreadableLink):
            reader.read(token)
    finally:
        sys.setprofile(None)
    assert len(compared) == 3


@pytest.mark.parametrize("signed", Purpose)
@pytest.mark.parametrize("claimed", Purpose)
def test_a_key_opens_no_purpose_but_its_own(signed: Purpose, claimed: Purpose) -> None:
    """R-123: a preferences link cannot be made of an unsubscribe link, nor the other way."""
    forger = Mint({claimed: purpose_key(LINK_SECRET, signed)})
    token = forger.mint(EVERY[claimed])
    if signed == claimed or {signed, claimed} <= set(UNSUBSCRIBING):
        assert tokens().read(token) == EVERY[claimed]
    else:
        assert reason(tokens(), token) == "signature"


def test_the_unsubscribe_key_alone_makes_opt_out_links_and_nothing_more() -> None:
    sender = Mint.for_sender(purpose_key(LINK_SECRET, Purpose.TYPE))
    for purpose in UNSUBSCRIBING:
        assert sender.makes(purpose)
        assert sender.mint(EVERY[purpose]) == tokens().mint(EVERY[purpose])
    for purpose in (Purpose.PREFERENCES, Purpose.EXAMPLE):
        assert not sender.makes(purpose)
        with pytest.raises(MissingKey, match=purpose.name):
            sender.mint(EVERY[purpose])


def test_the_preferences_key_alone_makes_no_opt_out_link() -> None:
    sender = Mint.for_sender(None, purpose_key(LINK_SECRET, Purpose.PREFERENCES))
    link = EVERY[Purpose.PREFERENCES]
    assert sender.mint(link) == tokens().mint(link)
    with pytest.raises(MissingKey):
        sender.mint(ANAS_LINK)


def test_a_purpose_key_travels_as_hexadecimal_digits() -> None:
    key = purpose_key(LINK_SECRET, Purpose.TYPE)
    assert parse_purpose_key(f" {key.hex()}\n") == parse_purpose_key(key.hex().upper()) == key
    for wrong in ("", "abc", key.hex()[:-2], key.hex() + "00", "x" * 64):
        with pytest.raises(BadSecret, match="64 hexadecimal digits"):
            parse_purpose_key(wrong)


@pytest.mark.parametrize(
    "link",
    [
        Link(Purpose.TYPE, ANAS_KEY[:15], 7),
        Link(Purpose.TYPE, ANAS_KEY + b"!", 7),
        Link(Purpose.TYPE, ANAS_KEY, -1),
        Link(Purpose.TYPE, ANAS_KEY, 2**32),
        Link(Purpose.TYPE, ANAS_KEY, 7, 2**32),
        Link(Purpose.ACCOUNT, ANAS_KEY, 7),
    ],
)
def test_what_does_not_fit_a_token_is_not_minted(link: Link) -> None:
    with pytest.raises(ValueError, match=r"bytes|32-bit|account"):
        tokens().mint(link)
