"""What users may type about brands and types, and the pictures and colours they may choose."""

from __future__ import annotations

import pytest

from app.domain import lines
from app.domain.catalog import Look, Texts
from app.domain.colours import (
    PAPER_DARK,
    PAPER_LIGHT,
    BadColour,
    contrast,
    figures,
    look_with,
    proposed_dark,
    readable,
)
from app.domain.lines import Unfit
from app.domain.pictures import media_type
from app.domain.shaming import shames
from tests.web.admin.pictures import REFUSED, WHOLE

FIT = (
    (lines.slug, "tea-room"),
    (lines.name, "Teestube & Söhne"),
    (lines.line, "<script>alert(1)</script>"),
    (lines.line, ""),
    (lines.told, "Don't miss a lesson: every Friday."),
    (lines.mailbox, "Fernway Books <post@fernway.example>"),
    (lines.mailbox, ""),
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
