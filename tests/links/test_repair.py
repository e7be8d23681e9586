"""Reading is forgiving (docs/rules.md, 5): what mail programs and people do to a token."""

from time import thread_time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.links.repair import token_in
from app.links.tokens import UnreadableLink
from tests.links.samples import ANAS_LINK, ANAS_TOKEN, tokens

HALF, REST = ANAS_TOKEN[:29], ANAS_TOKEN[29:]
places = st.integers(0, 58)


def read(text: str) -> bool:
    """Whether the text reads as Ana's link; anything but that or a refusal fails the test."""
    try:
        return tokens().read(text) == ANAS_LINK
    except UnreadableLink:
        return False


@pytest.mark.parametrize("glued", list(".)>\"',;:!?*]}/&=%#_-|~$ \t\n\0\ufffd»。"))
def test_punctuation_glued_on_is_ignored(glued: str) -> None:
    """H-04, R-98: as itself, percent-encoded, and twice."""
    assert read(ANAS_TOKEN + glued)
    assert read(ANAS_TOKEN + quote(glued, errors="replace"))
    assert read(ANAS_TOKEN + glued * 2 + "and more")


@pytest.mark.parametrize("junk", ["?utm_source=x", "&amp;a=b", "?t=a?t=b", "%2574", "//", "を開く"])
def test_what_follows_a_token_is_ignored(junk: str) -> None:
    """H-08, R-102."""
    assert read(ANAS_TOKEN + junk)


@pytest.mark.parametrize("before", ["=", "3D", "3d", "%3D", "%3d"])
def test_what_quoted_printable_leaves_before_a_token_is_ignored(before: str) -> None:
    """H-05, R-101."""
    assert read(before + ANAS_TOKEN)


@pytest.mark.parametrize("lost", ["=\r\n", "=\n", "=\r", "%3D%0D%0A", "%3D%0A"])
def test_a_soft_line_break_inside_is_mended(lost: str) -> None:
    """H-05, R-101."""
    assert read(HALF + lost + REST)


@pytest.mark.parametrize(
    "lost", [" ", "\t", "\r\n ", "%20", "\u200b", "\ufeff", "\u2060", "\xad", "\u3000", "%E2%80%8B"]
)
def test_space_and_invisible_characters_are_taken_out(lost: str) -> None:
    """H-07, R-101."""
    for text in (lost + ANAS_TOKEN, HALF + lost + REST, ANAS_TOKEN + lost, lost.join(ANAS_TOKEN)):
        assert read(text)


def test_case_does_not_matter() -> None:
    """H-06, R-100."""
    assert read(ANAS_TOKEN.upper())
    assert read(HALF.upper() + REST)


def test_a_token_percent_encoded_whole_is_read() -> None:
    """H-08: the server decodes once, and we once more."""
    assert read("".join(f"%{ord(character):02x}" for character in ANAS_TOKEN))
    assert not read("".join(f"%25{ord(character):02x}" for character in ANAS_TOKEN))


@pytest.mark.parametrize(
    "text",
    [
        ANAS_TOKEN + "a",
        ANAS_TOKEN + "Z",
        ANAS_TOKEN + "0",
        ANAS_TOKEN + "9",
        ANAS_TOKEN * 2,
        "==" + ANAS_TOKEN,
        "=3D" + ANAS_TOKEN,
        "/" + ANAS_TOKEN,
        HALF + "=" + REST,
        HALF + "." + REST,
        HALF + "\0" + REST,
        HALF + " " + REST + " and so on",
        ANAS_TOKEN.replace("k", "\u212a", 1),
    ],
)
def test_what_is_not_unambiguous_is_refused(text: str) -> None:
    """H-03, H-05: better the page that asks than the wrong link."""
    assert not read(text)


@given(places, st.text(" \t\r\n\u200b\ufeff\xad", max_size=9), st.booleans())
@settings(deadline=None)
def test_damage_of_these_kinds_is_mended_wherever_it_falls(at: int, lost: str, upper: bool) -> None:
    token = ANAS_TOKEN.upper() if upper else ANAS_TOKEN
    assert read(token[:at] + lost + token[at:])
    assert read(quote(token[:at] + lost) + token[at:])


@given(st.text(st.characters(), max_size=200))
@settings(deadline=None)
def test_no_text_raises_anything_but_our_own_error(text: str) -> None:
    """H-37, R-131."""
    read(text)
    read(HALF + text)
    assert token_in(text) is None or len(text) >= 58


@pytest.mark.parametrize(
    "hostile",
    ["a", "=", "3d", "%", "%3", "%41", " ", "\0", "=\r\n", "\u200b", "a ", "\ud800", "é", "%ff"],
)
def test_a_huge_text_is_refused_as_fast_as_a_small_one(hostile: str) -> None:
    """H-50: the work does not grow with the text. A second of the processor's is a thousand times
    what it takes."""
    text = hostile * 1_000_000
    start = thread_time()
    assert not read(text)
    assert not read(HALF + text)
    assert not read("=" + ANAS_TOKEN + "a" + text)
    assert thread_time() - start < 1
