"""A brand's look by the API: colours, logo, pages of its own, languages."""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict, replace
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from app.domain import lines
from app.domain.catalog import LINKS, Brand, Look
from app.domain.colours import (
    PAPER_DARK,
    PAPER_LIGHT,
    BadColour,
    look_with,
    proposed_dark,
    readable,
)
from app.domain.pictures import LARGEST_LOGO, media_type
from app.services.brands import Picture
from app.web.api.lines import spoken, told_by
from app.web.api.models import Ours
from app.web.api.problems import Fault, Problem

LONGEST_LOGO = LARGEST_LOGO * 4 // 3 + 4
Url = Annotated[str, AfterValidator(told_by(lines.web_address))]


class Colours(Ours):
    """As #rrggbb. `dark`: for dark mode; left out with a new `light`, one of the same hue."""

    light: str | None = None
    dark: str | None = None


class Pages(Ours):
    """Pages of the brand's own, by https; an empty text takes one away."""

    website: Url | None = None
    privacy: Url | None = None
    imprint: Url | None = None


class Looks(Ours):
    """How a brand looks. `logo`: a PNG, JPEG, GIF or WebP in base64; an empty text takes it away.
    `languages`: those that its pages are offered in; none: every one."""

    colours: Colours | None = None
    logo: Annotated[str, Field(max_length=LONGEST_LOGO)] | None = None
    pages: Pages | None = None
    languages: Annotated[list[str], Field(max_length=100)] | None = None


class ToldColours(TypedDict):
    """As #rrggbb."""

    light: str
    dark: str


def values_of(looks: Looks, brand: Brand) -> dict[str, Any]:
    """What changes of a brand, but for a new logo. Raises Problem."""
    values: dict[str, Any] = {}
    look = _look(looks, brand.look)
    if look != brand.look:
        values["look"] = asdict(look)
    if looks.pages is not None:
        both = {**brand.links, **looks.pages.model_dump(exclude_none=True)}
        values["links"] = {name: both[name] for name in LINKS if both.get(name)}
    for at, language in enumerate(looks.languages or ()):
        spoken(language, f"/languages/{at}")
    if looks.languages is not None:
        values["languages"] = looks.languages
    return values


def logo_of(looks: Looks) -> Picture | None:
    """The new logo, where there is one (R-139). Raises Problem."""
    if not looks.logo:
        return None
    try:
        content = base64.b64decode(looks.logo, validate=True)
    except binascii.Error:
        content = b""
    found = media_type(content)
    if found is None or len(content) > LARGEST_LOGO:
        raise Problem("malformed", faults=[Fault("/logo", f"No picture of {LARGEST_LOGO} bytes")])
    return Picture(found, content)


def _look(looks: Looks, look: Look) -> Look:
    kept = replace(look, logo="") if looks.logo == "" else look
    colours = looks.colours
    if colours is None:
        return kept
    light = look.light if colours.light is None else _colour("light", colours.light, PAPER_LIGHT)
    same = look.dark if colours.light is None else proposed_dark(light)
    dark = same if colours.dark is None else _colour("dark", colours.dark, PAPER_DARK)
    return look_with(kept, light, dark)


def _colour(name: str, text: str, paper: str) -> str:
    try:
        return readable(text, paper)
    except BadColour as bad:
        nearest = f"Nobody could read it; the nearest is {bad.nearest}" if bad.nearest else ""
        why = nearest or "A colour is written like #2a4bb3"
        raise Problem("malformed", faults=[Fault(f"/colours/{name}", why)]) from None
