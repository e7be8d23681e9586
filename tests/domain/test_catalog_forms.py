"""What users may type about brands and types, and the pictures and colours they may choose."""

from __future__ import annotations

from functools import partial

import pytest

from app.domain import lines
from app.domain.catalog import Look, Texts, texts_digest
from app.domain.colours import (
    PAPER_DARK,
    PAPER_LIGHT,
    BadColour,
    contrast,
    figures,
    look_with,
    nearest,
    proposed_dark,
    readable,
)
from app.domain.lines import Unfit
from app.domain.pictures import media_type
from app.domain.shaming import shames
from tests.web.admin.pictures import GIF, JPEG, PNG, REFUSED, WHOLE, png

FIT = (
    (lines.slug, "tea-room"),
    (lines.name, "Teestube & Söhne"),
    (lines.line, "<script>alert(1)</script>"),
    (lines.line, ""),
    (lines.told, "Don't miss a lesson: every Friday."),
    (lines.mailbox, "Fernway Books <post@fernway.example>"),
    (lines.mailbox, ""),
    (lines.mailbox, "x" * 297 + " <post@fernway.example>"),
    (lines.line, "x" * 500),
    (lines.line, "a\u2065b\u2029"[:3]),
    (lines.told, "x" * 500),
    (lines.web_address, "https://fernway.example/" + "x" * 476),
    (lines.web_address, "https://fernway.example/privacy?x=1"),
    (lines.web_address, ""),
)
UNFIT = (
    (lines.slug, "Tea", "no-slug"),
    (lines.slug, "", "no-slug"),
    (lines.slug, "12", "no-slug"),
    (lines.slug, "x" * 65, "no-slug"),
    (lines.name, " ", "no-name"),
    (lines.name, "x" * 201, "too-long"),
    (lines.name, "a\r\nBcc: x@y.example", "control-characters"),
    (lines.line, "nul\0", "control-characters"),
    (lines.line, "lone \udce9", "control-characters"),
    (lines.line, "turned \u202e round", "control-characters"),
    *((lines.line, f"a{c}b", "control-characters") for c in "\u202a\u2066\u2069\u2028\u2029"),
    (lines.line, "x" * 501, "too-long"),
    (lines.told, "x" * 501, "too-long"),
    (lines.mailbox, "x" * 302 + " <post@fernway.example>", "no-mailbox"),
    (lines.web_address, "https://fernway.example/" + "x" * 477, "too-long"),
    (lines.line, "e" + "\u0301" * 10_000, "too-long"),
    (lines.mailbox, "Fernway", "no-mailbox"),
    (lines.mailbox, "a@b.example, c@d.example", "no-mailbox"),
    (lines.mailbox, "a@b.c\r\nBcc: x@y.example", "control-characters"),
    (lines.web_address, "http://fernway.example", "no-https"),
    (lines.web_address, "javascript:alert(1)", "no-https"),
    (lines.web_address, "https://", "no-https"),
    (lines.web_address, 'https://a.example/" onclick=', "no-https"),
    (lines.web_address, "https://user@evil.example@fernway.example", "no-https"),
    (lines.web_address, "//fernway.example", "no-https"),
    (lines.told, "No thanks, I hate saving money", "shames"),
)


@pytest.mark.parametrize(("read", "text"), FIT)
def test_what_fits_is_kept_as_it_was_typed(read: lines.Reader, text: str) -> None:
    assert read(f" {text} ") == text


@pytest.mark.parametrize(
    ("typed", "called", "slug"),
    [
        ("tea", "The Tea Room", "tea"),
        ("", "The Tea Room", "the-tea-room"),
        (" ", "Café & Söhne, 1999!", "cafe-sohne-1999"),
        ("", "x" * 63 + " yz", "x" * 63),
    ],
)
def test_without_a_slug_one_is_made_of_the_name(typed: str, called: str, slug: str) -> None:
    assert lines.slug_or_of(typed, called) == slug


@pytest.mark.parametrize("called", ["", "فرنواي", "1999"])
def test_a_name_that_makes_no_slug_asks_for_one(called: str) -> None:
    with pytest.raises(Unfit, match="no-slug"):
        lines.slug_or_of("", called)


@pytest.mark.parametrize(("read", "text", "word"), UNFIT)
def test_what_does_not_fit_is_refused_by_a_word(read: lines.Reader, text: str, word: str) -> None:
    """H-36, H-37, H-39, R-139."""
    with pytest.raises(Unfit) as refused:
        read(text)
    assert refused.value.word == word


