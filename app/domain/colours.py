"""A brand's colours: the text on them, and whether they can be read (LOOK, R-158)."""

from __future__ import annotations

import colorsys
import re
from typing import NamedTuple

from app.domain.catalog import Look

COLOUR = re.compile(r"#[0-9a-f]{6}")
PAPER_LIGHT, PAPER_DARK = "#ffffff", "#181716"
INK_DARK, INK_LIGHT = "#0b0b0b", "#ffffff"
ENOUGH, ENOUGH_FOR_BOXES, PROPOSED = 4.5, 3.0, 7.0
STEPS = 256


class BadColour(ValueError):
    """Not a colour, or one that cannot be read. `nearest`: one that can, where there is one."""

    def __init__(self, told: str, nearest: str | None = None) -> None:
        super().__init__(told)
        self.nearest = nearest


class Figure(NamedTuple):
    """One use of a brand's colour: the ratio that it needs, and what it has in both schemes."""

    use: str
    needs: float
    light: float
    dark: float


def figures(look: Look) -> tuple[Figure, ...]:
    """How well the colours can be read, wherever a page uses them."""
    light, dark = contrast(look.light, PAPER_LIGHT), contrast(look.dark, PAPER_DARK)
    on_light, on_dark = contrast(look.on_light, look.light), contrast(look.on_dark, look.dark)
    return (
        Figure("links", ENOUGH, light, dark),
        Figure("buttons", ENOUGH, on_light, on_dark),
        Figure("boxes", ENOUGH_FOR_BOXES, light, dark),
    )


def readable(colour: str, paper: str) -> str:
    """The colour as it is kept. Raises BadColour, with the nearest that can be read."""
    colour = colour.strip().lower()
    if not COLOUR.fullmatch(colour):
        raise BadColour(f"{colour!r} is no colour: write it like #1d6a4b")
    if (ratio := contrast(colour, paper)) < ENOUGH:
        raise BadColour(
            f"{colour} cannot be read on {paper}: its contrast is {ratio:.1f}, it needs {ENOUGH}",
            nearest(colour, paper, ENOUGH),
        )
    return colour


def proposed_dark(light: str) -> str:
    """The colour for dark: the same hue, lighter until it is easily read."""
    return nearest(light, PAPER_DARK, PROPOSED)


def nearest(colour: str, paper: str, needs: float) -> str:
    """The same hue, only as much darker or lighter as it takes to be read on this paper; the last
    that is tried is black or white."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    end = 0.0 if contrast(INK_LIGHT, paper) < contrast(INK_DARK, paper) else 1.0
    steps = (lightness + (end - lightness) * step / STEPS for step in range(STEPS + 1))
    tried = (_written(*colorsys.hls_to_rgb(hue, step, saturation)) for step in steps)
    return next(found for found in tried if contrast(found, paper) >= needs)


def look_with(look: Look, light: str, dark: str) -> Look:
    """The look in these colours, with the text that reads best on each. Raises BadColour."""
    light, dark = readable(light, PAPER_LIGHT), readable(dark, PAPER_DARK)
    return Look(light, text_on(light), dark, text_on(dark), look.logo)


def text_on(colour: str) -> str:
    """Near-black or white, whichever stands out more."""
    return max((INK_DARK, INK_LIGHT), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(*channels: float) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
