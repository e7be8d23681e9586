"""docs/rules.md, 2: who an address is. Golden keys stand in tests/links/vectors.json."""

import hmac
from itertools import pairwise

import idna
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.address import (
    AddressKeys,
    BadSecret,
    KeptHmac,
    MalformedAddress,
    _international_form,
    address_key,
    fingerprint,
    masked,
    matching_form,
    parse_secret,
    parse_secrets,
    unwrapped,
)
from app.domain.mailbox import sendable

SECRET = b"address-secret"
LONG = "0123456789abcdef0123456789abcdef"

any_text = st.text(st.characters(), max_size=300)
address_like = st.builds(
    "{}@{}".format,
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
)


def form_or_none(text: str) -> str | None:
    try:
        return matching_form(text)
    except MalformedAddress:
        return None


@pytest.mark.parametrize(
    "text",
    [
        "<ana@example.com>",
        "Ana Example <ana@example.com>",
        'Example, "Ana" <ana@example.com>,',
        "mailto:ana@example.com",
        "MAILTO:ana@example.com?subject=Stop",
        "<mailto:ana@example.com>",
        "ana@example.com;",
        "ana@example.com, ",
        "'ana@example.com'",
        ' "ana@example.com"',
        '"\ufeffana@example.com\u200b"',
        "\ufeff ana@example.com ",
        " ana@example.com",
        "\ufeffana@example.com",
    ],
)
def test_what_mail_programs_put_around_an_address_is_no_part_of_it(text: str) -> None:
    """Else who pastes it opts out an address that is nobody's."""
    assert unwrapped(text) == "ana@example.com"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("\ufeff<ana>\u200b ", "<ana>"),
        ('"ana"', '"ana"'),
        ('"', '"'),
        ("<ANA@EXAMPLE.XX>;", "ANA@EXAMPLE.XX"),
    ],
)
def test_only_what_is_around_goes_and_only_from_an_address(text: str, bare: str) -> None:
    assert unwrapped(text) == bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("A" * 983 + "<ana@example.com>", "ana@example.com"),
        ("A" * 984 + "<ana@example.com>", "A" * 984 + "<ana@example.com>"),
        ("'" * 490 + "ana@example.com" + "'" * 490 + ",", "ana@example.com"),
        (" <" + "@" * 1_000_000 + " ", "<" + "@" * 1_000_000),
        ("'" * 500_000 + "@" + "'" * 500_000, "'" * 500_000 + "@" + "'" * 500_000),
    ],
)
def test_what_is_far_too_long_is_no_address_with_something_around_it(text: str, bare: str) -> None:
    """H-20: to take the last two apart would take hours, of which anybody may send any number."""
    assert unwrapped(text) == bare


@given(address_like | any_text)
@example('"ana, b"@example.com')
@example("o'ana'@example.com")
@example("<@>")
def test_only_what_is_around_an_address_goes(text: str) -> None:
    """Whatever mail can be sent to stays as it is, and what is bare is not made barer."""
    bare = unwrapped(text)
    assert bare in text
    assert unwrapped(bare) == bare
    assert not sendable(text) or bare == text


def test_a_plus_tag_is_another_mailbox_and_case_is_not() -> None:
    """H-32, R-42: the first two are one key, the third is its own."""
    keys = AddressKeys(SECRET)
    assert keys("User+Tag@EXAMPLE.com") == keys("user+tag@example.com")
    assert keys("user@example.com") != keys("user+tag@example.com")
    assert keys("u.ser@gmail.com") != keys("user@gmail.com")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("user@BÜCHER.example", "user@xn--bcher-kva.example"),
        ("user@bu\u0308cher.example", "user@bücher.example"),
        ("user@XN--BCHER-KVA.example", "user@bücher.example"),
        ("jose\u0301@example.com", "josé@example.com"),
        ("用户@例子。测试", "用户@xn--fsqu00a.xn--0zwm56d"),
        ("ana@example.com.", "ana@example.com"),
        ("ana@例子.测试。", "ana@例子.测试"),
        ("\ufeff\u200b ana@example.com\u2060\u200d\u3000\r\n", "ana@example.com"),
    ],
)
def test_two_ways_to_write_an_address_are_one_subscriber(one: str, other: str) -> None:
    """H-33."""
    assert matching_form(one) == matching_form(other)


def test_sharp_s_stays_another_domain_than_ss() -> None:
    """H-33, R-38: Python's own codec would mail a stranger."""
    assert matching_form("user@straße.de") == "user@xn--strae-oqa.de"
    assert matching_form("user@straße.de") != matching_form("user@strasse.de")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("JOSÉ@example.com", "josÉ@example.com"),
        ("İSTANBUL@example.com", "İstanbul@example.com"),
        ("ẞ@example.com", "ẞ@example.com"),
        ("ana@İ_x.Example.COM", "ana@İ_x.example.com"),
    ],
)
def test_only_a_to_z_change_case(text: str, form: str) -> None:
    assert matching_form(text) == form


