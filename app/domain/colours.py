"""A brand's colours: the text on them, and whether they can be read (LOOK, R-158)."""

from __future__ import annotations

import re

from app.domain.catalog import Look

COLOUR = re.compile(r"#[0-9a-f]{6}")
PAPER_LIGHT, PAPER_DARK = "#ffffff", "#181716"
INK_DARK, INK_LIGHT = "#0b0b0b", "#ffffff"
ENOUGH = 4.5


class BadColour(ValueError):
    """Not a colour, or one that cannot be read."""


def look_with(look: Look, light: str, dark: str) -> Look:
    """The look in these colours, with the text that reads best on each. Raises BadColour."""
    light, dark = _readable(light, PAPER_LIGHT), _readable(dark, PAPER_DARK)
    return Look(light, text_on(light), dark, text_on(dark), look.logo)


def text_on(colour: str) -> str:
    """Near-black or white, whichever stands out more."""
    return max((INK_DARK, INK_LIGHT), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _readable(colour: str, paper: str) -> str:
    colour = colour.strip().lower()
    if not COLOUR.fullmatch(colour):
        raise BadColour(f"{colour!r} is no colour: write it like #1d6a4b")
    if (ratio := contrast(colour, paper)) < ENOUGH:
        raise BadColour(
            f"{colour} cannot be read on {paper}: its contrast is {ratio:.1f}, it needs {ENOUGH}"
        )
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