@pytest.mark.parametrize(
    ("text", "pressing"),
    [
        ("No, I hate saving money", True),
        ("We\u2019re sorry to see you go", True),
        ("You\u2019ll regret it", True),
        ("ARE YOU   SURE?", True),
        ("Vous allez nous manquer", True),
        ("The measured life", False),
        ("Every Friday", False),
        ("We are sure you can read", False),
    ],
)
def test_texts_that_shame_or_press_are_known(text: str, pressing: bool) -> None:
    """R-87."""
    assert shames(text) is pressing


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_small_image_is_known_by_what_it_holds(kind: str) -> None:
    assert media_type(WHOLE[kind]) == kind


def webp(kind: bytes, rest: bytes) -> bytes:
    """A RIFF of the length that it says."""
    content = b"WEBP" + kind + len(rest).to_bytes(4, "little") + rest
    return b"RIFF" + len(content).to_bytes(4, "little") + content


def lossy(width: int, height: int) -> bytes:
    """The upper two bits of each side say how it is scaled."""
    sides = (side.to_bytes(2, "little") for side in (width | 0x4000, height | 0x8000))
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + b"".join(sides))


def lossless(width: int, height: int, more: int = 0) -> bytes:
    """Sides less one, in 14 bits each; what follows says nothing of them."""
    bits = (width - 1) | (height - 1) << 14 | more << 28
    return webp(b"VP8L", b"\x2f" + bits.to_bytes(4, "little") + b"\xff")


def extended(width: int, height: int) -> bytes:
    """Sides less one, in 24 bits each."""
    sides = (side.to_bytes(3, "little") for side in (width - 1, height - 1))
    return webp(b"VP8X", b"\0\0\0\0" + b"".join(sides) + b"\xff")


def gif(width: int, height: int, version: bytes = b"GIF89a") -> bytes:
    """It says that it has this size."""
    return version + width.to_bytes(2, "little") + height.to_bytes(2, "little") + GIF[10:]


def jpeg(width: int, height: int, marker: int = 0xC0) -> bytes:
    """The segment with this marker says so."""
    sides = height.to_bytes(2) + width.to_bytes(2)
    return JPEG[:20] + bytes([0xFF, marker]) + JPEG[22:25] + sides + JPEG[29:]


SIZED = {
    "image/png": (png,),
    "image/gif": (gif, lambda w, h: gif(w, h, b"GIF87a")),
    "image/webp": (lossy, lossless, extended, lambda w, h: lossless(w, h, 15)),
    "image/jpeg": tuple(
        partial(jpeg, marker=marker)
        for marker in range(0xC0, 0xD0)
        if marker not in (0xC4, 0xC8, 0xCC)
    ),
}
"""What says its size, and how each kind does."""
SIZES = (
    *((1, 1, True), (4096, 1, True), (1, 4096, True), (4096, 4096, True), (255, 257, True)),
    *((4097, 1, False), (1, 4097, False)),
)


@pytest.mark.parametrize("kind", SIZED)
def test_an_image_is_refused_for_its_size_whichever_way_it_says_so(kind: str) -> None:
    """R-139: no bomb of pixels."""
    for made in SIZED[kind]:
        for width, height, fits in SIZES:
            assert (media_type(made(width, height)) == kind) is fits, (made, width, height)
        if made not in (lossless, SIZED["image/webp"][3], extended):
            assert media_type(made(0, 1)) is media_type(made(1, 0)) is None


def test_a_segment_may_be_as_long_as_it_can_say() -> None:
    """A camera puts much before the image."""
    told = b"\xff\xe1\xff\xff" + b"\0" * 0xFFFD
    assert media_type(JPEG[:2] + told + JPEG[2:]) == "image/jpeg"


@pytest.mark.parametrize("marker", [0xC4, 0xC8, 0xCC, 0xD0])
def test_a_segment_that_says_no_size_is_passed_over(marker: int) -> None:
    tables = bytes([0xFF, marker]) + b"\x00\x0b" + b"\xff" * 9
    assert media_type(JPEG[:20] + tables + JPEG[20:]) == "image/jpeg"
    assert media_type(JPEG[:20] + tables + b"\xff\xd9") is None


@pytest.mark.parametrize(
    "content",
    [
        *(webp(kind, b"\0" * 20) for kind in (b"vp8 ", b"vp8x", b"VP8Z")),
        b"RIFF" + lossy(1, 1)[4:8] + b"WAVE" + lossy(1, 1)[12:],
        b"riff" + lossy(1, 1)[4:],
        *(gif(1, 1, version) for version in (b"GIF88a", b"gif89a", b"gif87a")),
        jpeg(1, 1, 0xBF),
        PNG[:-12],
        PNG + PNG[-12:],
    ],
)
def test_what_is_nearly_an_image_is_none(content: bytes) -> None:
    assert media_type(content) is None


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_single_whole_image_is_refused(name: str) -> None:
    """R-139: no SVG, no script, no second file behind the image, no bomb of pixels."""
    assert media_type(REFUSED[name]) is None