def test_look_alikes_are_other_subscribers() -> None:
    """H-35: only what composes to a Latin letter is that letter."""
    assert matching_form("\u212aarl@example.com") == "karl@example.com"
    assert matching_form("ı@example.com") != matching_form("i@example.com")
    assert matching_form("\u0430na@example.com") != matching_form("ana@example.com")


@pytest.mark.parametrize(
    "text",
    ["a@[127.0.0.1]", "a@b", "x" * 65 + "@example.com", "a@b@example.com", '"q"@b', "a@b..c"],
)
def test_what_a_validator_dislikes_can_still_opt_out(text: str) -> None:
    """H-34, R-41: the matching form is no validator."""
    assert matching_form(text) == text


NO_SIDES = "not of the form name@domain"
INSIDE = "white space or a control character inside"
LONGER = "longer than 254 octets"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, NO_SIDES) for text in ("", "ana", "@example.com", "ana@")),
        *((text, NO_SIDES) for text in ("\u200b@example.com", "ana@\ufeff")),
        ("ana@.", "the domain is empty"),
        *((text, INSIDE) for text in ("ana example@example.com", '"john doe"@example.com')),
        *((text, INSIDE) for text in ("ana@exam\u3000ple.com", "ana\0@example.com")),
        *((text, INSIDE) for text in ("ana@example.com\0", "ana\x85b@example.com")),
        *((text, INSIDE) for text in ("ana\x9f@example.com", "ana\x7f@example.com")),
        ("ana@b.c\r\nBcc: x@y.z", INSIDE),
        *((text, "not Unicode text") for text in ("\ud800@example.com", "ana@\udfff.com")),
        pytest.param("a@" + "b" * 253, LONGER, id="255 octets"),
        pytest.param("é" * 122 + "@example.com", LONGER, id="256 octets in fewer characters"),
        pytest.param("ana@" + "e\u0301" * 10_000 + ".com", LONGER, id="10,000 combining marks"),
    ],
)
def test_what_cannot_be_an_address_is_malformed(text: str, why: str) -> None:
    """H-34, H-36, H-37: one error for all. What an answer of the API says never quotes the text."""
    with pytest.raises(MalformedAddress) as error:
        matching_form(text)
    assert str(error.value) == why


def test_254_octets_are_an_address() -> None:
    """R-40: octets, as UTF-8 counts them."""
    assert len(matching_form("a@" + "b" * 252)) == 254
    assert len(matching_form(" a@" + "b" * 252 + "\n")) == 254
    assert len(matching_form("é" * 121 + "@example.com").encode()) == 254


@settings(deadline=None)
@given(any_text | address_like)
@example("a@٠٠٠")
@example("a@xn--\x80")
def test_any_text_has_a_form_or_is_malformed(text: str) -> None:
    """H-37: nothing else is ever raised, and the form of a form is itself."""
    form = form_or_none(text)
    if form is not None and len(form.encode()) <= 254 and not form.endswith("."):
        assert matching_form(form) == form


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=40))
@example("A@b.")
@example("A@b@C")
@example("A@@B")
@example("@@b")
@example("a@")
def test_the_short_way_of_plain_addresses_says_what_the_long_one_does(text: str) -> None:
    """A zero-width space at the end sends the same address the long way."""
    assert form_or_none(text) == form_or_none(text + "\u200b")


def test_a_key_is_the_hmac_of_the_matching_form() -> None:
    form = b"ana.example+news@example.com"
    expected = hmac.digest(SECRET, form, "sha256")[:16]
    assert address_key(SECRET, "Ana.Example+News@EXAMPLE.com") == expected
    assert expected.hex() == "b54f520b55120c003615c6ff35b972a1"


@given(st.binary(max_size=200), st.binary(max_size=200))
@example(b"k" * 64, b"")
@example(b"k" * 65, b"m")
def test_the_kept_hmac_is_hmac(key: bytes, message: bytes) -> None:
    """Used twice, because a state that is kept could be spoilt by its use."""
    kept = KeptHmac(key)
    assert kept(message) == kept(message) == hmac.digest(key, message, "sha256")


def test_the_fingerprint_tells_secrets_apart_and_is_no_key() -> None:
    assert fingerprint(SECRET) == hmac.digest(SECRET, b"sayso.fingerprint", "sha256")[:8]
    assert fingerprint(SECRET) != fingerprint(SECRET + b"!")


def test_a_secret_is_its_bytes_without_the_space_around_it() -> None:
    assert parse_secret(f"\n  {LONG}\r\n") == LONG.encode()
    assert parse_secret("ü" * 16) == "ü".encode() * 16


