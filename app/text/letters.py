"""The subject and text of a service mail: the brand's own words where it has some, else ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.catalog import Brand
from app.domain.letters import Letter
from app.text.templates import template


def preferences_link(brand: Brand, language: str, url: str) -> Letter:
    """The mail that brings the link to all choices."""
    return letter("preferences_link", brand, language, {"url": url})


def letter(name: str, brand: Brand, language: str, words: Mapping[str, Any]) -> Letter:
    """The mail of the templates mail/NAME. `words` has the `url` it brings."""
    texts = brand.texts.by_language.get(language, {})
    given = {
        "brand": brand,
        "own": Letter.among(texts).filled(brand.name, words["url"]),
        **words,
    }
    subject = template(f"mail/{name}_subject.txt", language).render(given)
    body = template(f"mail/{name}.txt", language).render(given)
    return Letter(" ".join(subject.split()), body)
