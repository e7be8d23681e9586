"""The subject and text of a service mail: the brand's own words where it has some, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.catalog import Brand
from app.domain.letters import Letter
from app.text.templates import template


def preferences_link(brand: Brand, language: str, url: str, own: Letter) -> Letter:
    """The mail that brings the link to all choices, in these words."""
    return _filled(
        "preferences_link", language, {"brand": brand, "url": url, "asked_by": None}, own
    )


def letter(name: str, brand: Brand, language: str, words: Mapping[str, Any]) -> Letter:
    """The mail of the templates mail/NAME. `words` has the `url` it brings."""
    own = Letter.among(brand.texts.by_language.get(language, {}))
    return _filled(name, language, {"brand": brand, **words}, own)


def _filled(name: str, language: str, words: Mapping[str, Any], own: Letter) -> Letter:
    given = {**words, "own": own.filled(words["brand"].name, words["url"])}
    subject = template(f"mail/{name}_subject.txt", language).render(given)
    return Letter(" ".join(subject.split()), template(f"mail/{name}.txt", language).render(given))