def test_a_list_of_secrets_keeps_its_order() -> None:
    assert parse_secrets(f"{LONG}1 \n\t{LONG}2\n") == (f"{LONG}1".encode(), f"{LONG}2".encode())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no secret"),
        (" \n", "no secret"),
        (LONG[:31], "31 bytes"),
        (f"{LONG} {LONG}", "white space inside"),
        (f"\ufeff{LONG}", "invisible"),
        (f"{LONG}\0", "invisible"),
        (f"{LONG}\udcff", "undecodable"),
    ],
)
def test_a_bad_secret_is_refused_with_a_reason_that_does_not_tell_it(text: str, says: str) -> None:
    with pytest.raises(BadSecret, match=says) as error:
        parse_secret(text)
    assert "0123" not in str(error.value)
    assert error.value.__cause__ is None


def test_a_bad_secret_is_told_in_words() -> None:
    told = {
        "": "no secret is given",
        f"{LONG} {LONG}": "there is white space inside; one secret is a single word",
        "short": "secret 1 has 5 bytes; at least 32 are needed. Make one with: python3 -c 'import "
        "secrets; print(secrets.token_urlsafe(32))'",
    }
    for text, says in told.items():
        with pytest.raises(BadSecret) as error:
            parse_secret(text)
        assert str(error.value) == says


def test_the_one_bad_secret_of_a_list_is_pointed_at() -> None:
    with pytest.raises(BadSecret, match="secret 2 has 5 bytes"):
        parse_secrets(f"{LONG} short {LONG}")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ana.example@example.com", "an•••le@ex•••.com"),
        ("annabell@example.com", "an•••ll@ex•••.com"),
        ("annabel@example.com", "an•••l@ex•••.com"),
        ("anna@example.com", "a•••a@ex•••.com"),
        ("ana@gmx.de", "a•••@g•••.de"),
        ("jo@example.co.uk", "j•••@ex•••.uk"),
        ("a@b.c", "a•••@b•••.c"),
        ("root@localhost", "r•••t@lo•••"),
        ("ANA@EXAMPLE.com", "A•••@EX•••.com"),
        ("\ufeff ana@example.com\u200b", "a•••@ex•••.com"),
        ("ana@example.com.", "a•••@ex•••.com"),
        ("anna@example.AX.", "a•••a@ex•••.AX"),
        ("a@b@example.com", "a•••@ex•••.com"),
        ("user@xn--bcher-kva.example", "u•••r@bü•••.example"),
        ("user@xn--a.example", "u•••r@xn•••.example"),
        ("用户名字@例子.测试", "用•••字@例•••.测试"),
        ("jose\u0301@example.com", "j•••é@ex•••.com"),
        ("x\u0323\u0301yz@example.com", "x\u0323\u0301•••@ex•••.com"),
        ("no address", "no•••ss"),
        ("", "•••"),
        ("@", "•••"),
        ("ana@", "a•••@•••"),
    ],
)
def test_a_masked_address_tells_two_mailboxes_apart_and_little_more(text: str, seen: str) -> None:
    """R-114, H-52."""
    assert masked(text) == seen


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200b", "\x00", "\x9b", "\ud800", "\xad"])
def test_what_is_invisible_or_turns_text_around_shows_as_an_escape(hidden: str) -> None:
    """R-43, H-37."""
    shown = masked(f"a{hidden}bcdefg@{hidden}example.com")
    assert hidden not in shown
    assert shown.startswith("a\\")
    assert shown.isprintable()
    assert masked(f"é{hidden}bcdefg@example.com").startswith("é\\")


@settings(deadline=None)
@given(any_text | address_like)
def test_a_mask_never_fails_and_never_tells_more_than_half_of_a_name(text: str) -> None:
    assert masked(text).isprintable()


@given(st.text("abcdefgh", min_size=2, max_size=30))
def test_at_most_half_of_a_name_shows(local: str) -> None:
    name, _, _ = masked(f"{local}@example.com").partition("@")
    assert 1 <= len(name) - len("•••") <= min(4, len(local) // 2)


def test_the_cast_is_told_apart() -> None:
    shown = sorted(masked(f"{name}@example.com") for name in ("ana.one", "ana.two", "bo", "cy"))
    assert all(one != other for one, other in pairwise(shown))


def test_an_international_domain_is_worked_out_once() -> None:
    """Whoever sends one ten thousand times holds nobody up. Its form is frozen, so it may be
    kept."""
    domain = ".".join(["ü" * 20] * 5) + ".example"
    forms = {matching_form(f"reader@{domain}") for _ in range(10)}
    before = _international_form.cache_info()
    forms |= {matching_form(f"reader@{domain}") for _ in range(10)}
    after = _international_form.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (10, 0)
    assert forms == {f"reader@{idna.encode(domain, uts46=True).decode()}"}
