"""The form of a brand: what it says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from app.domain import lines
from app.domain.catalog import LINKS, Brand, Look
from app.domain.colours import (
    COLOUR,
    PAPER_DARK,
    PAPER_LIGHT,
    BadColour,
    look_with,
    proposed_dark,
    readable,
    text_on,
)
from app.domain.pictures import LARGEST_LOGO, media_type
from app.services.brands import Picture
from app.text.languages import LANGUAGES
from app.web.admin.typed import Typed, as_typed

READERS = {"intro": partial(lines.told, longest=lines.LONGEST_LINE)}
LARGEST = LARGEST_LOGO + 128 * 1024
PAPERS = {"light": PAPER_LIGHT, "dark": PAPER_DARK}


@dataclass(slots=True)
class BrandForm:
    """What a brand's form says. `offers`: the nearest colours that can be read, by field."""

    typed: Typed
    values: dict[str, Any] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    logo: Picture | None = None

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by field."""
        return self.typed.problems


def read(sent: Mapping[str, str], brand: Brand) -> BrandForm:
    """Read all of it, but for the logo."""
    taken = {scheme: sent[f"use-{scheme}"] for scheme in PAPERS if f"use-{scheme}" in sent}
    form = BrandForm(Typed({**sent, **taken}))
    typed = form.typed
    language = typed.sent.get("language", "")
    look = asdict(_look(form, brand.look))
    logo = {"logo": ""} if typed.ticked("no-logo") else {}
    form.values = {
        "name": typed.read("name", lines.name),
        "slug": typed.read("slug", lines.slug),
        "look": {**{name: look[name] for name in look if name != "logo"}, **logo},
        "sender": typed.read("sender", lines.mailbox),
        "postal_address": typed.read("postal_address", lines.line),
        "contact": typed.read("contact", lines.mailbox),
        "links": {name: url for name in LINKS if (url := typed.read(name, lines.web_address))},
        "language": language if language in LANGUAGES else brand.language,
        "languages": [code for code in LANGUAGES if typed.ticked(f"speaks-{code}")],
        "texts": _texts(typed),
    }
    return form


def read_logo(form: BrandForm, content: bytes) -> None:
    """Take the file that was chosen, where there was one (R-139)."""
    if not content:
        return
    found = media_type(content)
    if found is None or len(content) > LARGEST_LOGO:
        form.problems["logo"] = "no-picture"
    else:
        form.logo = Picture(found, content)


def stored(brand: Brand) -> dict[str, str]:
    """A brand as its form holds it."""
    names = ("name", "slug", "sender", "postal_address", "contact", "language")
    offered = {f"speaks-{code}": "1" for code in LANGUAGES if brand.speaks(code)}
    colours = {"light": brand.look.light, "dark": brand.look.dark}
    own = {name: str(getattr(brand, name)) for name in names}
    return {**own, **colours, **brand.links, **offered, **as_typed(brand.texts.by_language)}


def tried(form: BrandForm) -> Look:
    """The look in the colours that the form holds, whether they can be read or not."""
    look = Look(**form.values["look"])
    light, dark = (
        colour if COLOUR.fullmatch(colour := form.typed.sent.get(scheme, "").lower()) else kept
        for scheme, kept in (("light", look.light), ("dark", look.dark))
    )
    return Look(light, text_on(light), dark, text_on(dark), look.logo)


def _look(form: BrandForm, look: Look) -> Look:
    light = _colour(form, "light") or look.light
    dark = form.typed.sent.get("dark", "").strip()
    if not dark or (light != look.light and dark == look.dark and _as_proposed(look)):
        form.typed.sent = {**form.typed.sent, "dark": proposed_dark(light)}
    dark = _colour(form, "dark") or look.dark
    return look_with(look, light, dark)


def _as_proposed(look: Look) -> bool:
    """Whether nobody chose the colour on dark."""
    return look.dark in (proposed_dark(look.light), Look().dark)


def _colour(form: BrandForm, scheme: str) -> str:
    try:
        return readable(form.typed.sent.get(scheme, ""), PAPERS[scheme])
    except BadColour as bad:
        form.problems[scheme] = "pale" if bad.nearest else "no-colour"
        if bad.nearest:
            form.offers[scheme] = bad.nearest
        return ""


def _texts(typed: Typed) -> dict[str, dict[str, str]]:
    """Its texts in each language; those that this form does not hold stay as they are."""
    told = typed.texts(READERS, LANGUAGES)
    return {code: {**dict.fromkeys(READERS, ""), **told.get(code, {})} for code in LANGUAGES}