@pytest.mark.parametrize("colour", ["#ffee00", "#777777", "#ff0000", "#ffffff", "#8080ff"])
def test_the_nearest_readable_colour_is_offered(colour: str) -> None:
    """R-158: below 4.5 a colour is not kept; the offer is the same hue, and only just enough."""
    with pytest.raises(BadColour) as bad:
        readable(colour, PAPER_LIGHT)
    offer = bad.value.nearest or ""
    assert 4.5 <= contrast(offer, PAPER_LIGHT) < 4.8
    assert readable(offer, PAPER_LIGHT) == offer


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "url(x)", "#1d6a4b;}"])
def test_what_is_no_colour_has_no_offer(text: str) -> None:
    with pytest.raises(BadColour) as bad:
        readable(text, PAPER_LIGHT)
    assert bad.value.nearest is None
    assert str(bad.value) == f"{text!r} is no colour: write it like #1d6a4b"


def test_a_colour_is_kept_as_it_was_typed_or_the_command_says_what_is_wrong() -> None:
    assert readable(" #1D6A4B ", PAPER_LIGHT) == "#1d6a4b"
    with pytest.raises(BadColour) as bad:
        readable("#FF0000", PAPER_LIGHT)
    words = "#ff0000 cannot be read on #ffffff: its contrast is 4.0, it needs 4.5"
    assert (str(bad.value), bad.value.nearest) == (words, "#ee0000")


@pytest.mark.parametrize(
    ("colour", "paper", "needs", "found"),
    [
        ("#ffee00", PAPER_LIGHT, 4.5, "#807800"),
        ("#8080ff", PAPER_LIGHT, 4.5, "#6161ff"),
        ("#e0218a", PAPER_LIGHT, 4.5, "#de1f88"),
        ("#767676", PAPER_LIGHT, 4.5, "#767676"),
        ("#ffffff", PAPER_LIGHT, 21, "#000000"),
        ("#1d6a4b", PAPER_DARK, 7, "#32b782"),
        ("#7a2a57", PAPER_DARK, 7, "#d78bb6"),
        ("#000000", PAPER_DARK, contrast("#ffffff", PAPER_DARK), "#ffffff"),
    ],
)
def test_the_nearest_is_the_first_that_is_enough(
    colour: str, paper: str, needs: float, found: str
) -> None:
    """Of the same hue, down to black or up to white."""
    assert nearest(colour, paper, needs) == found


@pytest.mark.parametrize("light", ["#1d6a4b", "#7a2a57", "#000000", "#2a4bb3"])
def test_the_colour_for_dark_is_proposed_and_every_use_is_read_in_both_schemes(light: str) -> None:
    """R-158, LOOK: lighter until 7 to 1."""
    dark = proposed_dark(light)
    assert contrast(dark, PAPER_DARK) >= 7
    made = figures(look_with(Look(), light, dark))
    assert all(min(f.light, f.dark) >= f.needs for f in made)


def test_languages_that_lack_what_another_has_are_named() -> None:
    texts = Texts(1, {"en": {"name": "Novels", "frequency": "Weekly"}, "nl": {"name": "Romans"}})
    assert texts.missing(["en", "nl", "ar"]) == ("nl", "ar")
    assert Texts(1, {}).missing(["en"]) == ()


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.5423),
        ("#0a0a0b", "#000000", 1.0612),
        ("#ff0000", "#ffffff", 3.9985),
        ("#00ff00", "#000000", 15.304),
        ("#0000ff", "#ffffff", 8.5925),
        ("#123456", "#fedcba", 9.7866),
    ],
)
def test_contrast_is_what_wcag_says_it_is(one: str, other: str, ratio: float) -> None:
    """R-158; the values of others' tools."""
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=5e-4)


def test_a_logo_stays_when_colours_change_and_each_use_has_a_name() -> None:
    look = look_with(Look(logo="abc"), "#1d6a4b", "#7ecba6")
    assert look.logo == "abc"
    assert [figure.use for figure in figures(look)] == ["links", "buttons", "boxes"]


def test_texts_are_the_same_whatever_their_order() -> None:
    """For ever: versions that were kept are known again by it."""
    texts = {"en": {"name": "Novels", "frequency": "monthly"}, "nl": {"name": "Café"}}
    turned = {language: dict(reversed(own.items())) for language, own in reversed(texts.items())}
    assert texts_digest(texts) == texts_digest(turned)
    assert texts_digest(texts).hex()[:16] == "8be9f4b4c6a0b43e"
    assert texts_digest({**texts, "nl": {}}) != texts_digest(texts)
